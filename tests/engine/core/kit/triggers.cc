#include "tests/engine/core/kit/triggers.h"

#include <catch2/catch.hpp>

namespace journey::core::kit {

Index add_event(Builder& b, const std::string& name) {
    ir::EventType type;
    type.name = name;
    ir::Field sku;
    sku.name = "sku";
    sku.type.kind = ir::TypeKind::text;
    type.fields.push_back(sku);
    b.program.events.push_back(std::move(type));
    return static_cast<Index>(b.program.events.size() - 1);
}

void add_dwell(Builder& b) {
    ir::Dwell dwell;
    dwell.ping = add_event(b, "ping");
    dwell.ping_key = 0;
    dwell.ends = add_event(b, "left");
    dwell.ends_key = 0;
    dwell.key = 0;
    dwell.every = seconds(15);
    b.program.events[b.event("viewed")].dwell = dwell;
    add_event(b, "carted");
}

Index add_segment(Builder& b, const std::string& name, Index expr) {
    b.program.segments.push_back({name, name, expr});
    return static_cast<Index>(b.program.segments.size() - 1);
}

ir::Journey entered_by(const Builder& b, const std::string& name, ir::Trigger trigger) {
    ir::Journey journey = b.journey(name, "viewed");
    journey.triggers = {std::move(trigger)};
    return journey;
}

void keep_waiting(Builder& b, ir::Journey journey) {
    b.wait(journey, days(10));
    Builder::end(journey);
    b.keep(std::move(journey));
}

Index is_gold(Builder& b) {
    return b.op(ir::Op::equal, {b.user("tier"), b.constant(Value("gold"))});
}

ir::Window within(CalendarDuration duration) {
    ir::Window window;
    window.kind = ir::WindowKind::within;
    window.within = duration;
    return window;
}

void restart(World& world) {
    const auto catalog = decode_catalog(encode_catalog(world.catalog));
    REQUIRE(catalog);
    world.catalog = catalog.value();
    for (std::size_t i = 0; i < world.partitions.size(); ++i) {
        const model::PartitionId id{static_cast<std::uint16_t>(i)};
        // Everybody, not only who changed since the last one.
        store(world.checkpoint(i), world.stored[i]);
        const std::uint64_t hash = world.partitions[i].state_hash();
        world.partitions[i] = Partition(id, world.options, world.catalog);
        const auto restored = world.partitions[i].restore(world.stored[i]);
        if (!restored) FAIL(restored.error().detail);
        CHECK(world.partitions[i].state_hash() == hash);
    }
}

}  // namespace journey::core::kit
