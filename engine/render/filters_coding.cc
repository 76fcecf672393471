// Texts in other clothes: HTML, URLs, base64, JSON.

#include "engine/render/filters.h"

namespace journey::render {
namespace {

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

View escape(const Call& call) {
    if (call.input.is_nil()) return {};
    const std::string_view text = call.subject();
    std::string& out = call.fresh();
    append_escaped(out, text);
    return call.made(out);
}

// "&amp;" or "&#39;": letters only, or decimal digits, as Shopify has it.
bool is_entity(std::string_view text) {
    const std::size_t end = text.substr(0, 40).find(';');
    if (end == std::string_view::npos || end < 2) return false;
    std::string_view name = text.substr(1, end - 1);
    if (name.front() != '#') return std::all_of(name.begin(), name.end(), is_letter);
    name.remove_prefix(1);
    return !name.empty() && std::all_of(name.begin(), name.end(), is_digit);
}

View escape_once(const Call& call) {
    const std::string_view text = call.subject();
    std::string& out = call.fresh();
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '&' && is_entity(text.substr(i))) {
            out += '&';
        } else {
            append_escaped(out, text.substr(i, 1));
        }
    }
    return call.made(out);
}

View raw(const Call& call) {
    return call.input;
}

View url_encode(const Call& call) {
    if (call.input.is_nil()) return {};
    constexpr std::string_view kHex = "0123456789ABCDEF";
    constexpr std::string_view kPlain = "-_.~";
    const std::string_view text = call.subject();
    std::string& out = call.fresh();
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (is_letter(c) || is_digit(c) || kPlain.find(c) != std::string_view::npos) {
            out += c;
        } else if (c == ' ') {
            out += '+';
        } else {
            out += '%';
            out += kHex[byte >> 4];
            out += kHex[byte & 15];
        }
    }
    return call.made(out);
}

int nibble(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

View url_decode(const Call& call) {
    if (call.input.is_nil()) return {};
    const std::string_view text = call.subject();
    std::string& out = call.fresh();
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool coded = text[i] == '%' && i + 2 < text.size() && nibble(text[i + 1]) >= 0 &&
                           nibble(text[i + 2]) >= 0;
        if (coded) {
            out += static_cast<char>(nibble(text[i + 1]) * 16 + nibble(text[i + 2]));
            i += 2;
        } else {
            out += text[i] == '+' ? ' ' : text[i];
        }
    }
    if (!is_utf8(out)) refuse_argument("`url_decode` met bytes that are not UTF-8");
    return call.made(out);
}

View encode64(const Call& call) {
    return call.made(to_base64(call.subject()));
}
View encode64_url(const Call& call) {
    std::string text = to_base64url(call.subject());
    while (text.size() % 4 != 0)
        text += '=';
    return call.made(text);
}
View decode64(const Call& call) {
    const auto bytes = from_base64(call.subject());
    if (!bytes || !is_utf8(*bytes)) refuse_argument("`base64_decode` needs base64 of UTF-8 text");
    return call.made(*bytes);
}
View decode64_url(const Call& call) {
    std::string text(call.subject());
    while (text.ends_with('='))
        text.pop_back();
    const auto bytes = from_base64url(text);
    if (!bytes || !is_utf8(*bytes)) {
        refuse_argument("`base64_url_safe_decode` needs base64url of UTF-8 text");
    }
    return call.made(*bytes);
}

View json(const Call& call) {
    std::string& out = call.fresh();
    append_json(out, call.input);
    return call.made(out);
}

constexpr std::array<FilterInfo, 12> kFilters{{
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
    {"json", 0, 0, json},
    {"to_json", 0, 0, json},
}};

}  // namespace

std::span<const FilterInfo> coding_filters() {
    return kFilters;
}

}  // namespace journey::render
