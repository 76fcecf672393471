// What a message needs of others' HTTP interfaces before it goes, one fetch after the other:
//
//   lacking  --Claim: go------------->  asked     one GET leaves; the message itself goes on waiting
//   lacking  --Claim: hold, skip----->  as any message: nothing is asked for what does not go
//   lacking  --Claim: no connector--->  failed
//   asked    --answered, JSON-------->  answered
//   asked    --lost, not started----->  lacking   asked for again at once: nothing came of it
//   asked    --anything else--------->  failed    the message is skipped, or shows nothing there
//
// With nothing lacking the message asks for a Claim of its own channel. Its first grant takes the
// answers into what is sent, so that every attempt says the same. Until then what came a while ago
// is asked for anew.
#include "engine/core/machine.h"

namespace journey::core {
namespace {

using model::ObservationKind;

// A message that was held meanwhile shows what is so now.
constexpr Micros kFreshFor = std::chrono::minutes(10);

const ir::Send& send_of(const ir::Program& program, const Message& message) {
    return std::get<ir::Send>(program.journeys[message.journey].states[message.state].act);
}

const ir::Template& template_of(const ir::Program& program, const Message& message) {
    return program.templates[send_of(program, message).message_template];
}

/// The answer, or in `problem` why it is none.
Value read_answer(const std::string& bytes, std::string& problem) {
    if (bytes.size() >= kAnswerMost) {
        problem = "the answer is longer than 64 KiB";
        return {};
    }
    Result<Value> read = value_from_json(bytes);
    if (!read) {
        problem = "the answer is not JSON";
        return {};
    }
    return std::move(read).value();
}

std::uint32_t millis_of(Micros took) {
    return static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(took.count() / 1000, 0, std::int64_t{0xffffffff}));
}

}  // namespace

ir::Index Machine::lacking(const Person& person, const Intent& intent) const {
    if (intent.frozen) return ir::kNone;
    const auto& fetches = template_of(*linked(intent.message.program).program, intent.message);
    const Acts* acts = person.any_acts();
    for (const ir::Index fetch : fetches.fetches) {
        const auto is_it = [&](const PendingFetch& one) {
            return one.key == intent.message.key && one.fetch == fetch && !one.asked;
        };
        if (acts == nullptr || std::none_of(acts->fetches.begin(), acts->fetches.end(), is_it))
            return fetch;
    }
    return ir::kNone;
}

void Machine::start_fetch(Person& person, Intent& intent, ir::Index fetch, bool connector_ready) {
    if (!connector_ready) {
        return fail_fetch(person, intent, fetch, "this journeyd was started without its fetches",
                          Micros{0});
    }
    const Message& message = intent.message;
    const ir::Program& program = *linked(message.program).program;
    const ir::Journey& journey = program.journeys[message.journey];
    // Its Claim is not answered before everything is here.
    intent.ready = true;
    PendingFetch& asked = person.acts().fetches.emplace_back();
    asked.key = message.key;
    asked.fetch = fetch;
    asked.asked = true;
    asked.at = now_;
    changed(person);
    StartAttempt start;
    start.key = message.key;
    start.person = person.id;
    start.attempt = intent.attempt;
    start.channel = fetch_lane(program.fetches[fetch].name);
    start.external_id = person.external_id;
    start.program = linked(message.program).program;
    start.message_template = send_of(program, message).message_template;
    start.fetch = fetch;
    variables(person, intent, &start.data);
    start.journey = journey.name;
    start.step = journey.states[message.state].step;
    start.entry = message.entry;
    start.message_class = message.message_class;
    effects_->attempts.push_back(std::move(start));
}

void Machine::on(const model::Command& command, const model::Fetched& fetched) {
    Person* person = reach(command, false);
    if (person == nullptr) return;
    answer_fetch(*person, fetched);
    finish_command(*person);
}

