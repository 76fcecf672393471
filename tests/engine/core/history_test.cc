// Indexes beside the history change cost, never answers: here every question is also answered by
// looking at each event, one by one.
#include "engine/base/base.h"
#include "engine/core/facts.h"
#include "tests/engine/core/kit/kit.h"

#include <catch2/catch.hpp>

using namespace journey;
using namespace journey::core;
using namespace journey::core::kit;
using namespace std::chrono_literals;

namespace {

using Fn = ir::AggregateFn;

constexpr Micros kKept = std::chrono::hours(24 * 800);

struct Past {
    Instant time{};
    Index event = 0;
    std::vector<Value> row;
};

bool is_inside(const LinkedProgram& live, const ir::Window& window, Instant time, Instant now) {
    const auto at = [&](Index expr) {
        return *live.program->constants[live.program->exprs[expr].a].as<Instant>();
    };
    if (time > now) return false;
    switch (window.kind) {
        case ir::WindowKind::ever:
            return true;
        case ir::WindowKind::within:
            return time >= calendar::subtract(now, window.within, *live.workspace_zone);
        case ir::WindowKind::since:
            return time >= at(window.since);
        case ir::WindowKind::before:
            return time < at(window.since);
        case ir::WindowKind::between:
            return time >= at(window.since) && time < at(window.until);
    }
    return false;
}

Value record(const ir::EventType& type, const Past& one) {
    return expr::record_of(type, {one.row.data(), one.row.size(), one.time});
}

Value total_of(const std::vector<Value>& values, const ir::Type& type, bool mean) {
    double real = 0;
    std::int64_t whole = 0;
    std::int64_t count = 0;
    bool exact = true;
    std::optional<Currency> currency;
    for (const Value& value : values) {
        if (const auto* integer = value.as<std::int64_t>()) {
            whole += *integer;
            real += static_cast<double>(*integer);
        } else if (const auto* number = value.as<double>()) {
            exact = false;
            real += *number;
        } else if (const auto* money = value.as<Money>()) {
            if (currency && *currency != money->currency) continue;
            currency = money->currency;
            whole += money->minor;
        } else {
            continue;
        }
        ++count;
    }
    if (mean && count == 0) return {};
    if (mean && currency)
        return Money{(whole + (whole < 0 ? -1 : 1) * (count / 2)) / count, *currency};
    if (mean) return real / static_cast<double>(count);
    if (count > 0) return currency ? Value(Money{whole, *currency}) : exact ? Value(whole) : real;
    if (type.kind == ir::TypeKind::real) return 0.0;
    if (type.kind == ir::TypeKind::money) return Money{0, {{'E', 'U', 'R'}}};
    return std::int64_t{0};
}

/// `all` is in order of time, then arrival.
Value one_by_one(const LinkedProgram& live, const ir::Aggregate& asked,
                 const std::vector<Past>& all, const PersonFacts& facts, const Past* without,
                 Index per, const Value& per_value) {
    const ir::EventType& type = live.program->events[asked.event];
    std::vector<const Past*> those;
    for (const Past& one : all) {
        const expr::Row row{one.row.data(), one.row.size(), one.time};
        if (one.event != asked.event || &one == without) continue;
        if (!is_inside(live, asked.window, one.time, facts.now())) continue;
        if (!facts.holds(asked.filter, &row)) continue;
        if (per != ir::kNone && one.row[per] != per_value) continue;
        those.push_back(&one);
    }
    const auto stopped = [&](std::size_t count) {
        return static_cast<std::int64_t>(
            asked.stop_at == 0 ? count : std::min<std::size_t>(count, asked.stop_at));
    };
    if (asked.fn == Fn::did) return !those.empty();
    if (asked.fn == Fn::count) return stopped(those.size());
    if (asked.fn == Fn::first) return those.empty() ? Value() : record(type, *those.front());
    if (asked.fn == Fn::last) return those.empty() ? Value() : record(type, *those.back());
    if (asked.fn == Fn::list) {
        List list;
        for (std::size_t i = those.size();
             i-- > 0 && (asked.limit == 0 || list.size() < asked.limit);)
            list.push_back(record(type, *those[i]));
        return list;
    }
    std::vector<Value> values;
    for (const Past* one : those) {
        if (!one->row[asked.field].is_missing()) values.push_back(one->row[asked.field]);
    }
    if (asked.fn == Fn::sum || asked.fn == Fn::avg)
        return total_of(values, type.fields[asked.field].type, asked.fn == Fn::avg);
    Value best;
    List distinct;
    for (const Value& value : values) {
        const bool better = asked.fn == Fn::min ? less_than(value, best) : less_than(best, value);
        if (best.is_missing() || better) best = value;
        if (std::find(distinct.begin(), distinct.end(), value) == distinct.end())
            distinct.push_back(value);
    }
    if (asked.fn == Fn::min || asked.fn == Fn::max) return best;
    if (asked.fn == Fn::count_distinct) return static_cast<std::int64_t>(distinct.size());
    return distinct;
}

/// Every function over every window with every kind of filter.
Builder asks_everything(Instant start) {
    Builder b;
    ir::Field pieces;
    pieces.name = "pieces";
    pieces.type.kind = ir::TypeKind::integer;
    b.program.events[0].fields.push_back(pieces);
    ir::Journey j = b.journey("nothing", "viewed");
    Builder::end(j);
    b.keep(std::move(j));
    const auto windows = [&]() -> std::vector<ir::Window> {
        const Index from = b.constant(start + 50h);
        const Index to = b.constant(start + 200h);
        return {{},
                {ir::WindowKind::within, days(3), ir::kNone, ir::kNone},
                {ir::WindowKind::within, hours(30), ir::kNone, ir::kNone},
                {ir::WindowKind::since, {}, from, ir::kNone},
                {ir::WindowKind::before, {}, to, ir::kNone},
                {ir::WindowKind::between, {}, from, to}};
    }();
    for (const char* event : {"viewed", "bought"}) {
        const bool viewed = event == std::string("viewed");
        const Index text = b.row(event, viewed ? "category" : "order_id");
        const std::vector<Index> filters{
            ir::kNone, b.op(ir::Op::equal, {text, b.constant("b")}),
            b.op(ir::Op::equal, {text, b.user("tier")})};  // looks at the person too
        std::vector<std::pair<Fn, Index>> asked;
        for (const Fn fn : {Fn::did, Fn::count, Fn::first, Fn::last, Fn::list})
            asked.emplace_back(fn, ir::kNone);
        const auto& fields = b.program.events[b.event(event)].fields;
        for (Index field = 0; field < fields.size(); ++field) {
            const ir::TypeKind kind = fields[field].type.kind;
            const bool number = kind != ir::TypeKind::text;
            asked.emplace_back(Fn::distinct, field);
            asked.emplace_back(Fn::count_distinct, field);
            if (!number) continue;
            for (const Fn fn : {Fn::sum, Fn::avg, Fn::min, Fn::max})
                asked.emplace_back(fn, field);
        }
        for (const ir::Window& window : windows) {
            for (const Index filter : filters) {
                for (const auto& [fn, field] : asked) {
                    const std::uint32_t stop = fn == Fn::count ? 5 : 0;
                    const std::uint32_t limit = fn == Fn::list ? 3 : 0;
                    b.aggregate({fn, b.event(event), field, filter, window, 0, limit});
                    if (stop != 0)
                        b.aggregate({fn, b.event(event), field, filter, window, stop, 0});
                }
            }
        }
    }
    return b;
}

Past something(Rng& rng, Instant time, bool odd) {
    Past one{time, static_cast<Index>(rng.below(2)), {}};
    const char letter[2] = {static_cast<char>('a' + rng.below(4)), 0};
    const auto missing = [&] { return rng.chance(0.1); };
    if (one.event == 0) {
        one.row = {Value(std::string(letter)), Value(static_cast<double>(rng.below(1000)) / 7),
                   Value(std::string(letter)), Value(static_cast<std::int64_t>(rng.below(9)) - 4)};
        if (odd && rng.chance(0.02)) one.row[1] = Value(std::int64_t{5});  // of an older schema
        if (odd && rng.chance(0.02)) one.row[3] = Value(std::int64_t{1} << 56);
    } else {
        one.row = {
            Value(std::string(letter)),
            Value(Money{static_cast<std::int64_t>(rng.below(5000)) - 100, {{'E', 'U', 'R'}}})};
        if (odd && rng.chance(0.02)) one.row[1] = Value(Money{77, {{'U', 'S', 'D'}}});
    }
    for (Value& value : one.row) {
        if (missing()) value = {};
    }
    return one;
}

/// As a checkpoint does; chapters of so many.
void seal(History& history, std::size_t count) {
    ByteWriter bytes;
    Instant before{};
    for (const Happened& one : history.open_part().first(count)) {
        bytes.svarint(micros_of(one.time) - micros_of(before));
        before = one.time;
        bytes.varint(one.event);
        bytes.text(history.packed(one));
    }
    history.seal(count, bytes.bytes());
}

}  // namespace

