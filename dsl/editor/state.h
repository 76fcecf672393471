#pragma once
// What a Project keeps, for the files of this room.

#include "dsl/ast/ast.h"
#include "dsl/editor/editor.h"

#include <map>
#include <set>

namespace journey::editor {

using sema::Occurrence;
using sema::Reading;

struct Project::State {
    sema::Options options;
    source::SourceSet sources;
    struct File {
        bool alive = true;
        bool readable = true;
        bool shared = false;                  // has what every file leans on: workspace, profile
        std::vector<Diagnostic> diagnostics;  // of its own text
        std::vector<std::string> words;       // all that could be names, sorted
        std::vector<std::string> declares;    // first parts of names, sorted
    };
    std::vector<File> files;       // by id
    std::vector<ast::File> trees;  // of files that are alive and readable, by id
    using Places = std::map<std::string, std::set<FileId>, std::less<>>;
    Places mentioned;
    Places declared;

    bool stale = true;
    std::vector<Diagnostic> diagnostics;
    sema::Model model;
    /// Sorted by place, each once. Between a check near a file and the next whole one, those of the
    /// other files are of that time.
    sema::Names names;

    /// What a check near one file found, since the last change.
    struct Near {
        FileId file;
        std::vector<Diagnostic> diagnostics;  // of that file
        sema::Model model;
    };
    std::optional<Near> near;

    /// A change: what was found is old.
    void changed();
    /// Checks the whole project.
    void check();
    /// As much of the project as the answers about this file need.
    void settle(FileId file);
    /// Notes which names a file mentions and declares, instead of what it did before.
    void index(FileId file);
    /// The newest knowledge first.
    std::vector<const ir::Program*> schemas() const;
    /// Declarations first.
    std::vector<Span> places_of(const Symbol& symbol, bool with_declarations) const;

    std::vector<ast::File>::iterator tree_at(FileId file);
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

/// By place, each once.
void put_in_order(sema::Names& names);

bool same_thing(const Occurrence& one, std::string_view kind, std::string_view owner,
                std::string_view name);

}  // namespace journey::editor
