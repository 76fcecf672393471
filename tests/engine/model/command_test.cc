#include "engine/model/model.h"

#include <catch2/catch.hpp>

using namespace journey;
using namespace journey::model;

namespace {

const Instant kNoon = instant_of(1'772'452'800'000'000);

struct Sample {
    std::string label;
    Command command;
};

// One of each alternative, with every field away from its default.
std::vector<Sample> samples() {
    const MessageKey key = message_key_of({"shop", "welcome", EntryId{7}, "hello", 3, "email"});
    const Command base{PartitionId{9}, person_id_of("user:1"),          "user:1",
                       kNoon,          kNoon - std::chrono::minutes(3), "m-1",
                       Tick{}};
    const Record record{{"name", "Ada"},
                        {"tags", List{Value("a"), Value(true), Value(2.5)}},
                        {"address", Record{{"city", "Łódź"}}},
                        {"price", Money{1990, {{'C', 'N', 'Y'}}}},
                        {"at", kNoon},
                        {"nothing", Value()}};
    const auto with = [&](std::string label, CommandBody body) {
        Command command = base;
        command.body = std::move(body);
        return Sample{std::move(label), std::move(command)};
    };
    Sha256 hash = sha256("body");
    std::vector<Sample> all{
        with("identify", Identify{record}),
        with("track", Track{"order_paid", record}),
        with("consent", ConsentChange{"newsletter", true, "preference page", "I agree"}),
        with("suppress", Suppress{"sms", true, "STOP"}),
        with("alias", Alias{"user:2"}),
        with("absorb", Absorb{"anon:9", std::string("\0\xff state", 8), 77}),
        with("tick", Tick{}),
        with("claim", Claim{key, 2, false}),
        with("outcome",
             Outcome{key,
                     4,
                     {ObservationKind::retry, "SM1", "busy", Micros{5'000'000}, 503, true, ""},
                     hash}),
        with("receipt",
             ReceiptArrived{key, {ReceiptKind::clicked, kNoon, "https://x.test/", "d", "id"}}),
        with("publish", Publish{std::string(300, 'p')}),
        with("paused", SetPaused{"welcome", true}),
        with("tags", TagChange{{"vip", "new"}, {"old"}}),
        with("decide", Decide{"welcome", 3, "subject", "plain"}),
        with("answered", Answered{key,
                                  2,
                                  {ObservationKind::lost, "id", "gone", Micros{7}, 200, true,
                                   R"({"code":"TEN"})"}}),
        with("fetched", Fetched{key,
                                2,
                                "weather",
                                {ObservationKind::accepted, "", "", Micros{0}, 200, false,
                                 R"({"temperature":7})"},
                                Micros{120'000},
                                true}),
        with("addresses",
             SuppressAddresses{false,
                               "import list.csv",
                               {{"email", address_key_of("p", "email", "a@b.test"), "asked", kNoon},
                                {"channel:promo", {}, "", {}}}}),
        with("erase", Erase{"user:ada"}),
        with("forgotten", PlaceForgotten{person_id_of("user:1")}),
        with("gone", AddressesGone{key, {hash64("token"), 7}}),
        with("elsewhere", SentElsewhere{key, kNoon}),
        with("approve", Approve{"welcome", "hello", "ana"}),
        with("learned", Learned{"sends of cart", {{"push", 1200, 49}, {"sms", 0, 0}}}),
        with("named", MessageNamed{person_id_of("user:1"), key, kNoon}),
        with("notice", NoticeArrived{{ReceiptKind::replied, kNoon, "", "hard: d", "t1"}}),
        with("asked", ConsentAsked{"newsletter", "footer form", "the text shown"}),
        with("resume",
             Resume{"welcome", Late::skip, {{"a", Late::exit}, {"b", Late::send}}, Micros{7200}}),
    };
    Command far = base;
    far.at = Instant::max();
    far.event_time = Instant::min();
    far.partition = kEveryPartition;
    all.push_back({"the ends of time", far});
    return all;
}

Bytes bytes_of(const Command& command) {
    ByteWriter out;
    encode(command, out);
    return out.take();
}

}  // namespace

TEST_CASE("every kind of command reads back as it was written", "[model]") {
    const auto all = samples();
    REQUIRE(all.size() >= std::variant_size_v<CommandBody>);
    std::vector<bool> seen(std::variant_size_v<CommandBody>);
    for (const auto& [label, command] : all) {
        CAPTURE(label);
        const Bytes bytes = bytes_of(command);
        ByteReader in(bytes);
        const auto read = decode_command(in);
        REQUIRE(read);
        CHECK(in.at_end());
        CHECK(read.value().body.index() == command.body.index());
        CHECK(read.value().at == command.at);
        CHECK(read.value().event_time == command.event_time);
        CHECK(read.value().person == command.person);
        CHECK(read.value().partition == command.partition);
        CHECK(read.value().external_id == command.external_id);
        CHECK(read.value().message_id == command.message_id);
        // Writing is a function of every field, so equal bytes mean equal commands.
        CHECK(bytes_of(read.value()) == bytes);
        seen[command.body.index()] = true;
    }
    CHECK(std::count(seen.begin(), seen.end(), true) == static_cast<std::ptrdiff_t>(seen.size()));
}

TEST_CASE("the fields of an outcome survive the Log", "[model]") {
    for (const auto& [label, command] : samples()) {
        const auto* wanted = std::get_if<Outcome>(&command.body);
        if (wanted == nullptr) continue;
        const Bytes bytes = bytes_of(command);
        ByteReader in(bytes);
        const auto read = decode_command(in);
        REQUIRE(read);
        const auto& got = std::get<Outcome>(read.value().body);
        CHECK(got.key == wanted->key);
        CHECK(got.attempt == 4);
        CHECK(got.observation.kind == ObservationKind::retry);
        CHECK(got.observation.ambiguous);
        CHECK(got.observation.provider_id == "SM1");
        CHECK(got.observation.reason == "busy");
        CHECK(got.observation.retry_after == Micros{5'000'000});
        CHECK(got.observation.status == 503);
        CHECK(got.body_hash == wanted->body_hash);
    }
}

TEST_CASE("a small command is a few dozen bytes", "[model]") {
    Command tick;
    tick.at = kNoon;
    tick.event_time = kNoon;
    CHECK(bytes_of(tick).size() <= 24);
}

TEST_CASE("several commands stand one behind the other", "[model]") {
    ByteWriter out;
    const auto all = samples();
    for (const auto& sample : all)
        encode(sample.command, out);
    ByteReader in(out.bytes());
    for (const auto& sample : all) {
        const auto read = decode_command(in);
        REQUIRE(read);
        CHECK(bytes_of(read.value()) == bytes_of(sample.command));
    }
    CHECK(in.at_end());
}

TEST_CASE("a command cut short is refused at every length", "[model]") {
    for (const auto& [label, command] : samples()) {
        const Bytes bytes = bytes_of(command);
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            CAPTURE(label, size);
            ByteReader in(std::string_view(bytes).substr(0, size));
            const auto read = decode_command(in);
            REQUIRE_FALSE(read);
            CHECK(read.error().code == ErrorCode::invalid);
        }
    }
}

TEST_CASE("damaged commands never crash, and what is accepted is well formed", "[model]") {
    Rng rng(20260302);
    for (const auto& [label, command] : samples()) {
        const Bytes bytes = bytes_of(command);
        for (int round = 0; round < 2000; ++round) {
            Bytes hurt = bytes;
            const auto changes = 1 + rng.below(4);
            for (std::uint64_t i = 0; i < changes; ++i) {
                hurt[rng.below(hurt.size())] = static_cast<char>(rng.below(256));
            }
            ByteReader in(hurt);
            const auto read = decode_command(in);
            if (!read) continue;
            // Accepted bytes have one meaning: written again they read the same.
            const Bytes again = bytes_of(read.value());
            ByteReader second(again);
            const auto reread = decode_command(second);
            REQUIRE(reread);
            REQUIRE(bytes_of(reread.value()) == again);
        }
    }
}

TEST_CASE("a command of a kind we do not know is refused", "[model]") {
    for (int first : {0, 13, 255}) {
        Bytes bytes = bytes_of(samples().front().command);
        bytes[0] = static_cast<char>(first);
        ByteReader in(bytes);
        CHECK_FALSE(decode_command(in));
    }
}
