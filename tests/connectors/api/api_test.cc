#include "connectors/api/api.h"

#include <catch2/catch.hpp>

using namespace journey;
using namespace journey::connectors;
using model::IdempotencyClass;
using model::ObservationKind;

namespace {

constexpr ObservationKind kAccepted = ObservationKind::accepted;
constexpr ObservationKind kRejected = ObservationKind::rejected;
constexpr ObservationKind kRetry = ObservationKind::retry;
constexpr ObservationKind kPause = ObservationKind::pause;
constexpr ObservationKind kUnknown = ObservationKind::unknown;

Response answered(std::uint32_t status) {
    Response response;
    response.answered = true;
    response.status = status;
    response.bytes_left = true;
    return response;
}

Response unanswered(bool bytes_left, bool credentials = false) {
    Response response;
    response.bytes_left = bytes_left;
    response.credentials_problem = credentials;
    response.failure = "it broke";
    return response;
}

struct Row {
    std::string label;
    Response response;
    ObservationKind keyed;
    ObservationKind queryable;
    ObservationKind neither;
    ObservationKind collapsible;
};

std::vector<Row> table_of_classes() {
    return {
        {"nobody answered, no byte left", unanswered(false), kRetry, kRetry, kRetry, kRetry},
        {"nobody answered, bytes left", unanswered(true), kRetry, kUnknown, kUnknown, kRetry},
        {"certificate refused", unanswered(false, true), kPause, kPause, kPause, kPause},
        {"login refused after bytes", unanswered(true, true), kPause, kPause, kPause, kPause},
        {"200", answered(200), kAccepted, kAccepted, kAccepted, kAccepted},
        {"202", answered(202), kAccepted, kAccepted, kAccepted, kAccepted},
        {"302", answered(302), kPause, kPause, kPause, kPause},
        {"400", answered(400), kRejected, kRejected, kRejected, kRejected},
        {"401", answered(401), kPause, kPause, kPause, kPause},
        {"403", answered(403), kPause, kPause, kPause, kPause},
        {"404", answered(404), kRejected, kRejected, kRejected, kRejected},
        {"409", answered(409), kAccepted, kRejected, kRejected, kRejected},
        {"410", answered(410), kRejected, kRejected, kRejected, kRejected},
        {"429", answered(429), kRetry, kRetry, kRetry, kRetry},
        {"500", answered(500), kRetry, kUnknown, kUnknown, kRetry},
        {"503", answered(503), kRetry, kUnknown, kUnknown, kRetry},
        {"nonsense", answered(799), kRetry, kUnknown, kUnknown, kRetry},
    };
}

Micros wait_for(std::uint32_t status, const std::string& retry_after,
                const std::string& date = "") {
    Response response = answered(status);
    response.headers = {{"retry-after", retry_after}};
    if (!date.empty()) response.headers.emplace_back("date", date);
    return observe_http(response, IdempotencyClass::keyed).retry_after;
}

}  // namespace

TEST_CASE("an answer means what the provider's class lets it mean", "[api]") {
    for (const Row& row : table_of_classes()) {
        CAPTURE(row.label);
        CHECK(observe_http(row.response, IdempotencyClass::keyed).kind == row.keyed);
        for (const auto kind : {IdempotencyClass::keyed, IdempotencyClass::neither}) {
            CHECK(observe_http(row.response, kind).ambiguous == (row.neither == kUnknown));
        }
        CHECK(observe_http(row.response, IdempotencyClass::queryable).kind == row.queryable);
        CHECK(observe_http(row.response, IdempotencyClass::neither).kind == row.neither);
        CHECK(observe_http(row.response, IdempotencyClass::collapsible).kind == row.collapsible);
        if (row.keyed != kAccepted) {
            CHECK_FALSE(observe_http(row.response, IdempotencyClass::neither).reason.empty());
        }
    }
}

TEST_CASE("an unreadable 2xx is ambiguous", "[api]") {
    CHECK(observe_malformed(answered(200), IdempotencyClass::keyed).kind == kRetry);
    CHECK(observe_malformed(answered(200), IdempotencyClass::neither).kind == kUnknown);
    CHECK(observe_malformed(answered(200), IdempotencyClass::keyed).ambiguous);
    CHECK(observe_malformed(answered(200), IdempotencyClass::neither).ambiguous);
}

