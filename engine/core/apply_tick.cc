// Everything due at or before now happens, in order of its due time; ties by person, then by entry,
// and an entry's lifetime before its wait. Then a slice of those who wait at
// rails with room (blast.cc), those whose turn is known (turns.cc), and a slice of what was planned
// for many (sweep.cc).
#include "engine/core/machine.h"

namespace journey::core {

void Machine::on(const model::Command&, const model::Tick&) {
    forget_strangers();
    run_meetings();
    while (!timers_.empty() && timers_.top().due <= now_) {
        const Timer timer = timers_.pop();
        Person* person = people_.find(timer.person);
        // Overtaken by an earlier one, which has put this person where it belongs since.
        if (person == nullptr || person->scheduled != timer.due) continue;
        person->scheduled = kNever;
        // What is left over from something no longer due must not even make them meet a program.
        if (next_waking(*person).at > timer.due) {
            schedule(*person);
        } else {
            if (!meetings_.empty()) meet(*person);
            wake_due(*person, timer.due);
        }
        people_.rest();
    }
    wake_at_rails();
    hand_out_turns();
    if (!meetings_.empty()) return;  // who lives where, and is who, is known later
    begin_sweeps();
    run_sweeps();
    run_look();
}

Machine::Waking Machine::next_waking(const Person& person) const {
    Waking next;
    const auto offer_one = [&](Instant at, std::uint32_t ordinal, std::size_t index,
                               Waking::What what) {
        if (at < next.at || (at == next.at && at != kNever && ordinal < next.ordinal))
            next = {at, ordinal, index, what};
    };
    for (std::size_t i = 0; i < person.entries.size(); ++i) {
        const Entry& entry = person.entries[i];
        offer_one(entry.expires, entry.ordinal, i, Waking::What::expiry);
        offer_one(entry.due, entry.ordinal, i, Waking::What::wait);
    }
    for (std::size_t i = 0; i < person.intents.size(); ++i) {
        offer_one(person.intents[i].due, 0xffffffffu, i, Waking::What::intent);
    }
    if (!person.rare_parts) return next;
    const Rare& rare = *person.rare_parts;
    for (std::size_t i = 0; i < rare.stays.size(); ++i)
        offer_one(rare.stays[i].due, 0xffffffffu, i, Waking::What::stay);
    offer_one(rare.flip, 0xffffffffu, 0, Waking::What::flip);
    for (std::size_t i = 0; i < rare.acts.calls.size(); ++i)
        offer_one(rare.acts.calls[i].due, 0xffffffffu, i, Waking::What::call);
    return next;
}

void Machine::wake_due(Person& person, Instant upto) {
    // A timer may be left over from what is no longer due. Nothing happens then, as nothing would
    // if the partition had been restored in between.
    if (next_waking(person).at > upto) return schedule(person);
    // Only what was due before is woken: a zero wait inside a loop is bounded by the hops of one
    // run.
    for (Waking next = next_waking(person); next.at <= upto && next.what != Waking::What::nothing;
         next = next_waking(person)) {
        switch (next.what) {
            case Waking::What::expiry:
                finish(person, next.ordinal, "expired");
                break;
            case Waking::What::wait:
                wake(person, person.entries[next.index]);
                break;
            case Waking::What::intent: {
                Intent& intent = person.intents[next.index];
                if (intent.late != model::Late::send) {
                    drop_late(person, intent);
                } else if (intent.valid_until <= now_) {
                    const bool had_no_turn = waits_for_turn(intent);
                    close(person, intent.message.key, model::MessageStatus::expired,
                          model::Reason::not_valid_anymore,
                          had_no_turn ? intent.message.detail + ": its turn did not come" : "");
                } else {
                    call_up(person, intent, intent.due);
                }
                break;
            }
            case Waking::What::stay:
                decide_stay(person, next.index);
                break;
            case Waking::What::flip:
                person.rare().flip = kNever;
                changed(person);
                levels_changed_ = true;
                all_changed_ = true;
                settle_levels(person);
                break;
            case Waking::What::call:
                ask_again(person, person.acts().calls[next.index]);
                break;
            case Waking::What::nothing:
                break;
        }
    }
    finish_command(person);
}

}  // namespace journey::core
