// journey backup and journey restore: a copy of a daemon's data that was proved to work, and new data
// made of it, which sends nothing before an operator says what may go out.

#include "dsl/translate/translate.h"
#include "engine/app/commands.h"
#include "engine/base/base.h"
#include "engine/sim/sim.h"
#include "engine/storage/journal/journal.h"
#include "engine/storage/sqlite/sqlite.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <set>

namespace journey::app {
namespace {

namespace fs = std::filesystem;

struct Seen {
    std::uint64_t people = 0;
    model::LogPosition position = 0;
    Instant newest{};
    std::uint64_t erased = 0;    // again
    std::uint64_t went_out = 0;  // since, by the journal
};

Result<std::uint16_t> partitions_in(const std::string& directory) {
    std::uint16_t partitions = 0;
    if (std::ifstream file(directory + "/partitions"); file >> partitions && partitions > 0)
        return partitions;
    return error(
        ErrorCode::not_found,
        fmt::format("{} is not a daemon's data: there is no file `partitions` in it", directory));
}

/// A store, and everything in it lived again in a daemon without surroundings.
struct Lived {
    storage::sqlite::Store store;
    std::unique_ptr<sim::VirtualWorld> world;
    std::uint16_t partitions = 0;
    const runtime::Node& node() const { return world->node(); }
};

Result<Lived> live_again(const std::string& directory) {
    sim::WorldOptions options;
    TRY(options.partitions, partitions_in(directory));
    options.record_happenings = false;
    options.record_sent = false;
    TRY(auto store, storage::sqlite::open_store(directory, {}, Logger::silent()));
    TRY(auto world, sim::VirtualWorld::recovered(options, *store.state, *store.log));
    return Lived{std::move(store), std::move(world), options.partitions};
}

Result<Seen> prove(const std::string& directory) {
    TRY(const Lived lived, live_again(directory));
    return Seen{lived.node().counts().people, lived.node().applied(), lived.node().newest()};
}

/// In the State, or told of by the Log.
Result<std::set<model::PersonId>> everybody_in(const Lived& lived) {
    std::set<model::PersonId> all;
    for (std::uint16_t i = 0; i < lived.partitions; ++i) {
        TRY(lived.store.state->load_people(
            model::PartitionId{i}, [&](model::PersonId id, std::string_view) -> Result<void> {
                all.insert(id);
                return success();
            }));
    }
    TRY(lived.store.log->read(1, [&](const storage::LogBatch& batch) -> Result<void> {
        ByteReader in(batch.commands);
        while (!in.at_end()) {
            TRY(const model::Command command, model::decode_command(in));
            all.insert(command.person);
        }
        return success();
    }));
    return all;
}

/// People of the copy who are nobody in the later data any more: nothing but an erasure makes
/// somebody unknown.
Result<std::vector<model::PersonId>> erased_since(const std::string& copy,
                                                  const std::string& later) {
    TRY(const Lived then, live_again(copy));
    TRY(const Lived now, live_again(later));
    TRY(const std::set<model::PersonId> everybody, everybody_in(then));
    std::vector<model::PersonId> erased;
    std::uint64_t people = 0;
    for (const model::PersonId id : everybody) {
        const std::string profile = then.node().profile_json(id);
        if (profile.empty() || !now.node().profile_json(id).empty()) continue;
        erased.push_back(id);
        if (profile.find("\"moved_to\":") == std::string::npos) ++people;
    }
    if (now.node().applied() < then.node().applied() ||
        now.node().counts().erased < then.node().counts().erased + people)
        return error(ErrorCode::invalid,
                     "the data that --erased-in names is not what became of what the backup was "
                     "made of: it lacks people whom nobody erased");
    return erased;
}

constexpr const char* kFiles[] = {"state.db", "log.db", "partitions"};
constexpr const char* kManifest = "/backup.sha256";

/// SHA-256 over the SHA-256 of each 16 MiB.
Result<std::string> digest_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return error(ErrorCode::not_found, fmt::format("{} cannot be read", path));
    std::string chunk(16u << 20, '\0');
    std::string all;
    while (in) {
        in.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
        all += view_of(sha256({chunk.data(), static_cast<std::size_t>(in.gcount())}));
    }
    return to_hex(view_of(sha256(all)));
}

Result<std::string> manifest_of(const std::string& directory) {
    std::string text;
    for (const char* file : kFiles) {
        TRY(const std::string digest, digest_of(directory + "/" + file));
        text += fmt::format("{}  {}\n", digest, file);
    }
    return text;
}

/// Bytes that changed since the backup was made would be believed: SQLite's pages have no checksums.
Result<void> check_manifest(const std::string& directory) {
    std::ifstream in(directory + kManifest, std::ios::binary);
    if (!in)
        return error(ErrorCode::not_found,
                     fmt::format("{} is no backup: `journey backup` makes one", directory));
    const std::string written{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    TRY(const std::string found, manifest_of(directory));
    if (written == found) return success();
    return error(
        ErrorCode::storage_failed,
        fmt::format("{} is damaged: its files are not those that were written; use another "
                    "backup",
                    directory));
}

Result<void> make_empty(const std::string& directory) {
    std::error_code problem;
    if (fs::exists(directory, problem) && !fs::is_empty(directory, problem)) {
        return error(
            ErrorCode::conflict,
            fmt::format("{} is there already and not empty; name a new directory", directory));
    }
    fs::create_directories(directory, problem);
    if (!problem) fs::permissions(directory, fs::perms::owner_all, problem);
    if (!problem) return success();
    return error(ErrorCode::refused,
                 fmt::format("{} cannot be made ({})", directory, problem.message()));
}

/// Store, keys and the number of partitions, from where a daemon may be at work.
Result<void> copy_data(const std::string& from, const std::string& to) {
    TRY(partitions_in(from));
    TRY(storage::sqlite::copy_store(from, to));
    std::error_code problem;
    fs::copy_file(from + "/partitions", to + "/partitions", problem);
    if (!problem && fs::exists(from + "/keys"))
        fs::copy(from + "/keys", to + "/keys", fs::copy_options::recursive, problem);
    for (const char* file : {"state.db", "log.db"}) {
        if (!problem)
            fs::permissions(to + "/" + file, fs::perms::owner_read | fs::perms::owner_write,
                            problem);
    }
    if (!problem) return success();
    return error(ErrorCode::refused,
                 fmt::format("{} cannot be copied ({})", from, problem.message()));
}

/// What was under way when the backup was made is in it, but not how it ended.
constexpr Micros kUnderWayMost = std::chrono::hours(1);

/// What left and did not stay, after `since` or a little before.
Result<std::vector<storage::Departure>> went_out(const std::string& journal, Instant since) {
    std::vector<storage::Departure> out;
    if (journal.empty()) return out;
    TRY(const Instant begins, storage::journal::begin_of_journal(journal));
    if (begins > since)
        return error(
            ErrorCode::conflict,
            fmt::format("the send journal in {} begins at {}, which is after the backup was "
                        "made ({}): what went out between is not in it. Restore without "
                        "--journal, and start sending with --late skip",
                        journal, format_instant(begins), format_instant(since)));
    // Whatever it was told last of an attempt is true.
    std::map<model::MessageKey, std::map<std::uint32_t, storage::Departure>> attempts;
    const auto keep = [&](const storage::Departure& one) -> Result<void> {
        attempts[one.key][one.attempt] = one;
        return success();
    };
    TRY(storage::journal::read_journal(journal, since - kUnderWayMost, keep));
    for (const auto& [key, of_key] : attempts) {
        const auto left = std::find_if(of_key.begin(), of_key.end(), [](const auto& one) {
            return one.second.what == storage::Departure::What::leaves;
        });
        if (left != of_key.end()) out.push_back(left->second);
    }
    return out;
}

/// Commands for the end of a Log, a few hundred a batch.
class LogEnd {
  public:
    explicit LogEnd(storage::sqlite::Store& store) : store_(store) {}
    Result<void> add(const model::Command& command) {
        model::encode(command, bytes_);
        return ++count_ == kInBatch ? write() : success();
    }
    Result<void> write() {
        if (count_ == 0) return success();
        const storage::LogBatch batch{store_.log->end() + 1, std::exchange(count_, 0),
                                      bytes_.take()};
        bytes_.clear();
        return store_.log->append({batch}, store_.lease->epoch());
    }

  private:
    static constexpr std::uint32_t kInBatch = 500;
    storage::sqlite::Store& store_;
    ByteWriter bytes_;
    std::uint32_t count_ = 0;
};

/// The kill switch, as the newest thing that happened; then what went out since, and who was erased.
Result<void> hold(const std::string& directory, const Seen& seen,
                  const std::vector<storage::Departure>& went_out,
                  const std::vector<model::PersonId>& erased) {
    TRY(const std::uint16_t partitions, partitions_in(directory));
    TRY(auto store, storage::sqlite::open_store(directory, {}, Logger::silent()));
    LogEnd log(store);
    model::Command command;
    command.partition = model::kEveryPartition;
    command.at = command.event_time = std::max(seen.newest, SystemClock().now());
    command.body = model::SetPaused{"", true};
    TRY(log.add(command));
    for (const storage::Departure& one : went_out) {
        command.person = one.person;
        command.partition = model::partition_of(one.person, partitions);
        command.body = model::SentElsewhere{one.key, one.at};
        TRY(log.add(command));
    }
    command.body = model::Erase{};
    for (const model::PersonId id : erased) {
        command.person = id;
        command.partition = model::partition_of(id, partitions);
        TRY(log.add(command));
    }
    return log.write();
}

Result<void> write_manifest(const std::string& directory) {
    TRY(const std::string text, manifest_of(directory));
    const std::string path = directory + kManifest;
    if ((std::ofstream(path, std::ios::binary) << text).flush()) return success();
    return error(ErrorCode::refused,
                 fmt::format("{} cannot be made ({})", path, std::strerror(errno)));
}

enum class Makes : std::uint8_t { a_backup, data };

/// By what became of the data that the backup was made of; "": nobody knows of any.
Result<std::vector<model::PersonId>> erased_in(const std::string& later, const std::string& part) {
    if (later.empty()) return std::vector<model::PersonId>{};
    const std::string copy = part + ".later";
    std::error_code ignored;
    fs::remove_all(copy, ignored);
    TRY(make_empty(copy));
    const Result<void> copied = copy_data(later, copy);
    auto erased =
        copied ? erased_since(part, copy) : Result<std::vector<model::PersonId>>(copied.error());
    fs::remove_all(copy, ignored);
    return erased;
}

/// Into `to`, which is there whole, with its digests or with sending stopped, or not at all.
Result<Seen> copy_and_prove(const BackupOptions& options, Makes makes) {
    const std::string& from = options.from;
    const std::string& to = options.to;
    TRY(make_empty(to));
    const std::string part = to + ".part";
    std::error_code ignored;
    Result<Seen> seen = error(ErrorCode::storage_failed, "");
    // The daemon may drop old parts of its Log between the two files: then the next try is whole.
    constexpr int kTries = 5;
    for (int i = 0; i < kTries && !seen; ++i) {
        fs::remove_all(part, ignored);
        TRY(make_empty(part));
        TRY(copy_data(from, part));
        crash_here("backup.copied");
        seen = prove(part);
        crash_here("backup.proved");
    }
    if (!seen) {
        fs::remove_all(part, ignored);
        return error(seen.error().code, fmt::format("the copy of {} does not work and was thrown "
                                                    "away: {}",
                                                    from, seen.error().detail));
    }
    if (makes == Makes::data) {
        const auto erased = erased_in(options.erased_in, part);
        const auto sent = went_out(options.journal, seen.value().newest);
        if (!erased || !sent) {
            fs::remove_all(part, ignored);
            return erased ? sent.error() : erased.error();
        }
        seen.value().erased = erased.value().size();
        seen.value().went_out = static_cast<std::uint64_t>(std::count_if(
            sent.value().begin(), sent.value().end(),
            [&](const storage::Departure& one) { return one.at >= seen.value().newest; }));
        TRY(hold(part, seen.value(), sent.value(), erased.value()));
    }
    ENSURE(!fs::exists(part + "/state.db-wal") && !fs::exists(part + "/log.db-wal"),
           "a store that is closed has nothing left to fold back");
    fs::remove(part + "/lock", ignored);
    if (makes == Makes::a_backup) {
        TRY(write_manifest(part));
    }
    crash_here("backup.written");
    std::error_code problem;
    fs::remove(to, problem);
    if (!problem) fs::rename(part, to, problem);
    if (problem)
        return error(ErrorCode::refused,
                     fmt::format("{} cannot be made ({})", to, problem.message()));
    crash_here("backup.done");
    return seen;
}

}  // namespace

int backup_command(const BackupOptions& options) {
    const translate::Speech say(translate::language_of_environment());
    const auto seen = copy_and_prove(options, Makes::a_backup);
    if (!seen) return fail(seen.error());
    fmt::print("{}", say("{} holds {} people up to position {} of the log. It was opened and lived "
                         "through again: it works.\nThe keys of {} are in it; keep it as safe as "
                         "those.\n",
                         options.to, seen.value().people, seen.value().position, options.from));
    return 0;
}

int restore_command(const BackupOptions& options) {
    const translate::Speech say(translate::language_of_environment());
    if (const auto whole = check_manifest(options.from); !whole) return fail(whole.error());
    const auto seen = copy_and_prove(options, Makes::data);
    if (!seen) return fail(seen.error());
    if (!options.journal.empty()) {
        fmt::print(
            "{}",
            say("{} holds {} people, as they were when the backup was made. Sending is stopped.\n"
                "By the send journal {} messages went out since then: they are not sent again. "
                "Start the daemon on it, let the events since then come in again, in their order, "
                "and when "
                "`journey journeys` looks right:\n  journey start-sending --late send    what "
                "did not go out is sent: nobody gets anything twice, and nobody misses anything\n"
                "Webhooks are not in the journal: they are called again, under the webhook-id they "
                "had.\n",
                options.to, seen.value().people, seen.value().went_out));
    } else {
        fmt::print(
            "{}",
            say("{} holds {} people, as they were when the backup was made. Sending is stopped.\n"
                "What was to go out since then may have gone out, and nobody knows. Start the "
                "daemon "
                "on it, let the events since then come in again, and when `journey journeys` looks "
                "right:\n  journey start-sending --late skip    what is late is not sent: nobody "
                "gets anything twice\n  journey start-sending --late send    what is late is sent: "
                "nobody misses anything\n",
                options.to, seen.value().people));
    }
    if (seen.value().erased > 0)
        fmt::print("{}", say("{} ids that were erased since then are erased again.\n",
                             seen.value().erased));
    return 0;
}

}  // namespace journey::app
