// journey fmt: the one style, written back only when something changes and only to files that can
// be read.

#include "dsl/translate/translate.h"
#include "engine/app/commands.h"
#include "engine/app/project.h"

#include <filesystem>
#include <fmt/format.h>
#include <iostream>
#include <sstream>

namespace journey::app {
namespace {

void print_unreadable(const dsl::Formatted& formatted) {
    const auto language = translate::language_of_environment();
    dsl::RenderOptions options;
    options.words = translate::render_words(language);
    fmt::print(stderr, "{}",
               source::render(formatted.sources,
                              translate::diagnostics(formatted.diagnostics, language), options));
}

int format_standard_input() {
    std::stringstream text;
    text << std::cin.rdbuf();
    const dsl::Formatted formatted = dsl::format_source({"standard input", text.str()});
    if (!formatted.text) {
        print_unreadable(formatted);
        return 1;
    }
    fmt::print("{}", *formatted.text);
    return 0;
}

}  // namespace

int format_command(const FormatOptions& options) {
    if (options.paths.size() == 1 && options.paths[0] == "-") return format_standard_input();
    int status = 0;
    std::size_t seen = 0;
    List changed;
    List unreadable;
    for (const std::string& path : options.paths) {
        auto files = journey_files(path);
        if (!files) return fail(files.error());
        for (const std::string& file : files.value()) {
            auto text = read_text_file(file);
            if (!text) return fail(text.error());
            ++seen;
            const dsl::Formatted formatted = dsl::format_source({file, text.value()});
            if (!formatted.text) {
                print_unreadable(formatted);
                unreadable.emplace_back(file);
                status = 1;
                continue;
            }
            if (*formatted.text == text.value()) continue;
            changed.emplace_back(file);
            if (!options.json) fmt::print("{}\n", file);
            if (options.check) {
                status = 1;
                continue;
            }
            auto written = replace_file(file, *formatted.text);
            if (!written) return fail(written.error());
        }
    }
    if (options.json) {
        // With --check they would change, without it they did.
        fmt::print("{}\n", to_json(Value(Record{{"files", Value(static_cast<std::int64_t>(seen))},
                                                {"changed", Value(std::move(changed))},
                                                {"unreadable", Value(std::move(unreadable))}})));
        return status;
    }
    const translate::Speech say(translate::language_of_environment());
    if (!options.check) {
        fmt::print(stderr, "{}", say("{} of {} files changed\n", changed.size(), seen));
    } else if (!changed.empty()) {
        fmt::print(stderr, "{}",
                   say("{} of {} files are not in the one style; run `journey fmt`\n",
                       changed.size(), seen));
    }
    return status;
}

}  // namespace journey::app
