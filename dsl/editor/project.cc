#include "dsl/editor/state.h"
#include "dsl/format/format.h"
#include "dsl/syntax/syntax.h"
#include "dsl/yaml/yaml.h"

#include <algorithm>
#include <tuple>

namespace journey::editor {
namespace {

auto place(const Span& span) {
    return std::tie(span.file, span.begin, span.end);
}

bool is_yaml_name(std::string_view name) {
    return name.ends_with(".yaml") || name.ends_with(".yml");
}

std::vector<Span> comments_of(const ast::File& tree, const source::SourceSet& sources) {
    if (is_yaml_name(sources.at(tree.id).name()))
        return source::find_yaml_comments(sources, tree.id);
    std::vector<Span> all;
    for (const ast::Comment& comment : tree.comments)
        all.push_back(comment.span);
    return all;
}

/// By place, each once.
void put_in_order(sema::Names& names) {
    const auto key = [](const Occurrence& one) {
        return std::tie(one.span.file, one.span.begin, one.span.end, one.kind, one.owner, one.name,
                        one.declares, one.elsewhere);
    };
    std::sort(names.occurrences.begin(), names.occurrences.end(),
              [&](const auto& a, const auto& b) { return key(a) < key(b); });
    names.occurrences.erase(
        std::unique(names.occurrences.begin(), names.occurrences.end(),
                    [&](const auto& a, const auto& b) { return key(a) == key(b); }),
        names.occurrences.end());
    std::stable_sort(
        names.readings.begin(), names.readings.end(),
        [](const Reading& a, const Reading& b) { return place(a.span) < place(b.span); });
}

template <typename T>
concept HasPlainName = requires(const T& what) {
    what.name.text;
};
template <typename T>
concept HasPathName = requires(const T& what) {
    what.name.dotted();
};
template <typename T>
concept HasTitle = requires(const T& what) {
    what.title.value;
};

}  // namespace

Project::Project(sema::Options options) : state_(std::make_unique<State>()) {
    state_->options = std::move(options);
    state_->options.stopped = nullptr;
}
Project::~Project() = default;
Project::Project(Project&&) noexcept = default;
Project& Project::operator=(Project&&) noexcept = default;

FileId Project::put(const std::string& name, std::string_view bytes) {
    State& s = *state_;
    std::vector<Diagnostic> found;
    std::vector<Span> comments;
    FileId id;
    bool readable = true;
    if (const auto known = s.sources.find(name)) {
        id = *known;
        readable = s.sources.replace(id, bytes, found);
    } else {
        id = FileId{static_cast<std::uint32_t>(s.sources.size())};
        readable = s.sources.add(name, bytes, found).has_value();
        s.files.emplace_back();
    }
    if (readable) {
        ast::File tree = is_yaml_name(name) ? yaml::parse_file(s.sources, id, found)
                                            : syntax::parse_file(s.sources, id, found);
        comments = comments_of(tree, s.sources);
        s.plant(std::move(tree));
    } else if (const auto old = s.tree_at(id); old != s.trees.end()) {
        s.trees.erase(old);
    }
    State::File& file = s.files[id.number];
    file.alive = true;
    file.readable = readable;
    file.diagnostics = std::move(found);
    file.comments = std::move(comments);
    s.index(id);
    s.changed();
    return id;
}

void Project::remove(const std::string& name) {
    State& s = *state_;
    const auto id = s.sources.find(name);
    if (!id) return;
    std::vector<Diagnostic> none;
    s.sources.replace(*id, "", none);
    if (const auto tree = s.tree_at(*id); tree != s.trees.end()) s.trees.erase(tree);
    State::File& file = s.files[id->number];
    file.alive = file.readable = false;
    file.diagnostics.clear();
    file.comments.clear();
    file.names = {};
    s.index(*id);
    s.changed();
}

void Project::touch() {
    state_->changed();
}

std::optional<FileId> Project::find(std::string_view name) const {
    const auto id = state_->sources.find(name);
    return id && state_->files[id->number].alive ? id : std::nullopt;
}

std::vector<FileId> Project::files() const {
    std::vector<FileId> all;
    for (std::uint32_t i = 0; i < state_->files.size(); ++i) {
        if (state_->files[i].alive) all.push_back(FileId{i});
    }
    return all;
}

const source::SourceSet& Project::sources() const {
    return state_->sources;
}

bool deal_out(sema::Names& names, std::vector<sema::Names>& by_file, const Stopped& stopped) {
    constexpr std::size_t kBetweenLooks = 1024;
    const auto deal = [&](auto& from, auto into) {
        for (std::size_t i = 0; i < from.size(); ++i) {
            if (i % kBetweenLooks == 0 && stopped && stopped()) return false;
            (by_file[from[i].span.file.number].*into).push_back(std::move(from[i]));
        }
        return true;
    };
    if (!deal(names.occurrences, &sema::Names::occurrences) ||
        !deal(names.readings, &sema::Names::readings))
        return false;
    return std::all_of(by_file.begin(), by_file.end(), [&](sema::Names& some) {
        if (stopped && stopped()) return false;
        put_in_order(some);
        return true;
    });
}

bool Leftovers::clear(const Stopped& stopped) {
    const auto take_apart = [&](auto& list, std::size_t at_once) {
        while (!list.empty()) {
            if (stopped && stopped()) return false;
            const std::size_t some = std::min(at_once, list.size());
            list.erase(list.end() - static_cast<std::ptrdiff_t>(some), list.end());
        }
        return true;
    };
    for (; !names.empty(); names.pop_back()) {
        if (!take_apart(names.back().occurrences, 1024) || !take_apart(names.back().readings, 1024))
            return false;
    }
    for (; !models.empty(); models.pop_back()) {
        sema::Model& one = models.back();
        if (!take_apart(one.journeys, 4) || !take_apart(one.tests, 16) ||
            !take_apart(one.segments, 64) || !take_apart(one.schema.templates, 64))
            return false;
    }
    return true;
}

void Project::State::changed() {
    stale = true;
    near.reset();
}

void Project::State::check(const Stopped& stopped) {
    if (!leftovers.clear(stopped) || !stale) return;
    std::vector<Diagnostic> found;
    for (const File& file : files)
        found.insert(found.end(), file.diagnostics.begin(), file.diagnostics.end());
    sema::Names seen;
    sema::Options asked = options;
    asked.names = &seen;
    // It may say yes once and no later.
    bool over = false;
    if (stopped) asked.stopped = [&] { return over = over || stopped(); };
    sema::Model made = sema::check(trees, sources, asked, found);
    std::vector<sema::Names> by_file(files.size());
    const bool whole = !over && deal_out(seen, by_file, asked.stopped);
    if (whole) {
        std::vector<Span> comments;
        for (const File& file : files)
            comments.insert(comments.end(), file.comments.begin(), file.comments.end());
        finish(found, comments);
        for (std::size_t i = 0; i < files.size(); ++i)
            std::swap(files[i].names, by_file[i]);
        std::swap(diagnostics, found);
        std::swap(model, made);
        near.reset();
        stale = false;
    }
    leftovers.models.push_back(std::move(made));
    leftovers.names = std::move(by_file);
    leftovers.names.push_back(std::move(seen));
    if (whole) leftovers.clear(stopped);
}

void Project::State::finish(std::vector<Diagnostic>& found,
                            const std::vector<Span>& comments) const {
    source::sort_and_unique(found);
    source::apply_allows(sources, comments, found);
    source::sort_and_unique(found);
}

std::vector<const ir::Program*> Project::State::schemas() const {
    std::vector<const ir::Program*> all;
    if (near) all.push_back(&near->model.schema);
    all.push_back(&model.schema);
    return all;
}

std::vector<ast::File>::iterator Project::State::tree_at(FileId file) {
    const auto at =
        std::lower_bound(trees.begin(), trees.end(), file,
                         [](const ast::File& one, FileId wanted) { return one.id < wanted; });
    return at != trees.end() && at->id == file ? at : trees.end();
}

void Project::State::plant(ast::File tree) {
    if (const auto old = tree_at(tree.id); old != trees.end()) {
        *old = std::move(tree);
        return;
    }
    const auto after =
        std::lower_bound(trees.begin(), trees.end(), tree.id,
                         [](const ast::File& one, FileId wanted) { return one.id < wanted; });
    trees.insert(after, std::move(tree));
}

const ast::File* Project::State::tree_of(FileId file) const {
    const auto at =
        std::lower_bound(trees.begin(), trees.end(), file,
                         [](const ast::File& one, FileId wanted) { return one.id < wanted; });
    return at != trees.end() && at->id == file ? &*at : nullptr;
}

bool Project::State::is_yaml(FileId file) const {
    return is_yaml_name(sources.at(file).name());
}

const ast::Item* Project::State::item_at(FileId file, std::uint32_t offset) const {
    const ast::File* tree = tree_of(file);
    if (tree == nullptr) return nullptr;
    for (const ast::Item& item : tree->items) {
        if (item.span.begin <= offset && offset <= item.span.end) return &item;
    }
    return nullptr;
}

std::vector<const Occurrence*> Project::State::occurrences_in(Span span) const {
    std::vector<const Occurrence*> all;
    const std::vector<Occurrence>& here = files[span.file.number].names.occurrences;
    auto at = std::lower_bound(
        here.begin(), here.end(), span.begin,
        [](const Occurrence& one, std::uint32_t begin) { return one.span.begin < begin; });
    for (; at != here.end() && at->span.begin < span.end; ++at) {
        if (at->span.end <= span.end) all.push_back(&*at);
    }
    return all;
}

Span Project::State::bare(const Occurrence& one) const {
    Span span = one.span;
    if (!one.elsewhere && span.size() == one.name.size() + 2) {
        ++span.begin;
        --span.end;
    }
    return span;
}

ItemName name_of(const ast::Item& item) {
    ItemName made;
    std::visit(
        [&](const auto& what) {
            using T = std::decay_t<decltype(what)>;
            if constexpr (HasPathName<T>) {
                made = {"", what.name.dotted(), what.name.span};
            } else if constexpr (HasPlainName<T>) {
                made = {"", what.name.text, what.name.span};
            } else if constexpr (HasTitle<T>) {
                made = {"", what.title.value, what.title.span};
            }
        },
        item.what);
    return made;
}

bool same_thing(const Occurrence& one, std::string_view kind, std::string_view owner,
                std::string_view name) {
    return one.name == name && one.kind == kind && one.owner == owner;
}

const std::vector<Diagnostic>& Project::diagnostics() {
    state_->check();
    return state_->diagnostics;
}

bool Project::check_unless(const std::function<bool()>& stopped) {
    state_->check(stopped);
    return settled();
}

bool Project::settled() const {
    return !state_->stale;
}

std::optional<std::string> Project::formatted(FileId file) {
    const State& s = *state_;
    const ast::File* tree = s.tree_of(file);
    if (tree == nullptr || s.is_yaml(file)) return std::nullopt;
    if (source::has_errors(s.files[file.number].diagnostics)) return std::nullopt;
    return format::format_file(*tree, s.sources.at(file));
}

}  // namespace journey::editor
