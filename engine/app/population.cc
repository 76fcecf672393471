#include "engine/app/population.h"

#include <cmath>
#include <fmt/format.h>

namespace journey::app {
namespace {

constexpr double kDayMicros = 86'400e6;
bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

/// How many of a hundred have an address of this kind; nobody leaves all of them.
double share_with(const ir::Field& field) {
    if (field.required) return 1;
    if (has(field.name, "phone") || has(field.name, "mobile")) return 0.7;
    if (has(field.name, "token") || has(field.name, "device")) return 0.6;
    return 0.95;
}

}  // namespace

Population::Population(const ir::Program& program, Habits habits, PopulationOptions options)
    : program_(program),
      options_(std::move(options)),
      rng_(options_.seed),
      profile_(program.profile.begin(), program.profile.end()),
      prefix_(fmt::format("user:sim-{}-", options_.seed)) {
    for (const ir::EventType& event : program.events)
        fields_.emplace_back(event.fields.begin(), event.fields.end());
    people_.reserve(options_.people);
    for (std::uint32_t person = 0; person < options_.people; ++person)
        people_.push_back(model::person_id_of(external_id(person)));
    per_day_.resize(program.events.size());
    after_.resize(program.events.size());
    remembered_.resize(program.events.size());
    for (const auto& [name, rate] : habits.per_day) {
        const ir::Index at = ir::find_named(program.events, name);
        if (at != ir::kNone) per_day_[at] = rate;
    }
    for (const auto& [name, follows] : habits.after) {
        const ir::Index at = ir::find_named(program.events, name);
        if (at == ir::kNone) continue;
        for (const Habits::Follow& one : follows) {
            const ir::Index next = ir::find_named(program.events, one.event);
            if (next == ir::kNone) continue;
            const double mean = std::max(1.0, static_cast<double>(one.after.count()));
            after_[at].push_back({static_cast<std::uint16_t>(next), one.chance, kDayMicros / mean});
        }
        remembered_[at] = !after_[at].empty();
    }
    zone_offset_ = zone_offset_of(program.workspace.zone, options_.start).count();
    for (std::uint32_t person = 0; person < options_.people; ++person) {
        for (std::size_t event = 0; event < per_day_.size(); ++event) {
            if (per_day_[event] > 0)
                plan(person, static_cast<std::uint16_t>(event), micros_of(options_.start));
        }
    }
}

std::int64_t Population::gap(double per_day) {
    return static_cast<std::int64_t>(-std::log(1.0 - rng_.unit()) / per_day * kDayMicros);
}

/// Most people do little at night, where the workspace is.
std::int64_t Population::awake(std::int64_t at) {
    constexpr std::int64_t kHour = 3'600'000'000;
    const std::int64_t of_day = (at + zone_offset_) % (24 * kHour);
    if (of_day >= 7 * kHour || rng_.chance(0.1)) return at;
    return at + 7 * kHour - of_day + static_cast<std::int64_t>(rng_.below(15 * kHour));
}

void Population::plan(std::uint32_t person, std::uint16_t event, std::int64_t from) {
    const std::int64_t at = awake(from + gap(per_day_[event]));
    if (at < micros_of(options_.end)) due_.push({at, person, event, false});
}

void Population::follow(const Due& due) {
    double draw = rng_.unit();
    for (const Follow& one : after_[due.event]) {
        draw -= one.chance;
        if (draw >= 0) continue;
        const std::int64_t at = due.at + gap(one.per_day);
        if (at < micros_of(options_.end)) due_.push({at, due.person, one.event, true});
        return;
    }
}

std::string Population::external_id(std::uint32_t person) const {
    return prefix_ + std::to_string(person + 1);
}

MadeUpFor Population::who(std::uint32_t person, std::int64_t at) {
    name_ = external_id(person);
    return {model::customer_id_of(name_), person, instant_of(at), Micros{zone_offset_},
            program_.workspace.currency};
}

model::Command Population::command_of(std::uint32_t person, Instant at) const {
    model::Command command;
    command.external_id = external_id(person);
    command.person = people_[person];
    command.event_time = at;
    return command;
}

Record Population::profile_of(std::uint32_t person) {
    Record out;
    out.reserve(profile_.size());
    const MadeUpFor one = who(person, micros_of(options_.start));
    for (const MadeUpField& field : profile_) {
        if (!rng_.chance(share_with(field.field()))) continue;
        Value value = made_up_value(field, one, rng_);
        if (!value.is_missing()) out.push_back({field.field().name, std::move(value)});
    }
    return out;
}

Record Population::properties_of(const Due& due) {
    Record out;
    out.reserve(fields_[due.event].size());
    const Record* before = nullptr;
    if (due.follows) {
        const auto last = last_.find(due.person);
        if (last != last_.end()) before = &last->second;
    }
    const MadeUpFor one = who(due.person, due.at);
    for (const MadeUpField& field : fields_[due.event]) {
        const std::string& name = field.field().name;
        if (!field.field().required && rng_.chance(0.2)) continue;
        // What follows is about the same thing: the same sku, the same view.
        const Value* same = before != nullptr ? find(*before, name) : nullptr;
        Value value = same != nullptr ? *same : made_up_value(field, one, rng_);
        if (!value.is_missing()) out.push_back({name, std::move(value)});
    }
    return out;
}

model::Command Population::opening() {
    model::Command command = command_of(opened_, options_.start);
    if (consent_ == 0) {
        command.body = model::Identify{profile_of(opened_)};
    } else {
        command.body =
            model::ConsentChange{program_.consents[consent_ - 1].name, true, "simulation", ""};
    }
    // The next consent this person has given, or the next person.
    while (++consent_ <= program_.consents.size()) {
        const std::string& name = program_.consents[consent_ - 1].name;
        const bool given = options_.consents.empty()
                               ? rng_.chance(kConsentShare)
                               : std::find(options_.consents.begin(), options_.consents.end(),
                                           name) != options_.consents.end();
        if (given) return command;
    }
    consent_ = 0;
    ++opened_;
    return command;
}

std::optional<model::Command> Population::next() {
    if (opened_ < options_.people) return opening();
    if (due_.empty()) return std::nullopt;
    const Due due = due_.top();
    due_.pop();
    model::Command command = command_of(due.person, instant_of(due.at));
    model::Track track{program_.events[due.event].name, properties_of(due)};
    if (remembered_[due.event]) last_[due.person] = track.properties;
    command.body = std::move(track);
    follow(due);
    if (!due.follows) plan(due.person, due.event, due.at);
    ++events_;
    return command;
}

}  // namespace journey::app
