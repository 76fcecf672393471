#include "engine/rules/rules.h"

#include <catch2/catch.hpp>

using namespace journey::rules;
using By = WinnerFound::By;

TEST_CASE("a winner is found by the stated rule", "[rules]") {
    struct Row {
        const char* label;
        std::vector<ArmResult> arms;
        WinnerRule rule;
        std::size_t arm;
        By by;
    };
    const auto row = GENERATE(values<Row>({
        {"clearly better", {{50, 1000}, {90, 1000}}, {500, 0.95, 0}, 1, By::evidence},
        {"better, but not surely", {{50, 1000}, {55, 1000}}, {500, 0.95, 0}, 0, By::not_confident},
        {"no confidence asked for", {{50, 1000}, {55, 1000}}, {500, 0, 0}, 1, By::evidence},
        {"one arm too small", {{50, 1000}, {90, 499}}, {500, 0.95, 0}, 0, By::too_few},
        {"exactly enough", {{5, 500}, {90, 500}}, {500, 0.95, 0}, 1, By::evidence},
        {"nobody at all", {{0, 0}, {0, 0}}, {0, 0, 1}, 1, By::too_few},
        {"one arm without anybody", {{10, 10}, {0, 0}}, {0, 0, 1}, 1, By::too_few},
        {"a tie", {{10, 100}, {20, 200}, {1, 100}}, {0, 0, 2}, 2, By::tie},
        {"nobody did it", {{0, 100}, {0, 100}}, {0, 0, 1}, 1, By::tie},
        {"everybody did it", {{100, 100}, {50, 50}}, {0, 0.5, 1}, 1, By::tie},
        {"more than all count as all", {{300, 100}, {20, 100}}, {0, 0.99, 1}, 0, By::evidence},
        {"the runner-up decides, not the last",
         {{100, 1000}, {1, 1000}, {99, 1000}},
         {0, 0.95, 1},
         1,
         By::not_confident},
        {"a single arm", {{1, 2}}, {1, 0.95, 0}, 0, By::evidence},
        {"the best of three", {{10, 1000}, {20, 1000}, {80, 1000}}, {0, 0.99, 0}, 2, By::evidence},
    }));
    CAPTURE(row.label);
    const WinnerFound found = find_winner(row.arms, row.rule);
    CHECK(found.arm == row.arm);
    CHECK(found.by == row.by);
}

TEST_CASE("confidence is that of the two-sided pooled z-test", "[rules]") {
    // 50 and 70 of 1000: z = 1.8831, p = 0.0597.
    const std::vector<ArmResult> arms{{50, 1000}, {70, 1000}};
    CHECK(find_winner(arms, {0, 0, 0}).confidence == Approx(0.9403).margin(0.0005));
    CHECK(find_winner(arms, {0, 0.94, 0}).arm == 1);
    CHECK(find_winner(arms, {0, 0.95, 0}).by == By::not_confident);
}

TEST_CASE("no arms, no winner but the one otherwise", "[rules]") {
    CHECK(find_winner({}, {0, 0, 3}).arm == 3);
}
