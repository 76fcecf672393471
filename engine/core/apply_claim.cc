//   planned, asked for, this attempt   decide: send, hold or skip (send.cc); another channel of the
//                                      same step does not wait for a frequency policy (choice.cc)
//   its message lacks a fetch          that goes first (fetch.cc)
//   of a call                          call.cc
//   anything else                      ignored: the claim was answered before, or its entry is over
#include "engine/core/machine.h"

namespace journey::core {

void Machine::on(const model::Command& command, const model::Claim& claim) {
    Person* person = reach(command, false);
    if (person == nullptr) return;
    Intent* intent = person->intent(claim.key);
    if (intent != nullptr && intent->message.status == model::MessageStatus::planned &&
        intent->ready && intent->attempt == claim.attempt &&
        person->asked_fetch(claim.key) == nullptr) {
        intent->ready = false;
        changed(*person);
        const ir::Index fetch = lacking(*person, *intent);
        const bool fetches = fetch != ir::kNone;
        rules::Verdict verdict = verdict_of(*person, *intent, fetches || claim.connector_ready);
        if (verdict.decision == rules::Decision::send && !fetches) {
            if (auto later = wait_for_turn(*intent)) {
                verdict = std::move(*later);
            } else if (auto held = wait_at_rails(*intent)) {
                verdict = std::move(*held);
            }
        }
        // Its turn, if this was one, is gone with the wait for something else.
        if (verdict.decision != rules::Decision::send &&
            verdict.reason != model::Reason::journey_rate)
            leave_turns(*person, *intent);
        switch (verdict.decision) {
            case rules::Decision::send:
                if (fetches) {
                    start_fetch(*person, *intent, fetch, claim.connector_ready);
                } else {
                    grant(*person, *intent);
                }
                break;
            case rules::Decision::hold:
                if (verdict.reason == model::Reason::frequency && another_may(*person, *intent)) {
                    close_skipped(*person, claim.key, verdict);
                } else {
                    hold(*person, *intent, verdict);
                }
                break;
            case rules::Decision::skip:
                close_skipped(*person, claim.key, verdict);
                break;
        }
    }
    if (PendingCall* call = person->call(claim.key)) claim_call(*person, *call, claim);
    finish_command(*person);
}

}  // namespace journey::core
