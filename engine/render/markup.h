#pragma once
// What stands inside {{ … }} and {% … %}: expressions, filters, conditions, loop arguments.
// markup.cc reads it strictly, lax.cc as forgivingly as Shopify's regular expressions do.

#include "engine/render/program.h"
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
    void asked(std::string_view name);
    void made(std::string_view name) { made_.emplace(name); }
    void open(std::string_view name) { opened_.emplace_back(name); }
    void close() { opened_.pop_back(); }
    std::vector<std::string> take() { return std::move(asked_); }

  private:
    std::set<std::string, std::less<>> made_;
    std::vector<std::string> opened_;
    std::vector<std::string> asked_;
};

struct Parsing {
    Program& program;
    Names& names;
    Mode mode = Mode::checked;

    bool strict2() const { return mode == Mode::strict2 || mode == Mode::checked; }
    std::string_view keep(std::string text) {
        program.texts.push_back(std::make_unique<std::string>(std::move(text)));
        return *program.texts.back();
    }
    template <typename T>
    static Run append(std::vector<T>& row, const std::vector<T>& some) {
        const Run run{static_cast<Index>(row.size()), static_cast<Index>(some.size())};
        row.insert(row.end(), some.begin(), some.end());
        return run;
    }
    template <typename T>
    static Index add(std::vector<T>& row, T one) {
        row.push_back(std::move(one));
        return static_cast<Index>(row.size() - 1);
    }
    Index literal(View value) {
        Expression made;
        made.literal = value;
        return add(program.expressions, made);
    }
    /// `true`, `nil`, `blank` … ; a condition keeps `blank` and `empty` apart from empty text.
    std::optional<View> constant(std::string_view name, bool condition) const;
    FilterCall filter(std::string_view name, const std::vector<Index>& arguments,
                      const std::vector<NamedArgument>& named);
};

class Markup {
  public:
    Markup(std::string_view text, Parsing& parsing)
        : text_(text), words_(split_words(text)), parsing_(parsing) {}

    Index expression(bool condition = false);
    /// kNone when there is nothing.
    Index pipeline();
    Index condition();
    /// `item in list reversed limit: 3, offset: continue cols: 2`.
    Index loop(bool table);
    Index cycle();
    Index partial(bool include);
    /// A name that the tag makes: `assign NAME =`, `capture NAME`.
    std::string_view name(std::string_view what);
    /// Any of these; the words may be parted by `,` or `or`.
    Run alternatives();
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
    Index path(bool condition);
    Index range();
    void segments(Expression& out);
    FilterCall filter();
    Comparison comparison();
    void loop_option(LoopCall& out, bool table);
    std::vector<NamedArgument> named_arguments();

    std::string_view text_;
    std::vector<Word> words_;
    Parsing& parsing_;
    std::size_t at_ = 0;
    int depth_ = 0;
};

/// lax.cc: what the strict reading refuses.
namespace lax {
Index pipeline(std::string_view markup, Parsing& parsing);
Index condition(std::string_view markup, Parsing& parsing);
Index loop(std::string_view markup, Parsing& parsing, bool table);
Index cycle(std::string_view markup, Parsing& parsing);
Index partial(std::string_view markup, Parsing& parsing, bool include);
/// The first value in it.
Index subject(std::string_view markup, Parsing& parsing);
Run alternatives(std::string_view markup, Parsing& parsing);
/// The name before `=`, and what follows it.
std::pair<std::string_view, std::string_view> assignment(std::string_view markup);
std::string_view captured_name(std::string_view markup);
}  // namespace lax

/// Two cycles are one when they list the same values, however they are written.
std::string cycle_key(std::string_view markup);

/// A number as Liquid writes it: "-12", "1.5", with what follows a second point ignored.
View number_literal(Parsing& parsing, std::string_view text);

}  // namespace journey::render
