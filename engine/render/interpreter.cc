#include "engine/render/interpreter.h"

#include "engine/render/filters.h"

#include <cmath>
#include <deque>
#include <fmt/format.h>

namespace journey::render {
namespace {

enum class Flow : std::uint8_t { on, broken, continued, failed };

struct Local {
    std::string name;
    const Value* value = nullptr;
    bool markup = false;  // captured: its parts were escaped when they were written
};

struct Frame {
    const LoopArguments* loop = nullptr;
    bool table = false;
    Ref item;
    std::int64_t index = 0;
    std::int64_t length = 0;
    std::int64_t columns = 0;
};

// What a loop walks over: a list of somebody's, or a range that is never written out.
struct Items {
    Ref held;
    const List* list = nullptr;
    std::int64_t first = 0;
    std::int64_t length = 0;

    Ref at(std::int64_t index) const {
        if (list == nullptr) return Ref(Value(first + index));
        return Ref(&(*list)[static_cast<std::size_t>(index)]);
    }
};

/// What a kept value costs of the budget: its texts, and a little for every part.
std::size_t weight_of(const Value& value) {
    if (const auto* text = value.as<std::string>()) return 8 + text->size();
    std::size_t sum = 8;
    if (const auto* list = value.as<List>()) {
        for (const Value& one : *list)
            sum += weight_of(one);
    } else if (const auto* record = value.as<Record>()) {
        for (const NamedValue& one : *record)
            sum += one.name.size() + weight_of(one.value);
    }
    return sum;
}

class Interpreter {
  public:
    Interpreter(const Record& data, Escape escape, const Budget& budget)
        : data_(data), escape_(escape), meter_(budget) {}

    std::variant<std::string, RenderError> run(const Body& body) {
        const Flow flow = write(body);
        if (flow == Flow::failed) return std::move(error_);
        return std::move(out_);
    }

  private:
    // ---- nodes ---------------------------------------------------------------------------------

    Flow write(const Body& body) {
        for (const Node& node : body) {
            line_ = node.line;
            if (!meter_.spend_steps(1)) return over_budget();
            const Flow flow = std::visit([&](const auto& held) { return write(held); }, node.held);
            if (flow != Flow::on) return flow;
        }
        return Flow::on;
    }

    Flow fail(std::string message) {
        error_ = {line_, std::move(message)};
        return Flow::failed;
    }
    Flow over_budget() {
        return fail("the template exceeds its budget; make loops or texts smaller");
    }

    // Also tells a failure that happened inside an expression.
    Flow settled() const { return failed_ ? Flow::failed : Flow::on; }

    Flow write(const TextNode& node) {
        if (!meter_.spend_bytes(node.text.size())) return over_budget();
        out_ += node.text;
        return Flow::on;
    }

    Flow write(const OutputNode& node) {
        bool markup = false;
        const Ref value = evaluate(node.value, markup);
        if (failed_) return Flow::failed;
        const std::size_t before = out_.size();
        const bool plain = escape_ == Escape::none || markup;
        if (const auto* text = value.get().as<std::string>()) {
            if (plain) {
                out_ += *text;
            } else {
                append_escaped(out_, *text);
            }
        } else if (plain) {
            append_text(out_, value.get());
        } else {
            append_escaped(out_, text_of(value.get()));
        }
        return meter_.spend_bytes(out_.size() - before) ? Flow::on : over_budget();
    }

    Flow write(const AssignNode& node) {
        bool markup = false;
        Ref value = evaluate(node.value, markup);
        if (failed_) return Flow::failed;
        Value kept = value.take();
        if (!meter_.spend_bytes(weight_of(kept))) return over_budget();
        set(node.name, std::move(kept), markup);
        return Flow::on;
    }

    Flow write(const CaptureNode& node) {
        std::string before = std::exchange(out_, {});
        const Flow flow = write(node.body);
        std::string captured = std::exchange(out_, std::move(before));
        if (flow == Flow::failed) return flow;
        set(node.name, std::move(captured), escape_ == Escape::html);
        return flow;
    }

    Flow write(const IfNode& node) {
        for (const Branch& branch : node.branches) {
            const bool holds = is_true(branch.condition, 0);
            if (failed_) return Flow::failed;
            if (holds != branch.negated) return write(branch.body);
        }
        return write(node.otherwise);
    }

