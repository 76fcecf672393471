// One message over one of several channels (OneOf). What decides is asked at the moment of the step,
// with the gates of a Claim:
//
//   no address, no consent, suppressed, frequency full, …   not this one
//   quiet hours, a pause, the kill switch                    this one, later: it waits like any other
//   nobody may, but one is only full and would wait          that one
//   nobody may                                               the first, whose refusal is then told
//
// Of those that may go, the first; or, with a return, the one that is expected to bring most: what
// came back of it so far times its worth, less its cost. Until everybody who may is known (kKnownAt
// results each), and for the share to explore, the hash of the entry draws.
//
//   refused before it can have reached anybody   tried; the OneOf is asked again without it
//   accepted, unknown, or not wanted any more    the step is over
//
// What came back is counted by partition, in the cohort of the hour of sending, and counts when its
// time is over. The runtime adds the partitions up; the Learned that follows is in the catalog, and
// only that decides: the same in every replay.
#include "engine/core/machine.h"

#include <cmath>

namespace journey::core {
namespace {

using model::MessageStatus;
using model::Reason;

constexpr std::uint64_t kKnownAt = 100;
constexpr std::int64_t kHour = 3600;
constexpr std::int64_t kCohortsMost = 48;  // that are open at once, but for the current one
constexpr Micros kLessonPause = std::chrono::hours(1);

std::int64_t seconds_of(Instant at) {
    return micros_of(at) / 1'000'000;
}

bool is_full(const rules::Verdict& verdict) {
    return verdict.reason == Reason::frequency && verdict.decision == rules::Decision::hold;
}

bool may_go(const rules::Verdict& verdict) {
    return verdict.decision == rules::Decision::send ||
           (verdict.decision == rules::Decision::hold && !is_full(verdict));
}

// Nobody can have got it, and nobody took the step away from it.
bool frees_the_step(const Message& message) {
    switch (message.status) {
        case MessageStatus::rejected:
            return true;
        case MessageStatus::skipped:
            return message.reason != Reason::entry_over && message.reason != Reason::late &&
                   message.reason != Reason::moved_on;
        case MessageStatus::expired:
        case MessageStatus::accepted:
        case MessageStatus::unknown:
        case MessageStatus::planned:
        case MessageStatus::claimed:
            break;
    }
    return false;
}

// "12.5", without needless zeros.
std::string decimal(double value, int places) {
    double scale = 1;
    for (int i = 0; i < places; ++i)
        scale *= 10;
    const auto whole = static_cast<std::int64_t>(std::llround(std::abs(value) * scale));
    std::string out = std::to_string(whole);
    const auto digits = static_cast<std::size_t>(places);
    if (out.size() <= digits) out.insert(0, digits + 1 - out.size(), '0');
    out.insert(out.size() - digits, ".");
    while (out.back() == '0')
        out.pop_back();
    if (out.back() == '.') out.pop_back();
    return value < 0 && whole != 0 ? "-" + out : out;
}

std::string thousands(std::uint64_t count) {
    std::string out = std::to_string(count);
    for (std::size_t at = out.size(); at > 3; at -= 3)
        out.insert(at - 3, ",");
    return out;
}

// "4.1% of 1,200 came back × 12 − 0.045 = 0.447"
std::string sum_of(const model::Learned::Count& known, double rate, double worth, double cost,
                   double expected) {
    return decimal(rate * 100, 2) + "% of " + thousands(known.of) + " came back × " +
           decimal(worth, 4) + " − " + decimal(cost, 4) + " = " + decimal(expected, 4);
}

const ir::OneOf* one_of(const ir::Journey& journey, const ir::Send& send) {
    return send.among == ir::kNone ? nullptr
                                   : std::get_if<ir::OneOf>(&journey.states[send.among].act);
}

std::string subject_of(const ir::Program& program, const ir::Journey& journey, ir::Index choice) {
    const auto& one = std::get<ir::OneOf>(journey.states[choice].act);
    return journey.name + "/" + journey.states[choice].step + "/" +
           program.events[one.best->comes.event].name;
}

}  // namespace

std::int64_t Lesson::open_until(std::int64_t cohort) const {
    return (cohort + 1) * width + window;
}

std::uint32_t Machine::tried(const Entry& entry, const ir::OneOf& one) const {
    const std::size_t index = journey_of(entry).trigger_fields.size() + one.tried;
    if (index >= entry.values.size()) return 0;
    const auto* bits = entry.values[index].as<std::int64_t>();
    return bits == nullptr ? 0 : static_cast<std::uint32_t>(*bits);
}

void Machine::set_tried(Entry& entry, const ir::OneOf& one, std::uint32_t bits) {
    if (tried(entry, one) == bits) return;
    set_local(entry, one.tried, bits == 0 ? Value() : Value(static_cast<std::int64_t>(bits)));
}

std::vector<Machine::Channel> Machine::look_at_channels(Person& person, Entry& entry,
                                                        const ir::OneOf& one) {
    const Phase before = std::exchange(entry.phase, Phase::sending);  // as it will be
    const std::uint32_t refused = tried(entry, one);
    std::vector<Channel> out;
    for (std::size_t i = 0; i < one.sends.size(); ++i) {
        if ((refused >> i & 1) != 0) continue;
        Channel channel;
        channel.way = i;
        channel.verdict = verdict_of(person, draft(person, entry, one.sends[i]), true);
        out.push_back(std::move(channel));
    }
    entry.phase = before;
    return out;
}

void Machine::weigh(const Entry& entry, const ir::OneOf& one, std::vector<Channel>& channels) {
    const LinkedProgram& program = linked(entry.program);
    const ir::Journey& journey = journey_of(entry);
    const auto* lesson =
        catalog_->learned_of(subject_of(*program.program, journey, choice_of(entry, one)));
    for (Channel& channel : channels) {
        const auto& send = std::get<ir::Send>(journey.states[one.sends[channel.way]].act);
        const ir::Channel& by = program.program->channels[send.channel];
        model::Learned::Count known;
        for (std::size_t i = 0; lesson != nullptr && i < lesson->counts.size(); ++i) {
            if (lesson->counts[i].name == by.name) known = lesson->counts[i];
        }
        channel.known = known.of >= kKnownAt;
        const double rate =
            known.of == 0 ? 0 : static_cast<double>(known.came) / static_cast<double>(known.of);
        channel.expected = rate * one.best->worth - by.cost;
        channel.saw = channel.known
                          ? sum_of(known, rate, one.best->worth, by.cost, channel.expected)
                          : thousands(known.of) + " of " + thousands(kKnownAt) + " results known";
    }
}

ir::Index Machine::choice_of(const Entry& entry, const ir::OneOf& one) const {
    return std::get<ir::Send>(journey_of(entry).states[one.sends.front()].act).among;
}

const Machine::Channel* Machine::choose(Entry& entry, const ir::OneOf& one,
                                        std::vector<Channel>& channels) {
    std::vector<Channel*> may;
    Channel* full = nullptr;
    for (Channel& channel : channels) {
        if (may_go(channel.verdict)) may.push_back(&channel);
        if (full == nullptr && is_full(channel.verdict)) full = &channel;
    }
    if (may.empty()) {
        if (full != nullptr) return full;
        return tried(entry, one) == 0 && !channels.empty() ? &channels.front() : nullptr;
    }
    if (!one.best) return may.front();
    weigh(entry, one, channels);
    if (may.size() == 1) return may.front();
    const std::string about = journey_of(entry).states[choice_of(entry, one)].step + " " +
                              text_of(entry.id) + " " + std::to_string(micros_of(now_));
    const std::uint64_t drawn = hash64(about);
    const bool all_known =
        std::all_of(may.begin(), may.end(), [](const Channel* it) { return it->known; });
    if (!all_known) return may[drawn % may.size()];
    const auto best = std::max_element(
        may.begin(), may.end(),
        [](const Channel* a, const Channel* b) { return a->expected < b->expected; });
    if (static_cast<double>(drawn % 10'000) >= one.best->explore * 10'000) return *best;
    may.erase(best);
    return may[drawn / 10'000 % may.size()];
}

std::optional<ir::Index> Machine::at(Person& person, Entry& entry, const ir::OneOf& one) {
    std::vector<Channel> channels = look_at_channels(person, entry, one);
    const Channel* chosen = choose(entry, one, channels);
    const ir::Journey& journey = journey_of(entry);
    const auto name_of_way = [&](std::size_t way) -> const std::string& {
        const auto& send = std::get<ir::Send>(journey.states[one.sends[way]].act);
        return linked(entry.program).program->channels[send.channel].name;
    };
    std::string saw;
    for (const Channel& channel : channels) {
        if (!saw.empty()) saw += "; ";
        saw += name_of_way(channel.way) + ": ";
        const rules::Verdict& verdict = channel.verdict;
        const bool goes = may_go(verdict);
        if (!goes) {
            std::string reason(model::name_of(verdict.reason));
            std::replace(reason.begin(), reason.end(), '_', ' ');
            saw += reason + (verdict.saw.empty() ? "" : " (" + verdict.saw + ")");
        } else {
            saw += channel.saw.empty() ? "may go" : channel.saw;
        }
    }
    const std::string& step = journey.states[choice_of(entry, one)].step;
    if (!channels.empty()) {
        note(person, {ActNote::Kind::chose, now_, journey.name, step,
                      chosen == nullptr ? saw : name_of_way(chosen->way) + "; " + saw, 0});
    }
    if (chosen == nullptr) {
        set_tried(entry, one, 0);
        took(person, entry, static_cast<ir::Index>(one.sends.size()));
        return one.next;
    }
    took(person, entry, static_cast<ir::Index>(chosen->way));
    return one.sends[chosen->way];
}

bool Machine::another_may(Person& person, const Intent& intent) {
    Entry* entry = person.entry(intent.message.entry);
    if (entry == nullptr || entry->phase != Phase::sending) return false;
    const ir::Journey& journey = journey_of(*entry);
    const auto* send = std::get_if<ir::Send>(&journey.states[intent.message.state].act);
    const ir::OneOf* one = send == nullptr ? nullptr : one_of(journey, *send);
    if (one == nullptr || entry->state != intent.message.state) return false;
    const std::vector<Channel> channels = look_at_channels(person, *entry, *one);
    return std::any_of(channels.begin(), channels.end(), [&](const Channel& channel) {
        return one->sends[channel.way] != intent.message.state && may_go(channel.verdict);
    });
}

ir::Index Machine::after_message(Entry& entry, const Message& message) {
    const ir::Journey& journey = journey_of(entry);
    const auto& send = std::get<ir::Send>(journey.states[message.state].act);
    const ir::OneOf* one = one_of(journey, send);
    if (one == nullptr) return send.next;
    if (!frees_the_step(message)) {
        set_tried(entry, *one, 0);
        return send.next;
    }
    const auto way = std::find(one->sends.begin(), one->sends.end(), message.state);
    set_tried(entry, *one, tried(entry, *one) | 1U << (way - one->sends.begin()));
    return send.among;
}

// ---------------------------------------------------------------- what came back

void Machine::hope_for(Person& person, const Message& message) {
    const ir::Program& program = *linked(message.program).program;
    const ir::Journey& journey = program.journeys[message.journey];
    const auto& send = std::get<ir::Send>(journey.states[message.state].act);
    const ir::OneOf* one = one_of(journey, send);
    if (one == nullptr || !one->best) return;
    const std::int64_t window = calendar::bounds_of(one->best->within).most;
    const std::string subject = subject_of(program, journey, send.among);
    Lesson& lesson = lessons_[subject];
    // A new window begins a new lesson: what was counted was about something else.
    if (lesson.width == 0 || lesson.window != window) {
        lesson = {};
        lesson.window = window;
        lesson.width = std::max<std::int64_t>(1, window / (kCohortsMost * kHour)) * kHour;
    }
    const std::int64_t cohort = seconds_of(now_) / lesson.width;
    const auto [open, fresh] =
        lesson.ways[program.channels[send.channel].name].open.try_emplace(cohort);
    ++open->second.of;
    std::vector<Hope>& hopes = person.acts().hopes;
    forget_hopes(hopes);
    Hope& hope = hopes.emplace_back();
    hope.entry = message.entry;
    hope.program = message.program;
    hope.journey = message.journey;
    hope.state = message.state;
    hope.at = now_;
    changed(person);
    if (fresh) look_at_trials();
}

void Machine::forget_hopes(std::vector<Hope>& hopes) const {
    std::erase_if(hopes, [&](const Hope& one) {
        const ir::Journey& journey = linked(one.program).program->journeys[one.journey];
        const ir::OneOf* of = one_of(journey, std::get<ir::Send>(journey.states[one.state].act));
        const std::int64_t window = calendar::bounds_of(of->best->within).most;
        return seconds_of(now_) - seconds_of(one.at) > window;
    });
}

void Machine::fulfil_hopes(Person& person, Arrived& event) {
    Acts* acts = person.any_acts();
    if (acts == nullptr || acts->hopes.empty()) return;
    const auto comes = [&](const Hope& hope) {
        const LinkedProgram& program = linked(hope.program);
        const ir::Journey& journey = program.program->journeys[hope.journey];
        const auto& send = std::get<ir::Send>(journey.states[hope.state].act);
        const ir::Return& best = *one_of(journey, send)->best;
        if (program.events[best.comes.event].number != event.number()) return false;
        const Instant last = calendar::add(hope.at, best.within, *program.workspace_zone);
        if (event.time() < hope.at || event.time() > last) return false;
        const expr::Row row = event.expr_row(program);
        if (row.fields == nullptr && row.count > 0) return false;
        const Entry* entry = person.entry(hope.entry);
        const PersonFacts asked = entry != nullptr
                                      ? facts(person, *entry)
                                      : PersonFacts(program, person, now_, addresses());
        if (!asked.holds(best.comes.filter, &row)) return false;
        const auto found = lessons_.find(subject_of(*program.program, journey, send.among));
        if (found == lessons_.end()) return true;
        auto& open = found->second.ways[program.program->channels[send.channel].name].open;
        const auto cohort = open.find(seconds_of(hope.at) / found->second.width);
        if (cohort != open.end() && cohort->second.came < cohort->second.of) ++cohort->second.came;
        return true;
    };
    if (std::erase_if(acts->hopes, comes) > 0) changed(person);
}

void Lesson::close(std::int64_t upto) {
    for (auto& [name, way] : ways) {
        while (!way.open.empty() && open_until(way.open.begin()->first) <= upto) {
            way.closed.of += way.open.begin()->second.of;
            way.closed.came += way.open.begin()->second.came;
            way.open.erase(way.open.begin());
        }
    }
}

void Machine::close_lessons(const Catalog& before) {
    const auto learned_now = [&](std::string_view subject) -> const Learnt* {
        const Learnt* young = catalog_->learned_of(subject);
        const Learnt* old = before.learned_of(subject);
        return young == nullptr || (old != nullptr && old->at == young->at) ? nullptr : young;
    };
    for (auto& [subject, lesson] : lessons_) {
        if (const Learnt* learnt = learned_now(subject)) lesson.close(seconds_of(learnt->at));
    }
    if (learned_now(kHoursSubject) != nullptr) hours_news_ = kNever;
}

std::vector<LessonCounts> Machine::lessons(Instant now) const {
    std::vector<LessonCounts> out;
    for (const auto& [subject, lesson] : lessons_) {
        LessonCounts& counts = out.emplace_back();
        counts.subject = subject;
        const auto* known = catalog_->learned_of(subject);
        for (const auto& [name, way] : lesson.ways) {
            if (!way.open.empty()) {
                const Instant closes =
                    instant_of(lesson.open_until(way.open.begin()->first) * 1'000'000);
                counts.due = std::min(counts.due, closes);
            }
        }
        if (known != nullptr && counts.due != kNever)
            counts.due = std::max(counts.due, known->at + kLessonPause);
        Lesson closed = lesson;
        closed.close(seconds_of(now));
        for (const auto& [name, way] : closed.ways)
            counts.counts.push_back({name, way.closed.of, way.closed.came});
    }
    tell_hours(out);
    tell_rails(out);
    tell_turns(out);
    return out;
}

}  // namespace journey::core
