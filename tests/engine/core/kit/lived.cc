#include "tests/engine/core/kit/lived.h"

namespace journey::core::kit {

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

}  // namespace

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
    b.program.workspace.blast_limit = 20;
    b.program.workspace.blast_seconds = 86400;
    b.program.workspace.canary_count = shifted ? 0 : 4;
    b.program.workspace.canary_seconds = 3600;
    b.program.workspace.canary_stop = 0.3;

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

namespace {

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
    switch (rng.below(17)) {
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
        case 16:
            if (rng.chance(0.3)) world.erase(who);
            break;
        case 13:
            if (rng.chance(0.1)) {
                const std::uint32_t live = live_program(world.catalog)->journeys[0].version;
                world.publish(rich(live + static_cast<std::uint32_t>(rng.below(2))));
            }
            break;
    }
    if (rng.chance(0.5)) world.tell();
    if (rng.chance(0.05)) world.approve(one_of({"a", "c", "f"}), one_of({"hello", "receipt"}));
    world.advance(std::chrono::minutes(rng.below(300)));
}

}  // namespace

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

void check_that_stops_change_nothing(const World& world, int people_a_tick) {
    for (std::size_t number = 0; number < world.partitions.size(); ++number) {
        Again straight(number, world);
        Again broken(number, world);
        for (Again* life : {&straight, &broken}) {
            if (people_a_tick == 0) break;
            life->options.people_a_tick = people_a_tick;
            life->make(empty_catalog());
        }
        int at = 0;
        for (const Applied& one : world.log) {
            REQUIRE(broken.apply(one) == straight.apply(one));
            if (++at % 7 != 0) continue;
            broken.store_now();
            broken.restart();
            REQUIRE(broken.partition->state_hash() == straight.partition->state_hash());
            // A rail's window passes unheard in other lives, and who was restarted knows.
            if (people_a_tick > 0) continue;
            REQUIRE(broken.partition->next_decision() == straight.partition->next_decision());
        }
        if (people_a_tick > 0) continue;
        CHECK(straight.partition->state_hash() == world.partitions[number].state_hash());
    }
}

}  // namespace journey::core::kit
