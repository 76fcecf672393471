#pragma once
// What a Project keeps, for the files of this room.

#include "dsl/ast/ast.h"
#include "dsl/editor/editor.h"

#include <map>
#include <set>

namespace journey::editor {

using sema::Occurrence;
using sema::Reading;

/// Says that nobody waits any more; none: somebody does, to the end.
using Stopped = std::function<bool()>;

/// What checks made and nobody needs. Of a large project it is taken apart a piece at a time when
/// there is time: all at once that is a pause that somebody who types feels.
struct Leftovers {
    std::vector<sema::Names> names;
    std::vector<sema::Model> models;

    /// False when `stopped` said so before all was gone.
    bool clear(const Stopped& stopped);
};

struct Project::State {
    sema::Options options;
    source::SourceSet sources;
    struct File {
        bool alive = true;
        bool readable = true;
        bool shared = false;                  // has what every file leans on: workspace, profile
        std::vector<Diagnostic> diagnostics;  // of its own text
        std::vector<Span> comments;
        std::vector<std::string> words;     // all that could be names, sorted
        std::vector<std::string> declares;  // first parts of names, sorted
        /// By place, each once; of the last check that saw this file.
        sema::Names names;
    };
    std::vector<File> files;       // by id
    std::vector<ast::File> trees;  // of files that are alive and readable, by id
    using Places = std::map<std::string, std::set<FileId>, std::less<>>;
    Places mentioned;
    Places declared;

    bool stale = true;
    std::vector<Diagnostic> diagnostics;
    sema::Model model;
    Leftovers leftovers;

    /// What a check near one file found, since the last change.
    struct Near {
        FileId file;
        std::vector<Diagnostic> diagnostics;  // of that file
        sema::Model model;
    };
    std::optional<Near> near;

    /// A change: what was found is old.
    void changed();
    /// Checks the whole project. When `stopped` says so first, nothing is known that was not.
    void check(const Stopped& stopped = {});
    /// As much of the project as the answers about this file need.
    void settle(FileId file);
    /// Checks `some` files for what is wrong with one of them; `cut`: they mention more.
    void check_near(FileId file, const std::set<FileId>& some, bool cut);
    /// Is something wrong, as far as is known, in other files?
    bool error_beyond(const std::set<FileId>& some) const;
    /// Does another file have a word that stands there?
    bool mentioned_beyond(const std::set<FileId>& some, Span span) const;
    /// Takes out what the comments of the files allow; puts what is left in order.
    void finish(std::vector<Diagnostic>& found, const std::vector<Span>& comments) const;
    /// Notes which names a file mentions and declares, instead of what it did before.
    void index(FileId file);
    /// The newest knowledge first.
    std::vector<const ir::Program*> schemas() const;
    /// In the whole project, by place.
    std::vector<const Occurrence*> occurrences_of(std::string_view kind, std::string_view owner,
                                                  std::string_view name) const;
    /// Declarations first.
    std::vector<Span> places_of(const Symbol& symbol, bool with_declarations) const;

    std::vector<ast::File>::iterator tree_at(FileId file);
    const ast::File* tree_of(FileId file) const;
    /// Instead of the one with the same id, if there is one.
    void plant(ast::File tree);
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

/// Deals names out to the files they stand in, in the order they are kept. False when `stopped` said
/// so first.
bool deal_out(sema::Names& names, std::vector<sema::Names>& by_file, const Stopped& stopped);

}  // namespace journey::editor
