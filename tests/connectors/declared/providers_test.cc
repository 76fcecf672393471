// Every provider that ships: its file reads, its request is the one in golden/, and its facts are
// there. UPDATE_GOLDEN=1 rewrites golden/; read the diff.

#include "tests/connectors/declared/kit.h"

#include <cstdlib>

namespace journey::connectors::declared {
namespace {

const std::string kGolden = JOURNEY_SOURCE_DIR "/tests/connectors/declared/golden/";

TEST_CASE("a provider that ships says what it is, what it needs and where that is written",
          "[declared]") {
    const auto name = GENERATE(from_range(shipped_names()));
    CAPTURE(name);
    const auto provider = provider_of(name);
    const Facts& facts = facts_of(*provider);
    CHECK(facts.name == name);
    CHECK(facts.docs.starts_with("https://"));
    CHECK_FALSE(facts.title.empty());
    CHECK(parse_date(facts.traits.checked_on));
    const bool has_secret = std::any_of(facts.needs.begin(), facts.needs.end(),
                                        [](const Need& need) { return need.secret; });
    CHECK(has_secret);
}

TEST_CASE("the request of a provider that ships is the one that was reviewed", "[declared]") {
    const auto name = GENERATE(from_range(shipped_names()));
    CAPTURE(name);
    const auto shown = show_sample(provider_of(name));
    INFO((shown ? "" : shown.error().detail));
    REQUIRE(shown);
    const std::string path = kGolden + name + ".txt";
    if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path) << shown.value();
    CHECK(shown.value() == content_of(path));
}

TEST_CASE("a provider that is not there is told with what is near", "[declared]") {
    const auto missing = shipped_provider("sendgird");
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == ErrorCode::not_found);
    CHECK(missing.error().detail.find("`sendgrid`") != std::string::npos);
}

}  // namespace
}  // namespace journey::connectors::declared
