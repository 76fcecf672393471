#include "connectors/inbound/inbound.h"
#include "engine/http/client_address.h"
#include "engine/http/pages.h"
#include "tests/engine/http/kit/world.h"

#include <catch2/catch.hpp>

using namespace journey;
using namespace journey::http;
using namespace journey::http::test;
using Catch::Matchers::Contains;
using model::ConsentChange;
namespace inbound = connectors::inbound;

namespace {

const inbound::Token kMail{
    inbound::Purpose::open, model::person_id_of("user:ada"),
    model::message_key_of({"shop", "welcome", model::EntryId{7}, "hello", 1, "email"})};

ir::Program topics_program() {
    ir::Program program = shop_program();
    program.consents = {{"newsletter", "News", {0}, ir::Basis::opt_in},
                        {"offers", "Offers", {0}, ir::Basis::double_opt_in},
                        {"tips", "<b>Tips</b>", {0}, ir::Basis::opt_out}};
    return program;
}

HttpOptions page_options() {
    HttpOptions options = test_options();
    options.pages.name = "Shop & Co";
    options.pages.imprint = "Shop Ltd, 1 Road";
    options.pages.topics["offers"] = {"", "优惠", "Once a week.", "每周一次。"};
    return options;
}

/// Ada has News, was asked to confirm Offers, and never said a word about Tips.
struct Recipient : World {
    explicit Recipient(HttpOptions options = page_options()) : World(std::move(options)) {
        engine.publish(topics_program());
        know(R"("to_confirm":{"offers":{"at":")" + format_instant(engine.now()) +
             R"(","source":"footer form"}})");
    }
    void know(const std::string& more, const std::string& attributes = "\"age\":7") {
        engine.timelines[kMail.person] = {
            R"({"attributes":{"email":"ada@example.com","push_token":"d1",)" + attributes +
                R"(},"consents":{"newsletter":{"granted":true,"source":"checkout"}},)" + more + "}",
            {}};
    }
    static std::string path(const std::string& url) {
        return url.substr(test_options().public_url.size());
    }
    static inbound::LinkContext links() {
        static const HttpOptions options = test_options();
        return {options.public_url, options.link_secret, kMail.person, kMail.key};
    }
    static std::string unsubscribe() { return path(inbound::unsubscribe_url(links())); }
    static std::string preferences() { return path(inbound::preferences_url(links())); }
    std::string confirm(const std::string& consent = "offers",
                        std::string_view to = "ada@example.com") const {
        const auto key = engine.addresses.key_of("email", ir::ChannelKind::email, to);
        const std::string hex =
            to_hex({reinterpret_cast<const char*>(key.bytes.data()), key.bytes.size()});
        return path(inbound::confirm_url(links(), consent + "@" + hex));
    }
    static std::string withdraw() {
        return "/p/" + inbound::sign_token(test_options().link_secret,
                                           {inbound::Purpose::preferences, kMail.person, kMail.key},
                                           "withdraws");
    }
    Answer send(const std::string& path, const std::string& form,
                const std::string& headers = "") const {
        return ask(
            "POST", path,
            "Content-Type: application/x-www-form-urlencoded\r\nUser-Agent: Firefox\r\n" + headers,
            form);
    }
    std::vector<ConsentChange> changes() const {
        std::vector<ConsentChange> out;
        for (const model::Command& command : engine.commands()) {
            if (const auto* change = std::get_if<ConsentChange>(&command.body))
                out.push_back(*change);
        }
        return out;
    }
};

}  // namespace

