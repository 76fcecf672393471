#pragma once
// How many text messages a text is paid as (3GPP TS 23.038): 160 letters of the short alphabet, or
// 70 UTF-16 units of any; in pieces, 153 or 67.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace journey::sema {

struct SmsSize {
    std::size_t letters = 0;  // as people count
    std::size_t units = 0;    // as phones count: `€` and `{` take two, emoji two
    std::size_t parts = 1;
    std::size_t one_holds = 160;
    std::size_t each_holds = 153;
    /// Different letters outside the short alphabet, in order, at most four.
    std::vector<std::string> odd;
};

SmsSize measure_sms(std::string_view text);

}  // namespace journey::sema
