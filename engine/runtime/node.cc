#include "engine/runtime/histogram.h"
#include "engine/runtime/node_impl.h"

#include <bit>

namespace journey::runtime {

using model::ObservationKind;

Node::Impl::Impl(NodeOptions given)
    : options(std::move(given)),
      dispatcher(options.routes, options.calls, options.rate_shares, options.fetches),
      composer(options.links),
      addresses(std::make_shared<core::AddressList>(options.address_pepper)) {
    ENSURE(options.partitions > 0, "a node without partitions");
    partitions.reserve(options.partitions);
    for (std::uint16_t i = 0; i < options.partitions; ++i)
        partitions.emplace_back(model::PartitionId{i}, partition_options(i), catalog);
    due.assign(options.partitions, kNever);
    decisions_due.assign(options.partitions, kNever);
    tick_asked.assign(options.partitions, false);
    saved.assign(options.partitions, 0);
    durable.assign(options.partitions, 0);
    numbers.lateness_millis_histogram.assign(kHistogramBuckets, 0);
}

core::PartitionOptions Node::Impl::partition_options(std::uint16_t number) const {
    core::PartitionOptions each;
    each.partitions = options.partitions;
    each.record_happenings = options.record_happenings;
    each.happenings = options.happenings;
    each.people_bytes = options.people_bytes / options.partitions;
    each.people_a_tick = options.people_a_tick;
    each.chapter = options.chapter;
    each.addresses = addresses;
    if (state == nullptr) return each;
    each.fetch = [store = state, number](model::PersonId id, Bytes& into) {
        const Result<void> read = store->load_person(model::PartitionId{number}, id, into);
        if (!read) throw core::StoreFailed{error(ErrorCode::storage_failed, read.error().detail)};
    };
    return each;
}

void Node::Impl::emit(model::PersonId person, Instant at, model::CommandBody body) {
    model::Command command;
    command.partition = model::partition_of(person, options.partitions);
    command.person = person;
    command.at = at;
    command.event_time = at;
    command.body = std::move(body);
    commands_out.push_back(std::move(command));
}

void Node::Impl::emit(core::AppendCommand append) {
    append.command.partition = model::is_for_every_partition(append.command.body)
                                   ? model::kEveryPartition
                                   : model::partition_of(append.command.person, options.partitions);
    commands_out.push_back(std::move(append.command));
}

void Node::Impl::count(const std::string& channel, ObservationKind kind) {
    ++numbers.observations[channel + "/" + std::string(name_of(kind))];
}

void Node::Impl::settle(const core::StartAttempt& attempt, ObservationKind kind,
                        std::string_view reason) {
    count(attempt.channel, kind);
    model::Observation observation;
    observation.kind = kind;
    observation.reason = reason;
    emit(attempt.person, now_,
         model::Outcome{attempt.key, attempt.attempt, std::move(observation), {}});
}

// ---------------------------------------------------------------- applying

void Node::Impl::note_append(const core::AppendCommand& append) {
    const model::Command& command = append.command;
    pending.push_back({append.from, append.cause, command.person, command.body.index(),
                       command.message_id, command.event_time});
}

/// What core asked for is in the Log when it comes back. Confirming the wrong one of two alike
/// would matter only to a stop at this very moment, and then nothing worse than a second, harmless
/// append is missed: both say the same.
void Node::Impl::confirm_appends(const model::Command& command) {
    const auto* absorb = std::get_if<model::Absorb>(&command.body);
    const auto found = std::find_if(pending.begin(), pending.end(), [&](const Pending& one) {
        if (one.person != command.person || one.kind != command.body.index()) return false;
        if (absorb != nullptr) return one.from == absorb->from && one.cause == absorb->released_at;
        return one.message_id == command.message_id && one.event_time == command.event_time;
    });
    if (found == pending.end()) return;
    partitions[part_of(model::person_id_of(found->from))].confirm_append(found->from, found->cause);
    pending.erase(found);
}

void Node::Impl::change_catalog(const model::Command& command, model::LogPosition position) {
    model::Resume resume;
    if (const auto* publish = std::get_if<model::Publish>(&command.body)) {
        Result<core::CatalogPtr> next = core::publish(catalog, publish->program, position);
        // The API checks a program before it takes it; bytes that do not decode change nothing,
        // today and at every replay.
        if (next) catalog = std::move(next).value();
    } else if (const auto* pause = std::get_if<model::SetPaused>(&command.body)) {
        catalog = core::set_paused(catalog, pause->journey, pause->paused);
        stopped_more = stopped_more || pause->paused;
    } else if (const auto* ended = std::get_if<model::Resume>(&command.body)) {
        catalog = core::set_paused(catalog, ended->journey, false);
        resume = *ended;
    } else if (const auto* decide = std::get_if<model::Decide>(&command.body)) {
        catalog = core::set_decided(catalog, *decide);
        if (decisions_asked > 0) --decisions_asked;
    } else if (const auto* learned = std::get_if<model::Learned>(&command.body)) {
        catalog = core::set_learned(catalog, *learned, command.at);
        if (decisions_asked > 0) --decisions_asked;
    }
    for (std::size_t i = 0; i < partitions.size(); ++i) {
        if (partitions[i].applied() >= position)
            continue;  // restored from after it, with its catalog
        partitions[i].use_catalog(catalog, position, effects, command.at, resume);
        due[i] = partitions[i].next_due();
        decisions_due[i] = partitions[i].next_decision();
    }
    catalog_position = position;
    catalog_unsaved = true;
    use_program();
}

void Node::Impl::tell_partitions(const model::Command& command, model::LogPosition position) {
    if (std::holds_alternative<model::Learned>(command.body) && decisions_asked > 0)
        --decisions_asked;
    for (std::size_t i = 0; i < partitions.size(); ++i) {
        partitions[i].hear(command, position);
        due[i] = partitions[i].next_due();
        decisions_due[i] = partitions[i].next_decision();
    }
}

/// `command.person`: whose message came back; what hangs on being reachable is looked at again.
void Node::Impl::change_addresses(const model::Command& command,
                                  const model::SuppressAddresses& change,
                                  model::LogPosition position) {
    if (!pending.empty()) confirm_appends(command);
    addresses->apply(change, command.at, position);
    addresses_grew = addresses_grew || change.suppressed;
    if (command.person == model::PersonId{}) {
        for (std::size_t i = 0; i < partitions.size(); ++i) {
            if (partitions[i].applied() >= position) continue;
            partitions[i].addresses_changed(position, command.at);
            due[i] = partitions[i].next_due();
        }
        return;
    }
    apply_to(part_of(command.person), command, position);
}

void Node::Impl::apply_to(std::uint16_t part, const model::Command& command,
                          model::LogPosition position) {
    const std::size_t appends = effects.appends.size();
    partitions[part].apply(command, position, effects);
    for (std::size_t i = appends; i < effects.appends.size(); ++i)
        note_append(effects.appends[i]);
    due[part] = partitions[part].next_due();
    decisions_due[part] = partitions[part].next_decision();
}

void Node::Impl::use_program() {
    if (const auto program = core::live_program(catalog)) dispatcher.use_program(*program);
}

void Node::Impl::apply(std::span<const model::Command> commands, model::LogPosition first) {
    ENSURE(first == applied + 1, "a batch does not continue what was applied");
    for (const model::Command& command : commands) {
        const model::LogPosition position = ++applied;
        newest = std::max(newest, command.at);
        if (command.partition == model::kEveryPartition) {
            if (const auto* change = std::get_if<model::SuppressAddresses>(&command.body)) {
                change_addresses(command, *change, position);
            } else if (core::is_for_rails(command.body)) {
                tell_partitions(command, position);
            } else {
                change_catalog(command, position);
            }
            continue;
        }
        const std::uint16_t part = command.partition.number;
        ENSURE(part < partitions.size(), "a command for a partition that does not exist");
        if (!pending.empty()) confirm_appends(command);
        const std::size_t attempts = effects.attempts.size();
        apply_to(part, command, position);
        if (std::holds_alternative<model::Tick>(command.body)) {
            tick_asked[part] = false;
        } else if (const auto* claim = std::get_if<model::Claim>(&command.body)) {
            dispatcher.claim_applied(claim->key);
            if (options.tell_stayed) tell_stayed(command, *claim, attempts);
        }
    }
}

/// Unless the Claim just granted a message: that is the newest attempt, and not a call or a fetch.
void Node::Impl::tell_stayed(const model::Command& command, const model::Claim& claim,
                             std::size_t attempts_before) {
    const bool leaves = effects.attempts.size() > attempts_before &&
                        effects.attempts.back().webhook == ir::kNone &&
                        effects.attempts.back().fetch == ir::kNone;
    if (leaves) return;
    stayed.push_back(
        {storage::Departure::What::stayed, command.person, claim.key, claim.attempt, {}});
}

Result<std::vector<model::Command>> Node::Impl::decode(const storage::LogBatch& batch) const {
    ByteReader in(batch.commands);
    std::vector<model::Command> commands;
    commands.reserve(batch.count);
    for (std::uint32_t i = 0; i < batch.count; ++i) {
        Result<model::Command> command = model::decode_command(in);
        const bool addressed = command && (command.value().partition == model::kEveryPartition ||
                                           command.value().partition.number < partitions.size());
        if (!addressed) {
            return error(ErrorCode::storage_failed,
                         "the command at position " + std::to_string(batch.first + i) +
                             " of the log cannot be read: " +
                             (command ? "its partition does not exist in this store"
                                      : command.error().detail) +
                             "; start the version that wrote it, or restore a backup");
        }
        commands.push_back(std::move(command).value());
    }
    return commands;
}

void Node::Impl::use_effects() {
    for (core::IntentReady& intent : effects.ready)
        dispatcher.ready(std::move(intent));
    for (core::StartAttempt& attempt : effects.attempts) {
        if (auto refused = dispatcher.granted(std::move(attempt))) {
            settle(*refused, ObservationKind::not_started, "the connector stopped taking messages");
        }
    }
    // After the Attempts of the same batch: an opt-out may stand right behind a Claim.
    for (const core::CancelUnstarted& cancel : effects.cancels) {
        for (const core::StartAttempt& attempt : dispatcher.cancel(cancel)) {
            settle(attempt, ObservationKind::not_started, "suppressed");
        }
    }
    if (std::exchange(addresses_grew, false)) {
        for (const core::StartAttempt& attempt : dispatcher.cancel(*addresses))
            settle(attempt, ObservationKind::not_started, "suppressed");
    }
    if (std::exchange(stopped_more, false)) {
        for (const core::StartAttempt& attempt : dispatcher.cancel(catalog))
            settle(attempt, ObservationKind::not_started, "paused");
    }
    for (core::AppendCommand& append : effects.appends)
        emit(std::move(append));
    std::move(effects.happenings.begin(), effects.happenings.end(), std::back_inserter(happenings));
    effects.clear();
}

// ---------------------------------------------------------------- time

void Node::Impl::turn(Instant now) {
    now_ = now;
    for (std::size_t i = 0; i < partitions.size(); ++i) {
        if (due[i] > now || tick_asked[i]) continue;
        count_in(numbers.lateness_millis_histogram,
                 static_cast<std::uint64_t>(
                     std::chrono::duration_cast<std::chrono::milliseconds>(now - due[i]).count()));
        model::Command tick;
        tick.partition = model::PartitionId{static_cast<std::uint16_t>(i)};
        tick.at = now;
        tick.event_time = now;
        tick.body = model::Tick{};
        commands_out.push_back(std::move(tick));
        tick_asked[i] = true;
    }
    if (next_decision() <= now) {
        decide_winners(now);
        learn(now);
    }
    for (Dispatcher::Asked& asked : dispatcher.ask(now, options.claims_per_turn)) {
        emit(asked.intent.person, now,
             model::Claim{asked.intent.key, asked.intent.attempt, asked.connector_ready});
    }
}

// ---------------------------------------------------------------- checkpoints

std::optional<model::PartitionCheckpoint> Node::Impl::next_checkpoint(std::size_t rows_most) {
    if (!saving) {
        // A partition's state may be read back only with the catalog of its position at hand.
        if (catalog_unsaved) return std::nullopt;
        for (std::size_t tried = 0; tried < partitions.size() && !saving; ++tried) {
            if (saved[next_saved] != applied) saving = next_saved;
            next_saved = (next_saved + 1) % partitions.size();
        }
        if (!saving) return std::nullopt;
        partitions[*saving].set_applied(applied);
    }
    auto taken = partitions[*saving].take_checkpoint(rows_most);
    if (taken) {
        saved[*saving] = taken->applied;
        saving.reset();
    }
    return taken;
}

model::LogPosition Node::Impl::low_water() const {
    const model::LogPosition partitions_have = *std::min_element(saved.begin(), saved.end()) + 1;
    const model::LogPosition change = addresses->oldest_change();
    return change == 0 ? partitions_have : std::min(partitions_have, change);
}

/// Never newer than a partition that a restart may begin with: what it meets again must be answered
/// by the list as it was.
model::AddressCheckpoint Node::Impl::next_address_checkpoint(std::size_t most) {
    return addresses->take_changes(*std::min_element(durable.begin(), durable.end()), most);
}

/// A partition that is on its way into the store may still have to begin with what the store has of
/// it, and with the catalog of then.
std::optional<Node::CatalogCheckpoint> Node::Impl::next_catalog_checkpoint() {
    if (!catalog_unsaved) return std::nullopt;
    catalog_unsaved = false;
    List journeys;
    if (const auto program = core::live_program(catalog)) {
        for (const ir::Journey& journey : program->journeys) {
            journeys.push_back(
                Record{{"name", journey.name},
                       {"title", journey.title},
                       {"version", std::int64_t{journey.version}},
                       {"program", core::live_hash(catalog)},
                       {"live", std::int64_t{1}},
                       {"paused", std::int64_t{core::is_paused(catalog, journey.name)}}});
        }
    }
    return CatalogCheckpoint{{core::encode_catalog(catalog), catalog_position},
                             to_json(Value(std::move(journeys))),
                             *std::min_element(durable.begin(), durable.end())};
}

// ---------------------------------------------------------------- the door

Node::Node(NodeOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Node::~Node() = default;

Result<void> Node::recover(storage::StateStore& state, storage::Log& log, Instant now) {
    try {
        return impl_->recover(state, log, now);
    } catch (const core::StoreFailed& failed) {
        return failed.why;
    }
}
void Node::apply(std::span<const model::Command> commands, model::LogPosition first) {
    impl_->apply(commands, first);
    impl_->use_effects();
}
Result<void> Node::apply(const storage::LogBatch& batch) {
    TRY(const std::vector<model::Command> commands, impl_->decode(batch));
    apply(commands, batch.first);
    return success();
}
void Node::observe(const OutgoingAttempt& attempt, const connectors::Response& response,
                   Instant now) {
    impl_->observe(attempt, response, now);
}
void Node::release(const OutgoingAttempt& attempt, std::string_view reason, Instant now) {
    impl_->now_ = now;
    model::Observation observation;
    observation.kind = model::ObservationKind::not_started;
    observation.reason = reason;
    impl_->ended(attempt, std::move(observation), Sign::no_opinion, now);
}
void Node::turn(Instant now) {
    impl_->turn(now);
}
Instant Node::next_turn() const {
    Instant next = impl_->dispatcher.next_at();
    for (std::size_t i = 0; i < impl_->due.size(); ++i) {
        if (!impl_->tick_asked[i]) next = std::min(next, impl_->due[i]);
    }
    return std::min(next, impl_->next_decision());
}
void Node::stop_claims(Instant now) {
    impl_->now_ = now;
    for (const core::StartAttempt& attempt : impl_->dispatcher.stop()) {
        impl_->settle(attempt, model::ObservationKind::not_started, "the daemon is stopping");
    }
}
std::vector<model::Command> Node::take_commands() {
    return std::exchange(impl_->commands_out, {});
}
std::vector<OutgoingAttempt> Node::take_attempts(Instant now) {
    return impl_->take_attempts(now);
}
std::vector<core::Happening> Node::take_happenings() {
    return std::exchange(impl_->happenings, {});
}
std::vector<storage::Departure> Node::take_stayed() {
    return std::exchange(impl_->stayed, {});
}
std::vector<storage::StateStore::RenderedMessage> Node::take_rendered() {
    return std::exchange(impl_->rendered, {});
}
std::optional<model::PartitionCheckpoint> Node::next_checkpoint(std::size_t rows_most) {
    return impl_->next_checkpoint(rows_most);
}
bool Node::is_in_checkpoint() const {
    return impl_->saving.has_value();
}
model::AddressCheckpoint Node::next_address_checkpoint(std::size_t most) {
    return impl_->next_address_checkpoint(most);
}
const core::AddressList& Node::addresses() const {
    return *impl_->addresses;
}
void Node::checkpoint_saved(model::PartitionId partition, model::LogPosition applied) {
    impl_->durable[partition.number] = std::max(impl_->durable[partition.number], applied);
    impl_->partitions[partition.number].checkpoint_saved(applied);
}
core::PeopleMemory Node::people_memory() const {
    core::PeopleMemory memory;
    for (const core::Partition& partition : impl_->partitions)
        memory.add(partition.people_memory());
    return memory;
}
bool Node::wants_checkpoint() const {
    return std::any_of(impl_->partitions.begin(), impl_->partitions.end(),
                       [](const core::Partition& one) { return one.wants_checkpoint(); });
}
std::optional<Node::CatalogCheckpoint> Node::next_catalog_checkpoint() {
    return impl_->next_catalog_checkpoint();
}
model::LogPosition Node::low_water() const {
    return impl_->low_water();
}
core::CatalogPtr Node::catalog() const {
    return impl_->catalog;
}
core::Counts Node::counts() const {
    core::Counts counts;
    for (const core::Partition& partition : impl_->partitions)
        counts.add(partition.counts());
    return counts;
}
std::vector<core::TimelineItem> Node::timeline(model::PersonId person) const {
    return impl_->partitions[impl_->part_of(person)].timeline(person);
}
core::Why Node::why(model::PersonId person, std::string_view journey, Instant now) const {
    return impl_->partitions[impl_->part_of(person)].why(person, journey, now);
}
std::string Node::profile_json(model::PersonId person) const {
    return impl_->partitions[impl_->part_of(person)].profile_json(person);
}
std::vector<model::MessageRow> Node::unknown_messages() const {
    std::vector<model::MessageRow> found;
    for (const core::Partition& partition : impl_->partitions) {
        auto some = partition.unknown_messages();
        std::move(some.begin(), some.end(), std::back_inserter(found));
    }
    return found;
}
std::vector<core::Unmatched> Node::unmatched() const {
    std::vector<core::Unmatched> found;
    for (const core::Partition& partition : impl_->partitions) {
        auto some = partition.unmatched();
        std::move(some.begin(), some.end(), std::back_inserter(found));
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const auto& a, const auto& b) { return a.at < b.at; });
    return found;
}
model::LogPosition Node::applied() const {
    return impl_->applied;
}
Instant Node::newest() const {
    return impl_->newest;
}
std::size_t Node::attempts_under_way() const {
    return impl_->dispatcher.under_way();
}
const DeliveryNumbers& Node::numbers() const {
    return impl_->numbers;
}
std::uint64_t Node::state_hash() const {
    ByteWriter all;
    for (const core::Partition& partition : impl_->partitions)
        all.u64(partition.state_hash());
    all.text(core::encode_catalog(impl_->catalog));
    all.u64(impl_->addresses->hash());
    return hash64(all.bytes());
}

}  // namespace journey::runtime
