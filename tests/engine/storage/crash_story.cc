#include "tests/engine/storage/crash.h"

#include <catch2/catch.hpp>

namespace journey::storage::crash {

namespace {

using sqlite::Store;

constexpr std::uint64_t kPeople = 12;   // a partition
constexpr std::uint32_t kChapters = 3;  // at most, a person
constexpr std::uint8_t kRendered = 6;   // messages whose bytes are kept

model::MessageKey key_of(std::uint8_t number) {
    model::MessageKey key;
    key.bytes[0] = number;
    return key;
}

void add(ByteWriter& out, model::PersonId id, std::string_view state) {
    out.u64(id.number);
    out.text(state);
}

/// What was written, remembered by somebody else.
struct Memory {
    struct Partition {
        model::LogPosition applied = 0;
        Bytes meta;
        std::map<std::uint64_t, model::ProfileRow> people;
    };
    std::array<Partition, kPartitions> partitions;
    std::map<model::LogPosition, Bytes> catalogs;
    std::map<std::uint8_t, StateStore::RenderedMessage> rendered;
    std::set<std::uint64_t> entries;

    std::uint64_t digest() const {
        ByteWriter out;
        for (const Partition& partition : partitions) {
            out.u64(partition.applied);
            out.text(partition.meta);
            for (const auto& [id, row] : partition.people)
                add(out, row.id, model::whole_state(row));
        }
        for (const auto& [position, bytes] : catalogs) {
            out.u64(position);
            out.text(bytes);
        }
        for (std::uint8_t i = 0; i < kRendered; ++i) {
            const auto found = rendered.find(i);
            if (found == rendered.end()) continue;
            out.text(found->second.hash);
            out.text(found->second.body);
        }
        return hash64(out.bytes());
    }
    model::LogPosition least() const {
        model::LogPosition least = partitions[0].applied;
        for (const Partition& partition : partitions)
            least = std::min(least, partition.applied);
        return least;
    }
};

class Teller {
  public:
    Teller(std::uint64_t seed, const StoryOptions& options)
        : options_(options),
          rng_(seed),
          disk_({.seed = seed, .record = true, .fault = {}, .lies_about = options.lies_about}) {
        story_.seed = seed;
        store_options_.vfs = disk_.vfs();
        // Short, so that folding back happens often and at every distance from everything else.
        store_options_.log_wal_most = (40 + rng_.below(200)) << 10;
        store_options_.state_wal_most = (20 + rng_.below(100)) << 10;
        big_ = rng_.chance(0.3);
    }

    Story tell() {
        story_.states.push_back({{0, 0}, memory_.digest(), 0, 0});
        open();
        for (int step = 0; step < options_.steps; ++step) {
            const std::uint64_t what = rng_.below(100);
            if (what < 55) {
                append();
            } else if (what < 75) {
                save();
            } else if (what < 81) {
                save_catalog();
            } else if (what < 87) {
                save_rendered();
            } else if (what < 94) {
                truncate();
            } else {
                if (rng_.chance(0.6)) {  // killed; else it ends in peace
                    disk_.stop();
                }
                store_.reset();
                disk_.kill();
                open();
            }
        }
        story_.operations = disk_.operations();
        disk_.stop();
        store_.reset();
        return std::move(story_);
    }

  private:
    std::size_t now() const { return disk_.operations().size(); }

    void open() {
        Span span{now()};
        Result<Store> opened = sqlite::open_store(kDirectory, store_options_, Logger::silent());
        REQUIRE(opened);
        store_ = std::make_unique<Store>(std::move(opened).value());
        span.answered = now();
        story_.owners.push_back(span);
        REQUIRE(store_->log->end() == end_);
    }

    std::string noise(std::size_t most) {
        std::string bytes(1 + rng_.below(most), '\0');
        for (char& one : bytes)
            one = static_cast<char>(rng_.next() & 0xff);
        return bytes;
    }

    void append() {
        std::vector<LogBatch> group;
        model::LogPosition end = end_;
        for (std::uint64_t i = 1 + rng_.below(3); i > 0; --i) {
            LogBatch batch;
            batch.first = end + 1;
            batch.count = static_cast<std::uint32_t>(1 + rng_.below(40));
            batch.commands = noise(rng_.chance(0.1) && big_ ? 60'000 : 3'000);
            end += batch.count;
            story_.batches[batch.first] = {batch.count, hash64(batch.commands)};
            group.push_back(std::move(batch));
        }
        Story::Append append{{now()}, end};
        REQUIRE(store_->log->append(group, store_->lease->epoch()));
        append.span.answered = now();
        story_.appends.push_back(append);
        end_ = end;
        if (rng_.chance(0.8)) REQUIRE(store_->log->tidy());
    }

    void remember(Span span) {
        span.answered = now();
        story_.states.push_back({span, memory_.digest(), memory_.least(), memory_.entries.size()});
    }

