#include "connectors/api/api.h"

#include <fmt/format.h>

namespace journey::connectors {
namespace {

// RFC 6749 leaves "expires_in" out when the documentation says how long; then this is short enough.
constexpr std::int64_t kSecondsUnsaid = 300;
constexpr std::int64_t kSecondsMost = 86'400;
constexpr std::size_t kTokenMost = 16u << 10;

// RFC 6749, A.12: visible ASCII, so that it fits into a header.
bool is_sound(std::string_view token) {
    return !token.empty() && token.size() <= kTokenMost &&
           std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

// {"error": "invalid_grant", …}, {"errcode": 40013, …}; the rest may repeat what we sent.
std::string named_error(const Record& answer) {
    for (const std::string_view name : {"error", "errcode", "code"}) {
        const Value* found = find(answer, name);
        if (found == nullptr) continue;
        if (const auto* number = found->as<std::int64_t>()) return std::to_string(*number);
        const auto* text = found->as<std::string>();
        if (text != nullptr && is_sound(*text)) return text->substr(0, 60);
    }
    return "no reason named";
}

}  // namespace

bool TokenSource::refuses(const Response& response) const {
    return response.answered && response.status == 401;
}

Result<Token> read_access_token(const Response& response, std::string_view who) {
    if (!response.answered) {
        return error(response.credentials_problem ? ErrorCode::refused : ErrorCode::retry,
                     fmt::format("{} gave no access token: {}", who, response.failure));
    }
    if (response.status == 429 || response.status >= 500) {
        return error(ErrorCode::retry,
                     fmt::format("{} gave no access token ({})", who, response.status));
    }
    const auto parsed = value_from_json(response.body);
    const Record* answer = parsed ? parsed.value().as<Record>() : nullptr;
    if (answer == nullptr) {
        return error(response.status >= 400 ? ErrorCode::refused : ErrorCode::retry,
                     fmt::format("{} answered {} with something unreadable in place of an access "
                                 "token",
                                 who, response.status));
    }
    const Value* token = find(*answer, "access_token");
    const auto* text = token == nullptr ? nullptr : token->as<std::string>();
    if (response.status >= 300 || text == nullptr || !is_sound(*text)) {
        return error(ErrorCode::refused, fmt::format("{} gave no access token ({}: {})", who,
                                                     response.status, named_error(*answer)));
    }
    std::int64_t seconds = kSecondsUnsaid;
    const Value* expires = find(*answer, "expires_in");
    if (expires != nullptr) {
        if (const auto* number = expires->as<std::int64_t>()) seconds = *number;
    }
    return Token{*text, std::chrono::seconds(std::clamp<std::int64_t>(seconds, 1, kSecondsMost))};
}

}  // namespace journey::connectors
