// What exists, as a page of YAML.

#include "dsl/print/yaml_text.h"
#include "engine/base/base.h"

#include <array>
#include <fmt/format.h>

namespace journey::print {

namespace {

std::string code_of(const Currency& code) {
    return {code.begin(), code.end()};
}

}  // namespace

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

void YamlText::schema(const ast::Item& item, std::uint32_t limit) {
    const auto field = [&](Page& map, Entry& line, const ast::Field& one) {
        put_line(map, line, yaml::packed(one.name.text), phrase(words_.field(one)));
    };
    // `needs` and `gives`: lines of one property each, under one key.
    const auto inner_field = [&](Page& map, Entry& line, std::string_view key,
                                 const ast::Field& one) {
        field(child(map, key, Page::Kind::map), line, one);
    };
    if (const auto* space = std::get_if<ast::Workspace>(&item.what)) {
        Entry made = noted("workspace", {item.span.file, item.span.begin, item.keyword.end});
        made.value.kind = Page::Kind::map;
        made.value.entries.push_back(entry("name", phrase(space->name.text)));
        for (const ast::WorkspaceLine& one : space->lines) {
            Entry line = noted("", one.span);
            std::visit(
                Match{
                    [&](const ast::WorkspaceZone& what) {
                        put_line(made.value, line, "time zone", phrase(what.zone.value));
                    },
                    [&](const ast::WorkspaceCurrency& what) {
                        put_line(made.value, line, "currency", phrase(code_of(what.currency.code)));
                    },
                    [&](const ast::WorkspaceLocale& what) {
                        put_line(made.value, line, "locale", phrase(what.locale.value));
                    },
                    [&](const ast::WeekStarts& what) {
                        put_line(made.value, line, "week starts", phrase(Words::weekday(what.day)));
                    },
                    [&](const ast::WorkspaceHoldout& what) {
                        put_line(made.value, line, "holdout", phrase(words_.percent(what.share)));
                    },
                    [&](const ast::BlastLimit& what) {
                        put_line(made.value, line, "blast limit", phrase(words_.rate(what.rate)));
                    },
                    [&](const ast::Canary& what) {
                        put_line(made.value, line, "canary", phrase(words_.canary(what)));
                    }},
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
                    Match{field, [&](Page& map, Entry& line, const ast::Dwell& what) {
                              put_line(map, line, "dwell", phrase(words_.dwell(what)));
                          }});
    } else if (const auto* channel = std::get_if<ast::ChannelDecl>(&item.what)) {
        declaration("channels", channel->name.text, item, {}, channel->lines, limit,
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
                              put_line(map, line, "rate", phrase(words_.rate(one)));
                          },
                          [&](Page& map, Entry& line, const ast::ChannelCost& one) {
                              put_line(map, line, "cost", scalar(words_.sum(*one.amount)));
                          },
                          [&](Page& map, Entry& line, const ast::ChannelMaxLength& one) {
                              put_line(map, line, "max length", scalar(words_.integer(one.length)));
                          }});
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
                          }});
    } else if (const auto* fetch = std::get_if<ast::FetchDecl>(&item.what)) {
        declaration("fetches", fetch->name.text, item, {}, fetch->lines, limit,
                    Match{[](Page& map, Entry& line, const ast::FetchGet& one) {
                              put_line(map, line, "get", phrase(one.url.value));
                          },
                          [&](Page& map, Entry& line, const ast::FetchCache& one) {
                              put_line(map, line, "cache", phrase(words_.duration(one.time)));
                          },
                          [&](Page& map, Entry& line, const ast::FetchTimeout& one) {
                              put_line(map, line, "timeout", phrase(words_.duration(one.timeout)));
                          },
                          [](Page& map, Entry& line, const ast::FetchFails& one) {
                              put_line(map, line, "when it fails",
                                       phrase(one.blank ? "blank" : "skip"));
                          }});
    } else if (const auto* table = std::get_if<ast::CatalogueDecl>(&item.what)) {
        declaration("catalogues", table->name.text, item, {}, table->lines, limit,
                    Match{[](Page& map, Entry& line, const ast::CatalogueFile& one) {
                              put_line(map, line, "file", phrase(one.path.value));
                          },
                          [](Page& map, Entry& line, const ast::CatalogueKey& one) {
                              put_line(map, line, "key", phrase(one.column.text));
                          },
                          [&](Page& map, Entry& line, const ast::Field& one) {
                              inner_field(map, line, "columns", one);
                          }});
    } else if (const auto* made = std::get_if<ast::TemplateDecl>(&item.what)) {
        std::vector<Entry> head;
        head.push_back(entry("channel", phrase(made->channel.text)));
        head.push_back(entry("class", phrase(Words::class_name(made->message_class))));
        declaration("templates", made->name.text, item, std::move(head), made->lines, limit,
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
                          [](Page& map, Entry& line, const ast::TemplateAttach& one) {
                              if (one.as) {
                                  put_line(child(map, "inline", Page::Kind::map), line,
                                           yaml::packed(one.as->text), phrase(one.path.value));
                              } else {
                                  put_line(child(map, "attach", Page::Kind::list), line, "",
                                           phrase(one.path.value));
                              }
                          },
                          [](Page& map, Entry& line, const ast::TemplateUnsubscribe& one) {
                              put_line(map, line, "unsubscribe",
                                       phrase(one.in_body ? "in body" : "automatic"));
                          }});
    }
}

void YamlText::policies(const ast::Item& item, std::uint32_t limit) {
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
                          }});
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
                          }});
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
                              put_line(
                                  map, line, "then",
                                  phrase(one.action == ast::QuietAction::hold ? "hold" : "skip"));
                          },
                          [&](Page& map, Entry& line, const ast::QuietNoZone& one) {
                              put_line(map, line, "if no zone", phrase(words_.no_zone(one)));
                          },
                          [&](Page& map, Entry& line, const ast::QuietSpread& one) {
                              put_line(map, line, "spread over", phrase(words_.duration(one.over)));
                          }});
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

}  // namespace journey::print
