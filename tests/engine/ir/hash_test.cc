#include "tests/engine/ir/sample.h"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace journey;
using namespace journey::ir;

namespace {

Index a_zone(Program& program) {
    return sample::add_constant(program, Value(std::string("Europe/Berlin")));
}

Sha256 hash_of(const Program& program) {
    REQUIRE(verify(program));
    return journey_hash(program, program.journeys[0]);
}

using Change = void (*)(Program&);

struct Row {
    const char* label;
    Change change;
};

// States, and with them every target, in the opposite order.
void reverse_states(Program& it) {
    Journey& journey = it.journeys[0];
    const auto last = static_cast<Index>(journey.states.size() - 1);
    const auto turn = [last](Index& at) {
        if (at != kNone) at = last - at;
    };
    for (State& state : journey.states) {
        std::visit(
            Match{[&](Test& act) {
                      turn(act.if_true);
                      turn(act.if_false);
                  },
                  [&](Pick& act) {
                      turn(act.holdout_target);
                      for (Arm& arm : act.arms)
                          turn(arm.target);
                  },
                  [&](Await& act) {
                      turn(act.timeout);
                      for (WaitArm& arm : act.arms)
                          turn(arm.target);
                  },
                  [&](End&) {}, [&](Settle&) {}, [&](Call&) {}, [&](auto& act) { turn(act.next); }},
            state.act);
    }
    turn(journey.start);
    std::reverse(journey.states.begin(), journey.states.end());
}

}  // namespace

TEST_CASE("what does not change the meaning does not change the hash", "[ir]") {
    const auto row = GENERATE(values<Row>({
        {"titles and owners",
         [](Program& it) {
             it.journeys[0].title = "Willkommen";
             it.journeys[0].about = "long";
             it.journeys[0].owner = "somebody";
             it.consents[0].title = "Newsletter";
             it.segments[0].title = "The best";
         }},
        {"places",
         [](Program& it) {
             it.journeys[0].file = "other.journey";
             it.journeys[0].line = 99;
             for (State& state : it.journeys[0].states) {
                 state.line += 7;
                 state.step += "x";
                 state.text.clear();
             }
         }},
        {"the version, which the hash is there to judge",
         [](Program& it) { it.journeys[0].version = 7; }},
        {"a declaration before the ones in use",
         [](Program& it) {
             it.constants.insert(it.constants.begin(), Value("unused"));
             for (Expr& expr : it.exprs)
                 if (expr.op == Op::constant) ++expr.a;
         }},
        {"another profile field, first",
         [](Program& it) {
             it.profile.insert(it.profile.begin(), Field{"zip", {}, false, false, std::nullopt});
             for (Expr& expr : it.exprs)
                 if (expr.op == Op::user_field) ++expr.a;
             for (Index& field : it.templates[0].profile_fields)
                 ++field;
             it.channels[0].address_field = 1;
             sample::act<SetField>(it, sample::set_field).field = 2;
         }},
        {"an expression that nothing uses", [](Program& it) { sample::add_constant(it, 42); }},
        {"the order of the states", reverse_states},
        {"a threshold pushed down", [](Program& it) { it.aggregates[0].stop_at = 3; }},
        {"a provider's rate", [](Program& it) { it.channels[0].rate_per_second = 9; }},
        {"another journey beside it",
         [](Program& it) {
             Journey other = it.journeys[0];
             other.name = "other";
             it.journeys.push_back(other);
         }},
    }));
    CAPTURE(row.label);
    Program changed = sample::program();
    row.change(changed);
    CHECK(hash_of(changed) == hash_of(sample::program()));
}

