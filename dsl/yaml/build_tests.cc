// Tests in YAML.

#include "dsl/yaml/build.h"

namespace journey::yaml {

void Builder::tests(const Pair& pair) {
    if (!want_list(pair.value, "`tests`")) return;
    for (const Node& item : pair.value.items) {
        if (want_map(item, "a test")) test(item);
    }
}

void Builder::test(const Node& map) {
    check_keys(map, Where::test);
    const Pair* title = pair_of(map, "test");
    if (title == nullptr) {
        need(map, "test", "A test");
        return;
    }
    ast::TestDecl made;
    auto words = text(title->value, "a test's title");
    if (!words) return;
    made.title = std::move(*words);
    if (const Node* of = get(map, "of")) {
        made.of = name(*of, "a journey's name");
    } else if (journey_name_) {
        made.of = journey_name_;
    }
    if (const Node* start = get(map, "start")) {
        if (auto at = read(*start, "`start`", &syntax::parse_start)) {
            made.lines.push_back({start->span, ast::StartLine{std::move(*at)}});
        } else {
            // The rest of the test stands on it, and that was said.
            return;
        }
    }
    if (const Node* list = get(map, "given")) {
        for (const Node* item : items_of(*list)) {
            if (want_map(*item, "a `given`") && !item->pairs.empty()) given(*item, made);
        }
    }
    if (const Node* list = get(map, "steps")) {
        for (const Node* item : items_of(*list)) {
            if (want_map(*item, "a line of a test") && !item->pairs.empty()) test_line(*item, made);
        }
    }
    add_item(*title, std::move(made));
}

void Builder::given(const Node& map, ast::TestDecl& test) {
    const Pair& first = map.pairs.front();
    const std::string& key = first.key.text;
    auto add = [&](auto what) {
        test.lines.push_back({map.span, ast::GivenLine{std::move(what)}});
    };
    if (key == "user") {
        check_keys(map, Where::given_user);
        if (auto map_of = data(first.value)) add(ast::GivenUser{std::move(*map_of)});
    } else if (key == "user in") {
        check_keys(map, Where::given_held_out);
        const auto place = name(first.value, "`holdout`");
        if (!place) return;
        if (place->text == "holdout") {
            add(ast::GivenHeldOut{source::join(first.key.span, first.value.span)});
        } else {
            report(Diagnostic::error("J0804", "IN WHAT?", place->span,
                                     "A person is in the workspace's holdout or not: `user in: "
                                     "holdout`."));
        }
    } else if (key == "consent") {
        check_keys(map, Where::given_consent);
        add(ast::GivenConsent{names(first.value, "a consent group")});
    } else if (key == "tag") {
        check_keys(map, Where::given_tag);
        ast::GivenTag tags;
        for (const Node* item : items_of(first.value)) {
            if (auto one = text(*item, "a tag")) tags.tags.push_back(std::move(*one));
        }
        add(std::move(tags));
    } else if (key == "history") {
        if (auto past = history(map, first)) add(std::move(*past));
    } else if (key == "webhook") {
        check_keys(map, Where::given_webhook);
        auto webhook = name(first.value, "a webhook");
        const Node* gives = get(map, "gives");
        ast::GivenWebhook made;
        if (gives != nullptr) {
            made.gives = data(*gives);
            if (!made.gives) return;
        } else if (get(map, "fails") == nullptr) {
            need(map, "gives", "`given webhook`");
            return;
        }
        if (!webhook) return;
        made.webhook = std::move(*webhook);
        add(std::move(made));
    } else if (key == "fetch") {
        check_keys(map, Where::given_fetch);
        auto fetch = name(first.value, "a fetch");
        const Node* gives = get(map, "gives");
        ast::GivenFetch made;
        if (gives != nullptr) {
            made.gives = data(*gives);
            if (!made.gives) return;
        } else if (get(map, "fails") == nullptr) {
            need(map, "gives", "`given fetch`");
            return;
        }
        if (!fetch) return;
        made.fetch = std::move(*fetch);
        add(std::move(made));
    } else if (key == "experiment" || key == "split") {
        check_keys(map, key == "split" ? Where::given_split : Where::given_experiment);
        auto experiment = name(first.value, "a name");
        if (!experiment) return;
        if (const Node* arm = get(map, "picks")) {
            if (auto arm_name = name(*arm, "an arm")) {
                add(ast::GivenPick{std::move(*experiment), std::move(*arm_name)});
            }
        } else if (const Node* place = need(map, "puts user in", "`given " + key + "`")) {
            if (auto place_name = name(*place, "`holdout`")) {
                add(ast::GivenPut{std::move(*experiment), std::move(*place_name)});
            }
        }
    } else {
        std::vector<std::string> words;
        std::string all;
        for (const Where where : given_tables()) {
            words.emplace_back(table(where).keys.front().name);
            all += (all.empty() ? "" : ", ") + words.back();
        }
        Diagnostic diagnostic =
            Diagnostic::error("J0804", "UNKNOWN KEY", first.key.span,
                              "`given` has no `" + key + "`; it knows: " + all + ".");
        const std::vector<std::string> near = did_you_mean(key, words);
        if (!near.empty()) {
            diagnostic.fixes.push_back({near.size() == 1 ? source::Applicability::certain
                                                         : source::Applicability::probable,
                                        "write `" + near[0] + "`.",
                                        {{first.key.span, near[0]}}});
        }
        report(std::move(diagnostic));
    }
}

std::optional<ast::GivenHistory> Builder::history(const Node& map, const Pair& first) {
    check_keys(map, Where::given_history);
    ast::GivenHistory made;
    auto event = read(first.value, "an event", &syntax::parse_path);
    if (const Node* with = get(map, "with")) made.data = data(*with);
    const Node* at = need(map, "at", "`history`");
    if (!event || at == nullptr || !want_scalar(*at, "`at`")) return std::nullopt;
    const std::size_t minus = at->text.find_first_not_of(' ');
    if (minus == std::string::npos || at->text[minus] != '-') {
        report(Diagnostic::error("J0211", "WHEN WAS THAT?", at->span,
                                 "History happened before the start: `at: -2 days`."));
        return std::nullopt;
    }
    auto before = syntax::parse_duration(rest_of(*at, minus + 1), out_);
    if (!before) return std::nullopt;
    made.event = std::move(*event);
    made.before_start = std::move(*before);
    return made;
}

std::optional<ast::Happen> Builder::happen(const Node& map) {
    ast::Happen made;
    made.span = map.span;
    if (const Node* event = get(map, "event")) {
        ast::HappenEvent what;
        // `clicked of mail` too, but without conditions.
        auto selection = read(*event, "an event", &syntax::parse_event_sel);
        if (const Node* with = get(map, "with")) what.data = data(*with);
        if (!selection) return std::nullopt;
        if (selection->where != nullptr) {
            report(Diagnostic::error("J0804", "WHAT HAPPENS, NOT WHICH", event->span,
                                     "A test says what happens, so a condition has no place here.")
                       .and_help("give the event its properties under `with:`"));
            return std::nullopt;
        }
        what.event = std::move(selection->event);
        what.of_label = std::move(selection->of_label);
        made.what = std::move(what);
        return made;
    }
    const Node* set = get(map, "set");
    if (set == nullptr) {
        need(map, "event", "A line of a test");
        return std::nullopt;
    }
    ast::HappenSet what;
    auto path = read(*set, "`set`", &syntax::parse_path);
    const Node* to = need(map, "to", "`set`");
    if (to != nullptr) what.to = value(*to);
    if (!path || what.to == nullptr) return std::nullopt;
    what.target = std::move(*path);
    made.what = std::move(what);
    return made;
}

void Builder::test_line(const Node& map, ast::TestDecl& test) {
    check_keys(map, Where::test_line);
    if (const Node* every = get(map, "every")) {
        const Node* until = need(map, "until", "`every`");
        if (until == nullptr) return;
        auto step = duration(*every, "`every`");
        auto end = read(*until, "`until`", &syntax::parse_moment);
        auto what = happen(map);
        if (step && end && what) {
            test.lines.push_back(
                {map.span, ast::EveryLine{std::move(*step), std::move(*end), std::move(*what)}});
        }
        return;
    }
    const Node* at = need(map, "at", "A line of a test");
    if (at == nullptr) return;
    auto moment = read(*at, "`at`", &syntax::parse_moment);
    if (const Node* expect = get(map, "expect")) {
        auto outcome = read(*expect, "`expect`", &syntax::parse_outcome);
        if (const Node* with = outcome ? get(map, "with") : nullptr) {
            if (auto* sent = std::get_if<ast::ExpectSent>(&outcome->what)) sent->with = data(*with);
            if (auto* called = std::get_if<ast::ExpectCalled>(&outcome->what))
                called->with = data(*with);
        }
        if (moment && outcome) {
            test.lines.push_back(
                {map.span, ast::AtExpect{std::move(*moment), std::move(*outcome)}});
        }
        return;
    }
    auto what = happen(map);
    if (moment && what) {
        test.lines.push_back({map.span, ast::AtHappen{std::move(*moment), std::move(*what)}});
    }
}

}  // namespace journey::yaml
