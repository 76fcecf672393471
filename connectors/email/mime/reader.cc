#include "connectors/email/mime/mime.h"

#include <unicode/ucnv.h>

namespace journey::connectors::mime {
namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
}

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (is_blank(text.front()) || text.front() == '\r'))
        text.remove_prefix(1);
    while (!text.empty() && (is_blank(text.back()) || text.back() == '\r'))
        text.remove_suffix(1);
    return text;
}

// The next line without its end; `text` moves behind it.
std::string_view next_line(std::string_view& text) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

bool is_header_name(std::string_view name) {
    return !name.empty() && name.size() <= 100 && std::all_of(name.begin(), name.end(), [](char c) {
        return c > ' ' && c <= '~' && c != ':';
    });
}

// ---------------------------------------------------------------- parameters

// `a=b; c="d;e"`: quoted values may hold semicolons and escapes.
void read_parameters(std::string_view text, std::vector<std::pair<std::string, std::string>>& out) {
    constexpr std::size_t kParametersMost = 32;
    while (!text.empty() && out.size() < kParametersMost) {
        const std::size_t equal = text.find_first_of("=;");
        if (equal == std::string_view::npos) return;
        const std::string name = lower(trimmed(text.substr(0, equal)));
        const bool has_value = text[equal] == '=';
        text.remove_prefix(equal + 1);
        if (!has_value) continue;
        while (!text.empty() && is_blank(text.front()))
            text.remove_prefix(1);
        std::string value;
        if (text.starts_with('"')) {
            std::size_t i = 1;
            for (; i < text.size() && text[i] != '"'; ++i) {
                if (text[i] == '\\' && i + 1 < text.size()) ++i;
                value += text[i];
            }
            text.remove_prefix(std::min(i + 1, text.size()));
            const std::size_t next = text.find(';');
            text.remove_prefix(next == std::string_view::npos ? text.size() : next + 1);
        } else {
            const std::size_t next = text.find(';');
            value = trimmed(text.substr(0, next));
            text.remove_prefix(next == std::string_view::npos ? text.size() : next + 1);
        }
        if (!name.empty()) out.emplace_back(name, std::move(value));
    }
}

// ---------------------------------------------------------------- the tree

class Reader {
  public:
    explicit Reader(const ReadLimits& limits) : limits_(limits) {}

    Result<ReadPart> read(std::string_view text, std::size_t depth) {
        if (depth > limits_.depth_most || ++parts_ > limits_.parts_most) {
            return error(ErrorCode::refused, "the mail has too many parts in parts");
        }
        ReadPart part;
        std::string_view rest;
        part.headers = read_headers(text, rest, limits_);
        if (part.headers.size() > limits_.headers_most) {
            return error(ErrorCode::refused, "the mail has too many headers");
        }
        part.body = rest;
        const std::string_view type = part.header("content-type");
        if (const std::size_t end = type.find(';'); !type.empty()) {
            part.type = lower(trimmed(type.substr(0, end)));
            if (end != std::string_view::npos) {
                read_parameters(type.substr(end + 1), part.parameters);
            }
        }
        TRY(read_children(part, depth));
        return part;
    }

  private:
    Result<void> read_children(ReadPart& part, std::size_t depth) {
        const bool holds_mail = part.type == "message/rfc822" || part.type == "message/global";
        if (holds_mail && plain_encoding(part)) {
            TRY(auto inner, read(part.body, depth + 1));
            part.parts.push_back(std::move(inner));
        }
        if (!part.type.starts_with("multipart/")) return success();
        const std::string boundary(part.parameter("boundary"));
        if (boundary.empty() || boundary.size() > 200) return success();
        for (const std::string_view text : split(part.body, "--" + boundary)) {
            TRY(auto inner, read(text, depth + 1));
            part.parts.push_back(std::move(inner));
        }
        return success();
    }

    static bool plain_encoding(const ReadPart& part) {
        const std::string how = lower(trimmed(part.header("content-transfer-encoding")));
        return how != "base64" && how != "quoted-printable";
    }

