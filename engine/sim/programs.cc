#include "engine/sim/programs.h"

namespace journey::sim {

namespace {

using ir::Index;

constexpr CalendarDuration kHour{0, 0, 3600};
constexpr CalendarDuration kDay{0, 1, 0};

ir::Field field_of(const std::string& name, ir::TypeKind kind) {
    ir::Field field;
    field.name = name;
    field.type.kind = kind;
    return field;
}

ir::EventType event_of(const std::string& name, std::vector<ir::Field> fields, bool builtin) {
    return {name, std::move(fields), builtin, {}};
}

ir::State state_of(decltype(ir::State::act) act, const std::string& step) {
    ir::State state;
    state.act = std::move(act);
    state.step = step;
    return state;
}

class Shop {
  public:
    Shop(int version, const OwnWorkspace& workspace) : version_(version), paced_(workspace.paced) {
        if (workspace.railed) rails();
        program_.workspace.holdout = workspace.holdout;
        people();
        messages();
        if (workspace.fetching) fetches();
        welcome();
        receipt();
        offer();
        gift();
        follow();
        trial();
        moments();
    }
    Bytes bytes() const {
        const Result<void> verified = ir::verify(program_);
        ENSURE(verified, verified ? "" : verified.error().detail);
        return ir::encode(program_);
    }

  private:
    void rails() {
        ir::Workspace& it = program_.workspace;
        it.blast_limit = version_ == 1 ? kBlastLimit / 2 : kBlastLimit;
        it.blast_seconds = 86'400;
        it.canary_count = 3;
        it.canary_seconds = 7200;
        it.canary_stop = 0.3;
    }
    void people() {
        using enum ir::TypeKind;
        program_.workspace.name = "sim";
        program_.workspace.zone = "Europe/Berlin";
        for (const char* name : {"email", "phone", "device", "first_name"})
            program_.profile.push_back(field_of(name, text));
        program_.profile.push_back(field_of("time_zone", zone));
        program_.events.push_back(event_of("signed_up", {field_of("plan", text)}, false));
        program_.events.push_back(event_of("bought", {field_of("order_id", text)}, false));
        program_.events.push_back(event_of("viewed", {field_of("sku", text)}, false));
        program_.events.push_back(event_of("pinged", {field_of("sku", text)}, false));
        ir::Dwell dwell;
        dwell.ping = static_cast<Index>(program_.events.size() - 1);
        dwell.key = 0;
        dwell.ping_key = 0;
        dwell.every = kHour;
        program_.events[dwell.ping - 1].dwell = dwell;
        program_.events.push_back(event_of("gifted", {field_of("code", text)}, false));
        ir::Webhook coupons;
        coupons.name = "coupons";
        coupons.url = "https://shop.example/coupons";
        coupons.sends = {"order_id"};
        coupons.gives = {field_of("code", text)};
        coupons.gives[0].required = true;
        program_.webhooks.push_back(std::move(coupons));
        for (const char* name : ir::kBuiltinEvents) {
            std::vector<ir::Field> fields;
            for (const char* field : ir::kBuiltinEventFields)
                fields.push_back(field_of(field, text));
            program_.events.push_back(event_of(name, std::move(fields), true));
        }
        program_.channels.push_back(
            {"email", ir::ChannelKind::email, 0, "Shop <shop@example.com>", "", 0, 0});
        program_.channels.push_back({"sms", ir::ChannelKind::sms, 1, "", "Shop", 50, 0});
        program_.channels.push_back({"push", ir::ChannelKind::push, 2, "", "", 0, 0});
        program_.consents.push_back({"news", "News", {0, 1, 2}, ir::Basis::opt_in});
    }

