#pragma once
// What exists: the shared schema (LANGUAGE 2.1). Blocks keep their lines in source order; that a
// line may come once only is sema's to say.

#include "dsl/ast/expr.h"

namespace journey::ast {

// workspace NAME { … }
struct WorkspaceZone {
    Text zone;
};
struct WorkspaceCurrency {
    CurrencyName currency;
};
struct WorkspaceLocale {
    Text locale;
};
struct WeekStarts {
    WeekdayName day;
};
/// holdout 5%
struct WorkspaceHoldout {
    Percent share;
};
/// 10000 per day
struct ChannelRate {
    Integer count;
    Name unit;  // second, minute, hour, day
};
/// blast limit 10000 per day
struct BlastLimit {
    ChannelRate rate;
};
/// canary 100 for 30 minutes stop above 5%
struct Canary {
    Integer count;
    Duration wait;
    Percent stop;
};
struct WorkspaceLine {
    Span span;
    std::variant<WorkspaceZone, WorkspaceCurrency, WorkspaceLocale, WeekStarts, WorkspaceHoldout,
                 BlastLimit, Canary>
        what;
};
struct Workspace {
    Name name;
    std::vector<WorkspaceLine> lines;
};

// Types and fields.
struct Type;
struct NamedType {
    Name name;  // string int float bool instant date time zone duration, or an event's name
};
struct MoneyType {
    std::optional<CurrencyName> currency;
};
struct ListType {
    std::unique_ptr<Type> of;
};
struct MapType {
    std::unique_ptr<Type> of;
};
struct OneOfType {
    std::vector<Text> values;
};
struct Type {
    Span span;
    std::variant<NamedType, MoneyType, ListType, MapType, OneOfType> what;
};

/// What stands after the type. `spelled` is the whole mark.
struct DefaultMark {
    ExprPtr value;  // a literal
};
struct RequiredMark {};
struct PiiMark {};
struct AboutMark {
    Text text;
};
struct Mark {
    Span span;
    std::variant<DefaultMark, RequiredMark, PiiMark, AboutMark> what;
};
struct Field {
    Name name;
    Type type;
    std::vector<Mark> marks;
    Span span;
};

/// dwell by PING on FIELD every D [ends with EVENT]; only in events.
struct Dwell {
    Path ping;
    Name on;
    Duration every;
    std::optional<Path> ends_with;
};

struct FieldLine {
    Span span;
    std::variant<Field, Dwell> what;
};
/// profile user { … }
struct ProfileDecl {
    Name name;  // always "user"
    std::vector<FieldLine> lines;
};
/// event PATH { … }
struct EventDecl {
    Path name;
    std::vector<FieldLine> lines;
};

// channel NAME { … }
struct ChannelAddress {
    Path ref;
};
struct ChannelFrom {
    Text text;
};
struct ChannelSender {
    Text text;
};
struct ChannelMaxLength {
    Integer length;
};
/// cost 0.045: of one message
struct ChannelCost {
    ExprPtr amount;
};
struct ChannelLine {
    Span span;
    std::variant<ChannelAddress, ChannelFrom, ChannelSender, ChannelRate, ChannelMaxLength,
                 ChannelCost>
        what;
};
struct ChannelDecl {
    Name name;
    std::vector<ChannelLine> lines;
};

// consent NAME "title" { … }
enum class ConsentBasis : unsigned char { opt_in, double_opt_in, opt_out };
struct ConsentChannels {
    std::vector<Name> channels;
};
struct ConsentBasisLine {
    ConsentBasis basis = ConsentBasis::opt_in;
};
struct ConsentAbout {
    Text text;
};
struct ConsentLine {
    Span span;
    std::variant<ConsentChannels, ConsentBasisLine, ConsentAbout> what;
};
struct ConsentDecl {
    Name name;
    std::optional<Text> title;
    std::vector<ConsentLine> lines;
};

// frequency NAME { … }
/// "at most 2 sms per week" (`unit`, a calendar week) or "at most 6 messages per 168h" (`rolling`).
struct LimitRow {
    Integer count;
    Name channel;  // a channel, or "messages" for all
    std::optional<Duration> rolling;
    std::optional<Name> unit;  // singular: second minute hour day week month year
    Span span;
};
struct FrequencyCounts {
    ClassName counts;
};
/// skip | hold up to D | give way up to D
struct WhenFull {
    std::optional<Duration> hold_up_to;  // absent: skip
    bool gives_way = false;
};
struct FrequencyLine {
    Span span;
    std::variant<LimitRow, FrequencyCounts, WhenFull> what;
};
struct FrequencyDecl {
    Name name;
    std::vector<FrequencyLine> lines;
};

// quiet NAME { … }
struct QuietHours {
    ClockTime from;
    ClockTime to;
    Zone zone;
};
struct QuietOn {
    std::vector<Name> channels;
};
enum class QuietAction : unsigned char { hold, skip };
struct QuietThen {
    QuietAction action = QuietAction::hold;
};
/// if no zone hold | skip | use "Asia/Shanghai"
struct QuietNoZone {
    std::optional<QuietAction> action;
    std::optional<Text> use;
};
/// spread over D
struct QuietSpread {
    Duration over;
};
struct QuietLine {
    Span span;
    std::variant<QuietHours, QuietOn, QuietThen, QuietNoZone, QuietSpread> what;
};
struct QuietDecl {
    Name name;
    std::vector<QuietLine> lines;
};

// template NAME CHANNEL CLASS { … }
struct TemplateConsent {
    Name consent;
};
enum class TemplatePart : unsigned char { subject, title, body, file };
struct TemplateText {
    TemplatePart part = TemplatePart::body;
    Text text;
};
struct TemplateNeeds {
    Field field;
};
/// attach "files/terms.pdf" | inline "images/logo.png" as logo
struct TemplateAttach {
    Text path;
    std::optional<Name> as;  // shown inside the mail, by `cid:` of this name
};
struct TemplateUnsubscribe {
    bool in_body = false;  // otherwise automatic
};
struct TemplateLine {
    Span span;
    std::variant<TemplateConsent, TemplateText, TemplateNeeds, TemplateAttach, TemplateUnsubscribe>
        what;
};
struct TemplateDecl {
    Name name;
    Name channel;
    ClassName message_class;
    std::vector<TemplateLine> lines;
};

// webhook NAME { … }
struct HookPost {
    Text url;
};
struct HookSends {
    std::vector<Name> names;
};
struct HookGives {
    Field field;
};
struct HookTimeout {
    Duration timeout;
};
struct HookRetry {
    Integer times;
};
struct WebhookLine {
    Span span;
    std::variant<HookPost, HookSends, HookGives, HookTimeout, HookRetry> what;
};
struct WebhookDecl {
    Name name;
    std::vector<WebhookLine> lines;
};

// fetch NAME { … }
struct FetchGet {
    Text url;
};
struct FetchCache {
    Duration time;
};
struct FetchTimeout {
    Duration timeout;
};
/// when it fails skip | blank
struct FetchFails {
    bool blank = false;
};
struct FetchLine {
    Span span;
    std::variant<FetchGet, FetchCache, FetchTimeout, FetchFails> what;
};
struct FetchDecl {
    Name name;
    std::vector<FetchLine> lines;
};

// catalogue NAME { … }
struct CatalogueFile {
    Text path;
};
struct CatalogueKey {
    Name column;
};
struct CatalogueLine {
    Span span;
    std::variant<CatalogueFile, CatalogueKey, Field> what;
};
struct CatalogueDecl {
    Name name;
    std::vector<CatalogueLine> lines;
};

// band NAME of EXPR { … }
struct BandRow {
    Integer score;
    ExprPtr below;  // null: otherwise
    Span span;
};
struct BandDecl {
    Name name;
    ExprPtr of;
    std::vector<BandRow> rows;  // in source order; sema says when `otherwise` is not last
};

// segment NAME "title" = EXPR
struct SegmentDecl {
    Name name;
    std::optional<Text> title;
    ExprPtr is;
};

}  // namespace journey::ast
