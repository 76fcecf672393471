// Source to pieces (text, output, tag), pieces to nodes.

#include "engine/render/markup.h"
#include "engine/render/nodes.h"

#include <fmt/format.h>

namespace journey::render {
namespace {

constexpr int kNestingMost = 60;

bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_space(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_space(text.back()))
        text.remove_suffix(1);
    return text;
}

struct Piece {
    enum class Kind : std::uint8_t { text, output, tag };
    Kind kind = Kind::text;
    std::uint32_t line = 1;
    std::string_view text;    // of text and output
    std::string_view name;    // of tag
    std::string_view markup;  // of tag
};

struct PieceError {
    std::uint32_t line;
    std::string message;
};

// A tag's name and the rest; `line` is advanced over leading blanks.
Piece tag_piece(std::string_view inside, std::uint32_t line) {
    Piece piece;
    piece.kind = Piece::Kind::tag;
    while (!inside.empty() && is_space(inside.front())) {
        if (inside.front() == '\n') ++line;
        inside.remove_prefix(1);
    }
    piece.line = line;
    std::size_t size = 0;
    if (!inside.empty() && inside.front() == '#') {
        size = 1;
    } else {
        while (size < inside.size() && !is_space(inside[size]) && inside[size] != ':' &&
               inside[size] != '"' && inside[size] != '\'' && inside[size] != '(' &&
               inside[size] != '[') {
            ++size;
        }
    }
    piece.name = inside.substr(0, size);
    piece.markup = trimmed(inside.substr(size));
    return piece;
}

class Cutter {
  public:
    explicit Cutter(std::string_view source) : source_(source) {}

    std::vector<Piece> run() {
        while (at_ < source_.size())
            next();
        return std::move(pieces_);
    }

  private:
    void next() {
        const std::size_t open = find_open(at_);
        add_text(source_.substr(at_, open - at_));
        at_ = open;
        if (at_ >= source_.size()) return;
        const bool output = source_[at_ + 1] == '{';
        const std::string_view close = output ? "}}" : "%}";
        const std::size_t end = source_.find(close, at_ + 2);
        if (end == std::string_view::npos) {
            throw PieceError{
                line_, fmt::format("`{}` is not closed by `{}`", source_.substr(at_, 2), close)};
        }
        std::string_view inside = source_.substr(at_ + 2, end - at_ - 2);
        const bool trims_left = inside.starts_with('-');
        if (trims_left) inside.remove_prefix(1);
        const bool trims_right = inside.ends_with('-');
        if (trims_right) inside.remove_suffix(1);
        if (trims_left) trim_last_text();
        Piece piece;
        if (output) {
            piece = {Piece::Kind::output, line_, inside, {}, {}};
        } else {
            piece = tag_piece(inside, line_);
        }
        count_lines(source_.substr(at_, end + 2 - at_));
        at_ = end + 2;
        trim_next_ = trims_right;
        if (!output && (piece.name == "raw" || piece.name == "doc")) {
            take_raw(piece);
        } else {
            pieces_.push_back(piece);
        }
    }

    std::size_t find_open(std::size_t from) const {
        for (std::size_t i = from; i + 1 < source_.size(); ++i) {
            if (source_[i] == '{' && (source_[i + 1] == '{' || source_[i + 1] == '%')) return i;
        }
        return source_.size();
    }

    void add_text(std::string_view text) {
        count_lines(text);
        if (std::exchange(trim_next_, false)) {
            while (!text.empty() && is_space(text.front()))
                text.remove_prefix(1);
        }
        if (!text.empty()) pieces_.push_back({Piece::Kind::text, line_, text, {}, {}});
    }

    void trim_last_text() {
        if (pieces_.empty() || pieces_.back().kind != Piece::Kind::text) return;
        std::string_view& text = pieces_.back().text;
        while (!text.empty() && is_space(text.back()))
            text.remove_suffix(1);
    }

