// Where seeds come from, and the words of the language.

#include "tests/fuzz/fuzz.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <sstream>

namespace journey::fuzz {

std::vector<std::string> files_in(std::string_view folder,
                                  const std::vector<std::string>& endings) {
    namespace fs = std::filesystem;
    std::vector<fs::path> paths;
    for (const auto& entry :
         fs::recursive_directory_iterator(fs::path(JOURNEY_SOURCE_DIR) / folder)) {
        const std::string name = entry.path().filename().string();
        if (std::any_of(endings.begin(), endings.end(),
                        [&](const std::string& ending) { return name.ends_with(ending); }))
            paths.push_back(entry.path());
    }
    std::sort(paths.begin(), paths.end());
    std::vector<std::string> texts;
    for (const fs::path& path : paths) {
        std::stringstream text;
        text << std::ifstream(path, std::ios::binary).rdbuf();
        texts.push_back(text.str());
    }
    return texts;
}

std::vector<std::string> language_words() {
    return {"language 1",
            "use \"a\"",
            "workspace",
            "profile user",
            "event",
            "channel",
            "consent",
            "frequency",
            "quiet",
            "webhook",
            "template",
            "segment",
            "band",
            "snippet",
            "journey",
            "test",
            "version",
            "enter when",
            "enter every Monday at 08:00 local for",
            "joining",
            "leaving",
            "reaches 3 per",
            "lasts 90s",
            "unless",
            "only if",
            "reenter",
            "goal",
            "then exit",
            "exit if",
            "exit when",
            "expires after",
            "from version 2 {",
            "moves to",
            "others stay",
            "key",
            "do {",
            "send email",
            "with {",
            "valid for",
            "wait until",
            "wait at most 1 day {",
            "on",
            "timeout",
            "if",
            "} else {",
            "else if",
            "choose {",
            "otherwise",
            "split",
            "experiment",
            "holdout 5%",
            "blast limit 10000 per day",
            "canary 100 for 30 minutes stop above 5%",
            "sample 20%",
            "arm",
            "winner by",
            "clicked per delivered",
            "let",
            "set user.",
            "add tag",
            "call",
            "as",
            "emit",
            "run",
            "include",
            "(",
            ")",
            "repeat at most",
            "times",
            "until",
            "stop",
            "note",
            "start",
            "given",
            "at +1h",
            "expect",
            "not",
            "and",
            "or",
            "is",
            "in",
            "contains",
            "between",
            "default",
            "is missing",
            "did(",
            "count(",
            "sum(",
            "last(",
            "list(",
            "within 7 days",
            "since entry",
            "ever",
            "where",
            "limit 10",
            "trigger.",
            "user.",
            "now",
            "{",
            "}",
            "[",
            "]",
            "\"",
            "#",
            ":",
            ",",
            "\n",
            "CNY 1",
            "50%",
            "2026-03-20",
            "09:30",
            "1h30m",
            "-",
            "9223372036854775807",
            "\xE4\xBD\xA0",
            "\xF0\x9F\x8C\xB8",
            "\xEF\xBB\xBF",
            "\r\n"};
}

void require(bool condition, std::string_view what) {
    if (condition) return;
    fmt::print(stderr, "fuzz: {}\n", what);
    std::abort();
}

}  // namespace journey::fuzz
