// Where each byte of a scalar stands. yaml-cpp tells the beginning and the value; this walks the
// file's text and the value side by side, through folds, indents and escapes.

#include "dsl/yaml/node.h"

namespace journey::yaml {

namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

class Walk {
  public:
    Walk(std::string_view file, Node& scalar, std::uint32_t begin)
        : file_(file), scalar_(scalar), at_(begin) {}

    bool run() {
        scalar_.offsets.clear();
        scalar_.offsets.reserve(scalar_.text.size() + 1);
        const char first = at_ < file_.size() ? file_[at_] : '\0';
        const std::uint32_t begin = at_;
        bool closed = true;
        if (first == '"' || first == '\'') {
            scalar_.style = Style::quoted;
            ++at_;
            first == '"' ? double_quoted() : folded(true);
            skip_to_quote(first);
            scalar_.offsets.push_back(at_);
            closed = at_ < file_.size() && file_[at_] == first;
            if (closed) ++at_;
        } else if (first == '|' || first == '>') {
            scalar_.style = Style::block;
            block();
            scalar_.offsets.push_back(at_);
        } else {
            scalar_.style = Style::plain;
            folded(false);
            scalar_.offsets.push_back(at_);
        }
        scalar_.span.begin = begin;
        scalar_.span.end = at_;
        return closed;
    }

  private:
    char here() const { return at_ < file_.size() ? file_[at_] : '\0'; }

    void skip_to_quote(char quote) {
        while (at_ < file_.size() && file_[at_] != quote &&
               (is_blank(file_[at_]) || file_[at_] == '\n')) {
            ++at_;
        }
    }

    /// One line break of the file (with the blanks around it) stands for one value byte; empty
    /// lines stand for line feeds of their own.
    bool fold(char wanted) {
        if (wanted != ' ' && wanted != '\n') return false;
        std::uint32_t scan = at_;
        while (scan < file_.size() && is_blank(file_[scan]))
            ++scan;
        if (scan >= file_.size() || file_[scan] != '\n') return false;
        scalar_.offsets.push_back(at_);
        at_ = scan + 1;
        std::uint32_t text = at_;
        while (text < file_.size() && is_blank(file_[text]))
            ++text;
        if (text < file_.size() && file_[text] != '\n') at_ = text;
        return true;
    }

    void folded(bool single_quoted) {
        for (const char wanted : scalar_.text) {
            if (single_quoted && wanted == '\'' && file_.substr(at_, 2) == "''") {
                scalar_.offsets.push_back(at_);
                at_ += 2;
            } else if (here() == wanted) {
                scalar_.offsets.push_back(at_++);
            } else if (!fold(wanted)) {
                scalar_.offsets.push_back(at_);  // lost: stay near
            }
        }
    }

    static std::uint32_t escape_length(std::string_view rest) {
        if (rest.size() < 2) return 1;
        switch (rest[1]) {
            case 'x':
                return 4;
            case 'u':
                return 6;
            case 'U':
                return 10;
            default:
                return 2;
        }
    }

    static bool continues_character(char c) {
        return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
    }

    void double_quoted() {
        const std::string& value = scalar_.text;
        std::size_t i = 0;
        while (i < value.size()) {
            if (here() == '\\') {
                if (file_.substr(at_, 2) == "\\\n") {  // an escaped line break stands for nothing
                    at_ += 2;
                    while (is_blank(here()))
                        ++at_;
                    continue;
                }
                const std::uint32_t begin = at_;
                at_ = std::min<std::uint32_t>(at_ + escape_length(file_.substr(at_)),
                                              static_cast<std::uint32_t>(file_.size()));
                do {
                    scalar_.offsets.push_back(begin);
                    ++i;
                } while (i < value.size() && continues_character(value[i]));
                continue;
            }
            if (here() == value[i]) {
                scalar_.offsets.push_back(at_++);
            } else if (!fold(value[i])) {
                scalar_.offsets.push_back(at_);
            }
            ++i;
        }
    }

    void skip_indent(std::uint32_t indent) {
        for (std::uint32_t i = 0; i < indent && here() == ' '; ++i)
            ++at_;
    }

    void block() {
        const std::size_t header_end = file_.find('\n', at_);
        if (header_end == std::string_view::npos) {
            at_ = static_cast<std::uint32_t>(file_.size());
            return;
        }
        at_ = static_cast<std::uint32_t>(header_end + 1);
        std::uint32_t indent = 0;
        for (std::uint32_t line = at_; line < file_.size();) {
            std::uint32_t text = line;
            while (text < file_.size() && file_[text] == ' ')
                ++text;
            if (text < file_.size() && file_[text] != '\n') {
                indent = text - line;
                break;
            }
            line = text + 1;
        }
        skip_indent(indent);
        const std::string& value = scalar_.text;
        for (std::size_t i = 0; i < value.size(); ++i) {
            const char wanted = value[i];
            if (here() == '\n' && (wanted == '\n' || wanted == ' ')) {
                scalar_.offsets.push_back(at_++);
                skip_indent(indent);
                // Folding makes one line feed of a line's end and the empty line below it.
                const bool more = i + 1 < value.size() && value[i + 1] != '\n';
                while (more && here() == '\n') {
                    ++at_;
                    skip_indent(indent);
                }
            } else if (here() == wanted) {
                scalar_.offsets.push_back(at_++);
            } else {
                scalar_.offsets.push_back(at_);
            }
        }
    }

    std::string_view file_;
    Node& scalar_;
    std::uint32_t at_;
};

}  // namespace

bool place_scalar(const source::Source& source, Node& scalar, std::uint32_t begin) {
    return Walk(source.text(), scalar, begin).run();
}

}  // namespace journey::yaml
