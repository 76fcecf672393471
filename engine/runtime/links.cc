#include "engine/runtime/links.h"

namespace journey::runtime {

std::string LinkMaker::unsubscribe() const {
    return options_.public_url.empty() ? "" : "";
}
std::string LinkMaker::callback() const {
    return attempt_.channel.empty() ? "" : "";
}
std::string LinkMaker::track(std::string html, const std::string&) const {
    return html;
}

}  // namespace journey::runtime
