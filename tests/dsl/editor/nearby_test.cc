#include "dsl/editor/editor.h"
#include "tests/dsl/editor/many_files.h"

#include <catch2/catch.hpp>

namespace journey::editor {
namespace {

std::string journey_text(const std::string& number) {
    return names_of_file(number) + head_of_journey(number) + "  do {\n    wait 1 day\n  }\n}\n";
}

Project project_of(int files) {
    Project project;
    project.put("shop.journey", kSmallShop);
    for (int i = 0; i < files; ++i)
        project.put("f" + std::to_string(i) + ".journey", journey_text(std::to_string(i)));
    return project;
}

std::string said(const std::vector<Diagnostic>& all, FileId file) {
    std::string words;
    for (const Diagnostic& one : all) {
        if (one.span.file == file) words += one.code + " " + one.before + "\n";
    }
    return words;
}

}  // namespace

TEST_CASE("what is wrong with a file is known before the project is checked", "[editor]") {
    const auto [label, name, text] = GENERATE(table<std::string, std::string, std::string>({
        {"nothing", "f7.journey", journey_text("7")},
        {"a name nobody knows", "f7.journey",
         journey_text("7") + "event x\nsegment y = user.nix\n"},
        {"a name of another file", "f7.journey", "segment s_7 \"S\" = did(seen_8 ever)\n"},
        {"a name taken elsewhere", "f7.journey", journey_text("8")},
        {"a name that another file used is gone", "f7.journey", "event seen_8\n"},
        {"a file that cannot be read", "f7.journey", "journey {"},
        {"what everybody leans on", "shop.journey", std::string(kSmallShop) + "event seen_3\n"},
        {"a new file", "more.journey",
         "test \"t\" of j_9 {\n  start 2026-03-02 09:00 in \"UTC\"\n"
         "  at +1h seen_9\n  at +2h expect nothing sent\n}\n"},
    }));
    CAPTURE(label);
    Project project = project_of(40);
    project.diagnostics();
    const FileId file = project.put(name, text);
    const std::string soon = said(project.diagnostics_soon(file), file);
    CHECK(soon == said(project.diagnostics(), file));
    CHECK(said(project.diagnostics_soon(file), file) == soon);
}

TEST_CASE("what uses a file's names is looked at too", "[editor]") {
    Project project = project_of(40);
    project.put("test.journey",
                "test \"t\" of j_9 {\n  start 2026-03-02 09:00 in \"UTC\"\n  at +1h "
                "seen_9\n  at +2h expect nothing sent\n}\n");
    project.diagnostics();
    const FileId file = project.put("f9.journey", journey_text("9") + "# more\n");
    // J0701, no test, would be wrong.
    CHECK(said(project.diagnostics_soon(file), file).find("J0701") == std::string::npos);
    CHECK(said(project.diagnostics_soon(file), file) == said(project.diagnostics(), file));
}

}  // namespace journey::editor
