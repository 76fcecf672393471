#pragma once
// Inside engine/rules: the gates that calculate. None means "nothing stands in the way".

#include "engine/rules/rules.h"

namespace journey::rules {

std::optional<Verdict> frequency_gate(const SendFacts& facts);
/// Of a policy that is not full.
std::optional<Verdict> give_way_gate(const SendFacts& facts);
std::optional<Verdict> quiet_hours_gate(const SendFacts& facts);

Verdict skip(model::Reason reason, std::string saw = {});
Verdict hold(model::Reason reason, Instant until, std::string saw = {});

/// "2026-03-02 09:00", where `zone` is.
std::string local_text(Instant at, const calendar::Zone& zone);
/// Where times are told to people: the person's zone, else the workspace's, else UTC.
const calendar::Zone& zone_for(const SendFacts& facts);

}  // namespace journey::rules
