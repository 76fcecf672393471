#include "connectors/inbound/reading.h"

#include <charconv>
#include <fmt/format.h>

namespace journey::connectors::inbound {
namespace {

constexpr std::int64_t kSecondsMost = 1'000'000'000'000;

std::optional<std::int64_t> number_of(const Value& value) {
    if (const auto* whole = value.as<std::int64_t>()) return *whole;
    if (const auto* real = value.as<double>()) {
        if (*real > 0 && *real < static_cast<double>(kSecondsMost))
            return static_cast<std::int64_t>(*real);
        return std::nullopt;
    }
    const auto* text = value.as<std::string>();
    if (text == nullptr) return std::nullopt;
    std::int64_t number = 0;
    const char* end = text->data() + text->size();
    const auto read = std::from_chars(text->data(), end, number);
    return read.ec == std::errc() && read.ptr == end ? std::optional(number) : std::nullopt;
}

}  // namespace

std::string_view field(const Form& form, std::string_view name) {
    for (const auto& [key, value] : form) {
        if (key == name) return value;
    }
    return {};
}

const Value* at_path(const Record& object, std::string_view path) {
    const Record* inside = &object;
    while (inside != nullptr) {
        const std::size_t dot = std::min(path.find('.'), path.size());
        const Value* found = find(*inside, path.substr(0, dot));
        if (found == nullptr || dot == path.size()) return found;
        path.remove_prefix(dot + 1);
        inside = found->as<Record>();
    }
    return nullptr;
}

std::string_view text_at(const Record& object, std::string_view path) {
    const Value* found = at_path(object, path);
    const auto* text = found == nullptr ? nullptr : found->as<std::string>();
    return text == nullptr ? std::string_view() : std::string_view(*text);
}

std::string word_at(const Record& object, std::string_view path) {
    const Value* found = at_path(object, path);
    if (found == nullptr) return {};
    if (const auto* number = found->as<std::int64_t>()) return std::to_string(*number);
    const auto* text = found->as<std::string>();
    return text == nullptr ? std::string() : *text;
}

const Record* record_at(const Record& object, std::string_view path) {
    const Value* found = at_path(object, path);
    return found == nullptr ? nullptr : found->as<Record>();
}

Result<Record> read_object(std::string_view json, std::string_view what) {
    auto read = value_from_json(json);
    Record* object = read ? std::get_if<Record>(&read.value().held) : nullptr;
    if (object == nullptr)
        return error(ErrorCode::invalid, fmt::format("{} is no JSON object", what));
    return std::move(*object);
}

Result<std::vector<Record>> read_objects(std::string_view json, std::string_view what) {
    auto read = value_from_json(json);
    std::vector<Record> out;
    if (!read) return error(ErrorCode::invalid, fmt::format("{} is no JSON", what));
    if (auto* one = std::get_if<Record>(&read.value().held)) {
        out.push_back(std::move(*one));
        return out;
    }
    auto* list = std::get_if<List>(&read.value().held);
    if (list == nullptr) return error(ErrorCode::invalid, fmt::format("{} is no list", what));
    if (list->size() > kReportsMost) {
        return error(ErrorCode::invalid,
                     fmt::format("{} holds more than {} notices", what, kReportsMost));
    }
    for (Value& each : *list) {
        if (auto* object = std::get_if<Record>(&each.held)) out.push_back(std::move(*object));
    }
    return out;
}

Instant time_at(const Record& object, std::string_view path, Instant now) {
    const Value* found = at_path(object, path);
    if (found == nullptr) return now;
    if (const auto seconds = number_of(*found)) {
        if (*seconds <= 0 || *seconds >= kSecondsMost) return now;
        return std::min(now, Instant(std::chrono::seconds(*seconds)));
    }
    const auto* text = found->as<std::string>();
    if (text == nullptr) return now;
    const auto read = parse_instant(*text);
    return read && read.value() > Instant{} ? std::min(now, read.value()) : now;
}

std::string bounce_detail(std::string_view kind, std::string_view text) {
    const std::string detail = as_detail(text);
    return detail.empty() ? std::string(kind) : fmt::format("{}: {}", kind, detail);
}

Result<void> check_age(Instant sent, Instant now, Micros most) {
    if (sent < now - most || sent > now + kSkew) {
        return error(ErrorCode::refused, "the notice is too old, or from the future");
    }
    return success();
}

}  // namespace journey::connectors::inbound
