#pragma once
// What stands inside {{ … }} and {% … %}: expressions, filters, conditions, loop arguments.

#include "engine/render/nodes.h"
#include "engine/render/words.h"

#include <set>

namespace journey::render {

/// Thrown inside the parser only; ends at Template::parse.
struct MarkupError {
    std::string message;
};

/// Which names the template asks of its data: not those it makes itself.
class Names {
  public:
    void asked(const std::string& name);
    void made(const std::string& name) { made_.insert(name); }
    void open(const std::string& name) { opened_.push_back(name); }
    void close() { opened_.pop_back(); }
    std::vector<std::string> take() { return std::move(asked_); }

  private:
    std::set<std::string> made_;
    std::vector<std::string> opened_;
    std::vector<std::string> asked_;
};

class Markup {
  public:
    Markup(std::string_view text, Names& names)
        : text_(text), words_(split_words(text)), names_(names) {}

    Expression expression();
    Pipeline pipeline();
    Condition condition();
    /// `item in list reversed limit: 3, offset: continue cols: 2`.
    LoopArguments loop(bool table);
    CycleNode cycle();
    /// A name that the tag makes: `assign NAME =`, `capture NAME`.
    std::string name(std::string_view what);
    /// Any of these; the words may be parted by `,` or `or`.
    std::vector<Expression> alternatives();
    void expect(std::string_view mark);
    void expect_end();
    bool at_end() const { return word().kind == Word::Kind::end; }

  private:
    const Word& word(std::size_t ahead = 0) const {
        return words_[std::min(at_ + ahead, words_.size() - 1)];
    }
    bool is_mark(std::string_view mark, std::size_t ahead = 0) const {
        return word(ahead).kind == Word::Kind::mark && word(ahead).text == mark;
    }
    bool is_name(std::string_view name, std::size_t ahead = 0) const {
        return word(ahead).kind == Word::Kind::name && word(ahead).text == name;
    }
    bool take_mark(std::string_view mark);
    bool take_name(std::string_view name);
    [[noreturn]] void refuse(std::string_view wanted) const;
    Expression path();
    Expression range();
    void segments(Expression& out);
    FilterCall filter();
    Comparison comparison();

    std::string_view text_;
    std::vector<Word> words_;
    Names& names_;
    std::size_t at_ = 0;
    int depth_ = 0;
};

}  // namespace journey::render
