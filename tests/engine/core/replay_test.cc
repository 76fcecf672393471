// The promise under everything else: state is a function of the log. Random histories are cut
// anywhere; a partition that was stored, restored and went on must end where the one that never
// stopped ended, with the same effects on the way.
#include "tests/engine/core/kit/kit.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <fstream>

using namespace journey;
using namespace journey::core;
using namespace journey::core::kit;
using namespace std::chrono_literals;
using model::ObservationKind;
using model::ReceiptKind;

namespace {

// Calls, events and runs of journeys, an experiment with a winner.
void add_acts(Builder& b, std::uint32_t version) {
    ir::Journey d = b.journey("d", "viewed");
    d.version = version;
    d.overlap = ir::Overlap::parallel;
    b.call(d, {{"sku", b.trigger(d, "sku")}});
    b.emit(d, "bought",
           {{"order_id", b.op(ir::Op::element, {b.local(d, "coupon"), b.constant("code")})}});
    b.add(d, {ir::Run{3, {{"what", b.trigger(d, "sku")}}, 3}, "", 0, ""});
    b.wait(d, hours(2));
    b.end(d);
    std::get<ir::Call>(d.states[0].act).failed = 3;
    if (version > 1)
        d.migrations.push_back({version - 1, {{"step_0", 3}, {"step_3", 0}}, ir::Others::stay});
    b.keep(std::move(d));

    ir::Journey e = b.journey("e", "viewed");
    e.triggers = {ir::OnCall{}};
    e.overlap = ir::Overlap::queue;
    e.version = version;
    b.wait(e, hours(1));
    b.send(e, "hello", {{"name", b.trigger(e, "what")}});
    b.end(e);
    if (version > 1) e.migrations.push_back({version - 1, {{"step_1", 1}}, ir::Others::restart});
    b.keep(std::move(e));

    ir::Journey f = b.journey("f", "viewed");
    f.version = version;
    f.key = b.trigger(f, "category");
    b.add(f, {ir::Pick{"subject", 0.1, 4, 0.5, 3, {{"x", 0.5, 1}, {"y", 0.5, 2}}}, "", 0, ""});
    b.send(f, "hello");
    b.send(f, "receipt");
    b.add(f, {ir::Settle{0, {1, 2}}, "", 0, ""});
    b.end(f);
    std::get<ir::Send>(f.states[1].act).next = 4;
    std::get<ir::Send>(f.states[2].act).next = 4;
    ir::Winner winner;
    winner.experiment = "subject";
    winner.after = hours(40);
    f.winners.push_back(winner);
    f.goals.push_back({"sold", b.on("bought"), std::nullopt, false});
    if (version > 1) f.migrations.push_back({version - 1, {{"step_3", 0}}, ir::Others::stay});
    b.keep(std::move(f));
}

// Every other version has one more field in the profile, so that numbers shift.
Builder rich(std::uint32_t version) {
    Builder b;
    const bool shifted = version % 2 == 0;
    b.program.quiets.push_back({"night", 22 * 3600, 8 * 3600, "", {0}, true, ir::NoZone::hold, ""});
    ir::Frequency gentle;
    gentle.name = "gentle";
    gentle.limits.push_back({2, ir::kNone, ir::CalendarUnit::day, 0});
    gentle.hold_when_full = true;
    gentle.hold_at_most = days(2);
    b.program.frequencies.push_back(gentle);

    ir::Journey a = b.journey("a", "viewed");
    a.version = version;
    a.overlap = ir::Overlap::queue;
    a.frequency = 0;
    a.quiet = 0;
    a.lifetime = days(9);
    a.goals.push_back({"sold", b.on("bought"), days(3), true});
    a.exits.push_back({"vip", {}, b.op(ir::Op::equal, {b.user("tier"), b.constant("vip")})});
    a.key = b.trigger(a, "category");
    b.add(a, {ir::Pick{"test", 0.1, 6, 1, ir::kNone, {{"x", 0.5, 1}, {"y", 0.5, 2}}}, "", 0, ""});
    b.send(a, "hello", {{"name", b.user("first_name")}, {"sku", b.trigger(a, "sku")}});
    b.wait(a, hours(shifted ? 9 : 8),
           {{b.on("opened"), ir::kNone, 4},
            {{}, b.op(ir::Op::greater, {b.count_of("bought"), b.constant(2)}), 3}});
    b.add(a, {ir::Tag{true, {"warm"}, 4}, "", 0, ""});
    b.send(a, "offer");
    b.add(a, {ir::SetField{b.field("age"), b.count_of("viewed"), 6}, "", 0, ""});
    b.wait(a, hours(3));
    std::get<ir::Await>(a.states[6].act).timeout = 7;
    b.end(a);
    if (version > 1)
        a.migrations.push_back({version - 1,
                                {{"step_4", 4}, {"step_6", 2}, {"step_2", 4}},
                                shifted ? ir::Others::stay : ir::Others::restart});
    b.keep(std::move(a));

    ir::Journey c = b.journey("c", "bought");
    c.overlap = ir::Overlap::restart;
    c.reentry = ir::Reentry::after;
    c.reentry_after = {0, 0, 3600};
    b.send(c, "receipt");
    b.wait(c, days(1));
    std::get<ir::Await>(c.states[1].act).timeout = 2;
    b.send(c, "code", {{"code", b.user("tier")}});
    b.end(c);
    c.version = version;
    if (version > 1) c.migrations.push_back({version - 1, {{"step_2", 2}}, ir::Others::stop});
    b.keep(std::move(c));
    add_acts(b, version);
    if (shifted) {
        ir::Field extra;
        extra.name = "mood";
        extra.type.kind = ir::TypeKind::text;
        b.program.profile.insert(b.program.profile.begin(), extra);
        for (ir::Channel& channel : b.program.channels) {
            if (channel.address_field != ir::kNone) ++channel.address_field;
        }
        for (ir::Expr& expr : b.program.exprs) {
            if (expr.op == ir::Op::user_field) ++expr.a;
        }
        for (ir::Journey& journey : b.program.journeys) {
            for (ir::State& state : journey.states) {
                if (auto* set = std::get_if<ir::SetField>(&state.act)) ++set->field;
            }
        }
    }
    return b;
}

model::Observation any_answer(Rng& rng) {
    model::Observation seen;
    const double dice = rng.unit();
    // Retries most of all: what is remembered between two attempts is the easiest to lose.
    seen.kind = dice < 0.35   ? ObservationKind::accepted
                : dice < 0.75 ? ObservationKind::retry
                              : static_cast<ObservationKind>(rng.below(7));
    seen.provider_id = "p" + std::to_string(rng.below(1000));
    seen.answer = rng.chance(0.7) ? R"({"code": "TEN", "percent": 10})" : R"({"percent": 1})";
    return seen;
}

void live_a_little(World& world, Rng& rng) {
    const std::string who = "p" + std::to_string(rng.below(12));
    const auto one_of = [&](std::initializer_list<const char*> all) {
        return *(all.begin() + rng.below(all.size()));
    };
    const std::string id = rng.chance(0.5) ? "" : "m" + std::to_string(rng.below(400));
    for (int i = 0; i < 6; ++i)
        world.answers.push_back(any_answer(rng));
    for (int i = 0; i < 3; ++i)
        world.call_answers.push_back(any_answer(rng));
    world.claiming = !rng.chance(0.2);
    world.answering = !rng.chance(0.2);
    switch (rng.below(16)) {
        case 0:
        case 1:
        case 2:
            world.track(who, "viewed",
                        {{"sku", one_of({"a", "b"})}, {"category", one_of({"x", "y"})}}, id);
            break;
        case 3:
        case 4:
            world.track(who, "bought", {{"order_id", id}, {"total", "EUR 5.00"}}, id);
            break;
        case 5:
            world.identify(who, {{"email", "e@example.com"},
                                 {"firstName", one_of({"A", "B"})},
                                 {"time_zone", one_of({"Europe/Berlin", "Asia/Tokyo"})},
                                 {"mood", one_of({"ok", "fine"})}});
            break;
        case 6:
            world.identify(who, {{"tier", one_of({"vip", "gold"})}});
            break;
        case 7:
            world.consent(who, "news", rng.chance(0.7));
            break;
        case 8:
            world.suppress(who, one_of({"email", "sms"}), rng.chance(0.2));
            break;
        case 9:
            if (!world.attempts.empty()) {
                const Sent sent = world.attempts[rng.below(world.attempts.size())];
                world.receipt(sent, static_cast<ReceiptKind>(rng.below(8)), id,
                              rng.chance(0.05) ? "hard" : "soft");
            }
            break;
        case 10:
            if (!world.attempts.empty()) {
                const Sent sent = world.attempts[rng.below(world.attempts.size())];
                world.outcome(sent, any_answer(rng));
            }
            break;
        case 11:
            if (rng.chance(0.4)) {
                for (const char* what : {"a", "c", "d", "f", ""})
                    world.pause(what, rng.chance(0.15));
            }
            world.track_at(who, "viewed", world.now - std::chrono::minutes(rng.below(30)),
                           {{"sku", "late"}});
            break;
        case 12:
            if (rng.chance(0.2)) world.alias(who, "p" + std::to_string(rng.below(12)));
            world.track(who, one_of({"danced", "delivered"}));
            break;
        case 14:
            world.tags(who, {one_of({"new", "old"})}, {one_of({"new", "old"})});
            break;
        case 15:
            if (rng.chance(0.1))
                world.decide({"f", 1 + static_cast<std::uint32_t>(rng.below(3)), "subject",
                              one_of({"x", "y"})});
            if (!world.calls.empty()) {
                const Sent call = world.calls[rng.below(world.calls.size())];
                world.apply(
                    world.command(call.person.substr(5),
                                  model::Answered{call.key, call.attempt, any_answer(rng)}));
            }
            break;
        case 13:
            if (rng.chance(0.1)) {
                const std::uint32_t live = live_program(world.catalog)->journeys[0].version;
                world.publish(rich(live + static_cast<std::uint32_t>(rng.below(2))));
            }
            break;
    }
    world.advance(std::chrono::minutes(rng.below(300)));
}

World lived(std::uint64_t seed, int steps) {
    World world(3);
    Rng rng(seed);
    world.publish(rich(1));
    for (int i = 0; i < 12; ++i) {
        world.identify("p" + std::to_string(i),
                       {{"email", "e@example.com"}, {"time_zone", "UTC"}, {"phone", "+49"}});
    }
    for (int i = 0; i < steps; ++i)
        live_a_little(world, rng);
    return world;
}

// One partition living a log again.
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

}  // namespace

