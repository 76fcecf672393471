#include "engine/render/filters.h"

#include <unicode/locid.h>
#include <unicode/unistr.h>

namespace journey::render {
namespace {

bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0';
}

std::string_view left_stripped(std::string_view text) {
    while (!text.empty() && is_space(text.front()))
        text.remove_prefix(1);
    return text;
}
std::string_view right_stripped(std::string_view text) {
    while (!text.empty() && is_space(text.back()))
        text.remove_suffix(1);
    return text;
}

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

enum class Case { upper, lower };

std::string with_case(std::string_view text, Case wanted) {
    std::string out;
    if (is_ascii(text)) {
        out = text;
        for (char& c : out) {
            if (wanted == Case::upper && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
            if (wanted == Case::lower && c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        }
        return out;
    }
    auto wide = icu::UnicodeString::fromUTF8(
        icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
    if (wanted == Case::upper) {
        wide.toUpper(icu::Locale::getRoot());
    } else {
        wide.toLower(icu::Locale::getRoot());
    }
    wide.toUTF8String(out);
    return out;
}

std::string replaced(std::string_view text, std::string_view from, std::string_view to,
                     std::size_t most) {
    std::string out;
    if (from.empty()) {  // Ruby: between all characters
        const auto starts = code_point_starts(text);
        for (std::size_t i = 0; i < starts.size(); ++i) {
            if (most > 0) {
                out.append(to);
                --most;
            }
            if (i + 1 < starts.size())
                out.append(text.substr(starts[i], starts[i + 1] - starts[i]));
        }
        return out;
    }
    std::size_t at = 0;
    while (most > 0) {
        const std::size_t found = text.find(from, at);
        if (found == std::string_view::npos) break;
        out.append(text.substr(at, found - at)).append(to);
        at = found + from.size();
        --most;
    }
    return out.append(text.substr(at));
}

std::string replaced_last(std::string_view text, std::string_view from, std::string_view to) {
    const std::size_t found = text.rfind(from);
    if (found == std::string_view::npos) return std::string(text);
    return std::string(text.substr(0, found)).append(to).append(text.substr(found + from.size()));
}

// How large `replace` can become, before making it.
bool may_replace(FilterRun& run, std::string_view text, std::string_view from,
                 std::string_view to) {
    const std::size_t places = from.empty() ? text.size() + 1 : text.size() / from.size();
    return run.may_make(text.size() + places * to.size());
}

Value append(FilterRun& run, const Value& input) {
    std::string text = text_of(input) + text_of(run[0]);
    if (!run.may_make(text.size())) return {};
    return text;
}
Value prepend(FilterRun& run, const Value& input) {
    std::string text = text_of(run[0]) + text_of(input);
    if (!run.may_make(text.size())) return {};
    return text;
}
Value upcase(FilterRun&, const Value& input) {
    return with_case(text_of(input), Case::upper);
}
Value downcase(FilterRun&, const Value& input) {
    return with_case(text_of(input), Case::lower);
}
Value capitalize(FilterRun&, const Value& input) {
    const std::string text = text_of(input);
    const auto starts = code_point_starts(text);
    if (starts.size() < 2) return text;
    const std::string_view view = text;
    return with_case(view.substr(0, starts[1]), Case::upper) +
           with_case(view.substr(starts[1]), Case::lower);
}
Value strip(FilterRun&, const Value& input) {
    const std::string text = text_of(input);
    return left_stripped(right_stripped(text));
}
Value lstrip(FilterRun&, const Value& input) {
    const std::string text = text_of(input);
    return left_stripped(text);
}
Value rstrip(FilterRun&, const Value& input) {
    const std::string text = text_of(input);
    return right_stripped(text);
}
Value strip_newlines(FilterRun&, const Value& input) {
    std::string text = text_of(input);
    std::string out;
    for (const char c : text) {
        if (c != '\n' && c != '\r') out += c;
    }
    return out;
}
Value newline_to_br(FilterRun&, const Value& input) {
    const std::string text = text_of(input);
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
        if (text[i] == '\n') out += "<br />";
        out += text[i];
    }
    return out;
}

// Removes script and style with their content, comments, then every tag.
Value strip_html(FilterRun&, const Value& input) {
    const std::string text = text_of(input);
    const std::string folded = with_case(text, Case::lower);
    if (folded.size() != text.size()) return text;
    const std::string_view low = folded;
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        const auto skip = [&](std::string_view open, std::string_view close) {
            if (low.substr(i, open.size()) != open) return false;
            const std::size_t end = low.find(close, i + open.size());
            if (end == std::string_view::npos) return false;
            i = end + close.size();
            return true;
        };
        if (skip("<script", "</script>") || skip("<style", "</style>") || skip("<!--", "-->") ||
            skip("<", ">")) {
            continue;
        }
        out += text[i++];
    }
    return out;
}

Value escape(FilterRun& run, const Value& input) {
    if (input.is_missing()) return {};
    std::string out;
    const std::string text = text_of(input);
    append_escaped(out, text);
    return run.may_make(out.size()) ? Value(std::move(out)) : Value();
}

bool is_entity(std::string_view text) {
    const std::size_t end = text.find(';');
    if (end == std::string_view::npos || end < 2 || end > 32) return false;
    std::string_view name = text.substr(1, end - 1);
    const bool number = name.front() == '#';
    if (number) name.remove_prefix(1);
    const bool hex = number && !name.empty() && (name.front() == 'x' || name.front() == 'X');
    if (hex) name.remove_prefix(1);
    return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
        const bool digit = c >= '0' && c <= '9';
        const char low = static_cast<char>(c | 0x20);
        if (number && !hex) return digit;
        return digit || (low >= 'a' && low <= (hex ? 'f' : 'z'));
    });
}

