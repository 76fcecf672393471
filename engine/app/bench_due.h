#pragma once

#include "engine/app/bench_figures.h"
#include "engine/app/commands.h"

namespace journey::app {

/// One run: entries of a daemon that fall due at a steady 300,000 a second.
Result<Measured> measure_due(const BenchOptions& options, const std::string& program_path);

}  // namespace journey::app
