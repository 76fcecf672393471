#include "engine/base/base.h"

#include <catch2/catch.hpp>
#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

namespace journey {
namespace {

Result<int> half(int number) {
    if (number % 2 != 0) return error(ErrorCode::invalid, "the number is odd");
    return number / 2;
}

Result<int> quarter(int number) {
    TRY(const int halved, half(number));
    return half(halved);
}

Result<> only_even(int number) {
    TRY(half(number));
    return success();
}

}  // namespace

TEST_CASE("TRY hands on the value or the failure", "[result]") {
    CHECK(quarter(8).value() == 2);
    REQUIRE_FALSE(quarter(6).has_value());
    CHECK(quarter(6).error().detail == "the number is odd");
    CHECK(only_even(2).has_value());
    CHECK(only_even(3).error().code == ErrorCode::invalid);
}

TEST_CASE("every error code has a name of its own", "[result]") {
    std::vector<std::string_view> names;
    for (int code = 0; code <= static_cast<int>(ErrorCode::cancelled); ++code) {
        names.push_back(name_of(static_cast<ErrorCode>(code)));
    }
    std::sort(names.begin(), names.end());
    CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
    CHECK(std::find(names.begin(), names.end(), "unknown") == names.end());
}

TEST_CASE("a broken ENSURE ends the process and says where", "[result]") {
    std::array<int, 2> ends{};
    REQUIRE(pipe(ends.data()) == 0);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        // Catch's own handler would report the abort as a failed test of the child.
        std::signal(SIGABRT, SIG_DFL);
        dup2(ends[1], STDERR_FILENO);
        const int apples = 3;
        ENSURE(apples > 3, "there are too few apples");
        _exit(0);
    }
    close(ends[1]);
    std::string said;
    std::array<char, 256> piece{};
    for (ssize_t got = 0; (got = read(ends[0], piece.data(), piece.size())) > 0;) {
        said.append(piece.data(), static_cast<std::size_t>(got));
    }
    close(ends[0]);
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
    CHECK(said.find("result_test.cc:") != std::string::npos);
    CHECK(said.find("ENSURE(apples > 3) failed: there are too few apples") != std::string::npos);
}

}  // namespace journey