    // The bodies between the lines that are the delimiter. What stands before the first and after
    // the last is for programs of 1992.
    std::vector<std::string_view> split(std::string_view body, std::string_view delimiter) const {
        std::vector<std::string_view> out;
        std::string_view rest = body;
        const char* begin = nullptr;
        while (!rest.empty() && out.size() <= limits_.parts_most) {
            const char* at = rest.data();
            std::string_view line = next_line(rest);
            if (!line.starts_with(delimiter)) continue;
            std::string_view tail = line.substr(delimiter.size());
            const bool last = tail.starts_with("--");
            if (last) tail.remove_prefix(2);
            if (!trimmed(tail).empty()) continue;
            if (begin != nullptr) out.push_back(without_end(begin, at));
            if (last) return out;
            begin = rest.data();
        }
        // A mail that was cut off still says what it says.
        if (begin != nullptr) {
            out.emplace_back(begin, static_cast<std::size_t>(body.data() + body.size() - begin));
        }
        return out;
    }

    // The line end before a delimiter belongs to the delimiter.
    static std::string_view without_end(const char* begin, const char* end) {
        std::string_view text(begin, static_cast<std::size_t>(end - begin));
        if (text.ends_with('\n')) text.remove_suffix(1);
        if (text.ends_with('\r')) text.remove_suffix(1);
        return text;
    }

    const ReadLimits& limits_;
    std::size_t parts_ = 0;
};

// ---------------------------------------------------------------- encodings

int nibble(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// `blank`: what "_" means, which only header words have.
std::string decode_quoted(std::string_view text, bool is_word) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '_' && is_word) {
            out += ' ';
            continue;
        }
        if (text[i] != '=') {
            out += text[i];
            continue;
        }
        std::size_t end = i + 1;  // a soft line break, perhaps after blanks a relay put there
        while (end < text.size() && (is_blank(text[end]) || text[end] == '\r'))
            ++end;
        if (end < text.size() && text[end] == '\n') {
            i = end;
        } else if (i + 2 < text.size() && nibble(text[i + 1]) >= 0 && nibble(text[i + 2]) >= 0) {
            out += static_cast<char>(nibble(text[i + 1]) * 16 + nibble(text[i + 2]));
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

std::string decode_base64(std::string_view text) {
    std::string packed;
    packed.reserve(text.size());
    for (const char c : text) {
        const bool digit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '+' || c == '/';
        if (digit) packed += c;
        if (c == '=') break;
    }
    packed.resize(packed.size() - (packed.size() % 4 == 1 ? 1 : 0));
    while (packed.size() % 4 != 0)
        packed += '=';
    return from_base64(packed).value_or("");
}

struct ConverterClose {
    void operator()(UConverter* converter) const { ucnv_close(converter); }
};

std::string to_utf8(std::string bytes, std::string_view charset) {
    const std::string name = lower(charset);
    if (name.empty() || name == "utf-8" || name == "us-ascii" || name == "utf8") {
        return replace_invalid_utf8(bytes);
    }
    // GB2312 is what Chinese servers write on what is GBK.
    const std::string known = name == "gb2312" || name == "gbk" ? "gb18030" : name;
    UErrorCode failed = U_ZERO_ERROR;
    const std::unique_ptr<UConverter, ConverterClose> from(
        known.size() > 40 ? nullptr : ucnv_open(known.c_str(), &failed));
    if (from == nullptr || U_FAILURE(failed)) return replace_invalid_utf8(bytes);
    std::vector<UChar> wide(bytes.size() * 2 + 16);
    const std::int32_t units =
        ucnv_toUChars(from.get(), wide.data(), static_cast<std::int32_t>(wide.size()), bytes.data(),
                      static_cast<std::int32_t>(bytes.size()), &failed);
    if (U_FAILURE(failed)) return replace_invalid_utf8(bytes);
    const std::unique_ptr<UConverter, ConverterClose> utf8(ucnv_open("utf-8", &failed));
    std::string out(static_cast<std::size_t>(units) * 3 + 1, '\0');
    const std::int32_t size = ucnv_fromUChars(
        utf8.get(), out.data(), static_cast<std::int32_t>(out.size()), wide.data(), units, &failed);
    if (U_FAILURE(failed)) return replace_invalid_utf8(bytes);
    out.resize(static_cast<std::size_t>(size));
    return out;
}

/// One "=?charset?B?…?=" at the text's start; its length, or 0.
std::size_t decode_word(std::string_view text, std::string& out) {
    if (!text.starts_with("=?")) return 0;
    const std::size_t charset_end = text.find('?', 2);
    if (charset_end == std::string_view::npos || charset_end + 2 >= text.size()) return 0;
    const char how = text[charset_end + 1];
    if (text[charset_end + 2] != '?') return 0;
    const std::size_t begin = charset_end + 3;
    const std::size_t end = text.find("?=", begin);
    if (end == std::string_view::npos) return 0;
    std::string_view charset = text.substr(2, charset_end - 2);
    charset = charset.substr(0, charset.find('*'));  // RFC 2231's language
    const std::string_view content = text.substr(begin, end - begin);
    if (how == 'B' || how == 'b') {
        out += to_utf8(decode_base64(content), charset);
    } else if (how == 'Q' || how == 'q') {
        out += to_utf8(decode_quoted(content, true), charset);
    } else {
        return 0;
    }
    return end + 2;
}

}  // namespace

