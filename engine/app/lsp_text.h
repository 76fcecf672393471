#pragma once
// Lines and characters of the protocol against our byte offsets, and addresses against paths.

#include "dsl/source/source.h"

#include <optional>
#include <string>
#include <string_view>

namespace journey::app {

/// What a character of a position is: a byte, or a unit of UTF-16 (when nothing else was agreed).
enum class LspUnits : unsigned char { utf8, utf16 };

/// Both from 0.
struct LspPosition {
    std::uint32_t line = 0;
    std::uint32_t character = 0;
};

/// Positions past the end of a line or of the text mean that end.
std::uint32_t offset_of(const source::Source& source, LspPosition position, LspUnits units);
LspPosition position_of(const source::Source& source, std::uint32_t offset, LspUnits units);
/// How long a piece of one line is.
std::uint32_t length_of(std::string_view text, LspUnits units);

/// The same in a text as the editor has it: lines may end in CR LF, CR or LF.
std::size_t offset_in_bytes(std::string_view bytes, LspPosition position, LspUnits units);

/// "file:///home/a%20b" is "/home/a b"; nullopt for other schemes.
std::optional<std::string> path_of_uri(std::string_view uri);
std::string uri_of_path(std::string_view path);

}  // namespace journey::app
