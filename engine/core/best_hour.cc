// A message that waits for its person's best hour (`at best hour within D`).
//
//   what the person opened and clicked, by the hour where the person lives; a click weighs more
//   + what everybody did, for who did little: no more than kCommon opens weigh
//   nobody knows anything, or the best hour is this one    at once
//   an hour that lies in quiet hours, or behind validity   never
//
// What everybody did is counted by partition and learned like what came back of channels
// (choice.cc): the decision hangs on the catalog and the person alone.
#include "engine/core/machine.h"

namespace journey::core {
namespace {

using model::ReceiptKind;

constexpr std::uint64_t kClick = 5;
constexpr double kCommon = 3;
constexpr std::uint64_t kKnownAt = 100;  // of everybody
constexpr Micros kLessonPause = std::chrono::hours(1);

std::size_t hour_of(Instant at, const calendar::Zone& zone) {
    return static_cast<std::size_t>(calendar::to_local(at, zone).time.seconds / 3600 % 24);
}

std::uint64_t sum(const Hours& hours) {
    std::uint64_t all = 0;
    for (const std::uint64_t one : hours)
        all += one;
    return all;
}

}  // namespace

Hours Machine::hours_of(const Person& person, const calendar::Zone& zone) const {
    Hours hours{};
    const auto number = [&](ReceiptKind kind) {
        const LinkedProgram* live = catalog_->live();
        const ir::Index event =
            live == nullptr ? ir::kNone : find_name(live->event_by_name, model::name_of(kind));
        return event == ir::kNone ? kNoNumber : live->events[event].number;
    };
    const EventNumber opened = number(ReceiptKind::opened);
    const EventNumber clicked = number(ReceiptKind::clicked);
    for (const Happened* one = person.history.begin(); one != person.history.end(); ++one) {
        if (one->event == opened) ++hours[hour_of(one->time, zone)];
        if (one->event == clicked) hours[hour_of(one->time, zone)] += kClick;
    }
    return hours;
}

void Machine::count_hour(const Person& person, ReceiptKind kind, Instant at) {
    const LinkedProgram* live = catalog_->live();
    if (!live->asks_best_hour) return;
    if (kind != ReceiptKind::opened && kind != ReceiptKind::clicked) return;
    const calendar::Zone* zone = zone_of(*live, person);
    if (zone == nullptr) return;
    hours_[hour_of(at, *zone)] += kind == ReceiptKind::clicked ? kClick : 1;
    if (hours_news_ == kNever) {
        hours_news_ = now_;
        look_at_trials();
    }
}

bool Machine::wait_for_best_hour(Person& person, const Entry& entry, Intent& intent,
                                 const CalendarDuration& within) {
    const calendar::Zone& zone = place_of(person, entry);
    const Hours own = hours_of(person, zone);
    const std::uint64_t seen = sum(own);
    Hours common{};
    if (const Learnt* learnt = catalog_->learned_of(kHoursSubject)) {
        for (std::size_t i = 0; i < learnt->counts.size() && i < common.size(); ++i)
            common[i] = learnt->counts[i].of;
    }
    const std::uint64_t all = sum(common);
    if (seen == 0 && all < kKnownAt) return false;
    const auto score = [&](std::size_t hour) {
        const double theirs =
            all < kKnownAt ? 0 : static_cast<double>(common[hour]) / static_cast<double>(all);
        return static_cast<double>(own[hour]) + kCommon * theirs;
    };
    const Instant last = std::min(calendar::add(now_, within, zone), intent.valid_until);
    Instant best = now_;
    double most = may_go_at(person, intent, now_) ? score(hour_of(now_, zone)) : -1;
    Instant at = now_;
    for (int i = 0; i < 24; ++i) {
        const TimeOfDay next{static_cast<std::int32_t>((hour_of(at, zone) + 1) % 24 * 3600)};
        at = calendar::next_time(at + Micros(1), next, std::nullopt, zone);
        if (at > last) break;
        const double here = score(hour_of(at, zone));
        if (here <= most || !may_go_at(person, intent, at)) continue;
        most = here;
        best = at;
    }
    if (best == now_) return false;
    const std::size_t hour = hour_of(best, zone);
    intent.due = best;
    intent.message.reason = model::Reason::best_hour;
    intent.message.detail = format_time_of_day(calendar::to_local(best, zone).time) + ", ";
    if (own[hour] > 0) {
        intent.message.detail += std::to_string(own[hour]) + " of " + std::to_string(seen) +
                                 " opens, a click for " + std::to_string(kClick);
    } else {
        intent.message.detail += "when most people open";
    }
    changed(person, intent.message);
    if (Happening* happening = happens(Happening::Kind::held, person, intent.message))
        happening->until = intent.due;
    return true;
}

void Machine::tell_hours(std::vector<LessonCounts>& into) const {
    if (sum(hours_) == 0) return;
    LessonCounts& counts = into.emplace_back();
    counts.subject = kHoursSubject;
    if (hours_news_ != kNever) {
        const Learnt* known = catalog_->learned_of(kHoursSubject);
        counts.due =
            (known == nullptr ? hours_news_ : std::max(known->at, hours_news_)) + kLessonPause;
    }
    for (std::size_t i = 0; i < hours_.size(); ++i) {
        // Two digits, so that the order of names is that of hours.
        std::string name = std::to_string(i);
        if (name.size() == 1) name.insert(0, "0");
        counts.counts.push_back({std::move(name), hours_[i], 0});
    }
}

}  // namespace journey::core
