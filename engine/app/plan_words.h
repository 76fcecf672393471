#pragma once
// What a plan remarks, in the reader's language.

#include "engine/plan/plan.h"

namespace journey::app {

/// A sentence that no table knows stays English.
plan::Plan in_readers_language(plan::Plan plan);
/// Of a remark that in_readers_language() gave back.
std::string remark_text(const plan::Remark& remark);

}  // namespace journey::app
