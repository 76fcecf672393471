// The head of a journey in YAML.

#include "dsl/yaml/build.h"

namespace journey::yaml {

namespace {

std::string tick(std::string_view word) {
    return "`" + std::string(word) + "`";
}

}  // namespace

void Builder::journeys(const Pair& pair) {
    for (const Node* item : items_of(pair.value)) {
        if (!want_map(*item, "a journey")) continue;
        check_keys(*item, Where::journey);
        if (need(*item, "journey", "An item of `journeys`") != nullptr) journey(*item);
    }
    if (pair.value.kind == Kind::nothing) want_list(pair.value, "`journeys`");
    // Tests say which of them they are about.
    journey_name_.reset();
}

void Builder::journey(const Node& document) {
    const Pair* named = pair_of(document, "journey");
    if (named == nullptr) {
        for (const Pair& pair : document.pairs) {
            if (pair.key.text != "do" && pair.key.text != "enter") continue;
            report(Diagnostic::error("J0804", "A JOURNEY WITHOUT A NAME", pair.key.span,
                                     "This file has steps but no `journey:` line with a name."));
            return;
        }
        return;
    }
    std::optional<ast::Name> journey_name = name(named->value, "a journey's name");
    if (!journey_name) return;
    journey_name_ = *journey_name;
    ast::JourneyDecl made;
    made.name = std::move(*journey_name);
    for (const Pair& pair : document.pairs)
        head(pair, made);
    const Pair* steps_of = pair_of(document, "do");
    // What other tools call it was told with the other keys.
    for (const char* theirs : {"steps", "actions"}) {
        if (steps_of == nullptr) steps_of = pair_of(document, theirs);
    }
    if (steps_of != nullptr) {
        made.do_keyword = steps_of->key.span;
        made.steps = steps(steps_of->value);
    } else if (std::none_of(out_.begin(), out_.end(), [&](const Diagnostic& one) {
                   return one.code == "J0005" && one.span.file == made.name.span.file;
               })) {
        // A quote that never ends has swallowed it.
        report(Diagnostic::error("J0804", "A KEY IS MISSING", made.name.span,
                                 "A journey needs `do:` with its steps."));
    }
    add_item(*named, std::move(made));
}

void Builder::head(const Pair& pair, ast::JourneyDecl& journey) {
    const std::string& key = pair.key.text;
    const Node& node = pair.value;
    if (key == "title") {
        journey.title = text(node, "`title`");
    } else if (key == "class") {
        journey.message_class = read(node, "`class`", &syntax::parse_class);
    } else if (key == "version") {
        if (auto number = read(node, "`version`", &syntax::parse_integer)) {
            add_head(pair, journey, std::optional(ast::Version{*number}));
        }
    } else if (key == "about") {
        if (auto about = text(node, "`about`"))
            add_head(pair, journey, std::optional(ast::About{*about}));
    } else if (key == "owner") {
        if (auto owner = text(node, "`owner`"))
            add_head(pair, journey, std::optional(ast::Owner{*owner}));
    } else if (key == "enter") {
        enter(pair, journey);
    } else if (key == "only if") {
        if (auto only = condition(node))
            add_head(pair, journey, std::optional(ast::OnlyIf{std::move(only)}));
    } else if (key == "reenter") {
        add_head(pair, journey, read(node, "`reenter`", &syntax::parse_reenter));
    } else if (key == "while running") {
        add_head(pair, journey, read(node, "`while running`", &syntax::parse_overlap));
    } else if (key == "goals") {
        goals(pair, journey);
    } else if (key == "exit") {
        exits(pair, journey);
    } else if (key == "frequency") {
        if (auto policy = name(node, "a frequency policy")) {
            add_head(pair, journey, std::optional(ast::UseFrequency{*policy}));
        }
    } else if (key == "quiet") {
        if (auto policy = name(node, "a quiet policy")) {
            add_head(pair, journey, std::optional(ast::UseQuiet{*policy}));
        }
    } else if (key == "expires after") {
        if (auto lifetime = duration(node, "`expires after`")) {
            add_head(pair, journey, std::optional(ast::ExpiresAfter{*lifetime}));
        }
    } else if (key == "priority") {
        if (auto priority = read(node, "`priority`", &syntax::parse_integer)) {
            add_head(pair, journey, std::optional(ast::Priority{*priority}));
        }
    } else if (key == "rate") {
        if (auto rate = read(node, "`rate`", &syntax::parse_rate)) {
            add_head(pair, journey, std::optional(ast::JourneyRate{std::move(*rate)}));
        }
    } else if (key == "key") {
        if (auto expr = condition(node))
            add_head(pair, journey, std::optional(ast::Key{std::move(expr)}));
    } else if (key == "time zone") {
        if (auto expr = value(node)) {
            add_head(pair, journey, std::optional(ast::TimeZoneIs{std::move(expr)}));
        }
    } else if (key.starts_with("from version ")) {
        from_version(pair, journey);
    }
}

/// `when: product_viewed` with `lasts:` and `unless:` below it.
std::optional<ast::Enter> Builder::trigger(const Node& map, const Pair& when) {
    auto made = read(when.value, "an event", &syntax::parse_trigger);
    const Pair* lasts = pair_of(map, "lasts");
    const Pair* unless = pair_of(map, "unless");
    if (!made || (lasts == nullptr && unless == nullptr)) return made;
    auto* event = std::get_if<ast::EventTrigger>(&made->trigger);
    if (event == nullptr) {
        const Node& key = lasts != nullptr ? lasts->key : unless->key;
        report(Diagnostic::error("J0804", "FOR EVENTS ONLY", key.span,
                                 tick(key.text) +
                                     " belongs to an event, and this journey does not begin with "
                                     "one."));
        return made;
    }
    if (lasts != nullptr) event->lasts = duration(lasts->value, "`lasts`");
    if (unless != nullptr) {
        for (const Node* item : items_of(unless->value)) {
            if (auto one = read(*item, "an event", &syntax::parse_event_sel))
                event->unless.push_back(std::move(*one));
        }
    }
    return made;
}

std::optional<ast::UntilClock> Builder::clock(const Node& map) {
    const Node* at = need(map, "at", "`enter`");
    if (at == nullptr) return std::nullopt;
    return read(*at, "`at`", &syntax::parse_clock);
}

/// `every:`, `yearly on:` or `once at:`, with `at:` and `for:` below it.
std::optional<ast::Enter> Builder::schedule(const Node& map) {
    ast::Schedule made;
    made.span = map.span;
    bool good = false;
    if (const Node* every = get(map, "every")) {
        auto days = read_days(*every);
        const auto at = clock(map);
        if (days && at) {
            days->at = at->time;
            days->zone = at->zone;
            made.what = std::move(*days);
            good = true;
        }
    } else if (const Node* yearly = get(map, "yearly on")) {
        auto on = read(*yearly, "`yearly on`", &syntax::parse_path);
        const auto at = clock(map);
        std::optional<ast::Leap> leap;
        if (const Node* day = get(map, "feb 29"))
            leap = read(*day, "`feb 29`", &syntax::parse_leap);
        if (on && at) {
            made.what = ast::Yearly{std::move(*on), at->time, at->zone, leap};
            good = true;
        }
    } else if (const Node* once = get(map, "once at")) {
        if (auto at = read(*once, "`once at`", &syntax::parse_start)) {
            made.what = ast::Once{std::move(*at)};
            good = true;
        }
    }
    const Node* audience = need(map, "for", "`enter`");
    std::optional<ast::Name> segment;
    if (audience != nullptr) segment = name(*audience, "a segment");
    if (!good || !segment) return std::nullopt;
    made.audience = std::move(*segment);
    return ast::Enter{std::move(made)};
}

/// `every: Monday`, `every: [Monday, Friday]`.
std::optional<ast::Every> Builder::read_days(const Node& node) {
    if (node.kind != Kind::list) return read(node, "`every`", &syntax::parse_every);
    ast::Every made;
    made.kind = ast::Every::Kind::weekdays;
    for (const Node& item : node.items) {
        if (auto day = read(item, "a weekday", &syntax::parse_weekday))
            made.weekdays.push_back(*day);
    }
    if (made.weekdays.empty()) return std::nullopt;
    return made;
}

void Builder::enter(const Pair& pair, ast::JourneyDecl& journey) {
    for (const Node* item : items_of(pair.value)) {
        if (!want_map(*item, "`enter`")) continue;
        check_keys(*item, Where::enter);
        std::optional<ast::Enter> made;
        Span span = item->span;
        if (const Pair* when = pair_of(*item, "when")) {
            span = source::join(when->value.span, span);
            made = trigger(*item, *when);
        } else if (get(*item, "every") != nullptr || get(*item, "yearly on") != nullptr ||
                   get(*item, "once at") != nullptr) {
            made = schedule(*item);
        } else {
            need(*item, "when", "`enter`");
            continue;
        }
        if (made) {
            journey.heads.push_back({span, pair.key.span, std::move(*made)});
        } else {
            journey.heads.push_back({item->span, pair.key.span, ast::Unread{"enter"}});
        }
    }
    if (pair.value.kind == Kind::nothing) want_map(pair.value, "`enter`");
}

void Builder::move_row(const Pair& row, ast::FromVersion& made) {
    const Span span = source::join(row.key.span, row.value.span);
    if (row.key.text == "others" && !row.value.text.starts_with("moves ")) {
        if (auto rule = read(row.value, "`others`", &syntax::parse_others)) {
            rule->span = span;
            made.rows.emplace_back(*rule);
        }
        return;
    }
    auto from = key_name(row.key);
    auto to = read(row.value, "a step's move", &syntax::parse_move);
    if (from && to) made.rows.emplace_back(ast::MoveRow{std::move(*from), std::move(*to), span});
}

/// `from version 2:` with `second_mail: moves to stories` and `others: stay` below it.
void Builder::from_version(const Pair& pair, ast::JourneyDecl& journey) {
    const std::string_view words = "from version";
    ast::FromVersion made;
    auto number = syntax::parse_integer(rest_of(pair.key, words.size()), out_);
    if (!number) return;
    made.version = *number;
    if (pair.value.kind == Kind::nothing) want_map(pair.value, tick(pair.key.text));
    for (const Node* item : items_of(pair.value)) {
        if (!want_map(*item, tick(pair.key.text))) continue;
        for (const Pair& row : item->pairs)
            move_row(row, made);
    }
    journey.heads.push_back(
        {source::join(pair.key.span, pair.value.span), pair.key.span, std::move(made)});
}

void Builder::goals(const Pair& pair, ast::JourneyDecl& journey) {
    if (!want_map(pair.value, "`goals`")) return;
    for (const Pair& one : pair.value.pairs) {
        std::optional<ast::Name> goal_name = key_name(one.key);
        if (!goal_name || !want_map(one.value, "the goal `" + one.key.text + "`")) continue;
        check_keys(one.value, Where::goal);
        const Node* when = need(one.value, "when", "A goal");
        if (when == nullptr) continue;
        auto event = read(*when, "an event", &syntax::parse_event_sel);
        if (!event) continue;
        ast::Goal goal;
        goal.name = std::move(*goal_name);
        goal.event = std::move(*event);
        if (const Node* within = get(one.value, "within")) {
            goal.within = duration(*within, "`within`");
        }
        if (const Node* then = get(one.value, "then")) {
            goal.then_exit = then->text == "exit";
            if (!goal.then_exit) {
                report(Diagnostic::error("J0804", "THEN WHAT?", then->span,
                                         "After a goal only `then: exit` can follow."));
            }
        }
        journey.heads.push_back({one.value.span, one.key.span, std::move(goal)});
    }
}

void Builder::exits(const Pair& pair, ast::JourneyDecl& journey) {
    for (const Node* item : items_of(pair.value)) {
        if (!want_map(*item, "`exit`")) continue;
        check_keys(*item, Where::exit_rule);
        if (const Node* when = get(*item, "when")) {
            if (when->text.starts_with("leaving ") || when->text.starts_with("joining ")) {
                if (auto change = read(*when, "a segment", &syntax::parse_segment_change)) {
                    journey.heads.push_back(
                        {when->span, pair.key.span, ast::Exit{std::move(*change)}});
                }
                continue;
            }
            if (auto event = read(*when, "an event", &syntax::parse_event_sel)) {
                journey.heads.push_back({when->span, pair.key.span, ast::Exit{std::move(*event)}});
            }
        } else if (const Node* condition_of = get(*item, "if")) {
            if (auto expr = condition(*condition_of)) {
                journey.heads.push_back(
                    {condition_of->span, pair.key.span, ast::Exit{std::move(expr)}});
            }
        } else {
            need(*item, "when", "`exit`");
        }
    }
}

}  // namespace journey::yaml
