#include "engine/ir/ir.h"

#include <map>
#include <set>

// The hash of what a journey means. The tree below is written with names where the program has
// numbers, so that two compilers, or one compiler before and after an unrelated declaration, agree:
//
// journey  := "journey 2" name class triggers admit key re-entry goals exits frequency quiet
// lifetime
//             zone priority workspace state
// state    := number of a state met before | new number, act with its states in place
//
// States are numbered as they are met from the start; a field is written where it is read, with its
// type. Left out: places in files, titles and words for people, step names, versions, owners,
// rates, and `stop_at`, which changes cost and no answer.
//
// A segment is written in full where it is asked for, and beyond 1 MiB by name if it was before.

namespace journey::ir {
namespace {

// Segments that name others twice grow as powers of two; from here on each is written only once.
constexpr std::size_t kInFullMost = 1u << 20;

class MeaningWriter {
  public:
    MeaningWriter(const Program& program, const Journey& journey)
        : program_(program), journey_(journey) {}

    Sha256 hash() {
        out_.text("journey 2");
        out_.text(journey_.name);
        number(journey_.message_class);
        each(journey_.triggers, [&](const Trigger& it) {
            out_.u8(static_cast<std::uint8_t>(it.index()));
            std::visit([this](const auto& held) { trigger(held); }, it);
        });
        optional_expr(journey_.admit);
        optional_expr(journey_.key);
        number(journey_.reentry);
        duration(journey_.reentry_after);
        optional_expr(journey_.reentry_per);
        number(journey_.overlap);
        each(journey_.goals, [&](const Goal& it) {
            out_.text(it.name);
            pattern(it.pattern);
            optional_duration(it.within);
            out_.boolean(it.exits);
        });
        each(journey_.exits, [&](const Exit& it) {
            out_.text(it.reason);
            pattern(it.pattern);
            optional_expr(it.condition);
            optional_segment(it.segment);
            out_.boolean(it.joining);
        });
        each(journey_.winners, [&](const Winner& it) { winner(it); });
        optional(program_.frequencies, journey_.frequency,
                 [&](const Frequency& it) { frequency(it); });
        optional(program_.quiets, journey_.quiet, [&](const Quiet& it) { quiet(it); });
        optional_duration(journey_.lifetime);
        out_.text(journey_.zone);
        since_3(journey_.zone_from);
        out_.svarint(journey_.priority);
        if (journey_.rate_count > 0) {
            out_.varint(journey_.rate_count);
            out_.svarint(journey_.rate_seconds);
        }
        out_.text(program_.workspace.zone);
        out_.u8(program_.workspace.week_starts);
        state(journey_.start);
        return sha256(out_.bytes());
    }

    Sha256 hash_of_segment(Index segment) {
        out_.text("segment 1");
        out_.text(program_.workspace.zone);
        out_.u8(program_.workspace.week_starts);
        segments_.insert(segment);
        expr(get(program_.segments, segment).expr, kNone);
        return sha256(out_.bytes());
    }

  private:
    template <typename Enum>
    void number(Enum it) {
        out_.u8(static_cast<std::uint8_t>(it));
    }
    template <typename T, typename Write>
    void each(const std::vector<T>& things, const Write& write) {
        out_.varint(things.size());
        for (const T& thing : things)
            write(thing);
    }
    template <typename T, typename Write>
    void optional(const std::vector<T>& things, Index at, const Write& write) {
        out_.boolean(at != kNone);
        if (at != kNone) write(get(things, at));
    }
    template <typename T>
    const T& get(const std::vector<T>& things, Index at) const {
        ENSURE(at < things.size(), "a hash is taken of verified programs only");
        return things[at];
    }

    // ---- schema