    // Every clause that matches is written; `else` when none before it did.
    Flow write(const CaseNode& node) {
        const Ref subject = evaluate(node.subject);
        bool matched = false;
        for (const CaseClause& clause : node.clauses) {
            if (clause.otherwise) {
                if (matched) continue;
                if (const Flow flow = write(clause.body); flow != Flow::on) return flow;
                continue;
            }
            for (const Expression& wanted : clause.values) {
                const Ref value = evaluate(wanted);
                if (failed_) return Flow::failed;
                if (!are_equal(subject.get(), value.get())) continue;
                matched = true;
                if (const Flow flow = write(clause.body); flow != Flow::on) return flow;
            }
        }
        return settled();
    }

    Flow write(const ForNode& node) {
        Items items;
        if (!items_of(node.arguments, items)) return Flow::failed;
        if (items.length == 0) return write(node.otherwise);
        if (frames_.size() > 50) return fail("loops are nested too deeply");
        frames_.push_back({&node.arguments, false, {}, 0, items.length, 0});
        for (std::int64_t i = 0; i < items.length; ++i) {
            const std::int64_t at = node.arguments.reversed ? items.length - 1 - i : i;
            frames_.back().item = items.at(at);
            frames_.back().index = i;
            const Flow flow = step(node.body);
            if (flow == Flow::failed) return flow;
            if (flow == Flow::broken) break;
        }
        frames_.pop_back();
        return Flow::on;
    }

    Flow write(const TableRowNode& node) {
        Items items;
        if (!items_of(node.arguments, items)) return Flow::failed;
        std::int64_t columns = items.length;
        if (node.arguments.columns) {
            const auto wanted = integer_of(evaluate(*node.arguments.columns).get());
            if (failed_) return Flow::failed;
            if (!wanted || *wanted < 1) return fail("`cols` must be a whole number above zero");
            columns = *wanted;
        }
        if (frames_.size() > 50) return fail("loops are nested too deeply");
        frames_.push_back({&node.arguments, true, {}, 0, items.length, columns});
        out_ += "<tr class=\"row1\">\n";
        for (std::int64_t i = 0; i < items.length; ++i) {
            frames_.back().item = items.at(i);
            frames_.back().index = i;
            out_ += fmt::format("<td class=\"col{}\">", i % columns + 1);
            const Flow flow = step(node.body);
            if (flow == Flow::failed) return flow;
            out_ += "</td>";
            if (flow == Flow::broken) break;
            if ((i + 1) % columns == 0 && i + 1 < items.length) {
                out_ += fmt::format("</tr>\n<tr class=\"row{}\">", i / columns + 2);
            }
            if (!meter_.spend_bytes(40)) return over_budget();
        }
        out_ += "</tr>\n";
        frames_.pop_back();
        return Flow::on;
    }

    Flow step(const Body& body) {
        if (!meter_.spend_steps(1)) return over_budget();
        return write(body);
    }

    Flow write(const CycleNode& node) {
        const std::string key =
            node.group ? "group " + text_of(evaluate(*node.group).get()) : "these " + node.key;
        std::size_t& at = number_named(cycles_, key);
        const std::size_t now = at;
        at = now + 1 >= node.values.size() ? 0 : now + 1;
        if (now < node.values.size()) {
            const Ref value = evaluate(node.values[now]);
            if (failed_) return Flow::failed;
            write_escaped(text_of(value.get()));
        }
        return settled();
    }

    Flow write(const CountNode& node) {
        std::int64_t& counter = number_named(counters_, node.name);
        if (node.delta < 0) --counter;
        out_ += std::to_string(counter);
        if (node.delta > 0) ++counter;
        return Flow::on;
    }

    Flow write(const IfChangedNode& node) {
        std::string before = std::exchange(out_, {});
        const Flow flow = write(node.body);
        std::string text = std::exchange(out_, std::move(before));
        if (flow == Flow::failed) return flow;
        if (text != changed_) {
            out_ += text;
            changed_ = std::move(text);
        }
        return flow;
    }

    Flow write(const BreakNode&) { return Flow::broken; }
    Flow write(const ContinueNode&) { return Flow::continued; }

    void write_escaped(std::string_view text) {
        if (escape_ == Escape::html) {
            append_escaped(out_, text);
        } else {
            out_ += text;
        }
    }

    // ---- loops ---------------------------------------------------------------------------------

    bool items_of(const LoopArguments& loop, Items& items) {
        if (loop.list.kind == Expression::Kind::range) {
            std::int64_t last = 0;
            if (!range_of(loop.list, items.first, last)) return false;
            items.length = last < items.first ? 0 : last - items.first + 1;
        } else {
            list_of(loop.list, items);
        }
        if (failed_) return false;
        return narrow(loop, items);
    }

