// Names, paths, filters and conditions to values.

#include "engine/render/machine.h"

#include <fmt/format.h>

namespace journey::render {
namespace {

const Value* field_named(const Record& record, std::string_view name) {
    for (const NamedValue& field : record) {
        if (field.name.size() == name.size() &&
            std::memcmp(field.name.data(), name.data(), name.size()) == 0) {
            return &field.value;
        }
    }
    return nullptr;
}

View loop_field(const Loop& loop, std::string_view name) {
    if (name == "index") return View::of(loop.index + 1);
    if (name == "index0") return View::of(loop.index);
    if (name == "rindex") return View::of(loop.length - loop.index);
    if (name == "rindex0") return View::of(loop.length - loop.index - 1);
    if (name == "first") return View::of(loop.index == 0);
    if (name == "last") return View::of(loop.index + 1 == loop.length);
    if (name == "length") return View::of(loop.length);
    if (!loop.table) {
        if (name == "name") return View::of(loop.name);
        return name == "parentloop" && loop.parent != nullptr ? View::of(*loop.parent) : View();
    }
    const std::int64_t column = loop.columns > 0 ? loop.index % loop.columns : loop.index;
    if (name == "col") return View::of(column + 1);
    if (name == "col0") return View::of(column);
    if (name == "col_first") return View::of(column == 0);
    if (name == "col_last") return View::of(column + 1 == loop.columns);
    if (name == "row") return View::of(loop.columns > 0 ? loop.index / loop.columns + 1 : 1);
    return {};
}

bool is_scalar(const View& value) {
    return value.kind == Kind::text || value.kind == Kind::integer || value.kind == Kind::real ||
           value.kind == Kind::big;
}

std::string shown(const View& value) {
    if (value.kind == Kind::text) return "String";
    std::string out;
    append_text(out, value);
    return out.substr(0, 40);
}

}  // namespace

const View* Machine::find_variable(std::string_view name) const {
    const auto& bindings = scratch_.bindings;
    for (std::size_t i = bindings.size(); i > floor_.bindings; --i) {
        if (bindings[i - 1].name == name) return &bindings[i - 1].value;
    }
    const auto& assigned = scratch_.assigned;
    for (std::size_t i = assigned.size(); i > floor_.assigned; --i) {
        if (assigned[i - 1].name == name) return &assigned[i - 1].value;
    }
    return nullptr;
}

View Machine::variable(std::string_view name) {
    if (const View* found = find_variable(name)) return *found;
    for (std::size_t i = floor_.counters; i < scratch_.counters.size(); ++i) {
        if (scratch_.counters[i].name == name) return View::of(scratch_.counters[i].value);
    }
    if (const Value* found = field_named(data_, name)) return View::of(*found);
    if (options_.catalogues != nullptr) {
        if (const auto* rows = options_.catalogues->find(name)) return View::of(*rows);
    }
    return missing(name);
}

View Machine::missing(std::string_view name) const {
    if (options_.strict_variables) {
        throw Refusal{ErrorKind::undefined_variable, fmt::format("undefined variable {}", name)};
    }
    return {};
}

View Machine::evaluate(Index index) {
    const Expression& expression = program_->expressions[index];
    if (expression.kind == Expression::Kind::literal) return expression.literal;
    if (expression.kind == Expression::Kind::path) return follow(expression);
    return range(expression);
}

View Machine::range(const Expression& expression) {
    constexpr std::int64_t kMost = std::int64_t{1} << 53;
    const Range made{lenient_integer(evaluate(expression.root_from)),
                     lenient_integer(evaluate(expression.segments.first))};
    if (made.first < -kMost || made.first > kMost || made.last < -kMost || made.last > kMost) {
        refuse_argument("the range is too large");
    }
    return View::of(scratch_.memory.put(made));
}

View Machine::follow(const Expression& expression) {
    View current;
    if (expression.root_from == kNone) {
        current = variable(expression.root);
    } else {
        current = variable(text_of(scratch_.memory, evaluate(expression.root_from)));
    }
    const Segment* segments = program_->segments.data() + expression.segments.first;
    for (Index i = 0; i < expression.segments.count; ++i) {
        if (current.is_nil()) return {};
        current = member(current, segments[i]);
    }
    return current;
}

View Machine::member(const View& of, const Segment& segment) {
    if (segment.kind == Segment::Kind::name) return named_member(of, segment.name, segment.command);
    if (segment.kind == Segment::Kind::index) return indexed_member(of, segment.index);
    const View key = evaluate(segment.inner);
    if (key.kind == Kind::text) return named_member(of, key.str(), false);
    if (of.kind == Kind::table) return named_member(of, text_of(scratch_.memory, key), false);
    return key.kind == Kind::integer ? indexed_member(of, key.whole) : View();
}

View Machine::indexed_member(const View& of, std::int64_t index) const {
    if (of.kind == Kind::table) return row_of(of, std::to_string(index));
    if (of.kind != Kind::list && of.kind != Kind::items) return {};
    const auto length = static_cast<std::int64_t>(size_of(of));
    if (index < 0) index += length;
    if (index < 0 || index >= length) return {};
    return element(of, static_cast<std::size_t>(index));
}

View Machine::row_of(const View& table, std::string_view key) const {
    const auto found = table.table->find(std::string(key));
    return found == table.table->end() ? missing(key) : View::of(found->second);
}

View Machine::named_member(const View& of, std::string_view name, bool command) {
    if (of.kind == Kind::record) {
        if (const Value* found = field_named(*of.record, name)) return View::of(*found);
    } else if (of.kind == Kind::loop) {
        return loop_field(*of.loop, name);
    } else if (of.kind == Kind::table) {
        return row_of(of, name);
    }
    if (command) {
        if (name == "size") {
            if (const auto size = size_asked(of)) return View::of(*size);
        } else if (name == "first") {
            return first_of(scratch_.memory, of);
        } else if (name == "last") {
            return last_of(scratch_.memory, of);
        }
    }
    return missing(name);
}

View Machine::pipeline(Index index) {
    const Pipeline& line = program_->pipelines[index];
    View value = evaluate(line.value);
    const FilterCall* filters = program_->filters.data() + line.filters.first;
    bool raw = false;
    for (Index i = 0; i < line.filters.count; ++i) {
        value = filtered(filters[i], value);
        raw = raw || (filters[i].info != nullptr && filters[i].info->output == Output::raw);
    }
    value.markup = value.markup || raw;
    return value;
}

View Machine::filtered(const FilterCall& call, const View& input) {
    const FilterInfo* info = call.info;
    scratch_.meter.step(1);
    if (info == nullptr) {
        if (!options_.strict_filters) return input;
        throw Refusal{ErrorKind::undefined_filter, fmt::format("undefined filter {}", call.name)};
    }
    if (call.arguments.count < info->arguments_least ||
        call.arguments.count > info->arguments_most || (call.named.count > 0 && !info->named)) {
        refuse_argument(*wrong_count(*info, call.arguments.count, call.named.count));
    }
    scratch_.arguments.clear();
    for (Index i = 0; i < call.arguments.count; ++i) {
        scratch_.arguments.push_back(evaluate(program_->arguments[call.arguments.first + i]));
    }
    scratch_.named.clear();
    for (Index i = 0; i < call.named.count; ++i) {
        const NamedArgument& one = program_->named[call.named.first + i];
        scratch_.named.push_back({one.name, evaluate(one.value)});
    }
    View subject = input;
    if (info->output == Output::breaks && html_ && !input.markup) {
        scratch_.buffer.clear();
        std::string escaped;
        append_escaped(escaped, text_of(scratch_.memory, input));
        subject = scratch_.memory.text(escaped);
    }
    View result = info->function({scratch_.memory, scratch_.meter, scratch_.buffer,
                                  info->named ? now() : nullptr, options_.zone, subject,
                                  scratch_.arguments, scratch_.named});
    if (info->output == Output::plain) {
        result.markup = false;
    } else if (info->output == Output::markup || info->output == Output::breaks) {
        result.markup = true;
    }
    return result;
}

const Instant* Machine::now() {
    if (!now_asked_) {
        now_asked_ = true;
        now_ = options_.now;
        const Value* held = field_named(data_, "now");
        const auto* at = held == nullptr ? nullptr : held->as<Instant>();
        if (at != nullptr) now_ = *at;
    }
    return now_ ? &*now_ : nullptr;
}

// `a and b or c` groups from the right.
bool Machine::is_true(Index comparison) {
    for (;; ++comparison) {
        const Comparison& one = program_->comparisons[comparison];
        const bool holds_now = holds(one);
        if (one.joint == Joint::end) return holds_now;
        if (one.joint == Joint::both && !holds_now) return false;
        if (one.joint == Joint::either && holds_now) return true;
    }
}

bool Machine::holds(const Comparison& one) {
    scratch_.meter.step(1);
    const View left = evaluate(one.left);
    if (one.comparator == Comparator::truthy) return is_truthy(left);
    const View right = one.right == kNone ? View() : evaluate(one.right);
    switch (one.comparator) {
        case Comparator::equal:
            return are_equal(left, right);
        case Comparator::unequal:
            return !are_equal(left, right);
        case Comparator::contains:
            if (left.kind == Kind::text && right.kind == Kind::text) {
                pay_search(scratch_.meter, left.size, right.size);
            } else if (is_sequence(left) && left.kind != Kind::range) {
                scratch_.meter.step(static_cast<std::int64_t>(size_of(left) / 16));
            }
            return contains(left, right);
        case Comparator::unknown:
            refuse_argument(fmt::format("unknown operator {}", one.written));
        case Comparator::truthy:
        case Comparator::less:
        case Comparator::at_most:
        case Comparator::more:
        case Comparator::at_least:
            break;
    }
    return is_ordered(one.comparator, left, right);
}

// Nothing, true, lists and objects are never smaller; a number beside a text is the author's slip.
bool Machine::is_ordered(Comparator comparator, const View& a, const View& b) const {
    const auto order = compare(a, b);
    if (!order) {
        const bool slip =
            is_scalar(a) && is_scalar(b) && (a.kind == Kind::text) != (b.kind == Kind::text);
        if (slip) {
            refuse_argument(fmt::format("comparison of {} with {} failed", shown(a), shown(b)));
        }
        return false;
    }
    if (comparator == Comparator::less) return *order < 0;
    if (comparator == Comparator::at_most) return *order <= 0;
    if (comparator == Comparator::more) return *order > 0;
    return *order >= 0;
}

}  // namespace journey::render
