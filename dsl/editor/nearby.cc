// What is wrong with one file, soon: it is checked with the files whose names it mentions, and with
// some that mention its names, instead of with a project of thousands.

#include "dsl/editor/state.h"

#include <algorithm>
#include <array>
#include <limits>

namespace journey::editor {
namespace {

// A project this small is checked whole before anybody sees the difference.
constexpr std::size_t kSmallFiles = 30;
constexpr std::size_t kSmallBytes = 128 * 1024;
// What a file mentions is always looked at, and what that mentions in turn, and so on until this
// much was read: in a project where everything hangs together that would be everything.
constexpr std::size_t kFarBytesMax = 96 * 1024;
// That a name is used is seen from a few of its users: of more than this, only as many as it takes
// for each name to have one.
constexpr std::size_t kUsersMax = 24;

// A label may stand in any journey.
constexpr std::string_view kNoMessage = "NO MESSAGE SAYS THAT";

/// What sema does not say while there are errors: what could not be read may be what is missing.
bool needs_all_read(const Diagnostic& one) {
    constexpr std::array<std::string_view, 6> kTitles = {"NEVER USED",         "NO TEST",
                                                         "NOTHING IN IT",      "ALLOWS NOTHING",
                                                         "IT EXPECTS NOTHING", kNoMessage};
    return std::find(kTitles.begin(), kTitles.end(), one.title) != kTitles.end();
}

bool in_a_word(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           (byte >= 'A' && byte <= 'Z') || byte == '_' || byte >= 0x80;
}

/// Everything that could be a name, sorted. A word that only looks like one costs a file more to
/// check and nothing else.
std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    for (std::size_t at = 0; at < text.size();) {
        if (!in_a_word(text[at])) {
            ++at;
            continue;
        }
        const std::size_t from = at;
        while (at < text.size() && in_a_word(text[at]))
            ++at;
        words.push_back(text.substr(from, at - from));
    }
    std::sort(words.begin(), words.end());
    words.erase(std::unique(words.begin(), words.end()), words.end());
    return {words.begin(), words.end()};
}

/// Writes down that `file` has now `words` and no longer `before`.
void note(Project::State::Places& places, FileId file, const std::vector<std::string>& before,
          const std::vector<std::string>& words) {
    std::vector<std::string> gone;
    std::set_difference(before.begin(), before.end(), words.begin(), words.end(),
                        std::back_inserter(gone));
    for (const std::string& word : gone) {
        const auto at = places.find(word);
        at->second.erase(file);
        if (at->second.empty()) places.erase(at);
    }
    std::vector<std::string> come;
    std::set_difference(words.begin(), words.end(), before.begin(), before.end(),
                        std::back_inserter(come));
    for (std::string& word : come)
        places[std::move(word)].insert(file);
}

/// Files that have to do with one, itself among them.
class Nearby {
  public:
    Nearby(const Project::State& state, FileId edited) : state_(state) {
        take(edited);
        for (std::uint32_t i = 0; i < state_.files.size(); ++i) {
            if (state_.files[i].shared) take(FileId{i});
        }
        take_users(edited);
        take_named_by(edited);
        bytes_max_ = bytes_ + kFarBytesMax;
        for (std::size_t i = 1; i < order_.size(); ++i)
            take_named_by(order_[i]);
    }

    const std::set<FileId>& files() const { return all_; }
    /// Of their texts.
    std::size_t bytes() const { return bytes_; }
    /// Whether some that they mention were left out.
    bool cut() const { return cut_; }

  private:
    static const std::set<FileId>& places(const Project::State::Places& all,
                                          const std::string& word) {
        static const std::set<FileId> none;
        const auto at = all.find(word);
        return at == all.end() ? none : at->second;
    }

    void take(FileId file) {
        if (all_.contains(file)) return;
        const std::size_t size = state_.text_of(file).size();
        if (bytes_ + size > bytes_max_) {
            cut_ = true;
            return;
        }
        bytes_ += size;
        all_.insert(file);
        order_.push_back(file);
    }

    void take_named_by(FileId file) {
        for (const std::string& word : state_.files[file.number].words) {
            for (const FileId other : places(state_.declared, word))
                take(other);
        }
    }

    void take_users(FileId edited) {
        const std::vector<std::string>& own = state_.files[edited.number].declares;
        std::set<FileId> users;
        for (const std::string& name : own) {
            const auto& some = places(state_.mentioned, name);
            users.insert(some.begin(), some.end());
        }
        if (users.size() <= kUsersMax) {
            for (const FileId user : users)
                take(user);
            return;
        }
        for (const std::string& name : own) {
            const auto& some = places(state_.mentioned, name);
            const bool has_one = std::any_of(some.begin(), some.end(), [&](FileId user) {
                return user != edited && all_.contains(user);
            });
            if (has_one) continue;
            const auto first =
                std::find_if(some.begin(), some.end(), [&](FileId user) { return user != edited; });
            if (first != some.end()) take(*first);
        }
    }