TEST_CASE(
    "a partition that was stored and restored anywhere ends where one that never stopped ends",
    "[core]") {
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        CAPTURE(seed);
        const World world = lived(seed, 150);
        REQUIRE(world.attempts.size() > 10);
        for (std::size_t number = 0; number < world.partitions.size(); ++number) {
            CAPTURE(number);
            Again straight(number, world);
            Again broken(number, world);
            Rng rng(seed * 31 + number);
            for (const Applied& one : world.log) {
                const std::string expected = straight.apply(one);
                const std::string got = broken.apply(one);
                if (expected != got) {
                    CAPTURE(one.position);
                    REQUIRE(got == expected);
                }
                if (rng.chance(0.05)) broken.store_now();
                if (rng.chance(0.07)) {
                    broken.store_now();
                    broken.restart();
                    REQUIRE(broken.partition->state_hash() == straight.partition->state_hash());
                    REQUIRE(broken.partition->next_due() >= straight.partition->next_due());
                }
            }
            CHECK(broken.partition->state_hash() == straight.partition->state_hash());
            CHECK(straight.partition->state_hash() == world.partitions[number].state_hash());
            const Counts a = broken.partition->counts();
            const Counts b = straight.partition->counts();
            CHECK(a.people == b.people);
            CHECK(a.events == b.events);
            REQUIRE(a.journeys.size() == b.journeys.size());
            for (std::size_t i = 0; i < a.journeys.size(); ++i) {
                CHECK(a.journeys[i].waiting == b.journeys[i].waiting);
                CHECK(a.journeys[i].ended_by == b.journeys[i].ended_by);
            }
        }
    }
}

