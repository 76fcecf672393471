#include "dsl/translate/translate.h"

#include "dsl/translate/spoken.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

namespace journey::translate {
namespace {

constexpr std::string_view kSlot = "{}";
// Inserted phrases are looked up in turn; none of ours holds another more than this deep.
constexpr int kDeepest = 4;

/// One sentence cut at its slots: "a", "b" for "a{}b".
struct Pattern {
    std::vector<std::string_view> parts;
    std::string_view chinese;
    std::size_t literal = 0;  // characters that are not slots: the more, the surer
};

Pattern pattern_of(const Sentence& sentence) {
    Pattern made;
    made.chinese = sentence.chinese;
    std::string_view rest = sentence.english;
    for (std::size_t at = rest.find(kSlot); at != std::string_view::npos; at = rest.find(kSlot)) {
        made.parts.push_back(rest.substr(0, at));
        rest.remove_prefix(at + kSlot.size());
    }
    made.parts.push_back(rest);
    for (const std::string_view part : made.parts)
        made.literal += part.size();
    return made;
}

// Sentences with the most words of their own first, so that "{} is missing" takes only what no
// longer sentence takes.
std::vector<Pattern> patterns_of_chinese() {
    std::vector<Pattern> all;
    for (const std::span<const Sentence> table :
         {chinese_titles(), chinese_syntax(), chinese_reading(), chinese_yaml(), chinese_names(),
          chinese_types(), chinese_journeys(), chinese_lints(), chinese_checks(), chinese_words(),
          chinese_whole(), chinese_rare(), chinese_refusals()}) {
        for (const Sentence& sentence : table)
            all.push_back(pattern_of(sentence));
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const Pattern& a, const Pattern& b) { return a.literal > b.literal; });
    return all;
}

const std::vector<Pattern>& chinese_patterns() {
    static const std::vector<Pattern> all = patterns_of_chinese();
    return all;
}

using Inserted = std::vector<std::string_view>;

/// What stands in the slots, or nothing. A slot takes as little as the rest allows; one that begins
/// inside backticks ends before them.
bool match(const Pattern& pattern, std::size_t part, std::string_view text, Inserted& inserted) {
    const std::string_view literal = pattern.parts[part];
    if (part + 1 == pattern.parts.size()) return text == literal;
    if (!text.starts_with(literal)) return false;
    text.remove_prefix(literal.size());
    const std::string_view next = pattern.parts[part + 1];
    const bool last = part + 2 == pattern.parts.size();
    const bool quoted = literal.ends_with('`') && next.starts_with('`');
    if (last && next.empty()) {
        if (text.empty() || text.find('\n') != std::string_view::npos) return false;
        inserted.push_back(text);
        return true;
    }
    if (next.empty()) return false;  // two slots side by side: nobody knows where one ends
    for (std::size_t at = text.find(next, 1); at != std::string_view::npos;
         at = text.find(next, at + 1)) {
        const std::string_view words = text.substr(0, at);
        if (words.find('\n') != std::string_view::npos) return false;  // the next sentence
        if (quoted && words.find('`') != std::string_view::npos) return false;
        inserted.push_back(words);
        if (match(pattern, part + 1, text.substr(at), inserted)) return true;
        inserted.pop_back();
    }
    return false;
}

std::optional<std::string> line_of(std::string_view english, int depth);

/// "`,`, a name or `)`": every part known, a number or in backticks, and at least two of them.
std::optional<std::string> listed(std::string_view words, int depth) {
    std::string out;
    bool quoted = false;
    std::size_t from = 0;
    const auto part = [&](std::size_t to) {
        const std::string_view one = words.substr(from, to - from);
        const bool number =
            !one.empty() && one.find_first_not_of("0123456789.") == std::string_view::npos;
        if (number || (one.starts_with('`') && one.ends_with('`'))) {
            out += one;
            return true;
        }
        const std::optional<std::string> translated = line_of(one, depth + 1);
        if (translated) out += *translated;
        return translated.has_value();
    };
    for (std::size_t at = 0; at < words.size(); ++at) {
        if (words[at] == '`') quoted = !quoted;
        if (quoted) continue;
        const std::string_view rest = words.substr(at);
        for (const auto& [english, chinese] :
             {std::pair(", ", "、"), std::pair(" or ", " 或 "), std::pair(" and ", " 和 ")}) {
            if (!rest.starts_with(english)) continue;
            if (!part(at)) return std::nullopt;
            out += chinese;
            from = at + std::string_view(english).size();
            at = from - 1;
            break;
        }
    }
    if (from == 0 || !part(words.size())) return std::nullopt;
    return out;
}

/// A name, a number or the author's words stay; a phrase of ours is translated.
std::string inserted_words(const Pattern& pattern, std::size_t slot, std::string_view words,
                           int depth) {
    // Between backticks stands what people type: never translated.
    std::ptrdiff_t ticks = 0;
    for (std::size_t i = 0; i <= slot; ++i)
        ticks += std::count(pattern.parts[i].begin(), pattern.parts[i].end(), '`');
    const bool quoted = ticks % 2 != 0;
    if (quoted || depth >= kDeepest) return std::string(words);
    if (auto translated = line_of(words, depth + 1)) return *std::move(translated);
    if (words.starts_with("A ") || words.starts_with("An ") || words.starts_with("The ")) {
        std::string inside(words);  // at the head of a sentence
        inside[0] = static_cast<char>(inside[0] - 'A' + 'a');
        if (auto translated = line_of(inside, depth + 1)) return *std::move(translated);
    }
    if (auto translated = listed(words, depth)) return *std::move(translated);
    return std::string(words);
}

std::string filled(const Pattern& pattern, const Inserted& inserted, int depth) {
    std::string out;
    std::string_view rest = pattern.chinese;
    std::size_t next = 0;
    while (!rest.empty()) {
        const std::size_t open = rest.find('{');
        const std::size_t close = open == std::string_view::npos ? open : rest.find('}', open);
        if (close == std::string_view::npos) break;
        const std::string_view number = rest.substr(open + 1, close - open - 1);
        std::size_t slot = next;
        const auto [end, problem] =
            std::from_chars(number.data(), number.data() + number.size(), slot);
        const bool is_slot =
            number.empty() || (problem == std::errc() && end == number.data() + number.size());
        if (!is_slot || slot >= inserted.size()) {  // a brace of the language, like `with { … }`
            out += rest.substr(0, open + 1);
            rest.remove_prefix(open + 1);
            continue;
        }
        out += rest.substr(0, open);
        out += inserted_words(pattern, slot, inserted[slot], depth);
        ++next;
        rest.remove_prefix(close + 1);
    }
    out += rest;
    return out;
}

std::optional<std::string> line_of(std::string_view english, int depth) {
    for (const Pattern& pattern : chinese_patterns()) {
        Inserted inserted;
        if (match(pattern, 0, english, inserted)) return filled(pattern, inserted, depth);
    }
    return std::nullopt;
}

/// An example in the author's language, or names in columns: nothing of ours to translate.
bool is_sample(std::string_view line) {
    if (line.empty() || line.starts_with("  ")) return true;
    return line.size() > 2 && line.front() == '`' && line.find('`', 1) == line.size() - 1;
}

/// What was inserted brings blanks around it; none stands at the head of a line or before a
/// full-width sign.
std::string without_stray_blanks(std::string words) {
    for (const std::string_view sign : {"，", "。", "：", "；", "？", "、", "）"}) {
        const std::string stray = " " + std::string(sign);
        for (std::size_t at = words.find(stray); at != std::string::npos; at = words.find(stray))
            words.erase(at, 1);
    }
    if (words.size() > 1 && words[0] == ' ' && words[1] != ' ') words.erase(0, 1);
    return words;
}

void replace(std::string& words, Language language) {
    if (auto translated = sentence(words, language)) words = *std::move(translated);
}

}  // namespace

