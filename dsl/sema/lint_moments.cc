// What the clock says along the ways through a journey. J0312: waits for a moment that is past on
// every way. J0313: messages that quiet hours keep until they are no longer valid.
//
// Lengths are bounds that hold on every night of the year (calendar::bounds_of), and what is not
// certain is not said.

#include "dsl/sema/lints.h"
#include "dsl/sema/steps.h"
#include "engine/calendar/calendar.h"

namespace journey::sema {

using ir::Op;

namespace {

constexpr std::int64_t kHour = 3600;
constexpr std::int64_t kDay = 86400;
constexpr std::int64_t kZoneMost = 14 * kHour;  // no place is further from Greenwich

/// The time of day at which people stand somewhere: `width` seconds from `from` on, in one zone.
struct Clock {
    std::string zone;  // "" = where the person lives
    std::int64_t from = 0;
    std::int64_t width = 0;
    friend bool operator==(const Clock&, const Clock&) = default;
};

/// A moment: seconds after what `base` names ("entry", "trigger", "1970", or `trigger.date`).
struct Moment {
    std::string base;
    std::int64_t least = 0;
    std::int64_t most = 0;
};

/// What is certain about everybody who stands somewhere.
struct At {
    struct Past {
        std::int64_t since = 0;  // it is at least so many seconds later than the base
        std::optional<Span> wait;
    };
    bool nobody = false;
    std::vector<Clock> clocks;  // one of them; empty: unknown
    std::map<std::string, Past> past;
};

std::int64_t until(std::int64_t from, std::int64_t to) {
    const std::int64_t ahead = (to - from) % kDay;
    return ahead > 0 ? ahead : ahead + kDay;
}

bool inside(std::int64_t at, std::int64_t from, std::int64_t to) {
    return from < to ? at >= from && at < to : at >= from || at < to;
}

std::string clock_text(std::int64_t seconds) {
    return format_time_of_day(TimeOfDay{static_cast<std::int32_t>(seconds)});
}

class Moments {
  public:
    Moments(Context& cx, const Journey& journey) : cx_(cx), journey_(journey) {
        if (journey.quiet != kNone) quiet_ = &cx.schema().quiets[journey.quiet];
        lifetime_ = calendar::bounds_of(lifetime_of(journey)).most;
    }

    void run() { steps(journey_.steps, entry()); }

  private:
    At entry() const {
        At at;
        at.past["entry"] = {};
        at.past["trigger"] = {};  // nobody enters before what lets them in
        std::optional<std::int64_t> first;
        bool once = true;
        for (const Trigger& trigger : journey_.triggers) {
            const auto* schedule = std::get_if<ir::OnSchedule>(&trigger.what);
            if (schedule == nullptr) {
                at.clocks.clear();
                return at;
            }
            once = once && schedule->recurrence == ir::Recurrence::once;
            const std::int64_t wall = schedule->once_local_seconds;
            const bool dated = schedule->recurrence == ir::Recurrence::once;
            add_clock(at.clocks,
                      {here(schedule->zone), dated ? wall % kDay : schedule->time_seconds, 0});
            first = std::min(first.value_or(wall - kZoneMost), wall - kZoneMost);
        }
        if (once && first) at.past["1970"] = {*first, std::nullopt};
        return at;
    }

    static void add_clock(std::vector<Clock>& clocks, Clock clock) {
        if (std::find(clocks.begin(), clocks.end(), clock) == clocks.end())
            clocks.push_back(std::move(clock));
    }

    At steps(const Steps& steps, At at) {
        for (const Step& step : steps) {
            if (at.nobody) return at;
            at = this->step(step, std::move(at));
        }
        return at;
    }

