// Consent and suppression: the state changes, and attempts that were granted but have sent no byte
// are called back (P7). Planned messages meet the new state when they are claimed.
#include "engine/core/machine.h"

namespace journey::core {

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
