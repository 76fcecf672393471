// What a message becomes, and that nothing in it can become anything else.

#include "connectors/fake/fake.h"
#include "tests/connectors/contract.h"
#include "tests/connectors/declared/kit.h"

namespace journey::connectors::declared {
namespace {

constexpr const char* kHead = R"(
name: acme
channel: sms
checked on: 2026-11-22
idempotency: {class: keyed, window: 24h}
settings:
  region: {default: eu}
  token: {secret: yes, default: t0ken}
)";

std::unique_ptr<Connector> acme(const std::string& rest) {
    return connector_of(provider_from(kHead + rest), {});
}

TEST_CASE("hostile text stays text wherever it is put", "[declared]") {
    const std::string hostile = GENERATE(as<std::string>{}, R"(", "admin": true, "x": ")",
                                         "a&b=c#d?e=%00", "line\nbreak\r\nX-Evil: 1", "../../admin",
                                         "{{ settings.token }}", "\xff\xfe", "'; --");
    CAPTURE(hostile);
    const auto connector = acme(R"(
message: {to: nobody}
request:
  url: https://api.acme.example/v1/{{ external_id }}/send
  query: {text: "{{ text }}"}
  json: {text: "{{ text }}", list: ["{{ text }}", 1, "1", true]}
)");
    Message message = message_to("sms", "");
    message.text = hostile;
    message.external_id = hostile;
    const HttpRequest request = request_of(*connector, message);
    const std::string at = "https://api.acme.example/v1/" + percent_encode(hostile) +
                           "/send?text=" + percent_encode(hostile);
    CHECK(request.url == at);
    const auto body = value_from_json(request.body);
    REQUIRE(body);
    const std::string wanted = is_utf8(hostile) ? hostile : replace_invalid_utf8(hostile);
    Record expected;
    put(expected, "text", wanted);
    put(expected, "list", List{Value(wanted), Value(1), Value("1"), Value(true)});
    CHECK(body.value() == Value(expected));
}

TEST_CASE("what cannot be made safe in its place is refused", "[declared]") {
    const auto [label, rest, external_id] = GENERATE(table<const char*, const char*, const char*>({
        {"a header with a line break",
         "request: {url: 'https://api.acme.example/', headers: {X-Id: '{{ external_id }}'}}",
         "a\r\nX-Evil: 1"},
        {"a part of the path that is empty",
         "request: {url: 'https://api.acme.example/{{ external_id }}/x'}", ""},
        {"a part of the path that leads up",
         "request: {url: 'https://api.acme.example/{{ external_id }}/x'}", ".."},
        {"a bearer token with a line break",
         "request: {url: 'https://api.acme.example/'}\nauth: {kind: bearer, token: '{{ external_id "
         "}}'}",
         "a\nb"},
    }));
    CAPTURE(label);
    const auto connector = acme(std::string("message: {to: nobody}\n") + rest);
    Message message = message_to("sms", "");
    message.external_id = external_id;
    const auto made = connector->request(message);
    REQUIRE_FALSE(made);
    CHECK(made.error().code == ErrorCode::invalid);
}

TEST_CASE("a host made of a setting is a host or the connector is refused", "[declared]") {
    const auto provider = provider_from(std::string(kHead) + R"(
request: {url: "https://{{ settings.region }}.acme.example/v1"}
)");
    const auto [region, sound] = GENERATE(table<const char*, bool>({
        {"eu", true},
        {"eu-central-1", true},
        {"evil.example/", false},
        {"evil.example#", false},
        {"user:pw@evil.example?", false},
        {"eu\\", false},
        {"e u", false},
    }));
    CAPTURE(region);
    Use use;
    use.settings["region"] = region;
    CHECK(make_declared(provider, use).has_value() == sound);
}

TEST_CASE("the base address takes the place of scheme and host only", "[declared]") {
    const auto provider = provider_from(
        std::string(kHead) +
        "message: {to: nobody}\nrequest: {url: https://api.acme.example/v1/x, query: {a: b}}");
    Use use;
    use.base_url = "http://127.0.0.1:4010/mock/";
    CHECK(request_of(*connector_of(provider, use), message_to("sms", "")).url ==
          "http://127.0.0.1:4010/mock/v1/x?a=b");
}

TEST_CASE("what comes out empty is left out, what the file says stays", "[declared]") {
    const auto connector = acme(R"(
message: {to: nobody}
request:
  url: https://api.acme.example/
  json:
    subject: "{{ subject }}"
    fixed: ""
    nothing: {}
    deep: {deeper: {subject: "{{ subject }}"}}
    list: ["{{ subject }}"]
    html: {$when: "{{ html }}", type: text/html, value: "{{ html }}"}
    text: {$when: "{{ text }}", type: text/plain, value: "{{ text }}"}
)");
    Message message = message_to("sms", "");
    message.text = "Hi";
    CHECK(request_of(*connector, message).body ==
          R"({"fixed":"","nothing":{},"text":{"type":"text/plain","value":"Hi"}})");
}

TEST_CASE("a message that the provider could not take is refused before it is sent", "[declared]") {
    const auto connector = acme(R"(
message:
  to: phone
  needs: [text]
  most: {text: 5 characters, title: 4 bytes, request: 40 bytes}
request: {url: https://api.acme.example/, form: {to: "{{ to }}", t: "{{ text }}", s: "{{ step }}"}}
)");
    const auto [label, to, text, title, step, said] = GENERATE(
        table<const char*, const char*, const char*, const char*, const char*, const char*>({
            {"fits", "+4930123456", "ünfün", "ab", "s", nullptr},
            {"no phone number", "030 123456", "hi", "", "s", "E.164"},
            {"no text", "+4930123456", "", "", "s", "no text"},
            {"too many characters", "+4930123456", "sechs!", "", "s", "5 characters"},
            {"too many bytes", "+4930123456", "hi", "über", "s", "4 bytes"},
            {"too large as a whole", "+4930123456", "hi", "", "a-very-long-name-of-a-step",
             "40 bytes"},
        }));
    CAPTURE(label);
    Message message = message_to("sms", to);
    message.text = text;
    message.title = title;
    message.step = step;
    const auto made = connector->request(message);
    CHECK(made.has_value() == (said == nullptr));
    if (!made) CHECK(made.error().detail.find(said) != std::string::npos);
}

TEST_CASE("a text that names the provider's template is taken apart", "[declared]") {
    const auto [label, text, id, params] =
        GENERATE(table<const char*, const char*, const char*, const char*>({
            {"all in the text", R"({"template": "SMS_9", "params": {"b": "2", "a": 1}})", "SMS_9",
             R"({"b":"2","a":"1"})"},
            {"the name from the configuration", R"({"name": "Ada"})", "SMS_1", R"({"name":"Ada"})"},
            {"no parameters", R"({"template": "SMS_9"})", "SMS_9", "{}"},
            {"quotes of a person", R"({"name": "A\"B"})", "SMS_1", R"({"name":"A\"B"})"},
        }));
    CAPTURE(label);
    const auto provider = provider_of("aliyun-sms");
    Use use = use_of(*provider);
    use.templates["remind"] = "SMS_1";
    Message message = message_to("sms", "+8613800000000");
    message.text = text;
    const std::string url = request_of(*connector_of(provider, use), message).url;
    CAPTURE(url);
    CHECK(url.find(std::string("TemplateCode=") + id) != std::string::npos);
    CHECK(url.find("TemplateParam=" + percent_encode(params)) != std::string::npos);
}

TEST_CASE("a text that names no template of the provider is refused", "[declared]") {
    const std::string text = GENERATE(as<std::string>{}, "Hello Ada", "[]", R"({"name": "Ada"})",
                                      R"({"template": ""})", R"({"template": "x)");
    CAPTURE(text);
    const auto connector = connector_of("tencent-sms");
    Message message = message_to("sms", "+8613800000000");
    message.text = text;
    CHECK_FALSE(connector->request(message));
}

TEST_CASE("Tencent gets the parameters in order, WeChat by name", "[declared]") {
    Message message = message_to("sms", "+8613800000000");
    message.text = R"({"template": "1110", "params": ["first", "second"]})";
    CHECK(request_of(*connector_of("tencent-sms"), message)
              .body.find(R"("TemplateParamSet":["first","second"])") != std::string::npos);
    message.channel = "push";
    message.to = "openid";
    message.text =
        R"({"template": "T1", "page": "pages/a?b=c", "params": {"thing1": "茶", "time2": "09:00"}})";
    CHECK(
        request_of(*connector_of("wechat-subscribe"), message).body ==
        R"({"touser":"openid","template_id":"T1","page":"pages/a?b=c","miniprogram_state":"formal",)"
        R"("lang":"zh_CN","data":{"thing1":{"value":"茶"},"time2":{"value":"09:00"}}})");
}

TEST_CASE("a sender's name cannot become an address of its own", "[declared]") {
    const auto [from, quoted, encoded] = GENERATE(table<const char*, const char*, const char*>({
        {"hello@shop.example", "hello@shop.example", "hello@shop.example"},
        {"Shop <hello@shop.example>", "\"Shop\" <hello@shop.example>",
         "\"Shop\" <hello@shop.example>"},
        {"\"Shop, Inc.\" <hello@shop.example>", "\"Shop, Inc.\" <hello@shop.example>",
         "\"Shop, Inc.\" <hello@shop.example>"},
        {"a\" <e@evil.example>, \"b <hello@shop.example>",
         "\"a\\\" <e@evil.example>, \\\"b\" <hello@shop.example>",
         "\"a\\\" <e@evil.example>, \\\"b\" <hello@shop.example>"},
        {"商店 <hello@shop.example>", "\"商店\" <hello@shop.example>",
         "=?UTF-8?B?5ZWG5bqX?= <hello@shop.example>"},
    }));
    CAPTURE(from);
    Message message = message_to("email", "ada@shop.example");
    message.from = from;
    message.subject = "Hello";
    const auto sender_in = [&](const char* provider, const char* field) {
        const auto body = value_from_json(request_of(*connector_of(provider), message).body);
        REQUIRE(body);
        return *find(*body.value().as<Record>(), field)->as<std::string>();
    };
    CHECK(sender_in("resend", "from") == quoted);
    CHECK(sender_in("ses", "FromEmailAddress") == encoded);
    message.from = "Shop <not an address>";
    CHECK_FALSE(connector_of("resend")->request(message));
}

TEST_CASE("files travel with a mail, or it is refused by a provider that would lose them",
          "[declared]") {
    Message message = message_to("email", "ada@bücher.example");
    message.from = "Shop <hello@shop.example>";
    message.subject = "Your receipt";
    message.html = "<p>Hello <b>Ada</b></p>";
    message.attachments.push_back(
        {"Beleg.pdf", "application/pdf", std::make_shared<const std::string>("%PDF"), ""});
    const std::string body = request_of(*connector_of("sendgrid"), message).body;
    CAPTURE(body);
    CHECK(body.find(R"("attachments":[{"content":"JVBERg==","type":"application/pdf",)"
                    R"("filename":"Beleg.pdf","disposition":"attachment"}])") != std::string::npos);
    CHECK(body.find("ada@xn--bcher-kva.example") != std::string::npos);
    CHECK(body.find(R"({"type":"text/plain","value":"Hello Ada)") != std::string::npos);
    CHECK_FALSE(connector_of("mailgun")->request(message));
    message.attachments.push_back(
        {"logo.png", "image/png", std::make_shared<const std::string>("PNG"), "logo@shop"});
    const std::string both = request_of(*connector_of("mandrill"), message).body;
    CAPTURE(both);
    CHECK(both.find(R"("attachments":[{"type":"application/pdf","name":"Beleg.pdf",)"
                    R"("content":"JVBERg=="}],"images":[{"type":"image/png","name":"logo@shop",)"
                    R"("content":"UE5H"}])") != std::string::npos);
}

TEST_CASE("a declared connector in all weathers follows its class", "[declared]") {
    using fake::Behaviour;
    using model::ObservationKind;
    const auto [behaviour, keyed, neither] =
        GENERATE(table<Behaviour, ObservationKind, ObservationKind>({
            {Behaviour::too_many, ObservationKind::retry, ObservationKind::retry},
            {Behaviour::server_error, ObservationKind::retry, ObservationKind::unknown},
            {Behaviour::reject, ObservationKind::rejected, ObservationKind::rejected},
            {Behaviour::unauthorized, ObservationKind::pause, ObservationKind::pause},
            {Behaviour::accept_then_close, ObservationKind::retry, ObservationKind::unknown},
            {Behaviour::garbage, ObservationKind::retry, ObservationKind::unknown},
        }));
    CAPTURE(fake::name_of(behaviour));
    auto sink = contract::local_sink();
    auto transport = contract::local_transport();
    const auto seen_by = [&](const char* name) {
        sink->expect({behaviour});
        const auto provider = provider_of(name);
        Use use = use_of(*provider);
        use.base_url = sink->http_url();
        Message message = message_to("email", "ada@shop.example");
        message.from = "Shop <hello@shop.example>";
        message.subject = "Hello";
        message.text = "Hello Ada";
        return contract::attempt(*connector_of(provider, use), *transport, message).kind;
    };
    CHECK(seen_by("resend") == keyed);
    CHECK(seen_by("sendgrid") == neither);
}

}  // namespace
}  // namespace journey::connectors::declared
