// yaml-cpp drops comments; here they are found again: what begins with `#` outside every scalar.

#include "dsl/yaml/node.h"

namespace journey::yaml {

namespace {

struct Taken {
    std::uint32_t begin;
    std::uint32_t end;
};

void collect(const Node& node, std::string_view text, std::vector<Taken>& taken) {
    if (node.kind == Kind::scalar) {
        Taken one{node.span.begin, node.span.end};
        // A comment may stand on the first line of a block scalar, behind `|`.
        if (node.style == Style::block) {
            const std::size_t feed = text.find('\n', one.begin);
            if (feed != std::string_view::npos) one.begin = static_cast<std::uint32_t>(feed);
        }
        taken.push_back(one);
    }
    for (const Node& item : node.items)
        collect(item, text, taken);
    for (const Pair& pair : node.pairs) {
        collect(pair.key, text, taken);
        collect(pair.value, text, taken);
    }
}

}  // namespace

std::vector<ast::Comment> find_comments(const source::Source& source, FileId file,
                                        const Node& document) {
    const std::string_view text = source.text();
    std::vector<Taken> taken;
    collect(document, text, taken);
    std::vector<ast::Comment> found;
    std::size_t next = 0;
    for (std::uint32_t at = 0; at < text.size(); ++at) {
        while (next < taken.size() && taken[next].end <= at)
            ++next;
        if (next < taken.size() && at >= taken[next].begin) {
            at = taken[next].end - 1;
            continue;
        }
        if (text[at] != '#') continue;
        if (at > 0 && text[at - 1] != ' ' && text[at - 1] != '\t' && text[at - 1] != '\n') continue;
        std::uint32_t end = at;
        while (end < text.size() && text[end] != '\n')
            ++end;
        found.push_back({{file, at, end}});
        at = end;
    }
    return found;
}

}  // namespace journey::yaml