Value escape_once(FilterRun&, const Value& input) {
    const std::string text = text_of(input);
    const std::string_view view = text;
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '&' && is_entity(view.substr(i))) {
            out += '&';
        } else {
            append_escaped(out, view.substr(i, 1));
        }
    }
    return out;
}

Value raw(FilterRun&, const Value& input) {
    return input;
}

Value url_encode(FilterRun&, const Value& input) {
    if (input.is_missing()) return {};
    constexpr std::string_view kHex = "0123456789ABCDEF";
    constexpr std::string_view kPlain = "-_.";
    std::string out;
    for (const char c : text_of(input)) {
        const auto byte = static_cast<unsigned char>(c);
        const char low = static_cast<char>(c | 0x20);
        if ((low >= 'a' && low <= 'z' && byte < 0x80) || (c >= '0' && c <= '9') ||
            kPlain.find(c) != std::string_view::npos) {
            out += c;
        } else if (c == ' ') {
            out += '+';
        } else {
            out += '%';
            out += kHex[byte >> 4];
            out += kHex[byte & 15];
        }
    }
    return out;
}

int nibble(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

Value url_decode(FilterRun& run, const Value& input) {
    if (input.is_missing()) return {};
    const std::string text = text_of(input);
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escape = text[i] == '%' && i + 2 < text.size() && nibble(text[i + 1]) >= 0 &&
                            nibble(text[i + 2]) >= 0;
        if (escape) {
            out += static_cast<char>(nibble(text[i + 1]) * 16 + nibble(text[i + 2]));
            i += 2;
        } else {
            out += text[i] == '+' ? ' ' : text[i];
        }
    }
    if (!is_utf8(out)) return run.fail("`url_decode` met bytes that are not UTF-8");
    return out;
}

Value encode64(FilterRun&, const Value& input) {
    return to_base64(text_of(input));
}
Value encode64_url(FilterRun&, const Value& input) {
    std::string text = to_base64url(text_of(input));
    while (text.size() % 4 != 0)
        text += '=';
    return text;
}
Value decode64(FilterRun& run, const Value& input) {
    const auto bytes = from_base64(text_of(input));
    if (!bytes || !is_utf8(*bytes)) return run.fail("`base64_decode` needs base64 of UTF-8 text");
    return *bytes;
}
Value decode64_url(FilterRun& run, const Value& input) {
    std::string text = text_of(input);
    while (text.ends_with('='))
        text.pop_back();
    const auto bytes = from_base64url(text);
    if (!bytes || !is_utf8(*bytes)) {
        return run.fail("`base64_url_safe_decode` needs base64url of UTF-8 text");
    }
    return *bytes;
}

Value replace(FilterRun& run, const Value& input) {
    const std::string text = text_of(input);
    const std::string from = text_of(run[0]);
    const std::string to = run.count() > 1 ? text_of(run[1]) : "";
    if (!may_replace(run, text, from, to)) return {};
    return replaced(text, from, to, std::string::npos);
}
Value replace_first(FilterRun& run, const Value& input) {
    return replaced(text_of(input), text_of(run[0]), run.count() > 1 ? text_of(run[1]) : "", 1);
}
Value replace_last(FilterRun& run, const Value& input) {
    return replaced_last(text_of(input), text_of(run[0]), text_of(run[1]));
}
Value remove(FilterRun& run, const Value& input) {
    const std::string from = text_of(run[0]);
    const std::string text = text_of(input);
    return from.empty() ? text : replaced(text, from, "", std::string::npos);
}
Value remove_first(FilterRun& run, const Value& input) {
    return replaced(text_of(input), text_of(run[0]), "", 1);
}
Value remove_last(FilterRun& run, const Value& input) {
    return replaced_last(text_of(input), text_of(run[0]), "");
}

