// What an editor says once nobody types is what `journey check` says, whatever was typed, asked and
// broken off before.

#include "dsl/dsl.h"
#include "dsl/editor/editor.h"
#include "engine/base/base.h"
#include "tests/dsl/editor/many_files.h"
#include "tests/kit/files.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>

namespace journey::editor {
namespace {

namespace fs = std::filesystem;
using testing::read_file;
const fs::path kGolden = fs::path(JOURNEY_SOURCE_DIR) / "tests/dsl/golden";

const std::string kShop = std::string(kSmallShop) + R"(consent news "News" {
  channels email
}
frequency gentle {
  at most 6 messages per 168h
}
)";

/// A journey and what belongs to it; one without a test and one with a remark that is allowed.
std::string journey_text(std::size_t number) {
    const std::string n = std::to_string(number);
    std::string text = names_of_file(n) + "template hello_" + n +
                       " email marketing {\n  consent news\n  subject \"Hello\"\n"
                       "  body \"<p>Hello</p>\"\n  unsubscribe automatic\n}\n";
    if (number % 3 == 0) text += "# allow J0407: one message, once\n";
    text += head_of_journey(n);
    if (number % 3 != 0) text += "  frequency gentle\n";
    text += "  do {\n    wait 1 day\n    a: send email hello_" + n + "\n  }\n}\n";
    if (number % 4 != 0) {
        text += "test \"t\" of j_" + n + " {\n  start 2026-03-02 09:00 in \"UTC\"\n  at +1h seen_" +
                std::to_string((number + 1) % 6) + "\n  at +2h expect nothing sent\n}\n";
    }
    return text;
}

using Said = std::vector<std::string>;

/// One line for each.
Said said(const source::SourceSet& sources, const std::vector<Diagnostic>& all) {
    Said lines;
    for (const Diagnostic& one : all)
        lines.push_back(source::render_json(sources, {one}));
    return lines;
}

/// What is wrong with a file, without the names that are close to a misspelt one.
Said in_short(const std::vector<Diagnostic>& all, FileId file) {
    Said lines;
    for (const Diagnostic& one : all) {
        if (one.span.file == file) {
            lines.push_back(one.code + " " + std::to_string(one.span.begin) + "-" +
                            std::to_string(one.span.end) + " " + one.before);
        }
    }
    return lines;
}

Said what_check_says(const std::map<std::string, std::string>& texts, const Project& project) {
    std::vector<dsl::SourceFile> files;
    for (const FileId id : project.files()) {
        const std::string& name = project.sources().at(id).name();
        files.push_back({name, texts.at(name)});
    }
    sema::Options options;
    options.read_file = [](std::string_view) { return std::nullopt; };
    dsl::Compilation made = dsl::compile(std::move(files), options);
    // Only the finished Program shows this.
    std::erase_if(made.diagnostics, [](const Diagnostic& one) {
        return one.before.starts_with("This project is too large");
    });
    return said(made.sources, made.diagnostics);
}

/// Those of `some` that `others` does not have.
Said without(const Said& some, const Said& others) {
    Said left;
    for (const std::string& line : some) {
        if (std::find(others.begin(), others.end(), line) == others.end()) left.push_back(line);
    }
    return left;
}

Project empty_project() {
    sema::Options options;
    options.read_file = [](std::string_view) { return std::nullopt; };
    return Project(std::move(options));
}

/// A slip of somebody who types.
std::string with_a_slip(std::string text, Rng& chance) {
    if (text.empty()) return "journey";
    const std::size_t at = chance.below(text.size());
    switch (chance.below(5)) {
        case 0:
            return text.erase(at, 1);
        case 1:
            return text.insert(at, 1, "x{}\"_ \n#9"[chance.below(9)]);
        case 2: {  // a line is gone
            const std::size_t end = text.find('\n', at);
            return text.erase(at, end == std::string::npos ? end : end - at + 1);
        }
        case 3:  // the rest is not written yet
            return text.substr(0, at);
        default: {  // another number of the same digits: a name of somebody else, or of nobody
            const std::size_t digit = text.find_first_of("0123456789", at);
            if (digit != std::string::npos) text[digit] = static_cast<char>('0' + chance.below(10));
            return text;
        }
    }
}

