#include "engine/storage/sqlite/sqlite.h"

#include <filesystem>
#include <fmt/format.h>
#include <sqlite3.h>

namespace journey::storage::sqlite {
namespace {

struct Closed {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
};
using Handle = std::unique_ptr<sqlite3, Closed>;

Result<Handle> open_handle(const std::string& path, int flags) {
    sqlite3* raw = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
    Handle handle(raw);
    if (code != SQLITE_OK) {
        return error(ErrorCode::refused,
                     fmt::format("{} cannot be opened ({})", path, sqlite3_errstr(code)));
    }
    // The daemon's writer holds the file for moments only.
    sqlite3_busy_timeout(raw, 3000);
    return handle;
}

/// All pages in one step are one reading transaction: what the writer does meanwhile is not seen.
Result<void> copy_file(const std::string& from, const std::string& to) {
    std::error_code ignored;
    if (!std::filesystem::exists(from, ignored)) {
        return error(ErrorCode::not_found,
                     fmt::format("{} is not there; is this a daemon's data directory?", from));
    }
    TRY(const Handle source, open_handle(from, SQLITE_OPEN_READONLY));
    TRY(const Handle target, open_handle(to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
    sqlite3_backup* copy = sqlite3_backup_init(target.get(), "main", source.get(), "main");
    int code = copy == nullptr ? sqlite3_errcode(target.get()) : SQLITE_OK;
    if (copy != nullptr) {
        sqlite3_backup_step(copy, -1);
        code = sqlite3_backup_finish(copy);
    }
    if (code != SQLITE_OK) {
        return error(ErrorCode::storage_failed,
                     fmt::format("{} could not be copied ({})", from, sqlite3_errstr(code)));
    }
    return success();
}

}  // namespace

Result<void> copy_store(const std::string& from, const std::string& to) {
    // The State first: the Log may then be ahead of it, as after a crash, and never behind.
    TRY(copy_file(from + "/state.db", to + "/state.db"));
    return copy_file(from + "/log.db", to + "/log.db");
}

}  // namespace journey::storage::sqlite
