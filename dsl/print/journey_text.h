#pragma once
// Lines of the journey language without indentation; the formatter lays them out.

#include "dsl/ast/margin.h"
#include "dsl/print/words.h"

namespace journey::print {

class JourneyText {
  public:
    JourneyText(const ast::File& file, const source::SourceSet& sources)
        : words_(sources), file_(file), margin_(sources.at(file.id).text(), file.comments) {}

    std::string write();

  private:
    // ---- journey_text.cc: what every part needs
    /// A statement with the comments above it and beside `beside` (a block's head: behind its
    /// brace).
    void line(const ast::Span& span, std::uint32_t beside, const std::string& text);
    void line(const ast::Span& span, const std::string& text) { line(span, span.end, text); }
    /// The end of a block that began with a statement at `first`: what the author said below its
    /// last line, and the closing text.
    void close(std::uint32_t first, std::uint32_t limit, const std::string& text = "}");
    /// ` with { … }`, over several lines when it is long.
    std::string data(const std::optional<ast::MapLiteral>& with, std::string_view word) const;

    void item(const ast::Item& item, std::uint32_t limit);
    template <typename Lines, typename Text>
    void declaration(const ast::Item& item, const std::string& head, const Lines& lines,
                     std::uint32_t limit, Text text_of);
    void schema(const ast::Item& item, const ast::ItemKind& what, std::uint32_t limit);
    void band(const ast::Item& item, const ast::BandDecl& band, std::uint32_t limit);
    void snippet(const ast::Item& item, const ast::SnippetDecl& snippet, std::uint32_t limit);
    void journey(const ast::Item& item, const ast::JourneyDecl& journey, std::uint32_t limit);
    void head(const ast::Head& head, std::uint32_t limit);
    std::string trigger(const ast::Enter& enter) const;
    void test(const ast::Item& item, const ast::TestDecl& test, std::uint32_t limit);
    std::string given(const ast::GivenLine& line) const;
    std::string happen(const ast::Happen& happen) const;

    // ---- journey_steps.cc
    /// The steps of a block and its closing text; `limit` is where the next thing begins.
    void steps(const ast::Steps& steps, std::uint32_t limit, const std::string& closing = "}");
    void step(const ast::Step& step, std::uint32_t limit);
    /// Without its verb.
    std::string send(const ast::Send& send) const;
    void send_one(const ast::Step& step, const ast::SendOneOf& one, std::uint32_t limit);
    void wait_at_most(const ast::Step& step, const ast::WaitAtMost& wait, std::uint32_t limit);
    void branch(const ast::Step& step, const ast::If& branch, std::uint32_t limit);
    void choose(const ast::Step& step, const ast::Choose& choose, std::uint32_t limit);
    void arms(const ast::Step& step, const std::string& head,
              const std::vector<ast::ArmLine>& lines, bool split, std::uint32_t limit);
    void call(const ast::Step& step, const ast::CallWebhook& call, std::uint32_t limit);
    void block(const ast::Step& step, std::uint32_t head_end, const std::string& text,
               const ast::Steps& inner, std::uint32_t limit);

    Words words_;
    const ast::File& file_;
    ast::Margin margin_;
    std::string out_;
    bool fresh_ = true;  // at the beginning of a block: no empty line here
};

/// Where the last thing of a line of steps ends, or `otherwise`.
inline std::uint32_t begin_of(const ast::Steps& steps, std::uint32_t otherwise) {
    return steps.empty() ? otherwise : steps.front().span.begin;
}

}  // namespace journey::print
