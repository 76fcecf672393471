// The Liquid cases that others wrote (golden-liquid). They are not part of the project: the test
// says so when they are absent.

#include "engine/render/render.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

using namespace journey;
using render::Mode;

namespace {

std::optional<std::string> read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return std::nullopt;
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

std::optional<std::string> cases() {
    const char* given = std::getenv("GOLDEN_LIQUID");
    if (given != nullptr) return read_file(given);
    return read_file(JOURNEY_SOURCE_DIR "/../shared/data/golden_liquid.json");
}

const std::string& text_of(const Record& one, std::string_view name) {
    static const std::string kNone;
    const Value* found = find(one, name);
    const auto* text = found == nullptr ? nullptr : found->as<std::string>();
    return text == nullptr ? kNone : *text;
}

const Record& record_of(const Record& one, std::string_view name) {
    static const Record kNone;
    const Value* found = find(one, name);
    const auto* record = found == nullptr ? nullptr : found->as<Record>();
    return record == nullptr ? kNone : *record;
}

bool has_tag(const Record& one, std::string_view tag) {
    const Value* tags = find(one, "tags");
    const List* all = tags == nullptr ? nullptr : tags->as<List>();
    return all != nullptr && std::any_of(all->begin(), all->end(),
                                         [&](const Value& each) { return each == Value(tag); });
}

/// Shopify's own runner: lax, unless the case asks for more.
Mode mode_of(const Record& one) {
    if (has_tag(one, "strict2")) return Mode::strict2;
    return has_tag(one, "strict") ? Mode::strict : Mode::lax;
}

std::variant<std::string, render::RenderError> result_of(const Record& one, Mode mode) {
    auto parsed = render::Template::parse(text_of(one, "template"), mode);
    if (auto* error = std::get_if<render::RenderError>(&parsed)) return *error;
    render::Partials partials;
    for (const NamedValue& partial : record_of(one, "templates"))
        partials.add(partial.name, *partial.value.as<std::string>(), mode);
    render::RenderOptions options;
    options.partials = &partials;
    render::Renderer renderer;
    auto made =
        renderer.render(std::get<render::Template>(parsed), record_of(one, "data"), options);
    if (auto* error = std::get_if<render::RenderError>(&made)) return *error;
    return std::string(std::get<std::string_view>(made));
}

bool passes(const Record& one, Mode mode) {
    const auto result = result_of(one, mode);
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

void show(const Record& one, Mode mode) {
    const auto result = result_of(one, mode);
    const auto* error = std::get_if<render::RenderError>(&result);
    const Value* data = find(one, "data");
    std::cerr << "- " << text_of(one, "name") << "\n    " << to_json(text_of(one, "template"))
              << "\n    data   " << (data == nullptr ? "" : to_json(*data)) << "\n    wanted "
              << (find(one, "invalid") != nullptr ? "an error" : to_json(text_of(one, "result")))
              << "\n    got    "
              << (error != nullptr ? "error: " + error->message
                                   : to_json(std::get<std::string>(result)))
              << "\n";
}

std::size_t count_passed(const List& tests, std::optional<Mode> mode, bool shows) {
    std::size_t passed = 0;
    for (const Value& test : tests) {
        const Record& one = *test.as<Record>();
        const Mode wanted = mode.value_or(mode_of(one));
        if (passes(one, wanted)) {
            ++passed;
        } else if (shows) {
            show(one, wanted);
        }
    }
    return passed;
}

}  // namespace

TEST_CASE("the golden Liquid cases pass", "[render][golden]") {
    const auto text = cases();
    if (!text) {
        WARN("golden_liquid.json is not here (set GOLDEN_LIQUID to its path); nothing was checked");
        return;
    }
    auto file = value_from_json(*text);
    REQUIRE(file);
    const Value* tests = find(*file.value().as<Record>(), "tests");
    REQUIRE(tests != nullptr);
    const List& all = *tests->as<List>();
    const bool shows = std::getenv("GOLDEN_SHOW") != nullptr;
    const std::size_t passed = count_passed(all, std::nullopt, shows);
    const std::size_t strict = count_passed(all, Mode::strict, false);
    const std::size_t strict2 = count_passed(all, Mode::strict2, false);
    const std::size_t lax = count_passed(all, Mode::lax, false);
    std::cerr << "golden liquid: " << passed << " of " << all.size() << " pass; all of them lax "
              << lax << ", strict " << strict << ", strict2 " << strict2 << "\n";
    CHECK(passed >= 1050);
}
