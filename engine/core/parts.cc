// What a stored person and a stored partition have beyond the second form of their bytes:
//
//   parts = count:varint { kind:u8 body:text }     by kind; one that says nothing is left out
//
// of a person
//   1 calls  = n{ key:16 entry:u64 place attempt:varint failures:varint ready claimed held:bool
//                 planned_at first_claim due:instant args:record }
//   2 drawn  = n{ journey:text version:varint experiment:text arm:text metrics:u8 at:instant }
//   3 moves  = n{ how:u8 entry:u64 at:varint place }
//   4 notes  = n{ kind:u8 at:instant journey:text subject:text detail:text number:varint }
//   5 chains = n{ since:instant made:varint entries:n{ ordinal:varint } }
//   6 consents = n{ what:u8 number:varint at:instant source:text proof:text }
//   7 hopes  = n{ entry:u64 place at:instant }
//   8 fetches = n{ key:16 fetch:varint asked:bool at:instant answer:value }   of intents
//   9 devices = n{ key:16 addresses:n{ text } }   of open messages: where they go beside the first
//  10 went_out = n{ key:16 at:instant }
// of a partition
//   1 trials = n{ journey:text version:varint experiment:text first_drawn:instant
//                 arms:n{ name:text 7 varint } }
//   2 asked  = emitted:varint ran:varint dropped:varint
//   3 lessons = n{ subject:text window:varint width:varint
//                  ways:n{ name:text of:varint came:varint open:n{ cohort:svarint of:varint came:varint } } }
//   4 hours   = 24 varint, news:instant
//   5 held_out = n{ journey:text entered:varint goals:varint }
//   6 turns = n{ journey:text next:instant last:instant }
//   7 notices (notices.cc)
//   8 look = due:instant running:bool begun:bool done:u64
//   9 graves = n{ person:u64 at:instant next_ordinal:varint }
//  10 erasures = people:varint late_receipts:varint
//  11 rails = due:instant n{ subject:text state:u8 asked:bool window:svarint used:varint
//                            granted:varint bad:varint until:instant }
//  12 meetings = n{ what:u8 at:instant everybody:bool clock:bool fresh:n{ watch:varint }
//                   late:u8 over:svarint steps:n{ step:text late:u8 } begun:bool done:u64 met:n{ u64 } }
//  13 strangers = until:instant n{ person:u64 n{ key:16 at:instant } }
//  14 turn_queues = due:instant n{ journey:text step:varint free:instant last:instant asked:bool
//                                  given:n{ instant } come:n{ key:16 instant } }
// place = program:varint journey:varint state:varint
#include "engine/core/machine.h"
#include "engine/core/stored.h"

