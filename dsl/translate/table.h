#pragma once
// Private to dsl/translate: the sentences of Chinese, a file per area.

#include <span>
#include <string_view>

namespace journey::translate {

/// `english` has `{}` where something is inserted: at least one character, no line end. `chinese`
/// repeats them in the same order as `{}`, or in any order as `{0}`, `{1}`. What was inserted is
/// looked up in the tables itself, unless it stands between backticks: that is the author's.
struct Sentence {
    std::string_view english;
    std::string_view chinese;
};

std::span<const Sentence> chinese_titles();
std::span<const Sentence> chinese_syntax();
std::span<const Sentence> chinese_reading();
std::span<const Sentence> chinese_yaml();
std::span<const Sentence> chinese_names();
std::span<const Sentence> chinese_types();
std::span<const Sentence> chinese_journeys();
std::span<const Sentence> chinese_lints();
std::span<const Sentence> chinese_checks();
std::span<const Sentence> chinese_words();
std::span<const Sentence> chinese_whole();
std::span<const Sentence> chinese_rare();

}  // namespace journey::translate
