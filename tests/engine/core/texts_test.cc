// Texts that ask to stop or to start, as the suppression list hears them.
#include "tests/engine/core/kit/kit.h"

#include <catch2/catch.hpp>

using namespace journey;
using namespace journey::core;

namespace {

constexpr std::string_view kHeardScope = "heard";

struct Text {
    bool stop = false;
    int at = 0;
    std::string id;
};

bool suppressed_after(std::vector<Text> texts) {
    AddressList list("pepper");
    AddressList again("pepper");
    const auto key = list.key_of("sms", ir::ChannelKind::sms, "+8613800000000");
    model::LogPosition position = 0;
    for (const Text& text : texts) {
        model::SuppressAddresses change;
        change.suppressed = text.stop;
        change.source = "text";
        const Instant at = instant_of(1'000'000 + text.at);
        change.items.push_back({"sms", key, text.stop ? std::string("asked to stop") : "", at});
        change.items.push_back({std::string(kHeardScope),
                                list.key_of(kHeardScope, ir::ChannelKind::webhook, text.id), "",
                                at});
        list.apply(change, instant_of(9'000'000), ++position);
    }
    for (const model::AddressRow& row : list.take_changes(position, 1000).rows)
        again.restore(row);
    CHECK(again.hash() == list.hash());
    CHECK(list.size() == (list.suppresses(key) ? 1u : 0u));  // what was heard is no address
    return list.suppresses(key);
}

TEST_CASE("texts count by their time, in whatever order and however often they come", "[core]") {
    const std::vector<Text> texts = GENERATE(
        std::vector<Text>{{true, 1, "a"}, {false, 2, "b"}, {true, 3, "c"}},
        std::vector<Text>{{true, 1, "a"}, {false, 2, "b"}, {true, 3, "c"}, {false, 4, "d"}},
        std::vector<Text>{{false, 1, "a"}, {true, 2, "b"}},
        std::vector<Text>{{true, 1, "a"}, {false, 1, "b"}},  // at one moment: the one that stops
        std::vector<Text>{{false, 5, "a"}, {false, 6, "b"}});
    std::vector<std::size_t> order(texts.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = i;
    const auto newest =
        *std::max_element(texts.begin(), texts.end(), [](const Text& a, const Text& b) {
            return std::pair(a.at, a.stop) < std::pair(b.at, b.stop);
        });
    do {
        std::vector<Text> told;
        for (const std::size_t one : order)
            told.push_back(texts[one]);
        CHECK(suppressed_after(told) == newest.stop);
        for (std::size_t repeated = 0; repeated < order.size(); ++repeated) {
            std::vector<Text> more = told;
            more.push_back(texts[repeated]);
            more.push_back(told.front());
            CHECK(suppressed_after(more) == newest.stop);
        }
    } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("a late repeat of a start does not free a number that said stop since", "[core]") {
    // A provider without times: each text has the moment at which it came, the repeat too.
    CHECK(suppressed_after({{false, 1, "start"}, {true, 2, "stop"}, {false, 3, "start"}}));
    CHECK_FALSE(suppressed_after({{true, 2, "stop"}, {false, 3, "start"}, {true, 4, "stop"}}));
    CHECK_FALSE(suppressed_after({{true, 1, "stop"}, {false, 2, "start"}}));
}

TEST_CASE("a start ends no bounce", "[core]") {
    AddressList list("pepper");
    const auto key = list.key_of("sms", ir::ChannelKind::sms, "+8613800000000");
    model::SuppressAddresses bounce;
    bounce.source =
        "message " +
        model::format_key(model::message_key_of({"shop", "j", model::EntryId{1}, "s", 0, "sms"}));
    bounce.items.push_back({"sms", key, "hard bounce", instant_of(5)});
    list.apply(bounce, instant_of(5), 1);
    CHECK(list.find(key)->source == bounce.source);  // whose message it was is known,
    REQUIRE(list.counts().size() == 1);
    CHECK(list.counts()[0].source == "message");  // and makes no note of its own
    model::SuppressAddresses start;
    start.suppressed = false;
    start.source = "text";
    start.items.push_back({"sms", key, "asked to start", instant_of(9)});
    list.apply(start, instant_of(9), 2);
    CHECK(list.suppresses(key));
}

}  // namespace
