// journey sink: a provider of every channel on this machine, for trying journeys out without
// reaching anybody.

#include "connectors/fake/fake.h"
#include "dsl/translate/translate.h"
#include "engine/app/commands.h"
#include "engine/app/project.h"

#include <fmt/format.h>
#include <signal.h>

namespace journey::app {

int sink_command(const SinkOptions& options) {
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGINT);
    sigaddset(&stop, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &stop, nullptr);

    connectors::fake::SinkOptions settings;
    settings.http_port = options.http_port;
    settings.smtp_port = options.smtp_port;
    settings.ledger_file = options.ledger;
    if (!options.service_account.empty()) {
        auto account = read_text_file(options.service_account);
        if (!account) return fail(account.error());
        settings.service_account = std::move(account).value();
    }
    auto script = connectors::fake::Script::parse(options.script);
    if (!script) return fail(script.error());
    settings.script = script.value();
    settings.on_message = [](const connectors::fake::SinkMessage& message) {
        fmt::print("{:<7} {:<30} {}\n", message.channel, message.to,
                   message.subject.empty() ? message.text : message.subject);
        std::fflush(stdout);
    };
    auto sink = connectors::fake::SinkServer::start(settings);
    if (!sink) return fail(sink.error());
    const translate::Speech say(translate::language_of_environment());
    fmt::print(
        "{}",
        say("The sink takes HTTP on 127.0.0.1:{} (Twilio, OneSignal, Firebase, webhooks) and SMTP "
            "on 127.0.0.1:{}. Ctrl-C stops it.\n",
            sink.value()->http_port(), sink.value()->smtp_port()));
    std::fflush(stdout);
    int signal_number = 0;
    ::sigwait(&stop, &signal_number);
    sink.value()->stop();
    for (const char* channel : {"email", "sms", "push", "webhook"}) {
        const connectors::fake::SinkCounts counts = sink.value()->counts(channel);
        if (counts.calls > 0)
            fmt::print(
                "{}", say("{}: {} accepted of {} calls\n", channel, counts.accepted, counts.calls));
    }
    return 0;
}

}  // namespace journey::app
