#include "dsl/print/yaml_text.h"

#include "dsl/print/print.h"
#include "engine/base/base.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace journey::print {

Page YamlText::list_of(const std::vector<std::string>& words) {
    Page page;
    page.kind = Page::Kind::list;
    page.flow = true;
    for (const std::string& one : words) {
        Page item;
        item.kind = Page::Kind::scalar;
        item.text = one;
        page.entries.push_back({{}, {}, false, {}, std::move(item)});
    }
    return page;
}

Page YamlText::names_of(const std::vector<ast::Name>& names) {
    std::vector<std::string> words;
    for (const ast::Name& name : names)
        words.push_back(yaml::packed(name.text, true));
    return list_of(words);
}

Page YamlText::scalar(std::string text) {
    Page page;
    page.kind = Page::Kind::scalar;
    page.text = std::move(text);
    return page;
}

Page YamlText::phrases(const std::vector<std::string>& all) {
    Page page;
    page.kind = Page::Kind::list;
    for (const std::string& words : all)
        page.entries.push_back(entry("", phrase(words)));
    return page;
}

Page YamlText::value(const ast::Expr& expr) const {
    if (const auto* literal = std::get_if<ast::Literal>(&expr.what)) {
        if (const auto* text = std::get_if<std::string>(&literal->value.held))
            return scalar(yaml::quoted(*text));
    }
    if (const auto* map = std::get_if<ast::MapLiteral>(&expr.what)) return data(map->pairs, true);
    if (const auto* list = std::get_if<ast::ListLiteral>(&expr.what)) {
        Page page;
        page.kind = Page::Kind::list;
        page.flow = true;
        for (const ast::ExprPtr& item : list->items)
            page.entries.push_back(entry("", value(*item)));
        return page;
    }
    const std::string words = words_.expr(expr);
    return scalar(yaml::stays_plain(words, false) ? words : "|-\n" + words);
}

Page YamlText::data(const std::vector<ast::Pair>& pairs, bool flow) const {
    Page page;
    page.kind = Page::Kind::map;
    page.flow = flow;
    for (const ast::Pair& pair : pairs)
        page.entries.push_back(entry(yaml::packed(pair.key.text, true), value(*pair.value)));
    return page;
}

Entry YamlText::entry(std::string_view key, Page value) {
    Entry made;
    made.key = key;
    made.value = std::move(value);
    return made;
}

Entry YamlText::noted(std::string_view key, const ast::Span& span, std::uint32_t beside) {
    ast::Margin::Above above = margin_.above(span.begin, beside);
    Entry made;
    made.key = key;
    made.after = margin_.beside(beside);
    if (made.after.empty()) std::swap(made.after, above.beside);
    if (!above.beside.empty()) above.lines.push_back(above.beside);
    made.gap = above.gap;
    made.before = std::move(above.lines);
    return made;
}

void YamlText::finish_item(Entry& item, Page map) {
    if (!map.entries.empty()) std::swap(map.entries.front().after, item.after);
    item.value = std::move(map);
}

void YamlText::put_line(Page& map, Entry& line, std::string_view key, Page value) {
    line.key = key;
    line.value = std::move(value);
    if (map.entries.empty()) line.gap = false;
    map.entries.push_back(std::move(line));
}

Page& YamlText::child(Page& map, std::string_view key, Page::Kind kind) {
    for (Entry& one : map.entries) {
        if (one.key == key) return one.value;
    }
    Entry made;
    made.key = key;
    made.value.kind = kind;
    map.entries.push_back(std::move(made));
    return map.entries.back().value;
}

Page& YamlText::group(std::string_view key, Page::Kind kind) {
    const std::size_t before = root_.entries.size();
    Page& page = child(root_, key, kind);
    if (root_.entries.size() > before) root_.entries.back().gap = before > 0;
    return page;
}

