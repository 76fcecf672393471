#pragma once
// A web or mail server on loopback that takes whatever comes and notes when: as little work as a
// provider can be, so that what is measured is the sender.

#include "engine/base/base.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace journey::app {

class BenchSink {
  public:
    using Steady = std::chrono::steady_clock;
    enum class Speaks { http, smtp };
    /// Listens on a free port. A body tells its number, below `most`, behind the first `: "o` in it.
    explicit BenchSink(std::size_t most, Speaks speaks = Speaks::http);
    ~BenchSink();
    BenchSink(const BenchSink&) = delete;
    BenchSink& operator=(const BenchSink&) = delete;

    std::uint16_t port() const { return port_; }
    std::string url() const;
    std::uint64_t requests() const { return requests_.load(std::memory_order_acquire); }
    /// Waits until so many came; false when none came for ten seconds.
    bool wait_for(std::uint64_t requests) const;
    /// Requests whose number had come before.
    std::uint64_t repeated() const { return repeated_; }
    /// When the first request with this number came; nothing if none did.
    std::optional<Steady::time_point> arrival(std::size_t number) const;
    Steady::time_point last() const;
    /// The newest body, for asking what libcurl alone does with it.
    const std::string& body() const { return body_; }
    double cpu_seconds() const { return static_cast<double>(cpu_micros_) / 1e6; }
    /// Notes what a transport without sockets was given.
    void note(std::string_view body);

  private:
    struct Line;
    void run();
    /// Serve what is whole in the line's input; false: close it.
    bool serve(Line& line);
    bool serve_mail(Line& line);

    Speaks speaks_;

    int listener_ = -1;
    int stop_ = -1;
    std::uint16_t port_ = 0;
    std::vector<std::atomic<std::int64_t>> arrivals_;  // steady microseconds; 0: not yet
    std::atomic<std::int64_t> last_{0};
    std::atomic<std::uint64_t> requests_{0};
    std::atomic<std::uint64_t> repeated_{0};
    std::atomic<std::int64_t> cpu_micros_{0};
    std::string body_;
    std::thread thread_;
};

}  // namespace journey::app
