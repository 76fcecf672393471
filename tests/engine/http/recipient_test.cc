#include "connectors/inbound/inbound.h"
#include "tests/engine/http/kit/world.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace journey;
using namespace journey::http::test;
namespace inbound = journey::connectors::inbound;
using inbound::Purpose;
using inbound::Token;

namespace {

const http::HttpOptions kOptions = test_options();

Token token_for(Purpose purpose) {
    return {purpose, model::person_id_of("user:ada"),
            model::message_key_of({"shop", "welcome", model::EntryId{7}, "send_1", 1, "email"})};
}

std::string signed_token(Purpose purpose, std::string_view bound = {}) {
    return inbound::sign_token(kOptions.link_secret, token_for(purpose), bound);
}

model::Receipt only_receipt(const std::vector<model::Command>& commands) {
    REQUIRE(commands.size() == 1);
    CHECK(commands[0].person == model::person_id_of("user:ada"));
    CHECK(commands[0].external_id.empty());
    const auto& arrived = std::get<model::ReceiptArrived>(commands[0].body);
    CHECK(arrived.key == token_for(Purpose::open).key);
    return arrived.receipt;
}

std::string path_of(const std::string& url) {
    return url.substr(kOptions.public_url.size());
}

inbound::LinkContext links() {
    const Token token = token_for(Purpose::open);
    return {kOptions.public_url, kOptions.link_secret, token.person, token.key};
}

}  // namespace

TEST_CASE("an opened e-mail counts, and the picture comes whatever happens", "[http]") {
    World world;
    const std::string path = path_of(inbound::pixel_url(links()));

    SECTION("opened") {
        const Answer answer = world.ask("GET", path);
        CHECK(answer.status == 200);
        CHECK(answer.header("Content-Type") == "image/gif");
        CHECK(answer.body == inbound::pixel_gif());
        const auto receipt = only_receipt(world.engine.commands());
        CHECK(receipt.kind == model::ReceiptKind::opened);
        CHECK(receipt.at == world.engine.now());
        CHECK(world.engine.submissions()[0].reserved);
    }
    SECTION("HEAD does nothing") {
        CHECK(world.ask("HEAD", path).status == 200);
        CHECK(world.engine.submissions().empty());
    }
    SECTION("forged") {
        CHECK(world.ask("GET", "/o/AAAA.gif").body == inbound::pixel_gif());
        CHECK(world.engine.submissions().empty());
    }
    SECTION("made for something else") {
        world.ask("GET", "/o/" + signed_token(Purpose::unsubscribe) + ".gif");
        CHECK(world.engine.submissions().empty());
    }
    SECTION("the engine is full") {
        world.engine.refuse_with(error(ErrorCode::retry, "full"));
        CHECK(world.ask("GET", path).body == inbound::pixel_gif());
    }
}

TEST_CASE("a click counts and leads where the message said", "[http]") {
    World world;
    const std::string target = "https://shop.example/sale?a=1&b=ü#top";
    const std::string path = path_of(inbound::click_url(links(), target));

    SECTION("followed") {
        const Answer answer = world.ask("GET", path);
        CHECK(answer.status == 302);
        CHECK(answer.header("Location") == "https://shop.example/sale?a=1&b=%C3%BC#top");
        const auto receipt = only_receipt(world.engine.commands());
        CHECK(receipt.kind == model::ReceiptKind::clicked);
        CHECK(receipt.url == target);
    }
    SECTION("HEAD leads there but does not count") {
        CHECK(world.ask("HEAD", path).status == 302);
        CHECK(world.engine.submissions().empty());
    }
    SECTION("the engine is full") {
        world.engine.refuse_with(error(ErrorCode::retry, "full"));
        CHECK(world.ask("GET", path).status == 302);
    }
}

TEST_CASE("a link that we did not sign leads nowhere", "[http]") {
    const std::string good = signed_token(Purpose::click, "https://shop.example/");
    struct Row {
        const char* label;
        std::string path;
    };
    const std::vector<Row> rows = {
        {"another target", "/c/" + good + "?u=https%3A%2F%2Fevil.example%2F"},
        {"the target, and more", "/c/" + good + "?u=https%3A%2F%2Fshop.example%2Fx"},
        {"no target", "/c/" + good},
        {"an empty target", "/c/" + good + "?u="},
        {"a broken escape", "/c/" + good + "?u=https%3A%2F%2Fshop.example%2"},
        {"a forged token", "/c/" + std::string(55, 'A') + "?u=https%3A%2F%2Fshop.example%2F"},
        {"a signed script",
         "/c/" + signed_token(Purpose::click, "javascript:alert(1)") + "?u=javascript%3Aalert(1)"},
        {"a signed new line", "/c/" +
                                  signed_token(Purpose::click, "https://a/\r\nSet-Cookie: a=b") +
                                  "?u=https%3A%2F%2Fa%2F%0D%0ASet-Cookie%3A%20a%3Db"},
        {"a token for opening",
         "/c/" + signed_token(Purpose::open) + "?u=https%3A%2F%2Fshop.example%2F"},
    };
    World world;
    for (const Row& row : rows) {
        CAPTURE(row.label);
        const Answer answer = world.ask("GET", row.path);
        CHECK(answer.status == 404);
        CHECK(answer.header("Location").empty());
        CHECK(answer.header("Content-Type") == "text/html; charset=utf-8");
    }
    CHECK(world.engine.submissions().empty());
}

