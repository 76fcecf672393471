#include "engine/plan/plan.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>
#include <span>

namespace journey::plan {
namespace {

const ir::Journey* journey_named(const ir::Program* program, std::string_view name) {
    if (program == nullptr) return nullptr;
    const ir::Index at = ir::find_named(program->journeys, name);
    return at == ir::kNone ? nullptr : &program->journeys[at];
}

bool has_step(const ir::Journey& journey, std::string_view step) {
    return std::any_of(journey.states.begin(), journey.states.end(),
                       [&](const ir::State& state) { return state.step == step; });
}

const ir::Migration* migration_from(const ir::Journey& journey, std::uint32_t version) {
    for (const ir::Migration& one : journey.migrations) {
        if (one.from_version == version) return &one;
    }
    return nullptr;
}

Fate fate_of(ir::Others others) {
    switch (others) {
        case ir::Others::stay:
            return Fate::stays;
        case ir::Others::stop:
            return Fate::stops;
        case ir::Others::restart:
            return Fate::restarts;
    }
    return Fate::stays;
}

/// What happens to people of `version` at `step` when `young` is published.
Group group_under(const ir::Journey& young, std::uint32_t version, const std::string& step,
                  std::uint64_t people) {
    Group group{version, step, people, Fate::stays, "", !has_step(young, step)};
    if (version == young.version) {
        group.fate = Fate::goes_on;
        return group;
    }
    const ir::Migration* migration = migration_from(young, version);
    if (migration == nullptr) return group;
    group.fate = fate_of(migration->others);
    for (const ir::Move& move : migration->moves) {
        if (move.from != step) continue;
        group.fate = Fate::moves;
        group.to = young.states[move.to].step;
    }
    return group;
}

/// Events' properties that a journey reads, as "event.property".
class Reads {
  public:
    Reads(const ir::Program& program, const ir::Journey& journey) : program_(program) {
        for (const ir::Trigger& trigger : journey.triggers) {
            const ir::Index event = ir::event_of(program, trigger);
            if (event == ir::kNone) continue;
            for (const std::string& field : journey.trigger_fields)
                names_.insert({program.events[event].name, field});
            if (const auto* on = std::get_if<ir::OnEvent>(&trigger)) {
                pattern(on->pattern);
                for (const ir::Pattern& one : on->unless)
                    pattern(one);
            }
            if (const auto* reach = std::get_if<ir::OnReach>(&trigger)) aggregate(reach->aggregate);
        }
        expr(journey.admit, ir::kNone);
        expr(journey.key, ir::kNone);
        for (const ir::Goal& goal : journey.goals)
            pattern(goal.pattern);
        for (const ir::Exit& exit : journey.exits) {
            pattern(exit.pattern);
            expr(exit.condition, ir::kNone);
        }
        for (const ir::State& state : journey.states)
            std::visit([this](const auto& act) { read(act); }, state.act);
    }
    bool has(const std::string& event, const std::string& field) const {
        return names_.count({event, field}) != 0;
    }

