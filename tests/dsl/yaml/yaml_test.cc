#include "dsl/yaml/yaml.h"

#include "dsl/dsl.h"
#include "dsl/yaml/node.h"
#include "tests/kit/files.h"

#include <catch2/catch.hpp>
#include <filesystem>

using namespace journey;
namespace fs = std::filesystem;
using testing::read_file;

namespace {

const fs::path kTests = fs::path(JOURNEY_SOURCE_DIR) / "tests/dsl";

dsl::Compilation compile_same(const std::string& name) {
    std::vector<dsl::SourceFile> files;
    files.push_back({"shop.schema.journey", read_file(kTests / "yaml/same/shop.schema.journey")});
    files.push_back({name, read_file(kTests / "yaml/same" / name)});
    return dsl::compile(std::move(files));
}

bool same_moment(const sema::TestMoment& a, const sema::TestMoment& b) {
    return a.absolute == b.absolute && a.offset == b.offset;
}

}  // namespace

TEST_CASE("a journey means the same in both surfaces, by its hash", "[yaml]") {
    const std::string name = GENERATE("welcome", "receipt", "everything");
    CAPTURE(name);
    const dsl::Compilation dsl = compile_same(name + ".journey");
    const dsl::Compilation yaml = compile_same(name + ".journey.yaml");
    INFO(dsl::render_short(dsl) << dsl::render_short(yaml));
    REQUIRE(dsl.program);
    REQUIRE(yaml.program);
    REQUIRE(dsl.program->journeys.size() == 1);
    CHECK(dsl.program->journeys[0].hash == yaml.program->journeys[0].hash);
    CHECK(dsl.program->journeys[0].title == yaml.program->journeys[0].title);
    CHECK(dsl.program->journeys[0].about == yaml.program->journeys[0].about);
    const auto& steps = yaml.program->journeys[0].states;
    REQUIRE(dsl.program->journeys[0].states.size() == steps.size());
    for (std::size_t i = 0; i < steps.size(); ++i) {
        CHECK(dsl.program->journeys[0].states[i].step == steps[i].step);
    }
}

TEST_CASE("a test means the same in both surfaces", "[yaml]") {
    const dsl::Compilation dsl = compile_same("everything.journey");
    const dsl::Compilation yaml = compile_same("everything.journey.yaml");
    REQUIRE(dsl.tests.size() == 1);
    REQUIRE(yaml.tests.size() == 1);
    const dsl::TestCase& a = dsl.tests[0];
    const dsl::TestCase& b = yaml.tests[0];
    CHECK(a.title == b.title);
    CHECK(a.start == b.start);
    CHECK(a.zone == b.zone);
    CHECK(a.profile == b.profile);
    CHECK(a.consents == b.consents);
    CHECK(a.tags == b.tags);
    REQUIRE(a.history.size() == b.history.size());
    CHECK(a.history[0].data == b.history[0].data);
    CHECK(a.history[0].before_start == b.history[0].before_start);
    REQUIRE(a.arms.size() == 2);
    REQUIRE(b.arms.size() == 2);
    CHECK(b.arms[1].holdout);
    REQUIRE(a.lines.size() == b.lines.size());
    for (std::size_t i = 0; i < a.lines.size(); ++i) {
        CAPTURE(a.lines[i].text, b.lines[i].text);
        CHECK(same_moment(a.lines[i].at, b.lines[i].at));
        CHECK(a.lines[i].every == b.lines[i].every);
        CHECK(a.lines[i].act.index() == b.lines[i].act.index());
    }
}

TEST_CASE("declarations give the same program, byte for byte", "[yaml]") {
    std::vector<Bytes> programs;
    for (const char* name : {"declarations.schema.journey", "declarations.schema.journey.yaml"}) {
        const dsl::Compilation made =
            dsl::compile({{name, read_file(kTests / "yaml/same" / name)}});
        INFO(dsl::render(made));
        REQUIRE(made.program);
        programs.push_back(ir::encode(*made.program));
    }
    CHECK(programs[0] == programs[1]);
}

