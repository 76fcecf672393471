#pragma once
// A made-up workspace of many live journeys, few of which any event concerns.

#include "dsl/dsl.h"

namespace journey::app {

/// The same chance in every run and on every machine.
inline constexpr std::uint64_t kBenchSeed = 20260302;

/// Few are frequent, many are rare: about 1/rank.
std::uint64_t skewed(Rng& chance, std::uint64_t end);

/// `head` as the first file, two hundred kinds of events, and so many journeys, each started by an
/// event's name, an equality and a comparison; one in fifty asks for a price that events have.
std::vector<dsl::SourceFile> many_journeys(std::string head, std::uint64_t journeys, Rng& chance);

/// One of the events; its price starts a journey of fifty whose name and category it has.
struct ManyEvent {
    std::string name;
    std::string category;
    double price = 0;
};
ManyEvent event_of_many(Rng& chance);

}  // namespace journey::app
