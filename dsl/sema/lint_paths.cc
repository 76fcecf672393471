// What the ways through a journey say: J0315 (re-entry before the run is over), J0322 (the same
// message twice), J0323 (a goal that stops counting before the last message).
//
// Times are bounds that hold on every night of the year: a day is 23 to 25 hours, a month 28 to 31
// days (calendar::bounds_of).

#include "dsl/sema/expr.h"
#include "dsl/sema/steps.h"
#include "engine/calendar/calendar.h"

#include <limits>

namespace journey::sema {

namespace {

constexpr std::int64_t kDay = 86400;
constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max() / 4;

/// "9 days", or "5h" below a day: rounded, for people.
std::string length_text(std::int64_t seconds) {
    const std::int64_t days = (seconds + kDay / 2) / kDay;
    if (days >= 1) return std::to_string(days) + (days == 1 ? " day" : " days");
    return format_duration({0, 0, seconds});
}

/// "3 days" rather than the short "3d".
std::string length_text(const CalendarDuration& duration) {
    if (duration.months == 0 && duration.seconds == 0) return length_text(duration.days * kDay);
    return format_duration(duration);
}

/// A send as the people on the way meet it.
struct Passed {
    const Step* step = nullptr;
    std::int64_t soonest = 0;  // seconds after entry
};

/// Walks every way once, in the order of the text. `soonest` is the earliest moment at which
/// anybody stands somewhere, `longest` what the slowest way takes at least.
class Ways {
  public:
    explicit Ways(Context& cx) : cx_(cx) {}

    void journey(const Journey& journey) {
        const At end = steps(journey.steps, {0, 0, {}});
        longest_ = std::max(longest_, end.longest);
    }

    std::int64_t longest() const { return longest_; }
    const std::vector<Passed>& sends() const { return sends_; }

  private:
    struct At {
        std::int64_t soonest = 0;
        std::int64_t longest = 0;
        std::map<Index, const Step*> sent;  // by template: the first on some way to here
    };

    At steps(const Steps& steps, At at) {
        for (const Step& step : steps)
            at = this->step(step, std::move(at));
        return at;
    }

    At step(const Step& step, At at) {
        return std::visit(
            Match{[&](const Send& send) {
                      this->send(step, send, at);
                      return at;
                  },
                  [&](const Delay& delay) {
                      const calendar::Bounds bounds = calendar::bounds_of(delay.duration);
                      at.soonest += bounds.least;
                      at.longest += bounds.least;
                      return at;
                  },
                  [&](const AtMost& most) { return at_most(most, at); },
                  [&](const Branch& branch) {
                      std::vector<At> ends;
                      for (const Case& one : branch.cases)
                          way(one.steps, at, ends);
                      way(branch.otherwise, at, ends);
                      return joined(ends);
                  },
                  [&](const Pick& pick) {
                      std::vector<At> ends;
                      for (const PickArm& arm : pick.arms)
                          way(arm.steps, at, ends);
                      return joined(ends);
                  },
                  [&](const Call& call) {
                      std::vector<At> ends = {at};
                      way(call.otherwise, at, ends);
                      return joined(ends);
                  },
                  [&](const Repeat& repeat) {
                      At end = steps(repeat.steps, at);
                      const std::int64_t round = end.longest - at.longest;
                      const std::int64_t more = std::min<std::int64_t>(repeat.times - 1, 1000);
                      end.longest += round * std::max<std::int64_t>(more, 0);
                      if (repeat.certain && continues(repeat.steps)) return end;
                      return joined(continues(repeat.steps) ? std::vector<At>{at, end}
                                                            : std::vector<At>{at});
                  },
                  [&](const Stop&) {
                      longest_ = std::max(longest_, at.longest);
                      return at;
                  },
                  [&](const auto&) { return at; }},
            step.act);
    }

