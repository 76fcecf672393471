// The Liquid cases that others wrote (golden-liquid). They are not part of the project: the test
// says so when they are absent.

#include "engine/render/render.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

using namespace journey;

namespace {

std::optional<std::string> read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return std::nullopt;
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

std::string file_of_cases() {
    const char* given = std::getenv("GOLDEN_LIQUID");
    return given != nullptr ? given : JOURNEY_SOURCE_DIR "/../shared/data/golden_liquid.json";
}

struct Count {
    std::size_t passed = 0;
    std::size_t failed = 0;
    std::size_t beyond = 0;  // cases that need other templates: include, render
};

const std::string& text_of(const Record& one, std::string_view name) {
    static const std::string kNone;
    const Value* found = find(one, name);
    const auto* text = found == nullptr ? nullptr : found->as<std::string>();
    return text == nullptr ? kNone : *text;
}

std::variant<std::string, render::RenderError> result_of(const Record& one) {
    auto parsed = render::Template::parse(text_of(one, "template"));
    if (auto* error = std::get_if<render::RenderError>(&parsed)) return *error;
    const Value* data = find(one, "data");
    const Record* record = data == nullptr ? nullptr : data->as<Record>();
    return std::get<render::Template>(parsed).render(record == nullptr ? Record{} : *record,
                                                     render::Escape::none);
}

bool passes(const Record& one) {
    const auto result = result_of(one);
    const bool refused = std::holds_alternative<render::RenderError>(result);
    if (find(one, "invalid") != nullptr) return refused;
    if (refused) return false;
    const std::string& text = std::get<std::string>(result);
    if (const Value* many = find(one, "results")) {
        const List& all = *many->as<List>();
        return std::any_of(all.begin(), all.end(),
                           [&](const Value& wanted) { return wanted == Value(text); });
    }
    return text == text_of(one, "result");
}

void show(const Record& one) {
    const auto result = result_of(one);
    const auto* error = std::get_if<render::RenderError>(&result);
    std::cerr << "- " << text_of(one, "name") << "\n    " << to_json(text_of(one, "template"))
              << "\n    wanted " << to_json(text_of(one, "result")) << "\n    got    "
              << (error != nullptr ? "error: " + error->message
                                   : to_json(std::get<std::string>(result)))
              << "\n";
}

}  // namespace

TEST_CASE("the golden Liquid cases pass, but for the known few", "[render][golden]") {
    const auto text = read_file(file_of_cases());
    if (!text) {
        WARN("golden_liquid.json is not here (set GOLDEN_LIQUID to its path); nothing was checked");
        return;
    }
    auto file = value_from_json(*text);
    REQUIRE(file);
    const Value* tests = find(*file.value().as<Record>(), "tests");
    REQUIRE(tests != nullptr);
    Count count;
    for (const Value& test : *tests->as<List>()) {
        const Record& one = *test.as<Record>();
        if (find(one, "templates") != nullptr) {
            ++count.beyond;
        } else if (passes(one)) {
            ++count.passed;
        } else {
            ++count.failed;
            if (std::getenv("GOLDEN_SHOW") != nullptr) show(one);
        }
    }
    std::cerr << "golden liquid: " << count.passed << " passed, " << count.failed << " failed, "
              << count.beyond << " need other templates\n";
    CHECK(count.passed >= 1000);
}
