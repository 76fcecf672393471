// What is wrong with one file, soon: it is checked with the files whose names it mentions, and with
// some that mention its names, instead of with a project of thousands.

#include "dsl/editor/state.h"

#include <algorithm>

namespace journey::editor {
namespace {

// A project this small is checked whole before anybody sees the difference.
constexpr std::size_t kSmall = 30;
// That a name is used is seen from a few of its users: of more than this, only as many as it takes
// for each name to have one.
constexpr std::size_t kUsersMax = 24;

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
    explicit Nearby(const Project::State& state) : state_(state) {}

    std::set<FileId> around(FileId edited) {
        take(edited);
        for (std::uint32_t i = 0; i < state_.files.size(); ++i) {
            if (state_.files[i].shared) take(FileId{i});
        }
        take_users(edited);
        while (!open_.empty()) {
            const FileId file = open_.back();
            open_.pop_back();
            for (const std::string& word : state_.files[file.number].words) {
                for (const FileId other : places(state_.declared, word))
                    take(other);
            }
        }
        return std::move(all_);
    }

  private:
    static const std::set<FileId>& places(const Project::State::Places& all,
                                          const std::string& word) {
        static const std::set<FileId> none;
        const auto at = all.find(word);
        return at == all.end() ? none : at->second;
    }

    void take(FileId file) {
        if (all_.insert(file).second) open_.push_back(file);
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
    std::vector<FileId> open_;
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
    if (!stale || (near && near->file == file)) return;
    if (trees.size() <= kSmall || tree_of(file) == nullptr) {
        check();
        return;
    }
    const std::set<FileId> some = Nearby(*this).around(file);
    if (some.size() * 2 > trees.size()) {
        check();
        return;
    }
    std::vector<Diagnostic> found;
    std::vector<ast::File> subset;
    for (const FileId id : some) {
        const std::vector<Diagnostic>& own = files[id.number].diagnostics;
        found.insert(found.end(), own.begin(), own.end());
        if (const auto at = tree_at(id); at != trees.end()) subset.push_back(std::move(*at));
    }
    sema::Names seen;
    sema::Options with_names = options;
    with_names.names = &seen;
    sema::Model made = sema::check(subset, sources, with_names, found);
    for (ast::File& tree : subset) {
        const FileId id = tree.id;
        // What was moved out keeps its id, so that its place is found again.
        *tree_at(id) = std::move(tree);
    }
    const auto is_old = [&](const auto& one) { return some.contains(one.span.file); };
    std::erase_if(names.occurrences, is_old);
    std::erase_if(names.readings, is_old);
    put_in_order(seen);
    const auto join = [](auto& all, auto& more) {
        const auto middle = static_cast<std::ptrdiff_t>(all.size());
        std::move(more.begin(), more.end(), std::back_inserter(all));
        std::inplace_merge(all.begin(), all.begin() + middle, all.end(),
                           [](const auto& a, const auto& b) {
                               return std::tie(a.span.file, a.span.begin, a.span.end) <
                                      std::tie(b.span.file, b.span.begin, b.span.end);
                           });
    };
    join(names.occurrences, seen.occurrences);
    join(names.readings, seen.readings);
    source::sort_and_unique(found);
    std::erase_if(found, [&](const Diagnostic& one) { return one.span.file != file; });
    near = Near{file, std::move(found), std::move(made)};
}

std::vector<Diagnostic> Project::diagnostics_soon(FileId file) {
    State& s = *state_;
    s.settle(file);
    if (s.near) return s.near->diagnostics;
    std::vector<Diagnostic> found;
    std::copy_if(s.diagnostics.begin(), s.diagnostics.end(), std::back_inserter(found),
                 [&](const Diagnostic& one) { return one.span.file == file; });
    return found;
}

}  // namespace journey::editor
