// J0301: conditions that are always true or never, by constants or because their parts exclude each
// other. J0303: choices that an earlier one leaves nobody for. J0312: waits for what already is.

#include "dsl/sema/bands.h"
#include "dsl/sema/facts.h"
#include "dsl/sema/steps.h"
#include "engine/calendar/calendar.h"

namespace journey::sema {

using ir::Op;

namespace {

class ConditionLint {
  public:
    explicit ConditionLint(Context& cx) : cx_(cx) {}

    const Journey* of = nullptr;  // whose conditions these are

    void condition(const NodePtr& node) {
        if (node == nullptr || node->broken) return;
        if (node->op == Op::constant) {
            const auto* value = std::get_if<bool>(&node->constant.held);
            if (value != nullptr) report_constant(*node, *value);
            return;
        }
        inside(*node);
    }

    void branch(const Branch& branch) {
        // Who comes to a case fits none of those before it.
        std::vector<Atom> refused;
        bool all_understood = true;
        for (std::size_t i = 0; i < branch.cases.size(); ++i) {
            const NodePtr& node = branch.cases[i].condition;
            if (node == nullptr || node->broken) return;
            if (i > 0) shadowed(branch, i, refused);
            const std::optional<Atom> atom = atom_of(cx_, *node);
            const std::optional<Atom> opposite = atom ? atom->opposite() : std::nullopt;
            if (opposite) {
                refused.push_back(*opposite);
            } else {
                all_understood = false;
            }
        }
        if (!all_understood || branch.cases.size() < 2 || branch.otherwise.empty()) return;
        Facts facts;
        for (const Atom& atom : refused) {
            if (!facts.learn(atom)) continue;
            cx_.report(Diagnostic::warning("J0303", "NOBODY IS LEFT", branch.otherwise[0].keyword,
                                           "Everyone already left at an earlier choice.")
                           .and_other(atom.span, "who is left fits here")
                           .and_after("The choices before cover every possible value, so this is "
                                      "never done.")
                           .and_help("leave it out, or narrow a choice"));
            return;
        }
    }

  private:
    void report_constant(const Node& node, bool value) {
        cx_.report(Diagnostic::warning("J0301", value ? "ALWAYS TRUE" : "NEVER TRUE", node.span,
                                       tick(cx_.words(node.span)) +
                                           (value ? " is always true." : " can never be true."))
                       .and_after(value ? "Everybody fits, so the question can go."
                                        : "Nobody fits, so nothing behind it can happen."));
    }

    void inside(const Node& node) {
        // `x not in […]` is one question: what is inside of it has the same words.
        if (node.op == Op::logical_not && node.operands[0]->span == node.span) {
            if (reason_never(*node.operands[0])) report_constant(node, true);
            return;
        }
        if (const auto never = reason_never(node)) return report_never(node, *never);
        if (const auto always = decided(node)) return report_constant(node, *always);
        if (band_decides(node)) return;
        if (node.op == Op::logical_and) conjunction(node);
        if (node.op == Op::logical_or) alternatives(node);
        for (const NodePtr& operand : node.operands)
            inside(*operand);
        if (node.aggregate != nullptr) condition(node.aggregate->filter);
    }

    /// Why a question by itself holds for nobody.
    static std::optional<std::string> reason_never(const Node& node) {
        if (node.op == Op::in && node.operands[1]->op == Op::constant) {
            const auto* list = std::get_if<List>(&node.operands[1]->constant.held);
            if (list != nullptr && list->empty()) return "The list is empty.";
        }
        if (node.op != Op::between) return std::nullopt;
        const Node& low = *node.operands[1];
        const Node& high = *node.operands[2];
        if (low.op != Op::constant || high.op != Op::constant) return std::nullopt;
        const std::optional<int> order = order_of(low.constant, high.constant);
        if (!order || *order <= 0) return std::nullopt;
        return "The first value is the larger one, so nothing lies between them.";
    }