TEST_CASE("what a person with many events is asked is answered as if each were looked at",
          "[core]") {
    const Instant start{std::chrono::seconds(1'772'442'000)};
    const auto catalog = publish(empty_catalog(), asks_everything(start).bytes(), 1);
    REQUIRE(catalog);
    const LinkedProgram& live = *catalog.value()->live();
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        CAPTURE(seed);
        Rng rng(seed);
        Person person;
        person.set_attribute(live.profile[ir::find_named(live.program->profile, "tier")],
                             Value("b"));
        std::vector<Past> all;
        Instant now = start;
        for (int round = 0; round < 12; ++round) {
            for (std::uint64_t i = rng.below(30) + 5; i > 0; --i) {
                now += std::chrono::minutes(rng.below(120));
                const Instant time =
                    rng.chance(0.1) ? now - std::chrono::hours(rng.below(60)) : now;
                const Past one = something(rng, time, seed % 2 == 0);
                person.history.add(one.time, live.events[one.event], one.row);
                all.insert(
                    std::upper_bound(all.begin(), all.end(), one.time,
                                     [](Instant at, const Past& other) { return at < other.time; }),
                    one);
                // Older ones are in chapters, read or not.
                if (rng.chance(0.1) && !person.history.open_part().empty())
                    seal(person.history, 1 + rng.below(person.history.open_part().size()));
                if (rng.chance(0.2)) person.history.let_go();
            }
            const PersonFacts facts(live, person, now, nullptr);
            const std::size_t out = rng.below(all.size());
            const Value category("b");
            for (const ir::Aggregate& asked : live.program->aggregates) {
                CAPTURE(&asked - live.program->aggregates.data(), static_cast<int>(asked.fn));
                const auto check = [&](const Past* without, Index per) {
                    const Happened* left = without == nullptr
                                               ? nullptr
                                               : person.history.begin() + (without - all.data());
                    const Value got =
                        aggregate_of(live, asked, person, facts, {left, per, &category});
                    const Value want = one_by_one(live, asked, all, facts, without, per, category);
                    if (got != want) CHECK(to_json(got) == to_json(want));
                    REQUIRE(got == want);
                };
                check(nullptr, ir::kNone);
                if (asked.stop_at == 0) {
                    check(&all[out], ir::kNone);
                    check(&all[out], 0);
                }
                if (asked.fn != Fn::count || asked.stop_at != 0) continue;
                for (const std::uint64_t nth : {1u, 3u, 40u}) {
                    const Happened* found = nth_newest(live, asked, person, facts, nth);
                    const auto count = *aggregate_of(live, asked, person, facts).as<std::int64_t>();
                    REQUIRE((found != nullptr) == (count >= static_cast<std::int64_t>(nth)));
                }
            }
        }
        REQUIRE(person.history.index() != nullptr);
    }
}

TEST_CASE("a history is the same whatever is in chapters, and whoever has read them", "[core]") {
    const Instant start{std::chrono::seconds(1'772'442'000)};
    std::size_t unread = 0;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        CAPTURE(seed);
        Rng rng(seed);
        History history;
        std::vector<std::pair<Instant, std::string>> all;
        Instant now = start;
        for (int step = 0; step < 300; ++step) {
            const std::uint64_t what = rng.below(10);
            if (what < 6) {
                now += std::chrono::hours(rng.below(3));
                const Instant time =
                    rng.chance(0.8) ? now : now - std::chrono::hours(rng.below(200));
                const std::string values = std::to_string(step);
                history.add_packed(time, static_cast<EventNumber>(step % 5), values);
                const auto later =
                    std::upper_bound(all.begin(), all.end(), time,
                                     [](Instant at, const auto& one) { return at < one.first; });
                all.insert(later, {time, values});
            } else if (what < 8) {
                const std::size_t open = history.open_part().size();
                if (open > 0) seal(history, 1 + rng.below(open));
            } else if (what < 9) {
                history.let_go();
            } else if (rng.chance(0.1)) {
                now += std::chrono::hours(24 * 500);
            } else if (history.forget(now)) {
                all.erase(all.begin(), all.end() - static_cast<std::ptrdiff_t>(history.size()));
            }
            // As it rests: chapters as they are, and what is open.
            if (rng.chance(0.1)) {
                History again;
                for (std::size_t i = 0; i < history.ends().count(); ++i) {
                    again.add_chapter(history.ends().end_of(i) - history.ends().begin_of(i),
                                      history.chapter(i));
                }
                for (const Happened& one : history.open_part())
                    again.add_packed(one.time, one.event, history.packed(one));
                history = std::move(again);
            }
            REQUIRE(history.size() == all.size());
            if (rng.chance(0.7)) continue;
            unread += history.open_part().size() < history.size() ? 1 : 0;
            std::size_t place = 0;
            for (const Happened& one : history) {
                REQUIRE(one.time == all[place].first);
                REQUIRE(history.packed(one) == all[place].second);
                ++place;
            }
            const Instant asked = start + (now - start) / 2;
            const auto after =
                std::lower_bound(all.begin(), all.end(), asked,
                                 [](const auto& one, Instant at) { return one.first < at; });
            REQUIRE(history.at_or_after(asked) - history.begin() == after - all.begin());
        }
    }
    CHECK(unread > 500);
}

TEST_CASE("message ids are known as long as they are kept, few or many", "[core]") {
    SeenIds ids;
    Rng rng(7);
    std::map<std::uint64_t, std::uint32_t> known;
    for (std::uint32_t i = 0; i < 6000; ++i) {
        const std::uint64_t hash = rng.next() % 20'000 * 0x9e3779b97f4a7c15u;
        const std::uint32_t today = i / 50;
        const bool fresh = known.emplace(hash, today).second;
        REQUIRE(ids.add({hash, today}) == fresh);
        if (!fresh || today < 31) continue;
        const std::size_t before = ids.size();
        ids.forget_before(today - 31);
        if (ids.size() == before) continue;
        std::erase_if(known, [&](const auto& one) { return one.second < today - 31; });
    }
    const std::vector<Seen> sorted = ids.sorted();
    REQUIRE(sorted.size() == known.size());
    REQUIRE(ids.size() == known.size());
    auto at = known.begin();
    for (const Seen& one : sorted) {
        CHECK(std::max<std::uint64_t>(at->first, 1) == std::max<std::uint64_t>(one.hash, 1));
        CHECK(at->second == one.day);
        ++at;
    }
}

TEST_CASE("old events go in an eighth of a long history at a time, and are gone for every question",
          "[core]") {
    const Instant start{std::chrono::seconds(1'772'442'000)};
    const auto catalog = publish(empty_catalog(), asks_everything(start).bytes(), 1);
    const LinkedProgram& live = *catalog.value()->live();
    Person person;
    std::size_t forgotten = 0;
    for (int i = 0; i < 3000; ++i) {
        const Instant now = start + std::chrono::hours(12 * i);
        const std::size_t before = person.history.size();
        if (person.history.forget(now)) {
            ++forgotten;
            CHECK(person.history.begin()->time >= now - kKept);
            CHECK(person.history.size() < before);
        }
        person.history.add(now, live.events[0], {Value("a"), {}, {}, {}});
        CHECK(person.history.at_or_after(now - kKept) - person.history.begin() <=
              static_cast<std::ptrdiff_t>(std::max<std::size_t>(64, before / 8 + 64)));
        const PersonFacts facts(live, person, now, nullptr);
        CHECK(aggregate_of(live, live.program->aggregates[1], person, facts) ==
              Value(static_cast<std::int64_t>(person.history.size())));
    }
    CHECK(forgotten > 3);
}
