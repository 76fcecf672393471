#pragma once
// Private to core. For people with many events: where those of one type stand, those that a filter
// takes, and the numbers these carry, so that a question about a window costs what it counts, or
// nothing but its two ends. Not state: it is made when first asked, follows the history as events
// arrive, and answers are the same without it.

#include "engine/core/catalog.h"
#include "engine/expr/expr.h"

#include <span>

namespace journey::core {

class History;

/// The events, by place in the history, that aggregates of one program with the same filter, which
/// must look at nothing but the event, are about.
struct SeriesKey {
    std::uint16_t program = 0;
    EventNumber event = 0;
    ir::Index filter = ir::kNone;
    ir::Index field = ir::kNone;  // of the program's event: only those that have a value there
    friend bool operator==(const SeriesKey&, const SeriesKey&) = default;
};

struct Series {
    enum class Numbers : std::uint8_t {
        none,
        whole,  // `sums`: the total up to and with each
        money,  // so too, of one currency
        real,   // `reals`: each
        other,  // of several kinds, or too large for exact sums
    };
    SeriesKey key;
    Numbers numbers = Numbers::none;
    Currency currency{};
    std::uint32_t upto = 0;             // events of the history that were looked at
    std::vector<std::uint32_t> places;  // in order
    std::vector<std::int64_t> sums;
    std::vector<double> reals;

    void forget_from(std::uint32_t place);
    /// The value that stands at `place`; a missing one is passed over.
    void take(std::uint32_t place, const Value& value);
    void settle_for_other();
};

class HistoryIndex {
  public:
    /// Places from `from` on are not what they were.
    void forget_from(std::uint32_t place);
    /// All events of the type, in order.
    const std::vector<std::uint32_t>& of_type(const History& history, EventNumber event);
    /// Brought up to date. Null when this person is asked too many kinds of questions to keep all.
    const Series* series(const History& history, const LinkedProgram& linked, ir::Index event,
                         const SeriesKey& key, const expr::Facts& facts);

  private:
    std::uint32_t upto_ = 0;                         // of `types_`
    std::vector<std::vector<std::uint32_t>> types_;  // by event number
    std::vector<Series> series_;
};

/// Whether the answer depends on nothing but the event it is asked about.
bool looks_only_at_the_event(const ir::Program& program, ir::Index filter);

}  // namespace journey::core
