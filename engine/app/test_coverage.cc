#include "engine/app/test_coverage.h"

#include <algorithm>

namespace journey::app {
namespace {

using ir::Index;
using ir::kNone;
using ir::Way;

/// States the compiler adds: the end after the last step, and the end of those held out.
bool is_added(const ir::State& state) {
    if (!std::holds_alternative<ir::End>(state.act)) return false;
    return state.step == "end" || state.step.ends_with(".holdout");
}

/// Ways somebody can take, as numbers: no holdout without a share, no arm without weight, not both
/// ways of a condition that lead to the same place.
std::vector<Index> open_ways(const ir::State& state, const std::vector<Way>& ways) {
    std::vector<Index> open;
    const auto* pick = std::get_if<ir::Pick>(&state.act);
    const auto* test = std::get_if<ir::Test>(&state.act);
    for (std::size_t i = 0; i < ways.size(); ++i) {
        const Way& way = ways[i];
        if (way.target == kNone) continue;
        if (way.kind == Way::Kind::arm && pick->arms[way.arm].weight <= 0) continue;
        // Only who was refused everywhere goes past.
        if (way.kind == Way::Kind::next && std::holds_alternative<ir::OneOf>(state.act)) continue;
        if (way.kind == Way::Kind::no && test->if_true == test->if_false) continue;
        open.push_back(static_cast<Index>(i));
    }
    return open;
}

struct Says {
    std::string fact;
    std::string help;
};

Says wait_arm_says(const ir::Program& program, const ir::State& state, Index number,
                   const translate::Speech& say) {
    const ir::WaitArm& arm = std::get<ir::Await>(state.act).arms[number];
    if (arm.pattern.event == kNone) {
        return {say("In no test does the condition come true while the person waits at `{}`.",
                    state.step),
                say("add a test in which the profile or an event makes it true during the wait")};
    }
    const std::string& event = program.events[arm.pattern.event].name;
    return {say("In no test does `{}` come while the person waits at `{}`.", event, state.step),
            say("add a test with a line `at … {}` during the wait", event)};
}

Says says_of(const ir::Program& program, const ir::State& state, const Way& way,
             const translate::Speech& say) {
    switch (way.kind) {
        case Way::Kind::yes:
            return {say("In no test is the condition of `{}` true.", state.step),
                    say("add a test whose person or events make it true")};
        case Way::Kind::no:
            return {say("In no test is the condition of `{}` false.", state.step),
                    say("add a test whose person or events make it false")};
        case Way::Kind::arm: {
            const auto& pick = std::get<ir::Pick>(state.act);
            const std::string& arm = pick.arms[way.arm].name;
            return {say("No test puts its person in the arm `{}` of `{}`.", arm, pick.experiment),
                    say("add a test with `given experiment {} picks {}`", pick.experiment, arm)};
        }
        case Way::Kind::holdout: {
            const auto& pick = std::get<ir::Pick>(state.act);
            return {
                say("No test puts its person in the holdout of `{}`.", pick.experiment),
                say("add a test with `given experiment {} puts user in holdout`", pick.experiment)};
        }
        case Way::Kind::wait_arm:
            return wait_arm_says(program, state, way.arm, say);
        case Way::Kind::timeout:
            return {say("No test waits at `{}` until the time is over.", state.step),
                    say("add a test whose last line is later than that")};
        case Way::Kind::rest:
            return {say("No test has its person wait for the winner at `{}`.", state.step),
                    say("add a test whose person the sample leaves out")};
        case Way::Kind::winner:
            return {say("In no test does arm {} win while the person waits at `{}`.", way.arm + 1,
                        state.step),
                    say("add a test in which that arm wins")};
        case Way::Kind::failed:
            return {say("In no test does the call `{}` fail.", state.step),
                    say("add a test with a `given webhook` line that fails")};
        case Way::Kind::channel:
            return {say("In no test does `{}` choose its channel {}.", state.step, way.arm + 1),
                    say("add a test whose person cannot be reached on the channels before it")};
        case Way::Kind::next:
            return {say("No test goes on after `{}`.", state.step),
                    say("add a test whose last line is later")};
    }
    return {};
}

class Survey {
  public:
    Survey(const ir::Program& program, const ir::Journey& journey, const Reached& reached,
           const translate::Speech& say)
        : program_(program), journey_(journey), reached_(reached), say_(say) {}

    Coverage run() {
        Coverage out;
        out.journey = journey_.name;
        out.file = journey_.file;
        out.line = journey_.line;
        for (Index i = 0; i < journey_.states.size(); ++i)
            count(i, out);
        if (!reached_.entered) {
            Gap none;
            std::tie(none.first_line, none.last_line) = lines_behind(journey_.start);
            none.says = say_("No test enters the journey `{}`.", journey_.name);
            none.help = say_("add a test block `test \"…\" of {} {{ … }}`", journey_.name);
            out.gaps.push_back(std::move(none));
        }
        std::stable_sort(out.gaps.begin(), out.gaps.end(), [](const Gap& a, const Gap& b) {
            return std::pair(a.first_line, a.last_line) < std::pair(b.first_line, b.last_line);
        });
        return out;
    }

