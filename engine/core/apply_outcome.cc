// Of the attempt that is claimed now; any other is ignored.
//   accepted      final, sent
//   pretended     final, counts as sent: a dry run goes on as the real one would
//   withheld      final, skipped: not on the allow-list
//   rejected      final; its place under the frequency policy is free again
//   lost          asked for again soon: the daemon stopped, the provider did not fail
//   retry, pause  the next attempt after a backoff, or final when that would be too late (send.cc)
//   unknown       final; the entry goes on as if it had been sent. A receipt that came first says
//                 more
//   not_started   asked for again at once; after an opt-out it is decided again here and now
// An ambiguous answer leaves the Intent in doubt: whatever ends it but an acceptance, it is unknown.
#include "engine/core/machine.h"

namespace journey::core {
namespace {

using model::MessageStatus;
using model::ObservationKind;
using model::Reason;

}  // namespace

void Machine::on(const model::Command& command, const model::Outcome& outcome) {
    Person* person = reach(command, false);
    if (person == nullptr) return;
    answer_call(*person, outcome.key, outcome.attempt, outcome.observation);
    answer_fetch(*person, {outcome.key, outcome.attempt, {}, outcome.observation});
    Intent* intent = person->intent(outcome.key);
    if (intent == nullptr || intent->message.status != MessageStatus::claimed ||
        intent->attempt != outcome.attempt) {
        return finish_command(*person);
    }
    Message& message = intent->message;
    const model::Observation& seen = outcome.observation;
    if (outcome.body_hash != Sha256{}) {
        message.body_hash = outcome.body_hash;
        message.has_body_hash = true;
    }
    if (!seen.provider_id.empty()) message.provider_id = seen.provider_id;
    if (seen.ambiguous) intent->in_doubt = true;
    switch (seen.kind) {
        case ObservationKind::accepted:
            close(*person, outcome.key, MessageStatus::accepted, Reason::none, seen.reason);
            break;
        case ObservationKind::rejected:
            close(*person, outcome.key, MessageStatus::rejected,
                  seen.reason.rfind(model::name_of(Reason::template_failed), 0) == 0
                      ? Reason::template_failed
                      : Reason::provider_rejected,
                  seen.reason);
            break;
        case ObservationKind::unknown:
            close(*person, outcome.key, MessageStatus::unknown, Reason::none, seen.reason);
            break;
        case ObservationKind::pretended:
            close(*person, outcome.key, MessageStatus::accepted, Reason::dry_run, seen.reason);
            break;
        case ObservationKind::withheld:
            close(*person, outcome.key, MessageStatus::skipped, Reason::not_allowed, seen.reason);
            break;
        case ObservationKind::retry:
        case ObservationKind::lost:
        case ObservationKind::pause:
            retry_or_give_up(*person, *intent, seen);
            break;
        case ObservationKind::not_started: {
            message.status = MessageStatus::planned;
            if (!intent->in_doubt) message.claimed_at = kNever;
            ++intent->attempt;
            changed(*person, message);
            const rules::Verdict verdict = verdict_of(*person, *intent, true);
            if (verdict.decision == rules::Decision::skip) {
                close_skipped(*person, outcome.key, verdict);
            } else {
                make_ready(*person, *intent);
            }
            break;
        }
    }
    finish_command(*person);
}

}  // namespace journey::core
