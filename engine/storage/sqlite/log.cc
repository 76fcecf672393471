// log.db, 16 KiB pages (PERFORMANCE 1):
//
//   batches(first, count, epoch, checksum, commands)   one row a batch; first: position of its
//   first command;
//                                                      checksum: XXH3 of commands with seed first
//   owners(epoch, machine)                             one row a process that had the log
#include "engine/storage/sqlite/directory.h"
#include "engine/storage/sqlite/files.h"

namespace journey::storage::sqlite {

namespace {

constexpr std::size_t kDropIdle = 64;  // batches; 16 MB at most

// Steps that shipped are never edited; a change is a new step at the end.
constexpr const char* kLogSteps[] = {
    R"(CREATE TABLE batches (
           first INTEGER PRIMARY KEY,
           count INTEGER NOT NULL,
           epoch INTEGER NOT NULL,
           checksum INTEGER NOT NULL,
           commands BLOB NOT NULL) STRICT;
       CREATE TABLE owners (
           epoch INTEGER PRIMARY KEY,
           machine TEXT NOT NULL) STRICT;)",
};

std::uint64_t checksum_of(const LogBatch& batch) {
    return hash64(batch.commands, batch.first);
}

class SqliteLog final : public Log {
  public:
    explicit SqliteLog(std::unique_ptr<Connection> db) : db_(std::move(db)) {}

    Result<std::uint64_t> prepare(const std::string& machine) {
        TRY(db_->migrate(kLogSteps));
        TRY(insert_, db_->prepare("INSERT INTO batches VALUES (?1, ?2, ?3, ?4, ?5)"));
        TRY(select_,
            db_->prepare(
                "SELECT first, count, checksum, commands FROM batches WHERE first + count > ?1 AND "
                "first >= (SELECT coalesce(max(first), 0) FROM batches WHERE first <= ?1) "
                "ORDER BY first"));
        TRY(delete_,
            db_->prepare("DELETE FROM batches WHERE first IN (SELECT first FROM batches WHERE "
                         "first + count <= ?1 AND first < (SELECT max(first) FROM batches) AND "
                         "first <= ?1 ORDER BY first LIMIT ?2)"));
        TRY(auto last,
            db_->prepare("SELECT first + count - 1 FROM batches ORDER BY first DESC LIMIT 1"));
        TRY(const bool any, last.step());
        if (any) end_ = last.number_at(0);
        last.reset();

        TRY(auto owner, db_->prepare("SELECT coalesce(max(epoch), 0) FROM owners"));
        TRY(owner.step());
        epoch_ = owner.number_at(0) + 1;
        owner.reset();
        TRY(auto own, db_->prepare("INSERT INTO owners VALUES (?1, ?2)"));
        TRY(own.number(1, epoch_).text(2, machine).run());
        // The last few tell who had the data; older ones help nobody.
        TRY(db_->execute(
            "DELETE FROM owners WHERE epoch <= (SELECT max(epoch) FROM owners) - 100"));
        return epoch_;
    }

    Result<void> append(const std::vector<LogBatch>& batches, std::uint64_t epoch) override {
        TRY(check_append(batches, {.end = end_, .lease_epoch = epoch_, .given_epoch = epoch}));
        if (batches.empty()) return success();
        Result<void> done = db_->transaction([&]() -> Result<void> {
            for (const LogBatch& batch : batches) {
                TRY(insert_.number(1, batch.first)
                        .number(2, batch.count)
                        .number(3, epoch)
                        .number(4, checksum_of(batch))
                        .bytes(5, batch.commands)
                        .run());
            }
            return drop(2 * batches.size());
        });
        if (!done) {
            all_dropped_ = false;
            return done;
        }
        appended_ = true;
        end_ = batches.back().first + batches.back().count - 1;
        return success();
    }

    Result<void> read(model::LogPosition from,
                      const std::function<Result<void>(const LogBatch&)>& each) override {
        select_.number(1, from);
        const Result<void> done = read_rows(each);
        select_.reset();
        return done;
    }

    model::LogPosition end() const override { return end_; }

    Result<void> truncate(model::LogPosition keep_from) override {
        if (keep_from > keep_from_) all_dropped_ = false;
        keep_from_ = std::max(keep_from_, keep_from);
        return success();
    }

    Result<void> tidy() override {
        if (!std::exchange(appended_, false)) {
            TRY(drop(kDropIdle));
        }
        return db_->wal_is_long() ? db_->checkpoint() : success();
    }

    std::uint64_t size_bytes() const override { return db_->size_bytes(); }

  private:
    /// Pages of dropped rows are read once more: with an append twice as many go as come, so that
    /// none waits for a great deletion and the file stays as long as what it holds at most.
    Result<void> drop(std::size_t batches_most) {
        if (all_dropped_) return success();
        TRY(delete_.number(1, keep_from_).number(2, batches_most).run());
        all_dropped_ = db_->rows_changed() < batches_most;
        return success();
    }

    Result<void> read_rows(const std::function<Result<void>(const LogBatch&)>& each) {
        LogBatch batch;
        model::LogPosition expected = 0;
        for (;;) {
            TRY(const bool row, select_.step());
            if (!row) return success();
            batch.first = select_.number_at(0);
            batch.count = static_cast<std::uint32_t>(select_.number_at(1));
            batch.commands.assign(select_.bytes_at(3));
            if (select_.number_at(2) != checksum_of(batch))
                return damaged(batch.first, "the checksum does not match");
            if (expected != 0 && batch.first != expected)
                return damaged(expected, "a batch is missing");
            expected = batch.first + batch.count;
            TRY(each(batch));
        }
    }

    Error damaged(model::LogPosition position, const std::string& why) const {
        return error(ErrorCode::storage_failed,
                     db_->path() + " is damaged at position " + std::to_string(position) + ": " +
                         why + "; stop, keep a copy of the directory and restore a backup");
    }

    std::unique_ptr<Connection> db_;
    Statement insert_;  // after db_: statements go first
    Statement select_;
    Statement delete_;
    model::LogPosition end_ = 0;
    std::uint64_t epoch_ = 0;
    model::LogPosition keep_from_ = 0;
    bool all_dropped_ = true;  // as far as keep_from_
    bool appended_ = false;    // since tidy()
};

}  // namespace

Result<OpenedLog> open_log(const std::string& path, const StoreOptions& options) {
    if (options.vfs.empty()) {
        TRY(make_private_file(path));
    }
    TRY(auto db,
        Connection::open(
            path, {.page_size = 16384, .wal_most = options.log_wal_most, .vfs = options.vfs}));
    auto log = std::make_unique<SqliteLog>(std::move(db));
    TRY(const std::uint64_t epoch,
        log->prepare(options.vfs.empty() ? machine_identity() : "simulated"));
    return OpenedLog{std::move(log), epoch};
}

}  // namespace journey::storage::sqlite
