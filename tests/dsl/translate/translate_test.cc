#include "dsl/translate/translate.h"

#include <catch2/catch.hpp>

using namespace journey;
using translate::Language;

TEST_CASE("the locale says the language", "[dsl][translate]") {
    CHECK(translate::language_of("zh") == Language::chinese);
    CHECK(translate::language_of("zh_CN.UTF-8") == Language::chinese);
    CHECK(translate::language_of("zh-Hans") == Language::chinese);
    CHECK(translate::language_of("en_GB.UTF-8") == Language::english);
    CHECK(translate::language_of("C") == Language::english);
    CHECK(translate::language_of("") == Language::english);
}

TEST_CASE("names come through a translation as they are", "[dsl][translate]") {
    const auto said =
        translate::sentence("I cannot find an event called `加入购物车`.", Language::chinese);
    REQUIRE(said);
    CHECK(*said == "找不到名为 `加入购物车` 的事件。");
    // A name that is a word of ours is a name all the same.
    CHECK(translate::sentence("I cannot find an event called `money`.", Language::chinese) ==
          "找不到名为 `money` 的事件。");
}

TEST_CASE("a sentence nobody translated is none, and English stays itself", "[dsl][translate]") {
    CHECK_FALSE(translate::sentence("Quite another sentence.", Language::chinese));
    CHECK(translate::sentence("Quite another sentence.", Language::english) ==
          "Quite another sentence.");
    CHECK(translate::sentence("", Language::chinese) == "");
}

TEST_CASE("examples below a sentence stay in the author's language", "[dsl][translate]") {
    CHECK(translate::sentence("    wait 2 days", Language::chinese) == "    wait 2 days");
}
