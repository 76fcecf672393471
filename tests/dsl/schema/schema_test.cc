// The schema knows every key and no other, and a real validator (ajv, JSON Schema 2020-12) agrees
// with the compiler about which files are well formed.

#include "dsl/dsl.h"
#include "dsl/yaml/yaml.h"

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <set>

using namespace journey;
namespace json = boost::json;

namespace {

json::object schema_of(std::vector<dsl::SourceFile> project = {}) {
    return json::parse(dsl::json_schema(std::move(project))).as_object();
}

/// All names under `properties` and `patternProperties`, anywhere.
void collect(const json::value& value, std::set<std::string>& keys) {
    if (const auto* array = value.if_array()) {
        for (const json::value& one : *array)
            collect(one, keys);
        return;
    }
    const auto* object = value.if_object();
    if (object == nullptr) return;
    for (const auto& [name, inner] : *object) {
        if ((name == "properties" || name == "patternProperties") && inner.is_object()) {
            for (const auto& [key, unused] : inner.as_object())
                keys.emplace(key);
        }
        collect(inner, keys);
    }
}

void expect_described(const json::value& value, const std::string& path) {
    if (const auto* array = value.if_array()) {
        for (const json::value& one : *array)
            expect_described(one, path);
        return;
    }
    const auto* object = value.if_object();
    if (object == nullptr) return;
    CAPTURE(path);
    CHECK_FALSE(object->contains("oneOf"));
    for (const auto& [name, inner] : *object) {
        if (name == "properties" && inner.is_object()) {
            for (const auto& [key, rule] : inner.as_object()) {
                CAPTURE(std::string(key));
                CHECK(rule.as_object().contains("description"));
            }
        }
        expect_described(inner, path + "/" + std::string(name));
    }
}

bool knows(const std::string& text, std::string_view key) {
    const dsl::Compilation made = dsl::compile({{"x.journey.yaml", text}});
    const std::string words = "has no `" + std::string(key) + "`";
    const std::string step = "`" + std::string(key) + "` is not one of";
    for (const dsl::Diagnostic& one : made.diagnostics) {
        if (one.code != "J0804") continue;
        if (one.before.find(words) != std::string::npos) return false;
        if (one.before.find(step) != std::string::npos) return false;
    }
    return true;
}

}  // namespace

TEST_CASE("every key of the tables is in the schema, and no other", "[schema]") {
    std::set<std::string> expected;
    for (int i = 0; i <= static_cast<int>(yaml::Where::test_line); ++i) {
        for (const yaml::Key& key : yaml::table(static_cast<yaml::Where>(i)).keys) {
            CHECK_FALSE(key.about.empty());
            expected.insert(key.numbered ? "^" + std::string(key.name) + " [0-9]+$"
                                         : std::string(key.name));
        }
    }
    std::set<std::string> found;
    collect(schema_of(), found);
    CHECK(found == expected);
}

TEST_CASE("the builder accepts every key of its tables and no other", "[schema]") {
    const auto refuses_and_accepts = [](yaml::Where where, const std::string& before,
                                        const std::string& margin) {
        for (const yaml::Key& key : yaml::table(where).keys) {
            const std::string name = std::string(key.name) + (key.numbered ? " 2" : "");
            CAPTURE(before, name);
            CHECK(knows(before + margin + name + ":\n", name));
            if (!key.numbered) CHECK_FALSE(knows(before + margin + name + "_x:\n", name + "_x"));
        }
    };
    refuses_and_accepts(yaml::Where::file, "", "");
    refuses_and_accepts(yaml::Where::workspace, "workspace:\n", "  ");
    refuses_and_accepts(yaml::Where::goal, "journey: a\ndo: []\ngoals:\n  g:\n", "    ");
    refuses_and_accepts(yaml::Where::enter, "journey: a\ndo: []\nenter:\n", "  ");
    refuses_and_accepts(yaml::Where::test, "tests:\n", "  - ");
    for (const auto& [where, group] : {std::pair{yaml::Where::channel, "channels"},
                                       {yaml::Where::consent, "consents"},
                                       {yaml::Where::frequency, "frequencies"},
                                       {yaml::Where::quiet, "quiet hours"},
                                       {yaml::Where::webhook, "webhooks"},
                                       {yaml::Where::catalogue, "catalogues"},
                                       {yaml::Where::message_template, "templates"},
                                       {yaml::Where::segment, "segments"},
                                       {yaml::Where::band, "bands"},
                                       {yaml::Where::snippet, "snippets"}}) {
        refuses_and_accepts(where, std::string(group) + ":\n  x:\n", "    ");
    }
    for (const yaml::Where where : yaml::step_tables()) {
        const yaml::KeyTable& known = yaml::table(where);
        const std::string verb(known.keys.front().name);
        const std::string value = where == yaml::Where::choose ? " []" : " x";
        CAPTURE(verb);
        CHECK(knows("journey: a\ndo:\n  - " + verb + ":" + value + "\n", verb));
        for (const yaml::Key& key : known.keys.subspan(1)) {
            const std::string name(key.name);
            CAPTURE(name);
            CHECK(knows("journey: a\ndo:\n  - " + verb + ":" + value + "\n    " + name + ":\n",
                        name));
            CHECK_FALSE(
                knows("journey: a\ndo:\n  - " + verb + ":" + value + "\n    " + name + "_x:\n",
                      name + "_x"));
        }
    }
}

TEST_CASE("every key is described, and no choice is blind", "[schema]") {
    const json::object schema = schema_of();
    expect_described(schema, "");
    CHECK(schema.at("$schema") == "https://json-schema.org/draft/2020-12/schema");
}

TEST_CASE("a project's names complete values", "[schema]") {
    const std::string schema = dsl::json_schema(
        {{"shop.journey",
          "event signed_up\nsegment vip = user.a is present\nbroken here\ntemplate hello email "
          "marketing {\n}\n"}});
    CHECK(schema.find("\"email hello\"") != std::string::npos);
    CHECK(schema.find("\"signed_up\"") != std::string::npos);
    CHECK(schema.find("\"vip\"") != std::string::npos);
    CHECK(dsl::json_schema({}).find("signed_up") == std::string::npos);
}