    void messages() {
        struct Row {
            const char* name;
            Index channel;
            bool marketing;
        };
        for (const Row& row :
             {Row{"hello", 0, true}, Row{"nudge", 1, true}, Row{"bye", 2, true},
              Row{"receipt", 0, false}, Row{"offer_push", 2, true}, Row{"offer_sms", 1, true}}) {
            ir::Template text;
            text.name = row.name;
            text.channel = row.channel;
            text.message_class =
                row.marketing ? ir::MessageClass::marketing : ir::MessageClass::transactional;
            text.consent = row.marketing ? 0 : ir::kNone;
            text.subject = row.channel == 0 ? "For {{ user.first_name }}" : "";
            text.title = row.channel == 2 ? "Hello" : "";
            text.body = "Hello {{ user.first_name | default: 'friend' }}";
            program_.templates.push_back(std::move(text));
        }
        ir::Frequency frequency;
        frequency.name = "gentle";
        ir::FrequencyLimit limit;
        limit.count = 3;
        limit.unit = ir::CalendarUnit::day;
        frequency.limits.push_back(limit);
        program_.frequencies.push_back(std::move(frequency));
        ir::Quiet quiet;
        quiet.name = "night";
        quiet.from_seconds = 22 * 3600;
        quiet.to_seconds = 8 * 3600;
        quiet.channels = {1, 2};
        quiet.no_zone = ir::NoZone::use;
        quiet.no_zone_use = "Europe/Berlin";
        program_.quiets.push_back(std::move(quiet));
    }

    /// What came stands in the text by the name of its fetch, for whoever looks from outside.
    void shows(const char* message, Index fetch) {
        const std::string& name = program_.fetches[fetch].name;
        ir::Template& text = program_.templates[ir::find_named(program_.templates, message)];
        text.fetches.push_back(fetch);
        text.body += " [" + name + "={{ fetch." + name + ".temperature }}]";
    }
    void fetches() {
        ir::Fetch weather;
        weather.name = "weather";
        weather.url = "https://api.shop.example/weather?who={{ user.first_name | url_encode }}";
        weather.cache_seconds = kServes / std::chrono::seconds(1);
        weather.if_fails = ir::Fetch::IfFails::blank;
        ir::Fetch water;
        water.name = kNeededFetch;
        water.url = "https://api.shop.example/water";
        water.timeout_seconds = 5;
        program_.fetches = {std::move(weather), std::move(water)};
        shows("hello", 0);
        shows("nudge", 0);
        shows("nudge", 1);
        shows("receipt", 1);
        shows("offer_push", 1);
    }

    ir::Journey journey_of(const std::string& name, const std::string& trigger) const {
        ir::Journey journey;
        journey.name = name;
        journey.start = 0;
        journey.version = static_cast<std::uint32_t>(version_);
        journey.triggers.push_back(
            ir::OnEvent{{ir::find_named(program_.events, trigger), ir::kNone}, {}, {}});
        journey.reentry = ir::Reentry::always;
        return journey;
    }
    static Index add(ir::Journey& journey, decltype(ir::State::act) act, const std::string& step) {
        journey.states.push_back(state_of(std::move(act), step));
        return static_cast<Index>(journey.states.size() - 1);
    }
    void send(ir::Journey& journey, const std::string& message) const {
        ir::Send send;
        send.message_template = ir::find_named(program_.templates, message);
        send.channel = program_.templates[send.message_template].channel;
        send.next = static_cast<Index>(journey.states.size() + 1);
        add(journey, std::move(send), message);
    }
    static void wait(ir::Journey& journey, CalendarDuration duration, std::vector<ir::WaitArm> arms,
                     const std::string& step) {
        const auto next = static_cast<Index>(journey.states.size() + 1);
        add(journey, ir::Await{ir::WaitFor{duration}, std::move(arms), next}, step);
    }