    void duration(const CalendarDuration& it) {
        out_.svarint(it.months);
        out_.svarint(it.days);
        out_.svarint(it.seconds);
    }
    void optional_duration(const std::optional<CalendarDuration>& it) {
        out_.boolean(it.has_value());
        if (it) duration(*it);
    }
    void type(const Type& it) {
        number(it.kind);
        number(it.element);
        out_.text(it.currency);
        each(it.choices, [&](const std::string& choice) { out_.text(choice); });
        optional(program_.events, it.event, [&](const EventType& event) { out_.text(event.name); });
    }
    void field(const Field& it) {
        out_.text(it.name);
        type(it.type);
        out_.boolean(it.required);
        out_.boolean(it.fallback.has_value());
        if (it.fallback) out_.value(*it.fallback);
    }
    void event_field(Index event, Index at) {
        const EventType& type = get(program_.events, event);
        out_.text(type.name);
        field(get(type.fields, at));
    }
    void channel(const Channel& it) {
        out_.text(it.name);
        number(it.kind);
        optional(program_.profile, it.address_field, [&](const Field& one) { field(one); });
        out_.text(it.from);
        out_.text(it.sender);
        out_.varint(it.max_length);
    }
    void channels(const std::vector<Index>& all) {
        each(all, [&](Index at) { out_.text(get(program_.channels, at).name); });
    }
    void consent(const Consent& it) {
        out_.text(it.name);
        channels(it.channels);
        number(it.basis);
    }
    void message_template(const Template& it) {
        out_.text(it.name);
        channel(get(program_.channels, it.channel));
        number(it.message_class);
        optional(program_.consents, it.consent, [&](const Consent& one) { consent(one); });
        out_.text(it.subject);
        out_.text(it.title);
        out_.text(it.body);
        out_.text(it.html);
        each(it.params, [&](const TemplateParam& param) { field(param.field); });
        each(it.profile_fields, [&](Index at) { field(get(program_.profile, at)); });
        out_.boolean(it.unsubscribe_automatic);
        // Nothing where there is none, so that templates of before mean the same.
        for (const Index at : it.partials) {
            const Partial& one = get(program_.partials, at);
            out_.text("partial " + one.name);
            out_.text(one.text);
        }
        for (const Index at : it.catalogues)
            catalogue(get(program_.catalogues, at));
        for (const Index at : it.fetches)
            fetch(get(program_.fetches, at));
        for (const Attachment& one : it.attachments) {
            const File& file = get(program_.files, one.file);
            out_.text("file " + file.path);
            out_.text(one.content_id);
            out_.text(file.bytes);
        }
    }
    void catalogue(const Catalogue& it) {
        out_.text("catalogue " + it.name);
        out_.text(get(it.columns, it.key).name);
        each(it.columns, [&](const Field& one) { field(one); });
        each(it.cells, [&](const Value& one) { out_.value(one); });
    }
    void fetch(const Fetch& it) {
        out_.text("fetch " + it.name);
        out_.text(it.url);
        out_.svarint(it.cache_seconds);
        out_.svarint(it.timeout_seconds);
        number(it.if_fails);
    }
    void frequency(const Frequency& it) {
        out_.text(it.name);
        each(it.limits, [&](const FrequencyLimit& limit) {
            out_.varint(limit.count);
            optional(program_.channels, limit.channel,
                     [&](const Channel& one) { out_.text(one.name); });
            number(limit.unit);
            out_.svarint(limit.rolling_seconds);
        });
        number(it.counts);
        out_.boolean(it.hold_when_full);
        duration(it.hold_at_most);
        // What was compiled before there was such a thing keeps its hash.
        if (it.gives_way) out_.text("gives way");
    }
    void quiet(const Quiet& it) {
        out_.text(it.name);
        out_.svarint(it.from_seconds);
        out_.svarint(it.to_seconds);
        out_.text(it.zone);
        channels(it.channels);
        out_.boolean(it.hold);
        number(it.no_zone);
        out_.text(it.no_zone_use);
        if (it.spread_seconds > 0) out_.svarint(it.spread_seconds);
    }

    // ---- expressions

