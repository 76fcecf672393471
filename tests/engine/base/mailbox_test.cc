#include "engine/base/base.h"

#include <catch2/catch.hpp>
#include <thread>

namespace journey {

using std::chrono::microseconds;

TEST_CASE("a mailbox hands over everything in the order of arrival", "[mailbox]") {
    Mailbox<std::string> box;
    CHECK(box.put("a"));
    CHECK(box.put("b"));
    CHECK(box.size() == 2);
    CHECK(box.take_all(microseconds{0}) == std::vector<std::string>{"a", "b"});
    CHECK(box.take_now().empty());
    CHECK(box.take_all(microseconds{0}).empty());
}

TEST_CASE("a closed mailbox refuses more and still hands over what it held", "[mailbox]") {
    Mailbox<int> box;
    CHECK(box.put(1));
    box.close();
    CHECK(box.closed());
    CHECK_FALSE(box.put(2));
    CHECK(box.take_all(microseconds::max()) == std::vector<int>{1});
    CHECK(box.take_all(microseconds::max()).empty());
}

TEST_CASE("a nudge ends one wait, even one that has not begun", "[mailbox]") {
    Mailbox<int> box;
    box.nudge();
    CHECK(box.take_all(microseconds::max()).empty());
    box.put(1);
    CHECK(box.take_all(microseconds::max()) == std::vector<int>{1});
}

TEST_CASE("a waiting thread is woken by an item, however long it would wait", "[mailbox]") {
    Mailbox<std::unique_ptr<int>> box;
    std::thread sender([&] { box.put(std::make_unique<int>(7)); });
    const auto items = box.take_all(microseconds::max());
    sender.join();
    REQUIRE(items.size() == 1);
    CHECK(*items[0] == 7);
}

TEST_CASE("nothing is lost or reordered among many senders", "[mailbox]") {
    constexpr int kSenders = 4;
    constexpr int kEach = 2'000;
    Mailbox<std::pair<int, int>> box;
    std::vector<std::thread> senders;
    for (int sender = 0; sender < kSenders; ++sender) {
        senders.emplace_back([&box, sender] {
            for (int i = 0; i < kEach; ++i)
                box.put({sender, i});
        });
    }
    std::array<int, kSenders> next{};
    int taken = 0;
    bool in_order = true;
    while (taken < kSenders * kEach) {
        for (const auto& [sender, number] : box.take_all(microseconds::max())) {
            in_order = in_order && next.at(static_cast<std::size_t>(sender))++ == number;
            ++taken;
        }
    }
    for (std::thread& sender : senders)
        sender.join();
    CHECK(in_order);
    CHECK(box.take_now().empty());
}

}  // namespace journey
