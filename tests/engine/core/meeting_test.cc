// What a publication or a resume is for everybody goes through them a slice a Tick, and nobody can
// tell: whoever something happens to meanwhile is as if all had been gone through at the command.
#include "tests/engine/core/kit/lived.h"
#include "tests/engine/core/kit/triggers.h"

using namespace journey;
using namespace journey::core;
using namespace journey::core::kit;
using namespace std::chrono_literals;

namespace {

constexpr int kPeople = 24;

std::string name(int i) {
    return "p" + std::to_string(i);
}

/// Everybody waits in version 1 of "series"; some are gold, some have a trait nobody declared.
Builder before() {
    Builder b;
    ir::Journey j = b.journey("series", "viewed");
    b.wait(j, days(2));
    b.send(j, "code", {{"code", b.constant("x")}});
    b.wait(j, days(2));
    b.end(j);
    b.keep(std::move(j));
    return b;
}

void add_club(Builder& b) {
    keep_waiting(b,
                 entered_by(b, "joined", ir::OnSegment{add_segment(b, "gold", is_gold(b)), true}));
    const Index fresh = add_segment(b, "fresh", b.did("viewed", within(hours(30))));
    keep_waiting(b, entered_by(b, "cooled", ir::OnSegment{fresh, false}));
}

/// Version 2, where people of version 1 begin again; a segment of the profile and one of the clock.
Builder after(std::uint32_t version = 2) {
    Builder b;
    ir::Journey j = b.journey("series", "viewed");
    j.version = version;
    b.wait(j, days(1));
    b.end(j, "new");
    ir::Migration migration;
    migration.from_version = version - 1;
    migration.others = ir::Others::restart;
    j.migrations.push_back(migration);
    b.keep(std::move(j));
    add_club(b);
    return b;
}

World shop() {
    World world;
    world.publish(before());
    for (int i = 0; i < kPeople; ++i) {
        world.identify(name(i), {{"phone", "+4915112345678"},
                                 {"tier", i % 3 == 0 ? "gold" : "silver"},
                                 {"shoe_size", i}});
        if (i % 2 == 0) world.track(name(i), "viewed");
        world.advance(10min);
    }
    return world;
}

/// Something of all kinds happens to some, nothing to most, in one moment.
void live(World& world) {
    world.identify(name(20), {{"tier", "gold"}});    // joins
    world.identify(name(21), {{"tier", "silver"}});  // leaves
    world.track(name(22), "viewed");
    world.identify("newcomer", {{"tier", "gold"}});
    world.alias(name(18), name(3));
    world.alias(name(1), name(19));
    world.erase(name(12));
    world.identify(name(12), {{"tier", "gold"}});  // came back
    world.tags(name(23), {"seen"}, {});
    world.identify(name(0), {{"tier", "silver"}});
}

model::Command tick_at(Instant at) {
    model::Command tick;
    tick.partition = model::PartitionId{0};
    tick.at = at;
    tick.body = model::Tick{};
    return tick;
}

struct Lives {
    Again at_once;
    Again sliced;
    int slices = 0;
    /// Without the Ticks from `from` on, which all come at the end. `stops`: the sliced one after
    /// every command and Tick.
    Lives(const World& world, model::LogPosition from, bool stops)
        : at_once(0, world), sliced(0, world) {
        sliced.options.people_a_tick = 1;
        sliced.make(empty_catalog());
        for (const Applied& one : world.log) {
            if (one.position > from && std::holds_alternative<model::Tick>(one.command.body) &&
                one.catalog == nullptr) {
                continue;
            }
            at_once.apply(one);
            sliced.apply(one);
            if (stops) stop();
        }
        model::LogPosition position = world.position;
        while (sliced.partition->next_due() <= world.now) {
            REQUIRE(++slices < 1000);
            const Applied tick{tick_at(world.now), ++position, nullptr, {}};
            at_once.apply(tick);
            sliced.apply(tick);
            if (stops) stop();
        }
    }
    void stop() {
        const std::uint64_t hash = sliced.partition->state_hash();
        sliced.store_now();
        sliced.restart();
        REQUIRE(sliced.partition->state_hash() == hash);
    }
};

/// One partition that has lived the log up to there, and what changed the catalog up to `published`;
/// and one that stopped and began again at that point.
struct Twins {
    Again straight;
    Again restarted;
    Twins(const World& world, model::LogPosition upto, model::LogPosition published)
        : straight(0, world), restarted(0, world) {
        for (Again* one : {&straight, &restarted}) {
            one->options.people_a_tick = 1;
            one->make(empty_catalog());
        }
        for (const Applied& one : world.log) {
            const model::LogPosition last = one.catalog != nullptr ? published : upto;
            if (one.position <= last) straight.apply(one);
        }
        straight.store_now();
        restarted.stored = straight.stored;
        *restarted.people = *straight.people;
        restarted.catalog = straight.catalog;
        restarted.restart();
        REQUIRE(are_alike());
    }
    void apply(const Applied& one) {
        straight.apply(one);
        restarted.apply(one);
    }
    bool are_alike() const {
        return straight.partition->state_hash() == restarted.partition->state_hash();
    }
};

}  // namespace

