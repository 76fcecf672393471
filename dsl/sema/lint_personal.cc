// J0404: personal data that reaches a link by another name. J0405: personal data that goes out by
// another name. A value is followed from the property it was read from through `let`, `run … with`
// and `emit … with` to where it leaves the house.

#include "dsl/sema/lints.h"
#include "dsl/sema/steps.h"
#include "dsl/sema/variables.h"

namespace journey::sema {

using ir::Op;

namespace {

/// Names handed on more often than this are no longer followed: work stays linear in the files.
constexpr int kHandsMost = 16;

bool is_question(Op op) {
    return op == Op::is_missing || op == Op::is_present || op == Op::is_blank;
}

class PersonalLint {
  public:
    explicit PersonalLint(Context& cx) : cx_(cx) {}

    void run() {
        follow();
        for (journey_ = 0; journey_ < cx_.model.journeys.size(); ++journey_) {
            if (cx_.stopped()) return;
            each_step(cx_.model.journeys[journey_].steps, [&](const Step& step) {
                if (const auto* send = std::get_if<Send>(&step.act)) check_send(*send);
                if (const auto* call = std::get_if<Call>(&step.act)) check_call(*call);
                if (const auto* let = std::get_if<Let>(&step.act)) check_made(let->value.get());
                if (const auto* emit = std::get_if<Emit>(&step.act)) check_made(emit->args);
                if (const auto* run = std::get_if<Run>(&step.act)) check_made(run->args);
            });
        }
    }

  private:
    /// Where personal data stands, and the property it came from.
    struct Found {
        const Node* node = nullptr;
        std::string property;
    };

    void follow() {
        for (int hand = 0; hand < kHandsMost; ++hand) {
            const std::size_t before = locals_.size() + called_.size() + emitted_.size();
            for (journey_ = 0; journey_ < cx_.model.journeys.size(); ++journey_) {
                if (cx_.stopped()) return;
                each_step(cx_.model.journeys[journey_].steps,
                          [&](const Step& step) { hand_on(step); });
            }
            if (locals_.size() + called_.size() + emitted_.size() == before) return;
        }
    }

    void hand_on(const Step& step) {
        if (const auto* let = std::get_if<Let>(&step.act)) {
            if (const auto from = personal(let->value.get())) {
                locals_.try_emplace({journey_, let->slot}, from->property);
            }
        } else if (const auto* run = std::get_if<Run>(&step.act)) {
            for (const auto& [name, value] : run->args) {
                if (const auto from = personal(value.get())) {
                    called_.try_emplace({run->journey, name}, from->property);
                }
            }
        } else if (const auto* emit = std::get_if<Emit>(&step.act)) {
            for (const auto& [name, value] : emit->args) {
                if (const auto from = personal(value.get())) {
                    emitted_.try_emplace({emit->event, name}, from->property);
                }
            }
        }
    }

    /// The first personal value that `node` hands on. That it is there, or which of two it is, is
    /// no secret: `user.email is present` does not count.
    std::optional<Found> personal(const Node* node) const {
        if (node == nullptr || node->broken || is_question(node->op)) return std::nullopt;
        if (std::optional<Found> own = read_here(*node)) return own;
        for (const NodePtr& operand : node->operands) {
            if (std::optional<Found> found = personal(operand.get())) return found;
        }
        return std::nullopt;
    }

    std::optional<Found> read_here(const Node& node) const {
        const ir::Program& schema = cx_.model.schema;
        std::optional<std::string> from;
        if (node.op == Op::user_field) {
            if (node.a < schema.profile.size() && schema.profile[node.a].personal)
                from = schema.profile[node.a].name;
        } else if (node.op == Op::local) {
            if (const auto at = locals_.find({journey_, node.a}); at != locals_.end())
                from = at->second;
        } else if (node.op == Op::trigger_field) {
            from = personal_trigger(node.name);
        } else if (node.op == Op::record_field && node.b < schema.events.size() &&
                   node.a < schema.events[node.b].fields.size()) {
            from = personal_field(node.b, schema.events[node.b].fields[node.a].name);
        }
        return from ? std::optional(Found{&node, *from}) : std::nullopt;
    }

    std::optional<std::string> personal_field(Index event, const std::string& name) const {
        if (event >= cx_.model.schema.events.size()) return std::nullopt;
        const std::vector<ir::Field>& fields = cx_.model.schema.events[event].fields;
        const Index field = ir::find_named(fields, name);
        if (field != kNone && fields[field].personal) return name;
        const auto at = emitted_.find({event, name});
        return at == emitted_.end() ? std::nullopt : std::optional(at->second);
    }

    std::optional<std::string> personal_trigger(const std::string& name) const {
        if (const auto at = called_.find({journey_, name}); at != called_.end()) return at->second;
        for (const Trigger& trigger : cx_.model.journeys[journey_].triggers) {
            Index event = kNone;
            if (const auto* on = std::get_if<OnEvent>(&trigger.what)) event = on->pattern.event;
            if (const auto* reach = std::get_if<OnReach>(&trigger.what)) {
                if (reach->aggregate != nullptr && reach->aggregate->aggregate != nullptr)
                    event = reach->aggregate->aggregate->event;
            }
            if (std::optional<std::string> from = personal_field(event, name)) return from;
        }
        return std::nullopt;
    }

