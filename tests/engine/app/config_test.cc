#include "engine/app/config.h"

#include "engine/app/machine_memory.h"
#include "engine/base/base.h"
#include "tests/connectors/crypto/sample_keys.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace journey::app {
namespace {

TEST_CASE("an amount of memory is said in MB, GB or percent", "[app]") {
    struct Row {
        const char* text;
        std::optional<std::uint64_t> bytes;
    };
    constexpr std::uint64_t kAll = std::uint64_t{8} << 30;
    const Row row =
        GENERATE(Row{"800 MB", std::uint64_t{800} << 20}, Row{"800MB", std::uint64_t{800} << 20},
                 Row{"2 GB", std::uint64_t{2} << 30}, Row{"50 %", kAll / 100 * 50},
                 Row{"100%", kAll / 100 * 100}, Row{"101 %", std::nullopt}, Row{"", std::nullopt},
                 Row{"MB", std::nullopt}, Row{"-1 GB", std::nullopt}, Row{"800", std::nullopt},
                 Row{"1.5 GB", std::nullopt}, Row{"2 GBs", std::nullopt},
                 Row{"99999999999999999999 MB", std::nullopt}, Row{"2000000 GB", std::nullopt});
    CAPTURE(row.text);
    CHECK(memory_of(row.text, kAll) == row.bytes);
}

TEST_CASE("the daemon keeps people in a part of the memory, as the file says", "[app]") {
    CHECK(machine_memory() > (64u << 20));
    CHECK(Config{}.people_memory >= (64u << 20));
    CHECK(Config{}.people_memory <= machine_memory());
    const auto path = std::filesystem::temp_directory_path() /
                      ("journey-config-" + std::to_string(::getpid()) + ".yaml");
    const auto load = [&](const std::string& text) {
        std::ofstream(path) << text;
        return load_config(path.string());
    };
    CHECK(load("memory: {people: 300 MB}").value().people_memory == std::uint64_t{300} << 20);
    CHECK(load("listen: 8080").value().people_memory == Config{}.people_memory);
    CHECK(load("memory: {people: much}").error().detail.find("40 %") != std::string::npos);
    CHECK(load("memory: {people: 1 MB}").error().detail.find("at least 64 MB") !=
          std::string::npos);
    std::filesystem::remove(path);
}

TEST_CASE("the send journal is where the file says, and nowhere without it", "[app]") {
    const auto path = std::filesystem::temp_directory_path() /
                      ("journey-journal-" + std::to_string(::getpid()) + ".yaml");
    const auto load = [&](const std::string& text) {
        std::ofstream(path) << text;
        return load_config(path.string());
    };
    CHECK_FALSE(load("listen: 8080").value().send_journal.has_value());
    const auto journal = load("send journal: {directory: /mnt/j}").value().send_journal;
    REQUIRE(journal);
    CHECK(journal->directory == "/mnt/j");
    CHECK(journal->keep == std::chrono::hours(24 * 30));
    CHECK(load("send journal: {directory: /mnt/j, keep days: 7}").value().send_journal->keep ==
          std::chrono::hours(24 * 7));
    CHECK(load("send journal: {keep days: 7}").error().detail.find("`directory` says where") !=
          std::string::npos);
    CHECK(load("send journal: {directory: /mnt/j, keep days: 0}")
              .error()
              .detail.find("between 1 and 90") != std::string::npos);
    CHECK(load("send journal: {directory: /mnt/j, keep: 7}").error().detail.find("keep days") !=
          std::string::npos);
    std::filesystem::remove(path);
}

TEST_CASE("an allow-list comes from the file, and a mistake in it stops the start", "[app]") {
    const auto path = std::filesystem::temp_directory_path() /
                      ("journey-only-to-" + std::to_string(::getpid()) + ".yaml");
    const auto load = [&](const std::string& text) {
        std::ofstream(path) << text;
        return load_config(path.string());
    };
    CHECK_FALSE(load("listen: 8080").value().only_to.has_value());
    CHECK_FALSE(load("only to: []").value().only_to->allows_number("+8613800000000"));
    const auto config = load("only to: [\"*@example.com\", \"+8613800000000\"]");
    REQUIRE(config);
    CHECK(config.value().only_to->allows_number("+8613800000000"));
    CHECK_FALSE(config.value().only_to->allows_number("+8613900000000"));
    const auto said = [&](const std::string& text) { return load(text).error().detail; };
    CHECK(said("only to: [\"*\"]").find(":1: `only to`") != std::string::npos);
    CHECK(said("only to:\n  - \"*@example.com\"\n  - ann").find(":3: `only to`") !=
          std::string::npos);
    // One without a list around it, and a number as people write it.
    const auto one = load("only to: +8613800000000");
    REQUIRE(one);
    CHECK(one.value().only_to->allows_number("+8613800000000"));
    CHECK_FALSE(one.value().only_to->allows_number("+8613900000000"));
    CHECK_FALSE(load("only to: yes").has_value());
    std::filesystem::remove(path);
}

/// A configuration in a folder of its own, with what else stands there.
class Folder {
  public:
    Folder()
        : path_(std::filesystem::temp_directory_path() /
                ("journey-kinds-" + std::to_string(::getpid()))) {
        std::filesystem::create_directories(path_ / "providers");
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(path_ / name) << text;
    }
    Result<Config> load(const std::string& connectors) const {
        write("journeyd.yaml", "connectors:\n" + connectors);
        return load_config((path_ / "journeyd.yaml").string());
    }

