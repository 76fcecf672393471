#pragma once
// The door of dsl/ast: the tree both surfaces build. Plain data; the parser and the YAML front end
// fill it, sema reads it. Every node has the span an author would point at.

#include "dsl/ast/declarations.h"
#include "dsl/ast/expr.h"
#include "dsl/ast/journey.h"
#include "dsl/ast/names.h"
#include "dsl/ast/tests.h"

namespace journey::ast {

struct Language {
    Integer edition;
};

struct Use {
    Text file;
    std::optional<Name> as;
};

using ItemKind =
    std::variant<Language, Use, Workspace, ProfileDecl, EventDecl, ChannelDecl, ConsentDecl,
                 FrequencyDecl, QuietDecl, WebhookDecl, FetchDecl, CatalogueDecl, TemplateDecl,
                 SegmentDecl, BandDecl, SnippetDecl, JourneyDecl, TestDecl>;

struct Item {
    Span span;
    Span keyword;
    ItemKind what;
};

struct File {
    FileId id;
    std::vector<Item> items;        // in source order; ones that could not be read are absent
    std::vector<Comment> comments;  // in source order
};

}  // namespace journey::ast