  private:
    void pattern(const ir::Pattern& it) { expr(it.filter, it.event); }
    void args(const std::vector<ir::NamedExpr>& all) {
        for (const ir::NamedExpr& one : all)
            expr(one.expr, ir::kNone);
    }
    void field(ir::Index event, ir::Index at) {
        if (event != ir::kNone && at != ir::kNone)
            names_.insert({program_.events[event].name, program_.events[event].fields[at].name});
    }
    void aggregate(ir::Index at) {
        const ir::Aggregate& it = program_.aggregates[at];
        field(it.event, it.field);
        expr(it.filter, it.event);
    }
    void expr(ir::Index at, ir::Index row) {
        if (at == ir::kNone || !seen_.insert({at, row}).second) return;
        const ir::Expr& it = program_.exprs[at];
        if (it.op == ir::Op::row_field) field(row, it.a);
        if (it.op == ir::Op::record_field) field(it.b, it.a);
        if (it.op == ir::Op::aggregate) aggregate(it.a);
        if (it.op == ir::Op::member) expr(program_.segments[it.a].expr, ir::kNone);
        for (ir::Index i = 0; i < it.count; ++i)
            expr(program_.operands[it.first + i], row);
    }
    void read(const ir::Send& it) {
        args(it.args);
        expr(it.to, ir::kNone);
        expr(it.validity.zone_from, ir::kNone);
    }
    void read(const ir::Test& it) { expr(it.condition, ir::kNone); }
    void read(const ir::Await& it) {
        std::visit(Match{[&](const ir::WaitFor& wait) { expr(wait.length, ir::kNone); },
                         [&](const ir::WaitUntil& until) {
                             expr(until.moment, ir::kNone);
                             expr(until.zone_from, ir::kNone);
                         }},
                   it.timer);
        for (const ir::WaitArm& arm : it.arms) {
            pattern(arm.pattern);
            expr(arm.condition, ir::kNone);
        }
    }
    void read(const ir::SetField& it) { expr(it.value, ir::kNone); }
    void read(const ir::SetLocal& it) { expr(it.value, ir::kNone); }
    void read(const ir::Call& it) { args(it.args); }
    void read(const ir::Emit& it) { args(it.args); }
    void read(const ir::Run& it) { args(it.args); }
    void read(const ir::Pick&) {}
    void read(const ir::Tag&) {}
    void read(const ir::End&) {}
    void read(const ir::Settle&) {}
    void read(const ir::OneOf& it) {
        if (it.best) pattern(it.best->comes);
    }

    const ir::Program& program_;
    std::set<std::pair<std::string, std::string>> names_;
    std::set<std::pair<ir::Index, ir::Index>> seen_;
};

const char* kind_in_words(ir::TypeKind kind) {
    switch (kind) {
        case ir::TypeKind::missing:
            return "nothing";
        case ir::TypeKind::boolean:
            return "yes or no";
        case ir::TypeKind::integer:
            return "a whole number";
        case ir::TypeKind::real:
            return "a number";
        case ir::TypeKind::text:
            return "text";
        case ir::TypeKind::duration:
            return "a duration";
        case ir::TypeKind::instant:
            return "a moment";
        case ir::TypeKind::date:
            return "a date";
        case ir::TypeKind::time_of_day:
            return "a time of day";
        case ir::TypeKind::zone:
            return "a time zone";
        case ir::TypeKind::money:
            return "money";
        case ir::TypeKind::choice:
            return "one of a few words";
        case ir::TypeKind::list:
            return "a list";
        case ir::TypeKind::map:
            return "a table";
        case ir::TypeKind::event:
            return "an event";
    }
    return "nothing";
}

class Comparison {
  public:
    Comparison(const ir::Program* before, const ir::Program& after, const Standing& standing,
               const std::map<std::string, Retire>& retire)
        : before_(before), after_(after), standing_(standing), retire_(retire) {}

    Plan run() {
        plan_.same_bytes = before_ != nullptr && ir::encode(*before_) == ir::encode(after_);
        for (const ir::Journey& journey : after_.journeys)
            add(journey_named(before_, journey.name), &journey);
        if (before_ != nullptr) {
            for (const ir::Journey& journey : before_->journeys) {
                if (journey_named(&after_, journey.name) == nullptr) add(&journey, nullptr);
            }
            compare_events();
            compare_holdouts();
        }
        compare_tables();
        for (const auto& [name, rule] : retire_) {
            const bool retired = std::any_of(
                plan_.journeys.begin(), plan_.journeys.end(), [&, &wanted = name](const auto& one) {
                    return one.kind == Kind::retired && one.name == wanted;
                });
            if (!retired) {
                remark("", true, name,
                       fmt::format("There is a rule for retiring `{}`, but this plan does not "
                                   "retire it.",
                                   name),
                       "Take the rule away, or the journey out of the project.");
            }
        }
        const auto rank = [](Kind kind) {
            return kind == Kind::changed   ? 0
                   : kind == Kind::created ? 1
                   : kind == Kind::retired ? 2
                                           : 3;
        };
        std::sort(plan_.journeys.begin(), plan_.journeys.end(),
                  [&](const JourneyPlan& a, const JourneyPlan& b) {
                      return std::pair(rank(a.kind), a.name) < std::pair(rank(b.kind), b.name);
                  });
        std::stable_sort(plan_.remarks.begin(), plan_.remarks.end(),
                         [](const Remark& a, const Remark& b) { return a.error && !b.error; });
        return std::move(plan_);
    }

