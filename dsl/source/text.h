#pragma once
// Source: one author's file as clean UTF-8 with line feeds, and the set of all of them.

#include "dsl/source/diagnostic.h"
#include "dsl/source/span.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace journey::source {

/// 1 MiB, LANGUAGE 2.11.
inline constexpr std::size_t kFileBytesMax = std::size_t{1} << 20;

/// Both from 1. `column` counts code points (a tab is one), as people and most editors do.
struct Place {
    std::uint32_t line = 1;
    std::uint32_t column = 1;
    friend auto operator<=>(const Place&, const Place&) = default;
};

enum class LineEnd : unsigned char { lf, crlf, cr };

class Source {
  public:
    /// `text` is valid UTF-8 with line feeds only; decode() makes it so.
    Source(std::string name, std::string text);

    const std::string& name() const { return name_; }
    const std::string& text() const { return text_; }
    std::string_view slice(const Span& span) const;

    /// O(log lines + length of the line). Offsets past the end answer for the end.
    Place place_of(std::uint32_t offset) const;
    /// UTF-16 code units from the start of the line, from 0: what LSP counts.
    std::uint32_t utf16_column_of(std::uint32_t offset) const;
    std::uint32_t line_count() const { return static_cast<std::uint32_t>(starts_.size()); }
    /// Without its line feed. `line` from 1; lines past the end are empty.
    std::string_view line(std::uint32_t line) const;
    std::uint32_t line_begin(std::uint32_t line) const;

    /// How the file was stored, so that a writer can put it back the same way.
    bool had_bom = false;
    LineEnd line_end = LineEnd::lf;

  private:
    std::string name_;
    std::string text_;
    std::vector<std::uint32_t> starts_;
};

/// Owns every text of one compilation. Ids are indices in order of arrival; references stay good.
class SourceSet {
  public:
    /// Decodes `bytes` (a byte order mark, CRLF and CR-only line ends are taken away) and keeps the
    /// result. Refuses (J0901 too large, J0007 not UTF-8) by adding to `diagnostics`; then an empty
    /// text is kept under the name, so that the diagnostic has a place, and nullopt comes back.
    /// Invisible characters are reported too (J0006), and the text is kept.
    std::optional<FileId> add(std::string name, std::string_view bytes,
                              std::vector<Diagnostic>& diagnostics);

    /// The newest text of a file that is there already, under the same id and by the same rules;
    /// references to the old one end. False when it was refused.
    bool replace(FileId id, std::string_view bytes, std::vector<Diagnostic>& diagnostics);

    const Source& at(FileId id) const;
    std::size_t size() const { return sources_.size(); }
    std::optional<FileId> find(std::string_view name) const;
    std::string_view slice(const Span& span) const { return at(span.file).slice(span); }

  private:
    std::vector<std::unique_ptr<Source>> sources_;
};

/// J0006 for every character nobody can see: controls (other than tab and line feed), bidirectional
/// overrides anywhere, zero-width characters outside double quotes. At most ten reports a file.
void report_invisible(const Source& source, FileId id, std::vector<Diagnostic>& diagnostics);

}  // namespace journey::source
