#pragma once
// Intent → claim → Attempt → Observation → Receipt: the words of delivery (RELIABILITY 1.2 to 1.5).

#include "engine/model/ids.h"

namespace journey::model {

/// What the provider did with one Attempt, as far as we can know.
enum class ObservationKind : std::uint8_t {
    accepted,  // 2xx, 250
    rejected,  // final no: the message can never be accepted
    retry,     // not taken, or a repeat does no harm: the same key again after `retry_after`
    pause,     // 401, 403, certificate: the connector is at fault, not the message; same key later
    unknown,   // bytes may have reached the provider and we hold no answer
    not_started,  // claimed, but no byte left: released on drain or opt-out
    lost,  // the daemon stopped before it heard the answer, and a repeat of the key does no harm
    pretended,  // a dry run: rendered, and nobody was asked to send it
    withheld,   // not on the allow-list: rendered, and nobody was asked to send it
};

struct Observation {
    ObservationKind kind = ObservationKind::unknown;
    std::string provider_id;  // the provider's name for the message
    std::string reason;       // one short sentence with the provider's code, no addresses
    Micros retry_after{
        0};  // with retry and pause: at least this long, 0 = the engine's own backoff
    std::uint32_t status = 0;  // HTTP or SMTP status where there was one
    bool ambiguous = false;    // the provider may have it; with retry: the same key asks again
    std::string answer;        // of a call that was accepted: the body, at most 64 KiB
    /// Addresses that are nobody's any more, as the provider says: devices without the app. "": the
    /// one that was asked about. Not part of what is stored: AddressesGone.
    std::vector<std::string> gone = {};
};

/// What an ambiguous answer means, by provider (RELIABILITY 1.3, 1.5).
enum class IdempotencyClass : std::uint8_t {
    keyed,        // A: the provider drops repeats of our key inside its window
    queryable,    // B: can be asked; treated as C until a query exists
    neither,      // C: unknown is final
    collapsible,  // D: a repeat replaces the first on the device
};

enum class MessageStatus : std::uint8_t {
    planned,  // an Intent, waiting for a claim (or for its hold or retry to end)
    claimed,  // an Attempt may be under way
    accepted,
    rejected,  // by the provider, final
    skipped,   // by our rules, final, with a Reason
    expired,   // no longer valid, final
    unknown,   // final until a receipt speaks
};

/// The closed list of why a message was held or skipped.
enum class Reason : std::uint8_t {
    none,
    entry_over,  // the entry ended before the send
    no_address,  // the profile has no address for the channel
    no_consent,  // consent for the template's group is missing or withdrawn
    suppressed,  // hard bounce, complaint, unsubscribe or manual suppression on this channel
    frequency,   // the frequency policy is full
    quiet_hours,
    no_zone,            // quiet hours cannot be known
    not_valid_anymore,  // `valid for/until` passed
    paused,             // the journey is paused
    kill_switch,        // all sending is stopped by an operator
    provider_rate,
    connector_paused,  // credentials or certificate refused
    template_failed,   // rendering failed; fail closed
    missing_variable,  // a required template variable has no value
    retries_exhausted,
    provider_rejected,
    no_connector,  // no connector is configured for the channel
    moved_on,      // the entry moved to a newer version of its journey before the send
    late,          // a pause held it up, and whoever ended the pause wants nothing late sent
    dry_run,       // a dry run: counts as sent, and was sent to nobody
    not_allowed,   // this installation may reach only who is on its allow-list
    best_hour,     // waits for the hour at which the person mostly opens
    held_out,      // the person is in the workspace's holdout
    gave_way,      // the last place of the frequency policy is kept for a more important message
    journey_rate,  // its turn by the journey's rate comes later
    blast_limit,   // more of this step than go out before somebody approves
    canary,        // the first of this step are looked at before the others go out
    fetch_failed,  // what the message shows could not be fetched
    in_journal,    // this data is a backup's, and the message went out after that was made
};
inline constexpr Reason kLastReason = Reason::in_journal;

std::string_view name_of(ObservationKind kind);
std::string_view name_of(MessageStatus status);
std::string_view name_of(Reason reason);  // "quiet_hours"
/// A sentence for a marketer: "Quiet hours: held until the window opens."
std::string_view sentence_of(Reason reason);

enum class ReceiptKind : std::uint8_t {
    delivered,
    opened,
    clicked,
    bounced,
    complained,
    replied,
    unsubscribed,
    failed
};
std::string_view name_of(ReceiptKind kind);

/// What a provider's webhook, our pixel or our redirect said later.
struct Receipt {
    ReceiptKind kind = ReceiptKind::delivered;
    Instant at{};
    std::string url;     // clicked: where to
    std::string detail;  // bounced: hard/soft and the provider's words; replied: what was written
    std::string id;      // the provider's id of this notice, for de-duplication; may be ""
};

}  // namespace journey::model
