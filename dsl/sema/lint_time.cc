// J0309: waits, and winners, that outlive the journey. J0308: winners that only a part of the world
// has a say in.

#include "dsl/sema/lints.h"
#include "dsl/sema/steps.h"
#include "engine/calendar/calendar.h"

#include <limits>

namespace journey::sema {

namespace {

constexpr std::int64_t kDay = 86400;

/// The earliest moment, in seconds after entry, at which somebody can be somewhere.
class Walk {
  public:
    Walk(Context& cx, const Journey& journey) : cx_(cx), journey_(journey) {
        limit_ = calendar::bounds_of(lifetime_of(journey)).most;
    }

    std::int64_t steps(const Steps& steps, std::int64_t at) {
        for (std::size_t i = 0; i < steps.size(); ++i) {
            rest_ = &steps;
            next_ = i + 1;
            at = step(steps[i], at);
            if (at > limit_) return at;  // said once; what follows is a follower
        }
        return at;
    }

  private:
    std::int64_t step(const Step& step, std::int64_t at) {
        return std::visit(
            Match{[&](const Delay& delay) { return wait(delay, at); },
                  [&](const AtMost& most) { return at_most(most, at); },
                  [&](const Branch& branch) {
                      std::int64_t least = kOver;
                      for (const Case& one : branch.cases) {
                          least = std::min(least, way(one.steps, at));
                      }
                      return std::min(least, way(branch.otherwise, at));
                  },
                  [&](const Pick& pick) {
                      std::int64_t least = kOver;
                      for (const PickArm& arm : pick.arms) {
                          least = std::min(least, way(arm.steps, at));
                      }
                      if (pick.winner) winner(pick, at);
                      return least;
                  },
                  [&](const Call& call) {
                      // The way of a failed call is only looked at: an answer leads on at once.
                      way(call.otherwise, at);
                      return at;
                  },
                  [&](const Repeat& repeat) {
                      const std::int64_t end = way(repeat.steps, at);
                      return repeat.certain ? end : std::min(at, end);
                  },
                  [&](const Stop&) { return kOver; }, [&](const auto&) { return at; }},
            step.act);
    }

    /// A way that ends the journey leads nowhere, which is later than anything.
    std::int64_t way(const Steps& inner, std::int64_t at) {
        const std::int64_t end = steps(inner, at);
        return continues(inner) ? end : kOver;
    }

    std::int64_t wait(const Delay& delay, std::int64_t at) {
        const std::int64_t end = at + calendar::bounds_of(delay.duration).least;
        if (end < limit_) return end;
        report(delay.span, at, end, "this wait ends");
        return kOver;
    }

    std::int64_t at_most(const AtMost& most, std::int64_t at) {
        const std::int64_t end = at + calendar::bounds_of(most.duration).least;
        std::int64_t least = kOver;
        for (const WaitArm& arm : most.arms)
            least = std::min(least, way(arm.steps, at));
        if (end >= limit_ && (!most.timeout.empty() || most.arms.empty())) {
            report(most.span, at, end, "the time is up");
            return least;
        }
        return std::min(least, way(most.timeout, end));
    }

    /// Ten o'clock where everybody lives comes over a day, and the clock of the experiment starts
    /// with the first.
    void winner_of_the_east(const Pick& pick) {
        const std::int64_t after = calendar::bounds_of(pick.winner->after).least;
        if (after >= kDay || !journey_.zone.empty()) return;
        const auto local = [](const Trigger& trigger) {
            const auto* schedule = std::get_if<ir::OnSchedule>(&trigger.what);
            return schedule != nullptr && schedule->zone.empty();
        };
        const auto found = std::find_if(journey_.triggers.begin(), journey_.triggers.end(), local);
        if (found == journey_.triggers.end()) return;
        const std::string& zone = cx_.schema().workspace.zone;
        cx_.report(
            Diagnostic::warning("J0308", "WHERE THE DAY BEGINS FIRST", pick.winner_span,
                                "The winner is found " + format_duration(pick.winner->after) +
                                    " after the first person comes, and people further west come "
                                    "up to a day later.")
                .and_other(found->span, "at this hour where each person lives")
                .and_after("Who comes after that gets the winner, so only the first time zones "
                           "decide. If all of your people live in one zone, name it.")
                .and_help("start everybody at the same moment: `in \"" + zone +
                          "\"` instead of `local`")
                .and_help("or find the winner after `26h` or later"));
    }

