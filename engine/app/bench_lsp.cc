// journey bench lsp: how long an editor waits for its mistakes. A real `journey lsp` in a child
// process, and the time from each edit to the diagnostics of that very version. Edits come with
// pauses of every length, or after just so long that the server is checking the whole project; after
// each the editor asks what editors ask by themselves.

#include "engine/app/bench_figures.h"
#include "engine/app/bench_project.h"
#include "engine/app/child.h"
#include "engine/app/commands.h"
#include "engine/app/lsp_json.h"
#include "engine/app/lsp_server.h"
#include "engine/app/lsp_text.h"
#include "engine/app/lsp_wire.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace journey::app {
namespace {

using Clock = std::chrono::steady_clock;

/// A language server at the other end of two pipes.
class LspChild {
  public:
    explicit LspChild(const std::string& program) {
        std::array<int, 2> in{};
        std::array<int, 2> out{};
        ENSURE(::pipe(in.data()) == 0 && ::pipe(out.data()) == 0, "the system gives no pipe");
        pid_ = ::fork();
        if (pid_ == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGTERM);
            ::dup2(in[0], 0);
            ::dup2(out[1], 1);
            for (const int end : {in[0], in[1], out[0], out[1]})
                ::close(end);
            ::execl(program.c_str(), program.c_str(), "lsp", nullptr);
            ::_exit(127);
        }
        ::close(in[0]);
        ::close(out[1]);
        to_ = in[1];
        from_ = out[0];
    }
    ~LspChild() {
        ::close(to_);
        ::close(from_);
        ::waitpid(pid_, nullptr, 0);
    }
    LspChild(const LspChild&) = delete;
    LspChild& operator=(const LspChild&) = delete;

    void tell(const char* method, json::object params) {
        write(json::serialize(notice_json(method, std::move(params))));
    }
    void ask(const char* method, json::object params) {
        json::object message = notice_json(method, std::move(params));
        message["id"] = ++asked_;
        write(json::serialize(message));
    }
    /// Waits for the diagnostics of this version. False when the server is gone, or silent.
    bool wait_for(std::int64_t version) {
        return wait_until([&](const json::value& message) {
            return number_in(message, {"params", "version"}) == version;
        });
    }
    /// The same for the first diagnostics of another file.
    bool wait_for_other(const std::string& uri) {
        return wait_until([&](const json::value& message) {
            const auto other = text_in(message, {"params", "uri"});
            return other && *other != uri;
        });
    }
    /// Reads what is told meanwhile, as an editor does. False when the server is gone.
    bool rest(std::chrono::milliseconds time) {
        const auto until = Clock::now() + time;
        while (true) {
            const auto left =
                std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
            if (left.count() <= 0) return true;
            if (!has_input(left)) continue;
            if (!read_some()) return false;
            for (auto body = frames_.next(); body && body.value(); body = frames_.next()) {
            }
        }
    }

  private:
    template <typename Wanted>
    bool wait_until(const Wanted& wanted) {
        while (true) {
            auto body = frames_.next();
            if (!body) return false;
            if (body.value()) {
                if (wanted(json::parse(*body.value()))) return true;
                continue;
            }
            constexpr std::chrono::milliseconds kPatience(120'000);
            if (!has_input(kPatience) || !read_some()) return false;
        }
    }
    bool has_input(std::chrono::milliseconds within) {
        pollfd input{from_, POLLIN, 0};
        return ::poll(&input, 1, static_cast<int>(within.count())) > 0;
    }
    bool read_some() {
        std::array<char, 65536> bytes{};
        const ssize_t got = ::read(from_, bytes.data(), bytes.size());
        if (got <= 0) return false;
        frames_.feed(std::string_view(bytes.data(), static_cast<std::size_t>(got)));
        return true;
    }
    void write(const std::string& body) {
        const std::string bytes = lsp_frame(body);
        std::string_view rest = bytes;
        while (!rest.empty()) {
            const ssize_t put = ::write(to_, rest.data(), rest.size());
            if (put <= 0) return;
            rest.remove_prefix(static_cast<std::size_t>(put));
        }
    }

    pid_t pid_ = -1;
    int to_ = -1;
    int from_ = -1;
    int asked_ = 0;
    LspFrames frames_;
};

struct Scene {
    std::size_t journeys = 0;
    bool meets_check = false;
};

struct Waits {
    double open_ms = 0;
    double check_ms = 0;  // of the whole project, once
    std::vector<double> edits_ms;
};

double ms_since(Clock::time_point begin) {
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

/// A name in the file is spoilt and mended again, at a place that changes.
json::object spoil(const std::vector<std::size_t>& lines, std::size_t turn) {
    const std::size_t line = lines[turn / 2 * 7 % lines.size()];
    const std::size_t begin = std::string_view("  frequency gentl").size();
    const auto place = [&](std::size_t character) {
        return json::object{{"line", line}, {"character", character}};
    };
    const bool bad = turn % 2 == 0;
    return {
        {"range", json::object{{"start", place(begin)}, {"end", place(bad ? begin + 1 : begin)}}},
        {"text", bad ? "" : "e"}};
}

/// What editors ask by themselves once they know an edit's mistakes.
void ask_as_editors_do(LspChild& server, const std::string& uri) {
    const json::object document{{"uri", uri}};
    const json::object start{{"line", 0}, {"character", 0}};
    server.ask("textDocument/semanticTokens/full", {{"textDocument", document}});
    server.ask("textDocument/documentSymbol", {{"textDocument", document}});
    constexpr int kAutomatic = 2;
    server.ask(
        "textDocument/codeAction",
        {{"textDocument", document},
         {"range", json::object{{"start", start}, {"end", start}}},
         {"context", json::object{{"diagnostics", json::array()}, {"triggerKind", kAutomatic}}}});
}

/// From the server's quiet time to somewhere in its check; or anything.
std::chrono::milliseconds pause_before(const Scene& asked, const Waits& waits, Rng& chance) {
    constexpr std::array kPausesMs = {0, 0, 30, 90, 170, 250, 400, 700};
    if (!asked.meets_check)
        return std::chrono::milliseconds(kPausesMs[chance.below(kPausesMs.size())]);
    const auto check_ms = static_cast<std::uint64_t>(std::max(waits.check_ms, 2.0));
    return std::chrono::milliseconds(kLspQuietMs + 1 + chance.below(check_ms));
}

Result<Waits> measure(const BenchLspOptions& options, const std::string& program,
                      const Scene& asked) {
    const std::size_t journeys = asked.journeys;
    const std::string folder = make_temporary_directory("bench-lsp");
    for (const dsl::SourceFile& file : bench_project(journeys, 20))
        std::ofstream(folder + "/" + file.name, std::ios::binary) << file.text;
    std::string text;
    for (std::size_t i = journeys;
         static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) < options.lines; ++i)
        text += bench_journey(i, 20);
    std::vector<std::size_t> lines;
    std::size_t number = 0;
    for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1, ++number) {
        if (text.compare(at, 18, "  frequency gentle") == 0) lines.push_back(number);
    }
    const std::string path = folder + "/long.journey";
    std::ofstream(path, std::ios::binary) << text;