TEST_CASE("a publication met in slices is as one met at once, with stops and without", "[core]") {
    const bool stops = GENERATE(false, true);
    CAPTURE(stops);
    World world = shop();
    const model::LogPosition from = world.position;
    SECTION("people live meanwhile") {
        world.publish(after());
        live(world);
    }
    SECTION("the next one comes before the end") {
        world.publish(after());
        world.identify(name(20), {{"tier", "gold"}});
        world.publish(after(3));
        live(world);
    }
    SECTION("it declares what people said before") {
        Builder b = after();
        ir::Field size;
        size.name = "shoe_size";
        size.type.kind = ir::TypeKind::integer;
        b.program.profile.push_back(size);
        keep_waiting(
            b, entered_by(
                   b, "big",
                   ir::OnSegment{add_segment(b, "big",
                                             b.op(ir::Op::greater, {b.user("shoe_size"),
                                                                    b.constant(std::int64_t{10})})),
                                 true}));
        world.publish(b);
        live(world);
    }
    const Lives lives(world, from, stops);
    CHECK(lives.slices > 5);
    CHECK(lives.sliced.partition->state_hash() == lives.at_once.partition->state_hash());
    CHECK(lives.sliced.partition->next_due() == lives.at_once.partition->next_due());
}

TEST_CASE("a release met in slices is as one met at once", "[core]") {
    const bool stops = GENERATE(false, true);
    const auto late = GENERATE(model::Late::send, model::Late::skip, model::Late::exit);
    CAPTURE(stops, name_of(late));
    World world = shop();
    world.pause("series");
    world.advance(72h);
    const model::LogPosition from = world.position;
    model::Resume resume;
    resume.journey = "series";
    resume.late = late;
    resume.over = 1h;
    world.resume(resume);
    SECTION("people live meanwhile") {
        live(world);
    }
    SECTION("a second one, of everything, comes before the end") {
        world.pause("");
        world.resume({});
        live(world);
    }
    SECTION("a publication comes before the end") {
        world.publish(after());
        live(world);
    }
    const Lives lives(world, from, stops);
    CHECK(lives.slices > 2);
    CHECK(lives.sliced.partition->state_hash() == lives.at_once.partition->state_hash());
}

TEST_CASE("stops between the slices change nothing", "[core]") {
    for (std::uint64_t seed = 61; seed <= 66; ++seed) {
        CAPTURE(seed);
        check_that_stops_change_nothing(lived(seed, 150), 1);
    }
}

TEST_CASE("a timer left over from before makes nobody meet ahead of their turn", "[core]") {
    World world = shop();
    world.alias(name(18), name(3));  // waited until two days after its tenth minute times 18
    world.advance(2 * 24h + 175min - kPeople * 10min);
    const model::LogPosition before = world.position;
    world.publish(after());
    Twins twins(world, before, world.position);
    twins.apply({tick_at(world.now + 5min), world.position + 1, nullptr, {}});
    CHECK(twins.are_alike());
}

TEST_CASE("who was listed and waits no more makes a resume nobody's business", "[core]") {
    const auto program = [](bool club) {
        Builder b;
        ir::Journey j = b.journey("series", "viewed");
        j.lifetime = days(3);
        b.wait(j, days(2));
        b.end(j);
        b.keep(std::move(j));
        if (club) add_club(b);
        return b;
    };
    const bool some_wait = GENERATE(false, true);
    CAPTURE(some_wait);
    World world;
    world.publish(program(false));
    for (int i = 3; i < 9; ++i)
        world.identify(name(i), {{"tier", "gold"}});
    world.track(name(1), "viewed");
    world.advance(40h);
    if (some_wait) world.track(name(2), "viewed");
    world.pause("series");
    world.advance(50h);
    REQUIRE(world.journey("series").ended == 1);  // its lifetime was over
    const model::LogPosition before = world.position;
    world.publish(program(true));  // the resume waits until all have met this
    model::Resume resume;
    resume.journey = "series";
    world.resume(resume);
    Twins twins(world, before, before);
    for (const Applied& one : world.log) {
        if (one.position > before && one.catalog != nullptr) twins.apply(one);
    }
    CHECK(twins.are_alike());
}

TEST_CASE("partitions of many begin one after another", "[core]") {
    PartitionOptions options;
    options.partitions = 3;
    const Instant now = parse_instant("2026-03-02T09:00:00Z").value();
    Partition partition(model::PartitionId{2}, options, empty_catalog());
    model::LogPosition position = 0;
    Effects effects;
    const auto use = [&](const Builder& builder, const CatalogPtr& before) {
        const auto next = core::publish(before, builder.bytes(), ++position);
        REQUIRE(next);
        partition.use_catalog(next.value(), position, effects, now);
        return next.value();
    };
    const auto apply = [&](const std::string& person, model::CommandBody body, Instant at) {
        model::Command command;
        command.external_id = external(person);
        command.person = model::person_id_of(command.external_id);
        command.at = at;
        command.event_time = at;
        command.body = std::move(body);
        partition.apply(command, ++position, effects);
    };
    const CatalogPtr first = use(before(), empty_catalog());
    constexpr int kMany = 5000;
    for (int i = 0; i < kMany; ++i)
        apply(name(i), model::Identify{{{"tier", "gold"}}}, now);
    use(after(), first);
    CHECK(partition.next_due() == now + 40ms);
    apply(name(7), model::Identify{{{"tier", "silver"}}}, now);  // met: is gold, then was
    apply(name(7), model::Identify{{{"tier", "gold"}}}, now);
    const auto joined = [&] {
        const Counts counts = partition.counts();
        const auto found =
            std::find_if(counts.journeys.begin(), counts.journeys.end(),
                         [](const JourneyCounts& one) { return one.journey == "joined"; });
        REQUIRE(found != counts.journeys.end());
        return found->entered;
    };
    CHECK(joined() == 1);
    int ticks = 0;
    for (Instant at = now; partition.next_due() < now + 1s; ++ticks) {
        at = std::max(at, partition.next_due());
        apply("", model::Tick{}, at);
        REQUIRE(ticks < kMany);
    }
    CHECK(ticks > kMany / options.people_a_tick);
    CHECK(partition.counts().people == kMany);
    CHECK(joined() == 1);
}
