// The life of a call, from its step to the answer:
//
//   asked    --Claim: go----------->  claimed  one POST leaves, its key the same at every attempt
//   asked    --Claim: stopped------>  held     by a pause or the kill switch, until a resume
//   asked    --Claim: entry over--->  gone
//   asked    --Claim: no connector->  failed
//   claimed  --accepted------------>  answered when the answer reads as the webhook `gives`, else
//                                     failed
//   claimed  --retry--------------->  asked    after a backoff; failed when the webhook's retries
//                                     are used up, or a day after the first attempt
//   claimed  --lost---------------->  asked    soon, by the same key; no failure of the webhook's
//   claimed  --not started--------->  asked    at once
//   claimed  --anything else------->  failed
//
// Then the entry goes on, at `next` or at `failed`. None of the gates of messages are asked: no
// consent, no frequency, no quiet hours.
#include "engine/core/machine.h"

namespace journey::core {
namespace {

using model::ObservationKind;

constexpr Micros kBackoffFirst = std::chrono::seconds(1);
constexpr Micros kBackoffMax = std::chrono::hours(1);
constexpr Micros kTryAtMost = std::chrono::hours(24);
constexpr std::size_t kNotesMost = 200;

const ir::Call& act_of(const LinkedProgram& linked, const PendingCall& call) {
    return std::get<ir::Call>(linked.program->journeys[call.journey].states[call.state].act);
}

const ir::Webhook& webhook_of(const LinkedProgram& linked, const PendingCall& call) {
    return linked.program->webhooks[act_of(linked, call).webhook];
}

struct Answer {
    Record gives;
    std::string problem;  // "": it reads as the webhook promises
};

Answer read_answer(const ir::Webhook& webhook, std::string_view bytes) {
    Answer out;
    if (webhook.gives.empty()) return out;
    if (bytes.size() >= kAnswerMost) {
        out.problem = "the answer is longer than 64 KiB";
        return out;
    }
    const Result<Value> read = value_from_json(bytes);
    const Record* object = read ? read.value().as<Record>() : nullptr;
    if (object == nullptr) {
        out.problem = "the answer is not a JSON object";
        return out;
    }
    for (const ir::Field& field : webhook.gives) {
        const Value* found = find(*object, field.name);
        bool fits = true;
        Value value = found == nullptr || found->is_missing()
                          ? Value()
                          : expr::coerce(*found, field.type, fits);
        if (!fits && field.required) {
            out.problem = "`" + field.name + "` of the answer has the wrong type";
            return out;
        }
        if (!fits || value.is_missing()) value = field.fallback.value_or(Value());
        if (value.is_missing() && field.required) {
            out.problem = "the answer has no `" + field.name + "`";
            return out;
        }
        if (!value.is_missing()) out.gives.push_back({field.name, std::move(value)});
    }
    return out;
}

// Up to a quarter more, the same in every replay.
Micros with_jitter(Micros wait, const PendingCall& call) {
    const std::string_view key(reinterpret_cast<const char*>(call.key.bytes.data()), 16);
    const auto share = static_cast<std::int64_t>(hash64(key, call.attempt) % 251);
    return wait + Micros(wait.count() / 1000 * share);
}

}  // namespace

std::uint16_t Machine::visit_of(Entry& entry) {
    if (!linked_of(entry).states[entry.state].repeats) return 1;
    auto* found = std::find_if(entry.visits.begin(), entry.visits.end(),
                               [&](const StateVisit& one) { return one.state == entry.state; });
    if (found != entry.visits.end()) return ++found->count;
    entry.visits.push_back({entry.state, 1});
    return 1;
}

std::optional<ir::Index> Machine::at(Person& person, Entry& entry, const ir::Call& call) {
    const LinkedProgram& program = linked(entry.program);
    PendingCall made;
    made.entry = entry.id;
    made.program = entry.program;
    made.journey = entry.journey;
    made.state = entry.state;
    made.planned_at = now_;
    made.key = model::message_key_of({program.program->workspace.name, journey_of(entry).name,
                                      entry.id, state_of(entry).step, visit_of(entry),
                                      call_lane(program.program->webhooks[call.webhook].name)});
    const PersonFacts asked = facts(person, entry);
    for (const ir::NamedExpr& arg : call.args) {
        Value value = asked.evaluate(arg.expr);
        if (!value.is_missing()) made.args.push_back({arg.name, std::move(value)});
    }
    rest(person, entry, Phase::calling);
    PendingCall& planned = person.acts().calls.emplace_back(std::move(made));
    ask_again(person, planned);
    return std::nullopt;
}

void Machine::ask_again(Person& person, PendingCall& call) {
    const LinkedProgram& program = linked(call.program);
    call.ready = true;
    call.claimed = false;
    call.held = false;
    call.due = kNever;
    changed(person);
    effects_->ready.push_back({call.key, person.id, call_lane(webhook_of(program, call).name),
                               call.attempt, program.program->journeys[call.journey].priority});
}

void Machine::claim_call(Person& person, PendingCall& call, const model::Claim& claim) {
    if (!call.ready || call.claimed || call.attempt != claim.attempt) return;
    const LinkedProgram& program = linked(call.program);
    const ir::Journey& journey = program.program->journeys[call.journey];
    const ir::Webhook& webhook = webhook_of(program, call);
    call.ready = false;
    changed(person);
    if (catalog_->stopped("") || catalog_->stopped(journey.name)) {
        call.held = true;
        parked_.insert(person.id);
        return;
    }
    if (!claim.connector_ready) {
        return end_call(person, call.key, {}, "this journeyd was started without its webhooks");
    }
    call.claimed = true;
    if (call.first_claim == kNever) call.first_claim = now_;
    StartAttempt start;
    start.key = call.key;
    start.person = person.id;
    start.attempt = call.attempt;
    start.channel = call_lane(webhook.name);
    start.external_id = person.external_id;
    start.program = program.program;
    start.webhook = act_of(program, call).webhook;
    start.data = call.args;
    start.journey = journey.name;
    start.step = journey.states[call.state].step;
    start.entry = call.entry;
    start.message_class = ir::MessageClass::transactional;
    if (Happening* happening = happens(Happening::Kind::called, person)) {
        happening->entry = call.entry;
        happening->journey = journey.name;
        happening->step = start.step;
        happening->webhook = webhook.name;
        happening->data = call.args;
    }
    effects_->attempts.push_back(std::move(start));
}

void Machine::on(const model::Command& command, const model::Answered& answered) {
    Person* person = reach(command, false);
    if (person == nullptr) return;
    answer_call(*person, answered.key, answered.attempt, answered.observation);
    finish_command(*person);
}

void Machine::answer_call(Person& person, const model::MessageKey& key, std::uint32_t attempt,
                          const model::Observation& seen) {
    PendingCall* call = person.call(key);
    if (call == nullptr || !call->claimed || call->attempt != attempt) return;
    switch (seen.kind) {
        case ObservationKind::accepted: {
            auto answer = read_answer(webhook_of(linked(call->program), *call), seen.answer);
            return end_call(person, key, std::move(answer.gives), std::move(answer.problem));
        }
        case ObservationKind::retry:
        case ObservationKind::lost:
            return retry_call(person, *call, seen);
        case ObservationKind::not_started:
            ++call->attempt;
            return ask_again(person, *call);
        case ObservationKind::rejected:
        case ObservationKind::pause:
        case ObservationKind::unknown:
        case ObservationKind::pretended:
        case ObservationKind::withheld:
            return end_call(person, key, {},
                            seen.reason.empty() ? std::string("it refused") : seen.reason);
    }
}

void Machine::retry_call(Person& person, PendingCall& call, const model::Observation& seen) {
    // An answer that was lost with the daemon says nothing about the webhook.
    const bool failed = seen.kind == ObservationKind::retry;
    Micros wait = kBackoffFirst;
    for (std::uint32_t i = 0; failed && i < call.failures && wait < kBackoffMax; ++i)
        wait *= 2;
    wait = std::max(with_jitter(std::min(wait, kBackoffMax), call), seen.retry_after);
    if (failed) ++call.failures;
    const bool over = person.entry(call.entry) == nullptr ||
                      call.failures > webhook_of(linked(call.program), call).retries ||
                      now_ + wait > call.first_claim + kTryAtMost;
    if (over) return end_call(person, call.key, {}, seen.reason);
    call.claimed = false;
    ++call.attempt;
    call.due = now_ + wait;
    changed(person);
}

void Machine::end_call(Person& person, const model::MessageKey& key, Record gives,
                       std::string problem) {
    std::vector<PendingCall>& calls = person.acts().calls;
    const auto found = std::find_if(calls.begin(), calls.end(),
                                    [&](const PendingCall& one) { return one.key == key; });
    ENSURE(found != calls.end(), "ended a call that is not open");
    const PendingCall call = std::move(*found);
    calls.erase(found);
    const LinkedProgram& program = linked(call.program);
    const ir::Journey& journey = program.program->journeys[call.journey];
    const ir::Webhook& webhook = webhook_of(program, call);
    const ir::Call& act = act_of(program, call);
    const bool answered = problem.empty();
    if (Happening* happening =
            happens(answered ? Happening::Kind::answered : Happening::Kind::call_failed, person)) {
        happening->entry = call.entry;
        happening->journey = journey.name;
        happening->step = journey.states[call.state].step;
        happening->webhook = webhook.name;
        happening->detail = problem;
        happening->data = gives;
    }
    note(person, {answered ? ActNote::Kind::called : ActNote::Kind::call_failed, now_, journey.name,
                  webhook.name, std::move(problem), call.attempt});
    Entry* entry = person.entry(call.entry);
    if (entry == nullptr || entry->phase != Phase::calling || entry->program != call.program ||
        entry->state != call.state) {
        return;
    }
    if (answered && act.local != ir::kNone) set_local(*entry, act.local, Value(std::move(gives)));
    took(person, *entry, answered ? 0 : 1);
    go_on_from(person, *entry, answered ? act.next : act.failed, answered);
}

void Machine::drop_calls(Person& person, model::EntryId entry) {
    Acts* acts = person.any_acts();
    if (acts == nullptr) return;
    std::erase_if(acts->calls, [&](const PendingCall& one) {
        return one.entry == entry && !one.claimed;  // of what has left, the answer is still noted
    });
}

void Machine::note(Person& person, ActNote made) {
    std::vector<ActNote>& notes = person.acts().notes;
    std::erase_if(notes, [&](const ActNote& one) { return one.at < now_ - kRetention; });
    if (notes.size() >= kNotesMost) notes.erase(notes.begin());
    notes.push_back(std::move(made));
    changed(person);
}

void Machine::set_local(Entry& entry, ir::Index local, Value value) {
    const std::size_t index = journey_of(entry).trigger_fields.size() + local;
    while (entry.values.size() <= index)
        entry.values.push_back(Value());
    entry.values[index] = std::move(value);
}

std::string call_lane(std::string_view webhook) {
    return std::string(kCallLane) + std::string(webhook);
}

}  // namespace journey::core
