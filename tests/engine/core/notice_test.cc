// What is said of messages by other names than ours: the provider's, and the number a text is from.
#include "tests/engine/core/kit/messages.h"

#include <catch2/catch.hpp>

using namespace journey;
using namespace journey::core;
using namespace journey::core::kit;
using namespace std::chrono_literals;
using model::ReceiptKind;

namespace {

const std::string kId = model::name_of_place("id", "sms", "SERIAL-1");
const std::string kNumber = model::name_of_place("text", "sms", "8613800000000");

struct Said {
    World world = live(sends("hello"));
    std::string last_receipts;
    Said() { world.track("ada", "viewed"); }
    void at_place(const std::string& place, model::CommandBody body) {
        model::Command command = world.command("", std::move(body));
        command.external_id = place;
        command.person = model::person_id_of(place);
        command.partition = model::partition_of(command.person, world.options.partitions);
        world.apply(std::move(command));
    }
    void name(const std::string& place) {
        const Sent& sent = world.attempts.at(0);
        at_place(place, model::MessageNamed{model::person_id_of(sent.person), sent.key, world.now});
    }
    void say(const std::string& place, ReceiptKind kind, const std::string& id) {
        model::Receipt receipt;
        receipt.kind = kind;
        receipt.id = id;
        receipt.at = world.now;
        at_place(place, model::NoticeArrived{receipt});
    }
    std::string receipts() {
        const auto checkpoint = world.checkpoint("ada");
        if (!checkpoint.messages.empty()) last_receipts = checkpoint.messages.back().receipts;
        return last_receipts;
    }
    std::size_t heard(std::string_view kind) {
        std::size_t count = 0;
        const std::string all = receipts();
        const std::string wanted = "\"" + std::string(kind) + "\"";
        for (std::size_t at = all.find(wanted); at != std::string::npos;
             at = all.find(wanted, at + 1))
            ++count;
        return count;
    }
};

TEST_CASE("a report finds its message by the provider's name, whichever comes first", "[core]") {
    Said said;
    const bool named_first = GENERATE(true, false);
    if (named_first) said.name(kId);
    said.say(kId, ReceiptKind::delivered, "n1");
    if (!named_first) {
        CHECK(said.heard("delivered") == 0);
        REQUIRE(said.world.partitions[0].unmatched().size() == 1);
        CHECK(said.world.partitions[0].unmatched()[0].place == kId);
        said.name(kId);
    }
    CHECK(said.heard("delivered") == 1);
    CHECK(said.world.partitions[0].unmatched().empty());
    for (int i = 0; i < 3; ++i) {  // a provider repeats what it was not answered for
        said.say(kId, ReceiptKind::delivered, "n1");
        said.name(kId);
    }
    CHECK(said.heard("delivered") == 1);
}

TEST_CASE("what is said of a message that nobody knows is kept, once, and not for ever", "[core]") {
    Said said;
    for (int i = 0; i < 3; ++i)
        said.say(kId, ReceiptKind::delivered, "n1");
    CHECK(said.world.partitions[0].unmatched().size() == 1);
    for (int i = 0; i < 1000; ++i)
        said.say(model::name_of_place("id", "sms", std::to_string(i)), ReceiptKind::failed, "x");
    const auto kept = said.world.partitions[0].unmatched();
    CHECK(kept.size() == 256);
    CHECK(kept.back().place == model::name_of_place("id", "sms", "999"));
    CHECK(said.heard("delivered") == 0);
}

TEST_CASE("a text answers the newest message that number had got by then", "[core]") {
    Said said;
    said.name(kNumber);
    said.say(kNumber, ReceiptKind::replied, "t1");
    CHECK(said.heard("replied") == 1);
    // The same text comes again when another message has gone out: it is still one answer.
    said.world.advance(1h);
    said.name(kNumber);
    said.say(kNumber, ReceiptKind::replied, "t1");
    CHECK(said.heard("replied") == 1);
    said.say(kNumber, ReceiptKind::replied, "t2");
    CHECK(said.heard("replied") == 2);
    said.say(model::name_of_place("text", "sms", "8613900000000"), ReceiptKind::replied, "t3");
    CHECK(said.heard("replied") == 2);
    CHECK(said.world.partitions[0].unmatched().size() == 1);
}

TEST_CASE("places and what was said there live through a restart", "[core]") {
    Said said;
    said.name(kNumber);
    said.say(kId, ReceiptKind::delivered, "n1");
    model::PartitionCheckpoint stored;
    kit::store(said.world.checkpoint("ada"), stored);
    Partition again(model::PartitionId{0}, said.world.options, said.world.catalog);
    REQUIRE(again.restore(stored));
    CHECK(again.state_hash() == said.world.partitions[0].state_hash());
    CHECK(again.unmatched().size() == 1);
    for (std::size_t cut = 0; cut < stored.meta.size(); ++cut) {
        model::PartitionCheckpoint damaged = stored;
        damaged.meta.resize(cut);
        Partition other(model::PartitionId{0}, said.world.options, said.world.catalog);
        CHECK_FALSE((cut > 0 && other.restore(damaged)));
    }
}

TEST_CASE("what goes out after a text is not what it answers", "[core]") {
    Said said;
    said.say(kNumber, ReceiptKind::replied, "t1");
    said.world.advance(2s);
    said.world.track("ada", "viewed");
    Sent later = said.world.attempts.at(0);
    said.at_place(
        kNumber, model::MessageNamed{model::person_id_of(later.person), later.key, said.world.now});
    CHECK(said.heard("replied") == 0);
    CHECK(said.world.partitions[0].unmatched().size() == 1);
    // A second's difference of clocks is none.
    model::Receipt receipt;
    receipt.kind = ReceiptKind::replied;
    receipt.id = "t2";
    receipt.at = said.world.now - 1s;
    said.at_place(kNumber, model::NoticeArrived{receipt});
    CHECK(said.heard("replied") == 1);
}

TEST_CASE("names and what was said of nobody go after thirty days", "[core]") {
    Said said;
    said.name(kNumber);
    said.say(kId, ReceiptKind::delivered, "n1");
    said.world.advance(24h * 31);
    said.say(kNumber, ReceiptKind::replied, "t1");
    CHECK(said.heard("replied") == 0);
    const auto kept = said.world.partitions[0].unmatched();
    REQUIRE(kept.size() == 1);
    CHECK(kept[0].place == kNumber);
}

TEST_CASE("two reports that waited for one name are both handed on, and both confirmed", "[core]") {
    Said said;
    said.say(kId, ReceiptKind::delivered, "n1");
    said.say(kId, ReceiptKind::clicked, "n2");
    said.say(kId, ReceiptKind::replied, "");
    said.name(kId);
    CHECK(said.heard("delivered") == 1);
    CHECK(said.heard("clicked") == 1);
    CHECK(said.heard("replied") == 1);
    CHECK(said.world.partitions[0].unmatched().empty());
}

TEST_CASE("a reply is told in its words, kept with a text of nobody's, and goes with the person",
          "[core]") {
    Said said;
    said.name(kNumber);
    model::Receipt reply;
    reply.kind = ReceiptKind::replied;
    reply.id = "t1";
    reply.at = said.world.now;
    reply.detail = "hardly: Yes, please!";
    said.at_place(kNumber, model::NoticeArrived{reply});
    const auto story = [&] {
        std::string out;
        for (const TimelineItem& item :
             said.world.of("ada").timeline(model::person_id_of("user:ada")))
            out += item.text + "\n";
        return out;
    };
    CHECK(story().find("replied (hardly: Yes, please!)") != std::string::npos);

    const std::string other = model::name_of_place("text", "sms", "8613900000000");
    reply.detail = "Who is this?";
    said.at_place(other, model::NoticeArrived{reply});
    REQUIRE(said.world.partitions[0].unmatched().size() == 1);
    CHECK(said.world.partitions[0].unmatched()[0].receipt.detail == "Who is this?");
    said.world.erase("ada");
    CHECK(story().empty());
}

TEST_CASE("who is erased is forgotten where the number and the provider's names were noted",
          "[core]") {
    Builder b = sends("code");
    b.program.templates[b.message("code")].params.clear();
    Said said;
    said.world.publish(b);
    said.world.identify("ada", {{"phone", "+8613800000000"}});
    said.world.identify("bob", {{"phone", "+8613800000000"}});
    model::Observation taken;
    taken.kind = model::ObservationKind::accepted;
    taken.provider_id = "SERIAL-1";
    said.world.answers = {taken};
    said.world.track("ada", "viewed", {{"sku", "x"}});
    const Sent sent = said.world.last();
    REQUIRE(sent.channel == "sms");
    const auto name = [&](const std::string& place, const std::string& who) {
        model::MessageKey key = sent.key;
        key.bytes[0] = static_cast<std::uint8_t>(key.bytes[0] + (who == "bob" ? 1 : 0));
        said.at_place(place,
                      model::MessageNamed{model::person_id_of(external(who)), key, said.world.now});
    };
    name(kId, "ada");
    name(kNumber, "ada");
    const bool shared = GENERATE(false, true);
    if (shared) name(kNumber, "bob");
    said.say(model::name_of_place("text", "sms", "8613900000000"), ReceiptKind::replied, "t0");
    said.world.erase("ada");
    // What is said there now finds nobody's message, and only bob's number has somebody still.
    said.say(kId, ReceiptKind::delivered, "n1");
    said.say(kNumber, ReceiptKind::replied, "t1");
    std::vector<std::string> kept;
    for (const Unmatched& one : said.world.partitions[0].unmatched())
        kept.push_back(one.place);
    CHECK(std::count(kept.begin(), kept.end(), kId) == 1);
    CHECK(std::count(kept.begin(), kept.end(), kNumber) == (shared ? 0 : 1));
    CHECK(kept.size() == (shared ? 2 : 3));
}

// ---------------------------------------------------------------- why it came back

TEST_CASE("the story of a message says why it came back, in the provider's words", "[core]") {
    World world = live(sends("hello"));
    world.track("ada", "viewed");
    const Sent sent = world.last();
    world.receipt(sent, ReceiptKind::bounced, "b1", "soft: mailbox full");
    world.advance(1h);
    world.receipt(sent, ReceiptKind::bounced, "b2", "hard: no such user");
    world.receipt(sent, ReceiptKind::bounced, "b2", "hard: no such user");  // again
    world.receipt(sent, ReceiptKind::opened, "o1", "not a reason");
    const auto told = [](const Partition& of) {
        std::vector<std::string> out;
        for (const TimelineItem& item : of.timeline(model::person_id_of("user:ada"))) {
            if (item.kind != "receipt") continue;
            const Value* words = find(item.fields, "words");
            out.push_back(item.text + (words == nullptr ? "" : " " + *words->as<std::string>()));
        }
        return out;
    };
    const std::vector<std::string> wanted{
        "email \"hello\": bounced (soft: mailbox full). soft: mailbox full",
        "email \"hello\": bounced (hard: no such user). hard: no such user",
        "email \"hello\": opened."};
    CHECK(told(world.partitions[0]) == wanted);
    model::PartitionCheckpoint stored;
    kit::store(world.checkpoint("ada"), stored);
    Partition again(model::PartitionId{0}, world.options, world.catalog);
    REQUIRE(again.restore(stored));
    CHECK(told(again) == wanted);
}

}  // namespace
