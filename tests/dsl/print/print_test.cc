#include "dsl/print/print.h"

#include "dsl/dsl.h"
#include "dsl/syntax/syntax.h"
#include "dsl/yaml/yaml.h"
#include "tests/dsl/print/normal.h"
#include "tests/kit/files.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <sstream>

using namespace journey;
namespace fs = std::filesystem;
using testing::read_file;

namespace {

const fs::path kRoot = JOURNEY_SOURCE_DIR;

bool is_journey_file(const fs::path& path) {
    const std::string name = path.filename().string();
    return name.ends_with(".journey") || name.ends_with(".journey.yaml");
}

std::vector<fs::path> files_below(const fs::path& folder) {
    std::vector<fs::path> found;
    if (!fs::exists(folder)) return found;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (is_journey_file(entry.path())) found.push_back(entry.path());
    }
    std::sort(found.begin(), found.end());
    return found;
}

struct Tree {
    std::string dump;
    std::size_t comments = 0;
    std::string said;  // errors
};

Tree tree_of(const std::string& name, const std::string& text) {
    source::SourceSet sources;
    std::vector<source::Diagnostic> diagnostics;
    const auto id = sources.add(name, text, diagnostics);
    Tree tree;
    if (id) {
        ast::File file = dsl::surface_of(name) == dsl::Surface::yaml
                             ? yaml::parse_file(sources, *id, diagnostics)
                             : syntax::parse_file(sources, *id, diagnostics);
        tree.comments = file.comments.size();
        tree.dump = testing::normal_dump(std::move(file));
    }
    if (source::has_errors(diagnostics)) tree.said = source::render(sources, diagnostics) + "!";
    return tree;
}

std::string name_of(dsl::Surface surface) {
    return surface == dsl::Surface::yaml ? "x.journey.yaml" : "x.journey";
}

dsl::Surface other_than(dsl::Surface surface) {
    return surface == dsl::Surface::yaml ? dsl::Surface::journey : dsl::Surface::yaml;
}

std::string converted(dsl::Surface from, const std::string& text, dsl::Surface to) {
    const dsl::Formatted made = dsl::convert_source({name_of(from), text}, to);
    INFO(source::render(made.sources, made.diagnostics));
    REQUIRE(made.text);
    return *made.text;
}

/// There and back: the same tree, no comment lost, and nothing left to change.
std::string checked(dsl::Surface from, const std::string& text) {
    const dsl::Surface to = other_than(from);
    const Tree tree = tree_of(name_of(from), text);
    const std::string there = converted(from, text, to);
    INFO(there);
    const Tree other = tree_of(name_of(to), there);
    CHECK(other.said.empty());
    if (!other.said.empty()) WARN(other.said);
    CHECK(tree.dump == other.dump);
    CHECK(tree.comments == other.comments);
    const std::string back = converted(to, there, from);
    CHECK(tree_of(name_of(from), back).dump == tree.dump);
    CHECK(tree_of(name_of(from), back).comments == tree.comments);
    CHECK(converted(from, back, to) == there);
    // What was converted is in the one style already.
    const dsl::Formatted formatted = dsl::format_source({name_of(to), there});
    REQUIRE(formatted.text);
    CHECK(*formatted.text == there);
    return there;
}

}  // namespace

TEST_CASE("every file that can be read converts there and back", "[print]") {
    std::size_t seen = 0;
    for (const char* folder :
         {"examples", "workflows", "tests/dsl/corpus", "tests/dsl/golden", "tests/dsl/yaml/same"}) {
        for (const fs::path& path : files_below(kRoot / folder)) {
            CAPTURE(path.string());
            const std::string text = read_file(path);
            const dsl::Surface from = dsl::surface_of(path.string());
            if (!tree_of(name_of(from), text).said.empty()) continue;
            // What is said twice cannot be said in YAML.
            if (path.filename().string().starts_with("J0105")) continue;
            // In YAML what is given stands apart from what happens.
            if (path.filename().string().starts_with("J0703_given")) continue;
            checked(from, text);
            ++seen;
        }
    }
    CHECK(seen > 100);
}

TEST_CASE("a converted journey has the hash it had", "[print]") {
    std::size_t seen = 0;
    for (const char* folder : {"workflows", "examples/01-first-journey", "examples/02-real-data",
                               "examples/03-eight-journeys", "tests/dsl/corpus"}) {
        if (!fs::exists(kRoot / folder)) continue;
        CAPTURE(folder);
        std::vector<dsl::SourceFile> files;
        std::vector<dsl::SourceFile> others;
        for (const auto& entry : fs::directory_iterator(kRoot / folder)) {
            if (!is_journey_file(entry.path())) continue;
            const std::string name = entry.path().filename().string();
            files.push_back({name, read_file(entry.path())});
            const dsl::Surface from = dsl::surface_of(name);
            std::string text = converted(from, files.back().text, other_than(from));
            // The files it stands on are converted too.
            const std::size_t use = text.find("use: [shop.journey]");
            if (use != std::string::npos) text.replace(use, 19, "use: [shop.journey.yaml]");
            others.push_back({name + (from == dsl::Surface::yaml ? ".journey" : ".yaml"), text});
        }
        dsl::Options options;
        options.read_file = [&](std::string_view name) -> std::optional<std::string> {
            const fs::path path = kRoot / folder / name;
            if (!fs::exists(path)) return std::nullopt;
            return read_file(path);
        };
        const dsl::Compilation before = dsl::compile(files, options);
        if (!before.program) continue;
        const dsl::Compilation after = dsl::compile(others, options);
        INFO(dsl::render_short(after));
        REQUIRE(after.program);
        std::map<std::string, Sha256> hashes;
        for (const ir::Journey& journey : before.program->journeys)
            hashes[journey.name] = journey.hash;
        CHECK(after.program->journeys.size() == hashes.size());
        for (const ir::Journey& journey : after.program->journeys) {
            CAPTURE(journey.name);
            CHECK(hashes[journey.name] == journey.hash);
            ++seen;
        }
        CHECK(after.tests.size() == before.tests.size());
    }
    CHECK(seen > 10);
}

