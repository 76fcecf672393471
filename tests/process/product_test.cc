// The product as a newcomer meets it: the shipped journeys, the examples, an import, the demo.

#include "engine/app/project.h"
#include "tests/process/kit.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace journey;
using namespace journey::process_tests;

namespace {

const std::string kSource = JOURNEY_SOURCE_DIR;

}  // namespace

TEST_CASE("the shipped journeys have no mistake, stand in the one style, and pass their tests",
          "[process]") {
    for (const char* project :
         {"workflows", "workflows/yaml", "examples/01-first-journey", "examples/02-real-data",
          "examples/03-eight-journeys", "examples/03-eight-journeys/yaml"}) {
        const std::string path = kSource + "/" + project;
        CAPTURE(path);
        const Finished check = run_journey({"check", path});
        CHECK(check.status == 0);
        CAPTURE(check.errors);
        const Finished test = run_journey({"test", path});
        CAPTURE(test.output, test.errors);
        CHECK(test.status == 0);
        CHECK(run_journey({"fmt", "--check", path}).status == 0);
    }
}

TEST_CASE("the receipt journey in YAML means the same as in the journey language", "[process]") {
    const auto hash_of = [](const std::string& path) {
        auto compiled = app::compile_project({path});
        REQUIRE(compiled);
        REQUIRE(compiled.value().program);
        for (const ir::Journey& journey : compiled.value().program->journeys) {
            if (journey.name == "order_receipt") return journey.hash;
        }
        FAIL("no order_receipt in " << path);
        return Sha256{};
    };
    CHECK(hash_of(kSource + "/workflows") == hash_of(kSource + "/workflows/yaml"));
}

TEST_CASE("the eight journeys mean the same in both surfaces", "[process]") {
    const auto hashes_of = [](const std::string& path) {
        auto compiled = app::compile_project({path});
        REQUIRE(compiled);
        REQUIRE(compiled.value().program);
        std::map<std::string, Sha256> hashes;
        for (const ir::Journey& journey : compiled.value().program->journeys)
            hashes.emplace(journey.name, journey.hash);
        return hashes;
    };
    const std::string eight = kSource + "/examples/03-eight-journeys";
    const auto hashes = hashes_of(eight);
    CHECK(hashes.size() == 8);
    CHECK(hashes == hashes_of(eight + "/yaml"));
}

