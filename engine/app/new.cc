// journey new: a folder to start from, whose tests pass, in the reader's language.

#include "dsl/translate/translate.h"
#include "engine/app/commands.h"
#include "engine/app/project.h"

#include <array>
#include <filesystem>
#include <fmt/format.h>

namespace journey::app {
namespace {

struct Given {
    std::string_view language;
    std::string_view kit;
    std::string_view path;
    std::string_view text;
};
constexpr auto kGiven = std::to_array<Given>({
#include "engine/app/scaffold.inc"
});

struct Kit {
    std::string_view name;
    std::string_view about;
};
constexpr auto kKits = std::to_array<Kit>({
    {"first", "one journey and its two tests in one file"},
    {"shop", "a shop's schema, five journeys with their tests, mails in HTML"},
});

bool is_kit(std::string_view name) {
    return std::any_of(kKits.begin(), kKits.end(),
                       [&](const Kit& one) { return one.name == name; });
}

Result<std::size_t> write_kit(const NewOptions& options, std::string_view language) {
    namespace fs = std::filesystem;
    std::error_code failed;
    const fs::path root(options.directory);
    if (fs::exists(root, failed) && !fs::is_empty(root, failed)) {
        return error(ErrorCode::conflict,
                     fmt::format("{} is there already and not empty; name a folder that is not "
                                 "there yet",
                                 options.directory));
    }
    std::size_t written = 0;
    for (const Given& one : kGiven) {
        if (one.kit != options.kit || one.language != language) continue;
        const fs::path path = root / one.path;
        fs::create_directories(path.parent_path(), failed);
        TRY(replace_file(path.string(), std::string(one.text)));
        ++written;
    }
    return written;
}

}  // namespace

int new_command(const NewOptions& options) {
    const translate::Speech say(translate::language_of_environment());
    if (!is_kit(options.kit)) {
        fmt::print(stderr, "{}",
                   say("journey new: there is no kit `{}`; there are:\n", options.kit));
        for (const Kit& kit : kKits)
            fmt::print(stderr, "  {:<9}{}\n", fmt::format("`{}`", kit.name), say.words(kit.about));
        return 2;
    }
    const bool chinese = say.language() == translate::Language::chinese;
    const auto written = write_kit(options, chinese ? "zh" : "en");
    if (!written) return fail(written.error());
    fmt::print("{}",
               say("Wrote {} into {}. Its tests pass:\n\n    journey test {}\n\nThen change it, "
                   "and read what `journey check {}` says.\n",
                   say.counted(written.value(), "{} file", "{} files"), options.directory,
                   options.directory, options.directory));
    return 0;
}

}  // namespace journey::app
