#pragma once
// Errors as RFC 9457 problem+json, with a stable `code` and a sentence that says what to do.

#include "engine/base/base.h"
#include "engine/http/exchange.h"

namespace journey::http {

std::string_view reason_phrase(unsigned status);
/// 200 with the body as JSON.
Reply json(Record body);
Reply problem(unsigned status, std::string_view code, std::string_view detail);
/// Our own failures as a caller should see them: 503 with Retry-After where trying again helps.
Reply problem_of(const Error& error);

/// True when every byte of `text` may stand in a header value.
bool is_header_value(std::string_view text);
/// "%40" and friends; nothing when an escape is broken or the result is not UTF-8.
std::optional<std::string> percent_decoded(std::string_view text);
/// Value of `name` in "a=1&b=2", decoded ("+" is a blank); nothing when absent or broken.
std::optional<std::string> form_value(std::string_view form, std::string_view name);

}  // namespace journey::http
