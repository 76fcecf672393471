// The one binary. Each command lives in its own file; here is only what can be said on the command
// line.

#include "dsl/translate/translate.h"
#include "engine/app/bench_project.h"
#include "engine/app/commands.h"
#include "engine/app/publish.h"
#include "engine/app/simulate_people.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fmt/format.h>

namespace {

using namespace journey::app;  // NOLINT(google-build-using-namespace): the commands are all there
                               // is here

void add_daemon_options(CLI::App& command, DaemonAddress& address) {
    command.add_option("--to", address.to, "The daemon's address")->capture_default_str();
    command
        .add_option("--data", address.data_directory,
                    "The daemon's data directory, where its keys are")
        ->capture_default_str();
    command.add_option("--token", address.admin_token, "Admin token (or JOURNEY_ADMIN_TOKEN)");
}

/// `--lang zh` anywhere on the line: help is written before options are read.
void take_language(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        const std::string_view given = word.starts_with("--lang=") ? word.substr(7)
                                       : word == "--lang" && i + 1 < argc
                                           ? std::string_view(argv[i + 1])
                                           : std::string_view();
        if (given == "en" || given == "zh") ::setenv("JOURNEY_LANG", std::string(given).c_str(), 1);
    }
}

/// Everything that `--help` shows, in the reader's language.
void speak(CLI::App& app, const journey::translate::Speech& say) {
    const auto words = [&](const std::string& english) { return std::string(say.words(english)); };
    app.description(words(app.get_description()));
    app.group(words(app.get_group()));
    app.footer(words(app.get_footer()));
    for (const char* label : {"Usage", "OPTIONS", "Positionals", "SUBCOMMAND", "REQUIRED", "Needs",
                              "Excludes", "TEXT", "UINT", "INT", "FLOAT"})
        app.get_formatter()->label(label, words(label));
    for (CLI::Option* option : app.get_options({})) {
        option->description(words(option->get_description()));
        option->group(words(option->get_group()));
    }
    for (CLI::App* command : app.get_subcommands({}))
        speak(*command, say);
}

/// What cannot be read of a command line, with the option that is meant when one is near.
int misused(const CLI::App& app, const CLI::ParseError& problem,
            const journey::translate::Speech& say) {
    const auto chosen = app.get_subcommands();
    const CLI::App& command = chosen.empty() ? app : *chosen.front();
    const std::string what = journey::translate::usage(problem.what(), say.language());
    std::vector<std::string> near;
    const std::string_view english = problem.what();
    if (const std::size_t at = english.rfind(": --"); at != std::string_view::npos) {
        std::vector<std::string> names;
        for (const CLI::Option* option : command.get_options()) {
            for (const std::string& name : option->get_lnames())
                names.push_back("--" + name);
        }
        near = journey::did_you_mean(english.substr(at + 2), names);
    }
    fmt::print(stderr, "{}",
               near.empty() ? say("journey: {}\n", what)
                            : say("journey: {}; did you mean `{}`?\n", what, near.front()));
    const std::string name = chosen.empty() ? "" : command.get_name() + " ";
    fmt::print(stderr, "{}", say("`journey {}--help` tells more.\n", name));
    return 2;
}

std::string own_path() {
    std::error_code problem;
    return std::filesystem::read_symlink("/proc/self/exe", problem).string();
}

}  // namespace

