// Journeys that start each other. `run` and `emit` that are reached without a wait, followed from
// journey to journey: whoever comes back to where they were would go round for ever.

#include "dsl/sema/steps.h"
#include "engine/calendar/calendar.h"

namespace journey::sema {

namespace {

struct Edge {
    Index to = kNone;
    bool by_run = false;
    bool rested = false;  // somebody waits before it
    Span span;
    std::string event;  // by `emit`
};

/// The runs and emits of one journey. A step is `rested` when every way to it waits.
class Outgoing {
  public:
    Outgoing(Context& cx, std::vector<Edge>& into) : cx_(cx), into_(into) {}

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
    template <typename Act>
    static bool go(const Step&, const Act&, bool unrested) {
        return unrested;
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
};

class Circles {
  public:
    explicit Circles(Context& cx) : cx_(cx), edges_(cx.model.journeys.size()) {}

    void run() {
        for (Index i = 0; i < edges_.size(); ++i) {
            const Journey& journey = cx_.model.journeys[i];
            Outgoing(cx_, edges_[i]).walk(journey.steps, true);
            for (const Edge& edge : edges_[i])
                refuse_itself(journey, i, edge);
        }
        std::vector<int> state(edges_.size(), 0);
        for (Index i = 0; i < edges_.size(); ++i) {
            if (state[i] == 0) walk(i, state);
        }
    }

  private:
    /// J0316. A journey that is entered once in a life cannot start itself again.
    void refuse_itself(const Journey& journey, Index self, const Edge& edge) {
        if (edge.by_run || edge.to != self || journey.reentry == ir::Reentry::never) return;
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
            const bool told = !edge.by_run && edge.to == at;  // J0316 already
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
        for (std::size_t i = first; i < way.size(); ++i) {
            const Edge& edge = *taken[i];
            runs = runs || edge.by_run;
            circle += "\n    " + cx_.model.journeys[way[i].first].name + "  (" +
                      cx_.place(edge.span) + ")   " +
                      (edge.by_run ? "runs   " : "emits " + edge.event + ", which starts   ") +
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
                .and_help(runs ? "put a `wait` in the circle, or remove one `run`"
                               : "put a `wait` in the circle, or emit another event"));
    }

    Context& cx_;
    std::vector<std::vector<Edge>> edges_;
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