TEST_CASE("looking at any page changes nothing", "[http]") {
    Recipient world;
    const std::vector<std::string> all{Recipient::unsubscribe(), Recipient::preferences(),
                                       Recipient::withdraw(), world.confirm()};
    const std::string path = all[GENERATE(0u, 1u, 2u, 3u)];
    const std::string method = GENERATE("GET", "HEAD");
    CAPTURE(path, method);
    const Answer answer = world.ask(method, path);
    CHECK(answer.status == 200);
    CHECK(answer.header("Content-Type") == "text/html; charset=utf-8");
    CHECK(answer.header("X-Frame-Options") == "DENY");
    CHECK(answer.header("X-Content-Type-Options") == "nosniff");
    CHECK(answer.header("Referrer-Policy") == "no-referrer");
    CHECK(answer.header("Cache-Control") == "no-store");
    CHECK_THAT(
        answer.header("Content-Security-Policy"),
        Contains("default-src 'none'; style-src 'sha256-") && Contains("frame-ancestors 'none'"));
    CHECK_THAT(answer.body, !Contains("ada@example.com") && !Contains("<script"));
    CHECK(world.engine.submissions().empty());
}

TEST_CASE("a link is good for its own page and its own consent only", "[http]") {
    Recipient world;
    const auto swapped = [](std::string path, char to) {
        path[1] = to;
        return path;
    };
    std::string damaged = Recipient::preferences();
    damaged.back() = damaged.back() == 'A' ? 'B' : 'A';
    const std::string other = world.confirm().replace(world.confirm().find("c=") + 2, 6, "tips");
    const std::string path = GENERATE_COPY(
        swapped(Recipient::unsubscribe(), 'p'), swapped(Recipient::preferences(), 'u'),
        swapped(Recipient::withdraw(), 'u'), swapped(Recipient::preferences(), 's'),
        std::string("/p/abc"), damaged, other);
    const std::string method = GENERATE("GET", "POST");
    CAPTURE(path, method);
    const Answer answer = world.ask(method, path, "Accept-Language: zh-CN,en;q=0.5\r\n", "do=stop");
    CHECK(answer.status == 404);
    CHECK_THAT(answer.body, Contains("链接无效") && Contains("lang=\"zh-Hans\""));
    CHECK(world.engine.submissions().empty());
}

TEST_CASE("somebody who is gone has no page, somebody with a new id keeps it", "[http]") {
    Recipient world;
    SECTION("gone") {
        world.engine.timelines.clear();
        CHECK(world.ask("GET", Recipient::preferences()).status == 404);
        CHECK(world.send(Recipient::preferences(), "do=stop").status == 404);
        CHECK(world.engine.submissions().empty());
        // Whoever wants to leave is never told that it does not work.
        CHECK(world.send(Recipient::unsubscribe(), "List-Unsubscribe=One-Click").status == 200);
        CHECK(world.engine.submissions().size() == 1);
    }
    SECTION("known by another id") {
        const auto whole = world.engine.timelines[kMail.person];
        world.engine.timelines[kMail.person].first = R"({"attributes":{},"moved_to":"user:2"})";
        world.engine.timelines[model::person_id_of("user:2")] = whole;
        CHECK(world.send(Recipient::preferences(), "do=save&topic=tips").status == 200);
        REQUIRE(world.engine.commands().size() >= 1);
        CHECK(world.engine.commands()[0].person == model::person_id_of("user:2"));
    }
    SECTION("a circle of ids ends") {
        world.engine.timelines[kMail.person].first = R"({"attributes":{},"moved_to":"user:ada"})";
        CHECK(world.ask("GET", Recipient::preferences()).status == 404);
    }
}

TEST_CASE("one click of a mail program unsubscribes", "[http]") {
    Recipient world;
    const Answer answer = world.send(Recipient::unsubscribe(), "List-Unsubscribe=One-Click");
    CHECK(answer.status == 200);
    const auto submissions = world.engine.submissions();
    REQUIRE(submissions.size() == 1);
    CHECK(submissions[0].when == runtime::AckWhen::applied);
    CHECK(submissions[0].reserved);
    const auto& arrived = std::get<model::ReceiptArrived>(submissions[0].commands.at(0).body);
    CHECK(arrived.key == kMail.key);
    CHECK(arrived.receipt.kind == model::ReceiptKind::unsubscribed);
    CHECK_THAT(answer.body, Contains("You are unsubscribed") && Contains(">Undo<") &&
                                Contains("Shop &amp; Co") && Contains("Shop Ltd, 1 Road"));
}

