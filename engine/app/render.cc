// journey render: a template as people will get it, before anybody does.

#include "dsl/translate/translate.h"
#include "engine/app/commands.h"
#include "engine/app/project.h"
#include "engine/app/render_request.h"
#include "engine/runtime/runtime.h"

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

Result<std::vector<Part>> part_of_file(const RenderCommand& options) {
    TRY(std::string source, read_text_file(options.source));
    const bool html = looks_like_html(options.source, source);
    return std::vector<Part>{
        {"", std::move(source), html ? render::Escape::html : render::Escape::none}};
}

/// What the engine does when it sends: what nobody gave is the template's default. Returns the names
/// of what the template requires and nobody gave.
std::vector<std::string> complete(const ir::Template& of, Record& data) {
    std::vector<std::string> lacking;
    for (const ir::TemplateParam& param : of.params) {
        if (find(data, param.field.name) != nullptr) continue;
        if (param.field.fallback) {
            put(data, param.field.name, *param.field.fallback);
        } else if (param.field.required) {
            lacking.push_back(param.field.name);
        }
    }
    return lacking;
}

struct Parts {
    std::vector<Part> parts;
    std::vector<std::string> lacking;
    std::string zone = {};  // of the workspace
};

/// Those of the project are known unless `partials` has some of that name.
Result<Parts> parts_of_template(const RenderCommand& options, Record& data,
                                render::Partials& partials, render::Catalogues& catalogues) {
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
        for (const ir::Index at : one.partials) {
            const ir::Partial& partial = made.program->partials[at];
            if (partials.find(partial.name) == nullptr) partials.add(partial.name, partial.text);
        }
        for (const ir::Index at : one.catalogues) {
            const ir::Catalogue& table = made.program->catalogues[at];
            catalogues.add(table.name, runtime::rows_of(table));
        }
        return Parts{std::move(parts), complete(one, data), made.program->workspace.zone};
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

void show_sizes(const Shown& part, const translate::Speech& say) {
    const render::SmsSize sms = render::sms_size(part.text);
    const std::string payload = to_json(Value(
        Record{{"aps", Value(Record{{"alert", Value(Record{{"body", Value(part.text)}})}})}}));
    fmt::print("{}",
               say("  {} characters, {} bytes\n", count_code_points(part.text), part.text.size()));
    const std::string alphabet = sms.gsm7 ? "GSM-7" : "UCS-2";
    fmt::print("{}", say("  as SMS: {} {} in {}, {}, {} free\n", sms.units,
                         sms.gsm7 ? say("septets") : say("units"), alphabet,
                         say.counted(sms.segments, "{} segment", "{} segments"), sms.left));
    fmt::print(
        "{}",
        say("  as push: {} bytes of payload{}\n", payload.size(),
            payload.size() > kPushMost ? say(", more than the 4,096 that APNs and FCM take") : ""));
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

struct Rendered {
    std::vector<Shown> parts;
    std::vector<std::string> lacking;  // required by the template, given by nobody
};

Result<Rendered> rendered(const RenderCommand& options) {
    const auto mode = mode_named(options.mode);
    if (!mode) return error(ErrorCode::invalid, "--mode is lax, strict, strict2 or checked");
    TRY(Record data, data_of(options));
    TRY(render::Partials partials, partials_in(options.partials, *mode));
    render::RenderOptions given;
    render::Catalogues catalogues;
    given.partials = &partials;
    given.catalogues = &catalogues;
    given.strict_variables = options.strict_variables;
    if (!options.now.empty()) {
        TRY(given.now, parse_instant(options.now));
    }
    const bool is_file = std::filesystem::is_regular_file(options.source);
    Parts parts;
    if (is_file) {
        TRY(parts.parts, part_of_file(options));
    } else {
        TRY(parts, parts_of_template(options, data, partials, catalogues));
        given.zone = parts.zone;
    }
    render::Renderer renderer;
    Rendered all{{}, std::move(parts.lacking)};
    for (const Part& part : parts.parts) {
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
        all.parts.push_back({part.name.empty()
                                 ? (part.escape == render::Escape::html ? "html" : "text")
                                 : part.name,
                             std::string(std::get<std::string_view>(made))});
    }
    return all;
}

}  // namespace

int render_command(const RenderCommand& options) {
    if (options.lines) return answer_lines();
    if (options.source.empty()) {
        fail(error(ErrorCode::invalid, "name a template file or a template of the project"));
        return 2;
    }
    const auto all = rendered(options);
    if (!all) {
        fail(all.error());
        return all.error().code == ErrorCode::not_found ? 2 : 1;
    }
    if (options.json) {
        Record out;
        for (const Shown& part : all.value().parts)
            put(out, part.name, sizes_of(part));
        fmt::print("{}\n", to_json(Value(std::move(out))));
        return 0;
    }
    const translate::Speech say(translate::language_of_environment());
    for (const Shown& part : all.value().parts) {
        fmt::print("{}\n{}{}", say.words(part.name), part.text,
                   part.text.ends_with('\n') ? "" : "\n");
        if (part.name == "html") {
            fmt::print(
                "{}",
                say("  {} bytes{}\n", part.text.size(),
                    part.text.size() > 102'400 ? say(", and Gmail cuts mails at 102,400") : ""));
        } else {
            show_sizes(part, say);
        }
    }
    for (const std::string& name : all.value().lacking)
        fmt::print(
            stderr, "{}",
            say("journey: the template requires `{0}`; without it no message is sent. Give it "
                "with --data '{{\"{0}\": …}}'\n",
                name));
    return 0;
}

}  // namespace journey::app