    // A list that a variable of the template holds is copied: the loop may assign to that variable.
    void list_of(const Expression& expression, Items& items) {
        Ref value = evaluate(expression);
        if (const Record* record = value.get().as<Record>()) {
            List pairs;
            if (!is_blank_literal(value.get()) && !is_empty_literal(value.get())) {
                for (const NamedValue& field : *record)
                    pairs.emplace_back(List{Value(field.name), field.value});
            }
            value = Ref(Value(std::move(pairs)));
        } else if (const auto* text = value.get().as<std::string>()) {
            value = Ref(Value(text->empty() ? List{} : List{Value(*text)}));
        } else if (value.get().as<List>() == nullptr) {
            value = Ref(Value(List{}));
        } else if (value.is_borrowed() && !lives_in_data(expression)) {
            value = Ref(Value(value.get()));
        }
        items.held = std::move(value);
        items.list = items.held.get().as<List>();
        items.length = static_cast<std::int64_t>(items.list->size());
    }

    bool lives_in_data(const Expression& expression) const {
        if (expression.kind != Expression::Kind::path) return false;
        const Segment& root = expression.path.front();
        return !root.inner && local(root.name) == nullptr && frame_of(root.name) == nullptr;
    }

    bool narrow(const LoopArguments& loop, Items& items) {
        std::int64_t from = 0;
        if (loop.offset_continue) {
            from = number_named(continued_, loop.name);
        } else if (loop.offset && !bound(*loop.offset, "offset", from)) {
            return false;
        }
        from = std::clamp<std::int64_t>(from, 0, items.length);
        std::int64_t most = items.length - from;
        if (loop.limit && !bound(*loop.limit, "limit", most)) return false;
        most = std::clamp<std::int64_t>(most, 0, items.length - from);
        number_named(continued_, loop.name) = from + most;
        if (items.list == nullptr) {
            items.first += from;
        } else if (from > 0) {
            // `at` counts from zero; a shorter list is cheaper than one more number everywhere.
            const auto begin = items.list->begin() + from;
            items.held = Ref(Value(List(begin, begin + most)));
            items.list = items.held.get().as<List>();
        }
        items.length = most;
        return true;
    }

    bool bound(const Expression& expression, std::string_view what, std::int64_t& out) {
        const Ref value = evaluate(expression);
        if (failed_) return false;
        if (value.get().is_missing()) return true;
        const auto whole = integer_of(value.get());
        if (!whole) return broken(fmt::format("`{}` must be a whole number", what));
        out = *whole;
        return true;
    }

    bool broken(std::string message) {
        if (!failed_) error_ = {line_, std::move(message)};
        failed_ = true;
        return false;
    }

    bool range_of(const Expression& expression, std::int64_t& first, std::int64_t& last) {
        first = lenient_integer(evaluate(*expression.first).get());
        last = lenient_integer(evaluate(*expression.last).get());
        constexpr std::int64_t kMost = std::int64_t{1} << 53;
        if (first < -kMost || first > kMost || last < -kMost || last > kMost)
            return broken("the range is too large");
        return !failed_;
    }

    // ---- expressions ---------------------------------------------------------------------------

    bool is_true(const Condition& condition, std::size_t at) {
        while (true) {
            const Comparison& one = condition[at];
            const bool holds = is_true(one);
            if (failed_ || at + 1 == condition.size()) return holds;
            if (one.joined_by_and && !holds) return false;
            if (!one.joined_by_and && holds) return true;
            ++at;
        }
    }

    bool is_true(const Comparison& one) {
        if (!meter_.spend_steps(1)) return broken("the template exceeds its budget");
        const Ref left = evaluate(one.left);
        if (one.comparator == Comparator::truthy) return is_truthy(left.get());
        const Ref right = evaluate(one.right);
        if (failed_) return false;
        const Value& a = left.get();
        const Value& b = right.get();
        if (one.comparator == Comparator::equal) return are_equal(a, b);
        if (one.comparator == Comparator::unequal) return !are_equal(a, b);
        if (one.comparator == Comparator::contains) return contains(a, b);
        return is_ordered(one.comparator, a, b);
    }