TEST_CASE("a message so old that nobody knows it any more stops everything", "[http]") {
    Recipient world;
    const bool known = GENERATE(true, false);
    if (known) {
        core::TimelineItem item;
        item.kind = "message";
        item.fields = {{"key", Value(model::format_key(kMail.key))}};
        world.engine.timelines[kMail.person].second = {item};
    }
    CHECK(world.send(Recipient::unsubscribe(), "List-Unsubscribe=One-Click").status == 200);
    CHECK(world.changes().size() == (known ? 0u : 2u));
    CHECK(std::holds_alternative<model::ReceiptArrived>(world.engine.commands().at(0).body));
}

TEST_CASE("the page of topics shows what counts, and saves what was changed", "[http]") {
    Recipient world;
    const Answer shown = world.ask("GET", Recipient::preferences());
    CHECK_THAT(shown.body,
               Contains(R"(name="topic" value="newsletter" aria-labelledby="topic0" checked>)") &&
                   Contains("Waits for you to confirm") &&
                   Contains(R"(value="tips" aria-labelledby="topic2" checked>)") &&
                   Contains("&lt;b&gt;Tips&lt;/b&gt;") && Contains("Notifications of the app"));

    const Answer saved =
        world.send(Recipient::preferences(),
                   "do=save&topic=newsletter&topic=offers&topic=nonsense&channel=email");
    CHECK(saved.status == 200);
    CHECK_THAT(saved.body, Contains("Your choice is saved.") && Contains("value=\"undo\"") &&
                               Contains(R"(name="topic" value="tips">)") &&
                               Contains(R"(name="channel" value="push">)"));
    const auto changes = world.changes();
    REQUIRE(changes.size() == 2);
    CHECK(changes[0].consent == "offers");
    CHECK(changes[0].granted);
    CHECK(changes[0].source == "preferences page");
    CHECK_THAT(
        changes[0].proof,
        Contains(R"("user_agent":"Firefox")") && Contains(R"("ip":"127.0.0.1")") &&
            Contains(R"("text":"Offers\nOnce a week.")") &&
            Contains("\"text_sha256\":\"" + to_hex(view_of(sha256("Offers\nOnce a week.")))));
    CHECK(changes[1].consent == "tips");
    CHECK_FALSE(changes[1].granted);
    const auto commands = world.engine.commands();
    const auto& channel = std::get<model::Suppress>(commands.back().body);
    CHECK(channel.channel == "push");
    CHECK(channel.suppressed);
    CHECK(world.engine.submissions().size() == 1);  // all or nothing
    CHECK(world.engine.submissions()[0].reserved);
}

TEST_CASE("everything stops at once, and comes back when that was a mistake", "[http]") {
    Recipient world;
    const Answer stopped = world.send(Recipient::preferences(), "do=stop");
    CHECK(stopped.status == 200);
    const auto changes = world.changes();
    REQUIRE(changes.size() == 2);
    CHECK(changes[0].consent == "newsletter");
    CHECK(changes[1].consent == "tips");
    CHECK_FALSE(changes[0].granted);
    CHECK(std::holds_alternative<model::ReceiptArrived>(world.engine.commands().back().body));
    CHECK_THAT(stopped.body, Contains("no more marketing messages"));

    world.engine.timelines[kMail.person].first =
        R"({"attributes":{"email":"Ada@example.com"},"consents":{"newsletter":{"granted":false},)"
        R"("tips":{"granted":false}}})";
    // This link put it there; another reason stays.
    model::SuppressAddresses listed;
    listed.source = "message " + model::format_key(kMail.key);
    const auto key =
        world.engine.addresses.key_of("email", ir::ChannelKind::email, "ada@example.com");
    const bool ours = GENERATE(true, false);
    listed.items.push_back({"email", key, ours ? "unsubscribed" : "complained", {}});
    world.engine.addresses.apply(listed, world.engine.now(), 1);
    CHECK(world.send(Recipient::preferences(), "do=undo&topic=newsletter&topic=tips&address=1")
              .status == 200);
    const auto after = world.changes();
    REQUIRE(after.size() == 4);
    CHECK(after[2].granted);
    CHECK(after[3].granted);
    const auto commands = world.engine.commands();
    const auto* released = std::get_if<model::SuppressAddresses>(&commands.back().body);
    REQUIRE((released != nullptr) == ours);
    if (ours) {
        CHECK_FALSE(released->suppressed);
        CHECK(released->items.at(0).key == key);
    }
}