TEST_CASE("a crash loses what was not stored, and replay brings it back", "[core]") {
    for (std::uint64_t seed = 100; seed <= 106; ++seed) {
        CAPTURE(seed);
        const World world = lived(seed, 100);
        Rng rng(seed);
        for (std::size_t number = 0; number < world.partitions.size(); ++number) {
            const std::size_t stored_at = rng.below(world.log.size());
            const std::size_t crashed_at = stored_at + rng.below(world.log.size() - stored_at);
            Again again(number, world);
            CatalogPtr stored_catalog;
            for (std::size_t i = 0; i < crashed_at; ++i) {
                if (i == stored_at) {
                    again.store_now();
                    stored_catalog = again.catalog;
                }
                again.apply(world.log[i]);
            }
            if (stored_catalog == nullptr) continue;
            again.catalog = stored_catalog;
            again.restart();
            for (std::size_t i = stored_at; i < world.log.size(); ++i)
                again.apply(world.log[i]);
            CHECK(again.partition->state_hash() == world.partitions[number].state_hash());
        }
    }
}

TEST_CASE("after a restart everything unfinished is known again", "[core]") {
    World world;
    world.publish(rich(1));
    world.identify("ada", {{"email", "a@example.com"}, {"time_zone", "UTC"}});
    world.claiming = false;
    world.track("ada", "bought", {{"order_id", "1"}});
    world.claiming = true;
    world.answering = false;
    world.identify("bob", {{"email", "b@example.com"}, {"time_zone", "UTC"}});
    world.track("bob", "bought", {{"order_id", "1"}});
    world.claim_waiting();
    model::PartitionCheckpoint stored;
    store(world.checkpoint(0), stored);
    Partition again(model::PartitionId{0}, world.options, world.catalog);
    REQUIRE(again.restore(stored));
    const auto unfinished = again.unfinished();
    CHECK(unfinished.ready.size() + unfinished.claimed.size() == 2);
    REQUIRE_FALSE(unfinished.claimed.empty());
    CHECK(unfinished.claimed[0].channel == "email");
}

