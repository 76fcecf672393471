#include "engine/base/base.h"

#include <catch2/catch.hpp>

namespace journey {

TEST_CASE("UTF-8 is told from what only looks like it", "[text]") {
    struct Row {
        const char* label;
        std::string text;
        bool valid;
    };
    const auto row = GENERATE(values<Row>({
        {"nothing", "", true},
        {"ASCII", "abc\x7f", true},
        {"two to four bytes", "é你🌸", true},
        {"the last code point", "\xf4\x8f\xbf\xbf", true},
        {"above the last", "\xf4\x90\x80\x80", false},
        {"a lead byte alone", "\xc3", false},
        {"a tail byte alone", "\x80", false},
        {"cut in the middle", "\xe4\xbd", false},
        {"overlong slash", "\xc0\xaf", false},
        {"overlong in three", "\xe0\x80\xaf", false},
        {"overlong in four", "\xf0\x80\x80\xaf", false},
        {"a surrogate", "\xed\xa0\x80", false},
        {"five bytes", "\xf8\x88\x80\x80\x80", false},
        {"NUL", std::string(1, '\0'), true},
    }));
    CAPTURE(row.label);
    CHECK(is_utf8(row.text) == row.valid);
    CHECK(is_utf8(replace_invalid_utf8(row.text)));
    CHECK((replace_invalid_utf8(row.text) == row.text) == row.valid);
}

TEST_CASE("code points and columns are counted as a terminal shows them", "[text]") {
    struct Row {
        const char* label;
        std::string text;
        std::size_t points;
        std::size_t columns;
    };
    const auto row = GENERATE(values<Row>({
        {"nothing", "", 0, 0},
        {"ASCII", "wait", 4, 4},
        {"Latin", "é", 1, 1},
        {"a combining accent", "e\xcc\x81", 2, 1},
        {"Chinese", "春季上新", 4, 8},
        {"a full-width comma", "，", 1, 2},
        {"Hangul in parts", "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", 3, 2},
        {"an emoji", "🌸", 1, 2},
        {"a sign in emoji style", "☎\xef\xb8\x8f", 2, 2},
        {"a joined family", "👨‍👩‍👧", 5, 2},
        {"a skin tone", "👍🏽", 2, 2},
        {"a flag", "🇨🇳", 2, 2},
        {"invalid bytes", "\xff\xfe", 2, 2},
        {"a zero-width blank",
         "a\xe2\x80\x8b"
         "b",
         3, 2},
    }));
    CAPTURE(row.label);
    CHECK(count_code_points(row.text) == row.points);
    CHECK(display_width(row.text) == row.columns);
}

TEST_CASE("names become snake_case", "[text]") {
    struct Row {
        std::string name;
        std::string snake;
    };
    const auto row = GENERATE(values<Row>({
        {"Order Completed", "order_completed"},
        {"orderCompleted", "order_completed"},
        {"OrderCompleted", "order_completed"},
        {"order-completed", "order_completed"},
        {"order_completed", "order_completed"},
        {"ORDER_COMPLETED", "order_completed"},
        {"  Order   Completed! ", "order_completed"},
        {"HTTPServerError", "http_server_error"},
        {"userID", "user_id"},
        {"item2Count", "item2_count"},
        {"$identify", "identify"},
        {"cart.item.added", "cart_item_added"},
        {"订单 已付款", "订单_已付款"},
        {"Über Uns", "Über_uns"},
        {"", ""},
        {"--", ""},
        {"a", "a"},
        {"A", "a"},
        {"__a__", "a"},
    }));
    CAPTURE(row.name);
    CHECK(to_snake_case(row.name) == row.snake);
    CHECK(to_snake_case(row.snake) == row.snake);
}

TEST_CASE("text in a document of markup stays text", "[text]") {
    CHECK(escape_markup(R"(<a href="x" id='y'>Tom & Ann</a>)") ==
          "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;Tom &amp; Ann&lt;/a&gt;");
    CHECK(escape_markup("你好") == "你好");
    CHECK(escape_markup("") == "");
    CHECK(escape_xml("a\x01\t<\n\xff") == "a  &lt;\n\xef\xbf\xbd");
}

TEST_CASE("edit distance counts slips of the hand", "[text]") {
    struct Row {
        std::string a;
        std::string b;
        std::size_t distance;
    };
    const auto row = GENERATE(values<Row>({
        {"", "", 0},
        {"", "abc", 3},
        {"abc", "abc", 0},
        {"ABC", "abc", 0},
        {"email", "emial", 1},
        {"email", "mail", 1},
        {"kitten", "sitting", 3},
        {"ca", "abc", 3},
        {"已付款", "已付", 1},
    }));
    CAPTURE(row.a, row.b);
    CHECK(edit_distance(row.a, row.b) == row.distance);
    CHECK(edit_distance(row.b, row.a) == row.distance);
}

TEST_CASE("the names meant are offered, nearest first, at most three", "[text]") {
    const std::vector<std::string> names = {
        "order_paid", "order_placed", "signed_up",  "Order_Paid",    "email",    "order_paidx",
        "sms",        "付款成功",     "order_laid", "order_payment", "signed_up"};
    CHECK(did_you_mean("order_piad", names) ==
          std::vector<std::string>{"Order_Paid", "order_paid", "order_laid"});
    CHECK(did_you_mean("signedup", names) == std::vector<std::string>{"signed_up"});
    CHECK(did_you_mean("emal", names) == std::vector<std::string>{"email"});
    CHECK(did_you_mean("付款成工", names) == std::vector<std::string>{"付款成功"});
    CHECK(did_you_mean("zebra", names).empty());
    CHECK(did_you_mean("x", names).empty());
    CHECK(did_you_mean("", names).empty());
    CHECK(did_you_mean("sms", std::vector<std::string>{"sms"}).empty());
}

}  // namespace journey
