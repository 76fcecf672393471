#pragma once
// RAII over the SQLite C API. Private to the room.

#include "engine/storage/storage.h"

struct sqlite3;
struct sqlite3_stmt;

namespace journey::storage::sqlite {

class Connection;

/// A prepared statement. Bound text and bytes must outlive the step. After an error the statement
/// is reset.
class Statement {
  public:
    Statement() = default;
    Statement(Statement&& other) noexcept
        : db_(other.db_), handle_(std::exchange(other.handle_, nullptr)) {}
    Statement& operator=(Statement&& other) noexcept;
    ~Statement();

    Statement& integer(int column, std::int64_t value);
    Statement& number(int column, std::uint64_t value) {
        return integer(column, static_cast<std::int64_t>(value));
    }
    Statement& text(int column, std::string_view value);
    Statement& bytes(int column, std::string_view value);
    /// RFC 3339 with microseconds; kNever and none become NULL.
    Statement& instant(int column, std::optional<Instant> value);

    /// True: a row is there. False: done, and the statement is ready for new values.
    Result<bool> step();
    /// For statements without rows.
    Result<void> run();
    void reset();

    std::int64_t integer_at(int column) const;
    std::uint64_t number_at(int column) const {
        return static_cast<std::uint64_t>(integer_at(column));
    }
    /// Good until the next step.
    std::string_view bytes_at(int column) const;
    bool is_null(int column) const;

  private:
    friend class Connection;
    Connection* db_ = nullptr;
    sqlite3_stmt* handle_ = nullptr;
};

struct ConnectionOptions {
    std::uint32_t page_size = 4096;
    std::uint64_t wal_most = 32u << 20;  // bytes; see wal_is_long()
    std::string vfs{};                   // SQLite's name of a file system; "" = the machine's
};

class Connection {
  public:
    /// Opens, sets every pragma of RELIABILITY 1.6, and folds the write-ahead file back (TRUNCATE).
    static Result<std::unique_ptr<Connection>> open(const std::string& path,
                                                    const ConnectionOptions& options);
    /// Reads beside the one that writes and folds back, which must be open already: only reads,
    /// and keeps few pages.
    static Result<std::unique_ptr<Connection>> open_reader(const std::string& path);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();

    Result<Statement> prepare(std::string_view sql);
    Result<void> execute(const std::string& sql);
    /// All of `work` or nothing: BEGIN IMMEDIATE … COMMIT; on any error ROLLBACK and that error.
    Result<void> transaction(const std::function<Result<void>()>& work);
    /// Brings the schema to the last of `steps`. `refused` when the file has seen more steps than
    /// this program knows.
    Result<void> migrate(std::span<const char* const> steps);
    /// True when the write-ahead file has outgrown `wal_most`: time to checkpoint().
    bool wal_is_long() const { return wal_pages_ * page_size_ > wal_most_; }
    Result<void> checkpoint();
    /// As checkpoint(), and the write-ahead file is empty afterwards. False: somebody still reads in
    /// it; to be tried again.
    Result<bool> empty_wal();
    std::uint64_t size_bytes() const;
    /// Rows the last statement wrote or deleted.
    std::uint64_t rows_changed() const;
    const std::string& path() const { return path_; }

    /// What SQLite's last answer on this connection means to the caller.
    Error failure(int code, std::string_view doing);

  private:
    Connection(std::string path, const ConnectionOptions& options);
    void guard();
    Result<void> prepare_file();
    Result<void> write_wal_again();
    sqlite3* handle_ = nullptr;
    std::string path_;
    std::uint64_t page_size_;
    std::uint64_t wal_most_;
    std::uint64_t wal_pages_ = 0;
};

}  // namespace journey::storage::sqlite
