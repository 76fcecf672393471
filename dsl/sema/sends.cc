// One `send`: the template fits the channel and the journey, and gets what it needs.

#include "dsl/sema/steps.h"
#include "dsl/sema/value.h"
#include "engine/calendar/calendar.h"

namespace journey::sema {

namespace {

class SendChecker {
  public:
    SendChecker(Context& cx, const Scope& scope, const Journey& journey)
        : cx_(cx), scope_(scope), journey_(journey) {}

    Send run(const ast::Send& send) {
        Send made;
        const std::optional<Index> channel = cx_.find(Kind::channel, send.channel);
        const std::optional<Index> found = template_named(cx_, scope_, send.template_name);
        if (channel) made.channel = *channel;
        check_param(send, channel);
        if (found && *found != kNone) {
            made.message_template = *found;
            const ir::Template& text = cx_.schema().templates[*found];
            if (channel && text.channel != *channel) wrong_channel(send, text);
            check_class(send, text);
            check_args(send, text, made);
        } else if (send.with) {
            for (const ast::Pair& pair : send.with->pairs)
                check_expr(cx_, scope_, *pair.value);
        }
        for (const ast::SendOption& option : send.options)
            check_option(send, option, made);
        return made;
    }

  private:
    /// In a snippet by itself the template is not known yet, but its channel is.
    void check_param(const ast::Send& send, const std::optional<Index>& channel) {
        const auto param = scope_.journey->params.find(send.template_name.text);
        if (param == scope_.journey->params.end() || param->second.index != kNone || !channel)
            return;
        const Index wanted = param->second.param->channel;
        if (wanted == kNone || wanted == *channel) return;
        const std::string& right = cx_.schema().channels[wanted].name;
        cx_.report(Diagnostic::error("J0103", "ANOTHER CHANNEL'S TEMPLATE", send.channel.span,
                                     tick(send.template_name.text) + " is " +
                                         std::string(article(right)) + " " + right +
                                         " template, but you send it by " + send.channel.text + ".")
                       .and_fix(Applicability::probable,
                                "write `send " + right + " " + send.template_name.text + "`.",
                                {{send.channel.span, right}}));
    }

    void wrong_channel(const ast::Send& send, const ir::Template& text) {
        const std::string& right = cx_.schema().channels[text.channel].name;
        cx_.report(
            Diagnostic::error("J0103", "ANOTHER CHANNEL'S TEMPLATE", send.channel.span,
                              tick(text.name) + " is " + std::string(article(right)) + " " + right +
                                  " template, but you send it by " + send.channel.text + ".")
                .and_fix(Applicability::probable, "write `send " + right + " " + text.name + "`.",
                         {{send.channel.span, right}}));
    }

    void check_class(const ast::Send& send, const ir::Template& text) {
        if (journey_.message_class == ir::MessageClass::transactional &&
            text.message_class == ir::MessageClass::marketing) {
            cx_.report(
                Diagnostic::error("J0403", "MARKETING IN A RECEIPT", send.template_name.span,
                                  "A transactional journey cannot send the marketing template " +
                                      tick(text.name) + ".")
                    .and_after("People cannot refuse transactional messages, so they must not "
                               "carry offers.")
                    .and_help("move it to a marketing journey"));
        }
    }

    static ir::Type type_of(const ir::Template& text, const std::string& name) {
        for (const ir::TemplateParam& param : text.params) {
            if (param.field.name == name) return param.field.type;
        }
        return simple(ir::TypeKind::missing);
    }

    void check_args(const ast::Send& send, const ir::Template& text, Send& made) {
        std::set<std::string> given;
        if (send.with) {
            for (const ast::Pair& pair : send.with->pairs) {
                NodePtr value = check_value(cx_, scope_, *pair.value, type_of(text, pair.key.text));
                if (!given.insert(pair.key.text).second) {
                    cx_.report(Diagnostic::error("J0105", "GIVEN TWICE", pair.key.span,
                                                 tick(pair.key.text) + " is given twice."));
                    continue;
                }
                check_arg(text, pair, std::move(value), made);
            }
        }
        std::vector<std::string> lacking;
        for (const ir::TemplateParam& param : text.params) {
            if (param.field.required && !param.field.fallback &&
                !given.contains(param.field.name)) {
                lacking.push_back(tick(param.field.name));
            }
        }
        if (lacking.empty()) return;
        Diagnostic diagnostic = Diagnostic::error(
            "J0501", "A VARIABLE IS MISSING", send.template_name.span,
            tick(text.name) + " needs " + listed(lacking) + ", and this send does not give " +
                (lacking.size() == 1 ? "it." : "them."));
        const std::string read = as_people_read(text);
        if (!read.empty()) diagnostic.after = "People would read \"" + read + "\"";
        diagnostic.fixes.push_back({Applicability::sketch, with_lacking(send, text, given), {}});
        cx_.report(std::move(diagnostic));
    }

