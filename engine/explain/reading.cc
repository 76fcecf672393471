#include "engine/explain/phrases.h"

#include <algorithm>
#include <array>

namespace journey::explain {

using ir::Index;
using ir::kNone;

namespace {

class Reader {
  public:
    Reader(const ir::Program& program, const ir::Journey& journey, Language language)
        : program_(program), journey_(journey), speaker_(program, journey, language) {}

    Reading read() {
        Reading out;
        out.journey = journey_.name;
        out.title = journey_.title;
        out.sections = {who(), what(), ends(), limits()};
        if (speaker_.went_by_there())
            add(out.sections.back(), Phrase::there_is, program_.workspace.zone);
        if (const std::vector<std::string> bands = speaker_.bands(); !bands.empty()) {
            Section scores = section(Phrase::scores);
            for (const std::string& band : bands)
                scores.lines.push_back({0, 0, band, kNone});
            out.sections.push_back(std::move(scores));
        }
        return out;
    }

  private:
    template <typename... Parts>
    void add(Section& to, Phrase phrase, const Parts&... parts) const {
        to.lines.push_back({0, 0, speaker_.say(phrase, parts...), kNone});
    }

    Section section(Phrase title) const { return {speaker_.say(title), {}}; }

    /// Former passes bar a new one only with the same key and the same `per`.
    void reentry(Section& out) const {
        std::vector<std::string> same;
        for (const Index one : {journey_.key, journey_.reentry_per}) {
            if (one == kNone) continue;
            const std::string words = speaker_.value(one);
            if (std::find(same.begin(), same.end(), words) == same.end()) same.push_back(words);
        }
        const std::string values = same.empty() ? std::string() : speaker_.all(same);
        switch (journey_.reentry) {
            case ir::Reentry::never:
                return same.empty() ? add(out, Phrase::reenter_never)
                                    : add(out, Phrase::reenter_once_per, values);
            case ir::Reentry::always:
                return add(out, Phrase::reenter_always);
            case ir::Reentry::after: {
                const std::string after = speaker_.duration(journey_.reentry_after);
                return same.empty() ? add(out, Phrase::reenter_after, after)
                                    : add(out, Phrase::reenter_after_per, after, values);
            }
            case ir::Reentry::once_per:
                return add(out, Phrase::reenter_once_per, values);
        }
    }

    Section who() const {
        Section out = section(Phrase::who_enters);
        for (const ir::Trigger& trigger : journey_.triggers)
            add(out, Phrase::enters_when, speaker_.trigger(trigger));
        if (journey_.admit != kNone) add(out, Phrase::only_if, speaker_.condition(journey_.admit));
        reentry(out);
        if (journey_.key != kNone) add(out, Phrase::keyed, speaker_.value(journey_.key));
        static constexpr std::array kOverlap = {Phrase::overlap_ignore, Phrase::overlap_restart,
                                                Phrase::overlap_queue, Phrase::overlap_parallel};
        static constexpr std::array kOverlapKeyed = {
            Phrase::overlap_ignore_keyed, Phrase::overlap_restart_keyed,
            Phrase::overlap_queue_keyed, Phrase::overlap_parallel_keyed};
        if (journey_.reentry != ir::Reentry::never)
            add(out, (journey_.key == kNone
                          ? kOverlap
                          : kOverlapKeyed)[static_cast<std::size_t>(journey_.overlap)]);
        return out;
    }

    Section what() const {
        Section out = section(Phrase::what_happens);
        speaker_.steps(out.lines);
        return out;
    }

    Section ends() const {
        Section out = section(Phrase::what_ends);
        for (const ir::Goal& goal : journey_.goals) {
            add(out, goal.within ? Phrase::goal_within : Phrase::goal_when, goal.name,
                speaker_.event_pattern(goal.pattern),
                goal.within ? speaker_.duration(*goal.within) : std::string());
            add(out, goal.exits ? Phrase::goal_exits : Phrase::goal_stays);
        }
        for (const ir::Exit& exit : journey_.exits) {
            if (exit.segment == kNone) {
                add(out, Phrase::exit_when, speaker_.exit(exit));
            } else {
                add(out, exit.joining ? Phrase::exit_on_joining : Phrase::exit_on_leaving,
                    speaker_.segment(exit.segment));
            }
        }
        if (journey_.lifetime) add(out, Phrase::expires, speaker_.duration(*journey_.lifetime));
        add(out, Phrase::ends_by_itself);
        return out;
    }

