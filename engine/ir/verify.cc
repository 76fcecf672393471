#include "engine/ir/verify.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace journey::ir {
namespace {

constexpr std::int32_t kSecondsOfDay = 86'400;
constexpr double kWeightTolerance = 1e-9;
constexpr std::size_t kWaysMost = 32;  // of a OneOf

bool is_share(double share) {
    return std::isfinite(share) && share >= 0 && share <= 1;
}

bool is_forward(const CalendarDuration& duration) {
    return duration.months >= 0 && duration.days >= 0 && duration.seconds >= 0;
}

bool is_exact(const CalendarDuration& duration) {
    return duration.months == 0 && duration.days == 0 && duration.seconds > 0;
}

bool is_time_of_day(std::int32_t seconds) {
    return seconds >= 0 && seconds <= kSecondsOfDay;
}

std::string quoted(std::string_view kind, std::string_view name) {
    return std::string(kind) + " `" + std::string(name) + "`";
}

// The tables outside of journeys, then the journeys. `expect` remembers the first complaint only,
// so a check may go on after a failed one as long as it follows no bad index.
class Verifier {
  public:
    explicit Verifier(const Program& program) : program_(program), exprs_(program, complaint_) {}

    Result<void> run() {
        verify_schema();
        verify_policies();
        if (!complaint_.any()) exprs_.verify_all();
        for (const Journey& journey : program_.journeys) {
            if (!complaint_.any()) verify_journey(journey);
        }
        return complaint_.result();
    }

  private:
    bool expect(bool condition, std::string_view what) {
        return complaint_.expect(condition, what);
    }
    void place(std::string where) { complaint_.set_place(std::move(where)); }
    template <typename T>
    bool exists(const std::vector<T>& things, Index at, std::string_view what) {
        return expect(at < things.size(), what);
    }
    template <typename T>
    bool exists_or_none(const std::vector<T>& things, Index at, std::string_view what) {
        return at == kNone || exists(things, at, what);
    }

    // Relations are found by name across programs and in hashes: a name means one thing.
    template <typename T>
    void verify_names(const std::vector<T>& things, std::string_view kind) {
        std::set<std::string_view> seen;
        for (const T& thing : things) {
            expect(!thing.name.empty(), std::string(kind) + " has no name");
            expect(seen.insert(thing.name).second, quoted(kind, thing.name) + " occurs twice");
        }
    }

    void verify_type(const Type& type) {
        const bool of_event = type.kind == TypeKind::event || type.element == TypeKind::event;
        expect(of_event ? type.event < program_.events.size() : type.event == kNone,
               "its type names an event that does not exist");
        expect(type.currency.empty() || (type.currency.size() == 3 &&
                                         std::all_of(type.currency.begin(), type.currency.end(),
                                                     [](char c) { return c >= 'A' && c <= 'Z'; })),
               "its currency is not three capitals");
    }

    void verify_fields(const std::vector<Field>& fields, const std::string& where) {
        place(where);
        verify_names(fields, "field");
        for (const Field& field : fields) {
            place(where + ", " + quoted("field", field.name));
            verify_type(field.type);
        }
    }

    void verify_schema() {
        place("workspace");
        const Workspace& workspace = program_.workspace;
        expect(workspace.week_starts >= 1 && workspace.week_starts <= 7,
               "the week starts on a day from 1 to 7");
        expect(!workspace.zone.empty(), "it has no time zone");
        expect(is_share(workspace.holdout), "its holdout is not a share from 0 to 1");
        expect(workspace.blast_limit == 0 || workspace.blast_seconds > 0,
               "its blast limit has no window");
        expect(workspace.canary_count == 0 || workspace.canary_seconds > 0,
               "nobody looks at its canary");
        expect(is_share(workspace.canary_stop), "its canary stops at no share from 0 to 1");
        verify_fields(program_.profile, "profile");
        place("events");
        verify_names(program_.events, "event");
        for (const EventType& event : program_.events) {
            verify_fields(event.fields, quoted("event", event.name));
            if (event.builtin) verify_builtin(event);
            if (event.dwell) verify_dwell(event);
        }
        place("channels");
        verify_names(program_.channels, "channel");
        for (const Channel& channel : program_.channels) {
            place(quoted("channel", channel.name));
            exists_or_none(program_.profile, channel.address_field,
                           "its address field does not exist");
            expect(std::isfinite(channel.cost) && channel.cost >= 0,
                   "a message of it costs no sum of money");
        }
        for (const Template& it : program_.templates) {
            verify_template(it);
        }
        place("templates");
        verify_names(program_.templates, "template");
        verify_names(program_.partials, "partial");
        verify_names(program_.fetches, "fetch");
        verify_catalogues();
        verify_webhooks();
    }

