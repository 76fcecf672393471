//   not answered, certificate or login   pause
//   not answered, before the final dot   retry     the server must throw away what it has
//   not answered, after it               unknown   RFC 1047: it may have taken the message
//   2xx                                  accepted
//   530, 534, 535, 538                   pause     it wants a login, or another one
//   4xx                                  retry     a clear "not now", also after the dot
//   other 5xx                            rejected

#include "connectors/email/smtp/calls.h"

#include <fmt/format.h>

namespace journey::connectors::email {
namespace {

using model::Observation;
using model::ObservationKind;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// RFC 3463: "550 5.1.1 …" gives "5.1.1"; the words behind it may name addresses and stay out.
std::string enhanced_code(std::string_view reply) {
    if (reply.size() < 9 || reply[3] != ' ') return {};
    const std::string_view code = reply.substr(4, reply.substr(4).find(' '));
    const bool shaped =
        code.size() >= 5 && code.size() <= 9 && is_digit(code[0]) && code[1] == '.' &&
        std::all_of(code.begin(), code.end(), [](char c) { return is_digit(c) || c == '.'; });
    return shaped ? ", " + std::string(code) : "";
}

// "250 2.0.0 Ok: queued as 4F2A…" is what postmasters search their logs for.
std::string queue_id(std::string_view reply) {
    constexpr std::string_view kWords = "queued as ";
    const std::size_t at = reply.find(kWords);
    if (at == std::string_view::npos) return {};
    const std::string_view rest = reply.substr(at + kWords.size(), 64);
    std::size_t size = 0;
    while (size < rest.size() && (is_digit(rest[size]) || (rest[size] >= 'A' && rest[size] <= 'z')))
        ++size;
    return std::string(rest.substr(0, size));
}

Observation plainly(ObservationKind kind, const Response& response, std::string reason) {
    Observation seen;
    seen.kind = kind;
    seen.reason = std::move(reason);
    seen.status = response.status;
    return seen;
}

}  // namespace

Observation observe_smtp(const Response& response) {
    if (!response.answered) return observe_http(response, model::IdempotencyClass::neither);
    const std::uint32_t status = response.status;
    const std::string code = fmt::format("{}{}", status, enhanced_code(response.body));
    if (status >= 200 && status < 300) {
        Observation seen = plainly(ObservationKind::accepted, response, "");
        seen.provider_id = queue_id(response.body);
        return seen;
    }
    if (status == 530 || status == 534 || status == 535 || status == 538) {
        return plainly(ObservationKind::pause, response,
                       fmt::format("the mail server refused our login ({})", code));
    }
    if (status >= 400 && status < 500) {
        return plainly(ObservationKind::retry, response,
                       fmt::format("the mail server asks us to come again ({})", code));
    }
    if (status >= 500 && status < 600) {
        return plainly(ObservationKind::rejected, response,
                       fmt::format("the mail server refused the message ({})", code));
    }
    return plainly(ObservationKind::unknown, response,
                   fmt::format("the mail server answered something unreadable ({})", status));
}

}  // namespace journey::connectors::email
