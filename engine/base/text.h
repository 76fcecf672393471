#pragma once
// UTF-8 and names.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace journey {

bool is_utf8(std::string_view text);
/// Every byte that belongs to no code point becomes U+FFFD.
std::string replace_invalid_utf8(std::string_view text);
/// Code points; -1 width rules are not applied. Invalid bytes count one each.
std::size_t count_code_points(std::string_view text);
/// Columns a terminal uses (East Asian wide and emoji take two, combining marks none).
std::size_t display_width(std::string_view text);

/// `text` as it stands in the content or a quoted attribute of HTML or XML: & < > " ' as references.
std::string escape_markup(std::string_view text);
/// The same, appended.
void append_escaped(std::string& out, std::string_view text);
/// The same for a document of its own that must be well-formed whatever `text` is: invalid UTF-8
/// becomes U+FFFD, and control characters (XML 1.0 cannot write most of them) become blanks; a line
/// feed stays one.
std::string escape_xml(std::string_view text);

/// "Order Completed", "orderCompleted", "order-completed" all become "order_completed".
std::string to_snake_case(std::string_view name);

/// Restricted Damerau-Levenshtein distance over code points, after ASCII case folding.
std::size_t edit_distance(std::string_view a, std::string_view b);
/// The candidates near enough to be meant by `name`, nearest first, at most three.
std::vector<std::string> did_you_mean(std::string_view name,
                                      std::span<const std::string> candidates);

}  // namespace journey
