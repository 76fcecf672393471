#include "engine/app/bench_many.h"

#include <fmt/format.h>

namespace journey::app {
namespace {

constexpr std::uint64_t kEventTypes = 200;
constexpr std::uint64_t kCategories = 1000;
constexpr std::uint64_t kInFile = 200;

}  // namespace

std::uint64_t skewed(Rng& chance, std::uint64_t end) {
    const std::uint64_t shift = chance.below(8);
    return chance.below(std::max<std::uint64_t>(1, end >> shift));
}

std::vector<dsl::SourceFile> many_journeys(std::string head, std::uint64_t journeys, Rng& chance) {
    std::vector<dsl::SourceFile> files{{"shop.journey", std::move(head)}, {"events.journey", ""}};
    for (std::uint64_t i = 0; i < kEventTypes; ++i)
        files[1].text += fmt::format("event e{} {{\n  category string\n  price float\n}}\n", i);
    for (std::uint64_t i = 0; i < journeys; ++i) {
        if (i % kInFile == 0) files.push_back({fmt::format("j{}.journey", i / kInFile), ""});
        files.back().text += fmt::format(
            "journey j{} \"J\" {{\n  version 1\n  enter when e{} where category is \"c{}\" and "
            "price > {}\n  reenter never\n  expires after 90 days\n  do {{ wait 60 days "
            "}}\n}}\n",
            i, skewed(chance, kEventTypes), chance.below(kCategories), i % 50 == 0 ? 250 : 100'000);
    }
    return files;
}

ManyEvent event_of_many(Rng& chance) {
    ManyEvent event;
    event.name = fmt::format("e{}", skewed(chance, kEventTypes));
    event.category = fmt::format("c{}", chance.below(kCategories));
    event.price = static_cast<double>(chance.below(300));
    return event;
}

}  // namespace journey::app
