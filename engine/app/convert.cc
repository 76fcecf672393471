// journey convert: one file in the other surface. What it writes was read back first, and means the
// same.

#include "dsl/translate/translate.h"
#include "engine/app/commands.h"
#include "engine/app/project.h"

#include <fmt/format.h>
#include <fstream>
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

std::string name_for(dsl::Surface surface) {
    return surface == dsl::Surface::yaml ? "standard input.journey.yaml" : "standard input.journey";
}

}  // namespace

int convert_command(const ConvertOptions& options) {
    dsl::SourceFile file{options.file, {}};
    const bool piped = options.file == "-";
    if (piped) {
        if (options.to.empty())
            return fail(
                Error{ErrorCode::refused, "say what to convert to: --to yaml or --to journey"});
        std::stringstream text;
        text << std::cin.rdbuf();
        file.text = text.str();
        file.name = name_for(options.to == "yaml" ? dsl::Surface::journey : dsl::Surface::yaml);
    } else {
        auto text = read_text_file(options.file);
        if (!text) return fail(text.error());
        file.text = std::move(text).value();
    }
    const dsl::Surface from = dsl::surface_of(file.name);
    dsl::Surface to = from == dsl::Surface::yaml ? dsl::Surface::journey : dsl::Surface::yaml;
    if (!options.to.empty()) to = options.to == "yaml" ? dsl::Surface::yaml : dsl::Surface::journey;
    const dsl::Formatted made =
        to == from ? dsl::format_source(file) : dsl::convert_source(file, to);
    if (!made.text) {
        print_unreadable(made);
        return 1;
    }
    // It must be readable again before anybody keeps it.
    const dsl::Formatted back = dsl::format_source({name_for(to), *made.text});
    if (!back.text) {
        print_unreadable(back);
        return fail(
            Error{ErrorCode::refused,
                  "I wrote something I cannot read back, so nothing was kept; please report "
                  "this file"});
    }
    if (options.out.empty()) {
        fmt::print("{}", *made.text);
        return 0;
    }
    std::ofstream out(options.out, std::ios::binary | std::ios::trunc);
    out << *made.text;
    if (!out.flush())
        return fail(Error{ErrorCode::refused, fmt::format("I cannot write {}", options.out)});
    return 0;
}

}  // namespace journey::app
