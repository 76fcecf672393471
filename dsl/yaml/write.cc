#include "dsl/yaml/page.h"
#include "engine/base/base.h"

#include <algorithm>
#include <fmt/format.h>

namespace journey::yaml {

namespace {

constexpr std::size_t kWidth = 100;

bool has_comments(const Page& page) {
    if (!page.last.empty()) return true;
    return std::any_of(page.entries.begin(), page.entries.end(), [](const Entry& entry) {
        return !entry.before.empty() || !entry.after.empty() || has_comments(entry.value);
    });
}

bool is_block_scalar(const Page& page) {
    return page.kind == Page::Kind::scalar && page.text.find('\n') != std::string::npos;
}

/// A scalar that ends where `,` or `}` stands: plain text with such a sign in it would be cut.
bool fits_in_flow(const Page& page) {
    switch (page.kind) {
        case Page::Kind::nothing:
            return false;
        case Page::Kind::scalar: {
            if (is_block_scalar(page)) return false;
            const char first = page.text.empty() ? ' ' : page.text[0];
            return first == '"' || first == '\'' || stays_plain(page.text, true);
        }
        case Page::Kind::list:
        case Page::Kind::map:
            break;
    }
    return std::all_of(page.entries.begin(), page.entries.end(),
                       [](const Entry& entry) { return fits_in_flow(entry.value); });
}

std::string in_line(const Page& page) {
    if (page.kind == Page::Kind::scalar) return page.text;
    const bool map = page.kind == Page::Kind::map;
    std::string out = map ? "{" : "[";
    for (std::size_t i = 0; i < page.entries.size(); ++i) {
        if (i > 0) out += ", ";
        if (map) out += page.entries[i].key + ": ";
        out += in_line(page.entries[i].value);
    }
    return out + (map ? "}" : "]");
}

class Writer {
  public:
    std::string write(const Page& page) {
        lines_of(page, 0, false);
        return std::move(out_);
    }

  private:
    void margin(std::size_t indent) { out_.append(indent, ' '); }

    void comment_lines(const std::vector<std::string>& comments, std::size_t indent) {
        for (const std::string& comment : comments) {
            margin(indent);
            out_ += comment + '\n';
        }
    }

    /// `started`: the first entry's margin stands there already, after a dash.
    void lines_of(const Page& page, std::size_t indent, bool started) {
        bool first = true;
        for (const Entry& entry : page.entries) {
            if (!(first && started)) {
                if (entry.gap && !out_.empty()) out_ += '\n';
                comment_lines(entry.before, indent);
                margin(indent);
            }
            first = false;
            if (page.kind == Page::Kind::list) {
                item(entry, indent);
            } else {
                out_ += entry.key + ":";
                value_of(entry, indent);
            }
        }
        comment_lines(page.last, indent);
    }

    void end_line(const std::string& comment) {
        if (!comment.empty()) out_ += "  " + comment;
        out_ += '\n';
    }

    bool on_one_line(const Page& page, std::size_t used) const {
        if (page.entries.empty()) return true;
        if (!page.flow || has_comments(page) || !fits_in_flow(page)) return false;
        return used + display_width(in_line(page)) <= kWidth;
    }

    std::size_t used() const {
        const std::size_t feed = out_.rfind('\n');
        return display_width(
            std::string_view(out_).substr(feed == std::string::npos ? 0 : feed + 1));
    }

    /// The lines of a block scalar, its first line being the header.
    void block(const std::string& text, const std::string& comment, std::size_t indent) {
        std::size_t at = text.find('\n');
        out_ += text.substr(0, at);
        end_line(comment);
        while (at != std::string::npos) {
            const std::size_t next = text.find('\n', at + 1);
            const std::string line = text.substr(at + 1, next - at - 1);
            if (!line.empty()) margin(indent);
            out_ += line + '\n';
            at = next;
        }
    }

    void value_of(const Entry& entry, std::size_t indent) {
        const Page& page = entry.value;
        switch (page.kind) {
            case Page::Kind::nothing:
                end_line(entry.after);
                comment_lines(page.last, indent + 2);
                return;
            case Page::Kind::scalar:
                out_ += ' ';
                if (is_block_scalar(page)) return block(page.text, entry.after, indent + 2);
                out_ += page.text;
                end_line(entry.after);
                return;
            case Page::Kind::list:
            case Page::Kind::map:
                break;
        }
        if (on_one_line(page, used() + 1)) {
            out_ += ' ' + in_line(page);
            end_line(entry.after);
            return comment_lines(page.last, indent + 2);
        }
        end_line(entry.after);
        lines_of(page, indent + 2, false);
    }

