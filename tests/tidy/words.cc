#include "tests/tidy/source.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace journey::tidy {
namespace {

constexpr std::size_t kLinesMax = 700;

struct Forbidden {
    std::string_view word;
    std::string_view instead;
    std::vector<std::string_view> allowed;  // prefixes of paths
};

const std::vector<Forbidden>& forbidden_words() {
    static const std::vector<std::string_view> kNowhere = {};
    static const std::vector<std::string_view> kThreads = {
        "engine/runtime/", "engine/http/",     "engine/app/", "engine/storage/",
        "connectors/net/", "connectors/fake/", "tests/"};
    static const std::vector<Forbidden> kTable = {
        {"system_clock", "ask the Clock you were handed", {"engine/base/time.cc"}},
        {"random_device", "ask the Rng you were handed", {"engine/app/"}},
        {"mt19937", "ask the Rng you were handed", kNowhere},
        {"mt19937_64", "ask the Rng you were handed", kNowhere},
        {"std::rand", "ask the Rng you were handed", kNowhere},
        {"rand(", "ask the Rng you were handed", kNowhere},
        {"srand(", "ask the Rng you were handed", kNowhere},
        {"std::shuffle", "its order differs between libraries; shuffle with Rng", kNowhere},
        {"std::uniform_int_distribution", "it differs between libraries; use Rng", kNowhere},
        {"std::uniform_real_distribution", "it differs between libraries; use Rng", kNowhere},
        {"sleep_for", "wait on a Mailbox or a timer of the executor", {"engine/app/"}},
        {"this_thread::sleep_until", "wait on a Mailbox or a timer of the executor", kNowhere},
        {"usleep", "wait on a Mailbox or a timer of the executor", kNowhere},
        {"nanosleep", "wait on a Mailbox or a timer of the executor", {"tests/process/"}},
        {"localtime", "engine/calendar knows the zones", kNowhere},
        {"localtime_r", "engine/calendar knows the zones", kNowhere},
        {"gmtime", "format_instant writes UTC", kNowhere},
        {"gmtime_r", "format_instant writes UTC", kNowhere},
        {"mktime", "engine/calendar knows the zones", kNowhere},
        {"strftime", "format_instant writes UTC", kNowhere},
        {"std::thread", "threads start in the rooms that wait for the world", kThreads},
        {"std::jthread", "threads start in the rooms that wait for the world", kThreads},
        {"std::async", "threads start in the rooms that wait for the world", kNowhere},
        {"detached", "start children in a TaskGroup, which joins them", kNowhere},
        {"detach()", "join it: what is detached outlives what it uses", kNowhere},
        {"thread_local", "pass it as a parameter", kNowhere},
        {"std::mutex",
         "put messages into a Mailbox",
         {"engine/base/mailbox.h", "engine/runtime/service.cc", "engine/storage/memory/",
          "connectors/fake/", "tests/"}},
        {"std::recursive_mutex", "put messages into a Mailbox", kNowhere},
        {"std::shared_mutex", "put messages into a Mailbox", kNowhere},
        {"std::cout", "log, or return text to engine/app", {"engine/app/", "tests/", "examples/"}},
        {"std::cerr", "log, or return text to engine/app", {"engine/app/", "tests/", "examples/"}},
        {"std::regex", "it backtracks without bound; write the scan", kNowhere},
        {"strtok", "it keeps state between calls; use string_view", kNowhere},
        {"setlocale", "one global changes what all others read", kNowhere},
    };
    return kTable;
}

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// Finds `word` where no longer name begins or ends. A word ending in a bracket needs no end.
std::size_t find_word(std::string_view code, std::string_view word, std::size_t from) {
    for (std::size_t at = code.find(word, from); at != std::string_view::npos;
         at = code.find(word, at + 1)) {
        const std::size_t end = at + word.size();
        const bool begins = at == 0 || !is_word(code[at - 1]);
        const bool ends = !is_word(word.back()) || end >= code.size() || !is_word(code[end]);
        if (begins && ends) return at;
    }
    return std::string_view::npos;
}

std::size_t skip_blanks(std::string_view code, std::size_t at) {
    while (at < code.size() && std::isspace(static_cast<unsigned char>(code[at])) != 0)
        ++at;
    return at;
}

// From just inside an expression to the bracket, semicolon or end that closes it.
std::size_t end_of_expression(std::string_view code, std::size_t at) {
    int depth = 0;
    for (; at < code.size(); ++at) {
        const char c = code[at];
        if (c == '(' || c == '{' || c == '[') ++depth;
        if (c == ')' || c == '}' || c == ']') --depth;
        if (depth < 0 || (depth == 0 && c == ';')) return at;
    }
    return at;
}

// if, switch, while: `co_await` between their brackets. For a `for`, too: its condition is one.
void check_condition(const SourceFile& file, std::string_view keyword, Findings& findings) {
    const std::string_view code = file.code;
    for (std::size_t at = find_word(code, keyword, 0); at != std::string_view::npos;
         at = find_word(code, keyword, at + 1)) {
        std::size_t open = skip_blanks(code, at + keyword.size());
        if (code.substr(open).starts_with("constexpr")) open = skip_blanks(code, open + 9);
        if (open >= code.size() || code[open] != '(') continue;
        const std::size_t close = end_of_expression(code, open + 1);
        // A lambda in a condition would be another function; nobody writes that.
        const std::string_view condition = code.substr(open, close - open);
        if (find_word(condition, "co_await", 0) == std::string_view::npos) continue;
        findings.push_back({file.path, line_of(code, at),
                            "GCC 12.2 miscompiles co_await in a condition; name the result first: "
                            "const bool reached = co_await …"});
    }
}

bool follows_with(std::string_view text, std::size_t at, char wanted) {
    const std::size_t next = skip_blanks(text, at);
    return next < text.size() && text[next] == wanted;
}

bool has_braced_argument(std::string_view awaited) {
    for (std::size_t at = awaited.find_first_of("({,"); at != std::string_view::npos;
         at = awaited.find_first_of("({,", at + 1)) {
        const bool designated = awaited[at] == '{' && follows_with(awaited, at + 1, '.');
        const bool bare = awaited[at] != '{' && follows_with(awaited, at + 1, '{');
        if (designated || bare) return true;
    }
    return false;
}

bool has_owning_lambda(std::string_view awaited) {
    for (std::size_t at = awaited.find('['); at != std::string_view::npos;
         at = awaited.find('[', at + 1)) {
        const std::size_t end = awaited.find(']', at);
        if (end == std::string_view::npos) return false;
        const bool lambda =
            follows_with(awaited, end + 1, '(') || follows_with(awaited, end + 1, '{');
        const bool owns = awaited.substr(at, end - at).find('=') != std::string_view::npos;
        // values[at] (…) has something before its bracket.
        const bool subscript = at > 0 && (is_word(awaited[at - 1]) || awaited[at - 1] == ')');
        if (lambda && owns && !subscript) return true;
    }
    return false;
}

}  // namespace

