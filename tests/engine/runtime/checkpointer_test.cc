#include "engine/runtime/checkpointer.h"

#include "engine/storage/memory/memory.h"

#include <catch2/catch.hpp>

namespace journey::runtime {
namespace {

using storage::memory::Fault;
using storage::memory::MemoryState;

CheckpointSlice slice_of(std::uint16_t partition, model::LogPosition applied) {
    CheckpointSlice slice;
    model::PartitionCheckpoint one;
    one.partition = model::PartitionId{partition};
    one.applied = applied;
    one.meta = "counted";
    slice.partitions.push_back(std::move(one));
    slice.low_water = applied + 1;
    return slice;
}

}  // namespace

TEST_CASE("a slice given up at the end keeps the log that is missing in the store") {
    bool full = true;
    MemoryState state([&] { return full ? Fault::full : Fault::none; });
    Gauges gauges;
    std::vector<model::LogPosition> let_go;
    int asked = 0;
    Checkpointer* running = nullptr;
    CheckpointerOptions options;
    options.every = Micros(0);
    options.next_slice = [&]() -> std::optional<CheckpointSlice> {
        ++asked;
        if (asked == 1) {
            gauges.applied = 10;
            running->stop();
            return slice_of(0, 10);
        }
        full = false;  // somebody made room, and the next slice counts on the one before
        if (asked == 2) return slice_of(1, 12);
        return CheckpointSlice{};
    };
    options.saved = [](const CheckpointSlice&) {};
    options.truncate = [&](model::LogPosition from) { let_go.push_back(from); };
    options.fail_stop = [](const Error& why) { FAIL(why.detail); };
    Checkpointer checkpointer(std::move(options), state, Logger::silent(), gauges);
    running = &checkpointer;
    checkpointer.run();
    CHECK(let_go.empty());
    CHECK(gauges.checkpointed == 0);
}

TEST_CASE("a slice is repeated until there is room for it, and only then the log lets go") {
    int refusals = 2;
    MemoryState state([&] { return refusals-- > 0 ? Fault::full : Fault::none; });
    Gauges gauges;
    gauges.applied = 10;
    std::vector<model::LogPosition> let_go;
    Checkpointer* running = nullptr;
    int asked = 0;
    CheckpointerOptions options;
    options.every = Micros(0);
    options.next_slice = [&]() -> std::optional<CheckpointSlice> {
        if (++asked == 1) return slice_of(0, 10);
        running->stop();
        return CheckpointSlice{};
    };
    options.saved = [](const CheckpointSlice&) {};
    options.truncate = [&](model::LogPosition from) {
        CHECK(refusals < 0);
        let_go.push_back(from);
    };
    options.fail_stop = [](const Error& why) { FAIL(why.detail); };
    Checkpointer checkpointer(std::move(options), state, Logger::silent(), gauges);
    running = &checkpointer;
    checkpointer.run();
    CHECK(let_go == std::vector<model::LogPosition>{11});
    CHECK(state.load(model::PartitionId{0}).value().applied == 10);
}

}  // namespace journey::runtime
