#pragma once
// Believable traffic of a small shop: visits, carts, orders, returns, lessons; people in several
// time zones who sleep at night. One seed, one story.

#include "engine/base/base.h"

#include <queue>

namespace journey::app {

struct TrafficOptions {
    std::uint64_t seed = 1;
    std::uint32_t people = 400;
    double visits_per_day = 0.6;  // each person's mean
    double newcomers_per_day = 25;
};

/// One call of the Segment-shaped API, due at `at`.
struct TrafficItem {
    Instant at{};
    std::string json;  // a batch item ({"type":"track",…}), or the body of /v1/consent
    bool consent = false;
};

class ShopTraffic {
  public:
    ShopTraffic(const TrafficOptions& options, Instant start);
    ~ShopTraffic();

    /// Everything that happens up to `until`, in order of time; later calls go on from there.
    std::vector<TrafficItem> happen_until(Instant until);

  private:
    struct Shopper;
    struct Due {
        Instant at;
        std::uint64_t order;  // ties break by the order of planning
        std::uint32_t shopper;
        int what;  // Act, see traffic.cc
        std::uint64_t detail;
    };
    struct Later {
        bool operator()(const Due& a, const Due& b) const {
            return a.at != b.at ? a.at > b.at : a.order > b.order;
        }
    };
    void plan(Instant at, std::uint32_t shopper, int what, std::uint64_t detail = 0);
    void add_shopper(Instant at, bool newcomer, std::vector<TrafficItem>& out);
    void act(const Due& due, std::vector<TrafficItem>& out);
    void visit(const Due& due, std::vector<TrafficItem>& out);
    Instant next_visit(const Shopper& shopper, Instant from);
    void track(Instant at, const Shopper& shopper, std::string_view event, Record properties,
               std::vector<TrafficItem>& out);

    TrafficOptions options_;
    Rng rng_;
    std::vector<Shopper> shoppers_;
    std::priority_queue<Due, std::vector<Due>, Later> due_;
    std::vector<TrafficItem> opening_;
    std::uint64_t order_ = 0;
    std::uint64_t message_ = 0;
    std::uint64_t sold_ = 0;
};

}  // namespace journey::app
