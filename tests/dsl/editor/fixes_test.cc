#include "dsl/editor/editor.h"

#include <catch2/catch.hpp>

namespace journey::editor {
namespace {

const std::string kShop =
    "language 1\nprofile user {\n  email string\n}\nevent signed_up {\n  source string "
    "required\n}\nevent order_paid {\n  total money CNY required\n}\n";

std::vector<Fixed> fix(const std::string& text, const std::string& name = "a.journey") {
    return fix_certain({{"shop.journey", kShop}, {name, text}}, {},
                       [](const std::string&) { return true; })
        .files;
}

const std::string kHead = "language 1\nuse \"shop.journey\"\n";

TEST_CASE("a certain fix is applied and said", "[fixes]") {
    const auto made = fix(kHead + "segment new \"New\" = did(signed_upp within 30 days)\n");
    REQUIRE(made.size() == 1);
    CHECK(made[0].name == "a.journey");
    CHECK(made[0].after == kHead + "segment new \"New\" = did(signed_up within 30 days)\n");
    REQUIRE(made[0].says.size() == 1);
    CHECK(made[0].says[0] == "line 3, J0101: write `signed_up`.");
}

TEST_CASE("fixes that a fix uncovers come in the next round", "[fixes]") {
    // The event's name first; only then is its property known to be wrong.
    const auto made =
        fix(kHead + "segment big \"Big\" = did(order_payd where totl > CNY 5 within 30 days)\n");
    REQUIRE(made.size() == 1);
    CHECK(made[0].after ==
          kHead + "segment big \"Big\" = did(order_paid where total > CNY 5 within 30 days)\n");
    CHECK(made[0].says.size() == 2);
}

TEST_CASE("a text without certain mends is left alone", "[fixes]") {
    CHECK(fix(kHead + "segment none \"None\" = did(qqqqqqqq within 30 days)\n").empty());
    CHECK(fix(kHead + "segment fine \"Fine\" = user.email is present\n").empty());
}

TEST_CASE("line ends and the byte order mark stay as they were", "[fixes]") {
    const std::string text =
        "\xEF\xBB\xBFlanguage 1\r\nuse \"shop.journey\"\r\n# 你好\r\nsegment a \"A\" = "
        "did(signed_upp within 30 days)\r\nsegment b \"B\" = did(signed_upp within 30 days)\n";
    const auto made = fix(text);
    REQUIRE(made.size() == 1);
    std::string wanted = text;
    for (std::size_t at = 0; (at = wanted.find("upp", at)) != std::string::npos; ++at)
        wanted.erase(at + 2, 1);
    CHECK(made[0].after == wanted);
}

TEST_CASE("a file that may not change is read and left alone", "[fixes]") {
    const std::string text = kHead + "segment a \"A\" = did(signed_upp within 30 days)\n";
    const auto made = fix_certain({{"shop.journey", kShop}, {"a.journey", text}}, {},
                                  [](const std::string& name) { return name != "a.journey"; });
    CHECK(made.files.empty());
    CHECK(made.errors_left == 0);
}

TEST_CASE("YAML files are mended in place", "[fixes]") {
    const std::string text =
        "language: 1\nuse: [shop.journey]\njourney: hi\ntitle: Hi\nversion: 1\nenter:\n  when: "
        "signed_upp\nreenter: never\ndo:\n  - stop: as done\n";
    const auto made = fix(text, "a.journey.yaml");
    REQUIRE(made.size() == 1);
    CHECK(made[0].after.find("when: signed_up\n") != std::string::npos);
}

}  // namespace
}  // namespace journey::editor
