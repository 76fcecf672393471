#pragma once
// The door of the compiler: the texts of a project in, a verified Program or what is wrong out.

#include "dsl/sema/sema.h"
#include "dsl/source/source.h"
#include "engine/ir/ir.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace journey::dsl {

using sema::TestCase;
using source::Diagnostic;
using source::RenderOptions;
using source::SourceSet;

struct SourceFile {
    std::string name;  // as shown to the author, "journeys/welcome.journey"
    std::string text;  // the file's bytes
};

/// `read_file` gives the files templates name, relative to the project; without it they are not
/// looked at and templates have no html.
using Options = sema::Options;

struct Compilation {
    std::optional<ir::Program> program;    // verified; present when no diagnostic is an error
    std::vector<Diagnostic> diagnostics;   // by file (in the order given) and place
    std::vector<source::Allowed> allowed;  // silenced by `# allow CODE: reason`; never errors
    SourceSet sources;
    std::vector<TestCase> tests;  // resolved against `program`; only with one

    bool ok() const { return program.has_value(); }
};

/// All files of a project together: names belong to the project, files are units of editing. Names
/// ending in ".yaml" or ".yml" are read as YAML, all others as the journey language. The same files
/// give the same program, byte for byte. Pure but for `read_file`. About 1 ms a journey.
Compilation compile(std::vector<SourceFile> files, const Options& options = {});

/// Reading alone, the first part of compile(): is the text well formed?
bool reads(const SourceFile& file);

/// The diagnostics of a compilation, the full form, with a blank line between.
std::string render(const Compilation& compilation, RenderOptions options = {});
/// One line each, for editors and CI logs.
std::string render_short(const Compilation& compilation);
/// A JSON array.
std::string render_json(const Compilation& compilation);
/// A SARIF 2.1.0 log.
std::string render_sarif(const Compilation& compilation);

/// Why a message was left out, in a few words: what a test writes behind `because`.
std::string_view words_of_reason(model::Reason reason);

/// `text` in the one style, or nullopt with the reasons when it cannot be read. Never changes
/// meaning; YAML keeps its order, words and quotes too.
struct Formatted {
    std::optional<std::string> text;
    std::vector<Diagnostic> diagnostics;
    SourceSet sources;
};
Formatted format_source(SourceFile file);

/// The two surfaces of the language.
enum class Surface : unsigned char { journey, yaml };
/// By the file's name: ".yaml" and ".yml" are YAML.
Surface surface_of(std::string_view name);
/// The file in the other surface, or in its own when it is that already, with its comments. Nullopt
/// with the reasons when it cannot be read. The meaning stays: converted texts compile to journeys
/// of the same hash.
Formatted convert_source(SourceFile file, Surface to);

/// Every construct of the language as it looks when it is right, in Markdown. The Chinese page also
/// says what each word of the language means.
enum class ReferenceIn : unsigned char { english, chinese };
std::string reference(ReferenceIn language = ReferenceIn::english);
/// Headings, rows and words of the reference that have no Chinese; for tests.
std::vector<std::string> untold_in_chinese();

/// The JSON Schema (2020-12) of the YAML surface; the names `project` declares complete it, whether
/// or not the project compiles.
std::string json_schema(std::vector<SourceFile> project);

}  // namespace journey::dsl
