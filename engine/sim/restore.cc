// A backup of some moment of the story, restored with the send journal: what left, before or after
// that moment, does not leave again. Only who became whom comes in again; entries that the backup does
// not know are another story, in which ids may be given in another order.
#include "engine/sim/simulation.h"
#include "engine/storage/memory/memory.h"

namespace journey::sim {
namespace {

bool has_left(const Call& call) {
    return call.is_message() && (call.taken || call.ambiguous);
}

}  // namespace

void Simulation::check_restore() {
    if (!keeps_history() || history_.empty()) return;
    storage::memory::MemoryLog log;
    const std::size_t whole = 1 + rng_.below(history_.size());
    for (std::size_t i = 0; i < whole; ++i) {
        if (!log.append({history_[i]}, 1)) return violation("restore: the log has a gap");
    }
    ByteReader last(history_[whole - 1].commands);
    Instant newest{};
    while (!last.at_end()) {
        const auto command = model::decode_command(last);
        if (!command) return violation("restore: " + command.error().detail);
        newest = command.value().at;
    }
    ByteWriter bytes;
    std::uint32_t count = 1;
    std::set<model::MessageKey> left;
    model::Command command;
    command.partition = model::kEveryPartition;
    command.at = command.event_time = newest;
    command.body = model::SetPaused{"", true};
    model::encode(command, bytes);
    for (const Call& call : providers_->ledger()) {
        if (!has_left(call) || !left.insert(call.key).second) continue;
        command.person = call.person;
        command.partition = model::partition_of(call.person, options_.partitions);
        command.body = model::SentElsewhere{call.key, call.at};
        model::encode(command, bytes);
        ++count;
    }
    if (!log.append({{log.end() + 1, count, bytes.take()}}, 1))
        return violation("restore: the log does not go on");

    storage::memory::MemoryState state;
    WorldOptions options;
    options.partitions = options_.partitions;
    options.record_happenings = false;
    auto restored = VirtualWorld::recovered(options, state, log);
    if (!restored) return violation("restore: " + restored.error().detail);
    VirtualWorld& copy = *restored.value();
    std::vector<const model::Command*> merges;
    for (const ClientCommand& client : clients_) {
        if (std::holds_alternative<model::Alias>(client.command.body))
            merges.push_back(&client.command);
    }
    std::stable_sort(merges.begin(), merges.end(),
                     [](const auto* a, const auto* b) { return a->event_time < b->event_time; });
    for (const model::Command* merge : merges)
        copy.submit(*merge);
    model::Command resume;
    resume.body = model::Resume{};
    copy.submit(std::move(resume));
    copy.advance_to(copy.now() + std::chrono::hours(24 * 40));
    for (const SentMessage& sent : copy.take_sent()) {
        if (left.contains(sent.message.key))
            violation("P14: " + model::format_key(sent.message.key) +
                      " left again, out of a backup of position " + std::to_string(log.end()));
    }
    ++result_.restored;
}

}  // namespace journey::sim
