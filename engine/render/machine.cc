// The walk over the nodes.

#include "engine/render/machine.h"

#include <fmt/format.h>

namespace journey::render {
namespace {

constexpr int kDepthMost = 200;

template <typename T>
T& register_named(std::vector<Register<T>>& all, std::size_t floor, std::string_view name) {
    for (std::size_t i = floor; i < all.size(); ++i) {
        if (all[i].name == name) return all[i].value;
    }
    all.push_back({name, T{}});
    return all.back().value;
}

}  // namespace

void Scratch::clear() {
    memory.clear();
    out.clear();
    bindings.clear();
    assigned.clear();
    counters.clear();
    continued.clear();
    cycles.clear();
    changed = {};
}

void Machine::render(const Program& program) {
    program_ = &program;
    run(0, static_cast<Index>(program.nodes.size()));
}

Flow Machine::run(Index first, Index end) {
    if (++depth_ > kDepthMost) throw Refusal{ErrorKind::stack_depth, "nesting too deep"};
    Flow flow = Flow::on;
    const Node* nodes = program_->nodes.data();
    for (Index at = first; at < end && flow == Flow::on; at = nodes[at].end) {
        const Node& node = nodes[at];
        line_ = node.line;
        scratch_.meter.step(1);
        switch (node.op) {
            case Op::text:
                scratch_.meter.take(node.text.size());
                scratch_.out.append(node.text.data(), node.text.size());
                break;
            case Op::name:
                write(variable(node.text));
                break;
            case Op::output:
                write(pipeline(node.data));
                break;
            case Op::assign:
                assign(node);
                break;
            default:
                flow = block(node, at);
                break;
        }
    }
    --depth_;
    return flow;
}

Flow Machine::block(const Node& node, Index at) {
    switch (node.op) {
        case Op::text:
        case Op::name:
        case Op::output:
        case Op::assign:
        case Op::branch:
        case Op::clause:
            return Flow::on;  // run() and their blocks do these
        case Op::capture:
            return capture(node, at);
        case Op::choice:
            return choice(node, at);
        case Op::selection:
            return selection(node, at);
        case Op::loop:
            return loop(node, at);
        case Op::table:
            return table(node, at);
        case Op::cycle:
            cycle(program_->cycles[node.data]);
            return Flow::on;
        case Op::increment:
        case Op::decrement:
            count(node);
            return Flow::on;
        case Op::if_changed:
            return if_changed(node, at);
        case Op::break_loop:
            return Flow::broken;
        case Op::continue_loop:
            return Flow::continued;
        case Op::include:
            return include(program_->partials[node.data]);
        case Op::render:
            render_partial(program_->partials[node.data]);
            return Flow::on;
    }
    return Flow::on;
}

void Machine::write_text(std::string_view text) {
    std::string& out = scratch_.out;
    const std::size_t before = out.size();
    if (html_) {
        append_escaped(out, text);
    } else {
        out.append(text);
    }
    scratch_.meter.take(out.size() - before);
}

void Machine::write(const View& value) {
    std::string& out = scratch_.out;
    switch (value.kind) {
        case Kind::nil:
            return;
        case Kind::text:
            if (html_ && !value.markup) {
                write_text(value.str());
            } else {
                scratch_.meter.take(value.size);
                out.append(value.text, value.size);
            }
            return;
        case Kind::integer:
        case Kind::boolean:
        case Kind::real: {
            const std::size_t before = out.size();
            append_text(out, value);
            scratch_.meter.take(out.size() - before);
            return;
        }
        default:
            break;
    }
    if (html_ && !value.markup) {
        scratch_.buffer.clear();
        append_text(scratch_.buffer, value);
        write_text(scratch_.buffer);
    } else {
        const std::size_t before = out.size();
        append_text(out, value);
        scratch_.meter.take(out.size() - before);
    }
}

void Machine::assign(const Node& node) {
    keep_assigned(node.text, node.data == kNone ? View() : pipeline(node.data));
}

void Machine::keep_assigned(std::string_view name, const View& value) {
    for (std::size_t i = floor_.assigned; i < scratch_.assigned.size(); ++i) {
        if (scratch_.assigned[i].name != name) continue;
        scratch_.assigned[i].value = value;
        return;
    }
    scratch_.meter.take(sizeof(Binding));
    scratch_.assigned.push_back({name, value});
}

Flow Machine::capture(const Node& node, Index at) {
    std::string& out = scratch_.out;
    const std::size_t before = out.size();
    const Flow flow = run(at + 1, node.end);
    View captured = scratch_.memory.text(std::string_view(out).substr(before));
    captured.markup = html_;
    out.resize(before);
    keep_assigned(node.text, captured);
    return flow;
}

Flow Machine::if_changed(const Node& node, Index at) {
    std::string& out = scratch_.out;
    const std::size_t before = out.size();
    const Flow flow = run(at + 1, node.end);
    const std::string_view made = std::string_view(out).substr(before);
    if (made == scratch_.changed) {
        out.resize(before);
    } else {
        scratch_.changed = scratch_.memory.keep(made);
    }
    return flow;
}

Flow Machine::choice(const Node& node, Index at) {
    const Node* nodes = program_->nodes.data();
    for (Index branch = at + 1; branch < node.end; branch = nodes[branch].end) {
        const Node& one = nodes[branch];
        line_ = one.line;
        if (one.data == kNone || is_true(one.data) != one.flag) return run(branch + 1, one.end);
    }
    return Flow::on;
}

// Every clause that matches is written, once for each value that does; `else` when none before did.
Flow Machine::selection(const Node& node, Index at) {
    const Node* nodes = program_->nodes.data();
    const View subject = evaluate(node.data);
    bool matched = false;
    for (Index clause = at + 1; clause < node.end; clause = nodes[clause].end) {
        const Node& one = nodes[clause];
        line_ = one.line;
        const Index values = one.flag ? 1 : one.more;
        for (Index i = 0; i < values; ++i) {
            if (one.flag ? matched
                         : !are_equal(subject, evaluate(program_->arguments[one.data + i]))) {
                continue;
            }
            matched = matched || !one.flag;
            if (const Flow flow = run(clause + 1, one.end); flow != Flow::on) return flow;
        }
    }
    return Flow::on;
}

void Machine::cycle(const CycleCall& call) {
    std::string_view key = call.key;
    if (call.group != kNone) key = text_of(scratch_.memory, evaluate(call.group));
    std::size_t& at = register_named(scratch_.cycles, floor_.cycles, key);
    const std::size_t now = at;
    at = now + 1 >= call.values.count ? 0 : now + 1;
    if (now >= call.values.count) return;
    write(evaluate(program_->arguments[call.values.first + now]));
}

// A counter begins where the data has a number of that name, and hides it from then on.
void Machine::count(const Node& node) {
    const std::size_t known = scratch_.counters.size();
    std::int64_t& counter = register_named(scratch_.counters, floor_.counters, node.text);
    if (scratch_.counters.size() > known) {
        const Value* held = find(data_, node.text);
        const auto* whole = held == nullptr ? nullptr : held->as<std::int64_t>();
        if (whole != nullptr) counter = *whole;
        scratch_.meter.take(sizeof(Binding));
    }
    constexpr std::int64_t kMost = std::int64_t{1} << 62;
    if (counter > kMost || counter < -kMost) refuse_argument("the counter is too large");
    if (node.op == Op::decrement) --counter;
    write(View::of(counter));
    if (node.op == Op::increment) ++counter;
}

std::int64_t& Machine::continued(std::string_view name) {
    return register_named(scratch_.continued, floor_.continued, name);
}

}  // namespace journey::render
