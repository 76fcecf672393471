#pragma once
// A project on disk: a folder of .journey and .journey.yaml files, or single files, with what they
// `use`.

#include "dsl/dsl.h"

namespace journey::app {

/// Compiles what stands at `paths` (folders or files). `not_found` when nothing is there; mistakes
/// of authors are in the result's diagnostics.
Result<dsl::Compilation> compile_project(const std::vector<std::string>& paths);

/// On stderr, in colour on a terminal; `short_form`: one line each.
void print_diagnostics(const dsl::Compilation& compilation, bool short_form);

/// The journey files of a folder, sorted, or the file itself.
Result<std::vector<std::string>> journey_files(const std::string& path);

Result<std::string> read_text_file(const std::string& path);

}  // namespace journey::app
