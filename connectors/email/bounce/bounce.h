#pragma once
// The door of connectors/email/bounce.

#include "connectors/api/api.h"

namespace journey::connectors::bounce {

enum class Severity : std::uint8_t {
    hard,    // nobody will ever be reached there
    soft,    // perhaps later: full, down, too slow
    policy,  // we, or what we wrote, were not wanted
};
std::string_view name_of(Severity severity);

struct Cause {
    Severity severity = Severity::soft;
    std::string status;       // "5.1.1"; "" = none was given
    std::string_view reason;  // a short sentence; "" = nothing known about it
};

/// What a server's code (RFC 3463) and its own words mean. The words win where they are well known:
/// many servers say 5.0.0 to everything, and some say 5.7.1 of a full mailbox.
Cause classify(std::string_view status, std::string_view words);

/// Reads one mail that came back. `received_at` becomes the receipt's time; a mail's own Date is
/// anybody's word. `invalid`: not a mail; `refused`: too large to be read. A report without a token
/// is about nothing of ours; one without a receipt tells nothing that counts.
Result<InboundReport> read_notice(std::string_view mail, Instant received_at);

/// Takes such mails by POST, with `Authorization: Bearer SECRET`; any of `secrets` will do.
std::shared_ptr<const InboundReader> make_bounce_reader(std::vector<std::string> secrets);

}  // namespace journey::connectors::bounce
