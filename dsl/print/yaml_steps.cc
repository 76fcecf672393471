// Steps as a page of YAML.

#include "dsl/print/yaml_text.h"
#include "engine/base/base.h"

#include <algorithm>

namespace journey::print {

namespace {

void put(Page& map, std::string_view key, Page value) {
    Entry made;
    made.key = key;
    made.value = std::move(value);
    map.entries.push_back(std::move(made));
}

Page empty_map() {
    Page page;
    page.kind = Page::Kind::map;
    return page;
}

/// Where the verb's own words end: what the author said behind them belongs to the step.
std::uint32_t head_end(const ast::Step& step) {
    return std::visit(
        Match{[&](const ast::WaitAtMost& one) { return one.at_most.span.end; },
              [&](const ast::If& one) { return one.branches.front().condition->span.end; },
              [&](const ast::Choose&) { return step.keyword.end; },
              [&](const ast::Split&) { return step.keyword.end; },
              [&](const ast::Experiment&) { return step.keyword.end; },
              [&](const ast::SendOneOf& one) { return std::max(one.head.end, step.keyword.end); },
              [&](const ast::Repeat& one) {
                  const std::uint32_t end = one.at_most->span.end;
                  return one.until == nullptr ? end : std::max(end, one.until->span.end);
              },
              [&](const ast::CallWebhook& one) {
                  if (!one.otherwise) return step.span.end;
                  std::uint32_t end = one.webhook.span.end;
                  if (one.with) end = std::max(end, one.with->span.end);
                  return one.as ? std::max(end, one.as->span.end) : end;
              },
              [&](const auto&) { return step.span.end; }},
        step.what);
}

}  // namespace

Page YamlText::steps(const ast::Steps& steps, std::uint32_t limit) {
    Page page;
    if (steps.empty()) return page;
    page.kind = Page::Kind::list;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        page.entries.push_back(
            step(steps[i], i + 1 < steps.size() ? steps[i + 1].span.begin : limit));
        if (i == 0) page.entries.back().gap = false;
    }
    page.last = margin_.below(limit, margin_.indent_of(steps.front().span.begin));
    return page;
}

Entry YamlText::step(const ast::Step& step, std::uint32_t limit) {
    Entry made = noted("", {step.span.file, step.span.begin, step.span.end}, head_end(step));
    Page map = empty_map();
    body(map, step, limit);
    if (step.label && !map.entries.empty()) {
        Entry id = entry("id", phrase(step.label->text));
        const bool named = std::holds_alternative<ast::Let>(step.what) ||
                           std::holds_alternative<ast::Set>(step.what);
        map.entries.insert(map.entries.begin() + (named ? 2 : 1), std::move(id));
    }
    finish_item(made, std::move(map));
    return made;
}

void YamlText::send(Page& map, const ast::Send& send) const {
    put(map, "send", phrase(send.channel.text + " " + send.template_name.text));
    if (send.with) put(map, "with", data(send.with->pairs, send.with->pairs.size() < 2));
    std::vector<std::string> waived;
    for (const ast::SendOption& option : send.options) {
        const std::string_view key =
            std::visit(Match{[](const ast::ValidFor&) { return "valid"; },
                             [](const ast::ValidUntil&) { return "valid"; },
                             [](const ast::RetryFor&) { return "retry"; },
                             [](const ast::SendTo&) { return "to"; },
                             [](const ast::AtBestHour&) { return "at"; },
                             [](const ast::Without&) { return "without"; }},
                       option.what);
        if (key == "without") {
            waived.push_back(words_.valid(option));
        } else {
            put(map, key, phrase(words_.valid(option)));
        }
    }
    if (waived.size() == 1) put(map, "without", phrase(waived.front()));
    if (waived.size() > 1) put(map, "without", list_of(waived));
}

