// Preloaded into a daemon under test: a disk whose syncs take so many microseconds longer as the file
// named by JOURNEY_SLOW_DISK says. No file, an empty one, 0: as fast as it is.
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

void wait_for_the_disk() {
    const char* path = std::getenv("JOURNEY_SLOW_DISK");
    const int file = path == nullptr ? -1 : ::open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    char text[32] = {};
    const auto length = ::read(file, text, sizeof text - 1);
    ::close(file);
    const long micros = length <= 0 ? 0 : std::strtol(text, nullptr, 10);
    const timespec pause{micros / 1'000'000, micros % 1'000'000 * 1000};
    ::nanosleep(&pause, nullptr);
}

}  // namespace

extern "C" int fsync(int file) {
    wait_for_the_disk();
    return static_cast<int>(::syscall(SYS_fsync, file));
}

extern "C" int fdatasync(int file) {
    wait_for_the_disk();
    return static_cast<int>(::syscall(SYS_fdatasync, file));
}
