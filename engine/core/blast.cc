// The workspace's rails, which keep a mistake small (RELIABILITY P12):
//
//   canary       the first so many of a version's step go; the others wait until it is seen what
//                became of those, and for an approval where too many came back
//   blast limit  so many of a step in a window go; the others wait for an approval
//
// Only marketing is counted, and each message once, at its first grant. A rail is one for the whole
// store, and a partition asks nobody: it has a part of the limit of its own, an even quarter of it
// at first. Who has used its part asks (LessonCounts), the runtime adds up what all have, and the
// Learned that follows gives each of those a part of what nobody was given. So the limit is never
// exceeded; a little of it may be left where few live when the last is given away. What the canary's
// messages came to is told in the same way.
//
//   counting  all given away, and somebody asks   canary: looking; blast limit: shut
//   looking   its time is over                    open, or shut where too many came back
//   shut      Approve                             open: the canary for good, the limit for a window
//   counting  the next window begins              counted anew
//
// Who waits is woken a slice at a time while there is room. That and everything above hangs on
// commands alone, and is stored with the partition.
#include "engine/core/machine.h"

namespace journey::core {
namespace {

constexpr std::string_view kCanary = "canary:";
constexpr std::string_view kBlast = "blast:";
constexpr std::uint64_t kNoEnd = std::numeric_limits<std::uint64_t>::max();
constexpr std::size_t kWakeMost = 256;
constexpr Micros kWakePause = std::chrono::milliseconds(100);

bool is_canary(std::string_view subject) {
    return subject.rfind(kCanary, 0) == 0;
}

std::string canary_of(const std::string& step) {
    return std::string(kCanary) + step;
}

// A limit does not begin anew with every version.
std::string blast_of(const std::string& step) {
    return std::string(kBlast) + step.substr(0, step.rfind('/'));
}

// "in 20400": of that window; "7": what partition 7 has used and was given; "asked 7"; "bad".
std::string window_name(std::int64_t window) {
    return "in " + std::to_string(window);
}

constexpr std::string_view kAsked = "asked ";
constexpr std::string_view kBad = "bad";

struct Told {
    bool of_window = false;
    std::uint64_t used = 0;
    std::uint64_t granted = 0;
    std::uint64_t bad = 0;
    std::uint64_t partitions = 0;
    std::vector<std::string> asking;  // in the order of their names
    bool asks(const std::string& partition) const {
        return std::find(asking.begin(), asking.end(), partition) != asking.end();
    }
};

Told read_told(const model::Learned& learned, const std::string& window) {
    Told told;
    for (const model::Learned::Count& count : learned.counts) {
        if (count.name == window) {
            told.of_window = true;
        } else if (count.name == kBad) {
            told.bad = count.of;
        } else if (count.name.rfind(kAsked, 0) == 0) {
            told.asking.push_back(count.name.substr(kAsked.size()));
        } else if (count.name[0] >= '0' && count.name[0] <= '9') {
            told.used += count.of;
            told.granted += count.came;
            ++told.partitions;
        }
    }
    return told;
}

// An even part of half of what is free, so that who asks first does not take what others need; at
// least one, to the first, while something is there.
std::uint64_t share_of(std::uint64_t free, std::uint64_t partitions, const Told& told,
                       const std::string& partition) {
    const auto place = static_cast<std::uint64_t>(
        std::find(told.asking.begin(), told.asking.end(), partition) - told.asking.begin());
    if (place >= told.asking.size()) return 0;
    const std::uint64_t even = std::max<std::uint64_t>(1, free / 2 / partitions);
    return (place + 1) * even <= free ? even : 0;
}

}  // namespace

bool is_for_rails(const model::CommandBody& body) {
    if (std::holds_alternative<model::Approve>(body)) return true;
    const auto* learned = std::get_if<model::Learned>(&body);
    return learned != nullptr && (is_about_turns(*learned) || is_canary(learned->subject) ||
                                  learned->subject.rfind(kBlast, 0) == 0);
}

std::string Machine::step_of(const Message& message) const {
    const ir::Journey& journey = linked(message.program).program->journeys[message.journey];
    return journey.name + "/" + journey.states[message.state].step + "/" +
           std::to_string(journey.version);
}

// ---------------------------------------------------------------- room

std::optional<RailRule> Machine::rule_of(std::string_view subject) const {
    const LinkedProgram* live = catalog_->live();
    if (live == nullptr) return std::nullopt;
    const ir::Workspace& workspace = live->program->workspace;
    const RailRule rule = is_canary(subject)
                              ? RailRule{workspace.canary_count, workspace.canary_seconds}
                              : RailRule{workspace.blast_limit, workspace.blast_seconds};
    return rule.limit == 0 ? std::nullopt : std::optional(rule);
}

std::int64_t Machine::window_of(std::string_view subject, const RailRule& rule) const {
    return is_canary(subject) ? 0 : micros_of(now_) / 1'000'000 / rule.seconds;
}

std::uint64_t Machine::first_share(const RailRule& rule) const {
    return rule.limit / 4 / options_.partitions;
}

bool Machine::is_over(std::string_view subject, const Rail& rail, const RailRule& rule) const {
    if (rail.state == Rail::State::open) return rail.until <= now_;
    return rail.state == Rail::State::counting && rail.window != window_of(subject, rule);
}

Rail Machine::fresh_rail(std::string_view subject, const RailRule& rule) const {
    Rail rail;
    rail.window = window_of(subject, rule);
    rail.granted = first_share(rule);
    return rail;
}

Rail& Machine::rail_of(const std::string& subject, const RailRule& rule) {
    const auto [at, fresh] = rails_.try_emplace(subject);
    if (fresh || is_over(subject, at->second, rule)) {
        at->second = fresh_rail(subject, rule);
        if (!at_rails_.empty()) rails_due_ = now_;
    }
    return at->second;
}

std::uint64_t Machine::room_at(const std::string& subject) const {
    const auto rule = rule_of(subject);
    if (!rule) return kNoEnd;
    const auto found = rails_.find(subject);
    if (found == rails_.end() || is_over(subject, found->second, *rule)) return first_share(*rule);
    const Rail& rail = found->second;
    switch (rail.state) {
        case Rail::State::open:
            return kNoEnd;
        case Rail::State::shut:
            if (is_canary(subject)) return 0;
            [[fallthrough]];  // what was given away may still be used
        case Rail::State::counting:
        case Rail::State::looking:
            return rail.granted - std::min(rail.granted, rail.used);
    }
    return 0;
}

void Machine::ask_for_more(const std::string& subject) {
    const auto rule = rule_of(subject);
    if (!rule || room_at(subject) > 0) return;
    Rail& rail = rail_of(subject, *rule);
    if (rail.state != Rail::State::counting || rail.asked) return;
    rail.asked = true;
    look_at_trials();
}

std::optional<rules::Verdict> Machine::wait_at_rails(const Intent& intent) {
    const LinkedProgram* live = catalog_->live();
    if (live == nullptr || intent.frozen ||
        intent.message.message_class != ir::MessageClass::marketing) {
        return std::nullopt;
    }
    const ir::Workspace& workspace = live->program->workspace;
    if (workspace.blast_limit == 0 && workspace.canary_count == 0) return std::nullopt;
    const std::string step = step_of(intent.message);
    const std::string canary = canary_of(step);
    const std::string blast = blast_of(step);
    if (room_at(canary) == 0) {
        ask_for_more(canary);
        return rules::Verdict{rules::Decision::hold, model::Reason::canary, kNever,
                              "after the first " + std::to_string(workspace.canary_count)};
    }
    if (room_at(blast) == 0) {
        ask_for_more(blast);
        return rules::Verdict{rules::Decision::hold, model::Reason::blast_limit, kNever,
                              std::to_string(workspace.blast_limit) + " in " +
                                  format_duration({0, 0, workspace.blast_seconds})};
    }
    for (const std::string& subject : {canary, blast}) {
        if (const auto rule = rule_of(subject)) ++rail_of(subject, *rule).used;
    }
    return std::nullopt;
}

void Machine::count_bad(const Message& message) {
    if (rails_.empty()) return;
    const auto found = rails_.find(canary_of(step_of(message)));
    if (found != rails_.end()) ++found->second.bad;
}

// ---------------------------------------------------------------- who waits

bool waits_at_rails(const Intent& intent) {
    const model::Reason reason = intent.message.reason;
    return intent.message.status == model::MessageStatus::planned && !intent.ready &&
           (reason == model::Reason::blast_limit || reason == model::Reason::canary);
}

void Machine::leave_rails(const Person& person, const Intent& intent) {
    const auto found = at_rails_.find(step_of(intent.message));
    if (found == at_rails_.end()) return;
    found->second.erase({person.id, intent.message.entry});
    if (found->second.empty()) at_rails_.erase(found);
}

std::uint64_t Machine::room_at_rails(const std::string& step) const {
    return std::min(room_at(canary_of(step)), room_at(blast_of(step)));
}

void Machine::wake_at_rails() {
    if (rails_due_ > now_) return;
    rails_due_ = kNever;
    std::vector<std::string> steps;
    for (const auto& [step, waiting] : at_rails_)
        steps.push_back(step);
    for (const std::string& step : steps) {
        const std::uint64_t room = room_at_rails(step);
        for (std::size_t i = 0; i < std::min<std::uint64_t>(room, kWakeMost); ++i) {
            if (!wake_at_rail(step)) break;
        }
        if (!at_rails_.contains(step)) continue;
        if (room > 0) {
            rails_due_ = now_ + kWakePause;
        } else {
            ask_for_more(canary_of(step));
            ask_for_more(blast_of(step));
        }
    }
}

/// The first who waits here. False: nobody does.
bool Machine::wake_at_rail(const std::string& step) {
    const auto at = at_rails_.find(step);
    if (at == at_rails_.end()) return false;
    const auto [id, entry] = *at->second.begin();
    Person* person = person_of(id);  // whose meeting may take them from here
    ENSURE(person != nullptr, "somebody waits at a rail and is not here");
    if (const auto still = at_rails_.find(step); still != at_rails_.end()) {
        still->second.erase({id, entry});
        if (still->second.empty()) at_rails_.erase(still);
    }
    for (Intent& intent : person->intents) {
        if (intent.message.entry != entry || !waits_at_rails(intent) ||
            step_of(intent.message) != step) {
            continue;
        }
        intent.message.reason = model::Reason::none;
        make_ready(*person, intent);
    }
    people_.rest();
    return true;
}

// ---------------------------------------------------------------- what everybody knows

void Machine::tell_rails(std::vector<LessonCounts>& into) const {
    const std::string own = std::to_string(id_.number);
    for (const auto& [subject, rail] : rails_) {
        const auto rule = rule_of(subject);
        if (!rule || rail.state == Rail::State::open || rail.state == Rail::State::shut) continue;
        const Rail now = is_over(subject, rail, *rule) ? fresh_rail(subject, *rule) : rail;
        LessonCounts& told = into.emplace_back();
        told.subject = subject;
        told.counts.push_back({window_name(now.window), 1, 0});
        told.counts.push_back({own, now.used, now.granted});
        if (now.bad > 0) told.counts.push_back({std::string(kBad), now.bad, 0});
        if (now.state == Rail::State::looking) {
            told.due = now.until;
        } else if (rail.asked) {
            told.due = Instant{};
            told.counts.push_back({std::string(kAsked) + own, 1, 0});
        }
    }
}

void Machine::hear(const model::Command& command, model::LogPosition position) {
    if (position <= applied_) return;
    applied_ = position;
    now_ = std::max(now_, command.at);
    if (const auto* learned = std::get_if<model::Learned>(&command.body)) {
        if (is_about_turns(*learned)) {
            hear_turns(*learned, command.at);
        } else {
            hear(*learned, command.at);
        }
    }
    if (const auto* approve = std::get_if<model::Approve>(&command.body))
        hear(*approve, command.at);
    if (!at_rails_.empty()) rails_due_ = now_;
    look_at_trials();
}

void Machine::hear(const model::Learned& learned, Instant at) {
    const auto rule = rule_of(learned.subject);
    if (!rule) return;
    Rail& rail = rail_of(learned.subject, *rule);
    const Told told = read_told(learned, window_name(rail.window));
    const std::string own = std::to_string(id_.number);
    if (!told.of_window) return;  // who asked in the one before is woken, and asks again
    if (told.asks(own)) rail.asked = false;
    if (rail.state == Rail::State::looking && at >= rail.until) {
        const double most = catalog_->live()->program->workspace.canary_stop;
        const bool too_many = static_cast<double>(told.bad) > most * static_cast<double>(told.used);
        rail.state = too_many ? Rail::State::shut : Rail::State::open;
        rail.until = kNever;
    }
    if (rail.state != Rail::State::counting || told.asking.empty()) return;
    const std::uint64_t silent = options_.partitions - told.partitions;
    const std::uint64_t given = told.granted + silent * first_share(*rule);
    if (given < rule->limit) {
        rail.granted += share_of(rule->limit - given, options_.partitions, told, own);
    } else if (is_canary(learned.subject)) {
        rail.state = Rail::State::looking;
        rail.until = at + std::chrono::seconds(rule->seconds);
    } else {
        rail.state = Rail::State::shut;
    }
}

void Machine::hear(const model::Approve& approve, Instant at) {
    const std::string step = approve.journey + "/" + approve.step;
    const std::string blast = std::string(kBlast) + step;
    if (const auto rule = rule_of(blast)) {
        Rail& rail = rail_of(blast, *rule);
        rail.state = Rail::State::open;
        rail.until = at + std::chrono::seconds(rule->seconds);
    }
    const std::string canaries = canary_of(step) + "/";
    if (const auto rule = rule_of(canaries)) {
        const ir::Program& live = *catalog_->live()->program;
        const ir::Index journey = ir::find_named(live.journeys, approve.journey);
        if (journey != ir::kNone)
            rail_of(canaries + std::to_string(live.journeys[journey].version), *rule);
    }
    for (auto one = rails_.lower_bound(canaries);
         one != rails_.end() && one->first.rfind(canaries, 0) == 0; ++one) {
        one->second.state = Rail::State::open;
        one->second.until = kNever;
    }
}

void Machine::count_rails(Counts& into) const {
    for (const auto& [step, waiting] : at_rails_) {
        const std::size_t first = step.find('/');
        const std::string name = step.substr(0, first);
        auto journey = std::lower_bound(
            into.journeys.begin(), into.journeys.end(), name,
            [](const JourneyCounts& one, const std::string& other) { return one.journey < other; });
        if (journey == into.journeys.end() || journey->journey != name) {
            journey = into.journeys.emplace(journey);
            journey->journey = name;
        }
        RailCounts& counts = journey->rails[step.substr(first + 1, step.rfind('/') - first - 1)];
        counts.waiting += waiting.size();
        for (const std::string& subject : {canary_of(step), blast_of(step)}) {
            const auto found = rails_.find(subject);
            if (found == rails_.end() || !rule_of(subject)) continue;
            counts.shut = counts.shut || found->second.state == Rail::State::shut;
            if (found->second.state == Rail::State::looking)
                counts.looked_at = std::min(counts.looked_at, found->second.until);
        }
    }
}

}  // namespace journey::core
