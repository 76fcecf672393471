// What happens, step by step. Where ways part, each is told under a heading of its own up to where
// all of them meet again (the nearest state every way must pass); what was told already is named by
// its number.
#include "engine/explain/phrases.h"
#include "engine/explain/rounds.h"

#include <algorithm>
#include <fmt/format.h>

namespace journey::explain {

using ir::Index;
using ir::kNone;
using ir::Way;

namespace {

/// The end behind the last step: nobody wrote it.
bool is_last(const ir::State& state) {
    return std::holds_alternative<ir::End>(state.act) && state.step == "end";
}

/// Where those go who do not stop on purpose. Where the author's last line is a `stop`, that one.
Index usual_end(const ir::Journey& journey) {
    std::vector<bool> reached(journey.states.size());
    std::vector<Index> open{journey.start};
    Index last = kNone;
    while (!open.empty()) {
        const Index at = open.back();
        open.pop_back();
        if (at == kNone || reached[at]) continue;
        reached[at] = true;
        const ir::State& state = journey.states[at];
        if (is_last(state)) return at;
        const bool end = std::holds_alternative<ir::End>(state.act);
        if (end && (last == kNone || journey.states[last].line < state.line)) last = at;
        for (const Way& way : ir::ways_of(state))
            open.push_back(way.target);
    }
    return last;
}

/// For every state the nearest one that all its ways pass through, but for those that stop on
/// purpose; kNone when there is none.
std::vector<Index> meeting_points(const ir::Journey& journey) {
    const std::size_t count = journey.states.size();
    const Index end = usual_end(journey);
    std::vector<std::vector<Index>> next(count);
    for (std::size_t i = 0; i < count; ++i) {
        for (const Way& way : ir::ways_of(journey.states[i])) {
            if (way.target != kNone) next[i].push_back(way.target);
        }
    }
    // passes[i][j]: every way from i to the end passes j. Greatest fixed point, so start with all.
    std::vector<std::vector<bool>> passes(count, std::vector<bool>(count, true));
    for (bool changed = true; changed;) {
        changed = false;
        for (std::size_t i = count; i-- > 0;) {
            const bool stops = next[i].empty() && i != end;
            std::vector<bool> now(count, stops || !next[i].empty());
            for (const Index to : next[i]) {
                for (std::size_t j = 0; j < count; ++j)
                    now[j] = now[j] && passes[to][j];
            }
            now[i] = true;
            if (now == passes[i]) continue;
            passes[i] = std::move(now);
            changed = true;
        }
    }
    std::vector<Index> meet(count, kNone);
    for (std::size_t i = 0; i < count; ++i) {
        // Where everybody stops nobody meets.
        if (std::all_of(passes[i].begin(), passes[i].end(), [](bool one) { return one; })) continue;
        // The nearest one passes all the others that i passes.
        for (std::size_t j = 0; j < count; ++j) {
            if (j == i || !passes[i][j]) continue;
            const bool nearer = meet[i] == kNone || passes[j][meet[i]];
            if (nearer) meet[i] = static_cast<Index>(j);
        }
    }
    return meet;
}

class Walk {
  public:
    Walk(const Speaker& speaker, std::vector<Line>& into)
        : speaker_(speaker),
          states_(speaker.journey().states),
          meet_(meeting_points(speaker.journey())),
          number_(states_.size(), 0),
          into_(into) {}

    void tell(Index state, Index stop, std::uint32_t depth) {
        while (state != stop && state != kNone) {
            if (number_[state] != 0) {
                add(depth, 0, speaker_.say(Phrase::go_on_at, std::to_string(number_[state])),
                    kNone);
                return;
            }
            if (is_last(states_[state])) {
                add(depth, 0, speaker_.step(states_[state]), state);
                return;
            }
            // Who comes here was in a round, and is asked again as the line above it says.
            if (ends_round(speaker_.program(), speaker_.journey(), states_[state])) return;
            const Index asked = rounds_from(speaker_.program(), speaker_.journey(), states_[state]);
            if (asked != kNone) {
                number_[state] = number_[asked] = ++told_;
                add(depth, told_, rounds(asked), asked);
                const auto& test = std::get<ir::Test>(states_[asked].act);
                tell(test.if_true, kNone, depth + 1);
                state = test.if_false;
                continue;
            }
            number_[state] = ++told_;
            add(depth, told_, speaker_.step(states_[state]), state);
            const std::vector<Way> ways = ir::ways_of(states_[state]);
            if (ways.empty()) return;
            if (ways.size() == 1) {
                state = ways.front().target;
                continue;
            }
            for (const Way& way : ways)
                tell_way(state, way, depth + 1);
            state = meet_[state];
        }
    }

