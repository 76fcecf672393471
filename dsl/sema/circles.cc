// Journeys that start each other. `run`, `emit` and what is written about the person, reached
// without a wait and followed from journey to journey: whoever comes back to where they were would
// go round for ever.
//
// `set` and tags start who joins or leaves a segment by them. Who is in it cannot join it again, so
// such a way is one of a circle only when another write in the circle can take the person back.

#include "dsl/sema/steps.h"
#include "engine/calendar/calendar.h"

#include <limits>

namespace journey::sema {

namespace {

struct Edge {
    Index to = kNone;
    bool by_run = false;
    bool rested = false;  // somebody waits before it
    Span span;
    std::string event;  // by `emit`
    // By a write: the segment that is joined, or left, and the write's number.
    Index segment = kNone;
    bool joining = false;
    std::size_t write = 0;
};

/// What a `set` or a tag can make of a segment that asks about it.
struct Effect {
    std::size_t write = 0;
    Index segment = kNone;
    bool in = false;   // may put the person into it
    bool out = false;  // may take the person out
};

/// What becomes of a condition when one thing about the person is written.
enum class Outcome : unsigned char { untouched, no, yes, either };

class Written {
  public:
    Written(const Model& model, const SetField& set) : model_(model), set_(&set) {}
    Written(const Model& model, const std::string& tag, bool added)
        : model_(model), tag_(&tag), added_(added) {}

    Outcome of(const Node& node, int depth = 0) const {
        constexpr int kDepthMax = 64;
        if (depth > kDepthMax || node.broken) return Outcome::untouched;
        switch (node.op) {
            case ir::Op::logical_not:
                return turned(of(*node.operands[0], depth + 1));
            case ir::Op::logical_and:
                return joined(node, Outcome::no, depth);
            case ir::Op::logical_or:
                return joined(node, Outcome::yes, depth);
            case ir::Op::member:
                return of(*model_.segments[node.a].is, depth + 1);
            case ir::Op::tagged:
                return tagged(node);
            case ir::Op::user_field:
                if (!is_field(node)) return Outcome::untouched;
                return is_constant(*set_->value) ? truth_of(set_->value->constant)
                                                 : Outcome::either;
            default:
                return compared(node);
        }
    }

  private:
    static Outcome sure(bool yes) { return yes ? Outcome::yes : Outcome::no; }
    static Outcome turned(Outcome one) {
        if (one == Outcome::yes) return Outcome::no;
        return one == Outcome::no ? Outcome::yes : one;
    }
    static Outcome truth_of(const Value& value) {
        const bool* truth = std::get_if<bool>(&value.held);
        return sure(truth != nullptr && *truth);
    }
    bool is_field(const Node& node) const {
        return set_ != nullptr && node.op == ir::Op::user_field && node.a == set_->field;
    }

    /// `decided`: what one part alone makes of the whole.
    Outcome joined(const Node& node, Outcome decided, int depth) const {
        bool untouched = true;
        bool all = true;
        for (const NodePtr& part : node.operands) {
            const Outcome one = of(*part, depth + 1);
            if (one == decided) return decided;
            untouched = untouched && one == Outcome::untouched;
            all = all && one == turned(decided);
        }
        if (untouched) return Outcome::untouched;
        return all ? turned(decided) : Outcome::either;
    }

    Outcome tagged(const Node& node) const {
        if (tag_ == nullptr) return Outcome::untouched;
        if (!is_constant(*node.operands[0])) return Outcome::either;
        const auto* name = std::get_if<std::string>(&node.operands[0]->constant.held);
        return name != nullptr && *name == *tag_ ? sure(added_) : Outcome::untouched;
    }

    /// `user.vip is true`, and whatever else reads what is written.
    Outcome compared(const Node& node) const {
        if (!reads(node)) return Outcome::untouched;
        const bool equality = node.op == ir::Op::equal || node.op == ir::Op::not_equal;
        if (set_ == nullptr || !is_constant(*set_->value)) return Outcome::either;
        const Value& value = set_->value->constant;
        if (equality && is_field(*node.operands[0]) && is_constant(*node.operands[1])) {
            return sure((value == node.operands[1]->constant) == (node.op == ir::Op::equal));
        }
        if (node.op == ir::Op::in && is_field(*node.operands[0]) &&
            is_constant(*node.operands[1])) {
            const auto* list = std::get_if<List>(&node.operands[1]->constant.held);
            if (list != nullptr)
                return sure(std::find(list->begin(), list->end(), value) != list->end());
        }
        const bool asks = node.op == ir::Op::is_missing || node.op == ir::Op::is_present;
        if (asks && is_field(*node.operands[0]))
            return sure(value.is_missing() == (node.op == ir::Op::is_missing));
        return Outcome::either;
    }

