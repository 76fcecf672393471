#include "dsl/source/source.h"
#include "engine/base/base.h"

#include <catch2/catch.hpp>
#include <set>

using namespace journey;
using source::NameIndex;

TEST_CASE("an index of names answers as comparing with every name would", "[source]") {
    std::vector<std::string> names;
    std::uint32_t seed = 7;
    const auto next = [&](std::uint32_t below) {
        seed = seed * 1664525 + 1013904223;
        return (seed >> 16) % below;
    };
    const std::vector<std::string> letters = {"a", "b", "c", "_", "X", "付", "款"};
    const auto word = [&] {
        std::string made;
        for (std::uint32_t i = next(9); i-- > 0;)
            made += letters[next(7)];
        return made;
    };
    for (int i = 0; i < 300; ++i)
        names.push_back(word());
    const NameIndex index(names);
    CHECK(index.size() == 300);
    for (int round = 0; round < 300; ++round) {
        const std::string asked = word();
        std::set<std::pair<std::size_t, std::string>> all;
        for (const std::string& name : names) {
            const std::size_t longer = std::max(count_code_points(asked), count_code_points(name));
            const std::size_t shorter = std::min(count_code_points(asked), count_code_points(name));
            const std::size_t distance = edit_distance(asked, name);
            if (name == asked || shorter == 0 || distance > (longer + 2) / 3 || distance >= longer)
                continue;
            all.emplace(distance, name);
        }
        std::vector<std::string> expected;
        for (const auto& [distance, name] : all) {
            if (expected.size() < 3) expected.push_back(name);
        }
        CAPTURE(asked);
        CHECK(index.near(asked) == expected);
        CHECK(did_you_mean(asked, names) == expected);
    }
}