    // The engine makes these events itself and fills the fields by number.
    void verify_builtin(const EventType& event) {
        place(quoted("event", event.name));
        if (event.name == kCalledEvent) {
            expect(event.fields.empty(), "the event `called` has no fields of its own");
            return;
        }
        const bool known = std::find(std::begin(kBuiltinEvents), std::end(kBuiltinEvents),
                                     event.name) != std::end(kBuiltinEvents);
        expect(known, "it is not one of the built-in events");
        std::vector<std::string_view> wanted(std::begin(kBuiltinEventFields),
                                             std::end(kBuiltinEventFields));
        // Older programs hear that there was a reply, and not what it says.
        if (event.name == "replied" && event.fields.size() > wanted.size())
            wanted.push_back("text");
        const bool same = std::equal(
            event.fields.begin(), event.fields.end(), wanted.begin(), wanted.end(),
            [](const Field& field, std::string_view name) { return field.name == name; });
        expect(same, "a built-in event has the built-in fields, in their order");
    }

    void verify_dwell(const EventType& event) {
        place(quoted("event", event.name));
        const Dwell& it = *event.dwell;
        exists(event.fields, it.key, "its dwell goes by a field that it does not have");
        if (exists(program_.events, it.ping, "its dwell goes by an event that does not exist")) {
            exists(program_.events[it.ping].fields, it.ping_key,
                   "its heartbeat lacks the field that its dwell goes by");
        }
        expect(is_exact(it.every), "its heartbeat has no pace");
        if (it.ends == kNone) return;
        if (exists(program_.events, it.ends, "its dwell ends by an event that does not exist")) {
            exists(program_.events[it.ends].fields, it.ends_key,
                   "what ends its dwell lacks the field that its dwell goes by");
        }
    }

    void verify_template(const Template& it) {
        verify_template_params(it);
        place(quoted("template", it.name));
        exists(program_.channels, it.channel, "its channel does not exist");
        exists_or_none(program_.consents, it.consent, "its consent does not exist");
        for (const Index field : it.profile_fields) {
            exists(program_.profile, field, "it mentions a profile field that does not exist");
        }
        for (const Index partial : it.partials)
            exists(program_.partials, partial, "it puts in a partial that does not exist");
        for (const Index catalogue : it.catalogues)
            exists(program_.catalogues, catalogue, "it reads a catalogue that does not exist");
        for (const Index fetch : it.fetches)
            exists(program_.fetches, fetch, "it reads an answer that nobody fetches");
        for (const Attachment& one : it.attachments)
            exists(program_.files, one.file, "it attaches a file that does not exist");
    }

    void verify_catalogues() {
        place("catalogues");
        verify_names(program_.catalogues, "catalogue");
        for (const Catalogue& it : program_.catalogues) {
            verify_fields(it.columns, quoted("catalogue", it.name));
            place(quoted("catalogue", it.name));
            if (!exists(it.columns, it.key, "its key is none of its columns")) continue;
            expect(it.cells.size() % it.columns.size() == 0, "its last row is cut short");
            for (std::size_t row = 0; row + it.key < it.cells.size(); row += it.columns.size()) {
                expect(it.cells[row + it.key].as<std::string>() != nullptr,
                       "a row of it has no key");
            }
        }
    }