bool Machine::answer_fetch(Person& person, const model::Fetched& fetched) {
    const PendingFetch* asked = person.asked_fetch(fetched.key);
    Intent* intent = asked == nullptr ? nullptr : person.intent(fetched.key);
    if (intent == nullptr || intent->attempt != fetched.attempt) return false;
    const ir::Index fetch = asked->fetch;
    const ir::Program& program = *linked(intent->message.program).program;
    std::erase_if(person.acts().fetches,
                  [&](const PendingFetch& one) { return one.asked && one.key == fetched.key; });
    ++intent->attempt;
    changed(person);
    const model::Observation& seen = fetched.observation;
    // Unknown is said after a stop alone, where nobody fetches any more: the next Claim says so.
    if (seen.kind == ObservationKind::lost || seen.kind == ObservationKind::not_started ||
        seen.kind == ObservationKind::unknown) {
        make_ready(person, *intent);
        return true;
    }
    std::string problem;
    Value answer;
    if (seen.kind == ObservationKind::accepted) {
        answer = read_answer(seen.answer, problem);
    } else if (seen.kind != ObservationKind::pretended) {
        problem = seen.reason.empty() ? std::string("it refused") : seen.reason;
    }
    if (!problem.empty()) {
        fail_fetch(person, *intent, fetch, std::move(problem), fetched.took);
        return true;
    }
    const Message& message = intent->message;
    const std::string& journey = program.journeys[message.journey].name;
    const std::string& name = program.fetches[fetch].name;
    if (Happening* happening = happens(Happening::Kind::fetched, person, message)) {
        happening->webhook = name;
        happening->data = {{"answer", answer}};
    }
    note(person, {ActNote::Kind::fetched, now_, journey, name, fetched.cached ? "cached" : "",
                  millis_of(fetched.took)});
    person.acts().fetches.push_back({fetched.key, fetch, false, now_, std::move(answer)});
    make_ready(person, *intent);
    return true;
}

void Machine::fail_fetch(Person& person, Intent& intent, ir::Index fetch, std::string problem,
                         Micros took) {
    const Message& message = intent.message;
    const ir::Program& program = *linked(message.program).program;
    const ir::Fetch& declared = program.fetches[fetch];
    if (Happening* happening = happens(Happening::Kind::fetch_failed, person, message)) {
        happening->webhook = declared.name;
        happening->detail = problem;
    }
    note(person, {ActNote::Kind::fetch_failed, now_, program.journeys[message.journey].name,
                  declared.name, problem, millis_of(took)});
    if (declared.if_fails == ir::Fetch::IfFails::skip) {
        const model::MessageKey key = message.key;
        return close(person, key, model::MessageStatus::skipped, model::Reason::fetch_failed,
                     declared.name + ": " + problem);
    }
    person.acts().fetches.push_back({message.key, fetch, false, now_, Value()});
    make_ready(person, intent);
}

void Machine::take_fetched(Person& person, const Intent& intent, Record& data) {
    const ir::Program& program = *linked(intent.message.program).program;
    const ir::Template& text = template_of(program, intent.message);
    if (text.fetches.empty()) return;
    Record answers;
    for (PendingFetch& one : person.acts().fetches) {
        if (one.key == intent.message.key && !one.answer.is_missing())
            answers.push_back({program.fetches[one.fetch].name, std::move(one.answer)});
    }
    put(data, "fetch", Value(std::move(answers)));
    forget_fetches(person, intent.message.key);
}

void Machine::forget_fetches(Person& person, const model::MessageKey& key) {
    Acts* acts = person.any_acts();
    if (acts == nullptr) return;
    std::erase_if(acts->fetches, [&](const PendingFetch& one) { return one.key == key; });
}

void Machine::forget_stale(Person& person, const Intent& intent) {
    Acts* acts = person.any_acts();
    if (acts == nullptr) return;
    std::erase_if(acts->fetches, [&](const PendingFetch& one) {
        return one.key == intent.message.key && !one.asked && one.at + kFreshFor < now_;
    });
}

std::string fetch_lane(std::string_view fetch) {
    return std::string(kFetchLane) + std::string(fetch);
}

}  // namespace journey::core