int main(int argc, char** argv) {
    take_language(argc, argv);
    const journey::translate::Speech say(journey::translate::language_of_environment());
    if (const char* order = std::getenv("JOURNEY_CRASH_AT")) {
        if (const auto armed = journey::arm_crash_point(order); !armed) return fail(armed.error());
    }
    CLI::App app("journey: marketing automation as code", "journey");
    app.add_option_function<std::string>(
           "--lang", [](const std::string& lang) { ::setenv("JOURNEY_LANG", lang.c_str(), 1); },
           "Language of messages: en or zh (or JOURNEY_LANG; else as the locale says)")
        ->check(CLI::IsMember({"en", "zh"}));
    app.fallthrough();
    app.require_subcommand(1);
    app.set_version_flag("--version", JOURNEY_VERSION);
    app.get_formatter()->column_width(34);
    int status = 0;

    NewOptions fresh;
    auto* new_app = app.add_subcommand("new", "A folder to start from, whose tests pass");
    new_app->add_option("directory", fresh.directory, "Where; it must not be there yet")
        ->required();
    new_app->add_option("--kit", fresh.kit, "`first`: one journey. `shop`: five, and a schema")
        ->capture_default_str();
    new_app->callback([&] { status = new_command(fresh); });

    CheckOptions check;
    auto* check_app = app.add_subcommand("check", "Read journeys and explain every mistake");
    check_app->add_option("paths", check.paths, "Folders or files")
        ->default_val(std::vector<std::string>{"."});
    check_app->add_flag("--json", check.json, "For editors");
    check_app->add_flag("--sarif", check.sarif, "For code hosts (SARIF 2.1.0)")->excludes("--json");
    check_app->add_flag("--short", check.short_form, "One line each");
    check_app->add_flag("--strict", check.strict, "Warnings fail too");
    check_app->callback([&] { status = check_command(check); });

    TestOptions test;
    auto* test_app = app.add_subcommand("test", "Run the test blocks under virtual time");
    test_app->add_option("paths", test.paths, "Folders or files")
        ->default_val(std::vector<std::string>{"."});
    test_app->add_option("--only", test.only, "Only tests whose title has this in it");
    test_app->add_flag("--coverage", test.coverage,
                       "Say which branches, arms and timeouts no test reaches");
    test_app->add_option("--junit", test.junit, "Write JUnit XML for CI to this file");
    test_app->add_flag("--json", test.json, "One JSON object");
    test_app->callback([&] { status = test_command(test); });

    ExplainOptions explain;
    auto* explain_app = app.add_subcommand("explain",
                                           "What a code like J0207 means, a journey in plain "
                                           "sentences, the whole `language`, or why a "
                                           "person got a message or did not");
    auto* explain_subject =
        explain_app->add_option("subject", explain.subject, "A code, a journey, or `language`");
    auto* explain_paths = explain_app->add_option("paths", explain.paths, "Folders or files")
                              ->default_val(std::vector<std::string>{"."});
    auto* explain_person = explain_app->add_option(
        "--person", explain.person, "Ask a daemon about this person (with --journey)");
    explain_person->excludes(explain_paths);
    auto* explain_journey = explain_app->add_option("--journey", explain.subject, "The journey");
    explain_journey->excludes(explain_subject);
    add_daemon_options(*explain_app, explain.daemon);
    explain_app
        ->add_flag("--content", explain.content,
                   "With --person: the messages too, as they were sent")
        ->needs(explain_person);
    explain_app->add_flag("--json", explain.json, "One JSON object");
    explain_app->callback([&] {
        if (explain.subject.empty() && explain.person.empty())
            throw CLI::RequiredError(
                "A code, a journey, `language`, or --person ID --journey NAME");
        status = explain_command(explain);
    });

    GraphOptions graph;
    auto* graph_app = app.add_subcommand(
        "graph", "Draw a journey as SVG, DOT or Mermaid, or list its boxes as JSON");
    graph_app->add_option("journey", graph.journey, "The journey's name");
    auto* graph_paths = graph_app->add_option("paths", graph.paths, "Folders or files")
                            ->default_val(std::vector<std::string>{"."});
    graph_app->add_flag("--all", graph.all, "Every journey, one file each");
    graph_app->add_option("--format", graph.format, "svg, dot, mermaid or json")
        ->check(CLI::IsMember({"svg", "dot", "mermaid", "json"}))
        ->capture_default_str();
    graph_app->add_option("--out", graph.out, "The file; with --all the folder");
    auto* graph_daemon = graph_app->add_option(
        "--daemon", graph.daemon.to,
        "Draw what is live in this daemon, with its counts, like http://127.0.0.1:8080");
    graph_daemon->excludes(graph_paths);
    graph_app->add_option("--data", graph.daemon.data_directory,
                          "The daemon's data directory, where its keys are");
    graph_app->add_option("--token", graph.daemon.admin_token,
                          "Admin token (or JOURNEY_ADMIN_TOKEN)");
    graph_app->callback([&] {
        graph.live = graph_daemon->count() > 0;
        if (graph.live) find_keys(graph.daemon);
        if (graph.all && !graph.journey.empty()) {
            // With --all the first word is a place, not a journey.
            graph.paths = {graph.journey};
            graph.journey.clear();
        }
        status = graph_command(graph);
    });

    FormatOptions format;
    auto* format_app = app.add_subcommand("fmt", "Write journeys in the one style");
    format_app->add_option("paths", format.paths, "Folders or files; - reads standard input")
        ->default_val(std::vector<std::string>{"."});
    format_app->add_flag("--check", format.check,
                         "Change nothing; fail when something would change");
    format_app->add_flag("--json", format.json, "One JSON object");
    format_app->callback([&] { status = format_command(format); });

    FixOptions fix;
    auto* fix_app = app.add_subcommand("fix", "Mend what has one certain mend, and show it");
    fix_app->add_option("paths", fix.paths, "Folders or files")
        ->default_val(std::vector<std::string>{"."});
    fix_app->add_flag("--dry-run", fix.dry_run, "Show it, change nothing");
    fix_app->add_flag("--json", fix.json, "One JSON object");
    fix_app->callback([&] { status = fix_command(fix); });

    auto* lsp_app = app.add_subcommand("lsp", "Language server for editors, on standard input");
    lsp_app->callback([&] { status = lsp_command(); });

    ConvertOptions convert;
    auto* convert_app =
        app.add_subcommand("convert", "Write a file in the other surface: .journey or YAML");
    convert_app
        ->add_option("file", convert.file,
                     "A .journey or .journey.yaml file; - reads it "
                     "from standard input and needs --to")
        ->required();
    convert_app->add_option("--to", convert.to, "yaml or journey (default: the other one)")
        ->check(CLI::IsMember({"yaml", "journey"}));
    convert_app->add_option("--out", convert.out, "Where to write it (default: to the terminal)");
    convert_app->add_flag("--json", convert.json, "One JSON object");
    convert_app->callback([&] { status = convert_command(convert); });

    SchemaOptions schema;
    auto* schema_app = app.add_subcommand("schema", "JSON Schema of the YAML surface, for editors");
    schema_app->add_option("--project", schema.project, "A folder whose names complete values");
    schema_app->add_option("--out", schema.out, "Where to write it (default: to the terminal)");
    schema_app->add_flag("--json", schema.json, "It is JSON anyway");
    schema_app->callback([&] { status = schema_command(schema); });

    ConnectorsOptions connectors;
    auto* connectors_app = app.add_subcommand(
        "connectors", "The providers messages can go through, and what each wants to be told");
    connectors_app->callback([&] { status = connectors_command(connectors); });
    auto* connectors_check = connectors_app->add_subcommand(
        "check", "Read a provider's file and show the request it makes");
    connectors_check
        ->add_option("file", connectors.check, "The file, or the name of one that ships")
        ->required();

    ServeOptions serve;
    auto* serve_app = app.add_subcommand("serve", "Run the daemon");
    serve_app->add_option("project", serve.project, "Folder of journeys to publish at the start");
    serve_app->add_option("--config", serve.config, "Configuration file (YAML)");
    serve_app->add_option("--data", serve.data_directory, "Data directory (default journey-data)");
    serve_app->add_option("--listen", serve.listen, "Address and port (default 127.0.0.1:8080)");
    serve_app->add_option("--demo-clock-start", serve.clock_start,
                          "Demo only: where the fast clock starts, like 2026-03-02T09:00:00Z");
    serve_app->add_option("--demo-clock-speed", serve.clock_speed,
                          "Demo only: how many times faster than real time");
    serve_app->add_flag("--dry-run", serve.dry_run,
                        "Everything runs and nothing leaves: messages are rendered and kept");
    serve_app->callback([&] { status = serve_command(serve); });

    PlanOptions plan;
    plan.project = ".";
    auto* plan_app =
        app.add_subcommand("plan", "Say what publishing a project would change, and save that");
    plan_app->add_option("project", plan.project, "Folder of journeys")->capture_default_str();
    auto* plan_to =
        plan_app->add_option("--to", plan.daemon.to, "The daemon's address")->capture_default_str();
    auto* plan_data = plan_app->add_option(
        "--data", plan.daemon.data_directory,
        "A daemon's data directory, read from a copy: also counts the messages of today");
    plan_app->add_option("--token", plan.daemon.admin_token,
                         "Admin token (or JOURNEY_ADMIN_TOKEN)");
    plan_app->add_option("--retire", plan.retire,
                         "For a journey that is gone: NAME=finish or NAME=stop");
    plan_app->add_option("--out", plan.out, "Where the plan is saved")->capture_default_str();
    plan_app->add_option("--at", plan.at, "With --data: the moment to start from (RFC 3339)");
    plan_app->add_flag("--json", plan.json, "One JSON object");
    plan_app->callback([&] {
        plan.use_daemon = plan_to->count() > 0;
        plan.use_data = plan_data->count() > 0;
        status = plan_command(plan);
    });

    PublishOptions apply;
    apply.what = ".";
    auto* apply_app = app.add_subcommand(
        "apply", "Make a saved plan, or a project, the live one of a running daemon");
    apply_app->footer(
        "A plan is refused when another program has become live since, when it would move, stop or "
        "restart a group of people that it does not show, and when such a group, or its extra "
        "messages of today, are over a tenth and over ten more than it shows.");
    apply_app->add_option("project", apply.what, "Saved plan, or folder of journeys")
        ->capture_default_str();
    apply_app->add_flag("--yes", apply.yes, "Do not ask");
    add_daemon_options(*apply_app, apply.daemon);
    apply_app->callback([&] { status = publish_command(apply); });

    OperateOptions operate;
    const auto add_operation = [&](const char* name, const char* help, const char* subject) {
        auto* command = app.add_subcommand(name, help);
        if (subject != nullptr) command->add_option(subject, operate.subject)->required();
        command->add_flag("--json", operate.json, "The daemon's own words");
        add_daemon_options(*command, operate.daemon);
        command->callback([&, name] {
            operate.what = name;
            status = operate_command(operate);
        });
        return command;
    };
    const auto add_late = [&](CLI::App* command) {
        command
            ->add_option(
                "--late", operate.late,
                "What was held up: send it, skip its messages up to the next wait, or exit "
                "the journey (default send)")
            ->check(CLI::IsMember({"send", "skip", "exit"}));
        command->add_option(
            "--step", operate.steps,
            "Otherwise for who stands at this step: STEP=send, STEP=skip, STEP=exit");
        command->add_option("--over", operate.over,
                            "Spread what was held up over this long, like 90s, 30m, 2h, 1d");
    };
    add_operation("journeys", "Who stands where, and what was sent", nullptr);
    add_operation("timeline", "One person's story", "person");
    add_operation("unknown", "Messages whose fate nobody knows", nullptr);
    add_operation("unmatched", "What was said of messages that nobody here knows", nullptr);
    add_operation("pause", "Hold a journey: nobody enters, nobody moves", "journey");
    add_late(add_operation("resume", "Let a paused journey go on", "journey"));
    add_operation("approve", "Let a step go beyond the blast limit, or its canary be over", nullptr)
        ->add_option("step", operate.subject, "JOURNEY/STEP; without it: the steps that wait");
    add_operation("stop-sending", "Kill switch: no message of any journey starts", nullptr);
    add_late(add_operation("start-sending", "Lift the kill switch", nullptr));

    ForgetOptions forget;
    auto* forget_app = app.add_subcommand(
        "forget", "Erase a person: everything known of them goes and cannot be brought back");
    forget_app->footer(
        "What the person asked not to be sent stays known, as keyed hashes of addresses on the "
        "suppression list.");
    forget_app->add_option("--person", forget.person, "The id the person is known by")->required();
    forget_app->add_flag("--yes", forget.yes, "Do not ask");
    forget_app->add_flag("--json", forget.json, "The daemon's own words");
    add_daemon_options(*forget_app, forget.daemon);
    forget_app->callback([&] { status = forget_command(forget); });

    BackupOptions backup;
    auto* backup_app = app.add_subcommand(
        "backup", "Copy a daemon's data while it runs, and prove that the copy works");
    backup_app->add_option("to", backup.to, "A new directory")->required();
    backup_app->add_option("--data", backup.from, "Data directory (default journey-data)")
        ->default_val("journey-data");
    backup_app->callback([&] { status = backup_command(backup); });
    BackupOptions restore;
    auto* restore_app =
        app.add_subcommand("restore", "Make data of a backup; it sends nothing before you say so");
    restore_app->add_option("backup", restore.from, "What `journey backup` made")->required();
    restore_app->add_option("--data", restore.to, "A new data directory")->required();
    restore_app->add_option(
        "--erased-in", restore.erased_in,
        "Data that went on after the backup was made: who was erased there is erased again");
    restore_app->add_option(
        "--journal", restore.journal,
        "The directory of the daemon's send journal: what went out since is not sent again");
    restore_app->callback([&] { status = restore_command(restore); });

    ImportOptions import_options;
    DaemonAddress import_daemon;
    auto* import_app =
        app.add_subcommand("import", "Turn a CSV file into events of a running daemon");
    import_app->add_option("csv", import_options.csv, "The file; - reads standard input")
        ->required();
    import_app->add_option("--map", import_options.mapping, "How columns become events (YAML)")
        ->required();
    import_app->add_option("--rejects", import_options.rejects,
                           "Where rows that cannot be used go (default CSV.rejects.csv)");
    import_app->add_flag("--from-start", import_options.from_start,
                         "Do not go on where an interrupted import stopped");
    import_app->add_option("--write-key", import_daemon.write_key,
                           "Write key (or JOURNEY_WRITE_KEY)");
    add_daemon_options(*import_app, import_daemon);
    import_app->callback([&] {
        find_keys(import_daemon);
        import_options.to = import_daemon.to;
        import_options.write_key = import_daemon.write_key;
        status = import_command(import_options);
    });

    SuppressOptions suppress;
    auto* suppress_app = app.add_subcommand(
        "suppress", "The addresses nothing goes to, whoever has them: import, add, remove, list");
    suppress_app->require_subcommand(1);
    const auto add_suppress = [&](const char* name, const char* help, const char* subject,
                                  bool needed) {
        auto* command = suppress_app->add_subcommand(name, help);
        auto* option = command->add_option(subject, suppress.subject);
        if (needed) option->required();
        command->add_option("--channel", suppress.channel,
                            "email, sms or push, or one channel's name (default: what the address "
                            "looks like)");
        command->add_option("--write-key", suppress.daemon.write_key,
                            "Write key (or JOURNEY_WRITE_KEY)");
        add_daemon_options(*command, suppress.daemon);
        command->callback([&, name] {
            suppress.what = name;
            status = suppress_command(suppress);
        });
        return command;
    };
    auto* suppress_import =
        add_suppress("import", "Take in a CSV file: address, channel, reason, date", "csv", true);
    suppress_import->add_option(
        "--map", suppress.mapping,
        "Which columns these are (YAML: `address: E-Mail`, and so for channel, reason, date)");
    suppress_import->add_option("--rejects", suppress.rejects,
                                "Where rows that cannot be used go (default CSV.rejects.csv)");
    suppress_import->add_option("--reason", suppress.reason, "The reason where a row gives none");
    add_suppress("add", "Nothing goes to this address any more", "address", true)
        ->add_option("--reason", suppress.reason, "Why");
    add_suppress("remove", "Write to this address again", "address", true)
        ->add_option("--reason", suppress.reason, "Why; it is kept");
    add_suppress("list", "Why an address is on the list, or how many there are", "address", false)
        ->add_flag("--json", suppress.json, "The daemon's own words");

    SimulateOptions simulate;
    simulate.project = ".";
    auto* simulate_app = app.add_subcommand(
        "simulate",
        "Forecast: a CSV of real events, made-up people or a daemon's own people, in "
        "virtual time");
    simulate_app->add_option("project", simulate.project, "Folder of journeys")
        ->capture_default_str();
    auto* simulate_csv =
        simulate_app->add_option("--csv", simulate.csv, "The events; - reads standard input");
    auto* simulate_map =
        simulate_app->add_option("--map", simulate.mapping, "How columns become events (YAML)");
    simulate_csv->needs(simulate_map);
    simulate_map->needs(simulate_csv);
    ForecastOptions forecast;
    simulate_app->add_option("--people", forecast.people, "Make up so many people")
        ->excludes(simulate_csv);
    simulate_app
        ->add_option("--data", forecast.data_directory,
                     "The people of this data directory, from a copy")
        ->excludes(simulate_csv);
    simulate_app->add_option("--days", forecast.days, "How long")
        ->capture_default_str()
        ->check(CLI::Range(1, 3660))
        ->excludes(simulate_csv);
    simulate_app->add_option("--seed", forecast.seed, "Another seed, another story")
        ->capture_default_str()
        ->excludes(simulate_csv);
    simulate_app
        ->add_option("--rate", forecast.rates,
                     "How often a person does this, like signed_up=0.1/day")
        ->excludes(simulate_csv);
    simulate_app
        ->add_option("--habits", forecast.habits,
                     "What made-up people do and what follows from it (YAML; the guide's chapter "
                     "14 shows one)")
        ->excludes(simulate_csv);
    simulate_app->add_option("--cost", forecast.costs, "Price of a message, like sms=0.05")
        ->excludes(simulate_csv);
    simulate_app
        ->add_option("--start", forecast.start,
                     "The first day or moment (default 2026-03-02, a Monday; with --data now)")
        ->excludes(simulate_csv);
    simulate_app->add_option("--answers", simulate.answers,
                             "Share of webhook calls that get a made-up answer, like 0.9 or "
                             "mint_coupon=0.9 (default 0.95)");
    simulate_app->add_option("--svg", forecast.svg, "Draw it into this file")
        ->excludes(simulate_csv);
    simulate_app->add_flag("--json", forecast.json, "One JSON object")->excludes(simulate_csv);
    simulate_app->add_option("--consent", simulate.consents, "Consent that everybody has given");
    simulate_app
        ->add_option("--tail-days", simulate.tail_days, "Days that pass after the last event")
        ->needs(simulate_csv);
    simulate_app->add_option("--sends", simulate.sends_csv, "Write every send to this CSV file");
    simulate_app->add_flag("--counts", simulate.counts, "Only the counts, one a line, for scripts")
        ->needs(simulate_csv);
    simulate_app->callback([&] {
        if (!simulate.csv.empty()) {
            status = simulate_command(simulate);
            return;
        }
        if (forecast.people == 0 && forecast.data_directory.empty())
            throw CLI::RequiredError("--people N, --data DIRECTORY or --csv FILE");
        forecast.project = simulate.project;
        forecast.consents = simulate.consents;
        forecast.answers = simulate.answers;
        forecast.sends_csv = simulate.sends_csv;
        status = forecast_command(forecast);
    });

    SinkOptions sink;
    auto* sink_app = app.add_subcommand(
        "sink", "A local mail, SMS, push and webhook provider that shows what arrives");
    sink_app->add_option("--http-port", sink.http_port, "0: any free one");
    sink_app->add_option("--smtp-port", sink.smtp_port, "0: any free one");
    sink_app->add_option("--ledger", sink.ledger, "Every call, one synced JSON line each");
    sink_app->add_option("--script", sink.script,
                         "Misbehave, like too_many=0.05,server_error=0.02,accept_then_close=0.01");
    sink_app->add_option("--service-account", sink.service_account,
                         "Firebase's file; only its account gets tokens, by its own signature");
    sink_app->callback([&] { status = sink_command(sink); });

    DemoOptions demo;
    auto* demo_app =
        app.add_subcommand("demo", "The example shop, a fast clock and messages to look at");
    demo_app->add_option("--project", demo.project, "Folder of journeys")->capture_default_str();
    demo_app->add_option("--data", demo.data_directory,
                         "Data directory (default: a new temporary one)");
    demo_app->add_option("--seed", demo.seed, "Another seed, another story")->capture_default_str();
    demo_app->add_option("--people", demo.people, "Shoppers at the start")->capture_default_str();
    demo_app->add_option("--speed", demo.speed, "How many times faster than real time")
        ->capture_default_str();
    demo_app->add_option("--seconds", demo.seconds, "Stop by itself (0: Ctrl-C)")
        ->capture_default_str();
    demo_app->callback([&] { status = demo_command(demo, own_path()); });

    BenchOptions bench;
    auto* bench_app = app.add_subcommand("bench", "Measure this machine with this program");
    bench_app
        ->add_option(
            "scenario", bench.scenario,
            "ingest, match, timers, aggregates, segments, publish, send, recover, mixed, scale, "
            "overload, render, check, lsp")
        ->required();
    bench_app->add_option("--events", bench.events, "How many")->capture_default_str();
    bench_app->add_option("--people", bench.people, "Spread over how many people")
        ->capture_default_str();
    bench_app->add_option("--repeat", bench.repeat, "Measured runs")->capture_default_str();
    bench_app->add_option("--rate", bench.rate, "With mixed: events a second")
        ->capture_default_str()
        ->check(CLI::Range(10, 10'000'000));
    bench_app->add_option("--seconds", bench.seconds, "With mixed, overload: how long each load is")
        ->capture_default_str()
        ->check(CLI::Range(1, 100'000));
    bench_app->add_flag("--json", bench.json, "One JSON object, the same shape for every scenario");
    BenchCheckOptions bench_check;
    bench_app->add_option("--journeys", bench_check.journeys, "With check, lsp, scale: how many")
        ->capture_default_str();
    bench_app->add_option("--steps", bench_check.steps, "With check: steps of each")
        ->capture_default_str();
    bench_app->add_option("--write-to", bench_check.write_to,
                          "With check: keep the generated files in this folder");
    BenchLspOptions bench_lsp;
    bench_app->add_option("--lines", bench_lsp.lines, "With lsp: of the file that is edited")
        ->capture_default_str()
        ->check(CLI::Range(50, 100'000));
    bench_app->add_option("--edits", bench_lsp.edits, "With lsp: how many")
        ->capture_default_str()
        ->check(CLI::Range(1, 100'000));
    bench_app->callback([&] {
        bench.journeys = bench_check.journeys;
        bench_check.rounds = std::max<std::size_t>(bench.repeat, 1);
        if (bench.scenario == "check") {
            bench_check.json = bench.json;
            status = bench_check_command(bench_check);
        } else if (bench.scenario == "render") {
            status = bench_render_command({bench.repeat, bench.json});
        } else if (bench.scenario == "lsp") {
            bench_lsp.journeys = bench_check.journeys;
            bench_lsp.json = bench.json;
            status = bench_lsp_command(bench_lsp, own_path());
        } else {
            status = bench_command(bench, own_path());
        }
    });

    RenderCommand render;
    auto* render_app = app.add_subcommand("render", "Show a template as people will get it");
    render_app->add_option("template", render.source,
                           "A file, or the name of a template of the project");
    render_app->add_option("--project", render.project, "Folder of journeys")
        ->capture_default_str();
    render_app->add_option("--data", render.data, "What it is given: JSON, or a file of it");
    render_app->add_option("--partials", render.partials, "Folder of NAME.liquid files");
    render_app->add_option("--mode", render.mode, "checked, strict2, strict or lax")
        ->capture_default_str();
    render_app->add_option("--now", render.now, "The message's instant, 2026-03-02T09:00:00Z");
    render_app->add_flag("--strict-variables", render.strict_variables,
                         "A name nobody gave is an error");
    render_app->add_flag("--json", render.json, "One JSON object");
    render_app->add_flag("--jsonl", render.lines,
                         "Answer one JSON request a line from standard input");
    render_app->callback([&] { status = render_command(render); });

    SeedsOptions seeds;
    auto* seeds_app = app.add_subcommand(
        "seeds", "Run the whole engine in a simulated, faulty world, once a seed");
    seeds_app->add_option("--first", seeds.first, "First seed")->capture_default_str();
    seeds_app->add_option("--count", seeds.count, "How many")->capture_default_str();
    seeds_app->add_option("--project", seeds.project, "Folder of journeys")->capture_default_str();
    seeds_app->add_flag("--own", seeds.own, "The simulator's own journeys instead");
    seeds_app->callback([&] { status = seeds_command(seeds); });

    speak(app, say);
    if (argc < 2 || std::string_view(argv[1]) == "help") {
        fmt::print("{}", app.help());
        return argc < 2 ? 2 : 0;
    }
    if (const std::string_view word = argv[1]; !word.starts_with('-')) {
        std::vector<std::string> commands;
        for (const CLI::App* command : app.get_subcommands({}))
            commands.push_back(command->get_name());
        if (std::find(commands.begin(), commands.end(), word) == commands.end()) {
            const auto near = journey::did_you_mean(word, commands);
            fmt::print(
                stderr, "journey: {}\n",
                near.empty()
                    ? say("there is no command `{}`; `journey help` lists them", word)
                    : say("there is no command `{}`; did you mean `{}`?", word, near.front()));
            return 2;
        }
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& problem) {  // CLI11's way of saying "usage" and "help"
        if (problem.get_exit_code() == 0) return app.exit(problem);
        return misused(app, problem, say);
    }
    return status;
}
