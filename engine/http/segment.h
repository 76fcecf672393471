#pragma once
// Reads Segment-shaped JSON in one pass. What it means is ingest.h's work.

#include "engine/base/base.h"

namespace journey::http {

enum class Call : std::uint8_t { identify, track, page, screen, group, alias };
std::optional<Call> call_named(std::string_view name);

/// Why one event is refused while its batch goes on.
struct Fault {
    std::string_view code;  // "" = none
    std::string detail;     // with what to do
    explicit operator bool() const { return !code.empty(); }
};

/// What the sender's device says about the person.
struct Context {
    std::string time_zone;
    std::string locale;
    std::string push_token;
    Record traits;
    bool empty() const {
        return time_zone.empty() && locale.empty() && push_token.empty() && traits.empty();
    }
};

struct SegmentEvent {
    std::optional<Call> call;
    std::string user_id;
    std::string anonymous_id;
    std::string previous_id;
    std::string group_id;
    std::string message_id;
    std::string event;
    std::string name;      // of a page or screen
    std::string category;  // of a page or screen
    Record traits;
    Record properties;
    Context context;
    std::optional<Instant> timestamp;
    std::optional<Instant> sent_at;
    Fault fault;
};

struct SegmentBody {
    std::vector<SegmentEvent> events;
    Context context;  // shared by the events of a batch
    std::optional<Instant> sent_at;
    std::string write_key;
};

struct SegmentLimits {
    std::size_t batch_most = 2500;
    std::size_t event_bytes_most = 32u << 10;
    int depth_most = 16;
    std::size_t id_bytes_most = 512;
};

/// The whole body is refused: its status is 400 or 413.
struct Refusal {
    unsigned status = 400;
    std::string_view code;
    std::string detail;
};

class SegmentReader {
  public:
    explicit SegmentReader(const SegmentLimits& limits);
    ~SegmentReader();
    SegmentReader(const SegmentReader&) = delete;
    SegmentReader& operator=(const SegmentReader&) = delete;

    /// {"batch": […], "sentAt": …, "context": …}. `text` may grow in capacity (padding), never in
    /// size. Cost: about half a microsecond an event of 300 bytes.
    std::optional<Refusal> read_batch(std::string& text, SegmentBody& out);
    /// One event; `call` comes from the address.
    std::optional<Refusal> read_one(std::string& text, Call call, SegmentBody& out);

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace journey::http