    // Everything to the end tag is text, whatever it looks like.
    void take_raw(const Piece& opening) {
        const std::string wanted = "end" + std::string(opening.name);
        if (!opening.markup.empty()) {
            throw PieceError{line_, fmt::format("`{}` takes no arguments", opening.name)};
        }
        for (std::size_t open = source_.find("{%", at_); open != std::string_view::npos;
             open = source_.find("{%", open + 2)) {
            const std::size_t close = source_.find("%}", open);
            if (close == std::string_view::npos) break;
            std::string_view inside = source_.substr(open + 2, close - open - 2);
            const bool trims_left = inside.starts_with('-');
            if (trims_left) inside.remove_prefix(1);
            const bool trims_right = inside.ends_with('-') && !inside.empty();
            if (trims_right) inside.remove_suffix(1);
            if (trimmed(inside) != wanted) continue;
            const std::size_t kept = pieces_.size();
            add_text(source_.substr(at_, open - at_));
            if (trims_left && pieces_.size() > kept) trim_last_text();
            if (opening.name == "doc") pieces_.resize(kept);
            count_lines(source_.substr(open, close + 2 - open));
            at_ = close + 2;
            trim_next_ = trims_right;
            return;
        }
        throw PieceError{line_, fmt::format("`{}` is not closed by `{}`", opening.name, wanted)};
    }

    void count_lines(std::string_view text) {
        line_ += static_cast<std::uint32_t>(std::count(text.begin(), text.end(), '\n'));
    }

    std::string_view source_;
    std::size_t at_ = 0;
    std::uint32_t line_ = 1;
    bool trim_next_ = false;
    std::vector<Piece> pieces_;
};

// The lines of a `liquid` tag.
std::vector<Piece> pieces_of_lines(std::string_view markup, std::uint32_t line) {
    std::vector<Piece> pieces;
    while (!markup.empty()) {
        const std::size_t end = markup.find('\n');
        const std::string_view text = trimmed(markup.substr(0, end));
        if (!text.empty()) pieces.push_back(tag_piece(text, line));
        if (end == std::string_view::npos) break;
        ++line;
        markup.remove_prefix(end + 1);
    }
    return pieces;
}

bool is_blank_node(const Node& node);

bool is_blank_body(const Body& body) {
    return std::all_of(body.begin(), body.end(), is_blank_node);
}

bool is_blank_node(const Node& node) {
    return std::visit(
        Match{[](const TextNode& one) { return trimmed(one.text).empty(); },
              [](const OutputNode&) { return false; }, [](const AssignNode&) { return true; },
              [](const CaptureNode&) { return true; },
              [](const IfNode& one) {
                  return is_blank_body(one.otherwise) &&
                         std::all_of(one.branches.begin(), one.branches.end(),
                                     [](const Branch& b) { return is_blank_body(b.body); });
              },
              [](const CaseNode& one) {
                  return std::all_of(one.clauses.begin(), one.clauses.end(),
                                     [](const CaseClause& c) { return is_blank_body(c.body); });
              },
              [](const ForNode& one) {
                  return is_blank_body(one.body) && is_blank_body(one.otherwise);
              },
              [](const TableRowNode&) { return false; }, [](const CycleNode&) { return false; },
              [](const CountNode&) { return false; }, [](const IfChangedNode&) { return false; },
              [](const BreakNode&) { return true; }, [](const ContinueNode&) { return true; }},
        node.held);
}

// A block that can only write blanks writes nothing: that is how authors lay out logic.
void drop_blanks(Body& body) {
    std::erase_if(body,
                  [](const Node& node) { return std::holds_alternative<TextNode>(node.held); });
}

class Parser {
  public:
    Parser(std::vector<Piece> pieces, Names& names, int nesting = 0)
        : pieces_(std::move(pieces)), names_(names), nesting_(nesting) {}

    Body whole() {
        Body body = parse_body({});
        return body;
    }
    std::uint32_t line() const { return line_; }

  private:
    using Ends = std::initializer_list<std::string_view>;

