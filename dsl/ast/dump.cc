// One S-expression a node: (send email welcome_hello (with …)). Written with one overloaded `put`
// per node, so that a new node without a dump does not compile.

#include "dsl/ast/same.h"

#include <fmt/format.h>

namespace journey::ast {
namespace {

class Dumper {
  public:
    std::string take() { return std::move(out_); }

    template <typename... Parts>
    void node(std::string_view head, const Parts&... parts) {
        out_ += '(';
        out_ += head;
        (part(parts), ...);
        out_ += ')';
    }

    template <typename T>
    void part(const T& value) {
        out_ += ' ';
        put(value);
    }

    void put(std::string_view text) { out_ += text; }
    void put(const char* text) { out_ += text; }  // else it would become a bool
    void put(bool flag) { out_ += flag ? "yes" : "no"; }
    void put(const Name& name) { out_ += name.text; }
    void put(const Path& path) { out_ += path.dotted(); }
    void put(const Text& text) { out_ += to_json(Value(text.value)); }
    void put(const Integer& integer) { out_ += std::to_string(integer.value); }
    void put(const Duration& duration) { put(duration.value); }
    void put(const CalendarDuration& value) {
        out_ += fmt::format("{}mo{}d{}s", value.months, value.days, value.seconds);
    }
    void put(const Percent& percent) { out_ += fmt::format("{}bp", percent.basis_points); }
    void put(const ClockTime& time) { out_ += format_time_of_day(time.value); }
    void put(const WeekdayName& day) { out_ += fmt::format("day{}", static_cast<int>(day.day)); }
    void put(const CurrencyName& currency) {
        out_.append(currency.code.begin(), currency.code.end());
    }
    void put(const ClassName& name) {
        out_ += name.value == MessageClass::marketing ? "marketing" : "transactional";
    }
    void put(const Zone& zone) {
        if (zone.named) return put(*zone.named);
        if (zone.from) return put(*zone.from);
        out_ += "local";
    }
    void put(const LocalMoment& moment) {
        out_ += format_date(moment.date) + 'T' + format_time_of_day(moment.time);
        if (moment.offset_minutes) out_ += fmt::format("{:+}m", *moment.offset_minutes);
        if (moment.zone) part(*moment.zone);
    }
    void put(const Unread& what) { node("unread", what.keyword); }

    template <typename T>
    void put(const std::optional<T>& maybe) {
        if (maybe) return put(*maybe);
        out_ += '-';
    }
    template <typename T>
    void put(const std::vector<T>& all) {
        out_ += '[';
        for (const T& one : all)
            part(one);
        out_ += ']';
    }
    template <typename T>
    void put(const std::unique_ptr<T>& maybe) {
        if (maybe) return put(*maybe);
        out_ += '-';
    }
    template <typename... Ts>
    void put(const std::variant<Ts...>& which) {
        std::visit([&](const auto& one) { put(one); }, which);
    }

    // Expressions.
    void put(const Expr& expr) { put(expr.what); }
    void put(const Literal& literal) {
        out_ += fmt::format("{}:{}", static_cast<int>(literal.kind), to_json(literal.value));
    }
    void put(const NameRef& ref) { put(ref.name); }
    void put(const Member& member) { node(".", member.of, member.name); }
    void put(const Index& index) { node("[]", index.of, index.at); }
    void put(const Not& what) { node("not", what.of); }
    void put(const Negate& what) { node("neg", what.of); }
    void put(const Logic& logic) {
        node(logic.op == LogicOp::logic_and ? "and" : "or", logic.parts);
    }
    void put(const Compare& compare) {
        node(fmt::format("cmp{}", static_cast<int>(compare.op)), compare.left, compare.right);
    }
    void put(const Between& between) { node("between", between.of, between.low, between.high); }
    void put(const Presence& presence) {
        node(fmt::format("presence{}", static_cast<int>(presence.test)), presence.negated,
             presence.of);
    }
    void put(const Arithmetic& sum) {
        node(std::string_view("+-*/").substr(static_cast<std::size_t>(sum.op), 1), sum.left,
             sum.right);
    }
    void put(const Fallback& fallback) { node("default", fallback.of, fallback.otherwise); }
    void put(const TimeSince& since) { node("time-since", since.of); }
    void put(const Window& window) {
        node(fmt::format("window{}", static_cast<int>(window.kind)), window.within, window.from,
             window.to);
    }
    void put(const Aggregate& aggregate) {
        node(name_of(aggregate.fn), aggregate.distinct, aggregate.of, aggregate.where,
             aggregate.window, aggregate.limit);
    }
    void put(const Call& call) { node("call", call.fn, call.args); }
    void put(const ListLiteral& list) { node("list", list.items); }
    void put(const Pair& pair) { node("pair", pair.key, pair.value); }
    void put(const MapLiteral& map) { node("map", map.pairs); }
    void put(const EventSel& event) { node("event", event.event, event.of_label, event.where); }