std::string_view ReadPart::header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
        if (key == name) return value;
    }
    return {};
}

std::string_view ReadPart::parameter(std::string_view name) const {
    for (const auto& [key, value] : parameters) {
        if (key == name) return value;
    }
    return {};
}

std::vector<std::pair<std::string, std::string>> read_headers(std::string_view text,
                                                              std::string_view& rest,
                                                              const ReadLimits& limits) {
    std::vector<std::pair<std::string, std::string>> out;
    std::size_t bytes = 0;
    rest = text;
    while (!rest.empty()) {
        const std::string_view before = rest;
        const std::string_view line = next_line(rest);
        if (line.empty()) return out;
        bytes += line.size();
        if (bytes > limits.header_bytes_most) continue;  // counted no more, kept no more
        if (is_blank(line.front())) {
            if (!out.empty()) out.back().second.append(" ").append(trimmed(line));
            continue;
        }
        const std::size_t colon = line.find(':');
        const std::string_view name = trimmed(line.substr(0, colon));
        if (colon == std::string_view::npos || !is_header_name(name)) {
            if (out.empty() && line.starts_with("From ")) continue;  // mbox
            rest = before;                                           // a body without headers
            return out;
        }
        if (out.size() > limits.headers_most) continue;
        out.emplace_back(lower(name), std::string(trimmed(line.substr(colon + 1))));
    }
    return out;
}

Result<ReadPart> read_mail(std::string_view text, const ReadLimits& limits) {
    if (text.size() > limits.bytes_most) {
        return error(ErrorCode::refused, "the mail is larger than what is read");
    }
    TRY(auto mail, Reader(limits).read(text, 0));
    if (mail.headers.empty()) return error(ErrorCode::invalid, "this is not a mail: no headers");
    return mail;
}

std::string decoded_body(const ReadPart& part) {
    const std::string how = lower(trimmed(part.header("content-transfer-encoding")));
    if (how == "base64") return decode_base64(part.body);
    if (how == "quoted-printable") return decode_quoted(part.body, false);
    return std::string(part.body);
}

std::string decoded_text(const ReadPart& part) {
    return to_utf8(decoded_body(part), part.parameter("charset"));
}

std::string decoded_words(std::string_view value) {
    std::string out;
    bool after_word = false;
    while (!value.empty()) {
        // Blanks between two words are not part of the text.
        std::size_t blanks = 0;
        while (blanks < value.size() && is_blank(value[blanks]))
            ++blanks;
        std::string word;
        const std::size_t size = decode_word(value.substr(blanks), word);
        if (size > 0) {
            if (!after_word) out.append(value.substr(0, blanks));
            out += word;
            value.remove_prefix(blanks + size);
            after_word = true;
            continue;
        }
        const std::size_t take = std::max<std::size_t>(blanks, 1);
        out.append(value.substr(0, take));
        value.remove_prefix(take);
        after_word = false;
    }
    return out;
}

}  // namespace journey::connectors::mime
