#include "engine/base/bytes.h"

#include "engine/base/match.h"

#include <bit>
#include <limits>

// value  := tag payload                       tags are the alternatives of Value, in their order
//   0 missing      1 false    2 true
//   3 int          svarint                    4 double       8 bytes, IEEE 754, little-endian
//   5 text         text                       6 duration     svarint months, days, seconds
//   7 instant      svarint microseconds       8 date         svarint days
//   9 time of day  varint seconds, <= 86400  10 money        3 capitals, svarint minor units
//  11 list         varint n, n values        12 record       record
// record := varint n, n times (text value)
// text   := varint length, bytes

namespace journey {
namespace {

enum class Tag : std::uint8_t {
    missing,
    no,
    yes,
    integer,
    real,
    text,
    duration,
    instant,
    date,
    time_of_day,
    money,
    list,
    record,
};

constexpr int kDepthMax = 32;
constexpr int kVarintBytesMax = 10;
constexpr std::uint64_t kSecondsOfDay = 86'400;

}  // namespace

void ByteWriter::fixed(std::uint64_t value, int count) {
    for (int i = 0; i < count; ++i) {
        out_.push_back(static_cast<char>(value & 0xff));
        value >>= 8;
    }
}

void ByteWriter::f64(double value) {
    u64(std::bit_cast<std::uint64_t>(value));
}

void ByteWriter::varint(std::uint64_t value) {
    while (value >= 0x80) {
        out_.push_back(static_cast<char>((value & 0x7f) | 0x80));
        value >>= 7;
    }
    out_.push_back(static_cast<char>(value));
}

void ByteWriter::svarint(std::int64_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    varint(bits << 1 ^ (value < 0 ? ~std::uint64_t{0} : 0));
}

void ByteWriter::text(std::string_view value) {
    varint(value.size());
    out_.append(value);
}

void ByteWriter::value(const Value& value) {
    const auto tag = [this](Tag which) { u8(static_cast<std::uint8_t>(which)); };
    std::visit(Match{[&](Missing) { tag(Tag::missing); },
                     [&](bool held) { tag(held ? Tag::yes : Tag::no); },
                     [&](std::int64_t held) {
                         tag(Tag::integer);
                         svarint(held);
                     },
                     [&](double held) {
                         tag(Tag::real);
                         f64(held);
                     },
                     [&](const std::string& held) {
                         tag(Tag::text);
                         text(held);
                     },
                     [&](const CalendarDuration& held) {
                         tag(Tag::duration);
                         svarint(held.months);
                         svarint(held.days);
                         svarint(held.seconds);
                     },
                     [&](Instant held) {
                         tag(Tag::instant);
                         instant(held);
                     },
                     [&](Date held) {
                         tag(Tag::date);
                         svarint(held.days);
                     },
                     [&](TimeOfDay held) {
                         tag(Tag::time_of_day);
                         varint(static_cast<std::uint64_t>(held.seconds));
                     },
                     [&](const Money& held) {
                         tag(Tag::money);
                         raw({held.currency.data(), held.currency.size()});
                         svarint(held.minor);
                     },
                     [&](const List& held) {
                         tag(Tag::list);
                         varint(held.size());
                         for (const Value& item : held)
                             this->value(item);
                     },
                     [&](const Record& held) {
                         tag(Tag::record);
                         record(held);
                     }},
               value.held);
}

void ByteWriter::record(const Record& record) {
    varint(record.size());
    for (const NamedValue& field : record) {
        text(field.name);
        value(field.value);
    }
}

std::string_view ByteReader::raw(std::size_t count) {
    if (count > rest_.size()) {
        fail();
        return {};
    }
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
}

std::uint64_t ByteReader::fixed(std::size_t count) {
    const std::string_view taken = raw(count);
    std::uint64_t value = 0;
    for (std::size_t i = taken.size(); i > 0; --i) {
        value = value << 8 | static_cast<unsigned char>(taken[i - 1]);
    }
    return value;
}

double ByteReader::f64() {
    return std::bit_cast<double>(u64());
}

std::uint64_t ByteReader::varint() {
    std::uint64_t value = 0;
    for (int i = 0; i < kVarintBytesMax; ++i) {
        const std::uint64_t byte = u8();
        value |= (byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            // One number, one spelling: digests are taken over these bytes. The tenth byte has room
            // for one bit.
            const bool padded = i > 0 && byte == 0;
            const bool too_large = i == kVarintBytesMax - 1 && byte > 1;
            if (!padded && !too_large && ok_) return value;
            break;
        }
    }
    fail();
    return 0;
}

std::int64_t ByteReader::svarint() {
    const std::uint64_t bits = varint();
    return static_cast<std::int64_t>(bits >> 1 ^ (0 - (bits & 1)));
}

std::string_view ByteReader::text_view() {
    return raw(count());
}

std::size_t ByteReader::count() {
    const std::uint64_t announced = varint();
    if (announced > rest_.size()) {
        fail();
        return 0;
    }
    return announced;
}

Value ByteReader::value(int depth) {
    const auto small = [this] {
        const std::int64_t number = svarint();
        if (number < std::numeric_limits<std::int32_t>::min() ||
            number > std::numeric_limits<std::int32_t>::max()) {
            fail();
            return std::int32_t{0};
        }
        return static_cast<std::int32_t>(number);
    };
    if (depth > kDepthMax) {
        fail();
        return {};
    }
    const std::uint8_t tag = u8();
    if (!ok_) return {};
    switch (static_cast<Tag>(tag)) {
        case Tag::missing:
            return {};
        case Tag::no:
            return false;
        case Tag::yes:
            return true;
        case Tag::integer:
            return svarint();
        case Tag::real:
            return f64();
        case Tag::text:
            return text();
        case Tag::duration: {
            CalendarDuration duration;
            duration.months = small();
            duration.days = small();
            duration.seconds = svarint();
            return duration;
        }
        case Tag::instant:
            return instant();
        case Tag::date:
            return Date{small()};
        case Tag::time_of_day: {
            const std::uint64_t seconds = varint();
            if (seconds > kSecondsOfDay) break;
            return TimeOfDay{static_cast<std::int32_t>(seconds)};
        }
        case Tag::money: {
            Money money;
            const std::string_view code = raw(money.currency.size());
            if (!ok_) break;
            for (std::size_t i = 0; i < code.size(); ++i) {
                if (code[i] < 'A' || code[i] > 'Z') fail();
                money.currency[i] = code[i];
            }
            money.minor = svarint();
            return money;
        }
        case Tag::list: {
            const std::size_t size = count();
            List list;
            // Not reserve(size): a byte announces an element forty times its size.
            for (std::size_t i = 0; i < size && ok_; ++i)
                list.push_back(value(depth + 1));
            return list;
        }
        case Tag::record:
            return record(depth);
    }
    fail();
    return {};
}

Record ByteReader::record(int depth) {
    const std::size_t size = count();
    Record record;
    for (std::size_t i = 0; i < size && ok_; ++i) {
        std::string name = text();
        Value held = value(depth + 1);
        if (ok_) record.push_back({std::move(name), std::move(held)});
    }
    return record;
}

}  // namespace journey
