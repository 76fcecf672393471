#include "dsl/ast/margin.h"

#include <algorithm>

namespace journey::ast {

std::string Margin::take() {
    const Span& span = comments_[next_++].span;
    std::string words(text_.substr(span.begin, span.end - span.begin));
    while (!words.empty() && (words.back() == ' ' || words.back() == '\t'))
        words.pop_back();
    return words;
}

bool Margin::empty_line_above(std::uint32_t at) const {
    std::size_t feeds = 0;
    for (std::size_t i = std::min<std::size_t>(at, text_.size()); i > 0; --i) {
        const char c = text_[i - 1];
        if (c == '\n' && ++feeds > 1) return true;
        if (c != '\n' && c != ' ' && c != '\t') return false;
    }
    return false;
}

std::uint32_t Margin::column_of(std::uint32_t at) const {
    const std::size_t feed = at == 0 ? std::string_view::npos : text_.rfind('\n', at - 1);
    return feed == std::string_view::npos ? at : at - static_cast<std::uint32_t>(feed) - 1;
}

std::uint32_t Margin::indent_of(std::uint32_t at) const {
    const std::uint32_t begin = at - column_of(at);
    const std::size_t text = text_.find_first_not_of(" \t", begin);
    return text == std::string_view::npos ? 0 : static_cast<std::uint32_t>(text) - begin;
}

Margin::Above Margin::above(std::uint32_t at, std::uint32_t end) {
    Above made;
    bool first = true;
    while (next_ < comments_.size() && comments_[next_].span.begin < at) {
        const bool empty = empty_line_above(comments_[next_].span.begin);
        if (first) made.gap = empty;
        if (!first && empty) made.lines.emplace_back();
        made.lines.push_back(take());
        first = false;
    }
    const bool empty = empty_line_above(at);
    if (first) made.gap = empty;
    if (!first && empty) made.lines.emplace_back();
    while (next_ < comments_.size() && comments_[next_].span.begin < end) {
        const std::uint32_t begin = comments_[next_].span.begin;
        const bool own_line = indent_of(begin) == column_of(begin);
        std::string words = take();
        if (!own_line && made.beside.empty()) {
            made.beside = std::move(words);
        } else {
            made.lines.push_back(std::move(words));
        }
    }
    return made;
}

std::string Margin::beside(std::uint32_t end) {
    if (next_ >= comments_.size()) return {};
    const std::uint32_t begin = comments_[next_].span.begin;
    if (begin < end || text_.substr(end, begin - end).find('\n') != std::string_view::npos)
        return {};
    return take();
}

std::vector<std::string> Margin::below(std::uint32_t limit, std::uint32_t column) {
    std::vector<std::string> lines;
    while (next_ < comments_.size() && comments_[next_].span.begin < limit) {
        const std::uint32_t begin = comments_[next_].span.begin;
        if (column_of(begin) < column) break;
        if (empty_line_above(begin)) lines.emplace_back();
        lines.push_back(take());
    }
    return lines;
}

}  // namespace journey::ast