    /// What the sends of the journey ask of the policies.
    struct Sends {
        bool any = false;
        bool marketing = false;
        bool limited = false;                    // marketing that the frequency policy is asked of
        std::vector<bool> quiet;                 // by channel: marketing that quiet hours may hold
        std::vector<std::string> transactional;  // templates
    };
    Sends sends() const {
        Sends out;
        out.quiet.resize(program_.channels.size());
        for (const ir::State& state : journey_.states) {
            const auto* send = std::get_if<ir::Send>(&state.act);
            if (send == nullptr) continue;
            out.any = true;
            const ir::Template& text = program_.templates[send->message_template];
            if (text.message_class == ir::MessageClass::transactional) {
                const std::string name = speaker_.quoted(text.name);
                if (std::find(out.transactional.begin(), out.transactional.end(), name) ==
                    out.transactional.end()) {
                    out.transactional.push_back(name);
                }
                continue;
            }
            out.marketing = true;
            out.limited = out.limited || !send->waive_frequency;
            if (!send->waive_quiet) out.quiet[send->channel] = true;
        }
        return out;
    }

    void frequency(Section& out, const ir::Frequency& it) const {
        bool by_calendar = false;
        for (const ir::FrequencyLimit& limit : it.limits) {
            const std::string what = speaker_.messages(limit.channel, limit.count);
            by_calendar = by_calendar || limit.unit != ir::CalendarUnit::none;
            switch (limit.unit) {
                case ir::CalendarUnit::none:
                    add(out, Phrase::limit_rolling, what,
                        speaker_.duration({0, 0, limit.rolling_seconds}));
                    break;
                case ir::CalendarUnit::day:
                    add(out, Phrase::limit_per_day, what);
                    break;
                case ir::CalendarUnit::week:
                    add(out, Phrase::limit_per_week, what);
                    break;
                case ir::CalendarUnit::month:
                    add(out, Phrase::limit_per_month, what);
                    break;
                case ir::CalendarUnit::year:
                    add(out, Phrase::limit_per_year, what);
                    break;
            }
        }
        add(out, it.counts == ir::MessageClass::marketing ? Phrase::counted_marketing
                                                          : Phrase::counted_transactional);
        if (by_calendar) add(out, Phrase::calendar_there);
        add(out,
            it.gives_way        ? Phrase::full_gives_way
            : it.hold_when_full ? Phrase::full_hold
                                : Phrase::full_skip,
            it.hold_when_full ? speaker_.duration(it.hold_at_most) : std::string());
    }

    void quiet(Section& out, const ir::Quiet& it, const Sends& sends) const {
        std::vector<std::string> held;
        for (Index i = 0; i < program_.channels.size(); ++i) {
            const bool covered =
                it.channels.empty() ||
                std::find(it.channels.begin(), it.channels.end(), i) != it.channels.end();
            const std::string name = speaker_.channel(i);
            if (covered && sends.quiet[i] &&
                std::find(held.begin(), held.end(), name) == held.end())
                held.push_back(name);
        }
        if (held.empty()) return add(out, Phrase::quiet_idle, it.name);
        add(out, it.hold ? Phrase::quiet_hold : Phrase::quiet_skip,
            format_time_of_day(TimeOfDay{it.from_seconds}),
            format_time_of_day(TimeOfDay{it.to_seconds}),
            // Not by the workspace's zone where the person has none: `if no zone` says what then.
            it.zone.empty() ? speaker_.say(Phrase::there) : speaker_.zone(it.zone),
            speaker_.any(held));
        if (it.spread_seconds > 0) {
            add(out, Phrase::quiet_spread, speaker_.duration({0, 0, it.spread_seconds}),
                format_time_of_day(TimeOfDay{it.to_seconds}));
        }
        if (!it.zone.empty()) return;
        switch (it.no_zone) {
            case ir::NoZone::use:
                return add(out, Phrase::quiet_no_zone_use,
                           speaker_.say(Phrase::in_zone, it.no_zone_use));
            case ir::NoZone::skip:
                return add(out, Phrase::quiet_no_zone_skip);
            case ir::NoZone::hold:
                return add(out, Phrase::quiet_no_zone_hold);
        }
    }

    void message_class(Section& out, const Sends& sends) const {
        if (!sends.any) return add(out, Phrase::class_none);
        if (!sends.marketing) return add(out, Phrase::class_transactional);
        add(out, Phrase::class_marketing);
        if (sends.transactional.empty()) return;
        add(out,
            sends.transactional.size() == 1 ? Phrase::class_mixed_one : Phrase::class_mixed_many,
            speaker_.all(sends.transactional));
    }

