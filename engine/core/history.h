#pragma once
// Private to core. The events of one person, by time. People with many have an index beside them
// (history_index.h), and their older events are sealed in chapters, which a checkpoint need not write
// again (chapters.cc). Of what is in chapters only the bytes are kept until somebody asks: an event
// that comes costs the same whatever came before it.
//
//   [ chapter | chapter | … ]  bytes, as they are stored       ┐ all of them as `Happened` once read,
//   [ open part ]              16 bytes an event and its values┘ until nobody has asked for a while

#include "engine/core/catalog.h"
#include "engine/core/compact_vector.h"
#include "engine/core/history_index.h"
#include "engine/core/sealed.h"

#include <memory>
#include <span>

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

    // Whatever asks for events reads the chapters first: about 50 ns an event in them.
    const Happened* begin() const {
        read();
        return events_.begin();
    }
    const Happened* end() const {
        read();
        return events_.end();
    }
    std::size_t size() const { return unread_ + events_.size(); }
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
    /// In memory, about.
    std::size_t bytes() const;
    bool is_indexed() const { return index_ != nullptr; }

    // ---- chapters: { time:since event:varint packed:text }, since the one before, the first since 1970
    const Ends& ends() const { return ends_; }
    /// What is in no chapter. Reads nothing.
    std::span<const Happened> open_part() const;
    std::string_view chapter(std::size_t index) const;
    /// The first `count` of the open part become a chapter; `bytes` say the same.
    void seal(std::size_t count, std::string_view bytes);
    /// A chapter as it was stored, after those that are there and before the open part. It is
    /// believed.
    void add_chapter(std::size_t count, std::string_view bytes);
    /// What is about to be read, at least: events with so many bytes of values, or chapters.
    void expect(std::size_t count, std::size_t bytes);
    void expect_chapters(std::size_t count, std::size_t bytes);
    /// What nobody asked for since the last time is bytes again.
    void let_go();

  private:
    void read() const;
    Instant oldest() const;
    void put(Instant time, EventNumber event, std::string_view values) const;
    /// Chapters that ends_ no longer knows.
    void drop_opened();

    // All events, or without the first `unread_`, which are all those in chapters.
    mutable CompactVector<Happened> events_;
    mutable CompactVector<char> bytes_;
    mutable std::size_t unread_ = 0;
    mutable bool asked_ = false;
    Ends ends_;
    CompactVector<char> chapters_;
    CompactVector<std::uint32_t> chapter_ends_;  // in chapters_
    mutable std::unique_ptr<HistoryIndex> index_;
};

/// length:varint { field:varint value }
void pack_values(const LinkedEvent& event, const std::vector<Value>& values, ByteWriter& out);

}  // namespace journey::core
