#include "engine/rules/gates.h"

// The gates in order; the first that speaks decides. A hold asks all of them again when it ends.
//
//   entry over               skip
//   kill switch              hold   until an operator lifts it
//   journey paused           hold   until an operator resumes it
//   no connector             skip
//   no address               skip
//   no consent               skip
//   suppressed               skip
//   variable missing         skip
//   frequency full           skip   or hold until a message falls out of the window
//   its last place needed    hold   by a message of a higher priority, until that is decided
//   quiet hours              hold   until they end, or skip
//   not valid any more       skip   also when a hold would outlast validity
//   in the holdout           skip

namespace journey::rules {
namespace {

using model::Reason;

std::optional<Verdict> gate(bool closed, Verdict verdict) {
    return closed ? std::optional(std::move(verdict)) : std::nullopt;
}

std::optional<Verdict> state_gates(const SendFacts& facts) {
    if (auto it = gate(!facts.entry_live, skip(Reason::entry_over))) return it;
    if (auto it = gate(facts.kill_switch, hold(Reason::kill_switch, kNever))) return it;
    if (auto it = gate(facts.journey_paused, hold(Reason::paused, kNever))) return it;
    return gate(!facts.connector_ready, skip(Reason::no_connector));
}

std::optional<Verdict> person_gates(const SendFacts& facts) {
    if (auto it = gate(!facts.has_address, skip(Reason::no_address))) return it;
    if (auto it = gate(facts.consent_needed && !facts.consent_given, skip(Reason::no_consent))) {
        return it;
    }
    if (auto it = gate(facts.suppressed, skip(Reason::suppressed, facts.suppressed_because))) {
        return it;
    }
    return gate(facts.required_variable_missing, skip(Reason::missing_variable));
}

Verdict first_gate(const SendFacts& facts) {
    if (auto it = state_gates(facts)) return std::move(*it);
    if (auto it = person_gates(facts)) return std::move(*it);
    if (auto it = frequency_gate(facts)) return std::move(*it);
    if (auto it = give_way_gate(facts)) return std::move(*it);
    if (auto it = quiet_hours_gate(facts)) return std::move(*it);
    return {};
}

// Skips stay what they are: the earlier gate is the better reason.
Verdict within_validity(const SendFacts& facts, Verdict verdict) {
    if (!facts.valid_until || verdict.decision == Decision::skip) return verdict;
    const calendar::Zone& zone = zone_for(facts);
    const std::string valid = "valid until " + local_text(*facts.valid_until, zone);
    if (facts.now >= *facts.valid_until) {
        return skip(Reason::not_valid_anymore, valid + ", now " + local_text(facts.now, zone));
    }
    if (verdict.decision != Decision::hold) return verdict;
    // Nobody knows how long a hold without an end takes; it may well be over in time.
    if (verdict.hold_until == kNever || verdict.hold_until < *facts.valid_until) return verdict;
    std::string saw = valid + ", held until " + local_text(verdict.hold_until, zone) + " by " +
                      std::string(model::name_of(verdict.reason));
    if (!verdict.saw.empty()) saw += " (" + verdict.saw + ")";
    return skip(Reason::not_valid_anymore, std::move(saw));
}

}  // namespace

Verdict skip(Reason reason, std::string saw) {
    return {Decision::skip, reason, {}, std::move(saw)};
}

Verdict hold(Reason reason, Instant until, std::string saw) {
    return {Decision::hold, reason, until, std::move(saw)};
}

const calendar::Zone& zone_for(const SendFacts& facts) {
    if (facts.person_zone != nullptr) return *facts.person_zone;
    return facts.workspace_zone != nullptr ? *facts.workspace_zone : calendar::utc();
}

std::string local_text(Instant at, const calendar::Zone& zone) {
    const calendar::Local local = calendar::to_local(at, zone);
    return format_date(local.date) + " " + format_time_of_day(local.time);
}

Verdict decide(const SendFacts& facts) {
    Verdict verdict = within_validity(facts, first_gate(facts));
    if (facts.held_out && verdict.decision == Decision::send) return skip(Reason::held_out);
    return verdict;
}

}  // namespace journey::rules
