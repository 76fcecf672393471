#include "engine/http/segment.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace journey;
using namespace journey::http;

namespace {

SegmentBody read_one(std::string text) {
    SegmentReader reader(SegmentLimits{});
    SegmentBody body;
    const auto refusal = reader.read_one(text, Call::track, body);
    if (refusal) FAIL(refusal->detail);
    REQUIRE(body.events.size() == 1);
    return body;
}

std::string deep(int levels) {
    std::string text = R"({"userId":"u","event":"e","properties":)";
    for (int i = 0; i < levels; ++i)
        text += R"({"a":)";
    text += "1";
    return text + std::string(static_cast<std::size_t>(levels), '}') + "}";
}

}  // namespace

TEST_CASE("every kind of JSON value becomes the same Value as in base", "[http]") {
    const std::string properties =
        R"({"t":"a\"\u00e9😀","i":-42,"big":9223372036854775807,"huge":9223372036854775808,)"
        R"("r":1.5,"e":1e3,"yes":true,"no":false,"nil":null,"list":[1,"two",[3],{"four":4}],)"
        R"("empty":{},"none":[]})";
    const auto body = read_one(R"({"properties":)" + properties + R"(,"userId":"u","event":"e"})");
    CHECK_FALSE(body.events[0].fault);
    CHECK(Value(body.events[0].properties) == value_from_json(properties).value());
}

TEST_CASE("members are found in any order, and what is not known is passed over", "[http]") {
    const auto body = read_one(
        R"({"integrations":{"All":[{"x":{}}]},"messageId":"m1","context":{"library":{"name":"n"},)"
        R"("timezone":"Europe/Berlin","device":{"id":"d","token":"tok"},"locale":"de-DE",)"
        R"("traits":{"email":"a@b.c"}},"event":"Order Completed","anonymousId":"a1","userId":77,)"
        R"("timestamp":"2026-03-02T08:00:00.000Z","_metadata":{"nodeVersion":"20"}})");
    const SegmentEvent& event = body.events[0];
    CHECK_FALSE(event.fault);
    CHECK(event.message_id == "m1");
    CHECK(event.user_id == "77");
    CHECK(event.anonymous_id == "a1");
    CHECK(event.event == "Order Completed");
    CHECK(event.context.time_zone == "Europe/Berlin");
    CHECK(event.context.locale == "de-DE");
    CHECK(event.context.push_token == "tok");
    CHECK(find(event.context.traits, "email") != nullptr);
    CHECK(event.timestamp == parse_instant("2026-03-02T08:00:00Z").value());
}

TEST_CASE("a bad value is a fault of its event, with a code", "[http]") {
    struct Row {
        const char* label;
        std::string text;
        const char* code;
    };
    const std::string long_id(600, 'x');
    std::string many = R"({"userId":"u","event":"e","properties":{)";
    for (int i = 0; i < 4000; ++i)
        many += fmt::format(R"("p{}":"{}",)", i, i);
    many += R"("last":1}})";
    const std::vector<Row> rows = {
        {"user id is an object", R"({"userId":{},"event":"e"})", "wrong_type"},
        {"user id is too long", R"({"userId":")" + long_id + R"(","event":"e"})", "id_too_long"},
        {"message id is too long", R"({"messageId":")" + long_id + R"(","event":"e"})",
         "id_too_long"},
        {"timestamp is a word", R"({"userId":"u","timestamp":"yesterday"})", "bad_timestamp"},
        {"timestamp is a number", R"({"userId":"u","timestamp":1700000000})", "bad_timestamp"},
        {"properties are a list", R"({"userId":"u","properties":[1]})", "wrong_type"},
        {"half a surrogate pair", R"({"userId":"u","properties":{"a":"\ud800"}})", "bad_text"},
        {"a name stands twice", R"({"userId":"u","properties":{"a":1,"b":2,"a":3}})",
         "duplicate_key"},
        {"a number beyond doubles", R"({"userId":"u","properties":{"a":1e999}})",
         "number_too_large"},
        {"nested too deep", deep(40), "too_deep"},
        {"too large", many, "event_too_large"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.label);
        const auto body = read_one(row.text);
        CHECK(body.events[0].fault.code == row.code);
        CHECK_FALSE(body.events[0].fault.detail.empty());
    }
}

