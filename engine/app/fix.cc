// journey fix: what has one certain mend is mended, shown as a diff, and written only when that
// leaves no file with more mistakes than it had.

#include "dsl/editor/editor.h"
#include "dsl/translate/translate.h"
#include "engine/app/commands.h"
#include "engine/app/diff.h"
#include "engine/app/project.h"

#include <fmt/format.h>

namespace journey::app {

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
    for (const editor::Fixed& file : fixed.files) {
        if (file.held_back) {
            fmt::print(stderr, "{}",
                       say("{}: some mends are left to you; with them it would have had more "
                           "mistakes than before.\n",
                           file.name));
            status = 1;
        }
        if (file.after == file.before) continue;
        fmt::print("{}", unified_diff(file.name, file.before, file.after));
        mended += file.says.size();
        ++changed;
        if (options.dry_run) continue;
        if (auto written = replace_file(file.name, file.after); !written)
            return fail(written.error());
    }
    fmt::print(stderr, "{}",
               say("{} in {}{}.\n", say.counted(mended, "{} mend", "{} mends"),
                   say.counted(changed, "{} file", "{} files"),
                   options.dry_run && changed > 0 ? say("; nothing was written") : ""));
    if (fixed.errors_left > 0) {
        fmt::print(stderr, "{}",
                   say.counted(fixed.errors_left, "{} mistake is left: `journey check` explains.\n",
                               "{} mistakes are left: `journey check` explains.\n"));
        status = 1;
    }
    return options.dry_run && changed > 0 ? 1 : status;
}

}  // namespace journey::app