  private:
    void remark(std::string code, bool error, const std::string& journey, std::string says,
                std::string help) {
        plan_.remarks.push_back(
            {std::move(code), error, journey, std::move(says), std::move(help)});
    }

    /// It is in no journey's meaning, and yet changes whom each of them writes to.
    void compare_holdouts() {
        const double was = before_->workspace.holdout;
        const double is = after_.workspace.holdout;
        if (was == is) return;
        remark("", false, "",
               fmt::format("The workspace's holdout was {:g}% and becomes {:g}%.", was * 100,
                           is * 100),
               is > was ? "Who is in it now stays in it, and more people get no marketing."
                        : "Some who are in it now get marketing from then on.");
    }

    void add(const ir::Journey* old, const ir::Journey* young) {
        JourneyPlan out;
        out.name = young != nullptr ? young->name : old->name;
        out.before = old != nullptr ? old->version : 0;
        out.after = young != nullptr ? young->version : 0;
        if (old == nullptr) {
            out.kind = Kind::created;
        } else if (young == nullptr) {
            out.kind = Kind::retired;
        } else if (ir::journey_hash(*before_, *old) != ir::journey_hash(after_, *young)) {
            out.kind = Kind::changed;
            out.changes = changes_between(*before_, *old, after_, *young);
            check_version(*old, *young, out.changes);
        } else if (old->version != young->version) {
            out.kind = Kind::changed;
        }
        add_groups(out, young);
        if (young != nullptr) check_groups(out, old, *young);
        plan_.journeys.push_back(std::move(out));
    }

    void add_groups(JourneyPlan& out, const ir::Journey* young) {
        const auto versions = standing_.find(out.name);
        if (versions == standing_.end()) return;
        const auto rule = retire_.find(out.name);
        for (const auto& [version, steps] : versions->second) {
            for (const auto& [step, people] : steps) {
                if (people == 0) continue;
                out.inside += people;
                Group group{version, step, people, Fate::undecided, "", true};
                if (young != nullptr) {
                    group = group_under(*young, version, step, people);
                } else if (rule != retire_.end()) {
                    group.fate = rule->second == Retire::stop ? Fate::stops : Fate::stays;
                }
                out.groups.push_back(std::move(group));
            }
        }
        if (young == nullptr && out.inside > 0 && rule == retire_.end()) {
            remark("", true, out.name,
                   fmt::format("`{}` is gone from the project; people inside it: {}.", out.name,
                               grouped(out.inside)),
                   fmt::format("Say what becomes of them: `--retire {0}=finish` lets them go "
                               "through to the end, `--retire {0}=stop` ends it for them now.",
                               out.name));
        }
    }

    void check_version(const ir::Journey& old, const ir::Journey& young,
                       const StepChanges& changes) {
        if (young.version > old.version) return;
        const std::size_t steps =
            changes.added.size() + changes.changed.size() + changes.removed.size();
        const std::string help = fmt::format("Make it `version {}`.", old.version + 1);
        if (young.version < old.version) {
            remark("J0601", true, young.name,
                   fmt::format("`{}` is version {} here, and version {} is published.", young.name,
                               young.version, old.version),
                   help);
        } else if (steps == 0) {
            remark("J0601", true, young.name,
                   fmt::format("`{}` means something else than the published version {}, and has "
                               "the same number.",
                               young.name, old.version),
                   help);
        } else {
            remark(
                "J0601", true, young.name,
                fmt::format(
                    fmt::runtime(steps == 1 ? "{} step of `{}` differs from the published version "
                                              "{}, and it has the same number."
                                            : "{} steps of `{}` differ from the published version "
                                              "{}, and it has the same number."),
                    steps, young.name, old.version),
                help);
        }
    }

