//   not answered, certificate or login    pause      the connector is at fault, not the message
//   not answered, no byte left            retry      nobody can have it
//   not answered, bytes left              by class   perhaps somebody has it
//   2xx                                   accepted
//   3xx                                   pause      redirects are never followed: the base address
//                                                    is wrong
//   401, 403, 407                         pause
//   409                                   accepted   when keyed: our key was there before; else
//                                                    rejected
//   429                                   retry      after Retry-After within [1 s, 1 h]
//   other 4xx                             rejected
//   5xx and everything else               by class
// by class: keyed and collapsible retry, queryable and neither stay unknown; both are ambiguous.

#include "connectors/api/api.h"

#include <charconv>
#include <fmt/format.h>

namespace journey::connectors {
namespace {

using model::IdempotencyClass;
using model::Observation;
using model::ObservationKind;
using std::chrono::seconds;

constexpr Micros kRetryAfterLeast = seconds(1);
constexpr Micros kRetryAfterMost = std::chrono::hours(1);
constexpr std::size_t kReasonMost = 200;

const std::string* header(const Response& response, std::string_view name) {
    for (const auto& [key, value] : response.headers) {
        if (key == name) return &value;
    }
    return nullptr;
}

std::optional<std::int64_t> digits(std::string_view text) {
    std::int64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ptr != text.data() + text.size() || text.empty()) return std::nullopt;
    if (read.ec == std::errc::result_out_of_range) return std::numeric_limits<std::int64_t>::max();
    return read.ec == std::errc() && number >= 0 ? std::optional(number) : std::nullopt;
}

// "Sun, 06 Nov 1994 08:49:37 GMT", the only form RFC 9110 lets a sender make.
std::optional<Instant> http_date(std::string_view text) {
    constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (text.size() != 29 || text.substr(25) != " GMT") return std::nullopt;
    const std::size_t month = kMonths.find(text.substr(8, 3));
    if (month == std::string_view::npos || month % 3 != 0) return std::nullopt;
    auto at = parse_instant(fmt::format("{}-{:02}-{}T{}Z", text.substr(12, 4), month / 3 + 1,
                                        text.substr(5, 2), text.substr(17, 8)));
    return at ? std::optional(at.value()) : std::nullopt;
}

// 0 when the provider named no time. A date is measured against the provider's own clock, so that
// observing needs none of ours.
Micros retry_after(const Response& response) {
    const std::string* text = header(response, "retry-after");
    if (text == nullptr) return Micros{0};
    Micros wait = kRetryAfterLeast;
    if (const auto number = digits(*text)) {
        wait = seconds(std::min<std::int64_t>(*number, 3600));
    } else if (const auto until = http_date(*text)) {
        const std::string* date = header(response, "date");
        const auto now = date == nullptr ? std::nullopt : http_date(*date);
        wait = now ? std::chrono::duration_cast<Micros>(*until - *now) : seconds(60);
    }
    return std::clamp(wait, kRetryAfterLeast, kRetryAfterMost);
}

Observation ambiguous(const Response& response, IdempotencyClass idempotency, std::string reason) {
    const bool may_repeat =
        idempotency == IdempotencyClass::keyed || idempotency == IdempotencyClass::collapsible;
    Observation seen;
    seen.kind = may_repeat ? ObservationKind::retry : ObservationKind::unknown;
    seen.reason = std::move(reason);
    seen.status = response.status;
    seen.ambiguous = true;
    if (may_repeat) seen.retry_after = retry_after(response);
    return seen;
}

Observation plainly(ObservationKind kind, const Response& response, std::string reason) {
    Observation seen;
    seen.kind = kind;
    seen.reason = std::move(reason);
    seen.status = response.status;
    return seen;
}

Observation unanswered(const Response& response, IdempotencyClass idempotency) {
    std::string reason = response.failure.substr(0, kReasonMost);
    if (response.credentials_problem) {
        return plainly(ObservationKind::pause, response, std::move(reason));
    }
    if (!response.bytes_left) return plainly(ObservationKind::retry, response, std::move(reason));
    return ambiguous(response, idempotency, std::move(reason));
}

bool is_atom_character(char c) {
    constexpr std::string_view kSpecials = "!#$%&'*+-/=?^_`{|}~";
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kSpecials.find(c) != std::string_view::npos;
}

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_local_part(std::string_view local, bool utf8 = false) {
    if (local.empty() || local.size() > 64 || local.front() == '.' || local.back() == '.') {
        return false;
    }
    char before = 0;
    for (const char c : local) {
        const bool foreign = utf8 && static_cast<unsigned char>(c) >= 0x80;
        if (c == '.' ? before == '.' : !is_atom_character(c) && !foreign) return false;
        before = c;
    }
    return true;
}

bool is_label(std::string_view label) {
    return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
           std::all_of(label.begin(), label.end(),
                       [](char c) { return c == '-' || is_letter_or_digit(c); });
}

// At least two labels, and the last is no number: "ada@localhost" and "ada@127.0.0.1" are refused.
bool is_mail_domain(std::string_view domain) {
    if (domain.size() > 253) return false;
    std::size_t labels = 0;
    std::string_view last;
    while (true) {
        const std::size_t dot = domain.find('.');
        last = domain.substr(0, dot);
        if (!is_label(last)) return false;
        ++labels;
        if (dot == std::string_view::npos) break;
        domain.remove_prefix(dot + 1);
    }
    const bool number =
        std::all_of(last.begin(), last.end(), [](char c) { return c >= '0' && c <= '9'; });
    return labels >= 2 && !number;
}

constexpr std::size_t kDetailMost = 200;

}  // namespace