    // Declarations.
    void put(const Language& language) { node("language", language.edition); }
    void put(const Use& use) { node("use", use.file, use.as); }
    void put(const Workspace& workspace) { node("workspace", workspace.name, workspace.lines); }
    void put(const WorkspaceLine& line) { put(line.what); }
    void put(const WorkspaceZone& line) { node("time-zone", line.zone); }
    void put(const WorkspaceCurrency& line) { node("currency", line.currency); }
    void put(const WorkspaceLocale& line) { node("locale", line.locale); }
    void put(const WeekStarts& line) { node("week-starts", line.day); }
    void put(const WorkspaceHoldout& line) { node("holdout", line.share); }
    void put(const BlastLimit& line) { node("blast-limit", line.rate.count, line.rate.unit); }
    void put(const Canary& line) { node("canary", line.count, line.wait, line.stop); }
    void put(const Type& type) { put(type.what); }
    void put(const NamedType& type) { put(type.name); }
    void put(const MoneyType& type) { node("money", type.currency); }
    void put(const ListType& type) { node("list-of", type.of); }
    void put(const MapType& type) { node("map-of", type.of); }
    void put(const OneOfType& type) { node("one-of", type.values); }
    void put(const Mark& mark) { put(mark.what); }
    void put(const DefaultMark& mark) { node("default", mark.value); }
    void put(const RequiredMark&) { put("required"); }
    void put(const PiiMark&) { put("pii"); }
    void put(const AboutMark& mark) { node("about", mark.text); }
    void put(const Field& field) { node("field", field.name, field.type, field.marks); }
    void put(const FieldLine& line) { put(line.what); }
    void put(const ProfileDecl& profile) { node("profile", profile.name, profile.lines); }
    void put(const EventDecl& event) { node("event", event.name, event.lines); }
    void put(const ChannelDecl& channel) { node("channel", channel.name, channel.lines); }
    void put(const ChannelLine& line) { put(line.what); }
    void put(const ChannelAddress& line) { node("address", line.ref); }
    void put(const ChannelFrom& line) { node("from", line.text); }
    void put(const ChannelSender& line) { node("sender", line.text); }
    void put(const ChannelCost& line) { node("cost", line.amount); }
    void put(const ChannelRate& line) { node("rate", line.count, line.unit); }
    void put(const ChannelMaxLength& line) { node("max-length", line.length); }
    void put(const ConsentDecl& consent) {
        node("consent", consent.name, consent.title, consent.lines);
    }
    void put(const ConsentLine& line) { put(line.what); }
    void put(const ConsentChannels& line) { node("channels", line.channels); }
    void put(const ConsentBasisLine& line) {
        node(fmt::format("basis{}", static_cast<int>(line.basis)));
    }
    void put(const ConsentAbout& line) { node("about", line.text); }
    void put(const FrequencyDecl& frequency) { node("frequency", frequency.name, frequency.lines); }
    void put(const FrequencyLine& line) { put(line.what); }
    void put(const LimitRow& row) {
        node("at-most", row.count, row.channel, row.rolling, row.unit);
    }
    void put(const FrequencyCounts& line) { node("counts", line.counts); }
    void put(const WhenFull& line) {
        node(line.gives_way ? "when-full-give-way" : "when-full", line.hold_up_to);
    }
    void put(const QuietDecl& quiet) { node("quiet", quiet.name, quiet.lines); }
    void put(const QuietLine& line) { put(line.what); }
    void put(const QuietHours& line) { node("hours", line.from, line.to, line.zone); }
    void put(const QuietOn& line) { node("on", line.channels); }
    void put(const QuietThen& line) { node("then", line.action); }
    void put(QuietAction action) { put(action == QuietAction::hold ? "hold" : "skip"); }
    void put(const QuietSpread& line) { node("spread-over", line.over); }
    void put(const QuietNoZone& line) { node("if-no-zone", line.action, line.use); }
    void put(const TemplateDecl& made) {
        node("template", made.name, made.channel, made.message_class, made.lines);
    }
    void put(const TemplateLine& line) { put(line.what); }
    void put(const TemplateConsent& line) { node("consent", line.consent); }
    void put(const TemplateText& line) {
        node(fmt::format("text{}", static_cast<int>(line.part)), line.text);
    }
    void put(const TemplateNeeds& line) { node("needs", line.field); }
    void put(const TemplateUnsubscribe& line) { node("unsubscribe", line.in_body); }
    void put(const Dwell& dwell) {
        node("dwell", dwell.ping, dwell.on, dwell.every, dwell.ends_with);
    }
    void put(const WebhookDecl& webhook) { node("webhook", webhook.name, webhook.lines); }
    void put(const WebhookLine& line) { put(line.what); }
    void put(const HookPost& line) { node("post", line.url); }
    void put(const HookSends& line) { node("sends", line.names); }
    void put(const HookGives& line) { node("gives", line.field); }
    void put(const HookTimeout& line) { node("timeout", line.timeout); }
    void put(const HookRetry& line) { node("retry", line.times); }
    void put(const FetchDecl& fetch) { node("fetch", fetch.name, fetch.lines); }
    void put(const FetchLine& line) { put(line.what); }
    void put(const FetchGet& line) { node("get", line.url); }
    void put(const FetchCache& line) { node("cache", line.time); }
    void put(const FetchTimeout& line) { node("timeout", line.timeout); }
    void put(const FetchFails& line) { node("when-it-fails", line.blank); }
    void put(const TemplateAttach& line) { node("attach", line.path, line.as); }
    void put(const CatalogueDecl& made) { node("catalogue", made.name, made.lines); }
    void put(const CatalogueLine& line) { put(line.what); }
    void put(const CatalogueFile& line) { node("file", line.path); }
    void put(const CatalogueKey& line) { node("key", line.column); }
    void put(const BandRow& row) { node("row", row.score, row.below); }
    void put(const BandDecl& band) { node("band", band.name, band.of, band.rows); }
    void put(const SegmentDecl& segment) {
        node("segment", segment.name, segment.title, segment.is);
    }

