#pragma once
// How much memory the daemon may plan with.

#include "engine/base/base.h"

namespace journey::app {

/// Of this machine, or of the control group the process is in when that is less.
std::uint64_t machine_memory();

/// "800 MB", "2 GB" or "40 %" of `all`; none when it says something else, or nothing.
std::optional<std::uint64_t> memory_of(std::string_view text, std::uint64_t all);

}  // namespace journey::app
