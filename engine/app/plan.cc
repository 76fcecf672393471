// journey plan: what publishing a project would change, for whom, and how many messages it causes
// today; saved, so that `journey apply` does exactly this.

#include "dsl/translate/translate.h"
#include "engine/app/plan_file.h"
#include "engine/app/plan_live.h"
#include "engine/app/plan_words.h"
#include "engine/app/project.h"
#include "engine/app/publish.h"

#include <fmt/format.h>

namespace journey::app {
namespace {

constexpr int kThereAreChanges = 4;

Result<std::map<std::string, plan::Retire>> retire_rules(const std::vector<std::string>& given) {
    std::map<std::string, plan::Retire> rules;
    for (const std::string& one : given) {
        const std::size_t equals = one.find('=');
        const std::string rule = equals == std::string::npos ? "" : one.substr(equals + 1);
        if (rule != "finish" && rule != "stop") {
            return error(ErrorCode::invalid,
                         fmt::format("`--retire {}` says no rule; write `--retire NAME=finish` or "
                                     "`--retire NAME=stop`",
                                     one));
        }
        rules[one.substr(0, equals)] = rule == "stop" ? plan::Retire::stop : plan::Retire::finish;
    }
    return rules;
}

struct Looked {
    Live live;
    std::unique_ptr<DataCopy> data;
    Instant now{};
};

Result<Looked> look(const PlanOptions& options) {
    Looked out;
    out.now = SystemClock().now();
    if (!options.at.empty()) {
        TRY(out.now, parse_instant(options.at));
    }
    if (options.use_data) {
        TRY(out.data, DataCopy::of(options.daemon.data_directory));
        TRY(const auto world, out.data->world(out.now, false));
        out.live = live_of(*world);
    }
    if (!options.use_data || options.use_daemon) {
        TRY(Live live, live_of_daemon(options.daemon));
        if (out.data != nullptr && live.hash != out.live.hash) {
            return error(ErrorCode::conflict,
                         fmt::format("{} is not the data of the daemon at {}: another program is "
                                     "live there",
                                     options.daemon.data_directory, options.daemon.to));
        }
        out.live = std::move(live);
    }
    return out;
}

PlanFile file_of(const Looked& looked, const ir::Program& program, const plan::Plan& plan,
                 const std::map<std::string, plan::Retire>& rules) {
    PlanFile file;
    file.before = looked.live.hash;
    file.program = ir::encode(program);
    file.retire = rules;
    file.standing = looked.live.standing;
    file.made = looked.now;
    std::vector<std::string> stopped;
    for (const plan::JourneyPlan& one : plan.journeys) {
        const auto rule = rules.find(one.name);
        if (one.kind == plan::Kind::retired && one.inside > 0 && rule != rules.end() &&
            rule->second == plan::Retire::stop)
            stopped.push_back(one.name);
    }
    if (!stopped.empty()) {
        file.stopping = ir::encode(
            *plan::stopping_program(*looked.live.program, stopped, looked.live.standing));
    }
    return file;
}

}  // namespace

int plan_command(const PlanOptions& given) {
    const translate::Speech say(translate::language_of_environment());
    PlanOptions options = given;
    find_keys(options.daemon);
    const auto rules = retire_rules(options.retire);
    if (!rules) {
        fail(rules.error());
        return 2;
    }
    auto compiled = compile_project({options.project});
    if (!compiled) return fail(compiled.error());
    say_unread({options.project}, compiled.value());
    if (!compiled.value().program) {
        print_diagnostics(compiled.value(), false);
        fmt::print(stderr, "{}", say("There is no plan: the mistakes above come first.\n"));
        return 1;
    }
    const ir::Program& program = *compiled.value().program;
    auto looked = look(options);
    if (!looked) return fail(looked.error());
    const Live& live = looked.value().live;
    plan::Plan compared = plan::compare(live.program ? &*live.program : nullptr, program,
                                        live.standing, rules.value());
    plan::remark_past_moments(compared, program, looked.value().now);
    const plan::Plan plan = in_readers_language(std::move(compared));
    for (const plan::Remark& remark : plan.remarks)
        fmt::print(stderr, "{}\n", remark_text(remark));
    Value json = plan::json_of(plan);
    if (!options.json) fmt::print("{}", plan_in_words(plan));
    const bool save = plan.has_changes() && !plan.has_errors();
    if (save) {
        PlanFile file = file_of(looked.value(), program, plan, rules.value());
        if (looked.value().data != nullptr) {
            std::vector<Bytes> programs;
            if (!file.stopping.empty()) programs.push_back(file.stopping);
            programs.push_back(file.program);
            auto messages = messages_today(*looked.value().data, programs, looked.value().now);
            if (!messages) return fail(messages.error());
            file.messages = messages.value();
            if (!options.json) fmt::print("{}", text_of(messages.value(), say));
            std::get<Record>(json.held).push_back({"messages_today", json_of(messages.value())});
        } else if (!options.json) {
            fmt::print("{}", say("  How many messages it causes today: give --data DIRECTORY, the "
                                 "daemon's data, to know.\n"));
        }
        if (const auto written = replace_file(options.out, write_plan(file)); !written)
            return fail(written.error());
        if (!options.json) {
            fmt::print("{}", say("  Saved: {0}.  Apply exactly this with: journey apply {0}\n",
                                 options.out));
        }
        std::get<Record>(json.held).push_back({"saved", Value(options.out)});
    }
    if (options.json) fmt::print("{}\n", to_json(json));
    if (plan.has_errors()) {
        fmt::print(stderr, "{}", say("Nothing was saved: the above comes first.\n"));
        return 1;
    }
    return save ? kThereAreChanges : 0;
}

}  // namespace journey::app
