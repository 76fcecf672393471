// Every sentence that a golden case says has its Chinese one. With UNTRANSLATED=FILE the missing
// ones are written there, a line each with the code.

#include "dsl/dsl.h"
#include "dsl/translate/translate.h"
#include "tests/kit/files.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

using namespace journey;
namespace fs = std::filesystem;
using testing::read_file;

namespace {

std::vector<std::string> strings_of(const dsl::Diagnostic& diagnostic) {
    std::vector<std::string> all = {diagnostic.title, diagnostic.label, diagnostic.before,
                                    diagnostic.after};
    for (const source::Label& label : diagnostic.others)
        all.push_back(label.text);
    for (const std::string& help : diagnostic.help)
        all.push_back(help);
    for (const source::Fix& fix : diagnostic.fixes)
        all.push_back(fix.says);
    return all;
}

std::vector<dsl::Compilation> compile_goldens() {
    const fs::path here = fs::path(JOURNEY_SOURCE_DIR) / "tests/dsl/golden";
    std::vector<fs::path> files;
    for (const fs::path& folder : {here, here / "syntax"}) {
        for (const auto& entry : fs::directory_iterator(folder)) {
            const fs::path& path = entry.path();
            if (path.filename() == "shop.journey") continue;
            if (path.extension() == ".journey" || path.extension() == ".yaml")
                files.push_back(path);
        }
    }
    std::sort(files.begin(), files.end());
    std::vector<dsl::Compilation> all;
    dsl::Options options;
    options.read_file = [](std::string_view) { return std::nullopt; };
    for (const fs::path& path : files) {
        all.push_back(dsl::compile({{"shop.journey", read_file(here / "shop.journey")},
                                    {path.filename().string(), read_file(path)}},
                                   options));
    }
    return all;
}

}  // namespace

TEST_CASE("every sentence of every golden case can be read in Chinese", "[dsl][translate]") {
    std::map<std::string, std::string> missing;
    for (const dsl::Compilation& made : compile_goldens()) {
        for (const dsl::Diagnostic& diagnostic : made.diagnostics) {
            for (const std::string& words : strings_of(diagnostic)) {
                if (!translate::sentence(words, translate::Language::chinese))
                    missing.emplace(words, diagnostic.code);
            }
        }
    }
    if (const char* path = std::getenv("UNTRANSLATED")) {
        std::ofstream out(path);
        for (const auto& [words, code] : missing)
            out << code << '\t' << words << "\n--\n";
    }
    for (const auto& [words, code] : missing)
        UNSCOPED_INFO(code << ": " << words);
    CHECK(missing.empty());
}