    bool is_ordered(Comparator comparator, const Value& a, const Value& b) {
        const auto order = compare(a, b);
        if (!order) {
            // Nothing, true and objects are never smaller; a number beside a text is the author's
            // slip.
            const auto scalar = [](const Value& value) {
                return value.as<std::string>() != nullptr || value.as<std::int64_t>() != nullptr ||
                       value.as<double>() != nullptr;
            };
            if (scalar(a) && scalar(b)) {
                return broken(fmt::format("a number and a text cannot be ordered ({} and {})",
                                          to_json(a).substr(0, 40), to_json(b).substr(0, 40)));
            }
            return false;
        }
        if (comparator == Comparator::less) return *order < 0;
        if (comparator == Comparator::at_most) return *order <= 0;
        if (comparator == Comparator::more) return *order > 0;
        return *order >= 0;
    }

    Ref evaluate(const Pipeline& pipeline, bool& markup) {
        Ref value = evaluate(pipeline.value);
        markup = is_markup(pipeline.value);
        bool raw = false;
        for (const FilterCall& call : pipeline.filters) {
            if (failed_) break;
            value = apply(call, std::move(value), markup);
            raw = raw || call.info->output == Output::raw;
            markup = call.info->output == Output::markup || call.info->output == Output::breaks;
        }
        markup = markup || raw;
        return value;
    }

    bool is_markup(const Expression& expression) const {
        if (expression.kind != Expression::Kind::path || expression.path.size() != 1) return false;
        const Segment& root = expression.path.front();
        if (root.inner || frame_of(root.name) != nullptr) return false;
        const Local* found = local(root.name);
        return found != nullptr && found->markup;
    }

    Ref apply(const FilterCall& call, Ref input, bool markup) {
        FilterRun filter{data_, meter_, {}, {}, {}};
        filter.arguments.reserve(call.arguments.size());
        for (const Expression& one : call.arguments)
            filter.arguments.push_back(evaluate(one));
        for (const NamedArgument& one : call.named)
            filter.named.push_back({one.name, evaluate(one.value)});
        if (failed_) return {};
        if (!meter_.spend_steps(1)) {
            broken("the template exceeds its budget");
            return {};
        }
        if (call.info->output == Output::raw) return input;
        if (call.info->output == Output::breaks && escape_ == Escape::html && !markup) {
            std::string escaped;
            append_escaped(escaped, text_of(input.get()));
            input = Ref(Value(std::move(escaped)));
        }
        Ref result(call.info->function(filter, input.get()));
        if (!filter.failure.empty()) broken(std::move(filter.failure));
        return result;
    }

    Ref evaluate(const Expression& expression) {
        if (expression.kind == Expression::Kind::literal) return Ref(&expression.literal);
        if (expression.kind == Expression::Kind::range) return written_out(expression);
        return follow(expression);
    }

    Ref written_out(const Expression& expression) {
        std::int64_t first = 0;
        std::int64_t last = 0;
        if (!range_of(expression, first, last)) return {};
        List numbers;
        if (last < first) return Ref(Value(std::move(numbers)));
        if (!meter_.spend_steps(static_cast<std::size_t>(last - first) + 1)) {
            broken("the range exceeds the template's budget");
            return {};
        }
        for (std::int64_t i = first; i <= last; ++i)
            numbers.emplace_back(i);
        return Ref(Value(std::move(numbers)));
    }

    Ref follow(const Expression& expression) {
        const Segment& head = expression.path.front();
        const std::string computed = head.inner ? text_of(evaluate(*head.inner).get()) : "";
        const std::string& name = head.inner ? computed : head.name;
        if (name == "forloop" || name == "tablerowloop")
            return loop_object(expression, name[0] == 't');
        Ref current = variable(name);
        for (std::size_t i = 1; i < expression.path.size(); ++i) {
            if (current.get().is_missing()) return {};
            current = member(std::move(current), expression.path[i]);
        }
        return current;
    }

    Ref variable(const std::string& name) const {
        if (const Frame* frame = frame_of(name)) {
            return frame->item.is_borrowed() ? Ref(&frame->item.get())
                                             : Ref(Value(frame->item.get()));
        }
        if (const Local* found = local(name)) return Ref(found->value);
        if (const Value* found = find(data_, name)) return Ref(found);
        for (const auto& [counter, value] : counters_) {
            if (counter == name) return Ref(Value(value));
        }
        return {};
    }

    const Frame* frame_of(std::string_view name) const {
        for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame) {
            if (frame->loop->variable == name) return &*frame;
        }
        return nullptr;
    }

    const Local* local(std::string_view name) const {
        for (const Local& one : locals_) {
            if (one.name == name) return &one;
        }
        return nullptr;
    }

