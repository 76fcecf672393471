// Amounts for people, and numbers as Chinese readers write them.

#include "engine/render/filters.h"

#include <fmt/format.h>

namespace journey::render {
namespace {

std::string grouped(std::string_view digits) {
    std::string out;
    const std::size_t first = digits.starts_with('-') ? 1 : 0;
    const std::size_t end = std::min(digits.find('.'), digits.size());
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i > first && i < end && (end - i) % 3 == 0) out += ',';
        out += digits[i];
    }
    return out;
}

std::string_view symbol_of(std::string_view code) {
    struct Symbol {
        std::string_view code;
        std::string_view symbol;
    };
    constexpr std::array<Symbol, 9> kSymbols{{{"CNY", "¥"},
                                              {"JPY", "¥"},
                                              {"USD", "$"},
                                              {"EUR", "€"},
                                              {"GBP", "£"},
                                              {"KRW", "₩"},
                                              {"INR", "₹"},
                                              {"HKD", "HK$"},
                                              {"TWD", "NT$"}}};
    for (const Symbol& one : kSymbols) {
        if (one.code == code) return one.symbol;
    }
    return {};
}

const Money* money_of(const View& value) {
    return value.kind == Kind::other ? value.other->as<Money>() : nullptr;
}

/// "1234.50" of money, or of a number with two decimals; empty for what is neither.
std::string plain_amount(const Call& call) {
    if (const Money* amount = money_of(call.input)) return format_amount(*amount);
    if (!is_numeric(call.input)) return {};
    return fixed_text(number_of(call.memory, call.input), 2);
}

// "¥1,299.00", "-$5.00", "CHF 12.50"; a bare number gets its two decimals.
View money(const Call& call) {
    if (call.input.is_nil()) return View::of("");
    const std::string amount = plain_amount(call);
    if (amount.empty()) return call.input;
    const std::string digits = grouped(amount);
    const Money* held = money_of(call.input);
    if (held == nullptr) return call.made(digits);
    const std::string_view code{held->currency.data(), held->currency.size()};
    const std::string_view symbol = symbol_of(code);
    if (symbol.empty()) return call.made(fmt::format("{} {}", code, digits));
    if (!digits.starts_with('-')) return call.made(fmt::format("{}{}", symbol, digits));
    return call.made(fmt::format("-{}{}", symbol, digits.substr(1)));
}

View money_without_currency(const Call& call) {
    if (call.input.is_nil()) return View::of("");
    const std::string amount = plain_amount(call);
    return amount.empty() ? call.input : call.made(grouped(amount));
}

struct Numerals {
    std::array<std::string_view, 10> digits;
    std::array<std::string_view, 4> tens;     // 1, 10, 100, 1000
    std::array<std::string_view, 5> myriads;  // 1, 10^4, 10^8 …
};
constexpr Numerals kEveryday{{"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"},
                             {"", "十", "百", "千"},
                             {"", "万", "亿", "兆", "京"}};
constexpr Numerals kFinancial{{"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"},
                              {"", "拾", "佰", "仟"},
                              {"", "万", "亿", "兆", "京"}};

/// "一万零五十" of "10050"; digits only, at most twenty of them.
std::string in_chinese(std::string_view digits, const Numerals& with) {
    std::string out;
    bool gap = false;         // zeros since the last digit written
    bool group_said = false;  // this group of four has a digit
    for (std::size_t i = 0; i < digits.size(); ++i) {
        const std::size_t place = digits.size() - 1 - i;
        const auto digit = static_cast<std::size_t>(digits[i] - '0');
        if (digit == 0) {
            gap = true;
        } else {
            if (gap && !out.empty()) out += with.digits[0];
            gap = false;
            group_said = true;
            out.append(with.digits[digit]).append(with.tens[place % 4]);
        }
        if (place % 4 == 0) {
            if (group_said) out += with.myriads[place / 4];
            group_said = false;
        }
    }
    return out.empty() ? std::string(with.digits[0]) : out;
}

// 10050 → 一万零五十; 15 → 十五; "half" stays as it is.
View chinese_number(const Call& call) {
    if (!is_numeric(call.input)) return call.input;
    const std::string text = fixed_text(number_of(call.memory, call.input), 0);
    std::string_view digits = text;
    const bool negative = digits.starts_with('-');
    if (negative) digits.remove_prefix(1);
    if (digits.empty() || digits.size() > 20) return call.input;
    std::string out = in_chinese(digits, kEveryday);
    if (out.starts_with("一十")) out.erase(0, std::string_view("一").size());
    return call.made(negative ? "负" + out : out);
}

// 1234.50 → 壹仟贰佰叁拾肆元伍角; 100 → 壹佰元整. As cheques and invoices want it.
View chinese_money(const Call& call) {
    if (call.input.is_nil()) return View::of("");
    std::string amount;
    if (const Money* held = money_of(call.input)) {
        amount = format_amount(*held);
        if (minor_digits(held->currency) != 2) return money(call);
    } else if (is_numeric(call.input)) {
        amount = fixed_text(number_of(call.memory, call.input), 2);
    }
    std::string_view digits = amount;
    const bool negative = digits.starts_with('-');
    if (negative) digits.remove_prefix(1);
    const std::size_t point = digits.find('.');
    if (point == std::string_view::npos || point > 20) return call.input;
    const auto jiao = static_cast<std::size_t>(digits[point + 1] - '0');
    const auto fen = static_cast<std::size_t>(digits[point + 2] - '0');
    const std::string_view whole = digits.substr(0, point);
    std::string out = negative ? "负" : "";
    if (whole != "0" || (jiao == 0 && fen == 0)) {
        out.append(in_chinese(whole, kFinancial)).append("元");
    }
    if (jiao == 0 && fen == 0) return call.made(out + "整");
    if (jiao > 0) out.append(kFinancial.digits[jiao]).append("角");
    if (fen > 0 && jiao == 0 && whole != "0") out.append(kFinancial.digits[0]);
    if (fen > 0) out.append(kFinancial.digits[fen]).append("分");
    return call.made(out);
}

// 12345 → 1.2万; 300000000 → 3亿; below ten thousand as it is.
View wan(const Call& call) {
    if (!is_numeric(call.input)) return call.input;
    const View number = number_of(call.memory, call.input);
    const auto at_least = [&](std::int64_t bound) {
        return compare_numbers(absolute(call.memory, number), View::of(bound)) >= 0;
    };
    constexpr std::int64_t kWan = 10'000;
    constexpr std::int64_t kYi = 100'000'000;
    if (!at_least(kWan)) return call.input;
    const bool yi = at_least(kYi);
    const View divisor = View::of(static_cast<double>(yi ? kYi : kWan));
    std::string text = fixed_text(reckon(call.memory, Sum::divide, number, divisor), 1);
    if (text.ends_with(".0")) text.resize(text.size() - 2);
    return call.made(text + (yi ? "亿" : "万"));
}

constexpr std::array<FilterInfo, 5> kFilters{{
    {"money", 0, 0, money},
    {"money_without_currency", 0, 0, money_without_currency},
    {"chinese_number", 0, 0, chinese_number},
    {"chinese_money", 0, 0, chinese_money},
    {"wan", 0, 0, wan},
}};

}  // namespace

std::span<const FilterInfo> money_filters() {
    return kFilters;
}

}  // namespace journey::render
