// did count sum avg min max first last distinct list, over the person's own packed events. Cost:
// the events of the person inside the window; rows are unpacked only for events of the asked type.
// For people with many events (History::index):
//   count did first last list   the two ends of the window, and what is listed
//   sum avg                     those too; of real numbers, in order, every number inside, so that
//                               the rounding stays what it is
//   min max                     every number inside
//   distinct                    every event of the type inside
// A filter that looks at more than the event, and `per`, ask every event of the type inside.
#include "engine/core/facts.h"

namespace journey::core {
namespace {

struct Span {
    const Happened* from;
    const Happened* to;
};

std::optional<Instant> instant_of_value(const Value& value, const expr::Facts& facts) {
    if (const auto* at = value.as<Instant>()) return *at;
    if (const auto* date = value.as<Date>())
        return calendar::to_instant({*date, TimeOfDay{0}}, facts.workspace_zone());
    return std::nullopt;
}

std::optional<Span> span_of(const LinkedProgram& linked, const ir::Window& window,
                            const History& history, const expr::Facts& facts) {
    const Happened* first = history.begin();
    const Happened* after_now = history.at_or_after(facts.now() + Micros(1));
    const auto moment = [&](ir::Index expr) {
        return instant_of_value(expr::evaluate(*linked.program, expr, facts), facts);
    };
    switch (window.kind) {
        case ir::WindowKind::ever:
            return Span{first, after_now};
        case ir::WindowKind::within:
            return Span{history.at_or_after(
                            calendar::subtract(facts.now(), window.within, facts.workspace_zone())),
                        after_now};
        case ir::WindowKind::since: {
            const auto from = moment(window.since);
            if (!from) return std::nullopt;
            return Span{history.at_or_after(*from), after_now};
        }
        case ir::WindowKind::before: {
            const auto to = moment(window.since);
            if (!to) return std::nullopt;
            return Span{first, std::min(after_now, history.at_or_after(*to))};
        }
        case ir::WindowKind::between: {
            const auto from = moment(window.since);
            const auto to = moment(window.until);
            if (!from || !to) return std::nullopt;
            return Span{history.at_or_after(*from), std::min(after_now, history.at_or_after(*to))};
        }
    }
    return std::nullopt;
}

Value record_of(const ir::EventType& type, const std::vector<Value>& row, Instant time) {
    // expr wants the event's instant first.
    Record record;
    record.reserve(row.size() + 1);
    record.push_back({"time", Value(time)});
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (!row[i].is_missing()) record.push_back({type.fields[i].name, row[i]});
    }
    return Value(std::move(record));
}

/// A part of a Series.
struct Stretch {
    const Series* series = nullptr;
    std::size_t from = 0;
    std::size_t to = 0;
    std::int64_t whole(std::size_t i) const {
        return series->sums[i] - (i == 0 ? 0 : series->sums[i - 1]);
    }
    std::int64_t total() const {
        return from == to ? 0 : series->sums[to - 1] - (from == 0 ? 0 : series->sums[from - 1]);
    }
};

// Sums and means keep whole numbers whole; overflow turns to real numbers rather than wrap.
class Sum {
  public:
    void add(const Value& value) {
        if (const auto* whole = value.as<std::int64_t>()) {
            std::int64_t next = 0;
            exact_ = exact_ && !__builtin_add_overflow(whole_, *whole, &next);
            whole_ = next;
            real_ += static_cast<double>(*whole);
        } else if (const auto* real = value.as<double>()) {
            exact_ = false;
            real_ += *real;
        } else if (const auto* money = value.as<Money>()) {
            if (count_ > 0 && currency_ && *currency_ != money->currency) return;
            std::int64_t next = 0;
            if (__builtin_add_overflow(whole_, money->minor, &next)) return;
            currency_ = money->currency;
            whole_ = next;
        } else {
            return;
        }
        ++count_;
    }
    /// As if the stretch had been added one by one.
    void add(const Stretch& numbers) {
        if (numbers.from == numbers.to) return;
        count_ = numbers.to - numbers.from;
        if (numbers.series->numbers == Series::Numbers::real) {
            exact_ = false;
            for (std::size_t i = numbers.from; i < numbers.to; ++i)
                real_ += numbers.series->reals[i];
            return;
        }
        whole_ = numbers.total();
        real_ = static_cast<double>(whole_);
        if (numbers.series->numbers == Series::Numbers::money) currency_ = numbers.series->currency;
    }
    Value total(const ir::Type& type) const {
        if (count_ == 0) return zero(type);
        if (currency_) return Money{whole_, *currency_};
        return exact_ ? Value(whole_) : Value(real_);
    }
    Value mean() const {
        if (count_ == 0) return {};
        if (!currency_) return real_ / static_cast<double>(count_);
        const auto half = static_cast<std::int64_t>(count_ / 2);
        const auto count = static_cast<std::int64_t>(count_);
        return Money{(whole_ >= 0 ? whole_ + half : whole_ - half) / count, *currency_};
    }

