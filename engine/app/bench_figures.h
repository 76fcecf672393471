#pragma once
// What every benchmark does with its clock.

#include <algorithm>
#include <chrono>
#include <vector>

namespace journey::app {

/// The middle one, of two the greater; 0 of nothing.
inline double median(std::vector<double> values) {
    if (values.empty()) return 0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// Wall time of one run.
double seconds_of(const auto& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace journey::app