TEST_CASE("stored bytes that are cut, changed or nonsense are refused and harm nobody", "[core]") {
    const World world = lived(7, 120);
    Rng rng(5);
    for (std::size_t number = 0; number < world.partitions.size(); ++number) {
        Again again(number, world);
        for (const Applied& one : world.log)
            again.apply(one);
        again.store_now();
        const model::PartitionCheckpoint good = again.stored;
        for (int i = 0; i < 400 && !good.profiles.empty(); ++i) {
            again.stored = good;
            model::ProfileRow& row = again.stored.profiles[rng.below(good.profiles.size())];
            Bytes& bytes = rng.chance(0.2) ? again.stored.meta : row.state;
            if (rng.chance(0.3)) {
                bytes.resize(rng.below(bytes.size()) + (rng.chance(0.5) ? 0 : 1));
            } else {
                for (int k = 0; k < 3; ++k)
                    bytes[rng.below(bytes.size())] = static_cast<char>(rng.below(256));
            }
            again.make(again.catalog);
            const auto restored = again.partition->restore(again.stored);
            if (!restored) CHECK_FALSE(restored.error().detail.empty());
        }
    }
    const Bytes catalog = encode_catalog(world.catalog);
    for (int i = 0; i < 50; ++i)
        CHECK_FALSE(
            decode_catalog(std::string_view(catalog).substr(0, 1 + rng.below(catalog.size() - 1))));
}

TEST_CASE("what was stored before there were parts is still read", "[core]") {
    Builder b;
    ir::Journey j = b.journey("j", "viewed");
    b.send(j, "hello");
    b.wait(j, days(1));
    b.end(j);
    b.keep(std::move(j));
    World world;
    world.publish(b);
    world.identify("ada", {{"email", "a@example.com"}});
    world.track("ada", "viewed");
    model::PartitionCheckpoint stored;
    store(world.checkpoint(0), stored);
    REQUIRE(stored.meta.front() == 3);
    REQUIRE(stored.meta.back() == 0);  // no parts
    stored.meta.front() = 2;
    stored.meta.pop_back();
    Partition again(model::PartitionId{0}, world.options, world.catalog);
    REQUIRE(again.restore(stored));
    CHECK(again.state_hash() == world.partitions[0].state_hash());
}

