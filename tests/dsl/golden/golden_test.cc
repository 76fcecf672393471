// Golden pairs: CODE_name.journey (or .journey.yaml), compiled with shop.journey beside it, and
// what the author reads, CODE_name.expect. UPDATE_GOLDEN=1 rewrites; read the difference aloud.

#include "dsl/dsl.h"
#include "dsl/translate/translate.h"
#include "tests/kit/files.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

using namespace journey;
namespace fs = std::filesystem;
using testing::read_file;

namespace {

const fs::path kHere = fs::path(JOURNEY_SOURCE_DIR) / "tests/dsl/golden";

bool is_yaml(const fs::path& path) {
    return path.extension() == ".yaml";
}

std::vector<fs::path> cases() {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(kHere)) {
        const fs::path& path = entry.path();
        if (path.filename() == "shop.journey") continue;
        if (path.extension() == ".journey" || is_yaml(path)) found.push_back(path);
    }
    std::sort(found.begin(), found.end());
    return found;
}

/// Two hints that nearly every case would repeat are left to the cases that are about them.
dsl::Compilation compile_case(const fs::path& path) {
    const std::string name = path.filename().string();
    std::vector<dsl::SourceFile> files;
    files.push_back({"shop.journey", read_file(kHere / "shop.journey")});
    files.push_back({name, read_file(path)});
    dsl::Options options;
    options.read_file = [](std::string_view named) -> std::optional<std::string> {
        if (!fs::is_regular_file(kHere / named)) return std::nullopt;
        return read_file(kHere / named);
    };
    options.list_files = [](std::string_view folder) {
        std::vector<std::string> found;
        for (const auto& entry : fs::recursive_directory_iterator(kHere / folder))
            found.push_back(entry.path().lexically_relative(kHere).string());
        std::sort(found.begin(), found.end());
        return found;
    };
    dsl::Compilation made = dsl::compile(std::move(files), options);
    std::erase_if(made.diagnostics, [&](const dsl::Diagnostic& diagnostic) {
        const bool hint = diagnostic.code == "J0111" || diagnostic.code == "J0701";
        return hint && !name.starts_with(diagnostic.code);
    });
    return made;
}

void check_chinese(const dsl::Compilation& made, const fs::path& expect) {
    dsl::RenderOptions options;
    options.words = translate::render_words(translate::Language::chinese);
    const std::string said = source::render(
        made.sources, translate::diagnostics(made.diagnostics, translate::Language::chinese),
        options);
    if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(expect, std::ios::binary) << said;
    CHECK(said == read_file(expect));
}

}  // namespace

TEST_CASE("every message reads as reviewed", "[dsl][golden]") {
    const std::vector<fs::path> files = cases();
    REQUIRE(files.size() > 70);
    for (const fs::path& path : files) {
        CAPTURE(path.filename().string());
        fs::path expect = is_yaml(path) ? path.stem() : path;
        expect =
            kHere / expect.filename().replace_extension(is_yaml(path) ? ".yaml.expect" : ".expect");
        const dsl::Compilation made = compile_case(path);
        const std::string said = dsl::render(made);
        CHECK_FALSE(said.empty());
        if (std::getenv("UPDATE_GOLDEN") != nullptr)
            std::ofstream(expect, std::ios::binary) << said;
        CHECK(said == read_file(expect));
        check_chinese(made, kHere / "zh" / expect.filename());
    }
}

TEST_CASE("every case says its own code, and every certain fix is an edit", "[dsl][golden]") {
    for (const fs::path& path : cases()) {
        const std::string name = path.filename().string();
        CAPTURE(name);
        const dsl::Compilation made = compile_case(path);
        std::set<std::string> codes;
        for (const dsl::Diagnostic& diagnostic : made.diagnostics) {
            codes.insert(diagnostic.code);
            CAPTURE(diagnostic.before);
            CHECK_FALSE(diagnostic.before.empty());
            for (const source::Fix& fix : diagnostic.fixes) {
                if (fix.applicability == source::Applicability::certain && !is_yaml(path)) {
                    CHECK_FALSE(fix.edits.empty());
                }
            }
        }
        if (name.starts_with("J")) CHECK(codes.contains(name.substr(0, 5)));
    }
}

TEST_CASE("a file too large for a case reads as reviewed", "[dsl][golden]") {
    const dsl::Compilation made =
        dsl::compile({{"export.journey", std::string(3 * 1024 * 512, 'a')}});
    CHECK(dsl::render(made) ==
          "-- FILE TOO LARGE ------------------------------------ export.journey:1:1  J0901\n"
          "\n"
          "This file has 1.5 MiB; the limit is 1 MiB.\n"
          "\n"
          "Is this a data export? Journeys describe what to do; people and events come in\n"
          "through the API.\n");
    dsl::RenderOptions options;
    options.words = translate::render_words(translate::Language::chinese);
    CHECK(source::render(made.sources,
                         translate::diagnostics(made.diagnostics, translate::Language::chinese),
                         options) ==
          "-- 文件太大 ------------------------------------------ export.journey:1:1  J0901\n"
          "\n"
          "这个文件有 1.5 MiB，上限是 1 MiB。\n"
          "\n"
          "这是导出的数据吗？旅程描述要做什么；人和事件由 API 送进来。\n");
}