    void check_groups(const JourneyPlan& out, const ir::Journey* old, const ir::Journey& young) {
        for (const Group& group : out.groups) {
            // Who is on an older version than the live one was told about when that was published.
            if (old == nullptr || group.version != old->version) continue;
            if (group.fate != Fate::stays || !group.gone || out.kind != Kind::changed) continue;
            remark(
                "J0602", false, young.name,
                fmt::format(
                    fmt::runtime(group.people == 1
                                     ? "{} person waits at `{}` of `{}`, which is gone, and "
                                       "finishes on version {} unless you move them."
                                     : "{} people wait at `{}` of `{}`, which is gone; they finish "
                                       "on version {} unless you move them."),
                    grouped(group.people), group.step, young.name, group.version),
                fmt::format("Say where they go: `from version {} {{ {} moves to STEP }}`.",
                            group.version, group.step));
        }
        if (old == nullptr) return;
        const ir::Migration* migration = migration_from(young, old->version);
        if (migration == nullptr) return;
        for (const ir::Move& move : migration->moves) {
            if (has_step(*old, move.from)) continue;
            std::vector<std::string> names;
            for (const ir::State& state : old->states)
                names.push_back(state.step);
            const auto near = did_you_mean(move.from, names);
            remark("J0603", true, young.name,
                   fmt::format("`{}` moves people from `{}`, and version {} has no such step.",
                               young.name, move.from, old->version),
                   near.empty() ? "Take the line away." : fmt::format("Write `{}`.", near.front()));
        }
    }

    void compare_events() {
        for (const ir::EventType& old : before_->events) {
            const ir::Index at = ir::find_named(after_.events, old.name);
            if (at == ir::kNone || old.builtin) continue;
            for (const ir::Field& was : old.fields) {
                const ir::Index field = ir::find_named(after_.events[at].fields, was.name);
                if (field == ir::kNone) continue;
                const ir::Field& is = after_.events[at].fields[field];
                if (is.type.kind != was.type.kind) check_field(old, was, is);
            }
        }
    }

    void compare_tables() {
        static const std::vector<ir::Catalogue> kNoTables;
        const auto& had = before_ == nullptr ? kNoTables : before_->catalogues;
        for (const ir::Catalogue& young : after_.catalogues) {
            const ir::Index at = ir::find_named(had, young.name);
            TablePlan table{young.name, Kind::created, count_of(young), 0, 0, false};
            if (at != ir::kNone) table = changes_of(had[at], young);
            if (table.kind != Kind::unchanged) plan_.tables.push_back(std::move(table));
        }
        for (const ir::Catalogue& old : had) {
            if (ir::find_named(after_.catalogues, old.name) == ir::kNone)
                plan_.tables.push_back({old.name, Kind::retired, 0, count_of(old), 0, false});
        }
        std::sort(plan_.tables.begin(), plan_.tables.end(),
                  [](const TablePlan& a, const TablePlan& b) { return a.name < b.name; });
    }

    static TablePlan changes_of(const ir::Catalogue& old, const ir::Catalogue& young) {
        const auto same_column = [](const ir::Field& a, const ir::Field& b) {
            return a.name == b.name && a.type == b.type;
        };
        TablePlan out{young.name, Kind::unchanged, 0, 0, 0, false};
        out.columns = old.key != young.key ||
                      !std::equal(old.columns.begin(), old.columns.end(), young.columns.begin(),
                                  young.columns.end(), same_column);
        std::map<std::string, std::span<const Value>> rows = rows_of(old);
        for (const auto& [key, row] : rows_of(young)) {
            const auto was = rows.find(key);
            if (was == rows.end()) {
                ++out.added;
                continue;
            }
            const bool same =
                std::equal(row.begin(), row.end(), was->second.begin(), was->second.end());
            out.changed += !out.columns && !same ? 1u : 0u;
            rows.erase(was);
        }
        out.removed = rows.size();
        if (out.columns || out.added + out.removed + out.changed > 0) out.kind = Kind::changed;
        return out;
    }