namespace journey::core {
namespace {

enum class PersonPart : std::uint8_t {
    calls = 1,
    drawn,
    moves,
    notes,
    chains,
    consents,
    hopes,
    fetches,
    devices,
    went_out
};
enum class MetaPart : std::uint8_t {
    trials = 1,
    asked,
    lessons,
    hours,
    held_out,
    turns,
    notices,
    look,
    graves,
    erasures,
    rails,
    meetings,
    strangers,
    turn_queues
};

template <typename Items, typename One>
Bytes all_of(const Items& items, One one) {
    ByteWriter out;
    if (items.empty()) return {};
    out.varint(items.size());
    for (const auto& item : items)
        one(out, item);
    return out.take();
}

void put_call(ByteWriter& out, const PendingCall& call) {
    for (const std::uint8_t byte : call.key.bytes)
        out.u8(byte);
    out.u64(call.entry.number);
    put_place(out, call);
    out.varint(call.attempt);
    out.varint(call.failures);
    for (const bool flag : {call.ready, call.claimed, call.held})
        out.boolean(flag);
    for (const Instant at : {call.planned_at, call.first_claim, call.due})
        out.instant(at);
    out.record(call.args);
}

PendingCall get_call(ByteReader& in, const Catalog& catalog) {
    PendingCall call;
    for (std::uint8_t& byte : call.key.bytes)
        byte = in.u8();
    call.entry.number = in.u64();
    const ir::State* state = get_place(in, catalog, call);
    if (state != nullptr && !std::holds_alternative<ir::Call>(state->act)) in.fail();
    call.attempt = number<std::uint32_t>(in, 0xffffffffu);
    call.failures = number<std::uint32_t>(in, 0xffffffffu);
    for (bool* flag : {&call.ready, &call.claimed, &call.held})
        *flag = in.boolean();
    for (Instant* at : {&call.planned_at, &call.first_claim, &call.due})
        *at = in.instant();
    call.args = in.record();
    return call;
}

void put_fetch(ByteWriter& out, const PendingFetch& fetch) {
    for (const std::uint8_t byte : fetch.key.bytes)
        out.u8(byte);
    out.varint(fetch.fetch);
    out.boolean(fetch.asked);
    out.instant(fetch.at);
    out.value(fetch.answer);
}

PendingFetch get_fetch(ByteReader& in, const Catalog& catalog, const Person& person) {
    PendingFetch fetch;
    for (std::uint8_t& byte : fetch.key.bytes)
        byte = in.u8();
    const Intent* intent = person.intent(fetch.key);
    if (intent == nullptr) {
        in.fail();
        return fetch;
    }
    fetch.fetch =
        number<ir::Index>(in, catalog.at(intent->message.program).program->fetches.size());
    fetch.asked = in.boolean();
    fetch.at = in.instant();
    fetch.answer = in.value();
    return fetch;
}

void put_went_out(ByteWriter& out, const WentOut& one) {
    for (const std::uint8_t byte : one.key.bytes)
        out.u8(byte);
    out.instant(one.at);
}

WentOut get_went_out(ByteReader& in) {
    WentOut one;
    for (std::uint8_t& byte : one.key.bytes)
        byte = in.u8();
    one.at = in.instant();
    return one;
}

PlannedMove get_move(ByteReader& in, const Catalog& catalog) {
    PlannedMove move;
    move.how = choice(in, PlannedMove::How::restart);
    move.entry.number = in.u64();
    move.at = number<std::uint16_t>(in, kNoNumber);
    get_place(in, catalog, move);
    return move;
}

Hope get_hope(ByteReader& in, const Catalog& catalog) {
    Hope hope;
    hope.entry.number = in.u64();
    const ir::State* state = get_place(in, catalog, hope);
    const auto* send = state == nullptr ? nullptr : std::get_if<ir::Send>(&state->act);
    const ir::Journey* journey =
        send == nullptr ? nullptr : &catalog.at(hope.program).program->journeys[hope.journey];
    const auto* one = send == nullptr || send->among == ir::kNone
                          ? nullptr
                          : std::get_if<ir::OneOf>(&journey->states[send->among].act);
    if (one == nullptr || !one->best) in.fail();
    hope.at = in.instant();
    return hope;
}

void put_cohort(ByteWriter& out, const Lesson::Cohort& cohort) {
    out.varint(cohort.of);
    out.varint(cohort.came);
}

Lesson::Cohort get_cohort(ByteReader& in) {
    Lesson::Cohort cohort;
    cohort.of = in.varint();
    cohort.came = in.varint();
    return cohort;
}

Lesson get_lesson(ByteReader& in) {
    Lesson lesson;
    lesson.window = number<std::int64_t>(in, std::size_t{1} << 40);
    lesson.width = number<std::int64_t>(in, std::size_t{1} << 40);
    if (lesson.width == 0) in.fail();
    get_all(in, [&] {
        Lesson::Way& way = lesson.ways[in.text()];
        way.closed = get_cohort(in);
        get_all(in, [&] {
            const std::int64_t cohort = in.svarint();
            way.open[cohort] = get_cohort(in);
        });
    });
    return lesson;
}

class PartWriter {
  public:
    template <typename Kind>
    void add(Kind kind, Bytes body) {
        if (!body.empty()) parts_.emplace_back(static_cast<std::uint8_t>(kind), std::move(body));
    }
    void put(ByteWriter& out) const {
        out.varint(parts_.size());
        for (const auto& [kind, body] : parts_) {
            out.u8(kind);
            out.text(body);
        }
    }

