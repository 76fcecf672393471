// journey apply: a saved plan, or a project, becomes the live program of a running daemon.

#include "engine/app/publish.h"

#include "dsl/translate/translate.h"
#include "engine/app/client.h"
#include "engine/app/commands.h"
#include "engine/app/plan_file.h"
#include "engine/app/plan_live.h"
#include "engine/app/plan_words.h"
#include "engine/app/progress.h"
#include "engine/app/project.h"

#include <filesystem>
#include <fmt/format.h>
#include <iostream>
#include <unistd.h>

namespace journey::app {
namespace {

translate::Speech speech() {
    return translate::Speech(translate::language_of_environment());
}

/// Asks only somebody who can answer.
bool agreed(const PublishOptions& options) {
    if (options.yes || !is_terminal(STDIN_FILENO)) return true;
    fmt::print("{}", speech()("Apply this to {}? [y/N] ", options.daemon.to));
    std::fflush(stdout);
    std::string answer;
    std::getline(std::cin, answer);
    return answer == "y" || answer == "Y" || answer == "yes";
}

/// Only while `before` is still live.
Result<void> post_program(const Client& client, const Bytes& program, const std::string& before) {
    TRY(const Answer answer,
        client.post("/admin/program?after=" + before, program, "application/octet-stream"));
    if (answer.status != 200) return error(ErrorCode::refused, problem_of(answer));
    return success();
}

std::string change_in_words(plan::Kind kind, const translate::Speech& say) {
    switch (kind) {
        case plan::Kind::created:
            return say("new");
        case plan::Kind::changed:
            return say("changed");
        case plan::Kind::retired:
            return say("retired");
        case plan::Kind::unchanged:
            return say("unchanged");
    }
    return "";
}

void print_applied(const DaemonAddress& daemon, const ir::Program& program,
                   const plan::Plan& plan) {
    const translate::Speech say = speech();
    fmt::print("{}",
               say("Applied to {}: {} journeys are live.\n", daemon.to, program.journeys.size()));
    for (const plan::JourneyPlan& one : plan.journeys) {
        fmt::print("{}", say("  {} version {}  {}\n", one.name,
                             one.kind == plan::Kind::retired ? one.before : one.after,
                             change_in_words(one.kind, say)));
    }
}

/// What the plan counted is counted again where the daemon's data is here; "" when that is within
/// the margin.
Result<std::string> more_messages(const PlanFile& file, const Live& live,
                                  const DaemonAddress& daemon) {
    const translate::Speech say = speech();
    if (!file.messages) return std::string();
    auto data = DataCopy::of(daemon.data_directory);
    std::vector<Bytes> programs;
    if (!file.stopping.empty()) programs.push_back(file.stopping);
    programs.push_back(file.program);
    const Instant now = SystemClock().now();
    bool counted = false;
    if (data) {
        TRY(const auto world, data.value()->world(now, false));
        counted = live_of(*world).hash == live.hash;
    }
    if (!counted) {
        fmt::print("{}", say("  The messages of today were not counted again: give --data "
                             "DIRECTORY, the daemon's data.\n"));
        return std::string();
    }
    TRY(const MessagesToday messages, messages_today(*data.value(), programs, now));
    return more_than_planned(*file.messages, messages, say);
}

/// The people go on while somebody reads the plan. False, and said why, when by now it would do
/// more than it shows.
Result<bool> still_means_the_same(const PlanFile& file, const Live& live,
                                  const ir::Program& program, const plan::Plan& now,
                                  const DaemonAddress& daemon) {
    const translate::Speech say = speech();
    const auto words = [&](std::string_view one) { return say.words(one); };
    const plan::Since since = plan::since(
        plan::compare(live.program ? &*live.program : nullptr, program, file.standing, file.retire),
        now);
    fmt::print("{}", plan::text_of_inside(since, words));
    std::string more = plan::text_of_more(since, words);
    TRY(const std::string messages, more_messages(file, live, daemon));
    more += messages;
    if (more.empty()) return true;
    std::fflush(stdout);
    fmt::print(stderr, "{}{}{}",
               say("Since the plan was made more people stand where it changes something:\n"), more,
               say("Nothing was applied: make the plan again.\n"));
    return false;
}

int apply_plan(const PublishOptions& options, const DaemonAddress& daemon) {
    const auto text = read_text_file(options.what);
    if (!text) return fail(text.error());
    const auto file = read_plan(text.value());
    if (!file) return fail(file.error());
    auto live = live_of_daemon(daemon);
    if (!live) return fail(live.error());
    const std::string& now = live.value().hash;
    if (now == hash_of_program(file.value().program)) {
        fmt::print("{}", speech()("Nothing to do: this plan is applied already.\n"));
        return 0;
    }
    const Bytes& stopping = file.value().stopping;
    // An apply that was cut off between its two programs goes on with the second.
    const bool half_done = !stopping.empty() && now == hash_of_program(stopping);
    if (now != file.value().before && !half_done) {
        return fail(
            error(ErrorCode::conflict,
                  fmt::format("the world moved: since {} was made another program became "
                              "live, so it would change something else than it says; "
                              "nothing was applied. Make the plan again with `journey plan`",
                              options.what)));
    }
    const auto program = ir::decode(file.value().program);
    if (!program) return fail(program.error());
    const plan::Plan plan = in_readers_language(
        plan::compare(live.value().program ? &*live.value().program : nullptr, program.value(),
                      live.value().standing, file.value().retire));
    fmt::print("{}", plan_in_words(plan));
    // Somebody may have entered since: a group nobody decided about is never left to chance.
    if (plan.has_errors() && !half_done) {
        for (const plan::Remark& remark : plan.remarks)
            fmt::print(stderr, "{}\n", remark_text(remark));
        fmt::print(stderr, "{}", speech()("Nothing was applied: make the plan again.\n"));
        return 1;
    }
    if (!half_done) {
        const auto same =
            still_means_the_same(file.value(), live.value(), program.value(), plan, daemon);
        if (!same) return fail(same.error());
        if (!same.value()) return 1;
    }
    if (!agreed(options)) {
        fmt::print("{}", speech()("Nothing was applied.\n"));
        return 1;
    }
    const Client client(daemon.to, "", daemon.admin_token);
    std::string before = now;
    if (!stopping.empty() && !half_done) {
        if (const auto done = post_program(client, stopping, before); !done)
            return fail(done.error());
        before = hash_of_program(stopping);
    }
    if (const auto done = post_program(client, file.value().program, before); !done)
        return fail(done.error());
    print_applied(daemon, program.value(), plan);
    return 0;
}

int apply_project(const PublishOptions& options, const DaemonAddress& daemon) {
    auto compiled = compile_project({options.what});
    if (!compiled) return fail(compiled.error());
    say_unread({options.what}, compiled.value());
    if (!compiled.value().program) {
        print_diagnostics(compiled.value(), false);
        fmt::print(stderr, "{}", speech()("Nothing was applied: the mistakes above come first.\n"));
        return 1;
    }
    const ir::Program& program = *compiled.value().program;
    auto live = live_of_daemon(daemon);
    if (!live) return fail(live.error());
    const plan::Plan plan =
        in_readers_language(plan::compare(live.value().program ? &*live.value().program : nullptr,
                                          program, live.value().standing, {}));
    for (const plan::Remark& remark : plan.remarks)
        fmt::print(stderr, "{}\n", remark_text(remark));
    if (plan.has_errors()) {
        fmt::print(stderr, "{}",
                   speech()("Nothing was applied. `journey plan {} --retire …` makes a plan with "
                            "rules for people inside.\n",
                            options.what));
        return 1;
    }
    if (plan.has_changes()) {
        if (is_terminal(STDIN_FILENO) && !options.yes) fmt::print("{}", plan_in_words(plan));
        if (!agreed(options)) {
            fmt::print("{}", speech()("Nothing was applied.\n"));
            return 1;
        }
        const Client client(daemon.to, "", daemon.admin_token);
        if (const auto done = post_program(client, ir::encode(program), live.value().hash); !done)
            return fail(done.error());
    }
    print_applied(daemon, program, plan);
    return 0;
}

}  // namespace

std::string plan_in_words(const plan::Plan& plan) {
    return plan::text_of(plan, [say = speech()](std::string_view one) { return say.words(one); });
}

int publish_command(const PublishOptions& options) {
    DaemonAddress daemon = options.daemon;
    find_keys(daemon);
    std::error_code ignored;
    const bool is_plan =
        std::filesystem::is_regular_file(options.what, ignored) && !is_journey_file(options.what);
    return is_plan ? apply_plan(options, daemon) : apply_project(options, daemon);
}

}  // namespace journey::app