    void optional_expr(Index at) {
        out_.boolean(at != kNone);
        if (at != kNone) expr(at, kNone);
    }
    // Nothing where there is none, so that what was compiled before there were any keeps its hash.
    void since_3(Index at) {
        if (at != kNone) expr(at, kNone);
    }
    void optional_segment(Index at) {
        out_.boolean(at != kNone);
        if (at != kNone) segment(at);
    }
    void segment(Index at) {
        const Segment& it = get(program_.segments, at);
        out_.text(it.name);
        const bool is_new = segments_.insert(at).second;
        if (is_new || out_.bytes().size() < kInFullMost) expr(it.expr, kNone);
    }
    void pattern(const Pattern& it) {
        optional(program_.events, it.event, [&](const EventType& event) { out_.text(event.name); });
        out_.boolean(it.filter != kNone);
        if (it.filter != kNone) expr(it.filter, it.event);
    }
    void aggregate(const Aggregate& it) {
        number(it.fn);
        out_.text(get(program_.events, it.event).name);
        out_.boolean(it.field != kNone);
        if (it.field != kNone) event_field(it.event, it.field);
        out_.boolean(it.filter != kNone);
        if (it.filter != kNone) expr(it.filter, it.event);
        number(it.window.kind);
        duration(it.window.within);
        optional_expr(it.window.since);
        optional_expr(it.window.until);
        out_.varint(it.limit);
    }
    // `row` is the event whose fields row_field counts.
    void expr(Index at, Index row) {
        const Expr& it = get(program_.exprs, at);
        number(it.op);
        number(it.type);
        if (it.op == Op::member) {
            segment(it.a);
        } else {
            names(it, row);
        }
        out_.varint(it.count);
        for (Index i = 0; i < it.count; ++i) {
            expr(get(program_.operands, it.first + i), row);
        }
    }
    // What `a` and `b` stand for; most operations have operands only.
    void names(const Expr& it, Index row) {
        if (it.op == Op::constant) out_.value(get(program_.constants, it.a));
        if (it.op == Op::user_field) field(get(program_.profile, it.a));
        if (it.op == Op::trigger_field) trigger_field(get(journey_.trigger_fields, it.a));
        if (it.op == Op::row_field) event_field(row, it.a);
        if (it.op == Op::local) out_.text(get(journey_.locals, it.a));
        if (it.op == Op::consented) consent(get(program_.consents, it.a));
        if (it.op == Op::reachable) channel(get(program_.channels, it.a));
        if (it.op == Op::aggregate) aggregate(get(program_.aggregates, it.a));
        if (it.op == Op::record_field) event_field(it.b, it.a);
    }
    // A trigger's field belongs to as many events as the journey has triggers.
    void trigger_field(const std::string& name) {
        out_.text(name);
        for (const Trigger& trigger : journey_.triggers) {
            const Index of = event_of(program_, trigger);
            if (of == kNone) continue;
            const EventType& event = get(program_.events, of);
            optional(event.fields, find_named(event.fields, name),
                     [&](const Field& one) { field(one); });
        }
    }

    // ---- triggers

    void trigger(const OnEvent& it) {
        pattern(it.pattern);
        optional_duration(it.lasts);
        if (!it.lasts) return;
        const std::optional<Dwell>& dwell = get(program_.events, it.pattern.event).dwell;
        out_.boolean(dwell.has_value());
        if (dwell) {
            out_.text(get(program_.events, dwell->ping).name);
            event_field(it.pattern.event, dwell->key);
            event_field(dwell->ping, dwell->ping_key);
            duration(dwell->every);
            out_.boolean(dwell->ends != kNone);
            if (dwell->ends != kNone) event_field(dwell->ends, dwell->ends_key);
        }
        each(it.unless, [&](const Pattern& one) { pattern(one); });
    }
    void trigger(const OnReach& it) {
        const Aggregate& counted = get(program_.aggregates, it.aggregate);
        aggregate(counted);
        expr(it.threshold, kNone);
        out_.boolean(it.per != kNone);
        if (it.per != kNone) event_field(counted.event, it.per);
    }
    void trigger(const OnSegment& it) {
        segment(it.segment);
        out_.boolean(it.joining);
    }
    void trigger(const OnSchedule& it) {
        number(it.recurrence);
        out_.svarint(it.time_seconds);
        out_.u8(it.weekdays);
        out_.u8(it.month_day);
        optional(program_.profile, it.date_field, [&](const Field& one) { field(one); });
        number(it.leap);
        out_.svarint(it.once_local_seconds);
        out_.text(it.zone);
        segment(it.audience);
    }
    void trigger(const OnCall&) {}
    void winner(const Winner& it) {
        out_.text(it.experiment);
        number(it.numerator);
        out_.text(it.goal);
        number(it.denominator);
        duration(it.after);
        out_.varint(it.needs);
        out_.f64(it.confidence);
        out_.varint(it.otherwise);
    }

    // ---- states

