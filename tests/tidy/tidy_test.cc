#include "tests/kit/files.h"
#include "tests/tidy/source.h"

#include <catch2/catch.hpp>

namespace journey::tidy {
namespace {

const RoomMap& small_house() {
    static const RoomMap kRooms = parse_room_map(
        "# room | touches\n"
        "engine/base | \n"
        "engine/model | engine/base\n"
        "engine/core | engine/base engine/model\n"
        "engine/storage | engine/base engine/model\n"
        "engine/runtime | engine/base engine/core\n"
        "dsl/ast | engine/base\n"
        "connectors/api | engine/base\n"
        "connectors/net | engine/base connectors/api\n"
        "connectors/email/smtp | engine/base connectors/api connectors/net\n");
    return kRooms;
}

std::string list(const Findings& findings) {
    std::string out;
    for (const Finding& finding : findings) {
        out += "\n" + finding.path + ":" + std::to_string(finding.line) + ": " + finding.says;
    }
    return out;
}

struct Row {
    const char* label;
    const char* path;
    const char* text;
    const char* says;  // nullptr when there is nothing to say
};

void check_row(const Row& row, const Findings& findings) {
    CAPTURE(row.label, list(findings));
    if (row.says == nullptr) {
        CHECK(findings.empty());
    } else {
        REQUIRE_FALSE(findings.empty());
        CHECK(findings.front().says.find(row.says) != std::string::npos);
    }
}

}  // namespace

TEST_CASE("tidy: a room includes itself and the doors it touches", "[tidy]") {
    const auto row = GENERATE(values<Row>({
        {"its own file", "engine/core/x.cc", "#include \"engine/core/private.h\"\n", nullptr},
        {"a door it touches", "engine/core/x.cc", "#include \"engine/model/model.h\"\n", nullptr},
        {"the base", "engine/core/x.cc", "#include \"engine/base/base.h\"\n", nullptr},
        {"behind the base's door", "engine/core/x.cc", "#include \"engine/base/result.h\"\n",
         "include \"engine/base/base.h\""},
        {"behind a door", "engine/core/x.cc", "#include \"engine/model/ids.h\"\n", "behind a door"},
        {"a room it does not touch", "engine/core/x.cc", "#include \"engine/storage/storage.h\"\n",
         "engine/core may not include engine/storage"},
        {"a room touched by one it touches", "engine/runtime/x.cc",
         "#include \"engine/model/model.h\"\n", "engine/runtime may not include engine/model"},
        {"a nested room's door", "connectors/email/smtp/x.cc",
         "#include \"connectors/net/net.h\"\n", nullptr},
        {"a nested room from outside", "connectors/net/x.cc",
         "#include \"connectors/email/smtp/smtp.h\"\n", "connectors/net may not include"},
        {"storage's inside, by the wiring", "engine/app/x.cc",
         "#include \"engine/storage/sqlite/sqlite.h\"\n", nullptr},
        {"storage's inside, by another", "engine/runtime/x.cc",
         "#include \"engine/storage/sqlite/sqlite.h\"\n", "behind a door"},
        {"any door, by the wiring", "engine/app/x.cc",
         "#include \"connectors/email/smtp/smtp.h\"\n", nullptr},
        {"its own room's inside, by a test", "tests/engine/model/x.cc",
         "#include \"engine/model/ids.h\"\n", nullptr},
        {"another room's inside, by a test", "tests/engine/core/x.cc",
         "#include \"engine/model/ids.h\"\n", "behind a door"},
        {"a folder that is no room", "engine/core/x.cc", "#include \"engine/util/util.h\"\n",
         "in no room"},
        {"a test's file in the product", "engine/core/x.cc", "#include \"tests/kit/kit.h\"\n",
         "a test's file"},
        {"not from the root", "engine/core/x.cc", "#include \"private.h\"\n",
         "not a path from the root"},
        {"in a comment", "engine/core/x.cc", "// see\n/*\n#include \"engine/model/ids.h\"\n*/\n",
         nullptr},
    }));
    Findings findings;
    check_includes(source_file(row.path, row.text), small_house(),
                   {"connectors/net/net.h", "connectors/net/options.h"}, findings);
    check_row(row, findings);
}

TEST_CASE("tidy: foreign headers stay in their places", "[tidy]") {
    const auto row = GENERATE(values<Row>({
        {"curl at home", "connectors/net/client.cc", "#include <curl/curl.h>\n", nullptr},
        {"curl in a door", "connectors/net/net.h", "#include <curl/curl.h>\n", "through a door"},
        {"curl in what a door includes", "connectors/net/options.h", "#include <curl/curl.h>\n",
         "through a door"},
        {"curl in a private header", "connectors/net/handle.h", "#include <curl/curl.h>\n",
         nullptr},
        {"curl elsewhere", "connectors/email/smtp/x.cc", "#include <curl/curl.h>\n",
         "belongs only in connectors/net/"},
        {"sqlite at home", "engine/storage/sqlite/x.cc", "#include <sqlite3.h>\n", nullptr},
        {"sqlite elsewhere", "engine/app/x.cc", "#include <sqlite3.h>\n", "belongs only"},
        {"PEGTL elsewhere", "dsl/ast/x.cc", "#include <tao/pegtl.hpp>\n", "belongs only"},
        {"YAML of the config", "engine/settings/settings.cc", "#include <yaml-cpp/yaml.h>\n",
         nullptr},
        {"Asio in the core", "engine/core/x.cc", "#include <boost/asio.hpp>\n", "belongs only"},
        {"Asio in the runtime", "engine/runtime/x.h", "#include <boost/asio/awaitable.hpp>\n",
         nullptr},
        {"the standard library", "engine/core/core.h", "#include <vector>\n", nullptr},
    }));
    Findings findings;
    check_includes(source_file(row.path, row.text), small_house(),
                   {"connectors/net/net.h", "connectors/net/options.h"}, findings);
    check_row(row, findings);
}

TEST_CASE("tidy: what a door includes is as open as the door", "[tidy]") {
    const std::vector<SourceFile> files = {
        source_file("engine/core/core.h", "#include \"engine/core/a.h\"\n"),
        source_file("engine/core/a.h",
                    "#include \"engine/core/core.h\"\n"
                    "#include \"engine/core/b.h\"\n"),
        source_file("engine/core/b.h", ""),
        source_file("engine/core/private.h", "#include \"engine/core/b.h\"\n")};
    const auto exposed = exposed_headers(files, parse_room_map("engine/core | engine/base\n"));
    CHECK(exposed ==
          std::set<std::string>{"engine/core/a.h", "engine/core/b.h", "engine/core/core.h"});
}

TEST_CASE("tidy: forbidden words are found in code and only there", "[tidy]") {
    const auto row = GENERATE(values<Row>({
        {"the system's clock", "engine/core/x.cc", "auto t = std::chrono::system_clock::now();",
         "ask the Clock"},
        {"the system's clock behind its door", "engine/base/time.cc", "system_clock::now();",
         nullptr},
        {"a comment", "engine/core/x.cc", "// never system_clock, nor /* localtime */\nint x;",
         nullptr},
        {"a text", "engine/core/x.cc", "log(\"std::thread \\\" detached\");", nullptr},
        {"a raw text", "engine/core/x.cc", "log(R\"x(std::thread \" )\" detached)x\");", nullptr},
        {"after a raw text", "engine/core/x.cc", "log(R\"(a\"b)\"); std::thread t;", "threads"},
        {"after a number with ticks", "engine/core/x.cc", "int a = 1'000; std::thread t;",
         "threads"},
        {"after a quote character", "engine/core/x.cc", "char c = '\"'; std::thread t; // \"",
         "threads"},
        {"a longer name", "engine/core/x.cc", "int detached_count; operand(3); brand(4);", nullptr},
        {"rand", "engine/core/x.cc", "int a = rand();", "Rng"},
        {"sleeping in a test", "tests/engine/core/x.cc", "std::this_thread::sleep_for(1s);",
         "Mailbox"},
        {"a thread in the runtime", "engine/runtime/x.cc", "std::thread worker;", nullptr},
        {"a mutex in the runtime", "engine/runtime/x.cc", "std::mutex mutex_;", "Mailbox"},
        {"detached", "engine/app/x.cc", "co_spawn(io, run(), asio::detached);", "TaskGroup"},
        {"a swallowed exception", "engine/http/x.cc", "try { a(); } catch (...) {\n}", "is lost"},
        {"a translated exception", "engine/http/x.cc", "try { a(); } catch (...) { b(); }",
         nullptr},
    }));
    Findings findings;
    check_words(source_file(row.path, row.text), findings);
    check_row(row, findings);
}

TEST_CASE("tidy: the awaits that GCC 12.2 miscompiles are found", "[tidy]") {
    const char* path = "engine/runtime/x.cc";
    const auto row = GENERATE_COPY(values<Row>({
        {"in a condition", path, "if (!co_await clock.sleep_until(at)) { stop(); }", "condition"},
        {"in a switch", path, "switch (co_await next()) {}", "condition"},
        {"in a loop's condition", path, "while (more && co_await next()) {}", "condition"},
        {"in a branch", path, "if (more) { co_await next(); }", nullptr},
        {"named first", path,
         "const bool reached = co_await clock.sleep_until(at);\nif (reached) {}", nullptr},
        {"a braced aggregate", path, "co_await send({.to = who, .body = text});", "braced"},
        {"a named type, braced", path, "co_await send(Message{.to = who});", "braced"},
        {"bare braces", path, "co_await send(who, {1, 2});", "braced"},
        {"within CO_TRY", path, "CO_TRY(auto r, co_await send({.to = who}));", "braced"},
        {"moved in", path, "CO_TRY(auto r, co_await send(std::move(message)));", nullptr},
        {"a lambda that owns", path, "co_await store.run([id = owned] { return id; });", "lambda"},
        {"a lambda that copies all", path, "co_await store.run([=] { return id; });", "lambda"},
        {"a lambda by reference", path, "co_await store.run([&] { return id; });", nullptr},
        {"a subscript", path, "co_await rooms[a == b](x);", nullptr},
        {"braces after the statement", path, "co_await next(); auto m = Message{.to = who};",
         nullptr},
    }));
    Findings findings;
    check_awaits(source_file(row.path, row.text), findings);
    check_row(row, findings);
}

TEST_CASE("tidy: long files and headers that can be read twice are found", "[tidy]") {
    Findings findings;
    check_shape(source_file("engine/core/x.cc", std::string(700, '\n')), findings);
    check_shape(source_file("engine/core/x.h", "#pragma once\n"), findings);
    CHECK(findings.empty());
    check_shape(source_file("engine/core/x.cc", std::string(701, '\n')), findings);
    check_shape(source_file("engine/core/x.h", "// #pragma once\n"), findings);
    CHECK(findings.size() == 2);
}

TEST_CASE("tidy: a crash point that no test visits is found", "[tidy]") {
    Findings findings;
    const SourceFile file = source_file("engine/core/x.cc", "\ncrash_here(\"log.told\");\n");
    check_crash_points(file, R"({"log.told", "log.synced"})", findings);
    CHECK(findings.empty());
    check_crash_points(file, R"({"log.synced"})", findings);
    REQUIRE(findings.size() == 1);
    CHECK(findings.front().line == 2);
    CHECK(findings.front().says.find("\"log.told\"") != std::string::npos);
}

TEST_CASE("tidy: no CMake file may undo the map of rooms", "[tidy]") {
    Findings findings;
    check_touches(small_house(), findings);
    CHECK(list(findings).empty());
    check_touches(parse_room_map("engine/core | engine/runtime\nengine/runtime |\n"
                                 "dsl/ast | engine/core\nengine/model | engine/nothing\n"),
                  findings);
    CHECK(list(findings).find("engine/core may not touch engine/runtime") != std::string::npos);
    CHECK(list(findings).find("dsl/ast may not touch engine/core") != std::string::npos);
    CHECK(list(findings).find("engine/nothing, which is no room") != std::string::npos);
}

TEST_CASE("tidy: the tree keeps its rules", "[tidy]") {
    const std::filesystem::path root = JOURNEY_SOURCE_DIR;
    const std::filesystem::path map = std::filesystem::path(JOURNEY_BINARY_DIR) / "rooms.txt";
    const RoomMap rooms = parse_room_map(testing::read_file(map));
    const std::vector<SourceFile> files = read_tree(root);
    REQUIRE_FALSE(rooms.empty());
    REQUIRE(files.size() > 20);
    const std::string crashes =
        testing::read_file(root / "tests" / "process" / "crash_points_test.cc");
    Findings findings;
    check_touches(rooms, findings);
    check_doors(root, rooms, findings);
    const std::set<std::string> exposed = exposed_headers(files, rooms);
    for (const SourceFile& file : files) {
        check_includes(file, rooms, exposed, findings);
        check_words(file, findings);
        check_awaits(file, findings);
        check_shape(file, findings);
        if (!file.path.starts_with("tests/")) check_crash_points(file, crashes, findings);
    }
    INFO(list(findings));
    CHECK(findings.empty());
}

}  // namespace journey::tidy
