#include "engine/runtime/composer.h"

#include "tests/engine/runtime/kit.h"

#include <catch2/catch.hpp>

namespace journey::runtime {
namespace {

const Instant kNow = instant_of(1'772'445'600'000'000);

struct Fixture {
    Fixture() {
        core::kit::Builder builder;
        program = builder.program;
        ir::Template& offer = program.templates[ir::find_named(program.templates, "offer")];
        offer.subject = "For {{ first_name }}";
        offer.body = "Dear {{ user.first_name }}, {{ amount }}";
        offer.html =
            "<html><body><p>{{ first_name }}</p><a "
            "href=\"https://shop.example/x\">x</a></body></html>";
        offer.profile_fields = {ir::find_named(program.profile, "first_name")};
        offer.unsubscribe_automatic = true;
        attempt.message_template = ir::find_named(program.templates, "offer");
        attempt.key.bytes[0] = 1;
        attempt.person = model::PersonId{7};
        attempt.channel = "email";
        attempt.address = "ada@example.com";
        attempt.data = {{"amount", "10 EUR"}, {"user", Record{{"first_name", "Ada <b>"}}}};
    }
    Result<connectors::Message> compose(const LinkOptions& links = {}) {
        attempt.program = std::make_shared<const ir::Program>(program);
        Composer composer(links);
        return composer.compose(attempt, kNow);
    }
    ir::Template& message(const char* name) {
        return program.templates[ir::find_named(program.templates, name)];
    }
    ir::Program program;
    core::StartAttempt attempt;
};

TEST_CASE("texts are rendered, and only HTML is escaped", "[runtime]") {
    Fixture fixture;
    const connectors::Message message = fixture.compose().value();
    REQUIRE(message.subject == "For Ada <b>");
    REQUIRE(message.text == "Dear Ada <b>, 10 EUR");
    REQUIRE_THAT(message.html, Catch::Contains("<p>Ada &lt;b&gt;</p>"));
    REQUIRE(message.from == "shop@example.com");
    REQUIRE(message.unsubscribe_url.empty());  // nobody told us our own address
}

TEST_CASE("a partial of the program is put in, and its failure names it", "[runtime]") {
    Fixture fixture;
    fixture.program.partials = {{"hello", "Hello {{ who }} from {{ user.first_name }}"},
                                {"sour", "one\n{{ 1 | divided_by: 0 }}"}};
    fixture.message("offer").subject = "{% render 'hello', who: amount %}";
    REQUIRE(fixture.compose().value().subject == "Hello 10 EUR from Ada <b>");
    fixture.message("offer").subject = "{% render 'sour' %}";
    const auto failed = fixture.compose();
    REQUIRE_FALSE(failed);
    REQUIRE_THAT(failed.error().detail,
                 Catch::Contains("template offer, subject, partial sour, line 2: "));
}

TEST_CASE("a catalogue is looked up by the text of its key, and files go along", "[runtime]") {
    Fixture fixture;
    ir::Catalogue table;
    table.name = "products";
    table.key = 1;
    for (const char* name : {"title", "sku"}) {
        ir::Field column;
        column.name = name;
        column.type.kind = ir::TypeKind::text;
        table.columns.push_back(column);
    }
    table.cells = {Value("Hat"), Value("17"), Value("Shoe"), Value("A 2")};
    fixture.program.catalogues = {table};
    fixture.program.files = {{"files/terms.pdf", "application/pdf", "%PDF"}};
    fixture.message("offer").catalogues = {0};
    fixture.message("offer").attachments = {{0, ""}, {0, "logo"}};
    fixture.message("offer").subject =
        "{{ products[17].title }} {{ products['17'].title }} {{ products[n].title }} "
        "{{ products['A 2'].title }}{{ products['none'].title }}{{ products }}"
        "{{ products['none'].title | default: '?' }}{% for p in products %}!{% endfor %}";
    put(fixture.attempt.data, "n", std::int64_t{17});
    const connectors::Message message = fixture.compose().value();
    REQUIRE(message.subject == "Hat Hat Hat Shoe?");
    REQUIRE(message.attachments.size() == 2);
    REQUIRE(message.attachments[0].name == "terms.pdf");
    REQUIRE(message.attachments[0].type == "application/pdf");
    REQUIRE(*message.attachments[0].content == "%PDF");
    REQUIRE(message.attachments[1].content_id == "logo");
    REQUIRE(message.attachments[1].content == message.attachments[0].content);

    connectors::Message other = message;
    other.attachments[0].content = std::make_shared<const std::string>("%PDX");
    REQUIRE(canonical_bytes(other) != canonical_bytes(message));
}

TEST_CASE("now is the moment of the first attempt, where the person lives", "[runtime]") {
    Fixture fixture;
    fixture.program.workspace.zone = "Europe/Berlin";
    fixture.message("offer").subject = "{{ 'now' | date: '%F %H:%M' }} {{ now | date: '%H' }}";
    REQUIRE(fixture.compose().value().subject == "2026-03-02 11:00 11");
    fixture.attempt.first_claim = kNow - std::chrono::hours(1);
    REQUIRE(fixture.compose().value().subject == "2026-03-02 10:00 10");

    const std::string zone = fixture.program.profile[ir::zone_field_of(fixture.program)].name;
    put(fixture.attempt.data, "user", Record{{zone, "Asia/Shanghai"}});
    REQUIRE(fixture.compose().value().subject == "2026-03-02 17:00 17");
    put(fixture.attempt.data, "user", Record{{zone, "Mars/Base"}});
    REQUIRE(fixture.compose().value().subject == "2026-03-02 10:00 10");
}

TEST_CASE("an argument of the step goes before the profile", "[runtime]") {
    Fixture fixture;
    put(fixture.attempt.data, "first_name", "Dr. Lovelace");
    REQUIRE(fixture.compose().value().subject == "For Dr. Lovelace");
}

TEST_CASE("a line break in a name never becomes a second header", "[runtime]") {
    Fixture fixture;
    fixture.attempt.data = {
        {"user", Record{{"first_name", std::string("Ada\r\nBcc: all@example.com\0", 24)}}}};
    const connectors::Message message = fixture.compose().value();
    REQUIRE(message.subject.find_first_of(std::string("\r\n\0", 3)) == std::string::npos);
    REQUIRE(message.subject.starts_with("For Ada"));
}

TEST_CASE("a template that cannot be rendered fails closed, naming the place", "[runtime]") {
    Fixture fixture;
    fixture.message("offer").html = "line one\n{{ first_name | no_such_filter }}";
    const auto message = fixture.compose();
    REQUIRE(!message);
    REQUIRE_THAT(message.error().detail,
                 Catch::StartsWith("template_failed: template offer, html, line 2"));
}

TEST_CASE("links lead through us, except the one to unsubscribe", "[runtime]") {
    Fixture fixture;
    LinkOptions links;
    links.public_url = "https://hello.shop.example";
    links.secret = "secret";
    const connectors::Message message = fixture.compose(links).value();
    REQUIRE(message.unsubscribe_url.starts_with("https://hello.shop.example/u/"));
    REQUIRE_THAT(message.html, Catch::Contains("https://hello.shop.example/c/"));
    REQUIRE_THAT(message.html, !Catch::Contains("href=\"https://shop.example/x\""));
    REQUIRE_THAT(message.html, Catch::Contains("href=\"" + message.unsubscribe_url + "\""));
    REQUIRE_THAT(message.html, Catch::Contains("https://hello.shop.example/o/"));
    REQUIRE_THAT(message.text, Catch::Contains(message.unsubscribe_url));
    REQUIRE(message.reference.size() == 55);
    REQUIRE(message.callback_url == "https://hello.shop.example/r/email/" + message.reference);

    fixture.attempt.open_tracking = false;
    links.track_clicks = false;
    const connectors::Message quiet = fixture.compose(links).value();
    REQUIRE_THAT(quiet.html, !Catch::Contains("/o/") && !Catch::Contains("/c/"));
    fixture.attempt.message_class = ir::MessageClass::transactional;
    REQUIRE(fixture.compose(links).value().unsubscribe_url.empty());
}

TEST_CASE("people are led to their choice, and to what they asked to confirm", "[runtime]") {
    Fixture fixture;
    LinkOptions links;
    links.public_url = "https://hello.shop.example";
    links.secret = "secret";
    fixture.message("offer").body = "p {{ preferences_url }} c {{ confirm_url }}.";
    fixture.message("offer").html.clear();
    fixture.program.consents[0].basis = ir::Basis::double_opt_in;
    put(fixture.attempt.data, "trigger", Value(Record{{"consent", "news"}}));
    const std::string text = fixture.compose(links).value().text;
    REQUIRE_THAT(text, Catch::Contains("p https://hello.shop.example/p/") &&
                           Catch::Contains("c https://hello.shop.example/s/") &&
                           Catch::Contains("?c=news."));
    REQUIRE(fixture.compose().value().text == "p  c .");  // nobody told us our own address
    // Of another consent there is nothing to confirm.
    put(fixture.attempt.data, "trigger", Value(Record{{"consent", "info"}}));
    REQUIRE_THAT(fixture.compose(links).value().text, Catch::Contains(" c ."));

    put(fixture.attempt.data, "user", Value(Record{{"language", "zh-CN"}}));
    REQUIRE_THAT(fixture.compose(links).value().text,
                 Catch::Contains("退订：https://hello.shop.example/u/"));
}

TEST_CASE("a webhook must render to JSON, and without a template tells what it knows",
          "[runtime]") {
    Fixture fixture;
    fixture.attempt.channel = "hook";
    fixture.attempt.address.clear();
    fixture.attempt.message_template = ir::find_named(fixture.program.templates, "ping");
    fixture.message("ping").body = R"({"name": {{ user.first_name | json }}})";
    const auto good = fixture.compose();
    REQUIRE((!good || good.value().payload == R"({"name": "Ada <b>"})"));
    fixture.message("ping").body = R"({"name": {{ user.first_name }}})";
    REQUIRE_THAT(fixture.compose().error().detail, Catch::Contains("JSON"));
    fixture.attempt.message_template = ir::kNone;
    REQUIRE_THAT(fixture.compose().value().payload, Catch::Contains("10 EUR"));
}

TEST_CASE("equal messages have equal bytes, and every part that is sent counts", "[runtime]") {
    Fixture fixture;
    const connectors::Message message = fixture.compose().value();
    REQUIRE(canonical_bytes(message) == canonical_bytes(fixture.compose().value()));
    connectors::Message other = message;
    other.at += Micros{1};
    REQUIRE(canonical_bytes(other) == canonical_bytes(message));
    other.subject += ".";
    REQUIRE(canonical_bytes(other) != canonical_bytes(message));
}

}  // namespace
}  // namespace journey::runtime
