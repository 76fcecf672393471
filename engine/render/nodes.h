#pragma once
// The tree of a parsed template.

#include "engine/base/base.h"

namespace journey::render {

struct Expression;

/// One step of a path: `.name`, `[3]`, `["name"]`, `[other.path]`.
struct Segment {
    std::string name;  // when `index` and `inner` say nothing
    std::optional<std::int64_t> index;
    std::unique_ptr<Expression> inner;
};

struct Expression {
    enum class Kind : std::uint8_t { literal, path, range };
    Kind kind = Kind::literal;
    Value literal;
    std::vector<Segment> path;          // the first is the variable
    std::unique_ptr<Expression> first;  // range
    std::unique_ptr<Expression> last;
};

struct FilterInfo;

struct NamedArgument {
    std::string name;
    Expression value;
};

struct FilterCall {
    const FilterInfo* info = nullptr;
    std::vector<Expression> arguments;
    std::vector<NamedArgument> named;
};

struct Pipeline {
    Expression value;
    std::vector<FilterCall> filters;
};

enum class Comparator : std::uint8_t {
    truthy,
    equal,
    unequal,
    less,
    at_most,
    more,
    at_least,
    contains
};

struct Comparison {
    Expression left;
    Comparator comparator = Comparator::truthy;
    Expression right;
    bool joined_by_and = false;  // to the next one; otherwise `or`
};

/// `a and b or c` groups from the right: a and (b or c).
using Condition = std::vector<Comparison>;

struct Node;
using Body = std::vector<Node>;

struct TextNode {
    std::string text;
};
struct OutputNode {
    Pipeline value;
};
struct AssignNode {
    std::string name;
    Pipeline value;
};
struct CaptureNode {
    std::string name;
    Body body;
};
struct Branch {
    Condition condition;
    bool negated = false;  // `unless`
    Body body;
};
struct IfNode {
    std::vector<Branch> branches;
    Body otherwise;
};
struct CaseClause {
    bool otherwise = false;
    std::vector<Expression> values;
    Body body;
};
struct CaseNode {
    Expression subject;
    std::vector<CaseClause> clauses;
};
struct LoopArguments {
    std::string variable;
    std::string name;  // "item-items": forloop.name and the key of `offset: continue`
    Expression list;
    std::optional<Expression> limit;
    std::optional<Expression> offset;
    std::optional<Expression> columns;
    bool offset_continue = false;
    bool reversed = false;
};
struct ForNode {
    LoopArguments arguments;
    Body body;
    Body otherwise;
};
struct TableRowNode {
    LoopArguments arguments;
    Body body;
};
struct CycleNode {
    std::optional<Expression> group;
    std::string key;
    std::vector<Expression> values;
};
struct CountNode {
    std::string name;
    std::int64_t delta = 1;
};
struct IfChangedNode {
    Body body;
};
struct BreakNode {};
struct ContinueNode {};

struct Node {
    std::uint32_t line = 0;
    std::variant<TextNode, OutputNode, AssignNode, CaptureNode, IfNode, CaseNode, ForNode,
                 TableRowNode, CycleNode, CountNode, IfChangedNode, BreakNode, ContinueNode>
        held;
};

struct ParsedTemplate {
    Body body;
    std::vector<std::string> variables;
};

/// parser.cc
struct ParseFailure {
    std::uint32_t line = 0;
    std::string message;
};
std::variant<ParsedTemplate, ParseFailure> parse_template(std::string_view source);

}  // namespace journey::render