TEST_CASE("every byte of a scalar is found in the file", "[yaml]") {
    const auto [label, file, marked] = GENERATE(table<std::string, std::string, std::string>({
        {"plain", "a: user.vip\n", "user.vip"},
        {"plain over two lines", "a: user\n   vip\n", "vip"},
        {"plain with wide characters", "a: 欢迎 vip\n", "vip"},
        {"single quotes", "a: 'it''s vip'\n", "vip"},
        {"double quotes", "a: \"x \\\"y\\\" \\u6b22 vip\"\n", "vip"},
        {"double quotes over lines", "a: \"x\n   vip\"\n", "vip"},
        {"literal block", "a: |\n    first\n    second vip\n", "vip"},
        {"literal block with deeper lines", "a: |\n  first\n    vip\n", "vip"},
        {"folded block", "a: >-\n    first\n    vip\n", "vip"},
        {"folded block with an empty line", "a: >\n    first\n\n    vip\n", "vip"},
        {"in a flow map", "a: {b: vip }\n", "vip"},
    }));
    CAPTURE(label);
    source::SourceSet sources;
    yaml::Diagnostics diagnostics;
    const auto id = sources.add("x.yaml", file, diagnostics);
    REQUIRE(id);
    std::optional<yaml::Node> node = yaml::read_document(sources.at(*id), *id, diagnostics);
    CHECK(diagnostics.empty());
    REQUIRE(node);
    while (node->kind == yaml::Kind::map) {
        yaml::Node inner = std::move(node->pairs[0].value);
        node = std::move(inner);
    }
    REQUIRE(node->kind == yaml::Kind::scalar);
    REQUIRE(node->offsets.size() == node->text.size() + 1);
    const std::size_t at = node->text.find(marked);
    REQUIRE(at != std::string::npos);
    CHECK(file.substr(node->offsets[at], marked.size()) == marked);
    CHECK(std::is_sorted(node->offsets.begin(), node->offsets.end()));
}

TEST_CASE("YAML never guesses: words stay words", "[yaml]") {
    const std::string file =
        "profile:\n  a: one of \"yes\", \"no\", \"0123\" default \"no\"\n  b: string default "
        "\"yes\"\n";
    const dsl::Compilation made = dsl::compile({{"a.yaml", file}});
    INFO(dsl::render(made));
    REQUIRE(made.program);
    CHECK(*made.program->profile[0].fallback == Value("no"));
    CHECK(made.program->profile[0].type.choices == std::vector<std::string>{"yes", "no", "0123"});
}

TEST_CASE("line ends of any kind and a byte order mark change nothing", "[yaml]") {
    const std::string plain = "segments:\n  a: now > now\n  b: user in a\n";
    const auto [label, newline, head] = GENERATE(table<std::string, std::string, std::string>(
        {{"CRLF", "\r\n", ""}, {"CR", "\r", ""}, {"a byte order mark", "\n", "\xef\xbb\xbf"}}));
    CAPTURE(label);
    std::string other = head;
    for (const char c : plain)
        other += c == '\n' ? newline : std::string(1, c);
    const dsl::Compilation made = dsl::compile({{"a.yaml", other}});
    INFO(dsl::render(made));
    REQUIRE(made.program);
    CHECK(made.program->segments.size() == 2);
}

