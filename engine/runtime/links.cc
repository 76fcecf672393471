#include "engine/runtime/links.h"

#include <fmt/format.h>

namespace journey::runtime {

namespace inbound = connectors::inbound;

inbound::LinkContext LinkMaker::context() const {
    return {options_.public_url, options_.secret, attempt_.person, attempt_.key};
}

std::string LinkMaker::unsubscribe() const {
    return options_.public_url.empty() ? std::string() : inbound::unsubscribe_url(context());
}

std::string LinkMaker::preferences() const {
    return options_.public_url.empty() ? std::string() : inbound::preferences_url(context());
}

std::string LinkMaker::confirm(const std::string& consent) const {
    if (options_.public_url.empty()) return {};
    // Bound to where the link goes, too: the page asks whether that is still the person's address.
    std::string what = consent;
    if (const auto& key = attempt_.address_key)
        what += "@" + to_hex({reinterpret_cast<const char*>(key->bytes.data()), key->bytes.size()});
    return inbound::confirm_url(context(), what);
}

std::string LinkMaker::reference() const {
    if (options_.secret.empty()) return {};
    return inbound::sign_token(options_.secret,
                               {inbound::Purpose::callback, attempt_.person, attempt_.key});
}

std::string LinkMaker::callback(std::string_view reference) const {
    if (options_.public_url.empty() || reference.empty()) return {};
    return fmt::format("{}/r/{}/{}", options_.public_url, attempt_.channel, reference);
}

std::string LinkMaker::track(std::string html, const std::string& unsubscribe) const {
    if (options_.public_url.empty()) return html;
    if (options_.track_clicks) html = inbound::with_tracked_links(html, context(), unsubscribe);
    if (options_.track_opens && attempt_.open_tracking) html = inbound::with_pixel(html, context());
    return html;
}

}  // namespace journey::runtime
