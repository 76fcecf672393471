// The life of an Intent (RELIABILITY 1.2):
//
//   planned  --ready------------>  asked     IntentReady is out
//   asked    --Claim: lacking--->  asked     a fetch goes first (fetch.cc)
//   asked    --Claim: go-------->  claimed   frozen on the first grant: a repeat of the key sends
//                                            the same bytes
//   asked    --Claim: hold------>  planned   until the hold ends, a resume, or validity
//   asked    --Claim: skip------>  final
//   claimed  --Outcome---------->  final     accepted, rejected, unknown
//                                  planned   retry, pause, not_started: the next attempt
//   planned  --entry over------->  final     skipped
//   planned  --validity ends---->  final     expired
//
// In doubt (an attempt had no clear answer), every end but `accepted` becomes `unknown`.
#include "engine/core/machine.h"

namespace journey::core {
namespace {

using model::MessageStatus;
using model::Reason;

constexpr Micros kBackoffFirst = std::chrono::seconds(1);
constexpr Micros kBackoffMax = std::chrono::hours(1);
constexpr Micros kPauseLeast = std::chrono::seconds(60);
constexpr Micros kRetryMarketing = std::chrono::hours(1);
constexpr Micros kRetryTransactional = std::chrono::hours(12);

const ir::Send& send_of(const LinkedProgram& linked, const Message& message) {
    return std::get<ir::Send>(linked.program->journeys[message.journey].states[message.state].act);
}

std::string_view bytes_of(const model::MessageKey& key) {
    return {reinterpret_cast<const char*>(key.bytes.data()), key.bytes.size()};
}

// Up to a quarter more, so that a provider's recovery is not met by everybody at once; the same in
// every replay.
Micros with_jitter(Micros wait, const Intent& intent) {
    const auto share =
        static_cast<std::int64_t>(hash64(bytes_of(intent.message.key), intent.attempt) % 251);
    return wait + Micros(wait.count() / 1000 * share);
}

// What receipts that came before the answer say of it. Only an accepted message gives receipts of
// any kind but `failed`.
MessageStatus told_by_receipts(MessageStatus status, const Message& message) {
    if (status != MessageStatus::unknown && status != MessageStatus::rejected) return status;
    bool failed = false;
    for (const ReceiptNote& note : message.receipts) {
        if (!tells_fate(note.kind)) continue;
        if (note.kind != model::ReceiptKind::failed) return MessageStatus::accepted;
        failed = true;
    }
    return failed ? MessageStatus::rejected : status;
}

}  // namespace

Intent Machine::draft(Person& person, Entry& entry, ir::Index state) {
    const LinkedProgram& program = linked(entry.program);
    const auto& send = std::get<ir::Send>(journey_of(entry).states[state].act);
    const ir::Template& text = program.program->templates[send.message_template];
    Intent intent;
    Message& message = intent.message;
    message.entry = entry.id;
    message.program = entry.program;
    message.journey = entry.journey;
    message.state = static_cast<std::uint16_t>(state);
    message.channel = program.channels[send.channel];
    message.message_class = text.message_class;
    message.planned_at = now_;
    const PersonFacts asked = facts(person, entry);
    for (const ir::NamedExpr& arg : send.args) {
        Value value = asked.evaluate(arg.expr);
        if (!value.is_missing()) intent.args.push_back({arg.name, std::move(value)});
    }
    if (send.to != ir::kNone) {
        const Value to = asked.evaluate(send.to);
        if (const auto* address = to.as<std::string>()) intent.address = *address;
    }
    const calendar::Zone& place = place_of(person, entry);
    switch (send.validity.kind) {
        case ir::Validity::Kind::none:
            break;
        case ir::Validity::Kind::for_duration:
            intent.valid_until = calendar::add(now_, send.validity.duration, place);
            break;
        case ir::Validity::Kind::until_time: {
            const calendar::Zone& zone =
                zone_of_step(send.validity.zone_from, send.validity.zone, person, entry);
            intent.valid_until = calendar::next_time(now_, TimeOfDay{send.validity.until_seconds},
                                                     std::nullopt, zone);
            break;
        }
    }
    return intent;
}

bool Machine::plan(Person& person, Entry& entry, const ir::Send& send) {
    const LinkedProgram& program = linked(entry.program);
    Intent intent = draft(person, entry, entry.state);
    Message& message = intent.message;
    const std::uint16_t visit = visit_of(entry);
    message.visit = visit;
    message.key = model::message_key_of({program.program->workspace.name, journey_of(entry).name,
                                         entry.id, state_of(entry).step, visit,
                                         program.program->channels[send.channel].name});
    const bool over = person.final_message(message.key) != nullptr;
    if (over || person.intent(message.key) != nullptr) {
        // The key is made of what can only be met once, so this is a repeat of what was already
        // done. While the other is open its end lets this entry go on.
        happens(Happening::Kind::refused_duplicate, person, message);
        return !over;
    }
    Intent& planned = person.intents.push_back(std::move(intent));
    changed(person, planned.message);
    happens(Happening::Kind::planned, person, planned.message);
    if (const auto at = take_went_out(person, planned.message.key)) {
        leave(entry);  // and so goes on by itself
        close_sent_elsewhere(person, planned, *at);
        return false;
    }
    if (late_run_ == entry.id) {
        leave(entry);  // and so goes on by itself
        close(person, planned.message.key, MessageStatus::skipped, Reason::late, {});
        return false;
    }
    if (!send.best_hour || !wait_for_best_hour(person, entry, planned, *send.best_hour))
        make_ready(person, planned);
    return true;
}

void Machine::drop_late(Person& person, Intent& intent) {
    const Entry* entry = person.entry(intent.message.entry);
    const bool live = entry != nullptr && entry->live();
    if (intent.late == model::Late::exit && live) return finish(person, entry->ordinal, "late");
    const LateRun late(*this, intent.message.entry);
    close(person, intent.message.key, MessageStatus::skipped, Reason::late, {});
}

IntentReady Machine::ready_of(const Person& person, const Intent& intent) const {
    const LinkedProgram& program = linked(intent.message.program);
    IntentReady ready;
    ready.key = intent.message.key;
    ready.person = person.id;
    ready.channel = catalog_->channels.name(intent.message.channel);
    ready.attempt = intent.attempt;
    ready.priority = program.program->journeys[intent.message.journey].priority;
    if (const ir::Index fetch = lacking(person, intent); fetch != ir::kNone) {
        ready.channel = fetch_lane(program.program->fetches[fetch].name);
        return ready;
    }
    const ir::Send& send = send_of(program, intent.message);
    const bool own = intent.frozen || send.to != ir::kNone;
    const std::string address = own ? intent.address : address_of(program, person, send.channel);
    if (const std::size_t at = address.rfind('@'); at != std::string::npos) {
        ready.domain = address.substr(at + 1);
        for (char& c : ready.domain)
            c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return ready;
}

void Machine::make_ready(Person& person, Intent& intent) {
    forget_stale(person, intent);
    intent.ready = true;
    intent.due = kNever;
    changed(person);
    effects_->ready.push_back(ready_of(person, intent));
}

bool Machine::variables(const Person& person, const Intent& intent, Record* data) const {
    const LinkedProgram& program = linked(intent.message.program);
    const ir::Send& send = send_of(program, intent.message);
    const ir::Template& text = program.program->templates[send.message_template];
    bool complete = true;
    Record out = intent.args;
    for (const ir::TemplateParam& param : text.params) {
        if (find(out, param.field.name) != nullptr) continue;
        if (param.field.fallback) {
            put(out, param.field.name, *param.field.fallback);
        } else if (param.field.required) {
            complete = false;
        }
    }
    if (data == nullptr) return complete;
    Record user;
    for (std::size_t i = 0; i < program.profile.size(); ++i) {
        const ir::Field& field = program.program->profile[i];
        if (const Value* value = person.attribute(program.profile[i])) {
            user.push_back({field.name, *value});
        } else if (field.fallback) {
            user.push_back({field.name, *field.fallback});
        }
    }
    put(out, "user", Value(std::move(user)));
    Record trigger;
    const ir::Journey& journey = program.program->journeys[intent.message.journey];
    for (const Entry& entry : person.entries) {
        if (entry.id != intent.message.entry) continue;
        for (std::size_t i = 0; i < journey.trigger_fields.size() && i < entry.values.size(); ++i) {
            if (!entry.values[i].is_missing())
                trigger.push_back({journey.trigger_fields[i], entry.values[i]});
        }
        put(trigger, "time", Value(entry.trigger_time));
    }
    put(out, "trigger", Value(std::move(trigger)));
    *data = std::move(out);
    return complete;
}

rules::Verdict Machine::verdict_of(const Person& person, const Intent& intent,
                                   bool connector_ready) const {
    const Message& message = intent.message;
    const LinkedProgram& program = linked(message.program);
    const ir::Journey& journey = program.program->journeys[message.journey];
    const ir::Send& send = send_of(program, message);
    const ir::Template& text = program.program->templates[send.message_template];
    rules::SendFacts facts;
    facts.entry_live = false;
    for (const Entry& entry : person.entries) {
        if (entry.id == message.entry) facts.entry_live = entry.live();
    }
    facts.journey_paused = catalog_->stopped(journey.name);
    facts.kill_switch = catalog_->stopped("");
    facts.connector_ready = connector_ready;
    facts.has_address = send.to != ir::kNone
                            ? !intent.address.empty()
                            : program.program->channels[send.channel].address_field == ir::kNone ||
                                  !address_of(program, person, send.channel).empty();
    facts.consent_needed = text.consent != ir::kNone;
    facts.consent_given = facts.consent_needed && consent_given(program, person, text.consent);
    facts.suppressed = person.suppressed(message.channel);
    if (const auto known = facts.suppressed ? std::nullopt : listed(person, intent)) {
        facts.suppressed = true;
        facts.suppressed_because = sentence_of(*known);
    }
    facts.required_variable_missing = !intent.frozen && !variables(person, intent, nullptr);
    if (intent.valid_until != kNever) facts.valid_until = intent.valid_until;
    facts.message_class = message.message_class;
    facts.channel = send.channel;
    facts.channel_name = program.program->channels[send.channel].name;
    facts.now = now_;
    const bool marketing = message.message_class == ir::MessageClass::marketing;
    if (marketing && journey.frequency != ir::kNone && !send.waive_frequency) {
        facts.frequency = &program.program->frequencies[journey.frequency];
    }
    if (marketing && journey.quiet != ir::kNone && !send.waive_quiet) {
        facts.quiet = &program.program->quiets[journey.quiet];
    }
    facts.person_zone = zone_of(program, person);
    facts.workspace_zone = program.workspace_zone;
    facts.week_starts = program.program->workspace.week_starts;
    facts.planned_at = message.planned_at;
    std::vector<rules::SentBefore> sent;
    if (facts.frequency != nullptr) {
        const auto count = [&](const Message& one) {
            if (one.claimed_at == kNever) return;
            sent.push_back({one.claimed_at, program.channel_at(one.channel), one.message_class});
        };
        for (const Message& one : person.messages) {
            if (one.status == MessageStatus::accepted || one.status == MessageStatus::unknown)
                count(one);
        }
        for (const Intent& one : person.intents) {
            const bool own = one.message.key == message.key;
            if (one.message.status == MessageStatus::claimed || (one.in_doubt && !own))
                count(one.message);
        }
    }
    facts.sent = sent;
    std::vector<rules::Expected> expected;
    if (facts.frequency != nullptr && facts.frequency->gives_way && !intent.in_doubt)
        expected = expected_before(person, intent);
    facts.expected = expected;
    if (facts.quiet != nullptr && facts.quiet->spread_seconds > 0)
        facts.own = hash64(bytes_of(message.key), 0);
    facts.held_out = marketing && held_out(person);
    return rules::decide(facts);
}

bool Machine::may_go_at(const Person& person, const Intent& intent, Instant at) const {
    const LinkedProgram& program = linked(intent.message.program);
    const ir::Journey& journey = program.program->journeys[intent.message.journey];
    const ir::Send& send = send_of(program, intent.message);
    if (journey.quiet == ir::kNone || send.waive_quiet) return true;
    rules::SendFacts facts;
    facts.quiet = &program.program->quiets[journey.quiet];
    facts.channel = send.channel;
    facts.person_zone = zone_of(program, person);
    facts.workspace_zone = program.workspace_zone;
    facts.now = at;
    return !rules::is_quiet(facts);
}

std::vector<rules::Expected> Machine::expected_before(const Person& person,
                                                      const Intent& intent) const {
    const auto priority = [&](const Message& message) {
        return linked(message.program).program->journeys[message.journey].priority;
    };
    const LinkedProgram& program = linked(intent.message.program);
    std::vector<rules::Expected> out;
    for (const Intent& one : person.intents) {
        const Message& message = one.message;
        // What is in doubt counts as sent already.
        if (message.status != MessageStatus::planned || one.in_doubt || waits_for_resume(one) ||
            priority(message) <= priority(intent.message)) {
            continue;
        }
        const LinkedProgram& theirs = linked(message.program);
        const Instant at = one.ready || waits_for_turn(one) ? now_ : one.due;
        if (at >= one.valid_until ||
            catalog_->stopped(theirs.program->journeys[message.journey].name))
            continue;
        out.push_back({at, program.channel_at(message.channel), message.message_class});
    }
    return out;
}

void Machine::ask_again_for_way(Person& person) {
    for (Intent& one : person.intents) {
        if (one.message.status == MessageStatus::planned && !one.ready &&
            one.message.reason == Reason::gave_way) {
            make_ready(person, one);
        }
    }
}

bool Machine::held_out(const Person& person) const {
    const LinkedProgram* live = catalog_->live();
    return live != nullptr && rules::held_out(live->program->workspace.holdout,
                                              model::customer_id_of(person.external_id));
}

std::vector<std::string> Machine::addresses_for(const Person& person, const Intent& intent) const {
    const LinkedProgram& program = linked(intent.message.program);
    const ir::Send& send = send_of(program, intent.message);
    if (!intent.frozen && send.to == ir::kNone) return addresses_of(program, person, send.channel);
    std::vector<std::string> out{intent.address};
    out.insert(out.end(), intent.more_addresses.begin(), intent.more_addresses.end());
    return out;
}

std::optional<ListedAddress> Machine::listed(const Person& person, const Intent& intent) const {
    if (!options_.addresses || (options_.addresses->size() == 0 && appends_.empty()))
        return std::nullopt;
    const LinkedProgram& program = linked(intent.message.program);
    const ir::Channel& channel =
        program.program->channels[send_of(program, intent.message).channel];
    std::optional<ListedAddress> first;
    for (const std::string& address : addresses_for(person, intent)) {
        auto known = listed(channel, address);
        if (!known) return std::nullopt;
        if (!first) first = std::move(known);
    }
    return first;
}

std::optional<ListedAddress> Machine::listed(const ir::Channel& channel,
                                             const std::string& address) const {
    if (auto known = options_.addresses->blocks(channel, address)) return known;
    return address.empty() ? std::nullopt : about_to_be_listed(channel, address);
}

// What came back a moment ago is on its way to the list through the Log.
std::optional<ListedAddress> Machine::about_to_be_listed(const ir::Channel& channel,
                                                         const std::string& address) const {
    std::optional<model::AddressKey> key;
    for (const AppendCommand& append : appends_) {
        const auto* change = std::get_if<model::SuppressAddresses>(&append.command.body);
        if (change == nullptr || !change->suppressed) continue;
        if (!key) key = options_.addresses->key_of(scope_of(channel.kind), channel.kind, address);
        for (const auto& item : change->items) {
            if (item.key == *key)
                return ListedAddress{true, item.scope, item.reason, change->source, item.since};
        }
    }
    return std::nullopt;
}

bool Machine::suppress_address(const Person& person, const Message& message,
                               std::string_view reason) {
    if (!options_.addresses || !message.address) return false;
    const LinkedProgram& program = linked(message.program);
    const ir::Send& send = send_of(program, message);
    model::SuppressAddresses change;
    change.source = "message " + model::format_key(message.key);
    change.items.push_back({std::string(scope_of(program.program->channels[send.channel].kind)),
                            *message.address, std::string(reason), now_});
    AppendCommand append;
    append.from = person.external_id;
    append.cause = applied_;
    append.command.person = person.id;
    append.command.external_id = person.external_id;
    append.command.partition = model::kEveryPartition;
    append.command.at = now_;
    append.command.event_time = now_;
    append.command.message_id = std::string(reason) + ":" + model::format_key(message.key);
    append.command.body = std::move(change);
    appends_.push_back(append);
    effects_->appends.push_back(std::move(append));
    return true;
}

// A device that nothing may go to any more does not keep the others from the message.
void Machine::freeze_addresses(const Person& person, Intent& intent) const {
    const LinkedProgram& program = linked(intent.message.program);
    const ir::Channel& channel =
        program.program->channels[send_of(program, intent.message).channel];
    std::vector<std::string> all = addresses_for(person, intent);
    if (all.size() > 1 && options_.addresses) {
        std::erase_if(
            all, [&](const std::string& address) { return listed(channel, address).has_value(); });
    }
    intent.address = all.empty() ? std::string() : std::move(all.front());
    if (!all.empty()) all.erase(all.begin());
    intent.more_addresses = std::move(all);
}

void Machine::grant(Person& person, Intent& intent) {
    Message& message = intent.message;
    const LinkedProgram& program = linked(message.program);
    const ir::Journey& journey = program.program->journeys[message.journey];
    const ir::Send& send = send_of(program, message);
    freeze_addresses(person, intent);
    if (!intent.frozen) {
        variables(person, intent, &intent.data);
        take_fetched(person, intent, intent.data);
        intent.first_claim = now_;
        intent.frozen = true;
        if (options_.addresses && !intent.address.empty()) {
            const ir::ChannelKind kind = program.program->channels[send.channel].kind;
            message.address = options_.addresses->key_of(scope_of(kind), kind, intent.address);
        }
    }
    intent.due = kNever;
    message.status = MessageStatus::claimed;
    message.reason = Reason::none;
    message.detail.clear();
    message.claimed_at = now_;
    ++message.attempts;
    changed(person, message);
    if (Happening* happening = happens(Happening::Kind::attempted, person, message))
        happening->data = intent.data;
    StartAttempt start;
    start.key = message.key;
    start.person = person.id;
    start.attempt = intent.attempt;
    start.channel = program.program->channels[send.channel].name;
    start.address = intent.address;
    start.more_addresses = intent.more_addresses;
    start.external_id = person.external_id;
    start.program = program.program;
    start.message_template = send.message_template;
    start.data = intent.data;
    start.journey = journey.name;
    start.step = journey.states[message.state].step;
    start.entry = message.entry;
    start.message_class = message.message_class;
    start.first_claim = intent.first_claim;
    start.address_key = message.address;
    effects_->attempts.push_back(std::move(start));
    ask_again_for_way(person);
}

void Machine::hold(Person& person, Intent& intent, const rules::Verdict& verdict) {
    Message& message = intent.message;
    message.reason = verdict.reason;
    message.detail = verdict.saw;
    if (verdict.reason == Reason::blast_limit || verdict.reason == Reason::canary) {
        intent.due = intent.valid_until;
        at_rails_[step_of(message)].emplace(person.id, message.entry);
    } else if (verdict.reason == Reason::journey_rate && verdict.hold_until == kNever) {
        queue_for_turn(person, intent);
    } else if (verdict.hold_until == kNever) {
        // Only a resume, a profile that now says where the person lives, or the end of validity
        // ends this.
        intent.due = intent.valid_until;
        parked_.insert(person.id);
    } else {
        intent.due = verdict.hold_until > now_ ? verdict.hold_until : now_ + kPauseLeast;
    }
    changed(person, message);
    // When its turn is, is not known yet; perhaps now.
    if (!waits_for_turn(intent)) {
        if (Happening* happening = happens(Happening::Kind::held, person, message)) {
            if (intent.due != kNever) happening->until = intent.due;
        }
    }
    if (verdict.reason != Reason::gave_way) ask_again_for_way(person);
}

void Machine::close(Person& person, const model::MessageKey& key, MessageStatus status,
                    Reason reason, std::string detail) {
    Intent* intent = person.intent(key);
    ENSURE(intent != nullptr, "closed a message that is not open");
    if (waits_at_rails(*intent)) leave_rails(person, *intent);
    leave_turns(person, *intent);
    forget_fetches(person, key);
    const bool in_doubt = intent->in_doubt;
    Message message = std::move(intent->message);
    person.intents.erase(static_cast<std::size_t>(intent - person.intents.begin()));
    if (in_doubt && status != MessageStatus::accepted) status = MessageStatus::unknown;
    if (const MessageStatus said = told_by_receipts(status, message); said != status) {
        status = said;
        reason = said == MessageStatus::accepted ? Reason::none : Reason::provider_rejected;
    }
    message.status = status;
    message.reason = reason;
    message.detail = std::move(detail);
    message.finished_at = now_;
    JourneyTally& tally = tally_of(message);
    Happening::Kind kind = Happening::Kind::skipped;
    switch (status) {
        case MessageStatus::accepted:
            ++tally.sent;
            ++tally_.sent_by_channel[catalog_->channels.name(message.channel)];
            kind = Happening::Kind::accepted;
            count_message(person, message, ir::Metric::sent);
            hope_for(person, message);
            break;
        case MessageStatus::rejected:
            kind = Happening::Kind::rejected;
            count_bad(message);
            break;
        case MessageStatus::unknown:
            ++tally.unknown;
            kind = Happening::Kind::unknown;
            break;
        case MessageStatus::skipped:
        case MessageStatus::expired:
            ++tally.skipped;
            ++tally.skipped_by[std::string(model::name_of(reason))];
            break;
        case MessageStatus::planned:
        case MessageStatus::claimed:
            ENSURE(false, "closed a message with a status that is not final");
    }
    if (!person.messages.empty() && person.messages.size() % 64 == 0) {
        person.messages.erase_if(
            [&](const Message& one) { return one.finished_at < now_ - kRetention; });
    }
    const model::EntryId entry_id = message.entry;
    const std::uint16_t state = message.state;
    const std::uint16_t program = message.program;
    changed(person, message);
    happens(kind, person, message);
    const Message& closed = person.messages.push_back(std::move(message));
    ask_again_for_way(person);
    Entry* entry = person.entry(entry_id);
    if (entry == nullptr || entry->phase != Phase::sending || entry->state != state ||
        entry->program != program) {
        return;
    }
    const ir::Index next = after_message(*entry, closed);
    go_on_from(person, *entry, next, true);
}

void Machine::close_skipped(Person& person, const model::MessageKey& key,
                            const rules::Verdict& verdict) {
    close(person, key,
          verdict.reason == Reason::not_valid_anymore ? MessageStatus::expired
                                                      : MessageStatus::skipped,
          verdict.reason, verdict.saw);
}

void Machine::skip_planned(Person& person, model::EntryId entry, Reason reason) {
    std::vector<model::MessageKey> planned;
    for (const Intent& intent : person.intents) {
        if (intent.message.entry == entry && intent.message.status == MessageStatus::planned) {
            planned.push_back(intent.message.key);
        }
    }
    for (const model::MessageKey& key : planned)
        close(person, key, MessageStatus::skipped, reason, {});
}

void Machine::retry_or_give_up(Person& person, Intent& intent,
                               const model::Observation& observation) {
    Message& message = intent.message;
    const Entry* entry = person.entry(message.entry);
    if (entry == nullptr || !entry->live()) {
        return close(person, message.key, MessageStatus::skipped, Reason::entry_over,
                     observation.reason);
    }
    const bool pause = observation.kind == model::ObservationKind::pause;
    // An answer that was lost with the daemon is no failure of the provider's.
    const bool lost = observation.kind == model::ObservationKind::lost;
    Micros wait = kBackoffFirst;
    for (std::uint32_t i = 0; !lost && i < intent.failures && wait < kBackoffMax; ++i)
        wait *= 2;
    wait = std::min(wait, kBackoffMax);
    if (pause) wait = std::max(wait, kPauseLeast);
    wait = std::max(with_jitter(wait, intent), observation.retry_after);
    if (!pause && !lost) ++intent.failures;

    const LinkedProgram& program = linked(message.program);
    const ir::Send& send = send_of(program, message);
    const bool marketing = message.message_class == ir::MessageClass::marketing;
    Instant last = intent.first_claim + (marketing ? kRetryMarketing : kRetryTransactional);
    if (send.retry_for)
        last = calendar::add(intent.first_claim, *send.retry_for, *program.workspace_zone);
    last = std::min(last, intent.valid_until);
    if (now_ + wait > last) {
        return close(person, message.key, MessageStatus::rejected, Reason::retries_exhausted,
                     observation.reason);
    }
    message.status = MessageStatus::planned;
    message.reason = pause ? Reason::connector_paused : Reason::none;
    message.detail = observation.reason;
    ++intent.attempt;
    intent.due = now_ + wait;
    changed(person, message);
    if (Happening* happening = happens(Happening::Kind::retrying, person, message))
        happening->until = intent.due;
}

}  // namespace journey::core