    void verify_webhooks() {
        place("webhooks");
        verify_names(program_.webhooks, "webhook");
        for (const Webhook& it : program_.webhooks) {
            verify_fields(it.gives, quoted("webhook", it.name));
            place(quoted("webhook", it.name));
            expect(it.url.starts_with("https://") || it.url.starts_with("http://"),
                   "its address is not one of HTTP");
            expect(it.timeout_seconds > 0, "it waits for no time at all");
        }
    }

    void verify_template_params(const Template& it) {
        std::vector<Field> params;
        for (const TemplateParam& param : it.params)
            params.push_back(param.field);
        verify_fields(params, quoted("template", it.name));
    }

    void verify_policies() {
        place("consents");
        verify_names(program_.consents, "consent");
        for (const Consent& consent : program_.consents) {
            place(quoted("consent", consent.name));
            verify_channels(consent.channels);
        }
        place("frequencies");
        verify_names(program_.frequencies, "frequency");
        for (const Frequency& frequency : program_.frequencies) {
            place(quoted("frequency", frequency.name));
            expect(is_forward(frequency.hold_at_most), "it holds for a negative time");
            expect(!frequency.gives_way || frequency.hold_when_full,
                   "what gives way has to be held meanwhile");
            for (const FrequencyLimit& limit : frequency.limits) {
                exists_or_none(program_.channels, limit.channel, "its channel does not exist");
                expect((limit.unit == CalendarUnit::none) == (limit.rolling_seconds > 0) &&
                           limit.rolling_seconds >= 0,
                       "a limit has either a calendar unit or a rolling time above zero");
            }
        }
        place("quiet hours");
        verify_names(program_.quiets, "quiet");
        for (const Quiet& quiet : program_.quiets) {
            place(quoted("quiet", quiet.name));
            expect(is_time_of_day(quiet.from_seconds) && is_time_of_day(quiet.to_seconds),
                   "its hours lie outside of the day");
            expect(quiet.no_zone != NoZone::use || !quiet.no_zone_use.empty(),
                   "it names no zone for people without one");
            expect(quiet.spread_seconds >= 0 && quiet.spread_seconds <= 86'400,
                   "it spreads over more than a day, or a negative time");
            verify_channels(quiet.channels);
        }
        place("segments");
        verify_names(program_.segments, "segment");
        place("journeys");
        verify_names(program_.journeys, "journey");
    }

    void verify_channels(const std::vector<Index>& channels) {
        for (const Index channel : channels) {
            exists(program_.channels, channel, "its channel does not exist");
        }
    }

    // ---- journeys

    void verify_journey(const Journey& it) {
        const std::string where = quoted("journey", it.name);
        place(where);
        journey_ = &it;
        const Scope inside{kNone, &it, true};
        expect(it.version >= 1, "its version is below 1");
        for (const Trigger& trigger : it.triggers) {
            std::visit([this](const auto& held) { verify_trigger(held); }, trigger);
        }
        verify_winners(it);
        verify_migrations(it);
        exprs_.check_optional(it.admit, inside, "`only if`");
        exprs_.check_optional(it.key, inside, "`key`");
        exprs_.check_optional(it.reentry_per, inside, "`reenter per`");
        exprs_.check_optional(it.zone_from, inside, "`time zone`");
        expect(it.reentry != Reentry::once_per || it.reentry_per != kNone,
               "`once per` names nothing");
        expect(is_forward(it.reentry_after), "`reenter after` is negative");
        expect(!it.lifetime || is_forward(*it.lifetime), "its lifetime is negative");
        exists_or_none(program_.frequencies, it.frequency, "its frequency does not exist");
        exists_or_none(program_.quiets, it.quiet, "its quiet hours do not exist");
        verify_watches(it);
        expect(it.states.size() <= kStatesMax, "it has more than 500 states");
        exists(it.states, it.start, "its first state does not exist");
        for (std::size_t i = 0; i < it.states.size() && !complaint_.any(); ++i) {
            place(where + ", state " + std::to_string(i));
            act_ = &it.states[i].act;
            std::visit([this](const auto& act) { verify_act(act); }, it.states[i].act);
        }
        place(where);
        if (!complaint_.any()) verify_no_endless_act();
    }