    // Journeys.
    void put(const JourneyDecl& journey) {
        node("journey", journey.name, journey.title, journey.message_class, journey.heads,
             journey.steps);
    }
    void put(const Head& head) { put(head.what); }
    void put(const Version& head) { node("version", head.number); }
    void put(const About& head) { node("about", head.text); }
    void put(const Owner& head) { node("owner", head.text); }
    void put(const EventTrigger& on) { node("on", on.event, on.lasts, on.unless); }
    void put(const ReachTrigger& on) { node("reaches", on.aggregate, on.threshold, on.per); }
    void put(const SegmentChange& on) { node(on.joining ? "joining" : "leaving", on.segment); }
    void put(const Every& every) {
        node(fmt::format("every{}", static_cast<int>(every.kind)), every.month_day, every.weekdays,
             every.at, every.zone);
    }
    void put(const Yearly& yearly) {
        node("yearly", yearly.on, yearly.at, yearly.zone,
             yearly.leap ? static_cast<std::int64_t>(*yearly.leap) : std::int64_t{-1});
    }
    void put(const Once& once) { node("once", once.at); }
    void put(const Schedule& on) { node("schedule", on.what, on.audience); }
    void put(const Enter& head) { node("enter", head.trigger); }
    void put(const MoveRow& row) { node("move", row.from, row.to); }
    void put(const OthersRow& row) { node("others", static_cast<std::int64_t>(row.rule)); }
    void put(const FromVersion& head) { node("from-version", head.version, head.rows); }
    void put(const OnlyIf& head) { node("only-if", head.condition); }
    void put(const Reenter& head) {
        node(fmt::format("reenter{}", static_cast<int>(head.kind)), head.after, head.per);
    }
    void put(const WhileRunning& head) {
        node(fmt::format("while-running{}", static_cast<int>(head.overlap)));
    }
    void put(const Goal& head) { node("goal", head.name, head.event, head.within, head.then_exit); }
    void put(const Exit& head) { node("exit", head.on); }
    void put(const UseFrequency& head) { node("frequency", head.policy); }
    void put(const UseQuiet& head) { node("quiet", head.policy); }
    void put(const ExpiresAfter& head) { node("expires", head.lifetime); }
    void put(const JourneyRate& head) { node("rate", head.rate.count, head.rate.unit); }
    void put(const Priority& head) { node("priority", head.value); }
    void put(const Key& head) { node("key", head.expr); }
    void put(const TimeZoneIs& head) { node("time-zone", head.expr); }

