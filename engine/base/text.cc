#include "engine/base/text.h"

#include <algorithm>
#include <set>
#include <unicode/uchar.h>

namespace journey {
namespace {

constexpr char32_t kInvalid = 0xffff'ffff;

// Takes one code point off the front; an invalid byte comes off alone, as kInvalid. Refuses what
// RFC 3629 refuses: overlong forms, surrogates, above U+10FFFF.
char32_t take_code_point(std::string_view& text) {
    const auto lead = static_cast<unsigned char>(text[0]);
    std::size_t size = 1;
    char32_t point = lead;
    char32_t least = 0;
    if (lead >= 0xf0 && lead <= 0xf4) {
        size = 4;
        point = lead & 0x07U;
        least = 0x10000;
    } else if (lead >= 0xe0 && lead < 0xf0) {
        size = 3;
        point = lead & 0x0fU;
        least = 0x800;
    } else if (lead >= 0xc2 && lead < 0xe0) {
        size = 2;
        point = lead & 0x1fU;
        least = 0x80;
    } else if (lead >= 0x80) {
        text.remove_prefix(1);
        return kInvalid;
    }
    bool valid = size <= text.size();
    for (std::size_t i = 1; valid && i < size; ++i) {
        const auto next = static_cast<unsigned char>(text[i]);
        valid = (next & 0xc0U) == 0x80;
        point = point << 6 | (next & 0x3fU);
    }
    valid = valid && point >= least && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
    text.remove_prefix(valid ? size : 1);
    return valid ? point : kInvalid;
}

bool takes_no_column(UChar32 point) {
    const auto category = u_charType(point);
    const auto syllable = u_getIntPropertyValue(point, UCHAR_HANGUL_SYLLABLE_TYPE);
    return category == U_NON_SPACING_MARK || category == U_ENCLOSING_MARK ||
           category == U_FORMAT_CHAR || category == U_CONTROL_CHAR ||
           syllable == U_HST_VOWEL_JAMO || syllable == U_HST_TRAILING_JAMO;
}

std::size_t columns_of(UChar32 point) {
    if (takes_no_column(point)) return 0;
    const auto width = u_getIntPropertyValue(point, UCHAR_EAST_ASIAN_WIDTH);
    return width == U_EA_WIDE || width == U_EA_FULLWIDTH ? 2 : 1;
}

bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
// Bytes above ASCII belong to letters of other scripts, which have names too.
bool belongs_to_name(char c) {
    return is_lower(c) || is_upper(c) || is_digit(c) || static_cast<unsigned char>(c) >= 0x80;
}
char lower(char c) {
    return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
}

// "orderCompleted" breaks before C, "HTTPServer" before S.
bool starts_word(std::string_view name, std::size_t at) {
    if (at == 0 || !is_upper(name[at])) return false;
    const char before = name[at - 1];
    const bool lower_follows = at + 1 < name.size() && is_lower(name[at + 1]);
    return is_lower(before) || is_digit(before) || (is_upper(before) && lower_follows);
}

std::u32string folded(std::string_view text) {
    std::u32string points;
    while (!text.empty()) {
        const char32_t point = take_code_point(text);
        points += point >= U'A' && point <= U'Z' ? point - U'A' + U'a' : point;
    }
    return points;
}

// Restricted Damerau-Levenshtein, or anything above `most` when it is more than that: only the
// cells no further than `most` from the diagonal can matter.
std::size_t distance_between(const std::u32string& a, const std::u32string& b, std::size_t most) {
    const std::size_t far = most + 1;
    if (std::max(a.size(), b.size()) - std::min(a.size(), b.size()) > most) return far;
    std::vector<std::size_t> cells(3 * (b.size() + 2), far);
    std::size_t* two_above = cells.data();
    std::size_t* above = two_above + b.size() + 2;
    std::size_t* row = above + b.size() + 2;
    for (std::size_t j = 0; j <= std::min(b.size(), most); ++j)
        row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t* const recycled = two_above;
        two_above = above;
        above = row;
        row = recycled;
        const std::size_t from = i > most ? i - most : 1;
        const std::size_t to = std::min(b.size(), i + most);
        row[from - 1] = from == 1 ? i : far;
        row[to + 1] = far;
        std::size_t least = from == 1 ? i : SIZE_MAX;
        for (std::size_t j = from; j <= to; ++j) {
            const std::size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) row[j] = std::min(row[j], two_above[j - 2] + 1);
            least = std::min(least, row[j]);
        }
        if (least > most) return far;
    }
    return std::min(row[b.size()], far);
}

}  // namespace

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        if (take_code_point(text) == kInvalid) return false;
    }
    return true;
}