Observation observe_http(const Response& response, IdempotencyClass idempotency) {
    if (!response.answered) return unanswered(response, idempotency);
    const std::uint32_t status = response.status;
    if (status >= 200 && status < 300) return plainly(ObservationKind::accepted, response, "");
    if (status >= 300 && status < 400) {
        return plainly(ObservationKind::pause, response,
                       fmt::format("the provider answered {} (redirect), which is never followed; "
                                   "set the connector's address to the final one",
                                   status));
    }
    if (status == 401 || status == 403 || status == 407) {
        return plainly(ObservationKind::pause, response,
                       fmt::format("the provider refused our credentials ({})", status));
    }
    if (status == 409 && idempotency == IdempotencyClass::keyed) {
        return plainly(ObservationKind::accepted, response, "the provider had it already (409)");
    }
    if (status == 429) {
        Observation seen =
            plainly(ObservationKind::retry, response, "the provider asks us to slow down (429)");
        seen.retry_after = retry_after(response);
        return seen;
    }
    if (status >= 400 && status < 500) {
        return plainly(ObservationKind::rejected, response,
                       fmt::format("the provider refused the message ({})", status));
    }
    return ambiguous(response, idempotency, fmt::format("the provider failed ({})", status));
}

Observation observe_malformed(const Response& response, IdempotencyClass idempotency) {
    return ambiguous(
        response, idempotency,
        fmt::format("the provider answered {} with something unreadable", response.status));
}

Result<void> check_header_value(std::string_view value, std::string_view what) {
    if (value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos) {
        return success();
    }
    return error(ErrorCode::invalid,
                 fmt::format("{} contains a line break or a NUL, which could forge a header; "
                             "take it out",
                             what));
}

bool is_mail_address(std::string_view address) {
    if (address.size() > 254) return false;
    const std::size_t at = address.find('@');
    return at != std::string_view::npos && is_local_part(address.substr(0, at)) &&
           is_mail_domain(address.substr(at + 1));
}

bool is_international_mail_address(std::string_view address) {
    if (address.size() > 254 || !is_utf8(address)) return false;
    // C1 controls and the separators that some programs break lines at.
    for (const std::string_view break_at : {"\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9"}) {
        if (address.find(break_at) != std::string_view::npos) return false;
    }
    const std::size_t at = address.find('@');
    const bool utf8 = true;
    return at != std::string_view::npos && is_local_part(address.substr(0, at), utf8) &&
           is_mail_domain(address.substr(at + 1));
}

bool is_phone_number(std::string_view number) {
    if (number.size() < 9 || number.size() > 16 || number[0] != '+' || number[1] == '0') {
        return false;
    }
    return std::all_of(number.begin() + 1, number.end(),
                       [](char c) { return c >= '0' && c <= '9'; });
}

std::string percent_encode(std::string_view text) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size() + text.size() / 4);
    for (const char c : text) {
        if (is_letter_or_digit(c) || c == '-' || c == '.' || c == '_' || c == '~') {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += kHex[byte >> 4];
        out += kHex[byte & 15];
    }
    return out;
}

std::optional<std::string> percent_decode(std::string_view text) {
    const auto nibble = [](char c) {
        if (c >= '0' && c <= '9') return c - '0';
        if (c >= 'a' && c <= 'f') return c - 'a' + 10;
        if (c >= 'A' && c <= 'F') return c - 'A' + 10;
        return -1;
    };
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+') {
            out += ' ';
        } else if (text[i] != '%') {
            out += text[i];
        } else {
            if (i + 2 >= text.size()) return std::nullopt;
            const int high = nibble(text[i + 1]);
            const int low = nibble(text[i + 2]);
            if (high < 0 || low < 0) return std::nullopt;
            out += static_cast<char>(high * 16 + low);
            i += 2;
        }
    }
    return out;
}

std::optional<Form> parse_form(std::string_view text) {
    constexpr std::size_t kFieldsMost = 1000;  // read before anybody has proved who he is
    Form fields;
    while (!text.empty()) {
        const std::size_t end = text.find('&');
        const std::string_view pair = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (pair.empty()) continue;
        const std::size_t equal = pair.find('=');
        auto name = percent_decode(pair.substr(0, equal));
        auto value = percent_decode(equal == std::string_view::npos ? "" : pair.substr(equal + 1));
        if (!name || !value || fields.size() == kFieldsMost) return std::nullopt;
        fields.emplace_back(std::move(*name), std::move(*value));
    }
    return fields;
}

std::string_view InboundCall::header(std::string_view name) const {
    if (headers == nullptr) return {};
    for (const auto& [key, value] : *headers) {
        if (key == name) return value;
    }
    return {};
}

std::string InboundCall::url() const {
    std::string out(public_url);
    out += path;
    if (!query.empty()) out.append("?").append(query);
    return out;
}

std::string as_detail(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of(" \t\r\n<>\"(),;"), text.size());
        const std::string_view word = text.substr(0, end);
        // A mail address, or a number one could call.
        const auto digits =
            std::count_if(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
        const bool number = digits >= 11 || (word.starts_with('+') && digits > 6);
        out += word.find('@') != std::string_view::npos || number ? std::string_view("…") : word;
        if (end < text.size()) {
            const auto byte = static_cast<unsigned char>(text[end]);
            out += byte < 0x20 ? ' ' : text[end];
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    for (char& c : out) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f) c = ' ';
    }
    if (!is_utf8(out)) out = replace_invalid_utf8(out);
    if (out.size() > kDetailMost) {
        std::size_t end = kDetailMost;
        while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xc0u) == 0x80u)
            --end;
        out.resize(end);
    }
    return out;
}

}  // namespace journey::connectors
