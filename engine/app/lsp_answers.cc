#include "engine/app/lsp_answers.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace journey::app {
namespace {

using editor::Colour;
using editor::CompletionKind;
using editor::FileId;
using editor::Span;
using Folder = LspWorkspace::Folder;

// The legend; `Colour` in the same order.
constexpr std::array<const char*, 15> kTokenTypes = {
    "keyword",  "event",      "type",     "class",  "enum",   "property", "parameter", "variable",
    "variable", "enumMember", "function", "number", "string", "comment",  "operator"};

struct Question {
    LspWorkspace& workspace;
    const LspTerms& terms;
    const json::value& params;
    Folder& folder;
    FileId file;
    std::uint32_t offset = 0;  // when the question has a position

    editor::Project& project() const { return folder.project; }
    const source::SourceSet& sources() const { return folder.project.sources(); }
    const source::Source& source() const { return sources().at(file); }
    json::object range(const Span& span) const { return range_json(sources(), span, terms.units); }
    std::string uri(FileId id) const { return workspace.uri_of(folder, id); }
    json::object location(const Span& span) const {
        return {{"uri", uri(span.file)}, {"range", range(span)}};
    }
    /// In the reader's language, if there are words for it.
    std::string words(std::string_view english) const {
        const translate::Speech say(terms.language);
        if (translate::is_spoken(english)) return std::string(say.words(english));
        return translate::sentence(english, terms.language).value_or(std::string(english));
    }
    json::array edits(const std::vector<source::Edit>& all) const {
        json::array made;
        for (const source::Edit& edit : all)
            made.push_back(edit_json(sources(), edit, terms.units));
        return made;
    }
};

LspAnswer good(json::value result) {
    return {std::move(result), 0, {}};
}
LspAnswer bad(int code, std::string message) {
    return {nullptr, code, std::move(message)};
}

LspAnswer hover(const Question& q) {
    const auto found = q.project().hover(
        q.file, q.offset, [&](std::string_view english) { return q.words(english); });
    if (!found) return good(nullptr);
    return good(json::object{{"contents", markdown_json(found->markdown)},
                             {"range", q.range(found->span)}});
}

int protocol_kind(CompletionKind kind) {
    switch (kind) {
        case CompletionKind::keyword:
            return 14;
        case CompletionKind::event:
            return 23;
        case CompletionKind::property:
            return 10;
        case CompletionKind::value:
            return 12;
        case CompletionKind::function:
            return 3;
        case CompletionKind::snippet:
            return 15;
        case CompletionKind::message_template:
            return 7;
        case CompletionKind::name:
            return 6;
        case CompletionKind::label:
            return 18;
    }
    return 1;
}

LspAnswer completion(const Question& q) {
    const editor::Completions found = q.project().complete(q.file, q.offset);
    json::array items;
    const json::object range = q.range(found.replace);
    for (const editor::Completion& one : found.items) {
        const bool plain = one.is_snippet && !q.terms.snippets;
        if (plain && one.kind == CompletionKind::snippet) continue;
        // Names of the project before the words of the language, whole statements last.
        const char* order = one.kind == CompletionKind::keyword   ? "2"
                            : one.kind == CompletionKind::snippet ? "3"
                                                                  : "1";
        json::object item{{"label", one.label},
                          {"kind", protocol_kind(one.kind)},
                          {"sortText", order + one.label},
                          {"textEdit", json::object{{"range", range},
                                                    {"newText", plain ? one.label : one.insert}}}};
        if (one.is_snippet && !plain) item["insertTextFormat"] = 2;
        if (!one.detail.empty()) item["detail"] = q.words(one.detail);
        if (!one.documentation.empty()) item["documentation"] = markdown_json(one.documentation);
        items.push_back(std::move(item));
    }
    return good(json::object{{"isIncomplete", false}, {"items", std::move(items)}});
}

LspAnswer definition(const Question& q) {
    if (const auto name = q.project().file_named_at(q.file, q.offset)) {
        const auto uri = q.workspace.uri_beside(q.folder, *name);
        if (!uri) return good(nullptr);
        const json::object start{{"line", 0}, {"character", 0}};
        return good(json::array{json::object{
            {"uri", *uri}, {"range", json::object{{"start", start}, {"end", start}}}}});
    }
    json::array found;
    for (const Span& span : q.project().definitions_at(q.file, q.offset))
        found.push_back(q.location(span));
    return good(std::move(found));
}

LspAnswer references(const Question& q) {
    const auto symbol = q.project().symbol_at(q.file, q.offset);
    if (!symbol) return good(json::array());
    json::array found;
    const bool all = flag_in(q.params, {"context", "includeDeclaration"});
    for (const Span& span : q.project().references(*symbol, all))
        found.push_back(q.location(span));
    return good(std::move(found));
}

LspAnswer highlights(const Question& q) {
    const auto symbol = q.project().symbol_at(q.file, q.offset);
    json::array found;
    if (symbol) {
        for (const Span& span : q.project().references_in(q.file, *symbol))
            found.push_back(json::object{{"range", q.range(span)}});
    }
    return good(std::move(found));
}

LspAnswer prepare_rename(const Question& q) {
    const auto symbol = q.project().symbol_at(q.file, q.offset);
    if (!symbol || !symbol->declared) return good(nullptr);
    return good(json::object{{"range", q.range(symbol->span)}, {"placeholder", symbol->name}});
}

LspAnswer rename(const Question& q) {
    const auto to = text_in(q.params, {"newName"});
    if (!to) return bad(kInvalidParams, "`newName` is missing");
    const editor::Renaming made = q.project().rename(q.file, q.offset, *to);
    if (!made.refused.empty()) return bad(kRequestFailed, q.words(made.refused));
    json::object changes;
    for (const editor::FileEdits& file : made.files)
        changes[q.uri(file.file)] = q.edits(file.edits);
    return good(json::object{{"changes", std::move(changes)}});
}

/// One edit: the lines between the first and the last that differ.
std::optional<source::Edit> line_edit(FileId file, const std::string& before,
                                      const std::string& after) {
    if (before == after) return std::nullopt;
    const std::size_t shorter = std::min(before.size(), after.size());
    std::size_t head = 0;
    while (head < shorter && before[head] == after[head])
        ++head;
    while (head > 0 && before[head - 1] != '\n')
        --head;
    std::size_t tail = 0;
    while (tail < shorter - head &&
           before[before.size() - 1 - tail] == after[after.size() - 1 - tail])
        ++tail;
    while (tail > 0 && before[before.size() - tail - 1] != '\n')
        --tail;
    return source::Edit{
        {file, static_cast<std::uint32_t>(head), static_cast<std::uint32_t>(before.size() - tail)},
        after.substr(head, after.size() - tail - head)};
}

LspAnswer formatting(const Question& q) {
    const auto made = q.project().formatted(q.file);
    if (!made) return good(nullptr);
    auto edit = line_edit(q.file, q.source().text(), *made);
    if (!edit) return good(json::array());
    if (q.source().line_end == source::LineEnd::crlf) {
        for (std::size_t at = 0; (at = edit->text.find('\n', at)) != std::string::npos; at += 2)
            edit->text.insert(at, 1, '\r');
    }
    return good(q.edits({*edit}));
}

std::string capitalised(std::string text) {
    if (!text.empty())
        text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
    if (text.ends_with('.')) text.pop_back();
    return text;
}

json::object workspace_edit(const Question& q, const std::vector<source::Edit>& edits) {
    std::map<FileId, std::vector<source::Edit>> by_file;
    for (const source::Edit& edit : edits)
        by_file[edit.span.file].push_back(edit);
    json::object changes;
    for (const auto& [file, list] : by_file)
        changes[q.uri(file)] = q.edits(list);
    return {{"changes", std::move(changes)}};
}

/// Is an action of this kind asked for? An editor that names none wants all.
bool wants(const json::value& params, std::string_view kind) {
    const json::value* only = find_in(params, {"context", "only"});
    if (only == nullptr || !only->is_array()) return true;
    for (const json::value& one : only->get_array()) {
        if (!one.is_string()) continue;
        const std::string_view asked(one.get_string());
        if (kind == asked || (kind.starts_with(asked) && kind[asked.size()] == '.')) return true;
    }
    return false;
}

/// Every certain fix of the file that does not touch one before it.
std::vector<source::Edit> all_certain(const std::vector<editor::Diagnostic>& mistakes,
                                      FileId file) {
    std::vector<source::Edit> all;
    for (const editor::Diagnostic& one : mistakes) {
        for (const source::Fix& fix : one.fixes) {
            const bool fits = fix.applicability == source::Applicability::certain &&
                              std::all_of(fix.edits.begin(), fix.edits.end(), [&](const auto& e) {
                                  return e.span.file == file &&
                                         (all.empty() || all.back().span.end < e.span.begin);
                              });
            if (!fits || fix.edits.empty()) continue;
            all.insert(all.end(), fix.edits.begin(), fix.edits.end());
            break;
        }
    }
    return all;
}

LspAnswer code_actions(const Question& q) {
    const auto from = position_in(q.params, {"range", "start"});
    const auto to = position_in(q.params, {"range", "end"});
    if (!from || !to) return bad(kInvalidParams, "`range` is missing");
    const std::uint32_t begin = offset_of(q.source(), *from, q.terms.units);
    const std::uint32_t end = offset_of(q.source(), *to, q.terms.units);
    json::array actions;
    // Editors ask this by themselves after every edit, and then it must not take a check of the
    // whole project. Somebody who wants to mend is told what is certain.
    constexpr int kAutomatic = 2;
    const bool mends_all = find_in(q.params, {"context", "only"}) != nullptr &&
                           wants(q.params, "source.fixAll.journey");
    if (mends_all || number_in(q.params, {"context", "triggerKind"}) != kAutomatic)
        q.project().diagnostics();
    const std::vector<editor::Diagnostic> mistakes = q.project().diagnostics_soon(q.file);
    for (const editor::Diagnostic& english : mistakes) {
        if (!wants(q.params, "quickfix")) break;
        if (english.span.end < begin || end < english.span.begin) continue;
        const editor::Diagnostic one = translate::diagnostic(english, q.terms.language);
        for (const source::Fix& fix : one.fixes) {
            if (fix.edits.empty()) continue;
            const bool certain = fix.applicability == source::Applicability::certain;
            actions.push_back(json::object{
                {"title", capitalised(fix.says)},
                {"kind", "quickfix"},
                {"isPreferred", certain},
                {"diagnostics", json::array{diagnostic_json(q.sources(), one, q.terms.units,
                                                            [&](FileId id) { return q.uri(id); })}},
                {"edit", workspace_edit(q, fix.edits)}});
        }
    }
    // Whether a name is the only close one is known when all names are.
    const std::vector<source::Edit> all =
        q.project().settled() ? all_certain(mistakes, q.file) : std::vector<source::Edit>();
    if (!all.empty() && wants(q.params, "source.fixAll.journey")) {
        actions.push_back(json::object{{"title", q.words("Write all certain mends of this file")},
                                       {"kind", "source.fixAll.journey"},
                                       {"edit", workspace_edit(q, all)}});
    }
    return good(std::move(actions));
}

int symbol_kind(const std::string& kind) {
    static const std::map<std::string, int, std::less<>> kKinds = {
        {"journey", 5}, {"event", 24},   {"template", 15}, {"segment", 10},
        {"band", 10},   {"test", 6},     {"profile", 23},  {"property", 7},
        {"label", 20},  {"variable", 7}, {"local", 13},    {"arm", 22},
        {"goal", 22},   {"snippet", 12}, {"webhook", 12},  {"fetch", 12}};
    const auto at = kKinds.find(kind);
    return at == kKinds.end() ? 19 : at->second;
}

json::object outline_json(const Question& q, const editor::OutlineItem& item) {
    json::array children;
    for (const editor::OutlineItem& child : item.children)
        children.push_back(outline_json(q, child));
    return {{"name", item.name.empty() ? item.kind : item.name},
            {"detail", item.kind},
            {"kind", symbol_kind(item.kind)},
            {"range", q.range(item.span)},
            {"selectionRange", q.range(item.name_span)},
            {"children", std::move(children)}};
}

LspAnswer document_symbols(const Question& q) {
    json::array all;
    for (const editor::OutlineItem& item : q.project().outline(q.file))
        all.push_back(outline_json(q, item));
    return good(std::move(all));
}

LspAnswer semantic_tokens(const Question& q) {
    json::array data;
    LspPosition last;
    for (const editor::Coloured& one : q.project().colours(q.file)) {
        const LspPosition at = position_of(q.source(), one.span.begin, q.terms.units);
        const std::string_view words = q.source().slice(one.span);
        if (words.find('\n') != std::string_view::npos) continue;
        data.push_back(at.line - last.line);
        data.push_back(at.line == last.line ? at.character - last.character : at.character);
        data.push_back(length_of(words, q.terms.units));
        data.push_back(static_cast<int>(one.colour));
        data.push_back(one.declares ? 1 : 0);
        last = at;
    }
    return good(json::object{{"data", std::move(data)}});
}

LspAnswer workspace_symbols(LspWorkspace& workspace, const LspTerms& terms,
                            const json::value& params) {
    const std::string query = text_in(params, {"query"}).value_or("");
    json::array all;
    for (Folder* folder : workspace.folders()) {
        for (const FileId file : folder->project.files()) {
            if (!workspace.speaks_for(*folder, file)) continue;
            for (const editor::OutlineItem& item : folder->project.outline(file)) {
                if (item.name.find(query) == std::string::npos) continue;
                all.push_back(json::object{
                    {"name", item.name},
                    {"kind", symbol_kind(item.kind)},
                    {"location",
                     json::object{{"uri", workspace.uri_of(*folder, file)},
                                  {"range", range_json(folder->project.sources(), item.name_span,
                                                       terms.units)}}}});
            }
        }
    }
    return good(std::move(all));
}

struct Row {
    std::string_view method;
    LspAnswer (*answer)(const Question&);
    bool at_position;
};
constexpr std::array kQuestions = {
    Row{"textDocument/hover", hover, true},
    Row{"textDocument/completion", completion, true},
    Row{"textDocument/definition", definition, true},
    Row{"textDocument/references", references, true},
    Row{"textDocument/documentHighlight", highlights, true},
    Row{"textDocument/prepareRename", prepare_rename, true},
    Row{"textDocument/rename", rename, true},
    Row{"textDocument/formatting", formatting, false},
    Row{"textDocument/codeAction", code_actions, false},
    Row{"textDocument/documentSymbol", document_symbols, false},
    Row{"textDocument/semanticTokens/full", semantic_tokens, false},
};

}  // namespace