  private:
    std::vector<std::pair<std::uint8_t, Bytes>> parts_;
};

// Every part must be read to its end.
template <typename Read>
void read_parts(ByteReader& in, Read read) {
    get_all(in, [&] {
        const std::uint8_t kind = in.u8();
        ByteReader part(in.text_view());
        read(kind, part);
        if (!part.ok() || !part.at_end()) in.fail();
    });
}

}  // namespace

void Machine::encode_parts(const Person& person, ByteWriter& out) const {
    PartWriter parts;
    Bytes went_out;
    if (const Acts* acts = person.any_acts()) {
        parts.add(PersonPart::calls, all_of(acts->calls, put_call));
        parts.add(PersonPart::drawn, all_of(acts->drawn, [](ByteWriter& to, const Drawn& one) {
                      to.text(one.journey);
                      to.varint(one.version);
                      to.text(one.experiment);
                      to.text(one.arm);
                      to.u8(one.metrics);
                      to.instant(one.at);
                  }));
        parts.add(PersonPart::moves,
                  all_of(acts->moves, [](ByteWriter& to, const PlannedMove& one) {
                      to.u8(static_cast<std::uint8_t>(one.how));
                      to.u64(one.entry.number);
                      to.varint(one.at);
                      put_place(to, one);
                  }));
        parts.add(PersonPart::notes, all_of(acts->notes, [](ByteWriter& to, const ActNote& one) {
                      to.u8(static_cast<std::uint8_t>(one.kind));
                      to.instant(one.at);
                      to.text(one.journey);
                      to.text(one.subject);
                      to.text(one.detail);
                      to.varint(one.number);
                  }));
        parts.add(PersonPart::chains, all_of(acts->chains, [](ByteWriter& to, const Chain& one) {
                      to.instant(one.since);
                      to.varint(one.made);
                      to.varint(one.entries.size());
                      for (const std::uint32_t ordinal : one.entries)
                          to.varint(ordinal);
                  }));
        parts.add(PersonPart::consents,
                  all_of(acts->consents, [](ByteWriter& to, const ConsentNote& one) {
                      to.u8(static_cast<std::uint8_t>(one.what));
                      to.varint(one.consent);
                      to.instant(one.at);
                      to.text(one.source);
                      to.text(one.proof);
                  }));
        parts.add(PersonPart::hopes, all_of(acts->hopes, [](ByteWriter& to, const Hope& one) {
                      to.u64(one.entry.number);
                      put_place(to, one);
                      to.instant(one.at);
                  }));
        parts.add(PersonPart::fetches, all_of(acts->fetches, put_fetch));
        went_out = all_of(acts->went_out, put_went_out);
    }
    std::vector<const Intent*> several;
    for (const Intent& intent : person.intents) {
        if (!intent.more_addresses.empty()) several.push_back(&intent);
    }
    parts.add(PersonPart::devices, all_of(several, [](ByteWriter& to, const Intent* one) {
                  for (const std::uint8_t byte : one->message.key.bytes)
                      to.u8(byte);
                  to.varint(one->more_addresses.size());
                  for (const std::string& address : one->more_addresses)
                      to.text(address);
              }));
    parts.add(PersonPart::went_out, std::move(went_out));
    parts.put(out);
}

void Machine::decode_parts(ByteReader& from, Person& person) const {
    const Catalog& catalog = *catalog_;
    read_parts(from, [&](std::uint8_t kind, ByteReader& in) {
        switch (static_cast<PersonPart>(kind)) {
            case PersonPart::calls:
                return get_all(in, [&] { person.acts().calls.push_back(get_call(in, catalog)); });
            case PersonPart::drawn:
                return get_all(in, [&] {
                    Drawn& one = person.acts().drawn.emplace_back();
                    one.journey = in.text();
                    one.version = number<std::uint32_t>(in, 0xffffffffu);
                    one.experiment = in.text();
                    one.arm = in.text();
                    one.metrics = in.u8();
                    one.at = in.instant();
                });
            case PersonPart::moves:
                return get_all(in, [&] { person.acts().moves.push_back(get_move(in, catalog)); });
            case PersonPart::notes:
                return get_all(in, [&] {
                    ActNote& one = person.acts().notes.emplace_back();
                    one.kind = choice(in, ActNote::Kind::fetch_failed);
                    one.at = in.instant();
                    one.journey = in.text();
                    one.subject = in.text();
                    one.detail = in.text();
                    one.number = number<std::uint32_t>(in, 0xffffffffu);
                });
            case PersonPart::chains:
                return get_all(in, [&] {
                    Chain& one = person.acts().chains.emplace_back();
                    one.since = in.instant();
                    one.made = number<std::uint32_t>(in, 0xffffffffu);
                    get_all(in,
                            [&] { one.entries.push_back(number<std::uint32_t>(in, 0xffffffffu)); });
                });
            case PersonPart::consents:
                return get_all(in, [&] {
                    ConsentNote& one = person.acts().consents.emplace_back();
                    one.what = choice(in, ConsentNote::What::withdrawn);
                    one.consent = number<std::uint16_t>(in, catalog.consents.size());
                    one.at = in.instant();
                    one.source = in.text();
                    one.proof = in.text();
                });
            case PersonPart::hopes:
                return get_all(in, [&] { person.acts().hopes.push_back(get_hope(in, catalog)); });
            case PersonPart::fetches:
                return get_all(
                    in, [&] { person.acts().fetches.push_back(get_fetch(in, catalog, person)); });
            case PersonPart::devices:
                return get_all(in, [&] {
                    model::MessageKey key;
                    for (std::uint8_t& byte : key.bytes)
                        byte = in.u8();
                    Intent* intent = person.intent(key);
                    if (intent == nullptr) return in.fail();
                    get_all(in, [&] { intent->more_addresses.push_back(in.text()); });
                });
            case PersonPart::went_out:
                return get_all(in, [&] { person.acts().went_out.push_back(get_went_out(in)); });
        }
        in.fail();
    });
}

namespace {

void put_meeting(ByteWriter& out, const Meeting& meeting) {
    out.u8(static_cast<std::uint8_t>(meeting.what));
    out.instant(meeting.at);
    out.boolean(meeting.everybody);
    out.boolean(meeting.clock);
    put_all(out, meeting.fresh, [&](std::uint32_t watch) { out.varint(watch); });
    out.u8(static_cast<std::uint8_t>(meeting.resume.late));
    out.svarint(meeting.resume.over.count());
    put_all(out, meeting.resume.steps, [&](const auto& step) {
        out.text(step.first);
        out.u8(static_cast<std::uint8_t>(step.second));
    });
    out.boolean(meeting.begun);
    out.u64(meeting.done.number);
    put_all(out, meeting.met, [&](model::PersonId id) { out.u64(id.number); });
}

Meeting get_meeting(ByteReader& in, const Catalog& catalog) {
    Meeting meeting;
    meeting.what = choice(in, Meeting::What::release);
    meeting.at = in.instant();
    meeting.everybody = in.u8() != 0;
    meeting.clock = in.u8() != 0;
    get_all(in,
            [&] { meeting.fresh.push_back(number<std::uint32_t>(in, catalog.watches.size())); });
    meeting.resume.late = choice(in, model::Late::exit);
    meeting.resume.over = Micros{in.svarint()};
    get_all(in, [&] {
        std::string step = in.text();
        meeting.resume.steps.emplace_back(std::move(step), choice(in, model::Late::exit));
    });
    meeting.begun = in.u8() != 0;
    meeting.done.number = in.u64();
    get_all(in, [&] { meeting.met.insert(model::PersonId{in.u64()}); });
    if (meeting.what == Meeting::What::program && catalog.live() == nullptr) in.fail();
    return meeting;
}

}  // namespace

void Machine::encode_meta_parts(ByteWriter& out) const {
    PartWriter parts;
    parts.add(MetaPart::trials, all_of(trials_, [](ByteWriter& to, const auto& item) {
                  const auto& [key, trial] = item;
                  to.text(key.journey);
                  to.varint(key.version);
                  to.text(key.experiment);
                  to.instant(trial.first_drawn);
                  to.varint(trial.arms.size());
                  for (const auto& [arm, counts] : trial.arms) {
                      to.text(arm);
                      for (const std::uint64_t count : counts)
                          to.varint(count);
                  }
              }));
    if (acts_.emitted + acts_.ran + acts_.dropped > 0) {
        ByteWriter asked;
        for (const std::uint64_t count : {acts_.emitted, acts_.ran, acts_.dropped})
            asked.varint(count);
        parts.add(MetaPart::asked, asked.take());
    }
    parts.add(MetaPart::lessons, all_of(lessons_, [](ByteWriter& to, const auto& item) {
                  const auto& [subject, lesson] = item;
                  to.text(subject);
                  to.varint(static_cast<std::uint64_t>(lesson.window));
                  to.varint(static_cast<std::uint64_t>(lesson.width));
                  to.varint(lesson.ways.size());
                  for (const auto& [name, way] : lesson.ways) {
                      to.text(name);
                      put_cohort(to, way.closed);
                      to.varint(way.open.size());
                      for (const auto& [cohort, counts] : way.open) {
                          to.svarint(cohort);
                          put_cohort(to, counts);
                      }
                  }
              }));
    if (hours_ != Hours{}) {
        ByteWriter hours;
        for (const std::uint64_t count : hours_)
            hours.varint(count);
        hours.instant(hours_news_);
        parts.add(MetaPart::hours, hours.take());
    }
    parts.add(MetaPart::held_out, tally_.encode_held_out(*catalog_));
    parts.add(MetaPart::turns, all_of(turns_, [&](ByteWriter& to, const auto& item) {
                  to.text(catalog_->journeys.name(item.first));
                  to.instant(item.second.next);
                  to.instant(item.second.last);
              }));
    if (!notices_.empty()) {
        ByteWriter notices;
        notices_.encode(notices);
        parts.add(MetaPart::notices, notices.take());
    }
    if (list_look_ != Look{}) {
        ByteWriter look;
        look.instant(list_look_.due);
        look.boolean(list_look_.running);
        look.boolean(list_look_.begun);
        look.u64(list_look_.done.number);
        parts.add(MetaPart::look, look.take());
    }
    parts.add(MetaPart::graves, all_of(graves_, [](ByteWriter& to, const auto& item) {
                  to.u64(item.first.number);
                  to.instant(item.second.at);
                  to.varint(item.second.next_ordinal);
              }));
    if (erasures_.people + erasures_.late_receipts > 0) {
        ByteWriter erasures;
        erasures.varint(erasures_.people);
        erasures.varint(erasures_.late_receipts);
        parts.add(MetaPart::erasures, erasures.take());
    }
    if (!rails_.empty() || rails_due_ != kNever) {
        ByteWriter rails;
        rails.instant(rails_due_);
        if (rails_.empty()) rails.varint(0);
        rails.raw(all_of(rails_, [](ByteWriter& to, const auto& item) {
            const auto& [subject, rail] = item;
            to.text(subject);
            to.u8(static_cast<std::uint8_t>(rail.state));
            to.boolean(rail.asked);
            to.svarint(rail.window);
            for (const std::uint64_t count : {rail.used, rail.granted, rail.bad})
                to.varint(count);
            to.instant(rail.until);
        }));
        parts.add(MetaPart::rails, rails.take());
    }
    parts.add(MetaPart::meetings, all_of(meetings_, put_meeting));
    if (!strangers_.empty()) {
        ByteWriter strangers;
        strangers.instant(strangers_until_);
        put_all(strangers, strangers_, [&](const auto& item) {
            strangers.u64(item.first.number);
            put_all(strangers, item.second,
                    [&](const WentOut& one) { put_went_out(strangers, one); });
        });
        parts.add(MetaPart::strangers, strangers.take());
    }
    if (!turn_queues_.empty()) {
        ByteWriter queues;
        queues.instant(turns_due_);
        put_all(queues, turn_queues_, [&](const auto& item) {
            const auto& [journey, queue] = item;
            queues.text(journey);
            queues.varint(static_cast<std::uint64_t>(queue.step.count()));
            queues.instant(queue.free);
            queues.instant(queue.last);
            queues.boolean(queue.asked);
            put_all(queues, queue.given, [&](Instant turn) { queues.instant(turn); });
            put_all(queues, queue.come, [&](const auto& one) {
                for (const std::uint8_t byte : one.first.bytes)
                    queues.u8(byte);
                queues.instant(one.second);
            });
        });
        parts.add(MetaPart::turn_queues, queues.take());
    }
    parts.put(out);
}

void Machine::decode_meta_parts(ByteReader& from) {
    read_parts(from, [&](std::uint8_t kind, ByteReader& in) {
        switch (static_cast<MetaPart>(kind)) {
            case MetaPart::trials:
                return get_all(in, [&] {
                    TrialKey key;
                    key.journey = in.text();
                    key.version = number<std::uint32_t>(in, 0xffffffffu);
                    key.experiment = in.text();
                    Trial& trial = trials_[key];
                    trial.first_drawn = in.instant();
                    get_all(in, [&] {
                        MetricCounts& counts = trial.arms[in.text()];
                        for (std::uint64_t& count : counts)
                            count = in.varint();
                    });
                });
            case MetaPart::asked:
                for (std::uint64_t* count : {&acts_.emitted, &acts_.ran, &acts_.dropped})
                    *count = in.varint();
                return;
            case MetaPart::hours:
                for (std::uint64_t& count : hours_)
                    count = in.varint();
                hours_news_ = in.instant();
                return;
            case MetaPart::lessons:
                return get_all(in, [&] {
                    std::string subject = in.text();
                    lessons_[std::move(subject)] = get_lesson(in);
                });
            case MetaPart::held_out:
                return tally_.decode_held_out(*catalog_, in);
            case MetaPart::turns:
                return get_all(in, [&] {
                    const std::uint32_t journey = catalog_->journeys.find(in.text_view());
                    Turns turns;
                    turns.next = in.instant();
                    turns.last = in.instant();
                    if (journey != NameTable::kNone) turns_[journey] = turns;
                });
            case MetaPart::notices:
                return notices_.decode(in);
            case MetaPart::look:
                list_look_.due = in.instant();
                list_look_.running = in.u8() != 0;
                list_look_.begun = in.u8() != 0;
                list_look_.done.number = in.u64();
                return;
            case MetaPart::graves:
                return get_all(in, [&] {
                    Grave& grave = graves_[model::PersonId{in.u64()}];
                    grave.at = in.instant();
                    grave.next_ordinal = number<std::uint32_t>(in, 0xffffffffu);
                });
            case MetaPart::erasures:
                erasures_.people = in.varint();
                erasures_.late_receipts = in.varint();
                return;
            case MetaPart::rails:
                rails_due_ = in.instant();
                return get_all(in, [&] {
                    Rail& rail = rails_[in.text()];
                    const std::uint8_t state = in.u8();
                    if (state > static_cast<std::uint8_t>(Rail::State::shut)) return in.fail();
                    rail.state = static_cast<Rail::State>(state);
                    rail.asked = in.boolean();
                    rail.window = in.svarint();
                    for (std::uint64_t* count : {&rail.used, &rail.granted, &rail.bad})
                        *count = in.varint();
                    rail.until = in.instant();
                });
            case MetaPart::meetings:
                return get_all(in, [&] { meetings_.push_back(get_meeting(in, *catalog_)); });
            case MetaPart::strangers:
                strangers_until_ = in.instant();
                return get_all(in, [&] {
                    std::vector<WentOut>& of = strangers_[model::PersonId{in.u64()}];
                    get_all(in, [&] { of.push_back(get_went_out(in)); });
                });
            case MetaPart::turn_queues:
                turns_due_ = in.instant();
                return get_all(in, [&] {
                    TurnQueue& queue = turn_queues_[in.text()];
                    queue.step = Micros{number<std::int64_t>(in, std::size_t{1} << 62)};
                    queue.free = in.instant();
                    queue.last = in.instant();
                    queue.asked = in.boolean();
                    get_all(in, [&] { queue.given.push_back(in.instant()); });
                    get_all(in, [&] {
                        model::MessageKey key;
                        for (std::uint8_t& byte : key.bytes)
                            byte = in.u8();
                        queue.come[key] = in.instant();
                    });
                });
        }
        in.fail();
    });
}

}  // namespace journey::core
