// journey fix: what has one certain mend is mended, shown as a diff, and written only when that
// leaves no file with more mistakes than it had.

#include "dsl/editor/editor.h"
#include "dsl/translate/translate.h"
#include "engine/app/commands.h"
#include "engine/app/diff.h"
#include "engine/app/project.h"

#include <fmt/format.h>

namespace journey::app {
namespace {

Value json_of(const editor::Fixed& file) {
    List mends;
    for (const std::string& mend : file.says)
        mends.emplace_back(mend);
    const bool changes = file.after != file.before;
    return Value(Record{{"file", Value(file.name)},
                        {"mends", Value(std::move(mends))},
                        {"held_back", Value(file.held_back)},
                        {"diff", Value(changes ? unified_diff(file.name, file.before, file.after)
                                               : std::string())}});
}

}  // namespace

int fix_command(const FixOptions& options) {
    auto project = read_project(options.paths);
    if (!project) return fail(project.error());
    std::vector<editor::NamedText> texts;
    for (dsl::SourceFile& file : project.value().files)
        texts.push_back({file.name, std::move(file.text)});
    const std::set<std::string>& only_used = project.value().only_used;
    const auto fixed =
        editor::fix_certain(texts, project.value().options,
                            [&](const std::string& name) { return !only_used.contains(name); });
    const translate::Speech say(translate::language_of_environment());
    std::size_t mended = 0;
    std::size_t changed = 0;
    int status = 0;
    List files;
    for (const editor::Fixed& file : fixed.files) {
        if (options.json) files.push_back(json_of(file));
        if (file.held_back) {
            if (!options.json) {
                fmt::print(stderr, "{}",
                           say("{}: some mends are left to you; with them it would have had more "
                               "mistakes than before.\n",
                               file.name));
            }
            status = 1;
        }
        if (file.after == file.before) continue;
        if (!options.json) fmt::print("{}", unified_diff(file.name, file.before, file.after));
        mended += file.says.size();
        ++changed;
        if (options.dry_run) continue;
        if (auto written = replace_file(file.name, file.after); !written)
            return fail(written.error());
    }
    if (fixed.errors_left > 0) status = 1;
    if (options.dry_run && changed > 0) status = 1;
    if (options.json) {
        fmt::print("{}\n",
                   to_json(Value(Record{
                       {"files", Value(std::move(files))},
                       {"mistakes_left", Value(static_cast<std::int64_t>(fixed.errors_left))},
                       {"written", Value(changed > 0 && !options.dry_run)}})));
        return status;
    }
    fmt::print(stderr, "{}",
               say("{} in {}{}.\n", say.counted(mended, "{} mend", "{} mends"),
                   say.counted(changed, "{} file", "{} files"),
                   options.dry_run && changed > 0 ? say("; nothing was written") : ""));
    if (fixed.errors_left > 0) {
        fmt::print(stderr, "{}",
                   say.counted(fixed.errors_left, "{} mistake is left: `journey check` explains.\n",
                               "{} mistakes are left: `journey check` explains.\n"));
    }
    return status;
}

}  // namespace journey::app
