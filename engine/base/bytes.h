#pragma once
// Little-endian byte writer and reader for everything persisted. A reader never reads past its end:
// it remembers the first failure and yields zeros from then on, so that decoding code checks once,
// at its end.

#include "engine/base/value.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace journey {

using Bytes = std::string;

class ByteWriter {
  public:
    void u8(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
    void u16(std::uint16_t value) { fixed(value, 2); }
    void u32(std::uint32_t value) { fixed(value, 4); }
    void u64(std::uint64_t value) { fixed(value, 8); }
    void i64(std::int64_t value) { fixed(static_cast<std::uint64_t>(value), 8); }
    void f64(double value);
    void boolean(bool value) { u8(value ? 1 : 0); }
    /// LEB128, 1 to 10 bytes.
    void varint(std::uint64_t value);
    /// Zig-zag LEB128.
    void svarint(std::int64_t value);
    void instant(Instant at) { svarint(micros_of(at)); }
    /// Length as varint, then the bytes.
    void text(std::string_view value);
    void raw(std::string_view value) { out_.append(value); }
    void value(const Value& value);
    void record(const Record& record);

    std::size_t size() const { return out_.size(); }
    const Bytes& bytes() const { return out_; }
    Bytes take() { return std::move(out_); }
    void clear() { out_.clear(); }

  private:
    void fixed(std::uint64_t value, int count);
    Bytes out_;
};

class ByteReader {
  public:
    explicit ByteReader(std::string_view bytes) : rest_(bytes) {}
    std::uint8_t u8() { return static_cast<std::uint8_t>(fixed(1)); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(fixed(2)); }
    std::uint32_t u32() { return static_cast<std::uint32_t>(fixed(4)); }
    std::uint64_t u64() { return fixed(8); }
    std::int64_t i64() { return static_cast<std::int64_t>(fixed(8)); }
    double f64();
    bool boolean() { return u8() != 0; }
    std::uint64_t varint();
    std::int64_t svarint();
    Instant instant() { return instant_of(svarint()); }
    std::string_view text_view();
    std::string text() { return std::string(text_view()); }
    std::string_view raw(std::size_t count);
    /// Refuses nesting over 32.
    Value value(int depth = 0);
    Record record(int depth = 0);
    /// A count that announces elements of at least one byte each: fails when more are announced
    /// than bytes remain.
    std::size_t count();

    bool ok() const { return ok_; }
    bool at_end() const { return rest_.empty(); }
    std::size_t left() const { return rest_.size(); }
    void fail() {
        ok_ = false;
        rest_ = {};
    }

  private:
    std::uint64_t fixed(std::size_t count);
    std::string_view rest_;
    bool ok_ = true;
};

}  // namespace journey
