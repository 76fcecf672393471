#include "engine/app/lsp_json.h"

namespace journey::app {

const json::value* find_in(const json::value& value, std::initializer_list<const char*> keys) {
    const json::value* at = &value;
    for (const char* key : keys) {
        const json::object* object = at->if_object();
        if (object == nullptr) return nullptr;
        at = object->if_contains(key);
        if (at == nullptr) return nullptr;
    }
    return at;
}

std::optional<std::string> text_in(const json::value& value,
                                   std::initializer_list<const char*> keys) {
    const json::value* at = find_in(value, keys);
    if (at == nullptr || !at->is_string()) return std::nullopt;
    return std::string(at->get_string());
}

std::optional<std::int64_t> number_in(const json::value& value,
                                      std::initializer_list<const char*> keys) {
    const json::value* at = find_in(value, keys);
    if (at == nullptr || !at->is_int64()) return std::nullopt;
    return at->get_int64();
}

bool flag_in(const json::value& value, std::initializer_list<const char*> keys) {
    const json::value* at = find_in(value, keys);
    return at != nullptr && at->is_bool() && at->get_bool();
}

std::optional<LspPosition> position_in(const json::value& value,
                                       std::initializer_list<const char*> keys) {
    const json::value* at = find_in(value, keys);
    if (at == nullptr) return std::nullopt;
    const auto line = number_in(*at, {"line"});
    const auto character = number_in(*at, {"character"});
    const auto fits = [](const std::optional<std::int64_t>& number) {
        return number && *number >= 0 && *number <= 0x7FFF'FFFF;
    };
    if (!fits(line) || !fits(character)) return std::nullopt;
    return LspPosition{static_cast<std::uint32_t>(*line), static_cast<std::uint32_t>(*character)};
}

json::object range_json(const source::SourceSet& sources, const editor::Span& span,
                        LspUnits units) {
    const source::Source& source = sources.at(span.file);
    const auto place = [&](std::uint32_t offset) {
        const LspPosition position = position_of(source, offset, units);
        return json::object{{"line", position.line}, {"character", position.character}};
    };
    return {{"start", place(span.begin)}, {"end", place(span.end)}};
}

json::object edit_json(const source::SourceSet& sources, const source::Edit& edit, LspUnits units) {
    return {{"range", range_json(sources, edit.span, units)}, {"newText", edit.text}};
}

json::object markdown_json(const std::string& text) {
    return {{"kind", "markdown"}, {"value", text}};
}

json::object diagnostic_json(const source::SourceSet& sources, const editor::Diagnostic& diagnostic,
                             LspUnits units,
                             const std::function<std::string(editor::FileId)>& uri_of) {
    std::string words = diagnostic.before;
    if (!diagnostic.after.empty()) words += "\n" + diagnostic.after;
    for (const std::string& help : diagnostic.help)
        words += "\nhelp: " + help;
    for (const source::Fix& fix : diagnostic.fixes) {
        if (fix.edits.empty()) words += "\nhelp: " + fix.says;
    }
    const int severity = diagnostic.severity == source::Severity::error     ? 1
                         : diagnostic.severity == source::Severity::warning ? 2
                                                                            : 3;
    json::object made{{"range", range_json(sources, diagnostic.span, units)},
                      {"severity", severity},
                      {"code", diagnostic.code},
                      {"source", "journey"},
                      {"message", words}};
    if (diagnostic.code == "J0111") made["tags"] = json::array{1};  // unnecessary: shown pale
    json::array others;
    for (const source::Label& other : diagnostic.others) {
        others.push_back(json::object{
            {"location", json::object{{"uri", uri_of(other.span.file)},
                                      {"range", range_json(sources, other.span, units)}}},
            {"message", other.text}});
    }
    if (!others.empty()) made["relatedInformation"] = std::move(others);
    return made;
}

json::object answer_json(const json::value& id, json::value result) {
    return {{"jsonrpc", "2.0"}, {"id", id}, {"result", std::move(result)}};
}

json::object failure_json(const json::value& id, int code, const std::string& message) {
    return {{"jsonrpc", "2.0"},
            {"id", id},
            {"error", json::object{{"code", code}, {"message", message}}}};
}

json::object notice_json(const char* method, json::value params) {
    return {{"jsonrpc", "2.0"}, {"method", method}, {"params", std::move(params)}};
}

}  // namespace journey::app
