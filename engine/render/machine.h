#pragma once
// What renders: the memory that outlives a render, and the walk over a program's nodes.

#include "engine/render/filters.h"
#include "engine/render/program.h"

namespace journey::render {

struct Binding {
    std::string_view name;
    View value;
};
template <typename T>
struct Register {
    std::string_view name;
    T value{};
};

struct Scratch {
    Meter meter;
    Memory memory{meter};
    std::string out;
    std::string buffer;
    std::vector<View> arguments;
    std::vector<NamedView> named;
    std::vector<Binding> bindings;  // of loops and includes: innermost last
    std::vector<Binding> assigned;
    std::vector<Register<std::int64_t>> counters;
    std::vector<Register<std::int64_t>> continued;  // where `offset: continue` goes on
    std::vector<Register<std::size_t>> cycles;
    std::string_view changed;  // what `ifchanged` wrote last

    void clear();
};

enum class Flow : std::uint8_t { on, broken, continued };

class Machine {
  public:
    Machine(Scratch& scratch, const Record& data, const RenderOptions& options)
        : scratch_(scratch),
          data_(data),
          options_(options),
          html_(options.escape == Escape::html) {}

    /// Throws Refusal or RenderError.
    void render(const Program& program);
    std::uint32_t line() const { return line_; }
    std::string_view partial() const { return partial_; }

  private:
    /// Where the names of the template that is being rendered begin; `render` hides what is before.
    struct Floor {
        std::size_t bindings = 0;
        std::size_t assigned = 0;
        std::size_t counters = 0;
        std::size_t continued = 0;
        std::size_t cycles = 0;
    };
    struct Items {
        View sequence;
        const Record* pairs = nullptr;
        std::int64_t first = 0;
        std::int64_t length = 0;
    };

    Flow run(Index first, Index end);
    Flow block(const Node& node, Index at);
    void write(const View& value);
    void write_text(std::string_view text);
    void assign(const Node& node);
    void keep_assigned(std::string_view name, const View& value);
    Flow capture(const Node& node, Index at);
    Flow if_changed(const Node& node, Index at);
    Flow choice(const Node& node, Index at);
    Flow selection(const Node& node, Index at);
    void cycle(const CycleCall& call);
    void count(const Node& node);

    // loops.cc
    Flow loop(const Node& node, Index at);
    Flow table(const Node& node, Index at);
    Items items_of(const LoopCall& call, bool table);
    View item(const Items& items, std::int64_t index);
    std::int64_t& continued(std::string_view name);

    // partials.cc
    Flow include(const PartialCall& call);
    void render_partial(const PartialCall& call);
    const Program& program_named(std::string_view name) const;
    Flow run_whole(const Program& program, std::string_view name);
    void run_isolated(const PartialCall& call, const Program& program, std::string_view name,
                      const View& subject, const Loop* loop);
    std::string_view alias_of(const PartialCall& call, std::string_view name) const;

    // lookup.cc
    View evaluate(Index expression);
    View pipeline(Index index);
    View filtered(const FilterCall& call, const View& input);
    View follow(const Expression& expression);
    View variable(std::string_view name);
    const View* find_variable(std::string_view name) const;
    View member(const View& of, const Segment& segment);
    View named_member(const View& of, std::string_view name, bool command);
    View row_of(const View& table, std::string_view key) const;
    View indexed_member(const View& of, std::int64_t index) const;
    View missing(std::string_view name) const;
    View range(const Expression& expression);
    bool is_true(Index comparison);
    bool holds(const Comparison& one);
    bool is_ordered(Comparator comparator, const View& a, const View& b) const;
    const Instant* now();

    Scratch& scratch_;
    const Record& data_;
    const RenderOptions& options_;
    const bool html_;
    const Program* program_ = nullptr;
    std::uint32_t line_ = 1;
    std::string_view partial_;
    int depth_ = 0;
    int partial_depth_ = 0;
    bool isolated_ = false;  // inside `render`, where `include` may not stand
    const Loop* innermost_ = nullptr;
    Floor floor_;
    std::optional<Instant> now_;
    bool now_asked_ = false;
};

}  // namespace journey::render