    /// The clock of the experiment starts with the first who gets here.
    void winner(const Pick& pick, std::int64_t at) {
        winner_of_the_east(pick);
        const std::int64_t found = at + calendar::bounds_of(pick.winner->after).least;
        if (found < limit_) return;
        const bool together = std::all_of(
            journey_.triggers.begin(), journey_.triggers.end(), [](const Trigger& trigger) {
                const auto* schedule = std::get_if<ir::OnSchedule>(&trigger.what);
                return schedule != nullptr && schedule->recurrence == ir::Recurrence::once;
            });
        const std::string after = days_text(found);
        Diagnostic diagnostic =
            together
                ? Diagnostic::error("J0309", "NOBODY IS LEFT FOR THE WINNER", pick.winner_span,
                                    "The winner is found after " + after +
                                        ", when everybody who waits for it has left.")
                : Diagnostic::warning("J0309", "NOBODY IS LEFT FOR THE WINNER", pick.winner_span,
                                      "The winner is found after " + after +
                                          ", when the first people who wait for it have left.");
        diagnostic.after = "Who waits for the winner and leaves before gets no message at all.";
        if (says_when_over(diagnostic)) {
            diagnostic.help.push_back("let the journey live longer, or find the winner earlier");
        } else {
            diagnostic.help.push_back("find the winner earlier");
        }
        cx_.report(std::move(diagnostic));
    }

    static std::string days_text(std::int64_t seconds) {
        const std::int64_t days = (seconds + kDay / 2) / kDay;
        if (days >= 1) return std::to_string(days) + (days == 1 ? " day" : " days");
        return format_duration({0, 0, seconds});
    }

    void report(Span span, std::int64_t at, std::int64_t end, const std::string& what) {
        int sends = 0;
        for (std::size_t i = next_; rest_ != nullptr && i < rest_->size(); ++i) {
            if (std::holds_alternative<Send>((*rest_)[i].act)) ++sends;
        }
        Diagnostic diagnostic =
            Diagnostic::error("J0309", "THE WAIT OUTLIVES THE JOURNEY", span,
                              "By the time " + what + ", the journey is already over.");
        diagnostic.label = "the shortest path reaches this line after " + days_text(at) +
                           ", so it ends after " + days_text(end);
        const bool said = says_when_over(diagnostic);
        if (sends > 0) {
            if (!said) diagnostic.after += "\n";
            diagnostic.after +=
                "The " + (sends == 1 ? std::string("send") : std::to_string(sends) + " sends") +
                " after line " + std::to_string(cx_.line(span)) + " can never happen.";
        }
        diagnostic.help.push_back(
            said ? "let the journey live longer, or wait less"
                 : "wait less, or start another journey from an event that comes later");
        cx_.report(std::move(diagnostic));
    }

    /// Shows the author's own `expires after`; false when there is none, and the default is told.
    bool says_when_over(Diagnostic& diagnostic) const {
        if (journey_.lifetime) {
            diagnostic.others.push_back({journey_.lifetime_span, "everyone leaves here", false});
            return true;
        }
        if (!diagnostic.after.empty()) diagnostic.after += "\n";
        diagnostic.after += "Without `expires after` a journey lasts " +
                            std::to_string(kLifetimeDaysMax) + " days, and none may last longer.";
        return false;
    }

    static constexpr std::int64_t kOver = std::numeric_limits<std::int64_t>::max() / 4;
    Context& cx_;
    const Journey& journey_;
    std::int64_t limit_ = 0;
    const Steps* rest_ = nullptr;
    std::size_t next_ = 0;
};

}  // namespace

void lint_time(Context& cx) {
    for (const Journey& journey : cx.model.journeys) {
        Walk(cx, journey).steps(journey.steps, 0);
    }
}

}  // namespace journey::sema
