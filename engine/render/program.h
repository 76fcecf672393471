#pragma once
// A parsed template: one flat row of nodes, each block followed by what is inside it and knowing
// where it ends, and rows of the expressions they name. Texts are slices of the source.

#include "engine/render/view.h"

namespace journey::render {

using Index = std::uint32_t;
inline constexpr Index kNone = 0xffff'ffff;
inline constexpr std::size_t kSourceMost = 64 << 20;

struct FilterInfo;

/// A run of entries in one of Program's rows.
struct Run {
    Index first = 0;
    Index count = 0;
};

struct Segment {
    enum class Kind : std::uint8_t { name, index, computed };
    Kind kind = Kind::name;
    bool command = false;  // written with a point: `size`, `first` and `last` may be asked
    Index inner = kNone;   // the expression, of `computed`
    std::int64_t index = 0;
    std::string_view name;
};

struct Expression {
    enum class Kind : std::uint8_t { literal, path, range };
    Kind kind = Kind::literal;
    View literal;
    std::string_view root;    // path; empty when `root_from` computes it
    Index root_from = kNone;  // path: `[name]`; range: the first
    Run segments;             // path; of a range `first` is the last's expression
};

struct NamedArgument {
    std::string_view name;
    Index value = kNone;
};

struct FilterCall {
    const FilterInfo* info = nullptr;  // null: nobody knows it
    std::string_view name;
    Run arguments;  // of `arguments`
    Run named;      // of `named`
};

struct Pipeline {
    Index value = kNone;
    Run filters;
};

enum class Comparator : std::uint8_t {
    truthy,
    equal,
    unequal,
    less,
    at_most,
    more,
    at_least,
    contains,
    unknown
};
enum class Joint : std::uint8_t { end, both, either };

/// `a and b or c` groups from the right: a and (b or c).
struct Comparison {
    Index left = kNone;
    Index right = kNone;
    Comparator comparator = Comparator::truthy;
    Joint joint = Joint::end;
    std::string_view written;  // of an unknown operator
};

struct LoopCall {
    std::string_view variable;
    std::string_view name;  // "item-items": forloop.name and the key of `offset: continue`
    Index list = kNone;
    Index limit = kNone;
    Index offset = kNone;
    Index columns = kNone;
    bool offset_continue = false;
    bool reversed = false;
};

struct CycleCall {
    Index group = kNone;
    std::string_view key;
    Run values;  // of `arguments`
};

struct PartialCall {
    Index name = kNone;
    Index subject = kNone;   // of `with` and `for`
    bool each = false;       // `for`
    std::string_view alias;  // of `as`
    Run named;
};

enum class Op : std::uint8_t {
    text,
    name,    // {{ name }}
    output,  // {{ anything else }}
    assign,
    capture,
    choice,  // if, unless: its parts are branches
    branch,
    selection,  // case: its parts are clauses
    clause,
    loop,
    table,
    cycle,
    increment,
    decrement,
    if_changed,
    break_loop,
    continue_loop,
    include,
    render
};

struct Node {
    Op op = Op::text;
    bool flag = false;  // branch: negated; clause: else
    std::uint32_t line = 0;
    Index end = 0;       // the node after this one and all it holds
    Index data = kNone;  // pipeline, comparison, loop call …
    Index more = kNone;  // loop: where `else` begins; clause: how many values
    std::string_view text;
};

struct Program {
    std::string source;
    std::vector<std::unique_ptr<std::string>> texts;  // what the source does not hold as one slice
    std::vector<Node> nodes;
    std::vector<Expression> expressions;
    std::vector<Segment> segments;
    std::vector<Pipeline> pipelines;
    std::vector<FilterCall> filters;
    std::vector<Index> arguments;
    std::vector<NamedArgument> named;
    std::vector<Comparison> comparisons;
    std::vector<LoopCall> loops;
    std::vector<CycleCall> cycles;
    std::vector<PartialCall> partials;
    std::vector<std::string> variables;
    std::size_t text_bytes = 0;  // a first guess at how long the output will be
};

/// parser.cc
std::variant<std::unique_ptr<const Program>, RenderError> parse_program(std::string_view source,
                                                                        Mode mode);

}  // namespace journey::render
