#include "engine/base/base.h"

#include <catch2/catch.hpp>
#include <limits>

namespace journey {
namespace {

Value one_of_everything() {
    return Record{
        {"missing", Value()},
        {"no", false},
        {"yes", true},
        {"least", std::numeric_limits<std::int64_t>::min()},
        {"most", std::numeric_limits<std::int64_t>::max()},
        {"real", -0.1},
        {"text", "春季上新 🌸"},
        {"nul", std::string("a\0b", 3)},
        {"duration", CalendarDuration{-1, 40, 3'600}},
        {"instant", instant_of(-1)},
        {"never", kNever},
        {"date", Date{-719'528}},
        {"time", TimeOfDay{86'400}},
        {"money", Money{-1'990, {{'C', 'N', 'Y'}}}},
        {"list", List{1, "two", List{}, Record{{"deep", List{Value(), 2.5}}}}},
        {"empty", Record{}},
    };
}

Bytes bytes_of(const Value& value) {
    ByteWriter writer;
    writer.value(value);
    return writer.take();
}

Value nested(int levels) {
    Value value = 1;
    for (int i = 0; i < levels; ++i)
        value = List{std::move(value)};
    return value;
}

}  // namespace

TEST_CASE("every kind of value comes back from its bytes", "[bytes]") {
    const Value value = one_of_everything();
    const Bytes bytes = bytes_of(value);
    ByteReader reader(bytes);
    CHECK(reader.value() == value);
    CHECK(reader.ok());
    CHECK(reader.at_end());
}

TEST_CASE("bytes cut at any place are refused and never overread", "[bytes]") {
    const Bytes bytes = bytes_of(one_of_everything());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        CAPTURE(size);
        // A string of its own, so that the sanitizer sees a read past its end.
        const std::vector<char> cut(bytes.begin(),
                                    bytes.begin() + static_cast<std::ptrdiff_t>(size));
        ByteReader reader({cut.data(), cut.size()});
        reader.value();
        CHECK_FALSE(reader.ok());
        CHECK(reader.at_end());
    }
}

TEST_CASE("bytes with any one byte changed are read or refused, never a crash", "[bytes]") {
    const Bytes bytes = bytes_of(one_of_everything());
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        for (const int flip : {0x01, 0x40, 0x80, 0xff}) {
            Bytes changed = bytes;
            changed[at] = static_cast<char>(changed[at] ^ flip);
            ByteReader reader(changed);
            const Value value = reader.value();
            // What is accepted has only one spelling.
            if (reader.ok() && reader.at_end()) CHECK(bytes_of(value) == changed);
        }
    }
}

TEST_CASE("numbers come back from their bytes", "[bytes]") {
    const auto number = GENERATE(values<std::uint64_t>(
        {0, 1, 127, 128, 16'383, 16'384, 0xffff'ffff, std::uint64_t{1} << 63, ~std::uint64_t{0}}));
    CAPTURE(number);
    ByteWriter writer;
    writer.varint(number);
    writer.svarint(static_cast<std::int64_t>(number));
    writer.u64(number);
    writer.u32(static_cast<std::uint32_t>(number));
    writer.u16(static_cast<std::uint16_t>(number));
    writer.u8(static_cast<std::uint8_t>(number));
    ByteReader reader(writer.bytes());
    CHECK(reader.varint() == number);
    CHECK(reader.svarint() == static_cast<std::int64_t>(number));
    CHECK(reader.u64() == number);
    CHECK(reader.u32() == static_cast<std::uint32_t>(number));
    CHECK(reader.u16() == static_cast<std::uint16_t>(number));
    CHECK(reader.u8() == static_cast<std::uint8_t>(number));
    CHECK(reader.ok());
    CHECK(reader.at_end());
}

TEST_CASE("fixed numbers are little-endian whatever the machine", "[bytes]") {
    ByteWriter writer;
    writer.u32(0x01020304);
    writer.varint(300);
    writer.svarint(-2);
    CHECK(to_hex(writer.bytes()) ==
          "04030201"
          "ac02"
          "03");
}

TEST_CASE("malformed bytes are refused", "[bytes]") {
    struct Row {
        const char* label;
        std::string bytes;
    };
    const auto row = GENERATE(values<Row>({
        {"a varint of eleven bytes", std::string("\x03") + std::string(10, '\xff') + '\x01'},
        {"a varint above 64 bits", std::string("\x03") + std::string(9, '\xff') + '\x02'},
        {"a varint padded with a zero", std::string("\x03\x80\x00", 3)},
        {"an unknown kind", "\x0d"},
        {"a text longer than the rest",
         "\x05\x04"
         "abc"},
        {"a text of 2^63 bytes", "\x05\xff\xff\xff\xff\xff\xff\xff\xff\x7f"},
        {"a list of more elements than bytes", std::string("\x0b\x05\x00\x00", 4)},
        {"a record of more fields than bytes", "\x0c\xff\xff\xff\xff\x0f"},
        {"a currency in small letters", std::string("\x0a"
                                                    "cny\x00",
                                                    5)},
        {"a time after midnight", "\x09\x81\xa3\x05"},
        {"a date beyond 32 bits", "\x08\x80\x80\x80\x80\x10"},
    }));
    CAPTURE(row.label);
    ByteReader reader(row.bytes);
    reader.value();
    CHECK_FALSE(reader.ok());
}

TEST_CASE("values nested over 32 levels are refused", "[bytes]") {
    const Bytes deep_enough = bytes_of(nested(32));
    ByteReader fits(deep_enough);
    fits.value();
    CHECK(fits.ok());
    const Bytes too_deep = bytes_of(nested(33));
    ByteReader refused(too_deep);
    refused.value();
    CHECK_FALSE(refused.ok());
    const Bytes bomb = [] {
        Bytes lists;
        for (int i = 0; i < 100'000; ++i)
            lists += "\x0b\x01";
        return lists;
    }();
    ByteReader exploded(bomb);
    exploded.value();
    CHECK_FALSE(exploded.ok());
}

TEST_CASE("a reader that failed yields zeros and stays failed", "[bytes]") {
    ByteReader reader("\x01");
    CHECK(reader.u32() == 0);
    CHECK_FALSE(reader.ok());
    CHECK(reader.u8() == 0);
    CHECK(reader.text().empty());
    CHECK(reader.record().empty());
    CHECK(reader.left() == 0);
    CHECK_FALSE(reader.ok());
}

}  // namespace journey
