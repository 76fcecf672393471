// for, tablerow.

#include "engine/render/machine.h"

#include <fmt/format.h>

namespace journey::render {
namespace {

constexpr std::int64_t kBoundMost = std::int64_t{1} << 53;

std::int64_t bounded(std::int64_t number) {
    return std::clamp(number, -kBoundMost, kBoundMost);
}

}  // namespace

Machine::Items Machine::items_of(const LoopCall& call, bool table) {
    const auto whole = [&](Index expression, std::int64_t otherwise) {
        if (expression == kNone) return otherwise;
        const View value = evaluate(expression);
        if (value.is_nil()) return otherwise;
        return bounded(table ? lenient_integer(value) : to_integer(value));
    };
    Items items;
    const std::int64_t from = call.offset_continue ? continued(call.name) : whole(call.offset, 0);
    items.sequence = evaluate(call.list);
    const std::int64_t limit = whole(call.limit, kBoundMost);
    std::int64_t length = 0;
    if (is_sequence(items.sequence)) {
        length = static_cast<std::int64_t>(size_of(items.sequence));
    } else if (items.sequence.kind == Kind::record) {
        items.pairs = items.sequence.record;
        length = static_cast<std::int64_t>(items.pairs->size());
    } else if (items.sequence.kind == Kind::text && items.sequence.size > 0) {
        const std::span<View> one = scratch_.memory.views(1);
        one[0] = items.sequence;
        items.sequence = View::of(std::span<const View>(one));
        length = 1;
    }
    items.first = std::clamp<std::int64_t>(from, 0, length);
    items.length = std::clamp<std::int64_t>(limit + from, items.first, length) - items.first;
    if (!table) continued(call.name) = from + items.length;
    return items;
}

View Machine::item(const Items& items, std::int64_t index) {
    const auto at = static_cast<std::size_t>(items.first + index);
    if (items.pairs == nullptr) return element(items.sequence, at);
    const NamedValue& field = (*items.pairs)[at];
    const std::span<View> pair = scratch_.memory.views(2);
    pair[0] = View::of(std::string_view(field.name));
    pair[1] = View::of(field.value);
    return View::of(std::span<const View>(pair));
}

Flow Machine::loop(const Node& node, Index at) {
    const LoopCall& call = program_->loops[node.data];
    const Items items = items_of(call, false);
    if (items.length <= 0) return run(node.more, node.end);
    Loop& loop = scratch_.memory.put(Loop{call.name, innermost_, 0, items.length});
    innermost_ = &loop;
    const std::size_t bound = scratch_.bindings.size();
    scratch_.bindings.push_back({"forloop", View::of(loop)});
    scratch_.bindings.push_back({call.variable, View()});
    Flow flow = Flow::on;
    for (std::int64_t i = 0; i < items.length && flow != Flow::broken; ++i) {
        scratch_.meter.step(1);
        scratch_.bindings[bound + 1].value = item(items, call.reversed ? items.length - 1 - i : i);
        loop.index = i;
        flow = run(at + 1, node.more);
    }
    scratch_.bindings.resize(bound);
    innermost_ = loop.parent;
    return Flow::on;
}

Flow Machine::table(const Node& node, Index at) {
    const LoopCall& call = program_->loops[node.data];
    const Items items = items_of(call, true);
    if (!is_truthy(items.sequence)) return Flow::on;
    Loop& loop = scratch_.memory.put(Loop{call.name, nullptr, 0, items.length, true, 0});
    loop.columns =
        call.columns == kNone ? items.length : bounded(lenient_integer(evaluate(call.columns)));
    const std::size_t bound = scratch_.bindings.size();
    scratch_.bindings.push_back({"tablerowloop", View::of(loop)});
    scratch_.bindings.push_back({call.variable, View()});
    std::string& out = scratch_.out;
    out += "<tr class=\"row1\">\n";
    Flow flow = Flow::on;
    for (std::int64_t i = 0; i < items.length; ++i) {
        scratch_.meter.step(1);
        scratch_.meter.take(40);
        scratch_.bindings[bound + 1].value = item(items, i);
        loop.index = i;
        const std::int64_t column = loop.columns > 0 ? i % loop.columns : i;
        out += fmt::format("<td class=\"col{}\">", column + 1);
        flow = run(at + 1, node.more);
        out += "</td>";
        if (flow == Flow::broken) break;
        if (column + 1 == loop.columns && i + 1 < items.length) {
            out += fmt::format("</tr>\n<tr class=\"row{}\">", i / loop.columns + 2);
        }
    }
    out += "</tr>\n";
    scratch_.bindings.resize(bound);
    return Flow::on;
}

}  // namespace journey::render