    void welcome() {
        ir::Journey journey = journey_of("welcome", "signed_up");
        journey.overlap = ir::Overlap::restart;
        if (paced_) {
            journey.rate_count = 1;
            journey.rate_seconds = kWelcomeStep / std::chrono::seconds(1);
        }
        send(journey, "hello");
        const CalendarDuration first_wait = version_ == 1 ? kHour : CalendarDuration{0, 0, 7200};
        ir::WaitArm bought;
        bought.pattern.event = ir::find_named(program_.events, "bought");
        bought.target = 5;
        wait(journey, first_wait, {bought}, "think");
        send(journey, "nudge");
        wait(journey, kDay, {}, "rest");
        send(journey, "bye");
        add(journey, ir::End{"finished"}, "end");
        journey.frequency = 0;
        journey.quiet = 0;
        if (version_ > 1) {
            journey.migrations.push_back(
                {1, {{"hello", 0}, {"think", 1}, {"bye", 4}}, ir::Others::stay});
        }
        program_.journeys.push_back(std::move(journey));
    }

    void receipt() {
        ir::Journey journey = journey_of("receipt", "bought");
        journey.message_class = ir::MessageClass::transactional;
        journey.overlap = ir::Overlap::parallel;
        send(journey, "receipt");
        add(journey, ir::End{"finished"}, "end");
        program_.journeys.push_back(std::move(journey));
    }

    void offer() {
        ir::Journey journey = journey_of("offer", "viewed");
        journey.reentry = ir::Reentry::after;
        journey.reentry_after = kDay;
        journey.frequency = 0;
        ir::Pick pick;
        pick.experiment = "offer_channel";
        pick.holdout = 0.1;
        pick.holdout_target = 4;
        pick.arms = {{"push", 0.5, 1}, {"sms", 0.5, 2}};
        add(journey, std::move(pick), "pick");
        send(journey, "offer_push");
        std::get<ir::Send>(journey.states.back().act).next = 3;
        send(journey, "offer_sms");
        wait(journey, kHour, {}, "pause");
        add(journey, ir::End{"finished"}, "end");
        program_.journeys.push_back(std::move(journey));
    }

    Index add_expr(ir::Op op, Index a) {
        ir::Expr expr;
        expr.op = op;
        expr.type = ir::TypeKind::text;
        expr.a = a;
        program_.exprs.push_back(expr);
        return static_cast<Index>(program_.exprs.size() - 1);
    }

    /// A purchase is answered with a coupon; the event about it wakes `follow`, which is run too.
    void gift() {
        ir::Journey journey = journey_of("gift", "bought");
        journey.overlap = ir::Overlap::parallel;
        journey.trigger_fields = {"order_id"};
        journey.locals = {"coupon"};
        ir::Call call;
        call.webhook = 0;
        call.args.push_back({"order_id", add_expr(ir::Op::trigger_field, 0)});
        call.local = 0;
        call.next = 1;
        call.failed = 3;
        add(journey, std::move(call), "coupon");
        const Index order = add_expr(ir::Op::trigger_field, 0);
        add(journey, ir::Run{follow_index(), {{"order_id", order}}, 2}, "run");
        add(journey, ir::Emit{ir::find_named(program_.events, "gifted"), {{"code", order}}, 3},
            "tell");
        add(journey, ir::End{"finished"}, "end");
        program_.journeys.push_back(std::move(journey));
    }
    Index follow_index() const { return static_cast<Index>(program_.journeys.size() + 1); }

    void follow() {
        ir::Journey journey = journey_of("follow", "viewed");
        journey.triggers = {ir::OnCall{}};
        journey.trigger_fields = {"order_id"};
        journey.overlap = ir::Overlap::queue;
        ir::WaitArm gifted;
        gifted.pattern.event = ir::find_named(program_.events, "gifted");
        gifted.target = 1;
        wait(journey, kDay, {gifted}, "wait_1");
        send(journey, "receipt");
        wait(journey, kHour, {}, "wait_2");
        add(journey, ir::End{"finished"}, "end");
        if (version_ > 1) journey.migrations.push_back({1, {{"receipt", 1}}, ir::Others::restart});
        program_.journeys.push_back(std::move(journey));
    }

