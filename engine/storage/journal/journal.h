#pragma once
// The door of engine/storage/journal: messages that were about to leave, in files beside the store.

#include "engine/storage/storage.h"

namespace journey::storage::journal {

struct JournalOptions {
    std::string directory;  // made when it is not there, for its owner only
    Micros keep = std::chrono::hours(24 * 30);
};

/// A new one is told that it begins `now`. Removes what is older than `keep` by the first record of each day. `refused`: the directory cannot
/// be made or written, or is full; `conflict`: another process writes there; `storage_failed`: what
/// is there is damaged. Each names the place and the mend. An append costs one write, and one sync
/// when something is about to leave.
Result<std::unique_ptr<SendJournal>> open_journal(const JournalOptions& options, Instant now);

/// From when on the journal tells of everything that left. `not_found`: there is none.
Result<Instant> begin_of_journal(const std::string& directory);

/// Every record of `since` or later, in order, until `each` fails. What a crash tore at the end is
/// left out. `not_found`: there is no journal; `storage_failed`: it is damaged, and so tells too little.
Result<void> read_journal(const std::string& directory, Instant since,
                          const std::function<Result<void>(const Departure&)>& each);

}  // namespace journey::storage::journal
