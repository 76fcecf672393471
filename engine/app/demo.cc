// journey demo: the example shop on this machine. A daemon on a fast clock, a sink for its
// messages, shoppers made from a seed who open and click what reaches them, and a live summary.

#include "connectors/fake/fake.h"
#include "dsl/translate/translate.h"
#include "engine/app/child.h"
#include "engine/app/commands.h"
#include "engine/app/progress.h"
#include "engine/app/traffic.h"

#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <queue>
#include <signal.h>
#include <sys/ioctl.h>
#include <thread>

namespace journey::app {
namespace {

volatile sig_atomic_t g_stop = 0;  // a signal handler can reach nothing else
void on_interrupt(int) {
    g_stop = 1;
}

constexpr const char* kStart = "2026-03-02T00:00:00Z";  // a Monday, 8 in the morning in Shanghai

std::string config_text(const connectors::fake::SinkServer& sink, const std::string& public_url) {
    return fmt::format(R"(# Written by `journey demo`: every channel leads to the demo's own sink.
public url: {2}
connectors:
  email: {{kind: smtp, url: "smtp://127.0.0.1:{1}", require tls: no}}
  sms: {{kind: twilio, base: "http://127.0.0.1:{0}", account sid: ACdemo, auth token: "env:JOURNEY_DEMO_SECRET", sender: "+12025550100"}}
  push: {{kind: onesignal, base: "http://127.0.0.1:{0}", app id: demo, api key: "env:JOURNEY_DEMO_SECRET"}}
network: {{allow private: yes, allow http: yes}}
)",
                       sink.http_port(), sink.smtp_port(), public_url);
}

/// What a recipient does with a message: reads the mail, perhaps clicks.
class Readers {
  public:
    explicit Readers(std::uint64_t seed) : rng_(seed ^ 0x5eed) {}

    void take(const connectors::fake::SinkMessage& message, Instant now) {
        if (message.channel != "email" || !rng_.chance(0.5)) return;
        const Instant opened =
            now + std::chrono::minutes(2 + static_cast<std::int64_t>(rng_.below(600)));
        if (const std::string pixel = path_with(message.html, "/o/"); !pixel.empty())
            later_.push({opened, pixel});
        if (const std::string click = path_with(message.html, "/c/");
            !click.empty() && rng_.chance(0.3))
            later_.push({opened + std::chrono::minutes(1), click});
    }

    std::vector<std::string> due(Instant now) {
        std::vector<std::string> out;
        while (!later_.empty() && later_.top().first <= now) {
            out.push_back(later_.top().second);
            later_.pop();
        }
        return out;
    }

  private:
    /// The path of the first quoted link that has `mark` in it; "" when there is none.
    static std::string path_with(const std::string& html, std::string_view mark) {
        const std::size_t at = html.find(mark);
        if (at == std::string::npos) return "";
        const std::size_t begin = html.rfind('"', at);
        const std::size_t end = html.find('"', at);
        if (begin == std::string::npos || end == std::string::npos) return "";
        std::string url = html.substr(begin + 1, end - begin - 1);
        for (std::size_t amp = url.find("&amp;"); amp != std::string::npos; amp = url.find("&amp;"))
            url.replace(amp, 5, "&");
        const std::size_t slash = url.find('/', url.find("//") + 2);
        return slash == std::string::npos ? "" : url.substr(slash);
    }

    Rng rng_;
    using Visit = std::pair<Instant, std::string>;
    std::priority_queue<Visit, std::vector<Visit>, std::greater<>> later_;
};

std::string shorten(std::string text, std::size_t width) {
    while (display_width(text) > width) {
        do
            text.pop_back();
        while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0) == 0x80);
        while (!text.empty() && static_cast<unsigned char>(text.back()) >= 0xC0)
            text.pop_back();
    }
    for (char& c : text) {
        if (c == '\n' || c == '\r') c = ' ';
    }
    return text;
}

/// Removes a directory of our own, however the demo ends.
struct TidyUp {
    std::string directory;
    ~TidyUp() {
        std::error_code ignored;
        if (!directory.empty()) std::filesystem::remove_all(directory, ignored);
    }
};

