// What every Log and every StateStore promises, asked of each of them.
#include "engine/storage/memory/memory.h"
#include "engine/storage/sqlite/sqlite.h"
#include "tests/engine/storage/folder.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

namespace journey::storage {
namespace {

struct Stores {
    std::unique_ptr<test::Folder> folder;
    std::unique_ptr<Lease> lease;
    std::unique_ptr<Log> log;
    std::unique_ptr<StateStore> state;
};

Stores stores_of(const std::string& kind) {
    if (kind == "memory") {
        return {nullptr, std::make_unique<memory::MemoryLease>(),
                std::make_unique<memory::MemoryLog>(), std::make_unique<memory::MemoryState>()};
    }
    auto folder = std::make_unique<test::Folder>();
    auto store = sqlite::open_store(*folder / "data", {}, Logger::silent());
    REQUIRE(store);
    sqlite::Store opened = std::move(store).value();
    return {std::move(folder), std::move(opened.lease), std::move(opened.log),
            std::move(opened.state)};
}

std::vector<LogBatch> all_from(Log& log, model::LogPosition from) {
    std::vector<LogBatch> found;
    const auto read = log.read(from, [&](const LogBatch& batch) -> Result<void> {
        found.push_back(batch);
        return success();
    });
    REQUIRE(read);
    return found;
}

TEST_CASE("a log gives back what was appended, from any position", "[storage]") {
    Stores stores = stores_of(GENERATE("memory", "sqlite"));
    Log& log = *stores.log;
    const std::uint64_t epoch = stores.lease->epoch();
    REQUIRE(log.end() == 0);
    REQUIRE(all_from(log, 1).empty());
    REQUIRE(log.append({{1, 3, "abc"}, {4, 1, std::string("\0x", 2)}}, epoch));
    REQUIRE(log.append({{5, 10, std::string(200'000, 'z')}}, epoch));
    REQUIRE(log.end() == 14);
    REQUIRE(all_from(log, 1).size() == 3);
    REQUIRE(all_from(log, 3).size() == 3);
    REQUIRE(all_from(log, 4).size() == 2);
    REQUIRE(all_from(log, 4)[0].commands == std::string("\0x", 2));
    REQUIRE(all_from(log, 14).size() == 1);
    REQUIRE(all_from(log, 15).empty());
}

TEST_CASE("a log refuses gaps, overlaps, empty batches and old owners", "[storage]") {
    Stores stores = stores_of(GENERATE("memory", "sqlite"));
    Log& log = *stores.log;
    const std::uint64_t epoch = stores.lease->epoch();
    REQUIRE(log.append({{1, 2, "ab"}}, epoch));
    struct Case {
        const char* label;
        std::vector<LogBatch> batches;
        std::uint64_t epoch;
    };
    const std::vector<Case> cases = {
        {"a gap", {{4, 1, "x"}}, epoch},
        {"an overlap", {{2, 1, "x"}}, epoch},
        {"a gap between two batches", {{3, 1, "x"}, {5, 1, "x"}}, epoch},
        {"no command", {{3, 0, ""}}, epoch},
        {"an old owner", {{3, 1, "x"}}, epoch - 1},
    };
    for (const Case& one : cases) {
        CAPTURE(one.label);
        const auto done = log.append(one.batches, one.epoch);
        REQUIRE(!done);
        REQUIRE(done.error().code == ErrorCode::conflict);
        REQUIRE(log.end() == 2);
    }
    REQUIRE(log.append({{3, 1, "x"}}, epoch));
}

TEST_CASE("truncating keeps what is needed and always the last batch", "[storage]") {
    Stores stores = stores_of(GENERATE("memory", "sqlite"));
    Log& log = *stores.log;
    for (model::LogPosition at = 1; at < 20; at += 2)
        REQUIRE(log.append({{at, 2, "xy"}}, stores.lease->epoch()));
    const auto idle = [&] {
        for (int i = 0; i < 3; ++i)
            REQUIRE(log.tidy());
    };
    REQUIRE(log.truncate(6));  // 5 and 6 share a batch
    idle();
    REQUIRE(all_from(log, 1).front().first == 5);
    REQUIRE(log.truncate(1'000'000));
    idle();
    REQUIRE(all_from(log, 1).size() == 1);
    REQUIRE(log.end() == 20);
    REQUIRE(log.append({{21, 1, "z"}}, stores.lease->epoch()));
}

TEST_CASE("what need not stay goes faster than more comes", "[storage]") {
    Stores stores = stores_of(GENERATE("memory", "sqlite"));
    Log& log = *stores.log;
    const std::uint64_t epoch = stores.lease->epoch();
    for (model::LogPosition at = 1; at <= 100; ++at)
        REQUIRE(log.append({{at, 1, "x"}}, epoch));
    REQUIRE(log.truncate(90));
    for (model::LogPosition at = 101; at <= 150; ++at)
        REQUIRE(log.append({{at, 1, "y"}}, epoch));
    REQUIRE(all_from(log, 1).front().first == 90);
    REQUIRE(log.end() == 150);
}

TEST_CASE("a reader that fails ends the reading with its own error", "[storage]") {
    Stores stores = stores_of(GENERATE("memory", "sqlite"));
    REQUIRE(stores.log->append({{1, 1, "a"}, {2, 1, "b"}}, stores.lease->epoch()));
    int seen = 0;
    const auto read = stores.log->read(1, [&](const LogBatch&) -> Result<void> {
        ++seen;
        return error(ErrorCode::invalid, "enough");
    });
    REQUIRE(!read);
    REQUIRE(read.error().detail == "enough");
    REQUIRE(seen == 1);
    REQUIRE(all_from(*stores.log, 1).size() == 2);
}

model::ProfileRow profile(std::uint64_t id, std::string state, Instant due = kNever) {
    return {model::PersonId{id}, "user:" + std::to_string(id), R"({"first_name":"Ada"})",
            std::move(state), due};
}

using Names = std::map<std::uint64_t, std::string>;

Names people_of(StateStore& state, std::uint16_t partition) {
    Names found;
    const auto read = state.load_people(model::PartitionId{partition},
                                        [&](model::PersonId id, std::string_view text) {
                                            REQUIRE(found.emplace(id.number, text).second);
                                            return Result<void>(success());
                                        });
    REQUIRE(read);
    return found;
}

TEST_CASE("a partition comes back as it was saved", "[storage]") {
    Stores stores = stores_of(GENERATE("memory", "sqlite"));
    StateStore& state = *stores.state;
    const model::PartitionId seven{7};
    REQUIRE(state.load(seven).value().applied == 0);

    model::PartitionCheckpoint first;
    first.partition = seven;
    first.applied = 10;
    first.meta = std::string("m\0n", 3);
    const Instant due = instant_of(1'700'000'000'123'456);
    const std::uint64_t large = 0xfedcba9876543210u;  // ids use all 64 bits
    first.profiles = {profile(1, "one", due), profile(2, std::string("\0", 1)),
                      profile(large, "three")};
    model::PartitionCheckpoint other;
    other.partition = model::PartitionId{8};
    other.applied = 10;
    other.meta = "o";
    other.profiles = {profile(4, "four")};
    REQUIRE(state.save({first, other}));

    model::PartitionCheckpoint second;
    second.partition = seven;
    second.applied = 12;
    second.meta = "later";
    second.profiles = {profile(2, ""), profile(1, "one again", due + Micros{1})};  // 2 went away
    REQUIRE(state.save({second}));

    const auto loaded = state.load(seven).value();
    REQUIRE(loaded.applied == 12);
    REQUIRE(loaded.meta == "later");
    REQUIRE(loaded.profiles.empty());
    REQUIRE(people_of(state, 7) == Names{{1, "one again"}, {large, "three"}});
    REQUIRE(people_of(state, 8) == Names{{4, "four"}});
    REQUIRE(people_of(state, 9).empty());
    const auto stopped = state.load_people(seven, [](model::PersonId, std::string_view) {
        return Result<void>(error(ErrorCode::invalid, "enough"));
    });
    REQUIRE(stopped.error().detail == "enough");
    REQUIRE(people_of(state, 7).size() == 2);
}

TEST_CASE("one person is read as saved last, and a lost one is a failed store", "[storage]") {
    Stores stores = stores_of(GENERATE("memory", "sqlite"));
    StateStore& state = *stores.state;
    model::PartitionCheckpoint rows;
    rows.partition = model::PartitionId{3};
    const std::uint64_t large = 0xfedcba9876543210u;
    Bytes found = "before";
    for (std::uint64_t applied = 1; applied < 4; ++applied) {
        rows.applied = applied;
        rows.profiles = {profile(large, std::string(applied * 3000, 'x')),
                         profile(5, std::string("\0a", 2))};
        REQUIRE(state.save({rows}));
        REQUIRE(state.load_person(rows.partition, model::PersonId{large}, found));
        REQUIRE(found == rows.profiles[0].state);
        REQUIRE(state.load_person(rows.partition, model::PersonId{5}, found));
        REQUIRE(found == rows.profiles[1].state);
    }
    for (const auto& [partition, id] :
         {std::pair{std::uint16_t{3}, std::uint64_t{6}}, {std::uint16_t{4}, large}}) {
        const auto lost =
            state.load_person(model::PartitionId{partition}, model::PersonId{id}, found);
        REQUIRE(lost.error().code == ErrorCode::storage_failed);
    }
}

TEST_CASE("chapters come back after the state, as they were written last", "[storage]") {
    Stores stores = stores_of(GENERATE("memory", "sqlite"));
    StateStore& state = *stores.state;
    const std::uint64_t large = 0xfedcba9876543210u;
    model::PartitionCheckpoint rows;
    rows.partition = model::PartitionId{3};
    const auto save = [&](std::vector<model::ProfileRow> profiles) {
        ++rows.applied;
        rows.profiles = std::move(profiles);
        REQUIRE(state.save({rows}));
    };
    const auto with = [&](std::uint64_t id, std::string text,
                          std::vector<model::ChapterRow> chapters,
                          std::vector<std::uint32_t> gone = {}) {
        model::ProfileRow row = profile(id, std::move(text));
        row.chapters = std::move(chapters);
        row.chapters_gone = std::move(gone);
        return row;
    };
    const auto all = [&] {
        Names found = people_of(state, 3);
        for (const auto& [id, text] : found) {
            Bytes one;
            REQUIRE(state.load_person(rows.partition, model::PersonId{id}, one));
            REQUIRE(one == text);
        }
        return found;
    };
    save({with(1, "one:", {{2, "b"}, {0, "a"}}), profile(2, "two"), with(large, "l:", {{7, "z"}})});
    REQUIRE(all() == Names{{1, "one:ab"}, {2, "two"}, {large, "l:z"}});
    save({with(1, "uno:", {{3, "c"}})});
    REQUIRE(all() == Names{{1, "uno:abc"}, {2, "two"}, {large, "l:z"}});
    save({with(1, "one:", {{2, "B"}}, {3, 9}), with(2, "two:", {{0, std::string(9000, 'x')}})});
    REQUIRE(all() == Names{{1, "one:aB"}, {2, "two:" + std::string(9000, 'x')}, {large, "l:z"}});
    const auto stopped = state.load_people(rows.partition, [](model::PersonId, std::string_view) {
        return Result<void>(error(ErrorCode::invalid, "enough"));
    });
    REQUIRE(stopped.error().detail == "enough");

    SECTION("they go with the person") {
        save({profile(1, "")});
        save({profile(1, "again")});
        REQUIRE(all()[1] == "again");
    }
    SECTION("they are erased with the person") {
        rows.erased = {{model::PersonId{large}, "user:l", {}}};
        save({with(large, "another:", {{1, "y"}})});
        REQUIRE(all()[large] == "another:y");
    }
}

model::MessageKey key_of(std::uint8_t number) {
    model::MessageKey key;
    key.bytes[0] = number;
    return key;
}

TEST_CASE("who was erased is gone with what was sent, and comes back as somebody else",
          "[storage]") {
    Stores stores = stores_of(GENERATE("memory", "sqlite"));
    StateStore& state = *stores.state;
    const auto message = [](std::uint8_t number, std::uint64_t person) {
        model::MessageRow row;
        row.key = key_of(number);
        row.person = model::PersonId{person};
        return row;
    };
    model::PartitionCheckpoint first;
    first.partition = model::PartitionId{7};
    first.applied = 10;
    const std::uint64_t large = 0xfedcba9876543210u;  // ids use all 64 bits
    first.profiles = {profile(large, "ada"), profile(2, "bob")};
    first.messages = {message(1, large), message(2, 2)};
    REQUIRE(state.save({first}));
    for (std::uint8_t number = 1; number <= 3; ++number)
        REQUIRE(state.save_rendered({{key_of(number), "{}", "hash"}}));

    model::PartitionCheckpoint early = first;  // in the same save, before the erasure
    early.applied = 11;
    model::PartitionCheckpoint late;
    late.partition = first.partition;
    late.applied = 12;
    // 1 is known by its row only, of 3 no row was written.
    late.erased = {{model::PersonId{large}, "user:ada", {key_of(3)}}};
    const bool came_back = GENERATE(false, true);
    if (came_back) late.profiles = {profile(large, "another")};
    REQUIRE(state.save({early, late}));
    Names left = {{2, "bob"}};
    if (came_back) left[large] = "another";
    CHECK(people_of(state, 7) == left);
    CHECK(state.load(first.partition).value().applied == 12);
    CHECK_FALSE(state.load_rendered(key_of(1)).value());
    CHECK(state.load_rendered(key_of(2)).value());
    CHECK_FALSE(state.load_rendered(key_of(3)).value());
}

// Whom nothing happens to is read over and over while others are saved, and stays whole; whoever is
// saved is never seen half.
TEST_CASE("people are read beside the thread that saves", "[storage]") {
    Stores stores = stores_of(GENERATE("memory", "sqlite"));
    StateStore& state = *stores.state;
    constexpr std::uint64_t kPeople = 500;
    const auto state_of = [](std::uint64_t id, std::uint64_t round) {
        return std::string(200 + id % 7 * 150, static_cast<char>('a' + round % 26));
    };
    // In halves, which must be of one round.
    const auto add_halves = [](model::PartitionCheckpoint& rows, std::uint64_t id,
                               const std::string& text) {
        rows.profiles.push_back(profile(id, text.substr(text.size() / 2)));
        rows.profiles.back().chapters.push_back({4, text.substr(0, text.size() / 2)});
    };
    const auto save = [&](std::uint64_t round, std::uint64_t step) {
        model::PartitionCheckpoint rows;
        rows.partition = model::PartitionId{1};
        rows.applied = round + 1;
        for (std::uint64_t id = 0; id < kPeople; id += step)
            add_halves(rows, id, state_of(id, round));
        return state.save({rows});
    };
    REQUIRE(save(0, 1));
    std::atomic<bool> done{false};
    std::atomic<int> failed{0};
    std::thread writer([&] {
        for (std::uint64_t round = 1; round <= 60; ++round) {
            if (!save(round, 2)) ++failed;
        }
        done = true;
    });
    std::uint64_t reads = 0;
    Bytes found;
    while (!done || reads < 2 * kPeople) {
        const std::uint64_t id = reads++ * 7919 % kPeople;
        const auto read = state.load_person(model::PartitionId{1}, model::PersonId{id}, found);
        if (!read) ++failed;
        const bool whole = found.size() == state_of(id, 0).size() &&
                           found.find_first_not_of(found.front()) == std::string::npos;
        const bool as_saved = id % 2 == 0 || found == state_of(id, 0);
        if (!whole || !as_saved) ++failed;
    }
    writer.join();
    REQUIRE(failed == 0);
}

TEST_CASE("catalogs stay as long as a partition may need them", "[storage]") {
    Stores stores = stores_of(GENERATE("memory", "sqlite"));
    StateStore& state = *stores.state;
    REQUIRE(state.load_catalogs().value().empty());
    const std::string journeys =
        R"([{"name":"welcome","title":"","version":1,"program":"ab","live":true,"paused":false}])";
    REQUIRE(state.save_catalog({"c5", 5}, journeys, 0));
    REQUIRE(state.save_catalog({"c9", 9}, journeys, 3));
    REQUIRE(state.load_catalogs().value().size() == 2);
    REQUIRE(
        state.save_catalog({"c12", 12}, journeys, 10));  // a partition stands at 10: it needs c9
    const auto kept = state.load_catalogs().value();
    REQUIRE(kept.size() == 2);
    REQUIRE(kept[0].position == 9);
    REQUIRE(kept[1].bytes == "c12");
}

TEST_CASE("the suppression list is what was said of it, in order", "[storage]") {
    Stores stores = stores_of(GENERATE("memory", "sqlite"));
    const auto all = [&] {
        std::vector<model::AddressRow> rows;
        const auto loaded = stores.state->load_addresses([&](const model::AddressRow& row) {
            rows.push_back(row);
            return Result<void>(success());
        });
        REQUIRE(loaded);
        return std::pair{loaded.value(), rows};
    };
    REQUIRE(all().first.applied == 0);
    const Instant at = instant_of(1'772'445'600'123'456);
    const model::AddressKey key = model::address_key_of("pepper", "email", "ada@example.com");
    REQUIRE(stores.state->save_addresses(
        {7, "pepper", {{3, 0, key, "email", true, "asked", "import a.csv", at, at}}}));
    REQUIRE(stores.state->save_addresses({}));  // nothing new
    REQUIRE(
        stores.state->save_addresses({12,
                                      "pepper",
                                      {{9, 0, {}, "channel:promo", true, "", "", at, at},
                                       {9, 1, key, "email", false, "came back", "ann", at, at}}}));
    const auto [loaded, rows] = all();
    CHECK(loaded.applied == 12);
    CHECK(loaded.pepper == "pepper");
    REQUIRE(rows.size() == 3);
    CHECK(rows[0].position == 3);
    CHECK(rows[0].key == key);
    CHECK(rows[0].suppressed);
    CHECK(rows[0].reason == "asked");
    CHECK(rows[0].source == "import a.csv");
    CHECK(rows[0].since == at);
    CHECK(rows[1].scope == "channel:promo");
    CHECK_FALSE(rows[2].suppressed);
    CHECK(rows[2].item == 1);
    const auto stopped = stores.state->load_addresses(
        [](const model::AddressRow&) { return Result<void>(error(ErrorCode::invalid, "enough")); });
    REQUIRE_FALSE(stopped);
    CHECK(stopped.error().detail == "enough");
}

TEST_CASE("a rendered message is found by its key", "[storage]") {
    Stores stores = stores_of(GENERATE("memory", "sqlite"));
    model::MessageKey key;
    key.bytes[3] = 9;
    REQUIRE(!stores.state->load_rendered(key).value());
    REQUIRE(stores.state->save_rendered({{key, "{}", "hash"}}));
    REQUIRE(stores.state->load_rendered(key).value()->body == "{}");
    // Long and short, text and what looks like a packed row already.
    for (const Bytes& body : {Bytes(100'000, 'x'), Bytes("\x28\xb5\x2f\xfd not packed"), Bytes()}) {
        REQUIRE(stores.state->save_rendered({{key, body, "other"}}));
        const auto kept = stores.state->load_rendered(key).value();
        REQUIRE(kept->body == body);
        REQUIRE(kept->hash == "other");
    }
}

TEST_CASE("the memory log can be told to be full, to fail, and to lie", "[storage]") {
    memory::Fault next = memory::Fault::none;
    memory::MemoryLog log(1, [&] { return next; });
    next = memory::Fault::full;
    REQUIRE(log.append({{1, 1, "a"}}, 1).error().code == ErrorCode::refused);
    REQUIRE(log.end() == 0);
    next = memory::Fault::lost;
    REQUIRE(log.append({{1, 1, "a"}}, 1).error().code == ErrorCode::storage_failed);
    REQUIRE(log.end() == 0);
    next = memory::Fault::kept;
    REQUIRE(log.append({{1, 1, "a"}}, 1).error().code == ErrorCode::storage_failed);
    REQUIRE(log.end() == 1);
}

}  // namespace
}  // namespace journey::storage
