#include "engine/storage/sqlite/directory.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace journey::storage::sqlite {

namespace {

struct FileSystemKind {
    std::uint32_t magic;
    const char* name;
    bool refused;
};

// From statfs(2) and linux/magic.h. FUSE may be anything, a local disk of a virtual machine among
// it: a warning.
constexpr FileSystemKind kFileSystems[] = {
    {0x6969, "NFS", true},        {0x517b, "SMB", true},        {0xff534d42, "CIFS", true},
    {0xfe534d42, "SMB2", true},   {0x00c36400, "Ceph", true},   {0x5346414f, "AFS", true},
    {0x0bd00bd0, "Lustre", true}, {0x7461636f, "OCFS2", true},  {0x01161970, "GFS2", true},
    {0x73757245, "Coda", true},   {0x19830326, "BeeGFS", true}, {0x564c, "NCP", true},
    {0x65735546, "FUSE", false},  {0x01021997, "9p", false},
};

Error cannot(const std::string& doing, const std::string& directory) {
    const int why = errno;
    if (why == ENOSPC || why == EDQUOT) {
        return error(ErrorCode::refused,
                     "the disk under " + directory + " is full; free some space and start again");
    }
    return error(ErrorCode::refused,
                 doing + " " + directory + " is not possible (" + std::strerror(why) +
                     "); give this user the right to write there, or --data another directory");
}

Result<void> check_file_system(const std::string& directory, const Logger& logger) {
    struct statfs found {};
    if (::statfs(directory.c_str(), &found) != 0) return cannot("looking at", directory);
    const auto magic = static_cast<std::uint32_t>(found.f_type);
    for (const FileSystemKind& kind : kFileSystems) {
        if (kind.magic != magic) continue;
        if (kind.refused) {
            return error(ErrorCode::refused,
                         "the data directory " + directory + " is on a network file system (" +
                             kind.name +
                             "), where locks and syncs cannot be trusted; give --data a local one");
        }
        logger.warn("storage.file_system_unknown", {{"directory", directory}, {"kind", kind.name}});
    }
    return success();
}

bool sync_names_in(const std::filesystem::path& folder) {
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return errno == EACCES;  // not ours to sync, and nothing of ours to lose
    const bool synced = ::fsync(descriptor) == 0 || errno == EINVAL;
    ::close(descriptor);
    return synced;
}

std::string first_line(const char* path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

/// "123" out of the lock file, or "?" when it says nothing sensible.
std::string holder_of(int descriptor) {
    char text[32] = {};
    const ssize_t count = ::pread(descriptor, text, sizeof(text) - 1, 0);
    std::string digits;
    for (ssize_t i = 0; i < count && text[i] >= '0' && text[i] <= '9'; ++i)
        digits += text[i];
    return digits.empty() ? "?" : digits;
}

}  // namespace

DirectoryLock::~DirectoryLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

Result<DirectoryLock> claim_directory(const std::string& directory, const Logger& logger) {
    namespace fs = std::filesystem;
    std::error_code failed;
    if (!fs::exists(directory, failed)) {
        const fs::path parent = fs::absolute(directory, failed).lexically_normal().parent_path();
        std::vector<fs::path> changed = {parent};
        for (fs::path above = parent; !fs::exists(above, failed) && above.has_relative_path();) {
            above = above.parent_path();
            changed.push_back(above);
        }
        fs::create_directories(parent, failed);
        if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
            return cannot("making the data directory", directory);
        }
        // A directory whose name is not on the medium takes synced files with it.
        for (const fs::path& folder : changed) {
            if (!sync_names_in(folder)) return cannot("making the data directory", directory);
        }
    }
    if (!fs::is_directory(directory, failed)) {
        return error(ErrorCode::refused,
                     "the data directory " + directory + " is a file; give --data a directory");
    }
    TRY(check_file_system(directory, logger));

    const std::string path = directory + "/lock";
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0) return cannot("writing into the data directory", directory);
    DirectoryLock lock(descriptor);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        return error(ErrorCode::conflict, "the data directory " + directory +
                                              " is in use by process " + holder_of(descriptor) +
                                              "; stop it or give --data another directory");
    }
    const std::string holder = std::to_string(::getpid()) + "\n";
    const bool written =
        ::ftruncate(descriptor, 0) == 0 && ::pwrite(descriptor, holder.data(), holder.size(), 0) ==
                                               static_cast<ssize_t>(holder.size());
    if (!written) return cannot("writing into the data directory", directory);
    return lock;
}

Result<void> make_private_file(const std::string& path) {
    const int descriptor =
        ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor >= 0) {
        ::close(descriptor);
        return success();
    }
    if (errno == EEXIST) return success();
    return cannot("making", path);
}

std::string machine_identity() {
    return first_line("/etc/machine-id") + " " + first_line("/proc/sys/kernel/random/boot_id");
}

}  // namespace journey::storage::sqlite
