#pragma once
// What the projects of several benchmarks have in common.

#include <string>
#include <string_view>

namespace journey::app {

/// A project whose file begins as every benchmark's does; `rest` is what it measures.
inline std::string bench_project(std::string_view rest) {
    return R"(language 1
workspace bench {
  time zone "UTC"
  currency EUR
}
)" + std::string(rest);
}

/// Started by one view in eight or so, and then by the history of the person.
inline constexpr std::string_view kCoats = R"(
journey coats "Looked at coats three times" {
  version 1
  enter when product_viewed where category is "coats"
  only if count(product_viewed where category is "coats" within 7 days) >= 3
  reenter after 7 days
  expires after 30 days
  do {
    wait 2 days
  }
}
)";

}  // namespace journey::app
