#include "engine/app/lsp_text.h"

#include <algorithm>
#include <fmt/format.h>

namespace journey::app {
namespace {

/// Bytes of the character at the front; invalid ones count one each.
std::size_t size_of_first(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text[0]);
    const std::size_t size = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    return std::min(size, text.size());
}

std::uint32_t units_of(std::size_t size, LspUnits units) {
    if (units == LspUnits::utf8) return static_cast<std::uint32_t>(size);
    return size == 4 ? 2 : 1;
}

/// The byte where `character` begins in a line without its end.
std::size_t byte_of(std::string_view line, std::uint32_t character, LspUnits units) {
    std::uint32_t counted = 0;
    std::size_t at = 0;
    while (at < line.size()) {
        const std::size_t size = size_of_first(line.substr(at));
        counted += units_of(size, units);
        if (counted > character) break;
        at += size;
    }
    return at;
}

int hex_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

std::uint32_t length_of(std::string_view text, LspUnits units) {
    std::uint32_t length = 0;
    while (!text.empty()) {
        const std::size_t size = size_of_first(text);
        length += units_of(size, units);
        text.remove_prefix(size);
    }
    return length;
}

std::uint32_t offset_of(const source::Source& source, LspPosition position, LspUnits units) {
    if (position.line >= source.line_count())
        return static_cast<std::uint32_t>(source.text().size());
    const std::string_view line = source.line(position.line + 1);
    return source.line_begin(position.line + 1) +
           static_cast<std::uint32_t>(byte_of(line, position.character, units));
}

LspPosition position_of(const source::Source& source, std::uint32_t offset, LspUnits units) {
    const auto end = static_cast<std::uint32_t>(source.text().size());
    const std::uint32_t at = std::min(offset, end);
    const std::uint32_t line = source.place_of(at).line;
    const std::uint32_t begin = source.line_begin(line);
    return {line - 1, length_of(std::string_view(source.text()).substr(begin, at - begin), units)};
}

std::size_t offset_in_bytes(std::string_view bytes, LspPosition position, LspUnits units) {
    std::size_t begin = 0;
    const auto end_of_line = [&](std::size_t from) {
        return std::min(bytes.find_first_of("\r\n", from), bytes.size());
    };
    for (std::uint32_t line = 0; line < position.line; ++line) {
        const std::size_t end = end_of_line(begin);
        if (end == bytes.size()) return end;
        begin = end + (bytes.substr(end).starts_with("\r\n") ? 2 : 1);
    }
    return begin +
           byte_of(bytes.substr(begin, end_of_line(begin) - begin), position.character, units);
}

std::optional<std::string> path_of_uri(std::string_view uri) {
    if (!uri.starts_with("file://")) return std::nullopt;
    uri.remove_prefix(7);
    if (uri.starts_with("localhost/")) uri.remove_prefix(9);
    std::string path;
    for (std::size_t i = 0; i < uri.size(); ++i) {
        if (uri[i] != '%') {
            path += uri[i];
            continue;
        }
        const int high = i + 2 < uri.size() ? hex_of(uri[i + 1]) : -1;
        const int low = i + 2 < uri.size() ? hex_of(uri[i + 2]) : -1;
        if (high < 0 || low < 0 || high + low == 0) return std::nullopt;
        path += static_cast<char>(high * 16 + low);
        i += 2;
    }
    if (!path.starts_with('/')) return std::nullopt;
    return path;
}

std::string uri_of_path(std::string_view path) {
    std::string uri = "file://";
    for (const char c : path) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain =
            std::isalnum(byte) != 0 || std::string_view("-._~/").find(c) != std::string_view::npos;
        uri += plain && byte < 0x80 ? std::string(1, c) : fmt::format("%{:02X}", byte);
    }
    return uri;
}

}  // namespace journey::app
