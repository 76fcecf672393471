#include "tests/engine/ir/sample.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

using namespace journey;
using namespace journey::ir;

namespace {

// The checksum made right again, so that the damage reaches the fields.
Bytes sealed(Bytes body) {
    const Sha256 checksum = sha256(body);
    body.append(view_of(checksum));
    return body;
}

Bytes body_of(const Bytes& bytes) {
    return bytes.substr(0, bytes.size() - 32);
}

}  // namespace

TEST_CASE("a program reads back as it was written", "[ir]") {
    const Program program = sample::program();
    const Bytes bytes = encode(program);
    const auto read = decode(bytes);
    REQUIRE(read);
    CHECK(encode(read.value()) == bytes);
    const Program& got = read.value();
    CHECK(got.workspace.zone == "Asia/Shanghai");
    CHECK(got.profile[1].type == program.profile[1].type);
    CHECK(got.profile[1].fallback == Value("plus"));
    CHECK(got.journeys[0].hash == program.journeys[0].hash);
    CHECK(got.journeys[0].priority == -2);
    CHECK(got.constants == program.constants);
    CHECK(got.operands == program.operands);
    const auto& until =
        std::get<WaitUntil>(std::get<Await>(got.journeys[0].states[sample::wait_until].act).timer);
    CHECK(until.weekday == std::uint8_t{2});
    CHECK(until.time_seconds == 36'000);
}

TEST_CASE("every way in and every act reads back as it was written", "[ir]") {
    const Program program = sample::whole_program();
    const Bytes bytes = encode(program);
    const auto read = decode(bytes);
    if (!read) FAIL(read.error().detail);
    CHECK(encode(read.value()) == bytes);
    const Journey& got = read.value().journeys[1];
    CHECK(got.hash == journey_hash(read.value(), got));
    CHECK(got.triggers.size() == program.journeys[1].triggers.size());
    CHECK(std::get<OnEvent>(got.triggers[0]).unless.size() == 1);
    CHECK(got.winners[0].needs == 500);
    CHECK(got.migrations[0].moves[0].from == "old_mail");
    CHECK(read.value().events[2].dwell->every == CalendarDuration{0, 0, 15});
    CHECK(read.value().webhooks[0].gives[0].name == "code");
}

// Written by older journeys, the first that ever was among them: entries pinned to such programs
// must run on.
TEST_CASE("a program of an older format is read as it was meant", "[ir]") {
    struct Row {
        std::string file;
        Program expected;
    };
    const auto row = GENERATE(values<Row>({{"format_1.program", sample::program()},
                                           {"format_2.program", sample::whole_program()},
                                           {"format_3.program", sample::whole_program()}}));
    CAPTURE(row.file);
    std::ifstream file(JOURNEY_SOURCE_DIR "/tests/engine/ir/stored/" + row.file, std::ios::binary);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    const auto read = decode(bytes.str());
    if (!read) FAIL(read.error().detail);
    Program got = read.value();
    REQUIRE(got.journeys.size() == row.expected.journeys.size());
    for (std::size_t i = 0; i < got.journeys.size(); ++i) {
        CHECK(journey_hash(got, got.journeys[i]) == row.expected.journeys[i].hash);
        got.journeys[i].hash = row.expected.journeys[i].hash;
    }
    CHECK(encode(got) == encode(row.expected));
}

TEST_CASE("a choice among channels is written, read and checked", "[ir]") {
    Program it = sample::program();
    Journey& journey = it.journeys[0];
    it.channels[0].cost = 0.045;
    journey.locals.push_back("tried 1");
    const auto self = static_cast<Index>(journey.states.size());
    OneOf one;
    one.sends = {sample::send_hello};
    one.tried = static_cast<Index>(journey.locals.size() - 1);
    one.best = Return{{0, kNone}, {0, 3, 0}, 12, 0.05};
    one.next = sample::end;
    journey.states.push_back({one, "nudge", 1, "send best"});
    auto& send = sample::act<Send>(it, sample::send_hello);
    send.among = self;
    send.best_hour = CalendarDuration{0, 1, 0};
    const auto read = decode(encode(it));
    if (!read) FAIL(read.error().detail);
    const Journey& got = read.value().journeys[0];
    const auto& back = std::get<OneOf>(got.states[self].act);
    CHECK(back.best->worth == 12);
    CHECK(std::get<Send>(got.states[sample::send_hello].act).best_hour == send.best_hour);
    CHECK(read.value().channels[0].cost == 0.045);

    // What it costs decides, so it is part of the meaning; without a return it is not.
    Program dearer = it;
    dearer.channels[0].cost = 1;
    dearer.journeys[0].start = it.journeys[0].start = self;
    CHECK(journey_hash(dearer, dearer.journeys[0]) != journey_hash(it, it.journeys[0]));

    const std::string wrong = GENERATE("none", "not its own", "no local");
    CAPTURE(wrong);
    auto& broken = std::get<OneOf>(it.journeys[0].states[self].act);
    if (wrong == "none") broken.sends.clear();
    if (wrong == "not its own") sample::act<Send>(it, sample::send_hello).among = kNone;
    if (wrong == "no local") broken.tried = 99;
    CHECK_FALSE(verify(it));
}

TEST_CASE("equal programs give equal bytes and hashes, different ones do not", "[ir]") {
    Program other = sample::program();
    CHECK(encode(other) == encode(sample::program()));
    CHECK(program_hash(encode(other)) == program_hash(encode(sample::program())));
    other.templates[0].subject = "Ho";
    CHECK(program_hash(encode(other)) != program_hash(encode(sample::program())));
}

TEST_CASE("bytes that are no program are refused with the reason", "[ir]") {
    const Bytes good = encode(sample::program());
    Bytes newer = body_of(good);
    newer[4] = 6;
    Bytes hurt = good;
    hurt[hurt.size() / 2] ^= 1;
    struct Row {
        std::string label;
        Bytes bytes;
        std::string says;
    };
    const auto row = GENERATE_COPY(values<Row>({
        {"nothing", "", "begin with JRNY"},
        {"text", "journey welcome {", "begin with JRNY"},
        {"the magic alone", "JRNY", "cut short"},
        {"another format", sealed(newer), "format is 6"},
        {"one bit", hurt, "checksum"},
        {"the last byte gone", good.substr(0, good.size() - 1), "checksum"},
        {"a byte more", sealed(body_of(good) + '\0'), "fields do not read"},
        {"a byte less", sealed(body_of(good).substr(0, good.size() - 33)), "fields do not read"},
    }));
    CAPTURE(row.label);
    const auto read = decode(row.bytes);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == ErrorCode::invalid);
    CHECK_THAT(read.error().detail, Catch::Contains(row.says));
}

