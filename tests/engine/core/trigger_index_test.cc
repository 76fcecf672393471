// What finds the few triggers that an event fires, against asking all of them.
#include "engine/base/base.h"
#include "engine/core/facts.h"
#include "tests/engine/core/kit/kit.h"

#include <catch2/catch.hpp>

using namespace journey;
using namespace journey::core;
using namespace journey::core::kit;

TEST_CASE("no trigger that an event fires is passed over, and few others are asked", "[core]") {
    Rng rng(11);
    Builder b;
    const auto comparison = [&]() -> Index {
        static constexpr ir::Op kOps[] = {ir::Op::less, ir::Op::less_equal, ir::Op::greater,
                                          ir::Op::greater_equal, ir::Op::equal};
        const Index row = b.row("viewed", "price");
        const Value number = rng.chance(0.5) ? Value(static_cast<std::int64_t>(rng.below(10)))
                                             : Value(static_cast<double>(rng.below(20)) / 2);
        if (rng.chance(0.2))
            return b.op(ir::Op::between, {row, b.constant(number), b.constant(6.0)});
        const ir::Op op = kOps[rng.below(5)];
        if (rng.chance(0.3)) return b.op(op, {b.constant(number), row});
        return b.op(op, {row, b.constant(number)});
    };
    const auto letter = [&] { return std::string(1, static_cast<char>('a' + rng.below(5))); };
    const auto one_of = [&]() -> Index {
        const Index row = b.row("viewed", rng.chance(0.5) ? "sku" : "category");
        if (rng.chance(0.6)) return b.op(ir::Op::equal, {row, b.constant(letter())});
        if (rng.chance(0.5)) return b.op(ir::Op::in, {row, b.constant(List{letter(), letter()})});
        return b.op(ir::Op::in,
                    {row, b.op(ir::Op::list, {b.constant(letter()), b.constant(letter())})});
    };
    std::vector<ir::Pattern> patterns;
    for (int i = 0; i < 400; ++i) {
        std::vector<Index> parts;
        for (std::uint64_t n = rng.below(4); n > 0; --n)
            parts.push_back(rng.chance(0.5) ? comparison() : one_of());
        Index filter =
            parts.empty() ? ir::kNone
            : parts.size() == 1
                ? parts[0]
                : b.op(rng.chance(0.8) ? ir::Op::logical_and : ir::Op::logical_or, parts);
        if (filter != ir::kNone && rng.chance(0.1)) filter = b.op(ir::Op::logical_not, {filter});
        patterns.push_back({b.event("viewed"), filter});
    }
    ir::Journey j = b.journey("nothing", "viewed");
    Builder::end(j);
    b.keep(std::move(j));
    const auto catalog = publish(empty_catalog(), b.bytes(), 1);
    REQUIRE(catalog);
    const LinkedProgram& live = *catalog.value()->live();
    TriggerIndex index;
    for (std::uint32_t i = 0; i < patterns.size(); ++i)
        index.add(*live.program, {i, i, 0}, patterns[i]);
    const Person person;
    const PersonFacts facts(live, person, Instant{}, nullptr);
    std::size_t asked = 0;
    std::size_t fired = 0;
    std::vector<TriggerIndex::Ref> candidates;
    for (int round = 0; round < 300; ++round) {
        std::vector<Value> row{Value(letter()), Value(static_cast<double>(rng.below(20)) / 2),
                               Value(letter())};
        if (rng.chance(0.1)) row[1] = Value(static_cast<std::int64_t>(rng.below(10)));
        if (rng.chance(0.1)) row[rng.below(3)] = Value();
        if (rng.chance(0.05)) row[1] = Value("dear");
        index.candidates(row, candidates);
        asked += candidates.size();
        const expr::Row seen{row.data(), row.size(), Instant{}};
        auto at = candidates.begin();
        for (std::uint32_t i = 0; i < patterns.size(); ++i) {
            const bool candidate = at != candidates.end() && at->order == i;
            if (candidate) ++at;
            if (!facts.holds(patterns[i].filter, &seen)) continue;
            ++fired;
            REQUIRE(candidate);
        }
        REQUIRE(at == candidates.end());
    }
    CHECK(asked < fired * 2);
}