TEST_CASE("Retry-After is kept between a second and an hour", "[api]") {
    using namespace std::chrono_literals;
    CHECK(wait_for(429, "30") == 30s);
    CHECK(wait_for(429, "0") == 1s);
    CHECK(wait_for(429, "86400") == 1h);
    CHECK(wait_for(429, "99999999999999999999999") == 1h);
    CHECK(wait_for(429, "-5") == 1s);
    CHECK(wait_for(429, "soon") == 1s);
    CHECK(wait_for(503, "7") == 7s);
    CHECK(wait_for(429, "Sat, 21 Nov 2026 10:00:30 GMT", "Sat, 21 Nov 2026 10:00:00 GMT") == 30s);
    CHECK(wait_for(429, "Sat, 21 Nov 2026 09:00:00 GMT", "Sat, 21 Nov 2026 10:00:00 GMT") == 1s);
    CHECK(wait_for(429, "Sat, 21 Nov 2026 10:00:30 GMT") == 60s);
    CHECK(observe_http(answered(429), IdempotencyClass::neither).retry_after == 0s);
}

TEST_CASE("mail addresses are read by a strict grammar", "[api]") {
    const auto [address, wanted] = GENERATE(table<std::string, bool>({
        {"ada@mail.example", true},
        {"ada.lovelace+news@mail.example", true},
        {"o'brien@mail.example", true},
        {"a@b.co", true},
        {"ada@sub-domain.mail.example", true},
        {"", false},
        {"ada", false},
        {"@mail.example", false},
        {"ada@", false},
        {"ada@localhost", false},
        {"ada@127.0.0.1", false},
        {"ada@[127.0.0.1]", false},
        {"ada@-a.example", false},
        {"ada@a-.example", false},
        {"ada@a..example", false},
        {"ada@mail.example.", false},
        {".ada@mail.example", false},
        {"ada.@mail.example", false},
        {"a..b@mail.example", false},
        {"ada lovelace@mail.example", false},
        {"\"ada\"@mail.example", false},
        {"ada@mail.example\r\nRCPT TO:<eve@evil.example>", false},
        {"ada@mail.example>", false},
        {"<ada@mail.example>", false},
        {"ada@mail.example,eve@evil.example", false},
        {"ada@eve@mail.example", false},
        {"adä@mail.example", false},
        {std::string("ada\0@mail.example", 17), false},
        {std::string(65, 'a') + "@mail.example", false},
        {"a@" + std::string(64, 'a') + ".example", false},
    }));
    CAPTURE(address);
    CHECK(is_mail_address(address) == wanted);
}

TEST_CASE("phone numbers are E.164", "[api]") {
    const auto [number, wanted] = GENERATE(table<std::string, bool>({
        {"+4930123456", true},
        {"+8613800138000", true},
        {"+12025550123", true},
        {"+1234567", false},
        {"+1234567890123456", false},
        {"+0301234567", false},
        {"4930123456", false},
        {"+49 30 123456", false},
        {"+49-30123456", false},
        {"+4930123456\n", false},
        {"", false},
        {"+", false},
    }));
    CAPTURE(number);
    CHECK(is_phone_number(number) == wanted);
}

TEST_CASE("what would forge a header is refused", "[api]") {
    CHECK(check_header_value("fine: really", "x"));
    CHECK_FALSE(check_header_value("a\r\nb", "x"));
    CHECK_FALSE(check_header_value("a\nb", "x"));
    CHECK_FALSE(check_header_value("a\rb", "x"));
    CHECK_FALSE(check_header_value(std::string_view("a\0b", 3), "x"));
}

TEST_CASE("a form of more fields than anybody sends is not read", "[api]") {
    std::string form;
    for (int i = 0; i < 1000; ++i)
        form += "a&";
    REQUIRE(parse_form(form));
    CHECK(parse_form(form)->size() == 1000);
    CHECK(!parse_form(form + "a"));
}

TEST_CASE("forms go out and come back", "[api]") {
    const std::string text = "a b&c=d+e%/ü\r\n";
    CHECK(percent_decode(percent_encode(text)) == text);
    CHECK_FALSE(percent_decode("%4"));
    CHECK_FALSE(percent_decode("%zz"));
    CHECK(parse_form("a=1&b=x+y&a=%C3%BC&c") ==
          Form{{"a", "1"}, {"b", "x y"}, {"a", "ü"}, {"c", ""}});
    CHECK_FALSE(parse_form("a=%"));
}