void YamlText::wait_at_most(Page& map, const ast::WaitAtMost& wait, std::uint32_t limit) {
    put(map, "wait at most", phrase(words_.duration(wait.at_most)));
    Entry timeout;
    for (std::size_t i = 0; i < wait.arms.size(); ++i) {
        const ast::WaitArm& arm = wait.arms[i];
        const std::uint32_t next = i + 1 < wait.arms.size() ? wait.arms[i + 1].span.begin : limit;
        const std::uint32_t begin = std::min(arm.span.begin, arm.keyword.begin);
        const auto put_arm = [&](std::string_view key, const std::string& words, std::uint32_t end,
                                 const ast::Steps& inner) {
            Entry line = noted("", {arm.span.file, begin, end});
            line.gap = false;
            Page page = empty_map();
            put(page, key, phrase(words));
            if (!inner.empty()) put(page, "do", steps(inner, next));
            finish_item(line, std::move(page));
            child(map, "on", Page::Kind::list).entries.push_back(std::move(line));
        };
        std::visit(Match{[&](const ast::OnArm& on) {
                             put_arm("event", words_.event(on.event), on.event.span.end, on.steps);
                         },
                         [&](const ast::WhenArm& when) {
                             put_arm("when", words_.expr(*when.condition), when.condition->span.end,
                                     when.steps);
                         },
                         [&](const ast::TimeoutArm& one) {
                             timeout = noted("timeout", {arm.span.file, begin, arm.keyword.end});
                             timeout.gap = false;
                             timeout.value = steps(one.steps, next);
                         }},
                   arm.what);
    }
    if (!timeout.key.empty()) map.entries.push_back(std::move(timeout));
}

void YamlText::branch(Page& map, const ast::If& branch, std::uint32_t limit) {
    Page others;
    others.kind = Page::Kind::list;
    for (std::size_t i = 0; i < branch.branches.size(); ++i) {
        const ast::Branch& one = branch.branches[i];
        std::uint32_t next = limit;
        if (i + 1 < branch.branches.size()) {
            next = branch.branches[i + 1].span.begin;
        } else if (branch.otherwise) {
            next = branch.otherwise->span.begin;
        }
        if (i == 0) {
            put(map, "if", phrase(words_.expr(*one.condition)));
            put(map, "then", steps(one.steps, next));
            continue;
        }
        Entry item = noted("", {one.span.file, one.span.begin, one.condition->span.end});
        item.gap = false;
        Page page = empty_map();
        put(page, "if", phrase(words_.expr(*one.condition)));
        put(page, "then", steps(one.steps, next));
        finish_item(item, std::move(page));
        others.entries.push_back(std::move(item));
    }
    if (!others.entries.empty()) put(map, "else if", std::move(others));
    if (branch.otherwise) put(map, "else", steps(branch.otherwise->steps, limit));
}

void YamlText::choose(Page& map, const ast::Choose& choose, std::uint32_t limit) {
    Page list;
    list.kind = Page::Kind::list;
    for (std::size_t i = 0; i < choose.choices.size(); ++i) {
        const ast::Choice& choice = choose.choices[i];
        const std::uint32_t next =
            i + 1 < choose.choices.size() ? choose.choices[i + 1].span.begin : limit;
        std::visit(Match{[&](const ast::Branch& when) {
                             Entry item = noted("", {choice.span.file, choice.span.begin,
                                                     when.condition->span.end});
                             item.gap = false;
                             Page page = empty_map();
                             put(page, "when", phrase(words_.expr(*when.condition)));
                             put(page, "do", steps(when.steps, next));
                             finish_item(item, std::move(page));
                             list.entries.push_back(std::move(item));
                         },
                         [&](const ast::Otherwise& otherwise) {
                             Entry item = noted(
                                 "", {choice.span.file, choice.span.begin, choice.span.begin});
                             item.gap = false;
                             Page page = empty_map();
                             put(page, "otherwise", steps(otherwise.steps, next));
                             finish_item(item, std::move(page));
                             list.entries.push_back(std::move(item));
                         }},
                   choice.what);
    }
    put(map, "choose", std::move(list));
}

Page YamlText::winner(const ast::Winner& winner) const {
    Page map = empty_map();
    put(map, "by", phrase(winner.metric.text + " per " + winner.per.text));
    put(map, "after", phrase(words_.duration(winner.after)));
    if (winner.needs) put(map, "needs", phrase(words_.integer(*winner.needs) + " per arm"));
    if (winner.confidence) put(map, "confidence", phrase(words_.percent(*winner.confidence)));
    if (winner.otherwise) put(map, "otherwise", phrase(winner.otherwise->text));
    return map;
}

