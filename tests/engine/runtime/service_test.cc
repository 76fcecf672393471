// The threads around the Node. Nothing here sleeps: every wait is for something that was promised.
#include "engine/storage/memory/memory.h"
#include "engine/storage/sqlite/sqlite.h"
#include "tests/engine/runtime/kit.h"
#include "tests/engine/storage/folder.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <future>
#include <thread>

namespace journey::runtime {
namespace {

using namespace std::chrono_literals;

/// Keeps what was started until the test answers.
class HeldTransport final : public connectors::net::Transport {
  public:
    struct Started {
        connectors::Request request;
        Done done;
    };
    void start(connectors::Request request, Micros, Done done) override {
        started.put({std::move(request), std::move(done)});
    }
    std::size_t under_way() const override { return started.size(); }
    Mailbox<Started> started;
};

/// Answers everything at once with 202, on the caller's thread.
class EagerTransport final : public connectors::net::Transport {
  public:
    void start(connectors::Request, Micros, Done done) override {
        ++calls;
        called.put(1);
        done(kit::answer(202));
    }
    std::size_t under_way() const override { return 0; }
    std::atomic<int> calls{0};
    Mailbox<int> called;
};

ServiceOptions options_of(std::uint32_t parallel = 16) {
    ServiceOptions options;
    options.node.partitions = 8;
    options.node.routes = {
        {"email",
         std::make_shared<kit::PlainConnector>("email", model::IdempotencyClass::neither, parallel),
         0}};
    options.commit_window = Micros{0};
    options.checkpoint_every = 50ms;
    options.drain_at_most = 5s;
    return options;
}

Result<void> submit_and_wait(Engine& engine, std::vector<model::Command> commands,
                             AckWhen when = AckWhen::applied, bool reserved = false) {
    std::promise<Result<void>> promise;
    TRY(engine.submit(std::move(commands), when, reserved,
                      [&](Result<void> result) { promise.set_value(std::move(result)); }));
    return promise.get_future().get();
}

core::Counts counts_of(Engine& engine) {
    std::promise<core::Counts> promise;
    engine.ask_counts([&](core::Counts counts) { promise.set_value(std::move(counts)); });
    return promise.get_future().get();
}

struct Disk {
    storage::memory::Fault next = storage::memory::Fault::none;
    storage::memory::MemoryLog log{1, [this] { return next; }};
    storage::memory::MemoryState state;
    storage::memory::MemoryLease lease;
};

TEST_CASE("what was acknowledged is in the log of the next process", "[runtime]") {
    const test::Folder folder;
    const SystemClock clock;
    EagerTransport transport;
    for (int life = 1; life <= 3; ++life) {
        auto store = storage::sqlite::open_store(folder / "data", {}, Logger::silent());
        REQUIRE(store);
        Service service(options_of(), *store.value().log, *store.value().state,
                        *store.value().lease, transport, clock, Logger::silent());
        REQUIRE(service.start());
        REQUIRE(submit_and_wait(service, {kit::publish_of(kit::receipts())}));
        REQUIRE(submit_and_wait(
            service, {kit::identify("ada"), kit::viewed("ada", "life" + std::to_string(life))},
            AckWhen::durable));
        REQUIRE(submit_and_wait(service, {kit::viewed("ada", "life1")}));
        REQUIRE(counts_of(service).events == static_cast<std::uint64_t>(life));
        REQUIRE(core::live_program(service.catalog()) != nullptr);
        REQUIRE(!transport.called.take_all(10s).empty());
        service.stop();
        REQUIRE(service.numbers().queue_commands == 0);
    }
    REQUIRE(transport.calls == 3);
}

TEST_CASE("everything many threads submit is applied once", "[runtime]") {
    Disk disk;
    const SystemClock clock;
    EagerTransport transport;
    ServiceOptions options = options_of();
    options.commit_window = 500us;
    Service service(options, disk.log, disk.state, disk.lease, transport, clock, Logger::silent());
    REQUIRE(service.start());
    REQUIRE(submit_and_wait(service, {kit::publish_of(kit::offers())}));
    std::atomic<int> refused{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 200; ++i) {
                const std::string who = "p" + std::to_string(i % 20);
                const std::string id = std::to_string(t) + "/" + std::to_string(i);
                const AckWhen when = i % 2 == 0 ? AckWhen::durable : AckWhen::applied;
                if (!submit_and_wait(service, {kit::viewed(who, id)}, when)) ++refused;
            }
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    REQUIRE(refused == 0);
    REQUIRE(submit_and_wait(service, {kit::identify("last")}));
    REQUIRE(counts_of(service).events == 800);
    REQUIRE(service.numbers().commands_appended >= 802);
    REQUIRE(service.health().ready);
    service.stop();
    REQUIRE(!service.health().ready);
    REQUIRE(service.submit({kit::identify("late")}, AckWhen::durable, false, {}).error().code ==
            ErrorCode::cancelled);
}

TEST_CASE("a full queue says try again, and keeps room for opt-outs", "[runtime]") {
    Disk disk;
    const SystemClock clock;
    EagerTransport transport;
    ServiceOptions options = options_of();
    options.queue_commands_most = 10;
    options.reserved_commands = 5;
    Service service(options, disk.log, disk.state, disk.lease, transport, clock, Logger::silent());
    REQUIRE(service.start());
    const auto many = [](int count) {
        std::vector<model::Command> commands;
        for (int i = 0; i < count; ++i)
            commands.push_back(kit::identify("p" + std::to_string(i)));
        return commands;
    };
    REQUIRE(submit_and_wait(service, many(11)).error().code == ErrorCode::retry);
    REQUIRE(submit_and_wait(service, many(11), AckWhen::applied, true));
    REQUIRE(submit_and_wait(service, many(16), AckWhen::applied, true).error().code ==
            ErrorCode::retry);
    REQUIRE(service.numbers().overloaded == 2);
    REQUIRE(service.has_room());
    REQUIRE(submit_and_wait(service, many(10)));
}

TEST_CASE("who is late takes no more, but opt-outs, and is asked for addresses at once",
          "[runtime]") {
    Disk disk;
    const SystemClock clock;
    EagerTransport transport;
    ServiceOptions options = options_of();
    options.queue_delay_most = 1ms;
    options.queue_commands_most = 20;
    Service service(options, disk.log, disk.state, disk.lease, transport, clock, Logger::silent());
    REQUIRE(service.start());
    // Two questions hold the engine up, one before an event and one after it.
    std::array<std::promise<void>, 2> reached;
    std::array<std::promise<void>, 2> released;
    const auto hold = [&](std::size_t which) {
        service.ask_counts([&, which](const core::Counts&) {
            reached[which].set_value();
            released[which].get_future().wait();
        });
    };
    hold(0);
    reached[0].get_future().wait();
    // The second is told of when the first has been handed on.
    for (const char* who : {"ada", "eve"})
        REQUIRE(submit_and_wait(service, {kit::identify(who)}, AckWhen::durable, true));
    hold(1);
    REQUIRE(submit_and_wait(service,
                            {kit::identify("p1"), kit::identify("p2"), kit::identify("p3")},
                            AckWhen::durable, true));
    std::promise<std::size_t> known;
    service.ask_addresses(
        {}, [&](const std::vector<AddressAnswer>& answers) { known.set_value(answers.size()); });
    Mailbox<int> nothing;
    nothing.take_all(5ms);
    released[0].set_value();
    // Asked last, answered before the second question.
    REQUIRE(known.get_future().wait_for(10s) == std::future_status::ready);
    reached[1].get_future().wait();
    const Result<void> room = service.has_room();
    CHECK((!room && room.error().code == ErrorCode::retry));
    CHECK_FALSE(submit_and_wait(service, {kit::identify("bob")}, AckWhen::durable));
    std::promise<bool> heard;
    REQUIRE(service.submit({kit::identify("cid")}, AckWhen::applied, true,
                           [&](Result<void> done) { heard.set_value(bool(done)); }));
    released[1].set_value();
    REQUIRE(heard.get_future().get());
    CHECK(service.has_room());
    CHECK(submit_and_wait(service, {kit::identify("bob")}));
}

TEST_CASE("that there is no room is said before anything is brought", "[runtime]") {
    Disk disk;
    const SystemClock clock;
    EagerTransport transport;
    ServiceOptions options = options_of();
    options.queue_commands_most = 0;
    Service service(options, disk.log, disk.state, disk.lease, transport, clock, Logger::silent());
    REQUIRE(service.has_room().error().code == ErrorCode::cancelled);
    REQUIRE(service.start());
    REQUIRE(service.has_room().error().code == ErrorCode::retry);
    REQUIRE(service.numbers().overloaded == 1);
}

TEST_CASE("drain waits for the answer of what has begun and starts nothing else", "[runtime]") {
    Disk disk;
    const SystemClock clock;
    HeldTransport transport;
    Service service(options_of(1), disk.log, disk.state, disk.lease, transport, clock,
                    Logger::silent());
    REQUIRE(service.start());
    REQUIRE(submit_and_wait(service, {kit::publish_of(kit::receipts())}));
    for (const char* who : {"ada", "bob", "eve"})
        REQUIRE(submit_and_wait(service, {kit::identify(who), kit::viewed(who)}));
    auto begun = transport.started.take_all(10s);
    REQUIRE(begun.size() == 1);
    std::thread stopping([&] { service.stop(); });
    while (service.health().ready)
        std::this_thread::yield();  // the answer comes while draining
    begun[0].done(kit::answer(202));
    stopping.join();
    REQUIRE(transport.started.take_now().empty());

    Node next(options_of(1).node);
    REQUIRE(next.recover(disk.state, disk.log, clock.now()));
    std::map<model::MessageStatus, int> rows;
    while (next.next_catalog_checkpoint()) {
    }
    for (const auto& [key, row] : disk.state.messages())
        ++rows[row.status];
    REQUIRE(rows[model::MessageStatus::accepted] == 1);
    REQUIRE(rows[model::MessageStatus::planned] == 2);
    next.turn(clock.now());
    std::size_t claims = 0;
    for (const model::Command& command : next.take_commands()) {
        claims += std::holds_alternative<model::Claim>(command.body) ? 1 : 0;
        REQUIRE(!std::holds_alternative<model::Outcome>(command.body));  // nothing was left open
    }
    REQUIRE(claims == 2);
}

TEST_CASE("under load nothing starts any more once stopping was acknowledged", "[runtime]") {
    struct Row {
        const char* label;
        model::IdempotencyClass idempotency;
        std::string journey;  // "": all sending
        bool paced;           // what waits, waits for its domain
    };
    const auto row = GENERATE(values<Row>({
        {"granted ahead of the room", model::IdempotencyClass::keyed, "", false},
        {"one at a time", model::IdempotencyClass::neither, "", false},
        {"its journey", model::IdempotencyClass::keyed, "receipts", false},
        {"waiting for its domain", model::IdempotencyClass::neither, "", true},
    }));
    CAPTURE(row.label);
    constexpr int kPeople = 300;
    Disk disk;
    const SystemClock clock;
    HeldTransport transport;
    ServiceOptions options = options_of();
    options.node.routes[0].connector =
        std::make_shared<kit::PlainConnector>("email", row.idempotency, 4);
    if (row.paced) options.node.routes[0].pacing = {{{"example.com", 1ms}}, 0us};
    Service service(options, disk.log, disk.state, disk.lease, transport, clock, Logger::silent());
    REQUIRE(service.start());
    REQUIRE(submit_and_wait(service, {kit::publish_of(kit::receipts())}));
    std::vector<model::Command> crowd;
    for (int i = 0; i < kPeople; ++i) {
        crowd.push_back(kit::identify("p" + std::to_string(i)));
        crowd.push_back(kit::viewed("p" + std::to_string(i)));
    }
    REQUIRE(submit_and_wait(service, std::move(crowd)));
    // The provider is at work: some are answered, others begin.
    std::size_t begun = 0;
    std::vector<HeldTransport::Started> open;
    while (begun < 40) {
        for (auto& one : transport.started.take_all(10s)) {
            ++begun;
            open.push_back(std::move(one));
        }
        if (begun < 40) {
            for (auto& one : open)
                one.done(kit::answer(202));
            open.clear();
        }
    }
    model::Command stop;
    stop.partition = model::kEveryPartition;
    stop.at = clock.now();
    stop.body = model::SetPaused{row.journey, true};
    REQUIRE(submit_and_wait(service, {stop}, AckWhen::applied, true));
    for (auto& one : transport.started.take_now()) {
        ++begun;
        open.push_back(std::move(one));
    }
    // Their answers make room for others; these have been given back.
    for (auto& one : open)
        one.done(kit::answer(202));
    const auto sent = [&] {
        for (const core::JourneyCounts& one : counts_of(service).journeys) {
            if (one.journey == "receipts") return one.sent;
        }
        return std::uint64_t{0};
    };
    while (sent() < begun)
        REQUIRE(submit_and_wait(service, {kit::identify("somebody")}));
    REQUIRE(submit_and_wait(service, {kit::identify("somebody")}));
    CHECK(transport.started.take_now().empty());
    CHECK(sent() == begun);

    stop.body = model::SetPaused{row.journey, false};
    REQUIRE(submit_and_wait(service, {stop}, AckWhen::applied, true));
    while (begun < kPeople) {
        for (auto& one : transport.started.take_all(10s)) {
            ++begun;
            one.done(kit::answer(202));
        }
    }
    while (sent() < kPeople)
        REQUIRE(submit_and_wait(service, {kit::identify("somebody")}));
    CHECK(sent() == kPeople);
    service.stop();
}

TEST_CASE("a full disk refuses events, keeps outcomes, and goes on by itself", "[runtime]") {
    // Told by a shared flag, because the disk is another thread's.
    std::atomic<bool> full{false};
    storage::memory::MemoryLog log(
        1, [&] { return full ? storage::memory::Fault::full : storage::memory::Fault::none; });
    storage::memory::MemoryState state;
    storage::memory::MemoryLease lease;
    const SystemClock clock;
    HeldTransport transport;
    Service service(options_of(), log, state, lease, transport, clock, Logger::silent());
    REQUIRE(service.start());
    REQUIRE(submit_and_wait(service, {kit::publish_of(kit::receipts())}));
    REQUIRE(submit_and_wait(service, {kit::identify("ada"), kit::viewed("ada")}));
    auto begun = transport.started.take_all(10s);
    REQUIRE(begun.size() == 1);
    full = true;
    const auto refused = submit_and_wait(service, {kit::viewed("ada")});
    REQUIRE(refused.error().code == ErrorCode::refused);
    REQUIRE_THAT(refused.error().detail, Catch::StartsWith("disk is nearly full"));
    REQUIRE(!service.health().ready);
    begun[0].done(kit::answer(202));  // its Outcome has to wait
    full = false;
    // The stalled Outcome is tried again without anybody asking; then there is room for events
    // again.
    while (!service.health().ready)
        std::this_thread::yield();
    REQUIRE(submit_and_wait(service, {kit::identify("bob")}));
    service.stop();
    REQUIRE(state.messages().size() == 1);
    REQUIRE(state.messages().begin()->second.status == model::MessageStatus::accepted);
}

TEST_CASE("a failed sync ends everything and acknowledges nothing", "[runtime]") {
    std::atomic<bool> fails{false};
    storage::memory::MemoryLog log(
        1, [&] { return fails ? storage::memory::Fault::lost : storage::memory::Fault::none; });
    storage::memory::MemoryState state;
    storage::memory::MemoryLease lease;
    const SystemClock clock;
    EagerTransport transport;
    ServiceOptions options = options_of();
    std::promise<std::string> told;
    options.on_storage_failed = [&](const Error& why) { told.set_value(why.detail); };
    options.drain_at_most = Micros{0};
    Service service(options, log, state, lease, transport, clock, Logger::silent());
    REQUIRE(service.start());
    REQUIRE(submit_and_wait(service, {kit::identify("ada")}));
    fails = true;
    REQUIRE(submit_and_wait(service, {kit::identify("bob")}).error().code ==
            ErrorCode::storage_failed);
    REQUIRE(!told.get_future().get().empty());
    REQUIRE(!service.health().live);
    REQUIRE(submit_and_wait(service, {kit::identify("eve")}).error().code == ErrorCode::cancelled);
}

/// Says no, as long as it is told to, and keeps what it was told.
class Journal final : public storage::SendJournal {
  public:
    Result<void> append(std::span<const storage::Departure> departures) override {
        if (const ErrorCode code = answer; code != ErrorCode::cancelled)
            return error(code, "the disk under the journal is full");
        for (const storage::Departure& one : departures)
            told.put(one);
        return success();
    }
    std::atomic<ErrorCode> answer{ErrorCode::cancelled};  // none
    Mailbox<storage::Departure> told;
};

TEST_CASE("what leaves is in the journal first, and so is what then stayed", "[runtime]") {
    using What = storage::Departure::What;
    Disk disk;
    Journal journal;
    const SystemClock clock;
    HeldTransport transport;
    ServiceOptions options = options_of();
    options.journal = &journal;
    options.node.tell_stayed = true;
    Service service(options, disk.log, disk.state, disk.lease, transport, clock, Logger::silent());
    REQUIRE(service.start());
    REQUIRE(submit_and_wait(service, {kit::publish_of(kit::receipts())}));
    REQUIRE(submit_and_wait(service, {kit::identify("ada"), kit::viewed("ada")}));
    auto begun = transport.started.take_all(10s);
    REQUIRE(begun.size() == 1);
    auto told = journal.told.take_now();  // whoever began it was told of it before
    REQUIRE(told.size() == 1);
    CHECK(told[0].what == What::leaves);
    CHECK(told[0].person == model::person_id_of("user:ada"));
    CHECK(told[0].attempt == 1);
    CHECK(told[0].at > Instant{});
    // The provider says that it took nothing, and when to come again.
    begun[0].done(kit::answer(429));
    const auto stayed = journal.told.take_all(10s);
    REQUIRE(stayed.size() == 1);
    CHECK(stayed[0].what == What::stayed);
    CHECK(stayed[0].key == told[0].key);
    CHECK(stayed[0].attempt == 1);
    // A claim that is not granted: nothing of this person leaves.
    REQUIRE(submit_and_wait(
        service,
        {kit::identify("bob"), kit::command_of("bob", model::Suppress{"email", true, "asked"}),
         kit::viewed("bob")}));
    std::vector<storage::Departure> of_bob;
    while (of_bob.size() < 2) {
        for (const storage::Departure& one : journal.told.take_all(10s)) {
            if (one.person == model::person_id_of("user:bob")) of_bob.push_back(one);
        }
    }
    CHECK(of_bob[0].what == What::leaves);
    CHECK(of_bob[1].what == What::stayed);
    CHECK(of_bob[1].key == of_bob[0].key);
    service.stop();
}

TEST_CASE("while the journal has no room nothing leaves, and opt-outs count", "[runtime]") {
    Disk disk;
    Journal journal;
    const SystemClock clock;
    HeldTransport transport;
    ServiceOptions options = options_of();
    options.journal = &journal;
    Service service(options, disk.log, disk.state, disk.lease, transport, clock, Logger::silent());
    REQUIRE(service.start());
    REQUIRE(submit_and_wait(service, {kit::publish_of(kit::receipts())}));
    journal.answer = ErrorCode::refused;
    REQUIRE(submit_and_wait(service, {kit::identify("ada"), kit::viewed("ada"),
                                      kit::identify("bob"), kit::viewed("bob")}));
    while (service.health().failing.empty())
        std::this_thread::yield();  // until a claim wants to be told
    REQUIRE(submit_and_wait(service,
                            {kit::command_of("ada", model::Suppress{"email", true, "asked"})},
                            AckWhen::applied, true));
    CHECK(transport.started.size() == 0);
    CHECK(service.health().ready);
    CHECK(service.health().failing == std::vector<std::string>{"send journal"});
    journal.answer = ErrorCode::cancelled;
    const auto begun = transport.started.take_all(10s);
    REQUIRE(begun.size() == 1);  // bob's
    CHECK(counts_of(service).events == 2);
    begun[0].done(kit::answer(202));
    service.stop();
}

TEST_CASE("a journal that fails stops everything", "[runtime]") {
    Disk disk;
    Journal journal;
    const SystemClock clock;
    EagerTransport transport;
    ServiceOptions options = options_of();
    options.journal = &journal;
    std::promise<std::string> told;
    options.on_storage_failed = [&](const Error& why) { told.set_value(why.detail); };
    options.drain_at_most = Micros{0};
    Service service(options, disk.log, disk.state, disk.lease, transport, clock, Logger::silent());
    REQUIRE(service.start());
    REQUIRE(submit_and_wait(service, {kit::publish_of(kit::receipts())}));
    journal.answer = ErrorCode::storage_failed;
    REQUIRE(submit_and_wait(service, {kit::identify("ada"), kit::viewed("ada")}, AckWhen::durable));
    REQUIRE(!told.get_future().get().empty());
    CHECK(transport.calls == 0);
    REQUIRE(!service.health().live);
}

/// A State store in memory that gives nobody back once it is told to.
class Forgetful final : public storage::StateStore {
  public:
    Result<void> load_person(model::PartitionId partition, model::PersonId id,
                             Bytes& bytes) override {
        if (fails) return error(ErrorCode::storage_failed, "the disk does not answer");
        return state.load_person(partition, id, bytes);
    }
    Result<void> save(const std::vector<model::PartitionCheckpoint>& checkpoints) override {
        TRY(state.save(checkpoints));
        saved.put(1);
        return success();
    }
    Result<model::PartitionCheckpoint> load(model::PartitionId partition) override {
        return state.load(partition);
    }
    Result<void> load_people(model::PartitionId partition, const EachPerson& each) override {
        return state.load_people(partition, each);
    }
    Result<void> save_catalog(const StoredCatalog& catalog, std::string_view json,
                              model::LogPosition oldest) override {
        return state.save_catalog(catalog, json, oldest);
    }
    Result<std::vector<StoredCatalog>> load_catalogs() override { return state.load_catalogs(); }
    Result<void> save_addresses(const model::AddressCheckpoint& checkpoint) override {
        return state.save_addresses(checkpoint);
    }
    Result<model::AddressCheckpoint> load_addresses(const EachAddress& each) override {
        return state.load_addresses(each);
    }
    Result<void> save_rendered(const std::vector<RenderedMessage>& messages) override {
        return state.save_rendered(messages);
    }
    Result<std::optional<RenderedMessage>> load_rendered(const model::MessageKey& key) override {
        return state.load_rendered(key);
    }
    storage::memory::Fault next = storage::memory::Fault::none;
    storage::memory::MemoryState state{[this] { return next; }};
    std::atomic<bool> fails{false};
    Mailbox<int> saved;
};

constexpr std::size_t kSmall = 100'000;

ServiceOptions with_little_memory() {
    ServiceOptions options = options_of();
    options.node.people_bytes = kSmall;
    return options;
}

/// Until `enough`, or false when that takes more people than it ever should.
bool submit_people(Service& service, int& number, const std::function<bool()>& enough) {
    const int most = number + 20'000;
    // A refused save is tried again a second later; a fast machine refuses many people by then.
    const auto until = std::chrono::steady_clock::now() + 60s;
    while (std::chrono::steady_clock::now() < until && number < most && !enough()) {
        const Result<void> taken =
            submit_and_wait(service, {kit::identify("p" + std::to_string(number))});
        if (!taken && taken.error().code != ErrorCode::retry) return false;
        if (taken) {
            ++number;
        } else {
            counts_of(service);  // passes the time: who is refused comes again a little later
        }
    }
    return enough();
}

TEST_CASE("people beyond memory make the checkpoint come sooner, and come back", "[runtime]") {
    Disk disk;
    const SystemClock clock;
    EagerTransport transport;
    ServiceOptions options = with_little_memory();
    options.checkpoint_every = std::chrono::hours(1);
    Service service(options, disk.log, disk.state, disk.lease, transport, clock, Logger::silent());
    REQUIRE(service.start());
    REQUIRE(submit_and_wait(service, {kit::publish_of(kit::receipts())}));
    int number = 0;
    REQUIRE(submit_people(service, number, [&] { return service.numbers().people_stored > 200; }));
    for (int i = 0; i < 100; ++i)
        REQUIRE(submit_and_wait(service, {kit::identify("p" + std::to_string(i))}));
    REQUIRE(counts_of(service).people == static_cast<std::uint64_t>(number));
    REQUIRE(service.numbers().people_fetched > 0);
    service.stop();
}

TEST_CASE("who cannot be saved stays, and when they are too many no more come in", "[runtime]") {
    Disk disk;
    Forgetful state;
    const SystemClock clock;
    EagerTransport transport;
    ServiceOptions options = with_little_memory();
    Service service(options, disk.log, state, disk.lease, transport, clock, Logger::silent());
    REQUIRE(service.start());
    REQUIRE(submit_and_wait(service, {kit::publish_of(kit::receipts())}));
    REQUIRE(!state.saved.take_all(10s).empty());
    state.next = storage::memory::Fault::full;
    int number = 0;
    bool refused = false;
    REQUIRE(submit_people(service, number, [&] {
        const Result<void> taken = submit_and_wait(service, {kit::identify("once more")});
        refused = !taken && taken.error().code == ErrorCode::retry;
        return refused;
    }));
    REQUIRE(service.numbers().people_stored == 0);
    REQUIRE(service.numbers().people_bytes < 20 * kSmall);
    // Opt-outs have their room.
    REQUIRE(submit_and_wait(service,
                            {kit::command_of("p0", model::Suppress{"email", true, "manual"})},
                            AckWhen::applied, true));
    state.next = storage::memory::Fault::none;
    REQUIRE(submit_people(service, number, [&] { return service.numbers().people_stored > 200; }));
    service.stop();
}

TEST_CASE("a store that does not give a person back stops everything", "[runtime]") {
    Disk disk;
    Forgetful state;
    const SystemClock clock;
    EagerTransport transport;
    ServiceOptions options = with_little_memory();
    std::promise<std::string> told;
    options.on_storage_failed = [&](const Error& why) { told.set_value(why.detail); };
    options.drain_at_most = 5s;
    Service service(options, disk.log, state, disk.lease, transport, clock, Logger::silent());
    REQUIRE(service.start());
    REQUIRE(submit_and_wait(service, {kit::publish_of(kit::receipts())}));
    int number = 0;
    REQUIRE(submit_people(service, number, [&] { return service.numbers().people_stored > 200; }));
    state.fails = true;
    // One of them is on disk only: whoever it is, nothing is acknowledged or sent from then on.
    Result<void> last = success();
    const bool by_question = GENERATE(false, true);
    for (int i = 0; i < number && last; ++i) {
        const std::string who = "p" + std::to_string(i);
        if (by_question) {
            std::promise<void> answered;
            service.ask_timeline(kit::identify(who).person,
                                 [&](const std::string&, const auto&) { answered.set_value(); });
            answered.get_future().get();
            if (service.health().live) continue;
            last = submit_and_wait(service, {kit::viewed(who)});
        } else {
            last = submit_and_wait(service, {kit::viewed(who)});
        }
    }
    REQUIRE(!last);
    REQUIRE((last.error().code == ErrorCode::storage_failed ||
             last.error().code == ErrorCode::cancelled));
    REQUIRE(told.get_future().get() == "the disk does not answer");
    REQUIRE(!service.health().live);
    const int calls = transport.calls;
    REQUIRE(submit_and_wait(service, {kit::viewed("eve")}).error().code == ErrorCode::cancelled);
    REQUIRE(counts_of(service).people == 0);  // nobody knows
    service.stop();
    REQUIRE(transport.calls == calls);
}

TEST_CASE("the log is let go of behind the checkpoints", "[runtime]") {
    Disk disk;
    const SystemClock clock;
    EagerTransport transport;
    {
        Service service(options_of(), disk.log, disk.state, disk.lease, transport, clock,
                        Logger::silent());
        REQUIRE(service.start());
        REQUIRE(submit_and_wait(service, {kit::publish_of(kit::offers())}));
        for (int i = 0; i < 50; ++i)
            REQUIRE(submit_and_wait(service, {kit::viewed("p" + std::to_string(i))}));
    }
    std::size_t batches = 0;
    REQUIRE(disk.log.read(1, [&](const storage::LogBatch&) -> Result<void> {
        ++batches;
        return success();
    }));
    REQUIRE(batches == 1);
    Node next(options_of().node);
    REQUIRE(next.recover(disk.state, disk.log, clock.now()));
    REQUIRE(next.counts().events == 50);
}

}  // namespace
}  // namespace journey::runtime
