// `from version N { … }`: where people inside an older version go (LANGUAGE 2.11). What only the
// published version knows is `plan`'s to check.

#include "dsl/sema/steps.h"

namespace journey::sema {

namespace {

/// Locals read by an expression.
void reads(const Node* node, std::set<Index>& into) {
    if (node == nullptr) return;
    if (node->op == ir::Op::local) into.insert(node->a);
    for (const NodePtr& operand : node->operands)
        reads(operand.get(), into);
    if (node->aggregate == nullptr) return;
    reads(node->aggregate->filter.get(), into);
    reads(node->aggregate->window.since.get(), into);
    reads(node->aggregate->window.until.get(), into);
}

/// Which locals are read before they are set, going on from some step.
class Needs {
  public:
    /// Follows `steps` from `from` with `set` known; adds to `needed`. Nullopt when nobody
    /// comes out, else what is set then.
    std::optional<std::set<Index>> follow(const Steps& steps, std::size_t from,
                                          std::set<Index> set) {
        return follow(steps, from, steps.size(), std::move(set));
    }
    std::optional<std::set<Index>> follow(const Steps& steps, std::size_t from, std::size_t to,
                                          std::set<Index> set) {
        for (std::size_t i = from; i < to; ++i) {
            std::optional<std::set<Index>> after = step(steps[i], std::move(set));
            if (!after) return std::nullopt;
            set = std::move(*after);
        }
        return set;
    }

    std::set<Index> needed;

  private:
    using Known = std::optional<std::set<Index>>;

    void read(const NodePtr& node, const std::set<Index>& set) {
        std::set<Index> found;
        reads(node.get(), found);
        for (const Index local : found) {
            if (!set.contains(local)) needed.insert(local);
        }
    }
    void read(const Args& args, const std::set<Index>& set) {
        for (const auto& [name, value] : args)
            read(value, set);
    }

    static Known meet(Known a, Known b) {
        if (!a) return b;
        if (!b) return a;
        std::erase_if(*a, [&](Index local) { return !b->contains(local); });
        return a;
    }

    Known step(const Step& step, std::set<Index> set) {
        return std::visit([&](const auto& act) { return go(act, std::move(set)); }, step.act);
    }

    Known go(const Send& send, std::set<Index> set) {
        read(send.args, set);
        read(send.to, set);
        read(send.validity_zone, set);
        return set;
    }
    Known go(const Delay& delay, std::set<Index> set) {
        read(delay.length, set);
        return set;
    }
    Known go(const WaitUntil& wait, std::set<Index> set) {
        read(wait.moment, set);
        read(wait.zone_from, set);
        return set;
    }
    Known go(const AtMost& wait, std::set<Index> set) {
        Known after = follow(wait.timeout, 0, set);
        for (const WaitArm& arm : wait.arms) {
            read(arm.condition, set);
            read(arm.pattern.filter, set);
            after = meet(std::move(after), follow(arm.steps, 0, set));
        }
        return after;
    }
    Known go(const Branch& branch, std::set<Index> set) {
        Known after = follow(branch.otherwise, 0, set);
        for (const Case& one : branch.cases) {
            read(one.condition, set);
            after = meet(std::move(after), follow(one.steps, 0, set));
        }
        return after;
    }
    Known go(const Pick& pick, std::set<Index> set) {
        Known after;
        for (const PickArm& arm : pick.arms)
            after = meet(std::move(after), follow(arm.steps, 0, set));
        return after;
    }
    Known go(const Let& let, std::set<Index> set) {
        read(let.value, set);
        set.insert(let.slot);
        return set;
    }
    Known go(const SetField& field, std::set<Index> set) {
        read(field.value, set);
        return set;
    }
    static Known go(const Tag&, std::set<Index> set) { return set; }
    static Known go(const Stop&, std::set<Index>) { return std::nullopt; }
    Known go(const Call& call, std::set<Index> set) {
        read(call.args, set);
        Known failed = follow(call.otherwise, 0, set);
        if (call.local != kNone) set.insert(call.local);
        return call.has_otherwise ? meet(std::move(failed), std::move(set)) : Known(std::move(set));
    }
    Known go(const Emit& emit, std::set<Index> set) {
        read(emit.args, set);
        return set;
    }
    Known go(const Run& run, std::set<Index> set) {
        read(run.args, set);
        return set;
    }
    Known go(const Repeat& repeat, std::set<Index> set) {
        // Its counter counts from zero for whoever comes into the middle.
        set.insert(repeat.counter);
        read(repeat.again, set);
        follow(repeat.steps, 0, set);
        return set;
    }
};

/// The way down to a step: every block with the place in it.
using Way = std::vector<std::pair<const Steps*, std::size_t>>;

bool find_label(const Steps& steps, const std::string& label, Way& way) {
    for (std::size_t i = 0; i < steps.size(); ++i) {
        way.push_back({&steps, i});
        if (steps[i].label == label) return true;
        bool found = false;
        each_inner(steps[i],
                   [&](const Steps& inner) { found = found || find_label(inner, label, way); });
        if (found) return true;
        way.pop_back();
    }
    return false;
}

std::set<Index> needed_from(const Way& way) {
    Needs needs;
    std::set<Index> set;
    for (auto at = way.rbegin(); at != way.rend(); ++at) {
        const bool outer = at != way.rbegin();
        const Step& here = (*at->first)[at->second];
        if (const auto* repeat = outer ? std::get_if<Repeat>(&here.act) : nullptr) {
            // From inside a round on to the next ones.
            set.insert(repeat->counter);
            needs.follow(repeat->steps, 0, set);
        }
        const auto after = needs.follow(*at->first, at->second + (outer ? 1 : 0), set);
        if (!after) break;
        set = *after;
    }
    return needs.needed;
}

/// What is certainly set on the way to a step of this version.
std::set<Index> set_before(const Way& way) {
    Needs ignored;
    std::set<Index> set;
    for (const auto& [block, index] : way) {
        std::optional<std::set<Index>> after = ignored.follow(*block, 0, index, set);
        if (!after) return set;
        set = std::move(*after);
    }
    return set;
}

class MigrationChecker {
  public:
    MigrationChecker(Context& cx, const ast::FromVersion& from, Span span, Journey& journey)
        : cx_(cx), from_(from), span_(span), journey_(journey) {}

