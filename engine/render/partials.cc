// include, which shares every name with the template around it, and render, which shares none.

#include "engine/render/machine.h"

#include <fmt/format.h>

namespace journey::render {
namespace {

constexpr int kPartialDepthMost = 60;

}  // namespace

void Partials::add(std::string_view name, std::string_view source, Mode mode) {
    auto parsed = Template::parse(source, mode);
    if (auto* problem = std::get_if<RenderError>(&parsed)) problem->partial = name;
    all_.insert_or_assign(std::string(name), std::move(parsed));
}

const std::variant<Template, RenderError>* Partials::find(std::string_view name) const {
    const auto found = all_.find(name);
    return found == all_.end() ? nullptr : &found->second;
}

const Program& Machine::program_named(std::string_view name) const {
    const auto* found = options_.partials == nullptr ? nullptr : options_.partials->find(name);
    if (found == nullptr) {
        throw Refusal{ErrorKind::file_system, fmt::format("there is no partial `{}`", name)};
    }
    if (const auto* problem = std::get_if<RenderError>(found)) throw RenderError(*problem);
    return options_.partials->program(std::get<Template>(*found));
}

Flow Machine::run_whole(const Program& program, std::string_view name) {
    if (++partial_depth_ > kPartialDepthMost) {
        throw Refusal{ErrorKind::stack_depth, "nesting too deep"};
    }
    const Program* before = std::exchange(program_, &program);
    const std::string_view partial_before = std::exchange(partial_, name);
    const Flow flow = run(0, static_cast<Index>(program.nodes.size()));
    program_ = before;
    partial_ = partial_before;
    --partial_depth_;
    return flow;
}

std::string_view Machine::alias_of(const PartialCall& call, std::string_view name) const {
    if (!call.alias.empty()) return call.alias;
    const std::size_t slash = name.rfind('/');
    return slash == std::string_view::npos ? name : name.substr(slash + 1);
}

Flow Machine::include(const PartialCall& call) {
    if (isolated_) {
        throw Refusal{ErrorKind::disabled, "`include` cannot stand in what `render` renders"};
    }
    const View wanted = evaluate(call.name);
    if (wanted.kind != Kind::text) refuse_argument("a partial's name must be a text");
    const std::string_view name = wanted.str();
    const Program& program = program_named(name);
    View subject;
    if (call.subject != kNone) {
        subject = evaluate(call.subject);
    } else if (const View* held = find_variable(name)) {
        subject = *held;
    } else if (const Value* given = find(data_, name)) {
        subject = View::of(*given);
    }
    const std::size_t bound = scratch_.bindings.size();
    for (Index i = 0; i < call.named.count; ++i) {
        const NamedArgument& one = program_->named[call.named.first + i];
        scratch_.bindings.push_back({one.name, evaluate(one.value)});
    }
    scratch_.bindings.push_back({alias_of(call, name), subject});
    Flow flow = Flow::on;
    if (subject.kind == Kind::list || subject.kind == Kind::items) {
        const std::size_t size = size_of(subject);
        const std::size_t place = scratch_.bindings.size() - 1;
        for (std::size_t i = 0; i < size && flow == Flow::on; ++i) {
            scratch_.meter.step(1);
            scratch_.bindings[place].value = element(subject, i);
            flow = run_whole(program, name);
        }
    } else {
        flow = run_whole(program, name);
    }
    scratch_.bindings.resize(bound);
    return flow;
}

void Machine::render_partial(const PartialCall& call) {
    const View wanted = evaluate(call.name);
    if (wanted.kind != Kind::text) refuse_argument("a partial's name must be a text");
    const std::string_view name = wanted.str();
    const Program& program = program_named(name);
    const View subject = call.subject == kNone ? View() : evaluate(call.subject);
    if (!call.each || !is_sequence(subject)) {
        run_isolated(call, program, name, subject, nullptr);
        return;
    }
    const std::size_t size = size_of(subject);
    Loop& loop = scratch_.memory.put(Loop{name, nullptr, 0, static_cast<std::int64_t>(size)});
    for (std::size_t i = 0; i < size; ++i) {
        scratch_.meter.step(1);
        loop.index = static_cast<std::int64_t>(i);
        run_isolated(call, program, name, element(subject, i), &loop);
    }
}

void Machine::run_isolated(const PartialCall& call, const Program& program, std::string_view name,
                           const View& subject, const Loop* loop) {
    const Floor before = floor_;
    const Loop* loop_before = innermost_;
    const bool isolated_before = isolated_;
    const std::string_view changed_before = scratch_.changed;
    // The arguments are evaluated out here and known in there.
    Floor inside{scratch_.bindings.size(), scratch_.assigned.size(), scratch_.counters.size(),
                 scratch_.continued.size(), scratch_.cycles.size()};
    if (loop != nullptr) scratch_.assigned.push_back({"forloop", View::of(*loop)});
    for (Index i = 0; i < call.named.count; ++i) {
        const NamedArgument& one = program_->named[call.named.first + i];
        const View value = evaluate(one.value);
        scratch_.assigned.push_back({one.name, value});
    }
    if (!subject.is_nil()) scratch_.assigned.push_back({alias_of(call, name), subject});
    // A name given twice means the later one; find_variable looks from the back.
    floor_ = inside;
    innermost_ = nullptr;
    isolated_ = true;
    scratch_.changed = {};
    run_whole(program, name);
    scratch_.bindings.resize(inside.bindings);
    scratch_.assigned.resize(inside.assigned);
    scratch_.counters.resize(inside.counters);
    scratch_.continued.resize(inside.continued);
    scratch_.cycles.resize(inside.cycles);
    floor_ = before;
    innermost_ = loop_before;
    isolated_ = isolated_before;
    scratch_.changed = changed_before;
}

}  // namespace journey::render
