#pragma once
// The door of dsl/editor: a project's texts as somebody is typing them, and what an editor asks
// about a place in them. Places are byte offsets into the decoded text (source::Source::text).

#include "dsl/sema/sema.h"
#include "dsl/source/source.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace journey::editor {

using source::Diagnostic;
using source::FileId;
using source::Span;

/// What stands at a place: one name of the project.
struct Symbol {
    std::string kind;   // "event", "template", "property", "label", …
    std::string owner;  // of a property its event or "user", of a label its journey, …
    std::string name;
    Span span;  // of the name, without quotes
    bool declared = false;
};

/// The reader's words for English ones, which may have `{}` to be filled; absent: English.
using Words = std::function<std::string(std::string_view english)>;

struct Hover {
    Span span;
    std::string markdown;
};

enum class CompletionKind : unsigned char {
    keyword,
    event,
    property,
    value,
    function,
    snippet,
    message_template,
    name,
    label
};
struct Completion {
    CompletionKind kind = CompletionKind::keyword;
    std::string label;
    std::string detail;
    std::string documentation;  // Markdown
    std::string insert;         // LSP snippet syntax when `is_snippet`
    bool is_snippet = false;
};
struct Completions {
    Span replace;  // the word being written
    std::vector<Completion> items;
};

struct FileEdits {
    FileId file;
    std::vector<source::Edit> edits;  // in order, not overlapping
};
/// Either edits, or a sentence that says why not.
struct Renaming {
    std::vector<FileEdits> files;
    std::string refused;
};

struct OutlineItem {
    std::string kind;  // "journey", "event", "label", …
    std::string name;
    std::string detail;
    Span span;  // the whole
    Span name_span;
    std::vector<OutlineItem> children;
};

enum class Colour : unsigned char {
    keyword,
    event,
    type,
    message_template,
    segment,
    property,
    parameter,
    label,
    local,
    arm,
    function,
    number,
    text,
    comment,
    operation
};
struct Coloured {
    Span span;
    Colour colour = Colour::keyword;
    bool declares = false;
};

/// Every word the language gives a meaning, sorted: reserved ones and those that mean something in
/// their place only.
const std::vector<std::string_view>& keywords();

/// A project while it is edited. Only a text that changed is parsed again; names and types are
/// checked when somebody asks, in a large project first those near the file asked about. Not for
/// two threads.
class Project {
  public:
    /// `read_file` as in sema::Options.
    explicit Project(sema::Options options = {});
    ~Project();
    Project(Project&&) noexcept;
    Project& operator=(Project&&) noexcept;

    /// A file that is new, or its newest bytes. Names ending in .yaml or .yml are YAML.
    FileId put(const std::string& name, std::string_view bytes);
    void remove(const std::string& name);
    /// What read_file answers has changed.
    void touch();
    /// A file that is there.
    std::optional<FileId> find(std::string_view name) const;
    /// In order of arrival.
    std::vector<FileId> files() const;
    const source::SourceSet& sources() const;

    /// Everything wrong with the newest texts, by file and place; what only the finished Program
    /// shows (J0903) is not among it. The reference is good until the next put or remove.
    const std::vector<Diagnostic>& diagnostics();
    /// Checks the whole project, as diagnostics() does, but ends early once `stopped` says so: then
    /// the answer is false and nothing has changed. It is asked every millisecond or so.
    bool check_unless(const std::function<bool()>& stopped);
    /// Nothing changed since the whole project was checked.
    bool settled() const;
    /// What diagnostics() will say about this file, checked with the files that have to do with it:
    /// in a project of a thousand a hundredth of the time. Only what needs every name of the
    /// project (J0107, the names that are close to a misspelt one) may still differ.
    std::vector<Diagnostic> diagnostics_soon(FileId file);

    // What stands in a file is answered from a check near that file; references and renaming look
    // at the whole project.
    std::optional<Symbol> symbol_at(FileId file, std::uint32_t offset);
    /// Declarations first, then uses; each span without quotes.
    std::vector<Span> references(const Symbol& symbol, bool with_declarations = true);
    /// Only those in one file, in order.
    std::vector<Span> references_in(FileId file, const Symbol& symbol);
    std::vector<Span> definitions_at(FileId file, std::uint32_t offset);
    /// The file that a text in quotes names there (`use "shop.journey"`, `file "x.html"`), as
    /// written.
    std::optional<std::string> file_named_at(FileId file, std::uint32_t offset);
    Renaming rename(FileId file, std::uint32_t offset, const std::string& to);

    std::optional<Hover> hover(FileId file, std::uint32_t offset, const Words& words = {});
    Completions complete(FileId file, std::uint32_t offset);
    std::vector<OutlineItem> outline(FileId file);
    std::vector<Coloured> colours(FileId file);
    /// In the one style; nullopt when the file cannot be read, or is YAML.
    std::optional<std::string> formatted(FileId file);

    struct State;  // this room's own

  private:
    std::unique_ptr<State> state_;
};

// ---------------------------------------------------------------- fixing

/// What the certain fixes of a project came to, for one file.
struct Fixed {
    std::string name;
    std::string before;             // bytes, as given
    std::string after;              // with its own line ends and byte order mark
    std::vector<std::string> says;  // "J0101 line 12: write `signed_up`."
    /// Fixed text would have had more mistakes: `after` is `before`.
    bool held_back = false;
};
struct NamedText {
    std::string name;
    std::string bytes;
};
struct FixedProject {
    std::vector<Fixed> files;     // those with something in `says`, and those held back
    std::size_t errors_left = 0;  // in files that may change
};
/// Applies certain fixes until none is left, at most `rounds` times. Of two that overlap the first
/// in the file wins and the other waits for the next round. Files for which `may_change` is false
/// are read and left alone.
FixedProject fix_certain(const std::vector<NamedText>& files, const sema::Options& options,
                         const std::function<bool(const std::string& name)>& may_change,
                         int rounds = 5);

}  // namespace journey::editor