void check_words(const SourceFile& file, Findings& findings) {
    for (const Forbidden& forbidden : forbidden_words()) {
        const bool allowed =
            std::any_of(forbidden.allowed.begin(), forbidden.allowed.end(),
                        [&](std::string_view prefix) { return file.path.starts_with(prefix); });
        if (allowed) continue;
        for (std::size_t at = find_word(file.code, forbidden.word, 0); at != std::string_view::npos;
             at = find_word(file.code, forbidden.word, at + 1)) {
            findings.push_back({file.path, line_of(file.code, at),
                                std::string(forbidden.word) + " may not stand here; " +
                                    std::string(forbidden.instead)});
        }
    }
    const std::string_view swallow = "catch (...)";
    for (std::size_t at = file.code.find(swallow); at != std::string::npos;
         at = file.code.find(swallow, at + 1)) {
        const std::size_t open = file.code.find('{', at);
        if (open != std::string::npos && follows_with(file.code, open + 1, '}')) {
            findings.push_back({file.path, line_of(file.code, at),
                                "what is caught here is lost; turn it into an Error at the door"});
        }
    }
}

void check_awaits(const SourceFile& file, Findings& findings) {
    if (find_word(file.code, "co_await", 0) == std::string_view::npos) return;
    for (const std::string_view keyword : {"if", "switch", "while"}) {
        check_condition(file, keyword, findings);
    }
    const std::string_view code = file.code;
    for (std::size_t at = find_word(code, "co_await", 0); at != std::string_view::npos;
         at = find_word(code, "co_await", at + 1)) {
        const std::string_view awaited = code.substr(at, end_of_expression(code, at) - at);
        if (has_braced_argument(awaited)) {
            findings.push_back({file.path, line_of(code, at),
                                "GCC 12.2 miscompiles braced arguments of an awaited call; give "
                                "the aggregate a name and move it in"});
        }
        if (has_owning_lambda(awaited)) {
            findings.push_back({file.path, line_of(code, at),
                                "GCC 12.2 destroys what an awaited call's lambda owns twice; give "
                                "the lambda a name and move it in"});
        }
    }
}

void check_shape(const SourceFile& file, Findings& findings) {
    const auto lines =
        static_cast<std::size_t>(std::count(file.text.begin(), file.text.end(), '\n'));
    if (lines > kLinesMax) {
        findings.push_back({file.path, lines,
                            std::to_string(lines) + " lines; over " + std::to_string(kLinesMax) +
                                " a file holds two ideas: find the second one's name"});
    }
    if (is_header(file.path) && file.code.find("#pragma once") == std::string::npos) {
        findings.push_back({file.path, 1, "the header lacks #pragma once"});
    }
}

void check_crash_points(const SourceFile& file, std::string_view test, Findings& findings) {
    constexpr std::string_view kCall = "crash_here(\"";
    for (std::size_t at = file.text.find(kCall); at != std::string::npos;
         at = file.text.find(kCall, at + 1)) {
        const std::size_t from = at + kCall.size() - 1;
        const std::string name = file.text.substr(from, file.text.find('"', from + 1) + 1 - from);
        if (test.find(name) != std::string_view::npos) continue;
        findings.push_back({file.path, line_of(file.text, at),
                            "nobody visits the crash point " + name +
                                "; add it to tests/process/crash_points_test.cc"});
    }
}

}  // namespace journey::tidy
