// Pieces to the flat row of nodes.

#include "engine/render/pieces.h"

#include <fmt/format.h>

namespace journey::render {
namespace {

constexpr int kNestingMost = 100;

class Parser {
  public:
    Parser(std::vector<Piece> pieces, Parsing parsing, int nesting = 0)
        : pieces_(std::move(pieces)), parsing_(parsing), nesting_(nesting) {}

    bool whole() { return body({}); }
    std::uint32_t line() const { return line_; }

  private:
    using Ends = std::initializer_list<std::string_view>;

    std::vector<Node>& nodes() { return parsing_.program.nodes; }
    Index here() { return static_cast<Index>(nodes().size()); }

    Index add(Op op, Index data = kNone, std::string_view text = {}) {
        Node node;
        node.op = op;
        node.line = line_;
        node.data = data;
        node.text = text;
        nodes().push_back(node);
        nodes().back().end = here();
        return here() - 1;
    }
    void close(Index block) { nodes()[block].end = here(); }

    /// Up to a tag named in `ends`, which is left in `ended_`. Says whether it is all blank.
    bool body(Ends ends) {
        if (++nesting_ > kNestingMost) throw MarkupError{"blocks are nested too deeply"};
        bool blank = true;
        while (at_ < pieces_.size()) {
            const Piece piece = pieces_[at_++];
            line_ = piece.line;
            if (piece.kind == Piece::Kind::text) {
                add(Op::text, kNone, piece.text);
                blank = blank && trimmed(piece.text).empty();
            } else if (piece.kind == Piece::Kind::output) {
                output(piece.text);
                blank = false;
            } else if (std::find(ends.begin(), ends.end(), piece.name) != ends.end()) {
                ended_ = piece;
                --nesting_;
                return blank;
            } else {
                const bool tag_is_blank = tag(piece, ends);
                blank = blank && tag_is_blank;
            }
        }
        if (ends.size() > 0) {
            throw MarkupError{fmt::format("a block is not closed by `{}`", *(ends.end() - 1))};
        }
        --nesting_;
        return blank;
    }

    // A block that can only write blanks writes nothing: that is how authors lay out logic.
    void drop_blanks(Index first, Index end) {
        for (Index i = first; i < end; i = nodes()[i].end) {
            if (nodes()[i].op == Op::text) nodes()[i].text = {};
        }
    }

    /// Strictly; where the mode forgives, as Shopify's regular expressions would.
    template <typename Strict, typename Lax>
    auto read(bool forgives, Strict strict, Lax forgiving) {
        if (!forgives) return strict();
        try {
            return strict();
        } catch (const MarkupError&) {
            return forgiving();
        }
    }
    bool lax() const { return parsing_.mode == Mode::lax; }
    bool loose() const { return !parsing_.strict2(); }

    Index pipeline(std::string_view text) {
        return read(
            lax(), [&] { return Markup(text, parsing_).pipeline(); },
            [&] { return lax::pipeline(text, parsing_); });
    }
    Index condition(std::string_view text) {
        return read(
            lax(), [&] { return Markup(text, parsing_).condition(); },
            [&] { return lax::condition(text, parsing_); });
    }

    void output(std::string_view text) {
        const Index made = pipeline(text);
        if (made == kNone) return;
        const Pipeline& line = parsing_.program.pipelines[made];
        const Expression& value = parsing_.program.expressions[line.value];
        const bool name = value.kind == Expression::Kind::path && line.filters.count == 0 &&
                          value.segments.count == 0 && value.root_from == kNone;
        if (name) {
            add(Op::name, made, value.root);
        } else {
            add(Op::output, made);
        }
    }

    /// Says whether the tag is blank: writes nothing, or only blanks.
    bool tag(const Piece& piece, Ends ends) {
        const std::string_view name = piece.name;
        if (name == "#") return inline_comment(piece);
        if (name == "raw") {
            add(Op::text, kNone, piece.text);
            return false;
        }
        if (name == "assign") return assign(piece.markup);
        if (name == "echo") {
            output(piece.markup);
            return false;
        }
        if (name == "if" || name == "unless") return choice(piece);
        if (name == "for") return loop(piece.markup);
        if (name == "case") return selection(piece.markup);
        if (name == "capture") return capture(piece.markup);
        if (name == "comment") return skip_comment();
        if (name == "liquid") return lines(piece);
        return small_tag(piece, ends);
    }

