#pragma once
// The log thread: gathers what was submitted, appends it in one transaction, answers, hands it on
// to the engine thread. Private to the room.

#include "engine/runtime/runtime.h"

#include <atomic>

namespace journey::runtime {

struct Submission {
    std::vector<model::Command> commands;
    AckWhen when = AckWhen::durable;
    bool from_engine =
        false;  // Claims, Outcomes, Ticks: kept and tried again when the disk is full
    bool reserved = false;
    std::size_t bytes = 0;  // estimated
    std::function<void(Result<void>)> done;
    std::vector<storage::Departure> stayed = {};  // of Claims that were not granted
};

/// Counters that any thread reads.
struct Gauges {
    std::atomic<std::uint64_t> commands_appended{0};
    std::atomic<std::uint64_t> batches_synced{0};
    std::atomic<std::uint64_t> log_bytes{0};
    std::atomic<std::uint64_t> queue_commands{0};  // taken in and not applied yet
    std::atomic<std::uint64_t> queue_bytes{0};
    std::atomic<std::int64_t> behind_micros{0};  // what is being applied waited for so long
    std::atomic<std::uint64_t> overloaded{0};
    std::atomic<std::uint64_t> attempts_under_way{0};
    std::atomic<std::uint64_t> applied{0};
    std::atomic<std::uint64_t> checkpointed{0};
    std::array<std::atomic<std::uint64_t>, 24> sync_micros{};
    std::atomic<std::int64_t> log_beat{0};  // steady clock, microseconds
    std::atomic<std::int64_t> engine_beat{0};
    std::atomic<bool> disk_low{false};
    std::atomic<bool> disk_full{false};
    std::atomic<bool> journal_full{false};  // nothing is sent meanwhile
    std::atomic<bool> failed{false};
    std::atomic<std::uint64_t> people_bytes{0};
    std::atomic<std::uint64_t> people_unsaved_bytes{0};
    std::atomic<std::uint64_t> people_stored{0};
    std::atomic<std::uint64_t> people_fetched{0};
    std::atomic<bool> people_over{false};  // too many wait to be saved

    void left_queue(const Submission& submission) {
        queue_commands -= submission.commands.size();
        queue_bytes -= submission.bytes;
    }
};

/// Microseconds of a clock that only measures; for heartbeats and durations.
std::int64_t steady_micros();

struct DurableGroup {
    model::LogPosition first = 0;
    std::vector<Submission> submissions;
    std::int64_t handed_on = 0;  // steady_micros()
};

struct LogWriterOptions {
    Micros commit_window{0};
    Micros disk_look_every = std::chrono::seconds(1);
    std::uint64_t disk_reserve_bytes = 0;
    std::string data_directory;
    std::uint16_t partitions = model::kDefaultPartitions;
    storage::SendJournal* journal = nullptr;
    std::function<void(DurableGroup)> durable;    // on the log thread, in order
    std::function<void(const Error&)> fail_stop;  // storage failed
};

class LogWriter {
  public:
    LogWriter(LogWriterOptions options, storage::Log& log, std::uint64_t epoch, const Clock& clock,
              const Logger& logger, Gauges& gauges);
    /// False once closed.
    bool put(Submission submission);
    void truncate(model::LogPosition keep_from);
    void close() { inbox_.close(); }
    /// `newest`: of the commands that recovery met.
    void run(Instant newest);

  private:
    struct Truncate {
        model::LogPosition keep_from;
    };
    using Work = std::variant<Submission, Truncate>;

    std::vector<Work> gather();
    void write(std::vector<Submission> group);
    void write_slice(std::vector<Submission> group);
    std::vector<Submission> journaled(std::vector<Submission> group);
    std::vector<Submission> without_engine(std::vector<Submission> group);
    Result<void> append(std::vector<Submission>& group);
    void note_clock(Micros behind);
    void hand_on(std::vector<Submission> group, model::LogPosition first);
    void no_room(std::vector<Submission> group, const Error& why);
    void look_at_disk();
    void fail(std::vector<Submission> group, const Error& why);

    LogWriterOptions options_;
    storage::Log& log_;
    std::uint64_t epoch_;
    const Clock& clock_;
    const Logger& logger_;
    Gauges& gauges_;
    Mailbox<Work> inbox_;
    std::vector<Submission> stalled_;  // the engine's own, waiting for room on the disk
    std::size_t last_gathered_ = 0;
    bool clock_is_back_ = false;
    LogClock time_;
    std::int64_t next_look_ = 0;
    std::int64_t next_retry_ = 0;
    ByteWriter bytes_;                            // reused
    std::vector<storage::Departure> departures_;  // likewise
};

}  // namespace journey::runtime