    /// The numbers that a question about how often, or about a clock, can answer with.
    static std::optional<std::pair<double, double>> range_of(const Node& node) {
        constexpr double kEver = std::numeric_limits<double>::infinity();
        switch (node.op) {
            case Op::aggregate:
                if (node.aggregate->fn != ir::AggregateFn::count &&
                    node.aggregate->fn != ir::AggregateFn::count_distinct)
                    return std::nullopt;
                return std::pair(0.0, kEver);
            case Op::size:
                return std::pair(0.0, kEver);
            case Op::hour:
                return std::pair(0.0, 23.0);
            case Op::minute:
                return std::pair(0.0, 59.0);
            case Op::day:
                return std::pair(1.0, 31.0);
            case Op::month:
                return std::pair(1.0, 12.0);
            default:
                return std::nullopt;
        }
    }

    /// What a comparison answers for everybody. Nullopt: that depends.
    std::optional<bool> decided(const Node& node) const {
        if (node.op == Op::is_missing || node.op == Op::is_present) {
            const Node& of_what = *node.operands[0];
            const bool always_there = of_what.op == Op::user_field &&
                                      of_what.a < cx_.schema().profile.size() &&
                                      cx_.schema().profile[of_what.a].fallback.has_value();
            if (always_there) return node.op == Op::is_present;
        }
        const bool less = node.op == Op::less || node.op == Op::less_equal;
        const bool greater = node.op == Op::greater || node.op == Op::greater_equal;
        if (!less && !greater) return std::nullopt;
        if (outlives(node)) return false;
        const Node& left = *node.operands[0];
        const Node& right = *node.operands[1];
        const bool strict = node.op == Op::less || node.op == Op::greater;
        if (strict && left.op != Op::constant && cx_.words(left.span) == cx_.words(right.span))
            return false;
        const bool turned = left.op == Op::constant;
        const auto range = range_of(turned ? right : left);
        const Value& with = (turned ? left : right).constant;
        if (!range || (turned ? left : right).op != Op::constant) return std::nullopt;
        const auto* whole = std::get_if<std::int64_t>(&with.held);
        const auto* real = std::get_if<double>(&with.held);
        if (whole == nullptr && real == nullptr) return std::nullopt;
        const double number = whole != nullptr ? static_cast<double>(*whole) : *real;
        const auto [least, most] = *range;
        const auto holds = [&](double value) {
            const double a = turned ? number : value;
            const double b = turned ? value : number;
            return less ? (strict ? a < b : a <= b) : (strict ? a > b : a >= b);
        };
        // Order asks the same way over the whole range, so its two ends tell.
        if (holds(least) != holds(most)) return std::nullopt;
        return holds(least);
    }

    /// `time since entry > 20 days` where nobody is inside for longer than ten: it was made
    /// `entry + 20 days < now`.
    bool outlives(const Node& node) const {
        if (of == nullptr || !of->lifetime) return false;
        if (node.op != Op::less && node.op != Op::less_equal) return false;
        const Node& due = *node.operands[0];
        const Node& now = *node.operands[1];
        if (now.op != Op::now || due.op != Op::add || due.operands[0]->op != Op::entry_time)
            return false;
        const auto* length = std::get_if<CalendarDuration>(&due.operands[1]->constant.held);
        if (due.operands[1]->op != Op::constant || length == nullptr) return false;
        return calendar::bounds_of(*length).least > calendar::bounds_of(*of->lifetime).most;
    }

    void report_never(const Node& node, const std::string& why) {
        Diagnostic diagnostic =
            Diagnostic::warning("J0301", "NEVER TRUE", node.span,
                                tick(cx_.words(node.span)) + " can never be true.")
                .and_after(why);
        if (node.op == Op::between) diagnostic.help.push_back("write the smaller value first");
        cx_.report(std::move(diagnostic));
    }

