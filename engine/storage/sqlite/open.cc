#include "engine/storage/sqlite/directory.h"
#include "engine/storage/sqlite/files.h"

namespace journey::storage::sqlite {

namespace {

class DirectoryLease final : public Lease {
  public:
    DirectoryLease(DirectoryLock lock, std::uint64_t epoch)
        : lock_(std::move(lock)), epoch_(epoch) {}
    std::uint64_t epoch() const override { return epoch_; }

  private:
    DirectoryLock lock_;
    std::uint64_t epoch_;
};

}  // namespace

Result<Store> open_store(const std::string& directory, const StoreOptions& options,
                         const Logger& logger) {
    DirectoryLock lock;
    if (options.vfs.empty()) {
        TRY(lock, claim_directory(directory, logger));
    }
    TRY(auto log, open_log(directory + "/log.db", options));
    TRY(auto state, open_state(directory + "/state.db", options));
    logger.info("storage.opened", {{"directory", directory},
                                   {"epoch", static_cast<std::int64_t>(log.epoch)},
                                   {"log_end", static_cast<std::int64_t>(log.log->end())}});
    return Store{std::make_unique<DirectoryLease>(std::move(lock), log.epoch), std::move(log.log),
                 std::move(state)};
}

}  // namespace journey::storage::sqlite