    void state(Index at) {
        const State& it = get(journey_.states, at);
        const auto [met, is_new] = numbers_.try_emplace(at, numbers_.size());
        out_.varint(met->second);
        if (!is_new) return;
        out_.u8(static_cast<std::uint8_t>(it.act.index()));
        std::visit([this](const auto& held) { act(held); }, it.act);
    }
    void act(const Send& it) {
        out_.text(get(program_.channels, it.channel).name);
        message_template(get(program_.templates, it.message_template));
        arguments(it.args);
        number(it.validity.kind);
        duration(it.validity.duration);
        out_.svarint(it.validity.until_seconds);
        out_.text(it.validity.zone);
        since_3(it.validity.zone_from);
        optional_duration(it.retry_for);
        out_.boolean(it.waive_quiet);
        out_.boolean(it.waive_frequency);
        optional_expr(it.to);
        if (it.best_hour) duration(*it.best_hour);
        state(it.next);
    }
    void act(const OneOf& it) {
        each(it.sends, [&](Index target) {
            // What a message costs counts only here.
            const auto* send = std::get_if<Send>(&get(journey_.states, target).act);
            if (it.best && send != nullptr) out_.f64(get(program_.channels, send->channel).cost);
            state(target);
        });
        out_.boolean(it.best.has_value());
        if (it.best) {
            pattern(it.best->comes);
            duration(it.best->within);
            out_.f64(it.best->worth);
            out_.f64(it.best->explore);
        }
        state(it.next);
    }
    void act(const Test& it) {
        expr(it.condition, kNone);
        state(it.if_true);
        state(it.if_false);
    }
    void act(const Pick& it) {
        out_.text(it.experiment);
        out_.f64(it.holdout);
        out_.boolean(it.holdout_target != kNone);
        if (it.holdout_target != kNone) state(it.holdout_target);
        out_.f64(it.sample);
        out_.boolean(it.rest_target != kNone);
        if (it.rest_target != kNone) state(it.rest_target);
        each(it.arms, [&](const Arm& arm) {
            out_.text(arm.name);
            out_.f64(arm.weight);
            state(arm.target);
        });
    }
    void act(const Await& it) {
        out_.u8(static_cast<std::uint8_t>(it.timer.index()));
        std::visit([this](const auto& held) { timer(held); }, it.timer);
        each(it.arms, [&](const WaitArm& arm) {
            pattern(arm.pattern);
            optional_expr(arm.condition);
            state(arm.target);
        });
        state(it.timeout);
    }
    void timer(const WaitFor& it) {
        duration(it.duration);
        since_3(it.length);
    }
    void timer(const WaitUntil& it) {
        out_.u8(it.weekday.value_or(0));
        out_.svarint(it.time_seconds.value_or(-1));
        optional_expr(it.moment);
        out_.text(it.zone);
        since_3(it.zone_from);
    }
    void act(const SetField& it) {
        field(get(program_.profile, it.field));
        expr(it.value, kNone);
        state(it.next);
    }
    void act(const SetLocal& it) {
        out_.text(get(journey_.locals, it.local));
        expr(it.value, kNone);
        state(it.next);
    }
    void act(const Tag& it) {
        out_.boolean(it.add);
        each(it.names, [&](const std::string& name) { out_.text(name); });
        state(it.next);
    }
    void act(const End& it) { out_.text(it.reason); }
    void act(const Settle& it) {
        out_.text(get(journey_.winners, it.winner).experiment);
        each(it.targets, [&](Index target) { state(target); });
    }
    void arguments(const std::vector<NamedExpr>& all) {
        each(all, [&](const NamedExpr& arg) {
            out_.text(arg.name);
            expr(arg.expr, kNone);
        });
    }
    void act(const Call& it) {
        const Webhook& webhook = get(program_.webhooks, it.webhook);
        out_.text(webhook.name);
        out_.text(webhook.url);
        each(webhook.gives, [&](const Field& one) { field(one); });
        out_.svarint(webhook.timeout_seconds);
        out_.varint(webhook.retries);
        arguments(it.args);
        out_.boolean(it.local != kNone);
        if (it.local != kNone) out_.text(get(journey_.locals, it.local));
        state(it.next);
        state(it.failed);
    }
    void act(const Emit& it) {
        out_.text(get(program_.events, it.event).name);
        arguments(it.args);
        state(it.next);
    }
    void act(const Run& it) {
        out_.text(get(program_.journeys, it.journey).name);
        arguments(it.args);
        state(it.next);
    }

    const Program& program_;
    const Journey& journey_;
    ByteWriter out_;
    std::map<Index, std::size_t> numbers_;
    std::set<Index> segments_;  // written in full before
};

}  // namespace

Sha256 journey_hash(const Program& program, const Journey& journey) {
    return MeaningWriter(program, journey).hash();
}

Sha256 segment_hash(const Program& program, Index segment) {
    const Journey none;  // segments know no trigger and no locals
    return MeaningWriter(program, none).hash_of_segment(segment);
}

}  // namespace journey::ir