  private:
    std::string rounds(Index asked) const {
        const auto found = rounds_of(speaker_.program(), speaker_.journey(), states_[asked]);
        const std::string times = speaker_.value(found->times);
        const bool once = times == "1";
        if (found->until == kNone)
            return once ? speaker_.say(Phrase::rounds_once)
                        : speaker_.say(Phrase::rounds_most, times);
        const std::string until = speaker_.condition(found->until);
        return once ? speaker_.say(Phrase::rounds_once_unless, until)
                    : speaker_.say(Phrase::rounds_until, times, until);
    }

    void tell_way(Index from, const Way& way, std::uint32_t depth) {
        if (way.target == kNone) return;
        const std::string heading = speaker_.way(states_[from], way);
        if (way.target == meet_[from]) {
            if (way.kind != Way::Kind::no)
                add(depth, 0, speaker_.say(Phrase::way_goes_on, heading), kNone);
            return;
        }
        add(depth, 0, speaker_.say(Phrase::way_heading, heading), kNone);
        tell(way.target, meet_[from], depth + 1);
    }

    void add(std::uint32_t depth, std::uint32_t number, std::string text, Index state) {
        into_.push_back({depth, number, std::move(text), state});
    }

    const Speaker& speaker_;
    const std::vector<ir::State>& states_;
    std::vector<Index> meet_;
    std::vector<std::uint32_t> number_;
    std::uint32_t told_ = 0;
    std::vector<Line>& into_;
};

std::string metric_words(const Speaker& speaker, ir::Metric metric, const std::string& goal) {
    return speaker.say(static_cast<Phrase>(static_cast<std::size_t>(Phrase::metric_entered) +
                                           static_cast<std::size_t>(metric)),
                       goal);
}

/// Sentences one after the other; Chinese full stops need no blank.
void append(std::string& out, const std::string& sentence) {
    if (!out.empty() && out.back() == '.') out += ' ';
    out += sentence;
}

}  // namespace

void Speaker::steps(std::vector<Line>& into) const {
    Walk(*this, into).tell(journey_.start, kNone, 0);
}

std::string Speaker::send(const ir::Send& send) const {
    const std::string kind = this->channel(send.channel);
    const std::string& name = program_.templates[send.message_template].name;
    std::string out = send.args.empty() ? say(Phrase::send_message, kind, name)
                                        : say(Phrase::send_with, kind, name, args(send.args));
    if (send.to != kNone) append(out, say(Phrase::send_to, value(send.to)));
    if (send.best_hour) append(out, say(Phrase::send_best_hour, duration(*send.best_hour)));
    if (send.validity.kind == ir::Validity::Kind::for_duration)
        append(out, say(Phrase::send_valid_for, duration(send.validity.duration)));
    if (send.validity.kind == ir::Validity::Kind::until_time) {
        append(out, say(Phrase::send_valid_until,
                        format_time_of_day(TimeOfDay{send.validity.until_seconds}),
                        step_zone(send.validity.zone, send.validity.zone_from)));
    }
    if (send.retry_for) append(out, say(Phrase::send_retry, duration(*send.retry_for)));
    const bool transactional =
        program_.templates[send.message_template].message_class == ir::MessageClass::transactional;
    if (transactional && journey_.message_class != ir::MessageClass::transactional)
        append(out, say(Phrase::send_transactional));
    if (transactional) return out;  // nothing holds it anyway
    if (send.waive_quiet) append(out, say(Phrase::send_waive_quiet));
    if (send.waive_frequency) append(out, say(Phrase::send_waive_frequency));
    return out;
}

std::string Speaker::until(const ir::WaitUntil& until) const {
    const std::string time = format_time_of_day(TimeOfDay{until.time_seconds.value_or(0)});
    if (until.moment != kNone) {
        const std::string moment = value(until.moment);
        const ir::Expr& expr = program_.exprs[until.moment];
        // A day alone begins at midnight, by the journey's clock.
        if (!until.time_seconds && expr.type != ir::TypeKind::date)
            return say(Phrase::until_moment, moment);
        const bool shifted = expr.op == ir::Op::add || expr.op == ir::Op::subtract;
        return say(
            shifted ? Phrase::until_offset_time : Phrase::until_moment_time, moment, time,
            until.time_seconds ? step_zone(until.zone, until.zone_from) : step_zone("", kNone));
    }
    if (until.weekday)
        return say(Phrase::until_weekday, weekday(*until.weekday), time,
                   step_zone(until.zone, until.zone_from));
    return say(Phrase::until_time, time, step_zone(until.zone, until.zone_from));
}

std::string Speaker::worth(double amount) const {
    return fmt::format("{} {:.2f}", program_.workspace.currency, amount);
}

std::string Speaker::draw(const ir::Pick& pick) const {
    std::string out = say(Phrase::draw, pick.experiment);
    const auto found =
        std::find_if(journey_.winners.begin(), journey_.winners.end(),
                     [&](const ir::Winner& one) { return one.experiment == pick.experiment; });
    if (found == journey_.winners.end() || found->otherwise >= pick.arms.size()) return out;
    const ir::Winner& it = *found;
    const std::string counted = metric_words(*this, it.denominator, it.goal);
    append(out, say(Phrase::winner_found, duration(it.after),
                    metric_words(*this, it.numerator, it.goal), counted));
    const std::string& otherwise = pick.arms[it.otherwise].name;
    if (it.needs > 0 && it.confidence > 0) {
        append(out, say(Phrase::winner_else_all, number(it.needs), counted, percent(it.confidence),
                        otherwise));
    } else if (it.needs > 0) {
        append(out, say(Phrase::winner_else_needs, number(it.needs), counted, otherwise));
    } else if (it.confidence > 0) {
        append(out, say(Phrase::winner_else_sure, counted, percent(it.confidence), otherwise));
    } else {
        append(out, say(Phrase::winner_else_level, counted, otherwise));
    }
    append(out, say(Phrase::winner_later));
    const bool from_east_to_west =
        journey_.zone.empty() &&
        std::any_of(journey_.triggers.begin(), journey_.triggers.end(),
                    [](const ir::Trigger& trigger) {
                        const auto* schedule = std::get_if<ir::OnSchedule>(&trigger);
                        return schedule != nullptr && schedule->zone.empty();
                    });
    if (from_east_to_west) append(out, say(Phrase::winner_west));
    return out;
}

std::string Speaker::arm_of(const ir::Settle& settle, Index arm) const {
    const std::string& experiment = journey_.winners[settle.winner].experiment;
    for (const ir::State& state : journey_.states) {
        const auto* pick = std::get_if<ir::Pick>(&state.act);
        if (pick != nullptr && pick->experiment == experiment && arm < pick->arms.size())
            return pick->arms[arm].name;
    }
    return number(arm + 1U);
}

/// May it yield something else while somebody waits? What a person entered with stays.
bool Speaker::moves(Index index) const {
    const ir::Expr& expr = program_.exprs[index];
    switch (expr.op) {
        case ir::Op::user_field:
        case ir::Op::aggregate:
        case ir::Op::tags:
        case ir::Op::member:
        case ir::Op::tagged:
        case ir::Op::consented:
        case ir::Op::reachable:
            return true;
        default:
            break;
    }
    for (Index i = 0; i < expr.count; ++i) {
        if (moves(operand_at(expr, i))) return true;
    }
    return false;
}

std::string Speaker::await(const ir::Await& await) const {
    const std::size_t arms = await.arms.size();
    std::string out;
    Index looked_up = kNone;
    const auto after = [&](std::string& sentence) {
        if (looked_up == kNone) return;
        if (std::holds_alternative<ir::WaitUntil>(await.timer))
            append(sentence, say(Phrase::wait_past));
        if (moves(looked_up)) append(sentence, say(Phrase::wait_fixed));
    };
    if (const auto* wait = std::get_if<ir::WaitFor>(&await.timer)) {
        looked_up = wait->length;
        if (looked_up != kNone) {
            out = say(arms == 0 ? Phrase::wait_as_long_as : Phrase::wait_as_long_as_arms,
                      value(looked_up));
        } else {
            out = say(arms == 0   ? Phrase::wait_for
                      : arms == 1 ? Phrase::wait_at_most_one
                                  : Phrase::wait_at_most,
                      duration(wait->duration));
        }
    } else {
        const auto& until = std::get<ir::WaitUntil>(await.timer);
        looked_up = until.moment;
        out = say(arms == 0 ? Phrase::wait_until : Phrase::wait_until_arms, this->until(until));
    }
    after(out);
    return out;
}

std::string Speaker::step(const ir::State& state) const {
    return std::visit(
        Match{[&](const ir::Send& it) { return send(it); },
              [&](const ir::Test& it) { return say(Phrase::ask, condition(it.condition)); },
              [&](const ir::Pick& it) { return draw(it); },
              [&](const ir::Settle& it) {
                  return say(Phrase::settle, journey_.winners[it.winner].experiment);
              },
              [&](const ir::Await& it) { return await(it); },
              [&](const ir::OneOf& it) {
                  if (!it.best) return say(Phrase::one_first);
                  return say(Phrase::one_best, event_pattern(it.best->comes),
                             duration(it.best->within), worth(it.best->worth),
                             percent(it.best->explore));
              },
              [&](const ir::SetField& it) {
                  return say(Phrase::set_field, program_.profile[it.field].name, value(it.value));
              },
              [&](const ir::SetLocal& it) {
                  return say(Phrase::remember, journey_.locals[it.local], value(it.value));
              },
              [&](const ir::Tag& it) {
                  std::vector<std::string> names;
                  for (const std::string& name : it.names)
                      names.push_back(say(Phrase::titled, name));
                  return say(it.add ? Phrase::tag_add : Phrase::tag_remove, all(names));
              },
              [&](const ir::Call& it) {
                  const std::string& name = program_.webhooks[it.webhook].name;
                  const bool keeps = it.local != kNone;
                  if (it.args.empty())
                      return keeps ? say(Phrase::call, name, journey_.locals[it.local])
                                   : say(Phrase::call_only, name);
                  return keeps ? say(Phrase::call_with, name, journey_.locals[it.local],
                                     args(it.args))
                               : say(Phrase::call_only_with, name, args(it.args));
              },
              [&](const ir::Emit& it) {
                  const std::string& name = program_.events[it.event].name;
                  return it.args.empty() ? say(Phrase::emit, name)
                                         : say(Phrase::emit_with, name, args(it.args));
              },
              [&](const ir::Run& it) {
                  const std::string& name = program_.journeys[it.journey].name;
                  return it.args.empty() ? say(Phrase::run, name)
                                         : say(Phrase::run_with, name, args(it.args));
              },
              [&](const ir::End& it) {
                  if (it.reason == "holdout") return say(Phrase::end_holdout);
                  if (it.reason.empty() || it.reason == "finished")
                      return say(Phrase::end_finished);
                  if (it.reason == "stopped") return say(Phrase::end_stopped);
                  return say(Phrase::end_as, it.reason);
              }},
        state.act);
}

std::string Speaker::short_step(const ir::State& state) const {
    const auto waits = [&](const ir::Await& it) {
        const bool alone = it.arms.empty();
        const auto* wait = std::get_if<ir::WaitFor>(&it.timer);
        if (wait == nullptr) {
            return say(alone ? Phrase::box_wait_until : Phrase::box_wait_until_arms,
                       until(std::get<ir::WaitUntil>(it.timer)));
        }
        if (wait->length != kNone) return say(Phrase::box_wait_as_long_as, value(wait->length));
        return say(alone ? Phrase::box_wait : Phrase::box_wait_at_most, duration(wait->duration));
    };
    return std::visit(
        Match{[&](const ir::Send& it) {
                  return say(Phrase::box_send, channel(it.channel),
                             program_.templates[it.message_template].name);
              },
              [&](const ir::Test& it) {
                  const auto rounds = rounds_of(program_, journey_, state);
                  if (!rounds) return say(Phrase::box_ask, condition(it.condition));
                  if (rounds->until == kNone) return say(Phrase::box_rounds, value(rounds->times));
                  return say(Phrase::box_rounds_until, value(rounds->times),
                             condition(rounds->until));
              },
              [&](const ir::Pick& it) { return say(Phrase::box_draw, it.experiment); },
              [&](const ir::Settle& it) {
                  return say(Phrase::box_settle, journey_.winners[it.winner].experiment);
              },
              waits,
              [&](const ir::OneOf& it) {
                  return say(it.best ? Phrase::box_one_best : Phrase::box_one_first);
              },
              [&](const ir::SetField& it) {
                  return say(Phrase::box_set, program_.profile[it.field].name, value(it.value));
              },
              [&](const ir::SetLocal& it) {
                  return say(Phrase::box_remember, journey_.locals[it.local], value(it.value));
              },
              [&](const ir::Tag& it) {
                  std::vector<std::string> names;
                  for (const std::string& name : it.names)
                      names.push_back(say(Phrase::titled, name));
                  return say(it.add ? Phrase::box_tag_add : Phrase::box_tag_remove, all(names));
              },
              [&](const ir::Call& it) {
                  return say(Phrase::box_call, program_.webhooks[it.webhook].name);
              },
              [&](const ir::Emit& it) {
                  return say(Phrase::box_emit, program_.events[it.event].name);
              },
              [&](const ir::Run& it) {
                  return say(Phrase::box_run, program_.journeys[it.journey].name);
              },
              [&](const ir::End& it) {
                  if (it.reason == "holdout") return say(Phrase::box_end_holdout);
                  if (it.reason.empty() || it.reason == "finished") return say(Phrase::box_end);
                  return say(Phrase::box_end_as, it.reason);
              }},
        state.act);
}

std::string Speaker::way(const ir::State& state, const Way& way) const {
    switch (way.kind) {
        case Way::Kind::next:
            if (std::holds_alternative<ir::OneOf>(state.act)) return say(Phrase::way_no_channel);
            return say(std::holds_alternative<ir::Call>(state.act) ? Phrase::way_answered
                                                                   : Phrase::way_next);
        case Way::Kind::channel: {
            const auto& one = std::get<ir::OneOf>(state.act);
            const auto& send = std::get<ir::Send>(journey_.states[one.sends[way.arm]].act);
            return say(Phrase::way_channel, channel(send.channel));
        }
        case Way::Kind::yes:
            return say(rounds_of(program_, journey_, state) ? Phrase::way_again : Phrase::way_yes);
        case Way::Kind::no:
            return say(rounds_of(program_, journey_, state) ? Phrase::way_over : Phrase::way_no);
        case Way::Kind::arm: {
            const auto& pick = std::get<ir::Pick>(state.act);
            const double share = pick.arms[way.arm].weight * (1 - pick.holdout) * pick.sample;
            return say(Phrase::way_arm, pick.arms[way.arm].name, percent(share));
        }
        case Way::Kind::holdout:
            return say(Phrase::way_holdout, percent(std::get<ir::Pick>(state.act).holdout));
        case Way::Kind::rest: {
            const auto& pick = std::get<ir::Pick>(state.act);
            return say(Phrase::way_rest, percent((1 - pick.holdout) * (1 - pick.sample)));
        }
        case Way::Kind::winner:
            return say(Phrase::way_winner, arm_of(std::get<ir::Settle>(state.act), way.arm));
        case Way::Kind::wait_arm: {
            const ir::WaitArm& arm = std::get<ir::Await>(state.act).arms[way.arm];
            return arm.pattern.event == kNone ? say(Phrase::way_condition, condition(arm.condition))
                                              : say(Phrase::way_event, event_pattern(arm.pattern));
        }
        case Way::Kind::timeout:
            return say(Phrase::way_timeout);
        case Way::Kind::failed:
            return say(Phrase::way_failed);
    }
    return "";
}

}  // namespace journey::explain
