#include "engine/app/render_request.h"

namespace journey::app {
namespace {

struct Request {
    Value id;
    std::string source;
    Record data;
    render::Mode mode = render::Mode::strict;
    render::Partials partials;
    render::RenderOptions options;
};

std::string failed(const Value& id, const render::RenderError& problem) {
    Record error;
    put(error, "kind", render::name_of(problem.kind));
    put(error, "line", static_cast<std::int64_t>(problem.line));
    put(error, "message", problem.message);
    if (!problem.partial.empty()) put(error, "partial", problem.partial);
    return to_json(Value(Record{{"id", id}, {"error", Value(std::move(error))}}));
}

std::string refused(const Value& id, std::string message) {
    Record error;
    put(error, "kind", "request");
    put(error, "line", std::int64_t{0});
    put(error, "message", std::move(message));
    return to_json(Value(Record{{"id", id}, {"error", Value(std::move(error))}}));
}

bool flag(const Record& given, std::string_view name) {
    const Value* value = find(given, name);
    const bool* held = value == nullptr ? nullptr : value->as<bool>();
    return held != nullptr && *held;
}

/// Empty when all is well, else what is wrong with the request.
std::string read_mode(const Record& given, Request& request) {
    const Value* mode = find(given, "mode");
    if (mode == nullptr || mode->is_missing()) return {};
    const auto* name = mode->as<std::string>();
    const auto found = name == nullptr ? std::nullopt : mode_named(*name);
    if (!found) return "`mode` is lax, strict, strict2 or checked";
    request.mode = *found;
    return {};
}

std::string read_now(const Record& given, Request& request) {
    const Value* now = find(given, "now");
    if (now == nullptr || now->is_missing()) return {};
    if (const auto* seconds = now->as<std::int64_t>()) {
        constexpr std::int64_t kMost = 253'402'300'799;
        if (*seconds < -kMost || *seconds > kMost) return "`now` is beyond the year 9999";
        request.options.now = Instant{std::chrono::seconds{*seconds}};
        return {};
    }
    const auto* text = now->as<std::string>();
    if (text == nullptr) return "`now` is a text like \"2026-03-02T09:00:00Z\" or Unix seconds";
    auto at = parse_instant(*text);
    if (!at) return "`now` is a text like \"2026-03-02T09:00:00Z\" or Unix seconds";
    request.options.now = at.value();
    return {};
}

std::string read_partials(const Record& given, Request& request) {
    const Value* partials = find(given, "partials");
    if (partials == nullptr || partials->is_missing()) return {};
    const Record* all = partials->as<Record>();
    if (all == nullptr) return "`partials` is an object of names and sources";
    for (const NamedValue& one : *all) {
        const auto* source = one.value.as<std::string>();
        if (source == nullptr) return "`partials` is an object of names and sources";
        request.partials.add(one.name, *source, request.mode);
    }
    return {};
}

std::string read_budget(const Record& given, Request& request) {
    constexpr std::int64_t kMost = 1'000'000'000;
    for (const std::string_view name : {"steps", "bytes"}) {
        const Value* value = find(given, name);
        if (value == nullptr || value->is_missing()) continue;
        const auto* whole = value->as<std::int64_t>();
        if (whole == nullptr || *whole < 0 || *whole > kMost) {
            return "`steps` and `bytes` are whole numbers up to 1,000,000,000";
        }
        if (name == "steps") request.options.budget.steps = static_cast<std::uint32_t>(*whole);
        if (name == "bytes") request.options.budget.bytes = static_cast<std::size_t>(*whole);
    }
    return {};
}

std::string read_rest(Record& given, Request& request) {
    const Value* source = find(given, "template");
    const auto* text = source == nullptr ? nullptr : source->as<std::string>();
    if (text == nullptr) return "`template` must be a text";
    request.source = *text;
    const Value* data = find(given, "data");
    if (data != nullptr && !data->is_missing()) {
        const Record* record = data->as<Record>();
        if (record == nullptr) return "`data` must be an object";
        request.data = *record;
    }
    for (const auto read : {read_mode, read_now, read_partials, read_budget}) {
        if (std::string problem = read(given, request); !problem.empty()) return problem;
    }
    request.options.strict_variables = flag(given, "strict_variables");
    request.options.strict_filters = flag(given, "strict_filters");
    const Value* escape = find(given, "escape");
    if (escape != nullptr && *escape == Value("html")) {
        request.options.escape = render::Escape::html;
    }
    return {};
}

}  // namespace

std::optional<render::Mode> mode_named(std::string_view name) {
    if (name == "lax" || name == "warn") return render::Mode::lax;
    if (name == "strict") return render::Mode::strict;
    if (name == "strict2" || name == "rigid") return render::Mode::strict2;
    if (name == "checked") return render::Mode::checked;
    return std::nullopt;
}

Result<Record> render_data(std::string_view json) {
    TRY(Value value, value_from_json(json));
    const Record* record = value.as<Record>();
    if (record == nullptr) return error(ErrorCode::invalid, "a template's data is a JSON object");
    return *record;
}

std::string answer_render_request(std::string_view line, render::Renderer& renderer) {
    auto given = render_data(line);
    if (!given) return refused(Value(), given.error().detail);
    Request request;
    if (const Value* id = find(given.value(), "id")) request.id = *id;
    if (std::string problem = read_rest(given.value(), request); !problem.empty()) {
        return refused(request.id, std::move(problem));
    }
    request.options.partials = &request.partials;
    auto parsed = render::Template::parse(request.source, request.mode);
    if (const auto* problem = std::get_if<render::RenderError>(&parsed)) {
        return failed(request.id, *problem);
    }
    const auto made =
        renderer.render(std::get<render::Template>(parsed), request.data, request.options);
    if (const auto* problem = std::get_if<render::RenderError>(&made)) {
        return failed(request.id, *problem);
    }
    return to_json(
        Value(Record{{"id", request.id}, {"output", Value(std::get<std::string_view>(made))}}));
}

}  // namespace journey::app
