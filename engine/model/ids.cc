#include "engine/model/ids.h"

#include <algorithm>

namespace journey::model {
namespace {

constexpr std::size_t kUuidSize = 36;

bool is_dash_at(std::size_t place) {
    return place == 8 || place == 13 || place == 18 || place == 23;
}

std::optional<std::uint8_t> hex_digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
    return std::nullopt;
}

}  // namespace

PersonId person_id_of(std::string_view external_id) {
    const Sha256 digest = sha256(external_id);
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < 8; ++i)
        number = number << 8 | digest[i];
    return PersonId{number};
}

std::string_view customer_id_of(std::string_view external_id) {
    for (const std::string_view kind : {"user:", "anon:"}) {
        if (external_id.starts_with(kind)) return external_id.substr(kind.size());
    }
    return external_id;
}

PartitionId partition_of(PersonId person, std::uint16_t partitions) {
    ENSURE(partitions > 0 && partitions < kEveryPartition.number, "a store has 1 to 65,534 parts");
    // A person's number is a piece of a SHA-256 already: its remainder is as even as any hash.
    return PartitionId{static_cast<std::uint16_t>(person.number % partitions)};
}

MessageKey message_key_of(const MessageKeyParts& parts) {
    // Lengths before texts, so that no two different sets of parts give the same bytes.
    ByteWriter out;
    out.text(parts.workspace);
    out.text(parts.journey);
    out.u64(parts.entry.number);
    out.text(parts.step);
    out.u32(parts.visit);
    out.text(parts.channel);
    const Sha256 digest = sha256(out.bytes());
    MessageKey key;
    std::copy_n(digest.begin(), key.bytes.size(), key.bytes.begin());
    return key;
}

std::string format_key(const MessageKey& key) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out;
    out.reserve(kUuidSize);
    for (const std::uint8_t byte : key.bytes) {
        if (is_dash_at(out.size())) out += '-';
        out += kDigits[byte >> 4];
        out += kDigits[byte & 0xf];
    }
    return out;
}

std::optional<MessageKey> parse_key(std::string_view text) {
    if (text.size() != kUuidSize) return std::nullopt;
    MessageKey key;
    std::size_t nibble = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (is_dash_at(i)) {
            if (text[i] != '-') return std::nullopt;
            continue;
        }
        const auto digit = hex_digit(text[i]);
        if (!digit) return std::nullopt;
        std::uint8_t& byte = key.bytes[nibble / 2];
        byte = static_cast<std::uint8_t>(byte << 4 | *digit);
        ++nibble;
    }
    return key;
}

}  // namespace journey::model