    bool small_tag(const Piece& piece, Ends ends) {
        const std::string_view name = piece.name;
        if (name == "cycle") {
            add(Op::cycle, read(
                               loose(), [&] { return Markup(piece.markup, parsing_).cycle(); },
                               [&] { return lax::cycle(piece.markup, parsing_); }));
            return false;
        }
        if (name == "increment" || name == "decrement") return counter(piece);
        if (name == "tablerow") return table(piece.markup);
        if (name == "ifchanged") {
            const Index block = add(Op::if_changed);
            const bool blank = body({"endifchanged"});
            close(block);
            return blank;
        }
        if (name == "break" || name == "continue") {
            add(name == "break" ? Op::break_loop : Op::continue_loop);
            return true;
        }
        if (name == "include" || name == "render") {
            const bool include = name == "include";
            const Index call = read(
                loose(), [&] { return Markup(piece.markup, parsing_).partial(include); },
                [&] { return lax::partial(piece.markup, parsing_, include); });
            add(include ? Op::include : Op::render, call);
            return false;
        }
        unknown_tag(name, ends);
    }

    bool counter(const Piece& piece) {
        std::string_view variable = trimmed(piece.markup);
        if (!loose()) {
            Markup markup(piece.markup, parsing_);
            variable = markup.name("a counter's name");
            markup.expect_end();
        }
        parsing_.names.made(variable);
        add(piece.name == "increment" ? Op::increment : Op::decrement, kNone, variable);
        return false;
    }

    bool lines(const Piece& piece) {
        Parser inner(cut_lines(piece.markup, piece.line), parsing_, nesting_ + 1);
        try {
            return inner.whole();
        } catch (const MarkupError&) {
            line_ = inner.line();
            throw;
        }
    }

    [[noreturn]] void unknown_tag(std::string_view name, Ends ends) const {
        if (name.empty()) throw MarkupError{"the tag has no name"};
        if (name == "else" || name == "elsif" || name == "when" || name.starts_with("end")) {
            throw MarkupError{ends.size() == 0
                                  ? fmt::format("`{}` closes nothing that is open", name)
                                  : fmt::format("`{}` does not belong here; `{}` was expected",
                                                name, *(ends.end() - 1))};
        }
        static const std::vector<std::string> kTags{
            "assign",    "break",  "capture", "case",   "comment",  "continue",  "cycle",
            "decrement", "doc",    "echo",    "for",    "if",       "ifchanged", "include",
            "increment", "liquid", "raw",     "render", "tablerow", "unless"};
        const auto near = did_you_mean(name, kTags);
        throw MarkupError{near.empty() ? fmt::format("the tag `{}` does not exist", name)
                                       : fmt::format("the tag `{}` does not exist; did you mean "
                                                     "`{}`?",
                                                     name, near.front())};
    }

    static bool inline_comment(const Piece& piece) {
        std::string_view rest = piece.markup;
        for (std::size_t end = rest.find('\n'); end != std::string_view::npos;
             end = rest.find('\n')) {
            rest = trimmed(rest.substr(end + 1));
            if (!rest.empty() && rest.front() != '#') {
                throw MarkupError{"every line of an inline comment begins with `#`"};
            }
        }
        return true;
    }

    bool assign(std::string_view text) {
        auto [name, value] = lax::assignment(text);
        if (parsing_.mode == Mode::checked) {
            Markup markup(text, parsing_);
            name = markup.name("a variable's name");
            markup.expect("=");
            if (markup.at_end()) throw MarkupError{"`assign` is written `assign name = value`"};
        }
        const Index made = pipeline(value);
        parsing_.names.made(name);
        add(Op::assign, made, name);
        return true;
    }

    bool capture(std::string_view text) {
        std::string_view name;
        if (loose()) {
            name = lax::captured_name(text);
        } else {
            Markup markup(text, parsing_);
            name = markup.name("a variable's name");
            markup.expect_end();
        }
        const Index block = add(Op::capture, kNone, name);
        body({"endcapture"});
        close(block);
        parsing_.names.made(name);
        return true;
    }

    bool choice(const Piece& piece) {
        const bool unless = piece.name == "unless";
        const std::string_view end = unless ? "endunless" : "endif";
        const Index block = add(Op::choice);
        bool blank = true;
        Index data = condition(piece.markup);
        while (true) {
            const Index branch = add(Op::branch, data);
            nodes()[branch].flag = unless && branch == block + 1;
            const bool branch_is_blank = body({"elsif", "else", end});
            blank = blank && branch_is_blank;
            close(branch);
            if (ended_.name == end) break;
            data = ended_.name == "elsif" ? condition(ended_.markup) : kNone;
        }
        close(block);
        if (blank) drop_blanks_of_parts(block);
        return blank;
    }