    /// A comparison of a band that all of its scores answer alike.
    bool band_decides(const Node& node) {
        if (node.operands.empty()) return false;
        const bool turned = node.operands.size() == 2 && node.operands[0]->op == Op::constant;
        const Node& band = *node.operands[turned ? 1 : 0];
        const std::vector<std::int64_t> scores = scores_of(band);
        if (scores.empty()) return false;
        std::size_t fit = 0;
        std::vector<std::string> listing;
        for (const std::int64_t score : scores) {
            const std::optional<bool> fits = answer(node, turned, score);
            if (!fits) return false;
            fit += *fits ? 1 : 0;
            listing.push_back(std::to_string(score));
        }
        if (fit != 0 && fit != scores.size()) return false;
        const bool always = fit != 0;
        cx_.report(Diagnostic::warning("J0301", always ? "ALWAYS TRUE" : "NEVER TRUE", node.span,
                                       tick(cx_.words(node.span)) +
                                           (always ? " is always true." : " can never be true."))
                       .and_after("The band " + tick(cx_.words(band.span)) + " gives " +
                                  listed(listing) + "."));
        return true;
    }

    /// Does the comparison hold for a band's score? Nullopt when it is none with constants.
    static std::optional<bool> answer(const Node& node, bool turned, std::int64_t score) {
        const auto order = [&](std::size_t at) -> std::optional<int> {
            if (at >= node.operands.size() || node.operands[at]->op != Op::constant)
                return std::nullopt;
            return order_of(Value(score), node.operands[at]->constant);
        };
        std::optional<int> with = order(turned ? 0 : 1);
        if (!with) return std::nullopt;
        if (turned) with = -*with;
        switch (node.op) {
            case Op::less:
                return *with < 0;
            case Op::less_equal:
                return *with <= 0;
            case Op::greater:
                return *with > 0;
            case Op::greater_equal:
                return *with >= 0;
            case Op::between: {
                const std::optional<int> high = order(2);
                if (!high) return std::nullopt;
                return *with >= 0 && *high <= 0;
            }
            default:
                return std::nullopt;
        }
    }

    void conjunction(const Node& node) {
        Facts facts;
        for (const NodePtr& part : node.operands) {
            const auto ways = ways_of(cx_, *part);
            if (!ways) continue;
            std::optional<Span> clash;
            if (ways->size() == 1) {
                for (const Atom& atom : ways->front()) {
                    if (!clash) clash = facts.learn(atom);
                }
            } else {
                // One way that may hold is enough.
                for (const std::vector<Atom>& way : *ways) {
                    Facts with = facts;
                    clash.reset();
                    for (const Atom& atom : way) {
                        if (!clash) clash = with.learn(atom);
                    }
                    if (!clash) break;
                }
            }
            if (!clash) continue;
            Diagnostic diagnostic =
                Diagnostic::warning("J0301", "NEVER TRUE", part->span,
                                    tick(cx_.words(node.span)) + " can never be true.")
                    .and_after("This part excludes an earlier one.")
                    .and_help("did you mean `or`?");
            if (*clash != part->span) diagnostic.others.push_back({*clash, "", false});
            cx_.report(std::move(diagnostic));
            return;
        }
    }

    /// `or` leaves nobody out when no one fits the opposite of every part.
    void alternatives(const Node& node) {
        Facts facts;
        bool clash = false;
        for (const NodePtr& part : node.operands) {
            const std::optional<Atom> atom = atom_of(cx_, *part);
            const std::optional<Atom> opposite = atom ? atom->opposite() : std::nullopt;
            if (opposite && facts.learn(*opposite)) clash = true;
        }
        if (clash) {
            cx_.report(Diagnostic::warning("J0301", "ALWAYS TRUE", node.span,
                                           tick(cx_.words(node.span)) + " is always true.")
                           .and_after("Whoever does not fit one part fits another, so everybody "
                                      "does.")
                           .and_help("did you mean `and`?"));
        }
    }

    /// Every way to fit `later` fits `earlier` too.
    static bool covers(const std::vector<std::vector<Atom>>& earlier,
                       const std::vector<std::vector<Atom>>& later) {
        for (const std::vector<Atom>& way : later) {
            Facts facts;
            for (const Atom& atom : way) {
                if (facts.learn(atom)) return false;  // J0301's to say
            }
            const bool fits =
                std::any_of(earlier.begin(), earlier.end(), [&](const std::vector<Atom>& other) {
                    return std::all_of(other.begin(), other.end(),
                                       [&](const Atom& atom) { return facts.implies(atom); });
                });
            if (!fits) return false;
        }
        return !later.empty();
    }