TEST_CASE("a program cut short anywhere is refused", "[ir]") {
    const Bytes good = encode(sample::program());
    const Bytes body = body_of(good);
    for (std::size_t size = 0; size < body.size(); ++size) {
        REQUIRE_FALSE(decode(std::string_view(good).substr(0, size)));
        REQUIRE_FALSE(decode(sealed(body.substr(0, size))));
    }
}

TEST_CASE("hostile programs never crash, and what is accepted is verified", "[ir]") {
    const Bytes body = body_of(encode(sample::program()));
    Rng rng(20260302);
    int accepted = 0;
    for (int round = 0; round < 30'000; ++round) {
        Bytes hurt = body;
        const auto changes = 1 + rng.below(3);
        for (std::uint64_t i = 0; i < changes; ++i) {
            // After the head: the magic and the format have their own test.
            const std::size_t at = 6 + rng.below(hurt.size() - 6);
            const auto kind = rng.below(4);
            if (kind == 0) hurt.erase(at, 1 + rng.below(3));
            if (kind == 1) hurt.insert(at, 1, static_cast<char>(rng.below(256)));
            if (kind >= 2) hurt[at] = static_cast<char>(rng.below(256));
        }
        const auto read = decode(sealed(hurt));
        if (!read) continue;
        ++accepted;
        REQUIRE(verify(read.value()));
        // Taking the hash follows every index of the journeys.
        for (const Journey& journey : read.value().journeys)
            CHECK(journey_hash(read.value(), journey) != Sha256{});
    }
    CHECK(accepted > 0);
}

TEST_CASE("announced sizes are not believed", "[ir]") {
    // An empty program's first vector, the profile, announces four thousand million fields.
    ByteWriter out;
    out.raw("JRNY");
    out.u16(1);
    for (int i = 0; i < 4; ++i)
        out.text("");
    out.varint(1);
    out.varint(0xffffffffu);
    CHECK_FALSE(decode(sealed(out.take())));
}
