// The head of a journey in YAML.

#include "dsl/yaml/build.h"

namespace journey::yaml {

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
    if (const Pair* steps_of = pair_of(document, "do")) {
        made.do_keyword = steps_of->key.span;
        made.steps = steps(steps_of->value);
    } else {
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
        if (auto lifetime = read(node, "`expires after`", &syntax::parse_duration)) {
            add_head(pair, journey, std::optional(ast::ExpiresAfter{*lifetime}));
        }
    } else if (key == "priority") {
        if (auto priority = read(node, "`priority`", &syntax::parse_integer)) {
            add_head(pair, journey, std::optional(ast::Priority{*priority}));
        }
    } else if (key == "key") {
        if (auto expr = condition(node))
            add_head(pair, journey, std::optional(ast::Key{std::move(expr)}));
    } else if (key == "time zone") {
        if (auto expr = value(node)) {
            add_head(pair, journey, std::optional(ast::TimeZoneIs{std::move(expr)}));
        }
    }
}

/// Entering by schedule, by segment, by count or after a while: said once, by its telling word.
bool Builder::report_later_entry(const Node& map, const Node* when) {
    for (const Pair& line : map.pairs) {
        if (line.key.text == "when") continue;
        const std::string word = line.key.text.substr(0, line.key.text.find(' '));
        if (auto later = syntax::not_yet(word, line.key.span)) {
            report(std::move(*later));
            return true;
        }
    }
    if (when == nullptr || when->kind != Kind::scalar) return false;
    for (const char* word : {"joining", "leaving", "reaches"}) {
        const std::string padded = " " + when->text + " ";
        if (padded.find(" " + std::string(word) + " ") == std::string::npos) continue;
        if (padded.find('"') != std::string::npos) continue;
        if (auto later = syntax::not_yet(word, when->span)) report(std::move(*later));
        return true;
    }
    return false;
}

void Builder::enter(const Pair& pair, ast::JourneyDecl& journey) {
    for (const Node* item : items_of(pair.value)) {
        if (!want_map(*item, "`enter`")) continue;
        check_keys(
            *item, "`enter`",
            {"when", "lasts", "unless", "every", "yearly on", "once at", "at", "for", "feb 29"});
        const Node* when = get(*item, "when");
        if (report_later_entry(*item, when)) {
            journey.heads.push_back(
                {item->span, pair.key.span, ast::NotYet{"enter", pair.key.span}});
            continue;
        }
        if (when == nullptr) {
            need(*item, "when", "`enter`");
            continue;
        }
        if (auto event = read(*when, "an event", &syntax::parse_event_sel)) {
            journey.heads.push_back({when->span, pair.key.span, ast::Enter{ast::EventTrigger{std::move(*event), {}, {}}}});
        } else {
            journey.heads.push_back(
                {item->span, pair.key.span, ast::NotYet{"enter", pair.key.span}});
        }
    }
    if (pair.value.kind == Kind::nothing) want_map(pair.value, "`enter`");
}

void Builder::goals(const Pair& pair, ast::JourneyDecl& journey) {
    if (!want_map(pair.value, "`goals`")) return;
    for (const Pair& one : pair.value.pairs) {
        std::optional<ast::Name> goal_name = key_name(one.key);
        if (!goal_name || !want_map(one.value, "the goal `" + one.key.text + "`")) continue;
        check_keys(one.value, "A goal", {"when", "within", "then"});
        const Node* when = need(one.value, "when", "A goal");
        if (when == nullptr) continue;
        auto event = read(*when, "an event", &syntax::parse_event_sel);
        if (!event) continue;
        ast::Goal goal;
        goal.name = std::move(*goal_name);
        goal.event = std::move(*event);
        if (const Node* within = get(one.value, "within")) {
            goal.within = read(*within, "`within`", &syntax::parse_duration);
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
        check_keys(*item, "`exit`", {"when", "if"});
        if (const Node* when = get(*item, "when")) {
            if (when->text.starts_with("leaving ") || when->text.starts_with("joining ")) {
                const std::string word = when->text.substr(0, 7);
                if (auto later = syntax::not_yet(word, when->span)) report(std::move(*later));
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
