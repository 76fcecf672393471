#include "dsl/sema/test_outcomes.h"

#include "dsl/sema/steps.h"
#include "engine/model/model.h"

namespace journey::sema {

namespace {

/// As lower names them; nullopt when one is not known for a mistake of its own.
std::optional<std::set<std::string>> ways_out(const Context& cx, const Journey& journey) {
    std::set<std::string> ways = {"finished", "expired"};
    if (journey.overlap == ir::Overlap::restart) ways.insert("restarted");
    for (const Goal& goal : journey.goals) {
        if (goal.exits) ways.insert(goal.name);
    }
    for (const Exit& exit : journey.exits) {
        if (exit.segment != kNone) {
            ways.insert(cx.model.segments[exit.segment].name);
        } else if (exit.condition != nullptr) {
            ways.insert("left");
        } else if (exit.pattern.event != kNone) {
            ways.insert(cx.schema().events[exit.pattern.event].name);
        } else {
            return std::nullopt;
        }
    }
    each_step(journey.steps, [&](const Step& step) {
        if (const auto* stop = std::get_if<Stop>(&step.act);
            stop != nullptr && !stop->reason.empty())
            ways.insert(stop->reason);
    });
    return ways;
}

}  // namespace

void check_way_out(Context& cx, const Journey& journey, const ast::Name& name) {
    const std::optional<std::set<std::string>> ways = ways_out(cx, journey);
    if (!ways || ways->contains(name.text)) return;
    Diagnostic diagnostic = with_near_names(
        Diagnostic::error("J0104", "NOBODY LEAVES LIKE THAT", name.span,
                          "Nobody leaves " + tick(journey.name) + " as " + tick(name.text) + "."),
        name.text, name.span, {ways->begin(), ways->end()});
    for (const Goal& goal : journey.goals) {
        if (goal.name == name.text) {
            diagnostic.help.push_back("that goal ends nothing; to ask whether it was reached: " +
                                      tick("expect goal " + goal.name));
        }
    }
    cx.report(std::move(diagnostic));
}

std::string_view words_of(model::Reason reason) {
    using model::Reason;
    switch (reason) {
        case Reason::none:
            return "";
        case Reason::entry_over:
            return "left the journey";
        case Reason::no_address:
            return "no address";
        case Reason::no_consent:
            return "consent";
        case Reason::suppressed:
            return "suppressed";
        case Reason::frequency:
            return "frequency";
        case Reason::quiet_hours:
            return "Quiet hours";
        case Reason::no_zone:
            return "time zone is not known";
        case Reason::not_valid_anymore:
            return "no longer valid";
        case Reason::paused:
            return "journey is paused";
        case Reason::kill_switch:
            return "stopped all sending";
        case Reason::provider_rate:
            return "no more messages just now";
        case Reason::connector_paused:
            return "connector is paused";
        case Reason::template_failed:
            return "could not be rendered";
        case Reason::missing_variable:
            return "variable";
        case Reason::retries_exhausted:
            return "retry failed";
        case Reason::provider_rejected:
            return "provider refused the message";
        case Reason::no_connector:
            return "No connector";
        case Reason::moved_on:
            return "newer version";
        case Reason::late:
            return "late";
        case Reason::dry_run:
            return "dry run";
        case Reason::not_allowed:
            return "allow-list";
        case Reason::best_hour:
            return "best hour";
        case Reason::held_out:
            return "holdout";
        case Reason::gave_way:
            return "higher priority";
        case Reason::journey_rate:
            return "rate of its own";
        case Reason::blast_limit:
            return "blast limit";
        case Reason::canary:
            return "looked at";
        case Reason::fetch_failed:
            return "fetched";
        case Reason::in_journal:
            return "journal";
    }
    return "";
}

void check_reason(Context& cx, const ast::Text& because, const Send* send) {
    const std::string& said = because.value;
    std::vector<std::string> reasons;
    std::vector<std::string> quoted;
    for (auto one = static_cast<std::uint8_t>(model::Reason::entry_over);
         one <= static_cast<std::uint8_t>(model::kLastReason); ++one) {
        const auto reason = static_cast<model::Reason>(one);
        // Scripts may know its name.
        const std::string words =
            std::string(model::name_of(reason)) + " " + std::string(model::sentence_of(reason));
        if (words.find(said) != std::string::npos) return;
        reasons.emplace_back(words_of(reason));
        quoted.push_back("\"" + reasons.back() + "\"");
    }
    // What one message saw stands behind the reason: "6 of 6", a variable, a provider's words.
    bool story = said.find_first_of("0123456789") != std::string::npos;
    if (send != nullptr && send->message_template != kNone) {
        for (const ir::TemplateParam& param : cx.schema().templates[send->message_template].params)
            story = story || said.find(param.field.name) != std::string::npos;
    }
    if (story) return;
    Diagnostic diagnostic = Diagnostic::warning("J0104", "NO REASON SAYS THAT", because.span,
                                                "No message is left out because of that.");
    diagnostic.after = "The reasons are:  " + columns(quoted);
    const std::vector<std::string> near = did_you_mean(said, reasons);
    if (near.size() == 1) {
        const std::string meant = "\"" + near[0] + "\"";
        diagnostic.fixes.push_back(
            {Applicability::probable, "write " + tick(meant) + ".", {{because.span, meant}}});
    }
    cx.report(std::move(diagnostic));
}

bool can_happen(Context& cx, const ast::EveryLine& every, Instant start, Instant until,
                const calendar::Zone& zone) {
    const calendar::Bounds step = calendar::bounds_of(every.every.value);
    if (step.least <= 0) {
        cx.report(Diagnostic::error("J0213", "HOW OFTEN?", every.every.span,
                                    "`every` needs a length of time above zero."));
        return false;
    }
    const auto span = std::chrono::duration_cast<std::chrono::seconds>(until - start);
    if (span.count() / step.least > 10'000) {
        cx.report(Diagnostic::error("J0903", "TOO OFTEN", every.every.span,
                                    "This would happen more than 10,000 times in one test."));
        return false;
    }
    if (calendar::add(start, every.every.value, zone) <= until) return true;
    cx.report(Diagnostic::error("J0213", "HOW OFTEN?", every.every.span,
                                "This never happens: the first time comes after the last.")
                  .and_other(every.until.span, "it ends here", true)
                  .and_after("`every` begins that long after `start`, not at `start`.")
                  .and_help("let it last longer, or say `at` when it happens once"));
    return false;
}

}  // namespace journey::sema
