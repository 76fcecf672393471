#pragma once
// A made-up project of any size, for measuring the compiler and the language server.

#include "dsl/dsl.h"

namespace journey::app {

/// One journey with its templates, a segment and a test: what people write in a file. It uses
/// shop.journey. Different numbers have no name in common.
std::string bench_journey(std::size_t number, std::size_t steps);

/// shop.journey, which declares what all share, and so many journeys in files of their own.
std::vector<dsl::SourceFile> bench_project(std::size_t journeys, std::size_t steps);

struct BenchLspOptions {
    std::size_t lines = 500;
    std::size_t journeys = 1000;
    std::size_t edits = 200;
    bool json = false;
};
int bench_lsp_command(const BenchLspOptions& options, const std::string& program);

}  // namespace journey::app
