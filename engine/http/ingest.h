#pragma once
// What Segment calls mean here: commands for the core, and what the sender is told.

#include "engine/http/exchange.h"
#include "engine/http/schema.h"
#include "engine/http/segment.h"
#include "engine/model/model.h"

namespace journey::http {

/// One line of the answer.
struct Remark {
    std::size_t index = 0;
    std::string_view code;
    std::string detail;
};

struct Ingested {
    std::vector<model::Command> commands;
    std::size_t accepted = 0;
    std::vector<Remark> rejected;
    std::vector<Remark> warnings;  // at most kWarningsMost
    std::size_t warnings_left_out = 0;
};

inline constexpr std::size_t kWarningsMost = 100;

struct IngestRules {
    Instant now{};
    Micros clock_skew_most = std::chrono::hours(24);
};

/// Empties `body`. Never fails: what cannot be is in `rejected`, and its neighbours go on. The
/// order of commands is the order of events. Cost: about a microsecond an event.
Ingested ingest(SegmentBody& body, Schema& schema, const IngestRules& rules);

/// {"success":true,"accepted":…,"rejected":[…],"warnings":[…]}
std::string answer_json(const Ingested& ingested);

/// "user:…" or "anon:…"; "" when there is neither.
std::string external_id_of(std::string_view user_id, std::string_view anonymous_id);

}  // namespace journey::http