    void rails(Section& out) const {
        const ir::Workspace& it = program_.workspace;
        if (it.canary_count > 0) {
            add(out, Phrase::workspace_canary, speaker_.number(it.canary_count),
                speaker_.duration({0, 0, it.canary_seconds}), speaker_.percent(it.canary_stop));
        }
        if (it.blast_limit > 0) {
            add(out, Phrase::workspace_blast, speaker_.number(it.blast_limit),
                speaker_.duration({0, 0, it.blast_seconds}));
        }
    }

    Section limits() const {
        Section out = section(Phrase::limits);
        const Sends sends = this->sends();
        message_class(out, sends);
        if (sends.marketing && program_.workspace.holdout > 0)
            add(out, Phrase::workspace_holdout, speaker_.percent(program_.workspace.holdout));
        if (sends.marketing) rails(out);
        if (journey_.frequency != kNone) {
            const ir::Frequency& it = program_.frequencies[journey_.frequency];
            if (sends.limited) {
                frequency(out, it);
            } else {
                add(out, Phrase::frequency_idle, it.name);
            }
        } else if (sends.marketing) {
            add(out, Phrase::no_frequency);
        }
        if (journey_.quiet != kNone) {
            quiet(out, program_.quiets[journey_.quiet], sends);
        } else if (sends.marketing) {
            add(out, Phrase::no_quiet);
        }
        if (sends.marketing && journey_.rate_count > 0) {
            add(out, journey_.rate_seconds == 1 ? Phrase::rate_a_second : Phrase::rate_a_while,
                speaker_.number(journey_.rate_count),
                speaker_.duration({0, 0, journey_.rate_seconds}));
        }
        for (const ir::Migration& migration : journey_.migrations) {
            const std::string version = speaker_.number(migration.from_version);
            for (const ir::Move& move : migration.moves)
                add(out, Phrase::migration_move, version, move.from, journey_.states[move.to].step);
            static constexpr std::array kOthers = {Phrase::migration_stay, Phrase::migration_stop,
                                                   Phrase::migration_restart};
            add(out, kOthers[static_cast<std::size_t>(migration.others)], version);
        }
        return out;
    }

