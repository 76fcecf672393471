// J0406: texts and pushes without quiet hours. J0407: marketing without a frequency policy.
// J0413: policies that no message of the journey asks, and places kept for nobody. A policy that
// covers channels the journey does not send by (yet) is no mistake: it is there for the next step
// somebody adds.

#include "dsl/sema/context.h"
#include "dsl/sema/steps.h"

namespace journey::sema {

namespace {

bool is_marketing(Context& cx, const Send& send) {
    return send.message_template != kNone && send.channel != kNone &&
           cx.schema().templates[send.message_template].message_class ==
               ir::MessageClass::marketing;
}

void check_quiet(Context& cx, const Journey& journey) {
    std::set<Index> told;
    each_step(journey.steps, [&](const Step& step) {
        const auto* send = std::get_if<Send>(&step.act);
        if (send == nullptr || !is_marketing(cx, *send)) return;
        const ir::Channel& channel = cx.schema().channels[send->channel];
        if (channel.kind != ir::ChannelKind::sms && channel.kind != ir::ChannelKind::push) return;
        std::vector<std::string> policies;
        for (const ir::Quiet& quiet : cx.schema().quiets)
            policies.push_back(quiet.name);
        if (journey.quiet != kNone) {
            const auto& covered = cx.schema().quiets[journey.quiet].channels;
            if (std::find(covered.begin(), covered.end(), send->channel) != covered.end()) return;
        }
        if (!told.insert(send->channel).second) return;
        const std::string policy = policies.empty() ? "night" : policies.front();
        const bool other = journey.quiet != kNone;
        std::string help = other ? "add `" + channel.name + "` to the policy's `on` line"
                                 : "add a line `quiet " + policy + "` to the journey";
        if (policies.empty()) {
            const std::string& zone = cx.schema().workspace.zone;
            help +=
                ", and declare it once for the project:\n\n    quiet night {\n      from 21:30 to "
                "09:00 local\n      on " +
                channel.name + "\n      then hold\n      if no zone use \"" + zone + "\"\n    }";
        }
        cx.report(
            Diagnostic::error("J0406", "AT ANY HOUR?", step.keyword,
                              other ? "`quiet " + cx.schema().quiets[journey.quiet].name +
                                          "` does not cover " + channel.name +
                                          ", so this may go out at three in the morning."
                                    : "This journey sends marketing by " + channel.name +
                                          " and has no quiet hours.")
                .and_after("Texts at 3 in the morning are a complaint, and in some countries a "
                           "fine.")
                .and_help(std::move(help)));
    });
}

/// `quiet night` above nothing but receipts reads as a promise, and receipts go out at night.
void check_idle(Context& cx, const Journey& journey) {
    std::string first;
    bool marketing = false;
    each_step(journey.steps, [&](const Step& step) {
        const auto* send = std::get_if<Send>(&step.act);
        if (send == nullptr) return;
        // What is not known may be marketing.
        marketing = marketing || send->message_template == kNone || is_marketing(cx, *send);
        if (first.empty() && !marketing) first = cx.schema().templates[send->message_template].name;
    });
    if (marketing || first.empty()) return;
    if (journey.quiet != kNone) {
        cx.report(Diagnostic::warning("J0413", "QUIET HOURS FOR NOTHING", journey.quiet_span,
                                      "These quiet hours hold nothing back: every message of " +
                                          tick(journey.name) + " is transactional, like " +
                                          tick(first) + ".")
                      .and_after("Transactional messages go out at once, also at night.")
                      .and_help("leave the line out; to spare the night, wait first: `wait until "
                                "09:00 local`"));
    }
    if (journey.frequency != kNone) {
        cx.report(Diagnostic::warning("J0413", "A LIMIT FOR NOTHING", journey.frequency_span,
                                      "This limit holds nothing back: every message of " +
                                          tick(journey.name) + " is transactional, like " +
                                          tick(first) + ".")
                      .and_after("People get every transactional message, however many there are.")
                      .and_help("leave the line out"));
    }
}

bool sends_marketing(Context& cx, const Journey& journey) {
    bool sends = false;
    each_step(journey.steps, [&](const Step& step) {
        const auto* send = std::get_if<Send>(&step.act);
        sends = sends || (send != nullptr && is_marketing(cx, *send));
    });
    return sends;
}

/// `when full give way` among journeys that all matter the same: the first come takes the last place.
void check_give_way(Context& cx) {
    for (std::size_t i = 0; i < cx.schema().frequencies.size(); ++i) {
        const ir::Frequency& policy = cx.schema().frequencies[i];
        if (!policy.gives_way) continue;
        std::vector<const Journey*> under;
        for (const Journey& journey : cx.model.journeys) {
            if (journey.frequency == i && journey.message_class == ir::MessageClass::marketing &&
                sends_marketing(cx, journey))
                under.push_back(&journey);
        }
        const auto differs = [&](const Journey* one) {
            return one->priority != under.front()->priority;
        };
        if (under.size() < 2 || std::any_of(under.begin(), under.end(), differs)) continue;
        cx.report(
            Diagnostic::warning("J0413", "GIVES WAY TO NOBODY", under.back()->frequency_span,
                                tick(policy.name) + " keeps its last places for what matters more, "
                                                    "and all journeys under it matter the same.")
                .and_other(under.front()->frequency_span, "as much as this one, for one")
                .and_after("A message gives way to journeys of a higher `priority`. Who says none "
                           "has 0.")
                .and_help("give the journey that matters more a line `priority 10`"));
    }
}

}  // namespace

void lint_policies(Context& cx) {
    check_give_way(cx);
    for (const Journey& journey : cx.model.journeys) {
        check_idle(cx, journey);
        if (journey.message_class != ir::MessageClass::marketing) continue;
        if (!journey.quiet_broken) check_quiet(cx, journey);
        if (journey.frequency != kNone || journey.frequency_broken) continue;
        if (!sends_marketing(cx, journey)) continue;
        std::vector<std::string> policies;
        for (const ir::Frequency& policy : cx.schema().frequencies)
            policies.push_back(policy.name);
        cx.report(
            Diagnostic::warning("J0407", "ONE MORE MESSAGE", journey.name_span,
                                tick(journey.name) + " has no frequency policy.")
                .and_after("Nothing stops this from being the tenth message today.")
                .and_help(
                    policies.empty()
                        ? "declare one with `frequency gentle { at most 6 messages per 168h }`"
                        : "add a line `frequency " + policies.front() + "`"));
    }
}

}  // namespace journey::sema
