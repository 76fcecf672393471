// The sentences that stand whole in the checks, also those no golden case has ever shown.

#include "dsl/translate/translate.h"
#include "tests/kit/files.h"
#include "tests/kit/literals.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <set>

using namespace journey;
namespace fs = std::filesystem;
using testing::read_file;

namespace {

/// The literals at `at`, joined; nothing unless they are followed by one of `ends`.
std::optional<std::string> words_at(const std::string& text, std::size_t at,
                                    std::string_view ends) {
    std::string out = testing::literals_at(text, at);
    const bool whole = at < text.size() && ends.find(text[at]) != std::string_view::npos;
    return whole && !out.empty() ? std::optional(std::move(out)) : std::nullopt;
}

void collect(const std::string& text, std::string_view mark, std::string_view ends,
             std::set<std::string>& into) {
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
        if (auto words = words_at(text, at + mark.size(), ends)) into.insert(*std::move(words));
    }
}

}  // namespace

TEST_CASE("every sentence that stands whole in a check has its Chinese", "[translate]") {
    std::set<std::string> said;
    for (const char* room : {"dsl/sema", "dsl/source", "dsl/syntax", "dsl/yaml", "dsl"}) {
        for (const auto& entry : fs::directory_iterator(fs::path(JOURNEY_SOURCE_DIR) / room)) {
            if (entry.path().extension() != ".cc") continue;
            const std::string text = read_file(entry.path());
            for (const char* mark :
                 {"and_help(", "and_after(", "help.push_back(", "help.emplace_back(",
                  "Applicability::probable,", "Applicability::certain,", "Applicability::sketch,"})
                collect(text, mark, "),", said);
            for (const char* mark : {".after =", ".label =", ".before ="})
                collect(text, mark, ";", said);
            // The title stands behind the code.
            for (std::size_t at = text.find("(\"J"); at != std::string::npos;
                 at = text.find("(\"J", at + 1)) {
                constexpr std::size_t kCode = 9;  // ("J0201",
                if (text.compare(at + kCode - 2, 2, "\",") != 0) continue;
                if (auto words = words_at(text, at + kCode, ",")) said.insert(*std::move(words));
            }
        }
    }
    REQUIRE(said.size() > 300);
    for (const std::string& words : said) {
        CAPTURE(words);
        CHECK(translate::sentence(words, translate::Language::chinese));
    }
}