    At step(const Step& step, At at) {
        return std::visit(
            Match{[&](const Send& send) {
                      check_quiet(step, send, at);
                      return at;
                  },
                  [&](const Delay& delay) {
                      if (delay.length == nullptr) return later(std::move(at), delay.duration);
                      at.clocks.clear();  // as long as the person's data says
                      return at;
                  },
                  [&](const WaitUntil& wait) { return wait_until(step, wait, std::move(at)); },
                  [&](const AtMost& most) { return at_most(most, at); },
                  [&](const Branch& branch) {
                      std::vector<At> ends;
                      for (const Case& one : branch.cases)
                          ends.push_back(steps(one.steps, at));
                      ends.push_back(steps(branch.otherwise, at));
                      return joined(ends);
                  },
                  [&](const Pick& pick) {
                      // With a winner, some wait for it to be known.
                      At begin = at;
                      if (pick.winner) begin.clocks.clear();
                      std::vector<At> ends;
                      for (const PickArm& arm : pick.arms)
                          ends.push_back(steps(arm.steps, begin));
                      if (ends.empty()) return begin;
                      return joined(ends);
                  },
                  [&](const Call& call) {
                      at.clocks.clear();  // an answer may take minutes
                      std::vector<At> ends = {at, steps(call.otherwise, at)};
                      return joined(ends);
                  },
                  [&](const Repeat& repeat) {
                      At begin = at;
                      if (rests(repeat.steps)) begin.clocks.clear();
                      At end = steps(repeat.steps, begin);
                      std::vector<At> ends = {end};
                      if (!repeat.certain) ends.push_back(std::move(at));
                      return joined(ends);
                  },
                  [&](const Stop&) {
                      at.nobody = true;
                      return at;
                  },
                  [&](const auto&) { return at; }},
            step.act);
    }

    static bool rests(const Steps& steps) {
        bool found = false;
        each_step(steps, [&](const Step& step) {
            found = found || std::holds_alternative<Delay>(step.act) ||
                    std::holds_alternative<WaitUntil>(step.act) ||
                    std::holds_alternative<AtMost>(step.act) ||
                    std::holds_alternative<Call>(step.act);
        });
        return found;
    }

    /// Months and days keep the time of day where the person lives; elsewhere the two nights of the
    /// year count on which a clock is changed.
    static At later(At at, const CalendarDuration& duration) {
        const std::int64_t least = calendar::bounds_of(duration).least;
        for (auto& [base, past] : at.past)
            past.since += least;
        const bool days = duration.months != 0 || duration.days != 0;
        for (Clock& clock : at.clocks) {
            const bool felt = duration.seconds != 0 || (days && !clock.zone.empty());
            clock.from = (clock.from + duration.seconds % kDay + kDay - (felt ? kHour : 0)) % kDay;
            clock.width += felt ? 2 * kHour : 0;
            if (clock.width < kDay / 2) continue;
            at.clocks.clear();
            break;
        }
        return at;
    }

    At at_most(const AtMost& most, const At& at) {
        At early = at;
        early.clocks.clear();
        std::vector<At> ends;
        for (const WaitArm& arm : most.arms)
            ends.push_back(steps(arm.steps, early));
        ends.push_back(steps(most.timeout, later(at, most.duration)));
        return joined(ends);
    }

    static At joined(const std::vector<At>& ends) {
        std::optional<At> all;
        for (const At& end : ends) {
            if (end.nobody) continue;
            if (!all) {
                all = end;
                continue;
            }
            if (all->clocks.empty() || end.clocks.empty()) {
                all->clocks.clear();
            } else {
                for (const Clock& clock : end.clocks)
                    add_clock(all->clocks, clock);
                if (all->clocks.size() > kClocksMost) all->clocks.clear();
            }
            for (auto one = all->past.begin(); one != all->past.end();) {
                const auto other = end.past.find(one->first);
                if (other == end.past.end()) {
                    one = all->past.erase(one);
                    continue;
                }
                if (other->second.since < one->second.since) one->second = other->second;
                ++one;
            }
        }
        if (all) return *all;
        At nobody;
        nobody.nobody = true;
        return nobody;
    }

    At wait_until(const Step& step, const WaitUntil& wait, At at) {
        if (wait.moment == nullptr) {
            at.clocks.clear();
            const bool known = wait.zone_from == nullptr && is_known(wait.zone);
            if (wait.time_seconds && known)
                at.clocks.push_back({here(wait.zone), *wait.time_seconds, 0});
            return at;
        }
        at.clocks.clear();  // who comes too late goes on at whatever time it is
        const std::optional<Moment> moment = moment_of(wait);
        if (!moment) return at;
        const auto known = at.past.find(moment->base);
        if (known != at.past.end() && known->second.since >= moment->most) {
            report_past(step, *wait.moment, known->second);
            return at;
        }
        if (moment->base == "entry" && moment->least > known->second.since) {
            // The other bases pass with it.
            const std::int64_t more = moment->least - known->second.since;
            for (auto& [base, past] : at.past)
                past.since += base == "trigger" || base == "1970" ? more : 0;
        }
        const bool fresh = known == at.past.end() || known->second.since < moment->least;
        if (fresh) at.past[moment->base] = {moment->least, wait.moment->span};
        return at;
    }