    void shadowed(const Branch& branch, std::size_t at, const std::vector<Atom>& refused) {
        const Node& node = *branch.cases[at].condition;
        const auto ways = ways_of(cx_, node);
        for (std::size_t i = 0; i < at; ++i) {
            const Node& before = *branch.cases[i].condition;
            const auto earlier = ways_of(cx_, before);
            const bool same = cx_.words(before.span) == cx_.words(node.span);
            if (!same && !(ways && earlier && covers(*earlier, *ways))) continue;
            report_shadowed(node, before.span);
            return;
        }
        if (!ways || ways->size() != 1) return;
        Facts facts;
        for (const Atom& atom : ways->front()) {
            if (facts.learn(atom)) return;
        }
        for (const Atom& atom : refused) {
            if (!facts.learn(atom)) continue;
            cx_.report(Diagnostic::warning("J0303", "NOBODY IS LEFT", node.span,
                                           "Everyone who fits this already left at an earlier "
                                           "choice.")
                           .and_after("Choices are tried from the top, and the first that fits is "
                                      "taken.")
                           .and_help("put the narrower choice first"));
            return;
        }
    }

    void report_shadowed(const Node& node, Span before) {
        const std::string line = std::to_string(cx_.line(node.span));
        const std::string earlier = std::to_string(cx_.line(before));
        cx_.report(
            Diagnostic::warning(
                "J0303", "NOBODY IS LEFT", node.span,
                line == earlier
                    ? "Everyone who fits this already left at an earlier choice."
                    : "Everyone who fits line " + line + " already left at line " + earlier + ".")
                .and_other(before, "taken first")
                .and_after("Choices are tried from the top, and the first that fits is taken.")
                .and_help("put the narrower choice first"));
    }

    Context& cx_;
};

/// A `when` arm that holds the moment the wait begins.
class WaitLint {
  public:
    WaitLint(Context& cx, const Journey& journey) : cx_(cx), journey_(journey) {}

    /// `held`: what was asked with no time passing since.
    void steps(const Steps& steps, std::vector<Atom> held) {
        for (const Step& step : steps) {
            if (const auto* wait = std::get_if<AtMost>(&step.act)) {
                at_most(*wait, held);
                held.clear();
            } else if (const auto* branch = std::get_if<Branch>(&step.act)) {
                for (const Case& one : branch->cases) {
                    std::vector<Atom> inside = held;
                    if (one.condition != nullptr) add(*one.condition, inside);
                    this->steps(one.steps, std::move(inside));
                }
                this->steps(branch->otherwise, held);
                held.clear();
            } else if (const auto* pick = std::get_if<Pick>(&step.act)) {
                for (const PickArm& arm : pick->arms)
                    this->steps(arm.steps, held);
                held.clear();
            } else if (const auto* call = std::get_if<Call>(&step.act)) {
                this->steps(call->otherwise, {});
                held.clear();
            } else if (const auto* repeat = std::get_if<Repeat>(&step.act)) {
                // The second round begins later than the first.
                this->steps(repeat->steps, {});
                held.clear();
            } else if (!std::holds_alternative<Send>(step.act) &&
                       !std::holds_alternative<Let>(step.act)) {
                held.clear();
            }
        }
    }

    void add(const Node& node, std::vector<Atom>& held) const {
        const auto ways = ways_of(cx_, node);
        if (ways && ways->size() == 1) {
            held.insert(held.end(), ways->front().begin(), ways->front().end());
        } else if (node.op == Op::logical_and) {
            for (const NodePtr& part : node.operands)
                add(*part, held);
        }
    }

