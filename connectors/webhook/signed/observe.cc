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

}  // namespace journey::connectors::webhook