  private:
    void count(Index index, Coverage& out) const {
        const ir::State& state = journey_.states[index];
        if (is_added(state)) return;
        const bool here = reached_.states.contains(index);
        const std::vector<Way> ways = ir::ways_of(state);
        const std::vector<Index> open = open_ways(state, ways);
        if (open.size() < 2) {
            out.total += 1;
            out.covered += here ? 1 : 0;
        }
        for (const Index way : open) {
            const bool taken = reached_.ways.contains({index, way});
            const Index target = ways[way].target;
            const bool counts = open.size() > 1;
            if (counts) {
                out.total += 1;
                out.covered += taken ? 1 : 0;
            }
            if (!here || taken) continue;
            // A step without a choice is a gap only where it keeps the steps behind it from tests.
            const bool ends_here = !reached_.states.contains(target) && !is_added(at(target));
            if (counts || ends_here) out.gaps.push_back(gap(index, way, ways[way]));
        }
    }

    const ir::State& at(Index state) const { return journey_.states[state]; }

    Gap gap(Index index, Index number, const Way& way) const {
        const ir::State& state = at(index);
        Gap out;
        out.state = index;
        out.way = number;
        Says says = says_of(program_, state, way, say_);
        out.says = std::move(says.fact);
        out.help = std::move(says.help);
        std::tie(out.first_line, out.last_line) = lines_behind(way.target);
        if (out.first_line == 0) out.first_line = out.last_line = state.line;
        return out;
    }

    /// The lines of unreached steps from here on; zeros when the first one is reached already.
    std::pair<std::uint32_t, std::uint32_t> lines_behind(Index from) const {
        std::set<Index> seen;
        std::vector<Index> open{from};
        std::uint32_t first = 0;
        std::uint32_t last = 0;
        while (!open.empty()) {
            const Index next = open.back();
            open.pop_back();
            if (next == kNone || reached_.states.contains(next) || !seen.insert(next).second)
                continue;
            const ir::State& state = at(next);
            if (!is_added(state)) {
                first = first == 0 ? state.line : std::min(first, state.line);
                last = std::max(last, state.line);
            }
            for (const Way& way : ir::ways_of(state))
                open.push_back(way.target);
        }
        return {first, last};
    }

    const ir::Program& program_;
    const ir::Journey& journey_;
    const Reached& reached_;
    const translate::Speech say_;
};

}  // namespace

void Reached::see(const core::Happening& happening, std::string_view journey) {
    using Kind = core::Happening::Kind;
    if (happening.journey != journey) return;
    if (happening.kind == Kind::entered) {
        entered = true;
        return;
    }
    if (happening.state == kNone) return;
    states.insert(happening.state);
    if (happening.kind == Kind::took) ways.emplace(happening.state, happening.way);
}

void Reached::add(const Reached& other) {
    entered = entered || other.entered;
    states.insert(other.states.begin(), other.states.end());
    ways.insert(other.ways.begin(), other.ways.end());
}

std::uint32_t Coverage::percent() const {
    return total == 0 ? 100 : static_cast<std::uint32_t>(covered * 100 / total);
}

Coverage coverage_of(const ir::Program& program, const ir::Journey& journey, const Reached& reached,
                     const translate::Speech& say) {
    return Survey(program, journey, reached, say).run();
}

std::vector<dsl::Diagnostic> diagnostics_of(const std::vector<Coverage>& all,
                                            const dsl::SourceSet& sources,
                                            const translate::Speech& say) {
    std::vector<dsl::Diagnostic> out;
    for (const Coverage& coverage : all) {
        const auto file = sources.find(coverage.file);
        if (!file) continue;
        const source::Source& source = sources.at(*file);
        for (const Gap& gap : coverage.gaps) {
            const std::string_view words = source.line(gap.first_line);
            const std::size_t begin = std::min(words.find_first_not_of(" \t"), words.size());
            source::Span span;
            span.file = *file;
            span.begin = source.line_begin(gap.first_line) + static_cast<std::uint32_t>(begin);
            span.end = source.line_begin(gap.first_line) + static_cast<std::uint32_t>(words.size());
            const std::string before =
                gap.first_line == gap.last_line
                    ? say("No test takes one of the ways at line {}.", gap.first_line)
                    : say("No test reaches lines {} to {}.", gap.first_line, gap.last_line);
            out.push_back(dsl::Diagnostic::information("J0702", say("NOT TESTED"), span, before)
                              .and_after(gap.says)
                              .and_help(gap.help));
        }
    }
    return out;
}

}  // namespace journey::app
