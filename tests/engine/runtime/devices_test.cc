// A person with several devices: one message, a request a device, one outcome.

#include "engine/storage/memory/memory.h"
#include "tests/engine/runtime/kit.h"

#include <catch2/catch.hpp>

namespace journey::runtime {
namespace {

using model::ObservationKind;

const Instant kStart = instant_of(1'772'445'600'000'000);

/// The receipt as a push to all of `user.phones`.
core::kit::Builder pushes() {
    core::kit::Builder builder;
    ir::Field phones;
    phones.name = "phones";
    phones.type.kind = ir::TypeKind::list;
    phones.type.element = ir::TypeKind::text;
    builder.program.profile.push_back(phones);
    ir::Channel push;
    push.name = "push";
    push.kind = ir::ChannelKind::push;
    push.address_field = builder.field("phones");
    builder.program.channels.push_back(push);
    builder.program.templates[builder.message("receipt")].channel = builder.channel("push");
    ir::Journey journey = builder.journey("receipts", "viewed");
    journey.message_class = ir::MessageClass::transactional;
    journey.overlap = ir::Overlap::parallel;
    builder.send(journey, "receipt");
    core::kit::Builder::end(journey);
    builder.keep(std::move(journey));
    return builder;
}

struct Phones {
    explicit Phones(model::IdempotencyClass kind = model::IdempotencyClass::collapsible)
        : connector(std::make_shared<kit::PlainConnector>("push", kind, 10)) {
        start();
        append({kit::publish_of(pushes())});
    }
    void start(std::optional<AllowList> only_to = std::nullopt) {
        NodeOptions options;
        options.partitions = 4;
        options.routes = {{"push", connector, 0}};
        options.people_bytes = 0;
        options.only_to = std::move(only_to);
        node = std::make_unique<Node>(options);
        REQUIRE(node->recover(state, log, now));
    }
    void append(std::vector<model::Command> commands) {
        kit::append_to(log, *node, now, std::move(commands));
    }
    void settle() {
        for (;;) {
            node->turn(now);
            std::vector<OutgoingAttempt> some = node->take_attempts(now);
            std::vector<model::Command> commands = node->take_commands();
            for (const model::Command& command : commands) {
                if (const auto* one = std::get_if<model::Outcome>(&command.body))
                    outcomes.push_back(*one);
            }
            std::move(some.begin(), some.end(), std::back_inserter(attempts));
            if (commands.empty() && some.empty()) return;
            append(std::move(commands));
        }
    }
    void has(const std::string& person, const List& devices) {
        append({kit::command_of(person, model::Identify{{{"phones", Value(devices)}}})});
    }
    /// The devices a new message goes to, in order.
    std::vector<std::string> send(const std::string& person) {
        attempts.clear();
        append({kit::viewed(person)});
        settle();
        std::vector<std::string> out;
        for (const OutgoingAttempt& one : attempts)
            out.push_back(one.message.to);
        return out;
    }
    void answer(std::size_t attempt, std::uint32_t status) {
        OutgoingAttempt one = attempts.at(attempt);
        one.message = {};  // as the service keeps it
        node->observe(one, kit::answer(status), now);
        settle();
    }
    std::string phones_of(const std::string& person) const {
        return node->profile_json(model::person_id_of("user:" + person));
    }

    std::shared_ptr<kit::PlainConnector> connector;
    storage::memory::MemoryLog log;
    storage::memory::MemoryState state;
    Instant now = kStart;
    std::unique_ptr<Node> node;
    std::vector<OutgoingAttempt> attempts;
    std::vector<model::Outcome> outcomes;
};

using Names = std::vector<std::string>;

TEST_CASE("a push goes to all devices of the person, the newest first, as one message",
          "[runtime]") {
    Phones phones;
    phones.has("ada", {Value("old"), Value("tablet"), Value("new")});
    CHECK(phones.send("ada") == Names{"new", "tablet", "old"});
    for (const OutgoingAttempt& one : phones.attempts) {
        CHECK(one.key == phones.attempts[0].key);
        CHECK(one.message.key == one.key);
        CHECK(one.body_hash == phones.attempts[0].body_hash);
    }
    phones.answer(0, 400);
    phones.answer(1, 200);
    CHECK(phones.outcomes.empty());
    phones.answer(2, 503);
    REQUIRE(phones.outcomes.size() == 1);
    CHECK(phones.outcomes[0].observation.kind == ObservationKind::accepted);
    CHECK(phones.outcomes[0].observation.reason == "1 of 3 devices took it");
    CHECK(phones.node->attempts_under_way() == 0);
}

TEST_CASE("of many devices the ten newest get a push, each once", "[runtime]") {
    Phones phones;
    List all{Value("d13")};
    for (int i = 0; i < 14; ++i)
        all.emplace_back("d" + std::to_string(i));
    phones.has("ada", all);
    const Names asked = phones.send("ada");
    REQUIRE(asked.size() == 10);
    CHECK(asked.front() == "d13");
    CHECK(asked.back() == "d4");
}

TEST_CASE("a device that is gone leaves the list, and the others stay", "[runtime]") {
    Phones phones;
    phones.has("ada", {Value("old"), Value("new")});
    phones.send("ada");
    phones.answer(0, 200);
    phones.answer(1, 410);
    REQUIRE(phones.outcomes.size() == 1);
    CHECK(phones.outcomes[0].observation.kind == ObservationKind::accepted);
    CHECK(phones.phones_of("ada").find(R"("phones":["new"])") != std::string::npos);
    CHECK(phones.send("ada") == Names{"new"});
    phones.answer(0, 410);
    CHECK(phones.outcomes.back().observation.kind == ObservationKind::rejected);
    CHECK(phones.phones_of("ada").find("phones") == std::string::npos);
    CHECK(phones.send("ada").empty());
    phones.has("ada", {Value("new")});  // the app was installed again
    CHECK(phones.send("ada") == Names{"new"});
}

TEST_CASE("what nobody took is asked for again, of every device that is left", "[runtime]") {
    Phones phones;
    phones.has("ada", {Value("old"), Value("new")});
    phones.send("ada");
    const model::MessageKey key = phones.attempts[0].key;
    phones.answer(0, 503);
    phones.answer(1, 410);
    REQUIRE(phones.outcomes.size() == 1);
    CHECK(phones.outcomes[0].observation.kind == ObservationKind::retry);
    phones.attempts.clear();
    const bool restarted = GENERATE(false, true);
    if (restarted) phones.start();
    phones.now += std::chrono::minutes(1);
    phones.settle();
    REQUIRE(phones.attempts.size() == 1);
    CHECK(phones.attempts[0].message.to == "new");
    CHECK(phones.attempts[0].key == key);
}

TEST_CASE("a message that is under way survives a restart with all of its devices", "[runtime]") {
    Phones phones;
    phones.has("ada", {Value("old"), Value("new")});
    phones.send("ada");
    phones.answer(0, 503);  // the other one's answer is lost
    while (auto catalog = phones.node->next_catalog_checkpoint())
        REQUIRE(phones.state.save_catalog(catalog->stored, catalog->journeys_json,
                                          catalog->oldest_needed));
    while (auto next = phones.node->next_checkpoint()) {
        REQUIRE(phones.state.save({*next}));
        phones.node->checkpoint_saved(next->partition, next->applied);
    }
    phones.attempts.clear();
    phones.start();
    phones.settle();
    phones.now += std::chrono::minutes(1);
    phones.settle();
    REQUIRE(phones.attempts.size() == 2);
    CHECK(phones.attempts[0].message.to == "new");
    CHECK(phones.attempts[1].message.to == "old");
}

TEST_CASE("at a provider that drops repeats every device has a key that stays", "[runtime]") {
    Phones phones(model::IdempotencyClass::keyed);
    phones.has("ada", {Value("old"), Value("new")});
    phones.send("ada");
    REQUIRE(phones.attempts.size() == 2);
    const model::MessageKey first = phones.attempts[0].message.key;
    const model::MessageKey second = phones.attempts[1].message.key;
    CHECK(first == phones.attempts[0].key);
    CHECK(second != first);
    phones.answer(0, 503);
    phones.answer(1, 503);
    phones.attempts.clear();
    phones.now += std::chrono::minutes(1);
    phones.settle();
    REQUIRE(phones.attempts.size() == 2);
    CHECK(phones.attempts[0].message.key == first);
    CHECK(phones.attempts[1].message.key == second);
}

TEST_CASE("on an allow-list of devices the others are left out", "[runtime]") {
    Phones phones;
    phones.has("ada", {Value("mine"), Value("theirs")});
    AllowList list;
    REQUIRE(list.add("push:mine"));
    phones.start(list);
    CHECK(phones.send("ada") == Names{"mine"});
    phones.has("bob", {Value("a"), Value("b")});
    CHECK(phones.send("bob").empty());
    CHECK(phones.outcomes.back().observation.kind == ObservationKind::withheld);
}

TEST_CASE("devices of two ids that become one are all the person's", "[runtime]") {
    Phones phones;
    phones.has("guest", {Value("tablet"), Value("phone")});
    phones.has("ada", {Value("phone"), Value("watch")});
    phones.append({kit::command_of("guest", model::Alias{"user:ada"})});
    phones.settle();
    CHECK(phones.send("ada") == Names{"watch", "phone", "tablet"});
}

}  // namespace
}  // namespace journey::runtime
