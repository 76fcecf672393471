#include "engine/core/facts.h"

namespace journey::core {
namespace {

const Value& missing() {
    static const Value value;
    return value;
}

}  // namespace

const Value& PersonFacts::user(ir::Index field) const {
    if (const Value* value = person_.attribute(linked_.profile[field])) return *value;
    const auto& fallback = linked_.program->profile[field].fallback;
    return fallback ? *fallback : missing();
}

const Value& PersonFacts::trigger(ir::Index name) const {
    if (entry_ != nullptr) return name < entry_->values.size() ? entry_->values[name] : missing();
    if (row_ == nullptr || name >= columns_->size()) return missing();
    const ir::Index column = (*columns_)[name];
    return column == ir::kNone ? missing() : (*row_)[column];
}

const Value& PersonFacts::local(ir::Index slot) const {
    if (entry_ == nullptr) return missing();
    const ir::Journey& journey = linked_.program->journeys[entry_->journey];
    const std::size_t index = journey.trigger_fields.size() + slot;
    return index < entry_->values.size() ? entry_->values[index] : missing();
}

const std::string& PersonFacts::entry_id() const {
    if (entry_ != nullptr && entry_id_.empty()) entry_id_ = text_of(entry_->id);
    return entry_id_;
}

const calendar::Zone& PersonFacts::run_zone() const {
    if (run_zone_ != nullptr) return *run_zone_;
    run_zone_ = linked_.workspace_zone;
    const ir::Index index = entry_ != nullptr ? entry_->journey : journey_;
    if (index == ir::kNone) return *run_zone_;
    if (const calendar::Zone* zone = linked_.journeys[index].zone) return *(run_zone_ = zone);
    if (const calendar::Zone* zone = zone_of(linked_, person_)) run_zone_ = zone;
    const ir::Index from = linked_.program->journeys[index].zone_from;
    if (from == ir::kNone) return *run_zone_;
    // Days in that expression itself are counted where the person lives.
    const Value value = evaluate(from);
    const auto* name = value.as<std::string>();
    if (const calendar::Zone* zone = name == nullptr ? nullptr : calendar::find_zone(*name))
        run_zone_ = zone;
    return *run_zone_;
}

Value PersonFacts::tags() const {
    List all;
    if (person_.rare_parts) {
        for (const std::string& tag : person_.rare_parts->tags)
            all.emplace_back(tag);
    }
    return Value(std::move(all));
}

bool PersonFacts::consented(ir::Index consent) const {
    return consent_given(linked_, person_, consent);
}

bool PersonFacts::reachable(ir::Index channel) const {
    if (person_.suppressed(linked_.channels[channel])) return false;
    const ir::Channel& declared = linked_.program->channels[channel];
    if (declared.address_field == ir::kNone) return true;
    const std::vector<std::string> all = addresses_of(linked_, person_, channel);
    return std::any_of(all.begin(), all.end(), [&](const std::string& address) {
        return addresses_ == nullptr || !addresses_->blocks(declared, address);
    });
}

Value PersonFacts::aggregate(ir::Index aggregate) const {
    return aggregate_of(linked_, linked_.program->aggregates[aggregate], person_, *this);
}

const calendar::Zone* zone_of(const LinkedProgram& linked, const Person& person) {
    if (linked.zone_field == ir::kNone) return nullptr;
    const Value* value = person.attribute(linked.profile[linked.zone_field]);
    if (value == nullptr) {
        const auto& fallback = linked.program->profile[linked.zone_field].fallback;
        value = fallback ? &*fallback : nullptr;
    }
    const auto* name = value == nullptr ? nullptr : value->as<std::string>();
    return name == nullptr ? nullptr : calendar::find_zone(*name);
}

std::string address_of(const LinkedProgram& linked, const Person& person, ir::Index channel) {
    const ir::Index field = linked.program->channels[channel].address_field;
    if (field == ir::kNone) return {};
    const Value* value = person.attribute(linked.profile[field]);
    if (value == nullptr) return {};
    if (const auto* text = value->as<std::string>()) return *text;
    const std::vector<std::string> all = addresses_of(linked, person, channel);
    return all.empty() ? std::string() : all.front();
}

std::vector<std::string> addresses_of(const LinkedProgram& linked, const Person& person,
                                      ir::Index channel) {
    std::vector<std::string> out;
    const ir::Index field = linked.program->channels[channel].address_field;
    if (field == ir::kNone) return out;
    const Value* value = person.attribute(linked.profile[field]);
    if (value == nullptr) return out;
    const auto add = [&](const Value& one) {
        const auto* text = one.as<std::string>();
        if (text != nullptr && !text->empty() &&
            std::find(out.begin(), out.end(), *text) == out.end())
            out.push_back(*text);
    };
    if (const List* list = value->as<List>()) {
        for (auto one = list->rbegin(); one != list->rend() && out.size() < kAddressesMost; ++one)
            add(*one);
    } else {
        add(*value);
    }
    return out;
}

bool consent_given(const LinkedProgram& linked, const Person& person, ir::Index consent) {
    if (const ConsentRecord* record = person.consent(linked.consents[consent]))
        return record->granted;
    return linked.program->consents[consent].basis == ir::Basis::opt_out;
}

}  // namespace journey::core
