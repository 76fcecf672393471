#include "dsl/print/yaml_text.h"

#include "dsl/print/print.h"

#include "engine/base/match.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace journey::print {

namespace {

std::string code_of(const Currency& code) {
    return {code.begin(), code.end()};
}

Page list_of(const std::vector<std::string>& words) {
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

Page names_of(const std::vector<ast::Name>& names) {
    std::vector<std::string> words;
    for (const ast::Name& name : names)
        words.push_back(yaml::packed(name.text, true));
    return list_of(words);
}

}  // namespace

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

template <typename Lines, typename Text>
void YamlText::declaration(std::string_view key, const std::string& name, const ast::Item& item,
                           std::vector<Entry> head, const Lines& lines, std::uint32_t limit,
                           Text put) {
    const ast::Span span{item.span.file, std::min(item.span.begin, item.keyword.begin),
                         item.keyword.end};
    Entry made = noted(yaml::packed(name), span);
    made.gap = false;
    made.value.kind = Page::Kind::map;
    made.value.entries = std::move(head);
    for (const auto& line : lines) {
        Entry noted_line = noted("", line.span);
        std::visit([&](const auto& what) { put(made.value, noted_line, what); }, line.what);
    }
    if (!lines.empty())
        made.value.last = margin_.below(limit, margin_.indent_of(lines.front().span.begin));
    if (made.value.entries.empty()) made.value.kind = Page::Kind::nothing;
    group(key, Page::Kind::map).entries.push_back(std::move(made));
}

namespace {

/// Into `map` under `key`, with the comments of the line.
void put_line(Page& map, Entry& line, std::string_view key, Page value) {
    line.key = key;
    line.value = std::move(value);
    if (map.entries.empty()) line.gap = false;
    map.entries.push_back(std::move(line));
}

}  // namespace

void YamlText::schema(const ast::Item& item, std::uint32_t limit) {
    const auto field = [&](Page& map, Entry& line, const ast::Field& one) {
        put_line(map, line, yaml::packed(one.name.text), phrase(words_.field(one)));
    };
    // `needs` and `gives`: lines of one property each, under one key.
    const auto inner_field = [&](Page& map, Entry& line, std::string_view key,
                                 const ast::Field& one) {
        field(child(map, key, Page::Kind::map), line, one);
    };
    const auto skip = [](Page&, Entry&, const ast::NotYet&) {};
    if (const auto* space = std::get_if<ast::Workspace>(&item.what)) {
        Entry made = noted("workspace", {item.span.file, item.span.begin, item.keyword.end});
        made.value.kind = Page::Kind::map;
        made.value.entries.push_back(entry("name", phrase(space->name.text)));
        for (const ast::WorkspaceLine& one : space->lines) {
            Entry line = noted("", one.span);
            std::visit(Match{[&](const ast::WorkspaceZone& what) {
                                 put_line(made.value, line, "time zone", phrase(what.zone.value));
                             },
                             [&](const ast::WorkspaceCurrency& what) {
                                 put_line(made.value, line, "currency",
                                          phrase(code_of(what.currency.code)));
                             },
                             [&](const ast::WorkspaceLocale& what) {
                                 put_line(made.value, line, "locale", phrase(what.locale.value));
                             },
                             [&](const ast::WeekStarts& what) {
                                 put_line(made.value, line, "week starts",
                                          phrase(Words::weekday(what.day)));
                             },
                             [](const ast::NotYet&) {}},
                       one.what);
        }
        made.gap = !root_.entries.empty();
        root_.entries.push_back(std::move(made));
    } else if (const auto* profile = std::get_if<ast::ProfileDecl>(&item.what)) {
        Entry made = noted("profile", {item.span.file, item.span.begin, item.keyword.end});
        made.value.kind = Page::Kind::map;
        for (const ast::FieldLine& one : profile->lines) {
            Entry line = noted("", one.span);
            if (const auto* what = std::get_if<ast::Field>(&one.what))
                field(made.value, line, *what);
        }
        made.gap = !root_.entries.empty();
        root_.entries.push_back(std::move(made));
    } else if (const auto* event = std::get_if<ast::EventDecl>(&item.what)) {
        declaration("events", event->name.dotted(), item, {}, event->lines, limit,
                    Match{field,
                          [&](Page& map, Entry& line, const ast::Dwell& what) {
                              put_line(map, line, "dwell", phrase(words_.dwell(what)));
                          },
                          skip});
    } else if (const auto* channel = std::get_if<ast::ChannelDecl>(&item.what)) {
        declaration(
            "channels", channel->name.text, item, {}, channel->lines, limit,
            Match{[](Page& map, Entry& line, const ast::ChannelAddress& one) {
                      put_line(map, line, "address", phrase(one.ref.dotted()));
                  },
                  [](Page& map, Entry& line, const ast::ChannelFrom& one) {
                      put_line(map, line, "from", phrase(one.text.value));
                  },
                  [](Page& map, Entry& line, const ast::ChannelSender& one) {
                      put_line(map, line, "sender", phrase(one.text.value));
                  },
                  [&](Page& map, Entry& line, const ast::ChannelRate& one) {
                      put_line(map, line, "rate",
                               phrase(words_.integer(one.count) + " per " + one.unit.text));
                  },
                  [&](Page& map, Entry& line, const ast::ChannelMaxLength& one) {
                      put_line(map, line, "max length", scalar(words_.integer(one.length)));
                  },
                  skip});
    } else if (const auto* hook = std::get_if<ast::WebhookDecl>(&item.what)) {
        declaration("webhooks", hook->name.text, item, {}, hook->lines, limit,
                    Match{[](Page& map, Entry& line, const ast::HookPost& one) {
                              put_line(map, line, "post", phrase(one.url.value));
                          },
                          [](Page& map, Entry& line, const ast::HookSends& one) {
                              put_line(map, line, "sends", names_of(one.names));
                          },
                          [&](Page& map, Entry& line, const ast::HookGives& one) {
                              inner_field(map, line, "gives", one.field);
                          },
                          [&](Page& map, Entry& line, const ast::HookTimeout& one) {
                              put_line(map, line, "timeout", phrase(words_.duration(one.timeout)));
                          },
                          [&](Page& map, Entry& line, const ast::HookRetry& one) {
                              put_line(map, line, "retry",
                                       phrase(words_.integer(one.times) + " times"));
                          },
                          skip});
    } else if (const auto* made = std::get_if<ast::TemplateDecl>(&item.what)) {
        std::vector<Entry> head;
        head.push_back(entry("channel", phrase(made->channel.text)));
        head.push_back(entry("class", phrase(Words::class_name(made->message_class))));
        declaration(
            "templates", made->name.text, item, std::move(head), made->lines, limit,
            Match{[](Page& map, Entry& line, const ast::TemplateConsent& one) {
                      put_line(map, line, "consent", phrase(one.consent.text));
                  },
                  [](Page& map, Entry& line, const ast::TemplateText& one) {
                      static constexpr std::array<std::string_view, 4> kParts = {
                          "subject", "title", "body", "file"};
                      put_line(map, line, kParts.at(static_cast<std::size_t>(one.part)),
                               phrase(one.text.value));
                  },
                  [&](Page& map, Entry& line, const ast::TemplateNeeds& one) {
                      inner_field(map, line, "needs", one.field);
                  },
                  [](Page& map, Entry& line, const ast::TemplateUnsubscribe& one) {
                      put_line(map, line, "unsubscribe",
                               phrase(one.in_body ? "in body" : "automatic"));
                  },
                  skip});
    }
}

void YamlText::policies(const ast::Item& item, std::uint32_t limit) {
    const auto skip = [](Page&, Entry&, const ast::NotYet&) {};
    if (const auto* consent = std::get_if<ast::ConsentDecl>(&item.what)) {
        std::vector<Entry> head;
        if (consent->title) head.push_back(entry("title", phrase(consent->title->value)));
        declaration("consents", consent->name.text, item, std::move(head), consent->lines, limit,
                    Match{[](Page& map, Entry& line, const ast::ConsentChannels& one) {
                              put_line(map, line, "channels", names_of(one.channels));
                          },
                          [](Page& map, Entry& line, const ast::ConsentBasisLine& one) {
                              put_line(map, line, "basis", phrase(Words::basis(one.basis)));
                          },
                          [](Page& map, Entry& line, const ast::ConsentAbout& one) {
                              put_line(map, line, "about", phrase(one.text.value));
                          },
                          skip});
    } else if (const auto* frequency = std::get_if<ast::FrequencyDecl>(&item.what)) {
        declaration("frequencies", frequency->name.text, item, {}, frequency->lines, limit,
                    Match{[&](Page& map, Entry& line, const ast::LimitRow& one) {
                              put_line(child(map, "at most", Page::Kind::list), line, "",
                                       phrase(words_.limit(one)));
                          },
                          [](Page& map, Entry& line, const ast::FrequencyCounts& one) {
                              put_line(map, line, "counts", phrase(Words::class_name(one.counts)));
                          },
                          [&](Page& map, Entry& line, const ast::WhenFull& one) {
                              put_line(map, line, "when full", phrase(words_.when_full(one)));
                          },
                          skip});
    } else if (const auto* quiet = std::get_if<ast::QuietDecl>(&item.what)) {
        declaration("quiet hours", quiet->name.text, item, {}, quiet->lines, limit,
                    Match{[](Page& map, Entry& line, const ast::QuietHours& one) {
                              put_line(map, line, "from", phrase(Words::time(one.from)));
                              map.entries.push_back(entry("to", phrase(Words::time(one.to))));
                              map.entries.push_back(entry("zone", phrase(Words::zone(one.zone))));
                          },
                          [](Page& map, Entry& line, const ast::QuietOn& one) {
                              put_line(map, line, "on", names_of(one.channels));
                          },
                          [](Page& map, Entry& line, const ast::QuietThen& one) {
                              put_line(map, line, "then",
                                       phrase(one.action == ast::QuietAction::hold ? "hold"
                                                                                   : "skip"));
                          },
                          [&](Page& map, Entry& line, const ast::QuietNoZone& one) {
                              put_line(map, line, "if no zone", phrase(words_.no_zone(one)));
                          },
                          skip});
    }
}

void YamlText::band(const ast::Item& item, const ast::BandDecl& band, std::uint32_t limit) {
    const ast::Span span{item.span.file, item.span.begin, band.of->span.end};
    Entry made = noted(yaml::packed(band.name.text), span);
    made.gap = false;
    made.value.kind = Page::Kind::map;
    made.value.entries.push_back(entry("of", phrase(words_.expr(*band.of))));
    Page rows;
    rows.kind = Page::Kind::list;
    for (const ast::BandRow& row : band.rows) {
        Entry line = noted("", row.span);
        put_line(rows, line, "",
                 phrase(words_.integer(row.score) + (row.below == nullptr
                                                         ? std::string(" otherwise")
                                                         : " below " + words_.sum(*row.below))));
    }
    if (!band.rows.empty())
        rows.last = margin_.below(limit, margin_.indent_of(band.rows.front().span.begin));
    made.value.entries.push_back(entry("rows", std::move(rows)));
    group("bands", Page::Kind::map).entries.push_back(std::move(made));
}

void YamlText::snippet(const ast::Item& item, const ast::SnippetDecl& snippet,
                       std::uint32_t limit) {
    Entry made = noted(yaml::packed(snippet.name.text),
                       {item.span.file, item.span.begin, snippet.name.span.end});
    made.gap = false;
    made.value.kind = Page::Kind::map;
    if (!snippet.params.empty()) {
        Page parameters;
        parameters.kind = Page::Kind::map;
        for (const ast::Param& param : snippet.params) {
            Entry line = noted("", param.span);
            line.gap = false;
            put_line(parameters, line, yaml::packed(param.name.text),
                     phrase(words_.parameter(param)));
        }
        made.value.entries.push_back(entry("parameters", std::move(parameters)));
    }
    made.value.entries.push_back(entry("do", steps(snippet.steps, limit)));
    group("snippets", Page::Kind::map).entries.push_back(std::move(made));
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
              [&](const ast::OnlyIf& one) {
                  put("only if", phrase(words_.expr(*one.condition)));
              },
              [&](const ast::Reenter& one) { put("reenter", phrase(words_.reenter(one))); },
              [&](const ast::WhileRunning& one) {
                  put("while running", phrase(Words::overlap(one)));
              },
              [&](const ast::Goal& one) {
                  Page goal;
                  goal.kind = Page::Kind::map;
                  goal.entries.push_back(entry("when", phrase(words_.event(one.event))));
                  if (one.within)
                      goal.entries.push_back(
                          entry("within", phrase(words_.duration(*one.within))));
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
                  std::visit(Match{[&](const ast::EventSel& event) {
                                       rule.entries.push_back(
                                           entry("when", phrase(words_.event(event))));
                                   },
                                   [&](const ast::ExprPtr& expr) {
                                       rule.entries.push_back(
                                           entry("if", phrase(words_.expr(*expr))));
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
              [&](const ast::Key& one) { put("key", phrase(words_.expr(*one.expr))); },
              [&](const ast::TimeZoneIs& one) { put("time zone", value(*one.expr)); },
              [](const ast::FromVersion&) {}, [](const ast::NotYet&) {}},
        head.what);
}

void YamlText::journey(const ast::Item& item, const ast::JourneyDecl& journey,
                       std::uint32_t limit) {
    Entry made = noted("journey", {item.span.file, std::min(item.keyword.begin, item.span.begin),
                                   journey.name.span.end});
    made.value = phrase(journey.name.text);
    Page page;
    page.kind = Page::Kind::map;
    made.gap = root_.entries.size() > 2;
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
                     [&](const ast::GivenPut& one) {
                         put(words_.pick_word(one.experiment), phrase(one.experiment.text));
                         put("puts user in", phrase(one.place.text));
                     },
                     [&](const ast::GivenWebhook& one) {
                         put("webhook", phrase(one.webhook.text));
                         if (one.gives) {
                             put("gives", data(one.gives->pairs, true));
                         } else {
                             put("fails", Page());
                         }
                     },
                     [](const ast::NotYet&) {}},
               line.what);
    return map;
}

void YamlText::happen(Page& map, const ast::Happen& happen) const {
    std::visit(
        Match{[&](const ast::HappenEvent& one) {
                  map.entries.push_back(
                      entry("event", phrase(one.event.dotted() +
                                            (one.of_label ? " of " + one.of_label->text : ""))));
                  if (one.data) map.entries.push_back(entry("with", data(one.data->pairs, true)));
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
        std::visit(Match{[](const ast::StartLine&) {},
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
                             if (const auto* sent =
                                     std::get_if<ast::ExpectSent>(&what.outcome.what))
                                 with = &sent->with;
                             if (const auto* called =
                                     std::get_if<ast::ExpectCalled>(&what.outcome.what))
                                 with = &called->with;
                             if (with != nullptr && *with)
                                 inner.entries.push_back(
                                     entry("with", data((*with)->pairs, true)));
                         },
                         [&](const ast::EveryLine& what) {
                             inner.entries.push_back(
                                 entry("every", phrase(words_.duration(what.every))));
                             inner.entries.push_back(
                                 entry("until", phrase(words_.moment(what.until))));
                             happen(inner, what.happen);
                         },
                         [](const ast::NotYet&) {}},
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
    std::visit(
        Match{[&](const ast::Language& one) {
                  Entry line = noted("language", item.span);
                  line.value = scalar(words_.integer(one.edition));
                  root_.entries.push_back(std::move(line));
              },
              [&](const ast::Use& one) {
                  Entry line = noted("", item.span);
                  Page& list = child(root_, "use", Page::Kind::list);
                  list.flow = true;
                  line.value = scalar(yaml::packed(one.file.value, true));
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
              [&](const ast::QuietDecl&) { policies(item, limit); }, [](const ast::NotYet&) {},
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
        item(file_.items[i],
             i + 1 < file_.items.size() ? file_.items[i + 1].span.begin : size);
    root_.last = margin_.below(size, 0);
    return std::move(root_);
}

std::string to_yaml(const ast::File& file, const source::SourceSet& sources) {
    return yaml::write(YamlText(file, sources).page());
}

}  // namespace journey::print
