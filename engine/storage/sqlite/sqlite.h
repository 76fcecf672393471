#pragma once
// The door of engine/storage/sqlite: a directory that holds one daemon's data.

#include "engine/storage/storage.h"

namespace journey::storage::sqlite {

struct StoreOptions {
    /// The write-ahead file of the Log is folded back once it holds this many bytes, between
    /// appends.
    std::uint64_t log_wal_most = 8u << 20;
    std::uint64_t state_wal_most = 32u << 20;
    /// So many messages can be shown again as they were, the newest.
    std::uint64_t rendered_most = 5'000'000;
    /// A file system of SQLite's that has the files, instead of the machine's: nothing is made,
    /// locked or looked at in the directory.
    std::string vfs{};
};

struct Store {
    std::unique_ptr<Lease> lease;  // first: it goes last
    std::unique_ptr<Log> log;
    std::unique_ptr<StateStore> state;
};

/// Makes or opens the data in `directory` (0700, files 0600) and locks it for this process until
/// the Store is gone. `conflict`: another process has it. `refused`: a network file system, data of
/// a newer journeyd, a directory that cannot be written, a full disk. `storage_failed`: the data is
/// damaged, or what is in the write-ahead files cannot be folded back. The Log may be used by one
/// thread and the StateStore by another.
Result<Store> open_store(const std::string& directory, const StoreOptions& options,
                         const Logger& logger);

/// A copy of the data in `from`, which a daemon may be using, in the empty directory `to`: for
/// looking and trying, never for going on. Nothing in `from` is written. `not_found`: there is no
/// data. When the daemon drops old parts of its Log meanwhile the copy does not recover: copy again.
Result<void> copy_store(const std::string& from, const std::string& to);

}  // namespace journey::storage::sqlite