    void verify_watches(const Journey& it) {
        const Scope inside{kNone, &it, true};
        verify_names(it.goals, "goal");
        for (const Goal& goal : it.goals) {
            verify_pattern(goal.pattern, true);
            expect(!goal.within || is_forward(*goal.within), "a goal's time is negative");
        }
        for (const Exit& exit : it.exits) {
            expect(!exit.reason.empty(), "an exit gives no reason");
            verify_optional_pattern(exit.pattern);
            const int ways = int{exit.pattern.event != kNone} + int{exit.condition != kNone} +
                             int{exit.segment != kNone};
            expect(ways == 1, "an exit is by an event, by a condition or by a segment");
            exists_or_none(program_.segments, exit.segment, "an exit's segment does not exist");
            exprs_.check_optional(exit.condition, inside, "an exit's condition");
        }
    }

    void verify_trigger(const OnEvent& it) {
        verify_pattern(it.pattern, false);
        if (complaint_.any()) return;
        expect(it.unless.empty() || it.lasts.has_value(), "`unless` stands without `lasts`");
        if (!it.lasts) return;
        expect(is_exact(*it.lasts), "`lasts` is not an exact time above zero");
        expect(program_.events[it.pattern.event].dwell.has_value(),
               "`lasts` asks about an event without `dwell`");
        // Its row is the other event; the trigger is known by then.
        for (const Pattern& pattern : it.unless)
            verify_pattern(pattern, true);
    }
    void verify_trigger(const OnReach& it) {
        if (!exists(program_.aggregates, it.aggregate, "it counts by an aggregate that is not"))
            return;
        const Aggregate& counted = program_.aggregates[it.aggregate];
        expect(counted.fn == AggregateFn::count || counted.fn == AggregateFn::count_distinct ||
                   counted.fn == AggregateFn::sum,
               "`reaches` is asked of something that does not count up");
        if (exists(program_.exprs, it.threshold, "what it reaches does not exist")) {
            expect(program_.exprs[it.threshold].op == Op::constant,
                   "what it reaches is not a constant");
        }
        if (it.per != kNone) {
            exists(program_.events[counted.event].fields, it.per,
                   "`per` names a field that the event does not have");
        }
    }
    void verify_trigger(const OnSegment& it) {
        exists(program_.segments, it.segment, "its segment does not exist");
    }
    void verify_trigger(const OnSchedule& it) {
        exists(program_.segments, it.audience, "its audience does not exist");
        expect(is_time_of_day(it.time_seconds), "its time lies outside of the day");
        expect(it.recurrence != Recurrence::weekly || (it.weekdays > 0 && it.weekdays < 128),
               "it names no weekday");
        expect(it.recurrence != Recurrence::monthly || (it.month_day >= 1 && it.month_day <= 31),
               "its day of the month is not a day from 1 to 31");
        expect((it.recurrence == Recurrence::yearly) == (it.date_field != kNone),
               "a yearly trigger names the field with the date");
        exists_or_none(program_.profile, it.date_field, "its date field does not exist");
    }
    void verify_trigger(const OnCall&) {}