    void save() {
        std::vector<model::PartitionCheckpoint> saved;
        for (std::uint16_t i = 0; i < kPartitions; ++i) {
            if (!rng_.chance(0.5)) continue;
            model::PartitionCheckpoint checkpoint;
            checkpoint.partition = model::PartitionId{i};
            checkpoint.applied = end_;
            checkpoint.meta = noise(400);
            Memory::Partition& kept = memory_.partitions[i];
            kept.applied = end_;
            kept.meta = checkpoint.meta;
            for (std::uint64_t who = 0; who < kPeople; ++who) {
                if (!rng_.chance(0.4)) continue;
                const std::uint64_t id = i * 100u + who;
                model::ProfileRow row{model::PersonId{id}, "user:" + std::to_string(id), "{}",
                                      rng_.chance(0.1) ? "" : noise(big_ ? 9'000 : 300),
                                      instant_of(static_cast<std::int64_t>(rng_.below(1u << 30)))};
                for (std::uint32_t chapter = 0; chapter < kChapters; ++chapter) {
                    if (rng_.chance(0.1)) {
                        row.chapters_gone.push_back(chapter);
                    } else if (rng_.chance(0.2)) {
                        row.chapters.push_back({chapter, noise(big_ ? 3'000 : 100)});
                    }
                }
                checkpoint.profiles.push_back(row);
                row.json.clear();
                if (row.state.empty()) {
                    kept.people.erase(id);
                } else {
                    model::take_over(kept.people[id], std::move(row));
                }
            }
            model::EntryRow entry;
            entry.id = model::EntryId{rng_.below(500)};
            entry.status = "waiting";
            memory_.entries.insert(entry.id.number);
            checkpoint.entries.push_back(entry);
            saved.push_back(std::move(checkpoint));
        }
        if (saved.empty()) return;
        const Span span{now()};
        REQUIRE(store_->state->save(saved));
        remember(span);
    }

    void save_catalog() {
        if (end_ == 0) return;
        const StateStore::StoredCatalog catalog{noise(2'000), end_};
        const model::LogPosition oldest = memory_.least();
        memory_.catalogs[end_] = catalog.bytes;
        const auto after = memory_.catalogs.upper_bound(oldest);
        if (after != memory_.catalogs.begin())
            memory_.catalogs.erase(memory_.catalogs.begin(), std::prev(after));
        const Span span{now()};
        REQUIRE(store_->state->save_catalog(
            catalog,
            R"([{"name":"welcome","title":"","version":1,"program":"ab","live":true,"paused":false}])",
            oldest));
        remember(span);
    }

    void save_rendered() {
        std::vector<StateStore::RenderedMessage> messages;
        for (std::uint8_t i = 0; i < kRendered; ++i) {
            if (!rng_.chance(0.4)) continue;
            messages.push_back({key_of(i), noise(1'000), std::to_string(rng_.next())});
            memory_.rendered[i] = messages.back();
        }
        if (messages.empty()) return;
        const Span span{now()};
        REQUIRE(store_->state->save_rendered(messages));
        remember(span);
    }

    void truncate() {
        Story::Truncation truncation{{now()}, memory_.least() + 1};
        REQUIRE(store_->log->truncate(truncation.keep_from));
        truncation.span.answered = now();
        story_.truncations.push_back(truncation);
    }

    const StoryOptions options_;
    Rng rng_;
    disk::Disk disk_;
    sqlite::StoreOptions store_options_;
    std::unique_ptr<Store> store_;
    bool big_ = false;
    model::LogPosition end_ = 0;
    Memory memory_;
    Story story_;
};

}  // namespace

Story tell(std::uint64_t seed, const StoryOptions& options) {
    return Teller(seed, options).tell();
}

Result<Loaded> load_all(StateStore& state) {
    Loaded all;
    ByteWriter out;
    for (std::uint16_t i = 0; i < kPartitions; ++i) {
        TRY(const model::PartitionCheckpoint loaded, state.load(model::PartitionId{i}));
        all.applied[i] = loaded.applied;
        out.u64(loaded.applied);
        out.text(loaded.meta);
        TRY(state.load_people(loaded.partition, [&](model::PersonId id, std::string_view person) {
            add(out, id, person);
            return Result<void>(success());
        }));
    }
    TRY(const auto catalogs, state.load_catalogs());
    for (const auto& catalog : catalogs) {
        out.u64(catalog.position);
        out.text(catalog.bytes);
    }
    for (std::uint8_t i = 0; i < kRendered; ++i) {
        TRY(const auto message, state.load_rendered(key_of(i)));
        if (!message) continue;
        out.text(message->hash);
        out.text(message->body);
    }
    all.digest = hash64(out.bytes());
    return all;
}

}  // namespace journey::storage::crash
