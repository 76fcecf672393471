#include "engine/http/schema.h"

#include "engine/expr/expr.h"

#include <fmt/format.h>

namespace journey::http {
namespace {

constexpr std::size_t kSeenMost = 4096;

bool is_snake(std::string_view name) {
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

const ir::Field* exact(const std::vector<ir::Field>& fields, std::string_view name) {
    for (const ir::Field& field : fields) {
        if (field.name == name) return &field;
    }
    return nullptr;
}

std::string_view what_it_is(const Value& value) {
    return std::visit(
        Match{[](Missing) { return "nothing"; }, [](bool) { return "true or false"; },
              [](std::int64_t) { return "a whole number"; }, [](double) { return "a number"; },
              [](const std::string&) { return "text"; }, [](const List&) { return "a list"; },
              [](const Record&) { return "an object"; },
              [](const auto&) { return "another type"; }},
        value.held);
}

// The common cases without a copy; what the core will do with the rest is the core's own rule.
bool fits(const ir::Type& type, const Value& value) {
    const bool number_wanted =
        type.kind == ir::TypeKind::real || type.kind == ir::TypeKind::integer;
    if (number_wanted && value.as<std::int64_t>() != nullptr) return true;
    if (type.kind == ir::TypeKind::text && value.as<std::string>() != nullptr) return true;
    bool fitting = false;
    (void)expr::coerce(value, type, fitting);
    return fitting;
}

}  // namespace

Schema::Schema(std::shared_ptr<const ir::Program> program) : program_(std::move(program)) {
    if (!program_) return;
    for (const ir::EventType& event : program_->events) {
        if (!event.builtin) event_names_.push_back(event.name);
    }
}

const ir::EventType* Schema::declared(std::string_view event) const {
    if (!program_) return nullptr;
    const ir::Index at = ir::find_named(program_->events, event);
    return at == ir::kNone ? nullptr : &program_->events[at];
}

Schema::EventName Schema::look_up(std::string_view as_sent) const {
    if (const ir::EventType* type = declared(as_sent)) return {type, type->name, ""};
    const std::string snake = to_snake_case(as_sent);
    if (const ir::EventType* type = declared(snake)) return {type, type->name, ""};
    EventName unknown{nullptr, snake.empty() ? std::string(as_sent) : snake, ""};
    if (!program_) {
        unknown.warning =
            "No journeys are live yet, so every event is kept in quarantine; `journey apply` "
            "publishes them.";
    } else {
        unknown.warning = fmt::format("`{}` is not declared; it is kept in quarantine.{}",
                                      unknown.name, suggestion(unknown.name, event_names_));
    }
    return unknown;
}

const Schema::EventName& Schema::event(std::string_view as_sent) {
    const auto found = seen_.find(as_sent);
    if (found != seen_.end()) return found->second;
    if (seen_.size() >= kSeenMost) {
        unseen_ = look_up(as_sent);
        return unseen_;
    }
    return seen_.emplace(std::string(as_sent), look_up(as_sent)).first->second;
}

const ir::Field* Schema::field(const std::vector<ir::Field>& fields, std::string& name) {
    if (const ir::Field* found = exact(fields, name)) return found;
    if (is_snake(name)) return nullptr;
    const ir::Field* found = exact(fields, to_snake_case(name));
    if (found != nullptr) name = found->name;
    return found;
}

const ir::Field* Schema::profile_field(std::string& name) const {
    if (!program_) return nullptr;
    if (const ir::Field* found = field(program_->profile, name)) return found;
    // Segment's own spelling of it is one word.
    if (name != "timezone") return nullptr;
    const ir::Field* found = exact(program_->profile, "time_zone");
    if (found != nullptr) name = found->name;
    return found;
}

bool Schema::declares_profile(std::string_view name) const {
    return program_ && exact(program_->profile, name) != nullptr;
}

std::optional<std::string_view> mismatch(const ir::Type& type, const Value& value) {
    if (value.is_missing() || fits(type, value)) return std::nullopt;
    return what_it_is(value);
}

std::string words_for(const ir::Type& type) {
    switch (type.kind) {
        case ir::TypeKind::boolean:
            return "true or false";
        case ir::TypeKind::integer:
            return "a whole number";
        case ir::TypeKind::real:
            return "a number";
        case ir::TypeKind::duration:
            return "a duration such as \"1h30m\"";
        case ir::TypeKind::instant:
            return "a moment such as \"2026-03-02T09:00:00Z\"";
        case ir::TypeKind::date:
            return "a date such as \"2026-03-02\"";
        case ir::TypeKind::time_of_day:
            return "a time such as \"09:30\"";
        case ir::TypeKind::zone:
            return "a time zone such as \"Europe/Berlin\"";
        case ir::TypeKind::money:
            return "an amount such as 19.90";
        case ir::TypeKind::choice:
            return fmt::format("one of `{}`", fmt::join(type.choices, "`, `"));
        case ir::TypeKind::list:
            return "a list";
        case ir::TypeKind::map:
        case ir::TypeKind::event:
            return "an object";
        case ir::TypeKind::text:
        case ir::TypeKind::missing:
            break;
    }
    return "text";
}

std::string suggestion(std::string_view name, std::span<const std::string> candidates) {
    const std::vector<std::string> near = did_you_mean(name, candidates);
    return near.empty() ? "" : fmt::format(" Did you mean `{}`?", near.front());
}

}  // namespace journey::http