    static std::map<std::string, std::span<const Value>> rows_of(const ir::Catalogue& table) {
        std::map<std::string, std::span<const Value>> out;
        const std::size_t width = table.columns.size();
        for (std::size_t at = 0; at < table.cells.size(); at += width) {
            const std::span<const Value> row = std::span(table.cells).subspan(at, width);
            out.emplace(*row[table.key].as<std::string>(), row);
        }
        return out;
    }
    static std::uint64_t count_of(const ir::Catalogue& table) {
        return table.cells.size() / table.columns.size();
    }

    void check_field(const ir::EventType& event, const ir::Field& was, const ir::Field& is) {
        std::size_t readers = 0;
        std::uint64_t people = 0;
        for (const ir::Journey& journey : before_->journeys) {
            if (!Reads(*before_, journey).has(event.name, was.name)) continue;
            ++readers;
            for (const JourneyPlan& one : plan_.journeys)
                people += one.name == journey.name ? one.inside : 0;
        }
        if (readers == 0) return;
        remark("J0604", people > 0, "",
               fmt::format(
                   fmt::runtime(readers == 1
                                    ? "`{}` of `{}` was {} and is {} now; {} published journey "
                                      "reads it as it was, people inside: {}."
                                    : "`{}` of `{}` was {} and is {} now; {} published "
                                      "journeys read it as it was, people inside: {}."),
                   was.name, event.name, kind_in_words(was.type.kind), kind_in_words(is.type.kind),
                   readers, grouped(people)),
               "Give the new property another name, and take the old one away when nobody is left "
               "inside.");
    }

    const ir::Program* before_;
    const ir::Program& after_;
    const Standing& standing_;
    const std::map<std::string, Retire>& retire_;
    Plan plan_;
};

}  // namespace

std::size_t Plan::count(Kind kind) const {
    return static_cast<std::size_t>(
        std::count_if(journeys.begin(), journeys.end(),
                      [&](const JourneyPlan& one) { return one.kind == kind; }));
}

bool Plan::has_errors() const {
    return std::any_of(remarks.begin(), remarks.end(), [](const Remark& one) { return one.error; });
}

Plan compare(const ir::Program* before, const ir::Program& after, const Standing& standing,
             const std::map<std::string, Retire>& retire) {
    return Comparison(before, after, standing, retire).run();
}

std::optional<ir::Program> stopping_program(const ir::Program& before,
                                            const std::vector<std::string>& stopped,
                                            const Standing& standing) {
    if (stopped.empty()) return std::nullopt;
    ir::Program out = before;
    for (ir::Journey& journey : out.journeys) {
        if (std::find(stopped.begin(), stopped.end(), journey.name) == stopped.end()) continue;
        ir::Journey closed;
        closed.name = journey.name;
        closed.title = journey.title;
        closed.message_class = journey.message_class;
        closed.version = journey.version + 1;
        // Somebody may still run it until the next publication: they come in and are out again.
        closed.triggers.emplace_back(ir::OnCall{});
        closed.trigger_fields = journey.trigger_fields;
        closed.reentry = ir::Reentry::never;
        closed.states.push_back({ir::End{"retired"}, "retired", 0, "retired"});
        closed.start = 0;
        std::set<std::uint32_t> versions{journey.version};
        if (const auto inside = standing.find(journey.name); inside != standing.end()) {
            for (const auto& [version, steps] : inside->second)
                versions.insert(version);
        }
        for (const std::uint32_t version : versions)
            closed.migrations.push_back({version, {}, ir::Others::stop});
        journey = std::move(closed);
        journey.hash = ir::journey_hash(out, journey);
    }
    return out;
}

}  // namespace journey::plan