  private:
    std::filesystem::path path_;
};

TEST_CASE("a provider that ships is a kind like any other", "[app]") {
    const Folder folder;
    folder.write("secret", "s3cret\n");
    const auto config = folder.load(
        "  sms:\n    kind: aliyun-sms\n    access key id: LTAI\n    access key secret: file:" +
        (std::filesystem::temp_directory_path() / ("journey-kinds-" + std::to_string(::getpid())) /
         "secret")
            .string() +
        "\n    templates: {remind: SMS_1}\n    parallel: 3\n    rate per second: 7\n");
    INFO((config ? "" : config.error().detail));
    REQUIRE(config);
    REQUIRE(config.value().routes.size() == 1);
    const auto& route = config.value().routes[0];
    CHECK(route.channel == "sms");
    CHECK(route.rate_per_second == 7);
    CHECK(route.connector->traits().name == "aliyun-sms");
    CHECK(route.connector->traits().parallel == 3);
    CHECK(config.value().http.readers.contains("sms"));
}

TEST_CASE("a provider's file stands beside the configuration", "[app]") {
    const Folder folder;
    folder.write("providers/acme.yaml",
                 "name: acme\nchannel: push\nchecked on: 2026-11-22\n"
                 "idempotency: {class: neither}\nsettings: {app: {required: yes}}\n"
                 "request: {url: 'https://api.acme.example/{{ settings.app }}'}\n");
    const auto config = folder.load("  push: {kind: ./providers/acme.yaml, app: shop}\n");
    INFO((config ? "" : config.error().detail));
    REQUIRE(config);
    CHECK(config.value().routes.at(0).connector->traits().name == "acme");
    CHECK_FALSE(config.value().http.readers.contains("push"));
}

TEST_CASE("a mistake about a kind is told at its place", "[app]") {
    const Folder folder;
    folder.write("providers/broken.yaml", "name: acme\n");
    ::setenv("JOURNEY_TEST_SLACK", "https://hooks.slack.com/services/T/B/x", 1);
    const auto [label, connectors, said] = GENERATE(table<const char*, const char*, const char*>({
        {"misspelt", "  email: {kind: sendgird, api key: x}\n",
         "journeyd.yaml:2: `connectors.email.kind`: there is no connector `sendgird` for email; "
         "did "
         "you mean `sendgrid`?"},
        {"unknown", "  push: {kind: pigeon}\n", "there are: "},
        {"a built-in of another channel", "  email: {kind: onesignal}\n",
         "there is no connector `onesignal` for email"},
        {"of another channel", "  email: {kind: aliyun-sms}\n",
         "aliyun-sms is for sms, not for email"},
        {"a setting is missing", "  email: {kind: ses, region: eu}\n", "ses needs `access key id`"},
        {"a secret in plain text", "  email: {kind: sendgrid, api key: SG.x}\n",
         "a secret is given by reference"},
        {"a setting too many",
         "  webhook: {kind: slack, url: 'env:JOURNEY_TEST_SLACK', token: x}\n",
         "I do not know the setting `connectors.webhook.token`"},
        {"no file", "  sms: {kind: ./nothing.yaml}\n", "nothing.yaml; does the file exist?"},
        {"a broken file", "  sms: {kind: providers/broken.yaml}\n", "broken.yaml: `channel`"},
    }));
    CAPTURE(label);
    const auto config = folder.load(connectors);
    REQUIRE_FALSE(config);
    CAPTURE(config.error().detail);
    CHECK(config.error().detail.find(said) != std::string::npos);
}

TEST_CASE("what a fetch shows of itself stands in the file, its keys by reference", "[app]") {
    const auto path = std::filesystem::temp_directory_path() /
                      ("journey-fetches-" + std::to_string(::getpid()) + ".yaml");
    ::setenv("JOURNEY_TEST_FETCH_KEY", "s3cret", 1);
    const auto load = [&](const std::string& text) {
        std::ofstream(path) << "fetches:\n  weather:\n" << text;
        return load_config(path.string());
    };
    const auto config =
        load("    headers: {X-Api-Key: 'env:JOURNEY_TEST_FETCH_KEY'}\n    parallel: 3\n");
    INFO((config ? "" : config.error().detail));
    REQUIRE(config);
    const auto& fetch = config.value().fetches.at("weather");
    CHECK(fetch->traits().parallel == 3);
    connectors::Message asked;
    asked.url = "https://api.example.com/weather";
    const auto request = fetch->request(asked);
    REQUIRE(request);
    const auto& headers = std::get<connectors::HttpRequest>(request.value()).headers;
    CHECK(std::find(headers.begin(), headers.end(),
                    std::pair<std::string, std::string>("X-Api-Key", "s3cret")) != headers.end());

    const auto [label, text, said] = GENERATE(table<const char*, const char*, const char*>({
        {"a key in plain text", "    headers: {X-Api-Key: s3cret}\n",
         ":3: `fetches.weather.headers.X-Api-Key`: a secret is given by reference"},
        {"no header", "    headers: {'X Api Key': 'env:JOURNEY_TEST_FETCH_KEY'}\n",
         "`X Api Key` is no name of a header"},
        {"a key that is not there", "    headers: {X-Api-Key: 'env:JOURNEY_TEST_NOTHING'}\n",
         "the environment has no JOURNEY_TEST_NOTHING"},
        {"none at once", "    parallel: 0\n", ":3: `fetches.weather.parallel`: at least 1"},
        {"a setting too many", "    header: {}\n",
         ":3: I do not know the setting `fetches.weather.header`"},
    }));
    CAPTURE(label);
    const auto refused = load(text);
    REQUIRE_FALSE(refused);
    CAPTURE(refused.error().detail);
    CHECK(refused.error().detail.find(said) != std::string::npos);
    std::filesystem::remove(path);
}

TEST_CASE("push goes through the service that the file names", "[app]") {
    using Keys = std::pair<const char*, std::string_view>;
    namespace sample = connectors::crypto::sample;
    const auto directory = std::filesystem::temp_directory_path() /
                           ("journey-push-config-" + std::to_string(::getpid()));
    std::filesystem::create_directory(directory);
    Record account;
    put(account, "type", "service_account");
    put(account, "project_id", "my-shop");
    put(account, "client_email", "push@my-shop.example");
    put(account, "private_key", sample::kRsaPrivate);
    const std::string account_text = to_json(account);
    for (const auto& [name, text] :
         {Keys{"ec.pem", sample::kEcPrivate}, Keys{"account.json", account_text}}) {
        std::ofstream(directory / name) << text;
    }
    const auto says = [&](std::string settings) {
        for (std::size_t at = 0; (at = settings.find('@')) != std::string::npos;)
            settings.replace(at, 1, "file:" + directory.string() + "/");
        const auto path = directory / "c.yaml";
        std::ofstream(path) << "connectors:\n  push: {" << settings << "}\n";
        const auto loaded = load_config(path.string());
        return loaded ? "it is " + loaded.value().routes.at(0).connector->traits().name
                      : loaded.error().detail;
    };
    const auto [settings, words] = GENERATE(table<std::string, std::string>({
        {R"(kind: fcm, service account: "@account.json", priority: high)", "it is fcm"},
        {R"(kind: apns, key: "@ec.pem", key id: A, team id: B, topic: c.d, hurry: no)",
         "it is apns"},
        {R"(kind: web push, private key: "@ec.pem", contact: "https://x.example", more hosts: [a.b])",
         "it is web push"},
        {R"(kind: fcm, service account: "@none.json")", "I cannot read the secret's file"},
        {R"(kind: fcm, service account: "@ec.pem")", "JSON file of a service account"},
        {R"(kind: apns, key: "@ec.pem", key id: A, team id: B)", "apns needs `topic`"},
        {R"(kind: apns, key: AuthKey.p8)", "a secret is given by reference"},
        {R"(kind: web push, private key: "@ec.pem", contact: me)", "`contact`"},
        {R"(kind: web push, private key: "@ec.pem", keep seconds: 9999999)", "28 days"},
        {R"(kind: carrier pigeon)", "carrier pigeon"},
    }));
    CAPTURE(settings);
    CHECK_THAT(says(settings), Catch::Contains(words));
    std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace journey::app