TEST_CASE("a fault does not disturb its neighbours", "[http]") {
    const std::vector<std::string> bad = {
        R"({"type":"track","userId":"u","event":"e","properties":{"a":{"b":"\ud800","c":[1,2]},"d":1}})",
        R"({"type":"track","userId":[{"a":[1]},2],"event":"e"})",
        R"({"type":"dance","x":{"y":[1,{"z":2}]}})",
        R"({"type":"track","properties":{"a":1,"a":{"deep":[[[1]]]}},"context":{"traits":{}}})",
        R"({"type":"track","timestamp":"no","properties":{"a":[1,2,{"b":3}]}})",
        "7",
        R"("text")",
        "null",
        "[[1],{}]",
        deep(40),
    };
    const std::string good = R"({"type":"track","userId":"u","event":"e","properties":{"n":1}})";
    for (const std::string& each : bad) {
        CAPTURE(each);
        std::string text = fmt::format(R"({{"batch":[{},{},{}],"sentAt":null}})", good, each, good);
        SegmentReader reader(SegmentLimits{});
        SegmentBody body;
        const auto refusal = reader.read_batch(text, body);
        CHECK_FALSE(refusal.has_value());
        REQUIRE(body.events.size() == 3);
        CHECK_FALSE(body.events[0].fault);
        CHECK(body.events[1].fault);
        CHECK_FALSE(body.events[2].fault);
        CHECK(find(body.events[2].properties, "n") != nullptr);
    }
}

TEST_CASE("a body that is not JSON is refused whole, with the place", "[http]") {
    struct Row {
        const char* label;
        std::string text;
        const char* code;
        const char* says;
    };
    const std::vector<Row> rows = {
        {"empty", "", "empty_body", "empty"},
        {"blanks", " \n ", "empty_body", "empty"},
        {"cut off", R"({"batch":[{"type":"track","event":"a")", "broken_json", "ends too early"},
        {"cut off in a text", R"({"batch":[{"type":"tra)", "broken_json", "column"},
        {"a missing comma", R"({"batch":[{"type":"track" "event":"a"}]})", "broken_json",
         "column 27"},
        {"a word", R"({"batch":[{"type":"track","properties":{"a":tru}}]})", "broken_json",
         "line 1"},
        {"a bad number", R"({"batch":[{"type":"track","properties":{"a":1.2.3}}]})", "broken_json",
         "line 1"},
        {"something behind", R"({"batch":[]} extra)", "broken_json", "follows"},
        {"no list", R"({"batch":{}})", "wrong_shape", "list"},
        {"no batch", R"({"events":[]})", "wrong_shape", "batch"},
        {"a list", R"([1,2])", "wrong_shape", "batch"},
        {"text", R"("batch")", "wrong_shape", "batch"},
        {"a number", "12", "wrong_shape", "batch"},
        {"broken UTF-8", "{\"batch\":[{\"event\":\"caf\xe9\"}]}", "broken_utf8", "Byte 23"},
        {"UTF-8 cut off", "{\"batch\":[]}\xf0\x9f\x98", "broken_utf8", "Byte 12"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.label);
        std::string text = row.text;
        SegmentReader reader(SegmentLimits{});
        SegmentBody body;
        const auto refusal = reader.read_batch(text, body);
        REQUIRE(refusal.has_value());
        CAPTURE(refusal->detail);
        CHECK(refusal->status == 400);
        CHECK(refusal->code == row.code);
        CHECK(refusal->detail.find(row.says) != std::string::npos);
    }
}

TEST_CASE("a batch with too many events is refused whole", "[http]") {
    SegmentReader reader(SegmentLimits{.batch_most = 2});
    SegmentBody body;
    std::string text = R"({"batch":[{},{},{}]})";
    const auto refusal = reader.read_batch(text, body);
    REQUIRE(refusal.has_value());
    CHECK(refusal->status == 413);
    std::string fits = R"({"batch":[{},{}]})";
    CHECK_FALSE(reader.read_batch(fits, body).has_value());
    CHECK(body.events.size() == 2);
}

TEST_CASE("every cut and every changed byte of a batch is answered, never a crash", "[http]") {
    const std::string whole =
        R"({"batch":[{"type":"track","userId":"u","event":"e","properties":{"a":[1,2.5,"x"],"b":null}},)"
        R"({"type":"identify","userId":"v","traits":{"email":"a@b.c"}}],"sentAt":"2026-03-02T08:00:00Z"})";
    SegmentReader reader(SegmentLimits{});
    SegmentBody body;
    for (std::size_t cut = 0; cut < whole.size(); ++cut) {
        std::string text = whole.substr(0, cut);
        CAPTURE(cut);
        CHECK(reader.read_batch(text, body).has_value());
    }
    Rng rng(7);
    for (int i = 0; i < 20000; ++i) {
        std::string text = whole;
        for (int changes = 0; changes < 3; ++changes) {
            text[rng.below(text.size())] = "\"{}[]:,\\ 0eE-.tfn\xff\x01"[rng.below(20)];
        }
        (void)reader.read_batch(text, body);
    }
    std::string text = whole;
    CHECK_FALSE(reader.read_batch(text, body).has_value());
    CHECK(body.events.size() == 2);
}
