#pragma once
// How a pause ends: the body of /admin/journeys/{}/resume and /admin/sending/start.

#include "engine/http/exchange.h"
#include "engine/ir/ir.h"
#include "engine/model/model.h"

namespace journey::http {

/// `{"late": "send" | "skip" | "exit", "steps": {"STEP": …}, "over_seconds": N}`, all of it optional,
/// as is the body. Steps are those of `journey` in `program`, or of every journey when it is "".
std::variant<model::Resume, Reply> read_resume(std::string_view body, const ir::Program* program,
                                               std::string_view journey);

}  // namespace journey::http
