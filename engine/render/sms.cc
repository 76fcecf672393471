// GSM 03.38: which texts fit in septets, and how many segments a text needs.

#include "engine/render/render.h"

namespace journey::render {
namespace {

constexpr std::u32string_view kBasic =
    U"@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    U"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
constexpr std::u32string_view kExtended = U"\f^{}\\[~]|€";

struct Limits {
    std::size_t alone;
    std::size_t joined;
};
constexpr Limits kSeptets{160, 153};
constexpr Limits kUnits{70, 67};

std::u32string code_points(std::string_view text) {
    std::u32string out;
    for (std::size_t i = 0; i < text.size();) {
        const auto first = static_cast<unsigned char>(text[i]);
        const std::size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
        char32_t point = size == 1 ? first : first & (0xFFU >> (size + 1));
        for (std::size_t k = 1; k < size && i + k < text.size(); ++k)
            point = (point << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
        out += point;
        i += size;
    }
    return out;
}

std::size_t septets_of(char32_t point) {
    if (kBasic.find(point) != std::u32string_view::npos) return 1;
    return kExtended.find(point) != std::u32string_view::npos ? 2 : 0;
}

}  // namespace

SmsSize sms_size(std::string_view text) {
    SmsSize size;
    const std::u32string points = code_points(text);
    size.gsm7 = std::all_of(points.begin(), points.end(),
                            [](char32_t point) { return septets_of(point) > 0; });
    const Limits limits = size.gsm7 ? kSeptets : kUnits;
    std::size_t used = 0;  // of the segment that is being filled, were there several
    std::size_t joined = points.empty() ? 0 : 1;
    for (const char32_t point : points) {
        const std::size_t width = size.gsm7 ? septets_of(point) : point > 0xFFFF ? 2 : 1;
        size.units += width;
        // An escape or a surrogate pair is never cut in two.
        if (used + width > limits.joined) {
            ++joined;
            used = 0;
        }
        used += width;
    }
    if (size.units <= limits.alone) {
        size.segments = points.empty() ? 0 : 1;
        size.left = points.empty() ? 0 : limits.alone - size.units;
    } else {
        size.segments = joined;
        size.left = limits.joined - used;
    }
    return size;
}

}  // namespace journey::render
