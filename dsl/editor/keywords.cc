// tests/dsl/editor compares this list with the grammar's own words and with the highlighting of
// editors (textmate/), so that none of the three drifts.

#include "dsl/editor/editor.h"

#include <algorithm>

namespace journey::editor {
namespace {

constexpr std::string_view kWords =
    "about above add address after always and arm as at attach automatic band basis because "
    "before below best between blank blast body by cache call called canary catalogue channel "
    "channels "
    "choose "
    "confidence consent contains cost counts currency day default distinct do double dwell "
    "else emit ends enter entered event ever every exit exited expect experiment expires "
    "explore fails false feb fetch file first for frequency from full get give given gives goal "
    "held "
    "history hold holdout hour if ignore in include inline is it joining journey key language "
    "lasts leaving length let limit list local locale map mar marketing max missing money "
    "month more most moves needs never no not note nothing of on once one only opt or "
    "others otherwise out over owner parallel per picks pii post present priority profile "
    "puts queue quiet rate reaches reenter remove repeat required restart retry run running "
    "sample segment send sender sends sent set since skip skipped snippet split spread "
    "start starts stay stop subject tag tagged template test then time timeout times title "
    "to transactional true unless unsubscribe until up use user valid version wait waiting "
    "way webhook week when where while winner with within without workspace worth yearly "
    "zone";

std::vector<std::string_view> split(std::string_view words) {
    std::vector<std::string_view> all;
    while (!words.empty()) {
        const std::size_t end = std::min(words.find(' '), words.size());
        if (end > 0) all.push_back(words.substr(0, end));
        words.remove_prefix(std::min(end + 1, words.size()));
    }
    return all;
}

}  // namespace

const std::vector<std::string_view>& keywords() {
    static const std::vector<std::string_view> all = split(kWords);
    return all;
}

}  // namespace journey::editor
