#pragma once
// Private to core. The events of one person, by time, packed: 16 bytes an event and its values. People
// with many have an index beside them (history_index.h), and their older events are sealed in
// chapters, which a checkpoint need not write again (chapters.cc).

#include "engine/core/catalog.h"
#include "engine/core/compact_vector.h"
#include "engine/core/history_index.h"
#include "engine/core/sealed.h"

#include <memory>

namespace journey::core {

inline constexpr Micros kRetention = std::chrono::hours(24 * 400);
/// Fewer are looked through sooner than an index is kept.
inline constexpr std::size_t kIndexedFrom = 64;

struct Happened {
    Instant time{};
    std::uint32_t offset = 0;  // of the values
    EventNumber event = 0;
    std::uint16_t unused = 0;
};

class History {
  public:
    /// `values` is by field of the program's event; missing ones cost nothing. Events of equal time
    /// stay in order of arrival.
    void add(Instant time, const LinkedEvent& event, const std::vector<Value>& values);
    void add_packed(Instant time, EventNumber event, std::string_view values);
    /// Forgets what is older than 800 days before `now`; looks only now and then. True when there
    /// was something.
    bool forget(Instant now);

    const Happened* begin() const { return events_.begin(); }
    const Happened* end() const { return events_.end(); }
    std::size_t size() const { return events_.size(); }
    /// The last event at `time` or before: what came at `time` and was added last stands here.
    const Happened* last_at(Instant time) const;
    /// Null for people with few events. It is made when first asked for.
    HistoryIndex* index() const;
    /// First event at or after `time`.
    const Happened* at_or_after(Instant time) const;
    /// Fills `row` by field of the program's event; defaults of the schema stand in for missing
    /// values.
    void read(const Happened& happened, const LinkedEvent& event, const ir::EventType& type,
              std::vector<Value>& row) const;
    /// Field number and value, in the order of the schema it came by.
    std::vector<std::pair<FieldNumber, Value>> values(const Happened& happened) const;
    std::string_view packed(const Happened& happened) const;
    std::size_t bytes() const { return bytes_.size(); }

    const Ends& ends() const { return ends_; }
    void seal(std::size_t end) { ends_.seal(end); }

  private:
    CompactVector<Happened> events_;
    CompactVector<char> bytes_;
    Ends ends_;
    mutable std::unique_ptr<HistoryIndex> index_;
};

/// length:varint { field:varint value }
void pack_values(const LinkedEvent& event, const std::vector<Value>& values, ByteWriter& out);

}  // namespace journey::core
