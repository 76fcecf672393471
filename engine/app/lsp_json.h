#pragma once
// Reading what an editor sends without trusting its shape, and writing what it understands.

#include "dsl/editor/editor.h"
#include "engine/app/lsp_text.h"

#include <boost/json.hpp>

namespace journey::app {

namespace json = boost::json;

// JSON-RPC's and the protocol's own codes.
inline constexpr int kParseError = -32700;
inline constexpr int kInvalidRequest = -32600;
inline constexpr int kMethodNotFound = -32601;
inline constexpr int kInvalidParams = -32602;
inline constexpr int kServerNotInitialized = -32002;
inline constexpr int kRequestCancelled = -32800;
inline constexpr int kRequestFailed = -32803;

/// The value at the end of the keys, or null.
const json::value* find_in(const json::value& value, std::initializer_list<const char*> keys);
std::optional<std::string> text_in(const json::value& value,
                                   std::initializer_list<const char*> keys);
std::optional<std::int64_t> number_in(const json::value& value,
                                      std::initializer_list<const char*> keys);
bool flag_in(const json::value& value, std::initializer_list<const char*> keys);
std::optional<LspPosition> position_in(const json::value& value,
                                       std::initializer_list<const char*> keys);

json::object range_json(const source::SourceSet& sources, const editor::Span& span, LspUnits units);
json::object edit_json(const source::SourceSet& sources, const source::Edit& edit, LspUnits units);
json::object markdown_json(const std::string& text);

/// `uri_of` gives the address of a file, for the other places a diagnostic points at.
json::object diagnostic_json(const source::SourceSet& sources, const editor::Diagnostic& diagnostic,
                             LspUnits units,
                             const std::function<std::string(editor::FileId)>& uri_of);

json::object answer_json(const json::value& id, json::value result);
json::object failure_json(const json::value& id, int code, const std::string& message);
json::object notice_json(const char* method, json::value params);

}  // namespace journey::app
