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

// As far as looking goes: a note is not worth reading a whole disk.
constexpr int kDeepest = 4;
constexpr int kLookedAtMost = 5'000;
constexpr std::size_t kNamed = 5;

bool is_read_elsewhere(const fs::path& name) {
    return name.string().starts_with('.') || name == "node_modules";
}

/// The journey files in the folders below `path`, sorted.
std::vector<std::string> files_below(const std::string& path) {
    std::vector<std::string> found;
    std::error_code problem;
    int looked = 0;
    for (fs::recursive_directory_iterator it(path, problem), end; !problem && it != end;
         it.increment(problem)) {
        if (++looked > kLookedAtMost) break;
        std::error_code ignored;
        if (it->is_directory(ignored)) {
            if (it.depth() >= kDeepest || is_read_elsewhere(it->path().filename()))
                it.disable_recursion_pending();
            continue;
        }
        if (it.depth() > 0 && it->is_regular_file(ignored) && is_journey_file(it->path().string()))
            found.push_back(it->path().lexically_normal().string());
    }
    std::sort(found.begin(), found.end());
    return found;
}

/// "a.journey, b.journey and 3 more"
std::string first_of(const std::vector<std::string>& files, const translate::Speech& say) {
    std::string text;
    for (std::size_t i = 0; i < std::min(files.size(), kNamed); ++i)
        text += (i == 0 ? "" : ", ") + files[i];
    if (files.size() > kNamed) text = say("{} and {} more", text, files.size() - kNamed);
    return text;
}

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

std::vector<std::string> files_in(const std::string& home, std::string_view folder) {
    std::vector<std::string> found;
    std::error_code problem;
    for (fs::recursive_directory_iterator it(fs::path(home) / folder, problem), end;
         !problem && it != end && found.size() < 500; it.increment(problem)) {
        std::error_code ignored;
        if (it->is_regular_file(ignored))
            found.push_back(it->path().lexically_relative(home.empty() ? "." : home).string());
    }
    std::sort(found.begin(), found.end());
    return found;
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
    if (!fs::is_directory(path, problem)) {
        if (fs::exists(path, problem))
            return error(ErrorCode::invalid,
                         fmt::format("{} is neither a file of text nor a folder", path));
        return error(ErrorCode::not_found, fmt::format("there is no file or folder {}", path));
    }
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
    if (out.empty()) {
        if (const std::vector<std::string> below = files_below(path); !below.empty())
            return error(
                ErrorCode::not_found,
                fmt::format("{} itself holds no .journey or .journey.yaml file; {} lies in "
                            "a folder below, and a folder is a project of its own",
                            path, below.front()));
        return error(ErrorCode::not_found,
                     fmt::format("{} holds no .journey or .journey.yaml file", path));
    }
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
    project.options.list_files = [folders](std::string_view name) {
        std::vector<std::string> all;
        for (const fs::path& folder : folders)
            for (std::string& file : files_in(folder.string(), name))
                all.push_back(std::move(file));
        return all;
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

void say_unread(const std::vector<std::string>& paths, const dsl::Compilation& compilation) {
    const translate::Speech say(translate::language_of_environment());
    const bool mistakes = source::has_errors(compilation.diagnostics);
    const auto is_read = [&](const std::string& file) {
        return compilation.sources.find(file).has_value();
    };
    for (const std::string& path : paths) {
        std::error_code problem;
        const bool folder = fs::is_directory(path, problem);
        if (!folder && !mistakes) continue;
        const fs::path home = folder ? fs::path(path) : fs::path(path).parent_path();
        std::vector<std::string> beside;
        for (const auto& entry : fs::directory_iterator(home.empty() ? "." : home, problem)) {
            const std::string name = (home / entry.path().filename()).lexically_normal().string();
            if (!is_journey_file(name) || is_read(name)) continue;
            std::error_code ignored;
            if (entry.is_regular_file(ignored)) {
                beside.push_back(name);
            } else if (folder && entry.is_directory(ignored)) {
                fmt::print(stderr, "{}", say("note: {} is a folder and was not read.\n", name));
            } else if (folder) {
                fmt::print(stderr, "{}",
                           say("note: {} was not read: there is no file where it leads.\n", name));
            }
        }
        std::sort(beside.begin(), beside.end());
        if (!folder && !beside.empty()) {
            const std::string whole = home.empty() ? "." : home.string();
            fmt::print(stderr, "{}",
                       say("note: {} was read without {}; for all of them write `journey check "
                           "{}`.\n",
                           path, first_of(beside, say), whole));
        }
        if (!folder) continue;
        std::vector<std::string> below = files_below(path);
        std::erase_if(below, is_read);
        if (!below.empty()) {
            fmt::print(stderr, "{}",
                       say("note: a folder below is a project of its own, so this was not read: "
                           "{}.\n",
                           first_of(below, say)));
        }
    }
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
