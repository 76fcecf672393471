#pragma once
// The real binary as a person or an operator meets it: processes, sockets, files.

#include "engine/app/child.h"

#include <chrono>
#include <string>
#include <sys/types.h>
#include <vector>

namespace journey::process_tests {

/// Of the release build when it is there, else of the build the test belongs to.
std::string journey_binary();

struct Finished {
    int status = 0;  // exit status, or the negative signal
    std::string output;
    std::string errors;
};
/// Runs `journey` with `arguments` to its end; `setup` runs in the child before exec.
Finished run_journey(const std::vector<std::string>& arguments, void (*setup)() = nullptr);

/// Sends `bytes` to the port, half-closes when asked, and reads until the other side closes or 5 s
/// pass.
std::string talk(std::uint16_t port, const std::string& bytes, bool half_close);

void write_file(const std::string& path, const std::string& text);

/// A directory that goes away with its scope.
class TemporaryDirectory {
  public:
    TemporaryDirectory();
    ~TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    std::string path(const std::string& name = "") const;

  private:
    std::string path_;
};

/// Asks until `ready` says yes; false after `at_most`.
template <typename Ready>
bool eventually(std::chrono::milliseconds at_most, Ready ready) {
    const auto until = std::chrono::steady_clock::now() + at_most;
    while (std::chrono::steady_clock::now() < until) {
        if (ready()) return true;
        timespec pause{0, 10'000'000};
        ::nanosleep(&pause, nullptr);
    }
    return ready();
}

}  // namespace journey::process_tests
