#include "dsl/source/render.h"
#include "dsl/source/spare.h"

#include <boost/json.hpp>

namespace journey::source {
namespace {

namespace json = boost::json;

json::object place(const Source& source, std::uint32_t offset) {
    const Place at = source.place_of(offset);
    return {{"line", at.line},
            {"column", at.column},
            {"utf16", source.utf16_column_of(offset)},
            {"offset", offset}};
}

json::object range(const SourceSet& sources, const Span& span) {
    const Source& source = sources.at(span.file);
    return {{"file", source.name()},
            {"start", place(source, span.begin)},
            {"end", place(source, span.end)}};
}

json::object object_of(const SourceSet& sources, const Diagnostic& diagnostic) {
    json::array related;
    for (const Label& label : diagnostic.others) {
        json::object one = range(sources, label.span);
        one["text"] = label.text;
        related.push_back(std::move(one));
    }
    json::array help;
    for (const std::string& line : diagnostic.help)
        help.push_back(json::string(line));
    json::array fixes;
    for (const Fix& fix : diagnostic.fixes) {
        json::array edits;
        for (const Edit& edit : fix.edits) {
            json::object one = range(sources, edit.span);
            one["text"] = edit.text;
            edits.push_back(std::move(one));
        }
        fixes.push_back(json::object{{"applicability", name_of(fix.applicability)},
                                     {"says", fix.says},
                                     {"edits", std::move(edits)}});
    }
    json::object out = range(sources, diagnostic.span);
    out["code"] = diagnostic.code;
    out["severity"] = name_of(diagnostic.severity);
    out["title"] = diagnostic.title;
    out["message"] = diagnostic.before;
    out["label"] = diagnostic.label;
    out["reason"] = diagnostic.after;
    out["related"] = std::move(related);
    out["help"] = std::move(help);
    out["fixes"] = std::move(fixes);
    return out;
}

}  // namespace

std::string render_json(const SourceSet& sources, const std::vector<Diagnostic>& diagnostics) {
    json::array all;
    for (const Diagnostic* diagnostic : worth_showing(sources, diagnostics))
        all.push_back(object_of(sources, *diagnostic));
    return json::serialize(all);
}

}  // namespace journey::source
