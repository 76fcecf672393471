#include "connectors/webhook/fetch/fetch.h"

#include <catch2/catch.hpp>

using namespace journey;
using namespace journey::connectors;
using model::ObservationKind;

namespace {

std::unique_ptr<Connector> fetch(std::vector<std::pair<std::string, std::string>> headers = {}) {
    webhook::FetchConfig config;
    config.headers = std::move(headers);
    auto made = webhook::make_fetch(config);
    REQUIRE(made);
    return std::move(made).value();
}

}  // namespace

TEST_CASE("a fetch gets its message's address with its headers", "[fetch]") {
    const auto connector = fetch({{"Authorization", "Bearer abc"}});
    Message message;
    message.url = "https://api.example.com/weather?city=Kyiv";
    const auto request = connector->request(message);
    REQUIRE(request);
    const auto& http = std::get<HttpRequest>(request.value());
    CHECK(http.method == "GET");
    CHECK(http.url == message.url);
    CHECK(http.body.empty());
    CHECK(http.headers == std::vector<std::pair<std::string, std::string>>{
                              {"Accept", "application/json"}, {"Authorization", "Bearer abc"}});
    message.url += std::string(9000, 'x');
    CHECK_FALSE(connector->request(message));
}

TEST_CASE("a 2xx is an answer, and anything else has failed for good", "[fetch]") {
    struct Row {
        bool answered;
        std::uint32_t status;
        ObservationKind kind;
        std::string reason;
    };
    const auto row = GENERATE(values<Row>({
        {true, 200, ObservationKind::accepted, ""},
        {true, 203, ObservationKind::accepted, ""},
        {true, 302, ObservationKind::rejected,
         "it answered 302 (redirect), which is never followed"},
        {true, 401, ObservationKind::rejected, "it answered 401"},
        {true, 429, ObservationKind::rejected, "it answered 429"},
        {true, 500, ObservationKind::rejected, "it answered 500"},
        {false, 0, ObservationKind::rejected, "no answer in time"},
    }));
    CAPTURE(row.status);
    Response response;
    response.answered = row.answered;
    response.status = row.status;
    response.body = "{}";
    if (!row.answered) response.failure = row.reason;
    const model::Observation seen = fetch()->observe(response);
    CHECK(seen.kind == row.kind);
    CHECK(seen.reason == row.reason);
    CHECK(seen.answer == (row.kind == ObservationKind::accepted ? "{}" : ""));
}

TEST_CASE("a header that is none is refused", "[fetch]") {
    CHECK_FALSE(webhook::make_fetch({{{"X Key", "a"}}}));
    CHECK_FALSE(webhook::make_fetch({{{"", "a"}}}));
    CHECK_FALSE(webhook::make_fetch({{{"X-Key", "a\r\nHost: b"}}}));
}
