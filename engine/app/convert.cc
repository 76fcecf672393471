// journey convert: one file in the other surface. What it writes was read back first, and means the
// same.

#include "dsl/translate/translate.h"
#include "engine/app/commands.h"
#include "engine/app/project.h"

#include <filesystem>
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

constexpr int kMisused = 2;  // 1 is for what was read and is wrong

int refused(std::string words) {
    fail(Error{ErrorCode::refused, std::move(words)});
    return kMisused;
}

/// What a name says a file holds; nothing for names that say neither.
std::optional<dsl::Surface> surface_by_name(const std::string& name) {
    if (name.ends_with(".journey")) return dsl::Surface::journey;
    if (name.ends_with(".yaml") || name.ends_with(".yml")) return dsl::Surface::yaml;
    return std::nullopt;
}

std::string word_of(dsl::Surface surface) {
    return surface == dsl::Surface::yaml ? "yaml" : "journey";
}

/// The file to read, and what it is to become; the status to end with when that cannot be.
struct Task {
    dsl::SourceFile file;
    dsl::Surface to = dsl::Surface::journey;
};
std::optional<Task> task_of(const ConvertOptions& options) {
    Task task;
    if (options.file == "-") {
        if (options.to.empty()) {
            refused("say what to convert to: --to yaml or --to journey");
            return std::nullopt;
        }
        std::stringstream text;
        text << std::cin.rdbuf();
        task.file = {name_for(options.to == "yaml" ? dsl::Surface::journey : dsl::Surface::yaml),
                     text.str()};
    } else {
        std::error_code ignored;
        if (std::filesystem::is_directory(options.file, ignored)) {
            refused(fmt::format("{} is a folder; name one of its files, I convert one at a time",
                                options.file));
            return std::nullopt;
        }
        auto text = read_text_file(options.file);
        if (!text) {
            fail(text.error());
            return std::nullopt;
        }
        if (!surface_by_name(options.file)) {
            refused(
                fmt::format("{} ends neither in .journey nor in .journey.yaml, so I cannot "
                            "tell what it holds; rename it",
                            options.file));
            return std::nullopt;
        }
        task.file = {options.file, std::move(text).value()};
    }
    const dsl::Surface from = dsl::surface_of(task.file.name);
    task.to = from == dsl::Surface::yaml ? dsl::Surface::journey : dsl::Surface::yaml;
    if (!options.to.empty())
        task.to = options.to == "yaml" ? dsl::Surface::yaml : dsl::Surface::journey;
    if (surface_by_name(options.out).value_or(task.to) != task.to) {
        refused(task.to == dsl::Surface::yaml
                    ? fmt::format("what comes out is YAML, so {} has to end in .journey.yaml",
                                  options.out)
                    : fmt::format("what comes out is the journey language, so {} has to end in "
                                  ".journey",
                                  options.out));
        return std::nullopt;
    }
    return task;
}

}  // namespace

int convert_command(const ConvertOptions& options) {
    const std::optional<Task> task = task_of(options);
    if (!task) return kMisused;
    const dsl::Surface to = task->to;
    const dsl::Formatted made = to == dsl::surface_of(task->file.name)
                                    ? dsl::format_source(task->file)
                                    : dsl::convert_source(task->file, to);
    if (!made.text) {
        if (options.json) {
            fmt::print("{{\"diagnostics\":{}}}\n",
                       source::render_json(made.sources, made.diagnostics));
        } else {
            print_unreadable(made);
        }
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
    if (!options.out.empty()) {
        std::ofstream out(options.out, std::ios::binary | std::ios::trunc);
        out << *made.text;
        if (!out.flush())
            return fail(Error{ErrorCode::refused, fmt::format("I cannot write {}", options.out)});
    }
    if (options.json) {
        Record out{{"file", Value(options.file)}, {"to", Value(word_of(to))}};
        out.push_back(options.out.empty() ? NamedValue{"text", Value(*made.text)}
                                          : NamedValue{"written", Value(options.out)});
        fmt::print("{}\n", to_json(Value(std::move(out))));
    } else if (options.out.empty()) {
        fmt::print("{}", *made.text);
    }
    return 0;
}

}  // namespace journey::app
