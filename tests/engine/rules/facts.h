#pragma once
// A send that nothing stands in the way of; tests change one thing at a time.

#include "engine/rules/rules.h"

namespace journey::rules::facts {

inline Instant at(std::string_view text) {
    return parse_instant(text).value();
}

enum Channel : ir::Index { email, sms, push };

inline SendFacts good(std::string_view now = "2026-03-02T04:00:00Z") {
    SendFacts it;
    it.has_address = true;
    it.consent_needed = true;
    it.consent_given = true;
    it.channel = push;
    it.channel_name = "push";
    it.person_zone = calendar::find_zone("Asia/Shanghai");
    it.workspace_zone = calendar::find_zone("Europe/Berlin");
    it.now = at(now);
    it.planned_at = it.now;
    return it;
}

}  // namespace journey::rules::facts
