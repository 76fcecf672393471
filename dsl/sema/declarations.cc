// What exists: workspace, profile, events, channels, consents, policies. Two passes: names first,
// because files may mention each other in any order.

#include "dsl/sema/expr.h"
#include "dsl/sema/once.h"
#include "dsl/sema/unread.h"

namespace journey::sema {

namespace {

constexpr std::int64_t kSpreadMost = 24 * 3600;

void range_error(Context& cx, Span span, const std::string& words, const std::string& help = {}) {
    Diagnostic diagnostic = Diagnostic::error("J0213", "OUT OF RANGE", span, words);
    if (!help.empty()) diagnostic.help.push_back(help);
    cx.report(std::move(diagnostic));
}

bool non_empty_duration(Context& cx, const ast::Duration& duration) {
    if (!(duration.value == CalendarDuration{})) return true;
    range_error(cx, duration.span, "No time at all is too short here.");
    return false;
}

// ---------------------------------------------------------------- fields

void check_mark(Context& cx, ir::Field& field, bool typed, const ast::Mark& mark,
                const Scope& scope) {
    std::visit(
        Match{[&](const ast::DefaultMark& fallback) {
                  if (!typed) return;
                  field.fallback = constant_for(cx, scope, *fallback.value, field.type, field.name);
              },
              [&](const ast::RequiredMark&) { field.required = true; },
              [&](const ast::PiiMark&) { field.personal = true; }, [](const ast::AboutMark&) {}},
        mark.what);
}

void check_fields(Context& cx, const std::vector<ast::FieldLine>& lines, const std::string& owner,
                  std::vector<ir::Field>& fields) {
    std::map<std::string, Span> seen;
    for (const ast::FieldLine& line : lines) {
        const auto* field = std::get_if<ast::Field>(&line.what);
        if (field == nullptr) continue;
        const auto [at, fresh] = seen.try_emplace(field->name.text, field->name.span);
        if (!fresh) {
            cx.report(Diagnostic::error(
                          "J0105", "DECLARED TWICE", field->name.span,
                          tick(owner) + " has the property " + tick(field->name.text) + " twice.")
                          .and_other(at->second, "first here")
                          .and_help("keep one of them"));
            continue;
        }
        cx.note("property", owner, field->name.text, field->name.span, true);
        if (std::optional<ir::Field> resolved = resolve_field(cx, *field)) {
            fields.push_back(std::move(*resolved));
        }
    }
}

// ---------------------------------------------------------------- workspace and profile

void check_canary(Context& cx, const ast::Canary& canary, ir::Workspace& into) {
    const CalendarDuration& wait = canary.wait.value;
    if (canary.count.value < 1 || canary.count.value > 1'000'000) {
        range_error(cx, canary.count.span, "A canary is between 1 and 1,000,000 messages.");
    } else if (wait.months != 0 || wait.days != 0 || wait.seconds <= 0 ||
               wait.seconds > kSpreadMost) {
        range_error(cx, canary.wait.span,
                    "The others wait for a canary more than nothing and at most 24 hours.");
    } else if (canary.stop.basis_points < 0 || canary.stop.basis_points >= 10'000) {
        range_error(cx, canary.stop.span, "A canary stops above a share of less than 100%.");
    } else {
        into.canary_count = static_cast<std::uint64_t>(canary.count.value);
        into.canary_seconds = wait.seconds;
        into.canary_stop = canary.stop.basis_points / 10'000.0;
    }
}

void check_workspace(Context& cx, const ast::Workspace& workspace) {
    Once once(cx, "The workspace");
    ir::Workspace& into = cx.schema().workspace;
    into.name = workspace.name.text;
    for (const ast::WorkspaceLine& line : workspace.lines) {
        std::visit(Match{[&](const ast::WorkspaceZone& zone) {
                             if (!once.first("time zone", line.span)) return;
                             if (known_zone(cx, zone.zone)) into.zone = zone.zone.value;
                         },
                         [&](const ast::WorkspaceCurrency& currency) {
                             if (!once.first("currency", line.span)) return;
                             into.currency = currency_text(currency.currency.code);
                         },
                         [&](const ast::WorkspaceLocale& locale) {
                             if (once.first("locale", line.span)) into.locale = locale.locale.value;
                         },
                         [&](const ast::WeekStarts& starts) {
                             if (!once.first("week starts", line.span)) return;
                             into.week_starts =
                                 static_cast<std::uint8_t>(static_cast<int>(starts.day.day) + 1);
                         },
                         [&](const ast::WorkspaceHoldout& holdout) {
                             if (!once.first("holdout", line.span)) return;
                             const std::int32_t points = holdout.share.basis_points;
                             if (points <= 0 || points >= 10'000) {
                                 range_error(cx, holdout.share.span,
                                             "A holdout is more than 0% and less than 100%.");
                             } else {
                                 into.holdout = points / 10'000.0;
                             }
                         },
                         [&](const ast::BlastLimit& blast) {
                             if (!once.first("blast limit", line.span)) return;
                             const auto unit = unit_of_rate(cx, blast.rate);
                             if (!unit) return;
                             into.blast_limit = static_cast<std::uint64_t>(blast.rate.count.value);
                             into.blast_seconds = *unit;
                         },
                         [&](const ast::Canary& canary) {
                             if (once.first("canary", line.span)) check_canary(cx, canary, into);
                         }},
                   line.what);
    }
}

// ---------------------------------------------------------------- events

void declare_builtin_events(Context& cx) {
    for (const char* name : ir::kBuiltinEvents) {
        ir::EventType event;
        event.name = name;
        event.builtin = true;
        for (const char* field : ir::kBuiltinEventFields) {
            ir::Field text;
            text.name = field;
            text.type = simple(ir::TypeKind::text);
            text.required = std::string_view(field) != "url";
            event.fields.push_back(std::move(text));
        }
        if (event.name == "replied") {
            ir::Field text;
            text.name = "text";  // what the person wrote
            text.type = simple(ir::TypeKind::text);
            text.personal = true;
            event.fields.push_back(std::move(text));
        }
        const Index index = static_cast<Index>(cx.schema().events.size());
        cx.schema().events.push_back(std::move(event));
        cx.declare(Kind::event, name, Span{}, index);
        Declared* declared = cx.peek(Kind::event, name);
        declared->builtin = true;
        declared->used = true;
    }
    // Started by `run`, not by something that happens to a person: no row of its own.
    cx.declare(Kind::event, ir::kCalledEvent, Span{}, kNone);
    cx.peek(Kind::event, ir::kCalledEvent)->builtin = true;
    cx.peek(Kind::event, ir::kCalledEvent)->used = true;
}

// ---------------------------------------------------------------- channels

std::optional<ir::ChannelKind> channel_kind(const std::string& name) {
    if (name == "email") return ir::ChannelKind::email;
    if (name == "sms") return ir::ChannelKind::sms;
    if (name == "push") return ir::ChannelKind::push;
    if (name == "webhook") return ir::ChannelKind::webhook;
    return std::nullopt;
}

void check_address(Context& cx, const ast::ChannelAddress& address, ir::Channel& into) {
    const auto& parts = address.ref.parts;
    if (parts.size() != 2 || parts[0].text != "user") {
        cx.report(Diagnostic::error(
            "J0102", "WHOSE ADDRESS?", address.ref.span,
            "An address is a property of the person, like `user." + into.name + "`."));
        return;
    }
    const std::optional<Index> field = find_field(cx, cx.schema().profile, parts[1], "user");
    if (!field) return;
    const ir::Type& type = cx.schema().profile[*field].type;
    const bool devices = into.kind == ir::ChannelKind::push && type.kind == ir::TypeKind::list &&
                         type.element == ir::TypeKind::text;
    if (!is_text(type) && !devices) {
        cx.report(
            Diagnostic::error("J0201", "TYPES DO NOT MATCH", address.ref.span,
                              "An address is text, and " + tick(address.ref.dotted()) + " is " +
                                  describe(cx.schema().profile[*field].type, cx.schema()) + "."));
        return;
    }
    into.address_field = *field;
}

std::uint32_t rate_of(Context& cx, const ast::ChannelRate& rate) {
    const std::optional<std::int64_t> unit = unit_of_rate(cx, rate);
    if (!unit) return 0;
    // Rounded up: the smallest rate a channel keeps is one a second.
    return static_cast<std::uint32_t>((rate.count.value + *unit - 1) / *unit);
}

std::string currency_of(const Money& money) {
    return {money.currency.begin(), money.currency.end()};
}

}  // namespace

std::optional<double> amount_of(Context& cx, const ast::Expr& expr, const std::string& what) {
    const auto* literal = std::get_if<ast::Literal>(&expr.what);
    const std::string currency = cx.schema().workspace.currency;
    if (literal != nullptr) {
        if (const auto* whole = literal->value.as<std::int64_t>())
            return static_cast<double>(*whole);
        if (const auto* real = literal->value.as<double>();
            real != nullptr && literal->kind == ast::LiteralKind::decimal) {
            return *real;
        }
        if (const auto* money = literal->value.as<Money>()) {
            if (currency_of(*money) == currency || currency.empty())
                return std::stod(format_amount(*money));
            cx.report(Diagnostic::error(
                          "J0202", "ANOTHER CURRENCY", expr.span,
                          what + " is in the workspace's currency, which is " + currency + ".")
                          .and_help("write the number alone, like `0.045`"));
            return std::nullopt;
        }
    }
    cx.report(Diagnostic::error("J0201", "HOW MUCH?", expr.span,
                                what + " is a number in the workspace's currency, like `0.045`."));
    return std::nullopt;
}

namespace {

void check_channel(Context& cx, const ast::ChannelDecl& channel, ir::Channel& into) {
    Once once(cx, "The channel " + tick(channel.name.text));
    for (const ast::ChannelLine& line : channel.lines) {
        std::visit(Match{[&](const ast::ChannelAddress& address) {
                             if (once.first("address", line.span)) check_address(cx, address, into);
                         },
                         [&](const ast::ChannelFrom& from) {
                             if (once.first("from", line.span)) into.from = from.text.value;
                         },
                         [&](const ast::ChannelSender& sender) {
                             if (once.first("sender", line.span)) into.sender = sender.text.value;
                         },
                         [&](const ast::ChannelRate& rate) {
                             if (once.first("rate", line.span))
                                 into.rate_per_second = rate_of(cx, rate);
                         },
                         [&](const ast::ChannelCost& cost) {
                             if (!once.first("cost", line.span)) return;
                             if (const auto amount = amount_of(cx, *cost.amount, "A cost"))
                                 into.cost = *amount;
                         },
                         [&](const ast::ChannelMaxLength& length) {
                             if (!once.first("max length", line.span)) return;
                             if (length.length.value < 1 || length.length.value > 100'000) {
                                 range_error(cx, length.length.span,
                                             "A length is between 1 and 100,000 characters.");
                                 return;
                             }
                             into.max_length = static_cast<std::uint32_t>(length.length.value);
                         }},
                   line.what);
    }
    if (into.kind != ir::ChannelKind::webhook && !once.has("address")) {
        cx.report(Diagnostic::error("J0102", "SENT TO WHOM?", channel.name.span,
                                    "The channel " + tick(into.name) +
                                        " does not say which property "
                                        "of the person is the address.")
                      .and_help("add a line like `address user." +
                                std::string(into.kind == ir::ChannelKind::email ? "email"
                                            : into.kind == ir::ChannelKind::sms ? "phone"
                                                                                : "push_token") +
                                "`"));
    }
}

std::vector<Index> channel_list(Context& cx, const std::vector<ast::Name>& names) {
    std::vector<Index> channels;
    for (const ast::Name& name : names) {
        const std::optional<Index> index = cx.find(Kind::channel, name);
        if (index && std::find(channels.begin(), channels.end(), *index) == channels.end()) {
            channels.push_back(*index);
        }
    }
    return channels;
}

// ---------------------------------------------------------------- consent, frequency, quiet

void check_consent(Context& cx, const ast::ConsentDecl& consent, ir::Consent& into) {
    Once once(cx, "The consent group " + tick(consent.name.text));
    if (consent.title) into.title = consent.title->value;
    for (const ast::ConsentLine& line : consent.lines) {
        std::visit(Match{[&](const ast::ConsentChannels& channels) {
                             if (once.first("channels", line.span)) {
                                 into.channels = channel_list(cx, channels.channels);
                             }
                         },
                         [&](const ast::ConsentBasisLine& basis) {
                             if (!once.first("basis", line.span)) return;
                             into.basis = basis.basis == ast::ConsentBasis::opt_in
                                              ? ir::Basis::opt_in
                                          : basis.basis == ast::ConsentBasis::double_opt_in
                                              ? ir::Basis::double_opt_in
                                              : ir::Basis::opt_out;
                         },
                         [&](const ast::ConsentAbout&) { once.first("about", line.span); }},
                   line.what);
    }
    if (!once.has("channels") && !unread(cx, consent.name.span, "channels") &&
        !unread(cx, consent.name.span, "channel")) {
        cx.report(Diagnostic::error("J0104", "CONSENT TO WHAT?", consent.name.span,
                                    "The consent group " + tick(into.name) +
                                        " names no channels, so it allows nothing.")
                      .and_help("add a line like `channels email`"));
    }
}

void check_limit(Context& cx, const ast::LimitRow& row, ir::Frequency& into) {
    ir::FrequencyLimit limit;
    if (row.count.value < 1 || row.count.value > 1'000'000) {
        range_error(cx, row.count.span, "A limit is between 1 and 1,000,000 messages.");
        return;
    }
    limit.count = static_cast<std::uint32_t>(row.count.value);
    if (row.channel.text != "messages" && row.channel.text != "message") {
        const std::optional<Index> channel = cx.find(Kind::channel, row.channel);
        if (!channel) return;
        limit.channel = *channel;
    }
    if (row.unit) {
        if (row.unit->text == "day") limit.unit = ir::CalendarUnit::day;
        if (row.unit->text == "week") limit.unit = ir::CalendarUnit::week;
        if (row.unit->text == "month") limit.unit = ir::CalendarUnit::month;
        if (row.unit->text == "second") limit.rolling_seconds = 1;
        if (row.unit->text == "minute") limit.rolling_seconds = 60;
        if (row.unit->text == "hour") limit.rolling_seconds = 3600;
        if (row.unit->text == "year") limit.unit = ir::CalendarUnit::year;
    } else if (row.rolling) {
        const CalendarDuration& window = row.rolling->value;
        if (window.months != 0 || window.days != 0) {
            const std::string words = cx.words(row.rolling->span);
            const std::string hours = std::to_string(window.days * 24) + "h";
            Diagnostic diagnostic = Diagnostic::error(
                "J0209", "DAYS ARE NOT HOURS", row.rolling->span,
                "A rolling window is exact, and " + words + " has no exact number of hours.");
            diagnostic.help.push_back("for calendar days say `per day`, `per week` or `per month`");
            if (window.months == 0) {
                diagnostic.fixes.push_back({Applicability::probable,
                                            "write " + tick(hours) + " for a rolling window.",
                                            {{row.rolling->span, hours}}});
            }
            cx.report(std::move(diagnostic));
            return;
        }
        if (!non_empty_duration(cx, *row.rolling)) return;
        limit.rolling_seconds = window.seconds;
    }
    into.limits.push_back(limit);
}

void check_frequency(Context& cx, const ast::FrequencyDecl& frequency, ir::Frequency& into) {
    Once once(cx, "The frequency policy " + tick(frequency.name.text));
    bool limits = false;
    for (const ast::FrequencyLine& line : frequency.lines) {
        std::visit(Match{[&](const ast::LimitRow& row) {
                             limits = true;
                             check_limit(cx, row, into);
                         },
                         [&](const ast::FrequencyCounts& counts) {
                             if (!once.first("counts", line.span)) return;
                             into.counts = counts.counts.value == ast::MessageClass::marketing
                                               ? ir::MessageClass::marketing
                                               : ir::MessageClass::transactional;
                         },
                         [&](const ast::WhenFull& full) {
                             if (!once.first("when full", line.span)) return;
                             if (!full.hold_up_to) return;
                             into.hold_when_full = true;
                             into.hold_at_most = full.hold_up_to->value;
                             into.gives_way = full.gives_way;
                         }},
                   line.what);
    }
    if (!limits && !unread(cx, frequency.name.span, "at")) {
        cx.report(Diagnostic::error(
                      "J0213", "NOTHING IS LIMITED", frequency.name.span,
                      "The frequency policy " + tick(frequency.name.text) + " limits nothing.")
                      .and_after("Whoever uses it sends as much as without a policy.")
                      .and_help("add a line like `at most 6 messages per 168h`"));
    }
}

void check_quiet(Context& cx, const ast::QuietDecl& quiet, ir::Quiet& into) {
    Once once(cx, "The quiet policy " + tick(quiet.name.text));
    std::optional<Span> spread_span;
    for (const ast::QuietLine& line : quiet.lines) {
        std::visit(Match{[&](const ast::QuietHours& hours) {
                             if (!once.first("from", line.span)) return;
                             into.from_seconds = hours.from.value.seconds;
                             into.to_seconds = hours.to.value.seconds;
                             into.zone = zone_name(cx, hours.zone);
                             if (into.from_seconds == into.to_seconds) {
                                 range_error(cx, line.span,
                                             "`" + cx.words(line.span) + "` is no time at all.",
                                             "for the whole day write `from 00:00 to 24:00`");
                             }
                         },
                         [&](const ast::QuietOn& on) {
                             if (once.first("on", line.span))
                                 into.channels = channel_list(cx, on.channels);
                         },
                         [&](const ast::QuietThen& then) {
                             if (once.first("then", line.span)) {
                                 into.hold = then.action == ast::QuietAction::hold;
                             }
                         },
                         [&](const ast::QuietNoZone& no_zone) {
                             if (!once.first("if no zone", line.span)) return;
                             if (no_zone.use) {
                                 into.no_zone = ir::NoZone::use;
                                 if (known_zone(cx, *no_zone.use))
                                     into.no_zone_use = no_zone.use->value;
                             } else if (no_zone.action == ast::QuietAction::hold) {
                                 into.no_zone = ir::NoZone::hold;
                             } else {
                                 into.no_zone = ir::NoZone::skip;
                             }
                         },
                         [&](const ast::QuietSpread& spread) {
                             if (!once.first("spread over", line.span)) return;
                             spread_span = spread.over.span;
                             const CalendarDuration& over = spread.over.value;
                             if (over.months != 0 || over.days != 0 || over.seconds <= 0 ||
                                 over.seconds > kSpreadMost) {
                                 range_error(cx, spread.over.span,
                                             "Messages are spread over more than nothing and at "
                                             "most 24 hours.");
                             } else {
                                 into.spread_seconds = over.seconds;
                             }
                         }},
                   line.what);
    }
    if (!once.has("from") && !unread(cx, quiet.name.span, "from")) {
        range_error(cx, quiet.name.span,
                    "The quiet policy " + tick(quiet.name.text) +
                        " does not say when; add `from 21:30 to 09:00 local`.");
    }
    if (!once.has("on") && !unread(cx, quiet.name.span, "on")) {
        range_error(cx, quiet.name.span,
                    "The quiet policy " + tick(quiet.name.text) +
                        " does not say for what; add `on sms, push`.");
    }
    if (spread_span && !into.hold) {
        range_error(cx, *spread_span,
                    "Nothing waits here that could be spread: the policy says `then skip`.",
                    "write `then hold`, or leave out `spread over`");
    }
    if (!once.has("if no zone")) {
        cx.report(Diagnostic::error("J0412", "AND PEOPLE WITHOUT A TIME ZONE?", quiet.name.span,
                                    "The quiet policy " + tick(quiet.name.text) +
                                        " does not say what happens to people whose time zone is "
                                        "not known.")
                      .and_after("Nobody should be texted at night because a field is empty.")
                      .and_help("add `if no zone use \"" + cx.schema().workspace.zone +
                                "\"`, `if no zone hold` or `if no zone skip`"));
    }
}

template <typename Decl, typename Visit>
void each(const std::vector<ast::File>& files, Visit visit) {
    for (const ast::File& file : files) {
        for (const ast::Item& item : file.items) {
            if (const auto* decl = std::get_if<Decl>(&item.what)) visit(*decl);
        }
    }
}

/// Declares every name of one kind, leaving room for its contents; the second element is the row.
template <typename Decl, typename Row>
std::vector<std::pair<const Decl*, Index>> declare_all(Context& cx,
                                                       const std::vector<ast::File>& files,
                                                       Kind kind, std::vector<Row>& rows) {
    std::vector<std::pair<const Decl*, Index>> declared;
    each<Decl>(files, [&](const Decl& decl) {
        const Index index = static_cast<Index>(rows.size());
        if (!cx.declare(kind, decl.name.text, decl.name.span, index)) return;
        Row row;
        row.name = decl.name.text;
        rows.push_back(std::move(row));
        declared.push_back({&decl, index});
    });
    return declared;
}

void check_channels(Context& cx, const std::vector<ast::File>& files) {
    std::vector<std::pair<const ast::ChannelDecl*, Index>> declared;
    each<ast::ChannelDecl>(files, [&](const ast::ChannelDecl& decl) {
        const std::optional<ir::ChannelKind> kind = channel_kind(decl.name.text);
        if (!kind) {
            const std::vector<std::string> kinds = {"email", "push", "sms", "webhook"};
            cx.report(with_near_names(
                Diagnostic::error("J0104", "UNKNOWN CHANNEL", decl.name.span,
                                  "There is no channel called " + tick(decl.name.text) + "."),
                decl.name.text, decl.name.span, kinds));
            cx.declare(Kind::channel, decl.name.text, decl.name.span, kNone);
            return;
        }
        ir::Channel channel;
        channel.name = decl.name.text;
        channel.kind = *kind;
        const Index index = static_cast<Index>(cx.schema().channels.size());
        if (!cx.declare(Kind::channel, decl.name.text, decl.name.span, index)) return;
        cx.schema().channels.push_back(std::move(channel));
        declared.push_back({&decl, index});
    });
    for (const auto& [decl, index] : declared)
        check_channel(cx, *decl, cx.schema().channels[index]);
}

constexpr std::size_t kDeclarationsMax = 200;

/// A file of more is somebody's export, and nobody can read it.
void check_sizes(Context& cx, const std::vector<ast::File>& files) {
    for (const ast::File& file : files) {
        std::size_t count = 0;
        for (const ast::Item& item : file.items) {
            const bool other = std::holds_alternative<ast::Language>(item.what) ||
                               std::holds_alternative<ast::Use>(item.what) ||
                               std::holds_alternative<ast::JourneyDecl>(item.what) ||
                               std::holds_alternative<ast::TestDecl>(item.what);
            if (other || ++count != kDeclarationsMax + 1) continue;
            cx.report(Diagnostic::error("J0902", "TOO MANY DECLARATIONS", item.span,
                                        "A file holds at most 200 declarations, and this is one "
                                        "more.")
                          .and_help("move some to a file of their own: names belong to the whole "
                                    "project"));
        }
    }
}

}  // namespace

std::optional<std::int64_t> unit_of_rate(Context& cx, const ast::ChannelRate& rate) {
    static const std::map<std::string, std::int64_t> seconds = {
        {"second", 1}, {"minute", 60}, {"hour", 3600}, {"day", 86400}};
    const auto unit = seconds.find(rate.unit.text);
    if (unit == seconds.end()) {
        range_error(cx, rate.unit.span, "A rate is per second, minute, hour or day.");
        return std::nullopt;
    }
    if (rate.count.value < 1 || rate.count.value > 1'000'000) {
        range_error(cx, rate.count.span, "A rate is between 1 and 1,000,000.");
        return std::nullopt;
    }
    return unit->second;
}

std::optional<ir::Field> resolve_field(Context& cx, const ast::Field& field) {
    const std::optional<ir::Type> type = resolve_type(cx, field.type);
    ir::Field resolved;
    resolved.name = field.name.text;
    if (type) resolved.type = *type;
    Scope scope;
    scope.zone = cx.schema().workspace.zone;
    for (const ast::Mark& mark : field.marks)
        check_mark(cx, resolved, type.has_value(), mark, scope);
    if (!type) return std::nullopt;
    return resolved;
}

void check_declarations(Context& cx, const std::vector<ast::File>& files) {
    check_files(cx, files);
    std::optional<Span> workspace;
    each<ast::Workspace>(files, [&](const ast::Workspace& decl) {
        if (workspace) {
            cx.report(Diagnostic::error("J0105", "DECLARED TWICE", decl.name.span,
                                        "A project has one workspace, and this is the second.")
                          .and_other(*workspace, "first here"));
            return;
        }
        workspace = decl.name.span;
        check_workspace(cx, decl);
    });
    declare_builtin_events(cx);
    std::vector<std::pair<const ast::EventDecl*, Index>> events;
    each<ast::EventDecl>(files, [&](const ast::EventDecl& decl) {
        const Index index = static_cast<Index>(cx.schema().events.size());
        if (!cx.declare(Kind::event, decl.name.dotted(), decl.name.span, index)) return;
        ir::EventType event;
        event.name = decl.name.dotted();
        cx.schema().events.push_back(std::move(event));
        events.push_back({&decl, index});
    });
    std::optional<Span> profile;
    each<ast::ProfileDecl>(files, [&](const ast::ProfileDecl& decl) {
        if (profile) {
            cx.report(Diagnostic::error("J0105", "DECLARED TWICE", decl.name.span,
                                        "A project has one profile, and this is the second.")
                          .and_other(*profile, "first here")
                          .and_help("put all properties of people into one `profile user`"));
            return;
        }
        profile = decl.name.span;
        check_fields(cx, decl.lines, "user", cx.schema().profile);
    });
    for (const auto& [decl, index] : events) {
        if (cx.stopped()) return;
        std::vector<ir::Field> fields;
        check_fields(cx, decl->lines, decl->name.dotted(), fields);
        cx.schema().events[index].fields = std::move(fields);
    }
    check_dwells(cx, files);
    check_channels(cx, files);
    for (const auto& [decl, index] :
         declare_all<ast::ConsentDecl>(cx, files, Kind::consent, cx.schema().consents)) {
        check_consent(cx, *decl, cx.schema().consents[index]);
    }
    for (const auto& [decl, index] :
         declare_all<ast::FrequencyDecl>(cx, files, Kind::frequency, cx.schema().frequencies)) {
        check_frequency(cx, *decl, cx.schema().frequencies[index]);
    }
    for (const auto& [decl, index] :
         declare_all<ast::QuietDecl>(cx, files, Kind::quiet, cx.schema().quiets)) {
        check_quiet(cx, *decl, cx.schema().quiets[index]);
    }
    check_webhooks(cx, files);
    check_sizes(cx, files);
}

void check_segments(Context& cx, const std::vector<ast::File>& files) {
    const auto declared =
        declare_all<ast::SegmentDecl>(cx, files, Kind::segment, cx.model.segments);
    Scope scope;
    for (const auto& [decl, index] : declared) {
        if (cx.stopped()) return;
        Segment& segment = cx.model.segments[index];
        if (decl->title) segment.title = decl->title->value;
        if (decl->is != nullptr) segment.is = check_condition(cx, scope, *decl->is);
        if (segment.is == nullptr || segment.is->broken) {
            cx.peek(Kind::segment, decl->name.text)->broken = true;
        }
    }
    // A segment that asks about itself, through others or not, has no answer.
    std::vector<int> state(cx.model.segments.size(), 0);
    std::function<void(const Node&, std::vector<std::pair<Index, Span>>&)> members =
        [&](const Node& node, std::vector<std::pair<Index, Span>>& found) {
            if (node.op == ir::Op::member) found.push_back({node.a, node.span});
            for (const NodePtr& operand : node.operands)
                members(*operand, found);
        };
    std::function<void(Index)> walk = [&](Index index) {
        state[index] = 1;
        std::vector<std::pair<Index, Span>> found;
        if (cx.model.segments[index].is != nullptr) members(*cx.model.segments[index].is, found);
        for (const auto& [other, span] : found) {
            if (state[other] == 1) {
                cx.report(
                    Diagnostic::error("J0110", "A COPY OF ITSELF", span,
                                      "The segment " + tick(cx.model.segments[index].name) +
                                          " asks about itself, so nobody can say who is in it.")
                        .and_help("say in one of them what its people have or did, instead of "
                                  "naming the other"));
            } else if (state[other] == 0) {
                walk(other);
            }
        }
        state[index] = 2;
    };
    for (Index i = 0; i < cx.model.segments.size(); ++i) {
        if (state[i] == 0) walk(i);
    }
}

}  // namespace journey::sema
