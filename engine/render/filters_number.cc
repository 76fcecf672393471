#include "engine/render/filters.h"

namespace journey::render {
namespace {

const Money* money_of(const View& value) {
    return value.kind == Kind::other ? value.other->as<Money>() : nullptr;
}

View money_view(const Call& call, const View& minor, const Currency& currency) {
    if (minor.kind != Kind::integer) refuse_argument("the amount is too large");
    return View::of(call.memory.value(Value(Money{minor.whole, currency})));
}

View add_money(const Call& call, const Money& money, Sum sum) {
    const Money* more = money_of(call[0]);
    if (more == nullptr || more->currency != money.currency) {
        refuse_argument("money is added to, and taken from, money of the same currency only");
    }
    const View minor = reckon(call.memory, sum, View::of(money.minor), View::of(more->minor));
    return money_view(call, minor, money.currency);
}

// Money times or divided by a number is rounded to its minor unit, half away from zero.
View scale_money(const Call& call, const Money& money, Sum sum) {
    const View by = number_of(call.memory, call[0]);
    View exact = View::of(static_cast<double>(money.minor));
    if (by.kind == Kind::integer && sum == Sum::times) exact = View::of(money.minor);
    const View minor = reckon(call.memory, sum, exact, by);
    return money_view(call, rounded(call.memory, minor, 0), money.currency);
}

View reckoned(const Call& call, Sum sum) {
    if (const Money* money = money_of(call.input)) {
        if (sum == Sum::plus || sum == Sum::minus) return add_money(call, *money, sum);
        if (sum != Sum::modulo) return scale_money(call, *money, sum);
    }
    return reckon(call.memory, sum, number_of(call.memory, call.input),
                  number_of(call.memory, call[0]));
}

View plus(const Call& call) {
    return reckoned(call, Sum::plus);
}
View minus(const Call& call) {
    return reckoned(call, Sum::minus);
}
View times(const Call& call) {
    return reckoned(call, Sum::times);
}
View divided_by(const Call& call) {
    return reckoned(call, Sum::divide);
}
View modulo(const Call& call) {
    return reckoned(call, Sum::modulo);
}
View abs(const Call& call) {
    return absolute(call.memory, number_of(call.memory, call.input));
}
View ceil(const Call& call) {
    return ceiling(call.memory, number_of(call.memory, call.input));
}
View floor(const Call& call) {
    return flooring(call.memory, number_of(call.memory, call.input));
}
View round(const Call& call) {
    const std::int64_t digits = call.count() > 0 ? lenient_integer(call[0]) : 0;
    return rounded(call.memory, number_of(call.memory, call.input), digits);
}
View at_least(const Call& call) {
    const View a = number_of(call.memory, call.input);
    const View b = number_of(call.memory, call[0]);
    return compare_numbers(b, a) > 0 ? b : a;
}
View at_most(const Call& call) {
    const View a = number_of(call.memory, call.input);
    const View b = number_of(call.memory, call[0]);
    return compare_numbers(b, a) < 0 ? b : a;
}

constexpr std::array<FilterInfo, 11> kFilters{{
    {"plus", 1, 1, plus},
    {"minus", 1, 1, minus},
    {"times", 1, 1, times},
    {"divided_by", 1, 1, divided_by},
    {"modulo", 1, 1, modulo},
    {"abs", 0, 0, abs},
    {"ceil", 0, 0, ceil},
    {"floor", 0, 0, floor},
    {"round", 0, 1, round},
    {"at_least", 1, 1, at_least},
    {"at_most", 1, 1, at_most},
}};

}  // namespace

std::span<const FilterInfo> number_filters() {
    return kFilters;
}

}  // namespace journey::render