Language language_of(std::string_view locale) {
    return locale.starts_with("zh") ? Language::chinese : Language::english;
}

Language language_of_environment() {
    for (const char* name : {"JOURNEY_LANG", "LC_ALL", "LC_MESSAGES", "LANG"}) {
        const char* value = std::getenv(name);
        if (value != nullptr && *value != '\0') return language_of(value);
    }
    return Language::english;
}

std::optional<std::string> sentence(std::string_view english, Language language) {
    if (language == Language::english || is_sample(english)) return std::string(english);
    if (auto whole = line_of(english, 0)) return without_stray_blanks(*std::move(whole));
    std::string out;
    for (std::size_t at = 0; at <= english.size();) {
        const std::size_t end = std::min(english.find('\n', at), english.size());
        const std::string_view line = english.substr(at, end - at);
        if (at > 0) out += '\n';
        at = end + 1;
        if (is_sample(line)) {
            out += line;
            continue;
        }
        const auto translated = line_of(line, 0);
        if (!translated) return std::nullopt;
        out += without_stray_blanks(*translated);
    }
    return out;
}

namespace {

// Sorted, so that a word is found by halving.
std::vector<Sentence> spoken_chinese() {
    std::vector<Sentence> all;
    for (const std::span<const Sentence> table : {chinese_reports(), chinese_help()})
        all.insert(all.end(), table.begin(), table.end());
    std::sort(all.begin(), all.end(),
              [](const Sentence& a, const Sentence& b) { return a.english < b.english; });
    return all;
}

const Sentence* spoken(std::string_view english) {
    static const std::vector<Sentence> all = spoken_chinese();
    const auto at = std::lower_bound(
        all.begin(), all.end(), english,
        [](const Sentence& one, std::string_view wanted) { return one.english < wanted; });
    return at != all.end() && at->english == english ? &*at : nullptr;
}

}  // namespace

std::string usage(std::string_view english, Language language) {
    if (language == Language::english) return std::string(english);
    for (const Sentence& one : chinese_usage()) {
        const Pattern pattern = pattern_of(one);
        Inserted inserted;
        if (match(pattern, 0, english, inserted)) return filled(pattern, inserted, kDeepest);
    }
    return std::string(english);
}

std::string_view Speech::words(std::string_view english) const {
    if (language_ == Language::english) return english;
    const Sentence* found = spoken(english);
    return found == nullptr ? english : found->chinese;
}

bool is_spoken(std::string_view english) {
    return spoken(english) != nullptr;
}

source::RenderWords render_words(Language language) {
    if (language == Language::english) return {};
    return {"建议：", "修正（确定）：", "修正（大概）：", "修正（示意）："};
}

source::Diagnostic diagnostic(source::Diagnostic english, Language language) {
    if (language == Language::english) return english;
    replace(english.title, language);
    replace(english.label, language);
    for (source::Label& label : english.others)
        replace(label.text, language);
    replace(english.before, language);
    replace(english.after, language);
    for (std::string& help : english.help)
        replace(help, language);
    for (source::Fix& fix : english.fixes)
        replace(fix.says, language);
    return english;
}

std::vector<source::Diagnostic> diagnostics(std::vector<source::Diagnostic> english,
                                            Language language) {
    for (source::Diagnostic& one : english)
        one = diagnostic(std::move(one), language);
    return english;
}

}  // namespace journey::translate