TEST_CASE("comments go with the statement they stand at", "[print]") {
    const std::string text = R"(# The file.

language 1

# About signing up.
event signed_up {
  source string  # web or app
  # nothing more
}

journey a {
  version 1  # first
  # who comes
  enter when signed_up
  only if user.email is present  # we need it
    and user.age > 3

  do {
    # hello there
    hello: send email welcome valid for 3h  # soon
    if user.vip {  # vips
      # a wait
      wait 2 days
      # below the wait
    } else {
      stop
    }
    # below everything
  }
}
# The end.
)";
    const std::string yaml = checked(dsl::Surface::journey, text);
    CHECK(yaml == R"(# The file.

language: 1

events:
  # About signing up.
  signed_up:
    source: string  # web or app
    # nothing more

journey: a
version: 1  # first
# who comes
enter:
  when: signed_up
only if: user.email is present and user.age > 3  # we need it

do:
  # hello there
  - send: email welcome  # soon
    id: hello
    valid: for 3h
  - if: user.vip  # vips
    then:
      # a wait
      - wait: 2 days
      # below the wait
    else:
      - stop:
  # below everything
# The end.
)");
}

TEST_CASE("text and expressions stay what they are in YAML", "[print]") {
    const std::string text = R"(journey a {
  version 1
  about "it's: a \"test\" # 1 \\ 2"
  enter when signed_up where source is "a: b" or source is not "# no"
  do {
    send email hello with {
      plain: "true"
      number: 12
      tricky: user.a default "x: y"
      hash: user.b default " # c"
      asked: user.b default "really?"
      quoted: "\u{202e}a\tb\n"
      list: [1, "two", user.c]
      map: { inner: "春", other: user.d }
      sum: "a" + user.e
      minus: -3
      "two words": time since user.f
    }
      to user.other_email
      without quiet
    set user.tier = "pro"
    wait until trigger.start - 1 day at 10:00 in "Asia/Shanghai"
    if (user.a or user.b) and not (user.c and user.d) {
      note "it's"
    }
  }
}
)";
    const std::string yaml = checked(dsl::Surface::journey, text);
    CAPTURE(yaml);
    CHECK(yaml.find("plain: \"true\"") != std::string::npos);
    CHECK(yaml.find("tricky: |-\n        user.a default \"x: y\"") != std::string::npos);
    CHECK(yaml.find("'(user.a or user.b)") == std::string::npos);
}

TEST_CASE("several journeys of one file stay in one file", "[print]") {
    const std::string yaml = checked(dsl::Surface::journey, R"(journey a {
  version 1
  enter when x
  do {
    stop
  }
}

# the second
journey b "B" transactional {
  version 2
  enter when y
  do {
    stop as done
  }
}

test "a" of a {
  start 2026-03-02 09:00 in "UTC"
  at +1h expect nothing sent
}
)");
    CHECK(yaml.find("journeys:\n  - journey: a\n") != std::string::npos);
    CHECK(yaml.find("  # the second\n  - journey: b\n    title: B\n") != std::string::npos);
    CHECK(yaml.find("    of: a\n") != std::string::npos);
}

namespace {

/// A project's files in one folder, with the files templates name.
dsl::Compilation compile_folder(const fs::path& folder, const fs::path& beside) {
    std::vector<fs::path> paths;
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (is_journey_file(entry.path())) paths.push_back(entry.path());
    }
    std::sort(paths.begin(), paths.end());
    std::vector<dsl::SourceFile> files;
    for (const fs::path& path : paths)
        files.push_back({path.filename().string(), read_file(path)});
    dsl::Options options;
    options.read_file = [&](std::string_view name) -> std::optional<std::string> {
        const fs::path path = beside / name;
        if (!fs::exists(path)) return std::nullopt;
        return read_file(path);
    };
    return dsl::compile(std::move(files), options);
}

/// Without the line that names the other files.
std::string dump_without_use(const std::string& name, const std::string& text) {
    std::istringstream lines(tree_of(name, text).dump);
    std::string out;
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("(use")) out += line + "\n";
    }
    return out;
}

}  // namespace

TEST_CASE("the eight journeys and their YAML twins are the same, tests and all", "[print]") {
    const fs::path folder = kRoot / "examples/03-eight-journeys";
    std::size_t seen = 0;
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (!is_journey_file(entry.path())) continue;
        const std::string name = entry.path().filename().string();
        CAPTURE(name);
        const fs::path twin = folder / "yaml" / (name + ".yaml");
        CHECK(dump_without_use(name, read_file(entry.path())) ==
              dump_without_use(name + ".yaml", read_file(twin)));
        ++seen;
    }
    CHECK(seen == 9);
    const dsl::Compilation dsl = compile_folder(folder, folder);
    const dsl::Compilation yaml = compile_folder(folder / "yaml", folder);
    INFO(dsl::render_short(dsl) << dsl::render_short(yaml));
    REQUIRE(dsl.program);
    REQUIRE(yaml.program);
    REQUIRE(dsl.program->journeys.size() == 8);
    std::map<std::string, Sha256> hashes;
    for (const ir::Journey& journey : dsl.program->journeys)
        hashes[journey.name] = journey.hash;
    for (const ir::Journey& journey : yaml.program->journeys)
        CHECK(hashes.at(journey.name) == journey.hash);
    CHECK(dsl.tests.size() == yaml.tests.size());
}
