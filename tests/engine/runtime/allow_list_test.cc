#include "engine/runtime/allow_list.h"

#include "connectors/declared/declared.h"
#include "connectors/email/smtp/smtp.h"
#include "connectors/webhook/signed/signed.h"
#include "engine/storage/memory/memory.h"
#include "tests/engine/runtime/kit.h"

#include <catch2/catch.hpp>

namespace journey::runtime {
namespace {

namespace declared = connectors::declared;
using connectors::HttpRequest;
using connectors::Message;
using connectors::Request;

AllowList list_of(std::vector<std::string> lines) {
    AllowList list;
    for (const std::string& line : lines) {
        CAPTURE(line);
        REQUIRE(list.add(line));
    }
    return list;
}

Message message_to(std::string to) {
    Message message;
    message.key.bytes = {0x0b, 0x9c, 0x11, 0x22, 0x33, 0x44, 0x45, 0x66,
                         0x87, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0x01};
    message.to = std::move(to);
    message.from = "Shop <hello@shop.example>";
    message.subject = "Hello";
    message.title = "Hello";
    message.text = "Hello";
    message.payload = "{}";
    message.journey = "welcome";
    message.step = "first";
    message.message_template = "remind";
    return message;
}

bool allows(const AllowList& list, std::string_view kind, std::string to, std::string url = "") {
    HttpRequest request;
    request.url = std::move(url);
    return list.allows(kind, message_to(std::move(to)), Request(std::move(request)));
}

TEST_CASE("the list takes only what is plainly an address", "[runtime]") {
    const auto line =
        GENERATE(as<std::string>{}, "", "*", "@", "*@", "*@*", "*@*.com", "@example.com",
                 "a*@example.com", "ann@example.com, bob@example.com", "Ann <ann@example.com>",
                 "ann@@example.com", "+86 138", "+", "13800000000", "host:", "host:*",
                 "host:*.example.com", "host:https://example.com", "host:example.com/x",
                 "host:.example.com", "host:example.com.", "push:", "*@ex\xC3\xA4mple.com",
                 "\xC3\xA4nn@example.com", "person:ann", "ann@example.com\r\n");
    CAPTURE(line);
    AllowList list;
    CHECK_FALSE(list.add(line));
    CHECK_FALSE(allows(list, "email", "ann@example.com"));
}

TEST_CASE("mail goes to addresses of the list and to no look-alike", "[runtime]") {
    const AllowList list = list_of({"*@Example.com", "Ann@shop.example"});
    const auto [to, goes] = GENERATE(table<const char*, bool>({
        {"a@example.com", true},
        {"A.b+c@EXAMPLE.com", true},
        {"ann@shop.example", true},
        {"ANN@SHOP.EXAMPLE", true},
        {"bob@shop.example", false},
        {"ann+x@shop.example", false},
        {"a@example.com.evil", false},
        {"a@evil-example.com", false},
        {"a@sub.example.com", false},
        {"a@example.com.", false},
        {"a@example.com@evil.example", false},
        {"a@evil.example,b@example.com", false},
        {"b@example.com,a@evil.example", false},
        {"b@example.com;a@evil.example", false},
        {"b@example.com a@evil.example", false},
        {"\"a@evil.example\" <b@example.com>", false},
        {"Ann <b@example.com>", false},
        {"<b@example.com>", false},
        {"\"a@evil.example,\"@example.com", false},
        {"a%evil.example@example.com", true},  // a name of that domain's, and its own to route
        {"a@evil.example\r\nBcc: b@example.com", false},
        {"b@example.com\nBcc: a@evil.example", false},
        {"a@\xD0\xB5xample.com", false},      // Cyrillic
        {"a@\xEF\xBD\x85xample.com", false},  // full width
        {"a@example\xE3\x80\x82"
         "com",
         false},  // ideographic full stop
        {"\xD0\xB0nn@shop.example", false},
        {"ann@shop.\xC3\xA9xample", false},
        {"a@xn--xample-9uf.com", false},
        {" a@example.com", false},
        {"a@example.com ", false},
        {"@example.com", false},
        {"", false},
    }));
    CAPTURE(to);
    CHECK(allows(list, "email", to) == goes);
    // What SMTP is told counts, not what the message says of it.
    connectors::SmtpRequest mail;
    mail.rcpt_to = to;
    CHECK(list.allows("email", message_to("a@example.com"), Request(mail)) == goes);
    CHECK_FALSE(allows(list, "sms", to));
    CHECK_FALSE(allows(list, "push", to));
}

TEST_CASE("texts, pushes and webhooks go by number, token and host", "[runtime]") {
    const AllowList list =
        list_of({"+8613800000000", "push:t0ken", "host:Hooks.example.com", "ann@example.com"});
    const auto [kind, to, url, goes] = GENERATE(table<const char*, const char*, const char*, bool>({
        {"sms", "+8613800000000", "", true},
        {"sms", "13800000000", "", false},
        {"sms", "008613800000000", "", false},
        {"sms", "+86 138 0000 0000", "", false},
        {"sms", "+8613800000001", "", false},
        {"sms", "+8613800000000,+8613900000000", "", false},
        {"sms",
         "\xEF\xBC\x8B"
         "8613800000000",
         "", false},
        {"sms", "ann@example.com", "", false},
        {"push", "t0ken", "", true},
        {"push", "T0KEN", "", false},
        {"push", "t0ken,other", "", false},
        {"push", "ann@example.com", "", false},
        {"push", "", "", false},
        {"webhook", "", "https://hooks.example.com/in?x=1", true},
        {"webhook", "", "https://HOOKS.example.com:8443/in", true},
        {"webhook", "", "https://hooks.example.com.evil.example/in", false},
        {"webhook", "", "https://hooks.example.com./in", false},
        {"webhook", "", "https://hooks.example.com@evil.example/in", false},
        {"webhook", "", "https://evil.example/@hooks.example.com", false},
        {"webhook", "", "https://evil.example#@hooks.example.com/", false},
        {"webhook", "", "https://evil.example?@hooks.example.com/", false},
        {"webhook", "", "https://evil.example\\@hooks.example.com/", false},
        {"webhook", "", "https://hooks.example.com\\.evil.example/", false},
        {"webhook", "", "https://hooks%2eexample%2ecom.evil.example/", false},
        {"webhook", "", "https://127.0.0.1/", false},
        {"webhook", "", "hooks.example.com", false},
        {"webhook", "", "", false},
        {"webhook", "hooks.example.com", "https://evil.example/", false},
    }));
    CAPTURE(kind, to, url);
    CHECK(allows(list, kind, to, url) == goes);
}

TEST_CASE("an empty list reaches nobody", "[runtime]") {
    const AllowList nobody;
    CHECK_FALSE(allows(nobody, "email", "ann@example.com"));
    CHECK_FALSE(allows(nobody, "sms", "+8613800000000"));
    CHECK_FALSE(allows(nobody, "push", "t"));
    CHECK_FALSE(allows(nobody, "webhook", "", "https://hooks.example.com"));
    CHECK_FALSE(nobody.allows_number("+8613800000000"));
}

declared::Use use_of(const declared::Facts& facts) {
    declared::Use use;
    for (const declared::Need& need : facts.needs) {
        use.settings[need.name] = !need.example.empty()    ? need.example
                                  : !need.fallback.empty() ? need.fallback
                                                           : need.name + " value";
    }
    if (facts.templates) use.templates["remind"] = "T1";
    return use;
}

TEST_CASE("no connector's request goes around the list", "[runtime]") {
    struct Made {
        std::string name;
        bool templates = false;  // their texts are JSON
        std::shared_ptr<const connectors::Connector> connector;
    };
    std::vector<Made> all;
    for (const std::string& name : declared::shipped_names()) {
        CAPTURE(name);
        const auto provider = declared::shipped_provider(name);
        REQUIRE(provider);
        auto made = declared::make_declared(provider.value(),
                                            use_of(declared::facts_of(*provider.value())));
        REQUIRE(made);
        all.push_back(
            {name, declared::facts_of(*provider.value()).templates, std::move(made).value()});
    }
    connectors::email::SmtpConfig smtp;
    smtp.url = "smtp://mail.shop.example:587";
    auto mail = connectors::email::make_smtp(smtp);
    REQUIRE(mail);
    all.push_back({"smtp", false, std::move(mail).value()});
    auto hook = connectors::webhook::make_signed(
        {"https://evil.example/in", {"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}});
    REQUIRE(hook);
    all.push_back({"signed", false, std::move(hook).value()});
    REQUIRE(all.size() >= 18);
    const AllowList ours = list_of(
        {"ann@example.com", "+8613800000000", "push:ours-0123456789", "host:hooks.example.com"});
    for (const Made& one : all) {
        const std::string kind = one.connector->traits().channel;
        CAPTURE(one.name, kind);
        const std::string ours_to = kind == "email"  ? "ann@example.com"
                                    : kind == "sms"  ? "+8613800000000"
                                    : kind == "push" ? "ours-0123456789"
                                                     : "";
        const std::string other_to = kind == "email"  ? "ann@example.org"
                                     : kind == "sms"  ? "+8613900000000"
                                     : kind == "push" ? "other-123456789"
                                                      : "";
        const auto message = [&](const std::string& to) {
            Message out = message_to(to);
            if (one.templates) out.text = "{}";
            return out;
        };
        const auto other = one.connector->request(message(other_to));
        INFO((other ? "" : other.error().detail));
        REQUIRE(other);
        CHECK_FALSE(ours.allows(kind, message(other_to), other.value()));
        if (kind == "webhook") continue;
        const auto made = one.connector->request(message(ours_to));
        REQUIRE(made);
        CHECK(ours.allows(kind, message(ours_to), made.value()));
    }
}

// ---------------------------------------------------------------- the node

/// A Node alone: every Attempt it hands out is kept.
class Alone {
  public:
    explicit Alone(NodeOptions options) {
        options.partitions = 4;
        options.routes = {{"email", std::make_shared<kit::PlainConnector>("email"), 0}};
        node_ = std::make_unique<Node>(std::move(options));
        REQUIRE(node_->recover(state_, log_, now_));
    }
    void append(std::vector<model::Command> commands) {
        kit::append_to(log_, *node_, now_, std::move(commands));
    }
    void settle() {
        for (;;) {
            node_->turn(now_);
            handed_out += node_->take_attempts(now_).size();
            for (auto& one : node_->take_rendered())
                rendered.push_back(std::move(one));
            std::vector<model::Command> commands = node_->take_commands();
            if (commands.empty()) return;
            append(std::move(commands));
        }
    }
    std::map<std::string, std::string> fields_of_message(const std::string& person) const {
        std::map<std::string, std::string> out;
        for (const auto& item : node_->timeline(model::person_id_of("user:" + person))) {
            if (item.kind != "message") continue;
            out["text"] = item.text;
            for (const NamedValue& field : item.fields) {
                if (const auto* text = field.value.as<std::string>()) out[field.name] = *text;
            }
        }
        return out;
    }
    const Node& node() const { return *node_; }

    std::size_t handed_out = 0;
    std::vector<storage::StateStore::RenderedMessage> rendered;

  private:
    storage::memory::MemoryLog log_;
    storage::memory::MemoryState state_;
    Instant now_ = instant_of(1'772'445'600'000'000);
    std::unique_ptr<Node> node_;
};

TEST_CASE("in a dry run messages are made, count as sent, and leave to nobody", "[runtime]") {
    NodeOptions options;
    options.dry_run = true;
    Alone process(std::move(options));
    process.append({kit::publish_of(kit::receipts()), kit::identify("ada"), kit::viewed("ada")});
    process.settle();
    CHECK(process.handed_out == 0);
    REQUIRE(process.rendered.size() == 1);
    CHECK(process.rendered[0].body.find("ada@example.com") != std::string::npos);
    const auto message = process.fields_of_message("ada");
    CHECK(message.at("status") == "accepted");
    CHECK(message.at("reason") == "dry_run");
    CHECK(message.at("text").find("sent to nobody") != std::string::npos);
    CHECK(process.node().numbers().observations.at("email/pretended") == 1);
    CHECK(process.node().numbers().attempts_started == 0);
    CHECK(process.node().attempts_under_way() == 0);
}

TEST_CASE("who is not on the allow-list is sent nothing, and told why", "[runtime]") {
    NodeOptions options;
    options.only_to.emplace();
    REQUIRE(options.only_to->add("ada@example.com"));
    Alone process(std::move(options));
    process.append({kit::publish_of(kit::receipts())});
    for (const char* who : {"ada", "bob"})
        process.append({kit::identify(who), kit::viewed(who)});
    // Whoever may write profiles does not widen the list.
    process.append({kit::command_of("eve", model::Identify{{{"email", "ada@example.com.evil"}}}),
                    kit::viewed("eve")});
    process.settle();
    CHECK(process.handed_out == 1);
    CHECK(process.fields_of_message("ada").at("status") == "claimed");
    for (const char* who : {"bob", "eve"}) {
        const auto message = process.fields_of_message(who);
        CHECK(message.at("status") == "skipped");
        CHECK(message.at("reason") == "not_allowed");
        CHECK(message.at("text").find("allow-list") != std::string::npos);
    }
    CHECK(process.node().numbers().observations.at("email/withheld") == 2);
    CHECK(process.node().attempts_under_way() == 1);
}

}  // namespace
}  // namespace journey::runtime
