// journey bench send: people order, and a journey with one send answers each: ingest, match, Intent,
// Claim (durable), rendering, request, Outcome (durable). Once to a web server on loopback, the
// daemon a process of its own; once to a transport without sockets, all in this process; once, as
// e-mail, to a mail server on loopback. Beside it what libcurl alone does with the same requests on
// the same connections, or what the log alone would take.

#include "engine/app/bench_send.h"

#include "connectors/webhook/signed/signed.h"
#include "engine/app/bench_texts.h"
#include "engine/app/commands.h"

#include <filesystem>
#include <fmt/format.h>

namespace journey::app {
namespace {

constexpr const char* kProject = R"(profile user {
  email string pii
  first_name string
}
event order_paid {
  order_id string required
  total float
}
channel webhook {
}
template receipt webhook transactional {
  needs order_id string required
  needs total float default 0.0
  body "{\"order\": {{ order_id | json }}, \"total\": {{ total }}, \"to\": {{ first_name | default: 'you' | json }}}"
}
)";
constexpr const char* kThanks = R"(journey thanks "Thanks for an order" {
  version 1
  enter when order_paid
  reenter always
  expires after 30 days
  do {
    send webhook receipt with { order_id: trigger.order_id, total: trigger.total }
  }
}
)";
constexpr const char* kMail = R"(profile user {
  email string pii
}
event order_paid {
  order_id string required
  total float
  email string required pii
}
channel email {
  address user.email
  from "Bench <bench@shop.example>"
}
template receipt email transactional {
  needs order_id string required
  needs total float default 0.0
  subject "Your order {{ order_id }}"
  body "Thank you. This is your order: \"{{ order_id }}\", and its total: {{ total }}."
}
journey thanks "Thanks for an order" {
  version 1
  enter when order_paid
  reenter always
  expires after 30 days
  do {
    send email receipt with { order_id: trigger.order_id, total: trigger.total } to trigger.email
  }
}
)";
constexpr const char* kSecret = "whsec_am91cm5leS1iZW5jaC1zZWNyZXQtb2YtMzItYnl0ZXM=";
constexpr std::uint32_t kMailParallel = 32;
constexpr std::uint64_t kInBatch = 100;
/// Enough to be steady, few enough that five runs end before the coffee is cold.
constexpr std::uint64_t kSendsMost = 100'000;
/// Several rounds of checkpoints: what is measured between two of them is more than lasts.
constexpr double kSustainedSeconds = 5;
// More than are under way at once, so that the clock sets the pace and not the answers.
constexpr std::uint32_t kPacedConnections = 256;

/// Answers at once on the calling thread.
class NoSocket final : public connectors::net::Transport {
  public:
    explicit NoSocket(BenchSink& sink) : sink_(sink) {}
    void start(connectors::Request request, Micros, Done done) override {
        sink_.note(std::get<connectors::HttpRequest>(request).body);
        connectors::Response response;
        response.answered = true;
        response.status = 200;
        response.body = "{}";
        done(std::move(response));
    }
    std::size_t under_way() const override { return 0; }

  private:
    BenchSink& sink_;
};

Result<Config> config_inside(const BenchSink& sink) {
    Config config;
    connectors::webhook::SignedConfig webhook;
    webhook.url = sink.url();
    webhook.secrets = {kSecret};
    webhook.parallel = kSendParallel;
    runtime::Route route;
    route.channel = "webhook";
    TRY(route.connector, connectors::webhook::make_signed(webhook));
    config.routes.push_back(std::move(route));
    return config;
}

/// The request a send comes down to, with `body`.
connectors::HttpRequest request_like(const BenchSink& sink, const std::string& body) {
    connectors::HttpRequest request;
    request.url = sink.url();
    request.headers = {{"Content-Type", "application/json"},
                       {"webhook-id", "0197a2b4-5c6d-7e8f-9a0b-1c2d3e4f5a6b"},
                       {"webhook-timestamp", "1795341600"},
                       {"webhook-signature", "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="}};
    request.body = body;
    return request;
}

/// What the Log keeps of one send.
std::vector<model::Command> commands_of_a_send() {
    std::vector<model::Command> commands(3);
    commands[0].external_id = "user:p12345";
    commands[0].message_id = "b12345";
    commands[0].body =
        model::Track{"order_paid", {{"order_id", Value("o12345")}, {"total", Value(10.5)}}};
    commands[1].body = model::Claim{{}, 1, true};
    commands[2].body = model::Outcome{{}, 1, {}, {}};
    return commands;
}