    void put(const Step& step) {
        out_ += "\n  ";
        if (step.label) out_ += step.label->text + ": ";
        put(step.what);
    }
    void put(const Send& send) {
        node("send", send.channel, send.template_name, send.with, send.options);
    }
    void put(const SendOption& option) { put(option.what); }
    void put(const ValidFor& option) { node("valid-for", option.duration); }
    void put(const ValidUntil& option) { node("valid-until", option.time, option.zone); }
    void put(const RetryFor& option) { node("retry-for", option.duration); }
    void put(const SendTo& option) { node("to", option.address); }
    void put(const Without& option) {
        node("without", option.waived == Waived::quiet ? "quiet" : "frequency");
    }
    void put(const AtBestHour& option) { node("best-hour", option.within); }
    void put(const Delay& wait) { node("wait", wait.duration); }
    void put(const Until& until) { put(until.what); }
    void put(const UntilClock& until) { node("clock", until.time, until.zone); }
    void put(const UntilWeekday& until) { node("weekday", until.day, until.time, until.zone); }
    void put(const UntilMoment& until) { node("moment", until.moment, until.at); }
    void put(const WaitUntil& wait) { node("wait-until", wait.until); }
    void put(const WaitAtMost& wait) { node("wait-at-most", wait.at_most, wait.arms); }
    void put(const WaitArm& arm) { put(arm.what); }
    void put(const OnArm& arm) { node("on", arm.event, arm.steps); }
    void put(const WhenArm& arm) { node("when", arm.condition, arm.steps); }
    void put(const TimeoutArm& arm) { node("timeout", arm.steps); }
    void put(const If& step) { node("if", step.branches, step.otherwise); }
    void put(const Branch& branch) { node("when", branch.condition, branch.steps); }
    void put(const Otherwise& otherwise) { node("otherwise", otherwise.steps); }
    void put(const Choose& step) { node("choose", step.choices); }
    void put(const Choice& choice) { put(choice.what); }
    void put(const ArmLine& line) { put(line.what); }
    void put(const Holdout& holdout) { node("holdout", holdout.share); }
    void put(const Arm& arm) { node("arm", arm.name, arm.share, arm.steps); }
    void put(const Split& step) { node("split", step.name, step.lines); }
    void put(const Experiment& step) { node("experiment", step.name, step.lines); }
    void put(const Let& step) { node("let", step.name, step.is); }
    void put(const Set& step) { node("set", step.target, step.to); }
    void put(const Tag& step) { node(step.add ? "add-tag" : "remove-tag", step.tags); }
    void put(const Sample& line) { node("sample", line.share); }
    void put(const Winner& line) {
        node("winner", line.metric, line.per, line.after, line.needs, line.confidence,
             line.otherwise);
    }
    void put(const CallWebhook& step) {
        node("call", step.webhook, step.with, step.as, step.otherwise);
    }
    void put(const Emit& step) { node("emit", step.event, step.with); }
    void put(const Run& step) { node("run", step.journey, step.with); }
    void put(const Include& step) { node("include", step.snippet, step.args); }
    void put(const Repeat& step) { node("repeat", step.at_most, step.until, step.steps); }
    void put(const Return& best) {
        node("best", best.comes, best.within, best.worth, best.explore);
    }
    void put(const SendOneOf& step) { node("send-one-of", step.best, step.sends); }
    void put(const Param& param) { node("param", param.name, param.type); }
    void put(const SnippetDecl& snippet) {
        node("snippet", snippet.name, snippet.params, snippet.steps);
    }
    void put(const Stop& step) { node("stop", step.as); }
    void put(const Note& step) { node("note", step.text); }

