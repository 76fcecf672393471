// SARIF 2.1.0, the form in which code hosts show the remarks of a tool beside the lines.

#include "dsl/source/render.h"
#include "dsl/source/text.h"

#include <boost/json.hpp>
#include <map>
#include <set>

namespace journey::source {
namespace {

namespace json = boost::json;

std::string_view level_of(Severity severity) {
    switch (severity) {
        case Severity::error:
            return "error";
        case Severity::warning:
            return "warning";
        case Severity::information:
            return "note";
    }
    return "error";
}

/// RFC 3986: a path as a relative reference, or a file address when it begins at the root.
std::string address_of(std::string_view name) {
    constexpr std::string_view kPlain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out = name.starts_with('/') ? "file://" : "";
    for (const char c : name) {
        if (kPlain.find(c) != std::string_view::npos) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += kHex[byte >> 4U];
        out += kHex[byte & 15U];
    }
    return out;
}

json::object region(const Source& source, const Span& span) {
    const Place begin = source.place_of(span.begin);
    const Place end = source.place_of(span.end);
    return {{"startLine", begin.line},
            {"startColumn", begin.column},
            {"endLine", end.line},
            {"endColumn", end.column}};
}

json::object place(const SourceSet& sources, const Span& span) {
    const Source& source = sources.at(span.file);
    return {{"artifactLocation", json::object{{"uri", address_of(source.name())}}},
            {"region", region(source, span)}};
}

std::string words_of(const Diagnostic& diagnostic) {
    std::string words = diagnostic.before;
    if (!diagnostic.after.empty()) words += "\n" + diagnostic.after;
    for (const std::string& help : diagnostic.help)
        words += "\nhelp: " + help;
    return words;
}

json::array fixes_of(const SourceSet& sources, const Diagnostic& diagnostic) {
    json::array fixes;
    for (const Fix& fix : diagnostic.fixes) {
        if (fix.edits.empty()) continue;
        std::map<FileId, json::array> by_file;
        for (const Edit& edit : fix.edits) {
            by_file[edit.span.file].push_back(
                json::object{{"deletedRegion", region(sources.at(edit.span.file), edit.span)},
                             {"insertedContent", json::object{{"text", edit.text}}}});
        }
        json::array changes;
        for (auto& [file, replacements] : by_file) {
            changes.push_back(json::object{
                {"artifactLocation", json::object{{"uri", address_of(sources.at(file).name())}}},
                {"replacements", std::move(replacements)}});
        }
        fixes.push_back(json::object{{"description", json::object{{"text", fix.says}}},
                                     {"artifactChanges", std::move(changes)}});
    }
    return fixes;
}

json::object result_of(const SourceSet& sources, const Diagnostic& diagnostic) {
    json::object out{
        {"ruleId", diagnostic.code},
        {"level", level_of(diagnostic.severity)},
        {"message", json::object{{"text", words_of(diagnostic)}}},
        {"locations",
         json::array{json::object{{"physicalLocation", place(sources, diagnostic.span)}}}}};
    json::array related;
    for (const Label& label : diagnostic.others) {
        json::object one{{"id", related.size() + 1},
                         {"physicalLocation", place(sources, label.span)}};
        if (!label.text.empty()) one["message"] = json::object{{"text", label.text}};
        related.push_back(std::move(one));
    }
    if (!related.empty()) out["relatedLocations"] = std::move(related);
    json::array fixes = fixes_of(sources, diagnostic);
    if (!fixes.empty()) out["fixes"] = std::move(fixes);
    return out;
}

}  // namespace

std::string render_sarif(const SourceSet& sources, const std::vector<Diagnostic>& diagnostics,
                         const std::vector<Allowed>& allowed) {
    json::array results;
    std::set<std::string> codes;
    for (const Diagnostic& one : diagnostics) {
        codes.insert(one.code);
        results.push_back(result_of(sources, one));
    }
    for (const Allowed& one : allowed) {
        codes.insert(one.diagnostic.code);
        json::object result = result_of(sources, one.diagnostic);
        result["suppressions"] =
            json::array{json::object{{"kind", "inSource"}, {"justification", one.reason}}};
        results.push_back(std::move(result));
    }
    json::array rules;
    for (const std::string& code : codes)
        rules.push_back(json::object{{"id", code}});
    const json::object driver{{"name", "journey"}, {"rules", std::move(rules)}};
    json::object run{{"tool", json::object{{"driver", driver}}},
                     {"columnKind", "unicodeCodePoints"},
                     {"results", std::move(results)}};
    return json::serialize(
        json::object{{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                     {"version", "2.1.0"},
                     {"runs", json::array{std::move(run)}}});
}

}  // namespace journey::source