/// The same order, and where its letter goes.
std::string mail_order_json(std::uint64_t number) {
    return fmt::format(
        R"({{"type":"track","userId":"p{0}","messageId":"o{0}","event":"order_paid","properties":{{"order_id":"o{0}","total":{1}.5,"email":"p{0}@mail.example"}}}})",
        number, 10 + number % 300);
}

std::string mail_config(const BenchSink& sink) {
    return fmt::format(
        "connectors:\n  email: {{kind: smtp, url: \"{}\", require tls: no, parallel: {}}}\n"
        "network: {{allow private: yes}}\n",
        sink.url(), kMailParallel);
}

struct Bill {
    BenchDaemon& daemon;
    const BenchSink& sink;
    /// CPU of the daemon alone.
    double seconds() const {
        if (daemon.is_child()) return daemon.cpu_seconds();
        return daemon.cpu_seconds() - thread_cpu_seconds() - sink.cpu_seconds();
    }
};

Error lost(const BenchSink& sink, std::uint64_t wanted) {
    return error(ErrorCode::retry,
                 fmt::format("{} of {} requests came to the sink", sink.requests(), wanted));
}

/// Orders as fast as they are taken, a hundred a request, then until the last request is at the
/// sink; then the same with one order a request; then a while at half the slower pace of the two.
Result<Measured> measure(BenchDaemon& daemon, BenchSink& sink, std::uint64_t orders,
                         std::string (*order)(std::uint64_t)) {
    const Bill bill{daemon, sink};
    const std::uint64_t empty = daemon.resident_bytes();
    const double cpu = bill.seconds();
    LoadOptions flat_out = daemon.load();
    flat_out.requests = orders / kInBatch;
    flat_out.body = [order](std::uint64_t request) {
        std::vector<std::string> events;
        for (std::uint64_t i = 0; i < kInBatch; ++i)
            events.push_back(order(request * kInBatch + i));
        return batch_of(events);
    };
    const auto began = BenchSink::Steady::now();
    TRY(const LoadResult taken, run_load(flat_out));
    if (taken.refused > 0) return error(ErrorCode::retry, "the daemon refused orders");
    if (!sink.wait_for(orders)) return lost(sink, orders);
    const std::chrono::duration<double> took = sink.last() - began;
    Measured out;
    out.per_second = static_cast<double>(orders) / took.count();
    out.cpu_micros = (bill.seconds() - cpu) * 1e6 / static_cast<double>(orders);
    const std::uint64_t full = daemon.resident_bytes();
    out.memory_bytes =
        static_cast<double>(full > empty ? full - empty : 0) / static_cast<double>(orders);

    // An order a request costs more than one of a hundred, so half load is half of what they do.
    LoadOptions half = daemon.load();
    half.path = "/v1/track";
    half.connections = kPacedConnections;
    half.requests =
        std::min(3 * orders, static_cast<std::uint64_t>(out.per_second * kSustainedSeconds));
    half.body = [&](std::uint64_t request) { return order(orders + request); };
    const auto singly = BenchSink::Steady::now();
    TRY(const LoadResult one_by_one, run_load(half));
    if (one_by_one.refused > 0) return error(ErrorCode::retry, "the daemon refused orders");
    orders += half.requests;
    if (!sink.wait_for(orders)) return lost(sink, orders);
    const std::chrono::duration<double> singly_took = sink.last() - singly;
    const double singly_per_second = static_cast<double>(half.requests) / singly_took.count();
    out.more.emplace_back("sends_per_second_one_order_a_request", singly_per_second);

    half.per_second = std::min(out.per_second, singly_per_second) / 2;
    half.requests = static_cast<std::uint64_t>(half.per_second * kSustainedSeconds);
    std::vector<BenchSink::Steady::time_point> accepted(half.requests);
    half.accepted = [&](std::uint64_t request, BenchSink::Steady::time_point at) {
        accepted[request] = at;
    };
    TRY(const LoadResult paced, run_load(half));
    if (paced.refused > 0) return error(ErrorCode::retry, "the daemon refused orders");
    if (!sink.wait_for(orders + half.requests)) return lost(sink, orders + half.requests);
    TRY(auto waits, waits_at(sink, orders, accepted));
    out.latency = latency_of(waits);
    out.more.emplace_back("repeated_requests", static_cast<double>(sink.repeated()));
    return out;
}

enum class Way { to_web_server, without_sockets, to_mail_server };