TEST_CASE("damaged YAML is answered with diagnostics, never with a crash", "[yaml][hostile]") {
    std::vector<std::string> seeds;
    for (const fs::path& folder : {kTests / "yaml/same", kTests / "golden"}) {
        for (const auto& entry : fs::directory_iterator(folder)) {
            if (entry.path().extension() == ".yaml") seeds.push_back(read_file(entry.path()));
        }
    }
    std::sort(seeds.begin(), seeds.end());
    Rng rng(20260321);
    const std::string_view nasty = "{}[]:#&*!|>'\"%@`\t\n -?,\\";
    for (int round = 0; round < 400; ++round) {
        std::string text = seeds[rng.below(seeds.size())];
        for (std::uint64_t edits = 1 + rng.below(4); edits > 0 && !text.empty(); --edits) {
            const std::size_t at = rng.below(text.size());
            switch (rng.below(4)) {
                case 0:
                    text.resize(at);
                    break;
                case 1:
                    text[at] = nasty[rng.below(nasty.size())];
                    break;
                case 2:
                    text.insert(at, 1, nasty[rng.below(nasty.size())]);
                    break;
                default:
                    text.erase(at, 1 + rng.below(8));
                    break;
            }
        }
        CAPTURE(round, text);
        const dsl::Compilation made = dsl::compile({{"x.yaml", text}});
        for (const dsl::Diagnostic& diagnostic : made.diagnostics) {
            CHECK(diagnostic.span.begin <= diagnostic.span.end);
            CHECK(diagnostic.span.end <= made.sources.at(diagnostic.span.file).text().size());
        }
        const bool silent = dsl::render(made).empty() && !made.program;
        CHECK_FALSE(silent);
    }
}

namespace {

/// Nothing but the front end: what the file says, whether or not its names exist.
bool has_mistakes(const std::string& text) {
    source::SourceSet sources;
    yaml::Diagnostics diagnostics;
    const auto id = sources.add("x.journey.yaml", text, diagnostics);
    if (id) yaml::parse_file(sources, *id, diagnostics);
    for (const source::Diagnostic& one : diagnostics) {
        CHECK(one.span.begin <= one.span.end);
        CHECK(one.span.end <= sources.at(one.span.file).text().size());
    }
    return source::has_errors(diagnostics);
}

}  // namespace

TEST_CASE("every truncation of every YAML file ends in words, never in a crash",
          "[yaml][hostile]") {
    std::size_t seen = 0;
    for (const fs::path& folder :
         {kTests / "yaml/same", kTests / "../../examples/03-eight-journeys/yaml"}) {
        if (!fs::exists(folder)) continue;
        for (const auto& entry : fs::directory_iterator(folder)) {
            if (entry.path().extension() != ".yaml") continue;
            const std::string text = read_file(entry.path());
            CAPTURE(entry.path().filename().string());
            CHECK_FALSE(has_mistakes(text));
            // Of long files every fifth byte: with sanitizers the rest would take minutes.
            const std::size_t step = text.size() < 2500 ? 1 : 5;
            for (std::size_t size = 0; size < text.size(); size += step)
                has_mistakes(text.substr(0, size));
            ++seen;
        }
    }
    CHECK(seen > 3);
}

