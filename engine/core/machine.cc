#include "engine/core/machine.h"

#include "engine/core/chapters.h"

namespace journey::core {
namespace {

constexpr std::uint32_t kSeenDays = 31;

Error other_person(const std::string& external_id) {
    return error(ErrorCode::storage_failed, "The store gave the person " + external_id +
                                                " for another one; restore a backup.");
}

std::uint32_t day_of(Instant at) {
    return static_cast<std::uint32_t>(std::max<std::int64_t>(0, micros_of(at) / 86'400'000'000));
}

/// Something that was held may go on.
bool releases(const Catalog& before, const Catalog& now) {
    return now.winners != before.winners ||
           std::any_of(before.paused.begin(), before.paused.end(),
                       [&](const std::string& one) { return !now.stopped(one); });
}

}  // namespace

Machine::Machine(model::PartitionId id, const PartitionOptions& options, CatalogPtr catalog)
    : id_(id),
      options_(options),
      catalog_(std::move(catalog)),
      people_(form(), options.people_bytes) {}

People::Form Machine::form() {
    People::Form form;
    form.write = [this](const Person& person, ByteWriter& out) {
        write_person(person, PersonForm::resting, out);
    };
    form.is_long = [this](const Person& person) { return is_long(person, options_.chapter); };
    form.read = [this](std::string_view bytes, Person& person) {
        ENSURE(decode_person(bytes, person, true), "a resting person could not be read");
    };
    form.changes = [this](model::PersonId id) { write_before_change(id); };
    if (!options_.fetch) return form;
    form.fetch = [this, bytes = Bytes()](model::PersonId id, Person& person) mutable {
        options_.fetch(id, bytes);
        const Result<void> read = decode_person(bytes, person);
        if (!read) throw StoreFailed{{ErrorCode::storage_failed, read.error().detail}};
        if (person.id != id) throw StoreFailed{other_person(person.external_id)};
    };
    return form;
}

void Machine::apply(const model::Command& command, model::LogPosition position, Effects& effects) {
    if (position <= applied_) return;
    applied_ = position;
    now_ = std::max(now_, command.at);
    effects_ = &effects;
    flip_stale_ = false;
    looked_at_.clear();
    std::visit([&](const auto& body) { on(command, body); }, command.body);
    effects_ = nullptr;
    people_.rest();
}

// The catalog changes outside, by use_catalog.
void Machine::on(const model::Command&, const model::Publish&) {}
void Machine::on(const model::Command&, const model::SetPaused&) {}
void Machine::on(const model::Command&, const model::Resume&) {}
void Machine::on(const model::Command&, const model::Decide&) {}
void Machine::on(const model::Command&, const model::Learned&) {}
// By hear.
void Machine::on(const model::Command&, const model::Approve&) {}

/// The list is everybody's: who owns it has changed it by now. It was this person's message that
/// came back.
void Machine::on(const model::Command& command, const model::SuppressAddresses&) {
    Person* person = reach(command, false);
    if (person == nullptr) return;
    levels_changed_ = true;
    finish_command(*person);
}

void Machine::use_catalog(CatalogPtr catalog, model::LogPosition position, Effects& effects,
                          Instant at, const model::Resume& resumed) {
    if (position < applied_) return;
    // Rows name things by the catalog of their position.
    if (writing_) write_checkpoint(std::numeric_limits<std::size_t>::max());
    now_ = std::max(now_, at);
    applied_ = std::max(applied_, position);
    effects_ = &effects;
    flip_stale_ = false;
    looked_at_.clear();
    const LinkedProgram* live = catalog->live();
    const bool published = live != nullptr && live->hash != live_hash(catalog_);
    if (published) end_meetings();
    const CatalogPtr earlier = std::exchange(catalog_, std::move(catalog));
    if (options_.record_happenings && published) {
        Happening& happening = effects.happenings.emplace_back();
        happening.kind = Happening::Kind::published;
        happening.at = now_;
        happening.detail = live->hash;
    }
    if (published) begin_publication(earlier->live());
    close_lessons(*earlier);
    look_at_trials();
    if (!at_rails_.empty()) rails_due_ = now_;  // the program may ask for others, or for none
    if (releases(*earlier, *catalog_)) begin_release(resumed);
    run_meetings();
    effects_ = nullptr;
}

void Machine::attributes_changed(Person& person) {
    levels_changed_ = true;
    changed(person);
    for (Intent& intent : person.intents) {
        const bool waits = intent.message.status == model::MessageStatus::planned && !intent.ready;
        if (waits && intent.message.reason == model::Reason::no_zone) make_ready(person, intent);
    }
}

Person* Machine::reach(const model::Command& command, bool make) {
    Person* person = person_of(command.person);
    if (person == nullptr) {
        if (!make) return nullptr;
        person = &add_person(command.person, command.external_id);
        changed(*person);
        return person;
    }
    if (person->moved() != nullptr) {
        forward(command, *person);
        return nullptr;
    }
    // Ticks may come late; for this person nothing may happen out of order.
    if (person->scheduled <= now_) wake_due(*person, now_);
    return person;
}

void Machine::forward(const model::Command& command, const Person& stub) {
    AppendCommand append{command, stub.external_id, applied_};
    append.command.external_id = stub.moved()->to;
    append.command.person = model::person_id_of(stub.moved()->to);
    append.command.partition = model::partition_of(append.command.person, options_.partitions);
    // It may be appended twice after a crash, so it needs an id even when the sender gave none.
    const std::string id =
        "forwarded:" + std::to_string(id_.number) + ":" + std::to_string(applied_);
    if (append.command.message_id.empty()) append.command.message_id = id;
    if (auto* arrived = std::get_if<model::ReceiptArrived>(&append.command.body)) {
        if (arrived->receipt.id.empty()) arrived->receipt.id = id;
    }
    appends_.push_back(append);
    effects_->appends.push_back(std::move(append));
}

bool Machine::is_repeat(Person& person, const model::Command& command) {
    if (command.message_id.empty()) return false;
    const std::uint32_t today = day_of(now_);
    if (!person.seen.add({hash64(command.message_id), today})) {
        ++tally_.duplicates;
        return true;
    }
    if (today > kSeenDays) person.seen.forget_before(today - kSeenDays);
    changed(person);
    return false;
}

void Machine::finish_command(Person& person) {
    do {
        settle_levels(person);
    } while (do_next_asked(person));
    forget_chains(person);
    aim_flip(person);
    schedule(person);
}

void Machine::schedule(Person& person) {
    const Instant due = person.next_due();
    if (due >= person.scheduled) return;
    person.scheduled = due;
    timers_.push({due, person.id});
}

const calendar::Zone& Machine::place_of(const Person& person, const Entry& entry) const {
    return facts(person, entry).run_zone();
}

const calendar::Zone* Machine::zone_from(ir::Index expr, const Person& person,
                                         const Entry& entry) const {
    if (expr == ir::kNone) return nullptr;
    const Value value = facts(person, entry).evaluate(expr);
    const auto* name = value.as<std::string>();
    return name == nullptr ? nullptr : calendar::find_zone(*name);
}

const calendar::Zone& Machine::zone_of_step(ir::Index expr, const std::string& name, Person& person,
                                            const Entry& entry) {
    if (!name.empty()) {
        if (const calendar::Zone* named = calendar::find_zone(name)) return *named;
    }
    const ir::Index wanted = expr != ir::kNone ? expr : journey_of(entry).zone_from;
    if (const calendar::Zone* zone = zone_from(wanted, person, entry)) return *zone;
    const calendar::Zone& used = place_of(person, entry);
    if (wanted != ir::kNone) tell_no_zone(person, entry, used);
    return used;
}

void Machine::tell_no_zone(Person& person, const Entry& entry, const calendar::Zone& used) {
    note(person, {ActNote::Kind::no_zone, now_, journey_of(entry).name, state_of(entry).step,
                  std::string(calendar::name_of(used)), 0});
    changed(person);
}

void Machine::changed(Person& person) {
    if (person.dirty) return;
    person.dirty = true;
    dirty_.push_back(person.id);
}

void Machine::changed(Person& person, const Entry& entry) {
    changed(person);
    changed_entries_.emplace_back(person.id, entry.id);
}

void Machine::changed(Person& person, const Message& message) {
    changed(person);
    changed_messages_.emplace_back(person.id, message.key);
}

void Machine::quarantine(const model::Command& command, std::string_view event, std::string json,
                         std::string reason) {
    model::QuarantineRow& row = quarantine_.emplace_back();
    row.position = applied_;
    row.external_id = command.external_id;
    row.event = std::string(event);
    row.json = std::move(json);
    row.reason = std::move(reason);
    row.at = now_;
}

Happening* Machine::happens(Happening::Kind kind, const Person& person) {
    if (!options_.record_happenings || (options_.happenings & only(kind)) == 0) return nullptr;
    Happening& happening = effects_->happenings.emplace_back();
    happening.kind = kind;
    happening.at = now_;
    happening.person = person.id;
    return &happening;
}

Happening* Machine::happens(Happening::Kind kind, const Person& person, const Entry& entry) {
    Happening* happening = happens(kind, person);
    if (happening == nullptr) return nullptr;
    happening->entry = entry.id;
    happening->journey = journey_of(entry).name;
    happening->step = state_of(entry).step;
    happening->state = entry.state;
    return happening;
}

void Machine::took(const Person& person, const Entry& entry, ir::Index way) {
    if (Happening* happening = happens(Happening::Kind::took, person, entry)) happening->way = way;
}

Happening* Machine::happens(Happening::Kind kind, const Person& person, const Message& message) {
    Happening* happening = happens(kind, person);
    if (happening == nullptr) return nullptr;
    const ir::Program& program = *linked(message.program).program;
    const ir::State& state = program.journeys[message.journey].states[message.state];
    const auto& send = std::get<ir::Send>(state.act);
    happening->entry = message.entry;
    happening->journey = program.journeys[message.journey].name;
    happening->step = state.step;
    happening->state = message.state;
    happening->channel = program.channels[send.channel].name;
    happening->message_template = program.templates[send.message_template].name;
    happening->reason = message.reason;
    happening->detail = message.detail;
    return happening;
}

Counts Machine::counts() const {
    Counts counts = tally_.counts(*catalog_, people_.size() - stubs_);
    counts.emitted = acts_.emitted;
    counts.ran = acts_.ran;
    counts.dropped = acts_.dropped;
    counts.erased = erasures_.people;
    counts.late_receipts = erasures_.late_receipts;
    count_rails(counts);
    return counts;
}

}  // namespace journey::core
