#include "engine/storage/sqlite/connection.h"

#include <cerrno>
#include <cstring>
#include <sqlite3.h>

namespace journey::storage::sqlite {

namespace {

constexpr sqlite3_int64 kWalPart = 64 << 10;  // SQLite writes less than 128 KiB at once

bool is_full(int code, int system_errno) {
    if ((code & 0xff) == SQLITE_FULL) return true;
    // SQLite knows ENOSPC as FULL; a quota and a file size limit come as plain I/O errors of a
    // write.
    const bool write =
        code == SQLITE_IOERR_WRITE || code == SQLITE_IOERR_TRUNCATE || code == SQLITE_IOERR_SHMSIZE;
    return write && (system_errno == ENOSPC || system_errno == EDQUOT || system_errno == EFBIG);
}

/// format_instant has milliseconds, and a timer restored a few microseconds early would be another
/// state.
std::string legible(Instant at) {
    std::string text = format_instant(at);
    const auto micros = static_cast<unsigned>(((micros_of(at) % 1000) + 1000) % 1000);
    const char digits[] = {static_cast<char>('0' + micros / 100),
                           static_cast<char>('0' + micros / 10 % 10),
                           static_cast<char>('0' + micros % 10)};
    text.insert(text.size() - 1, digits, 3);
    return text;
}

}  // namespace

// ---------------------------------------------------------------- Statement

Statement& Statement::operator=(Statement&& other) noexcept {
    std::swap(db_, other.db_);
    std::swap(handle_, other.handle_);
    return *this;
}

Statement::~Statement() {
    sqlite3_finalize(handle_);
}

Statement& Statement::integer(int column, std::int64_t value) {
    sqlite3_bind_int64(handle_, column, value);
    return *this;
}

Statement& Statement::text(int column, std::string_view value) {
    sqlite3_bind_text64(handle_, column, value.data(), value.size(), SQLITE_STATIC, SQLITE_UTF8);
    return *this;
}

Statement& Statement::bytes(int column, std::string_view value) {
    // A null pointer would bind NULL; an empty blob is meant.
    sqlite3_bind_blob64(handle_, column, value.empty() ? "" : value.data(), value.size(),
                        SQLITE_STATIC);
    return *this;
}

Statement& Statement::instant(int column, std::optional<Instant> value) {
    if (!value || *value == kNever) {
        sqlite3_bind_null(handle_, column);
    } else {
        const std::string text = legible(*value);
        sqlite3_bind_text64(handle_, column, text.data(), text.size(), SQLITE_TRANSIENT,
                            SQLITE_UTF8);
    }
    return *this;
}

Result<bool> Statement::step() {
    const int code = sqlite3_step(handle_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) {
        reset();
        return false;
    }
    Error failed = db_->failure(sqlite3_extended_errcode(sqlite3_db_handle(handle_)), "using");
    reset();
    return failed;
}

Result<void> Statement::run() {
    TRY(bool row, step());
    if (row) reset();
    return success();
}

void Statement::reset() {
    sqlite3_reset(handle_);
}

std::int64_t Statement::integer_at(int column) const {
    return sqlite3_column_int64(handle_, column);
}

std::string_view Statement::bytes_at(int column) const {
    const void* data = sqlite3_column_blob(handle_, column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_, column));
    return size == 0 ? std::string_view{} : std::string_view{static_cast<const char*>(data), size};
}

bool Statement::is_null(int column) const {
    return sqlite3_column_type(handle_, column) == SQLITE_NULL;
}

// ---------------------------------------------------------------- Connection

Connection::Connection(std::string path, const ConnectionOptions& options)
    : path_(std::move(path)), page_size_(options.page_size), wal_most_(options.wal_most) {}

Connection::~Connection() {
    sqlite3_close_v2(handle_);
}

