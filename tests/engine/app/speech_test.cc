// Every sentence that the tools say themselves has its Chinese one, with the same places to fill.

#include "dsl/translate/translate.h"
#include "engine/model/model.h"
#include "tests/kit/files.h"
#include "tests/kit/literals.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <set>

using namespace journey;
using translate::Language;
using translate::Speech;
namespace fs = std::filesystem;
using testing::read_file;

namespace {

/// The texts of a call whose bracket is open at `at`: its patterns, adjacent ones joined, and not
/// those of calls within it.
std::vector<std::string> texts_of_call(const std::string& source, std::size_t at) {
    std::vector<std::string> all;
    bool joins = false;
    for (int depth = 1; at < source.size() && depth > 0;) {
        const char c = source[at];
        if (c == '"') {
            std::string text = testing::literal_at(source, at);
            if (depth > 1) continue;
            if (joins) {
                all.back() += text;
            } else {
                all.push_back(std::move(text));
            }
            joins = true;
            continue;
        }
        if (c == '(') ++depth;
        if (c == ')') --depth;
        if (std::isspace(static_cast<unsigned char>(c)) == 0) joins = false;
        ++at;
    }
    return all;
}

/// What the sources of `room` say: `say("…")`, `say_("…")`, `speech()("…")`, `say.counted(…)`.
std::set<std::string> said_in(const fs::path& room) {
    std::set<std::string> all;
    for (const auto& entry : fs::directory_iterator(room)) {
        if (entry.path().extension() != ".cc") continue;
        const std::string source = read_file(entry.path());
        for (const std::string_view call : {"say(", "say_(", "speech()(", "say.counted("}) {
            for (std::size_t at = source.find(call); at != std::string::npos;
                 at = source.find(call, at + 1)) {
                const bool inside_a_word =
                    at > 0 && (std::isalnum(static_cast<unsigned char>(source[at - 1])) != 0 ||
                               source[at - 1] == '_');
                if (inside_a_word) continue;
                for (std::string& text : texts_of_call(source, at + call.size()))
                    all.insert(std::move(text));
            }
        }
    }
    return all;
}

/// The sentences of `error(ErrorCode::…, "…")` and `Error{…, fmt::format("…", …)}`.
std::vector<std::string> refusals_in(const std::string& source) {
    std::vector<std::string> all;
    for (const std::string_view call : {"error(ErrorCode::", "Error{ErrorCode::"}) {
        for (std::size_t at = source.find(call); at != std::string::npos;
             at = source.find(call, at + 1)) {
            std::size_t from = source.find(',', at);
            if (from == std::string::npos) break;
            from = source.find_first_not_of(" \n", from + 1);
            constexpr std::string_view kFormat = "fmt::format(";
            if (source.compare(from, kFormat.size(), kFormat) == 0)
                from = source.find_first_not_of(" \n", from + kFormat.size());
            if (source[from] != '"') continue;
            const std::string text = testing::literals_at(source, from);
            // "{}: {}" only joins what others said.
            if (text.find(' ') != std::string::npos && text.find("{}: {}") == std::string::npos &&
                text.find("{}, line {}: {} ({})") == std::string::npos)
                all.push_back(text);
        }
    }
    return all;
}

/// "{}", "{:>9}" and "{0}" as their numbers, sorted and each once.
std::set<std::size_t> places_of(std::string_view pattern) {
    std::set<std::size_t> all;
    std::size_t next = 0;
    for (std::size_t at = 0; at < pattern.size(); ++at) {
        if (pattern[at] != '{') continue;
        if (pattern.substr(at).starts_with("{{")) {
            ++at;
            continue;
        }
        const std::size_t number = pattern.find_first_not_of("0123456789", at + 1);
        all.insert(number == at + 1
                       ? next++
                       : std::stoul(std::string(pattern.substr(at + 1, number - at - 1))));
    }
    return all;
}

bool is_chinese(std::string_view text) {
    return text.find("\xe4") != std::string_view::npos ||
           text.find("\xe5") != std::string_view::npos ||
           text.find("\xe6") != std::string_view::npos ||
           text.find("\xe7") != std::string_view::npos ||
           text.find("\xe8") != std::string_view::npos ||
           text.find("\xe9") != std::string_view::npos;
}

}  // namespace