    void drop_blanks_of_parts(Index block) {
        for (Index part = block + 1; part < nodes()[block].end; part = nodes()[part].end)
            drop_blanks(part + 1, nodes()[part].end);
    }

    bool loop(std::string_view text) {
        const Index call = read(
            lax(), [&] { return Markup(text, parsing_).loop(false); },
            [&] { return lax::loop(text, parsing_, false); });
        const Index block = add(Op::loop, call);
        parsing_.names.open(parsing_.program.loops[call].variable);
        bool blank = body({"else", "endfor"});
        parsing_.names.close();
        nodes()[block].more = here();
        if (ended_.name == "else") {
            const bool else_is_blank = body({"endfor"});
            blank = blank && else_is_blank;
        }
        close(block);
        if (blank) drop_blanks(block + 1, nodes()[block].end);
        return blank;
    }

    bool table(std::string_view text) {
        const Index call = read(
            loose(), [&] { return Markup(text, parsing_).loop(true); },
            [&] { return lax::loop(text, parsing_, true); });
        const Index block = add(Op::table, call);
        parsing_.names.open(parsing_.program.loops[call].variable);
        body({"endtablerow"});
        parsing_.names.close();
        nodes()[block].more = here();
        close(block);
        return false;
    }

    bool selection(std::string_view text) {
        const Index subject = read(
            loose(),
            [&] {
                Markup markup(text, parsing_);
                const Index made = markup.expression();
                markup.expect_end();
                return made;
            },
            [&] { return lax::subject(text, parsing_); });
        const Index block = add(Op::selection, subject);
        const bool before = body({"when", "else", "endcase"});
        if (!before && parsing_.mode == Mode::checked) {
            throw MarkupError{"only blanks may stand between `case` and the first `when`"};
        }
        nodes().resize(block + 1);
        bool blank = true;
        while (ended_.name != "endcase") {
            const Index clause = add(Op::clause);
            nodes()[clause].flag = ended_.name == "else";
            if (ended_.name == "when") {
                const std::string_view wanted = ended_.markup;
                const Run values = read(
                    loose(), [&] { return Markup(wanted, parsing_).alternatives(); },
                    [&] { return lax::alternatives(wanted, parsing_); });
                nodes()[clause].data = values.first;
                nodes()[clause].more = values.count;
            }
            const bool clause_is_blank = body({"when", "else", "endcase"});
            blank = blank && clause_is_blank;
            close(clause);
        }
        close(block);
        if (blank) drop_blanks_of_parts(block);
        return blank;
    }

    bool skip_comment() {
        int open = 1;
        while (at_ < pieces_.size()) {
            const Piece& piece = pieces_[at_++];
            if (piece.kind != Piece::Kind::tag) continue;
            if (piece.name == "comment") ++open;
            if (piece.name == "endcomment" && --open == 0) return true;
        }
        throw MarkupError{"a `comment` is not closed by `endcomment`"};
    }

    std::vector<Piece> pieces_;
    Parsing parsing_;
    int nesting_;
    std::size_t at_ = 0;
    std::uint32_t line_ = 1;
    Piece ended_;
};

RenderError syntax_error(std::uint32_t line, std::string message) {
    return {line, std::move(message), ErrorKind::syntax, {}};
}

}  // namespace

std::variant<std::unique_ptr<const Program>, RenderError> parse_program(std::string_view source,
                                                                        Mode mode) {
    auto program = std::make_unique<Program>();
    if (source.size() > kSourceMost) {
        return syntax_error(1, "a template has at most 64 MiB");
    }
    program->source = source;
    Names names;
    std::vector<Piece> pieces;
    try {
        pieces = cut(program->source);
    } catch (const PieceError& problem) {
        return syntax_error(problem.line, problem.message);
    }
    for (const Piece& piece : pieces)
        program->text_bytes += piece.kind == Piece::Kind::text ? piece.text.size() : 16;
    Parser parser(std::move(pieces), Parsing{*program, names, mode});
    try {
        parser.whole();
    } catch (const MarkupError& problem) {
        return syntax_error(parser.line(), problem.message);
    }
    program->variables = names.take();
    return std::unique_ptr<const Program>(std::move(program));
}

}  // namespace journey::render