  private:
    void at_most(const AtMost& wait, const std::vector<Atom>& held) {
        Facts facts;
        for (const Atom& atom : held) {
            if (facts.learn(atom)) return;
        }
        for (const WaitArm& arm : wait.arms) {
            if (arm.condition != nullptr && !arm.condition->broken) {
                const auto ways = ways_of(cx_, *arm.condition);
                const bool already =
                    ways && std::any_of(ways->begin(), ways->end(), [&](const auto& way) {
                        return std::all_of(way.begin(), way.end(),
                                           [&](const Atom& atom) { return facts.implies(atom); });
                    });
                if (already) report_at_once(*arm.condition, held);
            }
            again(arm);
            std::vector<Atom> inside;
            if (arm.condition != nullptr) add(*arm.condition, inside);
            steps(arm.steps, std::move(inside));
        }
        steps(wait.timeout, {});
    }

    void report_at_once(const Node& condition, const std::vector<Atom>& held) {
        Diagnostic diagnostic =
            Diagnostic::warning("J0312", "NOTHING TO WAIT FOR", condition.span,
                                "This already holds when the wait begins, so nobody waits.");
        for (const Atom& atom : held) {
            const std::optional<Atom> wanted = atom_of(cx_, condition);
            if (wanted && wanted->about == atom.about)
                diagnostic.others.push_back({atom.span, "asked here", false});
        }
        cx_.report(std::move(diagnostic)
                       .and_after("Only people for whom it holds come this way, and no time passes "
                                  "in between.")
                       .and_help("leave the wait out, or wait for something else"));
    }

    /// `on signed_up` in a journey that signing up starts: no arm sees what was before the wait.
    void again(const WaitArm& arm) {
        if (arm.condition != nullptr || arm.pattern.broken || arm.pattern.event == kNone) return;
        if (arm.pattern.filter != nullptr || journey_.reentry != ir::Reentry::never) return;
        const bool starts = std::any_of(
            journey_.triggers.begin(), journey_.triggers.end(), [&](const Trigger& trigger) {
                const auto* event = std::get_if<OnEvent>(&trigger.what);
                return event != nullptr && event->pattern.event == arm.pattern.event;
            });
        if (!starts) return;
        const std::string& event = cx_.schema().events[arm.pattern.event].name;
        cx_.report(
            Diagnostic::information("J0312", "A SECOND TIME?", arm.pattern.span,
                                    "This waits for " + tick(event) +
                                        " to happen again: the first one started this journey.")
                .and_after("A wait never sees what happened before it.")
                .and_help("to look back, ask " + tick("did(" + event + " within 30d)")));
    }

    Context& cx_;
    const Journey& journey_;
};

}  // namespace

void lint_conditions(Context& cx) {
    ConditionLint lint(cx);
    for (const Segment& segment : cx.model.segments)
        lint.condition(segment.is);
    for (const Journey& journey : cx.model.journeys) {
        if (cx.stopped()) return;
        lint.of = nullptr;
        lint.condition(journey.admit);
        for (const Trigger& trigger : journey.triggers) {
            const auto* event = std::get_if<OnEvent>(&trigger.what);
            if (event == nullptr) continue;
            lint.condition(event->pattern.filter);
            for (const Pattern& pattern : event->unless)
                lint.condition(pattern.filter);
        }
        lint.of = &journey;
        for (const Exit& exit : journey.exits) {
            lint.condition(exit.condition);
            lint.condition(exit.pattern.filter);
        }
        each_step(journey.steps, [&](const Step& step) {
            if (const auto* branch = std::get_if<Branch>(&step.act)) {
                for (const Case& one : branch->cases)
                    lint.condition(one.condition);
                lint.branch(*branch);
            }
            if (const auto* wait = std::get_if<AtMost>(&step.act)) {
                for (const WaitArm& arm : wait->arms) {
                    lint.condition(arm.condition);
                    lint.condition(arm.pattern.filter);
                }
            }
        });
        WaitLint waits(cx, journey);
        std::vector<Atom> held;
        if (journey.admit != nullptr && !journey.admit->broken) waits.add(*journey.admit, held);
        waits.steps(journey.steps, std::move(held));
    }
}

}  // namespace journey::sema