    /// The text with nothing where the variables stand.
    static std::string as_people_read(const ir::Template& text) {
        const std::string& from = !text.body.empty() ? text.body : text.subject;
        std::string read;
        std::size_t at = 0;
        while (at < from.size()) {
            if (from.compare(at, 2, "{{") == 0) {
                const std::size_t end = from.find("}}", at);
                if (end == std::string::npos) return "";
                at = end + 2;
                continue;
            }
            read.push_back(from[at++]);
        }
        return read.size() > 80 ? "" : read;
    }

    std::string with_lacking(const ast::Send& send, const ir::Template& text,
                             const std::set<std::string>& given) const {
        std::string pairs;
        auto add = [&](const std::string& pair) { pairs += (pairs.empty() ? "" : ", ") + pair; };
        if (send.with) {
            for (const ast::Pair& pair : send.with->pairs) {
                add(pair.key.text + ": " + cx_.words(pair.value->span));
            }
        }
        for (const ir::TemplateParam& param : text.params) {
            if (!param.field.required || given.contains(param.field.name)) continue;
            std::string from = "…";
            if (ir::find_named(cx_.schema().profile, param.field.name) != kNone) {
                from = "user." + param.field.name;
            }
            for (const Index event : scope_.journey->triggers) {
                if (ir::find_named(cx_.schema().events[event].fields, param.field.name) != kNone) {
                    from = "trigger." + param.field.name;
                }
            }
            add(param.field.name + ": " + from);
        }
        return "write `with { " + pairs + " }`.";
    }

    void check_arg(const ir::Template& text, const ast::Pair& pair, NodePtr value, Send& made) {
        const ir::Field* field = nullptr;
        std::vector<std::string> names;
        for (const ir::TemplateParam& param : text.params) {
            names.push_back(param.field.name);
            if (param.field.name == pair.key.text) field = &param.field;
        }
        if (field == nullptr) {
            Diagnostic diagnostic = Diagnostic::warning(
                "J0502", "NOBODY READS THIS", pair.key.span,
                tick(text.name) + " does not need " + tick(pair.key.text) + ".");
            const std::vector<std::string> near = did_you_mean(pair.key.text, names);
            if (!near.empty()) {
                diagnostic.after = "These names are close:   " + columns(near);
            } else if (!names.empty()) {
                diagnostic.after = "It needs:  " + columns(names);
            }
            diagnostic.help.push_back(
                "leave it out, or let the template mention it and say `needs " + pair.key.text +
                " …`");
            cx_.report(std::move(diagnostic));
            return;
        }
        cx_.note("variable", text.name, pair.key.text, pair.key.span);
        value = fit(cx_, std::move(value), field->type, field->name);
        if (value->broken) return;
        if (value->may_be_missing && field->required && !field->fallback) {
            const std::string words = cx_.words(value->span);
            const std::string example = is_text(field->type) ? "\"friend\"" : "…";
            cx_.report(Diagnostic::error("J0208", "IT MAY BE MISSING", value->span,
                                         tick(words) + " may be missing, and " + tick(text.name) +
                                             " cannot do without " + tick(field->name) + ".")
                           .and_fix(Applicability::sketch, "add `default " + example + "`.",
                                    {{{value->span.file, value->span.end, value->span.end},
                                      " default " + example}}));
            return;
        }
        made.args.push_back({pair.key.text, std::move(value)});
    }

