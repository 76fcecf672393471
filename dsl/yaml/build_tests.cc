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
    check_keys(map, "A test", {"test", "of", "start", "given", "steps"});
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
        check_keys(map, "`given`", {"user"});
        if (auto map_of = data(first.value)) add(ast::GivenUser{std::move(*map_of)});
    } else if (key == "consent") {
        check_keys(map, "`given`", {"consent"});
        add(ast::GivenConsent{names(first.value, "a consent group")});
    } else if (key == "tag") {
        check_keys(map, "`given`", {"tag"});
        ast::GivenTag tags;
        for (const Node* item : items_of(first.value)) {
            if (auto one = text(*item, "a tag")) tags.tags.push_back(std::move(*one));
        }
        add(std::move(tags));
    } else if (key == "history") {
        check_keys(map, "`given`", {"history", "with", "at"});
        ast::GivenHistory history;
        auto event = read(first.value, "an event", &syntax::parse_path);
        if (const Node* with = get(map, "with")) history.data = data(*with);
        const Node* at = need(map, "at", "`history`");
        if (!event || at == nullptr || !want_scalar(*at, "`at`")) return;
        const std::size_t minus = at->text.find_first_not_of(' ');
        if (minus == std::string::npos || at->text[minus] != '-') {
            report(Diagnostic::error("J0211", "WHEN WAS THAT?", at->span,
                                     "History happened before the start: `at: -2 days`."));
            return;
        }
        auto before = syntax::parse_duration(rest_of(*at, minus + 1), out_);
        if (!before) return;
        history.event = std::move(*event);
        history.before_start = std::move(*before);
        add(std::move(history));
    } else if (key == "experiment" || key == "split") {
        check_keys(map, "`given`", {key, "picks", "puts user in"});
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
        check_keys(map, "`given`", {"user", "consent", "tag", "history", "experiment", "split"});
    }
}

std::optional<ast::Happen> Builder::happen(const Node& map) {
    ast::Happen made;
    made.span = map.span;
    if (const Node* event = get(map, "event")) {
        ast::HappenEvent what;
        auto path = read(*event, "an event", &syntax::parse_path);
        if (const Node* with = get(map, "with")) what.data = data(*with);
        if (!path) return std::nullopt;
        what.event = std::move(*path);
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
    check_keys(map, "A line of a test",
               {"at", "every", "until", "event", "with", "set", "to", "expect"});
    if (const Node* every = get(map, "every")) {
        const Node* until = need(map, "until", "`every`");
        if (until == nullptr) return;
        auto step = read(*every, "`every`", &syntax::parse_duration);
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
