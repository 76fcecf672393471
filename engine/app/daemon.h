#pragma once
// The daemon, put together: the only place that names concrete classes.

#include "engine/app/bounce_box.h"
#include "engine/app/config.h"
#include "engine/storage/sqlite/sqlite.h"

namespace journey::app {

/// What a benchmark puts in the place of the real thing; null: the real one.
struct DaemonParts {
    std::unique_ptr<connectors::net::Transport> transport;
    Logger::Sink log;
};

class Daemon {
  public:
    /// Opens the data, recovers, listens. What fails is said in a sentence for the operator.
    /// `program` (may be null) is live before the first request is taken.
    static Result<std::unique_ptr<Daemon>> start(Config config, std::unique_ptr<Clock> clock,
                                                 const ir::Program* program,
                                                 DaemonParts parts = {});
    ~Daemon();

    std::uint16_t port() const { return server_->port(); }
    const Keys& keys() const { return keys_; }
    /// Makes `program` the live one unless it already is; returns when it is applied. True when it
    /// changed.
    Result<bool> publish(const ir::Program& program);
    /// Readiness off, requests answered, claims ended, last checkpoint.
    void stop();
    Logger& logger() { return *logger_; }

  private:
    Daemon() = default;
    std::unique_ptr<Clock> clock_;
    std::unique_ptr<Logger> logger_;
    Keys keys_;
    storage::sqlite::Store store_;
    std::unique_ptr<storage::SendJournal> journal_;
    std::unique_ptr<connectors::net::Transport> transport_;
    std::unique_ptr<runtime::Service> service_;
    std::unique_ptr<http::Server> server_;
    std::vector<std::unique_ptr<BounceBox>> bounce_boxes_;
    std::function<Result<void>(const ir::Program&)> can_run_;
    bool stopped_ = false;
};

/// The demo's clock: `start` at the first start with this data directory, going on from there at
/// later ones.
Result<std::unique_ptr<Clock>> make_demo_clock(const std::string& data_directory,
                                               const std::string& start, double speed);

}  // namespace journey::app