Page YamlText::enter(const ast::Enter& enter) const {
    Page map;
    map.kind = Page::Kind::map;
    const auto put = [&](std::string_view key, Page value) {
        map.entries.push_back(entry(key, std::move(value)));
    };
    const auto clock = [&](const ast::ClockTime& at, const ast::Zone& zone) {
        put("at", phrase(Words::time(at) + " " + Words::zone(zone)));
    };
    std::visit(
        Match{[&](const ast::EventTrigger& one) {
                  put("when", phrase(words_.event(one.event)));
                  if (one.lasts) put("lasts", phrase(words_.duration(*one.lasts)));
                  std::vector<std::string> unless;
                  for (const ast::EventSel& event : one.unless)
                      unless.push_back(words_.event(event));
                  if (!unless.empty()) put("unless", phrases(unless));
              },
              [&](const ast::ReachTrigger& one) { put("when", phrase(words_.reach(one))); },
              [&](const ast::SegmentChange& one) { put("when", phrase(words_.change(one))); },
              [&](const ast::Schedule& one) {
                  std::visit(Match{[&](const ast::Every& every) {
                                       put("every", phrase(words_.days(every)));
                                       clock(every.at, every.zone);
                                   },
                                   [&](const ast::Yearly& yearly) {
                                       put("yearly on", phrase(yearly.on.dotted()));
                                       clock(yearly.at, yearly.zone);
                                       if (yearly.leap)
                                           put("feb 29", phrase(Words::leap(*yearly.leap)));
                                   },
                                   [&](const ast::Once& once) {
                                       put("once at", phrase(Words::moment(once.at)));
                                   }},
                             one.what);
                  put("for", phrase(one.audience.text));
              }},
        enter.trigger);
    return map;
}

void YamlText::head(Page& map, const ast::Head& head, std::uint32_t limit) {
    const ast::Span span{head.span.file, std::min(head.keyword.begin, head.span.begin),
                         head.span.end};
    if (const auto* from = std::get_if<ast::FromVersion>(&head.what)) {
        Entry made = noted("from version " + words_.integer(from->version),
                           {span.file, span.begin, from->version.span.end});
        made.value.kind = Page::Kind::map;
        std::uint32_t first = span.begin;
        for (const auto& row : from->rows) {
            std::visit(Match{[&](const ast::MoveRow& one) {
                                 Entry line = noted("", one.span);
                                 put_line(made.value, line, yaml::packed(one.from.text),
                                          phrase("moves to " + one.to.text));
                                 first = std::max(first, one.span.begin);
                             },
                             [&](const ast::OthersRow& one) {
                                 static constexpr std::array<std::string_view, 3> kRules = {
                                     "stay", "stop", "restart"};
                                 Entry line = noted("", one.span);
                                 put_line(made.value, line, "others",
                                          phrase(kRules.at(static_cast<std::size_t>(one.rule))));
                                 first = std::max(first, one.span.begin);
                             }},
                       row);
        }
        made.value.last = margin_.below(limit, margin_.indent_of(first));
        // A step may be called `others`; in a list two lines may begin alike.
        const auto called_others = [](const auto& row) {
            const auto* move = std::get_if<ast::MoveRow>(&row);
            return move != nullptr && move->from.text == "others";
        };
        if (std::any_of(from->rows.begin(), from->rows.end(), called_others)) {
            made.value.kind = Page::Kind::list;
            for (Entry& row : made.value.entries) {
                Page single;
                single.kind = Page::Kind::map;
                single.entries.push_back(entry(row.key, std::move(row.value)));
                row.key.clear();
                finish_item(row, std::move(single));
            }
        }
        map.entries.push_back(std::move(made));
        return;
    }
    Entry line = noted("", span);
    const auto put = [&](std::string_view key, Page value) {
        line.key = key;
        line.value = std::move(value);
        map.entries.push_back(std::move(line));
    };
    const auto put_item = [&](std::string_view key, Page item) {
        const std::size_t before = map.entries.size();
        Page& list = child(map, key, Page::Kind::list);
        if (map.entries.size() > before) map.entries.back().gap = line.gap;
        line.gap = false;
        finish_item(line, std::move(item));
        list.entries.push_back(std::move(line));
    };
    std::visit(
        Match{[&](const ast::Version& one) { put("version", scalar(words_.integer(one.number))); },
              [&](const ast::About& one) { put("about", phrase(one.text.value)); },
              [&](const ast::Owner& one) { put("owner", phrase(one.text.value)); },
              [&](const ast::Enter& one) { put_item("enter", enter(one)); },
              [&](const ast::OnlyIf& one) { put("only if", phrase(words_.expr(*one.condition))); },
              [&](const ast::Reenter& one) { put("reenter", phrase(words_.reenter(one))); },
              [&](const ast::WhileRunning& one) {
                  put("while running", phrase(Words::overlap(one)));
              },
              [&](const ast::Goal& one) {
                  Page goal;
                  goal.kind = Page::Kind::map;
                  goal.entries.push_back(entry("when", phrase(words_.event(one.event))));
                  if (one.within)
                      goal.entries.push_back(entry("within", phrase(words_.duration(*one.within))));
                  if (one.then_exit) goal.entries.push_back(entry("then", phrase("exit")));
                  const std::size_t before = map.entries.size();
                  Page& goals = child(map, "goals", Page::Kind::map);
                  if (map.entries.size() > before) map.entries.back().gap = line.gap;
                  line.gap = false;
                  line.key = yaml::packed(one.name.text);
                  line.value = std::move(goal);
                  goals.entries.push_back(std::move(line));
              },
              [&](const ast::Exit& one) {
                  Page rule;
                  rule.kind = Page::Kind::map;
                  std::visit(
                      Match{[&](const ast::EventSel& event) {
                                rule.entries.push_back(entry("when", phrase(words_.event(event))));
                            },
                            [&](const ast::ExprPtr& expr) {
                                rule.entries.push_back(entry("if", phrase(words_.expr(*expr))));
                            },
                            [&](const ast::SegmentChange& change) {
                                rule.entries.push_back(
                                    entry("when", phrase(words_.change(change))));
                            }},
                      one.on);
                  put_item("exit", std::move(rule));
              },
              [&](const ast::UseFrequency& one) { put("frequency", phrase(one.policy.text)); },
              [&](const ast::UseQuiet& one) { put("quiet", phrase(one.policy.text)); },
              [&](const ast::ExpiresAfter& one) {
                  put("expires after", phrase(words_.duration(one.lifetime)));
              },
              [&](const ast::Priority& one) { put("priority", scalar(words_.integer(one.value))); },
              [&](const ast::JourneyRate& one) { put("rate", phrase(words_.rate(one.rate))); },
              [&](const ast::Key& one) { put("key", phrase(words_.expr(*one.expr))); },
              [&](const ast::TimeZoneIs& one) { put("time zone", value(*one.expr)); },
              [](const ast::FromVersion&) {}, [](const ast::Unread&) {}},
        head.what);
}

