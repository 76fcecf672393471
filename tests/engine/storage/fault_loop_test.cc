// The n-th operation of the disk fails, for every n: once or for ever, as a failed one, a full one
// or the end of the process. RELIABILITY 2.2, L4.
#include "engine/storage/disk/disk.h"
#include "engine/storage/sqlite/sqlite.h"

#include <catch2/catch.hpp>

namespace journey::storage {
namespace {

struct Told {
    model::LogPosition log = 0;
    model::LogPosition state = 0;
};

/// A short life: what was answered with success, and what was asked for.
struct Life {
    Told answered;
    Told asked;
    bool whole = true;  // nothing failed for good
};

Life live(sqlite::Store& store) {
    Life life;
    const auto kept = [&](const Result<void>& done) {
        life.whole = life.whole && (done || done.error().code == ErrorCode::refused);
        return bool(done);
    };
    for (int round = 0; round < 5 && life.whole; ++round) {
        const model::LogPosition first = store.log->end() + 1;
        life.asked.log = first + 1;
        if (kept(store.log->append({{first, 2, std::string(3000, 'c')}}, store.lease->epoch())))
            life.answered.log = first + 1;
        if (!life.whole) break;
        model::PartitionCheckpoint checkpoint;
        checkpoint.applied = life.answered.log;
        checkpoint.meta = std::to_string(checkpoint.applied);
        for (std::uint64_t id = 0; id < 20; ++id) {
            checkpoint.profiles.push_back({model::PersonId{id}, "user:x", "{}",
                                           std::string(100 + 50 * checkpoint.applied, 's'),
                                           kNever});
        }
        life.asked.state = checkpoint.applied;
        if (kept(store.state->save({checkpoint}))) life.answered.state = checkpoint.applied;
        if (life.whole) kept(store.log->truncate(life.answered.state + 1));
        if (life.whole) kept(store.log->tidy());
    }
    return life;
}

/// "" when what is found is what was answered, or one step more.
std::string judge(const disk::Disk& disk, sqlite::Store& store, const Life& life) {
    const auto among = [](model::LogPosition found, model::LogPosition answered,
                          model::LogPosition asked) { return found == answered || found == asked; };
    if (!among(store.log->end(), life.answered.log, life.asked.log))
        return "the log ends elsewhere";
    const auto loaded = store.state->load(model::PartitionId{});
    if (!loaded) return loaded.error().detail;
    const model::LogPosition applied = loaded.value().applied;
    if (!among(applied, life.answered.state, life.asked.state)) return "another state";
    std::size_t people = 0;
    const auto read =
        store.state->load_people(model::PartitionId{}, [&](model::PersonId, std::string_view one) {
            ++people;
            return one.size() == 100 + 50 * applied
                       ? Result<void>(success())
                       : error(ErrorCode::storage_failed, "half of a state");
        });
    if (!read) return read.error().detail;
    if (people != (applied == 0 ? 0u : 20u)) return "people are missing";
    model::LogPosition last = 0;
    const auto log = store.log->read(1, [&](const LogBatch& batch) -> Result<void> {
        last = batch.first + batch.count - 1;
        return success();
    });
    if (!log) return log.error().detail;
    if (last != store.log->end()) return "the log cannot be read to its end";
    for (const char* file : {"data/log.db", "data/state.db"}) {
        const auto whole = disk::query(disk.visible(), file, "PRAGMA integrity_check");
        if (!whole) return whole.error().detail;
        if (whole.value()[0][0] != "ok") return whole.value()[0][0];
    }
    return "";
}

TEST_CASE("whichever operation of the disk fails, nothing answered is lost and nothing is damaged",
          "[storage]") {
    struct Case {
        const char* label;
        disk::Fault fault;
        bool for_ever;
        bool power_goes;
    };
    const Case one = GENERATE(Case{"fails once, killed", disk::Fault::failed, false, false},
                              Case{"fails once, power cut", disk::Fault::failed, false, true},
                              Case{"fails for ever, power cut", disk::Fault::failed, true, true},
                              Case{"full once, goes on", disk::Fault::full, false, false},
                              Case{"full for ever, power cut", disk::Fault::full, true, true},
                              Case{"gone, killed", disk::Fault::gone, false, false},
                              Case{"gone, power cut", disk::Fault::gone, false, true});
    CAPTURE(one.label);
    std::int64_t left = 0;
    disk::Disk disk({.fault = [&](disk::Access access, std::string_view) {
        const bool applies = one.fault != disk::Fault::full || access == disk::Access::write;
        if (left < 0 || !applies || (--left >= 0)) return disk::Fault::none;
        if (one.for_ever) left = 0;
        return one.fault;
    }});
    sqlite::StoreOptions options;
    options.vfs = disk.vfs();
    options.log_wal_most = 40'000;
    options.state_wal_most = 30'000;
    const auto open = [&] { return sqlite::open_store("data", options, Logger::silent()); };
    bool hit = true;
    std::int64_t operations = 0;
    for (std::int64_t number = 1; hit; number += 1 + number / 60) {
        CAPTURE(number);
        Rng rng(static_cast<std::uint64_t>(number));
        disk.insert({});
        const std::uint64_t faults = disk.faults();
        left = number;
        Life life;
        {
            Result<sqlite::Store> opened = open();
            if (opened) life = live(opened.value());
            disk.stop();
            opened = error(ErrorCode::cancelled, "closed");
        }
        hit = disk.faults() > faults;
        left = -1;
        disk.kill();
        if (one.power_goes) disk.cut_power(disk::kEveryDamage[rng.below(4)], rng);
        auto again = open();
        REQUIRE(again);
        REQUIRE(judge(disk, again.value(), life).empty());
        disk.stop();
        ++operations;
    }
    REQUIRE(operations > 60);
}

}  // namespace
}  // namespace journey::storage
