#include "engine/app/config.h"

#include "engine/app/machine_memory.h"
#include "engine/base/base.h"

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

}  // namespace
}  // namespace journey::app
