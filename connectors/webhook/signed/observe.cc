#include "connectors/webhook/signed/calls.h"

namespace journey::connectors::webhook {

// The body of an answer means nothing: any 2xx is a receipt, whatever it says.
model::Observation observe_signed(const Response& response) {
    model::Observation seen = observe_http(response, model::IdempotencyClass::keyed);
    if (response.answered && response.status == 410) {
        seen.reason = "the receiver wants no more of these (410); remove the webhook";
    }
    return seen;
}

// 2xx, with its body for the journey; 408, 429, 5xx and no answer may be better next time; anything
// else is the call's own fault, and a journey waits for it: no pause of a day.
model::Observation observe_call(const Response& response) {
    model::Observation seen = observe_http(response, model::IdempotencyClass::keyed);
    if (!response.answered) {
        if (seen.kind == model::ObservationKind::pause)
            seen.kind = model::ObservationKind::rejected;
        return seen;
    }
    if (response.status == 408) {
        seen.kind = model::ObservationKind::retry;
        seen.reason = "it took too long (408)";
    } else if (response.status == 409) {
        seen.kind = model::ObservationKind::rejected;
        seen.reason = "it refused (409)";
    } else if (seen.kind == model::ObservationKind::pause) {
        seen.kind = model::ObservationKind::rejected;
    } else if (seen.kind == model::ObservationKind::accepted) {
        seen.answer = response.body;
    }
    return seen;
}

}  // namespace journey::connectors::webhook
