// `wait D`, `wait until T`, `wait at most D { … }`.

#include "dsl/sema/step_checker.h"

#include <array>

namespace journey::sema {

using ir::TypeKind;

namespace {

/// J0108 when the wait is for an event, which needs a limit and a block. True when told.
bool refuse_event(Context& cx, const Scope& scope, const ast::Expr& expr) {
    const auto* name = std::get_if<ast::NameRef>(&expr.what);
    if (name == nullptr || cx.peek(Kind::event, name->name.text) == nullptr) return false;
    if (scope.journey != nullptr && scope.journey->locals.contains(name->name.text)) return false;
    cx.report(
        Diagnostic::error("J0108", "AND IF IT NEVER COMES?", name->name.span,
                          tick(name->name.text) + " is an event; a wait for one needs a limit.")
            .and_help("write `wait at most 7 days { on " + name->name.text + " { … } }`"));
    return true;
}

}  // namespace

std::optional<Delay> StepChecker::check_delay(const ast::Delay& delay) {
    after_wait();
    if (refuse_event(cx_, scope_, *delay.duration)) return std::nullopt;
    NodePtr length = check_expr(cx_, scope_, *delay.duration);
    if (length->broken) return std::nullopt;
    const std::string words = cx_.words(length->span);
    if (length->type.kind != TypeKind::duration) {
        Diagnostic diagnostic =
            Diagnostic::error("J0203", "HOW LONG?", length->span,
                              is_number(length->type) && is_constant(*length)
                                  ? "`wait " + words + "`: " + words + " what?"
                                  : tick(words) + " is " + describe(length->type, cx_.schema()) +
                                        ", and a wait needs a length of time.");
        if (is_number(length->type) && is_constant(*length)) {
            for (const char* unit : {" minutes", " hours", " days"}) {
                diagnostic.fixes.push_back(
                    {Applicability::sketch,
                     "write " + tick(words + unit) + ".",
                     {{{length->span.file, length->span.end, length->span.end}, unit}}});
            }
        } else if (is_day_or_moment(length->type)) {
            diagnostic.help.push_back("to wait for a moment: `wait until " + words + "`");
        } else {
            diagnostic.help.push_back("write a length, for example `wait 2 days`");
        }
        cx_.report(std::move(diagnostic));
        return std::nullopt;
    }
    if (!is_constant(*length)) return check_length(std::move(length));
    Delay made{std::get<CalendarDuration>(length->constant.held), nullptr, length->span};
    if (made.duration.months == 0 && made.duration.days == 0 && made.duration.seconds == 0) {
        cx_.report(Diagnostic::warning("J0312", "NOTHING TO WAIT FOR", length->span,
                                       "This waits no time at all.")
                       .and_help("leave the wait out, or write how long"));
    }
    if (made.duration.months < 0 || made.duration.days < 0 || made.duration.seconds < 0) {
        cx_.report(Diagnostic::error("J0213", "BACK IN TIME", length->span,
                                     "Nobody can wait into the past."));
        return std::nullopt;
    }
    return made;
}

/// A length that depends on the person, like `user.trial_length`.
std::optional<Delay> StepChecker::check_length(NodePtr length) {
    if (length->may_be_missing) {
        const std::string words = cx_.words(length->span);
        cx_.report(Diagnostic::error(
                       "J0208", "IT MAY BE MISSING", length->span,
                       tick(words) + " may be missing, and then nobody knows how long to wait.")
                       .and_fix(Applicability::sketch, "add `default 14 days`.",
                                {{{length->span.file, length->span.end, length->span.end},
                                  " default 14 days"}}));
        return std::nullopt;
    }
    Delay made;
    made.span = length->span;
    made.length = std::move(length);
    return made;
}

void StepChecker::set_zone(const ast::Zone& zone, WaitUntil& made) {
    StepZone found = check_step_zone(cx_, scope_, zone);
    made.zone = std::move(found.name);
    made.zone_from = std::move(found.from);
}

std::optional<WaitUntil> StepChecker::check_until(const ast::WaitUntil& wait) {
    WaitUntil made;
    const bool good = std::visit(
        Match{[&](const ast::UntilClock& clock) {
                  made.time_seconds = clock.time.value.seconds;
                  set_zone(clock.zone, made);
                  return true;
              },
              [&](const ast::UntilWeekday& weekday) {
                  made.weekday = static_cast<std::uint8_t>(static_cast<int>(weekday.day.day) + 1);
                  made.time_seconds = weekday.time.value.seconds;
                  set_zone(weekday.zone, made);
                  return true;
              },
              [&](const ast::UntilMoment& moment) { return check_moment(moment, made); }},
        wait.until.what);
    after_wait();
    return good ? std::optional(std::move(made)) : std::nullopt;
}

namespace {

/// The property behind a moment that may be missing; null when it is not a property's doing.
const Node* what_may_be_missing(const Node& node) {
    if (node.may_be_missing && !node.path.empty()) return &node;
    for (const NodePtr& operand : node.operands) {
        if (const Node* found = what_may_be_missing(*operand)) return found;
    }
    return nullptr;
}

struct NamedDay {
    std::string_view name;
    std::string_view moment;
};
constexpr std::array kNamedDays = std::to_array<NamedDay>({
    {"tomorrow", "date_of(now) + 1 day"},
    {"today", "date_of(now)"},
    {"tonight", "date_of(now)"},
    {"明天", "date_of(now) + 1 day"},
    {"后天", "date_of(now) + 2 days"},
    {"今天", "date_of(now)"},
});

/// `wait until Monday`, which reads as a moment called so; true when told.
bool refuse_weekday(Context& cx, const ast::Name& name, const ast::UntilMoment& moment) {
    static constexpr std::array<std::string_view, 7> kDays = {
        "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
    std::string word = name.text;
    for (char& c : word) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    if (!word.empty() && word[0] >= 'a' && word[0] <= 'z') {
        word[0] = static_cast<char>(word[0] - 'a' + 'A');
    }
    const auto day = std::find_if(kDays.begin(), kDays.end(), [&](std::string_view one) {
        return word.size() >= 3 && one.starts_with(word);
    });
    if (day == kDays.end()) return false;
    const std::string meant = std::string(*day) + (moment.at ? "" : " at 10:00 local");
    const std::string fact = moment.at ? tick(name.text) + " is written " + tick(meant) + "."
                                       : "A weekday needs a time of day.";
    cx.report(Diagnostic::error("J0108", "WHICH DAY?", name.span, fact)
                  .and_fix(moment.at ? Applicability::certain : Applicability::probable,
                           "write " + tick(meant) + ".", {{name.span, meant}}));
    return true;
}

/// `wait until tomorrow at 10:00 local`; true when told.
bool refuse_named_day(Context& cx, const Scope& scope, const ast::UntilMoment& moment) {
    const auto* name = std::get_if<ast::NameRef>(&moment.moment->what);
    if (name == nullptr || scope.journey->locals.contains(name->name.text)) return false;
    const auto day = std::find_if(kNamedDays.begin(), kNamedDays.end(),
                                  [&](const NamedDay& one) { return one.name == name->name.text; });
    if (day == kNamedDays.end()) return refuse_weekday(cx, name->name, moment);
    const Span span = moment.moment->span;
    std::string meant(day->moment);
    if (!moment.at) meant += name->name.text == "tonight" ? " at 20:00 local" : " at 10:00 local";
    cx.report(Diagnostic::error("J0108", "WHICH DAY?", span,
                                tick(name->name.text) + " is written " + tick(meant) + ".")
                  .and_after("`date_of(now)` is today, and days can be added to it.")
                  .and_fix(Applicability::probable, "write " + tick(meant) + ".", {{span, meant}}));
    return true;
}

}  // namespace

bool StepChecker::check_moment(const ast::UntilMoment& moment, WaitUntil& made) {
    if (refuse_event(cx_, scope_, *moment.moment)) return false;
    if (refuse_named_day(cx_, scope_, moment)) return false;
    NodePtr at = check_expr(cx_, scope_, *moment.moment);
    if (at->broken) return false;
    if (!is_day_or_moment(at->type)) {
        Diagnostic diagnostic = Diagnostic::error("J0201", "UNTIL WHEN?", at->span,
                                                  "`wait until` needs a moment or a date, and " +
                                                      tick(cx_.words(at->span)) + " is " +
                                                      describe(at->type, cx_.schema()) + ".");
        if (at->type.kind == TypeKind::duration) {
            diagnostic.fixes.push_back(
                {Applicability::probable, "write `wait " + cx_.words(at->span) + "`.", {}});
        } else if (at->type.kind == TypeKind::boolean) {
            diagnostic.help.push_back("to wait for a condition: `wait at most 3 days { when " +
                                      cx_.words(at->span) + " { … } }`");
        } else {
            help_with_date(cx_, diagnostic, *at);
        }
        cx_.report(std::move(diagnostic));
        return false;
    }
    if (at->may_be_missing) {
        const Node* doubt = what_may_be_missing(*at);
        const std::string asked = cx_.words(doubt == nullptr ? at->span : doubt->span);
        Diagnostic diagnostic =
            Diagnostic::error("J0208", "IT MAY BE MISSING", at->span,
                              tick(cx_.words(at->span)) +
                                  " may be missing, and then nobody knows until when to wait.");
        if (doubt != nullptr && lapsed_.contains(doubt->path)) {
            diagnostic.after =
                tick(asked) + " was there before the wait above; by the end of it it may be gone.";
            diagnostic.help.push_back("ask again after that wait: `if " + asked +
                                      " is present { … }`");
            diagnostic.help.push_back("or say what stands in for it: `" + asked + " default …`");
        } else {
            diagnostic.help.push_back("ask first: `if " + asked + " is present { … }`");
        }
        cx_.report(std::move(diagnostic));
        return false;
    }
    if (moment.at) {
        made.time_seconds = moment.at->time.value.seconds;
        set_zone(moment.at->zone, made);
    }
    made.moment = std::move(at);
    return true;
}

std::optional<AtMost> StepChecker::check_at_most(const ast::WaitAtMost& wait) {
    AtMost made;
    made.duration = wait.at_most.value;
    made.span = wait.at_most.span;
    after_wait();
    std::optional<Span> timeout;
    Fork fork(*this);
    for (const ast::WaitArm& arm : wait.arms) {
        std::visit(Match{[&](const ast::OnArm& on) {
                             WaitArm one;
                             one.span = arm.span;
                             one.pattern = check_pattern(cx_, scope_, on.event);
                             one.steps = fork.way(on.steps, arm.span, {});
                             made.arms.push_back(std::move(one));
                         },
                         [&](const ast::WhenArm& when) {
                             WaitArm one;
                             one.span = arm.span;
                             one.condition = check_condition(cx_, scope_, *when.condition);
                             one.steps =
                                 fork.way(when.steps, arm.span, present_if(*one.condition, true));
                             made.arms.push_back(std::move(one));
                         },
                         [&](const ast::TimeoutArm& out) {
                             if (timeout) {
                                 cx_.report(Diagnostic::error("J0105", "SAID TWICE", arm.keyword,
                                                              "This wait says `timeout` twice.")
                                                .and_other(*timeout, "first here"));
                                 return;
                             }
                             timeout = arm.keyword;
                             made.timeout = fork.way(out.steps, arm.span, {});
                         }},
                   arm.what);
    }
    if (!timeout) fork.way_past();
    fork.join();
    return made;
}

}  // namespace journey::sema
