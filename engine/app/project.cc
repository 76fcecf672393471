#include "engine/app/project.h"

#include "dsl/translate/translate.h"
#include "engine/app/progress.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>

namespace journey::app {
namespace {

namespace fs = std::filesystem;

}  // namespace

bool is_journey_file(const std::string& path) {
    return path.ends_with(".journey") || path.ends_with(".journey.yaml") ||
           path.ends_with(".journey.yml");
}

// `use "x"` on a line of its own, or YAML's `use: [x, y]`.
std::vector<std::string> used_files(const std::string& text, bool yaml) {
    std::vector<std::string> out;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t begin = line.find_first_not_of(" \t");
        if (begin == std::string::npos || line.compare(begin, 3, "use") != 0) continue;
        std::string rest = line.substr(begin + 3);
        if (yaml) {
            const std::size_t colon = rest.find(':');
            if (colon == std::string::npos) continue;
            rest = rest.substr(colon + 1);
            for (char& c : rest) {
                if (c == '[' || c == ']' || c == ',' || c == '"' || c == '\'' || c == '\r') c = ' ';
            }
            std::istringstream words(rest);
            for (std::string word; words >> word && !word.starts_with('#');)
                out.push_back(word);
        } else if (const std::size_t open = rest.find('"'); open != std::string::npos) {
            const std::size_t close = rest.find('"', open + 1);
            if (close != std::string::npos) out.push_back(rest.substr(open + 1, close - open - 1));
        }
    }
    return out;
}

Result<void> replace_file(const std::string& path, const std::string& text) {
    const std::string draft = path + ".new";
    {
        std::ofstream out(draft, std::ios::binary | std::ios::trunc);
        out << text;
        if (!out.flush())
            return error(ErrorCode::refused,
                         fmt::format("I cannot write {}; nothing was changed", draft));
    }
    std::error_code problem;
    // A file that was not there has no rights to keep; its draft has those of the user's umask.
    if (const fs::file_status before = fs::status(path, problem); fs::exists(before))
        fs::permissions(draft, before.permissions(), problem);
    problem.clear();
    fs::rename(draft, path, problem);
    if (problem)
        return error(ErrorCode::refused,
                     fmt::format("I cannot write {}: {}", path, problem.message()));
    return success();
}

Result<std::string> read_text_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return error(ErrorCode::not_found, fmt::format("I cannot read {}", path));
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

// A journey in YAML under a name that nobody would look at.
bool is_misnamed_journey(const fs::path& path) {
    if (path.extension() != ".yaml" && path.extension() != ".yml") return false;
    std::ifstream in(path);
    constexpr int kLines = 50;
    std::string line;
    for (int i = 0; i < kLines && std::getline(in, line); ++i) {
        if (line.starts_with("journey:") || line.starts_with("journeys:")) return true;
    }
    return false;
}

Result<std::vector<std::string>> journey_files(const std::string& path) {
    std::error_code problem;
    if (fs::is_regular_file(path, problem)) return std::vector<std::string>{path};
    if (!fs::is_directory(path, problem))
        return error(ErrorCode::not_found, fmt::format("there is no file or folder {}", path));
    std::vector<std::string> out;
    for (const auto& entry : fs::directory_iterator(path, problem)) {
        if (entry.is_regular_file() && is_journey_file(entry.path().string())) {
            out.push_back(entry.path().lexically_normal().string());
        } else if (entry.is_regular_file() && is_misnamed_journey(entry.path())) {
            return error(ErrorCode::invalid,
                         fmt::format("{} holds a journey, but only files whose names end in "
                                     ".journey or .journey.yaml are read; rename it",
                                     entry.path().lexically_normal().string()));
        }
    }
    if (problem)
        return error(ErrorCode::not_found,
                     fmt::format("I cannot look into {}: {}", path, problem.message()));
    if (out.empty())
        return error(ErrorCode::not_found,
                     fmt::format("{} holds no .journey or .journey.yaml file", path));
    std::sort(out.begin(), out.end());
    return out;
}

Result<ProjectFiles> read_project(const std::vector<std::string>& paths) {
    ProjectFiles project;
    std::vector<std::string> waiting;
    for (const std::string& path : paths) {
        TRY(std::vector<std::string> found, journey_files(path));
        waiting.insert(waiting.end(), found.begin(), found.end());
    }
    const std::size_t asked = waiting.size();
    std::set<std::string> known;
    std::vector<fs::path> folders;
    for (std::size_t i = 0; i < waiting.size(); ++i) {
        const fs::path path = fs::path(waiting[i]).lexically_normal();
        if (!known.insert(path.string()).second) continue;
        TRY(std::string text, read_text_file(path.string()));
        const bool yaml = !path.string().ends_with(".journey");
        for (const std::string& used : used_files(text, yaml)) {
            const fs::path target = (path.parent_path() / used).lexically_normal();
            std::string stem = target.string();
            if (!is_journey_file(stem)) continue;
            stem.resize(stem.rfind(".journey") + std::string_view(".journey").size());
            // As it is written, else in the other surface.
            for (const std::string& file : {target.string(), stem, stem + ".yaml", stem + ".yml"}) {
                std::error_code ignored;
                if (!fs::is_regular_file(file, ignored)) continue;
                waiting.push_back(file);
                break;
            }
        }
        if (std::find(folders.begin(), folders.end(), path.parent_path()) == folders.end())
            folders.push_back(path.parent_path());
        if (i >= asked) project.only_used.insert(path.string());
        project.files.push_back({path.string(), std::move(text)});
    }
    project.options.read_file = [folders](std::string_view name) -> std::optional<std::string> {
        for (const fs::path& folder : folders) {
            auto text = read_text_file((folder / name).string());
            if (text) return std::move(text).value();
        }
        return std::nullopt;
    };
    return project;
}

Result<dsl::Compilation> compile_project(const std::vector<std::string>& paths) {
    TRY(ProjectFiles project, read_project(paths));
    dsl::Compilation compilation = dsl::compile(std::move(project.files), project.options);
    // That a shared file has more than this project needs is no news for those who only use it.
    std::erase_if(compilation.diagnostics, [&](const dsl::Diagnostic& one) {
        return one.severity == source::Severity::information &&
               project.only_used.contains(
                   std::string(compilation.sources.at(one.span.file).name()));
    });
    compilation.diagnostics = translate::diagnostics(std::move(compilation.diagnostics),
                                                     translate::language_of_environment());
    return compilation;
}

void print_diagnostics(const dsl::Compilation& compilation, bool short_form) {
    if (compilation.diagnostics.empty()) return;
    dsl::RenderOptions options;
    options.colour = is_terminal(2);
    options.words = translate::render_words(translate::language_of_environment());
    fmt::print(stderr, "{}{}",
               short_form ? dsl::render_short(compilation) : dsl::render(compilation, options),
               short_form ? "" : "\n");
}

}  // namespace journey::app