    void run() {
        made_.span = span_;
        const std::int64_t version = from_.version.value;
        if (version < 1 || version >= journey_.version) {
            cx_.report(Diagnostic::error("J0603", "NOT AN OLDER VERSION", from_.version.span,
                                         "This is version " + std::to_string(journey_.version) +
                                             ", and people cannot come from version " +
                                             std::to_string(version) + ".")
                           .and_help("name the version they are in now"));
            return;
        }
        made_.from_version = static_cast<std::uint32_t>(version);
        for (const Migration& other : journey_.migrations) {
            if (other.from_version != made_.from_version) continue;
            cx_.report(Diagnostic::error("J0105", "SAID TWICE", span_,
                                         "This journey says twice what happens to people of "
                                         "version " +
                                             std::to_string(version) + ".")
                           .and_other(other.span, "first here")
                           .and_help("put all rows into one of them"));
            return;
        }
        for (const auto& row : from_.rows) {
            std::visit(Match{[&](const ast::MoveRow& move) { check_move(move); },
                             [&](const ast::OthersRow& others) { check_others(others); }},
                       row);
        }
        journey_.migrations.push_back(std::move(made_));
    }

  private:
    void check_others(const ast::OthersRow& others) {
        if (others_) {
            cx_.report(Diagnostic::error("J0105", "SAID TWICE", others.span,
                                         "Here `others` is said twice.")
                           .and_other(*others_, "first here")
                           .and_help("keep one of them"));
            return;
        }
        others_ = others.span;
        made_.others = others.rule == ast::OthersRule::stay   ? ir::Others::stay
                       : others.rule == ast::OthersRule::stop ? ir::Others::stop
                                                              : ir::Others::restart;
    }

    void check_move(const ast::MoveRow& move) {
        for (const Move& other : made_.moves) {
            if (other.from != move.from.text) continue;
            cx_.report(Diagnostic::error("J0105", "SAID TWICE", move.from.span,
                                         "People at " + tick(move.from.text) + " are moved twice.")
                           .and_other(other.from_span, "first here")
                           .and_help("keep one of them"));
            return;
        }
        Way way;
        if (!find_label(journey_.steps, move.to.text, way)) {
            std::vector<std::string> labels;
            each_step(journey_.steps, [&](const Step& step) {
                if (!step.label.empty()) labels.push_back(step.label);
            });
            Diagnostic diagnostic = Diagnostic::error(
                "J0603", "NOWHERE TO GO", move.to.span,
                tick(journey_.name) + " has no step called " + tick(move.to.text) + ".");
            diagnostic = with_near_names(std::move(diagnostic), move.to.text, move.to.span, labels);
            if (labels.empty()) {
                diagnostic.after =
                    "A step gets a name in front: `" + move.to.text + ": wait 2 days`";
            }
            cx_.report(std::move(diagnostic));
            return;
        }
        cx_.note("label", journey_.name, move.to.text, move.to.span);
        check_locals(move, way);
        made_.moves.push_back({move.from.text, move.to.text, move.from.span, move.to.span});
    }

    void check_locals(const ast::MoveRow& move, const Way& way) {
        std::set<Index> lacking = needed_from(way);
        Way before;
        if (find_label(journey_.steps, move.from.text, before)) {
            for (const Index local : set_before(before))
                lacking.erase(local);
        }
        if (lacking.empty()) return;
        std::vector<std::string> names;
        for (const Index local : lacking)
            names.push_back(tick(journey_.locals[local]));
        cx_.report(Diagnostic::error("J0603", "THEY DO NOT HAVE IT", move.to.span,
                                     "From " + tick(move.to.text) + " on this journey reads " +
                                         listed(names) + ", which people coming from version " +
                                         std::to_string(made_.from_version) + " may not have.")
                       .and_help("move them to the step that sets it, or set it again on the way"));
    }

    Context& cx_;
    const ast::FromVersion& from_;
    Span span_;
    Journey& journey_;
    Migration made_;
    std::optional<Span> others_;
};

}  // namespace

void check_migrations(Context& cx, const ast::JourneyDecl& decl, Journey& journey) {
    for (const ast::Head& head : decl.heads) {
        if (const auto* from = std::get_if<ast::FromVersion>(&head.what)) {
            MigrationChecker(cx, *from, head.span, journey).run();
        }
    }
}

}  // namespace journey::sema
