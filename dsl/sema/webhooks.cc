// `webhook`: what it may be given, what it gives. And `dwell`, how long somebody stayed with an
// event.

#include "dsl/sema/expr.h"
#include "dsl/sema/once.h"

namespace journey::sema {

using ir::TypeKind;

namespace {

constexpr std::int64_t kTimeoutSecondsMax = 60;
constexpr std::int64_t kRetriesMax = 10;

bool is_exact(const CalendarDuration& duration) {
    return duration.months == 0 && duration.days == 0;
}

/// False after J0209 or J0213: neither calendar days nor no time at all.
bool exact_time(Context& cx, const ast::Duration& duration, const std::string& reason) {
    if (!is_exact(duration.value)) {
        const std::string words = cx.words(duration.span);
        Diagnostic diagnostic =
            Diagnostic::error("J0209", "DAYS ARE NOT HOURS", duration.span,
                              reason + ", and " + words + " has no exact number of hours.");
        if (duration.value.months == 0) {
            const std::string hours =
                std::to_string(duration.value.days * 24 + duration.value.seconds / 3600) + "h";
            diagnostic.fixes.push_back({Applicability::probable,
                                        "write " + tick(hours) + " if you mean hours.",
                                        {{duration.span, hours}}});
        }
        cx.report(std::move(diagnostic));
        return false;
    }
    if (duration.value.seconds > 0) return true;
    cx.report(Diagnostic::error("J0213", "OUT OF RANGE", duration.span,
                                "No time at all is too short here."));
    return false;
}

class WebhookChecker {
  public:
    WebhookChecker(Context& cx, const ast::WebhookDecl& decl, ir::Webhook& into)
        : cx_(cx), decl_(decl), into_(into), once_(cx, "The webhook " + tick(decl.name.text)) {}

    void run() {
        for (const ast::WebhookLine& line : decl_.lines) {
            std::visit(Match{[&](const ast::HookPost& post) {
                                 if (once_.first("post", line.span)) check_url(post.url);
                             },
                             [&](const ast::HookSends& sends) {
                                 for (const ast::Name& name : sends.names)
                                     check_sent(name);
                             },
                             [&](const ast::HookGives& gives) { check_given(gives.field); },
                             [&](const ast::HookTimeout& timeout) {
                                 if (once_.first("timeout", line.span)) check_timeout(timeout);
                             },
                             [&](const ast::HookRetry& retry) {
                                 if (once_.first("retry", line.span)) check_retry(retry);
                             }},
                       line.what);
        }
        if (once_.has("post")) return;
        cx_.report(
            Diagnostic::error(
                "J0112", "POSTED WHERE?", decl_.name.span,
                "The webhook " + tick(into_.name) + " does not say which address it posts to.")
                .and_help("add a line like `post \"https://api.example.com/" + into_.name + "\"`"));
    }

  private:
    void check_url(const ast::Text& url) {
        const std::string& text = url.value;
        const std::size_t scheme = text.starts_with("https://")  ? 8
                                   : text.starts_with("http://") ? 7
                                                                 : 0;
        const bool blank = text.find_first_of(" \t\n\"<>") != std::string::npos;
        if (scheme != 0 && text.size() > scheme && text[scheme] != '/' && !blank) {
            into_.url = text;
            return;
        }
        cx_.report(Diagnostic::error("J0112", "NOT AN ADDRESS", url.span,
                                     "I cannot post to " + tick(text) + ".")
                       .and_help("an address is written in full, like "
                                 "\"https://api.example.com/coupons\""));
    }

    void check_sent(const ast::Name& name) {
        cx_.note("sent", into_.name, name.text, name.span, true);
        if (std::find(into_.sends.begin(), into_.sends.end(), name.text) == into_.sends.end()) {
            into_.sends.push_back(name.text);
            return;
        }
        cx_.report(Diagnostic::error("J0105", "SAID TWICE", name.span,
                                     tick(into_.name) + " is sent " + tick(name.text) + " twice.")
                       .and_help("keep one of them"));
    }

    void check_given(const ast::Field& field) {
        if (ir::find_named(into_.gives, field.name.text) != kNone) {
            cx_.report(
                Diagnostic::error("J0105", "DECLARED TWICE", field.name.span,
                                  tick(into_.name) + " gives " + tick(field.name.text) + " twice.")
                    .and_help("keep one of them"));
            return;
        }
        cx_.note("property", into_.name, field.name.text, field.name.span, true);
        std::optional<ir::Field> resolved = resolve_field(cx_, field);
        if (!resolved) return;
        if (resolved->type.kind == TypeKind::event || resolved->type.element == TypeKind::event) {
            cx_.report(Diagnostic::error("J0201", "NOT AN ANSWER", field.type.span,
                                         "A webhook answers with values, and an event is something "
                                         "that happens to a person."));
            return;
        }
        into_.gives.push_back(std::move(*resolved));
    }

    void check_timeout(const ast::HookTimeout& timeout) {
        if (!exact_time(cx_, timeout.timeout, "Waiting for an answer is counted exactly")) return;
        if (timeout.timeout.value.seconds > kTimeoutSecondsMax) {
            cx_.report(Diagnostic::error("J0213", "OUT OF RANGE", timeout.timeout.span,
                                         "I wait at most 60 seconds for an answer.")
                           .and_help("write `timeout 60s` or less; `retry 3 times` asks again"));
            return;
        }
        into_.timeout_seconds = timeout.timeout.value.seconds;
    }

