#pragma once
// The door of engine/ir. See README.md.

#include "engine/ir/program.h"

namespace journey::ir {

/// Versioned, checksummed bytes of a Program. Pure: equal programs give equal bytes.
Bytes encode(const Program& program);

/// Reads and verifies; any byte string is safe to give. `invalid` says what is wrong.
Result<Program> decode(std::string_view bytes);

/// Every index in range, every expression acyclic and of the stated shape, every state reachable target valid,
/// limits kept (500 states a journey, 64 deep expressions). What the engine relies on without looking again.
Result<void> verify(const Program& program);

/// Content address of a program: SHA-256 of its bytes.
Sha256 program_hash(std::string_view bytes);

/// The hash of one journey's meaning: states, expressions, templates, policies and the schema it touches, resolved by name,
/// without source places, texts for people, or the numbering of shared vectors; equal for DSL and YAML.
Sha256 journey_hash(const Program& program, const Journey& journey);

/// A way out of a state. Numbers of ways (Happening::way) are positions in ways_of.
struct Way {
    enum class Kind : std::uint8_t {
        next,
        yes,
        no,
        arm,
        holdout,
        rest,
        winner,
        wait_arm,
        timeout,
        failed,
        channel
    } kind;
    Index target = kNone;  // states; kNone: nobody goes this way (a holdout without a share)
    Index arm = kNone;     // of a Pick, an Await, a Settle (its Pick's arms) or a OneOf
};
/// Pick: its arms, the holdout, the rest of a sample; Await: its arms, then the timeout; Call: with an
/// answer, without one; Settle: the arms; OneOf: its sends, then without any; End: none.
std::vector<Way> ways_of(const State& state);

/// The hash of what a segment asks, in the same way; without its name.
Sha256 segment_hash(const Program& program, Index segment);

}  // namespace journey::ir