    void trial() {
        ir::Journey journey = journey_of("trial", "viewed");
        journey.reentry = ir::Reentry::never;
        ir::Pick pick;
        pick.experiment = "subject";
        pick.sample = 0.5;
        pick.rest_target = 3;
        pick.arms = {{"mail", 0.5, 1}, {"push", 0.5, 2}};
        add(journey, std::move(pick), "draw");
        send(journey, "hello");
        std::get<ir::Send>(journey.states.back().act).next = 4;
        send(journey, "offer_push");
        std::get<ir::Send>(journey.states.back().act).next = 4;
        add(journey, ir::Settle{0, {1, 2}}, "settle");
        add(journey, ir::End{"finished"}, "end");
        ir::Winner winner;
        winner.experiment = "subject";
        winner.numerator = ir::Metric::opened;
        winner.denominator = ir::Metric::sent;
        winner.after = {0, 0, 12 * 3600};
        winner.confidence = 0.6;
        journey.winners.push_back(winner);
        if (version_ > 1) journey.migrations.push_back({1, {{"settle", 0}}, ir::Others::stop});
        program_.journeys.push_back(std::move(journey));
    }

    Index constant(Value value) {
        program_.constants.push_back(std::move(value));
        const Index expr =
            add_expr(ir::Op::constant, static_cast<Index>(program_.constants.size() - 1));
        program_.exprs[expr].type = ir::TypeKind::integer;
        return expr;
    }
    Index count_within(const std::string& event, CalendarDuration duration) {
        ir::Aggregate count;
        count.fn = ir::AggregateFn::count;
        count.event = ir::find_named(program_.events, event);
        count.window.kind = ir::WindowKind::within;
        count.window.within = duration;
        program_.aggregates.push_back(count);
        return static_cast<Index>(program_.aggregates.size() - 1);
    }
    void entered_by(const std::string& name, ir::Trigger trigger) {
        ir::Journey journey = journey_of(name, "viewed");
        journey.triggers = {std::move(trigger)};
        journey.overlap = ir::Overlap::parallel;
        send(journey, "hello");
        wait(journey, kHour, {}, "wait_1");
        add(journey, ir::End{"finished"}, "end");
        program_.journeys.push_back(std::move(journey));
    }

    /// Every other way into a journey: a number reached, a stay, a segment joined and left by an
    /// event and by the clock, a time of day.
    void moments() {
        entered_by("regular", ir::OnReach{count_within("viewed", {0, 2, 0}),
                                          constant(Value(std::int64_t{3})), ir::kNone});
        ir::OnEvent stay{{ir::find_named(program_.events, "viewed"), ir::kNone},
                         CalendarDuration{0, 0, 1800},
                         {}};
        stay.unless.push_back({ir::find_named(program_.events, "bought"), ir::kNone});
        entered_by("looking", std::move(stay));

        const Index bought = add_expr(ir::Op::aggregate, count_within("bought", kDay));
        program_.exprs[bought].type = ir::TypeKind::integer;
        const Index one = constant(Value(std::int64_t{1}));
        const Index buys = add_expr(ir::Op::greater_equal, ir::kNone);
        program_.exprs[buys].type = ir::TypeKind::boolean;
        program_.exprs[buys].first = static_cast<Index>(program_.operands.size());
        program_.exprs[buys].count = 2;
        program_.operands.insert(program_.operands.end(), {bought, one});
        program_.segments.push_back({"buyers", "Buyers", buys});
        entered_by("joined", ir::OnSegment{0, true});
        entered_by("left", ir::OnSegment{0, false});
        ir::OnSchedule evening;
        evening.time_seconds = 18 * 3600;
        evening.audience = 0;
        entered_by("evening", evening);
    }

    int version_;
    bool paced_;
    ir::Program program_;
};

}  // namespace

std::vector<Bytes> own_programs(const OwnWorkspace& workspace) {
    return {Shop(1, workspace).bytes(), Shop(2, workspace).bytes()};
}

}  // namespace journey::sim
