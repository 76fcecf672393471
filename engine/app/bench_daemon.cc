#include "engine/app/bench_daemon.h"

#include <filesystem>
#include <fmt/format.h>
#include <fstream>

namespace journey::app {

BenchDirectory::~BenchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

Result<BenchDaemon> BenchDaemon::in_child(const std::string& program, const std::string& directory,
                                          const std::string& project, const std::string& config) {
    return in_child(program, directory, std::vector<dsl::SourceFile>{{"bench.journey", project}},
                    config);
}

Result<BenchDaemon> BenchDaemon::in_child(const std::string& program, const std::string& directory,
                                          const std::vector<dsl::SourceFile>& project,
                                          const std::string& config) {
    std::filesystem::create_directories(directory + "/project");
    for (const dsl::SourceFile& file : project)
        std::ofstream(directory + "/project/" + file.name) << file.text;
    std::vector<std::string> arguments{directory + "/project"};
    if (!config.empty()) {
        std::ofstream(directory + "/bench.yaml") << config;
        arguments.insert(arguments.end(), {"--config", directory + "/bench.yaml"});
    }
    BenchDaemon out;
    TRY(out.child_,
        ChildDaemon::start({program, std::move(arguments), directory + "/data", 0, ""}));
    return out;
}

Result<BenchDaemon> BenchDaemon::again(const std::string& program, const std::string& directory) {
    BenchDaemon out;
    TRY(out.child_, ChildDaemon::start({program, {}, directory + "/data", 0, ""}));
    return out;
}

Result<BenchDaemon> BenchDaemon::in_process(const std::string& directory,
                                            const std::string& project, Config config,
                                            std::unique_ptr<connectors::net::Transport> transport) {
    const dsl::Compilation made = dsl::compile({{"bench.journey", project}});
    if (!made.ok()) return error(ErrorCode::invalid, dsl::render_short(made));
    config.data_directory = directory + "/data";
    config.http.port = 0;
    DaemonParts parts{std::move(transport), [](LogLevel, std::string_view) {}};
    BenchDaemon out;
    TRY(out.inside_, Daemon::start(std::move(config), std::make_unique<SystemClock>(),
                                   &*made.program, std::move(parts)));
    return out;
}

LoadOptions BenchDaemon::load() const {
    LoadOptions load;
    load.port = child_ ? child_->port() : inside_->port();
    load.write_key = child_ ? child_->write_key() : inside_->keys().write_key;
    return load;
}

double BenchDaemon::cpu_seconds() const {
    return child_ ? child_->cpu_seconds() : process_cpu_seconds();
}

std::uint64_t BenchDaemon::resident_bytes() const {
    return child_ ? child_->resident_bytes() : resident_now();
}

double BenchDaemon::metric(const std::string& name) const {
    const LoadOptions where = load();
    const Client client(fmt::format("http://127.0.0.1:{}", where.port), where.write_key, "");
    const auto answer = client.get("/metrics");
    const std::string line = "\njourney_" + name + " ";
    const std::size_t at = answer ? answer.value().body.find(line) : std::string::npos;
    if (at == std::string::npos) return 0;
    return std::strtod(answer.value().body.c_str() + at + line.size(), nullptr);
}

std::uint64_t BenchDaemon::unsaved() const {
    return static_cast<std::uint64_t>(metric("applied_position") - metric("checkpointed_position"));
}

void BenchDaemon::stop() {
    if (child_) child_->stop();
    inside_.reset();
}

Result<double> bare_log_rate(const std::string& directory,
                             const std::vector<model::Command>& commands) {
    TRY(auto store, storage::sqlite::open_store(directory, {}, Logger::silent()));
    constexpr std::uint32_t kInBatch = 500;
    ByteWriter bytes;
    for (std::uint32_t i = 0; i < kInBatch; ++i)
        model::encode(commands[i % commands.size()], bytes);
    storage::LogBatch batch;
    batch.count = kInBatch;
    batch.commands = bytes.bytes();
    const auto begin = std::chrono::steady_clock::now();
    std::uint64_t done = 0;
    while (std::chrono::steady_clock::now() - begin < std::chrono::seconds(1)) {
        batch.first = store.log->end() + 1;
        TRY(store.log->append({batch}, store.lease->epoch()));
        done += kInBatch;
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    return static_cast<double>(done) / took.count();
}

}  // namespace journey::app
