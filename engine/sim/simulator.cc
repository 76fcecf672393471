#include "engine/sim/simulation.h"

namespace journey::sim {

namespace {

constexpr std::uint32_t kRoundsMost = 10'000;
constexpr int kStartsMost = 50;
constexpr std::uint64_t kPieceRows = 60;
constexpr int kStartsUntilMended = 3;

bool is_opt_out(const model::CommandBody& body) {
    if (const auto* consent = std::get_if<model::ConsentChange>(&body)) return !consent->granted;
    if (const auto* suppress = std::get_if<model::Suppress>(&body)) return suppress->suppressed;
    if (const auto* addresses = std::get_if<model::SuppressAddresses>(&body))
        return addresses->suppressed;
    return std::holds_alternative<model::Erase>(body);
}

}  // namespace

Simulation::Simulation(std::uint64_t seed, const SimOptions& options)
    : seed_(seed),
      options_(options),
      rng_(seed),
      now_(kSimulationStart),
      process_(kSimulationStart),
      log_clock_(options.partitions) {
    // A quarter of the worlds is calm, a few are cruel.
    const double intensity = options.weather && rng_.chance(0.75) ? rng_.unit() * rng_.unit() : 0;
    weather_ = {.busy = 0.3 * intensity,
                .broken = 0.3 * intensity,
                .hangs_up = 0.2 * intensity,
                .unreachable = 0.2 * intensity,
                .refuses = 0.1 * intensity,
                .credentials = 0.02 * intensity,
                .receipts = rng_.unit() * 0.6,
                .slow_most_ms = rng_.chance(0.3) ? 20'000 : 200};
    crash_chance_ = options.crashes && rng_.chance(0.8) ? rng_.unit() * rng_.unit() * 0.03 : 0;
    const double trouble = options.weather && rng_.chance(0.5) ? rng_.unit() * 0.03 : 0;
    const bool on_disk =
        options.medium == SimMedium::by_seed ? rng_.chance(0.5) : options.medium == SimMedium::disk;
    medium_ = on_disk ? disk_medium(trouble, seed, rng_) : memory_medium(trouble, rng_);
    result_.on_disk = on_disk;
    std::map<std::string, model::IdempotencyClass> classes;
    for (const char* channel : {"email", "push", "sms", "webhook"}) {
        using enum model::IdempotencyClass;
        const model::IdempotencyClass choices[] = {neither, keyed, queryable, collapsible};
        classes[channel] = choices[rng_.below(4)];
        const auto parallel = static_cast<std::uint32_t>(1 + rng_.below(4));
        runtime::Route& route = routes_.emplace_back();
        route.channel = channel;
        route.connector = std::make_shared<PlainConnector>(channel, classes[channel], parallel);
        route.named_by_provider = route.channel == "push";
        route.hears_texts = route.channel == "sms";
    }
    providers_ = std::make_unique<Providers>(weather_, rng_, std::move(classes));
}

runtime::NodeOptions Simulation::node_options() const {
    runtime::NodeOptions node;
    node.partitions = options_.partitions;
    node.routes = routes_;
    node.calls[""] = PlainConnector::for_calls(2);
    node.fetches[""] = PlainConnector::for_fetches(2);
    // In some worlds whoever is saved leaves memory, in some a few stay.
    if (seed_ % 3 != 2) node.people_bytes = seed_ % 3 == 0 ? 0 : 16'000;
    // And in most what is for many goes to few at a time.
    if (seed_ % 4 != 0) node.people_a_tick = static_cast<int>(seed_ % 4);
    // People of a world have few events; these are already many.
    node.chapter = 2 + seed_ % 3;
    return node;
}

void Simulation::trace(std::string_view bytes) {
    result_.trace_hash = hash64(bytes, result_.trace_hash);
}

void Simulation::violation(std::string sentence) {
    if (result_.violations.size() < 20)
        result_.violations.push_back(format_instant(now_) + " " + std::move(sentence));
}

// ---------------------------------------------------------------- life

SimResult Simulation::run() {
    result_.seed = seed_;
    result_.repeat = "journey seeds --own --first " + std::to_string(seed_) + " --count 1";
    straight_ = std::make_unique<runtime::Node>(node_options());
    plan_people();
    recover();
    live_until(kSimulationStart + options_.span);
    if (!result_.violations.empty()) return std::move(result_);
    // The end of the story: whatever is under way may end in peace.
    calm_ = true;
    crash_chance_ = 0;
    medium_->calm();
    providers_->calm();
    model::Command resume;
    resume.body = model::Resume{};
    submit_at(now_, resume);
    std::get<model::Resume>(resume.body).journey = "welcome";
    submit_at(now_, std::move(resume));
    if (workspace_.railed) {  // nobody is left to approve
        workspace_.railed = false;
        model::Command publish;
        publish.body = model::Publish{own_programs(workspace_).back()};
        submit_at(now_, std::move(publish));
    }
    live_until(kSimulationStart + options_.span + std::chrono::hours(24 * 40));
    check_end();
    return std::move(result_);
}

void Simulation::live_until(Instant end) {
    while (result_.violations.empty()) {
        const Instant next = std::min(items_.empty() ? kNever : items_.begin()->first.first,
                                      when_wall_says(node_->next_turn()));
        if (next > end || next == kNever) break;
        now_ = std::max(now_, next);
        while (!items_.empty() && items_.begin()->first.first <= now_) {
            Item item = std::move(items_.begin()->second);
            items_.erase(items_.begin());
            deliver(std::move(item));
        }
        try {
            work();
        } catch (const core::StoreFailed&) {
            crash("the disk failed under somebody who was on it");
        }
    }
    now_ = std::max(now_, end);
}

Instant Simulation::process_now() {
    return process_ = std::max(process_, wall());
}

void Simulation::deliver(Item item) {
    if (auto* answer = std::get_if<Answer>(&item)) {
        if (answer->incarnation == incarnation_)
            node_->observe(answer->attempt, answer->response, process_now());
    } else if (const auto* step = std::get_if<ClockStep>(&item)) {
        ahead_ += step->by;
        ++result_.clock_steps;
    } else if (auto* arrival = std::get_if<Arrival>(&item)) {
        const model::Command& command = clients_[arrival->client].command;
        if (const auto* consent = std::get_if<model::ConsentChange>(&command.body)) {
            if (consent->granted) revoked_.erase({command.external_id, consent->consent});
        } else if (const auto* suppress = std::get_if<model::Suppress>(&command.body)) {
            if (!suppress->suppressed) {
                std::erase_if(suppressed_, [&](const auto& one) {
                    return one.first.first == command.external_id;
                });
            }
        }
        if (const auto* addresses = std::get_if<model::SuppressAddresses>(&command.body)) {
            for (const auto& one : addresses->items) {
                if (!addresses->suppressed) suppressed_addresses_.erase(one.key);
            }
        }
        pending_clients_.push_back(arrival->client);
    }
}

void Simulation::work() {
    for (std::uint32_t round = 0; round < kRoundsMost; ++round) {
        node_->turn(process_now());
        for (model::Command& command : node_->take_commands())
            pending_engine_.push_back(std::move(command));
        const bool wrote = !pending_engine_.empty() || !pending_clients_.empty();
        if (!append_pending()) return;
        bool started = false;
        if (!start_attempts(started)) return;
        const bool stalled = !pending_engine_.empty();
        if (stalled) {
            items_.emplace(std::pair{now_ + kSecond, ++item_number_}, Wake{});
            return;
        }
        if (!wrote && !started) {
            if (node_->next_turn() <= process_now())
                violation("I5: something is due and did not happen");
            return;
        }
        if (rng_.chance(0.03) && !checkpoint()) return;
    }
    violation("the node does not come to rest");
}

bool Simulation::append_pending() {
    // Engine and clients meet in the log's queue in any order; each keeps its own.
    std::vector<model::Command> group;
    std::vector<std::pair<std::size_t, std::size_t>> clients;  // client, index in group
    std::size_t engine = 0;
    std::size_t client = 0;
    log_clock_.look(wall());
    while (engine < pending_engine_.size() || client < pending_clients_.size()) {
        const bool take_client = client < pending_clients_.size() &&
                                 (engine == pending_engine_.size() || rng_.chance(0.5));
        if (take_client) {
            clients.emplace_back(pending_clients_[client], group.size());
            model::Command command = clients_[pending_clients_[client++]].command;
            // Most senders say when they send, too, and the front end corrects by that.
            if (command.event_time != Instant{} && clients_[clients.back().first].corrected)
                command.event_time += ahead_;
            log_clock_.stamp_client(command);
            group.push_back(std::move(command));
        } else {
            log_clock_.stamp_engine(group.emplace_back(pending_engine_[engine++]));
        }
    }
    if (group.empty()) return true;
    if (may_crash(crash_chance_, "before the append")) return false;
    storage::Log& log = medium_->log();

    ByteWriter bytes;
    for (const model::Command& command : group)
        model::encode(command, bytes);
    const model::LogPosition first = log.end() + 1;
    const Result<void> appended = log.append(
        {{first, static_cast<std::uint32_t>(group.size()), bytes.bytes()}}, medium_->epoch());
    if (!kept(appended, "an append")) return false;
    if (!appended) {
        // Clients are told no and come again; what the engine has to say waits.
        for (const auto& [who, index] : clients) {
            items_.emplace(std::pair{now_ + kSecond + some(30 * kSecond), ++item_number_},
                           Arrival{who});
        }
        pending_clients_.clear();
        return true;
    }
    follow();
    if (may_crash(crash_chance_, "between the sync and the answers")) return false;
    pending_engine_.clear();
    for (const std::size_t who : pending_clients_) {
        if (!is_opt_out(clients_[who].command.body)) answered(who);
    }
    // Whoever is not answered when this fails, comes again.
    node_->apply(group, first);
    for (const std::size_t who : std::exchange(pending_clients_, {})) {
        if (is_opt_out(clients_[who].command.body)) answered(who);
    }
    if (rng_.chance(0.8) && !kept(log.tidy(), "folding back")) return false;
    return !may_crash(crash_chance_, "after apply");
}

/// Everything durable reaches the node that never crashes.
void Simulation::follow() {
    const Result<void> read = medium_->log().read(
        straight_->applied() + 1, [&](const storage::LogBatch& batch) -> Result<void> {
            trace(batch.commands);
            result_.commands += batch.count;
            if (keeps_history()) history_.push_back(batch);
            ByteReader in(batch.commands);
            while (!in.at_end()) {
                TRY(const model::Command command, model::decode_command(in));
                remember_wish(command);
            }
            return straight_->apply(batch);
        });
    if (!read) violation("the log cannot be read: " + read.error().detail);
    straight_->take_commands();
}

/// What people want, in the order of the log; the second copy of a command changes nothing.
void Simulation::remember_wish(const model::Command& command) {
    seen_.emplace(command.external_id, command.message_id);
    const bool first = met_[command.external_id].insert(command.message_id).second;
    model_.command(command, first);
    if (const auto* fetched = std::get_if<model::Fetched>(&command.body);
        fetched != nullptr && is_own()) {
        const std::string wrong = shown_.came(*fetched, command.at);
        if (!wrong.empty()) violation(wrong);
    }
    remember_erasure(command);
    if (const auto* addresses = std::get_if<model::SuppressAddresses>(&command.body)) {
        for (const auto& item : addresses->items)
            address_wishes_[item.key] = addresses->suppressed;
    }
    if (const auto* named = std::get_if<model::MessageNamed>(&command.body)) {
        named_[command.external_id] = named->key;
    } else if (const auto* notice = std::get_if<model::NoticeArrived>(&command.body)) {
        notices_.emplace_back(command.external_id, notice->receipt.kind);
    }
    if (std::holds_alternative<model::Publish>(command.body)) published_ = true;
    if (!first) return;
    if (const auto* identify = std::get_if<model::Identify>(&command.body)) {
        for (const ir::Channel& channel : schema_.channels) {
            if (channel.kind != ir::ChannelKind::email || channel.address_field == ir::kNone)
                continue;
            const Value* email =
                find(identify->traits, schema_.profile[channel.address_field].name);
            if (email == nullptr || email->as<std::string>() == nullptr) continue;
            emails_[command.external_id] = *email->as<std::string>();
        }
    }
    if (const auto* consent = std::get_if<model::ConsentChange>(&command.body)) {
        wishes_[{command.external_id, consent->consent}] = !consent->granted;
    } else if (const auto* suppress = std::get_if<model::Suppress>(&command.body)) {
        wishes_[{command.external_id, "channel " + suppress->channel}] = suppress->suppressed;
    }
}

/// Who is erased is nobody, until somebody of that name says or does something again.
void Simulation::remember_erasure(const model::Command& command) {
    const std::string& who = command.external_id;
    if (who.empty() || model::is_for_every_partition(command.body) ||
        std::holds_alternative<model::ReceiptArrived>(command.body))
        return;
    gone_.erase(who);
    if (!std::holds_alternative<model::Erase>(command.body)) return;
    ++result_.erased;
    gone_.insert(who);
    dead_keys_.merge(keys_of_[who]);
    keys_of_.erase(who);
    met_.erase(who);
    const auto email = emails_.find(who);
    const bool stopped = published_ && wishes_[{who, "channel "}];
    if (stopped && email != emails_.end() && !moved_.contains(who))
        off_limits_.insert(model::address_key_of(
            "", "email", model::canonical_address("email", email->second).value()));
    if (email != emails_.end()) emails_.erase(email);
    for (auto* all : {&revoked_, &suppressed_})
        std::erase_if(*all, [&](const auto& one) { return one.first.first == who; });
    std::erase_if(wishes_, [&](const auto& one) { return one.first.first == who; });
}

void Simulation::answered(std::size_t client) {
    clients_[client].acked = ++sequence_;
    const model::Command& command = clients_[client].command;
    const std::string& who = command.external_id;
    if (const auto* consent = std::get_if<model::ConsentChange>(&command.body)) {
        if (!consent->granted && wishes_[{who, consent->consent}])
            revoked_[{who, consent->consent}] = sequence_;
    } else if (const auto* suppress = std::get_if<model::Suppress>(&command.body)) {
        const bool still = wishes_[{who, "channel " + suppress->channel}];
        if (suppress->suppressed && still) suppressed_[{who, suppress->channel}] = sequence_;
    } else if (const auto* addresses = std::get_if<model::SuppressAddresses>(&command.body)) {
        for (const auto& item : addresses->items) {
            if (addresses->suppressed && address_wishes_[item.key])
                suppressed_addresses_.insert(item.key);
        }
    }
}

bool Simulation::start_attempts(bool& any) {
    for (runtime::OutgoingAttempt& attempt : node_->take_attempts(process_now())) {
        any = true;
        if (may_crash(crash_chance_ / 2, "between the claim and the call")) return false;
        const Call call = providers_->call(attempt, process_, ++sequence_);
        ++(call.fetch.empty() ? result_.calls : result_.fetches);
        ByteWriter line;
        line.instant(process_);
        line.text(model::format_key(call.key));
        line.u32(call.attempt);
        line.u32(call.response.status);
        trace(line.bytes());
        check_call(call);
        plan_receipt(call);
        plan_text(call);
        attempt.message = {};  // as the service keeps it
        items_.emplace(std::pair{now_ + call.takes, ++item_number_},
                       Answer{incarnation_, std::move(attempt), call.response});
        if (may_crash(crash_chance_ / 2, "between the call and the answer")) return false;
    }
    return true;
}

// ---------------------------------------------------------------- disk and death

bool Simulation::kept(const Result<void>& done, std::string_view doing) {
    // A full disk is no failed one, unless the process ended in the middle of it.
    if (done ? !medium_->is_gone() : done.error().code == ErrorCode::refused && !medium_->is_gone())
        return true;
    crash("the disk failed under " + std::string(doing));
    return false;
}

bool Simulation::checkpoint() {
    storage::StateStore& state = medium_->state();
    if (!unsaved_catalog_) unsaved_catalog_ = node_->next_catalog_checkpoint();
    if (unsaved_catalog_) {
        const Result<void> saved =
            state.save_catalog(unsaved_catalog_->stored, unsaved_catalog_->journeys_json,
                               unsaved_catalog_->oldest_needed);
        if (!kept(saved, "a catalog")) return false;
        if (!saved) return true;
        unsaved_catalog_.reset();
        if (may_crash(crash_chance_ * 3, "between a catalog and the partitions")) return false;
    }
    auto rendered = node_->take_rendered();
    std::move(rendered.begin(), rendered.end(), std::back_inserter(unsaved_rendered_));
    model::LogPosition low_water = 0;
    for (std::uint16_t i = 0; i < options_.partitions; ++i) {
        if (unsaved_.empty()) {
            if (auto next = node_->next_checkpoint(1 + rng_.below(kPieceRows)))
                unsaved_.push_back(std::move(*next));
        }
        // What goes on is written further when this is called again; commands come in between.
        if (unsaved_.empty()) break;
        const Result<void> saved = state.save(unsaved_);
        if (!kept(saved, "a checkpoint")) return false;
        if (!saved) return true;
        for (const model::PartitionCheckpoint& one : unsaved_) {
            node_->checkpoint_saved(one.partition, one.applied);
            for (const model::ErasedRow& row : one.erased)
                std::erase_if(unsaved_rendered_,
                              [&](const auto& kept) { return kept.person == row.id; });
        }
        unsaved_.clear();
        low_water = node_->low_water();
        if (may_crash(crash_chance_, "between two partitions")) return false;
    }
    if (unsaved_addresses_.rows.empty())
        unsaved_addresses_ = node_->next_address_checkpoint(1 + rng_.below(4));
    if (!unsaved_addresses_.rows.empty()) {
        const Result<void> saved = state.save_addresses(unsaved_addresses_);
        if (!kept(saved, "suppressed addresses")) return false;
        if (!saved) return true;
        unsaved_addresses_ = {};
        if (low_water > 0) low_water = node_->low_water();
        // A moment that few worlds have.
        if (may_crash(10 * crash_chance_, "after the suppressed addresses")) return false;
    }
    const Result<void> saved = state.save_rendered(unsaved_rendered_);
    if (!kept(saved, "rendered messages")) return false;
    if (saved) unsaved_rendered_.clear();
    if (low_water > 0 && rng_.chance(0.5))
        return kept(medium_->log().truncate(low_water), "dropping what is saved");
    return true;
}

bool Simulation::may_crash(double chance, std::string_view where) {
    if (chance <= 0 || !rng_.chance(chance)) return false;
    crash(where);
    return true;
}

void Simulation::crash(std::string_view where) {
    ++result_.crashes;
    ++result_.crashed_at[std::string(where)];
    trace(where);
    trace(medium_->fall());
    pending_engine_.clear();
    unsaved_.clear();
    unsaved_catalog_.reset();
    unsaved_addresses_ = {};
    unsaved_rendered_.clear();
    for (const std::size_t who : std::exchange(pending_clients_, {})) {
        if (clients_[who].acked != 0) continue;
        items_.emplace(std::pair{now_ + kSecond + some(30 * kSecond), ++item_number_},
                       Arrival{who});
    }
    now_ +=
        some(rng_.chance(0.1) ? Micros{std::chrono::hours(8)} : Micros{std::chrono::minutes(2)});
    recover();
}

/// False: the disk failed under it; somebody starts it again.
bool Simulation::start_process() {
    ++incarnation_;
    node_ = std::make_unique<runtime::Node>(node_options());
    const std::uint64_t faults = medium_->faults();
    Result<void> started = medium_->open();
    if (started) {
        if (medium_->log().end() < straight_->applied()) {
            violation("I1: " + std::to_string(straight_->applied()) +
                      " commands were durable, the log ends at " +
                      std::to_string(medium_->log().end()));
            return true;
        }
        started = node_->recover(medium_->state(), medium_->log(), wall());
    }
    if (started) {
        process_ = node_->newest();
        log_clock_ = runtime::LogClock(options_.partitions, node_->newest());
        return true;
    }
    if (medium_->faults() == faults) {
        violation("recovery failed: " + started.error().detail);
        return true;
    }
    trace(medium_->fall());
    return false;
}

void Simulation::recover() {
    int starts = 0;
    while (!start_process()) {
        ++result_.failed_starts;
        if (++starts >= kStartsUntilMended) medium_->mend();
        if (starts >= kStartsMost) medium_->calm();
        now_ += some(std::chrono::minutes(2));
    }
    if (!result_.violations.empty()) return;
    follow();
    try {
        check_recovered();
    } catch (const core::StoreFailed&) {
        return crash("the disk failed under the whole state");
    }
    for (model::Command& command : node_->take_commands()) {
        if (const auto* outcome = std::get_if<model::Outcome>(&command.body))
            lost_answers_.insert(outcome->key);
        pending_engine_.push_back(std::move(command));
    }
    items_.emplace(std::pair{now_, ++item_number_}, Wake{});
}

SimResult run_seed(std::uint64_t seed, const SimOptions& options) {
    return Simulation(seed, options).run();
}

}  // namespace journey::sim
