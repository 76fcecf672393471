#include "engine/storage/memory/memory.h"
#include "tests/engine/runtime/kit.h"

#include <catch2/catch.hpp>

namespace journey::runtime {
namespace {

using namespace std::chrono_literals;
using storage::memory::MemoryLog;
using storage::memory::MemoryState;

const Instant kStart = instant_of(1'772'445'600'000'000);

/// One process: a Node, its log, and time moved by hand.
class Process {
  public:
    explicit Process(model::IdempotencyClass kind = model::IdempotencyClass::neither,
                     std::uint32_t parallel = 2)
        : connector_(std::make_shared<kit::PlainConnector>("email", kind, parallel)) {
        start();
    }
    void start() {
        NodeOptions options;
        options.partitions = 4;
        options.routes = {{"email", connector_, 0}};
        options.routes[0].hears_texts = hears_texts;
        options.people_bytes = 0;  // whoever is saved leaves memory
        node = std::make_unique<Node>(options);
        REQUIRE(node->recover(state, log, now));
    }
    /// What was not appended is gone.
    void crash() { start(); }

    void append(std::vector<model::Command> commands) {
        kit::append_to(log, *node, now, std::move(commands));
    }
    /// Turns until nothing more is to be appended; what may start is collected.
    void settle() {
        for (;;) {
            node->turn(now);
            std::vector<OutgoingAttempt> some = node->take_attempts(now);
            std::vector<model::Command> commands = node->take_commands();
            for (const model::Command& command : commands)
                emitted.push_back(command);
            std::move(some.begin(), some.end(), std::back_inserter(attempts));
            if (commands.empty() && some.empty()) return;
            append(std::move(commands));
        }
    }
    void checkpoint() {
        if (auto catalog = node->next_catalog_checkpoint()) {
            REQUIRE(state.save_catalog(catalog->stored, catalog->journeys_json,
                                       catalog->oldest_needed));
        }
        while (auto next = node->next_checkpoint()) {
            REQUIRE(state.save({*next}));
            node->checkpoint_saved(next->partition, next->applied);
        }
        for (;;) {
            const auto addresses = node->next_address_checkpoint(1);
            if (addresses.rows.empty()) break;
            REQUIRE(state.save_addresses(addresses));
        }
    }
    template <typename T>
    std::vector<T> emitted_of() const {
        std::vector<T> found;
        for (const model::Command& command : emitted) {
            if (const auto* body = std::get_if<T>(&command.body)) found.push_back(*body);
        }
        return found;
    }

    bool hears_texts = false;
    std::shared_ptr<kit::PlainConnector> connector_;
    MemoryLog log;
    MemoryState state;
    Instant now = kStart;
    std::unique_ptr<Node> node;
    std::vector<OutgoingAttempt> attempts;
    std::vector<model::Command> emitted;
};

TEST_CASE("an attempt comes out only when its claim went through the log", "[runtime]") {
    Process process;
    process.append({kit::publish_of(kit::receipts()), kit::identify("ada"), kit::viewed("ada")});
    process.node->turn(process.now);
    const auto claims = process.node->take_commands();
    REQUIRE(claims.size() == 1);
    REQUIRE(std::holds_alternative<model::Claim>(claims[0].body));
    REQUIRE(process.node->take_attempts(process.now).empty());
    process.append(claims);
    const auto attempts = process.node->take_attempts(process.now);
    REQUIRE(attempts.size() == 1);
    REQUIRE(attempts[0].message.to == "ada@example.com");
    REQUIRE(attempts[0].body_hash != Sha256{});
}

TEST_CASE("what people text comes to the person whose message it answers", "[runtime]") {
    Process process;
    process.hears_texts = true;
    process.start();
    process.append({kit::publish_of(kit::receipts()),
                    kit::command_of("ada", model::Identify{{{"email", "+4917012345678"}}}),
                    kit::viewed("ada")});
    process.settle();
    REQUIRE(process.attempts.size() == 1);
    OutgoingAttempt sent = process.attempts[0];
    sent.message = {};  // as the service keeps it
    process.node->observe(sent, kit::answer(202), process.now);
    process.settle();
    REQUIRE(process.emitted_of<model::MessageNamed>().size() == 1);
    model::Receipt reply;
    reply.kind = model::ReceiptKind::replied;
    reply.id = "T1";
    reply.at = process.now;
    model::Command text;
    text.external_id = model::name_of_place("text", "sms", "4917012345678");
    text.person = model::person_id_of(text.external_id);
    text.body = model::NoticeArrived{reply};
    const bool restarted = GENERATE(false, true);
    if (restarted) {
        process.checkpoint();
        process.start();
    }
    process.append({text});
    process.settle();
    const auto arrived = process.emitted_of<model::ReceiptArrived>();
    REQUIRE(arrived.size() == 1);
    CHECK(arrived[0].key == sent.key);
    process.checkpoint();
    REQUIRE(process.state.messages().size() == 1);
    CHECK(process.state.messages().begin()->second.receipts.find("replied") != std::string::npos);
    CHECK(process.node->unmatched().empty());
}

TEST_CASE("no more attempts are under way than the connector bears", "[runtime]") {
    Process process;
    process.append({kit::publish_of(kit::receipts())});
    std::vector<model::Command> commands;
    for (int i = 0; i < 10; ++i) {
        commands.push_back(kit::identify("p" + std::to_string(i)));
        commands.push_back(kit::viewed("p" + std::to_string(i)));
    }
    process.append(commands);
    process.settle();
    REQUIRE(process.attempts.size() == 2);
    REQUIRE(process.emitted_of<model::Claim>().size() == 4);  // as many again are ready, not more
    std::size_t seen = 0;
    while (seen < process.attempts.size()) {
        process.node->observe(process.attempts[seen++], kit::answer(202), process.now);
        process.settle();
        REQUIRE(process.attempts.size() <= seen + 2);
    }
    REQUIRE(process.attempts.size() == 10);
    REQUIRE(process.node->attempts_under_way() == 0);
    REQUIRE(process.node->numbers().observations.at("email/accepted") == 10);
}

TEST_CASE("an opt-out takes back what was granted and has not begun", "[runtime]") {
    Process process(model::IdempotencyClass::neither, 1);
    process.append({kit::publish_of(kit::offers())});
    for (const char* who : {"ada", "bob"}) {
        process.append({kit::identify(who),
                        kit::command_of(who, model::ConsentChange{"news", true, "test", ""}),
                        kit::viewed(who)});
    }
    process.now += 31min;
    process.settle();
    REQUIRE(process.attempts.size() == 1);  // one begun, one granted and waiting for room
    const std::string other = process.attempts[0].message.to == "ada@example.com" ? "bob" : "ada";
    process.append({kit::command_of(other, model::ConsentChange{"news", false, "test", ""})});
    process.node->observe(process.attempts[0], kit::answer(202), process.now);
    process.settle();
    REQUIRE(process.attempts.size() == 1);
    const auto outcomes = process.emitted_of<model::Outcome>();
    const auto released =
        std::count_if(outcomes.begin(), outcomes.end(), [](const model::Outcome& outcome) {
            return outcome.observation.kind == model::ObservationKind::not_started;
        });
    REQUIRE(released == 1);
    process.checkpoint();
    std::vector<model::MessageStatus> statuses;
    for (const auto& [key, row] : process.state.messages())
        statuses.push_back(row.status);
    std::sort(statuses.begin(), statuses.end());
    REQUIRE(statuses == std::vector{model::MessageStatus::accepted, model::MessageStatus::skipped});
}

TEST_CASE("after a stop between claim and answer the provider's class decides", "[runtime]") {
    struct Case {
        model::IdempotencyClass kind;
        model::ObservationKind expected;
    };
    using enum model::IdempotencyClass;
    using enum model::ObservationKind;
    const Case one = GENERATE(Case{neither, unknown}, Case{queryable, unknown}, Case{keyed, lost},
                              Case{collapsible, lost});
    const bool checkpointed = GENERATE(false, true);
    Process process(one.kind);
    process.append({kit::publish_of(kit::receipts()), kit::identify("ada"), kit::viewed("ada")});
    process.settle();
    REQUIRE(process.attempts.size() == 1);
    const model::MessageKey key = process.attempts[0].key;
    if (checkpointed) process.checkpoint();
    process.attempts.clear();
    process.emitted.clear();
    process.crash();
    process.settle();
    const auto outcomes = process.emitted_of<model::Outcome>();
    REQUIRE(outcomes.size() == 1);
    REQUIRE(outcomes[0].key == key);
    REQUIRE(outcomes[0].observation.kind == one.expected);
    REQUIRE(outcomes[0].observation.ambiguous);
    process.now += 1h;
    process.settle();
    if (one.expected == unknown) {
        REQUIRE(process.attempts.empty());
        REQUIRE(process.node->unknown_messages().size() == 1);
    } else {
        REQUIRE(process.attempts.size() == 1);
        REQUIRE(process.attempts[0].key == key);
        REQUIRE(process.attempts[0].attempt == 2);
    }
}

TEST_CASE("a recovered node is the same node, whatever was checkpointed when", "[runtime]") {
    Process process;
    process.append({kit::publish_of(kit::offers()), kit::identify("ada"), kit::viewed("ada")});
    const int moment = GENERATE(0, 1, 2, 3);
    if (moment == 1) process.checkpoint();
    if (moment == 2) {  // only some partitions
        auto catalog = process.node->next_catalog_checkpoint();
        REQUIRE(process.state.save_catalog(catalog->stored, catalog->journeys_json,
                                           catalog->oldest_needed));
        for (int i = 0; i < 2; ++i)
            REQUIRE(process.state.save({*process.node->next_checkpoint()}));
    }
    process.append({kit::identify("bob"), kit::viewed("bob"), kit::publish_of(kit::receipts())});
    process.append({kit::viewed("ada"), kit::viewed("bob")});
    if (moment == 3) {
        process.checkpoint();
        REQUIRE(process.log.truncate(process.node->low_water()));
    }
    const std::uint64_t before = process.node->state_hash();
    const Instant next = process.node->next_turn();
    process.crash();
    REQUIRE(process.node->state_hash() == before);
    REQUIRE(process.node->next_turn() <= next);
    REQUIRE(process.node->counts().people == 2);
}

namespace {

model::Command suppress_of(const std::string& address, bool suppressed = true) {
    model::SuppressAddresses change;
    change.suppressed = suppressed;
    change.source = "test";
    change.items.push_back({"email", model::address_key_of("", "email", address), "asked", {}});
    model::Command command;
    command.partition = model::kEveryPartition;
    command.body = std::move(change);
    return command;
}

model::Command identify_as(const std::string& person, const std::string& email) {
    return kit::command_of(person, model::Identify{{{"email", email}, {"first_name", person}}});
}

std::vector<std::string> reasons_of(Process& process) {
    process.checkpoint();
    std::vector<std::string> reasons;
    for (const auto& [key, row] : process.state.messages())
        reasons.push_back(std::string(name_of(row.status)) + " " +
                          std::string(name_of(row.reason)) +
                          (row.detail.empty() ? "" : ": " + row.detail));
    std::sort(reasons.begin(), reasons.end());
    return reasons;
}

}  // namespace

TEST_CASE("nothing goes to a suppressed address, whoever has it and whenever he came",
          "[runtime]") {
    Process process;
    process.append({kit::publish_of(kit::receipts()), identify_as("ada", "Ada@Example.COM"),
                    suppress_of("ada@example.com")});
    const bool crash = GENERATE(false, true);
    if (crash) process.crash();
    process.append({kit::viewed("ada"), identify_as("late", " ada@EXAMPLE.com"),
                    kit::viewed("late"), identify_as("bob", "bob@example.com"),
                    kit::viewed("bob")});
    process.settle();
    REQUIRE(process.attempts.size() == 1);
    CHECK(process.attempts[0].message.to == "bob@example.com");
    const std::string why = "skipped suppressed: suppressed since 2026-03-02: asked";
    CHECK(reasons_of(process) == std::vector<std::string>{"claimed none", why, why});
    const auto story = process.node->timeline(model::person_id_of("user:late"));
    CHECK(std::any_of(story.begin(), story.end(), [](const core::TimelineItem& item) {
        return item.text == "The address for email is on the suppression list: asked.";
    }));

    process.append({suppress_of("ada@example.com", false), kit::viewed("ada")});
    process.settle();
    REQUIRE(process.attempts.size() == 2);
    CHECK(process.attempts[1].message.to == "Ada@Example.COM");
}

TEST_CASE("a suppressed address takes back what was granted and has not begun", "[runtime]") {
    Process process(model::IdempotencyClass::neither, 1);
    process.append({kit::publish_of(kit::receipts())});
    for (const char* who : {"ada", "bob", "eve"}) {
        process.append({identify_as(who, std::string(who == std::string("eve") ? "bob" : who) +
                                             "@example.com"),
                        kit::viewed(who)});
    }
    process.settle();
    REQUIRE(process.attempts.size() == 1);  // the others wait for room, one of them granted
    REQUIRE(process.attempts[0].message.to == "ada@example.com");
    process.append({suppress_of("bob@example.com")});
    process.node->observe(process.attempts[0], kit::answer(202), process.now);
    process.settle();
    REQUIRE(process.attempts.size() == 1);
    const auto outcomes = process.emitted_of<model::Outcome>();
    CHECK(std::count_if(outcomes.begin(), outcomes.end(), [](const model::Outcome& outcome) {
              return outcome.observation.kind == model::ObservationKind::not_started;
          }) == 1);
    CHECK(process.node->attempts_under_way() == 0);
}

TEST_CASE("a hard bounce and a complaint suppress the address the message went to", "[runtime]") {
    Process process;
    const auto kind = GENERATE(model::ReceiptKind::bounced, model::ReceiptKind::complained);
    process.append({kit::publish_of(kit::receipts()), identify_as("ada", "family@example.com"),
                    identify_as("bob", "Family@example.com"), kit::viewed("ada")});
    process.settle();
    REQUIRE(process.attempts.size() == 1);
    process.node->observe(process.attempts[0], kit::answer(202), process.now);
    process.settle();
    // Meanwhile ada has another one: the old one is dead, the new one is not.
    process.append({identify_as("ada", "ada@example.com")});
    const bool saved = GENERATE(false, true);
    if (saved) process.checkpoint();
    model::Receipt receipt;
    receipt.kind = kind;
    receipt.detail = kind == model::ReceiptKind::bounced ? "hard: no such mailbox" : "";
    receipt.id = "n1";
    process.append(
        {kit::command_of("ada", model::ReceiptArrived{process.attempts[0].key, receipt})});
    const int crash = GENERATE(0, 1, 2);  // not, before the list was told, after it
    if (crash == 1) process.crash();
    process.settle();
    if (crash == 2) process.crash();
    process.append({kit::viewed("ada"), kit::viewed("bob")});
    process.settle();
    REQUIRE(process.attempts.size() == 2);
    CHECK(process.attempts[1].message.to == "ada@example.com");
    CHECK(process.node->addresses().size() == 1);
}

TEST_CASE("the suppression list is the same after any stop, whatever was saved and dropped",
          "[runtime]") {
    Process process;
    process.append({kit::publish_of(kit::receipts()), identify_as("ada", "ada@example.com")});
    const int moment = GENERATE(range(0, 6));
    // What a person meets again after a stop is answered by the list as it was then.
    process.append({kit::viewed("ada", "1")});
    process.settle();
    if (moment == 1) process.checkpoint();
    process.append({suppress_of("ada@example.com"), suppress_of("x@example.com")});
    if (moment == 2) process.checkpoint();
    process.append({kit::viewed("ada", "2")});
    process.settle();
    process.append({suppress_of("x@example.com", false)});
    if (moment == 3) process.checkpoint();
    if (moment == 4) {  // people are saved, the list is not
        const auto catalog = process.node->next_catalog_checkpoint();
        REQUIRE(process.state.save_catalog(catalog->stored, catalog->journeys_json,
                                           catalog->oldest_needed));
        while (auto next = process.node->next_checkpoint()) {
            REQUIRE(process.state.save({*next}));
            process.node->checkpoint_saved(next->partition, next->applied);
        }
    }
    if (moment == 5) {  // the list as far as the slowest partition is: nowhere
        const auto catalog = process.node->next_catalog_checkpoint();
        REQUIRE(process.state.save_catalog(catalog->stored, catalog->journeys_json,
                                           catalog->oldest_needed));
        const auto first = process.node->next_checkpoint();
        REQUIRE(process.state.save({*first}));
        process.node->checkpoint_saved(first->partition, first->applied);
        REQUIRE(process.node->next_address_checkpoint(100).rows.empty());
    }
    REQUIRE(process.log.truncate(process.node->low_water()));
    const std::uint64_t before = process.node->state_hash();
    process.crash();
    CHECK(process.node->state_hash() == before);
    CHECK(process.node->addresses().size() == 1);
    process.checkpoint();
    process.crash();
    CHECK(process.node->state_hash() == before);
}

TEST_CASE("no partition is saved before the catalog it needs", "[runtime]") {
    Process process;
    process.append({kit::publish_of(kit::offers()), kit::identify("ada")});
    REQUIRE(!process.node->next_checkpoint());
    REQUIRE(process.node->next_catalog_checkpoint());
    REQUIRE(process.node->next_checkpoint());
}

TEST_CASE("state and log of different times are refused", "[runtime]") {
    Process process;
    process.append({kit::publish_of(kit::offers()), kit::identify("ada")});
    process.checkpoint();
    MemoryLog other;
    NodeOptions four;
    four.partitions = 4;
    Node node(four);
    const auto recovered = node.recover(process.state, other, process.now);
    REQUIRE(recovered.error().code == ErrorCode::storage_failed);
    REQUIRE_THAT(recovered.error().detail, Catch::Contains("do not belong together"));
}

TEST_CASE("a timer is asked for once, at its time", "[runtime]") {
    Process process;
    process.append({kit::publish_of(kit::offers()), kit::identify("ada"), kit::viewed("ada")});
    process.settle();
    REQUIRE(process.node->next_turn() == kStart + 30min);
    process.now = kStart + 30min - Micros{1};
    process.node->turn(process.now);
    REQUIRE(process.node->take_commands().empty());
    process.now = kStart + 30min;
    process.node->turn(process.now);
    process.node->turn(process.now);
    REQUIRE(process.node->take_commands().size() == 1);
}

TEST_CASE("a message the connector cannot make is rejected with its reason", "[runtime]") {
    Process process;
    process.append(
        {kit::publish_of(kit::receipts()), kit::identify("nobody"), kit::viewed("nobody")});
    process.settle();
    REQUIRE(process.attempts.empty());
    const auto outcomes = process.emitted_of<model::Outcome>();
    REQUIRE(outcomes.size() == 1);
    REQUIRE(outcomes[0].observation.kind == model::ObservationKind::rejected);
    REQUIRE(outcomes[0].observation.reason == "nobody lives there");
}

TEST_CASE("a file goes along as it was, after a stop and another program", "[runtime]") {
    const auto with_file = [](const char* bytes, std::uint32_t version) {
        core::kit::Builder builder = kit::receipts();
        builder.program.files = {{"files/terms.pdf", "application/pdf", bytes}};
        builder.program.templates[builder.message("receipt")].attachments = {{0, ""}};
        builder.program.journeys[0].version = version;
        return builder;
    };
    Process process(model::IdempotencyClass::keyed);
    process.append(
        {kit::publish_of(with_file("%PDF old", 1)), kit::identify("ada"), kit::viewed("ada")});
    process.settle();
    REQUIRE(process.attempts.size() == 1);
    const Sha256 sent = process.attempts[0].body_hash;
    process.node->observe(process.attempts[0], kit::answer(503), process.now);
    process.settle();
    process.append({kit::publish_of(with_file("%PDF new", 2))});
    process.checkpoint();
    process.crash();
    process.attempts.clear();
    process.now += 1h;
    process.append({kit::viewed("bob"), kit::identify("bob"), kit::viewed("bob", "2")});
    process.settle();
    REQUIRE(process.attempts.size() == 2);
    for (const OutgoingAttempt& attempt : process.attempts) {
        REQUIRE(attempt.message.attachments.size() == 1);
        const bool old = attempt.message.to == "ada@example.com";
        REQUIRE(*attempt.message.attachments[0].content == (old ? "%PDF old" : "%PDF new"));
        REQUIRE((attempt.body_hash == sent) == old);
    }
}

TEST_CASE("files need a connector that carries them, and who does not is named", "[runtime]") {
    ir::Program program = kit::receipts().program;
    const std::vector<Route> routes = {
        {"email", std::make_shared<kit::PlainConnector>("email"), 0}};
    REQUIRE(can_carry_files(program, routes));
    program.files = {{"files/terms.pdf", "application/pdf", "%PDF"}};
    program.templates[0].attachments = {{0, ""}};
    const Result<void> refused = can_carry_files(program, routes);
    REQUIRE_FALSE(refused);
    REQUIRE(refused.error().code == ErrorCode::refused);
    REQUIRE(refused.error().detail ==
            "the template hello sends the file files/terms.pdf along, and the connector of the "
            "channel email, plain, carries no files; take the line out of the template, or choose "
            "another connector");
    REQUIRE(can_carry_files(program, {}));
    const std::vector<Route> able = {
        {"email",
         std::make_shared<kit::PlainConnector>("email", model::IdempotencyClass::neither, 2, true),
         0}};
    REQUIRE(can_carry_files(program, able));
}

TEST_CASE("a channel without a connector is answered, not waited for", "[runtime]") {
    Process process;
    core::kit::Builder builder;
    ir::Journey journey = builder.journey("hooks", "viewed");
    builder.send(journey, "ping");
    core::kit::Builder::end(journey);
    builder.keep(std::move(journey));
    process.append({kit::publish_of(builder), kit::identify("ada"), kit::viewed("ada")});
    process.settle();
    const auto claims = process.emitted_of<model::Claim>();
    REQUIRE(claims.size() == 1);
    REQUIRE(!claims[0].connector_ready);
    REQUIRE(process.attempts.empty());
}

TEST_CASE("an alias reaches the other partition through the log, also over a crash", "[runtime]") {
    const bool crashes = GENERATE(false, true);
    Process process;
    process.append({kit::publish_of(kit::offers()), kit::identify("ada"), kit::viewed("ada")});
    process.append({kit::command_of("ada", model::Alias{"user:adele"})});
    if (crashes) {
        static_cast<void>(process.node->take_commands());  // never reached the log
        process.crash();
    }
    process.settle();
    REQUIRE(process.emitted_of<model::Absorb>().size() == 1);
    REQUIRE_THAT(process.node->profile_json(model::person_id_of("user:adele")),
                 Catch::Contains("ada@example.com"));
    process.emitted.clear();
    process.crash();  // and it is not asked for again
    process.settle();
    REQUIRE(process.emitted_of<model::Absorb>().empty());
}

TEST_CASE("what has to be appended is known after a stop and confirmed when it comes back",
          "[runtime]") {
    const bool logged = GENERATE(false, true);
    Process process;
    process.append({kit::publish_of(kit::offers()), kit::identify("ada"), kit::viewed("ada")});
    process.append({kit::command_of("ada", model::Alias{"user:adele"})});
    const std::vector<model::Command> absorb = process.node->take_commands();
    REQUIRE(absorb.size() == 1);
    process.checkpoint();  // with the append open
    if (logged) process.append(absorb);
    process.crash();
    process.settle();
    REQUIRE(process.emitted_of<model::Absorb>().size() == (logged ? 0 : 1));
    process.checkpoint();
    process.emitted.clear();
    process.crash();
    process.settle();
    REQUIRE(process.emitted_of<model::Absorb>().empty());
    REQUIRE_THAT(process.node->profile_json(model::person_id_of("user:adele")),
                 Catch::Contains("ada@example.com"));
}

}  // namespace
}  // namespace journey::runtime
