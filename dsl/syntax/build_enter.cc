// How people enter, and how they move between versions.

#include "dsl/syntax/build.h"

#include <algorithm>

namespace journey::syntax {

ast::Enter Builder::enter(Children& rest) {
    const std::uint32_t how = rest.take();
    if (kind(how) != Kind::schedule) return trigger(how);
    ast::Schedule made = schedule(how);
    made.audience = name(rest.take());
    made.span = source::join(made.span, made.audience.span);
    return {std::move(made)};
}

ast::Enter Builder::trigger(std::uint32_t at) {
    if (kind(at) == Kind::segment_change) return {segment_change(at)};
    Children parts = children(at);
    if (kind(at) == Kind::reach) {
        ast::ReachTrigger made;
        made.aggregate = expr(parts.take());
        made.threshold = expr(parts.take());
        if (const auto per = parts.take(Kind::name)) made.per = name(*per);
        return {std::move(made)};
    }
    ast::EventTrigger made{event_sel(parts.take()), std::nullopt, {}};
    while (!parts.done()) {
        const std::uint32_t option = parts.take();
        if (kind(option) == Kind::event_sel) {
            made.unless.push_back(event_sel(option));
            continue;
        }
        if (made.lasts) said_twice(span(option), "A trigger has one `lasts`.");
        made.lasts = duration(option);
    }
    return {std::move(made)};
}

ast::SegmentChange Builder::segment_change(std::uint32_t at) {
    Children parts = children(at);
    const bool joining = parts.word("joining");
    parts.word("leaving");
    return {joining, name(parts.take()), span(at)};
}

ast::UntilClock Builder::clock(Children& rest) {
    ast::UntilClock made;
    made.time = clock_time(rest.take());
    made.zone = need_zone(rest, made.time.span);
    return made;
}

ast::Every Builder::every(std::uint32_t at) {
    using Kinds = ast::Every::Kind;
    Children parts = children(at);
    ast::Every made;
    if (parts.word("day")) return made;
    if (parts.word("month")) {
        made.kind = Kinds::month;
        made.month_day = integer(parts.take());
        return made;
    }
    made.kind = Kinds::weekdays;
    while (const auto day = parts.take(Kind::weekday)) {
        const ast::WeekdayName named = weekday(*day);
        const bool again = std::any_of(made.weekdays.begin(), made.weekdays.end(),
                                       [&](const auto& one) { return one.day == named.day; });
        if (again) {
            said_twice(named.span, "This day is in the list already.");
            continue;
        }
        made.weekdays.push_back(named);
    }
    return made;
}

ast::Leap Builder::leap(std::uint32_t at) {
    Children parts = children(at);
    return parts.word("28") ? ast::Leap::feb_28 : ast::Leap::mar_1;
}

ast::Schedule Builder::schedule(std::uint32_t at) {
    Children parts = children(at);
    ast::Schedule made;
    made.span = span(at);
    if (parts.word("every")) {
        ast::Every what = every(parts.take());
        ast::UntilClock when = clock(parts);
        what.at = when.time;
        what.zone = std::move(when.zone);
        made.what = std::move(what);
    } else if (parts.word("yearly")) {
        ast::Yearly what;
        what.on = path(parts.take());
        ast::UntilClock when = clock(parts);
        what.at = when.time;
        what.zone = std::move(when.zone);
        if (const auto day = parts.take(Kind::leap)) what.leap = leap(*day);
        made.what = std::move(what);
    } else {
        parts.word("once");
        const std::uint32_t digits = parts.take();
        ast::LocalMoment when = moment(digits, parts);
        if (!when.zone && !when.offset_minutes) when.zone = need_zone(parts, when.span);
        made.what = ast::Once{std::move(when)};
    }
    return made;
}

ast::OthersRow Builder::others(std::uint32_t word) const {
    using ast::OthersRule;
    const std::string_view text = slice(word);
    return {text == "stay"   ? OthersRule::stay
            : text == "stop" ? OthersRule::stop
                             : OthersRule::restart,
            span(word)};
}

ast::FromVersion Builder::from_version(Children& rest) {
    ast::FromVersion made{integer(rest.take()), {}};
    for (Children rows = children(rest.take()); !rows.done();) {
        const std::uint32_t row = rows.take();
        Children parts = children(row);
        if (kind(row) == Kind::others) {
            ast::OthersRow rule = others(parts.take());
            rule.span = span(row);
            made.rows.emplace_back(rule);
        } else {
            ast::Name from = name(parts.take());
            made.rows.emplace_back(ast::MoveRow{std::move(from), name(parts.take()), span(row)});
        }
    }
    return made;
}

}  // namespace journey::syntax
