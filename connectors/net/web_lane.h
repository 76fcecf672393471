#pragma once
// HTTP: libcurl's multi interface on one thread.

#include "connectors/net/exchange.h"

namespace journey::connectors::net {

class WebLane {
  public:
    WebLane(const TransportOptions& options, const ExtraTrust& trust);
    /// Answers what is under way as failed.
    ~WebLane();
    void start(std::unique_ptr<Exchange> exchange);
    std::size_t under_way() const;

  private:
    class Loop;
    std::unique_ptr<Loop> loop_;
};

}  // namespace journey::connectors::net
