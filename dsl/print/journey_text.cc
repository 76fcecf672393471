#include "dsl/print/journey_text.h"

#include "dsl/format/format.h"
#include "dsl/print/print.h"
#include "dsl/syntax/syntax.h"
#include "engine/base/base.h"

#include <array>
#include <fmt/format.h>

namespace journey::print {

namespace {

constexpr std::size_t kWide = 84;

std::string joined(const std::vector<ast::Name>& names) {
    std::string out;
    for (const ast::Name& name : names)
        out += (out.empty() ? "" : ", ") + name.text;
    return out;
}

std::string joined(const std::vector<ast::Text>& texts) {
    std::string out;
    for (const ast::Text& text : texts)
        out += (out.empty() ? "" : ", ") + in_quotes(text.value);
    return out;
}

std::string titled(const std::optional<ast::Text>& title) {
    return title ? " " + in_quotes(title->value) : std::string();
}

/// Items of one line stand together when they are of one kind.
bool stands_alone(const ast::Item& item) {
    return std::visit(
        Match{[](const ast::Language&) { return false; }, [](const ast::Use&) { return false; },
              [](const ast::SegmentDecl&) { return false; },
              [](const ast::EventDecl& event) { return !event.lines.empty(); },
              [](const auto&) { return true; }},
        item.what);
}

bool of_one_kind(const ast::Item& a, const ast::Item& b) {
    const bool head =
        std::holds_alternative<ast::Language>(a.what) && std::holds_alternative<ast::Use>(b.what);
    return head || a.what.index() == b.what.index();
}

}  // namespace

void JourneyText::line(const ast::Span& span, std::uint32_t beside, const std::string& text) {
    ast::Margin::Above above = margin_.above(span.begin, beside);
    std::string comment = margin_.beside(beside);
    if (comment.empty()) std::swap(comment, above.beside);
    if (!above.beside.empty()) above.lines.push_back(above.beside);
    if (above.gap && !fresh_) out_ += '\n';
    fresh_ = false;
    for (const std::string& line : above.lines)
        out_ += line + '\n';
    out_ += text;
    if (!comment.empty()) out_ += "  " + comment;
    out_ += '\n';
    if (text.ends_with('{')) fresh_ = true;
}

void JourneyText::close(std::uint32_t first, std::uint32_t limit, const std::string& text) {
    for (const std::string& comment : margin_.below(limit, margin_.indent_of(first)))
        out_ += comment + '\n';
    out_ += text + '\n';
    fresh_ = text.ends_with('{');
}

std::string JourneyText::data(const std::optional<ast::MapLiteral>& with,
                              std::string_view word) const {
    if (!with) return {};
    std::string out = std::string(word) + words_.map(*with);
    if (display_width(out) <= kWide || with->pairs.size() < 2) return out;
    out = std::string(word) + "{\n";
    for (const ast::Pair& pair : with->pairs)
        out += words_.pair_key(pair.key) + ": " + words_.expr(*pair.value) + "\n";
    return out + "}";
}

template <typename Lines, typename Text>
void JourneyText::declaration(const ast::Item& item, const std::string& head, const Lines& lines,
                              std::uint32_t limit, Text text_of) {
    const ast::Span span{item.span.file, std::min(item.span.begin, item.keyword.begin),
                         item.keyword.end};
    line(span, head + " {");
    for (const auto& one : lines)
        line(one.span, std::visit(text_of, one.what));
    close(lines.empty() ? span.begin : lines.front().span.begin, limit);
}

void JourneyText::schema(const ast::Item& item, const ast::ItemKind& what, std::uint32_t limit) {
    const auto field = [&](const ast::Field& one) {
        return one.name.text + " " + words_.field(one);
    };
    if (const auto* made = std::get_if<ast::Workspace>(&what)) {
        declaration(item, "workspace " + made->name.text, made->lines, limit,
                    Match{[](const ast::WorkspaceZone& one) {
                              return "time zone " + in_quotes(one.zone.value);
                          },
                          [&](const ast::WorkspaceHoldout& one) {
                              return "holdout " + words_.percent(one.share);
                          },
                          [&](const ast::BlastLimit& one) {
                              return "blast limit " + words_.rate(one.rate);
                          },
                          [&](const ast::Canary& one) { return "canary " + words_.canary(one); },
                          [](const ast::WorkspaceCurrency& one) {
                              const Currency& code = one.currency.code;
                              return "currency " + std::string(code.begin(), code.end());
                          },
                          [](const ast::WorkspaceLocale& one) {
                              return "locale " + in_quotes(one.locale.value);
                          },
                          [](const ast::WeekStarts& one) {
                              return "week starts " + Words::weekday(one.day);
                          }});
    } else if (const auto* profile = std::get_if<ast::ProfileDecl>(&what)) {
        declaration(item, "profile user", profile->lines, limit,
                    Match{field, [](const ast::Dwell&) { return std::string(); }});
    } else if (const auto* event = std::get_if<ast::EventDecl>(&what)) {
        if (event->lines.empty()) {
            line({item.span.file, item.span.begin, item.keyword.end},
                 "event " + event->name.dotted());
            return;
        }
        declaration(
            item, "event " + event->name.dotted(), event->lines, limit,
            Match{field, [&](const ast::Dwell& one) { return "dwell " + words_.dwell(one); }});
    } else if (const auto* channel = std::get_if<ast::ChannelDecl>(&what)) {
        declaration(
            item, "channel " + channel->name.text, channel->lines, limit,
            Match{
                [](const ast::ChannelAddress& one) { return "address " + one.ref.dotted(); },
                [](const ast::ChannelFrom& one) { return "from " + in_quotes(one.text.value); },
                [](const ast::ChannelSender& one) { return "sender " + in_quotes(one.text.value); },
                [&](const ast::ChannelRate& one) { return "rate " + words_.rate(one); },
                [&](const ast::ChannelCost& one) { return "cost " + words_.sum(*one.amount); },
                [&](const ast::ChannelMaxLength& one) {
                    return "max length " + words_.integer(one.length);
                }});
    } else if (const auto* consent = std::get_if<ast::ConsentDecl>(&what)) {
        declaration(
            item, "consent " + consent->name.text + titled(consent->title), consent->lines, limit,
            Match{
                [](const ast::ConsentChannels& one) { return "channels " + joined(one.channels); },
                [](const ast::ConsentBasisLine& one) { return "basis " + Words::basis(one.basis); },
                [](const ast::ConsentAbout& one) { return "about " + in_quotes(one.text.value); }});
    } else if (const auto* frequency = std::get_if<ast::FrequencyDecl>(&what)) {
        declaration(
            item, "frequency " + frequency->name.text, frequency->lines, limit,
            Match{[&](const ast::LimitRow& one) { return "at most " + words_.limit(one); },
                  [](const ast::FrequencyCounts& one) {
                      return "counts " + Words::class_name(one.counts);
                  },
                  [&](const ast::WhenFull& one) { return "when full " + words_.when_full(one); }});
    } else if (const auto* quiet = std::get_if<ast::QuietDecl>(&what)) {
        declaration(
            item, "quiet " + quiet->name.text, quiet->lines, limit,
            Match{[](const ast::QuietHours& one) {
                      return fmt::format("from {} to {} {}", Words::time(one.from),
                                         Words::time(one.to), Words::zone(one.zone));
                  },
                  [](const ast::QuietOn& one) { return "on " + joined(one.channels); },
                  [](const ast::QuietThen& one) {
                      return std::string(one.action == ast::QuietAction::hold ? "then hold"
                                                                              : "then skip");
                  },
                  [&](const ast::QuietNoZone& one) { return "if no zone " + words_.no_zone(one); },
                  [&](const ast::QuietSpread& one) {
                      return "spread over " + words_.duration(one.over);
                  }});
    } else if (const auto* hook = std::get_if<ast::WebhookDecl>(&what)) {
        declaration(
            item, "webhook " + hook->name.text, hook->lines, limit,
            Match{[](const ast::HookPost& one) { return "post " + in_quotes(one.url.value); },
                  [](const ast::HookSends& one) { return "sends " + joined(one.names); },
                  [&](const ast::HookGives& one) { return "gives " + field(one.field); },
                  [&](const ast::HookTimeout& one) {
                      return "timeout " + words_.duration(one.timeout);
                  },
                  [&](const ast::HookRetry& one) {
                      return "retry " + words_.integer(one.times) + " times";
                  }});
    } else if (const auto* fetch = std::get_if<ast::FetchDecl>(&what)) {
        declaration(
            item, "fetch " + fetch->name.text, fetch->lines, limit,
            Match{[](const ast::FetchGet& one) { return "get " + in_quotes(one.url.value); },
                  [&](const ast::FetchCache& one) { return "cache " + words_.duration(one.time); },
                  [&](const ast::FetchTimeout& one) {
                      return "timeout " + words_.duration(one.timeout);
                  },
                  [](const ast::FetchFails& one) {
                      return std::string("when it fails ") + (one.blank ? "blank" : "skip");
                  }});
    } else if (const auto* table = std::get_if<ast::CatalogueDecl>(&what)) {
        declaration(
            item, "catalogue " + table->name.text, table->lines, limit,
            Match{field,
                  [](const ast::CatalogueFile& one) { return "file " + in_quotes(one.path.value); },
                  [](const ast::CatalogueKey& one) { return "key " + one.column.text; }});
    } else if (const auto* made_template = std::get_if<ast::TemplateDecl>(&what)) {
        declaration(
            item,
            fmt::format("template {} {} {}", made_template->name.text, made_template->channel.text,
                        Words::class_name(made_template->message_class)),
            made_template->lines, limit,
            Match{[](const ast::TemplateConsent& one) { return "consent " + one.consent.text; },
                  [](const ast::TemplateText& one) {
                      static constexpr std::array<std::string_view, 4> kParts = {
                          "subject ", "title ", "body ", "file "};
                      return std::string(kParts.at(static_cast<std::size_t>(one.part))) +
                             in_quotes(one.text.value);
                  },
                  [&](const ast::TemplateNeeds& one) { return "needs " + field(one.field); },
                  [](const ast::TemplateAttach& one) {
                      return one.as ? "inline " + in_quotes(one.path.value) + " as " + one.as->text
                                    : "attach " + in_quotes(one.path.value);
                  },
                  [](const ast::TemplateUnsubscribe& one) {
                      return std::string(one.in_body ? "unsubscribe in body"
                                                     : "unsubscribe automatic");
                  }});
    }
}

void JourneyText::band(const ast::Item& item, const ast::BandDecl& band, std::uint32_t limit) {
    line({item.span.file, item.span.begin, band.of->span.end},
         "band " + band.name.text + " of " + words_.expr(*band.of) + " {");
    for (const ast::BandRow& row : band.rows) {
        line(row.span, words_.integer(row.score) + (row.below == nullptr
                                                        ? std::string(" otherwise")
                                                        : " below " + words_.sum(*row.below)));
    }
    close(band.rows.empty() ? item.span.begin : band.rows.front().span.begin, limit);
}

void JourneyText::snippet(const ast::Item& item, const ast::SnippetDecl& snippet,
                          std::uint32_t limit) {
    std::string parameters;
    std::uint32_t end = snippet.name.span.end;
    for (const ast::Param& param : snippet.params) {
        parameters +=
            (parameters.empty() ? "" : ", ") + param.name.text + ": " + words_.parameter(param);
        end = std::max(end, param.span.end);
    }
    line({item.span.file, item.span.begin, end},
         "snippet " + snippet.name.text + "(" + parameters + ") {");
    steps(snippet.steps, limit);
}

std::string JourneyText::trigger(const ast::Enter& enter) const {
    return std::visit(
        Match{[&](const ast::EventTrigger& one) {
                  std::string out = "when " + words_.event(one.event);
                  if (one.lasts) out += "\nlasts " + words_.duration(*one.lasts);
                  for (const ast::EventSel& unless : one.unless)
                      out += "\nunless " + words_.event(unless);
                  return out;
              },
              [&](const ast::ReachTrigger& one) { return "when " + words_.reach(one); },
              [&](const ast::SegmentChange& one) { return "when " + words_.change(one); },
              [&](const ast::Schedule& one) {
                  return std::visit(Match{[&](const ast::Every& every) {
                                              return fmt::format(
                                                  "every {} at {} {}", words_.days(every),
                                                  Words::time(every.at), Words::zone(every.zone));
                                          },
                                          [](const ast::Yearly& yearly) {
                                              std::string out = fmt::format(
                                                  "yearly on {} at {} {}", yearly.on.dotted(),
                                                  Words::time(yearly.at), Words::zone(yearly.zone));
                                              if (yearly.leap)
                                                  out += ", feb 29 " + Words::leap(*yearly.leap);
                                              return out;
                                          },
                                          [](const ast::Once& once) {
                                              return "once at " + Words::moment(once.at);
                                          }},
                                    one.what) +
                         " for " + one.audience.text;
              }},
        enter.trigger);
}

void JourneyText::head(const ast::Head& head, std::uint32_t limit) {
    const ast::Span span{head.span.file, std::min(head.keyword.begin, head.span.begin),
                         head.span.end};
    if (const auto* from = std::get_if<ast::FromVersion>(&head.what)) {
        line({span.file, span.begin, from->version.span.end},
             "from version " + words_.integer(from->version) + " {");
        std::uint32_t first = span.begin;
        for (const auto& row : from->rows) {
            std::visit(Match{[&](const ast::MoveRow& one) {
                                 line(one.span, one.from.text + " moves to " + one.to.text);
                                 first = std::max(first, one.span.begin);
                             },
                             [&](const ast::OthersRow& one) {
                                 static constexpr std::array<std::string_view, 3> kRules = {
                                     "stay", "stop", "restart"};
                                 line(one.span,
                                      "others " + std::string(kRules.at(
                                                      static_cast<std::size_t>(one.rule))));
                                 first = std::max(first, one.span.begin);
                             }},
                       row);
        }
        return close(first, limit);
    }
    std::string text = std::visit(
        Match{[&](const ast::Version& one) { return "version " + words_.integer(one.number); },
              [](const ast::About& one) { return "about " + in_quotes(one.text.value); },
              [](const ast::Owner& one) { return "owner " + in_quotes(one.text.value); },
              [&](const ast::Enter& one) { return "enter " + trigger(one); },
              [&](const ast::OnlyIf& one) { return "only if " + words_.expr(*one.condition); },
              [&](const ast::Reenter& one) { return "reenter " + words_.reenter(one); },
              [](const ast::WhileRunning& one) { return "while running " + Words::overlap(one); },
              [&](const ast::Goal& one) {
                  std::string out = "goal " + one.name.text + " when " + words_.event(one.event);
                  if (one.within) out += " within " + words_.duration(*one.within);
                  return out + (one.then_exit ? ", then exit" : "");
              },
              [&](const ast::Exit& one) {
                  return std::visit(Match{[&](const ast::EventSel& event) {
                                              return "exit when " + words_.event(event);
                                          },
                                          [&](const ast::ExprPtr& expr) {
                                              return "exit if " + words_.expr(*expr);
                                          },
                                          [&](const ast::SegmentChange& change) {
                                              return "exit when " + words_.change(change);
                                          }},
                                    one.on);
              },
              [](const ast::UseFrequency& one) { return "frequency " + one.policy.text; },
              [](const ast::UseQuiet& one) { return "quiet " + one.policy.text; },
              [&](const ast::ExpiresAfter& one) {
                  return "expires after " + words_.duration(one.lifetime);
              },
              [&](const ast::Priority& one) { return "priority " + words_.integer(one.value); },
              [&](const ast::JourneyRate& one) { return "rate " + words_.rate(one.rate); },
              [&](const ast::Key& one) { return "key " + words_.expr(*one.expr); },
              [&](const ast::TimeZoneIs& one) { return "time zone " + words_.sum(*one.expr); },
              [](const ast::FromVersion&) { return std::string(); },
              [](const ast::Unread&) { return std::string(); }},
        head.what);
    line(span, text);
}

void JourneyText::journey(const ast::Item& item, const ast::JourneyDecl& journey,
                          std::uint32_t limit) {
    std::string text = "journey " + journey.name.text + titled(journey.title);
    if (journey.message_class) text += " " + Words::class_name(*journey.message_class);
    line({item.span.file, std::min(item.keyword.begin, journey.name.span.begin),
          journey.name.span.end},
         text + " {");
    const std::uint32_t until = journey.do_keyword ? journey.do_keyword->begin : limit;
    for (std::size_t i = 0; i < journey.heads.size(); ++i) {
        const bool last = i + 1 == journey.heads.size();
        head(journey.heads[i], last ? until : journey.heads[i + 1].keyword.begin);
    }
    if (journey.do_keyword) {
        line(*journey.do_keyword, "do {");
        steps(journey.steps, limit);
    }
    close(item.span.begin, item.span.begin);
}

std::string JourneyText::given(const ast::GivenLine& line) const {
    return "given " +
           std::visit(
               Match{[&](const ast::GivenUser& one) { return "user " + words_.map(one.data); },
                     [](const ast::GivenConsent& one) { return "consent " + joined(one.groups); },
                     [](const ast::GivenTag& one) { return "tag " + joined(one.tags); },
                     [&](const ast::GivenHistory& one) {
                         return "history " + one.event.dotted() + data(one.data, " ") + " at -" +
                                words_.duration(one.before_start);
                     },
                     [&](const ast::GivenPick& one) {
                         return fmt::format("{} {} picks {}", words_.pick_word(one.experiment),
                                            one.experiment.text, one.arm.text);
                     },
                     [](const ast::GivenHeldOut&) { return std::string("user in holdout"); },
                     [&](const ast::GivenPut& one) {
                         return fmt::format("{} {} puts user in {}",
                                            words_.pick_word(one.experiment), one.experiment.text,
                                            one.place.text);
                     },
                     [&](const ast::GivenFetch& one) {
                         return "fetch " + one.fetch.text +
                                (one.gives ? " gives " + words_.map(*one.gives)
                                           : std::string(" fails"));
                     },
                     [&](const ast::GivenWebhook& one) {
                         return "webhook " + one.webhook.text +
                                (one.gives ? " gives " + words_.map(*one.gives)
                                           : std::string(" fails"));
                     }},
               line.what);
}

std::string JourneyText::happen(const ast::Happen& happen) const {
    return std::visit(Match{[&](const ast::HappenEvent& one) {
                                return one.event.dotted() +
                                       (one.of_label ? " of " + one.of_label->text : "") +
                                       data(one.data, " ");
                            },
                            [&](const ast::HappenSet& one) {
                                return "set " + one.target.dotted() + " = " + words_.expr(*one.to);
                            }},
                      happen.what);
}

void JourneyText::test(const ast::Item& item, const ast::TestDecl& test, std::uint32_t limit) {
    std::string text = "test " + in_quotes(test.title.value);
    if (test.of) text += " of " + test.of->text;
    line({item.span.file, item.span.begin, test.title.span.end}, text + " {");
    for (const ast::TestLine& one : test.lines) {
        line(one.span,
             std::visit(Match{[](const ast::StartLine& start) {
                                  return "start " + Words::moment(start.at);
                              },
                              [&](const ast::GivenLine& what) { return given(what); },
                              [&](const ast::AtHappen& what) {
                                  return "at " + words_.moment(what.at) + " " + happen(what.happen);
                              },
                              [&](const ast::AtExpect& what) {
                                  return "at " + words_.moment(what.at) + " expect " +
                                         words_.outcome(what.outcome, true);
                              },
                              [&](const ast::EveryLine& what) {
                                  return "every " + words_.duration(what.every) + " until " +
                                         words_.moment(what.until) + " " + happen(what.happen);
                              }},
                        one.what));
    }
    close(test.lines.empty() ? item.span.begin : test.lines.front().span.begin, limit);
}

void JourneyText::item(const ast::Item& item, std::uint32_t limit) {
    std::visit(Match{[&](const ast::Language& one) {
                         line(item.span, "language " + words_.integer(one.edition));
                     },
                     [&](const ast::Use& one) {
                         line(item.span, "use " + in_quotes(one.file.value) +
                                             (one.as ? " as " + one.as->text : ""));
                     },
                     [&](const ast::SegmentDecl& one) {
                         line(item.span, "segment " + one.name.text + titled(one.title) + " =\n" +
                                             words_.expr(*one.is));
                     },
                     [&](const ast::BandDecl& one) { band(item, one, limit); },
                     [&](const ast::SnippetDecl& one) { snippet(item, one, limit); },
                     [&](const ast::JourneyDecl& one) { journey(item, one, limit); },
                     [&](const ast::TestDecl& one) { test(item, one, limit); },
                     [&](const auto&) { schema(item, item.what, limit); }},
               item.what);
}

std::string JourneyText::write() {
    const auto size = static_cast<std::uint32_t>(-1);
    for (std::size_t i = 0; i < file_.items.size(); ++i) {
        const ast::Item& one = file_.items[i];
        const std::uint32_t limit =
            i + 1 < file_.items.size() ? file_.items[i + 1].span.begin : size;
        const bool apart = i > 0 && (stands_alone(file_.items[i - 1]) || stands_alone(one) ||
                                     !of_one_kind(file_.items[i - 1], one));
        if (apart) out_ += '\n';
        fresh_ = true;
        item(one, limit);
    }
    for (const std::string& comment : margin_.below(size, 0))
        out_ += comment + '\n';
    return std::move(out_);
}

std::string to_journey(const ast::File& file, const source::SourceSet& sources) {
    std::string text = JourneyText(file, sources).write();
    source::SourceSet made;
    std::vector<source::Diagnostic> diagnostics;
    const auto id = made.add("converted.journey", text, diagnostics);
    if (!id) return text;
    const ast::File tree = syntax::parse_file(made, *id, diagnostics);
    return source::has_errors(diagnostics) ? text : format::format_file(tree, made.at(*id));
}

}  // namespace journey::print