void YamlText::journey(const ast::Item& item, const ast::JourneyDecl& journey,
                       std::uint32_t limit) {
    Entry made = noted("journey", {item.span.file, std::min(item.keyword.begin, item.span.begin),
                                   journey.name.span.end});
    made.value = phrase(journey.name.text);
    Page page;
    page.kind = Page::Kind::map;
    page.entries.push_back(std::move(made));
    if (journey.title) page.entries.push_back(entry("title", phrase(journey.title->value)));
    if (journey.message_class)
        page.entries.push_back(entry("class", phrase(Words::class_name(*journey.message_class))));
    const std::uint32_t until = journey.do_keyword ? journey.do_keyword->begin : limit;
    for (std::size_t i = 0; i < journey.heads.size(); ++i) {
        const bool last = i + 1 == journey.heads.size();
        head(page, journey.heads[i], last ? until : journey.heads[i + 1].keyword.begin);
    }
    // One way in needs no list.
    for (Entry& one : page.entries) {
        if (one.key != "enter" || one.value.entries.size() != 1) continue;
        Entry only = std::move(one.value.entries.front());
        one.before = std::move(only.before);
        one.value = std::move(only.value);
    }
    if (journey.do_keyword) {
        Entry block = noted("do", *journey.do_keyword);
        block.value = steps(journey.steps, limit);
        page.entries.push_back(std::move(block));
    }
    if (only_journey_ != nullptr) {
        for (Entry& one : page.entries)
            root_.entries.push_back(std::move(one));
        return;
    }
    Entry one;
    one.before = std::move(page.entries.front().before);
    page.entries.front().before.clear();
    Page& list = group("journeys", Page::Kind::list);
    one.gap = !list.entries.empty();
    one.value = std::move(page);
    list.entries.push_back(std::move(one));
}

