#pragma once
// The lexical rules of LANGUAGE 3.1 as plain functions: each answers how many bytes of the text at
// the front are one token of its kind, 0 for none. Nothing is skipped inside a token.

#include <cstddef>
#include <string_view>

namespace journey::syntax::scan {

/// A byte that can stand inside a word. Letters of every script count; Chinese punctuation does
/// not.
bool is_word_byte_at(std::string_view text, std::size_t at);
/// The run of word characters at the front, reserved or not.
std::size_t word(std::string_view text);

std::size_t name(std::string_view text);
/// With its quotes; 0 when it is not closed on its line or has a wrong escape.
std::size_t string(std::string_view text);
std::size_t integer(std::string_view text);
std::size_t decimal(std::string_view text);
std::size_t percent(std::string_view text);
std::size_t currency(std::string_view text);
std::size_t money(std::string_view text);
std::size_t clock_time(std::string_view text);
std::size_t date(std::string_view text);
std::size_t date_time(std::string_view text);
std::size_t duration(std::string_view text);
std::size_t unit(std::string_view text);
std::size_t weekday(std::string_view text);
std::size_t aggregate_name(std::string_view text);

/// Spaces and tabs.
std::size_t blanks(std::string_view text);
/// Blanks, comments and line feeds.
std::size_t blanks_and_lines(std::string_view text);
/// To the line feed or the end of the text.
std::size_t rest_of_line(std::string_view text);
/// A text in “curly” quotes on one line, which a word processor wrote; its closing sign may be `"`.
/// 0 when there is none.
std::size_t curly_text(std::string_view text);
/// A string at the front for skipping over text that may be wrong: to its closing quote, or to the
/// end of the line.
std::size_t string_or_line(std::string_view text);

}  // namespace journey::syntax::scan
