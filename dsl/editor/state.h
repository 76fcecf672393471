#pragma once
// What a Project keeps, for the files of this room.

#include "dsl/ast/ast.h"
#include "dsl/editor/editor.h"

namespace journey::editor {

using sema::Occurrence;
using sema::Reading;

struct Project::State {
    sema::Options options;
    source::SourceSet sources;
    struct File {
        bool alive = true;
        bool readable = true;
        std::vector<Diagnostic> diagnostics;  // of its own text
    };
    std::vector<File> files;       // by id
    std::vector<ast::File> trees;  // of files that are alive and readable, by id
    bool stale = true;
    std::vector<Diagnostic> diagnostics;
    sema::Model model;
    sema::Names names;  // sorted by place, each once

    void check();
    const ast::File* tree_of(FileId file) const;
    bool is_yaml(FileId file) const;
    /// The item of the file around `offset`.
    const ast::Item* item_at(FileId file, std::uint32_t offset) const;
    /// All occurrences whose span lies in `span`.
    std::vector<const Occurrence*> occurrences_in(Span span) const;
    /// The span without the quotes it may have.
    Span bare(const Occurrence& one) const;
    std::string_view slice(Span span) const { return sources.slice(span); }
    const std::string& text_of(FileId file) const { return sources.at(file).text(); }
};

/// The name of an item and what kind of thing it is; kind is "" for those without a name.
struct ItemName {
    std::string kind;
    std::string name;
    Span span;
};
ItemName name_of(const ast::Item& item);

bool same_thing(const Occurrence& one, std::string_view kind, std::string_view owner,
                std::string_view name);

}  // namespace journey::editor
