#pragma once
// A shop under load and a provider with a ledger outside, for faults of every kind: what was
// acknowledged is counted once, no key is accepted twice by a provider that does not drop repeats,
// and what nobody can know is listed. RELIABILITY I1, I2, I6, I16.

#include "connectors/fake/fake.h"
#include "tests/process/kit.h"

#include <atomic>
#include <thread>

namespace journey::process_tests {

/// Sends orders, each of a person of its own, until told to stop; a batch that was not acknowledged
/// is sent again, as every Segment client does.
class Shop {
  public:
    /// Rests for `pause` after each batch.
    Shop(std::uint16_t port, std::string write_key,
         std::chrono::milliseconds pause = std::chrono::milliseconds(0));
    ~Shop();
    /// Returns when what was begun is acknowledged: then every order is one that must arrive.
    void stop();
    int orders() const { return acknowledged_; }

  private:
    void run();
    app::Client client_;
    std::chrono::milliseconds pause_;
    std::atomic<bool> stopping_{false};
    std::atomic<int> acknowledged_{0};
    std::thread thread_;
};

/// A project that answers every order with an SMS (neither idempotent nor queryable) and a push
/// (keyed), and a provider of bad weather.
class Street {
  public:
    Street();
    app::ChildOptions daemon(const std::string& data_directory) const;
    /// After the shop is closed: waits until every order came to its end, and checks all books.
    /// `faults` is said in the summary.
    void check_books(const app::ChildDaemon& daemon, int orders, std::string_view faults) const;

    TemporaryDirectory directory;

  private:
    std::unique_ptr<connectors::fake::SinkServer> sink_;
    std::uint16_t port_ = app::free_port();
};

}  // namespace journey::process_tests