Page YamlText::given(const ast::GivenLine& line) const {
    Page map;
    map.kind = Page::Kind::map;
    const auto put = [&](std::string_view key, Page value) {
        map.entries.push_back(entry(key, std::move(value)));
    };
    std::visit(Match{[&](const ast::GivenUser& one) { put("user", data(one.data.pairs, true)); },
                     [&](const ast::GivenConsent& one) { put("consent", names_of(one.groups)); },
                     [&](const ast::GivenTag& one) {
                         std::vector<std::string> tags;
                         for (const ast::Text& tag : one.tags)
                             tags.push_back(yaml::packed(tag.value, true));
                         put("tag", list_of(tags));
                     },
                     [&](const ast::GivenHistory& one) {
                         put("history", phrase(one.event.dotted()));
                         if (one.data) put("with", data(one.data->pairs, true));
                         put("at", phrase("-" + words_.duration(one.before_start)));
                     },
                     [&](const ast::GivenPick& one) {
                         put(words_.pick_word(one.experiment), phrase(one.experiment.text));
                         put("picks", phrase(one.arm.text));
                     },
                     [&](const ast::GivenHeldOut&) { put("user in", phrase("holdout")); },
                     [&](const ast::GivenPut& one) {
                         put(words_.pick_word(one.experiment), phrase(one.experiment.text));
                         put("puts user in", phrase(one.place.text));
                     },
                     [&](const ast::GivenFetch& one) {
                         put("fetch", phrase(one.fetch.text));
                         if (one.gives) {
                             put("gives", data(one.gives->pairs, true));
                         } else {
                             put("fails", Page());
                         }
                     },
                     [&](const ast::GivenWebhook& one) {
                         put("webhook", phrase(one.webhook.text));
                         if (one.gives) {
                             put("gives", data(one.gives->pairs, true));
                         } else {
                             put("fails", Page());
                         }
                     }},
               line.what);
    return map;
}

void YamlText::happen(Page& map, const ast::Happen& happen) const {
    std::visit(Match{[&](const ast::HappenEvent& one) {
                         map.entries.push_back(entry(
                             "event", phrase(one.event.dotted() +
                                             (one.of_label ? " of " + one.of_label->text : ""))));
                         if (one.data)
                             map.entries.push_back(entry("with", data(one.data->pairs, true)));
                     },
                     [&](const ast::HappenSet& one) {
                         map.entries.push_back(entry("set", phrase(one.target.dotted())));
                         map.entries.push_back(entry("to", value(*one.to)));
                     }},
               happen.what);
}

void YamlText::test(const ast::Item& item, const ast::TestDecl& test, std::uint32_t limit) {
    Entry made = noted("", {item.span.file, item.span.begin, test.title.span.end});
    Page page;
    page.kind = Page::Kind::map;
    page.entries.push_back(entry("test", phrase(test.title.value)));
    const bool own =
        only_journey_ != nullptr && test.of && test.of->text == only_journey_->name.text;
    if (test.of && !own) page.entries.push_back(entry("of", phrase(test.of->text)));
    for (const ast::TestLine& one : test.lines) {
        Entry line = noted("", one.span);
        Page inner;
        inner.kind = Page::Kind::map;
        if (const auto* start = std::get_if<ast::StartLine>(&one.what)) {
            put_line(page, line, "start", phrase(Words::moment(start->at)));
            continue;
        }
        const bool is_given = std::holds_alternative<ast::GivenLine>(one.what);
        std::visit(
            Match{[](const ast::StartLine&) {},
                  [&](const ast::GivenLine& what) { inner = given(what); },
                  [&](const ast::AtHappen& what) {
                      inner.entries.push_back(entry("at", phrase(words_.moment(what.at))));
                      happen(inner, what.happen);
                  },
                  [&](const ast::AtExpect& what) {
                      inner.entries.push_back(entry("at", phrase(words_.moment(what.at))));
                      inner.entries.push_back(
                          entry("expect", phrase(words_.outcome(what.outcome, false))));
                      const std::optional<ast::MapLiteral>* with = nullptr;
                      if (const auto* sent = std::get_if<ast::ExpectSent>(&what.outcome.what))
                          with = &sent->with;
                      if (const auto* called = std::get_if<ast::ExpectCalled>(&what.outcome.what))
                          with = &called->with;
                      if (with != nullptr && *with)
                          inner.entries.push_back(entry("with", data((*with)->pairs, true)));
                  },
                  [&](const ast::EveryLine& what) {
                      inner.entries.push_back(entry("every", phrase(words_.duration(what.every))));
                      inner.entries.push_back(entry("until", phrase(words_.moment(what.until))));
                      happen(inner, what.happen);
                  }},
            one.what);
        Page& list = child(page, is_given ? "given" : "steps", Page::Kind::list);
        if (list.entries.empty()) line.gap = false;
        finish_item(line, std::move(inner));
        list.entries.push_back(std::move(line));
    }
    if (!test.lines.empty()) {
        std::vector<std::string> below =
            margin_.below(limit, margin_.indent_of(test.lines.front().span.begin));
        page.last = std::move(below);
    }
    Page& list = group("tests", Page::Kind::list);
    made.gap = !list.entries.empty();
    finish_item(made, std::move(page));
    list.entries.push_back(std::move(made));
}