TEST_CASE("unsubscribing takes a POST and is in force when answered", "[http][CMP-01]") {
    World world;
    const std::string path = path_of(inbound::unsubscribe_url(links()));

    SECTION("looking at the page changes nothing") {
        const Answer answer = world.ask("GET", path);
        CHECK(answer.status == 200);
        CHECK(answer.body.find("<form method=\"post\">") != std::string::npos);
        CHECK(answer.body.find("<html lang=\"en\">") != std::string::npos);
        CHECK(answer.header("Content-Security-Policy").find("form-action 'self'") !=
              std::string::npos);
        CHECK(world.ask("HEAD", path).status == 200);
        CHECK(world.engine.submissions().empty());
    }
    SECTION("one click by a mail program, or the page's button") {
        const Answer answer =
            world.ask("POST", path, "Content-Type: application/x-www-form-urlencoded\r\n",
                      "List-Unsubscribe=One-Click");
        CHECK(answer.status == 200);
        const auto receipt = only_receipt(world.engine.commands());
        CHECK(receipt.kind == model::ReceiptKind::unsubscribed);
        CHECK(world.engine.submissions()[0].when == runtime::AckWhen::applied);
        CHECK(world.engine.submissions()[0].reserved);
    }
    SECTION("a mail program that sends the form in parts") {
        CHECK(world
                  .ask("POST", path, "Content-Type: multipart/form-data; boundary=b\r\n",
                       "--b\r\nContent-Disposition: form-data; "
                       "name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n")
                  .status == 200);
        CHECK(world.engine.submissions().size() == 1);
    }
    SECTION("when it did not work, it says so") {
        world.engine.refuse_with(error(ErrorCode::retry, "full"));
        const Answer answer = world.ask("POST", path, "", "List-Unsubscribe=One-Click");
        CHECK(answer.status == 503);
        CHECK(answer.header("Retry-After") == "1");
        CHECK(answer.body.find("Nothing was changed") != std::string::npos);
    }
    SECTION("a forged link") {
        CHECK(world.ask("POST", "/u/" + std::string(55, 'A')).status == 404);
        CHECK(world.ask("GET", "/u/" + signed_token(Purpose::open)).status == 404);
        CHECK(world.engine.submissions().empty());
    }
}

