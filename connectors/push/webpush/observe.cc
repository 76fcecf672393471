//   404, 410                  rejected   the subscription is of no use
//   3xx, 401, 403, 407        rejected   one push service's word on one subscription, which must
//                                        not stop those of other browsers
//   413                       rejected
//   everything else           as observe_http, class D

#include "connectors/push/webpush/calls.h"

#include <fmt/format.h>

namespace journey::connectors::push {
namespace {

constexpr std::size_t kIdMost = 64;

std::string last_part(const std::string& url) {
    const std::size_t slash = url.rfind('/');
    return url.substr(slash == std::string::npos ? 0 : slash + 1).substr(0, kIdMost);
}

}  // namespace

model::Observation observe_webpush(const Response& response) {
    using model::ObservationKind;
    model::Observation seen = observe_http(response, model::IdempotencyClass::collapsible);
    if (!response.answered) return seen;
    if (seen.kind == ObservationKind::accepted) {
        for (const auto& [name, value] : response.headers) {
            if (name == "location") seen.provider_id = last_part(value);
        }
        return seen;
    }
    if (response.status == 404 || response.status == 410) {
        seen.reason = "the subscription is dead: the person withdrew it or the browser replaced it";
        seen.gone = {""};
    } else if (response.status == 413) {
        seen.reason = "the push service finds the push too large (413); shorten the template";
    } else if (seen.kind == ObservationKind::pause) {
        seen.kind = ObservationKind::rejected;
        seen.reason = fmt::format(
            "the push service refuses us for this subscription ({}); it was perhaps made with "
            "another VAPID key",
            response.status);
    }
    return seen;
}

}  // namespace journey::connectors::push