std::string replace_invalid_utf8(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        std::string_view rest = text;
        const bool valid = take_code_point(rest) != kInvalid;
        out += valid ? text.substr(0, text.size() - rest.size()) : "\xef\xbf\xbd";
        text = rest;
    }
    return out;
}

std::size_t count_code_points(std::string_view text) {
    std::size_t count = 0;
    for (; !text.empty(); ++count)
        take_code_point(text);
    return count;
}

std::size_t display_width(std::string_view text) {
    constexpr char32_t kJoiner = 0x200d;
    constexpr char32_t kEmojiStyle = 0xfe0f;
    std::size_t width = 0;
    std::size_t before_columns = 0;
    char32_t before = 0;
    while (!text.empty()) {
        const char32_t point = take_code_point(text);
        const auto known = static_cast<UChar32>(point == kInvalid ? 0xfffd : point);
        std::size_t columns = columns_of(known);
        // One picture made of several: family emoji are joined, skin tones modify.
        const bool joined = before == kJoiner && u_hasBinaryProperty(known, UCHAR_EMOJI);
        const bool tone =
            u_hasBinaryProperty(known, UCHAR_EMOJI_MODIFIER) &&
            u_hasBinaryProperty(static_cast<UChar32>(before), UCHAR_EMOJI_MODIFIER_BASE);
        if (joined || tone) columns = 0;
        // "☎" takes one column, "☎" with the emoji style two.
        if (point == kEmojiStyle && before_columns == 1 &&
            u_hasBinaryProperty(static_cast<UChar32>(before), UCHAR_EMOJI)) {
            columns = 1;
        }
        width += columns;
        before_columns = columns;
        before = static_cast<char32_t>(known);
    }
    return width;
}

void append_escaped(std::string& out, std::string_view text) {
    std::size_t plain = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::string_view entity;
        switch (text[i]) {
            case '&':
                entity = "&amp;";
                break;
            case '<':
                entity = "&lt;";
                break;
            case '>':
                entity = "&gt;";
                break;
            case '"':
                entity = "&quot;";
                break;
            case '\'':
                entity = "&#39;";
                break;
            default:
                continue;
        }
        out.append(text.substr(plain, i - plain)).append(entity);
        plain = i + 1;
    }
    out.append(text.substr(plain));
}

std::string escape_markup(std::string_view text) {
    std::string out;
    append_escaped(out, text);
    return out;
}

std::string escape_xml(std::string_view text) {
    std::string clean = replace_invalid_utf8(text);
    for (char& c : clean) {
        if (static_cast<unsigned char>(c) < 0x20 && c != '\n') c = ' ';
    }
    return escape_markup(clean);
}

std::string to_snake_case(std::string_view name) {
    std::string out;
    out.reserve(name.size() + 4);
    bool pending = false;
    for (std::size_t at = 0; at < name.size(); ++at) {
        if (!belongs_to_name(name[at])) {
            pending = true;
            continue;
        }
        if ((pending || starts_word(name, at)) && !out.empty()) out += '_';
        pending = false;
        out += lower(name[at]);
    }
    return out;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
    const std::u32string first = folded(a);
    const std::u32string second = folded(b);
    return distance_between(first, second, std::max(first.size(), second.size()));
}

std::vector<std::string> did_you_mean(std::string_view name,
                                      std::span<const std::string> candidates) {
    constexpr std::size_t kShown = 3;
    const std::u32string wanted = folded(name);
    std::set<std::pair<std::size_t, std::string_view>> best;
    for (const std::string& candidate : candidates) {
        if (candidate == name) continue;
        // A code point has at most four bytes: what is far too long or short is not even decoded.
        if (candidate.size() > 8 * (wanted.size() + 1)) continue;
        const std::u32string offered = folded(candidate);
        const std::size_t longer = std::max(wanted.size(), offered.size());
        const std::size_t shorter = std::min(wanted.size(), offered.size());
        // A third of the letters may be wrong, but never all of them; and only the three nearest
        // are shown.
        std::size_t most = std::min((longer + 2) / 3, shorter == 0 ? 0 : longer - 1);
        if (best.size() == kShown) most = std::min(most, best.rbegin()->first);
        if (longer - shorter > most) continue;
        const std::size_t distance = distance_between(wanted, offered, most);
        if (distance > most) continue;
        best.emplace(distance, candidate);
        if (best.size() > kShown) best.erase(std::prev(best.end()));
    }
    std::vector<std::string> names;
    for (const auto& [distance, found] : best)
        names.emplace_back(found);
    return names;
}

}  // namespace journey
