// What providers say about one message, in any order and any number of times.
#include "tests/engine/core/kit/messages.h"

#include <catch2/catch.hpp>

using namespace journey;
using namespace journey::core;
using namespace journey::core::kit;
using model::MessageStatus;
using model::ObservationKind;
using model::ReceiptKind;

namespace {

struct Notice {
    ReceiptKind kind = ReceiptKind::delivered;
    std::string id;
    std::string detail;
};

const std::vector<Notice>& notices() {
    static const std::vector<Notice> all{
        {ReceiptKind::delivered, "d1", ""},
        {ReceiptKind::delivered, "", ""},
        {ReceiptKind::delivered, "d2", ""},
        {ReceiptKind::bounced, "b1", "soft: mailbox full"},
        {ReceiptKind::bounced, "b2", "hard: no such user"},
        {ReceiptKind::bounced, "b3", "hard: no such user"},
        {ReceiptKind::bounced, "b1", "hard: a name used twice"},
        {ReceiptKind::opened, "o1", ""},
        {ReceiptKind::opened, "o2", ""},
        {ReceiptKind::clicked, "c1", ""},
        {ReceiptKind::clicked, "c2", ""},
        {ReceiptKind::clicked, "d1", ""},  // a name used twice
        {ReceiptKind::complained, "x1", "abuse"},
        {ReceiptKind::unsubscribed, "u1", ""},
        {ReceiptKind::unsubscribed, "", ""},
        {ReceiptKind::replied, "r1", ""},
        {ReceiptKind::failed, "f1", "undelivered"},
        {ReceiptKind::failed, "f2", ""},
    };
    return all;
}

/// Everything that must not hang on the order.
struct End {
    MessageStatus status = MessageStatus::planned;
    model::Reason reason = model::Reason::none;
    std::uint64_t sent = 0;
    std::uint64_t unknown = 0;
    std::map<std::string, std::uint64_t> by_channel;
    std::map<std::string, int> heard;  // distinct notices, by kind
    std::string suppressions;
    friend bool operator==(const End&, const End&) = default;
};

constexpr std::size_t kAnswer = 1000;  // the provider's answer to the sending, among the notices

End end_of(const std::vector<std::size_t>& order, ObservationKind answer) {
    World world = live(sends("hello"));
    world.answering = false;
    world.track("ada", "viewed");
    const Sent sent = world.last();
    for (const std::size_t one : order) {
        if (one == kAnswer) {
            world.outcome(sent, seen(answer));
        } else {
            const Notice& notice = notices()[one];
            world.receipt(sent, notice.kind, notice.id, notice.detail);
        }
    }
    End end;
    const model::MessageRow row = row_of(world);
    end.status = row.status;
    end.reason = row.reason;
    end.sent = world.journey("j").sent;
    end.unknown = world.journey("j").unknown;
    end.by_channel = world.counts().sent_by_channel;
    const Value receipts = value_from_json(row.receipts).value();
    for (const Value& each : *receipts.as<List>()) {
        const std::string kind = *find(*each.as<Record>(), "kind")->as<std::string>();
        // A hard bounce makes the soft one before it no news.
        if (kind == "bounced") {
            end.heard[kind] = 1;
        } else {
            ++end.heard[kind];
        }
    }
    const Value profile =
        value_from_json(world.of("ada").profile_json(model::person_id_of("user:ada"))).value();
    if (const Value* found = find(*profile.as<Record>(), "suppressed"))
        end.suppressions = to_json(*found);
    return end;
}

}  // namespace

TEST_CASE("the order of notices, and how often each comes, change nothing in the end",
          "[core][lattice]") {
    const auto answer =
        GENERATE(ObservationKind::accepted, ObservationKind::unknown, ObservationKind::rejected);
    Rng rng(static_cast<std::uint64_t>(answer) + 11);
    for (int round = 0; round < 60; ++round) {
        std::vector<std::size_t> all{kAnswer};
        const std::size_t size = 1 + rng.below(7);
        while (all.size() < size + 1)
            all.push_back(rng.below(notices().size()));
        const End wanted = end_of(all, answer);
        for (int shuffle = 0; shuffle < 6; ++shuffle) {
            std::vector<std::size_t> other = all;
            const std::size_t repeats = rng.below(4);
            for (std::size_t i = 0; i < repeats; ++i) {
                const std::size_t again = all[rng.below(all.size())];
                if (again != kAnswer) other.push_back(again);
            }
            for (std::size_t i = other.size(); i > 1; --i)
                std::swap(other[i - 1], other[rng.below(i)]);
            CAPTURE(all, other);
            const End got = end_of(other, answer);
            CHECK(static_cast<int>(got.status) == static_cast<int>(wanted.status));
            CHECK(static_cast<int>(got.reason) == static_cast<int>(wanted.reason));
            CHECK(got.sent == wanted.sent);
            CHECK(got.unknown == wanted.unknown);
            CHECK(got.by_channel == wanted.by_channel);
            CHECK(got.heard == wanted.heard);
            CHECK(got.suppressions == wanted.suppressions);
        }
    }
}

TEST_CASE("a hard bounce after a soft one stops the channel", "[core][lattice]") {
    World world = live(sends("hello"));
    world.track("ada", "viewed");
    const Sent sent = world.last();
    world.receipt(sent, ReceiptKind::bounced, "b1", "soft: mailbox full");
    world.track("ada", "viewed");
    CHECK(world.attempts.size() == 2);
    world.receipt(sent, ReceiptKind::bounced, "b2", "hard: no such user");
    world.track("ada", "viewed");
    CHECK(world.attempts.size() == 2);
    CHECK(row_of(world).reason == model::Reason::suppressed);
}

TEST_CASE("a machine that clicks all day fills nobody's memory", "[core][lattice]") {
    World world = live(sends("hello"));
    world.track("ada", "viewed");
    const Sent sent = world.last();
    for (int i = 0; i < 500; ++i)
        world.receipt(sent, ReceiptKind::clicked, "c" + std::to_string(i));
    CHECK(world.counts().duplicates == 400);
    world.receipt(sent, ReceiptKind::bounced, "b", "hard: no such user");
    world.track("ada", "viewed");
    CHECK(world.attempts.size() == 1);
}
