#pragma once
// SMTP: one thread a connection, see README.md.

#include "connectors/net/exchange.h"

#include <mutex>

namespace journey::connectors::net {

class MailLane {
  public:
    MailLane(const TransportOptions& options, const ExtraTrust& trust);
    /// Answers what is under way as failed; takes up to a second.
    ~MailLane();
    /// The first call starts the threads.
    void start(std::unique_ptr<Exchange> exchange);
    std::size_t under_way() const { return under_way_.load(); }

  private:
    class Worker;
    void start_workers();

    TransportOptions options_;
    const ExtraTrust& trust_;
    std::once_flag started_;
    std::atomic<bool> stopping_{false};
    std::atomic<std::size_t> under_way_{0};
    std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace journey::connectors::net
