#include "engine/rules/rules.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

using namespace journey;
using namespace journey::rules;

namespace {

// GrowthBook's own test vectors, which are read in place and not ours to carry. None when they are
// not there.
std::optional<List> cases(std::string_view name) {
    std::ifstream file(JOURNEY_SOURCE_DIR "/../shared/data/growthbook_cases.json");
    if (!file) {
        WARN("not run: ../shared/data/growthbook_cases.json is not there");
        return std::nullopt;
    }
    std::stringstream text;
    text << file.rdbuf();
    const auto all = value_from_json(text.str());
    REQUIRE(all);
    const Value* found = find(*all.value().as<Record>(), name);
    REQUIRE(found != nullptr);
    return *found->as<List>();
}

double number(const Value& value) {
    const auto* whole = value.as<std::int64_t>();
    return whole != nullptr ? static_cast<double>(*whole) : *value.as<double>();
}

const List& list(const Value& value) {
    return *value.as<List>();
}

}  // namespace

TEST_CASE("hashes are GrowthBook's, version 2", "[rules]") {
    const auto all = cases("hash");
    if (!all) return;
    int checked = 0;
    for (const Value& one : *all) {
        const List& fields = list(one);
        if (number(fields[2]) != 2) continue;
        CAPTURE(to_json(one));
        CHECK(experiment_hash(*fields[0].as<std::string>(), *fields[1].as<std::string>()) ==
              number(fields[3]));
        ++checked;
    }
    CHECK(checked == 7);
}

TEST_CASE("a person's hash never changes", "[rules]") {
    CHECK(experiment_hash("welcome_mail", "user:42") == 0.3349);
    CHECK(experiment_hash("welcome_mail/holdout", "user:42") == 0.6938);
    CHECK(experiment_hash("", "") == 0.2305);
    CHECK(experiment_hash("主题", "user:王") == 0.101);
}

TEST_CASE("arms lie where GrowthBook's bucket ranges lie", "[rules]") {
    const auto all = cases("getBucketRange");
    if (!all) return;
    int checked = 0;
    for (const Value& one : *all) {
        const List& fields = list(one);
        const List& input = list(fields[1]);
        const auto arms = static_cast<std::size_t>(number(input[0]));
        // Full coverage, and weights of our own making, which are as many as the arms.
        if (number(input[1]) != 1) continue;
        std::vector<double> weights(arms, 1.0 / static_cast<double>(arms));
        if (const auto* given = input[2].as<List>()) {
            if (given->size() != arms) continue;
            std::transform(given->begin(), given->end(), weights.begin(), number);
        }
        CAPTURE(to_json(one));
        const List& ranges = list(fields[2]);
        for (std::size_t arm = 0; arm < ranges.size(); ++arm) {
            const double from = number(list(ranges[arm])[0]);
            const double to = number(list(ranges[arm])[1]);
            CHECK(choose_arm(from, weights) == arm);
            CHECK(choose_arm(to - 1e-6, weights) == arm);
            CHECK(choose_arm(to + 1e-6, weights) != arm);
        }
        ++checked;
    }
    CHECK(checked == 7);
}

TEST_CASE("variations are chosen as GrowthBook chooses them", "[rules]") {
    const auto all = cases("chooseVariation");
    if (!all) return;
    int checked = 0;
    for (const Value& one : *all) {
        const List& fields = list(one);
        // Our ranges cover everything: cases with holes are GrowthBook's coverage, our holdout.
        std::vector<double> weights;
        double end = 0;
        bool covers = true;
        for (const Value& range : list(fields[2])) {
            covers = covers && number(list(range)[0]) == end;
            end = number(list(range)[1]);
            weights.push_back(end - number(list(range)[0]));
        }
        if (!covers) continue;
        CAPTURE(to_json(one));
        CHECK(choose_arm(number(fields[1]), weights) ==
              static_cast<std::size_t>(number(fields[3])));
        ++checked;
    }
    CHECK(checked == 7);
}

TEST_CASE("the edges of choosing", "[rules]") {
    CHECK_FALSE(choose_arm(0.5, {}).has_value());
    CHECK(choose_arm(0, std::vector{1.0}) == std::size_t{0});
    CHECK(choose_arm(0.9999, std::vector{1.0}) == std::size_t{0});
    CHECK_FALSE(choose_arm(1.0, std::vector{1.0}).has_value());
    CHECK_FALSE(choose_arm(-0.1, std::vector{1.0}).has_value());
    // Weights that leave a rest leave people out.
    CHECK_FALSE(choose_arm(0.99995, std::vector{0.4, 0.5999}).has_value());
    // An arm of weight nought gets nobody.
    for (int i = 0; i < 10'000; ++i) {
        CHECK(choose_arm(i / 10'000.0, std::vector{0.5, 0.0, 0.5}) != std::size_t{1});
    }
}

TEST_CASE("thirds leave nobody out", "[rules]") {
    const std::vector<double> thirds{1.0 / 3, 1.0 / 3, 1.0 / 3};
    std::array<int, 3> people{};
    for (int i = 0; i < 10'000; ++i) {
        const auto arm = choose_arm(i / 10'000.0, thirds);
        REQUIRE(arm.has_value());
        ++people.at(*arm);
    }
    CHECK(people[0] + people[1] + people[2] == 10'000);
    CHECK(std::abs(people[0] - people[2]) <= 1);
}

TEST_CASE("arms and the holdout are drawn independently", "[rules]") {
    // Of the 10 % held out, half would have got either arm.
    const std::vector<double> halves{0.5, 0.5};
    int held = 0;
    int held_in_first = 0;
    for (int i = 0; i < 20'000; ++i) {
        const std::string person = "user:" + std::to_string(i);
        if (experiment_hash("mail/holdout", person) >= 0.1) continue;
        ++held;
        if (choose_arm(experiment_hash("mail", person), halves) == std::size_t{0}) ++held_in_first;
    }
    CHECK(held > 1850);
    CHECK(held < 2150);
    CHECK(held_in_first > held * 45 / 100);
    CHECK(held_in_first < held * 55 / 100);
}
