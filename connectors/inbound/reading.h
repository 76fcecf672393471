#pragma once
// The room's own: what readers of JSON and forms share.

#include "connectors/inbound/inbound.h"

namespace journey::connectors::inbound {

/// A notice is believed for a day: providers repeat what we did not answer, with the first
/// signature. Repeats change nothing, because each notice has an id.
inline constexpr Micros kNoticeAge = std::chrono::hours(25);
/// Of clocks, and of what is signed anew for every try.
inline constexpr Micros kSkew = std::chrono::minutes(5);
inline constexpr std::size_t kReportsMost = 10'000;  // in one call

std::string_view field(const Form& form, std::string_view name);

/// Members of objects by names with dots between. Null when one is missing.
const Value* at_path(const Record& object, std::string_view path);
/// "" when it is missing or no text.
std::string_view text_at(const Record& object, std::string_view path);
/// Also of a number: providers write ids either way.
std::string word_at(const Record& object, std::string_view path);
const Record* record_at(const Record& object, std::string_view path);

Result<Record> read_object(std::string_view json, std::string_view what);
/// The objects of a list; a lone object is a list of one, anything else in it is left out.
Result<std::vector<Record>> read_objects(std::string_view json, std::string_view what);

/// Seconds since 1970, "2026-11-22T…" or missing; what makes no sense is `now`, and nothing
/// happened later than that.
Instant time_at(const Record& object, std::string_view path, Instant now);

/// "hard: …" or "soft: …", as Receipt::detail has it.
std::string bounce_detail(std::string_view kind, std::string_view text);

/// `refused` unless |sent - now| fits.
Result<void> check_age(Instant sent, Instant now, Micros most);

}  // namespace journey::connectors::inbound
