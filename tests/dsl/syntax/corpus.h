#pragma once
// Files next to the tests.

#include "tests/kit/files.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace journey::testing {

inline std::filesystem::path dsl_tests() {
    return std::filesystem::path(JOURNEY_SOURCE_DIR) / "tests/dsl";
}

/// The `.journey` files of a folder, by name.
inline std::vector<std::filesystem::path> journeys_in(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> all;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() == ".journey") all.push_back(entry.path());
    }
    std::sort(all.begin(), all.end());
    return all;
}

/// Good files: every construct, and the eight journeys.
inline std::vector<std::filesystem::path> good_journeys() {
    std::vector<std::filesystem::path> all = journeys_in(dsl_tests() / "corpus");
    const std::filesystem::path examples =
        std::filesystem::path(JOURNEY_SOURCE_DIR) / "examples/03-eight-journeys";
    for (auto& path : journeys_in(examples))
        all.push_back(std::move(path));
    return all;
}

}  // namespace journey::testing