TEST_CASE("a channel that a bounce stopped has no switch", "[http]") {
    Recipient world;
    world.know(R"("suppressed":{"push":{"reason":"hard bounce"}})");
    CHECK_THAT(world.ask("GET", Recipient::preferences()).body,
               Contains("We cannot reach you here.") && !Contains("value=\"push\""));
    CHECK(world
              .send(Recipient::preferences(),
                    "do=save&topic=newsletter&topic=tips&channel=email&channel=push")
              .status == 200);
    CHECK(world.engine.submissions().empty());
}

TEST_CASE("who asked for a consent confirms it by a button, and the proof says how", "[http]") {
    Recipient world;
    CHECK_THAT(world.ask("GET", world.confirm()).body,
               Contains("Please confirm") && Contains("Once a week.") &&
                   Contains("<button>Yes, send it to me</button>"));
    const Answer answer = world.send(world.confirm(), "");
    CHECK(answer.status == 200);
    CHECK_THAT(answer.body, Contains("From now on you will get: Offers."));
    const auto changes = world.changes();
    REQUIRE(changes.size() == 1);
    CHECK(changes[0].consent == "offers");
    CHECK(changes[0].granted);
    CHECK(changes[0].source == "double opt-in");
    CHECK_THAT(changes[0].proof, Contains("\"asked_at\"") && Contains("\"ip\":\"127.0.0.1\"") &&
                                     Contains("Only when you confirm it will we send it to you.") &&
                                     Contains("\"text_sha256\"") &&
                                     Contains("\"message\":\"" + model::format_key(kMail.key)));
}

TEST_CASE("only the mailbox that the link went to confirms, and only while it is theirs",
          "[http]") {
    Recipient world;
    const char* other = GENERATE("eve@example.com", "ada.before@example.com");
    CAPTURE(other);
    const std::string path = world.confirm("offers", other);
    CHECK(world.ask("GET", path).status == 410);
    CHECK(world.send(path, "").status == 410);
    CHECK(world.engine.submissions().empty());
    // What says that it went elsewhere is none of our links.
    std::string forged = world.confirm();
    forged.back() = forged.back() == '0' ? '1' : '0';
    CHECK(world.send(forged, "").status == 404);
    CHECK(world.send(forged.substr(0, forged.rfind("%40")), "").status == 404);
    CHECK(world.engine.submissions().empty());
}

TEST_CASE("what mail programs see of a message leads to no page that can grant", "[http]") {
    Recipient world;
    const Answer shown = world.ask("GET", Recipient::unsubscribe());
    const std::size_t at = shown.body.find("/p/");
    REQUIRE(at != std::string::npos);
    const std::string link = shown.body.substr(at, 58);
    CHECK(link == Recipient::withdraw());
    CHECK_THAT(world.ask("GET", link).body,
               Contains("value=\"newsletter\"") && !Contains("value=\"offers\""));
    // Asked for all the same.
    CHECK(world
              .send(link,
                    "do=save&topic=newsletter&topic=offers&topic=tips&channel=email&channel=push")
              .status == 200);
    CHECK(world.send(link, "do=undo&topic=offers").status == 200);
    CHECK(world.send(link, "do=undo&topic=offers&seal=9999999999999999.x").status == 200);
    CHECK(world.engine.submissions().empty());
    CHECK(world.send(link, "do=save&topic=tips&channel=email&channel=push").status == 200);
    REQUIRE(world.changes().size() == 1);
    CHECK(world.changes()[0].consent == "newsletter");
    CHECK_FALSE(world.changes()[0].granted);
}

