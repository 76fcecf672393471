// J0704: expectations that hold only because the journey is over by then.

#include "dsl/sema/context.h"
#include "dsl/sema/steps.h"
#include "engine/calendar/calendar.h"

#include <algorithm>
#include <limits>

namespace journey::sema {

namespace {

constexpr std::int64_t kDay = 86400;
constexpr std::int64_t kUnknown = std::numeric_limits<std::int64_t>::max() / 4;
/// Quiet hours and the like may hold a message for a while after the journey's own end.
constexpr std::int64_t kHeld = 8 * kDay;

/// The longest that anybody can be inside, in seconds; kUnknown when that depends on the person.
std::int64_t most_of(const Steps& steps);

std::int64_t most_of(const Step& step) {
    return std::visit(
        Match{[](const Delay& delay) {
                  return delay.length != nullptr ? kUnknown
                                                 : calendar::bounds_of(delay.duration).most;
              },
              [](const WaitUntil& wait) {
                  if (wait.moment != nullptr) return kUnknown;
                  return wait.weekday ? 8 * kDay : 2 * kDay;
              },
              [](const AtMost& wait) {
                  std::int64_t most = most_of(wait.timeout);
                  for (const WaitArm& arm : wait.arms)
                      most = std::max(most, most_of(arm.steps));
                  return calendar::bounds_of(wait.duration).most + most;
              },
              [](const Branch& branch) {
                  std::int64_t most = most_of(branch.otherwise);
                  for (const Case& one : branch.cases)
                      most = std::max(most, most_of(one.steps));
                  return most;
              },
              [](const Pick& pick) {
                  std::int64_t most = 0;
                  for (const PickArm& arm : pick.arms)
                      most = std::max(most, most_of(arm.steps));
                  return most;
              },
              [](const Send&) { return std::int64_t{0}; },
              [](const Let&) { return std::int64_t{0}; },
              [](const SetField&) { return std::int64_t{0}; },
              [](const Tag&) { return std::int64_t{0}; },
              [](const Stop&) { return std::int64_t{0}; }, [](const auto&) { return kUnknown; }},
        step.act);
}

std::int64_t most_of(const Steps& steps) {
    std::int64_t most = 0;
    for (const Step& step : steps)
        most = std::min(most + most_of(step), kUnknown);
    return most;
}

/// "No more sends" and the like look back, so the first one after the end says something. What of
/// the same kind comes after it does not.
std::string denial_of(const TestAct& act) {
    if (std::holds_alternative<ExpectNothingSent>(act)) return "nothing sent";
    if (std::holds_alternative<ExpectNoMoreSends>(act)) return "no more sends";
    const auto* sent = std::get_if<ExpectSent>(&act);
    return sent != nullptr && sent->negated ? "not " + std::to_string(sent->message_template) : "";
}

/// In the order in which they happen, a series where it begins.
std::vector<const TestLine*> in_time(const TestCase& test) {
    const calendar::Zone* zone = calendar::find_zone(test.zone);
    const auto begins = [&](const TestLine& line) {
        return line.every && zone != nullptr ? calendar::add(test.start, *line.every, *zone)
                                             : line.at.absolute;
    };
    std::vector<const TestLine*> lines;
    for (const TestLine& line : test.lines)
        lines.push_back(&line);
    std::stable_sort(lines.begin(), lines.end(),
                     [&](const TestLine* a, const TestLine* b) { return begins(*a) < begins(*b); });
    return lines;
}

void check_test(Context& cx, const TestCase& test) {
    if (test.journey >= cx.model.journeys.size()) return;
    const Journey& journey = cx.model.journeys[test.journey];
    std::int64_t most = most_of(journey.steps);
    if (journey.lifetime) most = std::min(most, calendar::bounds_of(*journey.lifetime).most);
    if (most >= kUnknown) return;
    // Whatever happens may bring somebody in, so the last thing that happens counts. A series goes
    // on beside the lines that follow it.
    Instant last = test.start;
    std::map<std::string, Span> asked;
    for (const TestLine* each : in_time(test)) {
        const TestLine& line = *each;
        if (std::holds_alternative<EventHappens>(line.act) ||
            std::holds_alternative<CallHappens>(line.act) ||
            std::holds_alternative<ProfileSet>(line.act)) {
            last = std::max(last, line.at.absolute);
            asked.clear();
            continue;
        }
        const std::string denial = denial_of(line.act);
        const auto later =
            std::chrono::duration_cast<std::chrono::seconds>(line.at.absolute - last).count();
        if (denial.empty() || later <= most + kHeld) continue;
        const auto [first, fresh] = asked.try_emplace(denial, line.span);
        if (fresh) continue;
        cx.report(Diagnostic::warning("J0704", "AFTER THE END", line.span,
                                      "The journey is over by then, so this is always true.")
                      .and_other(first->second, "asked here, when it was over already")
                      .and_after("Nobody is inside for longer than " +
                                 std::to_string((most + kDay - 1) / kDay) +
                                 " days after the last thing that happens in this test.")
                      .and_help("leave it out, or ask at an earlier moment"));
        return;
    }
}

}  // namespace

namespace {

bool expects(const TestLine& line) {
    return !std::holds_alternative<EventHappens>(line.act) &&
           !std::holds_alternative<CallHappens>(line.act) &&
           !std::holds_alternative<ProfileSet>(line.act);
}

}  // namespace

void lint_tests(Context& cx) {
    std::map<std::pair<Index, std::string>, Span> titles;
    for (const TestCase& test : cx.model.tests) {
        if (cx.stopped()) return;
        if (std::none_of(test.lines.begin(), test.lines.end(), expects) && !cx.has_errors()) {
            cx.report(Diagnostic::warning("J0704", "IT EXPECTS NOTHING", test.span,
                                          "This test expects nothing, so it always passes.")
                          .and_help("say what should be so: `at +1h expect …`"));
        }
        const auto [first, fresh] = titles.try_emplace({test.journey, test.title}, test.span);
        if (!fresh) {
            cx.report(
                Diagnostic::warning("J0105", "ALREADY USED", test.span,
                                    "Two tests of one journey are called \"" + test.title + "\".")
                    .and_other(first->second, "first here")
                    .and_help("give one of them another title, so that a report can tell "
                              "them apart"));
        }
        check_test(cx, test);
    }
}

}  // namespace journey::sema