Error Connection::failure(int code, std::string_view doing) {
    // Inside a transaction SQLite forgets the system's error number; the thread's own is still that
    // of the failed call.
    const int of_thread = errno;
    const int of_connection = handle_ != nullptr ? sqlite3_system_errno(handle_) : 0;
    const int system = of_connection != 0 ? of_connection : of_thread;
    const std::string what = handle_ != nullptr ? sqlite3_errmsg(handle_) : sqlite3_errstr(code);
    if (is_full(code, system)) {
        return error(
            ErrorCode::refused,
            "the disk under " + path_ +
                " is full; nothing was written. Free some space: writing goes on by itself");
    }
    switch (code & 0xff) {
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return error(ErrorCode::storage_failed,
                         path_ + " is damaged (" + what +
                             "); stop, keep a copy of the directory and restore a backup");
        case SQLITE_CANTOPEN:
        case SQLITE_PERM:
        case SQLITE_READONLY:
        case SQLITE_AUTH:
            return error(
                ErrorCode::refused,
                path_ + " cannot be written (" + what +
                    "); give this user the right to write there, or --data another directory");
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return error(ErrorCode::conflict, path_ + " is held open by another program (" + what +
                                                  "); close it and start again");
        default:
            return error(ErrorCode::storage_failed,
                         std::string(doing) + " " + path_ + " failed: " + what +
                             (system != 0 ? " (" + std::string(std::strerror(system)) + ")"
                                          : std::string()) +
                             "; look at the disk, then start again");
    }
}

Result<std::unique_ptr<Connection>> Connection::open(const std::string& path,
                                                     const ConnectionOptions& options) {
    std::unique_ptr<Connection> db(new Connection(path, options));
    const int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const int code = sqlite3_open_v2(path.c_str(), &db->handle_, flags,
                                     options.vfs.empty() ? nullptr : options.vfs.c_str());
    if (code != SQLITE_OK) return db->failure(code, "opening");
    TRY(db->prepare_file());
    return db;
}

