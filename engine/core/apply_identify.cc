//   trait declared, fits          attribute (null removes it)
//   trait declared, wrong type    counted; the attribute stays as it was
//   trait not declared            kept by name until a program declares it
#include "engine/core/machine.h"

namespace journey::core {
namespace {

constexpr std::size_t kExtrasMax = 200;

}  // namespace

void Machine::on(const model::Command& command, const model::Identify& identify) {
    Person* person = reach(command, true);
    if (person == nullptr || is_repeat(*person, command)) return;
    const LinkedProgram* live = catalog_->live();
    bool any = false;
    for (const NamedValue& trait : identify.traits) {
        const ir::Index field = live == nullptr ? ir::kNone : live->find_profile(trait.name);
        if (field == ir::kNone) {
            Record& extras = person->rare().extras;
            if (extras.size() >= kExtrasMax && find(extras, trait.name) == nullptr) continue;
            put(extras, trait.name, trait.value);
            changed(*person);
            continue;
        }
        bool fits = trait.value.is_missing();
        Value value =
            fits ? Value() : expr::coerce(trait.value, live->program->profile[field].type, fits);
        if (!fits) {
            ++tally_.bad_properties;
            continue;
        }
        any = set_attribute(*person, live->profile[field], std::move(value)) || any;
    }
    if (any) attributes_changed(*person);
    finish_command(*person);
}

}  // namespace journey::core
