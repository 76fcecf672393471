#pragma once
// The door of engine/rules: may this message go out now? Facts in, verdict with its reason out; pure. RELIABILITY P7, P8.

#include "engine/calendar/calendar.h"
#include "engine/ir/ir.h"
#include "engine/model/model.h"

namespace journey::rules {

enum class Decision : std::uint8_t { send, hold, skip };

struct Verdict {
    Decision decision = Decision::send;
    model::Reason reason = model::Reason::none;
    Instant
        hold_until{};  // with hold: when to ask again at the latest; kNever when nobody can know (pause, kill switch)
    std::string saw;  // the values the rule saw, for explain: "2 of 2 push today"
};

/// A message that counts against frequency policies: claimed and not known to be refused.
struct SentBefore {
    Instant at{};
    ir::Index channel = ir::kNone;
    ir::MessageClass message_class = ir::MessageClass::marketing;
};

/// A planned message of the same person whose journey has a higher priority, and when it can go at
/// the earliest.
struct Expected {
    Instant at{};
    ir::Index channel = ir::kNone;
    ir::MessageClass message_class = ir::MessageClass::marketing;
};

struct SendFacts {
    bool entry_live = true;
    bool journey_paused = false;
    bool kill_switch = false;
    bool connector_ready = true;
    bool has_address = false;
    bool consent_needed = false;
    bool consent_given = false;
    bool suppressed = false;
    std::string suppressed_because;  // where more is known than that
    bool required_variable_missing = false;
    bool held_out = false;  // of the workspace's holdout, and this is marketing
    std::optional<Instant> valid_until;
    ir::MessageClass message_class = ir::MessageClass::marketing;
    ir::Index channel = ir::kNone;
    std::string_view channel_name;             // for `saw` only
    const ir::Frequency* frequency = nullptr;  // null: none, waived or transactional
    const ir::Quiet* quiet = nullptr;
    const calendar::Zone* person_zone =
        nullptr;  // null: not known (frequency then uses workspace_zone)
    const calendar::Zone* workspace_zone = nullptr;
    std::uint8_t week_starts = 1;
    std::span<const SentBefore> sent;    // any order
    std::span<const Expected> expected;  // any order; asked for where the policy gives way
    std::uint64_t own = 0;               // a number of this message: its moment after quiet hours
    Instant planned_at{};
    Instant now{};
};

/// Gates in LANGUAGE 2.11's order: entry live, kill switch, pause, connector, address, consent, suppression, variables,
/// frequency, quiet hours, validity (also: a hold that would end after validity is a skip now), holdout: who is in it waits
/// like everybody, so that the difference is the messages alone. A channel without a connector skips: a backlog must not
/// pour out on the day somebody configures one.
Verdict decide(const SendFacts& facts);

/// Would quiet hours hold or skip it at `now`? Looks at `quiet`, `channel`, the zones and `now` only.
bool is_quiet(const SendFacts& facts);

/// Whether somebody is in the workspace's holdout of this share; `who` is the customer's own id. A share that grows keeps
/// everybody who is in it.
bool held_out(double share, std::string_view who);

/// GrowthBook hash, version 2: fnv1a32(fnv1a32(seed + value) as decimal text) mod 10,000 / 10,000, in [0, 1). Over the
/// UTF-8 bytes; GrowthBook's JavaScript SDK takes UTF-16 units, so the two agree for ASCII ids.
double experiment_hash(std::string_view seed, std::string_view value);
/// GrowthBook's bucket ranges with full coverage: the index of the arm, or none when weights leave it out.
std::optional<std::size_t> choose_arm(double hash, std::span<const double> weights);

/// People of one arm: how many had the denominator at least once, and how many of these the numerator.
struct ArmResult {
    std::uint64_t numerator = 0;
    std::uint64_t denominator = 0;
};
struct WinnerRule {
    std::uint32_t needs = 0;    // people in the denominator of every arm
    double confidence = 0;      // 0 to 1; 0: the best rate wins
    std::size_t otherwise = 0;  // arm
};
struct WinnerFound {
    std::size_t arm = 0;
    /// Why it is that arm.
    enum class By : std::uint8_t { evidence, too_few, tie, not_confident } by = By::too_few;
    double confidence = 0;  // of the best against the runner-up, 0 to 1; two-sided
};
/// The arm with the highest rate, when every arm has `needs` people (and at least one) in its denominator and the pooled
/// two-proportion z-test of the best against the runner-up, two-sided, reaches `confidence`; else `otherwise`. Equal rates
/// at the top are a tie, whatever their sizes. A numerator counts at most as its denominator. Pure; the same everywhere,
/// for it uses only IEEE basic arithmetic, sqrt and erfc.
WinnerFound find_winner(std::span<const ArmResult> arms, const WinnerRule& rule);

}  // namespace journey::rules
