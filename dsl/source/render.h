#pragma once
// Diagnostics as text: the full form of LANGUAGE 3.5.1, one line each, or JSON for editors.

#include "dsl/source/allow.h"
#include "dsl/source/diagnostic.h"

#include <string>
#include <string_view>
#include <vector>

namespace journey::source {

class SourceSet;

/// The few words that are the form's own.
struct RenderWords {
    std::string_view help = "help: ";
    std::string_view certain = "fix (certain):";
    std::string_view probable = "fix (probable):";
    std::string_view sketch = "fix (sketch):";
};

struct RenderOptions {
    bool colour = false;  // ANSI colours; the caller knows whether this is a terminal
    RenderWords words;
};

/// The full form, ending in a newline, no blank line before or after.
std::string render(const SourceSet& sources, const Diagnostic& diagnostic,
                   RenderOptions options = {});
/// All of them with a blank line between.
std::string render(const SourceSet& sources, const std::vector<Diagnostic>& diagnostics,
                   RenderOptions options = {});
/// "welcome.journey:10:14: error J0101: I cannot find…\n", one line each.
std::string render_short(const SourceSet& sources, const std::vector<Diagnostic>& diagnostics);
/// A JSON array. Places carry line and column (from 1, code points), utf16 (from 0) and offset
/// (bytes).
std::string render_json(const SourceSet& sources, const std::vector<Diagnostic>& diagnostics);
/// A SARIF 2.1.0 log; what was allowed is there as suppressed, with its reason.
std::string render_sarif(const SourceSet& sources, const std::vector<Diagnostic>& diagnostics,
                         const std::vector<Allowed>& allowed);

}  // namespace journey::source
