#include "dsl/dsl.h"

#include <catch2/catch.hpp>

using namespace journey;

namespace {

const char* const kSchema = R"(
profile user {
  email string
  phone string
  tier  one of "free", "pro" default "free"
}
event visited {
  page string
  sku  string required
}
event bought {
  sku   string required
  total money CNY required
}
channel email {
  address user.email
}
template hi email transactional {
  subject "Hi {{ name }} {{ user.tier }}"
  body "Hi"
  needs name string default "you"
}
)";

dsl::Compilation compile_with(const std::string& text) {
    return dsl::compile({{"schema.journey", kSchema}, {"x.journey", text}});
}

ir::Program program_of(const std::string& text) {
    const dsl::Compilation made = compile_with(text);
    INFO(dsl::render(made));
    REQUIRE(made.program);
    return *made.program;
}

std::string steps_of(const std::string& steps, const std::string& head = "") {
    return "journey j transactional {\n  enter when visited\n  reenter never\n" + head +
           "  do {\n" + steps + "\n  }\n}\n";
}

const ir::Aggregate& only_aggregate(const ir::Program& program) {
    REQUIRE(program.aggregates.size() == 1);
    return program.aggregates[0];
}

}  // namespace

TEST_CASE("a small journey becomes states in the author's order", "[lower]") {
    const ir::Program program = program_of(steps_of(
        "hello: send email hi\nwait 2 days\nif did(bought since entry) { stop as done }\nwait 1h"));
    const ir::Journey& made = program.journeys.at(0);
    std::vector<std::string> steps;
    for (const ir::State& state : made.states)
        steps.push_back(state.step);
    CHECK(steps == std::vector<std::string>{"hello", "wait_1", "if_1", "stop_1", "wait_2", "end"});
    CHECK(made.start == 0);
    CHECK(std::get<ir::Send>(made.states[0].act).next == 1);
    CHECK(std::get<ir::Await>(made.states[1].act).timeout == 2);
    const auto& test = std::get<ir::Test>(made.states[2].act);
    CHECK(test.if_true == 3);
    CHECK(test.if_false == 4);
    CHECK(std::get<ir::End>(made.states[3].act).reason == "done");
    CHECK(std::get<ir::End>(made.states[5].act).reason == "finished");
    CHECK(made.states[0].text == "send email hi");
    CHECK(made.states[1].line == 6);
    CHECK(ir::verify(program).has_value());
}

TEST_CASE("built-in events come first, with the engine's fields", "[lower]") {
    const ir::Program program = program_of("");
    for (std::size_t i = 0; i < std::size(ir::kBuiltinEvents); ++i) {
        CHECK(program.events[i].name == ir::kBuiltinEvents[i]);
        CHECK(program.events[i].builtin);
        const std::size_t more = program.events[i].name == "replied" ? 1 : 0;  // its text
        REQUIRE(program.events[i].fields.size() == std::size(ir::kBuiltinEventFields) + more);
    }
    CHECK(program.events[std::size(ir::kBuiltinEvents)].name == "visited");
}

TEST_CASE("thresholds are pushed into counts", "[lower]") {
    const auto [condition, stop_at] = GENERATE(table<std::string, std::uint32_t>({
        {"count(bought within 30d) >= 3", 3},
        {"count(bought within 30d) > 3", 4},
        {"count(bought within 30d) < 3", 3},
        {"count(bought within 30d) <= 3", 4},
        {"count(bought within 30d) is 0", 1},
        {"count(bought within 30d) is not 2", 3},
        {"3 <= count(bought within 30d)", 3},
        {"count(distinct bought.sku within 30d) >= 2", 2},
        {"count(bought within 30d) * 2 >= 3", 0},
        {"did(bought within 30d)", 1},
        {"sum(bought.total within 30d) >= CNY 3", 0},
    }));
    CAPTURE(condition);
    const ir::Program program = program_of("segment s = " + condition + "\n");
    CHECK(only_aggregate(program).stop_at == stop_at);
}

TEST_CASE("equal questions are asked once", "[lower]") {
    const ir::Program program = program_of(
        "segment a = did(bought where sku is \"x\" within 30d)\n"
        "segment b = did(bought where sku is \"x\" within 30d) and user.email is present\n" +
        steps_of("if did(bought where sku is \"x\" within 30d) { stop }"));
    CHECK(program.aggregates.size() == 1);
}

