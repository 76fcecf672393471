#pragma once
// The tree as a page of YAML.

#include "dsl/ast/margin.h"
#include "dsl/print/words.h"
#include "dsl/yaml/yaml.h"

namespace journey::print {

using yaml::Entry;
using yaml::Page;

class YamlText {
  public:
    YamlText(const ast::File& file, const source::SourceSet& sources)
        : words_(sources), file_(file), margin_(sources.at(file.id).text(), file.comments) {}

    Page page();

  private:
    // ---- yaml_text.cc: what every part needs
    static Page scalar(std::string text);
    /// Words for which quotes are only packaging.
    static Page phrase(std::string_view words) { return scalar(yaml::packed(words)); }
    static Page phrases(const std::vector<std::string>& all);
    /// Quoted text, an expression, or a list or map of these.
    Page value(const ast::Expr& expr) const;
    Page data(const std::vector<ast::Pair>& pairs, bool flow) const;
    static Entry entry(std::string_view key, Page value);
    /// With the comments around `span`; the one behind `beside` goes on the key's line.
    Entry noted(std::string_view key, const ast::Span& span, std::uint32_t beside);
    Entry noted(std::string_view key, const ast::Span& span) { return noted(key, span, span.end); }
    /// Into `map` under `key`, with the comments of the line.
    static void put_line(Page& map, Entry& line, std::string_view key, Page value);
    static Page list_of(const std::vector<std::string>& words);
    static Page names_of(const std::vector<ast::Name>& names);
    /// The same for an item of a list that is a map: its comment stands on the first key's line.
    static void finish_item(Entry& item, Page map);

    /// The value of `key` in the file's map, made when it is not there.
    Page& group(std::string_view key, Page::Kind kind);
    static Page& child(Page& map, std::string_view key, Page::Kind kind);

    void item(const ast::Item& item, std::uint32_t limit);
    template <typename Lines, typename Text>
    void declaration(std::string_view key, const std::string& name, const ast::Item& item,
                     std::vector<Entry> head, const Lines& lines, std::uint32_t limit, Text put);
    void schema(const ast::Item& item, std::uint32_t limit);
    void policies(const ast::Item& item, std::uint32_t limit);
    void band(const ast::Item& item, const ast::BandDecl& band, std::uint32_t limit);
    void snippet(const ast::Item& item, const ast::SnippetDecl& snippet, std::uint32_t limit);
    void journey(const ast::Item& item, const ast::JourneyDecl& journey, std::uint32_t limit);
    void head(Page& map, const ast::Head& head, std::uint32_t limit);
    Page enter(const ast::Enter& enter) const;
    void test(const ast::Item& item, const ast::TestDecl& test, std::uint32_t limit);
    Page given(const ast::GivenLine& line) const;
    void happen(Page& map, const ast::Happen& happen) const;

    // ---- yaml_steps.cc
    Page steps(const ast::Steps& steps, std::uint32_t limit);
    Entry step(const ast::Step& step, std::uint32_t limit);
    void body(Page& map, const ast::Step& step, std::uint32_t limit);
    void send(Page& map, const ast::Send& send) const;
    void wait_at_most(Page& map, const ast::WaitAtMost& wait, std::uint32_t limit);
    void branch(Page& map, const ast::If& branch, std::uint32_t limit);
    void choose(Page& map, const ast::Choose& choose, std::uint32_t limit);
    void arms(Page& map, const std::vector<ast::ArmLine>& lines, bool split, std::uint32_t limit);
    Page winner(const ast::Winner& winner) const;

    Words words_;
    const ast::File& file_;
    ast::Margin margin_;
    Page root_;
    const ast::JourneyDecl* only_journey_ = nullptr;
};

}  // namespace journey::print
