#pragma once
// A project on disk: a folder of .journey and .journey.yaml files, or single files, with what they
// `use`.

#include "dsl/dsl.h"

#include <set>

namespace journey::app {

/// The texts of a project, before anything is made of them.
struct ProjectFiles {
    std::vector<dsl::SourceFile> files;
    /// Of those, the ones nobody asked for: they are `use`d from elsewhere.
    std::set<std::string> only_used;
    /// Finds the files that templates name.
    dsl::Options options;
};
/// What stands at `paths` (folders or files), with what it uses.
Result<ProjectFiles> read_project(const std::vector<std::string>& paths);

/// Compiles what stands at `paths` (folders or files). `not_found` when nothing is there; mistakes
/// of authors are in the result's diagnostics.
Result<dsl::Compilation> compile_project(const std::vector<std::string>& paths);

/// What looks like a part of the project and was not read: files in folders below (projects of their
/// own, unless something `use`s them), names that lead nowhere, and, beside files that were named one
/// by one and have mistakes, the others. Tells it on stderr.
void say_unread(const std::vector<std::string>& paths, const dsl::Compilation& compilation);

/// On stderr, in colour on a terminal; `short_form`: one line each.
void print_diagnostics(const dsl::Compilation& compilation, bool short_form);

/// By its name.
bool is_journey_file(const std::string& path);

/// The files that a text says it uses, as written. Only to find them; what is wrong with a `use`
/// is the compiler's to say.
std::vector<std::string> used_files(const std::string& text, bool yaml);

/// A new file in its place, or nothing: written beside it first.
Result<void> replace_file(const std::string& path, const std::string& text);

/// The journey files of a folder, sorted, or the file itself.
Result<std::vector<std::string>> journey_files(const std::string& path);

/// The files in `folder` of `home` and below it, as paths from `home`; a few hundred at most.
std::vector<std::string> files_in(const std::string& home, std::string_view folder);

Result<std::string> read_text_file(const std::string& path);

}  // namespace journey::app
