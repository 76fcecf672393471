// Conditions and values as clauses. A condition reads as a statement about the person; `not` is
// taken into the statement where a person would say it there.
#include "engine/explain/phrases.h"

#include <algorithm>
#include <array>

namespace journey::explain {

using ir::Expr;
using ir::Index;
using ir::kNone;
using ir::Op;

namespace {

bool is_logic(Op op) {
    return op == Op::logical_and || op == Op::logical_or;
}

bool is_moment(ir::TypeKind type) {
    return type == ir::TypeKind::instant || type == ir::TypeKind::date;
}

/// The sentence of an operator whose operands simply stand in it.
std::optional<Phrase> plain_phrase(Op op) {
    struct Row {
        Op op;
        Phrase phrase;
    };
    static constexpr Row kTable[] = {{Op::contains, Phrase::contains},
                                     {Op::starts_with, Phrase::starts_with},
                                     {Op::ends_with, Phrase::ends_with},
                                     {Op::between, Phrase::between},
                                     {Op::in, Phrase::one_of},
                                     {Op::is_missing, Phrase::missing},
                                     {Op::is_present, Phrase::present},
                                     {Op::is_blank, Phrase::blank},
                                     {Op::fallback, Phrase::fallback},
                                     {Op::add, Phrase::plus},
                                     {Op::subtract, Phrase::minus},
                                     {Op::multiply, Phrase::times},
                                     {Op::divide, Phrase::divided},
                                     {Op::negate, Phrase::negative},
                                     {Op::now, Phrase::now},
                                     {Op::entry_time, Phrase::entry_time},
                                     {Op::entry_id, Phrase::entry_id},
                                     {Op::trigger_time, Phrase::trigger_time},
                                     {Op::row_time, Phrase::row_time},
                                     {Op::record_time, Phrase::time_of},
                                     {Op::time_since, Phrase::time_since},
                                     {Op::size, Phrase::size},
                                     {Op::lower, Phrase::lower},
                                     {Op::upper, Phrase::upper},
                                     {Op::trim, Phrase::trim},
                                     {Op::abs, Phrase::absolute},
                                     {Op::round, Phrase::rounded},
                                     {Op::floor, Phrase::rounded_down},
                                     {Op::ceil, Phrase::rounded_up},
                                     {Op::year, Phrase::year_of},
                                     {Op::month, Phrase::month_of},
                                     {Op::day, Phrase::day_of},
                                     {Op::weekday, Phrase::weekday_of},
                                     {Op::hour, Phrase::hour_of},
                                     {Op::minute, Phrase::minute_of},
                                     {Op::date_of, Phrase::date_of},
                                     {Op::days_between, Phrase::days_between},
                                     {Op::element, Phrase::element},
                                     {Op::tags, Phrase::tags}};
    const auto* found = std::find_if(std::begin(kTable), std::end(kTable),
                                     [&](const Row& row) { return row.op == op; });
    if (found == std::end(kTable)) return std::nullopt;
    return found->phrase;
}

Phrase comparison_phrase(Op op, bool moments) {
    switch (op) {
        case Op::equal:
            return Phrase::equal;
        case Op::not_equal:
            return Phrase::not_equal;
        case Op::less:
            return moments ? Phrase::before : Phrase::less;
        case Op::less_equal:
            return Phrase::less_equal;
        case Op::greater:
            return moments ? Phrase::after : Phrase::greater;
        default:  // the only one left of those this is asked for
            return Phrase::greater_equal;
    }
}

bool is_comparison(Op op) {
    return op == Op::equal || op == Op::not_equal || op == Op::less || op == Op::less_equal ||
           op == Op::greater || op == Op::greater_equal;
}

}  // namespace

Index Speaker::operand_at(const Expr& expr, Index i) const {
    return program_.operands[expr.first + i];
}

std::string Speaker::operand(const Expr& expr, Index i) const {
    return value(operand_at(expr, i));
}

std::string Speaker::quoted(std::string_view name) const {
    return say(Phrase::name, std::string(name));
}

std::string Speaker::listed(const std::vector<std::string>& parts, Phrase between,
                            Phrase last) const {
    if (parts.empty()) return say(Phrase::nothing);
    std::string out = parts.front();
    for (std::size_t i = 1; i < parts.size(); ++i)
        out = say(i + 1 == parts.size() ? last : between, out, parts[i]);
    return out;
}

std::string Speaker::all(const std::vector<std::string>& parts) const {
    return listed(parts, Phrase::list_comma, Phrase::list_and);
}

std::string Speaker::any(const std::vector<std::string>& parts) const {
    return listed(parts, Phrase::list_comma, Phrase::list_or);
}

std::string Speaker::percent(double share) const {
    const auto tenths = static_cast<std::int64_t>(share * 1000 + 0.5);
    std::string out = std::to_string(tenths / 10);
    if (tenths % 10 != 0) out += "." + std::to_string(tenths % 10);
    return out + "%";
}

std::string Speaker::zone(const std::string& name, ir::Index from) const {
    if (!name.empty() && from == kNone) return say(Phrase::in_zone, name);
    *there_ = true;
    return from == kNone ? say(Phrase::there) : say(Phrase::in_zone_of, value(from));
}

std::string Speaker::step_zone(const std::string& name, ir::Index from) const {
    return name.empty() && from == kNone ? zone(journey_.zone, journey_.zone_from)
                                         : zone(name, from);
}

std::string Speaker::choice(const ir::Expr& expr) const {
    std::string out;
    for (Index i = 0; i + 1 < expr.count; i += 2) {
        const std::string one =
            say(Phrase::select_case, condition(operand_at(expr, i)), operand(expr, i + 1));
        out = out.empty() ? one : say(Phrase::select_next, out, one);
    }
    return say(Phrase::select_else, out, operand(expr, expr.count - 1));
}

// Rows of one measure are told as a scale; those of anything else one by one.
std::string Speaker::scale(const std::string& name, const ir::Expr& expr) const {
    std::string measure;
    std::vector<std::string> rows;
    for (Index i = 0; i + 1 < expr.count; i += 2) {
        const Expr& condition = program_.exprs[operand_at(expr, i)];
        const bool below = condition.op == Op::less;
        const std::string left = below ? operand(condition, 0) : std::string();
        if (!below || (i > 0 && left != measure))
            return say(Phrase::band_means, name, choice(expr));
        measure = left;
        rows.push_back(say(Phrase::band_below, operand(expr, i + 1), operand(condition, 1)));
    }
    if (rows.empty()) return say(Phrase::band_means, name, choice(expr));
    std::string all;
    for (const std::string& row : rows)
        all = all.empty() ? row : say(Phrase::select_next, all, row);
    return say(Phrase::band_scale, name, measure, all, operand(expr, expr.count - 1));
}

std::vector<std::string> Speaker::bands() const {
    std::vector<std::string> out;
    for (const auto& [name, index] : *bands_)
        out.push_back(scale(name, program_.exprs[index]));
    return out;
}

std::string Speaker::weekday(std::uint8_t day) const {
    return say(static_cast<Phrase>(static_cast<std::size_t>(Phrase::monday) + day - 1));
}

std::string Speaker::duration(const CalendarDuration& duration) const {
    std::string out;
    const auto part = [&](std::int64_t count, Phrase one, Phrase many) {
        if (count == 0) return;
        const std::string words = count == 1 ? say(one) : say(many, std::to_string(count));
        out = out.empty() ? words : say(Phrase::duration_parts, out, words);
    };
    part(duration.months / 12, Phrase::year_one, Phrase::years);
    part(duration.months % 12, Phrase::month_one, Phrase::months);
    part(duration.days, Phrase::day_one, Phrase::days);
    part(duration.seconds / 3600, Phrase::hour_one, Phrase::hours);
    part(duration.seconds / 60 % 60, Phrase::minute_one, Phrase::minutes);
    part(duration.seconds % 60, Phrase::second_one, Phrase::seconds);
    return out.empty() ? say(Phrase::no_time) : out;
}

std::string Speaker::constant(const Value& value) const {
    return std::visit(Match{[&](Missing) { return say(Phrase::nothing); },
                            [&](bool held) { return say(held ? Phrase::yes : Phrase::no); },
                            [&](const std::string& text) { return say(Phrase::text, text); },
                            [&](const CalendarDuration& held) { return duration(held); },
                            [&](Date date) { return format_date(date); },
                            [&](TimeOfDay time) { return format_time_of_day(time); },
                            [&](const Money& money) { return format_money(money); },
                            [&](const List& list) {
                                std::vector<std::string> parts;
                                for (const Value& one : list)
                                    parts.push_back(constant(one));
                                return all(parts);
                            },
                            [&](Instant at) {
                                const std::string json = to_json(Value(at));
                                return json.substr(1, json.size() - 2);
                            },
                            [&](const auto& held) { return to_json(Value(held)); }},
                      value.held);
}

std::string Speaker::channel(Index channel) const {
    const auto kind = static_cast<std::size_t>(program_.channels[channel].kind);
    return say(static_cast<Phrase>(static_cast<std::size_t>(Phrase::channel_email) + kind));
}

std::string Speaker::messages(Index channel, std::uint64_t count) const {
    const std::size_t kind =
        channel == kNone ? 0 : 1 + static_cast<std::size_t>(program_.channels[channel].kind);
    const std::size_t phrase = static_cast<std::size_t>(Phrase::count_message) + kind * 2;
    return say(static_cast<Phrase>(phrase + (count == 1 ? 0 : 1)), number(count));
}

std::string Speaker::segment(Index segment) const {
    const ir::Segment& it = program_.segments[segment];
    return it.title.empty() ? quoted(it.name) : say(Phrase::titled, it.title);
}

std::string Speaker::args(const std::vector<ir::NamedExpr>& args) const {
    std::vector<std::string> parts;
    for (const ir::NamedExpr& arg : args)
        parts.push_back(say(Phrase::args_one, arg.name, value(arg.expr)));
    return listed(parts, Phrase::args_comma, Phrase::args_and);
}

std::string Speaker::window(const ir::Window& window) const {
    switch (window.kind) {
        case ir::WindowKind::ever:
            return say(Phrase::window_ever);
        case ir::WindowKind::within:
            return say(Phrase::window_within, duration(window.within));
        case ir::WindowKind::since:
            if (program_.exprs[window.since].op == Op::entry_time)
                return say(Phrase::window_since_entry);
            return say(Phrase::window_since, value(window.since));
        case ir::WindowKind::before:
            return say(Phrase::window_before, value(window.since));
        case ir::WindowKind::between:
            return say(Phrase::window_between, value(window.since), value(window.until));
    }
    return "";
}

std::string Speaker::did(const ir::Aggregate& aggregate) const {
    const std::string event = say(Phrase::name, program_.events[aggregate.event].name);
    if (aggregate.filter == kNone) return event;
    return say(Phrase::pattern_where, event,
               looking_at(aggregate.event).condition(aggregate.filter));
}

std::string Speaker::aggregate(const ir::Aggregate& aggregate) const {
    static constexpr std::array kPhrases = {Phrase::did,
                                            Phrase::aggregate_count,
                                            Phrase::aggregate_sum,
                                            Phrase::aggregate_avg,
                                            Phrase::aggregate_min,
                                            Phrase::aggregate_max,
                                            Phrase::aggregate_first,
                                            Phrase::aggregate_last,
                                            Phrase::aggregate_distinct,
                                            Phrase::aggregate_count_distinct,
                                            Phrase::aggregate_list};
    const std::string field = aggregate.field == kNone
                                  ? ""
                                  : program_.events[aggregate.event].fields[aggregate.field].name;
    return say(kPhrases[static_cast<std::size_t>(aggregate.fn)], did(aggregate),
               window(aggregate.window), field);
}

/// "the person did X at least 2 times".
std::optional<std::string> Speaker::counted(const Expr& expr) const {
    const Expr& left = program_.exprs[operand_at(expr, 0)];
    const Expr& right = program_.exprs[operand_at(expr, 1)];
    if (left.op != Op::aggregate || right.op != Op::constant) return std::nullopt;
    const ir::Aggregate& history = program_.aggregates[left.a];
    const auto* held = program_.constants[right.a].as<std::int64_t>();
    if (history.fn != ir::AggregateFn::count || held == nullptr) return std::nullopt;
    const auto times = [&](Phrase phrase, std::int64_t count) {
        return say(phrase, did(history), window(history.window), std::to_string(count));
    };
    const auto at_least = [&](std::int64_t count) {
        return count == 1 ? times(Phrase::did, count) : times(Phrase::did_at_least, count);
    };
    const auto at_most = [&](std::int64_t count) {
        if (count == 0) return times(Phrase::did_not, count);
        return times(count == 1 ? Phrase::did_at_most_once : Phrase::did_at_most, count);
    };
    switch (expr.op) {
        case Op::equal:
            if (*held == 0) return times(Phrase::did_not, 0);
            return times(*held == 1 ? Phrase::did_once : Phrase::did_exactly, *held);
        case Op::less:
            return at_most(*held - 1);
        case Op::less_equal:
            return at_most(*held);
        case Op::greater:
            return at_least(*held + 1);
        case Op::greater_equal:
            return at_least(*held);
        default:
            return std::nullopt;
    }
}

std::string Speaker::comparison(const Expr& expr) const {
    if (auto words = counted(expr)) return *words;
    const Expr& left = program_.exprs[operand_at(expr, 0)];
    const Expr& right = program_.exprs[operand_at(expr, 1)];
    const bool about_entry = left.op == Op::entry_id || right.op == Op::entry_id;
    if (about_entry && expr.op == Op::equal) return "";  // goes without saying
    if (expr.op == Op::less && left.op == Op::fallback) {
        const Expr& counter = program_.exprs[operand_at(left, 0)];
        if (counter.op == Op::local && is_counter(journey_, counter.a))
            return say(Phrase::rounds_below, operand(expr, 1));
    }
    const bool message = left.op == Op::row_field && row_ != kNone &&
                         program_.events[row_].builtin &&
                         program_.events[row_].fields[left.a].name == "message";
    if (message && expr.op == Op::equal && right.op == Op::constant) {
        const auto* label = program_.constants[right.a].as<std::string>();
        if (label != nullptr) return say(Phrase::same_message, *label);
    }
    return say(comparison_phrase(expr.op, is_moment(left.type)), operand(expr, 0),
               operand(expr, 1));
}

std::string Speaker::joined(const Expr& expr) const {
    std::string out;
    for (Index i = 0; i < expr.count; ++i) {
        const Expr& inner = program_.exprs[operand_at(expr, i)];
        std::string words = condition(operand_at(expr, i));
        if (words.empty()) continue;
        if (is_logic(inner.op) && inner.op != expr.op) words = say(Phrase::grouped, words);
        if (out.empty()) {
            out = words;
        } else {
            out = say(expr.op == Op::logical_and ? Phrase::both : Phrase::either, out, words);
        }
    }
    return out;
}

std::string Speaker::negated(Index index) const {
    const Expr& expr = program_.exprs[index];
    switch (expr.op) {
        case Op::member:
            return say(Phrase::not_member, segment(expr.a));
        case Op::tagged:
            return say(Phrase::not_tagged, operand(expr, 0));
        case Op::consented:
            return say(Phrase::not_consented, quoted(program_.consents[expr.a].name));
        case Op::reachable:
            return say(Phrase::not_reachable, channel(expr.a));
        case Op::is_missing:
            return say(Phrase::present, operand(expr, 0));
        case Op::is_present:
            return say(Phrase::missing, operand(expr, 0));
        case Op::equal:
            return say(Phrase::not_equal, operand(expr, 0), operand(expr, 1));
        case Op::user_field:
        case Op::trigger_field:
        case Op::row_field:
        case Op::local:
            return say(Phrase::is_false, value(index));
        case Op::aggregate:
            if (program_.aggregates[expr.a].fn == ir::AggregateFn::did) {
                const ir::Aggregate& history = program_.aggregates[expr.a];
                return say(Phrase::did_not, did(history), window(history.window));
            }
            [[fallthrough]];
        default: {
            std::string words = condition(index);
            if (is_logic(expr.op)) words = say(Phrase::grouped, words);
            return say(Phrase::not_so, words);
        }
    }
}

std::string Speaker::condition(Index index) const {
    if (index == kNone) return say(Phrase::always);
    const Expr& expr = program_.exprs[index];
    if (is_logic(expr.op)) return joined(expr);
    if (is_comparison(expr.op)) return comparison(expr);
    switch (expr.op) {
        case Op::constant: {
            const auto* held = program_.constants[expr.a].as<bool>();
            return say(held != nullptr && *held ? Phrase::always : Phrase::never);
        }
        case Op::logical_not:
            return negated(operand_at(expr, 0));
        case Op::member:
            return say(Phrase::member, segment(expr.a));
        case Op::tagged:
            return say(Phrase::tagged, operand(expr, 0));
        case Op::consented:
            return say(Phrase::consented, quoted(program_.consents[expr.a].name));
        case Op::reachable:
            return say(Phrase::reachable, channel(expr.a));
        case Op::user_field:
        case Op::trigger_field:
        case Op::row_field:
        case Op::local:
        case Op::record_field:
        case Op::fallback:
        case Op::element:
        case Op::select:
            return say(Phrase::is_true, value(index));
        default:
            return value(index);
    }
}

/// "3 days before the person's `renews_on`".
std::optional<std::string> Speaker::shifted(const Expr& expr) const {
    if (expr.op != Op::add && expr.op != Op::subtract) return std::nullopt;
    const Expr& length = program_.exprs[operand_at(expr, 1)];
    const bool moment = is_moment(program_.exprs[operand_at(expr, 0)].type);
    const bool known =
        length.op == Op::constant && program_.constants[length.a].as<CalendarDuration>() != nullptr;
    if (!moment || !known) return std::nullopt;
    return say(expr.op == Op::add ? Phrase::after_moment : Phrase::before_moment, operand(expr, 0),
               operand(expr, 1));
}

std::string Speaker::value(Index index) const {
    if (index == kNone) return say(Phrase::nothing);
    const Expr& expr = program_.exprs[index];
    if (expr.op == Op::time_since) {
        const Op what = program_.exprs[operand_at(expr, 0)].op;
        if (what == Op::trigger_time) return say(Phrase::since_trigger);
        if (what == Op::entry_time) return say(Phrase::since_entry);
    }
    if (auto words = shifted(expr)) return *words;
    if (expr.op == Op::element) {
        const Expr& key = program_.exprs[operand_at(expr, 1)];
        const auto* name =
            key.op == Op::constant ? program_.constants[key.a].as<std::string>() : nullptr;
        if (name != nullptr) return say(Phrase::field_of, operand(expr, 0), *name);
    }
    if (const auto phrase = plain_phrase(expr.op)) {
        std::vector<std::string> parts;
        for (Index i = 0; i < expr.count; ++i)
            parts.push_back(operand(expr, i));
        parts.resize(std::max<std::size_t>(parts.size(), 3));
        return said(*phrase, parts);
    }
    switch (expr.op) {
        case Op::constant:
            return constant(program_.constants[expr.a]);
        case Op::user_field:
            return say(Phrase::user_field, program_.profile[expr.a].name);
        case Op::trigger_field:
            return say(Phrase::trigger_field, journey_.trigger_fields.size() > expr.a
                                                  ? journey_.trigger_fields[expr.a]
                                                  : std::string("?"));
        case Op::local:
            return quoted(journey_.locals.size() > expr.a ? journey_.locals[expr.a]
                                                          : std::string("?"));
        case Op::row_field:
            return say(Phrase::row_field, row_ == kNone
                                              ? std::string("?")
                                              : program_.events[row_].fields[expr.a].name);
        case Op::record_field:
            return say(Phrase::field_of, operand(expr, 0),
                       program_.events[expr.b].fields[expr.a].name);
        case Op::aggregate:
            return aggregate(program_.aggregates[expr.a]);
        case Op::list: {
            std::vector<std::string> parts;
            for (Index i = 0; i < expr.count; ++i)
                parts.push_back(operand(expr, i));
            return all(parts);
        }
        case Op::map: {
            std::vector<std::string> parts;
            for (Index i = 0; i + 1 < expr.count; i += 2)
                parts.push_back(say(Phrase::map_entry, operand(expr, i), operand(expr, i + 1)));
            return all(parts);
        }
        case Op::concat: {
            std::string out = operand(expr, 0);
            for (Index i = 1; i < expr.count; ++i)
                out = say(Phrase::concat, out, operand(expr, i));
            return out;
        }
        case Op::select:
            if (expr.a >= program_.band_names.size()) return choice(expr);
            bands_->emplace(program_.band_names[expr.a], index);
            return say(Phrase::band, program_.band_names[expr.a]);
        default:  // what yields yes or no
            return condition(index);
    }
}

/// "the message `mail` is clicked", when nothing else is asked of the receipt.
std::optional<std::string> Speaker::receipt(const ir::Pattern& pattern) const {
    struct Row {
        std::string_view event;
        Phrase phrase;
    };
    static constexpr Row kTable[] = {
        {"delivered", Phrase::of_delivered}, {"opened", Phrase::of_opened},
        {"clicked", Phrase::of_clicked},     {"bounced", Phrase::of_bounced},
        {"replied", Phrase::of_replied},     {"unsubscribed", Phrase::of_unsubscribed},
    };
    const ir::EventType& event = program_.events[pattern.event];
    const auto* row = std::find_if(std::begin(kTable), std::end(kTable),
                                   [&](const Row& one) { return one.event == event.name; });
    if (!event.builtin || row == std::end(kTable)) return std::nullopt;
    std::string label;
    const auto take = [&](Index index) {
        const Expr& expr = program_.exprs[index];
        if (expr.op != Op::equal) return false;
        const Expr& left = program_.exprs[operand_at(expr, 0)];
        const Expr& right = program_.exprs[operand_at(expr, 1)];
        if (left.op == Op::entry_id || right.op == Op::entry_id) return true;
        if (left.op != Op::row_field || event.fields[left.a].name != "message" ||
            right.op != Op::constant || !label.empty()) {
            return false;
        }
        const auto* text = program_.constants[right.a].as<std::string>();
        if (text != nullptr) label = *text;
        return text != nullptr;
    };
    const Expr& filter = program_.exprs[pattern.filter];
    bool all = true;
    if (filter.op == Op::logical_and) {
        for (Index i = 0; i < filter.count; ++i)
            all = all && take(operand_at(filter, i));
    } else {
        all = take(pattern.filter);
    }
    if (!all || label.empty()) return std::nullopt;
    return say(row->phrase, label);
}

std::string Speaker::event_pattern(const ir::Pattern& pattern) const {
    const std::string& event = program_.events[pattern.event].name;
    if (pattern.filter == kNone) return say(Phrase::on_event, event);
    if (auto words = receipt(pattern)) return *words;
    const std::string where = looking_at(pattern.event).condition(pattern.filter);
    return where.empty() ? say(Phrase::on_event, event) : say(Phrase::on_event_where, event, where);
}

}  // namespace journey::explain