struct Typist {
    Project project = empty_project();
    std::map<std::string, std::string> texts;  // as they are
    std::map<std::string, std::string> first;  // as they were
    Rng chance;

    explicit Typist(std::uint64_t seed) : chance(seed) {}

    void write(const std::string& name, const std::string& text) {
        texts[name] = text;
        project.put(name, text);
    }
    void begin_with(std::map<std::string, std::string> files) {
        first = std::move(files);
        for (const auto& [name, text] : first)
            write(name, text);
    }
    void begin_well() {
        std::map<std::string, std::string> files = {{"shop.journey", kShop}};
        for (std::size_t i = 0; i < 40; ++i)
            files["f" + std::to_string(i) + ".journey"] = journey_text(i);
        begin_with(std::move(files));
    }
    const std::string& any_name() {
        return std::next(first.begin(), static_cast<std::ptrdiff_t>(chance.below(first.size())))
            ->first;
    }
    void edit() {
        const std::string name = any_name();
        switch (chance.below(6)) {
            case 0:
                write(name, first.at(name));
                break;
            case 1: {  // moved here from another file
                const std::string other = any_name();
                if (name.ends_with(".yaml") == other.ends_with(".yaml"))
                    write(name, first.at(other));
                break;
            }
            case 2:
                project.remove(name);
                break;
            default:
                write(name, with_a_slip(texts.contains(name) ? texts[name] : "", chance));
        }
    }
    /// What an editor asks meanwhile.
    void ask() {
        const std::vector<FileId> files = project.files();
        if (files.empty()) return;
        const FileId file = files[chance.below(files.size())];
        const auto size = project.sources().at(file).text().size();
        const auto offset = static_cast<std::uint32_t>(chance.below(size + 1));
        switch (chance.below(6)) {
            case 0:
                project.hover(file, offset);
                break;
            case 1:
                project.complete(file, offset);
                break;
            case 2:
                project.colours(file);
                break;
            case 3: {
                std::uint64_t looks = chance.below(400);
                project.check_unless([&] { return looks-- == 0; });
                break;
            }
            default:
                project.diagnostics_soon(file);
        }
    }
    void type_and_compare(int rounds) {
        for (int round = 0; round < rounds; ++round) {
            for (std::uint64_t i = chance.below(4) + 1; i > 0; --i) {
                edit();
                for (std::uint64_t j = chance.below(3); j > 0; --j)
                    ask();
            }
            CAPTURE(round);
            const Said settled = said(project.sources(), project.diagnostics());
            const Said checked = what_check_says(texts, project);
            REQUIRE(without(settled, checked) == Said());
            REQUIRE(without(checked, settled) == Said());
            REQUIRE(settled == checked);
        }
    }
};

}  // namespace

TEST_CASE("after any typing the editor says what the check says", "[editor]") {
    const std::uint64_t seed = GENERATE(1, 2, 3, 4);
    CAPTURE(seed);
    Typist typist(seed);
    typist.begin_well();
    typist.type_and_compare(12);
}

TEST_CASE("what is said at once stays true when the whole project was checked", "[editor]") {
    const std::uint64_t seed = GENERATE(21, 22, 23);
    CAPTURE(seed);
    Typist typist(seed);
    typist.begin_well();
    typist.project.diagnostics();
    int soon_enough = 0;
    for (int round = 0; round < 40; ++round) {
        CAPTURE(round);
        const std::string name = typist.any_name();
        const bool mended = typist.chance.below(2) == 0;
        typist.write(
            name, mended ? typist.first.at(name) : with_a_slip(typist.texts[name], typist.chance));
        const FileId file = *typist.project.find(name);
        const Said soon = in_short(typist.project.diagnostics_soon(file), file);
        if (!typist.project.settled()) ++soon_enough;
        REQUIRE(soon == in_short(typist.project.diagnostics(), file));
    }
    CHECK(soon_enough > 30);
}