    At at_most(const AtMost& most, const At& at) {
        const std::int64_t least = calendar::bounds_of(most.duration).least;
        std::vector<At> ends;
        for (const WaitArm& arm : most.arms) {
            // What is waited for may happen at the very end.
            At then = at;
            then.longest += least;
            way(arm.steps, then, ends);
        }
        At late = at;
        late.soonest += least;
        late.longest += least;
        way(most.timeout, late, ends);
        return joined(ends);
    }

    void way(const Steps& inner, const At& at, std::vector<At>& ends) {
        At end = steps(inner, at);
        if (continues(inner)) ends.push_back(std::move(end));
    }

    static At joined(const std::vector<At>& ends) {
        At all{ends.empty() ? kNever : ends.front().soonest, 0, {}};
        for (const At& end : ends) {
            all.soonest = std::min(all.soonest, end.soonest);
            all.longest = std::max(all.longest, end.longest);
            all.sent.insert(end.sent.begin(), end.sent.end());
        }
        return all;
    }

    std::string data_of(const Send& send) const {
        std::string text;
        for (const auto& [name, value] : send.args)
            text += name + ": " + cx_.words(value->span) + "\n";
        return text;
    }

    void send(const Step& step, const Send& send, At& at) {
        if (at.soonest >= kNever) return;
        sends_.push_back({&step, at.soonest});
        if (send.message_template == kNone) return;
        const auto [first, fresh] = at.sent.try_emplace(send.message_template, &step);
        if (fresh) return;
        const Step& before = *first->second;
        // With other data it is another message to the reader.
        if (data_of(std::get<Send>(before.act)) != data_of(send)) return;
        if (!told_.insert(send.message_template).second) return;
        const std::string line = std::to_string(cx_.line(before.keyword));
        cx_.report(
            Diagnostic::warning("J0322", "THE SAME MESSAGE TWICE", step.keyword,
                                "Some people would get " +
                                    tick(cx_.schema().templates[send.message_template].name) +
                                    " on line " + line + " and again on line " +
                                    std::to_string(cx_.line(step.keyword)) + ".")
                .and_other(before.keyword, "")
                .and_after("A message that comes twice looks like a fault to its reader.")
                .and_help("send another template here, or end the first way with `stop`"));
    }