    /// Up to a tag named in `ends`, which is left in `ended_`.
    Body parse_body(Ends ends) {
        if (++nesting_ > kNestingMost) throw MarkupError{"blocks are nested too deeply"};
        Body body;
        while (at_ < pieces_.size()) {
            const Piece piece = pieces_[at_++];
            line_ = piece.line;
            if (piece.kind == Piece::Kind::text) {
                add(body, TextNode{std::string(piece.text)});
            } else if (piece.kind == Piece::Kind::output) {
                output(body, piece.text);
            } else if (std::find(ends.begin(), ends.end(), piece.name) != ends.end()) {
                ended_ = piece;
                --nesting_;
                return body;
            } else {
                tag(body, piece, ends);
            }
        }
        if (ends.size() > 0) {
            throw MarkupError{fmt::format("a block is not closed by `{}`", *(ends.end() - 1))};
        }
        --nesting_;
        return body;
    }

    void add(Body& body, auto node) { body.push_back(Node{line_, std::move(node)}); }

    void output(Body& body, std::string_view text) {
        if (trimmed(text).empty()) return;
        Markup markup(text, names_);
        OutputNode node{markup.pipeline()};
        markup.expect_end();
        add(body, std::move(node));
    }

    void tag(Body& body, const Piece& piece, Ends ends) {
        const std::string_view name = piece.name;
        Markup markup(name == "#" ? std::string_view() : piece.markup, names_);
        if (name == "#") {
            inline_comment(piece);
        } else if (name == "assign") {
            assign(body, markup);
        } else if (name == "echo") {
            output(body, piece.markup);
        } else if (name == "if" || name == "unless") {
            if_block(body, markup, name);
        } else if (name == "for") {
            for_block(body, markup);
        } else if (name == "case") {
            case_block(body, markup);
        } else if (name == "capture") {
            capture(body, markup);
        } else if (name == "comment") {
            skip_comment();
        } else if (name == "liquid") {
            Parser inner(pieces_of_lines(piece.markup, piece.line), names_, nesting_ + 1);
            Body lines = nested(inner);
            std::move(lines.begin(), lines.end(), std::back_inserter(body));
        } else {
            small_tag(body, markup, piece, ends);
        }
    }

    Body nested(Parser& inner) {
        try {
            return inner.whole();
        } catch (const MarkupError&) {
            line_ = inner.line();
            throw;
        }
    }