    bool reads(const Node& node) const {
        if (is_field(node)) return true;
        if (tag_ != nullptr && (node.op == ir::Op::tagged || node.op == ir::Op::tags)) return true;
        if (std::any_of(node.operands.begin(), node.operands.end(),
                        [&](const NodePtr& part) { return reads(*part); }))
            return true;
        return node.aggregate != nullptr && node.aggregate->filter != nullptr &&
               reads(*node.aggregate->filter);
    }

    const Model& model_;
    const SetField* set_ = nullptr;
    const std::string* tag_ = nullptr;
    bool added_ = false;
};

/// The runs and emits of one journey. A step is `rested` when every way to it waits.
class Outgoing {
  public:
    Outgoing(Context& cx, std::vector<Edge>& into, std::vector<Effect>& effects,
             std::size_t& writes)
        : cx_(cx), into_(into), effects_(effects), writes_(writes) {}

    /// Can the end of `steps` be reached without a wait?
    bool walk(const Steps& steps, bool unrested) {
        for (const Step& step : steps) {
            unrested =
                std::visit([&](const auto& act) { return go(step, act, unrested); }, step.act);
        }
        return unrested;
    }

  private:
    static bool go(const Step&, const Delay& delay, bool unrested) {
        return unrested && calendar::bounds_of(delay.duration).least <= 0;
    }
    // A moment may be past already.
    static bool go(const Step&, const WaitUntil& wait, bool unrested) {
        return unrested && wait.moment != nullptr;
    }
    static bool go(const Step&, const Stop&, bool) { return false; }
    bool go(const Step&, const AtMost& wait, bool unrested) {
        bool after = false;
        for (const WaitArm& arm : wait.arms) {
            // What holds at the start goes on at once.
            const bool end = walk(arm.steps, unrested && arm.condition != nullptr);
            after = after || end;
        }
        walk(wait.timeout, false);
        return after;
    }
    bool go(const Step&, const Branch& branch, bool unrested) {
        bool after = walk(branch.otherwise, unrested);
        for (const Case& one : branch.cases) {
            const bool end = walk(one.steps, unrested);
            after = after || end;
        }
        return after;
    }
    bool go(const Step&, const Pick& pick, bool unrested) {
        bool after = false;
        for (const PickArm& arm : pick.arms) {
            const bool end = walk(arm.steps, unrested);
            after = after || end;
        }
        return after;
    }
    bool go(const Step&, const Repeat& repeat, bool unrested) {
        walk(repeat.steps, unrested);
        return unrested;
    }
    bool go(const Step&, const Call& call, bool unrested) {
        walk(call.otherwise, unrested);
        return unrested;
    }
    bool go(const Step&, const Run& run, bool unrested) {
        into_.push_back({run.journey, true, !unrested, run.target, ""});
        return unrested;
    }
    bool go(const Step& step, const Emit& emit, bool unrested) {
        for (Index i = 0; i < cx_.model.journeys.size(); ++i) {
            for (const Trigger& trigger : cx_.model.journeys[i].triggers) {
                const auto* event = std::get_if<OnEvent>(&trigger.what);
                if (event == nullptr || event->lasts || event->pattern.event != emit.event)
                    continue;
                if (never_fits(event->pattern.filter.get(), emit)) continue;
                into_.push_back(
                    {i, false, !unrested, step.keyword, cx_.schema().events[emit.event].name});
                break;
            }
        }
        return unrested;
    }
    bool go(const Step& step, const SetField& set, bool unrested) {
        if (unrested && set.value != nullptr && !set.value->broken)
            written(Written(cx_.model, set), step.keyword);
        return unrested;
    }
    bool go(const Step& step, const Tag& tag, bool unrested) {
        for (const std::string& name : tag.names) {
            if (unrested) written(Written(cx_.model, name, tag.add), step.keyword);
        }
        return unrested;
    }
    template <typename Act>
    static bool go(const Step&, const Act&, bool unrested) {
        return unrested;
    }

    void written(const Written& change, Span span) {
        const std::size_t write = writes_++;
        std::vector<Outcome> outcomes;
        for (Index i = 0; i < cx_.model.segments.size(); ++i) {
            const NodePtr& is = cx_.model.segments[i].is;
            const Outcome out = is == nullptr ? Outcome::untouched : change.of(*is);
            outcomes.push_back(out);
            if (out == Outcome::untouched) continue;
            effects_.push_back({write, i, out != Outcome::no, out != Outcome::yes});
        }
        if (effects_.empty()) return;
        for (Index i = 0; i < cx_.model.journeys.size(); ++i) {
            const Journey& journey = cx_.model.journeys[i];
            if (journey.reentry != ir::Reentry::always) continue;
            for (const Trigger& trigger : journey.triggers) {
                const auto* by = std::get_if<ir::OnSegment>(&trigger.what);
                if (by == nullptr || by->segment >= outcomes.size()) continue;
                const Outcome out = outcomes[by->segment];
                const Outcome never = by->joining ? Outcome::no : Outcome::yes;
                if (out == Outcome::untouched || out == never) continue;
                into_.push_back({i, false, false, span, "", by->segment, by->joining, write});
            }
        }
    }

