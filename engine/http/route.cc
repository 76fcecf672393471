#include "engine/http/route.h"

#include <algorithm>

namespace journey::http {
namespace {

constexpr Guard kBrowser = Guard::write_key_or_body;

// The busiest first: the search is linear. The short names are what Segment's browser library uses.
constexpr Route kRoutes[] = {
    {Method::post, "/v1/batch", Endpoint::batch, kBrowser},
    {Method::post, "/v1/track", Endpoint::track, kBrowser},
    {Method::post, "/v1/identify", Endpoint::identify, kBrowser},
    {Method::post, "/v1/page", Endpoint::page, kBrowser},
    {Method::post, "/v1/screen", Endpoint::screen, kBrowser},
    {Method::post, "/v1/group", Endpoint::group, kBrowser},
    {Method::post, "/v1/alias", Endpoint::alias, kBrowser},
    {Method::post, "/v1/b", Endpoint::batch, kBrowser},
    {Method::post, "/v1/t", Endpoint::track, kBrowser},
    {Method::post, "/v1/i", Endpoint::identify, kBrowser},
    {Method::post, "/v1/p", Endpoint::page, kBrowser},
    {Method::post, "/v1/s", Endpoint::screen, kBrowser},
    {Method::post, "/v1/g", Endpoint::group, kBrowser},
    {Method::post, "/v1/a", Endpoint::alias, kBrowser},
    {Method::options, "/v1/{}", Endpoint::preflight, Guard::none},
    {Method::post, "/r/{}", Endpoint::report, Guard::signature},
    {Method::post, "/r/{}/{}", Endpoint::report, Guard::signature},
    {Method::get, "/r/{}", Endpoint::report, Guard::signature},
    {Method::get, "/o/{}.gif", Endpoint::pixel, Guard::signature},
    {Method::get, "/c/{}", Endpoint::click, Guard::signature},
    {Method::get, "/u/{}", Endpoint::unsubscribe_page, Guard::signature},
    {Method::post, "/u/{}", Endpoint::unsubscribe, Guard::signature},
    {Method::get, "/p/{}", Endpoint::preferences_page, Guard::signature},
    {Method::post, "/p/{}", Endpoint::preferences, Guard::signature},
    {Method::get, "/s/{}", Endpoint::confirm_page, Guard::signature},
    {Method::post, "/s/{}", Endpoint::confirm, Guard::signature},
    {Method::post, "/v1/consent", Endpoint::consent, Guard::write_key},
    {Method::post, "/v1/suppress", Endpoint::suppress, Guard::write_key},
    {Method::post, "/v1/suppressions", Endpoint::suppressions_add, Guard::write_key},
    {Method::post, "/v1/tags", Endpoint::tags, Guard::write_key},
    {Method::get, "/livez", Endpoint::livez, Guard::none},
    {Method::get, "/readyz", Endpoint::readyz, Guard::none},
    {Method::get, "/metrics", Endpoint::metrics, Guard::none},
    {Method::get, "/openapi.json", Endpoint::openapi, Guard::none},
    {Method::get, "/admin/program", Endpoint::program_show, Guard::admin},
    {Method::get, "/admin/program/bytes", Endpoint::program_bytes, Guard::admin},
    {Method::post, "/admin/program", Endpoint::program_apply, Guard::admin},
    {Method::get, "/admin/journeys", Endpoint::journeys, Guard::admin},
    {Method::post, "/admin/journeys/{}/pause", Endpoint::journey_pause, Guard::admin},
    {Method::post, "/admin/journeys/{}/resume", Endpoint::journey_resume, Guard::admin},
    {Method::get, "/admin/approvals", Endpoint::approvals, Guard::approver},
    {Method::post, "/admin/approvals/{}/{}", Endpoint::approve, Guard::approver},
    {Method::post, "/admin/sending/stop", Endpoint::sending_stop, Guard::admin},
    {Method::post, "/admin/sending/start", Endpoint::sending_start, Guard::admin},
    {Method::get, "/admin/people/{}/timeline", Endpoint::timeline, Guard::admin},
    {Method::get, "/admin/people/{}/why", Endpoint::why, Guard::admin},
    {Method::post, "/admin/people/{}/erase", Endpoint::person_erase, Guard::admin},
    {Method::get, "/admin/suppressions", Endpoint::suppressions_count, Guard::admin},
    {Method::post, "/admin/suppressions/find", Endpoint::suppressions_find, Guard::admin},
    {Method::post, "/admin/suppressions/remove", Endpoint::suppressions_remove, Guard::admin},
    {Method::get, "/admin/messages/unknown", Endpoint::unknown_messages, Guard::admin},
    {Method::get, "/admin/messages/{}/content", Endpoint::message_content, Guard::admin},
    {Method::get, "/admin/receipts/unmatched", Endpoint::unmatched_receipts, Guard::admin},
};

/// What "{}" stands for, of two with the slash between them; "" for a pattern without; nothing when
/// the path is another.
std::optional<std::string_view> match(std::string_view pattern, std::string_view path) {
    const std::size_t open = pattern.find("{}");
    if (open == std::string_view::npos) {
        return pattern == path ? std::optional<std::string_view>("") : std::nullopt;
    }
    constexpr std::string_view kTwo = "{}/{}";
    if (pattern.ends_with(kTwo)) {
        const std::size_t slash = path.find('/', open);
        if (slash == std::string_view::npos || slash == open || slash + 1 == path.size())
            return std::nullopt;
        if (!path.starts_with(pattern.substr(0, open))) return std::nullopt;
        if (path.find('/', slash + 1) != std::string_view::npos) return std::nullopt;
        return path.substr(open);
    }
    const std::string_view front = pattern.substr(0, open);
    const std::string_view back = pattern.substr(open + 2);
    if (path.size() <= front.size() + back.size()) return std::nullopt;
    if (!path.starts_with(front) || !path.ends_with(back)) return std::nullopt;
    const std::string_view middle =
        path.substr(front.size(), path.size() - front.size() - back.size());
    if (middle.find('/') != std::string_view::npos) return std::nullopt;
    return middle;
}

std::string_view name_of(Method method) {
    switch (method) {
        case Method::get:
            return "GET, HEAD";
        case Method::post:
            return "POST";
        case Method::options:
            return "OPTIONS";
        case Method::head:
        case Method::other:
            break;
    }
    return "";
}

}  // namespace

std::optional<Found> find_route(Method method, std::string_view path) {
    if (method == Method::head) method = Method::get;
    for (const Route& route : kRoutes) {
        if (route.method != method) continue;
        if (const auto parameter = match(route.pattern, path)) {
            return Found{&route, std::string(*parameter)};
        }
    }
    return std::nullopt;
}

std::string methods_of(std::string_view path) {
    std::string methods;
    for (const Route& route : kRoutes) {
        const std::string_view name = name_of(route.method);
        // The preflight's pattern fits every word below /v1, there or not.
        if (route.method == Method::options || !match(route.pattern, path)) continue;
        if (methods.find(name) != std::string::npos) continue;
        if (!methods.empty()) methods += ", ";
        methods += name;
    }
    return methods;
}

std::span<const Route> all_routes() {
    return kRoutes;
}

const std::vector<std::string>& known_paths() {
    static const std::vector<std::string> paths = [] {
        std::vector<std::string> all;
        for (const Route& route : kRoutes) {
            if (route.pattern.find("{}") == std::string_view::npos) all.emplace_back(route.pattern);
        }
        return all;
    }();
    return paths;
}

}  // namespace journey::http
