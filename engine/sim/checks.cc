// The promises, as far as one process and its disk can break them (RELIABILITY 1.1 and 2.1). Each
// says its number.
#include "engine/rules/rules.h"
#include "engine/sim/simulation.h"

namespace journey::sim {

namespace {

/// "" when it needs none.
std::string consent_of(const core::CatalogPtr& catalog, const std::string& message_template) {
    const auto program = core::live_program(catalog);
    if (program == nullptr) return "";
    const ir::Index found = ir::find_named(program->templates, message_template);
    const ir::Index consent = found == ir::kNone ? ir::kNone : program->templates[found].consent;
    return consent == ir::kNone ? "" : program->consents[consent].name;
}

}  // namespace

/// Every version of our own programs has the same holdout.
bool Simulation::is_held_out(const std::string& external_id) const {
    return rules::held_out(workspace_.holdout, model::customer_id_of(external_id));
}

/// I2, I3 and the holdout, at the moment they could break.
void Simulation::check_call(const Call& call) {
    const std::string key = model::format_key(call.key);
    if (!called_.emplace(call.key, call.attempt).second) {
        violation("I2: attempt " + std::to_string(call.attempt) + " of " + key +
                  " was begun twice");
    }
    using enum model::IdempotencyClass;
    const model::IdempotencyClass kind = providers_->class_of(call.channel);
    if (call.taken && ++taken_[call.key] > 1 && (kind == neither || kind == queryable)) {
        violation("I2: " + key + " was taken twice by a provider that cannot tell repeats");
    }
    if (is_own()) {
        for (const std::string& wrong : {model_.judge(call, moved_), shown_.called(call)}) {
            if (!wrong.empty()) violation(wrong);
        }
    }
    if (call.channel.starts_with(core::kCallLane)) return;  // a call is no message
    if (call.message_template != "receipt" && is_held_out(call.external_id)) {
        violation("holdout: " + call.message_template + " to " + call.external_id +
                  ", who gets no marketing, began");
    }
    const auto address = model::canonical_address("email", call.address);
    if (address &&
        suppressed_addresses_.contains(model::address_key_of("", "email", address.value()))) {
        violation("I3: a call to " + call.external_id +
                  " began after the acknowledged suppression of the address");
    }
    if (!moved_.contains(call.external_id)) {
        if (gone_.contains(call.external_id) || dead_keys_.contains(call.key))
            violation("I3: a call for " + key + " began after its person was erased");
        keys_of_[call.external_id].insert(call.key);
    }
    if (moved_.contains(call.external_id))
        return;  // what was said under the old name is checked in core's own tests
    if (revoked_.contains(
            {call.external_id, consent_of(node_->catalog(), call.message_template)})) {
        violation("I3: " + call.message_template + " to " + call.external_id +
                  " began after the acknowledged opt-out");
    }
    if (suppressed_.contains({call.external_id, call.channel}) ||
        suppressed_.contains({call.external_id, ""})) {
        violation("I3: a call on " + call.channel + " to " + call.external_id +
                  " began after the acknowledged suppression");
    }
}

/// I4: what came back from checkpoint and log is what one uninterrupted life would have been; I1:
/// up to the last durable command.
void Simulation::check_recovered() {
    if (node_->applied() != medium_->log().end()) {
        violation("I1: recovered to position " + std::to_string(node_->applied()) + " of " +
                  std::to_string(medium_->log().end()));
    }
    if (node_->state_hash() != straight_->state_hash()) {
        violation("I4: the recovered state differs from an uninterrupted one at position " +
                  std::to_string(medium_->log().end()));
    }
}

void Simulation::check_end() {
    if (!result_.violations.empty()) return;
    check_recovered();
    for (const ClientCommand& client : clients_) {
        if (client.acked == 0) return violation("liveness: a client was never answered");
        const model::Command& command = client.command;
        if (!seen_.contains({command.external_id, command.message_id})) {
            return violation("I1: " + command.message_id + " of " + command.external_id +
                             " was answered and is not in the log");
        }
    }
    if (node_->attempts_under_way() != 0) violation("liveness: attempts are still under way");
    while (unsaved_catalog_ || !unsaved_.empty() || !unsaved_addresses_.rows.empty() ||
           node_->low_water() <= node_->applied()) {
        if (!checkpoint()) return;
    }
    const std::string damage = medium_->damage();
    if (!damage.empty()) violation("I11: " + damage);
    auto messages = medium_->messages();
    auto entries = medium_->entries();
    if (!messages || !entries) return violation("I11: the tables cannot be read");
    messages_ = std::move(messages).value();
    entries_ = std::move(entries).value();
    for (const auto& [id, row] : entries_)
        ++result_.entered[row.journey];
    check_erased();
    check_messages();
    check_notices();
    check_bodies();
    check_model();
    check_counts();
    check_holdout();
    check_pace();
    check_restore();
}

/// Nothing is left of who was erased, but what forbids to write to them.
void Simulation::check_erased() {
    for (const model::MessageKey& key : dead_keys_) {
        const std::string name = "erasure: of " + model::format_key(key);
        if (messages_.contains(key)) violation(name + " there is a row");
        const auto kept = medium_->state().load_rendered(key);
        if (!kept) return violation(name + ": " + kept.error().detail);
        if (kept.value()) violation(name + " there is a copy");
    }
    for (const std::string& who : gone_) {
        if (moved_.contains(who)) continue;
        const model::PersonId person = model::person_id_of(who);
        if (!node_->profile_json(person).empty()) violation("erasure: " + who + " is known");
        const auto of_person = [&](const auto& row) { return row.second.person == person; };
        if (std::any_of(entries_.begin(), entries_.end(), of_person) ||
            std::any_of(messages_.begin(), messages_.end(), of_person))
            violation("erasure: there are rows of " + who);
    }
    for (const model::AddressKey& key : off_limits_) {
        if (!address_wishes_.contains(key))
            violation("erasure: an address nothing may be sent to was forgotten");
    }
}

/// I9: every attempt of a key says the same, and the same is kept.
void Simulation::check_bodies() {
    std::map<model::MessageKey, Sha256> said;
    for (const Call& call : providers_->ledger()) {
        if (!call.is_message()) continue;
        const std::string name =
            "I9: attempt " + std::to_string(call.attempt) + " of " + model::format_key(call.key);
        if (said.emplace(call.key, call.body_hash).first->second != call.body_hash)
            violation(name + " said something else than the first");
        const std::string hash = to_hex(view_of(call.body_hash));
        const auto kept = medium_->state().load_rendered(call.key);
        if (!kept) return violation("I9: " + kept.error().detail);
        if (kept.value() &&
            (kept.value()->hash != hash || to_hex(view_of(sha256(kept.value()->body))) != hash)) {
            violation(name + " said something else than what is kept");
        }
        const auto row = messages_.find(call.key);
        if (row != messages_.end() && !row->second.body_hash.empty() &&
            row->second.body_hash != hash) {
            violation(name + " said something else than its row");
        }
    }
}

/// I4, by the second opinion: nobody entered twice, nobody was forgotten, and each receipt was
/// planned once.
void Simulation::check_model() {
    if (!is_own()) return;
    std::map<std::pair<model::PersonId, std::string>, std::uint64_t> found;
    for (const auto& [id, row] : entries_)
        ++found[{row.person, row.journey}];
    for (const std::string& who : people_) {
        if (moved_.contains(who)) continue;
        for (const char* journey : {"welcome", "receipt", "gift", "trial"}) {
            const auto there = found.find({model::person_id_of(who), journey});
            const auto must = model_.entries.find({who, journey});
            const std::uint64_t entered = there == found.end() ? 0 : there->second;
            const std::uint64_t expected = must == model_.entries.end() ? 0 : must->second;
            if (entered != expected) {
                violation("I4: " + who + " entered " + journey + " " + std::to_string(entered) +
                          " times and not " + std::to_string(expected));
            }
        }
    }
    std::map<model::EntryId, std::uint64_t> receipts;
    for (const auto& [key, row] : messages_) {
        if (row.journey == "receipt") ++receipts[row.entry];
    }
    for (const auto& [id, row] : entries_) {
        if (row.journey == "receipt" && receipts[id] != 1) {
            violation("I4: an entry of receipt planned " + std::to_string(receipts[id]) +
                      " messages and not 1");
        }
    }
}

/// I2, I5, I6 and I16 against the providers' own ledger.
void Simulation::check_messages() {
    std::set<model::MessageKey> ambiguous;
    for (const Call& call : providers_->ledger()) {
        if (call.channel.starts_with(core::kCallLane)) continue;
        if (call.ambiguous) ambiguous.insert(call.key);
        if (!messages_.contains(call.key) && !may_be_erased(call)) {
            violation("I6: " + model::format_key(call.key) + " was called and no row knows it");
        }
    }
    for (const auto& [key, row] : messages_) {
        const std::string name = row.message_template + " " + model::format_key(key) + " is " +
                                 std::string(name_of(row.status));
        using enum model::MessageStatus;
        const bool taken = taken_.contains(key);
        const bool in_doubt = ambiguous.contains(key) || lost_answers_.contains(key);
        if (row.status == planned || row.status == claimed)
            violation("I6: " + name + " after everything ended");
        if (row.status == accepted && !taken) violation("I6: " + name + " and no provider took it");
        if (row.status == unknown && !in_doubt)
            violation("I16: " + name + " although every answer was clear");
        using enum model::IdempotencyClass;
        const model::IdempotencyClass kind = providers_->class_of(row.channel);
        const bool repeatable = kind == keyed || kind == collapsible;
        const bool receipt_spoke = row.receipts.size() > 2;
        if (ambiguous.contains(key) && !repeatable && row.status != unknown && !receipt_spoke) {
            violation("I16: " + name + " although the answer was ambiguous");
        }
        if (taken && !in_doubt && row.status != accepted && !receipt_spoke)
            violation("I6: " + name + " but was taken");
    }
    if (!is_own()) return;
    for (const auto& [key, row] : messages_) {  // our own welcome waits an hour, then a day
        const std::string wrong = shown_.judge(key, row);
        if (!wrong.empty()) violation(wrong);
        const auto entry = entries_.find(row.entry);
        if (row.journey != "welcome" || entry == entries_.end()) continue;
        const Micros waited = row.planned_at - entry->second.entered_at;
        const Micros least = row.step == "nudge" ? Micros{std::chrono::hours(1)}
                             : row.step == "bye" ? Micros{std::chrono::hours(1 + 23)}
                                                 // a day may have 23 hours
                                                 : Micros{0};
        if (waited < least)
            violation("I5: " + row.step + " was planned " + std::to_string(waited.count()) +
                      " µs after the entry");
    }
}

/// The message went with its person. Whose a moved person's messages are, only the engine knows.
bool Simulation::may_be_erased(const Call& call) const {
    return dead_keys_.contains(call.key) ||
           (result_.erased > 0 && moved_.contains(call.external_id));
}

/// I1: what was said of a message by its provider's name for it, whichever came first, is said of it.
void Simulation::check_notices() {
    std::set<model::MessageKey> erased;
    for (const Call& call : providers_->ledger()) {
        if (may_be_erased(call)) erased.insert(call.key);
    }
    for (const auto& [place, kind] : notices_) {
        const auto named = named_.find(place);
        if (named == named_.end() || !place.starts_with("id:")) continue;
        if (erased.contains(named->second)) continue;
        const auto row = messages_.find(named->second);
        const std::string word = "\"" + std::string(model::name_of(kind)) + "\"";
        if (row == messages_.end() || row->second.receipts.find(word) == std::string::npos)
            violation("I1: " + place + " was reported " + word + " and nobody heard of it");
    }
}

/// Those who are in it are skipped for it, nobody else is, and receipts go all the same. Who was
/// moved is another one now, in it or not.
void Simulation::check_holdout() {
    if (!is_own()) return;
    std::map<model::PersonId, std::string> names;
    for (const std::string& who : people_)
        names.emplace(model::person_id_of(who), who);
    for (const auto& [key, row] : messages_) {
        const auto name = names.find(row.person);
        if (name == names.end()) continue;
        const bool in = is_held_out(name->second);
        const bool is_receipt = row.message_template == "receipt";
        if (in && is_receipt && row.status == model::MessageStatus::accepted)
            ++result_.held_out_served;
        if (row.reason != model::Reason::held_out) continue;
        ++result_.held_out;
        if (is_receipt || (!in && !moved_.contains(name->second))) {
            violation("holdout: " + row.message_template + " to " + name->second +
                      " was skipped for it");
        }
    }
    if (result_.erased > 0) return;
    std::uint64_t least = 0;
    std::uint64_t most = 0;
    for (const auto& [id, row] : entries_) {
        const auto name = names.find(row.person);
        const bool moved = name == names.end() || moved_.contains(name->second);
        const bool in = !moved && is_held_out(name->second);
        least += in ? 1 : 0;
        most += in || moved ? 1 : 0;
    }
    std::uint64_t counted = 0;
    for (const core::JourneyCounts& journey : node_->counts().journeys)
        counted += journey.held_out.entered;
    if (counted < least || (workspace_.holdout == 0 ? counted > 0 : counted > most)) {
        violation("holdout: " + std::to_string(counted) + " entries were counted, rows say " +
                  std::to_string(least) + " to " + std::to_string(most));
    }
}

/// What a journey's rate promises of every stretch of time, however late turns were taken in it.
void Simulation::check_pace() {
    if (!workspace_.paced) return;
    std::vector<Instant> times;
    for (const auto& [key, row] : messages_) {
        if (row.journey == "welcome" && row.attempts == 1 && row.claimed_at)
            times.push_back(*row.claimed_at);
    }
    std::sort(times.begin(), times.end());
    result_.paced += times.size();
    for (std::size_t i = 0; i < times.size(); ++i) {
        for (std::size_t j = i + 1; j < times.size(); ++j) {
            const Micros least = kWelcomeStep * static_cast<std::int64_t>(j - i - 1);
            if (times[j] - times[i] < least) {
                return violation("rate: " + std::to_string(j - i + 1) +
                                 " messages of welcome within " +
                                 std::to_string((times[j] - times[i]) / kSecond) + " s");
            }
        }
    }
}

/// I6: the counters say what the rows say.
void Simulation::check_counts() {
    std::uint64_t sent = 0;
    std::uint64_t unknown = 0;
    std::uint64_t skipped = 0;
    for (const core::JourneyCounts& journey : node_->counts().journeys) {
        sent += journey.sent;
        unknown += journey.unknown;
        skipped += journey.skipped;
    }
    std::map<model::MessageStatus, std::uint64_t> rows;
    for (const auto& [key, row] : messages_) {
        ++rows[row.status];
        if (row.reason == model::Reason::fetch_failed) ++result_.unfetched;
    }
    result_.accepted = rows[model::MessageStatus::accepted];
    result_.unknown = rows[model::MessageStatus::unknown];
    result_.skipped = rows[model::MessageStatus::skipped] + rows[model::MessageStatus::expired];
    const auto compare = [&](const char* what, std::uint64_t counted, std::uint64_t found) {
        // What was counted of who was erased stays counted.
        if (result_.erased > 0 ? counted < found : counted != found) {
            violation(std::string("I6: ") + what + " counted " + std::to_string(counted) +
                      ", rows say " + std::to_string(found));
        }
    };
    compare("accepted", sent, result_.accepted);
    compare("unknown", unknown, result_.unknown);
    compare("skipped", skipped, result_.skipped);
    if (skipped != result_.skipped && result_.erased == 0) {
        for (const core::JourneyCounts& journey : node_->counts().journeys) {
            std::string text = journey.journey + " counted";
            for (const auto& [reason, count] : journey.skipped_by)
                text += " " + reason + "=" + std::to_string(count);
            std::map<std::string, int> by;
            for (const auto& [key, row] : messages_) {
                if (row.journey == journey.journey)
                    ++by[std::string(name_of(row.status)) + "/" + std::string(name_of(row.reason))];
            }
            text += "; rows";
            for (const auto& [what, count] : by)
                text += " " + what + "=" + std::to_string(count);
            violation(text);
        }
    }
}

}  // namespace journey::sim
