#include "engine/storage/storage.h"

namespace journey::storage {

Result<void> check_append(const std::vector<LogBatch>& batches, const AppendCheck& check) {
    if (check.given_epoch != check.lease_epoch) {
        return error(ErrorCode::conflict, "the log belongs to another owner now (epoch " +
                                              std::to_string(check.lease_epoch) +
                                              ", this process has " +
                                              std::to_string(check.given_epoch) + ")");
    }
    model::LogPosition next = check.end + 1;
    for (const LogBatch& batch : batches) {
        if (batch.first != next || batch.count == 0) {
            return error(ErrorCode::conflict, "a batch of " + std::to_string(batch.count) +
                                                  " at position " + std::to_string(batch.first) +
                                                  " does not continue the log, which goes on at " +
                                                  std::to_string(next));
        }
        next += batch.count;
    }
    return success();
}

Error no_such_person(model::PersonId id) {
    return error(ErrorCode::storage_failed,
                 "the store has lost person " + std::to_string(id.number) +
                     "; stop, keep a copy of the directory and restore a backup");
}

}  // namespace journey::storage