    void small_tag(Body& body, Markup& markup, const Piece& piece, Ends ends) {
        const std::string_view name = piece.name;
        if (name == "cycle") {
            add(body, markup.cycle());
        } else if (name == "increment" || name == "decrement") {
            CountNode node{markup.name("a counter's name"), name == "increment" ? 1 : -1};
            names_.made(node.name);
            add(body, std::move(node));
        } else if (name == "tablerow") {
            LoopArguments arguments = markup.loop(true);
            names_.open(arguments.variable);
            Body inside = parse_body({"endtablerow"});
            names_.close();
            add(body, TableRowNode{std::move(arguments), std::move(inside)});
        } else if (name == "ifchanged") {
            add(body, IfChangedNode{parse_body({"endifchanged"})});
        } else if (name == "break") {
            add(body, BreakNode{});
        } else if (name == "continue") {
            add(body, ContinueNode{});
        } else {
            unknown_tag(name, ends);
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
        if (name == "include" || name == "render" || name == "layout") {
            throw MarkupError{fmt::format("`{}` is not supported; write the content here", name)};
        }
        static const std::vector<std::string> kTags{
            "assign",    "break",     "capture", "case",     "comment", "continue",
            "cycle",     "decrement", "echo",    "for",      "if",      "ifchanged",
            "increment", "liquid",    "raw",     "tablerow", "unless"};
        const auto near = did_you_mean(name, kTags);
        throw MarkupError{near.empty() ? fmt::format("the tag `{}` does not exist", name)
                                       : fmt::format("the tag `{}` does not exist; did you mean "
                                                     "`{}`?",
                                                     name, near.front())};
    }

    static void inline_comment(const Piece& piece) {
        std::string_view rest = piece.markup;
        for (std::size_t end = rest.find('\n'); end != std::string_view::npos;
             end = rest.find('\n')) {
            rest = trimmed(rest.substr(end + 1));
            if (!rest.empty() && rest.front() != '#') {
                throw MarkupError{"every line of an inline comment begins with `#`"};
            }
        }
    }

    void assign(Body& body, Markup& markup) {
        AssignNode node;
        node.name = markup.name("a variable's name");
        markup.expect("=");
        node.value = markup.pipeline();
        markup.expect_end();
        names_.made(node.name);
        add(body, std::move(node));
    }

    void capture(Body& body, Markup& markup) {
        CaptureNode node;
        node.name = markup.name("a variable's name");
        markup.expect_end();
        const std::uint32_t line = line_;
        node.body = parse_body({"endcapture"});
        names_.made(node.name);
        body.push_back(Node{line, std::move(node)});
    }

    void if_block(Body& body, Markup& markup, std::string_view name) {
        const std::uint32_t line = line_;
        const std::string_view end = name == "if" ? "endif" : "endunless";
        IfNode node;
        node.branches.push_back({markup.condition(), name == "unless", {}});
        node.branches.back().body = parse_body({"elsif", "else", end});
        while (ended_.name == "elsif") {
            Markup more(ended_.markup, names_);
            node.branches.push_back({more.condition(), false, {}});
            node.branches.back().body = parse_body({"elsif", "else", end});
        }
        bool first_else = true;
        while (ended_.name == "else" ||
               ended_.name == "elsif") {  // what follows an else is unreachable
            Body otherwise = parse_body({"elsif", "else", end});
            if (std::exchange(first_else, false)) node.otherwise = std::move(otherwise);
        }
        Node made{line, std::move(node)};
        if (is_blank_node(made)) {
            auto& blocks = std::get<IfNode>(made.held);
            for (Branch& branch : blocks.branches)
                drop_blanks(branch.body);
            drop_blanks(blocks.otherwise);
        }
        body.push_back(std::move(made));
    }

    void for_block(Body& body, Markup& markup) {
        const std::uint32_t line = line_;
        ForNode node;
        node.arguments = markup.loop(false);
        names_.open(node.arguments.variable);
        node.body = parse_body({"else", "endfor"});
        names_.close();
        if (ended_.name == "else") node.otherwise = parse_body({"endfor"});
        if (is_blank_body(node.body) && is_blank_body(node.otherwise)) {
            drop_blanks(node.body);
            drop_blanks(node.otherwise);
        }
        body.push_back(Node{line, std::move(node)});
    }

    void case_block(Body& body, Markup& markup) {
        const std::uint32_t line = line_;
        CaseNode node;
        node.subject = markup.expression();
        markup.expect_end();
        const Body before = parse_body({"when", "else", "endcase"});
        if (!is_blank_body(before)) {
            throw MarkupError{"only blanks may stand between `case` and the first `when`"};
        }
        while (ended_.name != "endcase") {
            CaseClause clause;
            clause.otherwise = ended_.name == "else";
            if (!clause.otherwise) {
                Markup values(ended_.markup, names_);
                clause.values = values.alternatives();
            }
            clause.body = parse_body({"when", "else", "endcase"});
            node.clauses.push_back(std::move(clause));
        }
        Node made{line, std::move(node)};
        if (is_blank_node(made)) {
            for (CaseClause& clause : std::get<CaseNode>(made.held).clauses)
                drop_blanks(clause.body);
        }
        body.push_back(std::move(made));
    }

    void skip_comment() {
        int open = 1;
        while (at_ < pieces_.size()) {
            const Piece& piece = pieces_[at_++];
            if (piece.kind != Piece::Kind::tag) continue;
            if (piece.name == "comment") ++open;
            if (piece.name == "endcomment" && --open == 0) return;
        }
        throw MarkupError{"a `comment` is not closed by `endcomment`"};
    }

    std::vector<Piece> pieces_;
    Names& names_;
    int nesting_;
    std::size_t at_ = 0;
    std::uint32_t line_ = 1;
    Piece ended_;
};

}  // namespace

std::variant<ParsedTemplate, ParseFailure> parse_template(std::string_view source) {
    Names names;
    std::vector<Piece> pieces;
    try {
        pieces = Cutter(source).run();
    } catch (const PieceError& problem) {
        return ParseFailure{problem.line, problem.message};
    }
    Parser parser(std::move(pieces), names);
    try {
        ParsedTemplate parsed;
        parsed.body = parser.whole();
        parsed.variables = names.take();
        return parsed;
    } catch (const MarkupError& problem) {
        return ParseFailure{parser.line(), problem.message};
    }
}

}  // namespace journey::render
