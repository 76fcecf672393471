#include "dsl/sema/sms.h"

#include <catch2/catch.hpp>

using namespace journey;

TEST_CASE("texts are counted as phones count them", "[sema]") {
    struct Row {
        const char* label;
        std::string text;
        std::size_t units;
        std::size_t parts;
        std::vector<std::string> odd;
    };
    const auto repeat = [](const std::string& text, int times) {
        std::string all;
        for (int i = 0; i < times; ++i)
            all += text;
        return all;
    };
    const std::vector<Row> rows = {
        {"nothing", "", 0, 1, {}},
        {"as much as one holds", repeat("a", 160), 160, 1, {}},
        {"one letter more", repeat("a", 161), 161, 2, {}},
        {"two full pieces", repeat("a", 306), 306, 2, {}},
        {"into the third", repeat("a", 307), 307, 3, {}},
        {"letters of the short alphabet", "Ä£èΩ@", 5, 1, {}},
        {"letters that take two", "€{}[]", 10, 1, {}},
        {"a backtick is not in it", "`", 1, 1, {"`"}},
        {"Chinese, as much as one holds", repeat("你", 70), 70, 1, {"你"}},
        {"Chinese, one more", repeat("你", 71), 71, 2, {"你"}},
        {"an emoji takes two", repeat("a", 69) + "😀", 71, 2, {"😀"}},
        {"four odd letters at most", "一二三四五", 5, 1, {"一", "二", "三", "四"}},
    };
    for (const Row& row : rows) {
        CAPTURE(row.label);
        const sema::SmsSize size = sema::measure_sms(row.text);
        CHECK(size.units == row.units);
        CHECK(size.parts == row.parts);
        CHECK(size.odd == row.odd);
    }
}
