#pragma once
// What we tell the author: one thing, at one place, with what to do about it (LANGUAGE 3.5).

#include "dsl/source/span.h"

#include <string>
#include <string_view>
#include <vector>

namespace journey::source {

enum class Severity : unsigned char { error, warning, information };
/// Only certain ones are ever applied without asking.
enum class Applicability : unsigned char { certain, probable, sketch };

std::string_view name_of(Severity severity);
std::string_view name_of(Applicability applicability);

/// Replaces the bytes of `span`; an empty span inserts.
struct Edit {
    Span span;
    std::string text;
};

struct Fix {
    Applicability applicability = Applicability::sketch;
    /// Read after "fix (certain): ", for example "write `signed_up`."
    std::string says;
    std::vector<Edit> edits;
};

/// A place with a few words. Marked with `---`, or `^^^` when it is as much to blame as the main
/// one.
struct Label {
    Span span;
    std::string text;
    bool caret = false;
};

struct Diagnostic {
    std::string code;  // "J0101"
    Severity severity = Severity::error;
    std::string title;  // "UNKNOWN EVENT"; rendered in capitals as given
    Span span;          // the caret's
    std::string label;  // words after the caret, or empty
    std::vector<Label> others;
    std::string before;  // the fact, above the author's line; also the one-line form
    std::string after;   // the reason or the candidates, below it; may have several lines
    std::vector<std::string> help;
    std::vector<Fix> fixes;

    // By value, so that `made = std::move(made).and_help(…)` is safe.
    // For building in one expression: Diagnostic::error("J0101", "UNKNOWN EVENT", span, "I
    // cannot…").and_after(…).
    static Diagnostic error(std::string code, std::string title, Span span, std::string before);
    static Diagnostic warning(std::string code, std::string title, Span span, std::string before);
    static Diagnostic information(std::string code, std::string title, Span span,
                                  std::string before);
    Diagnostic and_label(std::string words) &&;
    Diagnostic and_other(Span at, std::string words, bool caret = false) &&;
    Diagnostic and_after(std::string words) &&;
    Diagnostic and_help(std::string words) &&;
    Diagnostic and_fix(Applicability applicability, std::string says, std::vector<Edit> edits) &&;
};

bool has_errors(const std::vector<Diagnostic>& diagnostics);
/// By file, place, code; equal ones (same code, same place) once.
void sort_and_unique(std::vector<Diagnostic>& diagnostics);

}  // namespace journey::source
