// journey serve: the daemon in the foreground. SIGTERM and Ctrl-C drain; SIGHUP reads the project
// again.

#include "dsl/translate/translate.h"
#include "engine/app/commands.h"
#include "engine/app/daemon.h"
#include "engine/app/project.h"

#include <fmt/format.h>
#include <signal.h>

namespace journey::app {
namespace {

sigset_t block_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int number : {SIGINT, SIGTERM, SIGHUP})
        sigaddset(&signals, number);
    // A closed connection and a full disk are answered where they are met, not by dying.
    ::signal(SIGPIPE, SIG_IGN);
    ::signal(SIGXFSZ, SIG_IGN);
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // before any thread: all inherit it
    return signals;
}

/// 0 when the project is live.
int publish_project(Daemon& daemon, const dsl::Compilation& compilation) {
    auto changed = daemon.publish(*compilation.program);
    if (!changed) return fail(changed.error());
    daemon.logger().info(
        changed.value() ? "program.published" : "program.unchanged",
        {{"journeys", Value(static_cast<std::int64_t>(compilation.program->journeys.size()))}});
    return 0;
}

}  // namespace

int serve_command(const ServeOptions& options) {
    const sigset_t signals = block_signals();
    const translate::Speech say(translate::language_of_environment());
    Config config;
    if (!options.config.empty()) {
        auto loaded = load_config(options.config);
        if (!loaded) return fail(loaded.error());
        config = std::move(loaded).value();
    }
    if (!options.data_directory.empty()) config.data_directory = options.data_directory;
    if (!options.listen.empty()) {
        auto listen = set_listen(options.listen, config.http);
        if (!listen) return fail(listen.error());
    }
    config.dry_run = options.dry_run;
    const bool restricted = config.only_to.has_value();
    std::optional<dsl::Compilation> project;
    if (!options.project.empty()) {
        auto compiled = compile_project({options.project});
        if (!compiled) return fail(compiled.error());
        say_unread({options.project}, compiled.value());
        if (!compiled.value().program) {
            print_diagnostics(compiled.value(), false);
            fmt::print(
                stderr, "{}",
                say("The daemon does not start with these mistakes in {}.\n", options.project));
            return 1;
        }
        project = std::move(compiled).value();
    }
    std::unique_ptr<Clock> clock = std::make_unique<SystemClock>();
    if (options.clock_speed) {
        auto fast =
            make_demo_clock(config.data_directory, options.clock_start, *options.clock_speed);
        if (!fast) return fail(fast.error());
        clock = std::move(fast).value();
    }
    const std::string data_directory = config.data_directory;
    const std::string address = config.http.address;
    auto started =
        Daemon::start(std::move(config), std::move(clock), project ? &*project->program : nullptr);
    if (!started) return fail(started.error());
    Daemon& daemon = *started.value();

    fmt::print("{}", say("journey serves on http://{}:{}{}\n", address, daemon.port(),
                         options.clock_speed
                             ? say(", with a demo clock {} times as fast", *options.clock_speed)
                             : ""));
    if (options.dry_run) {
        fmt::print("{}", say("Dry run: messages are rendered and kept, and nothing leaves.\n"));
    } else if (restricted) {
        fmt::print("{}", say("Messages leave only to the addresses of `only to` in {}.\n",
                             options.config));
    }
    if (daemon.keys().fresh)
        fmt::print("{}", say("Keys were made for you: {0}/keys/write_key takes events in, "
                             "{0}/keys/admin_token is the operator's.\n",
                             data_directory));
    std::fflush(stdout);
    for (;;) {
        int number = 0;
        ::sigwait(&signals, &number);
        if (number != SIGHUP) break;
        if (options.project.empty()) continue;
        auto compiled = compile_project({options.project});
        if (compiled) say_unread({options.project}, compiled.value());
        if (compiled && compiled.value().program) {
            publish_project(daemon, compiled.value());
        } else {
            if (compiled) print_diagnostics(compiled.value(), false);
            daemon.logger().error(
                "program.kept",
                {{"why", Value("the project has mistakes; the one before stays live")}});
        }
    }
    daemon.stop();
    fmt::print("{}", say("Stopped: what was accepted is on disk.\n"));
    return 0;
}

}  // namespace journey::app
