// Consent and suppression: the state changes, and attempts that were granted but have sent no byte
// are called back (P7). Planned messages meet the new state when they are claimed.
#include "engine/core/machine.h"

namespace journey::core {
namespace {

constexpr std::string_view kSubscriptionRequested = "subscription_requested";
constexpr Micros kAskAgainAfter = std::chrono::minutes(10);
constexpr Micros kAskedDays = std::chrono::hours(24 * 7);
constexpr std::ptrdiff_t kAskedMost = 3;  // within these days

bool asked_enough(const Person& person, std::uint16_t consent, Instant now) {
    const Acts* acts = person.any_acts();
    if (acts == nullptr) return false;
    const auto since = [&](Micros time) {
        return std::count_if(acts->consents.begin(), acts->consents.end(),
                             [&](const ConsentNote& one) {
                                 return one.what == ConsentNote::What::asked &&
                                        one.consent == consent && one.at > now - time;
                             });
    };
    return since(kAskAgainAfter) > 0 || since(kAskedDays) >= kAskedMost;
}

}  // namespace

void Machine::on(const model::Command& command, const model::ConsentChange& change) {
    Person* person = reach(command, true);
    if (person == nullptr || is_repeat(*person, command)) return;
    const std::uint32_t number = catalog_->consents.find(change.consent);
    if (number == NameTable::kNone) {
        quarantine(command, change.consent,
                   to_json(Value(Record{{"granted", change.granted}, {"source", change.source}})),
                   "No journey file declares the consent \"" + change.consent +
                       "\"; declare it, apply, then send it again.");
        return finish_command(*person);
    }
    person->set_consent(
        {static_cast<std::uint16_t>(number), change.granted, now_, change.source, change.proof});
    levels_changed_ = true;
    changed(*person);
    if (!change.granted) effects_->cancels.push_back({person->id, ""});
    finish_command(*person);
}

// Basis of the consent:
//   opt in, opt out   given at once
//   double opt in     asked, and `subscription_requested` is offered, so that a journey sends the
//                     link by which the person confirms: nothing when it is given already, or was
//                     asked for a moment ago, or too often (whoever types in somebody else's address
//                     must not fill that mailbox)
void Machine::on(const model::Command& command, const model::ConsentAsked& asked) {
    const LinkedProgram* live = catalog_->live();
    const ir::Index index =
        live == nullptr ? ir::kNone : ir::find_named(live->program->consents, asked.consent);
    if (index == ir::kNone || live->program->consents[index].basis != ir::Basis::double_opt_in)
        return on(command, model::ConsentChange{asked.consent, true, asked.source, asked.proof});
    Person* person = reach(command, true);
    if (person == nullptr || is_repeat(*person, command)) return;
    const std::uint16_t number = live->consents[index];
    const ConsentRecord* record = person->consent(number);
    if ((record != nullptr && record->granted) || asked_enough(*person, number, now_))
        return finish_command(*person);
    person->note_consent({ConsentNote::What::asked, number, now_, asked.source, asked.proof});
    levels_changed_ = true;
    changed(*person);
    const ir::Index event = live->find_event(kSubscriptionRequested);
    if (event != ir::kNone) {
        std::vector<Value> row(live->program->events[event].fields.size());
        const auto fill = [&](std::string_view name, const std::string& value) {
            const ir::Index field = find_name(live->events[event].by_name, name);
            if (field == ir::kNone) return;
            bool fits = false;
            Value fitting =
                expr::coerce(Value(value), live->program->events[event].fields[field].type, fits);
            if (fits) row[field] = std::move(fitting);
        };
        fill("consent", asked.consent);
        fill("title", live->program->consents[index].title);
        fill("source", asked.source);
        record_and_offer(*person, *live, event, std::move(row), now_, false);
    }
    finish_command(*person);
}

// They still count as asked, so that changing an address does not make mail without end.
void Machine::drop_requests(Person& person) {
    std::vector<std::uint16_t> open;
    for (std::uint32_t i = 0; i < catalog_->consents.size(); ++i) {
        const auto number = static_cast<std::uint16_t>(i);
        if (person.pending_consent(number) != nullptr) open.push_back(number);
    }
    for (const std::uint16_t number : open) {
        person.note_consent(
            {ConsentNote::What::withdrawn, number, now_, std::string(kAddressChanged), {}});
        changed(person);
    }
}

void Machine::on(const model::Command& command, const model::Suppress& suppress) {
    Person* person = reach(command, true);
    if (person == nullptr || is_repeat(*person, command)) return;
    std::uint16_t channel = kAllChannels;
    if (!suppress.channel.empty()) {
        const std::uint32_t number = catalog_->channels.find(suppress.channel);
        if (number == NameTable::kNone) {
            // Refusing to stop would be worse than stopping too much.
            quarantine(command, suppress.channel,
                       to_json(Value(Record{{"suppressed", suppress.suppressed}})),
                       "No journey file declares the channel \"" + suppress.channel + "\".");
            return finish_command(*person);
        }
        channel = static_cast<std::uint16_t>(number);
    }
    if (person->set_suppressed({channel, now_, suppress.reason}, suppress.suppressed)) {
        levels_changed_ = true;
        changed(*person);
    }
    if (suppress.suppressed) effects_->cancels.push_back({person->id, suppress.channel});
    finish_command(*person);
}

}  // namespace journey::core
