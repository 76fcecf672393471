// What a directory of data must survive: other processes, other versions, damage, a full disk.
#include "engine/storage/sqlite/sqlite.h"

#include "tests/engine/storage/folder.h"

#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace journey::storage::sqlite {
namespace {

Result<Store> open(const std::string& directory, const StoreOptions& options = {}) {
    return open_store(directory, options, Logger::silent());
}

void write_some(Store& store, int batches) {
    for (int i = 0; i < batches; ++i) {
        REQUIRE(store.log->append({{store.log->end() + 1, 2, std::string(5'000, 'c')}},
                                  store.lease->epoch()));
    }
}

void run_sql(const std::string& path, const std::string& sql) {
    ::sqlite3* db = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
    REQUIRE(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(db);
}

std::string one_text(const std::string& path, const std::string& sql) {
    ::sqlite3* db = nullptr;
    ::sqlite3_stmt* statement = nullptr;
    REQUIRE(sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK);
    REQUIRE(sqlite3_prepare_v2(db, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK);
    REQUIRE(sqlite3_step(statement) == SQLITE_ROW);
    const unsigned char* text = sqlite3_column_text(statement, 0);
    std::string found = text == nullptr ? "NULL" : reinterpret_cast<const char*>(text);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return found;
}

unsigned mode_of(const std::string& path) {
    struct stat found {};
    REQUIRE(::stat(path.c_str(), &found) == 0);
    return found.st_mode & 0777;
}

TEST_CASE("data outlives the process that wrote it, and each owner gets a higher epoch",
          "[storage]") {
    const test::Folder folder;
    std::uint64_t first_epoch = 0;
    {
        Store store = open(folder / "data").value();
        first_epoch = store.lease->epoch();
        write_some(store, 20);
    }
    Store again = open(folder / "data").value();
    REQUIRE(again.lease->epoch() > first_epoch);
    REQUIRE(again.log->end() == 40);
    REQUIRE(again.log->append({{41, 1, "x"}}, first_epoch).error().code == ErrorCode::conflict);
}

TEST_CASE("of what was rendered the newest is kept, and takes little room", "[storage]") {
    const test::Folder folder;
    StoreOptions options;
    options.rendered_most = 2;
    {
        Store store = open(folder / "data", options).value();
        for (std::uint8_t i = 1; i <= 4; ++i) {
            model::MessageKey key;
            key.bytes[0] = i;
            REQUIRE(store.state->save_rendered({{key, Bytes(50'000, 'a'), "hash"}}));
            REQUIRE(store.state->load_rendered(key).value()->body == Bytes(50'000, 'a'));
        }
        model::MessageKey first;
        first.bytes[0] = 1;
        REQUIRE(!store.state->load_rendered(first).value());
    }
    const std::string file = folder / "data/state.db";
    REQUIRE(one_text(file, "SELECT count(*) FROM rendered") == "2");
    REQUIRE(one_text(file, "SELECT max(length(body)) < 500 FROM rendered") == "1");
    run_sql(file, "UPDATE rendered SET body = substr(body, 1, 12)");
    Store store = open(folder / "data", options).value();
    model::MessageKey last;
    last.bytes[0] = 4;
    REQUIRE(store.state->load_rendered(last).error().code == ErrorCode::storage_failed);
}

TEST_CASE("no byte of who was erased stays in the files, nor of what was written over",
          "[storage]") {
    const test::Folder folder;
    const std::string secret = "ada.lovelace@example.com";
    const auto found_in = [&](const std::string& name) {
        std::ifstream in(folder / name, std::ios::binary);
        const std::string bytes((std::istreambuf_iterator<char>(in)), {});
        return bytes.find(secret) != std::string::npos;
    };
    Store store = open(folder / "data").value();
    model::PartitionCheckpoint rows;
    rows.partition = model::PartitionId{1};
    constexpr std::uint8_t kPeople = 60;
    const auto key_of = [](std::uint8_t number) {
        model::MessageKey key;
        key.bytes[0] = number;
        return key;
    };
    // Rows that grow move about in the file, and long ones fill pages of their own.
    for (const std::size_t size : {10, 700, 30, 9'000, 200}) {
        ++rows.applied;
        rows.profiles.clear();
        rows.messages.clear();
        for (std::uint8_t i = 0; i < kPeople; ++i) {
            const std::string who = i % 3 == 0 ? secret : "somebody else";
            rows.profiles.push_back({model::PersonId{i}, who, "{\"email\":\"" + who + "\"}",
                                     who + Bytes(size, 'x') + who});
            model::MessageRow message;
            message.key = key_of(i);
            message.person = model::PersonId{i};
            message.detail = who + " said " + std::string(size / 2, 'y') + who;
            rows.messages.push_back(message);
            REQUIRE(store.state->save_rendered({{message.key, "{}", who}}));
        }
        rows.quarantine = {{rows.applied, secret, "danced", "{}", "unknown", {}}};
        REQUIRE(store.state->save({rows}));
    }
    REQUIRE((found_in("data/state.db") || found_in("data/state.db-wal")));

    model::PartitionCheckpoint erasure;
    erasure.partition = rows.partition;
    erasure.applied = rows.applied + 1;
    for (std::uint8_t i = 0; i < kPeople; i += 3)
        erasure.erased.push_back({model::PersonId{i}, secret, {}});
    REQUIRE(store.state->save({erasure}));
    CHECK_FALSE(found_in("data/state.db"));
    CHECK_FALSE(found_in("data/state.db-wal"));
    CHECK(one_text(folder / "data/state.db", "SELECT count(*) FROM messages") == "40");
    CHECK(one_text(folder / "data/state.db", "SELECT count(*) FROM rendered") == "40");
    CHECK(one_text(folder / "data/state.db", "SELECT count(*) FROM quarantine") == "0");
}

TEST_CASE("only the owner may read the data", "[storage]") {
    const test::Folder folder;
    Store store = open(folder / "deep/down/data").value();
    write_some(store, 1);
    REQUIRE(mode_of(folder / "deep/down/data") == 0700);
    for (const char* name : {"lock", "log.db", "log.db-wal", "state.db", "state.db-wal"}) {
        CAPTURE(name);
        REQUIRE(mode_of(folder / "deep/down/data" + "/" + name) == 0600);
    }
}

TEST_CASE("a second daemon on the same data is told who has it and what to do", "[storage]") {
    const test::Folder folder;
    Store store = open(folder / "data").value();
    const auto second = open(folder / "data");
    REQUIRE(!second);
    REQUIRE(second.error().code == ErrorCode::conflict);
    REQUIRE(second.error().detail == "the data directory " + folder / "data" +
                                         " is in use by process " + std::to_string(::getpid()) +
                                         "; stop it or give --data another directory");
}

TEST_CASE("a data directory that is a file is refused by name", "[storage]") {
    const test::Folder folder;
    std::ofstream(folder / "data") << "x";
    const auto opened = open(folder / "data");
    REQUIRE(opened.error().code == ErrorCode::refused);
    REQUIRE_THAT(opened.error().detail,
                 Catch::Contains(folder / "data") && Catch::Contains("--data"));
}

TEST_CASE("a directory nobody can write is refused with the mend", "[storage]") {
    // /proc refuses even root.
    const auto opened = open("/proc/journey-data");
    REQUIRE(!opened);
    REQUIRE(opened.error().code == ErrorCode::refused);
    REQUIRE_THAT(opened.error().detail,
                 Catch::Contains("/proc/journey-data") && Catch::Contains("--data"));
}

TEST_CASE("data of a newer version is refused and left as it is", "[storage]") {
    const test::Folder folder;
    { Store store = open(folder / "data").value(); }
    const std::string file = GENERATE("log.db", "state.db");
    run_sql(folder / "data" + "/" + file, "PRAGMA user_version=99");
    const auto opened = open(folder / "data");
    REQUIRE(opened.error().code == ErrorCode::refused);
    REQUIRE_THAT(opened.error().detail, Catch::Contains(file) && Catch::Contains("newer journeyd"));
}

TEST_CASE("a flipped byte in a batch is found and its position named", "[storage]") {
    const test::Folder folder;
    {
        Store store = open(folder / "data").value();
        write_some(store, 10);
    }
    run_sql(
        folder / "data/log.db",
        "UPDATE batches SET commands = CAST('d' || substr(commands, 2) AS BLOB) WHERE first = 7");
    Store store = open(folder / "data").value();
    std::vector<model::LogPosition> seen;
    const auto read = store.log->read(1, [&](const LogBatch& batch) -> Result<void> {
        seen.push_back(batch.first);
        return success();
    });
    REQUIRE(seen == std::vector<model::LogPosition>{1, 3, 5});
    REQUIRE(read.error().code == ErrorCode::storage_failed);
    REQUIRE_THAT(read.error().detail, Catch::Contains("position 7") && Catch::Contains("backup"));
}

TEST_CASE("a missing batch is found", "[storage]") {
    const test::Folder folder;
    {
        Store store = open(folder / "data").value();
        write_some(store, 10);
    }
    run_sql(folder / "data/log.db", "DELETE FROM batches WHERE first = 7");
    Store store = open(folder / "data").value();
    const auto read = store.log->read(1, [](const LogBatch&) -> Result<void> { return success(); });
    REQUIRE_THAT(read.error().detail, Catch::Contains("position 7") && Catch::Contains("missing"));
}

TEST_CASE("a file of rubbish is called damaged, never overwritten", "[storage]") {
    const test::Folder folder;
    { Store store = open(folder / "data").value(); }
    const std::string file = GENERATE("log.db", "state.db");
    const std::string rubbish(20'000, '!');
    std::ofstream(folder / "data" + "/" + file, std::ios::trunc) << rubbish;
    const auto opened = open(folder / "data");
    REQUIRE(!opened);
    REQUIRE(opened.error().code == ErrorCode::storage_failed);
    REQUIRE_THAT(opened.error().detail, Catch::Contains(file) && Catch::Contains("damaged"));
    std::ifstream kept(folder / "data" + "/" + file);
    REQUIRE(std::string(std::istreambuf_iterator<char>(kept), {}) == rubbish);
}

TEST_CASE("the tables are legible to SQL tools", "[storage]") {
    const test::Folder folder;
    Store store = open(folder / "data").value();
    model::PartitionCheckpoint checkpoint;
    checkpoint.partition = model::PartitionId{1};
    checkpoint.applied = 3;
    checkpoint.meta = "m";
    checkpoint.profiles = {
        {model::PersonId{5}, "user:ada", R"({"first_name":"Ada"})", "s", instant_of(1'000'001)}};
    model::EntryRow entry;
    entry.id = model::EntryId{9};
    entry.person = model::PersonId{5};
    entry.journey = "welcome";
    entry.status = "ended";
    entry.reason = "goal first_order";
    entry.ended_at = instant_of(2'000'000);
    checkpoint.entries = {entry};
    model::MessageRow message;
    message.person = model::PersonId{5};
    message.status = model::MessageStatus::skipped;
    message.reason = model::Reason::no_consent;
    checkpoint.messages = {message};
    checkpoint.quarantine = {
        {3, "user:ada", "ordr", "{}", "no program declares the event", instant_of(0)}};
    REQUIRE(store.state->save({checkpoint}));
    const std::string path = folder / "data/state.db";
    REQUIRE(
        one_text(path,
                 "SELECT attributes->>'first_name' FROM profiles WHERE external_id='user:ada'") ==
        "Ada");
    REQUIRE(one_text(path, "SELECT next_due FROM profiles") == "1970-01-01T00:00:01.000001Z");
    REQUIRE(one_text(path, "SELECT reason FROM entries WHERE journey='welcome'") ==
            "goal first_order");
    REQUIRE(one_text(path, "SELECT due_at FROM entries") == "NULL");
    REQUIRE(one_text(path, "SELECT status || ' ' || reason FROM messages") == "skipped no_consent");
    REQUIRE(one_text(path, "SELECT event FROM quarantine") == "ordr");
}

TEST_CASE("the write-ahead file of the log stays bounded", "[storage]") {
    const test::Folder folder;
    Store store = open(folder / "data", {.log_wal_most = 1u << 20}).value();
    for (int i = 0; i < 400; ++i) {
        write_some(store, 1);
        REQUIRE(store.log->tidy());
    }
    REQUIRE(std::filesystem::file_size(folder / "data/log.db-wal") < 2u << 20);
}

/// Runs `body` in a process of its own, so that limits and half-done writes stay there. True: it
/// came back true.
bool in_child(const std::function<bool()>& body) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(body() ? 0 : 1);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST_CASE("a full disk refuses, keeps the log whole, and writing goes on when there is room",
          "[storage]") {
    const test::Folder folder;
    // A limit on the size of files stands in for a full disk: the same failing writes, without
    // mounting anything.
    const bool as_expected = in_child([&] {
        std::signal(SIGXFSZ, SIG_IGN);
        Result<Store> opened = open(folder / "data");
        if (!opened) return false;
        Store store = std::move(opened).value();
        const rlimit small{400'000, RLIM_INFINITY};
        ::setrlimit(RLIMIT_FSIZE, &small);
        int accepted = 0;
        Result<void> last = success();
        while (last && accepted < 1000) {
            last = store.log->append({{store.log->end() + 1, 1, std::string(20'000, 'x')}},
                                     store.lease->epoch());
            if (last) ++accepted;
        }
        if (last || last.error().code != ErrorCode::refused) return false;
        if (last.error().detail.find("full") == std::string::npos) return false;
        if (store.log->end() != static_cast<model::LogPosition>(accepted)) return false;
        const rlimit wide{RLIM_INFINITY, RLIM_INFINITY};
        ::setrlimit(RLIMIT_FSIZE, &wide);
        const bool goes_on =
            bool(store.log->append({{store.log->end() + 1, 1, "y"}}, store.lease->epoch()));
        return goes_on && accepted > 3;
    });
    REQUIRE(as_expected);
    Store store = open(folder / "data").value();
    model::LogPosition count = 0;
    REQUIRE(store.log->read(1, [&](const LogBatch& batch) -> Result<void> {
        count += batch.count;
        return success();
    }));
    REQUIRE(count == store.log->end());
}

TEST_CASE("a process killed in the middle of appends loses no answered append", "[storage]") {
    const test::Folder folder;
    int told[2];
    REQUIRE(::pipe(told) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        Result<Store> opened = open(folder / "data");
        if (!opened) ::_exit(1);
        Store store = std::move(opened).value();
        for (;;) {
            const model::LogPosition next = store.log->end() + 1;
            if (!store.log->append({{next, 1, std::string(3000, 'k')}}, store.lease->epoch()))
                ::_exit(1);
            if (::write(told[1], &next, sizeof next) != sizeof next) ::_exit(1);
        }
    }
    ::close(told[1]);
    model::LogPosition acknowledged = 0;
    while (acknowledged < 50)
        REQUIRE(::read(told[0], &acknowledged, sizeof acknowledged) == sizeof acknowledged);
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    while (::read(told[0], &acknowledged, sizeof acknowledged) == sizeof acknowledged) {
    }
    ::close(told[0]);
    Store store = open(folder / "data").value();  // the lock went with the process
    REQUIRE(store.log->end() >= acknowledged);
}

}  // namespace
}  // namespace journey::storage::sqlite
