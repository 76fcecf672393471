// In data made of a backup: a message of this key went out after the backup was made. Of
//   a stub                   sent on
//   nobody                   remembered by the id: whoever comes under it brings no doubles. Nor does
//                            who was erased and comes back: it may be a message of that second life
//   a final message          nothing; a repeat
//   an open one              it is unknown now, and its entry goes on as after any unknown; also when
//                            it comes later, by an Absorb: the message left under the other name
//   else                     remembered: the message is unknown as soon as it is planned
// What is not met in ninety days is forgotten: no backup is that old.
#include "engine/core/machine.h"

namespace journey::core {
namespace {

constexpr Micros kKept = std::chrono::hours(24 * 90);

}  // namespace

void Machine::on(const model::Command& command, const model::SentElsewhere& sent) {
    if (person_of(command.person) == nullptr) {
        remember(strangers_[command.person], sent);
        strangers_until_ = now_ + kKept;
        return;
    }
    Person* person = reach(command, false);
    if (person == nullptr) return;
    if (Intent* open = person->intent(sent.key)) {
        close_sent_elsewhere(*person, *open, sent.at);
    } else if (person->final_message(sent.key) == nullptr) {
        remember(person->acts().went_out, sent);
        changed(*person);
    }
    finish_command(*person);
}

void Machine::remember(std::vector<WentOut>& known, const model::SentElsewhere& sent) const {
    std::erase_if(known,
                  [&](const WentOut& one) { return one.key == sent.key || one.at < now_ - kKept; });
    known.push_back({sent.key, sent.at});
}

std::optional<Instant> Machine::take_went_out(Person& person, const model::MessageKey& key) {
    Acts* acts = person.any_acts();
    if (acts == nullptr || acts->went_out.empty()) return std::nullopt;
    std::erase_if(acts->went_out, [&](const WentOut& one) { return one.at < now_ - kKept; });
    const auto found = std::find_if(acts->went_out.begin(), acts->went_out.end(),
                                    [&](const WentOut& one) { return one.key == key; });
    if (found == acts->went_out.end()) return std::nullopt;
    const Instant at = found->at;
    acts->went_out.erase(found);
    return at;
}

void Machine::close_sent_elsewhere(Person& person, Intent& intent, Instant at) {
    intent.message.claimed_at = at;
    close(person, intent.message.key, model::MessageStatus::unknown, model::Reason::in_journal, {});
}

void Machine::close_went_out(Person& person) {
    std::vector<WentOut> open;
    if (const Acts* acts = person.any_acts()) {
        for (const WentOut& one : acts->went_out) {
            if (person.intent(one.key) != nullptr) open.push_back(one);
        }
    }
    for (const WentOut& one : open) {
        take_went_out(person, one.key);
        if (Intent* intent = person.intent(one.key)) close_sent_elsewhere(person, *intent, one.at);
    }
}

void Machine::meet_stranger(Person& person) {
    const auto known = strangers_.find(person.id);
    if (known == strangers_.end()) return;
    person.acts().went_out = std::move(known->second);
    strangers_.erase(known);
}

void Machine::forget_strangers() {
    if (now_ < strangers_until_) return;
    strangers_.clear();
    strangers_until_ = kNever;
}

}  // namespace journey::core
