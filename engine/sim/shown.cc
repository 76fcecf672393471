#include "engine/sim/shown.h"

#include "engine/sim/programs.h"

namespace journey::sim {
namespace {

/// The text says it as "[weather=7] [water=]".
std::map<std::string, std::string> shown_in(std::string_view text) {
    std::map<std::string, std::string> shown;
    for (std::size_t at = text.find('['); at != text.npos; at = text.find('[', at + 1)) {
        const std::string_view one = text.substr(at + 1, text.find(']', at) - at - 1);
        const std::size_t sign = one.find('=');
        shown.emplace(one.substr(0, sign), one.substr(sign + 1));
    }
    return shown;
}

}  // namespace

std::string Shown::called(const Call& call) {
    if (call.is_message()) {
        begun_.insert(call.key);
        return judge_text(call);
    }
    if (call.fetch.empty()) return "";
    answers_[{call.fetch, call.response.body}] = {
        call.said, call.at + call.takes, {call.key, call.attempt}};
    if (!begun_.contains(call.key)) return "";
    return "I9: " + call.fetch + " was asked for " + model::format_key(call.key) +
           ", which had begun";
}

/// What the last answers say, whichever attempt this is.
std::string Shown::judge_text(const Call& call) const {
    const auto found = told_.find(call.key);
    const std::map<std::string, std::string> told =
        found == told_.end() ? std::map<std::string, std::string>() : found->second;
    const std::string name = "fetch: " + model::format_key(call.key) + " says '" + call.text + "'";
    if (shown_in(call.text) != told) return name + ", which is not what came for it";
    const auto needed = told.find(std::string(kNeededFetch));
    if (needed != told.end() && needed->second.empty()) return name + " without what it needs";
    return "";
}

std::string Shown::came(const model::Fetched& fetched, Instant at) {
    const std::string name =
        "fetch: what came of " + fetched.fetch + " for " + model::format_key(fetched.key);
    std::string& told = told_[fetched.key][fetched.fetch];
    told.clear();
    if (begun_.contains(fetched.key)) return name + " came after it had begun";
    if (fetched.observation.kind != model::ObservationKind::accepted) return "";
    const auto found = answers_.find({fetched.fetch, fetched.observation.answer});
    if (found == answers_.end()) return name + " was never answered";
    const Answer& answer = found->second;
    told = answer.said;
    if (!fetched.cached && answer.to != std::pair(fetched.key, fetched.attempt))
        return name + " was the answer to another question";
    const bool serves = fetched.fetch != kNeededFetch && at < answer.at + kServes;
    if (fetched.cached && !serves) return name + " was too old";
    return "";
}

std::string Shown::judge(const model::MessageKey& key, const model::MessageRow& row) const {
    const auto told = told_.find(key);
    bool lacks = false;
    if (told != told_.end()) {
        const auto needed = told->second.find(std::string(kNeededFetch));
        lacks = needed != told->second.end() && needed->second.empty();
    }
    const std::string name = "fetch: " + row.message_template + " " + model::format_key(key) +
                             " is " + std::string(name_of(row.status)) + ", " +
                             std::string(name_of(row.reason));
    const bool skipped = row.reason == model::Reason::fetch_failed;
    if (skipped && !lacks) return name + ", and it had all it needs";
    if (lacks && row.status != model::MessageStatus::skipped &&
        row.status != model::MessageStatus::expired)
        return name + ", and it lacks what it needs";
    return "";
}

}  // namespace journey::sim
