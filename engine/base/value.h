#pragma once
// Value: what an expression yields, a profile attribute holds, an event carries.

#include "engine/base/time.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace journey {

struct Missing {
    friend auto operator<=>(Missing, Missing) = default;
};

/// Calendar parts stay apart: a day is not 24 hours where clocks change (LANGUAGE, decision 4).
struct CalendarDuration {
    std::int32_t months = 0;
    std::int32_t days = 0;
    std::int64_t seconds = 0;
    friend bool operator==(const CalendarDuration&, const CalendarDuration&) = default;
};

/// Days since 1970-01-01, civil, without a zone.
struct Date {
    std::int32_t days = 0;
    friend auto operator<=>(Date, Date) = default;
};

/// Seconds since local midnight, 0 to 86,400.
struct TimeOfDay {
    std::int32_t seconds = 0;
    friend auto operator<=>(TimeOfDay, TimeOfDay) = default;
};

/// ISO 4217 code, "CNY".
using Currency = std::array<char, 3>;

/// Integer minor units (fen, cents) of one currency.
struct Money {
    std::int64_t minor = 0;
    Currency currency{{'X', 'X', 'X'}};
    friend bool operator==(const Money&, const Money&) = default;
};

/// Decimal places of a currency's minor unit by ISO 4217: 0 for JPY, 3 for KWD, 2 for most.
int minor_digits(const Currency& currency);

struct Value;
struct NamedValue;
using List = std::vector<Value>;
/// Names are unique; order is the order of arrival and part of equality.
using Record = std::vector<NamedValue>;

struct Value {
    std::variant<Missing, bool, std::int64_t, double, std::string, CalendarDuration, Instant, Date,
                 TimeOfDay, Money, List, Record>
        held;

    Value() = default;
    Value(bool value);
    Value(std::int64_t value);
    Value(int value);
    Value(double value);
    Value(std::string value);
    Value(std::string_view value);
    Value(const char* value);
    Value(CalendarDuration value);
    Value(Instant value);
    Value(Date value);
    Value(TimeOfDay value);
    Value(Money value);
    Value(List value);
    Value(Record value);

    bool is_missing() const { return std::holds_alternative<Missing>(held); }
    template <typename T>
    const T* as() const {
        return std::get_if<T>(&held);
    }
    friend bool operator==(const Value&, const Value&);
};

struct NamedValue {
    std::string name;
    Value value;
    friend bool operator==(const NamedValue&, const NamedValue&) = default;
};

// Out here because a std::variant is destroyed in them, and NamedValue is complete only now.
inline Value::Value(bool value) : held(value) {}
inline Value::Value(std::int64_t value) : held(value) {}
inline Value::Value(int value) : held(std::int64_t{value}) {}
inline Value::Value(double value) : held(value) {}
inline Value::Value(std::string value) : held(std::move(value)) {}
inline Value::Value(std::string_view value) : held(std::string(value)) {}
inline Value::Value(const char* value) : held(std::string(value)) {}
inline Value::Value(CalendarDuration value) : held(value) {}
inline Value::Value(Instant value) : held(value) {}
inline Value::Value(Date value) : held(value) {}
inline Value::Value(TimeOfDay value) : held(value) {}
inline Value::Value(Money value) : held(value) {}
inline Value::Value(List value) : held(std::move(value)) {}
inline Value::Value(Record value) : held(std::move(value)) {}

inline bool operator==(const Value& a, const Value& b) {
    return a.held == b.held;
}

/// Linear search: records are small. Null when absent.
const Value* find(const Record& record, std::string_view name);
/// Replaces or appends.
void put(Record& record, std::string_view name, Value value);

/// "2026-03-02"; "09:30" or "09:30:15"; "CNY 19.90"; "1h30m".
std::string format_date(Date date);
std::string format_time_of_day(TimeOfDay time);
std::string format_money(Money money);
/// Without the currency: "19.90", "-0.05".
std::string format_amount(Money money);
std::string format_duration(const CalendarDuration& duration);
Result<Date> parse_date(std::string_view text);

/// JSON text of a value: instants as RFC 3339, dates as "2026-03-02", money as
/// {"currency","amount"} with the amount as a decimal string, durations as "1h30m", missing as
/// null.
std::string to_json(const Value& value);
/// Strict RFC 8259; numbers with a fraction or exponent become double, others int64 (double when
/// too large); null becomes missing. Refuses duplicate keys and depth over 32. Text stays text:
/// typing is the schema's work.
Result<Value> value_from_json(std::string_view text);

}  // namespace journey
