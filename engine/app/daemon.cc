#include "engine/app/daemon.h"

#include "connectors/webhook/fetch/fetch.h"
#include "connectors/webhook/signed/signed.h"

#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <future>

namespace journey::app {

namespace {

/// Every person lives in a partition by hash, so the number may never change: written down at the
/// first start, held against the configuration at every later one.
Result<void> keep_partitions(const std::string& data_directory, std::uint16_t partitions) {
    const std::string path = data_directory + "/partitions";
    std::uint32_t stored = 0;
    if (std::ifstream in(path); in >> stored) {
        if (stored == partitions) return success();
        return error(
            ErrorCode::conflict,
            fmt::format("the data in {} were made with {} partitions and the configuration "
                        "says {}; this number cannot change: write `partitions: {}`",
                        data_directory, stored, partitions, stored));
    }
    std::ofstream out(path, std::ios::trunc);
    out << partitions << '\n';
    if (!out.flush())
        return error(ErrorCode::storage_failed, fmt::format("I cannot write {}", path));
    return success();
}

}  // namespace

Result<std::unique_ptr<Daemon>> Daemon::start(Config config, std::unique_ptr<Clock> clock,
                                              const ir::Program* program, DaemonParts parts) {
    std::unique_ptr<Daemon> daemon(new Daemon());
    daemon->clock_ = std::move(clock);
    daemon->logger_ = std::make_unique<Logger>(
        *daemon->clock_, parts.log ? std::move(parts.log) : Logger::stderr_sink());
    TRY(daemon->store_, storage::sqlite::open_store(config.data_directory, {}, *daemon->logger_));
    TRY(keep_partitions(config.data_directory, config.partitions));
    TRY(daemon->keys_, load_or_make_keys(config.data_directory));
    if (config.send_journal && !config.dry_run) {
        TRY(daemon->journal_,
            storage::journal::open_journal(*config.send_journal, daemon->clock_->now()));
    }
    daemon->transport_ = std::move(parts.transport);
    if (config.dry_run) daemon->transport_ = connectors::net::make_closed_transport();
    if (!daemon->transport_)
        daemon->transport_ = connectors::net::with_tokens(
            connectors::net::make_transport(config.network, *daemon->logger_), *daemon->clock_,
            *daemon->logger_);

    config.http.write_keys.push_back(daemon->keys_.write_key);
    if (config.http.admin_token.empty()) config.http.admin_token = daemon->keys_.admin_token;
    if (config.http.approvers.empty())
        config.http.approvers.push_back({"approver", daemon->keys_.approve_token});
    config.http.link_secret = daemon->keys_.link_secret;

    runtime::ServiceOptions options;
    options.node.partitions = config.partitions;
    options.node.people_bytes = config.people_memory;
    options.node.routes = config.routes;
    TRY(auto call, connectors::webhook::make_call({}));
    options.node.calls = config.calls;
    options.node.calls[""] = std::move(call);
    TRY(auto fetch, connectors::webhook::make_fetch({}));
    options.node.fetches = config.fetches;
    options.node.fetches[""] = std::move(fetch);
    options.node.dry_run = config.dry_run;
    options.node.only_to = config.only_to;
    if (config.dry_run) {
        // What comes back is for the installation that sent it.
        config.bounce_mailboxes.clear();
        config.http.may_text = [](std::string_view) { return false; };
    } else if (config.only_to) {
        config.http.may_text = [list = *config.only_to](std::string_view number) {
            return list.allows_number(number);
        };
    }
    config.http.can_run = [routes = config.routes](const ir::Program& one) {
        return runtime::can_carry_files(one, routes);
    };
    daemon->can_run_ = config.http.can_run;
    options.node.links = {config.http.public_url, daemon->keys_.link_secret, config.track_opens,
                          config.track_clicks};
    options.node.address_pepper =
        std::string(view_of(hmac_sha256(daemon->keys_.link_secret, "pepper of addresses")));
    options.data_directory = config.data_directory;
    options.journal = daemon->journal_.get();
    options.node.tell_stayed = options.journal != nullptr;
    daemon->service_ = std::make_unique<runtime::Service>(
        std::move(options), *daemon->store_.log, *daemon->store_.state, *daemon->store_.lease,
        *daemon->transport_, *daemon->clock_, *daemon->logger_);
    TRY(daemon->service_->start());
    // What was live before may have had another connector.
    const auto live = core::live_program(daemon->service_->catalog());
    if (program == nullptr && live != nullptr) {
        TRY(daemon->can_run_(*live));
    }
    // Before anybody can send an event that a journey waits for.
    if (program != nullptr) {
        TRY(const bool changed, daemon->publish(*program));
        daemon->logger_->info(changed ? "program.published" : "program.unchanged",
                              {{"journeys", static_cast<std::int64_t>(program->journeys.size())}});
    }
    for (const std::string& mailbox : config.bounce_mailboxes) {
        TRY(auto box, BounceBox::open(mailbox, {*daemon->service_, *daemon->clock_,
                                                *daemon->logger_, daemon->keys_.link_secret}));
        daemon->bounce_boxes_.push_back(std::move(box));
    }
    TRY(daemon->server_, http::Server::start(config.http, *daemon->service_, *daemon->logger_));
    return daemon;
}

Daemon::~Daemon() {
    stop();
}

Result<bool> Daemon::publish(const ir::Program& program) {
    TRY(can_run_(program));
    Bytes bytes = ir::encode(program);
    if (to_hex(view_of(ir::program_hash(bytes))) == core::live_hash(service_->catalog()))
        return false;
    model::Command command;
    command.body = model::Publish{std::move(bytes)};
    std::promise<Result<void>> promise;
    auto future = promise.get_future();
    std::vector<model::Command> commands;
    commands.push_back(std::move(command));
    TRY(service_->submit(
        std::move(commands), runtime::AckWhen::applied, true,
        [&promise](Result<void> result) { promise.set_value(std::move(result)); }));
    TRY(future.get());
    return true;
}

void Daemon::stop() {
    if (std::exchange(stopped_, true)) return;
    bounce_boxes_.clear();
    if (server_) server_->drain(std::chrono::seconds(5));
    if (service_) service_->stop();
}

Result<std::unique_ptr<Clock>> make_demo_clock(const std::string& data_directory,
                                               const std::string& start, double speed) {
    if (!(speed > 0 && speed <= 1e6))
        return error(ErrorCode::invalid,
                     "the demo clock's speed is a number over 0 and at most 1000000");
    TRY(Instant first, parse_instant(start));
    std::error_code problem;
    std::filesystem::create_directories(data_directory, problem);
    const std::string path = data_directory + "/demo-clock";
    const SystemClock system;
    std::int64_t began = micros_of(system.now());
    if (std::ifstream in(path); in) {
        std::int64_t first_micros = 0;
        if (in >> first_micros >> began) first = instant_of(first_micros);
    } else {
        std::ofstream(path) << micros_of(first) << ' ' << began << '\n';
    }
    const double passed = static_cast<double>(micros_of(system.now()) - began) * speed;
    return std::unique_ptr<Clock>(
        std::make_unique<FastClock>(first + Micros{static_cast<std::int64_t>(passed)}, speed));
}

}  // namespace journey::app