TEST_CASE("every sentence of the tools has a Chinese one", "[app][translate]") {
    const fs::path root = JOURNEY_SOURCE_DIR;
    std::set<std::string> all = said_in(root / "engine/app");
    CHECK(all.size() > 150);
    all.merge(said_in(root / "engine/plan"));
    all.merge(said_in(root / "dsl/editor"));
    const Speech chinese(Language::chinese);
    for (const std::string& english : all) {
        CAPTURE(english);
        if (english.empty()) continue;  // nothing to say
        CHECK(translate::is_spoken(english));
        CHECK(places_of(english) == places_of(chinese.words(english)));
    }
}

TEST_CASE("every refusal of the tools has a Chinese sentence", "[app][translate]") {
    // Those that go through fail(): what begins a sentence of its own, not names put into one.
    std::set<std::string> all;
    for (const auto& entry : fs::directory_iterator(fs::path(JOURNEY_SOURCE_DIR) / "engine/app")) {
        const std::string name = entry.path().filename().string();
        if (entry.path().extension() != ".cc" || name.starts_with("bench") ||
            name.starts_with("lsp"))
            continue;
        for (std::string& text : refusals_in(read_file(entry.path())))
            all.insert(std::move(text));
    }
    CHECK(all.size() > 45);
    for (const std::string& english : all) {
        CAPTURE(english);
        // Each place filled with a name of its own.
        std::string filled;
        for (std::size_t at = 0; at < english.size(); ++at) {
            const bool place = english.compare(at, 2, "{}") == 0;
            filled += place ? "x" : std::string(1, english[at]);
            at += place ? 1 : 0;
        }
        const auto chinese = translate::sentence(filled, Language::chinese);
        CHECK(chinese);
        if (chinese) CHECK(is_chinese(*chinese));
    }
}

TEST_CASE("a person's timeline is told in Chinese", "[app][translate]") {
    const auto told = [](std::string_view english) {
        return translate::sentence(english, Language::chinese).value_or("(nobody translated it)");
    };
    CHECK(told("First heard of user:p1.") == "第一次出现：user:p1。");
    CHECK(told("Entered journey \"welcome\".") == "进入旅程“welcome”。");
    CHECK(told("Left journey \"welcome\": finished.") == "离开旅程“welcome”：走完了。");
    CHECK(told("Is at step \"a\" of journey \"b\", at the latest until 2026-03-02T09:00:00Z.") ==
          "停在旅程“b”的步骤“a”，最迟到 2026-03-02T09:00:00Z。");
    CHECK(told("Did not send sms \"hi\" of journey \"b\".") == "没有发送旅程“b”的短信“hi”。");
    CHECK(told("Nobody is known as `x`; ids begin with `user:` or `anon:`.") ==
          "没有标识为 `x` 的人；标识以 `user:` 或 `anon:` 开头。");
}

TEST_CASE("what the command line's library says is said in Chinese", "[app][translate]") {
    const auto usage = [](std::string_view english) {
        return translate::usage(english, Language::chinese);
    };
    CHECK(usage("--format: png not in {svg,dot,mermaid}") ==
          "--format 不能是 png，只能是 {svg,dot,mermaid}");
    CHECK(usage("The following argument was not expected: --foo") == "不认识这个参数：--foo");
    CHECK(usage("--people: 1 required UINT missing") == "--people 后面还缺 1 个值");
    CHECK(usage("--data excludes --csv") == "--data 与 --csv 不能同时使用");
    CHECK(usage("directory is required") == "请给出 directory");
    CHECK(usage("Could not convert: --people = many") == "--people 的值 many 读不懂");
    CHECK(usage("something else") == "something else");
    CHECK(translate::usage("directory is required", Language::english) == "directory is required");
}

TEST_CASE("every reason is said in both languages", "[app][translate]") {
    const Speech chinese(Language::chinese);
    for (int i = 0; i <= static_cast<int>(model::kLastReason); ++i) {
        const auto reason = static_cast<model::Reason>(i);
        const std::string_view english = model::sentence_of(reason);
        CAPTURE(english);
        CHECK(is_chinese(chinese.words(english)));
        CHECK(is_chinese(chinese.words(model::name_of(reason))));
    }
}

TEST_CASE("a pattern is filled in the order its language wants", "[app][translate]") {
    const Speech english;
    const Speech chinese(Language::chinese);
    CHECK(english("{} in {}{}.\n", "2 mistakes", "1 file", "") == "2 mistakes in 1 file.\n");
    CHECK(chinese("{} in {}{}.\n", "2 处错误", "1 个文件", "") == "1 个文件，2 处错误。\n");
    CHECK(english.counted(1, "{} file", "{} files") == "1 file");
    CHECK(english.counted(2, "{} file", "{} files") == "2 files");
}
