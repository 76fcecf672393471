#include "engine/base/base.h"

#include <catch2/catch.hpp>

namespace journey {
namespace {

struct Written {
    std::vector<std::pair<LogLevel, std::string>> lines;
    Logger::Sink sink() {
        return [this](LogLevel level, std::string_view line) { lines.emplace_back(level, line); };
    }
};

}  // namespace

TEST_CASE("a log line is one JSON object with the clock's time", "[log]") {
    const ManualClock clock(parse_instant("2026-03-02T09:00:00Z").value());
    Written written;
    const Logger log(clock, written.sink());
    log.warn("claim.refused", {{"entry", 12}, {"reason", "quiet\nhours"}});
    REQUIRE(written.lines.size() == 1);
    CHECK(written.lines[0].first == LogLevel::warn);
    CHECK(written.lines[0].second ==
          R"({"at":"2026-03-02T09:00:00.000Z","level":"warn","event":"claim.refused",)"
          R"("entry":12,"reason":"quiet\nhours"})");
}

TEST_CASE("lines under the least level are not written", "[log]") {
    const ManualClock clock(Instant{});
    Written written;
    const Logger log(clock, written.sink(), LogLevel::warn);
    log.debug("a");
    log.info("b");
    log.warn("c");
    log.error("d");
    REQUIRE(written.lines.size() == 2);
    CHECK(written.lines[0].second.find("\"c\"") != std::string::npos);
    CHECK(written.lines[1].first == LogLevel::error);
}

TEST_CASE("a field cannot take the place of the line's own", "[log]") {
    const ManualClock clock(Instant{});
    Written written;
    const Logger log(clock, written.sink());
    log.info("track.taken", {{"event", "order_paid"}, {"at", 1}});
    REQUIRE(written.lines.size() == 1);
    const auto line = value_from_json(written.lines[0].second);
    REQUIRE(line.has_value());
    const Record& fields = *line.value().as<Record>();
    CHECK(*find(fields, "event") == Value("track.taken"));
    CHECK(*find(fields, "event_") == Value("order_paid"));
    CHECK(*find(fields, "at_") == Value(1));
}

TEST_CASE("the silent logger takes everything and says nothing", "[log]") {
    Logger::silent().error("disk.failed", {{"file", "state.db"}});
    SUCCEED();
}

}  // namespace journey
