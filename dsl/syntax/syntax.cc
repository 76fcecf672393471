#include "dsl/syntax/syntax.h"

#include "dsl/syntax/build.h"
#include "dsl/syntax/messages.h"
#include "dsl/syntax/rules.h"

namespace journey::syntax {

std::vector<ast::Comment> find_comments(const source::Source& source, source::FileId file) {
    std::vector<ast::Comment> all;
    const std::string_view text = source.text();
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] == '"') {
            at += scan::string_or_line(text.substr(at));
        } else if (text[at] == '#') {
            const std::size_t length = scan::rest_of_line(text.substr(at));
            all.push_back(
                {{file, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + length)}});
            at += length;
        } else {
            ++at;
        }
    }
    return all;
}

ast::File parse_file(const source::SourceSet& sources, source::FileId id,
                     Diagnostics& diagnostics) {
    const source::Source& source = sources.at(id);
    ast::File file;
    file.id = id;
    file.comments = find_comments(source, id);

    const Piece piece{source.text(), id, 0, {}};
    Matching state(piece, diagnostics);
    state.braces.scan(state.text);
    report_braces(state);
    Input in(state.text.data(), state.text.data() + state.text.size(), "");
    match_lines(in, state, BlockKind::file, state.text.size());

    Builder builder(state);
    for (Children items(state); !items.done();) {
        if (auto item = builder.item(items.take())) file.items.push_back(std::move(*item));
    }
    source::sort_and_unique(diagnostics);
    return file;
}

}  // namespace journey::syntax