    /// The zone of a step: its own, or the journey's.
    const std::string& here(const std::string& zone) const {
        return zone.empty() ? journey_.zone : zone;
    }
    bool is_known(const std::string& zone) const {
        return !zone.empty() || journey_.zone_from == nullptr;
    }

    /// Nullopt for moments that may move while people wait.
    static std::optional<Moment> moment_of(const WaitUntil& wait) {
        std::optional<Moment> moment = moment_of(*wait.moment);
        if (!moment || !wait.time_seconds) return moment;
        if (wait.moment->type.kind != ir::TypeKind::date) return std::nullopt;
        moment->least += *wait.time_seconds - kHour;
        moment->most += *wait.time_seconds + kHour;
        return moment;
    }

    static std::optional<Moment> moment_of(const Node& node) {
        if (node.op == Op::constant) {
            if (const auto* instant = std::get_if<Instant>(&node.constant.held)) {
                const std::int64_t seconds = micros_of(*instant) / 1'000'000;
                return Moment{"1970", seconds, seconds + 1};
            }
            if (const auto* date = std::get_if<Date>(&node.constant.held)) {
                const std::int64_t seconds = date->days * kDay;
                return Moment{"1970", seconds - kZoneMost, seconds + kZoneMost};
            }
            return std::nullopt;
        }
        if (node.op == Op::entry_time) return Moment{"entry", 0, 0};
        if (node.op == Op::trigger_time) return Moment{"trigger", 0, 0};
        if (node.op == Op::trigger_field) {
            const std::int64_t slack = node.type.kind == ir::TypeKind::date ? kZoneMost : 0;
            return Moment{"trigger." + node.name, -slack, slack};
        }
        if ((node.op != Op::add && node.op != Op::subtract) || node.operands.size() != 2)
            return std::nullopt;
        std::optional<Moment> moment = moment_of(*node.operands[0]);
        const auto* by = std::get_if<CalendarDuration>(&node.operands[1]->constant.held);
        if (!moment || node.operands[1]->op != Op::constant || by == nullptr) return std::nullopt;
        const calendar::Bounds bounds = calendar::bounds_of(*by);
        if (node.op == Op::add) {
            moment->least += bounds.least;
            moment->most += bounds.most;
        } else {
            moment->least -= bounds.most;
            moment->most -= bounds.least;
        }
        return moment;
    }

    void report_past(const Step& step, const Node& moment, const At::Past& past) {
        Diagnostic diagnostic =
            Diagnostic::warning("J0312", "THE MOMENT IS PAST", moment.span,
                                "When people get here this moment is past, so nobody waits.");
        if (past.wait && *past.wait != moment.span)
            diagnostic.others.push_back({*past.wait, "they waited at least until here", false});
        for (const Span& include : step.includes)
            diagnostic.others.push_back({include, "included here", false});
        cx_.report(std::move(diagnostic)
                       .and_after("A wait for a moment that is over goes on at once.")
                       .and_help("leave the wait out, or wait for a later moment"));
    }

    struct Eaten {
        std::string thrown;  // when the message is no longer valid; "": skipped at once
        bool left = false;   // the person is no longer inside when quiet hours end
    };
    /// Nullopt when there is a minute in which it may go out to people who come at that time.
    std::optional<Eaten> eaten(const Send& send, const Clock& clock, std::int64_t since) const {
        if (clock.zone != quiet_->zone) return std::nullopt;
        if (!inside(clock.from, quiet_->from_seconds, quiet_->to_seconds)) return std::nullopt;
        const std::int64_t held = until(clock.from, quiet_->to_seconds);
        if (held <= clock.width) return std::nullopt;
        if (!quiet_->hold) return Eaten{};
        if (lifetime_ - since <= held - clock.width) return Eaten{"", true};
        const ir::Validity& validity = send.validity;
        const bool until_known = send.validity_zone == nullptr && is_known(validity.zone);
        if (validity.kind == ir::Validity::Kind::until_time && until_known &&
            here(validity.zone) == quiet_->zone) {
            const std::int64_t valid = until(clock.from, validity.until_seconds);
            if (valid <= clock.width || valid > held) return std::nullopt;
            return Eaten{"at " + clock_text(validity.until_seconds)};
        }
        if (validity.kind == ir::Validity::Kind::for_duration) {
            if (calendar::bounds_of(validity.duration).most > held - clock.width)
                return std::nullopt;
            return Eaten{"after " + format_duration(validity.duration)};
        }
        return std::nullopt;
    }

