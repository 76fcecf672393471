#pragma once
// What open.cc joins. Private to the room.

#include "engine/storage/sqlite/connection.h"
#include "engine/storage/sqlite/sqlite.h"

namespace journey::storage::sqlite {

struct OpenedLog {
    std::unique_ptr<Log> log;
    std::uint64_t epoch = 0;  // one more than the last owner's
};
Result<OpenedLog> open_log(const std::string& path, const StoreOptions& options);
Result<std::unique_ptr<StateStore>> open_state(const std::string& path,
                                               const StoreOptions& options);

}  // namespace journey::storage::sqlite