    Waits waits;
    {
        LspChild server(program);
        server.ask("initialize",
                   {{"capabilities", json::object{}}, {"rootUri", uri_of_path(folder)}});
        server.tell("initialized", {});
        const auto opened = Clock::now();
        const std::string uri = uri_of_path(path);
        server.tell(
            "textDocument/didOpen",
            {{"textDocument",
              json::object{
                  {"uri", uri}, {"languageId", "journey"}, {"version", 1}, {"text", text}}}});
        bool answers = server.wait_for(1);
        waits.open_ms = ms_since(opened);
        if (asked.meets_check) {
            // Every journey has something that is not used.
            answers = answers && server.wait_for_other(uri);
            waits.check_ms = ms_since(opened) - waits.open_ms - kLspQuietMs;
        }
        Rng chance(1);  // the same pauses in every run
        for (std::size_t turn = 0; answers && turn < options.edits; ++turn) {
            answers = server.rest(pause_before(asked, waits, chance));
            const auto version = static_cast<std::int64_t>(turn + 2);
            const auto begin = Clock::now();
            server.tell("textDocument/didChange",
                        {{"textDocument", json::object{{"uri", uri}, {"version", version}}},
                         {"contentChanges", json::array{spoil(lines, turn)}}});
            answers = answers && server.wait_for(version);
            waits.edits_ms.push_back(ms_since(begin));
            ask_as_editors_do(server, uri);
        }
        if (!answers) return error(ErrorCode::retry, "the language server does not answer");
        server.ask("shutdown", {});
        server.tell("exit", {});
    }
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
    return waits;
}

}  // namespace

int bench_lsp_command(const BenchLspOptions& options, const std::string& program) {
    std::vector<Scene> scenes = {{0, false}};
    if (options.journeys > 0) {
        scenes.push_back({options.journeys, false});
        scenes.push_back({options.journeys, true});
    }
    Report report{"lsp", fmt::format("edits of a file of {} lines", options.lines)};
    Progress progress("measuring", scenes.size());
    for (const Scene& scene : scenes) {
        auto waits = measure(options, program, scene);
        if (!waits) return fail(waits.error());
        const Waits& w = waits.value();
        const std::string where = scene.journeys == 0 ? "alone"
                                  : scene.meets_check
                                      ? fmt::format("while {} journeys are checked", scene.journeys)
                                      : fmt::format("beside {} journeys", scene.journeys);
        Measured run;
        std::vector<std::uint32_t> micros;
        double seconds = 0;
        for (const double ms : w.edits_ms) {
            micros.push_back(static_cast<std::uint32_t>(ms * 1000));
            seconds += ms / 1000;
        }
        run.per_second = static_cast<double>(micros.size()) / seconds;
        run.latency = latency_of(micros);
        run.more = {{"open_ms", w.open_ms}, {"check_ms", w.check_ms}};
        report.cases.push_back({where, "edits", "an edit to its mistakes", "", {std::move(run)}});
        progress.at(report.cases.size());
    }
    progress.finish("measured");
    print(report, options.json);
    return 0;
}

}  // namespace journey::app