TEST_CASE("what changes the meaning changes the hash", "[ir]") {
    const auto row = GENERATE(values<Row>({
        {"the name", [](Program& it) { it.journeys[0].name = "hello"; }},
        {"a constant", [](Program& it) { it.constants[0] = Money{9'999, {{'C', 'N', 'Y'}}}; }},
        {"an operation",
         [](Program& it) {
             for (Expr& expr : it.exprs)
                 if (expr.op == Op::logical_and) expr.op = Op::logical_or;
         }},
        {"a wait", [](Program& it) {
             sample::act<Await>(it, sample::wait_for).timer = WaitFor{{0, 4, 0}};
         }},
        {"a weekday", [](Program& it) {
             std::get<WaitUntil>(sample::act<Await>(it, sample::wait_until).timer).weekday = 3;
         }},
        {"a template's text", [](Program& it) { it.templates[0].body += "!"; }},
        {"a target", [](Program& it) { sample::act<Test>(it, sample::test).if_false = sample::tag; }},
        {"a weight", [](Program& it) {
             auto& pick = sample::act<Pick>(it, sample::pick);
             pick.arms[0].weight = 0.25;
             pick.arms[1].weight = 0.75;
         }},
        {"the holdout", [](Program& it) { sample::act<Pick>(it, sample::pick).holdout = 0.2; }},
        {"the segment's rule",
         [](Program& it) { it.exprs[it.segments[0].expr].op = Op::greater_equal; }},
        {"the segment's window", [](Program& it) { it.aggregates[0].window.within = {6, 0, 0}; }},
        {"the field summed up",
         [](Program& it) { it.events[0].fields[1].name = "gross_total"; }},
        {"a field's default", [](Program& it) { it.profile[1].fallback = Value("pro"); }},
        {"the trigger", [](Program& it) {
             std::get<OnEvent>(it.journeys[0].triggers[0]).pattern.event = 1;
         }},
        {"re-entry", [](Program& it) { it.journeys[0].reentry_after.days = 31; }},
        {"overlap", [](Program& it) { it.journeys[0].overlap = Overlap::restart; }},
        {"the goal's time", [](Program& it) { it.journeys[0].goals[0].within->days = 15; }},
        {"the exit", [](Program& it) { it.journeys[0].exits.clear(); }},
        {"the frequency policy", [](Program& it) { it.frequencies[0].limits[0].count = 2; }},
        {"quiet hours", [](Program& it) { it.quiets[0].to_seconds = 36'000; }},
        {"no quiet hours", [](Program& it) { it.journeys[0].quiet = kNone; }},
        {"consent's basis", [](Program& it) { it.consents[0].basis = Basis::opt_out; }},
        {"the lifetime", [](Program& it) { it.journeys[0].lifetime.reset(); }},
        {"the priority", [](Program& it) { it.journeys[0].priority = 3; }},
        {"a zone out of data", [](Program& it) { it.journeys[0].zone_from = a_zone(it); }},
        {"a length out of data",
         [](Program& it) {
             std::get<WaitFor>(sample::act<Await>(it, sample::wait_for).timer).length =
                 sample::add_constant(it, Value(CalendarDuration{0, 1, 0}));
         }},
        {"a wait's zone out of data",
         [](Program& it) {
             std::get<WaitUntil>(sample::act<Await>(it, sample::wait_until).timer).zone_from =
                 a_zone(it);
         }},
        {"a validity's zone out of data",
         [](Program& it) {
             sample::act<Send>(it, sample::send_hello).validity.zone_from = a_zone(it);
         }},
        {"the workspace's zone", [](Program& it) { it.workspace.zone = "UTC"; }},
        {"a tag", [](Program& it) { sample::act<Tag>(it, sample::tag).names[0] = "seen"; }},
        {"the end's word", [](Program& it) { sample::act<End>(it, sample::end).reason = "bored"; }},
        {"an argument's name",
         [](Program& it) { sample::act<Send>(it, sample::send_hello).args[0].name = "first"; }},
        {"validity", [](Program& it) {
             sample::act<Send>(it, sample::send_hello).validity.kind = Validity::Kind::none;
         }},
        {"the channel's sender", [](Program& it) { it.channels[0].from = "a@example.com"; }},
    }));
    CAPTURE(row.label);
    Program changed = sample::program();
    row.change(changed);
    CHECK(hash_of(changed) != hash_of(sample::program()));
}
