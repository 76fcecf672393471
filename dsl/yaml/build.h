#pragma once
// Nodes into the tree of dsl/ast. Every reader returns nothing after a diagnostic.

#include "dsl/ast/ast.h"
#include "dsl/syntax/syntax.h"
#include "dsl/yaml/keys.h"
#include "dsl/yaml/node.h"

#include <map>

namespace journey::yaml {

/// `PT15M`: nullopt when it is no length of ISO 8601.
std::optional<CalendarDuration> iso_duration(std::string_view text);

class Builder {
  public:
    Builder(const source::SourceSet& sources, FileId file, Diagnostics& out)
        : sources_(sources), file_(file), out_(out) {}

    ast::File build(const Node& document);

  private:
    // ---- build.cc: what every part needs
    void report(Diagnostic diagnostic) { out_.push_back(std::move(diagnostic)); }
    /// Reports J0804 for keys the place does not have.
    void check_keys(const Node& map, Where where);
    void unknown_key(const Node& map, const Node& key, const KeyTable& known);
    /// Null when the key is absent.
    static const Node* get(const Node& map, std::string_view key);
    static const Pair* pair_of(const Node& map, std::string_view key);
    /// The value of `key`; J0804 when absent.
    const Node* need(const Node& map, std::string_view key, const std::string& owner);
    bool want_map(const Node& node, const std::string& what);
    bool want_list(const Node& node, const std::string& what);
    bool want_scalar(const Node& node, const std::string& what);
    /// The items of a list; a lone scalar or map counts as a list of one.
    static std::vector<const Node*> items_of(const Node& node);

    syntax::Piece piece(const Node& scalar) const;
    /// From byte `skip` of the scalar on.
    syntax::Piece rest_of(const Node& scalar, std::size_t skip) const;
    /// A scalar read by one rule of the grammar.
    template <typename T>
    std::optional<T> read(const Node& node, const std::string& what,
                          std::optional<T> (*rule)(const syntax::Piece&, syntax::Diagnostics&)) {
        if (!want_scalar(node, what)) return std::nullopt;
        return rule(piece(node), out_);
    }
    /// Of ISO 8601 too (iso_durations.cc).
    std::optional<ast::Duration> duration(const Node& node, const std::string& what);
    ast::ExprPtr length(const Node& node, const std::string& what);
    /// "valid for 24h" out of `valid: for 24h`: the key's words and the value, as one piece.
    std::optional<ast::SendOption> read_option(const Pair& pair);
    std::optional<ast::Text> text(const Node& node, const std::string& what);
    std::optional<ast::Name> name(const Node& node, const std::string& what);
    std::optional<ast::Name> key_name(const Node& key);
    std::vector<ast::Name> names(const Node& node, const std::string& what);
    ast::ExprPtr condition(const Node& node);
    /// Quoted: text. Plain: an expression.
    ast::ExprPtr value(const Node& node);
    std::optional<ast::MapLiteral> data(const Node& node);

    void add_item(const Pair& pair, ast::ItemKind what);

    // ---- build_declarations.cc
    void workspace(const Pair& pair);
    std::vector<ast::FieldLine> fields(const Node& map, const std::string& owner);
    void profile(const Pair& pair);
    void events(const Pair& pair);
    void channels(const Pair& pair);
    void channel(const Pair& pair);
    void consents(const Pair& pair);
    void frequencies(const Pair& pair);
    void quiets(const Pair& pair);
    void templates(const Pair& pair);
    void message_template(const Pair& pair);
    void segments(const Pair& pair);
    // ---- build_reuse.cc
    void webhooks(const Pair& pair);
    void fetches(const Pair& pair);
    void catalogues(const Pair& pair);
    void bands(const Pair& pair);
    void snippets(const Pair& pair);
    template <typename Visit>
    void each(const Pair& pair, const std::string& what, Visit visit);

    // ---- build_journey.cc
    void journeys(const Pair& pair);
    void journey(const Node& document);
    void head(const Pair& pair, ast::JourneyDecl& journey);
    template <typename T>
    void add_head(const Pair& pair, ast::JourneyDecl& journey, std::optional<T> what) {
        if (what) journey.heads.push_back({pair.value.span, pair.key.span, std::move(*what)});
    }
    void enter(const Pair& pair, ast::JourneyDecl& journey);
    std::optional<ast::Enter> trigger(const Node& map, const Pair& when);
    std::optional<ast::Enter> schedule(const Node& map);
    std::optional<ast::UntilClock> clock(const Node& map);
    std::optional<ast::Every> read_days(const Node& node);
    void move_row(const Pair& row, ast::FromVersion& made);
    void from_version(const Pair& pair, ast::JourneyDecl& journey);
    void goals(const Pair& pair, ast::JourneyDecl& journey);
    void exits(const Pair& pair, ast::JourneyDecl& journey);

    // ---- build_steps.cc
    ast::Steps steps(const Node& node);
    std::optional<ast::StepKind> step(const Node& map, const Pair& verb);
    std::optional<ast::StepKind> send(const Node& map, const Pair& verb);
    std::optional<ast::StepKind> send_one(const Node& map, const Pair& verb);
    std::optional<ast::StepKind> wait_at_most(const Node& map, const Pair& verb);
    std::optional<ast::StepKind> branch(const Node& map, const Pair& verb);
    std::optional<ast::StepKind> choose(const Node& map, const Pair& verb);
    std::optional<ast::StepKind> pick(const Node& map, const Pair& verb, bool split);
    std::optional<ast::StepKind> set(const Node& map, const Pair& verb);
    std::optional<ast::StepKind> tag(const Node& map, const Pair& verb, bool add);
    std::vector<ast::ArmLine> arms(const Node& map);
    std::optional<ast::ArmLine> winner(const Pair& pair);
    std::optional<ast::StepKind> call(const Node& map, const Pair& verb);
    std::optional<ast::StepKind> include(const Node& map, const Pair& verb);
    std::optional<ast::StepKind> repeat(const Node& map, const Pair& verb);
    void unknown_step(const Pair& verb);
    ast::Steps steps_at(const Node& map, std::string_view key);

    // ---- build_tests.cc
    void tests(const Pair& pair);
    void test(const Node& map);
    void given(const Node& map, ast::TestDecl& test);
    std::optional<ast::GivenHistory> history(const Node& map, const Pair& first);
    void test_line(const Node& map, ast::TestDecl& test);
    std::optional<ast::Happen> happen(const Node& map);

    const source::SourceSet& sources_;
    FileId file_;
    Diagnostics& out_;
    ast::File made_;
    std::optional<ast::Name> journey_name_;
    int depth_ = 0;
};

}  // namespace journey::yaml
