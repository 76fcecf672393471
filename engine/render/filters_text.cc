#include "engine/render/filters.h"

#include <unicode/locid.h>
#include <unicode/unistr.h>

namespace journey::render {
namespace {

bool is_blank_char(char c) {
    return is_space(c) || c == '\0';
}

std::string_view left_stripped(std::string_view text) {
    while (!text.empty() && is_blank_char(text.front()))
        text.remove_prefix(1);
    return text;
}
std::string_view right_stripped(std::string_view text) {
    while (!text.empty() && is_blank_char(text.back()))
        text.remove_suffix(1);
    return text;
}

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

enum class Case : std::uint8_t { upper, lower };

void append_case(std::string& out, std::string_view text, Case wanted) {
    if (is_ascii(text)) {
        for (const char c : text) {
            const bool low = c >= 'a' && c <= 'z';
            const bool high = c >= 'A' && c <= 'Z';
            const bool turns = wanted == Case::upper ? low : high;
            out += turns ? static_cast<char>(c ^ 0x20) : c;
        }
        return;
    }
    auto wide = icu::UnicodeString::fromUTF8(
        icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
    if (wanted == Case::upper) {
        wide.toUpper(icu::Locale::getRoot());
    } else {
        wide.toLower(icu::Locale::getRoot());
    }
    std::string turned;
    out += wide.toUTF8String(turned);
}

View append(const Call& call) {
    std::string& out = call.fresh();
    append_text(out, call.input);
    append_text(out, call[0]);
    return call.made(out);
}
View prepend(const Call& call) {
    std::string& out = call.fresh();
    append_text(out, call[0]);
    append_text(out, call.input);
    return call.made(out);
}
View upcase(const Call& call) {
    const std::string_view text = call.subject();
    std::string& out = call.fresh();
    append_case(out, text, Case::upper);
    return call.made(out);
}
View downcase(const Call& call) {
    const std::string_view text = call.subject();
    std::string& out = call.fresh();
    append_case(out, text, Case::lower);
    return call.made(out);
}
View capitalize(const Call& call) {
    const std::string_view text = call.subject();
    if (text.empty()) return View::of("");
    const std::size_t first = code_point_size(static_cast<unsigned char>(text.front()));
    std::string& out = call.fresh();
    append_case(out, text.substr(0, first), Case::upper);
    append_case(out, text.substr(std::min(first, text.size())), Case::lower);
    return call.made(out);
}
View strip(const Call& call) {
    return View::of(left_stripped(right_stripped(call.subject())));
}
View lstrip(const Call& call) {
    return View::of(left_stripped(call.subject()));
}
View rstrip(const Call& call) {
    return View::of(right_stripped(call.subject()));
}

bool is_line_end(std::string_view text, std::size_t at) {
    return text[at] == '\n' || (text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n');
}

View strip_newlines(const Call& call) {
    const std::string_view text = call.subject();
    std::string& out = call.fresh();
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!is_line_end(text, i)) out += text[i];
    }
    return call.made(out);
}
View newline_to_br(const Call& call) {
    const std::string_view text = call.subject();
    std::string& out = call.fresh();
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\r' && is_line_end(text, i)) continue;
        if (text[i] == '\n') out += "<br />";
        out += text[i];
    }
    return call.made(out);
}

// Removes every `open … close`; what is not closed stays.
void remove_between(std::string& text, std::string_view open, std::string_view close) {
    std::size_t kept = 0;
    std::size_t at = 0;
    const std::string_view view = text;
    std::string out;
    while (true) {
        const std::size_t begin = view.find(open, at);
        const std::size_t end =
            begin == std::string_view::npos ? begin : view.find(close, begin + open.size());
        if (end == std::string_view::npos) break;
        out.append(view.substr(kept, begin - kept));
        kept = at = end + close.size();
    }
    if (kept == 0) return;
    out.append(view.substr(kept));
    text = std::move(out);
}

// Scripts, comments and styles with their content, then every tag.
View strip_html(const Call& call) {
    const std::string_view text = call.subject();
    if (text.find('<') == std::string_view::npos) return View::of(text);
    std::string out(text);
    remove_between(out, "<script", "</script>");
    remove_between(out, "<!--", "-->");
    remove_between(out, "<style", "</style>");
    remove_between(out, "<", ">");
    return call.made(out);
}

// How long the result may become is paid before it is made.
void pay(const Call& call, std::size_t text, std::size_t from, std::size_t to) {
    const std::size_t places = from == 0 ? text + 1 : text / from;
    if (to > from && places * (to - from) > (64U << 20)) Meter::give_up();
    call.meter.step(static_cast<std::int64_t>((text + places * to) / 64));
}

View replaced(const Call& call, std::string_view text, std::string_view from, std::string_view to,
              std::size_t most) {
    pay_search(call.meter, text.size(), from.size());
    std::string& out = call.fresh();
    if (from.empty()) {  // Ruby: between all characters
        std::size_t at = 0;
        while (most > 0 && at <= text.size()) {
            out.append(to);
            --most;
            if (at == text.size()) return call.made(out);
            const std::size_t size =
                std::min(code_point_size(static_cast<unsigned char>(text[at])), text.size() - at);
            out.append(text.substr(at, size));
            at += size;
        }
        return call.made(out.append(text.substr(at)));
    }
    std::size_t at = 0;
    while (most > 0) {
        const std::size_t found = text.find(from, at);
        if (found == std::string_view::npos) break;
        out.append(text.substr(at, found - at)).append(to);
        at = found + from.size();
        --most;
    }
    return call.made(out.append(text.substr(at)));
}

View replaced_last(const Call& call, std::string_view text, std::string_view from,
                   std::string_view to) {
    pay_search(call.meter, text.size(), from.size());
    const std::size_t found = text.rfind(from);
    if (found == std::string_view::npos) return View::of(text);
    std::string& out = call.fresh();
    out.append(text.substr(0, found)).append(to).append(text.substr(found + from.size()));
    return call.made(out);
}

std::string_view second(const Call& call) {
    return call.count() > 1 ? call.text(call[1]) : std::string_view();
}

View replace(const Call& call) {
    const std::string_view text = call.subject();
    const std::string_view from = call.text(call[0]);
    const std::string_view to = second(call);
    pay(call, text.size(), from.size(), to.size());
    return replaced(call, text, from, to, std::string::npos);
}
View replace_first(const Call& call) {
    return replaced(call, call.subject(), call.text(call[0]), second(call), 1);
}
View replace_last(const Call& call) {
    return replaced_last(call, call.subject(), call.text(call[0]), second(call));
}
View remove(const Call& call) {
    const std::string_view from = call.text(call[0]);
    const std::string_view text = call.subject();
    return from.empty() ? View::of(text) : replaced(call, text, from, "", std::string::npos);
}
View remove_first(const Call& call) {
    return replaced(call, call.subject(), call.text(call[0]), "", 1);
}
View remove_last(const Call& call) {
    return replaced_last(call, call.subject(), call.text(call[0]), "");
}

/// The byte where the code point numbered `index` begins; the size when there are fewer.
std::size_t offset_of(std::string_view text, std::int64_t index) {
    std::size_t at = 0;
    for (; index > 0 && at < text.size(); --index)
        at += code_point_size(static_cast<unsigned char>(text[at]));
    return std::min(at, text.size());
}

View truncate(const Call& call) {
    if (call.input.is_nil()) return {};
    const std::string_view text = call.subject();
    const std::int64_t wanted = call.count() > 0 ? to_integer(call[0]) : 50;
    const std::string_view tail = call.count() > 1 ? call.text(call[1]) : "...";
    const auto length = static_cast<std::int64_t>(count_code_points(text));
    if (length <= wanted) return View::of(text);
    const auto tail_length = static_cast<std::int64_t>(count_code_points(tail));
    const std::int64_t room = std::max<std::int64_t>(0, wanted);
    std::string& out = call.fresh();
    out.append(text.substr(0, offset_of(text, std::max<std::int64_t>(0, room - tail_length))));
    return call.made(out.append(tail));
}

View truncatewords(const Call& call) {
    if (call.input.is_nil()) return {};
    const std::string_view text = call.subject();
    const std::int64_t wanted =
        std::max<std::int64_t>(1, call.count() > 0 ? to_integer(call[0]) : 15);
    std::string& out = call.fresh();
    std::int64_t words = 0;
    std::string_view rest = left_stripped(text);
    while (!rest.empty()) {
        std::size_t end = 0;
        while (end < rest.size() && !is_blank_char(rest[end]))
            ++end;
        if (words > 0) out += ' ';
        out.append(rest.substr(0, end));
        rest.remove_prefix(end);
        if (++words == wanted) break;
        rest = left_stripped(rest);
    }
    if (words < wanted || rest.empty()) return View::of(text);
    return call.made(out.append(call.count() > 1 ? call.text(call[1]) : "..."));
}

void split_blanks(std::string_view rest, std::vector<View>& parts) {
    for (rest = left_stripped(rest); !rest.empty(); rest = left_stripped(rest)) {
        std::size_t end = 0;
        while (end < rest.size() && !is_blank_char(rest[end]))
            ++end;
        parts.push_back(View::of(rest.substr(0, end)));
        rest.remove_prefix(end);
    }
}

View split(const Call& call) {
    const std::string_view text = call.subject();
    const std::string_view by = call.text(call[0]);
    pay_search(call.meter, text.size(), by.size());
    std::vector<View> parts;
    std::string_view rest = text;
    if (by.empty()) {
        while (!rest.empty()) {
            const std::size_t size =
                std::min(code_point_size(static_cast<unsigned char>(rest.front())), rest.size());
            parts.push_back(View::of(rest.substr(0, size)));
            rest.remove_prefix(size);
        }
    } else if (by == " ") {  // Ruby: any run of white space
        split_blanks(rest, parts);
    } else {
        while (!rest.empty()) {
            const std::size_t end = rest.find(by);
            parts.push_back(View::of(rest.substr(0, end)));
            rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + by.size());
        }
        while (!parts.empty() && parts.back().size == 0)
            parts.pop_back();
    }
    const std::span<View> kept = call.memory.views(parts.size());
    std::copy(parts.begin(), parts.end(), kept.begin());
    return View::of(std::span<const View>(kept));
}

constexpr std::array<FilterInfo, 20> kFilters{{
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
    {"replace", 1, 2, replace},
    {"replace_first", 1, 2, replace_first},
    {"replace_last", 2, 2, replace_last},
    {"remove", 1, 1, remove},
    {"remove_first", 1, 1, remove_first},
    {"remove_last", 1, 1, remove_last},
    {"truncate", 0, 2, truncate},
    {"truncatewords", 0, 2, truncatewords},
    {"split", 1, 1, split},
}};

}  // namespace

std::span<const FilterInfo> text_filters() {
    return kFilters;
}

}  // namespace journey::render