TEST_CASE("half a year of a real shop gives the counts that SQL gives", "[process]") {
    const std::string data = kSource + "/../shared/data/online_retail_2010-12_2011-05.csv.xz";
    if (!std::filesystem::exists(data)) {
        WARN("the Online Retail file is not here: not compared");
        return;
    }
    const std::string command = fmt::format(
        "'{0}/examples/02-real-data/compare.sh' '{1}' '{2}' 2>&1", kSource, journey_binary(), data);
    FILE* pipe = ::popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::string output;
    char buffer[4096];
    for (std::size_t count = 0; (count = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
        output.append(buffer, count);
    const int status = ::pclose(pipe);
    CAPTURE(output);
    CHECK(status == 0);
    CHECK(has(output, "agree on all"));
}

TEST_CASE("an import tells bad rows apart, goes on where it was cut off, and counts no row twice",
          "[process]") {
    Served served;
    const TemporaryDirectory& directory = served.directory;
    served.start({kSource + "/examples/02-real-data"});
    app::ChildDaemon& daemon = *served.daemon;
    std::string csv =
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";
    constexpr int kInvoices = 3000;
    for (int i = 0; i < kInvoices; ++i) {
        csv += fmt::format(
            "{0},A,\"a, \"\"quoted\"\" thing\",2,2011-01-0{1} "
            "08:26:00,2.55,{2},France\n{0},B,,1,2011-01-0{1} 08:26:00,1.00,{2},France\n",
            500000 + i, 1 + i % 9, 100 + i % 700);
        if (i % 100 == 50) csv += "700001,A,x,2,never,2.55,17,France\n";
    }
    csv += "600001,A,x,2,2011-01-01 08:26:00,2.55,,France\n";        // nobody's
    csv += "600002,A,x,2,yesterday,2.55,17,France\n";                // no time
    csv += "600003,A,x,many,2011-01-01 08:26:00,2.55,17,France\n";   // no number
    csv += "600004,A,x,2\n";                                         // cut off
    csv += "600005,A,x\xff,2,2011-01-01 08:26:00,2.55,17,France\n";  // not UTF-8
    write_file(directory.path("orders.csv"), csv);
    const std::vector<std::string> arguments{
        "import", directory.path("orders.csv"),
        "--map",  kSource + "/examples/02-real-data/retail.map.yaml",
        "--to",   daemon.url(),
        "--data", directory.path("data")};

    // Cut it off at some place: a killed importer.
    const pid_t pid = ::fork();
    if (pid == 0) {
        std::vector<std::string> words{journey_binary()};
        words.insert(words.end(), arguments.begin(), arguments.end());
        std::vector<char*> argv;
        for (std::string& word : words)
            argv.push_back(word.data());
        argv.push_back(nullptr);
        ::execv(argv[0], argv.data());
        ::_exit(127);
    }
    eventually(std::chrono::seconds(5),
               [&] { return std::filesystem::exists(directory.path("orders.csv.import-state")); });
    ::kill(pid, SIGKILL);
    int status = 0;
    ::waitpid(pid, &status, 0);

    const Finished rest = run_journey(arguments);
    CAPTURE(rest.errors);
    CHECK(rest.status == 0);
    CHECK(has(rest.errors, "35 rows could not be used"));
    auto rejects = app::read_text_file(directory.path("orders.csv.rejects.csv"));
    REQUIRE(rejects);
    CHECK(std::count(rejects.value().begin(), rejects.value().end(), '\n') == 35);
    for (const char* reason : {"nobody knows whose", "yesterday", "many", "fields", "UTF-8"})
        CHECK(has(rejects.value(), reason));
    CHECK(eventually(std::chrono::seconds(10), [&] { return served.events() == kInvoices; }));

    const Finished again = run_journey(arguments);
    CHECK(again.status == 0);
    CHECK(served.events() == kInvoices);
}

TEST_CASE("an import with a wrong mapping says which line and what to write", "[process]") {
    const TemporaryDirectory directory;
    write_file(directory.path("o.csv"), "id,when\n1,2020-01-01 00:00:00\n");
    write_file(directory.path("m.yaml"),
               "person: idd\ntime: {column: when}\nevents:\n  - event: x\n");
    const Finished finished =
        run_journey({"import", directory.path("o.csv"), "--map", directory.path("m.yaml")});
    CHECK(finished.status == 1);
    CHECK(has(finished.errors, "idd"));
    CHECK(has(finished.errors, "did you mean `id`"));
}

TEST_CASE("the demo shows people moving and messages arriving, and stops cleanly", "[process]") {
    const Finished demo = run_journey(
        {"demo", "--project", kSource + "/workflows", "--seconds", "12", "--people", "150"});
    CAPTURE(demo.output, demo.errors);
    CHECK(demo.status == 0);
    CHECK(has(demo.output, "welcome_series"));
    CHECK(has(demo.output, "arrived at the sink"));
    CHECK_FALSE(has(demo.output, "email 0 "));
    CHECK(has(demo.output, "Stopped cleanly. Three things to try next"));
}

TEST_CASE("a running daemon takes a changed project, pauses and tells a person's story",
          "[process]") {
    Served served;
    const TemporaryDirectory& directory = served.directory;
    std::filesystem::copy(kSource + "/workflows", directory.path("project"),
                          std::filesystem::copy_options::recursive);
    served.start({directory.path("project")});
    app::ChildDaemon& daemon = *served.daemon;
    const std::vector<std::string> where{"--to", daemon.url(), "--data", directory.path("data")};
    const auto tool = [&](std::vector<std::string> words) {
        words.insert(words.end(), where.begin(), where.end());
        return run_journey(words);
    };
    const app::Client& client = *served.client;
    REQUIRE(
        client.post("/v1/identify",
                    R"({"userId":"ada","messageId":"1","traits":{"email":"ada@example.com"}})"));
    REQUIRE(client.post(
        "/v1/track",
        R"({"userId":"ada","event":"Signed Up","messageId":"2","properties":{"source":"web"}})"));

    CHECK(tool({"pause", "welcome_series"}).status == 0);
    REQUIRE(client.post(
        "/v1/track",
        R"({"userId":"bob","event":"Signed Up","messageId":"3","properties":{"source":"web"}})"));
    const Finished nonsense = tool({"resume", "welcome_series", "--step", "offr=skip"});
    CHECK(nonsense.status == 1);
    CHECK(has(nonsense.errors, "No step is called `offr`."));
    CHECK(tool({"resume", "welcome_series", "--late", "skip", "--over", "1s"}).status == 0);
    const Finished unheard = tool({"pause", "welcome_serie"});
    CHECK(unheard.status == 1);
    CHECK(has(unheard.errors, "welcome_series"));

    const Finished story = tool({"timeline", "user:ada"});
    CAPTURE(story.output, story.errors);
    CHECK(story.status == 0);
    CHECK(has(story.output, "signed_up"));
    CHECK(has(story.output, "welcome_series"));

    auto text = app::read_text_file(directory.path("project/welcome_series.journey"));
    REQUIRE(text);
    std::string changed = text.value();
    changed.replace(changed.find("version 1"), 9, "version 2");
    write_file(directory.path("project/welcome_series.journey"), changed);
    const Finished applied = tool({"apply", directory.path("project")});
    CAPTURE(applied.output, applied.errors);
    CHECK(applied.status == 0);
    CHECK(has(applied.output, "welcome_series version 2"));
    CHECK(daemon.stop() == 0);
}