TEST_CASE("Twilio's report counts when Twilio signed it", "[http]") {
    const std::string token = signed_token(Purpose::callback);
    const std::string url = fmt::format("{}/r/twilio/{}", kOptions.public_url, token);
    const connectors::Form form = {{"MessageSid", "SM123"}, {"MessageStatus", "delivered"}};
    const std::string body = "MessageSid=SM123&MessageStatus=delivered";
    const auto post = [](const World& world, const std::string& path, std::string_view signature,
                         std::string_view text) {
        return world.ask("POST", path,
                         fmt::format("Content-Type: application/x-www-form-urlencoded\r\n"
                                     "X-Twilio-Signature: {}\r\n",
                                     signature),
                         text);
    };
    World world;
    const std::string signature = inbound::twilio_signature("12345", url, form);

    SECTION("genuine") {
        CHECK(post(world, "/r/twilio/" + token, signature, body).status == 204);
        const auto receipt = only_receipt(world.engine.commands());
        CHECK(receipt.kind == model::ReceiptKind::delivered);
        CHECK(world.engine.submissions()[0].reserved);
    }
    SECTION("only on its way: nothing to keep") {
        const connectors::Form sent = {{"MessageSid", "SM123"}, {"MessageStatus", "sent"}};
        CHECK(post(world, "/r/twilio/" + token, inbound::twilio_signature("12345", url, sent),
                   "MessageSid=SM123&MessageStatus=sent")
                  .status == 204);
        CHECK(world.engine.submissions().empty());
    }
    SECTION("a wrong signature") {
        CHECK(post(world, "/r/twilio/" + token, "AAAA", body).status == 403);
        CHECK(post(world, "/r/twilio/" + token, "", body).status == 403);
        CHECK(post(world, "/r/twilio/" + token, signature, "MessageSid=SM123&MessageStatus=failed")
                  .status == 403);
        CHECK(world.engine.submissions().empty());
    }
    SECTION("another message's address") {
        const std::string other = signed_token(Purpose::open);
        CHECK(post(world, "/r/twilio/" + other, signature, body).status == 403);
        CHECK(world.engine.submissions().empty());
    }
    SECTION("at the address that names the connector") {
        const std::string here = fmt::format("{}/r/sms/{}", kOptions.public_url, token);
        CHECK(post(world, "/r/sms/" + token, inbound::twilio_signature("12345", here, form), body)
                  .status == 204);
        CHECK(only_receipt(world.engine.commands()).kind == model::ReceiptKind::delivered);
        CHECK(post(world, "/r/sms/" + token, signature, body).status == 403);
    }
    SECTION("where no connector reports") {
        for (const std::string& path :
             {"/r/fax/" + token, std::string("/r/fax"), std::string("/r/sms/a/b"),
              std::string("/r//") + token, std::string("/r/")}) {
            CAPTURE(path);
            CHECK(post(world, path, signature, body).status == 404);
        }
        CHECK(world.ask("HEAD", "/r/sms").status == 200);
        CHECK(world.ask("HEAD", "/r/fax").status == 404);
        CHECK(world.ask("GET", "/r/sms").status == 403);
        CHECK(world.engine.submissions().empty());
    }
    SECTION("no token is configured") {
        auto options = test_options();
        options.readers["twilio"] = connectors::inbound::make_twilio_reader({{std::string()}});
        World closed(options);
        CHECK(post(closed, "/r/twilio/" + token, inbound::twilio_signature("", url, form), body)
                  .status == 403);
        CHECK(closed.engine.submissions().empty());
    }
}

TEST_CASE("a number that asks to stop is on the list before it is told so", "[http]") {
    World world;
    const auto text = [&](std::string_view words) {
        const std::string url = std::string(kOptions.public_url) + "/r/sms";
        const connectors::Form form = {
            {"Body", std::string(words)}, {"From", "+4917012345678"}, {"MessageSid", "SM9"}};
        const std::string body =
            "Body=" + connectors::percent_encode(words) + "&From=%2B4917012345678&MessageSid=SM9";
        return world.ask("POST", "/r/sms",
                         fmt::format("Content-Type: application/x-www-form-urlencoded\r\n"
                                     "X-Twilio-Signature: {}\r\n",
                                     inbound::twilio_signature("12345", url, form)),
                         body);
    };
    const Answer answer = text("Stop please");
    CHECK(answer.status == 200);
    CHECK(answer.body.find("<Message>Sie sind abgemeldet") != std::string::npos);
    REQUIRE(world.engine.submissions().size() == 1);
    CHECK(world.engine.submissions()[0].when == runtime::AckWhen::applied);
    CHECK(world.engine.submissions()[0].reserved);
    const auto commands = world.engine.commands();
    const auto* change = std::get_if<model::SuppressAddresses>(&commands.front().body);
    REQUIRE(change != nullptr);
    CHECK(change->suppressed);
    REQUIRE(change->items.size() == 2);
    CHECK(change->items.front().scope == "sms");
    CHECK(change->items.front().reason == "asked to stop");
    CHECK(change->items.back().scope == "heard");  // a repeat of this text changes nothing

    CHECK(text("where is the bus stop?").body.find("<Message>") == std::string::npos);
    REQUIRE(world.engine.submissions().size() == 2);
    const auto answers = world.engine.submissions()[1].commands;
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].external_id == "text:sms:4917012345678");
    const auto& notice = std::get<model::NoticeArrived>(answers[0].body);
    CHECK(notice.receipt.kind == model::ReceiptKind::replied);
    CHECK(notice.receipt.id == "SM9");
    CHECK(notice.receipt.detail == "where is the bus stop?");
    // A start is written down whatever is known: the list itself tells which came later.
    CHECK(text("START").status == 200);
    REQUIRE(world.engine.submissions().size() == 3);
    CHECK_FALSE(std::get<model::SuppressAddresses>(world.engine.commands().back().body).suppressed);

    world.engine.refuse_with(error(ErrorCode::retry, "full"));
    const Answer later = text("STOP");
    CHECK(later.status == 503);
    CHECK(later.body.find("abgemeldet") == std::string::npos);
}
