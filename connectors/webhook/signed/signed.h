#pragma once
// The door of connectors/webhook/signed.

#include "connectors/webhook/signed/config.h"

namespace journey::connectors::webhook {

/// `invalid` names the setting that is missing or malformed.
Result<std::unique_ptr<Connector>> make_signed(const SignedConfig& config);

/// Posts calls, whose answers journeys read. Class A: a repeat carries the same key, as `webhook-id`
/// and as `Idempotency-Key`, and it is the receiver's to answer it as it answered the first.
Result<std::unique_ptr<Connector>> make_call(const CallConfig& config);

/// "whsec_…" to its bytes.
Result<std::string> secret_bytes(std::string_view secret);
/// "v1,…" for one secret's bytes. `timestamp` in Unix seconds.
std::string webhook_signature(std::string_view secret_bytes, std::string_view id,
                              std::int64_t timestamp, std::string_view body);

}  // namespace journey::connectors::webhook