/// Columns of the terminal, 100 when it does not say.
std::size_t screen_width() {
    winsize size{};
    return ::ioctl(1, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40 ? size.ws_col : 100;
}

struct Summary {
    std::uint64_t sent_events = 0;
    std::uint64_t visits = 0;  // opens and clicks
    std::string tool;
    std::string data_directory;
    std::vector<std::string> problems;
};

void print_summary(const Client& client, connectors::fake::SinkServer& sink, Instant now,
                   const Summary& summary, bool redraw) {
    auto answer = client.get("/admin/journeys");
    if (!answer || answer.value().status != 200) return;
    auto parsed = value_from_json(answer.value().body);
    if (!parsed || parsed.value().as<Record>() == nullptr) return;
    const Record& counts = *parsed.value().as<Record>();
    std::string out;
    const translate::Speech say(translate::language_of_environment());
    out += say(
        "journeyd demo · {} in the shop · {} events taken · {} people · {} opens and clicks\n\n",
        format_instant(now).substr(0, 16), number_in(counts, "events"), number_in(counts, "people"),
        summary.visits);
    out += fmt::format("  {:<22}{:>8}{:>8}{:>7}{:>7}{:>9}   {}\n", say("journey"), say("entered"),
                       say("inside"), say("sent"), say("goals"), say("skipped"),
                       say("people per step"));
    if (const Value* journeys = find(counts, "journeys");
        journeys != nullptr && journeys->as<List>() != nullptr) {
        for (const Value& item : *journeys->as<List>()) {
            const Record& journey = *item.as<Record>();
            std::string steps;
            if (const Value* waiting = find(journey, "waiting");
                waiting != nullptr && waiting->as<Record>() != nullptr) {
                for (const NamedValue& step : *waiting->as<Record>())
                    steps += fmt::format("{}{} {}", steps.empty() ? "" : ", ", step.name,
                                         to_json(step.value));
            }
            const Value* name = find(journey, "name");
            const std::uint64_t entered = number_in(journey, "entered");
            out += fmt::format(
                "  {:<22}{:>8}{:>8}{:>7}{:>7}{:>9}   {}\n",
                name == nullptr || name->as<std::string>() == nullptr ? "?"
                                                                      : *name->as<std::string>(),
                entered, entered - number_in(journey, "ended"), number_in(journey, "sent"),
                number_in(journey, "goals"), number_in(journey, "skipped"), shorten(steps, 60));
        }
    }
    out += say("\n  arrived at the sink:");
    for (const char* channel : {"email", "sms", "push"})
        out += fmt::format("   {} {}", channel, sink.counts(channel).accepted);
    out += say("\n\n  the last messages\n");
    for (const auto& message : sink.last(6)) {
        out += fmt::format("    {:<6} {:<26} {}\n", message.channel, shorten(message.to, 26),
                           shorten(message.subject.empty() ? message.text : message.subject, 70));
    }
    for (const std::string& problem : summary.problems)
        out += fmt::format("\n  ! {}", problem);
    if (sink.counts("email").calls + sink.counts("push").calls == 0)
        out += say("    nothing yet: people are only just arriving\n");
    if (!redraw) {
        fmt::print("{}\n", out);
        std::fflush(stdout);
        return;
    }
    out += say("\n  beside it: {} timeline u00042 --to {} --data {}\n  Ctrl-C stops everything.\n",
               summary.tool, client.base(), summary.data_directory);
    // Lines longer than the screen would wrap and push the top away.
    const std::size_t width = screen_width();
    std::string screen = "\033[H\033[J";
    for (std::size_t begin = 0; begin < out.size();) {
        const std::size_t end = std::min(out.find('\n', begin), out.size());
        screen += shorten(out.substr(begin, end - begin), width - 1) + "\n";
        begin = end + 1;
    }
    fmt::print("{}", screen);
    std::fflush(stdout);
}

}  // namespace