    void set(const std::string& name, Value value, bool markup) {
        // A loop or a case may be looking at the old value: it stays until the end.
        kept_.push_back(std::move(value));
        for (Local& one : locals_) {
            if (one.name != name) continue;
            one.value = &kept_.back();
            one.markup = markup;
            return;
        }
        locals_.push_back({name, &kept_.back(), markup});
    }

    Ref member(Ref of, const Segment& segment) {
        if (segment.index) return element(std::move(of), *segment.index);
        if (!segment.inner) return named(std::move(of), segment.name);
        const Ref key = evaluate(*segment.inner);
        if (const auto* text = key.get().as<std::string>()) return named(std::move(of), *text);
        const auto whole = integer_of(key.get());
        return whole ? element(std::move(of), *whole) : Ref();
    }

    static Ref element(Ref of, std::int64_t index) {
        const List* list = of.get().as<List>();
        if (list == nullptr) return {};
        const auto length = static_cast<std::int64_t>(list->size());
        if (index < 0) index += length;
        if (index < 0 || index >= length) return {};
        return part(std::move(of), (*list)[static_cast<std::size_t>(index)]);
    }

    // A part of what we borrow is borrowed; a part of what we own is copied out before the whole
    // goes.
    static Ref part(const Ref& of, const Value& inner) {
        return of.is_borrowed() ? Ref(&inner) : Ref(Value(inner));
    }

    Ref named(Ref of, const std::string& name) {
        if (const Record* record = of.get().as<Record>()) {
            if (const Value* found = find(*record, name)) return part(of, *found);
            if (name == "last") return {};
        }
        if (name != "size" && name != "first" && name != "last") return {};
        const Value& value = of.get();
        const bool sized = value.as<List>() != nullptr || value.as<std::string>() != nullptr ||
                           value.as<Record>() != nullptr;
        if (!sized) return {};
        FilterRun filter{data_, meter_, {}, {}, {}};
        return Ref(find_filter(name)->function(filter, value));
    }

    // ---- forloop and tablerowloop
    // ----------------------------------------------------------------

    Ref loop_object(const Expression& expression, bool table) const {
        std::size_t depth = frames_.size();
        const auto up = [&] {
            while (depth > 0 && frames_[depth - 1].table != table)
                --depth;
            return depth > 0;
        };
        if (!up()) return {};
        for (std::size_t i = 1; i < expression.path.size(); ++i) {
            const std::string& name = expression.path[i].name;
            if (name == "parentloop") {
                --depth;
                if (!up()) return {};
                continue;
            }
            return Ref(loop_field(frames_[depth - 1], name));
        }
        return {};
    }

    static Value loop_field(const Frame& frame, std::string_view name) {
        if (name == "index") return frame.index + 1;
        if (name == "index0") return frame.index;
        if (name == "rindex") return frame.length - frame.index;
        if (name == "rindex0") return frame.length - frame.index - 1;
        if (name == "first") return frame.index == 0;
        if (name == "last") return frame.index + 1 == frame.length;
        if (name == "length") return frame.length;
        if (!frame.table) return name == "name" ? Value(frame.loop->name) : Value();
        const std::int64_t column = frame.index % frame.columns;
        if (name == "col") return column + 1;
        if (name == "col0") return column;
        if (name == "col_first") return column == 0;
        if (name == "col_last") return column + 1 == frame.columns;
        if (name == "row") return frame.index / frame.columns + 1;
        return {};
    }

    template <typename T>
    static T& number_named(std::vector<std::pair<std::string, T>>& all, const std::string& name) {
        for (auto& [key, value] : all) {
            if (key == name) return value;
        }
        return all.emplace_back(name, T{}).second;
    }

    const Record& data_;
    Escape escape_;
    Meter meter_;
    std::string out_;
    std::uint32_t line_ = 1;
    bool failed_ = false;
    RenderError error_;
    std::deque<Value> kept_;
    std::vector<Local> locals_;
    std::vector<Frame> frames_;
    std::vector<std::pair<std::string, std::int64_t>> counters_;
    std::vector<std::pair<std::string, std::int64_t>> continued_;
    std::vector<std::pair<std::string, std::size_t>> cycles_;
    std::string changed_;
};

}  // namespace

std::variant<std::string, RenderError> interpret(const ParsedTemplate& parsed, const Record& data,
                                                 Escape escape, const Budget& budget) {
    return Interpreter(data, escape, budget).run(parsed.body);
}

}  // namespace journey::render
