#include "dsl/sema/sms.h"

#include <algorithm>
#include <cstdint>
#include <unicode/unistr.h>

namespace journey::sema {

namespace {

// TS 23.038, 6.2.1, what is not ASCII of it.
constexpr std::u32string_view kForeign = U"£¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà";
constexpr std::u32string_view kTwice = U"^{}\\[~]|€\f";

/// Units of the short alphabet, or 0 for a letter it lacks.
std::size_t short_units(char32_t letter) {
    if (kTwice.find(letter) != std::u32string_view::npos) return 2;
    if (letter == U'`') return 0;
    if (letter == U'\n' || letter == U'\r' || (letter >= 0x20 && letter < 0x7F)) return 1;
    return kForeign.find(letter) != std::u32string_view::npos ? 1 : 0;
}

}  // namespace

SmsSize measure_sms(std::string_view text) {
    SmsSize size;
    std::size_t wide = 0;
    const icu::UnicodeString points = icu::UnicodeString::fromUTF8(
        icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
    for (std::int32_t at = 0; at < points.length(); at = points.moveIndex32(at, 1)) {
        const UChar32 letter = points.char32At(at);
        ++size.letters;
        wide += letter > 0xFFFF ? 2 : 1;
        const std::size_t units = short_units(static_cast<char32_t>(letter));
        size.units += units;
        if (units > 0) continue;
        std::string spelt;
        icu::UnicodeString(letter).toUTF8String(spelt);
        const bool known = std::find(size.odd.begin(), size.odd.end(), spelt) != size.odd.end();
        if (!known && size.odd.size() < 4) size.odd.push_back(spelt);
    }
    if (!size.odd.empty()) {
        size.units = wide;
        size.one_holds = 70;
        size.each_holds = 67;
    }
    if (size.units > size.one_holds)
        size.parts = (size.units + size.each_holds - 1) / size.each_holds;
    return size;
}

}  // namespace journey::sema