int demo_command(const DemoOptions& options, const std::string& program_path) {
    const translate::Speech say(translate::language_of_environment());
    struct sigaction action {};
    action.sa_handler = on_interrupt;
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE})
        ::sigaction(number, &action, nullptr);

    auto start = parse_instant(kStart);
    ENSURE(start.has_value(), "the demo's first day must be a date");
    const bool own_directory = options.data_directory.empty();
    const std::string directory =
        own_directory ? make_temporary_directory("demo") : options.data_directory;
    TidyUp tidy{own_directory ? directory : ""};
    std::filesystem::create_directories(directory);
    ::setenv("JOURNEY_DEMO_SECRET", "demo-secret", 0);

    Mailbox<connectors::fake::SinkMessage> arrived;
    connectors::fake::SinkOptions sink_options;
    sink_options.sync_ledger = false;
    sink_options.on_message = [&](const connectors::fake::SinkMessage& message) {
        arrived.put(message);
    };
    auto sink = connectors::fake::SinkServer::start(sink_options);
    if (!sink) return fail(sink.error());

    const std::uint16_t port = free_port();
    const std::string config = directory + "/demo.yaml";
    std::ofstream(config) << config_text(*sink.value(), fmt::format("http://127.0.0.1:{}", port));
    const std::string log_file = directory + "/serve.log";
    auto child =
        ChildDaemon::start({program_path,
                            {options.project, "--config", config, "--demo-clock-start", kStart,
                             "--demo-clock-speed", fmt::format("{}", options.speed)},
                            directory + "/data",
                            port,
                            log_file});
    if (!child) return fail(child.error());
    ChildDaemon& daemon = *child.value();
    const FastClock clock(start.value(), options.speed);
    const Client client(daemon.url(), daemon.write_key(), daemon.admin_token());

    TrafficOptions traffic_options;
    traffic_options.seed = options.seed;
    traffic_options.people = options.people;
    ShopTraffic traffic(traffic_options, clock.now());
    Readers readers(options.seed);
    Summary summary;
    summary.tool = std::filesystem::relative(program_path).string();
    summary.data_directory = directory + "/data";
    const bool redraw = is_terminal(1);
    const auto began = std::chrono::steady_clock::now();
    auto drawn = began;
    while (g_stop == 0 && (options.seconds == 0 || std::chrono::steady_clock::now() - began <
                                                       std::chrono::seconds(options.seconds))) {
        const Instant now = clock.now();
        std::string batch;
        const auto send_batch = [&] {
            if (batch.empty()) return;
            auto answer =
                client.post("/v1/batch", "{\"batch\":[" + std::exchange(batch, "") + "]}");
            if (!answer && summary.problems.empty())
                summary.problems.push_back(answer.error().detail);
        };
        for (const TrafficItem& item : traffic.happen_until(now)) {
            ++summary.sent_events;
            if (!item.consent) {
                batch += (batch.empty() ? "" : ",") + item.json;
                if (batch.size() > 200'000) send_batch();
                continue;
            }
            send_batch();
            auto answer = client.post("/v1/consent", item.json);
            if (!answer && summary.problems.empty())
                summary.problems.push_back(answer.error().detail);
        }
        send_batch();
        for (const auto& message : arrived.take_now())
            readers.take(message, now);
        for (const std::string& path : readers.due(now)) {
            if (client.get(path)) ++summary.visits;
        }
        if (!daemon.running()) {
            tidy.directory.clear();
            fmt::print(stderr, "{}",
                       say("journey demo: the daemon has ended; its log is {}\n", log_file));
            return 3;
        }
        if (const auto moment = std::chrono::steady_clock::now();
            moment - drawn > std::chrono::milliseconds(redraw ? 500 : 5000)) {
            drawn = moment;
            print_summary(client, *sink.value(), clock.now(), summary, redraw);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    print_summary(client, *sink.value(), clock.now(), summary, redraw);
    const int status = daemon.stop();
    sink.value()->stop();
    fmt::print("{}", say("\nStopped cleanly{}. Three things to try next:\n",
                         status == 0 ? ""
                                     : say(" but for the daemon, which ended with {}; see {}",
                                           status, log_file)));
    const std::string& tool = summary.tool;
    const std::string own_data = "journey-data";
    fmt::print(
        "{}",
        say("  1. {} test {}                      tests of 90-day journeys, in milliseconds\n",
            tool, options.project));
    fmt::print("{}",
               say("  2. change a wait in {}/welcome_series.journey and run 1 again: a failing "
                   "test tells its story\n",
                   options.project));
    fmt::print("{}", say("  3. {} serve {} --data {}    then, beside it: {} journeys\n", tool,
                         options.project, own_data, tool));
    return status == 0 ? 0 : 3;
}

}  // namespace journey::app