  private:
    static Value zero(const ir::Type& type) {
        if (type.kind == ir::TypeKind::real) return 0.0;
        if (type.kind != ir::TypeKind::money || type.currency.size() != 3) return std::int64_t{0};
        return Money{0, {{type.currency[0], type.currency[1], type.currency[2]}}};
    }
    std::int64_t whole_ = 0;
    double real_ = 0;
    bool exact_ = true;
    std::optional<Currency> currency_;
    std::uint64_t count_ = 0;
};

class Fold {
  public:
    Fold(const ir::Aggregate& asked, const ir::EventType& type) : asked_(asked), type_(type) {}

    bool needs_row() const {
        return asked_.filter != ir::kNone || asked_.fn >= ir::AggregateFn::sum;
    }
    bool newest_first() const {
        return asked_.fn == ir::AggregateFn::last || asked_.fn == ir::AggregateFn::list ||
               asked_.fn == ir::AggregateFn::did || asked_.fn == ir::AggregateFn::count;
    }
    /// False when the answer is known.
    bool take(const std::vector<Value>& row, Instant time) {
        ++count_;
        switch (asked_.fn) {
            case ir::AggregateFn::did:
                return false;
            case ir::AggregateFn::count:
                return asked_.stop_at == 0 || count_ < asked_.stop_at;
            case ir::AggregateFn::first:
            case ir::AggregateFn::last:
                best_ = record_of(type_, row, time);
                return false;
            case ir::AggregateFn::list:
                list_.push_back(record_of(type_, row, time));
                return asked_.limit == 0 || list_.size() < asked_.limit;
            case ir::AggregateFn::sum:
            case ir::AggregateFn::avg:
                sum_.add(row[asked_.field]);
                return true;
            case ir::AggregateFn::min:
            case ir::AggregateFn::max:
                take_extreme(row[asked_.field]);
                return true;
            case ir::AggregateFn::distinct:
            case ir::AggregateFn::count_distinct:
                return take_distinct(row[asked_.field]);
        }
        return true;
    }
    void take_counted(std::uint64_t count) {
        count_ = asked_.stop_at == 0 ? count : std::min<std::uint64_t>(count, asked_.stop_at);
    }
    void take_numbers(const Stretch& numbers) {
        if (asked_.fn == ir::AggregateFn::sum || asked_.fn == ir::AggregateFn::avg)
            return sum_.add(numbers);
        const Series& series = *numbers.series;
        for (std::size_t i = numbers.from; i < numbers.to; ++i) {
            if (series.numbers == Series::Numbers::real) {
                take_extreme(series.reals[i]);
            } else if (series.numbers == Series::Numbers::money) {
                take_extreme(Money{numbers.whole(i), series.currency});
            } else {
                take_extreme(numbers.whole(i));
            }
        }
    }
    Value answer() const {
        switch (asked_.fn) {
            case ir::AggregateFn::did:
                return count_ > 0;
            case ir::AggregateFn::count:
                return static_cast<std::int64_t>(count_);
            case ir::AggregateFn::sum:
                return sum_.total(type_.fields[asked_.field].type);
            case ir::AggregateFn::avg:
                return sum_.mean();
            case ir::AggregateFn::min:
            case ir::AggregateFn::max:
            case ir::AggregateFn::first:
            case ir::AggregateFn::last:
                return best_;
            case ir::AggregateFn::distinct:
            case ir::AggregateFn::list:
                return list_;
            case ir::AggregateFn::count_distinct:
                return static_cast<std::int64_t>(list_.size());
        }
        return {};
    }

