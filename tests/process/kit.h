#pragma once
// The real binary as a person or an operator meets it: processes, sockets, files.

#include "engine/app/child.h"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace journey::process_tests {

/// Of the build the test belongs to; where that has none, of the release build.
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

bool has(const std::string& text, std::string_view part);
/// Every run of blanks and ends of lines as one blank: sentences that were wrapped.
std::string in_one_line(const std::string& text);

/// A directory of its own, and from start() on a daemon whose data, log and keys stand in it.
struct Served {
    TemporaryDirectory directory;
    std::unique_ptr<app::ChildDaemon> daemon;
    std::unique_ptr<app::Client> client;

    Served() = default;
    /// `arguments` stand after `serve`; port 0 is any free one. Requires that it becomes ready.
    explicit Served(std::vector<std::string> arguments, std::uint16_t port = 0) {
        start(std::move(arguments), port);
    }
    void start(std::vector<std::string> arguments, std::uint16_t port = 0);
    /// Requires the answer 200.
    void post(const std::string& path, const std::string& body) const;
    /// How many events were applied so far.
    std::int64_t events() const;
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
