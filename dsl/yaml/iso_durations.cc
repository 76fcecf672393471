// `PT15M`, `P1Y2M3DT4H`: the lengths of ISO 8601, which other tools write into YAML and JSON.

#include "dsl/yaml/build.h"

namespace journey::yaml {

namespace {

/// The number and the letter at the front of `text`, which go away; nullopt when there are none.
std::optional<std::pair<std::int32_t, char>> take_part(std::string_view& text) {
    constexpr std::size_t kDigitsMax = 6;
    std::int32_t number = 0;
    std::size_t digits = 0;
    for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
        if (digits == kDigitsMax) return std::nullopt;
        number = number * 10 + (text[digits] - '0');
    }
    if (digits == 0 || digits == text.size()) return std::nullopt;
    const char unit = text[digits];
    text.remove_prefix(digits + 1);
    return std::pair(number, unit);
}

}  // namespace

std::optional<CalendarDuration> iso_duration(std::string_view text) {
    if (text.size() < 3 || text[0] != 'P') return std::nullopt;
    text.remove_prefix(1);
    CalendarDuration made;
    bool clock = false;
    // Each unit once, the larger before the smaller.
    std::string_view units = "YMWD";
    while (!text.empty()) {
        if (text[0] == 'T' && !clock) {
            clock = true;
            units = "HMS";
            text.remove_prefix(1);
            if (text.empty()) return std::nullopt;
            continue;
        }
        const auto part = take_part(text);
        const std::size_t at = part ? units.find(part->second) : std::string_view::npos;
        if (at == std::string_view::npos) return std::nullopt;
        units.remove_prefix(at + 1);
        const std::int32_t number = part->first;
        switch (part->second) {
            case 'Y':
                made.months += 12 * number;
                break;
            case 'W':
                made.days += 7 * number;
                break;
            case 'D':
                made.days += number;
                break;
            case 'H':
                made.seconds += std::int64_t{3600} * number;
                break;
            case 'S':
                made.seconds += number;
                break;
            default:
                if (clock) {
                    made.seconds += std::int64_t{60} * number;
                } else {
                    made.months += number;
                }
        }
    }
    return made;
}

std::optional<ast::Duration> Builder::duration(const Node& node, const std::string& what) {
    if (!want_scalar(node, what)) return std::nullopt;
    if (const auto iso = iso_duration(node.text)) return ast::Duration{*iso, node.span};
    return syntax::parse_duration(piece(node), out_);
}

ast::ExprPtr Builder::length(const Node& node, const std::string& what) {
    if (!want_scalar(node, what)) return nullptr;
    const auto iso = iso_duration(node.text);
    if (!iso) return syntax::parse_sum(piece(node), out_, "a length of time");
    auto expr = std::make_unique<ast::Expr>();
    expr->span = node.span;
    expr->what = ast::Literal{ast::LiteralKind::duration, Value(*iso)};
    return expr;
}

}  // namespace journey::yaml
