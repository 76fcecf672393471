// Tags given or taken from outside: the same as `tag` in a journey.
#include "engine/core/machine.h"

namespace journey::core {

void Machine::on(const model::Command& command, const model::TagChange& change) {
    Person* person = reach(command, true);
    if (person == nullptr || is_repeat(*person, command)) return;
    bool changes = false;
    for (const std::string& tag : change.add)
        changes |= person->set_tag(tag, true);
    for (const std::string& tag : change.remove)
        changes |= person->set_tag(tag, false);
    if (changes) {
        levels_changed_ = true;
        changed(*person);
    }
    finish_command(*person);
}

}  // namespace journey::core