    void check_quiet(const Step& step, const Send& send, const At& at) {
        if (quiet_ == nullptr || send.waive_quiet) return;
        if (std::find(quiet_->channels.begin(), quiet_->channels.end(), send.channel) ==
            quiet_->channels.end()) {
            return;
        }
        // Counted from entry, which is on every way.
        const std::int64_t since = at.past.at("entry").since;
        if (at.clocks.empty()) {
            doubt_night(step, send, since);
            return;
        }
        std::optional<Eaten> why;
        for (const Clock& clock : at.clocks) {
            why = eaten(send, clock, since);
            if (!why) return;
        }
        const Clock& clock = at.clocks.front();
        const std::string people =
            at.clocks.size() > 1
                ? "People get here at several times of the day, and at none of them may it go out."
            : clock.width > 0 ? "People get here between " + clock_text(clock.from) + " and " +
                                    clock_text((clock.from + clock.width) % kDay) +
                                    ", so there is no minute in which it may go out."
                              : "People get here at " + clock_text(clock.from) +
                                    ", so there is no minute in which it may go out.";
        const bool skips = why->thrown.empty() && !why->left;
        const std::string hours = hours_text(skips ? "skips" : "holds");
        Diagnostic diagnostic = Diagnostic::error(
            "J0313", "QUIET HOURS EAT THIS MESSAGE",
            why->thrown.empty() ? step.keyword : send.validity_span,
            "This " + cx_.schema().channels[send.channel].name + " message can never be sent.");
        for (const Span& include : step.includes)
            diagnostic.others.push_back({include, "included here", false});
        if (why->left) {
            if (journey_.lifetime)
                diagnostic.others.push_back(
                    {journey_.lifetime_span, "everyone leaves here", false});
            cx_.report(std::move(diagnostic)
                           .and_after(hours + ", and by then everyone has left.\n" + people)
                           .and_help("let the journey live longer, or wait until another hour"));
        } else if (skips) {
            cx_.report(std::move(diagnostic)
                           .and_after(hours + ".\n" + people)
                           .and_help("wait until another hour, or say `then hold`"));
        } else {
            cx_.report(
                std::move(diagnostic)
                    .and_after(hours + ", and it is thrown away " + why->thrown + ".\n" + people)
                    .and_help("let it be valid longer, or wait until another hour"));
        }
    }

    std::string hours_text(std::string_view does) const {
        return "`quiet " + quiet_->name + "` " + std::string(does) + " it from " +
               clock_text(quiet_->from_seconds) + " to " + clock_text(quiet_->to_seconds);
    }

    /// People come here at any hour: does the night outlast them, or the message?
    void doubt_night(const Step& step, const Send& send, std::int64_t since) {
        if (!quiet_->hold) return;
        const std::int64_t night = until(quiet_->from_seconds, quiet_->to_seconds);
        if (lifetime_ - since < night) {
            if (night_doubted_ || !journey_.lifetime) return;
            night_doubted_ = true;
            cx_.report(Diagnostic::warning("J0313", "THE NIGHT OUTLIVES THE JOURNEY", step.keyword,
                                           "Who gets here when quiet hours begin leaves before "
                                           "they end, and gets no message.")
                           .and_other(journey_.lifetime_span, "everyone leaves here")
                           .and_after(hours_text("holds") + ".")
                           .and_help("let the journey live longer than the quiet hours"));
            return;
        }
        const ir::Validity& validity = send.validity;
        if (validity.kind != ir::Validity::Kind::for_duration) return;
        if (calendar::bounds_of(validity.duration).most >= night) return;
        cx_.report(Diagnostic::information("J0313", "ONLY FOR THOSE WHO COME BY DAY",
                                           send.validity_span,
                                           "Quiet hours last longer than this message is valid.")
                       .and_after(hours_text("holds") +
                                  ", and who gets here when they begin gets no message.")
                       .and_help("let it be valid longer, if they should get it in the morning"));
    }

    static constexpr std::size_t kClocksMost = 8;
    Context& cx_;
    const Journey& journey_;
    const ir::Quiet* quiet_ = nullptr;
    std::int64_t lifetime_ = 0;
    bool night_doubted_ = false;
};

}  // namespace

void lint_moments(Context& cx) {
    for (const Journey& journey : cx.model.journeys) {
        if (cx.stopped()) return;
        Moments(cx, journey).run();
    }
}

}  // namespace journey::sema