    void verify_winners(const Journey& it) {
        std::set<std::string_view> seen;
        for (const Winner& winner : it.winners) {
            expect(!winner.experiment.empty() && seen.insert(winner.experiment).second,
                   "an experiment has two winners");
            expect(is_forward(winner.after), "a winner is found after a negative time");
            expect(is_share(winner.confidence), "a winner's confidence is not from 0 to 1");
            expect((winner.numerator == Metric::goal) == !winner.goal.empty(),
                   "a winner by a goal names the goal");
            expect(winner.denominator != Metric::goal, "a winner is counted per goal");
        }
    }
    void verify_migrations(const Journey& it) {
        std::set<std::uint32_t> seen;
        for (const Migration& migration : it.migrations) {
            expect(migration.from_version >= 1 && migration.from_version < it.version,
                   "people come from a version that is not an older one");
            expect(seen.insert(migration.from_version).second,
                   "two rules say what happens to the people of one version");
            for (const Move& move : migration.moves) {
                expect(!move.from.empty(), "a move names no step");
                exists(it.states, move.to, "a move leads to a state that does not exist");
            }
        }
    }

    // Where an event is one of two possibilities.
    void verify_optional_pattern(const Pattern& pattern) {
        if (pattern.event != kNone) return verify_pattern(pattern, true);
        expect(pattern.filter == kNone, "there is a condition on an event, and no event");
    }

    void verify_pattern(const Pattern& pattern, bool entry) {
        if (!exists(program_.events, pattern.event, "it waits for an event that does not exist")) {
            return;
        }
        exprs_.check_optional(pattern.filter, {pattern.event, journey_, entry},
                              "the condition on an event");
    }

    void verify_target(Index target) {
        exists(journey_->states, target, "it leads to a state that does not exist");
    }
    void verify_expr(Index expr, std::string_view what) {
        exprs_.check(expr, {kNone, journey_, true}, what);
    }

