#pragma once
// Private to core. The counts of one partition, kept as things happen.

#include "engine/core/catalog.h"
#include "engine/core/core.h"

#include <map>

namespace journey::core {

struct JourneyTally {
    std::uint64_t entered = 0;
    std::uint64_t ended = 0;
    std::uint64_t goals = 0;
    std::uint64_t sent = 0;
    std::uint64_t skipped = 0;
    std::uint64_t unknown = 0;
    HeldOutCounts held_out;  // of `entered` and `goals`
    std::map<std::string, std::uint64_t, std::less<>> ended_by;
    std::map<std::string, std::uint64_t, std::less<>> arms;
    std::map<std::string, std::uint64_t, std::less<>> skipped_by;
};

class Tally {
  public:
    std::uint64_t events = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t unknown_events = 0;
    std::uint64_t bad_properties = 0;
    std::map<std::string, std::uint64_t, std::less<>> sent_by_channel;

    JourneyTally& of(std::uint32_t journey);  // number of its name
    /// Somebody came to rest at a step, or left it. Not stored: counted again from the entries.
    void rests(std::uint16_t program, std::uint32_t journey, std::uint16_t state, int change);

    Counts counts(const Catalog& catalog, std::uint64_t people) const;
    /// By journey name, so that the numbering of names may change.
    void encode(const Catalog& catalog, ByteWriter& out) const;
    void decode(const Catalog& catalog, ByteReader& in);
    /// What is held out, in a part of its own: n{ name:text entered goals:varint }; "" when nobody.
    Bytes encode_held_out(const Catalog& catalog) const;
    void decode_held_out(const Catalog& catalog, ByteReader& in);

  private:
    std::vector<JourneyTally> journeys_;
    std::vector<std::vector<std::vector<std::uint64_t>>> waiting_;  // program, journey, state
};

}  // namespace journey::core
