#pragma once

#include "engine/base/base.h"

#include <array>
#include <string>
#include <string_view>

namespace journey::model {

/// From the canonical external id: person_id_of.
using PersonId = Id<struct PersonTag>;
using EntryId = Id<struct EntryTag>;
using PartitionId = Id<struct PartitionTag, std::uint16_t>;

/// Where a batch of commands stands in the Log; the first is 1. Positions only grow.
using LogPosition = std::uint64_t;

inline constexpr std::uint16_t kDefaultPartitions = 64;
/// Addressed to every partition.
inline constexpr PartitionId kEveryPartition{0xffff};

/// First 8 bytes of SHA-256 of the external id ("user:" + userId or "anon:" + anonymousId).
PersonId person_id_of(std::string_view external_id);
/// The external id without its "user:" or "anon:": what the customer's own systems know, and what
/// experiments are drawn by.
std::string_view customer_id_of(std::string_view external_id);
PartitionId partition_of(PersonId person, std::uint16_t partitions);

/// The key K of one intended message: SHA-256, first 16 bytes, over (workspace, journey, entry,
/// step, visit, channel). Never over content, attempt or time: a retry, a restart and an edited
/// template meet the same key.
struct MessageKey {
    std::array<std::uint8_t, 16> bytes{};
    friend auto operator<=>(const MessageKey&, const MessageKey&) = default;
};

struct MessageKeyParts {
    std::string_view workspace;
    std::string_view journey;
    EntryId entry;
    std::string_view step;
    std::uint32_t visit = 0;
    std::string_view channel;
};
MessageKey message_key_of(const MessageKeyParts& parts);

/// As a UUID: "0b9c…-…".
std::string format_key(const MessageKey& key);
std::optional<MessageKey> parse_key(std::string_view text);

}  // namespace journey::model

template <>
struct std::hash<journey::model::MessageKey> {
    std::size_t operator()(const journey::model::MessageKey& key) const noexcept {
        std::uint64_t first = 0;
        for (int i = 0; i < 8; ++i)
            first = first << 8 | key.bytes[static_cast<std::size_t>(i)];
        return first;
    }
};
