// How the winner of an experiment is found, and how often steps are repeated.

#include "dsl/sema/steps.h"
#include "engine/calendar/calendar.h"

#include <limits>

namespace journey::sema {

namespace {

const std::vector<std::pair<std::string, ir::Metric>>& metrics() {
    static const std::vector<std::pair<std::string, ir::Metric>> table = {
        {"clicked", ir::Metric::clicked}, {"delivered", ir::Metric::delivered},
        {"entered", ir::Metric::entered}, {"opened", ir::Metric::opened},
        {"replied", ir::Metric::replied}, {"sent", ir::Metric::sent}};
    return table;
}

std::optional<ir::Metric> metric_named(const std::string& name) {
    for (const auto& [word, metric] : metrics()) {
        if (word == name) return metric;
    }
    return std::nullopt;
}

void unknown_metric(Context& cx, const ast::Name& name, const std::vector<std::string>& goals) {
    std::vector<std::string> names;
    for (const auto& [word, metric] : metrics())
        names.push_back(word);
    names.insert(names.end(), goals.begin(), goals.end());
    cx.report(with_near_names(
        Diagnostic::error("J0104", "UNKNOWN MEASURE", name.span,
                          "I do not count anything called " + tick(name.text) + "."),
        name.text, name.span, names));
}

}  // namespace

std::optional<ir::Winner> check_winner(Context& cx, const Journey& journey,
                                       const std::string& experiment,
                                       const std::vector<PickArm>& arms,
                                       const ast::Winner& winner) {
    const std::size_t before = cx.errors();
    ir::Winner made;
    made.experiment = experiment;
    std::vector<std::string> goals;
    for (const Goal& goal : journey.goals)
        goals.push_back(goal.name);
    if (const std::optional<ir::Metric> metric = metric_named(winner.metric.text)) {
        made.numerator = *metric;
    } else if (std::find(goals.begin(), goals.end(), winner.metric.text) != goals.end()) {
        cx.note("goal", journey.name, winner.metric.text, winner.metric.span);
        made.numerator = ir::Metric::goal;
        made.goal = winner.metric.text;
    } else {
        unknown_metric(cx, winner.metric, goals);
    }
    if (const std::optional<ir::Metric> metric = metric_named(winner.per.text)) {
        made.denominator = *metric;
    } else {
        unknown_metric(cx, winner.per, {});
    }
    made.after = winner.after.value;
    if (calendar::bounds_of(made.after).least <= 0) {
        cx.report(Diagnostic::error("J0213", "OUT OF RANGE", winner.after.span,
                                    "No time at all is too short here."));
    }
    if (winner.needs) {
        if (winner.needs->value < 1 || winner.needs->value > 1'000'000'000) {
            cx.report(Diagnostic::error("J0213", "OUT OF RANGE", winner.needs->span,
                                        "An arm needs between 1 and 1,000,000,000 people."));
        }
        made.needs = static_cast<std::uint32_t>(winner.needs->value);
    }
    if (winner.confidence) {
        const std::int32_t points = winner.confidence->basis_points;
        if (points < 5000 || points >= 10000) {
            cx.report(Diagnostic::error("J0213", "OUT OF RANGE", winner.confidence->span,
                                        "Confidence is at least 50% and below 100%.")
                          .and_after("50% is tossing a coin, and 100% is never reached.")
                          .and_help("most people ask for 95%"));
        }
        made.confidence = static_cast<double>(points) / 10000.0;
    }
    if (winner.otherwise) {
        std::vector<std::string> names;
        for (const PickArm& arm : arms)
            names.push_back(arm.name);
        const auto at = std::find(names.begin(), names.end(), winner.otherwise->text);
        if (at == names.end()) {
            cx.report(with_near_names(
                Diagnostic::error(
                    "J0104", "UNKNOWN ARM", winner.otherwise->span,
                    tick(experiment) + " has no arm called " + tick(winner.otherwise->text) + "."),
                winner.otherwise->text, winner.otherwise->span, names));
        } else {
            cx.note("arm", experiment, winner.otherwise->text, winner.otherwise->span);
            made.otherwise = static_cast<std::uint32_t>(at - names.begin());
        }
    }
    if (cx.errors() != before) return std::nullopt;
    return made;
}

// ---------------------------------------------------------------- repeat

namespace {

constexpr std::int64_t kLifetimeSeconds = 400LL * 86400;
constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max() / 4;
constexpr std::int64_t kTimesMax = 1000;

/// The shortest time, in seconds, that going through these steps may take; -1 when there is a way
/// through without any wait at all, kNever when nobody comes out.
std::int64_t shortest(const Steps& steps);

std::int64_t shorter(std::int64_t a, std::int64_t b) {
    if (a < 0 || b < 0) return -1;
    return std::min(a, b);
}

std::int64_t shortest_of(const Step& step) {
    return std::visit(
        Match{[](const Delay& delay) {
                  if (delay.length != nullptr) return std::int64_t{0};
                  const std::int64_t least = calendar::bounds_of(delay.duration).least;
                  return least > 0 ? least : -1;
              },
              // The next ten o'clock is always ahead; a moment may be past already.
              [](const WaitUntil& wait) {
                  return wait.moment == nullptr ? std::int64_t{0} : std::int64_t{-1};
              },
              [](const AtMost& wait) {
                  // An arm may come at once, but only after somebody did something.
                  std::int64_t least = calendar::bounds_of(wait.duration).least;
                  for (const WaitArm& arm : wait.arms) {
                      if (arm.condition != nullptr) {
                          least = shorter(least, shortest(arm.steps));
                      } else {
                          least = shorter(least, continues(arm.steps) ? 0 : kNever);
                      }
                  }
                  return least;
              },
              [](const Branch& branch) {
                  std::int64_t least = shortest(branch.otherwise);
                  for (const Case& one : branch.cases)
                      least = shorter(least, shortest(one.steps));
                  return least;
              },
              [](const Pick& pick) {
                  std::int64_t least = kNever;
                  for (const PickArm& arm : pick.arms)
                      least = shorter(least, shortest(arm.steps));
                  return least;
              },
              [](const Call& call) {
                  return call.has_otherwise ? shorter(-1, shortest(call.otherwise)) : -1;
              },
              [](const Stop&) { return kNever; }, [](const auto&) { return std::int64_t{-1}; }},
        step.act);
}

std::int64_t shortest(const Steps& steps) {
    std::int64_t sum = -1;
    for (const Step& step : steps) {
        const std::int64_t one = shortest_of(step);
        if (one >= kNever) return kNever;
        if (one >= 0) sum = std::max<std::int64_t>(sum, 0) + one;
    }
    return sum;
}

}  // namespace

void check_rounds(Context& cx, const Repeat& repeat, Span keyword) {
    const std::int64_t round = shortest(repeat.steps);
    if (round < 0 && repeat.times > 1) {
        int sends = 0;
        each_step(repeat.steps, [&](const Step& step) {
            sends += std::holds_alternative<Send>(step.act) ? 1 : 0;
        });
        const std::string times = std::to_string(repeat.times);
        cx.report(Diagnostic::error("J0304", "A LOOP THAT NEVER RESTS", keyword,
                                    sends > 0
                                        ? "This repeats without waiting, so all " + times +
                                              " rounds of messages would go out in the same second."
                                        : "This repeats without waiting, so all " + times +
                                              " rounds would happen in the same second.")
                      .and_help("add a wait inside, for example `wait 2 days`"));
        return;
    }
    const bool over = round > 0 && round < kNever && repeat.times > kLifetimeSeconds / round;
    if (!over && repeat.times <= kTimesMax) return;
    Diagnostic diagnostic = Diagnostic::error(
        "J0305", "A VERY LONG LOOP", repeat.times_span,
        over ? "`at most " + cx.words(repeat.times_span) +
                   " times` takes longer than 400 days, and no journey lasts that long."
             : "`at most " + cx.words(repeat.times_span) + " times` is more than 1,000 rounds.");
    diagnostic.help.push_back("repeat less often, or let another event start a new journey");
    cx.report(std::move(diagnostic));
}

}  // namespace journey::sema
