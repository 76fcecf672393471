#include "engine/render/pieces.h"

#include <fmt/format.h>

namespace journey::render {
namespace {

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

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
    if (inside.starts_with('#')) {
        size = 1;
    } else {
        while (size < inside.size() && is_word(inside[size]))
            ++size;
        // No word: whatever it is, up to a blank, is named in the message.
        if (size == 0) size = std::min(inside.find_first_of(" \t\r\n"), inside.size());
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
        const std::size_t end = output ? end_of_output() : source_.find("%}", at_ + 2);
        if (end == std::string_view::npos) {
            throw PieceError{line_, fmt::format("`{}` is not closed by `{}`",
                                                source_.substr(at_, 2), output ? "}}" : "%}")};
        }
        std::string_view inside = source_.substr(at_ + 2, end - at_ - 2);
        const bool trims_left = inside.starts_with('-');
        const bool trims_right = inside.ends_with('-');
        if (trims_left) inside.remove_prefix(1);
        if (trims_right && !inside.empty()) inside.remove_suffix(1);
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

    // An output ends at the first `}}`; a `}` alone or a `{%` before it is a mistake.
    std::size_t end_of_output() const {
        for (std::size_t i = at_ + 2; i + 1 < source_.size(); ++i) {
            if (source_[i] == '}') return source_[i + 1] == '}' ? i : std::string_view::npos;
            if (source_[i] == '{' && source_[i + 1] == '%') return std::string_view::npos;
        }
        return std::string_view::npos;
    }

    std::size_t find_open(std::size_t from) const {
        while (true) {
            const std::size_t brace = source_.find('{', from);
            if (brace == std::string_view::npos || brace + 1 >= source_.size()) {
                return source_.size();
            }
            if (source_[brace + 1] == '{' || source_[brace + 1] == '%') return brace;
            from = brace + 1;
        }
    }

    void add_text(std::string_view text) {
        const std::uint32_t line = line_;
        count_lines(text);
        if (std::exchange(trim_next_, false)) {
            while (!text.empty() && (is_space(text.front()) || text.front() == '\0'))
                text.remove_prefix(1);
        }
        if (!text.empty()) pieces_.push_back({Piece::Kind::text, line, text, {}, {}});
    }

    void trim_last_text() {
        if (pieces_.empty() || pieces_.back().kind != Piece::Kind::text) return;
        std::string_view& text = pieces_.back().text;
        while (!text.empty() && (is_space(text.back()) || text.back() == '\0'))
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
            const bool trims_right = inside.ends_with('-');
            if (trims_right) inside.remove_suffix(1);
            if (trimmed(inside) != wanted) {
                // A long run of `{%` before one `%}`: the last of them is the only candidate.
                const std::size_t last = source_.rfind("{%", close);
                if (last != std::string_view::npos && last > open) open = last - 2;
                if (opening.name == "doc" && trimmed(inside) == "doc") {
                    throw PieceError{line_, "a `doc` cannot stand in a `doc`"};
                }
                continue;
            }
            const std::size_t kept = pieces_.size();
            add_text(source_.substr(at_, open - at_));
            if (trims_left && pieces_.size() > kept) trim_last_text();
            if (opening.name == "doc") pieces_.resize(kept);
            count_lines(source_.substr(open, close + 2 - open));
            at_ = close + 2;
            trim_next_ = trims_right;
            // Text written as it stands is no blank layout, and nothing trims it from outside.
            if (opening.name == "raw" && pieces_.size() > kept) {
                pieces_.back().kind = Piece::Kind::tag;
                pieces_.back().name = "raw";
            }
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

}  // namespace

std::vector<Piece> cut(std::string_view source) {
    return Cutter(source).run();
}

std::vector<Piece> cut_lines(std::string_view markup, std::uint32_t line) {
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

}  // namespace journey::render