TEST_CASE("what hostile files are made of is refused", "[yaml][hostile]") {
    std::string bomb = "a: &a [x, x, x]\n";
    for (char c = 'b'; c < 'k'; ++c) {
        bomb += std::string(1, c) + ": &" + c + " [";
        for (int i = 0; i < 9; ++i)
            bomb += std::string(i > 0 ? ", *" : "*") + static_cast<char>(c - 1);
        bomb += "]\n";
    }
    std::string nested;
    for (int i = 0; i < 1000; ++i)
        nested += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
    std::string dashes = "do:\n";
    for (int i = 0; i < 100'000; ++i)
        dashes += "- ";
    std::string keys;
    for (int i = 0; i < 80'000; ++i)
        keys += "k" + std::to_string(i) + ": 1\n";
    std::string utf16;
    for (const char c : std::string("journey: a\n"))
        utf16 += std::string(1, c) + '\0';
    const auto [label, text] = GENERATE_REF(table<std::string, std::string>({
        {"an alias bomb", bomb},
        {"an alias to itself", "a: &a [*a]\n"},
        {"100,000 brackets", "a: " + std::string(100'000, '[')},
        {"100,000 braces", "a: " + std::string(100'000, '{')},
        {"100,000 dashes", dashes},
        {"1,000 maps in maps", nested},
        {"100,000 round brackets", "segments:\n  a: " + std::string(100'000, '(') + "\n"},
        {"80,000 keys nobody knows", keys},
        {"10 MB", std::string(std::size_t{10} << 20, 'a')},
        {"invalid UTF-8", "journey: \xff\xfe\xfd\n"},
        {"half a character", "title: \xe6\xac\n"},
        {"UTF-16", utf16},
        {"UTF-16 with its mark", "\xff\xfe" + utf16},
        {"a key of a map", "{a: b}: c\n"},
        {"a set", "--- !!set\n? a\n"},
        {"a directive", "%TAG ! tag:x,2000:\n--- !foo\na: b\n"},
    }));
    CAPTURE(label);
    CHECK(has_mistakes(text));
}

TEST_CASE("deep and wide YAML is refused in time", "[yaml][hostile]") {
    const std::vector<std::string> texts = {"a: " + std::string(400, '['),
                                            "a: " + std::string(100'000, '['),
                                            std::string(std::size_t{1} << 21, 'a'),
                                            "a: &x [b]\nb: *x\n",
                                            "? [a]\n: b\n",
                                            std::string("\xff\xfe\0z", 4)};
    for (const std::string& text : texts) {
        const dsl::Compilation made = dsl::compile({{"x.yaml", text}});
        CHECK(source::has_errors(made.diagnostics));
    }
}

namespace {

std::string formatted(const std::string& text) {
    const dsl::Formatted made = dsl::format_source({"x.journey.yaml", text});
    INFO(source::render(made.sources, made.diagnostics));
    REQUIRE(made.text);
    return *made.text;
}

}  // namespace

TEST_CASE("YAML has one style too", "[yaml][format]") {
    const auto [label, before, after] = GENERATE(table<std::string, std::string, std::string>({
        {"indentation", "journey:   a\ndo:\n- wait:  2 days\n-   stop: x\n",
         "journey: a\ndo:\n  - wait: 2 days\n  - stop: x\n"},
        {"comments",
         "# top\n\njourney: a # name\n\n\n# steps\ndo:\n    # one\n    - wait: 2 days   # "
         "long\n    # end\n\n# bottom\n",
         "# top\n\njourney: a  # name\n\n# steps\ndo:\n  # one\n  - wait: 2 days  # long\n  # "
         "end\n\n# bottom\n"},
        {"flow maps", "tests:\n- test: t\n  of: a\n  given: [{user: { a : 1,b: \"x\" }}]\n",
         "tests:\n  - test: t\n    of: a\n    given: [{user: {a: 1, b: \"x\"}}]\n"},
        {"quotes stay", "segments:\n  a: 'x is \"y\"'\n  b: \"x is present\"\n",
         "segments:\n  a: 'x is \"y\"'\n  b: \"x is present\"\n"},
        {"blocks",
         "segments:\n  a: >-   # why\n      x is present\n      and y is present\n  b: x is "
         "present\n    or y is present\n",
         "segments:\n  a: >-  # why\n    x is present\n    and y is present\n  b: x is present\n   "
         " or "
         "y is present\n"},
        {"nothing", "", ""},
    }));
    CAPTURE(label);
    CHECK(formatted(before) == after);
    CHECK(formatted(after) == after);
}

TEST_CASE("formatting keeps the meaning and every comment", "[yaml][format]") {
    for (const auto& entry : fs::directory_iterator(kTests / "yaml/same")) {
        if (entry.path().extension() != ".yaml") continue;
        CAPTURE(entry.path().filename().string());
        const std::string text = read_file(entry.path());
        const std::string once = formatted(text);
        CHECK(formatted(once) == once);
        CHECK(std::count(once.begin(), once.end(), '#') ==
              std::count(text.begin(), text.end(), '#'));
    }
}
