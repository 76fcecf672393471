// A journey at a rate of its own (`rate 100 per hour`): its marketing messages take turns, one a step
// (an hour / 100). A rate is one for the whole store, and a partition asks nobody:
//
//   steps under 0.1 s   turns are moments of a grid: the n-th partition has every 64th or so of them,
//                       shifted by n. Nothing is asked, and nobody waits longer than a few seconds
//                       for want of a turn that another partition lets pass.
//   longer ones         who may go queues here, and the partition asks for as many turns as wait, up
//                       to a few (LessonCounts). The runtime puts together what all ask for, and the
//                       Learned that follows deals out the next free turns, one each in the order of
//                       partitions until all have theirs: so each partition knows its own and which
//                       one is free next. Who asks while nothing else waits goes at once.
//
// A turn is taken once or not at all, at its moment or up to max(step, 5 s) later, so that no stretch
// of time sees more than (stretch + max(step, 5 s)) / step + 1 messages. What is later than that,
// because nothing ran, asks for another turn. All of it hangs on commands alone; who queues is known
// from the people, the rest is stored with the partition.
#include "engine/core/machine.h"

#include <charconv>

namespace journey::core {
namespace {

using model::Reason;

constexpr std::string_view kTurns = "turn:";
constexpr Micros kGridBelow = std::chrono::milliseconds(100);
constexpr Micros kLateLeast = std::chrono::seconds(5);
/// A partition asks for so many at once. More would be unused when messages that wait are dropped.
constexpr std::uint64_t kTurnsAtOnce = 4;

const ir::Journey& journey_of(const LinkedProgram& linked, const Message& message) {
    return linked.program->journeys[message.journey];
}

std::string text_of_rate(const ir::Journey& journey) {
    return std::to_string(journey.rate_count) + " in " +
           format_duration({0, 0, journey.rate_seconds});
}

std::string time_of(Instant turn, const LinkedProgram& linked) {
    return format_time_of_day(calendar::to_local(turn, *linked.workspace_zone).time);
}

rules::Verdict too_late(std::string saw) {
    return {rules::Decision::skip, Reason::not_valid_anymore, {}, std::move(saw)};
}

struct Subject {
    Micros step{};
    std::string journey;
};

std::string subject_of(const Subject& subject) {
    return std::string(kTurns) + std::to_string(subject.step.count()) + ":" + subject.journey;
}

std::optional<Subject> read_subject(std::string_view text) {
    if (text.rfind(kTurns, 0) != 0) return std::nullopt;
    text.remove_prefix(kTurns.size());
    std::int64_t step = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), step);
    if (problem != std::errc() || step <= 0 || end == text.data() + text.size() || *end != ':')
        return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
    return Subject{Micros{step}, std::string(text)};
}

}  // namespace

bool is_about_turns(const model::Learned& learned) {
    return learned.subject.rfind(kTurns, 0) == 0;
}

bool waits_for_turn(const Intent& intent) {
    const Message& message = intent.message;
    return message.status == model::MessageStatus::planned && !intent.ready &&
           message.reason == Reason::journey_rate && intent.due == intent.valid_until;
}

Micros Machine::turn_step(const Message& message) const {
    const ir::Journey& journey = core::journey_of(linked(message.program), message);
    if (journey.rate_count == 0) return {};
    const std::int64_t all = Micros(std::chrono::seconds(journey.rate_seconds)).count();
    return Micros{(all + journey.rate_count - 1) / journey.rate_count};
}

std::optional<rules::Verdict> Machine::wait_for_turn(const Intent& intent) {
    const Message& message = intent.message;
    const Micros step = turn_step(message);
    if (step == Micros{} || message.message_class != ir::MessageClass::marketing || intent.frozen)
        return std::nullopt;
    if (step < kGridBelow) return wait_for_grid(intent, step);
    const LinkedProgram& program = linked(message.program);
    const ir::Journey& journey = core::journey_of(program, message);
    TurnQueue& queue = turn_queues_[journey.name];
    if (const auto come = queue.come.extract(message.key);
        !come.empty() && !is_missed(come.mapped(), step)) {
        return std::nullopt;
    }
    const Instant earliest = std::max(now_, queue.given.empty() ? queue.free : queue.given.front());
    if (earliest >= intent.valid_until) {
        return too_late(text_of_rate(journey) + ": its turn would be at " +
                        time_of(earliest, program) + " or later");
    }
    return rules::Verdict{rules::Decision::hold, Reason::journey_rate, kNever,
                          text_of_rate(journey)};
}

std::optional<rules::Verdict> Machine::wait_for_grid(const Intent& intent, Micros step) {
    const Message& message = intent.message;
    const LinkedProgram& program = linked(message.program);
    const ir::Journey& journey = core::journey_of(program, message);
    const Micros between = step * options_.partitions;
    Turns& turns = turns_[program.journeys[message.journey].number];
    // Those whose turns passed while nothing ran are not sent all at once.
    const bool crowded = turns.last != Instant::min() && now_ < turns.last + between / 2;
    if (message.reason == Reason::journey_rate && !crowded) {
        turns.last = now_;
        turns.next = std::max(turns.next, now_ + Micros{1});
        return std::nullopt;
    }
    const Instant earliest = std::max(now_, turns.next);
    const Instant first{step * id_.number};
    const std::int64_t passed = std::max<std::int64_t>(0, (earliest - first).count());
    const Instant turn = first + between * ((passed + between.count() - 1) / between.count());
    const std::string rate = text_of_rate(journey);
    if (turn >= intent.valid_until)
        return too_late(rate + ": its turn would be at " + time_of(turn, program));
    turns.next = turn + Micros{1};
    if (turn == now_) {
        turns.last = now_;
        return std::nullopt;
    }
    return rules::Verdict{rules::Decision::hold, Reason::journey_rate, turn,
                          rate + ": its turn is at " + time_of(turn, program)};
}

