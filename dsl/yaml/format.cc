// A YAML file in the one style: the author's order, words and quotes, our indentation.

#include "dsl/ast/margin.h"
#include "dsl/yaml/node.h"
#include "dsl/yaml/yaml.h"

#include <algorithm>

namespace journey::yaml {

namespace {

std::string trimmed(std::string_view line) {
    const std::size_t begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return {};
    return std::string(line.substr(begin, line.find_last_not_of(" \t") - begin + 1));
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t feed = std::min(text.find('\n', at), text.size());
        lines.push_back(text.substr(at, feed - at));
        at = feed + 1;
    }
    return lines;
}

class Formatter {
  public:
    Formatter(const source::Source& source, const std::vector<ast::Comment>& comments)
        : text_(source.text()), margin_(source.text(), comments) {}

    Page document(const Node& node) {
        Page page = page_of(node, size());
        std::vector<std::string> rest = margin_.below(size(), 0);
        page.last.insert(page.last.end(), rest.begin(), rest.end());
        return page;
    }

  private:
    std::uint32_t size() const { return static_cast<std::uint32_t>(text_.size()); }

    bool is_flow(const Node& node) const {
        const char first = node.span.begin < text_.size() ? text_[node.span.begin] : '\0';
        return first == '{' || first == '[';
    }

    /// The dash in front of a list's item; the item itself in flow lists.
    std::uint32_t begin_of_item(const Node& item) const {
        std::uint32_t at = item.span.begin;
        while (at > 0 && (text_[at - 1] == ' ' || text_[at - 1] == '\t' || text_[at - 1] == '\n'))
            --at;
        return at > 0 && text_[at - 1] == '-' ? at - 1 : item.span.begin;
    }

    /// A block's lines without their margin, so that they can be given another one.
    std::string block(const Node& node) const {
        const std::vector<std::string_view> lines = lines_of(text_.substr(node.span.begin));
        std::string header = trimmed(lines.front().substr(0, lines.front().find(" #")));
        // An indentation of the author's own counts from a margin that is not ours.
        if (header.find_first_of("123456789") != std::string::npos) return quoted(node.text);
        std::size_t margin = 0;
        std::string out = header;
        std::string empty;
        for (std::size_t i = 1; i < lines.size(); ++i) {
            const std::size_t indent = lines[i].find_first_not_of(' ');
            if (indent == std::string_view::npos) {
                empty += '\n';
                continue;
            }
            if (margin == 0) margin = indent;
            if (indent < margin || margin == 0) break;
            out += empty + '\n' + std::string(lines[i].substr(margin));
            empty.clear();
        }
        if (header.find('+') != std::string::npos) out += empty;
        // A block without lines is an empty text.
        return out == header ? "\"\"" : out;
    }

    Page scalar(const Node& node) const {
        Page page;
        page.kind = Page::Kind::scalar;
        if (node.style == Style::block) {
            page.text = block(node);
            return page;
        }
        for (const std::string_view line :
             lines_of(text_.substr(node.span.begin, node.span.end - node.span.begin))) {
            page.text += (page.text.empty() ? "" : "\n") + trimmed(line);
        }
        return page;
    }

    /// `limit`: where the next thing begins that is not in `node`.
    Page page_of(const Node& node, std::uint32_t limit, std::uint32_t parent_column = 0) {
        Page page;
        switch (node.kind) {
            case Kind::nothing:
            case Kind::broken:
                return page;
            case Kind::scalar:
                return scalar(node);
            case Kind::list:
                page.kind = Page::Kind::list;
                break;
            case Kind::map:
                page.kind = Page::Kind::map;
                break;
        }
        page.flow = is_flow(node);
        std::vector<std::uint32_t> begins;
        for (const Node& item : node.items)
            begins.push_back(page.flow ? item.span.begin : begin_of_item(item));
        for (const Pair& pair : node.pairs)
            begins.push_back(pair.key.span.begin);
        const std::uint32_t column = begins.empty() ? 0 : margin_.column_of(begins.front());
        for (std::size_t i = 0; i < begins.size(); ++i) {
            const bool last = i + 1 == begins.size();
            const std::uint32_t next = last ? (page.flow ? node.span.end : limit) : begins[i + 1];
            const Pair* pair = page.kind == Page::Kind::map ? &node.pairs[i] : nullptr;
            page.entries.push_back(entry_of(pair, pair == nullptr ? node.items[i] : pair->value,
                                            begins[i], next, column));
            if (i == 0) page.entries.back().gap = false;
        }
        // Lists may stand right below their key: then what follows belongs to the next key.
        const bool own_column = page.kind == Page::Kind::map || column > parent_column;
        if (page.flow) {
            for (std::string& line : margin_.above(node.span.end).lines)
                page.last.push_back(std::move(line));
        } else if (own_column && column > 0) {
            page.last = margin_.below(limit, column);
        }
        return page;
    }

    Entry entry_of(const Pair* pair, const Node& value, std::uint32_t begin, std::uint32_t next,
                   std::uint32_t column) {
        Entry entry;
        ast::Margin::Above above = margin_.above(pair == nullptr ? value.span.begin : begin);
        entry.gap = above.lines.empty() ? margin_.empty_line_above(begin) : above.gap;
        entry.before = std::move(above.lines);
        if (pair != nullptr) entry.key = scalar(pair->key).text;
        const bool block_scalar = value.kind == Kind::scalar && value.style == Style::block;
        const bool block = (value.kind == Kind::list || value.kind == Kind::map) && !is_flow(value);
        if (pair != nullptr && (block || block_scalar || value.kind == Kind::nothing))
            entry.after = margin_.beside(block_scalar ? value.span.begin : pair->key.span.end);
        if (pair == nullptr && block_scalar) entry.after = margin_.beside(value.span.begin);
        entry.value = page_of(value, next, column);
        if (!block && entry.after.empty()) entry.after = margin_.beside(value.span.end);
        return entry;
    }

    std::string_view text_;
    ast::Margin margin_;
};

}  // namespace

std::optional<std::string> format_file(const source::SourceSet& sources, FileId file,
                                       Diagnostics& diagnostics) {
    Diagnostics found;
    parse_file(sources, file, found);
    const bool broken = source::has_errors(found);
    diagnostics.insert(diagnostics.end(), found.begin(), found.end());
    if (broken) return std::nullopt;
    const source::Source& source = sources.at(file);
    Diagnostics said;
    const std::optional<Node> document = read_document(source, file, said);
    if (!document || document->kind == Kind::nothing) return source.text();
    const std::vector<ast::Comment> comments = find_comments(source, file, *document);
    return write(Formatter(source, comments).document(*document));
}

}  // namespace journey::yaml
