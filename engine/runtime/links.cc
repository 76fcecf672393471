#include "engine/runtime/links.h"

namespace journey::runtime {

namespace inbound = connectors::inbound;

inbound::LinkContext LinkMaker::context() const {
    return {options_.public_url, options_.secret, attempt_.person, attempt_.key};
}

std::string LinkMaker::unsubscribe() const {
    return options_.public_url.empty() ? std::string() : inbound::unsubscribe_url(context());
}

std::string LinkMaker::callback() const {
    // Of the channels we serve only text messages are reported on by callbacks to an address of
    // each message's own.
    const bool asked = !options_.public_url.empty() && attempt_.channel == "sms";
    return asked ? inbound::twilio_callback_url(context()) : std::string();
}

std::string LinkMaker::track(std::string html, const std::string& unsubscribe) const {
    if (options_.public_url.empty()) return html;
    if (options_.track_clicks) html = inbound::with_tracked_links(html, context(), unsubscribe);
    if (options_.track_opens && attempt_.open_tracking) html = inbound::with_pixel(html, context());
    return html;
}

}  // namespace journey::runtime
