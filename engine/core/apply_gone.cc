// A provider called addresses nobody's: devices on which the app is no more. Of the message's person
//   a list that holds some         they leave it, the others stay
//   a text that is one             it goes: the person has no address there until there is a new one
//   anything else                  nothing; so does a repeat
// An app that comes back is given an address again, perhaps the same, and says so.
#include "engine/core/machine.h"

namespace journey::core {

void Machine::on(const model::Command& command, const model::AddressesGone& gone) {
    Person* person = reach(command, false);
    if (person == nullptr) return;
    Intent* open = person->intent(gone.key);
    const Message* message = open != nullptr ? &open->message : person->final_message(gone.key);
    if (message == nullptr) return finish_command(*person);
    const auto is_named = [&](const std::string& address) {
        return std::find(gone.addresses.begin(), gone.addresses.end(), hash64(address)) !=
               gone.addresses.end();
    };
    const auto is_gone = [&](const Value& value) {
        const auto* text = value.as<std::string>();
        return text != nullptr && is_named(*text);
    };
    if (open != nullptr && std::erase_if(open->more_addresses, is_named) > 0) changed(*person);
    const LinkedProgram& program = linked(message->program);
    const ir::Journey& journey = program.program->journeys[message->journey];
    const auto& send = std::get<ir::Send>(journey.states[message->state].act);
    const ir::Index index = program.program->channels[send.channel].address_field;
    if (index == ir::kNone) return finish_command(*person);
    const FieldNumber field = program.profile[index];
    if (const Value* known = person->attribute(field)) {
        Value left;
        bool fewer = false;
        if (const List* list = known->as<List>()) {
            List others = *list;
            fewer = std::erase_if(others, is_gone) > 0;
            if (!others.empty()) left = Value(std::move(others));
        } else {
            fewer = is_gone(*known);
        }
        if (fewer && set_attribute(*person, field, std::move(left))) attributes_changed(*person);
    }
    finish_command(*person);
}

}  // namespace journey::core
