#pragma once
// Addresses: which exist, who may call them and how large a body they take.

#include "engine/http/exchange.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace journey::http {

enum class Endpoint : unsigned char {
    batch,
    identify,
    track,
    page,
    screen,
    group,
    alias,
    consent,
    suppress,
    tags,
    preflight,
    program_show,
    program_apply,
    journeys,
    journey_pause,
    journey_resume,
    sending_stop,
    sending_start,
    timeline,
    why,
    unknown_messages,
    unmatched_receipts,
    livez,
    readyz,
    metrics,
    openapi,
    report,
    pixel,
    click,
    unsubscribe_page,
    unsubscribe,
    program_bytes,
    preferences_page,
    preferences,
    confirm_page,
    confirm,
    suppressions_add,
    suppressions_remove,
    suppressions_find,
    suppressions_count,
    message_content,
    person_erase,
    approvals,
    approve,
};

enum class Guard : unsigned char {
    none,
    write_key,          // Basic user name
    write_key_or_body,  // the same, or `writeKey` in the body as browsers send it
    admin,              // Bearer
    approver,           // Bearer, somebody else's than the operator's
    signature,          // of the provider or in the token; the endpoint checks it
};

struct Route {
    Method method;
    std::string_view pattern;  // "{}" stands for one segment of the path, "{}.gif" for its front
    Endpoint endpoint;
    Guard guard;
};

struct Found {
    const Route* route = nullptr;
    std::string parameter;  // what "{}" stood for, still percent-encoded
};

/// The route, or the methods that `path` does have ("" when there is no such address). HEAD finds
/// GET.
std::optional<Found> find_route(Method method, std::string_view path);
std::string methods_of(std::string_view path);
std::span<const Route> all_routes();
/// Every pattern without a parameter: for suggestions.
const std::vector<std::string>& known_paths();

}  // namespace journey::http