Value truncate(FilterRun& run, const Value& input) {
    if (input.is_missing()) return "";
    const std::string text = text_of(input);
    const auto wanted = run.count() > 0 ? integer_of(run[0]) : std::optional<std::int64_t>(50);
    if (!wanted) return run.fail("`truncate` needs a whole number of characters");
    const std::string tail = run.count() > 1 ? text_of(run[1]) : "...";
    const auto starts = code_point_starts(text);
    const auto length = static_cast<std::int64_t>(starts.size() - 1);
    if (length <= *wanted) return text;
    const auto tail_length = static_cast<std::int64_t>(count_code_points(tail));
    const std::int64_t room = std::max<std::int64_t>(0, *wanted);
    const auto keep = static_cast<std::size_t>(std::max<std::int64_t>(0, room - tail_length));
    return text.substr(0, starts[keep]) + tail;
}

Value truncatewords(FilterRun& run, const Value& input) {
    if (input.is_missing()) return "";
    const std::string text = text_of(input);
    auto wanted = run.count() > 0 ? integer_of(run[0]) : std::optional<std::int64_t>(15);
    if (!wanted) return run.fail("`truncatewords` needs a whole number of words");
    wanted = std::max<std::int64_t>(1, *wanted);
    const std::string tail = run.count() > 1 ? text_of(run[1]) : "...";
    std::string out;
    std::int64_t words = 0;
    std::string_view rest = left_stripped(text);
    while (!rest.empty()) {
        if (words == *wanted) return out + tail;
        std::size_t end = 0;
        while (end < rest.size() && !is_space(rest[end]))
            ++end;
        if (words > 0) out += ' ';
        out.append(rest.substr(0, end));
        rest = left_stripped(rest.substr(end));
        ++words;
    }
    return words < *wanted || words == 0 ? Value(text) : Value(out);
}

Value split(FilterRun& run, const Value& input) {
    const std::string text = text_of(input);
    const std::string by = text_of(run[0]);
    List parts;
    if (!run.may_make(text.size(), text.size() / std::max<std::size_t>(1, by.size()))) return {};
    std::string_view rest = text;
    if (by.empty()) {
        const auto starts = code_point_starts(text);
        for (std::size_t i = 0; i + 1 < starts.size(); ++i)
            parts.emplace_back(rest.substr(starts[i], starts[i + 1] - starts[i]));
        return parts;
    }
    if (by == " ") {  // Ruby: any run of white space
        for (rest = left_stripped(rest); !rest.empty(); rest = left_stripped(rest)) {
            std::size_t end = 0;
            while (end < rest.size() && !is_space(rest[end]))
                ++end;
            parts.emplace_back(rest.substr(0, end));
            rest.remove_prefix(end);
        }
        return parts;
    }
    while (!rest.empty()) {
        const std::size_t end = rest.find(by);
        parts.emplace_back(rest.substr(0, end));
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + by.size());
    }
    while (!parts.empty() && parts.back().as<std::string>()->empty())
        parts.pop_back();
    return parts;
}

Value to_json_text(FilterRun&, const Value& input) {
    return to_json(input);
}

constexpr std::array<FilterInfo, 32> kFilters{{
    {"append", 1, 1, append},
    {"prepend", 1, 1, prepend},
    {"upcase", 0, 0, upcase},
    {"downcase", 0, 0, downcase},
    {"capitalize", 0, 0, capitalize},
    {"strip", 0, 0, strip},
    {"lstrip", 0, 0, lstrip},
    {"rstrip", 0, 0, rstrip},
    {"strip_newlines", 0, 0, strip_newlines},
    {"newline_to_br", 0, 0, newline_to_br, Output::breaks},
    {"strip_html", 0, 0, strip_html},
    {"escape", 0, 0, escape, Output::markup},
    {"h", 0, 0, escape, Output::markup},
    {"escape_once", 0, 0, escape_once, Output::markup},
    {"raw", 0, 0, raw, Output::raw},
    {"url_encode", 0, 0, url_encode},
    {"url_decode", 0, 0, url_decode},
    {"base64_encode", 0, 0, encode64},
    {"base64_decode", 0, 0, decode64},
    {"base64_url_safe_encode", 0, 0, encode64_url},
    {"base64_url_safe_decode", 0, 0, decode64_url},
    {"replace", 1, 2, replace},
    {"replace_first", 1, 2, replace_first},
    {"replace_last", 2, 2, replace_last},
    {"remove", 1, 1, remove},
    {"remove_first", 1, 1, remove_first},
    {"remove_last", 1, 1, remove_last},
    {"truncate", 0, 2, truncate},
    {"truncatewords", 0, 2, truncatewords},
    {"split", 1, 1, split},
    {"json", 0, 0, to_json_text},
    {"to_json", 0, 0, to_json_text},
}};

}  // namespace

std::span<const FilterInfo> text_filters() {
    return kFilters;
}

}  // namespace journey::render