    void item(const Entry& entry, std::size_t indent) {
        const Page& page = entry.value;
        out_ += '-';
        const bool lines = page.kind == Page::Kind::map || page.kind == Page::Kind::list;
        if (!lines || on_one_line(page, used() + 1)) return value_of(entry, indent);
        const Entry& first = page.entries.front();
        if (page.kind == Page::Kind::list || !first.before.empty() || !entry.after.empty()) {
            end_line(entry.after);
            return lines_of(page, indent + 2, false);
        }
        out_ += ' ';
        lines_of(page, indent + 2, true);
    }

    std::string out_;
};

std::uint32_t code_point(std::string_view bytes) {
    const auto byte = [&](std::size_t i) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i]));
    };
    if (bytes.size() == 2) return ((byte(0) & 0x1fU) << 6U) | (byte(1) & 0x3fU);
    return ((byte(0) & 0x0fU) << 12U) | ((byte(1) & 0x3fU) << 6U) | (byte(2) & 0x3fU);
}

/// The bytes of a character YAML folds or drops, or that nobody can see; 0 for all others.
std::size_t hidden(std::string_view rest) {
    const auto byte = [&](std::size_t i) {
        return i < rest.size() ? static_cast<unsigned char>(rest[i]) : 0U;
    };
    if (byte(0) == 0xc2) return byte(1) >= 0x80 && byte(1) < 0xa0 ? 2 : 0;
    if (byte(0) == 0xef) return byte(1) == 0xbb && byte(2) == 0xbf ? 3 : 0;
    if (byte(0) != 0xe2) return 0;
    if (byte(1) == 0x80)
        return byte(2) >= 0x8b && byte(2) <= 0xae && (byte(2) <= 0x8f || byte(2) >= 0xa8) ? 3 : 0;
    return byte(1) == 0x81 && byte(2) >= 0xa0 && byte(2) <= 0xaf ? 3 : 0;
}

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

/// What YAML readers with types of their own would not take for text.
bool looks_typed(std::string_view words) {
    for (const std::string_view word : {"true", "false", "yes", "no", "on", "off", "null", "~",
                                        "True", "False", "Yes", "No", "On", "Off", "Null"}) {
        if (words == word) return true;
    }
    return !words.empty() && words.find_first_not_of("0123456789.:-+eE_") == std::string_view::npos;
}

}  // namespace

std::string write(const Page& page) {
    return Writer().write(page);
}

bool stays_plain(std::string_view words, bool in_flow) {
    if (words.empty() || is_blank(words.front()) || is_blank(words.back())) return false;
    if (std::string_view("!&*@`%{}[]>|\"'#,?:").find(words.front()) != std::string_view::npos)
        return false;
    if (words.front() == '-' && (words.size() == 1 || is_blank(words[1]))) return false;
    if (words.starts_with("---") || words.starts_with("...")) return false;
    if (words.back() == ':') return false;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto c = static_cast<unsigned char>(words[i]);
        if (c < 0x20 || c == 0x7f) return false;
        const char next = i + 1 < words.size() ? words[i + 1] : ' ';
        if (c == ':' && is_blank(next)) return false;
        if (c == '#' && i > 0 && is_blank(words[i - 1])) return false;
        if (in_flow && std::string_view(",[]{}?").find(words[i]) != std::string_view::npos)
            return false;
    }
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (hidden(words.substr(i)) > 0) return false;
    }
    return true;
}

std::string quoted(std::string_view words) {
    std::string out = "\"";
    for (std::size_t i = 0; i < words.size(); ++i) {
        const char c = words[i];
        const std::string_view rest = words.substr(i);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '\t') {
            out += "\\t";
        } else if (c == '\r') {
            out += "\\r";
        } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            const std::string_view digits = "0123456789abcdef";
            out += "\\x";
            out += digits[static_cast<unsigned char>(c) >> 4U];
            out += digits[static_cast<unsigned char>(c) & 15U];
        } else if (const std::size_t length = hidden(rest); length > 0) {
            out += fmt::format("\\u{:04x}", code_point(rest.substr(0, length)));
            i += length - 1;
        } else {
            out += c;
        }
    }
    return out + '"';
}

std::string packed(std::string_view words, bool in_flow) {
    if (stays_plain(words, in_flow) && !looks_typed(words)) return std::string(words);
    const bool simple = std::all_of(words.begin(), words.end(), [](char c) {
        return static_cast<unsigned char>(c) >= 0x20 && c != '\'' && c != 0x7f;
    });
    const bool escapes = words.find_first_of("\"\\") != std::string_view::npos;
    const bool seen = quoted(words).find("\\u") == std::string::npos;
    if (simple && escapes && seen) return "'" + std::string(words) + "'";
    return quoted(words);
}

}  // namespace journey::yaml