// Written by the version before people got their fourth form, with what it then told of them.
TEST_CASE("people stored in their third form are read, told and stored in the newest", "[core]") {
    std::ifstream file(JOURNEY_SOURCE_DIR "/tests/engine/core/stored/people_v3.txt");
    REQUIRE(file);
    const auto bytes_of = [](std::string_view text) {
        const auto bytes = from_base64(text);
        REQUIRE(bytes);
        return *bytes;
    };
    CatalogPtr catalog;
    model::PartitionCheckpoint stored;
    stored.applied = 1;
    std::vector<std::string> told;
    for (std::string line; std::getline(file, line);) {
        const std::string kind = line.substr(0, line.find(' '));
        const std::string rest = line.substr(kind.size() + 1);
        if (kind == "catalog") {
            auto decoded = decode_catalog(bytes_of(rest));
            REQUIRE(decoded);
            catalog = decoded.value();
        } else if (kind == "meta") {
            stored.meta = bytes_of(rest);
        } else if (kind == "person") {
            const std::string name = rest.substr(0, rest.find(' '));
            model::ProfileRow& row = stored.profiles.emplace_back();
            row.id = model::person_id_of(name);
            row.external_id = name;
            row.state = bytes_of(rest.substr(name.size() + 1));
            REQUIRE(row.state.front() == 3);
        } else {
            told.push_back(rest);
        }
    }
    REQUIRE(stored.profiles.size() >= 4);
    PartitionOptions options;
    options.partitions = 3;
    Partition read(model::PartitionId{0}, options, catalog);
    REQUIRE(read.restore(stored));
    std::vector<std::string> tells;
    for (const model::ProfileRow& row : stored.profiles) {
        for (const TimelineItem& item : read.timeline(row.id))
            tells.push_back(fmt::format("{} {}: {}", micros_of(item.at), item.kind, item.text));
    }
    CHECK(tells == told);

    // Everybody's wait ends, so that everybody is stored anew.
    model::Command tick;
    tick.at = parse_instant("2027-01-01T00:00:00Z").value();
    tick.body = model::Tick{};
    Effects effects;
    read.apply(tick, 1'000'000, effects);
    store(read.take_checkpoint(), stored);
    Partition again(model::PartitionId{0}, options, catalog);
    REQUIRE(again.restore(stored));
    CHECK(again.state_hash() == read.state_hash());
    CHECK(std::any_of(stored.profiles.begin(), stored.profiles.end(),
                      [](const model::ProfileRow& row) { return row.state.front() == 5; }));
}

namespace {

/// What is compared: order says nothing, pieces are written as people happen to change.
std::string in_order(model::PartitionCheckpoint rows) {
    const auto sorted = [](auto& all, auto key) {
        std::sort(all.begin(), all.end(),
                  [&](const auto& a, const auto& b) { return key(a) < key(b); });
    };
    sorted(rows.profiles, [](const model::ProfileRow& row) { return row.id; });
    sorted(rows.entries, [](const model::EntryRow& row) { return row.id; });
    sorted(rows.messages, [](const model::MessageRow& row) { return row.key; });
    std::string out = std::to_string(rows.applied) + " " + rows.meta;
    for (const model::ProfileRow& row : rows.profiles)
        out += "\n" + row.external_id + " " + row.json + " " + row.state;
    for (const model::EntryRow& row : rows.entries)
        out += "\nentry " + row.journey + " " + row.status + " " + row.step + " " + row.reason;
    for (const model::MessageRow& row : rows.messages)
        out += "\nmessage " + model::format_key(row.key) + " " + std::string(name_of(row.status));
    for (const model::QuarantineRow& row : rows.quarantine)
        out += "\nquarantined " + std::to_string(row.position);
    return out;
}

}  // namespace

