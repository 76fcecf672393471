// The long text of every diagnostic code: what it means and why, and an example wrong and right.
#include "engine/explain/explain.h"

#include <algorithm>

namespace journey::explain {
namespace {

constexpr Code kCodes[] = {
#define JOURNEY_CODE(code, title, means, wrong, right) {code, title, means, wrong, right},
#include "engine/explain/codes.inc"
#undef JOURNEY_CODE
};

struct Chinese {
    std::string_view code;
    const char* title;
    const char* means;
};
constexpr Chinese kChinese[] = {
#define JOURNEY_CODE(code, title, means) {code, title, means},
#include "engine/explain/codes_zh.inc"
#undef JOURNEY_CODE
};

constexpr bool all_are_in_both() {
    if (std::size(kCodes) != std::size(kChinese)) return false;
    for (std::size_t i = 0; i < std::size(kCodes); ++i) {
        if (kChinese[i].code != kCodes[i].code) return false;
    }
    return true;
}
static_assert(all_are_in_both(), "codes.inc and codes_zh.inc have the same codes in one order");

const Chinese& chinese_of(const Code& code) {
    return kChinese[&code - kCodes];
}

std::string indented(std::string_view text) {
    std::string out = "    ";
    for (const char c : text) {
        out += c;
        if (c == '\n') out += "    ";
    }
    return out + "\n";
}

}  // namespace

std::span<const Code> all_codes() {
    return kCodes;
}

const Code* find_code(std::string_view code) {
    const auto* found = std::find_if(std::begin(kCodes), std::end(kCodes),
                                     [&](const Code& one) { return code == one.code; });
    return found == std::end(kCodes) ? nullptr : found;
}

const char* Code::title_in(Language language) const {
    return language == Language::english ? title : chinese_of(*this).title;
}

const char* Code::means_in(Language language) const {
    return language == Language::english ? means : chinese_of(*this).means;
}

std::string text_of(const Code& code, Language language) {
    const bool english = language == Language::english;
    std::string out = std::string(code.code) + "  " + code.title_in(language) + "\n\n" +
                      code.means_in(language) + "\n";
    if (*code.wrong != '\0') {
        out += english ? "\nLike this it is refused, or warned about:\n\n"
                       : "\n这样写会报错或警告：\n\n";
        out += indented(code.wrong);
    }
    if (*code.right != '\0') {
        out += english ? "\nLike this it is right:\n\n" : "\n这样写才对：\n\n";
        out += indented(code.right);
    }
    return out;
}

}  // namespace journey::explain
