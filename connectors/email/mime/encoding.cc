#include "connectors/email/mime/mime.h"

namespace journey::connectors::mime {
namespace {

constexpr std::size_t kLineMost = 76;

bool is_plain(char c) {
    return c >= ' ' && c <= '~';
}

}  // namespace

std::string base64_lines(std::string_view bytes) {
    const std::string all = to_base64(bytes);
    std::string out;
    out.reserve(all.size() + all.size() / kLineMost * 2 + 2);
    for (std::size_t at = 0; at < all.size(); at += kLineMost) {
        out.append(all, at, kLineMost).append("\r\n");
    }
    return out;
}

std::string quoted_printable(std::string_view text) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size() + text.size() / 8);
    std::size_t column = 0;
    const auto put = [&](std::string_view unit) {
        if (column + unit.size() > kLineMost - 1) {
            out += "=\r\n";
            column = 0;
        }
        out += unit;
        column += unit.size();
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\r' || c == '\n') {
            if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
            out += "\r\n";
            column = 0;
            continue;
        }
        const bool last = i + 1 == text.size() || text[i + 1] == '\r' || text[i + 1] == '\n';
        const bool blank = c == ' ' || c == '\t';
        // A dot at a line's start would meet SMTP's dot-stuffing, a blank at its end would be
        // trimmed by relays.
        const bool keep = blank ? !last : is_plain(c) && c != '=' && !(c == '.' && column == 0);
        if (keep) {
            put({&c, 1});
        } else {
            const auto byte = static_cast<unsigned char>(c);
            const std::array<char, 3> escape{'=', kHex[byte >> 4], kHex[byte & 15]};
            put({escape.data(), escape.size()});
        }
    }
    if (column > 0) out += "\r\n";
    return out;
}

}  // namespace journey::connectors::mime
