#pragma once
// Private to dsl: what each word of the language means, for readers of Chinese.

#include <span>
#include <string_view>

namespace journey::dsl {

struct ReferenceWord {
    std::string_view word;
    std::string_view chinese;
};
std::span<const ReferenceWord> reference_words();

}  // namespace journey::dsl