    const ir::Program& program_;
    const ir::Journey& journey_;
    Speaker speaker_;
};

std::string wall_clock(std::int64_t seconds) {
    std::int64_t day = seconds / 86'400;
    if (seconds < 0 && seconds % 86'400 != 0) --day;
    return format_date(Date{static_cast<std::int32_t>(day)}) + " " +
           format_time_of_day(TimeOfDay{static_cast<std::int32_t>(seconds - day * 86'400)});
}

}  // namespace

std::string Speaker::schedule(const ir::OnSchedule& it) const {
    const std::string time = format_time_of_day(TimeOfDay{it.time_seconds});
    const std::string where = zone(it.zone.empty() ? journey_.zone : it.zone);
    const std::string whom = segment(it.audience);
    switch (it.recurrence) {
        case ir::Recurrence::once:
            return say(Phrase::on_once, wall_clock(it.once_local_seconds), where, whom);
        case ir::Recurrence::daily:
            return say(Phrase::on_daily, time, where, whom);
        case ir::Recurrence::weekly: {
            std::vector<std::string> days;
            for (std::uint8_t day = 1; day <= 7; ++day) {
                if ((it.weekdays >> (day - 1) & 1) != 0) days.push_back(weekday(day));
            }
            return say(Phrase::on_weekly, time, where, whom, all(days));
        }
        case ir::Recurrence::monthly:
            return say(Phrase::on_monthly, time, where, whom, number(it.month_day));
        case ir::Recurrence::yearly: {
            const Phrase leap = it.leap == ir::LeapDay::skip     ? Phrase::leap_skip
                                : it.leap == ir::LeapDay::feb_28 ? Phrase::leap_feb_28
                                                                 : Phrase::leap_mar_1;
            return say(Phrase::on_yearly, time, where, whom, program_.profile[it.date_field].name,
                       say(leap));
        }
    }
    return "";
}

std::string Speaker::trigger(const ir::Trigger& trigger) const {
    return std::visit(Match{[&](const ir::OnEvent& it) {
                                const std::string event = event_pattern(it.pattern);
                                if (!it.lasts) return event;
                                if (it.unless.empty())
                                    return say(Phrase::on_lasts, event, duration(*it.lasts));
                                std::vector<std::string> others;
                                for (const ir::Pattern& other : it.unless)
                                    others.push_back(event_pattern(other));
                                return say(Phrase::on_lasts_unless, event, duration(*it.lasts),
                                           all(others));
                            },
                            [&](const ir::OnReach& it) {
                                const ir::Aggregate& counted = program_.aggregates[it.aggregate];
                                const std::string what = aggregate(counted);
                                const std::string threshold = value(it.threshold);
                                if (it.per == kNone) return say(Phrase::on_reach, what, threshold);
                                return say(Phrase::on_reach_per, what, threshold,
                                           program_.events[counted.event].fields[it.per].name);
                            },
                            [&](const ir::OnSegment& it) {
                                return say(it.joining ? Phrase::on_joining : Phrase::on_leaving,
                                           segment(it.segment));
                            },
                            [&](const ir::OnSchedule& it) { return schedule(it); },
                            [&](const ir::OnCall&) { return say(Phrase::on_call); }},
                      trigger);
}

std::string Speaker::goal(const ir::Goal& goal) const {
    return event_pattern(goal.pattern);
}

std::string Speaker::exit(const ir::Exit& exit) const {
    if (exit.segment != kNone)
        return say(exit.joining ? Phrase::on_joining : Phrase::on_leaving, segment(exit.segment));
    if (exit.pattern.event != kNone) return event_pattern(exit.pattern);
    return condition(exit.condition);
}

Reading spaced(Reading reading, Language language) {
    for (Section& section : reading.sections) {
        for (Line& line : section.lines)
            line.text = spaced(line.text, language);
    }
    return reading;
}

namespace {

Speaker speaker_of(const ir::Program& program, const ir::Journey& journey, Language language,
                   Names names) {
    const Speaker speaker(program, journey, language);
    return names == Names::bare ? speaker.plain() : speaker;
}

}  // namespace

Reading read_journey(const ir::Program& program, const ir::Journey& journey, Language language) {
    return spaced(Reader(program, journey, language).read(), language);
}

std::string text_of(const Reading& reading) {
    std::string out = reading.journey;
    if (!reading.title.empty()) out += "  \"" + reading.title + "\"";
    out += "\n";
    for (const Section& section : reading.sections) {
        out += "\n" + section.title + "\n";
        for (const Line& line : section.lines) {
            std::string head(2 + std::size_t{line.depth} * 2, ' ');
            if (line.number != 0) {
                const std::string number = std::to_string(line.number);
                head += std::string(number.size() < 2 ? 1 : 0, ' ') + number + ". ";
            } else if (line.depth > 0) {
                head += "  ";
            }
            out += head + line.text + "\n";
        }
    }
    return out;
}

Value json_of(const Reading& reading) {
    List sections;
    for (const Section& section : reading.sections) {
        List lines;
        for (const Line& line : section.lines) {
            Record one{{"text", Value(line.text)},
                       {"depth", Value(static_cast<std::int64_t>(line.depth))}};
            if (line.number != 0)
                one.push_back({"step", Value(static_cast<std::int64_t>(line.number))});
            lines.emplace_back(std::move(one));
        }
        sections.emplace_back(
            Record{{"title", Value(section.title)}, {"lines", Value(std::move(lines))}});
    }
    return Value(Record{{"journey", Value(reading.journey)},
                        {"title", Value(reading.title)},
                        {"sections", Value(std::move(sections))}});
}

bool is_counter(const ir::Journey& journey, Index local) {
    return local < journey.locals.size() && journey.locals[local].find(' ') != std::string::npos;
}

std::string words_of_trigger(const ir::Program& program, const ir::Journey& journey,
                             const ir::Trigger& trigger, Language language, Names names) {
    const Speaker speaker = speaker_of(program, journey, language, names);
    const std::string words = speaker.trigger(trigger);
    return spaced(names == Names::bare ? speaker.say(Phrase::box_trigger, words) : words, language);
}

std::string words_of_step(const ir::Program& program, const ir::Journey& journey,
                          const ir::State& state, Language language) {
    return spaced(speaker_of(program, journey, language, Names::bare).short_step(state), language);
}

std::string words_of_way(const ir::Program& program, const ir::Journey& journey,
                         const ir::State& state, const ir::Way& way, Language language,
                         Names names) {
    return spaced(speaker_of(program, journey, language, names).way(state, way), language);
}

}  // namespace journey::explain
