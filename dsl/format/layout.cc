// Works on tokens: which of them share a line is the author's choice (with the exceptions in
// `break_lines`), where a line begins and what stands between two tokens is ours.

#include "dsl/format/format.h"
#include "dsl/syntax/syntax.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <variant>
#include <vector>

namespace journey::format {
namespace {

using syntax::Token;
using syntax::TokenKind;

struct Piece {
    TokenKind kind = TokenKind::word;
    std::string_view text;
    std::uint32_t begin = 0;
    std::size_t lines_before = 0;  // line feeds between the token before and this one
    bool adjacent = false;         // nothing at all stood between
    std::size_t partner = 0;       // of a brace: the index of the other one
};

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

/// After these words a bracket opens a group and a sign belongs to the number behind it.
bool is_keyword(std::string_view word) {
    using namespace std::string_view_literals;
    static constexpr std::array kWords = {
        "if"sv,     "and"sv,      "or"sv,    "not"sv,     "is"sv,      "in"sv,    "when"sv,
        "where"sv,  "contains"sv, "with"sv,  "between"sv, "default"sv, "since"sv, "before"sv,
        "per"sv,    "key"sv,      "wait"sv,  "until"sv,   "within"sv,  "to"sv,    "at"sv,
        "by"sv,     "of"sv,       "every"sv, "only"sv,    "limit"sv,   "most"sv,  "for"sv,
        "starts"sv, "ends"sv,     "start"sv, "after"sv,   "expect"sv,  "zone"sv,  "reaches"sv,
        "below"sv,  "times"sv};
    return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

bool is_aggregate(std::string_view word) {
    static constexpr std::array<std::string_view, 10> kWords = {
        "did", "count", "sum", "avg", "min", "max", "first", "last", "distinct", "list"};
    return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

class Layout {
  public:
    Layout(const ast::File& file, std::string_view text) : text_(text) {
        collect_fields(file);
        collect_pieces();
        pair_braces();
        break_lines();
    }

    std::string write() {
        std::string out;
        std::size_t depth = 0;            // braces whose inside is on lines of its own
        std::size_t brackets = 0;         // ( and [
        std::vector<std::size_t> levels;  // of each open brace: what its lines stand in by
        bool hanging = false;             // on a line `else` below its `call`
        bool winner = false;              // on the lines of a winner
        for (std::size_t i = 0; i < pieces_.size(); ++i) {
            const Piece& piece = pieces_[i];
            const bool closes = is_sign(i, "}");
            bool closes_hanging = false;
            if (closes && !levels.empty()) {
                depth -= levels.back();
                closes_hanging = levels.back() == 2;
                levels.pop_back();
            }
            const bool closes_bracket = is_sign(i, ")") || is_sign(i, "]");
            if (closes_bracket && brackets > 0) --brackets;
            if (i == 0 || piece.lines_before > 0) {
                if (i > 0) out += '\n';
                const bool after_open = i > 0 && is_sign(i - 1, "{");
                if (i > 0 && piece.lines_before > 1 && !after_open && !closes) out += '\n';
                winner = brackets == 0 && (is_word(i, "winner") || (winner && is_winner_line(i)));
                if (depth == 0 && !closes) in_webhook_ = is_word(i, "webhook");
                const bool goes_on = brackets > 0 || closes_hanging ||
                                     (!closes_bracket && continues(i)) ||
                                     (winner && !is_word(i, "winner"));
                hanging = goes_on && is_word(i, "else");
                out.append(2 * depth + (goes_on ? 2 : 0), ' ');
            } else {
                out.append(blanks_before(i), ' ');
            }
            out += shown(piece);
            if (is_sign(i, "{")) {
                const bool has_lines = i + 1 < pieces_.size() && spans_lines(i);
                levels.push_back(!has_lines ? 0 : hanging ? 2 : 1);
                depth += levels.back();
            }
            if (is_sign(i, "(") || is_sign(i, "[")) ++brackets;
        }
        if (!out.empty()) out += '\n';
        return out;
    }

  private:
    bool is_sign(std::size_t i, std::string_view sign) const {
        return pieces_[i].kind == TokenKind::sign && pieces_[i].text == sign;
    }
    bool is_word(std::size_t i, std::string_view word) const {
        return pieces_[i].kind == TokenKind::word && pieces_[i].text == word;
    }

    static std::string shown(const Piece& piece) {
        std::string text(piece.text);
        while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
            text.pop_back();
        if (piece.kind != TokenKind::literal) return text;
        // An amount of money is one token with any number of blanks in it.
        const std::size_t gap = text.find_first_of(" \t");
        const std::size_t digits = text.find_first_not_of(" \t", gap);
        if (gap != std::string::npos) text.replace(gap, digits - gap, " ");
        return text;
    }

    void collect_lines(const std::vector<ast::FieldLine>& lines) {
        std::vector<const ast::Field*> group;
        const auto close = [&] {
            std::size_t widest = 0;
            for (const ast::Field* field : group)
                widest = std::max(widest, display_width(field->name.text));
            for (const ast::Field* field : group) {
                const std::size_t gap =
                    group.size() == 1 ? 1 : widest + 2 - display_width(field->name.text);
                columns_.push_back({field->type.span.begin, gap});
            }
            group.clear();
        };
        std::uint32_t last_end = 0;
        for (const ast::FieldLine& line : lines) {
            const auto* field = std::get_if<ast::Field>(&line.what);
            const bool gap = last_end > 0 && has_empty_line(last_end, line.span.begin);
            last_end = line.span.end;
            if (gap) close();
            if (field != nullptr) group.push_back(field);
        }
        close();
    }

    bool has_empty_line(std::uint32_t from, std::uint32_t to) const {
        std::size_t feeds = 0;
        for (std::size_t i = from; i < to && i < text_.size(); ++i) {
            if (text_[i] == '\n' && ++feeds > 1) return true;
            if (text_[i] != '\n' && text_[i] != ' ' && text_[i] != '\t') feeds = 0;
        }
        return false;
    }

    void collect_fields(const ast::File& file) {
        for (const ast::Item& item : file.items) {
            if (const auto* profile = std::get_if<ast::ProfileDecl>(&item.what))
                collect_lines(profile->lines);
            if (const auto* event = std::get_if<ast::EventDecl>(&item.what))
                collect_lines(event->lines);
        }
        std::sort(columns_.begin(), columns_.end());
    }

    void collect_pieces() {
        std::size_t end = 0;
        for (const Token& token : syntax::tokenize(text_)) {
            Piece piece;
            piece.kind = token.kind;
            piece.text = text_.substr(token.begin, token.end - token.begin);
            piece.begin = token.begin;
            const std::string_view between = text_.substr(end, token.begin - end);
            piece.lines_before =
                static_cast<std::size_t>(std::count(between.begin(), between.end(), '\n'));
            piece.adjacent = between.empty();
            piece.partner = kNone;
            end = token.end;
            pieces_.push_back(piece);
        }
    }

    void pair_braces() {
        std::vector<std::size_t> open;
        for (std::size_t i = 0; i < pieces_.size(); ++i) {
            if (is_sign(i, "{")) open.push_back(i);
            if (is_sign(i, "}") && !open.empty()) {
                pieces_[i].partner = open.back();
                pieces_[open.back()].partner = i;
                open.pop_back();
            }
        }
    }

    bool spans_lines(std::size_t open) const {
        const std::size_t close = std::min(pieces_[open].partner, pieces_.size() - 1);
        for (std::size_t i = open + 1; i <= close; ++i) {
            if (pieces_[i].lines_before > 0) return true;
        }
        return false;
    }

    /// Braces over several lines end the line they open on and close on a line of their own; `else`
    /// follows its brace.
    void break_lines() {
        for (std::size_t i = 0; i < pieces_.size(); ++i) {
            if (is_sign(i, "{") && pieces_[i].partner != kNone && spans_lines(i)) {
                const std::size_t close = pieces_[i].partner;
                Piece& first = pieces_[i + 1];
                if (first.kind != TokenKind::comment && first.lines_before == 0)
                    first.lines_before = 1;
                if (pieces_[close].lines_before == 0) pieces_[close].lines_before = 1;
            }
            if (is_word(i, "else") && i > 0 && is_sign(i - 1, "}") && !closes_map(i - 1))
                pieces_[i].lines_before = 0;
        }
    }

    /// The data of a `call`, whose `else` may stand on the next line.
    bool closes_map(std::size_t close) const {
        const std::size_t open = pieces_[close].partner;
        return open != kNone && open > 0 && is_word(open - 1, "with");
    }

    bool is_winner_line(std::size_t i) const {
        while (i + 1 < pieces_.size() && pieces_[i].kind == TokenKind::comment)
            ++i;
        return is_word(i, "needs") || is_word(i, "confidence") || is_word(i, "otherwise");
    }

    /// A line that begins at `i` belongs to the statement above it.
    bool continues(std::size_t i) const {
        if (i == 0 || is_sign(i, "}")) return false;
        if (pieces_[i].kind == TokenKind::comment) {
            // It stands by the line that it is about.
            while (i < pieces_.size() && pieces_[i].kind == TokenKind::comment)
                ++i;
            return i < pieces_.size() && continues(i);
        }
        const bool key = i + 1 < pieces_.size() && is_sign(i + 1, ":");
        if (key) return false;
        if (field_starts(i)) return false;
        std::size_t before = i - 1;
        while (before > 0 && pieces_[before].kind == TokenKind::comment)
            --before;
        // Kept from its brace by a comment.
        if (is_word(i, "else") && is_sign(before, "}") && !closes_map(before)) return false;
        for (const std::string_view word : {"and", "or"}) {
            if (is_word(before, word)) return true;
        }
        if (is_sign(before, "=") || is_sign(before, ",")) return true;
        if (is_word(i, "retry") && in_webhook_) return false;
        return pieces_[i].kind == TokenKind::word && syntax::continues_statement(pieces_[i].text);
    }

    /// A property may have any name, `valid` too: its type stands in a column of its own.
    bool field_starts(std::size_t i) const {
        return i + 1 < pieces_.size() && column_gap(i + 1) != 0;
    }

    std::size_t column_gap(std::size_t i) const {
        const std::pair<std::uint32_t, std::size_t> key{pieces_[i].begin, 0};
        const auto at = std::lower_bound(columns_.begin(), columns_.end(), key);
        return at != columns_.end() && at->first == pieces_[i].begin ? at->second : 0;
    }

    /// A sign that belongs to the number behind it: at the start of a value.
    bool is_prefix(std::size_t i) const {
        if (!is_sign(i, "-") && !is_sign(i, "+")) return false;
        if (i == 0) return true;
        const Piece& before = pieces_[i - 1];
        if (before.kind == TokenKind::sign)
            return before.text != ")" && before.text != "]" && before.text != "}";
        return before.kind == TokenKind::word && is_keyword(before.text) &&
               !(i > 1 && is_sign(i - 2, "."));
    }

    std::size_t blanks_before(std::size_t i) const {
        const Piece& piece = pieces_[i];
        const Piece& before = pieces_[i - 1];
        if (piece.kind == TokenKind::comment) return 2;
        if (const std::size_t gap = column_gap(i)) return gap;
        for (const std::string_view sign : {")", "]", ",", ":", "."}) {
            if (is_sign(i, sign)) return 0;
        }
        for (const std::string_view sign : {"(", "[", "."}) {
            if (is_sign(i - 1, sign)) return 0;
        }
        if (is_sign(i, "}") && is_sign(i - 1, "{")) return 0;
        if (is_sign(i, "(") || is_sign(i, "[")) {
            const bool value_before =
                (before.kind == TokenKind::word && !is_keyword(before.text)) ||
                is_sign(i - 1, ")") || is_sign(i - 1, "]");
            // `first (x)` is a call and `first(x)` asks about history: that blank has a meaning.
            if (!piece.adjacent && (is_sign(i, "[") || is_aggregate(before.text))) return 1;
            return value_before ? 0 : 1;
        }
        return is_prefix(i - 1) ? 0 : 1;
    }

    std::string_view text_;
    bool in_webhook_ = false;  // where `retry` begins a line of its own
    std::vector<Piece> pieces_;
    std::vector<std::pair<std::uint32_t, std::size_t>>
        columns_;  // where a type begins, blanks before it
};

}  // namespace

std::string format_file(const ast::File& file, const source::Source& source) {
    return Layout(file, source.text()).write();
}

}  // namespace journey::format
