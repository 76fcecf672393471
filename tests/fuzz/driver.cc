// Runs a fuzz target without libFuzzer: input N is a function of the seed and N alone, so that a
// failure is repeated by two numbers. Byte flips, cuts, copies, splices of two seeds, words.

#include "engine/base/base.h"
#include "tests/fuzz/fuzz.h"

#include <CLI/CLI.hpp>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fmt/format.h>
#include <fstream>
#include <sstream>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
extern "C" void __sanitizer_set_death_callback(void (*callback)());
#endif

namespace {

using journey::Rng;

// For the handlers below, which may not allocate.
std::array<char, 160> repeat_with{};

void say_how_to_repeat() {
    std::size_t length = 0;
    while (length < repeat_with.size() && repeat_with[length] != '\0')
        ++length;
    [[maybe_unused]] const auto written = write(STDERR_FILENO, repeat_with.data(), length);
}

extern "C" void on_signal(int number) {
    say_how_to_repeat();
    std::signal(number, SIG_DFL);
    std::raise(number);
}

std::string mutated(const std::vector<std::string>& seeds, const std::vector<std::string>& words,
                    std::uint64_t seed, std::uint64_t round) {
    constexpr std::size_t kSizeMax = 64 * 1024;
    Rng rng(seed * 0x9E3779B97F4A7C15 + round);
    std::string text = seeds[rng.below(seeds.size())];
    const std::uint64_t changes = 1 + rng.below(rng.chance(0.2) ? 40 : 5);
    for (std::uint64_t i = 0; i < changes; ++i) {
        const std::size_t at = rng.below(text.size() + 1);
        switch (rng.below(8)) {
            case 0:
                if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1 << rng.below(8)));
                break;
            case 1:
                text.insert(at, 1, static_cast<char>(rng.below(256)));
                break;
            case 2:
                text.erase(at, 1 + rng.below(64));
                break;
            case 3:
                if (!text.empty()) {
                    const std::size_t from = rng.below(text.size());
                    text.insert(at, text.substr(from, 1 + rng.below(200)));
                }
                break;
            case 4: {
                const std::string& other = seeds[rng.below(seeds.size())];
                text = text.substr(0, at) + other.substr(rng.below(other.size() + 1));
                break;
            }
            case 5: {  // one word for another
                std::size_t end = at;
                while (end < text.size() && text[end] > ' ')
                    ++end;
                text.replace(at, end - at, words[rng.below(words.size())]);
                break;
            }
            case 6: {  // deeply
                const std::string& word = words[rng.below(words.size())];
                std::string many;
                for (std::uint64_t n = 1 + rng.below(rng.chance(0.1) ? 2000 : 20); n > 0; --n)
                    many += word;
                text.insert(at, many);
                break;
            }
            default:
                text.insert(at, words[rng.below(words.size())]);
        }
        if (text.size() > kSizeMax) text.resize(kSizeMax);
    }
    return text;
}

void run(std::string_view text) {
    // A copy of exactly this size, so that reading past the end is seen.
    const std::vector<std::uint8_t> bytes(text.begin(), text.end());
    alarm(60);  // what takes so long is a hang
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    alarm(0);
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Feeds a fuzz target with broken inputs.");
    std::uint64_t seconds = 10;
    std::uint64_t seed = 1;
    std::int64_t only = -1;
    bool print = false;
    std::vector<std::string> files;
    app.add_option("--seconds", seconds, "How long to run");
    app.add_option("--seed", seed, "Another seed, other inputs");
    app.add_option("--only", only, "Run this input and no other");
    app.add_flag("--print", print, "With --only: write the input to the standard output");
    app.add_option("files", files, "Run these files instead");
    CLI11_PARSE(app, argc, argv);

    for (const int number : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGALRM})
        std::signal(number, on_signal);
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_set_death_callback(say_how_to_repeat);
#endif

    for (const std::string& file : files) {
        std::stringstream text;
        text << std::ifstream(file, std::ios::binary).rdbuf();
        run(text.str());
    }
    if (!files.empty()) return 0;

    const std::vector<std::string> seeds = journey::fuzz::seeds();
    const std::vector<std::string> words = journey::fuzz::dictionary();
    journey::fuzz::require(!seeds.empty() && !words.empty(), "there are no seeds");
    if (only >= 0) {
        const std::string text = mutated(seeds, words, seed, static_cast<std::uint64_t>(only));
        if (print) {
            std::fwrite(text.data(), 1, text.size(), stdout);
        } else {
            run(text);
        }
        return 0;
    }
    for (std::size_t i = 0; i < seeds.size(); ++i) {
        fmt::format_to_n(repeat_with.data(), repeat_with.size() - 1, "fuzz: seed file {}\n", i);
        run(seeds[i]);
    }
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
    std::uint64_t round = 0;
    for (; std::chrono::steady_clock::now() < until; ++round) {
        repeat_with.fill('\0');
        fmt::format_to_n(repeat_with.data(), repeat_with.size() - 1,
                         "fuzz: repeat with --seed {} --only {}\n", seed, round);
        run(mutated(seeds, words, seed, round));
    }
    fmt::print("{} seeds and {} inputs, none broke it\n", seeds.size(), round);
    return 0;
}
