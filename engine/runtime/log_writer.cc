#include "engine/runtime/log_writer.h"

#include "engine/runtime/histogram.h"

#include <sys/statvfs.h>

namespace journey::runtime {

namespace {

constexpr std::size_t kRowBytes =
    256u << 10;  // a log row; larger ones cost SQLite overflow pages and nothing else
constexpr std::size_t kAppendBytes =
    4u << 20;  // one transaction; more would only delay the first answer
constexpr std::int64_t kRetryMicros = 500'000;
constexpr Micros kBeat = std::chrono::seconds(1);

/// What the journal is told of it.
std::optional<storage::Departure> departure_of(const model::Command& command) {
    using What = storage::Departure::What;
    if (const auto* claim = std::get_if<model::Claim>(&command.body))
        return storage::Departure{What::leaves, command.person, claim->key, claim->attempt, {}};
    const auto* outcome = std::get_if<model::Outcome>(&command.body);
    if (outcome == nullptr || outcome->observation.ambiguous) return std::nullopt;
    switch (outcome->observation.kind) {
        case model::ObservationKind::retry:
        case model::ObservationKind::pause:
        case model::ObservationKind::not_started:
        case model::ObservationKind::pretended:
        case model::ObservationKind::withheld:
            return storage::Departure{
                What::stayed, command.person, outcome->key, outcome->attempt, {}};
        case model::ObservationKind::accepted:
        case model::ObservationKind::rejected:
        case model::ObservationKind::unknown:
        case model::ObservationKind::lost:
            return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace

std::int64_t steady_micros() {
    return std::chrono::duration_cast<Micros>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

LogWriter::LogWriter(LogWriterOptions options, storage::Log& log, std::uint64_t epoch,
                     const Clock& clock, const Logger& logger, Gauges& gauges)
    : options_(std::move(options)),
      log_(log),
      epoch_(epoch),
      clock_(clock),
      logger_(logger),
      gauges_(gauges),
      time_(options_.partitions) {}

bool LogWriter::put(Submission submission) {
    return inbox_.put(std::move(submission));
}

void LogWriter::truncate(model::LogPosition keep_from) {
    inbox_.put(Truncate{keep_from});
}

void LogWriter::run(Instant newest) {
    time_ = LogClock(options_.partitions, newest);
    for (;;) {
        gauges_.log_beat = steady_micros();
        look_at_disk();
        std::vector<Work> work = gather();
        std::vector<Submission> group;
        std::optional<model::LogPosition> keep_from;
        for (Work& one : work) {
            if (auto* submission = std::get_if<Submission>(&one)) {
                group.push_back(std::move(*submission));
            } else {
                keep_from = std::get<Truncate>(one).keep_from;
            }
        }
        const bool retry = !stalled_.empty() && steady_micros() >= next_retry_;
        if (!group.empty() || retry) write(std::move(group));
        if (keep_from && !gauges_.failed) {
            const Result<void> dropped = log_.truncate(*keep_from);
            if (!dropped && dropped.error().code != ErrorCode::refused) fail({}, dropped.error());
        }
        if (!gauges_.failed) {
            const Result<void> tidied = log_.tidy();
            if (!tidied && tidied.error().code != ErrorCode::refused) fail({}, tidied.error());
            crash_here("log.tidied");
        }
        if (work.empty() && inbox_.closed()) return;
    }
}

/// Waits for something. Then, when many were waiting last time, lets about as many gather again, so
/// that one sync answers them all; a lonely caller never waits.
std::vector<LogWriter::Work> LogWriter::gather() {
    std::vector<Work> work = inbox_.take_all(stalled_.empty() ? kBeat : Micros{kRetryMicros});
    const std::int64_t until = steady_micros() + options_.commit_window.count();
    while (!work.empty() && work.size() < last_gathered_) {
        const std::int64_t left = until - steady_micros();
        if (left <= 0 || inbox_.closed()) break;
        std::vector<Work> more = inbox_.take_all(Micros{left});
        std::move(more.begin(), more.end(), std::back_inserter(work));
    }
    if (!work.empty()) last_gathered_ = work.size();
    return work;
}

void LogWriter::write(std::vector<Submission> group) {
    if (!stalled_.empty()) {  // older than anything that came now
        std::vector<Submission> all = std::exchange(stalled_, {});
        std::move(group.begin(), group.end(), std::back_inserter(all));
        group = std::move(all);
    }
    std::vector<Submission> slice;
    std::size_t bytes = 0;
    for (Submission& submission : group) {
        if (!slice.empty() && bytes + submission.bytes > kAppendBytes) {
            write_slice(std::exchange(slice, {}));
            bytes = 0;
        }
        bytes += submission.bytes;
        slice.push_back(std::move(submission));
    }
    write_slice(std::move(slice));
}

void LogWriter::write_slice(std::vector<Submission> group) {
    if (gauges_.failed)
        return fail(std::move(group),
                    error(ErrorCode::storage_failed, "the storage failed before"));
    note_clock(time_.look(clock_.now()));
    if (options_.journal != nullptr) {
        group = journaled(std::move(group));
        if (group.empty()) return;
    }
    const model::LogPosition first = log_.end() + 1;
    Result<void> appended = append(group);
    if (appended) {
        crash_here("log.synced");
        gauges_.disk_full = false;
        return hand_on(std::move(group), first);
    }
    if (appended.error().code == ErrorCode::refused)
        return no_room(std::move(group), appended.error());
    fail(std::move(group), appended.error());
}

/// Those that may be written now. A Claim is in the journal before it is in the Log, and so before the
/// first byte of its message; while the journal has no room the engine's own waits, and opt-outs go on.
std::vector<Submission> LogWriter::journaled(std::vector<Submission> group) {
    if (!stalled_.empty()) return without_engine(std::move(group));  // nothing goes before that
    departures_.clear();
    for (const Submission& submission : group) {
        if (!submission.from_engine) continue;
        departures_.insert(departures_.end(), submission.stayed.begin(), submission.stayed.end());
        for (const model::Command& command : submission.commands) {
            if (const auto told = departure_of(command)) departures_.push_back(*told);
        }
    }
    if (departures_.empty()) return group;
    for (storage::Departure& one : departures_)
        one.at = time_.now();
    const Result<void> noted = options_.journal->append(departures_);
    if (noted) {
        gauges_.journal_full = false;
        return group;
    }
    if (noted.error().code != ErrorCode::refused) {
        fail(std::move(group), noted.error());
        return {};
    }
    if (!gauges_.journal_full.exchange(true))
        logger_.error("journal.disk_full", {{"detail", noted.error().detail}});
    next_retry_ = steady_micros() + kRetryMicros;
    return without_engine(std::move(group));
}

/// The others; what the engine has to say waits.
std::vector<Submission> LogWriter::without_engine(std::vector<Submission> group) {
    std::vector<Submission> others;
    for (Submission& submission : group)
        (submission.from_engine ? stalled_ : others).push_back(std::move(submission));
    return others;
}

Result<void> LogWriter::append(std::vector<Submission>& group) {
    std::vector<storage::LogBatch> batches;
    storage::LogBatch batch;
    batch.first = log_.end() + 1;
    const auto close_batch = [&] {
        if (batch.count == 0) return;
        const model::LogPosition next = batch.first + batch.count;
        batch.commands = bytes_.bytes();
        bytes_.clear();
        batches.push_back(std::exchange(batch, {}));
        batch.first = next;
    };
    for (Submission& submission : group) {
        for (model::Command& command : submission.commands) {
            if (submission.from_engine) {
                time_.stamp_engine(command);
            } else {
                time_.stamp_client(command);
            }
            model::encode(command, bytes_);
            ++batch.count;
            if (bytes_.size() >= kRowBytes) close_batch();
        }
    }
    close_batch();
    if (batches.empty()) return success();
    crash_here("log.gathered");
    const std::int64_t began = steady_micros();
    Result<void> done = log_.append(batches, epoch_);
    const auto took = static_cast<std::uint64_t>(steady_micros() - began);
    ++gauges_.sync_micros[bucket_of(took, 16)];
    if (done) {
        gauges_.batches_synced += batches.size();
        gauges_.commands_appended += log_.end() + 1 - batches.front().first;
    }
    return done;
}

void LogWriter::hand_on(std::vector<Submission> group, model::LogPosition first) {
    for (Submission& submission : group) {
        if (submission.when == AckWhen::durable && submission.done) {
            submission.done(success());
            submission.done = nullptr;
        }
    }
    crash_here("log.told");
    options_.durable({first, std::move(group), steady_micros()});
    crash_here("log.handed_on");
}

/// Callers are told, except those with reserved room, who get one more try without the others; the
/// engine's own commands wait here: an Outcome must not be lost.
void LogWriter::no_room(std::vector<Submission> group, const Error& why) {
    if (!gauges_.disk_full.exchange(true)) logger_.error("log.disk_full", {{"detail", why.detail}});
    std::vector<Submission> reserved;
    bool dropped = false;
    for (Submission& submission : group) {
        if (submission.from_engine || submission.reserved) {
            reserved.push_back(std::move(submission));
            continue;
        }
        dropped = true;
        gauges_.left_queue(submission);
        if (submission.done)
            submission.done(error(ErrorCode::refused, "disk is nearly full: " + why.detail));
    }
    if (dropped && !reserved.empty()) return write_slice(std::move(reserved));
    next_retry_ = steady_micros() + kRetryMicros;
    for (Submission& submission : reserved) {
        if (submission.from_engine) {
            stalled_.push_back(std::move(submission));
        } else {
            gauges_.left_queue(submission);
            if (submission.done)
                submission.done(error(ErrorCode::refused, "disk is nearly full: " + why.detail));
        }
    }
}

void LogWriter::fail(std::vector<Submission> group, const Error& why) {
    if (!gauges_.failed.exchange(true)) {
        logger_.error("storage.failed", {{"detail", why.detail}});
        options_.fail_stop(why);
    }
    for (Submission& submission : group) {
        gauges_.left_queue(submission);
        if (submission.done) submission.done(error(ErrorCode::storage_failed, why.detail));
    }
}

void LogWriter::note_clock(Micros behind) {
    const bool back = behind > std::chrono::seconds(1);
    if (back == clock_is_back_) return;
    clock_is_back_ = back;
    if (back) {
        logger_.warn("clock.set_back",
                     {{"behind_ms", behind.count() / 1000},
                      {"detail", "timers stand still until the clock has caught up"}});
    } else {
        logger_.info("clock.caught_up");
    }
}

void LogWriter::look_at_disk() {
    if (steady_micros() < next_look_) return;
    next_look_ = steady_micros() + options_.disk_look_every.count();
    gauges_.log_bytes = log_.size_bytes();
    if (options_.data_directory.empty()) return;
    struct statvfs found {};
    if (::statvfs(options_.data_directory.c_str(), &found) != 0) return;
    const std::uint64_t free_bytes = std::uint64_t{found.f_bavail} * found.f_frsize;
    const bool low = free_bytes < options_.disk_reserve_bytes;
    if (gauges_.disk_low.exchange(low) != low) {
        if (low) {
            logger_.error("disk.low", {{"directory", options_.data_directory},
                                       {"free_bytes", static_cast<std::int64_t>(free_bytes)}});
        } else {
            logger_.info("disk.enough", {{"directory", options_.data_directory}});
        }
    }
}

}  // namespace journey::runtime