TEST_CASE("what a page that only withdraws took, it gives back once, and nothing else", "[http]") {
    Recipient world;
    world.engine.on_submit = [&](const model::Command&) {
        world.engine.timelines[kMail.person].first =
            R"({"attributes":{},"consents":{"newsletter":{"granted":false}}})";
    };
    const Answer answer =
        world.send(Recipient::withdraw(), "do=save&topic=tips&channel=email&channel=push");
    const std::size_t at = answer.body.find("name=\"seal\" value=\"");
    REQUIRE(at != std::string::npos);
    const std::size_t from = at + 19;
    const std::string seal = answer.body.substr(from, answer.body.find('"', from) - from);
    world.engine.on_submit = nullptr;
    const std::size_t said = world.changes().size();
    for (const char* other : {"topic=offers", "topic=newsletter&topic=offers", "address=1",
                              "topic=newsletter&address=1"})
        CHECK(world.send(Recipient::withdraw(), "do=undo&" + std::string(other) + "&seal=" + seal)
                  .status == 200);
    CHECK(world.changes().size() == said);
    SECTION("in time") {
        CHECK(world.send(Recipient::withdraw(), "do=undo&topic=newsletter&seal=" + seal).status ==
              200);
        REQUIRE(world.changes().size() == said + 1);
        CHECK(world.changes().back().consent == "newsletter");
        CHECK(world.changes().back().granted);
    }
    SECTION("too late") {
        world.engine.set_now(world.engine.now() + std::chrono::hours(2));
        CHECK(world.send(Recipient::withdraw(), "do=undo&topic=newsletter&seal=" + seal).status ==
              200);
        CHECK(world.changes().size() == said);
    }
}

TEST_CASE("a request to confirm ends after seven days, or when it was never made",
          "[http][CMP-07]") {
    Recipient world;
    SECTION("too old") {
        world.engine.set_now(world.engine.now() + std::chrono::hours(24 * 7 + 1));
    }
    SECTION("never made") {
        world.know("\"tags\":[]");
    }
    CHECK(world.ask("GET", world.confirm()).status == 410);
    CHECK(world.send(world.confirm(), "").status == 410);
    CHECK(world.engine.submissions().empty());
}

TEST_CASE("to confirm twice says so and changes nothing", "[http]") {
    Recipient world;
    CHECK(world.send(world.confirm("newsletter"), "").status == 200);
    CHECK(world.engine.submissions().empty());
}

TEST_CASE("when the choice cannot be kept the page says so", "[http]") {
    Recipient world;
    const bool at_once = GENERATE(true, false);
    if (at_once) {
        world.engine.refuse_with(error(ErrorCode::retry, "full"));
    } else {
        world.engine.fail_with(error(ErrorCode::storage_failed, "the disk"));
    }
    const Answer answer = world.send(Recipient::unsubscribe(), "List-Unsubscribe=One-Click");
    CHECK(answer.status == 503);
    CHECK_THAT(answer.body, Contains("That did not work") && Contains("Nothing was changed"));
}