    void check_send(const Send& send) {
        check_made(send.args);
        if (send.message_template >= cx_.model.schema.templates.size()) return;
        const Linked& linked = links_of(send.message_template);
        const ir::Template& into = cx_.model.schema.templates[send.message_template];
        const Declared* declared = cx_.peek(Kind::message_template, into.name);
        for (const auto& [name, value] : send.args) {
            if (!linked.params.contains(name)) continue;
            const std::optional<Found> from = personal(value.get());
            if (!from || !told_.insert(from->node->span).second) continue;
            Diagnostic diagnostic = Diagnostic::error(
                "J0404", "PERSONAL DATA IN A LINK", from->node->span,
                tick(into.name) + " puts " + tick(name) +
                    " into a link, and here that is the person's " + from->property + ".");
            if (declared != nullptr) diagnostic.others.push_back({declared->span, "", false});
            cx_.report(std::move(diagnostic).and_after(why_not()).and_help(instead()));
        }
        for (const std::string& name : linked.trigger) {
            const std::optional<std::string> from = personal_trigger(name);
            if (!from || declared == nullptr) continue;
            if (!told_templates_.insert(send.message_template).second) continue;
            cx_.report(Diagnostic::error("J0404", "PERSONAL DATA IN A LINK", declared->span,
                                         tick(into.name) + " puts " + tick("trigger." + name) +
                                             " into a link, and in the journey " +
                                             tick(cx_.model.journeys[journey_].name) +
                                             " that is the person's " + *from + ".")
                           .and_after(why_not())
                           .and_help(instead()));
        }
    }

    /// `sends sku` allows the sku, not whatever is called so at the call.
    void check_call(const Call& call) {
        check_made(call.args);
        if (call.webhook >= cx_.model.schema.webhooks.size()) return;
        const ir::Webhook& webhook = cx_.model.schema.webhooks[call.webhook];
        for (const auto& [name, value] : call.args) {
            const std::optional<Found> from = personal(value.get());
            if (!from || from->property == name) continue;
            std::vector<std::string> names;
            for (const std::string& sent : webhook.sends)
                names.push_back(tick(sent));
            Diagnostic diagnostic =
                Diagnostic::error("J0405", "PERSONAL DATA GOES OUT", from->node->span,
                                  tick(webhook.name) + " may receive " + listed(names) + ", not " +
                                      tick(cx_.words(from->node->span)) + ".");
            if (from->node->op != Op::user_field)
                diagnostic.label = "this is the person's " + from->property;
            cx_.report(std::move(diagnostic)
                           .and_after("It is marked `pii`, and whoever reads the webhook's "
                                      "declaration would not know that it leaves the house.")
                           .and_help("leave it out, or say it openly: `sends … " + from->property +
                                     "` in the webhook, and `" + from->property + ": …` here"));
        }
    }

    void check_made(const Args& args) {
        for (const auto& [name, value] : args)
            check_made(value.get());
    }

    /// A link put together by `concat`.
    void check_made(const Node* node) {
        if (node == nullptr || node->broken) return;
        if (node->op == Op::concat) {
            bool link = false;
            for (const NodePtr& part : node->operands) {
                const auto* text = std::get_if<std::string>(&part->constant.held);
                if (part->op == Op::constant && text != nullptr) {
                    const std::size_t begin = text->rfind("://");
                    const std::size_t blank = text->find_last_of(" \n");
                    if (begin != std::string::npos || blank != std::string::npos) {
                        link = begin != std::string::npos &&
                               (blank == std::string::npos || blank < begin);
                    }
                    continue;
                }
                const std::optional<Found> from = link ? personal(part.get()) : std::nullopt;
                if (!from || !told_.insert(from->node->span).second) continue;
                cx_.report(
                    Diagnostic::error("J0404", "PERSONAL DATA IN A LINK", from->node->span,
                                      "This link carries the person's " + from->property + ".")
                        .and_after(why_not())
                        .and_help(instead()));
            }
        }
        for (const NodePtr& operand : node->operands)
            check_made(operand.get());
    }

    static std::string why_not() {
        return "Links are logged by servers, proxies and analytics, and are forwarded to friends.";
    }
    static std::string instead() {
        return "use `{{ link_token }}`, which means the person only to us.";
    }

    struct Linked {
        std::set<std::string> params;
        std::set<std::string> trigger;
    };
    const Linked& links_of(Index index) {
        const auto [at, fresh] = links_.try_emplace(index);
        if (!fresh) return at->second;
        const ir::Template& text = cx_.model.schema.templates[index];
        std::vector<const std::string*> parts = {&text.subject, &text.title, &text.body,
                                                 &text.html};
        for (const Index partial : text.partials)
            parts.push_back(&cx_.model.schema.partials[partial].text);
        for (const std::string* part : parts) {
            for (const Mention& mention : find_mentions(*part)) {
                if (!inside_link(*part, mention.begin)) continue;
                if (mention.name == "trigger") {
                    at->second.trigger.insert(mention.property);
                } else {
                    at->second.params.insert(mention.name);
                }
            }
        }
        return at->second;
    }

    Context& cx_;
    Index journey_ = 0;
    std::map<std::pair<Index, Index>, std::string> locals_;         // journey, slot
    std::map<std::pair<Index, std::string>, std::string> called_;   // journey, `trigger.NAME`
    std::map<std::pair<Index, std::string>, std::string> emitted_;  // event, property
    std::map<Index, Linked> links_;
    std::set<Span> told_;
    std::set<Index> told_templates_;
};

}  // namespace

void lint_personal(Context& cx) {
    PersonalLint(cx).run();
}

}  // namespace journey::sema
