// A part of a journey is compared by the hash of a journey that has nothing but that part: what is
// numbered in the program is written by name there, so that two compilations can be compared.
#include "engine/plan/plan.h"

#include <algorithm>
#include <set>

namespace journey::plan {
namespace {

using Hashes = std::map<std::string, std::vector<Sha256>>;

/// Only what hashes of parts cannot do without: names of fields and locals.
ir::Journey bare(const ir::Journey& journey) {
    ir::Journey out;
    out.name = journey.name;
    out.trigger_fields = journey.trigger_fields;
    out.locals = journey.locals;
    out.states.push_back({ir::End{}, "", 0, ""});
    out.start = 0;
    return out;
}

struct TargetsToEnd {
    void operator()(ir::Send& it) const { it.next = 1; }
    void operator()(ir::Test& it) const { it.if_true = it.if_false = 1; }
    void operator()(ir::Pick& it) const {
        if (it.holdout_target != ir::kNone) it.holdout_target = 1;
        if (it.rest_target != ir::kNone) it.rest_target = 1;
        for (ir::Arm& arm : it.arms)
            arm.target = 1;
    }
    void operator()(ir::Await& it) const {
        it.timeout = 1;
        for (ir::WaitArm& arm : it.arms)
            arm.target = 1;
    }
    void operator()(ir::SetField& it) const { it.next = 1; }
    void operator()(ir::SetLocal& it) const { it.next = 1; }
    void operator()(ir::Tag& it) const { it.next = 1; }
    void operator()(ir::End&) const {}
    void operator()(ir::Settle& it) const {
        for (ir::Index& target : it.targets)
            target = 1;
    }
    void operator()(ir::Call& it) const { it.next = it.failed = 1; }
    void operator()(ir::Emit& it) const { it.next = 1; }
    void operator()(ir::Run& it) const { it.next = 1; }
    void operator()(ir::OneOf& it) const {
        for (ir::Index& target : it.sends)
            target = 1;
        it.next = 1;
    }
};

/// What each step does, wherever it leads. A plain end is no step of the author's.
Hashes steps_of(const ir::Program& program, const ir::Journey& journey) {
    Hashes out;
    for (const ir::State& state : journey.states) {
        const auto* end = std::get_if<ir::End>(&state.act);
        if (end != nullptr && end->reason == "finished") continue;
        ir::Journey part = bare(journey);
        if (std::holds_alternative<ir::Settle>(state.act)) part.winners = journey.winners;
        part.states.insert(part.states.begin(), state);
        std::visit(TargetsToEnd{}, part.states.front().act);
        out[state.step].push_back(ir::journey_hash(program, part));
    }
    for (auto& [name, hashes] : out)
        std::sort(hashes.begin(), hashes.end());
    return out;
}

// "wait_3", "welcome.wait_1": ids the compiler makes where the author gave no label. They move when
// something is put before them.
bool is_derived(std::string_view step) {
    const std::size_t last = step.find_last_not_of("0123456789");
    return last != std::string_view::npos && last + 1 < step.size() && step[last] == '_';
}

void forget_renumbered(Hashes& old, Hashes& young) {
    for (auto at = old.begin(); at != old.end();) {
        const auto found = std::find_if(young.begin(), young.end(), [&](const auto& one) {
            return is_derived(at->first) && is_derived(one.first) && one.second == at->second;
        });
        if (found == young.end()) {
            ++at;
        } else {
            young.erase(found);
            at = old.erase(at);
        }
    }
}

struct HeadPart {
    const char* name;
    void (*take)(ir::Journey& part, const ir::Journey& journey);
};

constexpr HeadPart kHead[] = {
    {"who enters", [](ir::Journey& part, const ir::Journey& it) { part.triggers = it.triggers; }},
    {"only if",
     [](ir::Journey& part, const ir::Journey& it) {
         part.admit = it.admit;
         part.key = it.key;
     }},
    {"how often one may enter",
     [](ir::Journey& part, const ir::Journey& it) {
         part.reentry = it.reentry;
         part.reentry_after = it.reentry_after;
         part.reentry_per = it.reentry_per;
         part.overlap = it.overlap;
     }},
    {"goals", [](ir::Journey& part, const ir::Journey& it) { part.goals = it.goals; }},
    {"exits", [](ir::Journey& part, const ir::Journey& it) { part.exits = it.exits; }},
    {"winners", [](ir::Journey& part, const ir::Journey& it) { part.winners = it.winners; }},
    {"frequency", [](ir::Journey& part, const ir::Journey& it) { part.frequency = it.frequency; }},
    {"quiet hours", [](ir::Journey& part, const ir::Journey& it) { part.quiet = it.quiet; }},
    {"when it expires",
     [](ir::Journey& part, const ir::Journey& it) { part.lifetime = it.lifetime; }},
    {"the time zone", [](ir::Journey& part, const ir::Journey& it) { part.zone = it.zone; }},
    {"priority", [](ir::Journey& part, const ir::Journey& it) { part.priority = it.priority; }},
    {"the rate",
     [](ir::Journey& part, const ir::Journey& it) {
         part.rate_count = it.rate_count;
         part.rate_seconds = it.rate_seconds;
     }},
    {"the kind of message",
     [](ir::Journey& part, const ir::Journey& it) { part.message_class = it.message_class; }},
};

Sha256 head_hash(const ir::Program& program, const ir::Journey& journey, const HeadPart& head) {
    ir::Journey part = bare(journey);
    head.take(part, journey);
    return ir::journey_hash(program, part);
}

}  // namespace

StepChanges changes_between(const ir::Program& before, const ir::Journey& old,
                            const ir::Program& after, const ir::Journey& young) {
    StepChanges out;
    if (before.workspace.zone != after.workspace.zone ||
        before.workspace.week_starts != after.workspace.week_starts) {
        out.head.emplace_back("the workspace's zone or week");
        // It is in every hash: nothing else can be told apart.
        return out;
    }
    for (const HeadPart& part : kHead) {
        if (head_hash(before, old, part) != head_hash(after, young, part))
            out.head.emplace_back(part.name);
    }
    Hashes had = steps_of(before, old);
    Hashes has = steps_of(after, young);
    for (auto at = had.begin(); at != had.end();) {
        const auto found = has.find(at->first);
        if (found == has.end() || found->second != at->second) {
            ++at;
            continue;
        }
        has.erase(found);
        at = had.erase(at);
    }
    forget_renumbered(had, has);
    for (const auto& [name, hashes] : had)
        (has.count(name) != 0 ? out.changed : out.removed).push_back(name);
    for (const auto& [name, hashes] : has) {
        if (had.count(name) == 0) out.added.push_back(name);
    }
    out.order = out.empty() && ir::journey_hash(before, old) != ir::journey_hash(after, young);
    return out;
}

}  // namespace journey::plan
