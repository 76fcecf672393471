#pragma once
// The door of dsl/sema: names, types, and every check that reads the tree. See README.md.

#include "dsl/ast/ast.h"
#include "dsl/sema/model.h"
#include "dsl/sema/names.h"
#include "dsl/source/source.h"
#include "engine/model/model.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace journey::sema {

using Diagnostics = std::vector<source::Diagnostic>;

struct Options {
    /// The bytes of a file a template names, by its path as written; nullopt when there is none.
    /// Without this function template files are not looked at.
    std::function<std::optional<std::string>(std::string_view path)> read_file;
    /// The paths of the files in a folder of the project and below it, to name one that was meant.
    std::function<std::vector<std::string>(std::string_view folder)> list_files = {};
    /// For editors: filled with every name and what every expression is.
    Names* names = nullptr;
    /// For editors: asked every millisecond or so. Once it is true nobody waits for this check any
    /// more: it ends early, and what it found is worth nothing.
    std::function<bool()> stopped;
};

/// Checks all files of a project together. Adds every mistake found to `diagnostics` (in no
/// particular order); the model is whole and may be lowered only when none of them is an error.
/// Linear in the text but for names (n log n).
Model check(const std::vector<ast::File>& files, const source::SourceSet& sources,
            const Options& options, Diagnostics& diagnostics);

/// The functions of expressions: `wants` reads "a date or a moment".
struct ShownFunction {
    std::string_view wants;
    std::string_view example;
};
std::vector<ShownFunction> shown_functions();

/// A few words of the reason's sentence, as a test writes them behind `because`.
std::string_view words_of(model::Reason reason);

/// "a number", "money (CNY)", "one of free, plus, pro": read after "this is".
std::string describe(const ir::Type& type, const ir::Program& schema);

}  // namespace journey::sema