  private:
    void take_extreme(const Value& value) {
        if (value.is_missing()) return;
        const bool better =
            asked_.fn == ir::AggregateFn::min ? less_than(value, best_) : less_than(best_, value);
        if (best_.is_missing() || better) best_ = value;
    }
    bool take_distinct(const Value& value) {
        if (value.is_missing()) return true;
        const std::uint64_t hash = hash_of(value);
        const auto place = std::lower_bound(hashes_.begin(), hashes_.end(), hash);
        if (place != hashes_.end() && *place == hash) return true;
        hashes_.insert(place, hash);
        list_.push_back(value);
        return asked_.stop_at == 0 || list_.size() < asked_.stop_at;
    }
    const ir::Aggregate& asked_;
    const ir::EventType& type_;
    std::uint64_t count_ = 0;
    Value best_;
    Sum sum_;
    List list_;
    std::vector<std::uint64_t> hashes_;
};

}  // namespace

bool is_number(const Value& value) {
    return value.as<std::int64_t>() != nullptr || value.as<double>() != nullptr;
}

bool less_than(const Value& a, const Value& b) {
    if (a.held.index() != b.held.index()) {
        const auto number = [](const Value& value) -> std::optional<double> {
            if (const auto* whole = value.as<std::int64_t>()) return static_cast<double>(*whole);
            if (const auto* real = value.as<double>()) return *real;
            return std::nullopt;
        };
        const auto left = number(a);
        const auto right = number(b);
        return left && right && *left < *right;
    }
    return std::visit(
        [&](const auto& left) {
            using T = std::decay_t<decltype(left)>;
            const T& right = std::get<T>(b.held);
            if constexpr (std::is_same_v<T, Money>) {
                return left.currency == right.currency && left.minor < right.minor;
            } else if constexpr (std::is_same_v<T, CalendarDuration>) {
                return calendar::bounds_of(left).least < calendar::bounds_of(right).least;
            } else if constexpr (std::is_same_v<T, List> || std::is_same_v<T, Record> ||
                                 std::is_same_v<T, Missing>) {
                return false;
            } else {
                return left < right;
            }
        },
        a.held);
}

namespace {

bool is_of_numbers(ir::AggregateFn fn) {
    return fn == ir::AggregateFn::sum || fn == ir::AggregateFn::avg || fn == ir::AggregateFn::min ||
           fn == ir::AggregateFn::max;
}

/// Nothing is said of those that fall out by `counted`; a filter may be left to ask.
struct Asked {
    std::span<const std::uint32_t> places;
    Stretch stretch;  // of a series, when they are one's
    bool filtered = false;

    bool has_numbers() const {
        return stretch.series != nullptr && stretch.series->numbers != Series::Numbers::none &&
               stretch.series->numbers != Series::Numbers::other;
    }
};

Asked places_of(HistoryIndex& index, const LinkedProgram& linked, const ir::Aggregate& asked,
                const History& history, const Span& span, const Counted& counted,
                const expr::Facts& facts) {
    const auto number = static_cast<std::size_t>(&asked - linked.program->aggregates.data());
    const bool numbers = is_of_numbers(asked.fn) && counted.per == ir::kNone;
    Asked out;
    out.filtered = asked.filter == ir::kNone;
    const EventNumber event = linked.events[asked.event].number;
    const std::vector<std::uint32_t>* places = &index.of_type(history, event);
    if (linked.counts_by_event[number] && (asked.filter != ir::kNone || numbers)) {
        const SeriesKey key{linked.number, event, asked.filter, numbers ? asked.field : ir::kNone};
        out.stretch.series = index.series(history, linked, asked.event, key, facts);
        if (out.stretch.series != nullptr) {
            out.filtered = true;
            places = &out.stretch.series->places;
        }
    }
    const auto at = [&](const Happened* one) {
        const auto place = static_cast<std::uint32_t>(one - history.begin());
        return static_cast<std::size_t>(std::lower_bound(places->begin(), places->end(), place) -
                                        places->begin());
    };
    out.stretch.from = at(span.from);
    out.stretch.to = std::max(out.stretch.from, at(span.to));
    out.places = std::span(*places).subspan(out.stretch.from, out.stretch.to - out.stretch.from);
    return out;
}

}  // namespace

