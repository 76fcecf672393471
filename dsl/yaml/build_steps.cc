// Steps in YAML: one list item a step, its first key the verb.

#include "dsl/yaml/build.h"

#include <algorithm>
#include <array>

namespace journey::yaml {

namespace {

constexpr int kBlocksMax = 16;

std::string tick(std::string_view word) {
    return "`" + std::string(word) + "`";
}

}  // namespace

ast::Steps Builder::steps_at(const Node& map, std::string_view key) {
    const Node* node = get(map, key);
    return node == nullptr ? ast::Steps{} : steps(*node);
}

ast::Steps Builder::steps(const Node& node) {
    ast::Steps made;
    if (node.kind == Kind::nothing) return made;
    if (!want_list(node, "a block of steps")) return made;
    if (++depth_ > kBlocksMax) {
        report(Diagnostic::error("J0902", "NESTED TOO DEEPLY", node.items.front().span,
                                 "More than 16 blocks stand inside each other."));
        --depth_;
        return made;
    }
    for (const Node& item : node.items) {
        // `- stop` without a colon is the verb alone.
        if (item.kind == Kind::scalar && item.text == "stop") {
            ast::Step step;
            step.span = item.span;
            step.keyword = item.span;
            step.what = ast::Stop{};
            made.push_back(std::move(step));
            continue;
        }
        if (!want_map(item, "a step") || item.pairs.empty()) continue;
        const Pair& verb = item.pairs.front();
        ast::Step step_made;
        step_made.span = item.span;
        step_made.keyword = verb.key.span;
        if (const Pair* id = pair_of(item, "id")) {
            if (id == &verb) {
                report(Diagnostic::error("J0804", "THE VERB COMES FIRST", id->key.span,
                                         "A step begins with what it does; put `id:` below it."));
                continue;
            }
            step_made.label = name(id->value, "a label");
        }
        std::optional<ast::StepKind> what = step(item, verb);
        if (!what) continue;
        step_made.what = std::move(*what);
        made.push_back(std::move(step_made));
    }
    --depth_;
    return made;
}

std::optional<ast::StepKind> Builder::step(const Node& map, const Pair& verb) {
    const std::string& key = verb.key.text;
    if (key == "send") return send(map, verb);
    if (key == "send first of" || key == "send best of") return send_one(map, verb);
    if (key == "wait") {
        check_keys(map, Where::wait);
        ast::ExprPtr how_long = length(verb.value, "`wait`");
        if (how_long == nullptr) return std::nullopt;
        return ast::StepKind(ast::Delay{std::move(how_long)});
    }
    if (key == "wait until") {
        check_keys(map, Where::wait_until);
        auto until = read(verb.value, "`wait until`", &syntax::parse_until);
        if (!until) return std::nullopt;
        return ast::StepKind(ast::WaitUntil{std::move(*until)});
    }
    if (key == "wait at most") return wait_at_most(map, verb);
    if (key == "if") return branch(map, verb);
    if (key == "choose") return choose(map, verb);
    if (key == "split") return pick(map, verb, true);
    if (key == "experiment") return pick(map, verb, false);
    if (key == "let") {
        check_keys(map, Where::let);
        auto local = name(verb.value, "a name");
        const Node* is = need(map, "is", "A `let`");
        ast::ExprPtr expr = is == nullptr ? nullptr : condition(*is);
        if (!local || expr == nullptr) return std::nullopt;
        return ast::StepKind(ast::Let{std::move(*local), std::move(expr)});
    }
    if (key == "set") return set(map, verb);
    if (key == "add tag") return tag(map, verb, true);
    if (key == "remove tag") return tag(map, verb, false);
    if (key == "stop") {
        check_keys(map, Where::stop);
        if (verb.value.kind == Kind::nothing) return ast::StepKind(ast::Stop{});
        auto reason = name(verb.value, "a reason");
        if (!reason) return std::nullopt;
        return ast::StepKind(ast::Stop{std::move(*reason)});
    }
    if (key == "note") {
        check_keys(map, Where::note);
        auto words = text(verb.value, "a note");
        if (!words) return std::nullopt;
        return ast::StepKind(ast::Note{std::move(*words)});
    }
    if (key == "call") return call(map, verb);
    if (key == "include") return include(map, verb);
    if (key == "repeat") return repeat(map, verb);
    if (key == "emit" || key == "run") {
        check_keys(map, key == "emit" ? Where::emit : Where::run);
        std::optional<ast::MapLiteral> with;
        if (const Node* node = get(map, "with")) with = data(*node);
        if (key == "run") {
            auto journey_name = name(verb.value, "a journey's name");
            if (!journey_name) return std::nullopt;
            return ast::StepKind(ast::Run{std::move(*journey_name), std::move(with)});
        }
        auto event = read(verb.value, "an event", &syntax::parse_path);
        if (!event) return std::nullopt;
        return ast::StepKind(ast::Emit{std::move(*event), std::move(with)});
    }
    unknown_step(verb);
    return std::nullopt;
}

void Builder::unknown_step(const Pair& verb) {
    const std::string& key = verb.key.text;
    std::vector<std::string> verbs;
    std::string all;
    for (const Where where : step_tables()) {
        verbs.emplace_back(table(where).keys.front().name);
        all += (all.empty() ? "" : ", ") + verbs.back();
    }
    Diagnostic diagnostic = Diagnostic::error(
        "J0804", "UNKNOWN STEP", verb.key.span,
        "A step begins with what it does, and `" + key + "` is not one of: " + all + ".");
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kTheirs = {
        {{"delay", "wait"},
         {"sleep", "wait"},
         {"pause", "wait"},
         {"exit", "stop"},
         {"end", "stop"},
         {"tag", "add tag"},
         {"webhook", "call"},
         {"condition", "if"}}};
    std::vector<std::string> near;
    for (const auto& [theirs, ours] : kTheirs) {
        if (key == theirs) near.emplace_back(ours);
    }
    if (near.empty()) near = did_you_mean(key, verbs);
    if (!near.empty()) {
        diagnostic.fixes.push_back({source::Applicability::probable,
                                    "write `" + near[0] + "`.",
                                    {{verb.key.span, near[0]}}});
    }
    report(std::move(diagnostic));
}

std::optional<ast::StepKind> Builder::call(const Node& map, const Pair& verb) {
    check_keys(map, Where::call);
    auto webhook = name(verb.value, "a webhook");
    if (!webhook) return std::nullopt;
    ast::CallWebhook made;
    made.webhook = std::move(*webhook);
    if (const Node* with = get(map, "with")) made.with = data(*with);
    if (const Node* as = get(map, "as")) made.as = name(*as, "a name");
    if (const Pair* otherwise = pair_of(map, "else"))
        made.otherwise = ast::Otherwise{steps(otherwise->value), otherwise->key.span};
    return ast::StepKind(std::move(made));
}

std::optional<ast::StepKind> Builder::include(const Node& map, const Pair& verb) {
    check_keys(map, Where::include);
    auto snippet = name(verb.value, "a snippet");
    if (!snippet) return std::nullopt;
    ast::Include made;
    made.snippet = std::move(*snippet);
    made.call = map.span;
    if (const Node* with = get(map, "with")) {
        auto args = data(*with);
        if (args) made.args = std::move(args->pairs);
    }
    return ast::StepKind(std::move(made));
}

std::optional<ast::StepKind> Builder::repeat(const Node& map, const Pair& verb) {
    check_keys(map, Where::repeat);
    ast::Repeat made;
    if (want_scalar(verb.value, "`repeat`"))
        made.at_most = syntax::parse_repeat(piece(verb.value), out_);
    bool good = made.at_most != nullptr;
    if (const Node* until = get(map, "until")) {
        made.until = condition(*until);
        good = good && made.until != nullptr;
    }
    if (const Node* inner = need(map, "do", "A `repeat`")) made.steps = steps(*inner);
    if (!good) return std::nullopt;
    return ast::StepKind(std::move(made));
}

std::optional<ast::StepKind> Builder::send(const Node& map, const Pair& verb) {
    check_keys(map, Where::send);
    auto what = read(verb.value, "`send`", &syntax::parse_channel_template);
    if (!what) return std::nullopt;
    ast::Send made;
    made.channel = std::move(what->first);
    made.template_name = std::move(what->second);
    for (const Pair& pair : map.pairs) {
        const std::string& key = pair.key.text;
        if (key == "with") {
            made.with = data(pair.value);
        } else if (key == "valid" || key == "retry" || key == "to" || key == "at") {
            if (auto option = read_option(pair)) made.options.push_back(std::move(*option));
        } else if (key == "without") {
            for (const Node* item : items_of(pair.value)) {
                if (auto option = read_option({pair.key, *item}))
                    made.options.push_back(std::move(*option));
            }
        }
    }
    return ast::StepKind(std::move(made));
}

std::optional<ast::StepKind> Builder::send_one(const Node& map, const Pair& verb) {
    const bool best = verb.key.text == "send best of";
    check_keys(map, best ? Where::send_best : Where::send_first);
    ast::SendOneOf made;
    made.head = verb.key.span;
    made.sends = steps(verb.value);
    if (!best) return ast::StepKind(std::move(made));
    const Node* comes = need(map, "for", "A `send best of`");
    const Node* within = need(map, "within", "A `send best of`");
    const Node* worth = need(map, "worth", "A `send best of`");
    if (comes == nullptr || within == nullptr || worth == nullptr) return std::nullopt;
    auto event = read(*comes, "`for`", &syntax::parse_event_sel);
    auto window = duration(*within, "`within`");
    ast::Return made_best;
    if (want_scalar(*worth, "`worth`"))
        made_best.worth = syntax::parse_sum(piece(*worth), out_, "a sum of money");
    if (const Node* explore = get(map, "explore"))
        made_best.explore = read(*explore, "`explore`", &syntax::parse_percent);
    if (!event || !window || made_best.worth == nullptr) return std::nullopt;
    made_best.comes = std::move(*event);
    made_best.within = std::move(*window);
    made.best = std::move(made_best);
    return ast::StepKind(std::move(made));
}

std::optional<ast::StepKind> Builder::wait_at_most(const Node& map, const Pair& verb) {
    check_keys(map, Where::wait_at_most);
    ast::WaitAtMost made;
    auto at_most = duration(verb.value, "`wait at most`");
    if (!at_most) return std::nullopt;
    made.at_most = std::move(*at_most);
    if (const Node* on = get(map, "on")) {
        for (const Node* item : items_of(*on)) {
            if (!want_map(*item, "an arm of a wait") || item->pairs.empty()) continue;
            check_keys(*item, Where::wait_arm);
            ast::WaitArm arm;
            arm.span = item->span;
            arm.keyword = item->pairs.front().key.span;
            if (const Node* event = get(*item, "event")) {
                auto selection = read(*event, "an event", &syntax::parse_event_sel);
                ast::Steps inner = steps_at(*item, "do");
                if (!selection) continue;
                arm.what = ast::OnArm{std::move(*selection), std::move(inner)};
            } else if (const Node* when = get(*item, "when")) {
                ast::ExprPtr expr = condition(*when);
                ast::Steps inner = steps_at(*item, "do");
                if (expr == nullptr) continue;
                arm.what = ast::WhenArm{std::move(expr), std::move(inner)};
            } else {
                need(*item, "event", "An arm of a wait");
                continue;
            }
            made.arms.push_back(std::move(arm));
        }
    }
    if (const Pair* timeout = pair_of(map, "timeout")) {
        ast::WaitArm arm;
        arm.span = source::join(timeout->key.span, timeout->value.span);
        arm.keyword = timeout->key.span;
        arm.what = ast::TimeoutArm{steps(timeout->value)};
        made.arms.push_back(std::move(arm));
    }
    return ast::StepKind(std::move(made));
}

std::optional<ast::StepKind> Builder::branch(const Node& map, const Pair& verb) {
    check_keys(map, Where::branch);
    ast::If made;
    ast::Branch first;
    first.span = verb.key.span;
    first.condition = condition(verb.value);
    if (const Node* then = need(map, "then", "An `if`")) first.steps = steps(*then);
    const bool good = first.condition != nullptr;
    made.branches.push_back(std::move(first));
    if (const Node* others = get(map, "else if")) {
        for (const Node* item : items_of(*others)) {
            if (!want_map(*item, "an `else if`")) continue;
            check_keys(*item, Where::else_if);
            const Node* when = need(*item, "if", "An `else if`");
            ast::Branch other;
            other.span = item->pairs.front().key.span;
            if (when != nullptr) other.condition = condition(*when);
            other.steps = steps_at(*item, "then");
            if (other.condition != nullptr) made.branches.push_back(std::move(other));
        }
    }
    if (const Pair* otherwise = pair_of(map, "else")) {
        made.otherwise = ast::Otherwise{steps(otherwise->value), otherwise->key.span};
    }
    if (!good) return std::nullopt;
    return ast::StepKind(std::move(made));
}

std::optional<ast::StepKind> Builder::choose(const Node& map, const Pair& verb) {
    check_keys(map, Where::choose);
    ast::Choose made;
    if (!want_list(verb.value, "`choose`")) return std::nullopt;
    for (const Node& item : verb.value.items) {
        if (!want_map(item, "a choice") || item.pairs.empty()) continue;
        check_keys(item, Where::choice);
        ast::Choice choice;
        choice.span = item.pairs.front().key.span;
        if (const Pair* otherwise = pair_of(item, "otherwise")) {
            choice.what = ast::Otherwise{steps(otherwise->value), otherwise->key.span};
        } else {
            const Node* when = need(item, "when", "A choice");
            ast::Branch one;
            one.span = choice.span;
            if (when != nullptr) one.condition = condition(*when);
            one.steps = steps_at(item, "do");
            if (one.condition == nullptr) continue;
            choice.what = std::move(one);
        }
        made.choices.push_back(std::move(choice));
    }
    return ast::StepKind(std::move(made));
}

std::vector<ast::ArmLine> Builder::arms(const Node& map) {
    std::vector<ast::ArmLine> lines;
    const Node* list = need(map, "arms", "An experiment");
    if (list == nullptr || !want_list(*list, "`arms`")) return lines;
    for (const Node& item : list->items) {
        if (!want_map(item, "an arm") || item.pairs.empty()) continue;
        const Pair& first = item.pairs.front();
        auto share = read(first.value, "an arm's share", &syntax::parse_percent);
        if (first.key.text == "holdout") {
            if (share) lines.push_back({item.span, ast::Holdout{*share}});
            continue;
        }
        for (const Pair& pair : item.pairs) {
            if (&pair == &first || pair.key.text == "do") continue;
            report(Diagnostic::error(
                "J0804", "UNKNOWN KEY", pair.key.span,
                "An arm has no `" + pair.key.text + "`; it is `name: 50%` and `do:`."));
        }
        auto arm_name = key_name(first.key);
        ast::Steps inner = steps_at(item, "do");
        if (!share || !arm_name) continue;
        lines.push_back({item.span, ast::Arm{std::move(*arm_name), *share, std::move(inner)}});
    }
    return lines;
}

std::optional<ast::ArmLine> Builder::winner(const Pair& pair) {
    if (!want_map(pair.value, "`winner`")) return std::nullopt;
    const Node& map = pair.value;
    check_keys(map, Where::winner);
    const Node* by = need(map, "by", "A `winner`");
    const Node* after = need(map, "after", "A `winner`");
    if (by == nullptr || after == nullptr) return std::nullopt;
    auto measure = read(*by, "`by`", &syntax::parse_winner_by);
    auto when = duration(*after, "`after`");
    if (!measure || !when) return std::nullopt;
    ast::Winner made;
    made.metric = std::move(measure->first);
    made.per = std::move(measure->second);
    made.after = std::move(*when);
    if (const Node* needs = get(map, "needs"))
        made.needs = read(*needs, "`needs`", &syntax::parse_winner_needs);
    if (const Node* confidence = get(map, "confidence"))
        made.confidence = read(*confidence, "`confidence`", &syntax::parse_percent);
    if (const Node* otherwise = get(map, "otherwise")) made.otherwise = name(*otherwise, "an arm");
    return ast::ArmLine{source::join(pair.key.span, map.span), std::move(made)};
}

std::optional<ast::StepKind> Builder::pick(const Node& map, const Pair& verb, bool split) {
    check_keys(map, split ? Where::split : Where::experiment);
    auto experiment = name(verb.value, "a name");
    std::vector<ast::ArmLine> lines;
    for (const char* key : {"holdout", "sample"}) {
        const Pair* pair = split ? nullptr : pair_of(map, key);
        if (pair == nullptr) continue;
        const auto share = read(pair->value, tick(key), &syntax::parse_percent);
        if (!share) continue;
        const Span span = source::join(pair->key.span, pair->value.span);
        if (pair->key.text == "holdout") {
            lines.push_back({span, ast::Holdout{*share}});
        } else {
            lines.push_back({span, ast::Sample{*share}});
        }
    }
    for (ast::ArmLine& line : arms(map))
        lines.push_back(std::move(line));
    if (const Pair* pair = split ? nullptr : pair_of(map, "winner")) {
        if (auto line = winner(*pair)) lines.push_back(std::move(*line));
    }
    if (!experiment) return std::nullopt;
    if (split) return ast::StepKind(ast::Split{std::move(*experiment), std::move(lines)});
    return ast::StepKind(ast::Experiment{std::move(*experiment), std::move(lines)});
}

/// `set: user.tier` with `to: "pro"` below it.
std::optional<ast::StepKind> Builder::set(const Node& map, const Pair& verb) {
    check_keys(map, Where::set);
    auto target = read(verb.value, "`set`", &syntax::parse_path);
    const Node* to = need(map, "to", "A `set`");
    ast::ExprPtr expr = to == nullptr ? nullptr : value(*to);
    if (!target || expr == nullptr) return std::nullopt;
    return ast::StepKind(ast::Set{std::move(*target), std::move(expr)});
}

std::optional<ast::StepKind> Builder::tag(const Node& map, const Pair& verb, bool add) {
    check_keys(map, add ? Where::add_tag : Where::remove_tag);
    ast::Tag made;
    made.add = add;
    for (const Node* item : items_of(verb.value)) {
        if (auto one = text(*item, "a tag")) made.tags.push_back(std::move(*one));
    }
    if (made.tags.empty()) {
        want_scalar(verb.value, "a tag");
        return std::nullopt;
    }
    return ast::StepKind(std::move(made));
}

}  // namespace journey::yaml
