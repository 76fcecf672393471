#pragma once
// Random lives of a few people, and a partition that lives one again.

#include "tests/engine/core/kit/kit.h"

#include <catch2/catch.hpp>

namespace journey::core::kit {

/// A program with a bit of everything.
Builder rich(std::uint32_t version);
/// So many random steps of twelve people in three partitions.
World lived(std::uint64_t seed, int steps);

/// One partition living a log again.
struct Again {
    Again(std::size_t which, const World& world) : number(which), options(world.options) {
        options.fetch = fetch_from(people);
        make(empty_catalog());
    }
    void make(CatalogPtr with) {
        catalog = std::move(with);
        partition = std::make_unique<Partition>(
            model::PartitionId{static_cast<std::uint16_t>(number)}, options, catalog);
    }
    std::string apply(const Applied& one) {
        Effects effects;
        if (one.catalog != nullptr) {
            catalog = one.catalog;
            partition->use_catalog(one.catalog, one.position, effects, one.command.at, one.resume);
        } else if (is_for_rails(one.command.body)) {
            partition->hear(one.command, one.position);
        } else if (one.command.partition.number == number) {
            partition->apply(one.command, one.position, effects);
        }
        for (const AppendCommand& append : effects.appends)
            partition->confirm_append(append.from, append.cause);
        return describe(effects);
    }
    void store_now() { write(partition->take_checkpoint(), true); }
    void write(const model::PartitionCheckpoint& rows, bool told) {
        kit::keep(rows, *people);
        store(rows, stored);
        if (told) partition->checkpoint_saved(rows.applied);
    }
    void restart() {
        const auto decoded = decode_catalog(encode_catalog(catalog));
        REQUIRE(decoded);
        make(decoded.value());
        const auto restored = partition->restore(stored);
        if (!restored) FAIL(restored.error().detail);
    }
    std::size_t number;
    PartitionOptions options;
    CatalogPtr catalog;
    std::unique_ptr<Partition> partition;
    std::shared_ptr<People> people = std::make_shared<People>();  // as in `stored`
    model::PartitionCheckpoint stored;
};

/// Every partition lives its log once straight and once with a stop after each seventh command: both
/// do, tell and become the same. `people_a_tick`: other than the world's, 0: as it.
void check_that_stops_change_nothing(const World& world, int people_a_tick = 0);

}  // namespace journey::core::kit