Result<std::unique_ptr<Connection>> Connection::open_reader(const std::string& path) {
    std::unique_ptr<Connection> db(new Connection(path, {}));
    const int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const int code = sqlite3_open_v2(path.c_str(), &db->handle_, flags, nullptr);
    if (code != SQLITE_OK) return db->failure(code, "opening");
    db->guard();
    // Two connections that fold back at one moment may damage the file (RELIABILITY 0.6).
    sqlite3_db_config(db->handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    TRY(db->execute("PRAGMA query_only=ON"));
    TRY(db->execute("PRAGMA mmap_size=0"));
    TRY(db->execute("PRAGMA cell_size_check=ON"));
    TRY(db->execute("PRAGMA cache_size=-4096"));
    return db;
}

void Connection::guard() {
    // Long enough for a reader's short snapshot, short enough to say so.
    sqlite3_busy_timeout(handle_, 3000);
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_limit(handle_, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_limit(handle_, SQLITE_LIMIT_SQL_LENGTH, 100'000);
}

Result<void> Connection::prepare_file() {
    guard();
    sqlite3_wal_hook(
        handle_,
        [](void* self, sqlite3*, const char*, int pages) {
            static_cast<Connection*>(self)->wal_pages_ = static_cast<std::uint64_t>(pages);
            return SQLITE_OK;
        },
        this);
    TRY(execute("PRAGMA page_size=" + std::to_string(page_size_)));
    TRY(execute("PRAGMA journal_mode=WAL"));
    TRY(execute("PRAGMA synchronous=FULL"));
    TRY(execute("PRAGMA mmap_size=0"));
    TRY(execute("PRAGMA foreign_keys=ON"));
    TRY(execute("PRAGMA cell_size_check=ON"));
    TRY(execute("PRAGMA temp_store=MEMORY"));
    TRY(execute("PRAGMA cache_size=-16384"));

    // What the write-ahead file holds must reach the main file now, before anything is accepted.
    TRY(write_wal_again());
    TRY(auto fold, prepare("PRAGMA wal_checkpoint(TRUNCATE)"));
    TRY(const bool row, fold.step());
    const bool busy = row && fold.integer_at(0) != 0;
    fold.reset();
    if (busy) return failure(SQLITE_BUSY, "folding back");
    return success();
}

/// After a failed sync the kernel may call pages clean that never reached the medium, and says
/// "synced" of them ever after. A write-ahead file with such a hole would, after a power cut, bring
/// older pages back over the newer ones it was folded into. So what we read of it is written once
/// more, and the sync is true.
Result<void> Connection::write_wal_again() {
    sqlite3_file* wal = nullptr;
    const int found = sqlite3_file_control(handle_, "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal);
    if (found != SQLITE_OK || wal == nullptr || wal->pMethods == nullptr) return success();
    sqlite3_int64 size = 0;
    int code = wal->pMethods->xFileSize(wal, &size);
    std::string part;
    for (sqlite3_int64 at = 0; code == SQLITE_OK && at < size;) {
        const sqlite3_int64 count = std::min<sqlite3_int64>(size - at, kWalPart);
        part.resize(static_cast<std::size_t>(count));
        code = wal->pMethods->xRead(wal, part.data(), static_cast<int>(count), at);
        if (code == SQLITE_OK)
            code = wal->pMethods->xWrite(wal, part.data(), static_cast<int>(count), at);
        at += count;
    }
    if (code == SQLITE_OK && size > 0) code = wal->pMethods->xSync(wal, SQLITE_SYNC_FULL);
    return code == SQLITE_OK ? Result<void>(success()) : failure(code, "writing again");
}

Result<Statement> Connection::prepare(std::string_view sql) {
    Statement statement;
    statement.db_ = this;
    const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement.handle_, nullptr);
    if (code != SQLITE_OK) return failure(code, "reading the tables of");
    return statement;
}

Result<void> Connection::execute(const std::string& sql) {
    const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return failure(code, "preparing");
    return success();
}

Result<void> Connection::transaction(const std::function<Result<void>()>& work) {
    TRY(execute("BEGIN IMMEDIATE"));
    Result<void> done = work();
    if (done) done = execute("COMMIT");
    // A failed COMMIT may have ended the transaction by itself; ROLLBACK then has nothing to do.
    if (!done && sqlite3_get_autocommit(handle_) == 0)
        sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
    return done;
}

Result<void> Connection::migrate(std::span<const char* const> steps) {
    TRY(auto version, prepare("PRAGMA user_version"));
    TRY(const bool row, version.step());
    const std::uint64_t seen = row ? version.number_at(0) : 0;
    version.reset();
    if (seen > steps.size()) {
        return error(ErrorCode::refused,
                     path_ + " was written by a newer journeyd (format " + std::to_string(seen) +
                         ", this one knows " + std::to_string(steps.size()) +
                         "); start that version, or give --data another directory");
    }
    for (std::size_t step = seen; step < steps.size(); ++step) {
        TRY(transaction([&]() -> Result<void> {
            TRY(execute(steps[step]));
            return execute("PRAGMA user_version=" + std::to_string(step + 1));
        }));
    }
    return success();
}

std::uint64_t Connection::rows_changed() const {
    return static_cast<std::uint64_t>(sqlite3_changes64(handle_));
}

Result<void> Connection::checkpoint() {
    const int code =
        sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY) return failure(code, "folding back");
    wal_pages_ = 0;
    return success();
}

Result<bool> Connection::empty_wal() {
    const int code =
        sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
    if ((code & 0xff) == SQLITE_BUSY) return false;
    if (code != SQLITE_OK) return failure(code, "folding back");
    wal_pages_ = 0;
    return true;
}

std::uint64_t Connection::size_bytes() const {
    std::int64_t pages = 0;
    sqlite3_stmt* count = nullptr;
    if (sqlite3_prepare_v2(handle_, "PRAGMA page_count", -1, &count, nullptr) == SQLITE_OK &&
        sqlite3_step(count) == SQLITE_ROW) {
        pages = sqlite3_column_int64(count, 0);
    }
    sqlite3_finalize(count);
    return static_cast<std::uint64_t>(pages) * page_size_ + wal_pages_ * page_size_;
}

}  // namespace journey::storage::sqlite
