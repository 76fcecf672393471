#pragma once
// journey plan and journey apply: how a project becomes the live program.

#include "engine/app/commands.h"
#include "engine/plan/plan.h"

namespace journey::app {

struct PlanOptions {
    std::string project;
    DaemonAddress daemon;
    bool use_daemon = false;          // --to was given; without both the daemon is asked
    bool use_data = false;            // --data was given
    std::vector<std::string> retire;  // "NAME=finish", "NAME=stop"
    std::string out = "journey.plan";
    std::string at;  // with data: "now", RFC 3339; "" = the clock
    bool json = false;
};
/// 4: there are changes.
int plan_command(const PlanOptions& options);

struct PublishOptions {
    std::string what;  // a saved plan, or a project
    bool yes = false;  // do not ask
    DaemonAddress daemon;
};
int publish_command(const PublishOptions& options);

/// In the reader's language.
std::string plan_in_words(const plan::Plan& plan);

}  // namespace journey::app