void YamlText::arms(Page& map, const std::vector<ast::ArmLine>& lines, bool split,
                    std::uint32_t limit) {
    Page list;
    list.kind = Page::Kind::list;
    Entry decided;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const ast::ArmLine& arm = lines[i];
        const std::uint32_t next = i + 1 < lines.size() ? lines[i + 1].span.begin : limit;
        const auto share_line = [&](std::string_view key, const ast::Percent& share) {
            Entry line = noted(key, arm.span);
            line.gap = false;
            line.value = phrase(words_.percent(share));
            map.entries.push_back(std::move(line));
        };
        const auto arm_line = [&](const std::string& name, const ast::Percent& share,
                                  const ast::Steps* inner, std::uint32_t end) {
            Entry item = noted("", {arm.span.file, arm.span.begin, end});
            item.gap = false;
            Page page = empty_map();
            put(page, yaml::packed(name), phrase(words_.percent(share)));
            if (inner != nullptr && !inner->empty()) put(page, "do", steps(*inner, next));
            finish_item(item, std::move(page));
            list.entries.push_back(std::move(item));
        };
        std::visit(Match{[&](const ast::Holdout& one) {
                             if (split) {
                                 arm_line("holdout", one.share, nullptr, arm.span.end);
                             } else {
                                 share_line("holdout", one.share);
                             }
                         },
                         [&](const ast::Sample& one) { share_line("sample", one.share); },
                         [&](const ast::Arm& one) {
                             arm_line(one.name.text, one.share, &one.steps,
                                      std::max(one.share.span.end, one.name.span.end));
                         },
                         [&](const ast::Winner& one) {
                             decided = noted("winner", arm.span);
                             decided.gap = false;
                             decided.value = winner(one);
                         }},
                   arm.what);
    }
    put(map, "arms", std::move(list));
    if (!decided.key.empty()) map.entries.push_back(std::move(decided));
}

void YamlText::body(Page& map, const ast::Step& step, std::uint32_t limit) {
    const auto with = [&](const std::optional<ast::MapLiteral>& values) {
        if (values) put(map, "with", data(values->pairs, values->pairs.size() < 2));
    };
    std::visit(
        Match{
            [&](const ast::Send& one) { send(map, one); },
            [&](const ast::SendOneOf& one) {
                put(map, one.best ? "send best of" : "send first of", steps(one.sends, limit));
                if (!one.best) return;
                put(map, "for", phrase(words_.event(one.best->comes)));
                put(map, "within", phrase(words_.duration(one.best->within)));
                put(map, "worth", scalar(words_.sum(*one.best->worth)));
                if (one.best->explore)
                    put(map, "explore", phrase(words_.percent(*one.best->explore)));
            },
            [&](const ast::Delay& one) { put(map, "wait", phrase(words_.sum(*one.duration))); },
            [&](const ast::WaitUntil& one) {
                put(map, "wait until", phrase(words_.until(one.until)));
            },
            [&](const ast::WaitAtMost& one) { wait_at_most(map, one, limit); },
            [&](const ast::If& one) { branch(map, one, limit); },
            [&](const ast::Choose& one) { choose(map, one, limit); },
            [&](const ast::Split& one) {
                put(map, "split", phrase(one.name.text));
                arms(map, one.lines, true, limit);
            },
            [&](const ast::Experiment& one) {
                put(map, "experiment", phrase(one.name.text));
                arms(map, one.lines, false, limit);
            },
            [&](const ast::Let& one) {
                put(map, "let", phrase(one.name.text));
                put(map, "is", phrase(words_.expr(*one.is)));
            },
            [&](const ast::Set& one) {
                put(map, "set", phrase(one.target.dotted()));
                put(map, "to", value(*one.to));
            },
            [&](const ast::Tag& one) {
                Page tags;
                tags.kind = Page::Kind::list;
                tags.flow = true;
                for (const ast::Text& tag : one.tags)
                    tags.entries.push_back(entry("", scalar(yaml::packed(tag.value, true))));
                const bool single = one.tags.size() == 1;
                put(map, one.add ? "add tag" : "remove tag",
                    single ? phrase(one.tags.front().value) : std::move(tags));
            },
            [&](const ast::Stop& one) { put(map, "stop", one.as ? phrase(one.as->text) : Page()); },
            [&](const ast::Note& one) { put(map, "note", phrase(one.text.value)); },
            [&](const ast::CallWebhook& one) {
                put(map, "call", phrase(one.webhook.text));
                with(one.with);
                if (one.as) put(map, "as", phrase(one.as->text));
                if (one.otherwise) put(map, "else", steps(one.otherwise->steps, limit));
            },
            [&](const ast::Emit& one) {
                put(map, "emit", phrase(one.event.dotted()));
                with(one.with);
            },
            [&](const ast::Run& one) {
                put(map, "run", phrase(one.journey.text));
                with(one.with);
            },
            [&](const ast::Include& one) {
                put(map, "include", phrase(one.snippet.text));
                if (!one.args.empty()) put(map, "with", data(one.args, one.args.size() < 2));
            },
            [&](const ast::Repeat& one) {
                put(map, "repeat", phrase("at most " + words_.sum(*one.at_most) + " times"));
                if (one.until != nullptr) put(map, "until", phrase(words_.expr(*one.until)));
                put(map, "do", steps(one.steps, limit));
            }},
        step.what);
}

}  // namespace journey::print
