#pragma once
// The directory of one daemon's data: made, checked, locked. Private to the room.

#include "engine/base/base.h"

namespace journey::storage::sqlite {

/// An exclusive flock on `lock` in the directory; freed by the kernel whatever ends the process.
class DirectoryLock {
  public:
    DirectoryLock() = default;
    explicit DirectoryLock(int descriptor) : descriptor_(descriptor) {}
    DirectoryLock(DirectoryLock&& other) noexcept
        : descriptor_(std::exchange(other.descriptor_, -1)) {}
    DirectoryLock& operator=(DirectoryLock&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    ~DirectoryLock();

  private:
    int descriptor_ = -1;
};

/// Makes the directory (0700, parents as the umask says) when it is absent, refuses network file
/// systems and directories that cannot be written, and takes the lock. `conflict` names the process
/// that has it.
Result<DirectoryLock> claim_directory(const std::string& directory, const Logger& logger);

/// Makes an empty file only its owner may read, unless it exists. SQLite gives its own files beside
/// it the same mode.
Result<void> make_private_file(const std::string& path);

/// Who holds the data: machine and boot, so that a person can tell a copied directory from a
/// restart.
std::string machine_identity();

}  // namespace journey::storage::sqlite