void YamlText::item(const ast::Item& item, std::uint32_t limit) {
    std::visit(Match{[&](const ast::Language& one) {
                         Entry line = noted("language", item.span);
                         line.value = scalar(words_.integer(one.edition));
                         root_.entries.push_back(std::move(line));
                     },
                     [&](const ast::Use& one) {
                         Entry line = noted("", item.span);
                         Page& list = child(root_, "use", Page::Kind::list);
                         list.flow = true;
                         const std::string as = one.as ? " as " + one.as->text : std::string();
                         line.value = scalar(yaml::packed(one.file.value + as, true));
                         line.gap = false;
                         list.entries.push_back(std::move(line));
                     },
                     [&](const ast::SegmentDecl& one) {
                         Entry line = noted(yaml::packed(one.name.text), item.span);
                         line.gap = false;
                         line.value.kind = Page::Kind::map;
                         if (one.title)
                             line.value.entries.push_back(entry("title", phrase(one.title->value)));
                         line.value.entries.push_back(entry("is", phrase(words_.expr(*one.is))));
                         group("segments", Page::Kind::map).entries.push_back(std::move(line));
                     },
                     [&](const ast::BandDecl& one) { band(item, one, limit); },
                     [&](const ast::SnippetDecl& one) { snippet(item, one, limit); },
                     [&](const ast::JourneyDecl& one) { journey(item, one, limit); },
                     [&](const ast::TestDecl& one) { test(item, one, limit); },
                     [&](const ast::ConsentDecl&) { policies(item, limit); },
                     [&](const ast::FrequencyDecl&) { policies(item, limit); },
                     [&](const ast::QuietDecl&) { policies(item, limit); },
                     [&](const auto&) { schema(item, limit); }},
               item.what);
}

Page YamlText::page() {
    root_.kind = Page::Kind::map;
    std::size_t journeys = 0;
    for (const ast::Item& one : file_.items) {
        const auto* journey = std::get_if<ast::JourneyDecl>(&one.what);
        if (journey == nullptr) continue;
        only_journey_ = ++journeys == 1 ? journey : nullptr;
    }
    const auto size = static_cast<std::uint32_t>(-1);
    for (std::size_t i = 0; i < file_.items.size(); ++i)
        item(file_.items[i], i + 1 < file_.items.size() ? file_.items[i + 1].span.begin : size);
    root_.last = margin_.below(size, 0);
    // YAML reads what exists before what is done with it, wherever it stands; so do people.
    const auto rank = [](const Entry& one) {
        if (one.key == "language" || one.key == "use") return 0;
        if (one.key == "tests") return 3;
        const bool head = yaml::find_key(yaml::table(yaml::Where::journey), one.key) != nullptr;
        return head || one.key == "journeys" ? 2 : 1;
    };
    std::stable_sort(root_.entries.begin(), root_.entries.end(),
                     [&](const Entry& a, const Entry& b) { return rank(a) < rank(b); });
    int above = 0;
    for (std::size_t i = 0; i < root_.entries.size(); ++i) {
        Entry& one = root_.entries[i];
        const int here = rank(one);
        if (here == 0) one.gap = false;
        if (here == 1 || here == 3) one.gap = i > 0;
        if (here == 2 && above < 2) one.gap = above == 1;
        above = here;
    }
    return std::move(root_);
}

std::string to_yaml(const ast::File& file, const source::SourceSet& sources) {
    return yaml::write(YamlText(file, sources).page());
}

}  // namespace journey::print
