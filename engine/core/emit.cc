// What a transition asks for beyond itself: an event of the same person (`emit`), an entry of
// another journey (`run`). They stand in line and happen right after the transition, in the same
// command, one after the other. A ring of journeys that call one another ends at kAskedMost; what
// is left then is counted and dropped.
//
// A ring that goes over a message, a call or a short wait takes many commands. Entries therefore
// know the chain they came by, whatever the link: an event, a call, or a segment that another
// entry's writing moved the person into. A chain that makes kChainMost entries within kChainTime
// makes no further one; that is counted, and told in the person's timeline.
#include "engine/core/machine.h"

namespace journey::core {
namespace {

constexpr std::size_t kAskedMost = 100;
constexpr std::uint32_t kChainMost = 100;
constexpr Micros kChainTime = std::chrono::hours(1);

Chain* chain_of(Acts& acts, std::uint32_t ordinal) {
    for (Chain& chain : acts.chains) {
        if (std::find(chain.entries.begin(), chain.entries.end(), ordinal) != chain.entries.end())
            return &chain;
    }
    return nullptr;
}

}  // namespace

std::optional<ir::Index> Machine::at(Person& person, Entry& entry, const ir::Emit& emit) {
    const LinkedProgram& program = linked(entry.program);
    const ir::EventType& type = program.program->events[emit.event];
    Asked asked;
    asked.program = entry.program;
    asked.event = emit.event;
    asked.values.resize(type.fields.size());
    const PersonFacts known = facts(person, entry);
    for (const ir::NamedExpr& arg : emit.args) {
        const ir::Index field = ir::find_named(type.fields, arg.name);
        if (field == ir::kNone) continue;
        Value value = known.evaluate(arg.expr);
        if (value.is_missing()) continue;
        bool fits = false;
        value = expr::coerce(value, type.fields[field].type, fits);
        if (fits) {
            asked.values[field] = std::move(value);
        } else {
            ++tally_.bad_properties;
        }
    }
    ask(person, entry, std::move(asked), type.name);
    took(person, entry);
    return emit.next;
}

std::optional<ir::Index> Machine::at(Person& person, Entry& entry, const ir::Run& run) {
    Asked asked;
    asked.program = entry.program;
    asked.journey = run.journey;
    const PersonFacts known = facts(person, entry);
    for (const ir::NamedExpr& arg : run.args) {
        Value value = known.evaluate(arg.expr);
        if (!value.is_missing()) asked.args.push_back({arg.name, std::move(value)});
    }
    ask(person, entry, std::move(asked), linked(entry.program).program->journeys[run.journey].name);
    took(person, entry);
    return run.next;
}

void Machine::ask(Person& person, const Entry& entry, Asked asked, const std::string& what) {
    if (asked_count_ >= kAskedMost) {
        ++acts_.dropped;
        if (asked_count_++ == kAskedMost)
            tell_circle(person, journey_of(entry).name, static_cast<std::uint32_t>(kAskedMost));
        return;
    }
    asked.by = entry.ordinal;
    ++asked_count_;
    const bool event = asked.event != ir::kNone;
    ++(event ? acts_.emitted : acts_.ran);
    if (Happening* happening =
            happens(event ? Happening::Kind::emitted : Happening::Kind::ran, person, entry)) {
        happening->detail = what;
    }
    asked_.push_back(std::move(asked));
}

bool Machine::do_next_asked(Person& person) {
    if (asked_.empty()) {
        asked_count_ = 0;
        return false;
    }
    Asked next = std::move(asked_.front());
    asked_.pop_front();
    const LinkedProgram& program = linked(next.program);
    cause_ = next.by;
    if (next.event != ir::kNone) {
        ++tally_.events;
        record_and_offer(person, program, next.event, std::move(next.values), now_, false);
        cause_ = 0;
        return true;
    }
    // Whoever comes in now comes into the journey as it is published now.
    const LinkedProgram* live = catalog_->live();
    const std::string& name = program.program->journeys[next.journey].name;
    const ir::Index target = ir::find_named(live->program->journeys, name);
    if (target != ir::kNone) enter_called(person, *live, target, next.args);
    cause_ = 0;
    return true;
}

bool Machine::may_follow(Person& person, const std::string& journey) {
    if (cause_ == 0) return true;
    Chain* chain = chain_of(person.acts(), cause_);
    if (chain == nullptr) return true;
    if (chain->since + kChainTime < now_) {
        chain->since = now_;
        chain->made = 0;
    }
    if (chain->made < kChainMost) return true;
    ++acts_.dropped;
    if (chain->made == kChainMost) {
        ++chain->made;  // told once
        tell_circle(person, journey, kChainMost);
    }
    return false;
}

void Machine::follow(Person& person, std::uint32_t ordinal) {
    if (cause_ == 0) return;
    Acts& acts = person.acts();
    Chain* chain = chain_of(acts, cause_);
    if (chain == nullptr) chain = &acts.chains.emplace_back(Chain{now_, 0, {cause_}});
    chain->entries.push_back(ordinal);
    ++chain->made;
}

// Entries that are over make nobody enter any more.
void Machine::forget_chains(Person& person) {
    Acts* acts = person.any_acts();
    if (acts == nullptr || acts->chains.empty()) return;
    for (Chain& chain : acts->chains) {
        std::erase_if(chain.entries, [&](std::uint32_t ordinal) {
            const Entry* entry = person.entry(ordinal);
            return entry == nullptr || entry->phase == Phase::watching;
        });
    }
    std::erase_if(acts->chains, [](const Chain& chain) { return chain.entries.empty(); });
    changed(person);
}

void Machine::tell_circle(Person& person, const std::string& journey, std::uint32_t made) {
    note(person, {ActNote::Kind::circle, now_, journey, {}, {}, made});
}

void Machine::enter_called(Person& person, const LinkedProgram& live, ir::Index target,
                           const Record& args) {
    const ir::Journey& journey = live.program->journeys[target];
    const bool callable =
        std::any_of(journey.triggers.begin(), journey.triggers.end(),
                    [](const ir::Trigger& one) { return std::holds_alternative<ir::OnCall>(one); });
    if (!callable) return;
    std::vector<Value> row;
    std::vector<ir::Index> columns;
    for (const std::string& name : journey.trigger_fields) {
        const Value* value = find(args, name);
        columns.push_back(static_cast<ir::Index>(row.size()));
        row.push_back(value == nullptr ? Value() : *value);
    }
    enter(person, live, target, {row, columns, now_});
}

}  // namespace journey::core
