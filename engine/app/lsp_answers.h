#pragma once
// What the server answers to the questions of an editor about its texts.

#include "dsl/translate/translate.h"
#include "engine/app/lsp_json.h"
#include "engine/app/lsp_workspace.h"

namespace journey::app {

/// What the two sides agreed on.
struct LspTerms {
    LspUnits units = LspUnits::utf16;
    translate::Language language = translate::Language::english;
    bool snippets = false;
    bool watches_files = false;  // can be asked to
};

/// `code` is 0 for a good one.
struct LspAnswer {
    json::value result;
    int code = 0;
    std::string message;
};

/// Nullopt when there is no such question. Never throws for anything in `params`.
std::optional<LspAnswer> answer_question(LspWorkspace& workspace, const LspTerms& terms,
                                         std::string_view method, const json::value& params);

/// What `initialize` says this server can do.
json::object lsp_abilities(const LspTerms& terms);

}  // namespace journey::app
