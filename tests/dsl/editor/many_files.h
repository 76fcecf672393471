#pragma once
// A shop and as many files beside it as a test wants: each declares an event and a segment of its own.

#include <string>

namespace journey::editor {

inline constexpr const char* kSmallShop = R"(language 1
workspace shop {
  time zone "UTC"
}
profile user {
  email string pii
  vip   bool
}
event paid {
  order string required
}
channel email {
  address user.email
}
)";

/// What the file of this number declares: event seen_N, segment s_N.
inline std::string names_of_file(const std::string& number) {
    return "event seen_" + number + "\nsegment s_" + number + " \"S\" = did(seen_" + number +
           " within 30 days)\n";
}

/// The head of its journey, j_N, which is for whom the segment holds.
inline std::string head_of_journey(const std::string& number) {
    return "journey j_" + number + " {\n  enter when paid\n  only if user in s_" + number + "\n";
}

}  // namespace journey::editor
