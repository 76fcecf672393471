#pragma once
// A saved plan: what was looked at is what will be applied.

#include "engine/app/plan_live.h"
#include "engine/plan/plan.h"

namespace journey::app {

struct PlanFile {
    std::string before;  // hash of the program it was made against; "" when none was live
    Bytes program;
    Bytes stopping;  // published first, when people of retired journeys are to stop; else ""
    std::map<std::string, plan::Retire> retire;
    plan::Standing standing;  // when it was made
    Instant made{};
    std::optional<MessagesToday> messages;  // when they were counted
};

std::string hash_of_program(const Bytes& program);  // as daemons name it

std::string write_plan(const PlanFile& plan);
/// `invalid`: not a plan, changed by hand or cut off, or its program cannot run here.
Result<PlanFile> read_plan(std::string_view text);

}  // namespace journey::app