    void check_retry(const ast::HookRetry& retry) {
        if (retry.times.value < 0 || retry.times.value > kRetriesMax) {
            cx_.report(Diagnostic::error("J0213", "OUT OF RANGE", retry.times.span,
                                         "I ask again at most 10 times."));
            return;
        }
        into_.retries = static_cast<std::uint32_t>(retry.times.value);
    }

    Context& cx_;
    const ast::WebhookDecl& decl_;
    ir::Webhook& into_;
    Once once_;
};

// ---------------------------------------------------------------- dwell

/// The field of `event` that holds the dwell key, of the same type; kNone after a diagnostic.
Index key_in(Context& cx, Index event, const ast::Path& named, const ast::Name& key,
             const ir::Type& type) {
    const ir::EventType& other = cx.schema().events[event];
    const Index index = ir::find_named(other.fields, key.text);
    if (index == kNone) {
        cx.report(
            Diagnostic::error("J0102", "UNKNOWN PROPERTY", named.span,
                              tick(other.name) + " has no property " + tick(key.text) +
                                  ", so nobody can tell which stay it belongs to.")
                .and_other(key.span, "this stay goes by it")
                .and_help("add `" + key.text + " string required` to `event " + other.name + "`"));
        return kNone;
    }
    cx.note_elsewhere("property", other.name, key.text, key.span);
    if (!comparable(other.fields[index].type, type)) {
        cx.report(Diagnostic::error(
            "J0201", "TYPES DO NOT MATCH", named.span,
            tick(key.text) + " is " + describe(type, cx.schema()) + " here, and " +
                describe(other.fields[index].type, cx.schema()) + " in " + tick(other.name) + "."));
        return kNone;
    }
    return index;
}

std::optional<ir::Dwell> check_dwell(Context& cx, const ir::EventType& event,
                                     const ast::Dwell& dwell) {
    ir::Dwell made;
    const std::optional<Index> ping = cx.find(Kind::event, dwell.ping.dotted(), dwell.ping.span);
    const std::optional<Index> ends =
        dwell.ends_with ? cx.find(Kind::event, dwell.ends_with->dotted(), dwell.ends_with->span)
                        : std::nullopt;
    const std::optional<Index> key = find_field(cx, event.fields, dwell.on, event.name);
    const bool paced = exact_time(cx, dwell.every, "A heartbeat is exact");
    if (!ping || !key || !paced || (dwell.ends_with && !ends)) return std::nullopt;
    const ir::Field& field = event.fields[*key];
    if (!field.required && !field.fallback) {
        cx.report(Diagnostic::error("J0208", "IT MAY BE MISSING", dwell.on.span,
                                    tick(dwell.on.text) + " may be missing, and without it nobody "
                                                          "can tell one stay from another.")
                      .and_help("mark it `required`"));
        return std::nullopt;
    }
    made.ping = *ping;
    made.key = *key;
    made.every = dwell.every.value;
    made.ping_key = key_in(cx, *ping, dwell.ping, dwell.on, field.type);
    if (made.ping_key == kNone) return std::nullopt;
    if (ends) {
        made.ends = *ends;
        made.ends_key = key_in(cx, *ends, *dwell.ends_with, dwell.on, field.type);
        if (made.ends_key == kNone) return std::nullopt;
    }
    return made;
}

}  // namespace

void check_webhooks(Context& cx, const std::vector<ast::File>& files) {
    for (const ast::File& file : files) {
        for (const ast::Item& item : file.items) {
            const auto* decl = std::get_if<ast::WebhookDecl>(&item.what);
            if (decl == nullptr) continue;
            const Index index = static_cast<Index>(cx.schema().webhooks.size());
            if (!cx.declare(Kind::webhook, decl->name.text, decl->name.span, index)) continue;
            ir::Webhook row;
            row.name = decl->name.text;
            const std::size_t before = cx.errors();
            WebhookChecker(cx, *decl, row).run();
            cx.schema().webhooks.push_back(std::move(row));
            if (cx.errors() != before) cx.peek(Kind::webhook, decl->name.text)->broken = true;
        }
    }
}

void check_dwells(Context& cx, const std::vector<ast::File>& files) {
    for (const ast::File& file : files) {
        for (const ast::Item& item : file.items) {
            const auto* decl = std::get_if<ast::EventDecl>(&item.what);
            if (decl == nullptr) continue;
            Once once(cx, "The event " + tick(decl->name.dotted()));
            Declared* declared = cx.peek(Kind::event, decl->name.dotted());
            if (declared == nullptr || declared->span != decl->name.span) continue;
            for (const ast::FieldLine& line : decl->lines) {
                const auto* dwell = std::get_if<ast::Dwell>(&line.what);
                if (dwell == nullptr || !once.first("dwell", line.span)) continue;
                ir::EventType& event = cx.schema().events[declared->index];
                const std::size_t before = cx.errors();
                event.dwell = check_dwell(cx, event, *dwell);
                if (cx.errors() != before) cx.broken_dwells.insert(declared->index);
            }
        }
    }
    for (const ast::File& file : files) {
        for (const ast::Item& item : file.items) {
            const auto* profile = std::get_if<ast::ProfileDecl>(&item.what);
            if (profile == nullptr) continue;
            for (const ast::FieldLine& line : profile->lines) {
                if (!std::holds_alternative<ast::Dwell>(line.what)) continue;
                cx.report(Diagnostic::error("J0320", "WHO STAYS WITH A PERSON?", line.span,
                                            "`dwell` says how long somebody stayed with an event.")
                              .and_help("move this line into the event"));
            }
        }
    }
}

}  // namespace journey::sema
