// Double opt-in: asked, confirmed, and what stays of it.
#include "tests/engine/core/kit/kit.h"

#include <catch2/catch.hpp>

namespace journey::core {
namespace {

using namespace std::chrono_literals;
using kit::Builder;
using kit::World;

/// Whoever asks for "news" gets a message in which to confirm it.
Builder confirmations() {
    Builder builder;
    builder.program.consents[0].basis = ir::Basis::double_opt_in;
    ir::EventType event{"subscription_requested", {}, false, {}};
    for (const char* name : {"consent", "source"}) {
        ir::Field field;
        field.name = name;
        field.type.kind = ir::TypeKind::text;
        event.fields.push_back(field);
    }
    builder.program.events.push_back(event);
    ir::Journey journey = builder.journey("confirmations", "subscription_requested");
    journey.overlap = ir::Overlap::parallel;
    builder.send(journey, "receipt",
                 {{"consent", builder.trigger(journey, "consent")},
                  {"source", builder.trigger(journey, "source")}});
    Builder::end(journey);
    builder.keep(std::move(journey));
    return builder;
}

struct Shop : World {
    Shop() {
        publish(confirmations());
        identify("ada", {{"email", "ada@example.com"}});
    }
    void ask(const std::string& consent = "news", const std::string& source = "footer form") {
        apply(command("ada", model::ConsentAsked{consent, source, "the words"}));
    }
    std::string profile() { return of("ada").profile_json(model::person_id_of("user:ada")); }
    bool pending() { return profile().find("\"to_confirm\":{\"news\":") != std::string::npos; }
    bool given() { return profile().find("\"news\":{\"granted\":true") != std::string::npos; }
};

TEST_CASE("a consent that wants a confirmation is not given by asking for it", "[core]") {
    Shop shop;
    shop.ask();
    CHECK(shop.pending());
    CHECK_FALSE(shop.given());
    REQUIRE(shop.attempts.size() == 1);
    const std::string data = to_json(Value(shop.last().data));
    CAPTURE(data);
    for (const char* said : {R"("consent":"news")", R"("source":"footer form")"})
        CHECK(data.find(said) != std::string::npos);

    shop.consent("ada", "news");
    CHECK(shop.given());
    CHECK_FALSE(shop.pending());
    CHECK(shop.attempts.size() == 1);
    shop.ask();  // is given already
    CHECK_FALSE(shop.pending());
    CHECK(shop.attempts.size() == 1);
}

TEST_CASE("a request to confirm ends when the address it was sent to changes", "[core]") {
    Shop shop;
    shop.ask();
    shop.identify("ada", {{"email", "ada@example.com"}});  // as it was
    CHECK(shop.pending());
    shop.identify("ada", {{"email", "eve@example.com"}});
    CHECK_FALSE(shop.pending());
    shop.ask();  // it still counts as asked: no mail without end by changing addresses
    CHECK(shop.attempts.size() == 1);
    shop.advance(11min);
    shop.ask();
    CHECK(shop.pending());
    CHECK(shop.attempts.size() == 2);
    shop.consent("ada", "news");
    shop.identify("ada", {{"email", "ada@example.com"}});
    CHECK(shop.given());  // what was given is the person's
}

TEST_CASE("other consents are given when they are asked for", "[core]") {
    Shop shop;
    shop.consent("ada", "info", false);
    shop.ask("info");
    CHECK(shop.profile().find("\"info\":{\"granted\":true") != std::string::npos);
    CHECK(shop.attempts.empty());
    shop.ask("nonsense");  // kept aside, like any consent that nobody declares
    CHECK(shop.attempts.empty());
}

TEST_CASE("whoever types in somebody else's address does not fill that mailbox", "[core]") {
    Shop shop;
    for (int i = 0; i < 5; ++i)
        shop.ask();
    CHECK(shop.attempts.size() == 1);
    shop.advance(11min);
    shop.ask();
    CHECK(shop.attempts.size() == 2);
    for (int i = 0; i < 20; ++i) {
        shop.advance(1h);
        shop.ask();
    }
    CHECK(shop.attempts.size() == 3);
    shop.advance(24h * 8);
    shop.ask();
    CHECK(shop.attempts.size() == 4);
}

TEST_CASE("what was said before stays with the person, also of one who is merged", "[core]") {
    Shop shop;
    shop.ask();
    shop.advance(1h);
    shop.apply(shop.command(
        "ada", model::ConsentChange{"news", true, "double opt-in", R"({"ip":"192.0.2.7"})"}));
    shop.advance(1h);
    shop.consent("ada", "news", false);
    const std::string who = GENERATE("ada", "bob");
    if (who == "bob") {
        shop.identify("bob", {{"email", "bob@example.com"}});
        shop.alias("ada", "bob");
    }
    std::vector<std::string> told;
    bool proof = false;
    for (const TimelineItem& item : shop.of(who).timeline(model::person_id_of("user:" + who))) {
        if (item.kind != "consent") continue;
        told.push_back(item.text);
        const Value* words = find(item.fields, "proof");
        proof = proof || (words != nullptr && *words == Value(R"({"ip":"192.0.2.7"})"));
    }
    CHECK(told == std::vector<std::string>{"Was asked to confirm consent to news.",
                                           "Gave consent to news.", "Withdrew consent to news."});
    CHECK(proof);

    // And in the stored form.
    const std::uint64_t hash = shop.of(who).state_hash();
    Partition again(model::PartitionId{0}, shop.options, shop.catalog);
    model::PartitionCheckpoint stored;
    kit::store(shop.checkpoint(who), stored);
    REQUIRE(again.restore(stored));
    CHECK(again.state_hash() == hash);
    CHECK(again.timeline(model::person_id_of("user:" + who)).size() ==
          shop.of(who).timeline(model::person_id_of("user:" + who)).size());
}

TEST_CASE("of what is held against an address, what only a provider knows stands", "[core]") {
    const bool bounce_first = GENERATE(true, false);
    AddressList list("pepper");
    const model::AddressKey key = list.key_of("sms", ir::ChannelKind::sms, "+4917012345678");
    model::LogPosition position = 0;
    const auto hear = [&](const char* reason) {
        model::SuppressAddresses change;
        change.suppressed = true;
        change.source = "text";
        change.items.push_back({"sms", key, reason, Instant{}});
        list.apply(change, Instant{Micros{1}}, ++position);
    };
    hear(bounce_first ? "hard bounce" : "asked to stop");
    hear(bounce_first ? "asked to stop" : "hard bounce");
    REQUIRE(list.find(key));
    CHECK(list.find(key)->reason == "hard bounce");
    CHECK(list.size() == 1);
    REQUIRE(list.counts().size() == 1);
    CHECK(list.counts()[0].addresses == 1);

    AddressList again("pepper");
    for (const model::AddressRow& row : list.take_changes(position, 10).rows)
        again.restore(row);
    CHECK(again.hash() == list.hash());
}

}  // namespace
}  // namespace journey::core