TEST_CASE("a checkpoint written in pieces says what was true where it began", "[core]") {
    std::size_t lived_through = 0;
    for (std::uint64_t seed = 41; seed <= 46; ++seed) {
        CAPTURE(seed);
        const World world = lived(seed, 150);
        for (std::size_t number = 0; number < world.partitions.size(); ++number) {
            CAPTURE(number);
            Again whole(number, world);
            Again pieces(number, world);
            pieces.options.people_bytes = seed % 2 == 0 ? 0 : 6000;
            pieces.make(empty_catalog());
            Rng rng(seed * 17 + number);
            std::optional<model::PartitionCheckpoint> expected;
            for (const Applied& one : world.log) {
                whole.apply(one);
                pieces.apply(one);
                if (!expected && rng.chance(0.1)) expected = whole.partition->take_checkpoint();
                if (!expected) continue;
                auto written = pieces.partition->take_checkpoint(1 + rng.below(3));
                if (!written) {
                    ++lived_through;
                    continue;
                }
                REQUIRE(in_order(*written) == in_order(*expected));
                expected.reset();
                pieces.write(*written, true);
                if (rng.chance(0.2)) {
                    const std::uint64_t hash = pieces.partition->state_hash();
                    const model::LogPosition from = written->applied;
                    pieces.restart();
                    for (const Applied& again : world.log) {
                        if (again.position > from && again.position <= one.position)
                            pieces.apply(again);
                    }
                    REQUIRE(pieces.partition->state_hash() == hash);
                }
            }
            CHECK(pieces.partition->state_hash() == whole.partition->state_hash());
        }
    }
    CHECK(lived_through > 100);  // commands between two pieces
}

TEST_CASE("who is open, who rests and who is stored changes no answer", "[core]") {
    for (std::uint64_t seed = 21; seed <= 26; ++seed) {
        CAPTURE(seed);
        const World world = lived(seed, 120);
        for (std::size_t number = 0; number < world.partitions.size(); ++number) {
            std::vector<Again> lives;
            // Everybody is stored, some are, and nobody; the last two without and with a store.
            for (const std::size_t bytes : {std::size_t{0}, std::size_t{6000}, ~std::size_t{0}}) {
                lives.emplace_back(number, world).options.people_bytes = bytes;
                lives.back().make(empty_catalog());
            }
            lives.emplace_back(number, world).options.people_bytes = 0;
            lives.back().options.fetch = nullptr;
            lives.back().make(empty_catalog());
            Rng rng(seed);
            for (const Applied& one : world.log) {
                const std::string expected = lives[0].apply(one);
                for (std::size_t i = 1; i < lives.size(); ++i)
                    REQUIRE(lives[i].apply(one) == expected);
                if (!rng.chance(0.1)) continue;
                const model::PartitionCheckpoint rows = lives[0].partition->take_checkpoint();
                lives[0].write(rows, true);
                for (std::size_t i = 1; i < lives.size(); ++i) {
                    const model::PartitionCheckpoint others = lives[i].partition->take_checkpoint();
                    CHECK(others.meta == rows.meta);
                    REQUIRE(others.profiles.size() == rows.profiles.size());
                    for (std::size_t k = 0; k < rows.profiles.size(); ++k) {
                        CHECK(others.profiles[k].state == rows.profiles[k].state);
                        CHECK(others.profiles[k].next_due == rows.profiles[k].next_due);
                    }
                    REQUIRE(others.messages.size() == rows.messages.size());
                    REQUIRE(others.entries.size() == rows.entries.size());
                    lives[i].write(others, true);
                    CHECK(lives[i].partition->next_due() == lives[0].partition->next_due());
                    CHECK(lives[i].partition->state_hash() == lives[0].partition->state_hash());
                }
            }
            CHECK(lives[0].partition->people_memory().fetched > 0);
            CHECK(lives[3].partition->people_memory().fetched == 0);
            CHECK(lives[3].partition->people_memory().stored == 0);
            for (Again& life : lives) {
                CHECK(life.partition->state_hash() == world.partitions[number].state_hash());
                CHECK(life.partition->unknown_messages().size() ==
                      world.partitions[number].unknown_messages().size());
                CHECK(life.partition->unfinished().ready.size() ==
                      world.partitions[number].unfinished().ready.size());
            }
        }
    }
}