// ---------------------------------------------------------------- who waits

Machine::TurnQueue& Machine::turns_of(const Message& message) {
    return turn_queues_[core::journey_of(linked(message.program), message).name];
}

Machine::AtTurns Machine::place_at_turns(const Person& person, const Message& message) {
    return {message.planned_at, person.id, message.key};
}

void Machine::queue_for_turn(Person& person, Intent& intent) {
    const Message& message = intent.message;
    intent.due = intent.valid_until;
    TurnQueue& queue = turns_of(message);
    queue.step = turn_step(message);
    queue.waiting.insert(place_at_turns(person, message));
    ask_for_turns(queue);
}

void Machine::leave_turns(const Person& person, const Intent& intent) {
    const Message& message = intent.message;
    if (message.reason != Reason::journey_rate) return;
    const auto found = turn_queues_.find(core::journey_of(linked(message.program), message).name);
    if (found == turn_queues_.end()) return;
    found->second.waiting.erase(place_at_turns(person, message));
    found->second.come.erase(message.key);
}

bool Machine::is_missed(Instant turn, Micros step) const {
    return now_ - turn > std::max(step, kLateLeast);
}

void Machine::call_up(Person& person, Intent& intent, Instant turn) {
    const Message& message = intent.message;
    if (message.reason == Reason::journey_rate && turn_step(message) >= kGridBelow) {
        if (is_missed(turn, turn_step(message))) {
            queue_for_turn(person, intent);
            return changed(person, message);
        }
        turns_of(message).come[message.key] = turn;
    }
    make_ready(person, intent);
}

/// Of those that were dealt out the last one must have passed: what waits here does not take more
/// than its part of what all want.
void Machine::ask_for_turns(TurnQueue& queue) {
    if (queue.asked || queue.waiting.empty()) return;
    if (!queue.given.empty()) {
        turns_due_ = now_;
    } else if (queue.last > now_) {
        turns_due_ = std::min(turns_due_, queue.last);
    } else {
        queue.asked = true;
        look_at_trials();
    }
}

void Machine::hand_out_turns() {
    if (turns_due_ > now_) return;
    turns_due_ = kNever;
    for (auto& [journey, queue] : turn_queues_) {
        for (const Instant turn : std::exchange(queue.given, {})) {
            // Who comes later may want it.
            if (!hand_out(queue, turn) && turn > now_) queue.given.push_back(turn);
        }
        ask_for_turns(queue);
    }
}

bool Machine::hand_out(TurnQueue& queue, Instant turn) {
    while (!queue.waiting.empty()) {
        const AtTurns first = queue.waiting.extract(queue.waiting.begin()).value();
        Person* person = people_.find(first.person);
        ENSURE(person != nullptr, "somebody waits for a turn and is not here");
        const auto waits = [&] {
            const Intent* intent = person->intent(first.key);
            return intent != nullptr && waits_for_turn(*intent);
        };
        if (!waits()) continue;
        person_of(first.person);  // whose meeting may take the message back
        if (!waits()) continue;
        Intent* intent = person->intent(first.key);
        const LinkedProgram& program = linked(intent->message.program);
        const std::string rate = text_of_rate(core::journey_of(program, intent->message));
        const bool valid = turn < intent->valid_until;
        if (!valid) {
            close_skipped(*person, first.key,
                          too_late(rate + ": its turn would be at " + time_of(turn, program)));
        } else if (turn <= now_) {
            call_up(*person, *intent, turn);
        } else {
            intent->due = turn;
            intent->message.detail = rate + ": its turn is at " + time_of(turn, program);
            changed(*person, intent->message);
            if (Happening* happening = happens(Happening::Kind::held, *person, intent->message))
                happening->until = turn;
        }
        finish_command(*person);
        people_.rest();
        if (!valid) continue;
        queue.last = std::max(queue.last, turn);
        return true;
    }
    return false;
}

// ---------------------------------------------------------------- what everybody knows

void Machine::tell_turns(std::vector<LessonCounts>& into) const {
    for (const auto& [journey, queue] : turn_queues_) {
        if (!queue.asked) continue;
        LessonCounts& told = into.emplace_back();
        told.subject = subject_of({queue.step, journey});
        told.due = Instant{};
        told.counts.push_back({std::to_string(id_.number),
                               std::min<std::uint64_t>(queue.waiting.size(), kTurnsAtOnce), 0});
    }
}

void Machine::hear_turns(const model::Learned& learned, Instant at) {
    const auto subject = read_subject(learned.subject);
    if (!subject) return;
    TurnQueue& queue = turn_queues_[subject->journey];
    const std::string own = std::to_string(id_.number);
    Instant turn = std::max(at, queue.free);
    for (std::uint64_t round = 0; round < kTurnsAtOnce; ++round) {
        for (const model::Learned::Count& count : learned.counts) {
            if (count.of <= round) continue;
            if (count.name == own) queue.given.push_back(turn);
            turn += subject->step;
        }
    }
    queue.free = turn;
    for (const model::Learned::Count& count : learned.counts) {
        if (count.name != own) continue;
        queue.asked = false;
        turns_due_ = now_;
    }
}

}  // namespace journey::core