    void verify_args(const std::vector<NamedExpr>& args) {
        verify_names(args, "argument");
        for (const NamedExpr& arg : args) {
            verify_expr(arg.expr, quoted("the argument", arg.name));
        }
    }
    void verify_act(const Send& it) {
        exists(program_.channels, it.channel, "its channel does not exist");
        if (exists(program_.templates, it.message_template, "its template does not exist")) {
            expect(program_.templates[it.message_template].channel == it.channel,
                   "its template is of another channel");
        }
        verify_args(it.args);
        expect(is_forward(it.validity.duration) && is_time_of_day(it.validity.until_seconds),
               "its validity is not a time");
        if (it.validity.zone_from != kNone)
            verify_expr(it.validity.zone_from, "its validity's zone");
        expect(!it.retry_for || is_forward(*it.retry_for), "it retries for a negative time");
        if (it.to != kNone) verify_expr(it.to, "the address");
        expect(!it.best_hour || is_forward(*it.best_hour), "it waits for an hour in the past");
        if (it.among != kNone) {
            const bool leads_back = it.among < journey_->states.size() &&
                                    std::holds_alternative<OneOf>(journey_->states[it.among].act);
            expect(leads_back, "it is a way of a state that does not choose");
        }
        verify_target(it.next);
    }
    void verify_act(const OneOf& it) {
        expect(!it.sends.empty() && it.sends.size() <= kWaysMost,
               "it chooses among no sends, or too many");
        for (const Index target : it.sends) {
            const Send* send = target < journey_->states.size()
                                   ? std::get_if<Send>(&journey_->states[target].act)
                                   : nullptr;
            const bool back = send != nullptr && send->among < journey_->states.size() &&
                              &journey_->states[send->among].act == act_;
            expect(back, "it chooses among what is no send of its own");
        }
        exists(journey_->locals, it.tried, "it sets a local that does not exist");
        if (it.best) {
            verify_optional_pattern(it.best->comes);
            expect(it.best->comes.event != kNone, "its return is no event");
            expect(is_forward(it.best->within), "its return counts for a negative time");
            expect(is_share(it.best->explore), "it explores with no share from 0 to 1");
            expect(std::isfinite(it.best->worth), "its return is worth no number");
        }
        verify_target(it.next);
    }
    void verify_act(const Test& it) {
        verify_expr(it.condition, "the condition");
        verify_target(it.if_true);
        verify_target(it.if_false);
    }
    void verify_act(const Pick& it) {
        expect(!it.experiment.empty(), "its experiment has no name");
        expect(!it.arms.empty(), "its experiment has no arm");
        expect(is_share(it.holdout), "its holdout is not a share from 0 to 1");
        if (it.holdout > 0 || it.holdout_target != kNone) verify_target(it.holdout_target);
        expect(is_share(it.sample), "its sample is not a share from 0 to 1");
        if (it.sample < 1 || it.rest_target != kNone) verify_target(it.rest_target);
        verify_names(it.arms, "arm");
        double sum = 0;
        for (const Arm& arm : it.arms) {
            expect(is_share(arm.weight), quoted("arm", arm.name) + " has no share from 0 to 1");
            sum += arm.weight;
            verify_target(arm.target);
        }
        expect(std::abs(sum - 1) <= kWeightTolerance, "the shares of its arms do not add up to 1");
    }
    void verify_act(const Await& it) {
        std::visit([this](const auto& timer) { verify_timer(timer); }, it.timer);
        for (const WaitArm& arm : it.arms) {
            verify_optional_pattern(arm.pattern);
            if (arm.condition != kNone) verify_expr(arm.condition, "an arm's condition");
            expect((arm.pattern.event != kNone) != (arm.condition != kNone),
                   "an arm waits for one thing, an event or a condition");
            verify_target(arm.target);
        }
        verify_target(it.timeout);
    }
    void verify_timer(const WaitFor& it) {
        expect(is_forward(it.duration), "it waits for a negative time");
        if (it.length != kNone) verify_expr(it.length, "the length of the wait");
    }
    void verify_timer(const WaitUntil& it) {
        expect(!it.weekday || (*it.weekday >= 1 && *it.weekday <= 7),
               "its weekday is not a day from 1 to 7");
        expect(!it.time_seconds || is_time_of_day(*it.time_seconds),
               "its time lies outside of the day");
        if (it.moment != kNone) verify_expr(it.moment, "the moment it waits for");
        if (it.zone_from != kNone) verify_expr(it.zone_from, "the zone of the wait");
        expect(it.moment != kNone || it.time_seconds.has_value(),
               "it waits neither for a moment nor for a time of day");
    }
    void verify_act(const SetField& it) {
        exists(program_.profile, it.field, "it sets a profile field that does not exist");
        verify_expr(it.value, "the value");
        verify_target(it.next);
    }
    void verify_act(const SetLocal& it) {
        exists(journey_->locals, it.local, "it sets a local that does not exist");
        verify_expr(it.value, "the value");
        verify_target(it.next);
    }
    void verify_act(const Tag& it) {
        const bool named = std::none_of(it.names.begin(), it.names.end(),
                                        [](const std::string& name) { return name.empty(); });
        expect(!it.names.empty() && named, "it names no tag");
        verify_target(it.next);
    }
    void verify_act(const End& it) { expect(!it.reason.empty(), "it gives no reason"); }
    void verify_act(const Settle& it) {
        exists(journey_->winners, it.winner, "it waits for a winner that is never found");
        expect(!it.targets.empty(), "its winner leads nowhere");
        for (const Index target : it.targets)
            verify_target(target);
        if (it.winner < journey_->winners.size()) {
            expect(journey_->winners[it.winner].otherwise < it.targets.size(),
                   "its fallback is not one of the arms");
        }
    }
    void verify_act(const Call& it) {
        if (exists(program_.webhooks, it.webhook, "its webhook does not exist")) {
            const std::vector<std::string>& sends = program_.webhooks[it.webhook].sends;
            for (const NamedExpr& arg : it.args) {
                expect(std::find(sends.begin(), sends.end(), arg.name) != sends.end(),
                       "it sends what its webhook does not take");
            }
        }
        verify_args(it.args);
        exists_or_none(journey_->locals, it.local, "it sets a local that does not exist");
        verify_target(it.next);
        verify_target(it.failed);
    }
    void verify_act(const Emit& it) {
        if (exists(program_.events, it.event, "it makes an event that does not exist")) {
            const EventType& event = program_.events[it.event];
            expect(!event.builtin, "it makes a built-in event");
            for (const NamedExpr& arg : it.args) {
                expect(find_named(event.fields, arg.name) != kNone,
                       "it gives its event a field that the event does not have");
            }
        }
        verify_args(it.args);
        verify_target(it.next);
    }
    void verify_act(const Run& it) {
        if (exists(program_.journeys, it.journey, "it runs a journey that does not exist")) {
            const std::vector<Trigger>& ways = program_.journeys[it.journey].triggers;
            expect(
                std::any_of(ways.begin(), ways.end(),
                            [](const Trigger& way) { return std::holds_alternative<OnCall>(way); }),
                "it runs a journey that is not entered when called");
        }
        verify_args(it.args);
        verify_target(it.next);
    }