TEST_CASE("a page speaks the person's language", "[http]") {
    struct Row {
        const char* label;
        const char* profile;
        const char* accept;
        const char* fallback;
        Language language;
    };
    const auto row = GENERATE(values<Row>({
        {"profile", "zh-CN", "en", "en", Language::zh},
        {"profile in words", "中文", "en", "en", Language::zh},
        {"profile in English", "en_GB", "zh", "zh", Language::en},
        {"a language we do not have", "fr", "zh-TW;q=0.8, en;q=0.7", "en", Language::zh},
        {"browser", "", "fr-FR, en;q=0.9, zh;q=0.3", "zh", Language::en},
        {"never that one", "", "zh;q=0, en;q=0", "zh", Language::zh},
        {"nobody says", "", "", "zh", Language::zh},
        {"hostile", "z", ",,;q=,q=9;zh-", "en", Language::en},
    }));
    CAPTURE(row.label);
    CHECK(language_of(row.profile, row.accept, row.fallback) == row.language);

    Recipient world;
    world.know("\"tags\":[]", R"("locale":"zh-CN")");
    CHECK_THAT(world.ask("GET", Recipient::preferences(), "Accept-Language: en\r\n").body,
               Contains("<html lang=\"zh-Hans\">") && Contains("消息设置") && Contains("优惠") &&
                   Contains("每周一次。") && Contains("推送通知"));
}

TEST_CASE("who asked is the nearest that is no proxy of ours", "[http]") {
    struct Row {
        const char* label;
        const char* peer;
        const char* forwarded;
        std::vector<std::string> trusted;
        const char* address;
    };
    const auto row = GENERATE(values<Row>({
        {"nobody is trusted", "192.0.2.1", "198.51.100.7", {}, "192.0.2.1"},
        {"a proxy", "10.1.2.3", "198.51.100.7", {"10.0.0.0/8"}, "198.51.100.7"},
        {"what a liar wrote first",
         "10.1.2.3",
         "1.1.1.1, 198.51.100.7",
         {"10.0.0.0/8"},
         "198.51.100.7"},
        {"two proxies",
         "127.0.0.1",
         "198.51.100.7, 10.9.9.9",
         {"127.0.0.1", "10.0.0.0/8"},
         "198.51.100.7"},
        {"all of them ours", "127.0.0.1", "10.0.0.1", {"127.0.0.1", "10.0.0.0/8"}, "10.0.0.1"},
        {"with a port", "127.0.0.1", "198.51.100.7:4711", {"127.0.0.1"}, "198.51.100.7"},
        {"version 6", "::1", "[2001:db8::7]:80", {"::1"}, "2001:db8::7"},
        {"mapped", "::ffff:10.0.0.1", "198.51.100.7", {"10.0.0.0/8"}, "198.51.100.7"},
        {"nonsense ends it", "127.0.0.1", "<script>", {"127.0.0.1"}, "127.0.0.1"},
        {"nothing said", "127.0.0.1", "", {"127.0.0.1"}, "127.0.0.1"},
    }));
    CAPTURE(row.label);
    CHECK(client_address(row.peer, row.forwarded, row.trusted) == row.address);
    CHECK(is_network("10.0.0.0/8"));
    CHECK_FALSE(is_network("10.0.0.0/33"));
    CHECK_FALSE(is_network("proxy.example"));
}

TEST_CASE("the sender's colour is made dark enough to read", "[http]") {
    HttpOptions options = page_options();
    options.pages.colour = GENERATE("#ffffff", "#ffdd00", "#1f4fb0", "#000000");
    options.pages.logo = "https://cdn.shop.example/logo.png";
    Recipient world(options);
    const Answer answer = world.ask("GET", Recipient::preferences());
    CHECK_THAT(answer.body, !Contains("--accent:#ffffff") && !Contains("--accent:#ffdd00") &&
                                Contains("alt=\"Shop &amp; Co\""));
    CHECK_THAT(answer.header("Content-Security-Policy"),
               Contains("img-src https://cdn.shop.example;"));
    if (options.pages.colour == "#1f4fb0") CHECK_THAT(answer.body, Contains("--accent:#1f4fb0"));
}
