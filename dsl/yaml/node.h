#pragma once
// A YAML document as it was written: scalars are text with their places, nothing is typed.

#include "dsl/ast/ast.h"
#include "dsl/source/source.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace journey::yaml {

using source::Diagnostic;
using source::FileId;
using source::Span;
using Diagnostics = std::vector<Diagnostic>;

/// `broken`: reported already, silent from here on.
enum class Kind : unsigned char { nothing, scalar, list, map, broken };
enum class Style : unsigned char { plain, quoted, block };

struct Pair;

struct Node {
    Kind kind = Kind::nothing;
    Style style = Style::plain;
    Span span;  // of a scalar with its quotes; of lists and maps to their last part
    std::string text;
    /// Where each byte of `text` stands in the file; one more for the end.
    std::vector<std::uint32_t> offsets;
    std::vector<Node> items;
    std::vector<Pair> pairs;
};

struct Pair {
    Node key;
    Node value;
};

/// The first document, or nullopt when it is not YAML or holds nothing. Reports everything of YAML
/// that the language does without.
std::optional<Node> read_document(const source::Source& source, FileId file,
                                  Diagnostics& diagnostics);

/// The comments of the file `document` was read from, in order.
std::vector<ast::Comment> find_comments(const source::Source& source, FileId file,
                                        const Node& document);

/// Fills in `offsets` and the end of `span` of a scalar that begins at `begin`. False when its
/// closing quote is missing.
bool place_scalar(const source::Source& source, Node& scalar, std::uint32_t begin);

}  // namespace journey::yaml
