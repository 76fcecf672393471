// What the file says about answers, proofs and tokens.

#include "connectors/declared/reading.h"

#include <array>
#include <charconv>
#include <fmt/format.h>

namespace journey::connectors::declared {
namespace {

struct AuthPart {
    std::string_view name;
    bool needed = true;
};
struct AuthKind {
    std::string_view name;
    std::vector<AuthPart> parts;
};

const std::vector<AuthKind>& auth_kinds() {
    static const std::vector<AuthKind> kKinds = {
        {"basic", {{"user"}, {"password", false}}},
        {"bearer", {{"token"}}},
        {"header", {{"name"}, {"value"}}},
        {"aliyun-rpc", {{"key id"}, {"secret"}}},
        {"aliyun-acs3", {{"key id"}, {"secret"}, {"action"}, {"version"}}},
        {"tencent-tc3",
         {{"key id"}, {"secret"}, {"service"}, {"action"}, {"version"}, {"region", false}}},
        {"aws-sigv4", {{"key id"}, {"secret"}, {"region"}, {"service"}, {"session token", false}}},
    };
    return kKinds;
}

std::uint32_t status_of(std::string_view text) {
    std::uint32_t status = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), status);
    const bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
    return whole && status >= 100 && status <= 599 ? status : 0;
}

/// "429", "5xx".
std::optional<std::pair<std::uint32_t, std::uint32_t>> statuses_of(std::string_view text) {
    if (text.size() == 3 && text.ends_with("xx") && text[0] >= '1' && text[0] <= '5') {
        const auto from = static_cast<std::uint32_t>(text[0] - '0') * 100;
        return std::pair(from, from + 99);
    }
    const std::uint32_t status = status_of(text);
    if (status == 0) return std::nullopt;
    return std::pair(status, status);
}

}  // namespace

Micros duration_of(const Setting& at) {
    const std::string text = at.text();
    if (text.empty()) return Micros{0};
    std::int64_t count = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), count);
    const std::string_view unit(read.ptr,
                                static_cast<std::size_t>(text.data() + text.size() - read.ptr));
    if (read.ec == std::errc() && count >= 0 && count < 1'000'000) {
        if (unit == "s") return std::chrono::seconds(count);
        if (unit == "m") return std::chrono::minutes(count);
        if (unit == "h") return std::chrono::hours(count);
        if (unit == "d") return std::chrono::hours(24 * count);
    }
    at.complain("a time like 30s, 10m, 24h or 1d belongs here");
    return Micros{0};
}

std::string word_of(const Setting& at, std::span<const std::string_view> words) {
    if (!at.present()) return std::string(words.front());
    const std::string text = at.text();
    if (std::find(words.begin(), words.end(), text) == words.end())
        at.complain(fmt::format("one of these belongs here: {}", fmt::join(words, ", ")));
    return text;
}

Auth Reader::auth(const Setting& at) const {
    Auth out;
    if (!at.present()) return out;
    out.kind = at["kind"].text();
    const auto& kinds = auth_kinds();
    const auto kind = std::find_if(kinds.begin(), kinds.end(),
                                   [&](const AuthKind& one) { return one.name == out.kind; });
    if (kind == kinds.end()) {
        std::vector<std::string_view> names;
        for (const AuthKind& one : kinds)
            names.push_back(one.name);
        at["kind"].complain(fmt::format("one of these belongs here: {}", fmt::join(names, ", ")));
        return out;
    }
    for (const AuthPart& part : kind->parts) {
        const Setting said = at[part.name];
        const Place place =
            out.kind == "bearer" || out.kind == "header" ? Place::request : Place::settings;
        out.parts.emplace(part.name, part.needed ? needed(said, place) : pattern(said, place));
    }
    return out;
}

Condition Reader::condition(const Setting& at) const {
    Condition out;
    for (const Setting& status : at["status"].items()) {
        const auto range = statuses_of(status.text());
        if (!range) status.complain("a status like 429 or 5xx belongs here");
        out.statuses.push_back(range.value_or(std::pair(0U, 0U)));
    }
    out.where = where(at["where"], Place::answer);
    return out;
}

Answer Reader::answer(const Setting& at) const {
    static constexpr auto kOutcomes =
        std::to_array<std::string_view>({"accepted", "rejected", "retry", "pause", "perhaps"});
    Answer out;
    out.id = pattern(at["id"], Place::answer);
    out.code = pattern(at["code"], Place::answer);
    for (const Setting& item : at["rules"].items()) {
        AnswerRule rule;
        rule.condition = condition(item);
        if (!item["is"].present()) item["is"].complain("this must be said");
        const std::string word = word_of(item["is"], kOutcomes);
        const auto found = std::find(kOutcomes.begin(), kOutcomes.end(), word);
        if (found != kOutcomes.end())
            rule.outcome = static_cast<Outcome>(found - kOutcomes.begin());
        rule.after = duration_of(item["after"]);
        rule.because = item["because"].text();
        out.rules.push_back(std::move(rule));
    }
    return out;
}

}  // namespace journey::connectors::declared
