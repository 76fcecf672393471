// journey graph: a picture of a journey, with the counts of a running daemon when one is named.

#include "engine/graph/graph.h"

#include "dsl/translate/translate.h"
#include "engine/app/client.h"
#include "engine/app/commands.h"
#include "engine/app/project.h"

#include <filesystem>
#include <fmt/format.h>
#include <fstream>

namespace journey::app {
namespace {

std::map<std::string, std::uint64_t> numbers_in(const Record& record, std::string_view name) {
    std::map<std::string, std::uint64_t> out;
    const Value* held = find(record, name);
    if (held == nullptr || held->as<Record>() == nullptr) return out;
    for (const NamedValue& one : *held->as<Record>()) {
        const auto* count = one.value.as<std::int64_t>();
        if (count != nullptr && *count >= 0) out[one.name] = static_cast<std::uint64_t>(*count);
    }
    return out;
}

struct Shown {
    ir::Program program;
    std::map<std::string, graph::Live> live;
};

Result<std::map<std::string, graph::Live>> live_counts(const Record& answer) {
    const Value* journeys = find(answer, "journeys");
    if (journeys == nullptr || journeys->as<List>() == nullptr)
        return error(
            ErrorCode::invalid,
            "the daemon's answer has no journeys; is it of the same version as this tool?");
    std::map<std::string, graph::Live> out;
    for (const Value& item : *journeys->as<List>()) {
        const auto* one = item.as<Record>();
        if (one == nullptr) continue;
        graph::Live& live = out[text_in(*one, "name")];
        live.entered = number_in(*one, "entered");
        live.ended = number_in(*one, "ended");
        live.goals = number_in(*one, "goals");
        live.waiting = numbers_in(*one, "waiting");
        live.arms = numbers_in(*one, "arms");
    }
    return out;
}

/// What is live in the daemon, with its counts: they belong to that program, whatever a folder says.
Result<Shown> shown_of_daemon(const DaemonAddress& daemon) {
    const Client client(daemon.to, "", daemon.admin_token);
    TRY(const Answer bytes, asked(client, daemon, "/admin/program/bytes"));
    if (bytes.status != 200) return error(ErrorCode::refused, problem_of(bytes));
    TRY(const Answer counts, asked(client, daemon, "/admin/journeys"));
    TRY(const Record record, record_of(counts));
    Shown out;
    TRY(out.program, ir::decode(bytes.body));
    TRY(out.live, live_counts(record));
    return out;
}

Result<void> put(const std::string& path, const std::string& text) {
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out << text;
    out.close();
    if (!out) return error(ErrorCode::storage_failed, fmt::format("I cannot write {}", path));
    return success();
}

std::string drawn(const graph::Chart& chart, const std::string& format) {
    if (format == "dot") return graph::to_dot(chart);
    if (format == "mermaid") return graph::to_mermaid(chart);
    if (format == "json") return to_json(graph::json_of(chart)) + "\n";
    return graph::to_svg(chart);
}

std::string ending(const std::string& format) {
    return format == "mermaid" ? "mmd" : format;
}

}  // namespace

int graph_command(const GraphOptions& options) {
    const auto language = translate::language_of_environment() == translate::Language::chinese
                              ? explain::Language::chinese
                              : explain::Language::english;
    if (options.all == !options.journey.empty()) {
        fail(error(ErrorCode::refused, "name one journey, or say --all"));
        return 2;
    }
    Shown shown;
    if (options.live) {
        auto found = shown_of_daemon(options.daemon);
        if (!found) return fail(found.error());
        shown = std::move(found).value();
    } else {
        auto compiled = compile_project(options.paths);
        if (!compiled) return fail(compiled.error());
        if (!compiled.value().program) {
            print_diagnostics(compiled.value(), false);
            return 1;
        }
        shown.program = std::move(*compiled.value().program);
    }
    const ir::Program& program = shown.program;
    const auto& live = shown.live;
    const auto draw = [&](const ir::Journey& journey) {
        const auto found = live.find(journey.name);
        return drawn(graph::chart_of(program, journey, language,
                                     found == live.end() ? nullptr : &found->second),
                     options.format);
    };
    if (options.all) {
        // One file for each journey, in the folder that --out names.
        const std::filesystem::path folder = options.out.empty() ? "." : options.out;
        std::error_code problem;
        std::filesystem::create_directories(folder, problem);
        for (const ir::Journey& journey : program.journeys) {
            const std::string path =
                (folder / (journey.name + "." + ending(options.format))).string();
            if (auto written = put(path, draw(journey)); !written) return fail(written.error());
            fmt::print("{}\n", path);
        }
        return 0;
    }
    const ir::Journey* journey = find_journey(program, options.journey);
    if (journey == nullptr) return 1;
    const std::string picture = draw(*journey);
    if (options.out.empty()) {
        fmt::print("{}", picture);
        return 0;
    }
    if (auto written = put(options.out, picture); !written) return fail(written.error());
    return 0;
}

}  // namespace journey::app