std::optional<LspAnswer> answer_question(LspWorkspace& workspace, const LspTerms& terms,
                                         std::string_view method, const json::value& params) {
    if (method == "workspace/symbol") return workspace_symbols(workspace, terms, params);
    const auto* row = std::find_if(kQuestions.begin(), kQuestions.end(),
                                   [&](const Row& one) { return one.method == method; });
    if (row == kQuestions.end()) return std::nullopt;
    const auto uri = text_in(params, {"textDocument", "uri"});
    if (!uri) return bad(kInvalidParams, "`textDocument.uri` is missing");
    const auto where = workspace.where(*uri);
    if (!where) return bad(kInvalidParams, "I do not know this document");
    Question question{workspace, terms, params, *where->folder, where->file};
    if (row->at_position) {
        const auto position = position_in(params, {"position"});
        if (!position) return bad(kInvalidParams, "`position` is missing");
        question.offset = offset_of(question.source(), *position, terms.units);
    }
    return row->answer(question);
}

json::object lsp_abilities(const LspTerms& terms) {
    json::array types;
    for (const char* type : kTokenTypes)
        types.push_back(type);
    return {{"positionEncoding", terms.units == LspUnits::utf8 ? "utf-8" : "utf-16"},
            {"textDocumentSync",
             json::object{{"openClose", true}, {"change", 2}, {"save", json::object{}}}},
            {"hoverProvider", true},
            {"completionProvider", json::object{{"triggerCharacters", json::array{".", " ", "("}}}},
            {"definitionProvider", true},
            {"referencesProvider", true},
            {"documentHighlightProvider", true},
            {"renameProvider", json::object{{"prepareProvider", true}}},
            {"documentFormattingProvider", true},
            {"codeActionProvider",
             json::object{{"codeActionKinds", json::array{"quickfix", "source.fixAll.journey"}}}},
            {"documentSymbolProvider", true},
            {"workspaceSymbolProvider", true},
            {"semanticTokensProvider",
             json::object{{"legend", json::object{{"tokenTypes", std::move(types)},
                                                  {"tokenModifiers", json::array{"declaration"}}}},
                          {"full", true}}},
            {"workspace",
             json::object{{"workspaceFolders",
                           json::object{{"supported", true}, {"changeNotifications", true}}}}}};
}

}  // namespace journey::app
