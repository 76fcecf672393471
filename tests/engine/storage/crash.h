#pragma once
// Crash images: a story of the real storage on a simulated disk, told once and recorded; then the
// disk as it would be found after a power cut behind each of its operations is opened by the real
// code and judged by what the story's caller was told.

#include "engine/storage/disk/disk.h"
#include "engine/storage/sqlite/sqlite.h"

#include <set>

namespace journey::storage::crash {

inline constexpr std::uint16_t kPartitions = 4;
inline constexpr const char* kDirectory = "data";
inline constexpr std::size_t kNeverAnswered = ~std::size_t{0};

/// When something was asked for and when it was answered, in operations of the disk.
struct Span {
    std::size_t begun = 0;
    std::size_t answered = kNeverAnswered;
};

struct Story {
    std::uint64_t seed = 0;
    std::vector<disk::Operation> operations;

    struct Append {
        Span span;
        model::LogPosition end = 0;
    };
    std::vector<Append> appends;  // one group commit each
    struct Batch {
        std::uint32_t count = 0;
        std::uint64_t hash = 0;
    };
    std::map<model::LogPosition, Batch> batches;  // by first position
    struct Truncation {
        Span span;
        model::LogPosition keep_from = 0;
    };
    std::vector<Truncation> truncations;
    struct State {
        Span span;
        std::uint64_t digest = 0;      // of everything that can be loaded
        model::LogPosition least = 0;  // applied of the partition that is furthest behind
        std::size_t entries = 0;       // rows that only people read
    };
    std::vector<State> states;  // one transaction each; the first is the empty store
    std::vector<Span> owners;
};

struct StoryOptions {
    int steps = 60;
    /// See disk::DiskOptions: what a disk (or a program) without the sync would be.
    std::function<bool(std::string_view)> lies_about;
};
Story tell(std::uint64_t seed, const StoryOptions& options = {});

/// What can be loaded, in short: the same for a store as found and for what the story's caller wrote.
struct Loaded {
    std::uint64_t digest = 0;
    std::array<model::LogPosition, kPartitions> applied{};
};
Result<Loaded> load_all(StateStore& state);

struct Found {
    std::uint64_t images = 0;
    std::uint64_t looked_deeper = 0;      // integrity_check, and a second crash after going on
    std::vector<std::string> violations;  // sentences, each with the name of its image
};

using sqlite::Store;

class Judge {
  public:
    Judge();
    /// Every prefix and every damage, until `go_on` says no.
    void walk(const Story& story, const std::function<bool()>& go_on);
    /// "seed:operation:damage" as violations name it; false: there is none.
    bool look_at(const std::string& name);
    const Found& found() const { return found_; }

  private:
    void check(const Story& story, std::size_t operation, disk::Damage damage,
               const disk::Platter& platter);
    Result<void> compare_log(const Story& story, std::size_t operation, Store& store);
    Result<void> compare_state(const Story& story, std::size_t operation, Store& store);
    Result<void> continue_and_crash(Store& store, Rng& rng);
    Result<void> rows(const Story& story, std::size_t operation, const disk::Image& image);
    Result<Store> open();

    disk::Disk disk_;
    Found found_;
};

}  // namespace journey::storage::crash
