// What left, in files of its own: nothing acknowledged is lost, a torn tail is no damage, a hole is.
#include "engine/storage/journal/journal.h"

#include "engine/base/base.h"
#include "tests/engine/storage/folder.h"

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace journey::storage::journal {
namespace {

using namespace std::chrono_literals;
using What = Departure::What;

const Instant kNoon = parse_instant("2026-03-02T12:00:00Z").value();

Departure one(std::uint8_t number, Instant at = kNoon, What what = What::leaves) {
    Departure departure;
    departure.what = what;
    departure.person.number = 1000u + number;
    departure.key.bytes.fill(number);
    departure.attempt = number + 1u;
    departure.at = at;
    return departure;
}

std::vector<Departure> all_in(const std::string& directory, Instant since = Instant{}) {
    std::vector<Departure> all;
    const auto read =
        read_journal(directory, since, [&](const Departure& departure) -> Result<void> {
            if (departure.what != What::began) all.push_back(departure);
            return success();
        });
    INFO((read ? std::string() : read.error().detail));
    REQUIRE(read);
    return all;
}

void put(const std::string& directory, const std::vector<Departure>& departures) {
    auto journal = open_journal({.directory = directory}, kNoon);
    INFO((journal ? std::string() : journal.error().detail));
    REQUIRE(journal);
    REQUIRE(journal.value()->append(departures));
}

std::string file_of(const std::string& directory, const char* day = "2026-03-02") {
    return directory + "/sent-" + day + ".journal";
}

TEST_CASE("what was told of a journal is in it, in order and whole", "[journal]") {
    const test::Folder folder;
    const std::string directory = folder / "deep/journal";
    put(directory, {one(1), one(2, kNoon + 1s, What::stayed)});
    put(directory, {one(3, kNoon + 2s)});
    const auto all = all_in(directory);
    REQUIRE(all.size() == 3);
    for (std::uint8_t i = 0; i < 3; ++i) {
        CHECK(all[i].person.number == 1001u + i);
        CHECK(all[i].key.bytes[15] == i + 1);
        CHECK(all[i].attempt == i + 2u);
        CHECK(all[i].at == kNoon + i * 1s);
        CHECK(all[i].what == (i == 1 ? What::stayed : What::leaves));
    }
    CHECK(all_in(directory, kNoon + 1s).size() == 2);
    // People's numbers are nobody's business.
    struct stat found {};
    REQUIRE(::stat(directory.c_str(), &found) == 0);
    CHECK((found.st_mode & 0777) == 0700);
    REQUIRE(::stat(file_of(directory).c_str(), &found) == 0);
    CHECK((found.st_mode & 0777) == 0600);
}

TEST_CASE("wherever a crash tore the journal, what was synced before is there", "[journal]") {
    const test::Folder folder;
    put(folder / "whole", {one(1), one(2), one(3)});
    std::ifstream in(file_of(folder / "whole"), std::ios::binary);
    const std::string whole{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    const std::size_t record = 45;
    const std::size_t head = whole.size() - 3 * record;  // and that it began
    for (std::size_t length = 0; length <= whole.size(); ++length) {
        CAPTURE(length);
        const std::string directory = folder / ("at-" + std::to_string(length));
        std::filesystem::create_directories(directory);
        std::ofstream(file_of(directory), std::ios::binary) << whole.substr(0, length);
        const std::size_t records = length < head ? 0 : (length - head) / record;
        CHECK(all_in(directory).size() == records);
        put(directory, {one(9)});  // and it goes on behind what is whole
        const auto all = all_in(directory);
        REQUIRE(all.size() == records + 1);
        CHECK(all.back().key.bytes[0] == 9);
    }
}

TEST_CASE("a journal knows from when on it tells of everything", "[journal]") {
    const test::Folder folder;
    const std::string directory = folder / "journal";
    CHECK(begin_of_journal(directory).error().code == ErrorCode::not_found);
    {
        const auto journal = open_journal({.directory = directory, .keep = 48h}, kNoon);
        REQUIRE(journal);
        CHECK(begin_of_journal(directory).value() == kNoon);
    }
    auto journal = open_journal({.directory = directory, .keep = 48h}, kNoon + 1h);  // it goes on
    REQUIRE(journal);
    CHECK(begin_of_journal(directory).value() == kNoon);
    REQUIRE(journal.value()->append(std::array{one(1, kNoon + 24h)}));
    REQUIRE(journal.value()->append(std::array{one(1, kNoon + 72h)}));
    CHECK(begin_of_journal(directory).value() == parse_instant("2026-03-03T00:00:00Z").value());
}

TEST_CASE("a tail of rubbish is cut off, and a hole is damage", "[journal]") {
    const test::Folder folder;
    const std::string directory = folder / "journal";
    put(directory, {one(1), one(2)});
    std::ofstream(file_of(directory), std::ios::binary | std::ios::app) << std::string(100, '\0');
    CHECK(all_in(directory).size() == 2);
    put(directory, {one(3)});
    CHECK(all_in(directory).size() == 3);
    {
        std::fstream file(file_of(directory), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(40);
        file.put('x');
    }
    const auto damaged = [&](const Error& why) {
        CHECK(why.code == ErrorCode::storage_failed);
        CHECK(why.detail.find(file_of(directory) + " is damaged at byte ") != std::string::npos);
    };
    damaged(read_journal(directory, {}, [](const Departure&) { return success(); }).error());
    damaged(open_journal({.directory = directory}, kNoon).error());
    std::ofstream(file_of(directory), std::ios::binary) << "some other file of that name";
    damaged(open_journal({.directory = directory}, kNoon).error());
}

TEST_CASE("an older day that ends in the middle is damage", "[journal]") {
    const test::Folder folder;
    const std::string directory = folder / "journal";
    put(directory, {one(1), one(2)});
    put(directory, {one(3, kNoon + 24h)});
    const std::string first = file_of(directory);
    std::filesystem::resize_file(first, std::filesystem::file_size(first) - 1);
    CHECK(read_journal(directory, {}, [](const Departure&) { return success(); }).error().code ==
          ErrorCode::storage_failed);
    // What is asked for may still be whole.
    CHECK(all_in(directory, kNoon + 24h).size() == 1);
}

TEST_CASE("each day has a file, and old ones go", "[journal]") {
    const test::Folder folder;
    const std::string directory = folder / "journal";
    auto journal = open_journal({.directory = directory, .keep = 48h}, kNoon);
    REQUIRE(journal);
    for (int day = 0; day < 4; ++day)
        REQUIRE(journal.value()->append(
            std::array{one(static_cast<std::uint8_t>(day), kNoon + day * 24h)}));
    CHECK_FALSE(std::filesystem::exists(file_of(directory)));
    CHECK(std::filesystem::exists(file_of(directory, "2026-03-03")));
    CHECK(all_in(directory).size() == 3);
}

TEST_CASE("who writes a journal writes it alone, and who reads must name one", "[journal]") {
    const test::Folder folder;
    const auto journal = open_journal({.directory = folder / "journal"}, kNoon);
    REQUIRE(journal);
    const Error second = open_journal({.directory = folder / "journal"}, kNoon).error();
    CHECK(second.code == ErrorCode::conflict);
    CHECK(second.detail.find("a directory of its own") != std::string::npos);
    const Error none =
        read_journal(folder / "nix", {}, [](const Departure&) { return success(); }).error();
    CHECK(none.code == ErrorCode::not_found);
    CHECK(none.detail.find("there is no send journal in ") != std::string::npos);
    std::ofstream(folder / "file") << "x";
    const Error file = open_journal({.directory = folder / "file/journal"}, kNoon).error();
    CHECK(file.code == ErrorCode::refused);
    CHECK(file.detail.find("name another directory") != std::string::npos);
}

TEST_CASE("a full disk refuses whole appends, and writing goes on when there is room",
          "[journal]") {
    const test::Folder folder;
    const std::string directory = folder / "journal";
    const pid_t child = ::fork();
    if (child == 0) {
        std::signal(SIGXFSZ, SIG_IGN);
        auto journal = open_journal({.directory = directory}, kNoon);
        if (!journal || !journal.value()->append(std::array{one(1)})) ::_exit(1);
        const rlimit small{100, RLIM_INFINITY};  // in the middle of the third record
        ::setrlimit(RLIMIT_FSIZE, &small);
        const auto refused = journal.value()->append(std::array{one(2), one(3)});
        if (refused || refused.error().code != ErrorCode::refused) ::_exit(2);
        const rlimit wide{RLIM_INFINITY, RLIM_INFINITY};
        ::setrlimit(RLIMIT_FSIZE, &wide);
        ::_exit(journal.value()->append(std::array{one(4)}) ? 0 : 3);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    REQUIRE(WEXITSTATUS(status) == 0);
    const auto all = all_in(directory);
    REQUIRE(all.size() == 2);
    CHECK(all[1].key.bytes[0] == 4);
}

}  // namespace
}  // namespace journey::storage::journal