    // Tests.
    void put(const TestDecl& test) { node("test", test.title, test.of, test.lines); }
    void put(const TestLine& line) { put(line.what); }
    void put(const StartLine& line) { node("start", line.at); }
    void put(const GivenLine& line) { put(line.what); }
    void put(const GivenUser& given) { node("given-user", given.data); }
    void put(const GivenConsent& given) { node("given-consent", given.groups); }
    void put(const GivenTag& given) { node("given-tag", given.tags); }
    void put(const GivenHistory& given) {
        node("given-history", given.event, given.data, given.before_start);
    }
    void put(const GivenPick& given) { node("given-pick", given.experiment, given.arm); }
    void put(const GivenHeldOut&) { node("given-held-out"); }
    void put(const GivenPut& given) { node("given-put", given.experiment, given.place); }
    void put(const GivenWebhook& given) { node("given-webhook", given.webhook, given.gives); }
    void put(const GivenFetch& given) { node("given-fetch", given.fetch, given.gives); }
    void put(const Moment& moment) { put(moment.what); }
    void put(const AfterStart& moment) { node("after", moment.offset); }
    void put(const Happen& happen) { put(happen.what); }
    void put(const HappenEvent& happen) {
        node("happen", happen.event, happen.of_label, happen.data);
    }
    void put(const HappenSet& happen) { node("set", happen.target, happen.to); }
    void put(const AtHappen& line) { node("at", line.at, line.happen); }
    void put(const AtExpect& line) { node("expect", line.at, line.outcome); }
    void put(const EveryLine& line) { node("every", line.every, line.until, line.happen); }
    void put(const Outcome& outcome) { put(outcome.what); }
    void put(const ExpectNothingSent&) { put("nothing-sent"); }
    void put(const ExpectNoMoreSends&) { put("no-more-sends"); }
    void put(const ExpectEntered& expect) { node("entered", expect.negated); }
    void put(const ExpectExited& expect) { node("exited", expect.as); }
    void put(const ExpectSent& expect) {
        node("sent", expect.negated, expect.channel, expect.template_name, expect.with);
    }
    void put(const ExpectCalled& expect) {
        node("called", expect.negated, expect.webhook, expect.with);
    }
    void put(const ExpectTagged& expect) { node("tagged", expect.negated, expect.tag); }
    void put(const ExpectHeld& expect) { node("held", expect.label, expect.until); }
    void put(const ExpectSkipped& expect) { node("skipped", expect.label, expect.because); }
    void put(const ExpectGoal& expect) { node("goal", expect.goal); }
    void put(const ExpectWaiting& expect) { node("waiting", expect.label); }

  private:
    std::string out_;
};

}  // namespace

std::string dump(const File& file) {
    Dumper dumper;
    for (const Item& item : file.items) {
        dumper.put(item.what);
        dumper.put("\n");
    }
    return dumper.take();
}

std::string dump(const Expr& expr) {
    Dumper dumper;
    dumper.put(expr);
    return dumper.take();
}

}  // namespace journey::ast