    const Project::State& state_;
    std::set<FileId> all_;
    std::vector<FileId> order_;
    std::size_t bytes_ = 0;
    std::size_t bytes_max_ = std::numeric_limits<std::size_t>::max();
    bool cut_ = false;
};

}  // namespace

void Project::State::index(FileId id) {
    File& file = files[id.number];
    std::vector<std::string> words;
    std::vector<std::string> declares;
    file.shared = false;
    if (const ast::File* tree = tree_of(id)) {
        words = words_of(text_of(id));
        for (const ast::Item& item : tree->items) {
            if (std::holds_alternative<ast::Workspace>(item.what) ||
                std::holds_alternative<ast::ProfileDecl>(item.what))
                file.shared = true;
            // Nobody mentions a test by its title.
            if (std::holds_alternative<ast::TestDecl>(item.what)) continue;
            // `order.paid` is found by its first part.
            const std::string name = name_of(item).name;
            if (!name.empty()) declares.push_back(name.substr(0, name.find('.')));
        }
        std::sort(declares.begin(), declares.end());
        declares.erase(std::unique(declares.begin(), declares.end()), declares.end());
    }
    note(mentioned, id, file.words, words);
    note(declared, id, file.declares, declares);
    file.words = std::move(words);
    file.declares = std::move(declares);
}

void Project::State::settle(FileId file) {
    const bool readable = tree_of(file) != nullptr;
    if (!stale || !readable || (near && near->file == file)) return;
    std::size_t bytes = 0;
    for (const ast::File& tree : trees)
        bytes += text_of(tree.id).size();
    const bool small = trees.size() <= kSmallFiles && bytes <= kSmallBytes;
    if (small) {
        check();
        return;
    }
    const Nearby nearby(*this, file);
    if (!nearby.cut() && nearby.bytes() * 2 > bytes) {
        check();
        return;
    }
    check_near(file, nearby.files(), nearby.cut());
}

void Project::State::check_near(FileId file, const std::set<FileId>& some, bool cut) {
    std::vector<Diagnostic> found;
    std::vector<ast::File> subset;
    for (const FileId id : some) {
        const std::vector<Diagnostic>& own = files[id.number].diagnostics;
        found.insert(found.end(), own.begin(), own.end());
        if (const auto at = tree_at(id); at != trees.end()) subset.push_back(std::move(*at));
    }
    sema::Names seen;
    sema::Options asked = options;
    asked.names = &seen;
    sema::Model made = sema::check(subset, sources, asked, found);
    for (ast::File& tree : subset)
        plant(std::move(tree));  // what was moved out keeps its id, so that its place is found
    std::vector<sema::Names> by_file(files.size());
    deal_out(seen, by_file, {});
    for (const FileId id : some) {
        sema::Names& known = files[id.number].names;
        // Where something was left out the last whole check knew more.
        if (!cut || id == file || known.occurrences.empty()) known = std::move(by_file[id.number]);
    }
    finish(found, files[file.number].comments);
    const bool all_read = !error_beyond(some);
    std::erase_if(found, [&](const Diagnostic& one) {
        return one.span.file != file || (!all_read && needs_all_read(one)) ||
               (one.title == kNoMessage && mentioned_beyond(some, one.span));
    });
    near = Near{file, std::move(found), std::move(made)};
}

bool Project::State::mentioned_beyond(const std::set<FileId>& some, Span span) const {
    const std::vector<std::string> words = words_of(slice(span));
    return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
        const auto at = mentioned.find(word);
        return at != mentioned.end() &&
               std::any_of(at->second.begin(), at->second.end(),
                           [&](FileId other) { return !some.contains(other); });
    });
}

bool Project::State::error_beyond(const std::set<FileId>& some) const {
    const auto beyond = [&](const Diagnostic& one) {
        return one.severity == source::Severity::error && !some.contains(one.span.file);
    };
    // What the last whole check said may be out of date; the next one makes it good.
    return std::any_of(diagnostics.begin(), diagnostics.end(), beyond) ||
           std::any_of(files.begin(), files.end(), [&](const File& other) {
               return std::any_of(other.diagnostics.begin(), other.diagnostics.end(), beyond);
           });
}

std::vector<Diagnostic> Project::diagnostics_soon(FileId file) {
    State& s = *state_;
    s.settle(file);
    if (s.near && s.near->file == file) return s.near->diagnostics;
    if (s.stale) return s.files[file.number].diagnostics;  // its text cannot be read
    std::vector<Diagnostic> found;
    std::copy_if(s.diagnostics.begin(), s.diagnostics.end(), std::back_inserter(found),
                 [&](const Diagnostic& one) { return one.span.file == file; });
    return found;
}

}  // namespace journey::editor
