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

std::string text_of(const Code& code) {
    std::string out = std::string(code.code) + "  " + code.title + "\n\n" + code.means + "\n";
    if (*code.wrong != '\0')
        out += "\nLike this it is refused, or warned about:\n\n" + indented(code.wrong);
    if (*code.right != '\0') out += "\nLike this it is right:\n\n" + indented(code.right);
    return out;
}

}  // namespace journey::explain
