// What the tools do with files they are not meant for, and what they say to scripts.

#include "engine/app/commands.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

namespace journey::app {
namespace {

class Folder {
  public:
    Folder() {
        std::string name =
            (std::filesystem::temp_directory_path() / "journey-tools-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    std::string put(const std::string& name, const std::string& text) const {
        std::ofstream(path_ / name, std::ios::binary) << text;
        return at(name);
    }
    std::string at(const std::string& name) const { return (path_ / name).string(); }
    std::string read(const std::string& name) const {
        std::ifstream in(path_ / name, std::ios::binary);
        std::stringstream text;
        text << in.rdbuf();
        return text.str();
    }
    bool has(const std::string& name) const { return std::filesystem::exists(path_ / name); }

  private:
    std::filesystem::path path_;
};

constexpr const char* kCommented = R"(language 1

# c1
# c2

# c3
event signed_up {
  plan string  # which
}

# about it
journey welcome "Welcome" {
  version 1  # first
  # before the entry
  enter when signed_up
  reenter never

  do {
    # paragraph one

    # paragraph two
    wait 1 day  # a while
  }
}

test "it" of welcome {
  start 2026-03-02 09:00 in "UTC"
  given user { }  # gu
  at +0s signed_up { plan: "a" }  # e1
  at +0s expect entered
}
)";

}  // namespace

TEST_CASE("convert takes one file whose name says what it holds", "[app]") {
    const Folder folder;
    const std::string journey = folder.put("a.journey", "language 1\n");
    const std::string yaml = folder.put("a.journey.yaml", "language: 1\n");
    const std::string text = folder.put("notes.txt", "language 1\n");
    const std::string broken = folder.put("b.journey", "journey {\n");
    struct Row {
        const char* label;
        std::string file, to, out;
        int status;
    };
    const std::vector<Row> rows{
        {"a folder", folder.at("."), "", "out.journey.yaml", 2},
        {"nothing there", folder.at("none.journey"), "", "out.journey.yaml", 2},
        {"a name that says nothing", text, "", "out.journey.yaml", 2},
        {"YAML into .journey", journey, "", "out.journey", 2},
        {"the language into .journey.yaml", yaml, "", "out.journey.yaml", 2},
        {"YAML into .journey, asked for", journey, "yaml", "out.journey", 2},
        {"mistakes", broken, "", "out.journey.yaml", 1},
        {"as it should be", journey, "", "out.journey.yaml", 0},
        {"back", yaml, "", "out.journey", 0},
    };
    for (const Row& row : rows) {
        CAPTURE(row.label);
        CHECK(convert_command({row.file, row.to, folder.at(row.out), false}) == row.status);
        CHECK(folder.has(row.out) == (row.status == 0));
    }
}

TEST_CASE("what convert writes is in the one style, with its comments", "[app]") {
    const Folder folder;
    const std::string journey = folder.put("a.journey", kCommented);
    REQUIRE(convert_command({journey, "", folder.at("b.journey.yaml"), false}) == 0);
    const std::string yaml = folder.read("b.journey.yaml");
    CAPTURE(yaml);
    CHECK(format_command({{folder.at("b.journey.yaml")}, true, false}) == 0);
    for (const char* comment : {"# c1", "# c3", "# which", "# first", "# before the entry",
                                "# paragraph one", "# paragraph two", "# a while", "# gu", "# e1"})
        CHECK(yaml.find(comment) != std::string::npos);
    REQUIRE(convert_command({folder.at("b.journey.yaml"), "", folder.at("c.journey"), false}) == 0);
    CHECK(format_command({{folder.at("c.journey")}, true, false}) == 0);
}

}  // namespace journey::app