TEST_CASE("constants are folded before anybody runs them", "[lower]") {
    const ir::Program program = program_of(steps_of(
        "wait 1 day + 2h\nlet n = (2 + 3) * 4\nif not (not (user.email is present)) { stop }"));
    const auto& wait = std::get<ir::Await>(program.journeys[0].states[0].act);
    CHECK(std::get<ir::WaitFor>(wait.timer).duration == CalendarDuration{0, 1, 7200});
    const auto& let = std::get<ir::SetLocal>(program.journeys[0].states[1].act);
    REQUIRE(program.exprs[let.value].op == ir::Op::constant);
    CHECK(program.constants[program.exprs[let.value].a] == Value(20));
    const auto& test = std::get<ir::Test>(program.journeys[0].states[2].act);
    CHECK(program.exprs[test.condition].op == ir::Op::is_present);
}

TEST_CASE("of LABEL asks for the message and this entry", "[lower]") {
    const ir::Program program =
        program_of(steps_of("mail: send email hi\nwait at most 1 day {\n on clicked of mail { stop "
                            "as warm }\n timeout\n}"));
    const auto& wait = std::get<ir::Await>(program.journeys[0].states[1].act);
    REQUIRE(wait.arms.size() == 1);
    CHECK(program.events[wait.arms[0].pattern.event].name == "clicked");
    const ir::Expr& both = program.exprs[wait.arms[0].pattern.filter];
    REQUIRE(both.op == ir::Op::logical_and);
    const ir::Expr& entry = program.exprs[program.operands[both.first + 1]];
    CHECK(program.exprs[program.operands[entry.first + 1]].op == ir::Op::entry_id);
}

TEST_CASE("only the trigger's properties that are read are kept", "[lower]") {
    const ir::Program program =
        program_of(steps_of("send email hi with { name: trigger.sku }",
                            "  goal g when bought where sku is trigger.sku\n"));
    CHECK(program.journeys[0].trigger_fields == std::vector<std::string>{"sku"});
    CHECK(program.templates[0].profile_fields == std::vector<ir::Index>{2});
}

TEST_CASE("the holdout leaves, the arms share the rest", "[lower]") {
    const ir::Program program = program_of(
        steps_of("split s {\n 20% holdout\n 20% a { wait 1h }\n 60% b { wait 2h }\n}\nwait 3h",
                 "  goal g when bought\n"));
    const auto& pick = std::get<ir::Pick>(program.journeys[0].states[0].act);
    CHECK(pick.holdout == Approx(0.2));
    CHECK(pick.arms[0].weight == Approx(0.25));
    CHECK(pick.arms[1].weight == Approx(0.75));
    CHECK(std::get<ir::End>(program.journeys[0].states[pick.holdout_target].act).reason ==
          "holdout");
}

TEST_CASE("the same files give the same bytes, and formatting is not meaning", "[lower]") {
    const std::string text = steps_of("send email hi\nwait 2 days");
    const ir::Program one = program_of(text);
    CHECK(ir::encode(one) == ir::encode(program_of(text)));
    const ir::Program spaced =
        program_of("\n# a comment\n\n" + steps_of("\n\n  send email hi\n\n\n  wait 2 days # x"));
    CHECK(one.journeys[0].hash == spaced.journeys[0].hash);
    const ir::Program other = program_of(steps_of("send email hi\nwait 3 days"));
    CHECK(one.journeys[0].hash != other.journeys[0].hash);
    const auto decoded = ir::decode(ir::encode(one));
    REQUIRE(decoded.has_value());
}

TEST_CASE("segments that double at each step are too expensive, and soon found so", "[lower]") {
    for (const char* both : {"user in s@ and user in s@",
                             "count(bought where user in s@ and user in s@ within 30d) >= 1"}) {
        CAPTURE(both);
        std::string text = "segment s0 = user.email is present\n";
        for (int i = 1; i <= 60; ++i) {
            std::string is = both;
            for (std::size_t at = is.find('@'); at != std::string::npos; at = is.find('@'))
                is.replace(at, 1, std::to_string(i - 1));
            text += "segment s" + std::to_string(i) + " = " + is + "\n";
        }
        text += steps_of("send email hi", "  only if user in s60\n");
        const dsl::Compilation made = compile_with(text);
        CHECK_FALSE(made.program);
        bool told = false;
        for (const dsl::Diagnostic& diagnostic : made.diagnostics)
            told = told || diagnostic.code == "J0903";
        CHECK(told);
    }
}

TEST_CASE("what the verifier limits is told to the author", "[lower]") {
    std::string text = "segment s0 = user.email is present\n";
    for (int i = 1; i < 80; ++i) {
        text += "segment s" + std::to_string(i) + " = not user in s" + std::to_string(i - 1) + "\n";
    }
    const dsl::Compilation made = compile_with(text);
    CHECK_FALSE(made.program);
    REQUIRE_FALSE(made.diagnostics.empty());
    bool told = false;
    for (const dsl::Diagnostic& diagnostic : made.diagnostics)
        told = told || diagnostic.code == "J0903";
    CHECK(told);
}
