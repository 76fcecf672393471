// journey schema: for yaml-language-server and its like.

#include "engine/app/commands.h"
#include "engine/app/project.h"

#include <fmt/format.h>
#include <fstream>

namespace journey::app {

int schema_command(const SchemaOptions& options) {
    std::vector<dsl::SourceFile> files;
    if (!options.project.empty()) {
        auto found = journey_files(options.project);
        if (!found) return fail(found.error());
        for (const std::string& path : found.value()) {
            auto text = read_text_file(path);
            if (!text) return fail(text.error());
            files.push_back({path, std::move(text).value()});
        }
    }
    const std::string schema = dsl::json_schema(std::move(files));
    if (options.out.empty()) {
        fmt::print("{}\n", schema);
        return 0;
    }
    std::ofstream out(options.out, std::ios::binary | std::ios::trunc);
    out << schema << '\n';
    if (!out.flush())
        return fail(Error{ErrorCode::refused, fmt::format("I cannot write {}", options.out)});
    return 0;
}

}  // namespace journey::app
