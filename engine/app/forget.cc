// journey forget: everything a running daemon knows of a person goes, for ever.

#include "dsl/translate/translate.h"
#include "engine/app/client.h"
#include "engine/app/commands.h"
#include "engine/app/progress.h"

#include <fmt/format.h>
#include <iostream>
#include <unistd.h>

namespace journey::app {
namespace {

/// What cannot be undone is done by nobody who did not say so.
Result<bool> agreed(const ForgetOptions& options, const translate::Speech& say) {
    if (options.yes) return true;
    if (!is_terminal(STDIN_FILENO))
        return error(ErrorCode::refused, "nobody is here to ask: give --yes to forget for ever");
    fmt::print("{}", say("Everything known of {} goes and cannot be brought back. Go on? [y/N] ",
                         options.person));
    std::fflush(stdout);
    std::string answer;
    std::getline(std::cin, answer);
    return answer == "y" || answer == "Y" || answer == "yes";
}

}  // namespace

int forget_command(const ForgetOptions& options) {
    const translate::Speech say(translate::language_of_environment());
    DaemonAddress daemon = options.daemon;
    find_keys(daemon);
    const auto sure = agreed(options, say);
    if (!sure) return fail(sure.error());
    if (!sure.value()) {
        fmt::print("{}", say("Nothing was changed.\n"));
        return 1;
    }
    const Client client(daemon.to, "", daemon.admin_token);
    const auto answer = client.post("/admin/people/" + url_part(options.person) + "/erase", "");
    if (!answer) return fail(answer.error());
    if (answer.value().status != 200)
        return fail(error(ErrorCode::refused, problem_of(answer.value())));
    if (options.json) {
        fmt::print("{}\n", answer.value().body);
        return 0;
    }
    fmt::print("{}", say("{} is forgotten. Backups made before still know {}: let them age out.\n",
                         options.person, options.person));
    return 0;
}

}  // namespace journey::app
