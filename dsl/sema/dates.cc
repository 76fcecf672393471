// Dates that were not written as dates.

#include "dsl/sema/expr.h"

namespace journey::sema {

namespace {

std::optional<std::string> iso_date(std::string_view text) {
    const auto digits = [&](std::size_t from, std::size_t n) {
        if (from + n > text.size()) return false;
        return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(from),
                           text.begin() + static_cast<std::ptrdiff_t>(from + n),
                           [](char c) { return c >= '0' && c <= '9'; });
    };
    if (text.size() < 10 || !digits(0, 4) || text[4] != '-' || !digits(5, 2) || text[7] != '-' ||
        !digits(8, 2)) {
        return std::nullopt;
    }
    if (text.size() == 10) return std::string(text);
    const bool clock = text.size() == 16 && (text[10] == ' ' || text[10] == 'T') && digits(11, 2) &&
                       text[13] == ':' && digits(14, 2);
    return clock ? std::optional(std::string(text)) : std::nullopt;
}

/// "20.05.2026", "04/05/2026", "2026/5/20"
bool looks_like_date(std::string_view text) {
    std::size_t signs = 0;
    std::size_t run = 0;
    std::size_t longest = 0;
    for (const char c : text) {
        if (c >= '0' && c <= '9') {
            longest = std::max(longest, ++run);
            continue;
        }
        if ((c != '.' && c != '/' && c != '-') || run == 0) return false;
        ++signs;
        run = 0;
    }
    return signs == 2 && run > 0 && longest <= 4 && text.size() >= 6;
}

}  // namespace

void help_with_date(Context& cx, Diagnostic& diagnostic, const Node& node) {
    if (!is_constant(node)) return;
    const auto* text = std::get_if<std::string>(&node.constant.held);
    const std::string written = text != nullptr ? *text : cx.words(node.span);
    if (const std::optional<std::string> iso = text != nullptr ? iso_date(written) : std::nullopt) {
        diagnostic.fixes.push_back({Applicability::certain,
                                    "write " + tick(*iso) + " without quotes.",
                                    {{node.span, *iso}}});
    } else if (looks_like_date(written)) {
        diagnostic.help.push_back("Dates are written `2026-05-20`: year, month, day, no quotes.");
    }
}

}  // namespace journey::sema