// A store that says no for a while, a stop before or after the rows are there and before anybody is
// told: whoever is not in memory is as the store has them, always.
TEST_CASE("nobody is forgotten before the store has what they are", "[core]") {
    std::uint64_t stored = 0;
    for (std::uint64_t seed = 41; seed <= 52; ++seed) {
        CAPTURE(seed);
        const World world = lived(seed, 120);
        for (std::size_t number = 0; number < world.partitions.size(); ++number) {
            CAPTURE(number);
            Again straight(number, world);
            Again broken(number, world);
            broken.options.people_bytes = seed % 3 == 0 ? 4000 : 0;
            broken.make(empty_catalog());
            std::deque<model::PartitionCheckpoint> refused;  // taken, and in no store yet
            Rng rng(seed * 17 + number);
            std::size_t stored_at = 0;  // the log up to here is in the store
            CatalogPtr stored_catalog = empty_catalog();
            struct Taken {
                std::size_t at = 0;
                CatalogPtr catalog;
            };
            std::deque<Taken> taken;
            for (std::size_t i = 0; i < world.log.size(); ++i) {
                const std::string expected = straight.apply(world.log[i]);
                REQUIRE(broken.apply(world.log[i]) == expected);
                if (rng.chance(0.15)) {
                    refused.push_back(broken.partition->take_checkpoint());
                    taken.push_back({i + 1, broken.catalog});
                }
                const bool stops = rng.chance(0.05);
                while (!refused.empty() && rng.chance(stops ? 0.5 : 0.3)) {
                    broken.write(refused.front(), !stops);
                    stored_at = taken.front().at;
                    stored_catalog = taken.front().catalog;
                    refused.pop_front();
                    taken.pop_front();
                }
                if (!stops) continue;
                refused.clear();
                taken.clear();
                broken.catalog = stored_catalog;
                broken.restart();
                for (std::size_t k = stored_at; k <= i; ++k)
                    broken.apply(world.log[k]);
                REQUIRE(broken.partition->state_hash() == straight.partition->state_hash());
            }
            CHECK(broken.partition->state_hash() == straight.partition->state_hash());
            stored += broken.partition->people_memory().stored;
        }
    }
    CHECK(stored > 20);
}

TEST_CASE("a store that does not give somebody back ends everything", "[core]") {
    Builder b;
    World world;
    world.publish(b);
    world.identify("ada", {{"email", "a@example.com"}});
    Again again(0, world);
    for (const Applied& one : world.log)
        again.apply(one);
    again.store_now();
    REQUIRE(again.partition->people_memory().stored == 1);
    const Bytes kept = (*again.people)[model::person_id_of("user:ada")];
    Effects effects;
    SECTION("it fails") {
        (*again.people)[model::person_id_of("user:ada")] = "nonsense";
    }
    SECTION("it gives another") {
        Bytes other = kept;
        other[3] = static_cast<char>(other[3] ^ 1);
        (*again.people)[model::person_id_of("user:ada")] = other;
    }
    CHECK_THROWS_AS(again.partition->apply(world.command("ada", model::Identify{}),
                                           world.position + 1, effects),
                    StoreFailed);
    CHECK_THROWS_AS(again.partition->timeline(model::person_id_of("user:ada")), StoreFailed);
}

TEST_CASE("people take no more memory than they may, once they are saved", "[core]") {
    World world;
    world.publish(Builder());
    Again again(0, world);
    constexpr std::size_t kMost = 250'000;
    again.options.people_bytes = kMost;
    again.make(empty_catalog());
    for (const Applied& one : world.log)
        again.apply(one);
    model::LogPosition position = world.position;
    Rng rng(1);
    Effects effects;
    for (int round = 0; round < 20; ++round) {
        for (int i = 0; i < 2000; ++i) {
            const auto name = fmt::format("p{}", rng.below(4000));
            again.partition->apply(
                world.command(name, model::Track{"viewed", {{"sku", fmt::format("{}", i)}}}),
                ++position, effects);
            effects.clear();
        }
        if (round > 3) CHECK(again.partition->wants_checkpoint());
        const model::PartitionCheckpoint rows = again.partition->take_checkpoint();
        const std::size_t before = again.partition->people_memory().bytes;
        again.write(rows, false);
        CHECK(again.partition->people_memory().bytes == before);
        again.partition->checkpoint_saved(rows.applied);
        const PeopleMemory memory = again.partition->people_memory();
        CHECK(memory.bytes <= kMost);
        CHECK(memory.unsaved_bytes == 0);
        CHECK(memory.held_bytes <= memory.bytes * 5 / 4 + (512u << 10));
        CHECK_FALSE(again.partition->wants_checkpoint());
    }
    CHECK(again.partition->people_memory().fetched > 1000);
    CHECK(again.partition->people_memory().stored > 1000);
}
