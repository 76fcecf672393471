// journey render: a template as people will get it, before anybody does.

#include "engine/app/commands.h"
#include "engine/app/project.h"
#include "engine/app/render_request.h"

#include <filesystem>
#include <fmt/format.h>
#include <iostream>

namespace journey::app {
namespace {

constexpr std::size_t kPushMost = 4096;  // APNs and FCM

struct Part {
    std::string name;  // "subject"; empty for a file
    std::string source;
    render::Escape escape = render::Escape::none;
};

struct Shown {
    std::string name;
    std::string text;
};

int answer_lines() {
    render::Renderer renderer;
    for (std::string line; std::getline(std::cin, line);) {
        if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
        fmt::print("{}\n", answer_render_request(line, renderer));
        std::fflush(stdout);
    }
    return 0;
}

bool looks_like_html(const std::string& path, std::string_view source) {
    return path.ends_with(".html") || path.ends_with(".htm") || path.ends_with(".html.liquid") ||
           source.find("</") != std::string_view::npos;
}

Result<std::vector<Part>> parts_of_file(const RenderCommand& options) {
    TRY(std::string source, read_text_file(options.source));
    const bool html = looks_like_html(options.source, source);
    return std::vector<Part>{
        {"", std::move(source), html ? render::Escape::html : render::Escape::none}};
}

Result<std::vector<Part>> parts_of_template(const RenderCommand& options) {
    TRY(dsl::Compilation made, compile_project({options.project}));
    if (!made.ok()) {
        print_diagnostics(made, true);
        return error(ErrorCode::invalid, "the project does not compile");
    }
    std::vector<std::string> names;
    for (const ir::Template& one : made.program->templates) {
        names.push_back(one.name);
        if (one.name != options.source) continue;
        std::vector<Part> parts;
        const auto add = [&](const char* name, const std::string& source, render::Escape escape) {
            if (!source.empty()) parts.push_back({name, source, escape});
        };
        add("subject", one.subject, render::Escape::none);
        add("title", one.title, render::Escape::none);
        add("text", one.body, render::Escape::none);
        add("html", one.html, render::Escape::html);
        return parts;
    }
    const auto near = did_you_mean(options.source, names);
    return error(ErrorCode::not_found,
                 near.empty() ? fmt::format("there is no file and no template `{}`", options.source)
                              : fmt::format("there is no file and no template `{}`; did you mean "
                                            "`{}`?",
                                            options.source, near.front()));
}

Result<render::Partials> partials_in(const std::string& folder, render::Mode mode) {
    render::Partials partials;
    if (folder.empty()) return partials;
    std::error_code problem;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, problem)) {
        if (!entry.is_regular_file() || entry.path().extension() != ".liquid") continue;
        TRY(std::string source, read_text_file(entry.path().string()));
        const auto name = entry.path().lexically_relative(folder).replace_extension();
        partials.add(name.generic_string(), source, mode);
    }
    if (problem) {
        return error(ErrorCode::not_found,
                     fmt::format("cannot read the partials in {}: {}", folder, problem.message()));
    }
    return partials;
}

void show_sizes(const Shown& part) {
    const render::SmsSize sms = render::sms_size(part.text);
    const std::string payload = to_json(Value(
        Record{{"aps", Value(Record{{"alert", Value(Record{{"body", Value(part.text)}})}})}}));
    fmt::print("  {} characters, {} bytes\n", count_code_points(part.text), part.text.size());
    fmt::print("  as SMS: {} {} in {}, {} segment{}, {} free\n", sms.units,
               sms.gsm7 ? "septets" : "units", sms.gsm7 ? "GSM-7" : "UCS-2", sms.segments,
               sms.segments == 1 ? "" : "s", sms.left);
    fmt::print("  as push: {} bytes of payload{}\n", payload.size(),
               payload.size() > kPushMost ? ", more than the 4,096 that APNs and FCM take" : "");
}

Value sizes_of(const Shown& part) {
    const render::SmsSize sms = render::sms_size(part.text);
    return Value(
        Record{{"text", Value(part.text)},
               {"characters", Value(static_cast<std::int64_t>(count_code_points(part.text)))},
               {"bytes", Value(static_cast<std::int64_t>(part.text.size()))},
               {"sms_alphabet", Value(sms.gsm7 ? "GSM-7" : "UCS-2")},
               {"sms_units", Value(static_cast<std::int64_t>(sms.units))},
               {"sms_segments", Value(static_cast<std::int64_t>(sms.segments))}});
}

Result<Record> data_of(const RenderCommand& options) {
    if (options.data.empty()) return Record{};
    const bool inline_json = options.data.find_first_not_of(" \t\n") != std::string::npos &&
                             options.data[options.data.find_first_not_of(" \t\n")] == '{';
    if (inline_json) return render_data(options.data);
    TRY(std::string text, read_text_file(options.data));
    return render_data(text);
}

Result<std::vector<Shown>> rendered(const RenderCommand& options) {
    const auto mode = mode_named(options.mode);
    if (!mode) return error(ErrorCode::invalid, "--mode is lax, strict, strict2 or checked");
    TRY(Record data, data_of(options));
    TRY(render::Partials partials, partials_in(options.partials, *mode));
    render::RenderOptions given;
    given.partials = &partials;
    given.strict_variables = options.strict_variables;
    if (!options.now.empty()) {
        TRY(given.now, parse_instant(options.now));
    }
    const bool is_file = std::filesystem::is_regular_file(options.source);
    TRY(std::vector<Part> parts, is_file ? parts_of_file(options) : parts_of_template(options));
    render::Renderer renderer;
    std::vector<Shown> all;
    for (const Part& part : parts) {
        const auto refuse = [&](const render::RenderError& problem) {
            const std::string where = problem.partial.empty()
                                          ? (part.name.empty() ? options.source : part.name)
                                          : "partial " + problem.partial;
            return error(ErrorCode::invalid,
                         fmt::format("{}, line {}: {} ({})", where, problem.line, problem.message,
                                     name_of(problem.kind)));
        };
        auto parsed = render::Template::parse(part.source, *mode);
        if (const auto* problem = std::get_if<render::RenderError>(&parsed))
            return refuse(*problem);
        given.escape = part.escape;
        const auto made = renderer.render(std::get<render::Template>(parsed), data, given);
        if (const auto* problem = std::get_if<render::RenderError>(&made)) return refuse(*problem);
        all.push_back({part.name.empty() ? (part.escape == render::Escape::html ? "html" : "text")
                                         : part.name,
                       std::string(std::get<std::string_view>(made))});
    }
    return all;
}

}  // namespace

int render_command(const RenderCommand& options) {
    if (options.lines) return answer_lines();
    if (options.source.empty()) {
        fmt::print(stderr, "journey: name a template file or a template of the project\n");
        return 2;
    }
    const auto all = rendered(options);
    if (!all) {
        fmt::print(stderr, "journey: {}\n", all.error().detail);
        return all.error().code == ErrorCode::not_found ? 2 : 1;
    }
    if (options.json) {
        Record out;
        for (const Shown& part : all.value())
            put(out, part.name, sizes_of(part));
        fmt::print("{}\n", to_json(Value(std::move(out))));
        return 0;
    }
    for (const Shown& part : all.value()) {
        fmt::print("{}\n{}{}", part.name, part.text, part.text.ends_with('\n') ? "" : "\n");
        if (part.name == "html") {
            fmt::print("  {} bytes{}\n", part.text.size(),
                       part.text.size() > 102'400 ? ", and Gmail cuts mails at 102,400" : "");
        } else {
            show_sizes(part);
        }
    }
    return 0;
}

}  // namespace journey::app
