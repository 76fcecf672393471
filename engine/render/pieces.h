#pragma once
// The source cut into text, outputs and tags, with the white space that `-` takes away gone.

#include "engine/render/markup.h"

namespace journey::render {

struct Piece {
    enum class Kind : std::uint8_t { text, output, tag };
    Kind kind = Kind::text;
    std::uint32_t line = 1;
    std::string_view text;    // of text and output
    std::string_view name;    // of tag
    std::string_view markup;  // of tag
};

struct PieceError {
    std::uint32_t line;
    std::string message;
};

/// What stands in `raw` is text; what stands in `doc` is nowhere. Throws PieceError.
std::vector<Piece> cut(std::string_view source);
/// The lines of a `liquid` tag.
std::vector<Piece> cut_lines(std::string_view markup, std::uint32_t line);

}  // namespace journey::render
