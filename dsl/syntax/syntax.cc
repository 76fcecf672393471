#include "dsl/syntax/syntax.h"

#include "dsl/syntax/build.h"
#include "dsl/syntax/messages.h"
#include "dsl/syntax/rules.h"
#include "dsl/syntax/samples.h"

#include <algorithm>

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

std::vector<Token> tokenize(std::string_view text) {
    std::vector<Token> all;
    for (std::size_t at = 0; at < text.size();) {
        const std::string_view rest = text.substr(at);
        if (rest[0] == ' ' || rest[0] == '\t' || rest[0] == '\n') {
            ++at;
            continue;
        }
        TokenKind kind = TokenKind::literal;
        std::size_t length = 0;
        if (rest[0] == '"') {
            kind = TokenKind::text;
            length = scan::string_or_line(rest);
        } else if (rest[0] == '#') {
            kind = TokenKind::comment;
            length = scan::rest_of_line(rest);
        } else {
            for (const auto scan : {scan::date_time, scan::date, scan::clock_time, scan::money,
                                    scan::percent, scan::decimal}) {
                if ((length = scan(rest)) > 0) break;
            }
            if (length == 0) {
                kind = TokenKind::word;
                length = scan::word(rest);
            }
            if (length == 0) {
                kind = TokenKind::sign;
                length = rest.starts_with(">=") || rest.starts_with("<=") ? 2 : 1;
                while (length < rest.size() &&
                       (static_cast<unsigned char>(rest[length]) & 0xC0) == 0x80)
                    ++length;
            }
        }
        all.push_back(
            {kind, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + length)});
        at += length;
    }
    return all;
}

Wish wishes_at(std::string_view text, std::uint32_t begin, std::uint32_t end) {
    // A character that fits nowhere stands for what is not written yet.
    std::string probed(text.substr(0, begin));
    probed += '\x01';
    probed += text.substr(std::min<std::size_t>(end, text.size()));
    Diagnostics ignored;
    const Piece piece{probed, source::FileId{0}, 0, {}};
    Matching state(piece, ignored);
    state.watch_at = begin;
    state.braces.scan(state.text);
    Input in(state.text.data(), state.text.data() + state.text.size(), "");
    match_lines(in, state, BlockKind::file, state.text.size());
    Wish wish;
    wish.place = place_of(state.watched_in);
    for (const Wanted& one : state.watched) {
        auto& list = one.is_word ? wish.words : wish.readings;
        if (std::find(list.begin(), list.end(), one.text) == list.end()) list.push_back(one.text);
    }
    return wish;
}

std::vector<Shown> examples_of(std::string_view word) {
    std::vector<Shown> all;
    for (const Sample& sample : samples()) {
        if (sample.word == word)
            all.push_back({place_of(sample.in), sample.reading, sample.examples});
    }
    return all;
}

std::vector<Shown> examples() {
    std::vector<Shown> all;
    for (const Sample& sample : samples())
        all.push_back({place_of(sample.in), sample.reading, sample.examples});
    return all;
}

bool continues_statement(std::string_view first_word) {
    return is_continuation(BlockKind::file, first_word);
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
