#include "engine/model/model.h"

#include <catch2/catch.hpp>
#include <set>

using namespace journey;
using namespace journey::model;

TEST_CASE("a person's id is the first eight bytes of the SHA-256 of the external id", "[model]") {
    // printf 'user:42' | sha256sum
    const std::string digest = to_hex(view_of(sha256("user:42")));
    CHECK(person_id_of("user:42").number == std::stoull(digest.substr(0, 16), nullptr, 16));
    CHECK(person_id_of("user:42") != person_id_of("anon:42"));
}

TEST_CASE("people spread over the partitions and stay where they are", "[model]") {
    std::array<int, kDefaultPartitions> people{};
    for (int i = 0; i < 64'000; ++i) {
        const PersonId person = person_id_of("user:" + std::to_string(i));
        const PartitionId at = partition_of(person, kDefaultPartitions);
        REQUIRE(at == partition_of(person, kDefaultPartitions));
        ++people.at(at.number);
    }
    for (const int count : people) {
        CHECK(count > 850);
        CHECK(count < 1150);
    }
}

TEST_CASE("a message key changes with each of its parts and with nothing else", "[model]") {
    const MessageKeyParts base{"shop", "welcome", EntryId{7}, "hello", 0, "email"};
    std::set<MessageKey> keys{message_key_of(base)};
    CHECK(message_key_of(base) == message_key_of(base));
    auto changed = base;
    changed.workspace = "shop2";
    keys.insert(message_key_of(changed));
    changed = base;
    changed.journey = "welcom";
    keys.insert(message_key_of(changed));
    changed = base;
    changed.entry = EntryId{8};
    keys.insert(message_key_of(changed));
    changed = base;
    changed.step = "hello2";
    keys.insert(message_key_of(changed));
    changed = base;
    changed.visit = 1;
    keys.insert(message_key_of(changed));
    changed = base;
    changed.channel = "sms";
    keys.insert(message_key_of(changed));
    // The same letters, cut elsewhere.
    changed = base;
    changed.workspace = "shopw";
    changed.journey = "elcome";
    keys.insert(message_key_of(changed));
    CHECK(keys.size() == 8);
}

TEST_CASE("a message key reads back from its UUID form", "[model]") {
    const MessageKey key = message_key_of({"shop", "welcome", EntryId{7}, "hello", 0, "email"});
    const std::string text = format_key(key);
    CHECK(text.size() == 36);
    CHECK(parse_key(text) == key);

    const auto wrong = GENERATE(
        as<std::string>{}, "", "0b9c", "0b9c0000-0000-0000-0000-00000000000",
        "0b9c0000-0000-0000-0000-0000000000000", "0b9c0000x0000-0000-0000-000000000000",
        "0b9g0000-0000-0000-0000-000000000000", "0b9c00000000-0000-0000-0000-000000000000");
    CAPTURE(wrong);
    CHECK_FALSE(parse_key(wrong).has_value());
}

TEST_CASE("every reason has a name of its own and a sentence", "[model]") {
    std::set<std::string_view> names;
    std::set<std::string_view> sentences;
    constexpr int kReasons = static_cast<int>(kLastReason) + 1;
    for (int i = 0; i < kReasons; ++i) {
        names.insert(name_of(static_cast<Reason>(i)));
        sentences.insert(sentence_of(static_cast<Reason>(i)));
    }
    CHECK(names.size() == kReasons);
    CHECK(sentences.size() == kReasons);
    CHECK(names.contains("quiet_hours"));
    CHECK_FALSE(sentences.contains(""));
}