Result<Measured> run_once(const std::string& program_path, std::uint64_t orders, Way way) {
    const BenchDirectory directory;
    // Half load is paced by what flat out was; a sink takes what even the fastest could bring.
    BenchSink sink(orders + 1'000'000,
                   way == Way::to_mail_server ? BenchSink::Speaks::smtp : BenchSink::Speaks::http);
    const auto start = [&]() -> Result<BenchDaemon> {
        if (way == Way::to_web_server)
            return BenchDaemon::in_child(program_path, directory.path(), send_project(kThanks),
                                         send_config(sink));
        if (way == Way::to_mail_server)
            return BenchDaemon::in_child(program_path, directory.path(), bench_project(kMail),
                                         mail_config(sink));
        TRY(Config config, config_inside(sink));
        return BenchDaemon::in_process(directory.path(), send_project(kThanks), std::move(config),
                                       std::make_unique<NoSocket>(sink));
    };
    TRY(BenchDaemon daemon, start());
    TRY(Measured out,
        measure(daemon, sink, orders, way == Way::to_mail_server ? mail_order_json : order_json));
    const double sent = static_cast<double>(sink.requests());
    daemon.stop();
    out.disk_bytes = static_cast<double>(bytes_below(directory.data())) / sent;
    TRY(const double log_alone, bare_log_rate(directory.path() + "/bare", commands_of_a_send()));
    out.more.emplace_back("log_alone_sends_per_second", log_alone / 3);
    if (way == Way::to_web_server) {
        TRY(out.bare_per_second, connectors::net::bare_post_rate(request_like(sink, sink.body()),
                                                                 kSendParallel, orders / 2));
    } else {
        out.bare_per_second = log_alone / 3;
    }
    return out;
}

}  // namespace

std::string send_project(std::string_view journey) {
    return bench_project(kProject) + std::string(journey);
}

std::string order_json(std::uint64_t number) {
    return fmt::format(
        R"({{"type":"track","userId":"p{0}","messageId":"o{0}","event":"order_paid","properties":{{"order_id":"o{0}","total":{1}.5}}}})",
        number, 10 + number % 300);
}

std::string batch_of(const std::vector<std::string>& events) {
    return fmt::format("{{\"batch\":[{}]}}", fmt::join(events, ","));
}

std::string send_config(const BenchSink& sink) {
    ::setenv("JOURNEY_BENCH_SECRET", kSecret, 1);
    return fmt::format(
        "connectors:\n  webhook: {{kind: signed, url: \"{}\", secrets: "
        "[\"env:JOURNEY_BENCH_SECRET\"], parallel: {}}}\n"
        "network: {{allow private: yes, allow http: yes}}\n",
        sink.url(), kSendParallel);
}

Result<std::vector<std::uint32_t>> waits_at(const BenchSink& sink, std::uint64_t first,
                                            const std::vector<BenchSink::Steady::time_point>& due) {
    std::vector<std::uint32_t> waits;
    for (std::uint64_t i = 0; i < due.size(); ++i) {
        const auto arrived = sink.arrival(first + i);
        if (!arrived)
            return error(ErrorCode::retry, fmt::format("order {} never came to the sink", i));
        const auto wait = std::chrono::duration_cast<Micros>(*arrived - due[i]).count();
        waits.push_back(static_cast<std::uint32_t>(std::max<std::int64_t>(wait, 0)));
    }
    return waits;
}

int bench_send_command(const BenchOptions& options, const std::string& program_path) {
    const std::uint64_t orders =
        std::max(std::min(options.events, kSendsMost) / kInBatch, std::uint64_t{1}) * kInBatch;
    const std::string latency = "accepted to the request at the sink, half load";
    Report report{"send", fmt::format("{} orders, one rendered webhook each", orders)};
    report.cases.push_back(
        {"to a sink on loopback", "sends", latency, "libcurl alone, same connections"});
    report.cases.push_back(
        {"to a sink without sockets", "sends", latency, "the log alone, three commands a send"});
    report.cases.push_back(
        {"to a mail server on loopback", "mails", latency, "the log alone, three commands a send"});
    constexpr std::array kWays{Way::to_web_server, Way::without_sockets, Way::to_mail_server};
    Progress progress("measuring", options.repeat * report.cases.size());
    std::uint64_t done = 0;
    for (std::uint32_t run = 0; run < options.repeat; ++run) {
        for (std::size_t i = 0; i < report.cases.size(); ++i) {
            auto measured = run_once(program_path, orders, kWays[i]);
            if (!measured) return fail(measured.error());
            progress.at(++done, fmt::format("{:.0f} sends/s", measured.value().per_second));
            report.cases[i].runs.push_back(std::move(measured).value());
        }
    }
    progress.finish(fmt::format("{} runs", options.repeat));
    print(report, options.json);
    return 0;
}

}  // namespace journey::app
