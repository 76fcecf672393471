#include "engine/app/lsp_server.h"

#include <algorithm>
#include <cstdlib>

namespace journey::app {
namespace {

constexpr std::size_t kJsonDepthMax = 64;

bool is_request(const json::value& message) {
    return find_in(message, {"id"}) != nullptr;
}

}  // namespace

void LspServer::send(const json::object& message) {
    output_.push_back(json::serialize(message));
}

std::vector<std::string> LspServer::take_output() {
    return std::exchange(output_, {});
}

void LspServer::lost(const std::string& why) {
    send(failure_json(nullptr, kInvalidRequest, why));
    exit_code_ = 1;
}

void LspServer::receive(const std::string& body) {
    boost::system::error_code problem;
    json::parse_options options;
    options.max_depth = kJsonDepthMax;
    json::value message = json::parse(body, problem, {}, options);
    if (problem) {
        send(failure_json(nullptr, kParseError, "this is not JSON: " + problem.message()));
        return;
    }
    take(std::move(message));
}

void LspServer::take(json::value message) {
    const json::value* id = find_in(message, {"id"});
    const bool good_id = id == nullptr || id->is_string() || id->is_int64() || id->is_uint64();
    const bool is_answer =
        message.is_object() && find_in(message, {"method"}) == nullptr &&
        (find_in(message, {"result"}) != nullptr || find_in(message, {"error"}) != nullptr);
    if (is_answer) return;  // to what we asked (watching files): nothing depends on it
    const auto method = text_in(message, {"method"});
    if (!method || !good_id || text_in(message, {"jsonrpc"}) != "2.0") {
        send(failure_json(id != nullptr && good_id ? *id : json::value(nullptr), kInvalidRequest,
                          "this is no JSON-RPC 2.0 message"));
        return;
    }
    if (*method == "$/cancelRequest") {
        const json::value* params = find_in(message, {"params"});
        if (params != nullptr) cancel(*params);
        return;
    }
    waiting_.push_back(std::move(message));
}

void LspServer::cancel(const json::value& params) {
    const json::value* id = find_in(params, {"id"});
    if (id == nullptr) return;
    const auto at = std::find_if(waiting_.begin(), waiting_.end(), [&](const json::value& one) {
        const json::value* other = find_in(one, {"id"});
        return other != nullptr && *other == *id;
    });
    if (at == waiting_.end()) return;  // answered already
    send(failure_json(*id, kRequestCancelled, "cancelled"));
    waiting_.erase(at);
}

void LspServer::work() {
    const json::value message = std::move(waiting_.front());
    waiting_.pop_front();
    const std::string method = *text_in(message, {"method"});
    const json::value none;
    const json::value* given = find_in(message, {"params"});
    const json::value& params = given == nullptr ? none : *given;
    if (is_request(message)) {
        request(*find_in(message, {"id"}), method, params);
    } else {
        notice(method, params);
    }
}

void LspServer::request(const json::value& id, const std::string& method,
                        const json::value& params) {
    if (phase_ == Phase::shut_down) {
        send(failure_json(id, kInvalidRequest, "the server was shut down"));
    } else if (method == "initialize") {
        if (phase_ != Phase::fresh) {
            send(failure_json(id, kInvalidRequest, "`initialize` comes once"));
            return;
        }
        send(answer_json(id, initialize(params)));
        phase_ = Phase::initialized;
    } else if (phase_ == Phase::fresh) {
        send(failure_json(id, kServerNotInitialized, "`initialize` comes first"));
    } else if (method == "shutdown") {
        phase_ = Phase::shut_down;
        send(answer_json(id, nullptr));
    } else if (auto answer = answer_question(workspace_, terms_, method, params)) {
        send(answer->code == 0 ? answer_json(id, std::move(answer->result))
                               : failure_json(id, answer->code, answer->message));
    } else {
        send(failure_json(id, kMethodNotFound, "there is no `" + method + "` here"));
    }
}

void LspServer::notice(const std::string& method, const json::value& params) {
    if (method == "exit") {
        exit_code_ = phase_ == Phase::shut_down ? 0 : 1;
        return;
    }
    if (phase_ != Phase::initialized) return;
    const auto uri = text_in(params, {"textDocument", "uri"});
    if (method == "initialized") {
        initialized();
    } else if (method == "textDocument/didOpen") {
        opened(params);
    } else if (method == "textDocument/didChange") {
        changed(params);
    } else if (method == "textDocument/didClose" && uri) {
        workspace_.close(*uri);
    } else if (method == "textDocument/didSave" && uri) {
        // What is open is known already; a file that is not counts as changed on disk.
        workspace_.disk_changed(*uri);
    } else if (method == "workspace/didChangeWatchedFiles") {
        const json::value* changes = find_in(params, {"changes"});
        if (changes == nullptr || !changes->is_array()) return;
        for (const json::value& change : changes->get_array()) {
            if (const auto where = text_in(change, {"uri"})) workspace_.disk_changed(*where);
        }
    }
}

json::value LspServer::initialize(const json::value& params) {
    const json::value* encodings =
        find_in(params, {"capabilities", "general", "positionEncodings"});
    if (encodings != nullptr && encodings->is_array()) {
        const auto& all = encodings->get_array();
        if (std::find(all.begin(), all.end(), json::value("utf-8")) != all.end())
            terms_.units = LspUnits::utf8;
    }
    // The language set for `journey` itself, else the editor's.
    const auto locale = text_in(params, {"locale"});
    terms_.language = locale && std::getenv("JOURNEY_LANG") == nullptr
                          ? translate::language_of(*locale)
                          : translate::language_of_environment();
    terms_.snippets = flag_in(
        params, {"capabilities", "textDocument", "completion", "completionItem", "snippetSupport"});
    terms_.watches_files = flag_in(
        params, {"capabilities", "workspace", "didChangeWatchedFiles", "dynamicRegistration"});
    const json::value* folders = find_in(params, {"workspaceFolders"});
    if (folders != nullptr && folders->is_array()) {
        for (const json::value& folder : folders->get_array()) {
            if (const auto uri = text_in(folder, {"uri"})) roots_.push_back(*uri);
        }
    } else if (const auto root = text_in(params, {"rootUri"})) {
        roots_.push_back(*root);
    }
    return json::object{{"capabilities", lsp_abilities(terms_)},
                        {"serverInfo", json::object{{"name", "journey"}}}};
}

void LspServer::initialized() {
    for (const std::string& root : roots_) {
        if (const auto path = path_of_uri(root)) workspace_.add_folder(*path);
    }
    if (!terms_.watches_files) return;
    json::array watchers;
    for (const char* pattern : {"**/*.journey", "**/*.journey.{yaml,yml}", "**/*.html"})
        watchers.push_back(json::object{{"globPattern", pattern}});
    json::object asked{
        {"jsonrpc", "2.0"},
        {"id", "watch"},
        {"method", "client/registerCapability"},
        {"params",
         json::object{{"registrations", json::array{json::object{
                                            {"id", "watch"},
                                            {"method", "workspace/didChangeWatchedFiles"},
                                            {"registerOptions",
                                             json::object{{"watchers", std::move(watchers)}}}}}}}}};
    send(asked);
}

void LspServer::opened(const json::value& params) {
    const auto uri = text_in(params, {"textDocument", "uri"});
    auto text = text_in(params, {"textDocument", "text"});
    if (!uri || !text) return;
    LspWorkspace::Document document;
    document.uri = *uri;
    document.version = number_in(params, {"textDocument", "version"}).value_or(0);
    document.bytes = std::move(*text);
    workspace_.open(std::move(document));
}

void LspServer::changed(const json::value& params) {
    const auto uri = text_in(params, {"textDocument", "uri"});
    LspWorkspace::Document* document = uri ? workspace_.document(*uri) : nullptr;
    const json::value* changes = find_in(params, {"contentChanges"});
    if (document == nullptr || changes == nullptr || !changes->is_array()) return;
    for (const json::value& change : changes->get_array()) {
        const auto text = text_in(change, {"text"});
        if (!text) continue;
        const auto from = position_in(change, {"range", "start"});
        const auto to = position_in(change, {"range", "end"});
        if (!from || !to) {
            document->bytes = *text;
            continue;
        }
        const std::size_t begin = offset_in_bytes(document->bytes, *from, terms_.units);
        const std::size_t end = offset_in_bytes(document->bytes, *to, terms_.units);
        document->bytes.replace(begin, std::max(begin, end) - begin, *text);
    }
    document->version = number_in(params, {"textDocument", "version"}).value_or(document->version);
    workspace_.changed(*document);
}

void LspServer::tell_edited(const std::function<bool()>& stopped) {
    if (phase_ != Phase::initialized) return;
    for (LspWorkspace::Folder* folder : workspace_.folders()) {
        for (const editor::FileId file : std::exchange(folder->edited, {}))
            tell_edited(*folder, file);
        // Was it so little that the whole project is known?
        if (folder->stale && folder->project.settled()) tell(*folder, stopped);
    }
}

bool LspServer::has_more_to_tell() const {
    if (phase_ != Phase::initialized) return false;
    const auto all = workspace_.folders();
    return std::any_of(all.begin(), all.end(),
                       [](const LspWorkspace::Folder* folder) { return folder->stale; });
}

void LspServer::tell_rest(const std::function<bool()>& stopped) {
    for (LspWorkspace::Folder* folder : workspace_.folders()) {
        if (folder->stale && folder->project.check_unless(stopped)) tell(*folder, stopped);
    }
}

void LspServer::tell_edited(LspWorkspace::Folder& folder, editor::FileId file) {
    const auto uri_of = [&](editor::FileId id) { return workspace_.uri_of(folder, id); };
    json::array list;
    for (const editor::Diagnostic& one : folder.project.diagnostics_soon(file)) {
        if (one.severity == source::Severity::information && !workspace_.owns(folder, file))
            continue;
        list.push_back(diagnostic_json(folder.project.sources(),
                                       translate::diagnostic(one, terms_.language), terms_.units,
                                       uri_of));
    }
    tell_file(folder, file, std::move(list));
}

void LspServer::tell(LspWorkspace::Folder& folder, const std::function<bool()>& stopped) {
    std::map<editor::FileId, std::vector<const editor::Diagnostic*>> by_file;
    // Files that had mistakes, or were there, are told to be without.
    for (const auto& [uri, told] : told_) {
        if (stopped()) return;
        if (told.nothing) continue;
        if (const auto file = workspace_.known_in(folder, uri)) by_file[*file];
    }
    for (const editor::FileId file : workspace_.open_in(folder))
        by_file[file];
    for (const editor::Diagnostic& one : folder.project.diagnostics()) {
        // That a shared file has more than this project needs is no news for those who use it.
        if (one.severity == source::Severity::information &&
            !workspace_.owns(folder, one.span.file))
            continue;
        by_file[one.span.file].push_back(&one);
    }
    const auto uri_of = [&](editor::FileId id) { return workspace_.uri_of(folder, id); };
    for (const auto& [file, all] : by_file) {
        if (stopped()) return;
        json::array list;
        for (const editor::Diagnostic* one : all)
            list.push_back(diagnostic_json(folder.project.sources(),
                                           translate::diagnostic(*one, terms_.language),
                                           terms_.units, uri_of));
        tell_file(folder, file, std::move(list));
    }
    folder.stale = false;
}

void LspServer::tell_file(LspWorkspace::Folder& folder, editor::FileId file, json::array list) {
    if (!workspace_.speaks_for(folder, file)) return;
    const LspWorkspace::Document* open = workspace_.document_of(folder, file);
    const std::string uri = workspace_.uri_of(folder, file);
    const bool nothing = list.empty() && open == nullptr;
    json::object params{{"uri", uri}, {"diagnostics", std::move(list)}};
    if (open != nullptr) params["version"] = open->version;
    std::string words = json::serialize(params);
    const auto known = told_.find(uri);
    if (known == told_.end() ? nothing : known->second.words == words) return;
    told_[uri] = {std::move(words), nothing};
    send(notice_json("textDocument/publishDiagnostics", std::move(params)));
}

}  // namespace journey::app