Value aggregate_of(const LinkedProgram& linked, const ir::Aggregate& asked, const Person& person,
                   const expr::Facts& facts, const Counted& counted) {
    const ir::EventType& type = linked.program->events[asked.event];
    const LinkedEvent& event = linked.events[asked.event];
    const History& history = person.history;
    Fold fold(asked, type);
    const auto span = span_of(linked, asked.window, history, facts);
    if (!span || span->to <= span->from) return fold.answer();
    std::vector<Value> row;
    // False when the answer is known.
    const auto look_at = [&](const Happened& one, bool filtered) {
        if (&one == counted.without) return true;
        if (fold.needs_row() || counted.per != ir::kNone) history.read(one, event, type, row);
        if (!filtered) {
            const expr::Row seen{row.data(), row.size(), one.time};
            if (!expr::holds(*linked.program, asked.filter, facts, &seen)) return true;
        }
        if (counted.per != ir::kNone && row[counted.per] != *counted.value) return true;
        return fold.take(row, one.time);
    };
    const auto look_at_all = [&](std::size_t count, const auto& nth) {
        for (std::size_t i = 0; i < count; ++i) {
            if (!nth(fold.newest_first() ? count - 1 - i : i)) return;
        }
    };
    HistoryIndex* index = history.index();
    if (index == nullptr) {
        look_at_all(static_cast<std::size_t>(span->to - span->from), [&](std::size_t i) {
            const Happened& one = span->from[i];
            return one.event != event.number || look_at(one, asked.filter == ir::kNone);
        });
        return fold.answer();
    }
    const Asked those = places_of(*index, linked, asked, history, *span, counted, facts);
    const bool all = those.filtered && counted.per == ir::kNone;
    const bool counts = asked.fn == ir::AggregateFn::count || asked.fn == ir::AggregateFn::did;
    if (all && counts) {
        const auto place = static_cast<std::uint32_t>(
            counted.without == nullptr ? history.size() : counted.without - history.begin());
        const bool less = std::binary_search(those.places.begin(), those.places.end(), place);
        fold.take_counted(those.places.size() - (less ? 1 : 0));
    } else if (all && counted.without == nullptr && those.has_numbers()) {
        fold.take_numbers(those.stretch);
    } else {
        look_at_all(those.places.size(), [&](std::size_t i) {
            return look_at(history.begin()[those.places[i]], those.filtered);
        });
    }
    return fold.answer();
}

const Happened* nth_newest(const LinkedProgram& linked, const ir::Aggregate& asked,
                           const Person& person, const expr::Facts& facts, std::uint64_t nth) {
    const History& history = person.history;
    const auto span = span_of(linked, asked.window, history, facts);
    if (!span || span->to <= span->from || nth == 0) return nullptr;
    HistoryIndex* index = history.index();
    Asked those;
    if (index != nullptr) those = places_of(*index, linked, asked, history, *span, {}, facts);
    if (those.filtered) {
        const std::size_t count = those.places.size();
        return count < nth ? nullptr : history.begin() + those.places[count - nth];
    }
    const LinkedEvent& event = linked.events[asked.event];
    std::vector<Value> row;
    for (const Happened* one = span->to; one-- != span->from;) {
        if (one->event != event.number) continue;
        if (asked.filter != ir::kNone) {
            history.read(*one, event, linked.program->events[asked.event], row);
            const expr::Row seen{row.data(), row.size(), one->time};
            if (!expr::holds(*linked.program, asked.filter, facts, &seen)) continue;
        }
        if (--nth == 0) return one;
    }
    return nullptr;
}

}  // namespace journey::core