    /// `enter when nudged where kind is "b"` and `emit nudged { kind: "a" }`.
    bool never_fits(const Node* filter, const Emit& emit) const {
        if (filter == nullptr) return false;
        if (filter->op == ir::Op::logical_and) {
            return std::any_of(filter->operands.begin(), filter->operands.end(),
                               [&](const NodePtr& part) { return never_fits(part.get(), emit); });
        }
        if (filter->op != ir::Op::equal || filter->operands[0]->op != ir::Op::row_field ||
            !is_constant(*filter->operands[1])) {
            return false;
        }
        const std::string& field =
            cx_.schema().events[emit.event].fields[filter->operands[0]->a].name;
        for (const auto& [name, value] : emit.args) {
            if (name == field && is_constant(*value)) {
                return !(value->constant == filter->operands[1]->constant);
            }
        }
        return false;
    }

    Context& cx_;
    std::vector<Edge>& into_;
    std::vector<Effect>& effects_;
    std::size_t& writes_;
};

class Circles {
  public:
    explicit Circles(Context& cx)
        : cx_(cx), edges_(cx.model.journeys.size()), effects_(cx.model.journeys.size()) {}

    void run() {
        std::size_t writes = 0;
        for (Index i = 0; i < edges_.size(); ++i) {
            const Journey& journey = cx_.model.journeys[i];
            Outgoing(cx_, edges_[i], effects_[i], writes).walk(journey.steps, true);
            for (const Edge& edge : edges_[i])
                refuse_itself(journey, i, edge);
        }
        while (drop_one_way_writes()) {
        }
        std::vector<int> state(edges_.size(), 0);
        for (Index i = 0; i < edges_.size(); ++i) {
            if (state[i] == 0) walk(i, state);
        }
    }

  private:
    /// Takes away the writes that no other write of the same circle turns back. Whether there were
    /// any.
    bool drop_one_way_writes() {
        const std::vector<std::size_t> circles = circles_of();
        bool dropped = false;
        for (Index i = 0; i < edges_.size(); ++i) {
            dropped = std::erase_if(edges_[i],
                                    [&](const Edge& edge) {
                                        return edge.segment != kNone &&
                                               !(circles[i] == circles[edge.to] &&
                                                 is_turned_back(edge, circles));
                                    }) > 0 ||
                      dropped;
        }
        return dropped;
    }
    bool is_turned_back(const Edge& edge, const std::vector<std::size_t>& circles) const {
        bool both = false;  // the circle goes in and out by this very write
        for (Index i = 0; i < edges_.size(); ++i) {
            if (circles[i] != circles[edge.to]) continue;
            for (const Edge& other : edges_[i])
                both = both || (other.segment == edge.segment && other.joining != edge.joining);
        }
        for (Index i = 0; i < edges_.size(); ++i) {
            if (circles[i] != circles[edge.to]) continue;
            for (const Effect& effect : effects_[i]) {
                const bool turns = edge.joining ? effect.out : effect.in;
                if (effect.segment == edge.segment && turns && (both || effect.write != edge.write))
                    return true;
            }
        }
        return false;
    }
    /// By journey: the number of the circle it is in, by Tarjan's algorithm without recursion.
    std::vector<std::size_t> circles_of() const {
        constexpr std::size_t kNew = std::numeric_limits<std::size_t>::max();
        const std::size_t count = edges_.size();
        std::vector<std::size_t> met(count, kNew);
        std::vector<std::size_t> lowest(count, 0);
        std::vector<std::size_t> circle(count, kNew);
        std::vector<Index> open;
        std::size_t next = 0;
        for (Index start = 0; start < count; ++start) {
            if (met[start] != kNew) continue;
            std::vector<std::pair<Index, std::size_t>> way;
            const auto enter = [&](Index at) {
                met[at] = lowest[at] = next++;
                open.push_back(at);
                way.push_back({at, 0});
            };
            enter(start);
            while (!way.empty()) {
                const Index at = way.back().first;
                if (way.back().second < edges_[at].size()) {
                    const Edge& edge = edges_[at][way.back().second++];
                    if (edge.rested) continue;
                    if (met[edge.to] == kNew) {
                        enter(edge.to);
                    } else if (circle[edge.to] == kNew) {
                        lowest[at] = std::min(lowest[at], met[edge.to]);
                    }
                    continue;
                }
                way.pop_back();
                if (!way.empty())
                    lowest[way.back().first] = std::min(lowest[way.back().first], lowest[at]);
                while (lowest[at] == met[at] && circle[at] == kNew) {
                    circle[open.back()] = at;
                    open.pop_back();
                }
            }
        }
        return circle;
    }