    Context& cx_;
    std::int64_t longest_ = 0;
    std::vector<Passed> sends_;
    std::set<Index> told_;
};

/// J0315 when a wait for a moment makes the run as long as that moment is far away.
bool check_open_end(Context& cx, const Journey& journey, std::int64_t back) {
    if (journey.lifetime && calendar::bounds_of(*journey.lifetime).least <= back) return false;
    const Step* open = nullptr;
    each_step(journey.steps, [&](const Step& step) {
        const auto* wait = std::get_if<WaitUntil>(&step.act);
        const bool of_person =
            wait != nullptr && wait->moment != nullptr && !is_constant(*wait->moment);
        if (of_person && open == nullptr) open = &step;
    });
    if (open == nullptr) return false;
    const std::string line = std::to_string(cx.line(open->keyword));
    const bool always = journey.reentry == ir::Reentry::always;
    cx.report(
        Diagnostic::warning(
            "J0315", "BACK BEFORE IT IS OVER", journey.reentry_span,
            always
                ? "People may come back at any time, while how long the run takes depends on the "
                  "wait on line " +
                      line + "."
                : "People may come back after " + length_text(journey.reentry_after) +
                      ", while how long the run takes depends on the wait on line " + line + ".")
            .and_other(open->span, "this may be long")
            .and_after("What happens to somebody who is still inside is then up to a default: they "
                       "do not enter again, so what happened the second time is lost.")
            .and_help("for one run for each booking, order and the like: `key trigger.…`")
            .and_help("else say it: `while running ignore` (or `restart`, `queue`, `parallel`)"));
    return true;
}

void check_reentry(Context& cx, const Journey& journey, std::int64_t longest) {
    if (journey.overlap_said || journey.key != nullptr || journey.reentry_per != nullptr) return;
    std::int64_t back = 0;
    if (journey.reentry == ir::Reentry::after) {
        back = calendar::bounds_of(journey.reentry_after).most;
    } else if (journey.reentry != ir::Reentry::always) {
        return;
    }
    if (check_open_end(cx, journey, back)) return;
    std::int64_t run = longest;
    if (journey.lifetime) run = std::min(run, calendar::bounds_of(*journey.lifetime).least);
    if (run <= back) return;
    const std::string when = journey.reentry == ir::Reentry::always
                                 ? "at any time"
                                 : "after " + length_text(journey.reentry_after);
    cx.report(
        Diagnostic::warning(
            "J0315", "BACK BEFORE IT IS OVER", journey.reentry_span,
            "People may come back " + when + ", while the run takes " + length_text(run) + ".")
            .and_after("What happens to somebody who is still inside is then up to a default: they "
                       "do not enter again.")
            .and_help("say it: `while running ignore` (or `restart`, `queue`, `parallel`)"));
}

/// `count(order_paid within 30d) >= 2`: an event growing too old is enough to leave.
const Node* edge_in(const Node& node) {
    const bool compares = node.op == ir::Op::greater || node.op == ir::Op::greater_equal ||
                          node.op == ir::Op::less || node.op == ir::Op::less_equal ||
                          node.op == ir::Op::equal;
    for (const NodePtr& operand : node.operands) {
        if (compares && operand->op == ir::Op::aggregate && operand->aggregate != nullptr &&
            operand->aggregate->window.kind == ir::WindowKind::within) {
            return &node;
        }
        if (const Node* found = edge_in(*operand)) return found;
    }
    return nullptr;
}

void check_flapping(Context& cx, const Journey& journey) {
    if (journey.reentry != ir::Reentry::always) return;
    for (const Trigger& trigger : journey.triggers) {
        const auto* change = std::get_if<ir::OnSegment>(&trigger.what);
        if (change == nullptr || change->segment >= cx.model.segments.size()) continue;
        const Segment& segment = cx.model.segments[change->segment];
        const Node* edge = segment.is == nullptr ? nullptr : edge_in(*segment.is);
        if (edge == nullptr) continue;
        cx.report(Diagnostic::warning("J0324", "IN AND OUT", trigger.span,
                                      "People at the edge of " + tick(segment.name) +
                                          " would come in again and again.")
                      .and_other(edge->span, "this changes whenever an event grows too old")
                      .and_after(
                          "Somebody right at the limit may leave and join within a day, and enters "
                          "each time.")
                      .and_help("let some time pass: `reenter after 30 days`"));
    }
}

void check_goals(Context& cx, const Journey& journey, const std::vector<Passed>& sends) {
    if (sends.empty()) return;
    const Passed& last =
        *std::max_element(sends.begin(), sends.end(),
                          [](const Passed& a, const Passed& b) { return a.soonest < b.soonest; });
    for (const Goal& goal : journey.goals) {
        if (!goal.within || calendar::bounds_of(*goal.within).most > last.soonest) continue;
        cx.report(Diagnostic::warning("J0323", "THE GOAL CLOSES TOO EARLY", goal.span,
                                      tick(goal.name) + " counts for " + length_text(*goal.within) +
                                          ", but the last message goes out after " +
                                          length_text(last.soonest) + ".")
                      .and_other(last.step->keyword, "this one")
                      .and_after("What people do because of that message would not be counted.")
                      .and_help("let the goal count longer"));
    }
}

}  // namespace

void lint_paths(Context& cx) {
    const std::set<source::FileId> broken = cx.files_with_errors();
    for (const Journey& journey : cx.model.journeys) {
        if (cx.stopped()) return;
        // Steps that could not be read may be what these would miss.
        if (broken.contains(journey.name_span.file)) continue;
        Ways ways(cx);
        ways.journey(journey);
        check_reentry(cx, journey, ways.longest());
        check_goals(cx, journey, ways.sends());
        check_flapping(cx, journey);
    }
}

}  // namespace journey::sema