TEST_CASE("in a project where everything hangs together an edit is answered as soon", "[editor]") {
    Project project = empty_project();
    project.put("shop.journey", kShop);
    constexpr int kFiles = 60;
    constexpr int kChain = 15;  // more segments in segments are too large
    const auto text = [](int i) {
        const std::string n = std::to_string(i);
        const std::string next = std::to_string((i + 1) % kFiles);
        return "segment s_" + n + " \"S\" = user.vip" +
               (i % kChain + 1 < kChain ? " and user in s_" + next : std::string()) +
               "\njourney j_" + n + " {\n  enter when paid\n  only if user in s_" + n +
               "\n  frequency gentle\n  do {\n    wait 1 day\n  }\n}\ntest \"t\" of j_" + next +
               " {\n  start 2026-03-02 09:00 in \"UTC\"\n  at +1h paid { order: \"1\" }\n"
               "  at +2h expect nothing sent\n}\n# " +
               std::string(20'000, '-') + "\n";
    };
    for (int i = 0; i < kFiles; ++i)
        project.put("f" + std::to_string(i) + ".journey", text(i));
    project.diagnostics();
    const FileId file = project.put("f3.journey", text(3) + "segment more \"M\" = user in s_4\n");
    const Said soon = in_short(project.diagnostics_soon(file), file);
    CHECK_FALSE(project.settled());
    // J0111, nobody uses it, is held back: what was left out could be who does.
    CHECK(soon.empty());
    const Said settled = in_short(project.diagnostics(), file);
    REQUIRE(settled.size() == 1);
    CHECK(settled[0].starts_with("J0111"));

    project.put("f3.journey", text(3) + "segment more \"M\" = user in s_nix\n");
    CHECK(in_short(project.diagnostics_soon(file), file) == in_short(project.diagnostics(), file));
}

TEST_CASE("every kind of mistake is said by the editor as by the check", "[editor]") {
    const std::uint64_t seed = GENERATE(11, 12, 13);
    CAPTURE(seed);
    std::vector<fs::path> cases;
    for (const auto& entry : fs::directory_iterator(kGolden)) {
        const fs::path& path = entry.path();
        if (path.extension() == ".journey" || path.extension() == ".yaml") cases.push_back(path);
    }
    std::sort(cases.begin(), cases.end());
    Typist typist(seed);
    std::map<std::string, std::string> files = {
        {"shop.journey", read_file(kGolden / "shop.journey")}};
    for (int i = 0; i < 36; ++i) {
        const fs::path& path = cases[typist.chance.below(cases.size())];
        files[path.filename().string()] = read_file(path);
    }
    typist.begin_with(std::move(files));
    typist.type_and_compare(12);
}

TEST_CASE("a check that is broken off anywhere leaves nothing behind", "[editor]") {
    Project project = empty_project();
    std::map<std::string, std::string> texts = {{"shop.journey", kShop}};
    for (std::size_t i = 0; i < 4; ++i)
        texts["f" + std::to_string(i) + ".journey"] = journey_text(i);
    texts["wrong.journey"] = "segment w \"W\" = user.nix\nsegment of_nobody \"N\" = user.vip\n";
    for (const auto& [name, text] : texts)
        project.put(name, text);
    const Said known = said(project.sources(), project.diagnostics());
    REQUIRE(known == what_check_says(texts, project));
    const FileId file = *project.find("f1.journey");
    const auto paid = static_cast<std::uint32_t>(texts["f1.journey"].find("paid"));
    const std::size_t uses = project.references(*project.symbol_at(file, paid)).size();
    REQUIRE(uses == 5);

    // Broken off at every look in turn, until there are no more.
    std::size_t looks = 0;
    for (bool whole = false; !whole; ++looks) {
        CAPTURE(looks);
        project.put("f1.journey", texts["f1.journey"] + "# more\n");
        std::size_t left = looks;
        // It says yes once: whoever asks must remember.
        whole = project.check_unless([&] { return left-- == 0; });
        REQUIRE(project.settled() == whole);
        const bool again = looks % 2 == 0;
        if (again) project.put("f1.journey", texts["f1.journey"]);
        REQUIRE(said(project.sources(), project.diagnostics()) == known);
        REQUIRE(project.references(*project.symbol_at(file, paid)).size() == uses);
    }
    // Every journey, template and test is looked at, by the checks and by the lints.
    CHECK(looks > 50);
    CHECK(project.check_unless([] { return true; }));  // nothing is left to check
}

}  // namespace journey::editor