    // ---- every circle passes a state that waits

    void verify_no_endless_act() {
        std::vector<Mark> marks(journey_->states.size());
        for (Index i = 0; i < marks.size() && !complaint_.any(); ++i) {
            walk(i, marks);
        }
    }

    enum class Mark : std::uint8_t { unseen, open, done };

    // At most 500 deep: a state is open once.
    void walk(Index at, std::vector<Mark>& marks) {
        if (marks[at] == Mark::done || complaint_.any()) return;
        if (!expect(marks[at] == Mark::unseen,
                    "state " + std::to_string(at) +
                        " leads back to itself without a wait or a send on the way")) {
            return;
        }
        marks[at] = Mark::open;
        for (const Index next : acts_after(journey_->states[at])) {
            walk(next, marks);
        }
        marks[at] = Mark::done;
    }

    // Where the machine goes on at once; none for the states that stop it.
    static std::vector<Index> acts_after(const State& state) {
        using All = std::vector<Index>;
        return std::visit(
            Match{[](const Send&) { return All{}; }, [](const Await&) { return All{}; },
                  [](const End&) { return All{}; }, [](const Settle&) { return All{}; },
                  [](const Call&) { return All{}; },
                  [](const Test& it) {
                      return All{it.if_true, it.if_false};
                  },
                  [](const Pick& it) {
                      All all;
                      for (const Arm& arm : it.arms)
                          all.push_back(arm.target);
                      if (it.holdout_target != kNone) all.push_back(it.holdout_target);
                      if (it.rest_target != kNone) all.push_back(it.rest_target);
                      return all;
                  },
                  [](const OneOf& it) {
                      All all = it.sends;
                      all.push_back(it.next);
                      return all;
                  },
                  [](const auto& it) { return All{it.next}; }},
            state.act);
    }

    const Program& program_;
    Complaint complaint_;
    ExprVerifier exprs_;
    const Journey* journey_ = nullptr;
    const decltype(State::act)* act_ = nullptr;  // that is being verified
};

}  // namespace

bool Complaint::expect(bool condition, std::string_view what) {
    if (!condition && first_.empty()) {
        first_ = "the program cannot be used: " + place_ + ": " + std::string(what);
    }
    return condition;
}

Result<void> Complaint::result() const {
    if (any()) return error(ErrorCode::invalid, first_);
    return success();
}

Index zone_field_of(const Program& program) {
    Index found = kNone;
    for (std::size_t i = 0; i < program.profile.size(); ++i) {
        const Field& field = program.profile[i];
        if (field.type.kind != TypeKind::zone) continue;
        if (found == kNone || field.name == "time_zone") found = static_cast<Index>(i);
    }
    return found;
}

Index event_of(const Program& program, const Trigger& trigger) {
    if (const auto* event = std::get_if<OnEvent>(&trigger)) return event->pattern.event;
    if (const auto* reach = std::get_if<OnReach>(&trigger)) {
        return program.aggregates[reach->aggregate].event;
    }
    return kNone;
}

Result<void> verify(const Program& program) {
    return Verifier(program).run();
}

}  // namespace journey::ir
