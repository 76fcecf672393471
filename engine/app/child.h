#pragma once
// A `journey serve` of our own as a child process: for the demo, the benchmark and nothing else.

#include "engine/app/client.h"

#include <sys/types.h>

namespace journey::app {

struct ChildOptions {
    std::string program;                 // path of this binary
    std::vector<std::string> arguments;  // after "serve"; --listen and --data are added
    std::string data_directory;
    std::uint16_t port = 0;  // 0: any free one
    std::string log_file;    // stdout and stderr go there
};

class ChildDaemon {
  public:
    /// Returns when /readyz answers 200, or with the end of the log when it does not within
    /// `at_most`.
    static Result<std::unique_ptr<ChildDaemon>> start(
        ChildOptions options, std::chrono::milliseconds at_most = std::chrono::seconds(60));
    ~ChildDaemon();
    ChildDaemon(const ChildDaemon&) = delete;
    ChildDaemon& operator=(const ChildDaemon&) = delete;

    std::string url() const;
    std::uint16_t port() const { return port_; }
    /// SIGTERM, then waits for its drain. The exit status, or the negative signal.
    int stop();
    /// SIGKILL.
    void kill_now();
    bool running();
    pid_t process() const { return pid_; }
    std::uint64_t resident_bytes() const;
    /// User and system time so far.
    double cpu_seconds() const;
    std::string write_key() const;
    std::string admin_token() const;

  private:
    ChildDaemon() = default;
    pid_t pid_ = -1;
    std::uint16_t port_ = 0;
    ChildOptions options_;
};

/// A port of 127.0.0.1 that was free a moment ago.
std::uint16_t free_port();
/// A new empty directory below the system's temporary one.
std::string make_temporary_directory(std::string_view purpose);

}  // namespace journey::app
