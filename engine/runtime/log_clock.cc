#include "engine/runtime/log_clock.h"

namespace journey::runtime {

Micros LogClock::look(Instant wall) {
    now_ = std::max(wall, newest_);
    behind_ = now_ - wall;
    return behind_;
}

void LogClock::stamp_client(model::Command& command) {
    if (command.event_time != Instant{}) command.event_time += behind_;
    if (model::is_for_every_partition(command.body)) {
        command.partition = model::kEveryPartition;
    } else {
        if (command.person.number == 0) command.person = model::person_id_of(command.external_id);
        command.partition = model::partition_of(command.person, partitions_);
    }
    keep_order(command, now_);
}

void LogClock::stamp_engine(model::Command& command) {
    keep_order(command, command.at);
}

void LogClock::keep_order(model::Command& command, Instant at) {
    newest_ = command.at = std::max(at, newest_);
    if (command.event_time == Instant{}) command.event_time = command.at;
}

}  // namespace journey::runtime
