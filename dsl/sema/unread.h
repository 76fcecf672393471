#pragma once
// Lines that stand in the text and are not in the tree, because they could not be read. That was
// said where they stand, so nobody is told that they are missing.

#include "dsl/sema/context.h"

#include <utility>

namespace journey::sema {

/// Hands the lines of the block that begins on the line of `name` to `see`, without their indent,
/// that line first; `see(line, indent)` answers whether to stop.
template <typename See>
bool any_line(const Context& cx, Span name, See see) {
    const std::string_view text = cx.sources.at(name.file).text();
    const std::size_t before = text.rfind('\n', name.begin);
    std::size_t at = before == std::string_view::npos ? 0 : before + 1;
    const std::size_t indent = text.find_first_not_of(' ', at) - at;
    for (bool first = true; at < text.size(); first = false) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        std::string_view line = text.substr(at, end - at);
        at = end + 1;
        const std::size_t blanks = std::min(line.find_first_not_of(' '), line.size());
        line.remove_prefix(blanks);
        if (!first && blanks <= indent && line.starts_with('}')) return false;
        if (see(line, blanks)) return true;
    }
    return false;
}

/// In the block that begins on the line of `name`: does a line say `word`, in a file with mistakes?
inline bool unread(const Context& cx, Span name, std::string_view word) {
    if (!cx.files_with_errors().contains(name.file)) return false;
    return any_line(cx, name, [&](std::string_view written, std::size_t) {
        std::string line(written);  // `Enter` was meant to be `enter`
        for (char& c : line) {
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        }
        for (std::size_t found = line.find(word); found != std::string::npos;
             found = line.find(word, found + 1)) {
            const bool starts = found == 0 || line[found - 1] == ' ' || line[found - 1] == '{';
            const std::size_t behind = found + word.size();
            if (starts && (behind == line.size() || line[behind] == ' ' || line[behind] == ':'))
                return true;
        }
        return false;
    });
}

/// In a file with mistakes: has that block more lines like arms than the `read` ones?
inline bool arms_unread(const Context& cx, Span name, std::size_t read) {
    if (!cx.files_with_errors().contains(name.file)) return false;
    std::size_t inner = 0;
    std::size_t arms = 0;
    bool first = true;
    return any_line(cx, name, [&](std::string_view line, std::size_t indent) {
        if (std::exchange(first, false) || line.empty() || line.starts_with('#')) return false;
        if (inner == 0) inner = indent;
        const bool share = line.find_first_of("0123456789") < line.find('{');
        if (indent == inner && share && !line.starts_with("holdout") &&
            !line.starts_with("sample") && line.find("% holdout") == std::string_view::npos &&
            !line.starts_with("winner"))
            ++arms;
        return arms > read;
    });
}

/// Does a line of this file begin with `keyword name`?
inline bool unread_item(const Context& cx, source::FileId file, std::string_view keyword,
                        std::string_view name) {
    const std::string_view text = cx.sources.at(file).text();
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        std::string_view line = text.substr(at, end - at);
        at = end + 1;
        if (!line.starts_with(keyword)) continue;
        line.remove_prefix(keyword.size());
        line.remove_prefix(std::min(line.find_first_not_of(" :"), line.size()));
        if (!line.starts_with(name)) continue;
        const std::string_view behind = line.substr(name.size());
        if (behind.empty() || behind[0] == ' ' || behind[0] == '{') return true;
    }
    return false;
}

}  // namespace journey::sema