    /// J0316. A journey that is entered once in a life cannot start itself again.
    void refuse_itself(const Journey& journey, Index self, const Edge& edge) {
        if (edge.by_run || edge.segment != kNone || edge.to != self ||
            journey.reentry == ir::Reentry::never)
            return;
        cx_.report(Diagnostic::error(
                       "J0316", "IT STARTS ITSELF", edge.span,
                       "This emits " + tick(edge.event) + ", which starts this journey again.")
                       .and_after("One person would go round for ever.")
                       .and_help("emit another event, or say `reenter never`"));
    }

    /// Depth first without recursion: a chain may be as long as the project.
    void walk(Index start, std::vector<int>& state) {
        std::vector<std::pair<Index, std::size_t>> way{{start, 0}};
        std::vector<const Edge*> taken;
        state[start] = 1;
        while (!way.empty()) {
            auto& [at, next] = way.back();
            if (next == edges_[at].size()) {
                state[at] = 2;
                way.pop_back();
                if (!taken.empty()) taken.pop_back();
                continue;
            }
            const Edge& edge = edges_[at][next++];
            if (edge.rested) continue;
            const bool told =
                !edge.by_run && edge.segment == kNone && edge.to == at;  // J0316 already
            if (state[edge.to] == 1 && !told) report(way, taken, edge);
            if (state[edge.to] != 0) continue;
            state[edge.to] = 1;
            taken.push_back(&edge);
            way.push_back({edge.to, 0});
        }
    }

    void report(const std::vector<std::pair<Index, std::size_t>>& way,
                std::vector<const Edge*> taken, const Edge& closing) {
        std::size_t first = 0;
        while (way[first].first != closing.to)
            ++first;
        taken.push_back(&closing);
        std::string circle;
        bool runs = false;
        bool writes = false;
        for (std::size_t i = first; i < way.size(); ++i) {
            const Edge& edge = *taken[i];
            runs = runs || edge.by_run;
            writes = writes || edge.segment != kNone;
            circle += "\n    " + cx_.model.journeys[way[i].first].name + "  (" +
                      cx_.place(edge.span) + ")   " + means(edge) + "   " +
                      cx_.model.journeys[edge.to].name;
        }
        const bool alone = first + 1 == way.size();
        cx_.report(
            Diagnostic::error(runs ? "J0110" : "J0316",
                              runs ? "A COPY OF ITSELF" : "IT STARTS ITSELF", closing.span,
                              alone ? "This journey starts itself, without a wait before it."
                                    : "These journeys start each other in a circle, without a wait "
                                      "between them:")
                .and_after((alone ? std::string() : circle.substr(1) + "\n\n") +
                           "One person would go round for ever.")
                .and_help(runs     ? "put a `wait` in the circle, or remove one `run`"
                          : writes ? "put a `wait` in the circle, or say `reenter after 1 day`"
                                   : "put a `wait` in the circle, or emit another event"));
    }
    std::string means(const Edge& edge) const {
        if (edge.by_run) return "runs";
        if (edge.segment == kNone) return "emits " + edge.event + ", which starts";
        return (edge.joining ? "makes the person join " : "makes the person leave ") +
               cx_.model.segments[edge.segment].name + ", which starts";
    }

    Context& cx_;
    std::vector<std::vector<Edge>> edges_;
    std::vector<std::vector<Effect>> effects_;
};

}  // namespace

void check_circles(Context& cx) {
    Circles(cx).run();
    // What a journey reads, every `run` of it gives.
    for (const RunSite& site : cx.runs) {
        std::vector<std::string> lacking;
        for (const auto& [name, span] : cx.called_reads[site.target]) {
            if (!site.given.contains(name) && cx.called[site.target].contains(name)) {
                lacking.push_back(tick("trigger." + name));
            }
        }
        const std::string& target = cx.model.journeys[site.target].name;
        if (!lacking.empty()) {
            cx.report(Diagnostic::error("J0501", "A VALUE IS MISSING", site.span,
                                        tick(target) + " reads " + listed(lacking) +
                                            ", and this run does not give " +
                                            (lacking.size() == 1 ? "it." : "them."))
                          .and_help("add it: `with { … }`"));
        }
        // What could not be read may be what reads it.
        if (cx.has_errors()) continue;
        for (const auto& [name, span] : site.given) {
            if (cx.called_reads[site.target].contains(name)) continue;
            cx.report(Diagnostic::warning(
                          "J0502", "NOBODY READS THIS", span,
                          tick(target) + " does not read " + tick("trigger." + name) + ".")
                          .and_help("leave it out, or read it there"));
        }
    }
}

}  // namespace journey::sema