    void check_option(const ast::Send& send, const ast::SendOption& option, Send& made) {
        std::visit(Match{[&](const ast::ValidFor& valid) {
                             if (!once_valid(made, option.span)) return;
                             made.validity.kind = ir::Validity::Kind::for_duration;
                             made.validity.duration = valid.duration.value;
                             const CalendarDuration& length = valid.duration.value;
                             if (length.months == 0 && length.days == 0 && length.seconds == 0) {
                                 cx_.report(Diagnostic::error(
                                     "J0313", "IT CAN NEVER GO OUT", valid.duration.span,
                                     "What is valid for no time at all can never be sent."));
                             }
                             made.validity_span = valid.duration.span;
                         },
                         [&](const ast::ValidUntil& valid) {
                             if (!once_valid(made, option.span)) return;
                             made.validity.kind = ir::Validity::Kind::until_time;
                             made.validity.until_seconds = valid.time.value.seconds;
                             StepZone zone = check_step_zone(cx_, scope_, valid.zone);
                             made.validity.zone = std::move(zone.name);
                             made.validity_zone = std::move(zone.from);
                             made.validity_span = valid.time.span;
                         },
                         [&](const ast::RetryFor& retry) { made.retry_for = retry.duration.value; },
                         [&](const ast::SendTo& to) { check_to(to, option.span, made); },
                         [&](const ast::AtBestHour& hour) {
                             check_best_hour(send, hour, option.span, made);
                         },
                         [&](const ast::Without& without) {
                             if (without.waived == ast::Waived::frequency) {
                                 made.waive_frequency = true;
                                 return;
                             }
                             made.waive_quiet = true;
                             refuse_without_quiet(send, option.span, made);
                         }},
                   option.what);
    }

    void check_to(const ast::SendTo& to, Span span, Send& made) {
        if (made.to != nullptr) {
            cx_.report(Diagnostic::error("J0105", "SAID TWICE", span, "This send says `to` twice.")
                           .and_other(made.to->span, "first here")
                           .and_help("keep one of them"));
            return;
        }
        NodePtr address = fit(cx_, check_expr(cx_, scope_, *to.address), simple(ir::TypeKind::text),
                              "the address");
        if (address->broken) return;
        if (address->may_be_missing) {
            cx_.report(
                Diagnostic::error("J0208", "IT MAY BE MISSING", address->span,
                                  tick(cx_.words(address->span)) +
                                      " may be missing, and then there is nowhere to send "
                                      "this.")
                    .and_help("ask first: `if " + cx_.words(address->span) + " is present { … }`"));
            return;
        }
        made.to = std::move(address);
    }

    void check_best_hour(const ast::Send& send, const ast::AtBestHour& hour, Span span,
                         Send& made) {
        if (made.best_hour) {
            cx_.report(Diagnostic::error("J0105", "SAID TWICE", span,
                                         "This send says `at best hour` twice.")
                           .and_help("keep one of them"));
            return;
        }
        const calendar::Bounds bounds = calendar::bounds_of(hour.within.value);
        if (bounds.least < 3600 || bounds.most > 8 * 86400) {
            cx_.report(Diagnostic::error("J0213", "OUT OF RANGE", hour.within.span,
                                         "A message waits for its best hour between 1 hour and 7 "
                                         "days."));
            return;
        }
        made.best_hour = hour.within.value;
        if (made.message_template == kNone) return;
        const ir::Template& text = cx_.schema().templates[made.message_template];
        if (text.message_class == ir::MessageClass::marketing) return;
        cx_.report(Diagnostic::error("J0410", "A RECEIPT DOES NOT WAIT", span,
                                     "`at best hour` is for marketing, and " +
                                         tick(send.template_name.text) + " is transactional.")
                       .and_after("The reader waits for a receipt; only an offer may choose its "
                                  "moment.")
                       .and_help("remove `at best hour`"));
    }

    bool once_valid(const Send& made, Span span) {
        if (made.validity.kind == ir::Validity::Kind::none) return true;
        cx_.report(Diagnostic::error("J0105", "SAID TWICE", span, "This send says `valid` twice.")
                       .and_other(made.validity_span, "first here"));
        return false;
    }

    void refuse_without_quiet(const ast::Send& send, Span span, const Send& made) {
        if (made.message_template == kNone) return;
        const ir::Template& text = cx_.schema().templates[made.message_template];
        if (text.message_class != ir::MessageClass::marketing) return;
        cx_.report(Diagnostic::error("J0410", "NOT AT NIGHT", span,
                                     "`without quiet` is for transactional messages, and " +
                                         tick(send.template_name.text) + " is marketing.")
                       .and_after("A receipt may come at night because the reader waits for it; "
                                  "nobody waits for an offer.")
                       .and_help("remove `without quiet`"));
    }

    Context& cx_;
    const Scope& scope_;
    const Journey& journey_;
};

}  // namespace

std::optional<Send> check_send(Context& cx, const Scope& scope, const Journey& journey,
                               const ast::Send& send) {
    return SendChecker(cx, scope, journey).run(send);
}

}  // namespace journey::sema
