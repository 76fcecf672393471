#include "engine/render/words.h"

namespace journey::render {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool starts_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}
bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

class Splitter {
  public:
    explicit Splitter(std::string_view markup) : rest_(markup) {}

    std::vector<Word> run() {
        std::vector<Word> words;
        while (true) {
            while (at_ < rest_.size() && is_space(rest_[at_]))
                ++at_;
            words.push_back(next());
            if (words.back().kind == Word::Kind::end || words.back().kind == Word::Kind::bad) {
                return words;
            }
        }
    }

  private:
    char peek(std::size_t ahead = 0) const {
        return at_ + ahead < rest_.size() ? rest_[at_ + ahead] : '\0';
    }

    Word take(Word::Kind kind, std::size_t size) {
        const Word word{kind, rest_.substr(at_, size), at_};
        at_ += size;
        return word;
    }

    Word next() {
        if (at_ >= rest_.size()) return {Word::Kind::end, {}, at_};
        const char c = peek();
        if (c == '"' || c == '\'') return quoted(c);
        if (starts_name(c)) return name();
        if (is_digit(c) || (c == '-' && is_digit(peek(1)))) return number();
        return mark();
    }

    Word quoted(char quote) {
        const std::size_t end = rest_.find(quote, at_ + 1);
        if (end == std::string_view::npos) return take(Word::Kind::bad, rest_.size() - at_);
        const Word word{Word::Kind::text, rest_.substr(at_ + 1, end - at_ - 1), at_};
        at_ = end + 1;
        return word;
    }

    Word name() {
        std::size_t size = 1;
        while (starts_name(peek(size)) || is_digit(peek(size)) || peek(size) == '-')
            ++size;
        if (peek(size) == '?') ++size;
        return take(Word::Kind::name, size);
    }

    Word number() {
        std::size_t size = 1;
        while (is_digit(peek(size)))
            ++size;
        // "1..5" is a range, not a number with a point.
        if (peek(size) != '.' || !is_digit(peek(size + 1))) {
            return take(Word::Kind::integer, size);
        }
        ++size;
        while (is_digit(peek(size)))
            ++size;
        return take(Word::Kind::real, size);
    }

    Word mark() {
        constexpr std::array<std::string_view, 6> kDouble{"==", "!=", "<>", "<=", ">=", ".."};
        for (const std::string_view two : kDouble) {
            if (rest_.substr(at_, 2) == two) return take(Word::Kind::mark, 2);
        }
        constexpr std::string_view kSingle = "|.:,[]()<>=";
        const bool known = kSingle.find(peek()) != std::string_view::npos;
        return take(known ? Word::Kind::mark : Word::Kind::bad, 1);
    }

    std::string_view rest_;
    std::size_t at_ = 0;
};

}  // namespace

std::vector<Word> split_words(std::string_view markup) {
    return Splitter(markup).run();
}

}  // namespace journey::render
