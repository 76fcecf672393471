// A file that is wrong says where, what, and what belongs there.

#include "tests/connectors/declared/kit.h"

namespace journey::connectors::declared {
namespace {

/// A sound file, in lines that a case can exchange.
const std::vector<std::string>& sound() {
    static const std::vector<std::string> kLines = {
        "name: acme-sms",                                                         // 1
        "channel: sms",                                                           // 2
        "checked on: 2026-11-22",                                                 // 3
        "idempotency: {class: keyed, window: 24h}",                               // 4
        "settings: {token: {secret: yes}, region: {default: eu}}",                // 5
        "message: {to: phone, most: {text: 1600 characters}}",                    // 6
        "request: {url: 'https://api.acme.example/v1', json: {to: '{{ to }}'}}",  // 7
        "auth: {kind: bearer, token: '{{ settings.token }}'}",                    // 8
        "answer: {id: '{{ body.id }}', rules: [{status: 200, is: accepted}]}",    // 9
        "receipts: {proof: {kind: secret, given: '{{ query.s }}', secrets: ['{{ settings.token "
        "}}']}, "
        "message id: '{{ body.id }}'}",  // 10
    };
    return kLines;
}

std::string with_line(std::size_t number, const std::string& line) {
    std::string out;
    for (std::size_t i = 0; i < sound().size(); ++i)
        out += (i + 1 == number ? line : sound()[i]) + "\n";
    return out;
}

TEST_CASE("a mistake in a provider's file is told with its line and what belongs there",
          "[declared]") {
    REQUIRE(read_provider(with_line(0, ""), "acme.yaml"));
    const auto [label, number, line,
                said] = GENERATE(table<const char*, std::size_t, const char*, const char*>({
        {"no name", 1, "", "`name`: a name like acme-sms"},
        {"a name with blanks", 1, "name: Acme SMS", "acme.yaml:1: `name`: a name like"},
        {"no channel", 2, "", "`channel`: this must be said"},
        {"an unknown channel", 2, "channel: fax",
         "acme.yaml:2: `channel`: one of these belongs "
         "here: email, sms, push, webhook"},
        {"no date", 3, "", "`checked on`: the day on which"},
        {"no class", 4, "", "say whether the provider recognises a repeat"},
        {"keyed without a window", 4, "idempotency: {class: keyed}", "remembers keys"},
        {"a window without a key", 4, "idempotency: {class: neither, window: 1h}",
         "remembers keys"},
        {"a strange window", 4, "idempotency: {class: keyed, window: soon}",
         "acme.yaml:4: `idempotency.window`: a time like 30s"},
        {"a setting that every connector has", 5, "settings: {base: {}, token: {}}",
         "acme.yaml:5: `settings.base`: every connector has"},
        {"a setting with capitals", 5, "settings: {Token: {}, token: {}}",
         "small letters, digits and blanks"},
        {"an unknown key of a setting", 5, "settings: {token: {secert: yes}}",
         "did you mean `secret`?"},
        {"a strange limit", 6, "message: {most: {text: many}}", "`1600 characters` or"},
        {"a limit of nothing", 6, "message: {most: {texts: 5 bytes}}", "a limit is of one of"},
        {"no address", 7, "request: {json: {}}", "`request.url`: this must be said"},
        {"plain HTTP", 7, "request: {url: 'http://api.acme.example/'}", "an address like https://"},
        {"a query in the address", 7, "request: {url: 'https://api.acme.example/?a=b'}",
         "under `query`"},
        {"an unknown name", 7,
         "request: {url: 'https://api.acme.example/', json: {t: '{{ txet "
         "}}'}}",
         "acme.yaml:7: `request.json.t`: `txet` is nothing I can put in here; did you mean "
         "`text`?"},
        {"a setting that is not declared", 7,
         "request: {url: 'https://api.acme.example/', query: {k: '{{ settings.tokn }}'}}",
         "`settings.tokn` is not among this file's `settings`"},
        {"a message's word in the host", 7,
         "request: {url: 'https://{{ external_id }}.acme.example/'}",
         "`external_id` is nothing I can put in here"},
        {"a template that does not end", 7,
         "request: {url: 'https://api.acme.example/', json: {t: '{{ text | upcase'}}",
         "acme.yaml:7: `request.json.t`"},
        {"an unknown filter", 7,
         "request: {url: 'https://api.acme.example/', json: {t: '{{ text | uper }}'}}",
         "the filter `uper` does not exist"},
        {"two bodies", 7, "request: {url: 'https://api.acme.example/', json: {}, form: {a: b}}",
         "`json` or `form`, not both"},
        {"a header's name", 7,
         "request: {url: 'https://api.acme.example/', headers: {'X Evil': a}}",
         "not the name of a header"},
        {"a dollar that means nothing", 7,
         "request: {url: 'https://api.acme.example/', json: {$if: a}}", "`$when`, or `$each`"},
        {"an unknown way to sign", 8, "auth: {kind: magic}",
         "one of these belongs here: basic, bearer"},
        {"a part that is missing", 8, "auth: {kind: basic}", "`auth.user`: this must be said"},
        {"a part of another way", 8, "auth: {kind: bearer, token: x, secret: y}",
         "I do not know the setting `auth.secret`"},
        {"a status", 9, "answer: {rules: [{status: 7xx, is: accepted}]}",
         "acme.yaml:9: `answer.rules.status`: a status like 429 or 5xx"},
        {"no outcome", 9, "answer: {rules: [{status: 200}]}", "`answer.rules.is`: this must be"},
        {"an unknown outcome", 9, "answer: {rules: [{is: fine}]}",
         "accepted, rejected, retry, pause, perhaps"},
        {"a path that begins nowhere", 9, "answer: {rules: [{where: {Code: OK}, is: accepted}]}",
         "a path begins with one of: status, headers, body, text"},
        {"no proof", 10, "receipts: {message id: '{{ body.id }}'}",
         "`receipts.proof.kind`: this must be said"},
        {"a proof without secrets", 10,
         "receipts: {proof: {kind: hmac, over: x, given: y}, message id: z}",
         "the settings that hold the secret belong here"},
        {"no way to find the message", 10,
         "receipts: {proof: {kind: secret, given: x, secrets: "
         "['{{ settings.token }}']}}",
         "say by what a message is found"},
        {"an unknown key", 10, "recipts: {}", "did you mean `receipts`?"},
        {"no YAML", 10, "receipts: {", "this is not YAML I can read"},
    }));
    CAPTURE(label);
    const auto read = read_provider(with_line(number, line), "acme.yaml");
    REQUIRE_FALSE(read);
    CAPTURE(read.error().detail);
    CHECK(read.error().detail.starts_with("acme.yaml:"));
    CHECK(read.error().detail.find(said) != std::string::npos);
}

TEST_CASE("nothing that is no provider's file is taken for one", "[declared]") {
    const std::string text =
        GENERATE(as<std::string>{}, "", "[]", "hello", "a: &x [*x]", "name: a\nname: b",
                 std::string(1000, '['), std::string("\0\1\2", 3), "name: {a: {b: {c: d}}}");
    CAPTURE(text.substr(0, 30));
    CHECK_FALSE(read_provider(text, "acme.yaml"));
}

TEST_CASE("a required setting that is missing is named", "[declared]") {
    const auto provider = provider_of("tencent-sms");
    Use use = use_of(*provider);
    use.settings["secret key"] = "";
    const auto made = make_declared(provider, use);
    REQUIRE_FALSE(made);
    CHECK(made.error().detail == "tencent-sms needs `secret key`");
    use.settings["secret key"] = "a\r\nb";
    CHECK_FALSE(make_declared(provider, use));
}

TEST_CASE("the example of the format's reference sends, and reads what comes back", "[declared]") {
    const std::string page = content_of(JOURNEY_SOURCE_DIR "/connectors/declared/README.md");
    const std::size_t from = page.find("```yaml\nname: acme-sms") + 8;
    const std::string example = page.substr(from, page.find("```\n", from) - from);
    const auto provider = provider_from(example);
    Use use = use_of(*provider);
    use.settings["webhook secret"] = "s";
    const auto connector = connector_of(provider, use);
    Message message = message_to("sms", "+4930123456");
    message.text = "Hi";
    const HttpRequest request = request_of(*connector, message);
    CHECK(request.url == "https://api.acme.example/v1/shop/messages");
    CHECK(
        request.body ==
        R"({"to":"+4930123456","from":"Shop","text":"Hi","reference":"reference-of-the-message"})");
    CHECK(header(request, "Authorization") == "Bearer token value");
    CHECK(header(request, "Idempotency-Key") == model::format_key(message.key));
    CHECK(connector->traits().key_window == std::chrono::hours(24));
    CHECK(connector->traits().deadline == std::chrono::seconds(20));
    const auto taken = connector->observe(answer(202, R"({"message":{"id":"m1"}})"));
    CHECK(taken.kind == model::ObservationKind::accepted);
    CHECK(taken.provider_id == "m1");
    const auto busy = connector->observe(answer(400, R"({"error":"busy_carrier"})"));
    CHECK(busy.kind == model::ObservationKind::retry);
    CHECK(busy.retry_after == std::chrono::seconds(30));
    const auto reader = make_reader(provider, use);
    REQUIRE(reader);
    InboundCall call;
    call.now = message.at;
    const std::string time = "1795255200";
    const std::string body =
        R"({"events":[{"what":"failed","code":404,"id":"e1","message":"m1","reference":"r1","at":1795255100}]})";
    call.body = body;
    const std::vector<std::pair<std::string, std::string>> headers = {
        {"x-acme-time", time},
        {"x-acme-signature", to_hex(view_of(hmac_sha256("s", time + "." + body)))}};
    call.headers = &headers;
    const auto told = reader.value()->read(call);
    INFO((told ? "" : told.error().detail));
    REQUIRE(told);
    CHECK(told.value().reports.at(0).receipt->kind == model::ReceiptKind::bounced);
    CHECK(told.value().reports.at(0).receipt->detail == "hard: 404");
}

}  // namespace
}  // namespace journey::connectors::declared
