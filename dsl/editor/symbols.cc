// Names: what stands at a place, where else, and writing it differently everywhere.

#include "dsl/editor/state.h"
#include "dsl/syntax/syntax.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace journey::editor {
namespace {

/// The occurrences at `offset`, best first; the end of a word counts, a cursor stands there.
std::vector<const Occurrence*> at_place(const Project::State& s, FileId file,
                                        std::uint32_t offset) {
    std::vector<const Occurrence*> all;
    for (const Occurrence& one : s.files[file.number].names.occurrences) {
        if (one.elsewhere) continue;
        const Span span = s.bare(one);
        if (span.begin <= offset && offset <= span.end) all.push_back(&one);
    }
    // A place between two names belongs to the later one, and a part to itself.
    std::stable_sort(all.begin(), all.end(), [](const Occurrence* a, const Occurrence* b) {
        return std::pair(b->span.begin, a->span.size()) < std::pair(a->span.begin, b->span.size());
    });
    return all;
}

/// Another thing that the same word means: `trigger.total` of a journey with two triggers.
const Occurrence* shares_place(const Project::State& s, const Occurrence& one) {
    for (const Occurrence* other : s.occurrences_in(one.span)) {
        if (other->span == one.span && other->owner != one.owner) return other;
    }
    return nullptr;
}

bool is_good_name(std::string_view name, std::string_view kind) {
    if (kind != "event") return syntax::is_name(name);
    while (true) {
        const std::size_t dot = name.find('.');
        if (!syntax::is_name(name.substr(0, dot))) return false;
        if (dot == std::string_view::npos) return true;
        name.remove_prefix(dot + 1);
    }
}

}  // namespace

std::optional<Symbol> Project::symbol_at(FileId file, std::uint32_t offset) {
    State& s = *state_;
    s.settle(file);
    const auto all = at_place(s, file, offset);
    if (all.empty()) return std::nullopt;
    const Occurrence& one = *all.front();
    Symbol made{std::string(one.kind), one.owner, one.name, s.bare(one), false};
    const auto same = s.occurrences_of(one.kind, one.owner, one.name);
    made.declared = std::any_of(same.begin(), same.end(),
                                [](const Occurrence* other) { return other->declares; });
    return made;
}

std::vector<const Occurrence*> Project::State::occurrences_of(std::string_view kind,
                                                              std::string_view owner,
                                                              std::string_view name) const {
    std::vector<const Occurrence*> all;
    for (const File& file : files) {
        for (const Occurrence& one : file.names.occurrences) {
            if (same_thing(one, kind, owner, name)) all.push_back(&one);
        }
    }
    return all;
}

std::vector<Span> Project::State::places_of(const Symbol& symbol, bool with_declarations) const {
    std::vector<Span> declarations;
    std::vector<Span> uses;
    for (const Occurrence* one : occurrences_of(symbol.kind, symbol.owner, symbol.name)) {
        if (!one->elsewhere) (one->declares ? declarations : uses).push_back(bare(*one));
    }
    if (!with_declarations) return uses;
    declarations.insert(declarations.end(), uses.begin(), uses.end());
    return declarations;
}

std::vector<Span> Project::references(const Symbol& symbol, bool with_declarations) {
    state_->check();
    return state_->places_of(symbol, with_declarations);
}

std::vector<Span> Project::references_in(FileId file, const Symbol& symbol) {
    State& s = *state_;
    s.settle(file);
    std::vector<Span> all;
    const Span whole{file, 0, static_cast<std::uint32_t>(s.text_of(file).size())};
    for (const Occurrence* one : s.occurrences_in(whole)) {
        if (!one->elsewhere && same_thing(*one, symbol.kind, symbol.owner, symbol.name))
            all.push_back(s.bare(*one));
    }
    return all;
}

std::vector<Span> Project::definitions_at(FileId file, std::uint32_t offset) {
    State& s = *state_;
    s.settle(file);
    std::vector<Span> all;
    const auto here = at_place(s, file, offset);
    for (const Occurrence* wanted : here) {
        // `trigger.total` may be declared by several events.
        if (wanted->span != here.front()->span) continue;
        for (const Occurrence* one : s.occurrences_of(wanted->kind, wanted->owner, wanted->name)) {
            if (one->declares) all.push_back(s.bare(*one));
        }
    }
    return all;
}

std::optional<std::string> Project::file_named_at(FileId file, std::uint32_t offset) {
    State& s = *state_;
    const ast::Item* item = s.item_at(file, offset);
    if (item == nullptr) return std::nullopt;
    const auto covers = [&](const ast::Text& text) {
        return text.span.begin <= offset && offset <= text.span.end;
    };
    if (const auto* use = std::get_if<ast::Use>(&item->what)) {
        return covers(use->file) ? std::optional(use->file.value) : std::nullopt;
    }
    if (const auto* decl = std::get_if<ast::TemplateDecl>(&item->what)) {
        for (const ast::TemplateLine& line : decl->lines) {
            const auto* text = std::get_if<ast::TemplateText>(&line.what);
            if (text != nullptr && text->part == ast::TemplatePart::file && covers(text->text))
                return text->text.value;
        }
    }
    return std::nullopt;
}

Renaming Project::rename(FileId file, std::uint32_t offset, const std::string& to) {
    State& s = *state_;
    s.check();
    const std::optional<Symbol> symbol = symbol_at(file, offset);
    const auto refuse = [](std::string why) {
        Renaming made;
        made.refused = std::move(why);
        return made;
    };
    if (!symbol) return refuse("There is no name of this project here.");
    if (!symbol->declared)
        return refuse(fmt::format("`{}` is built in; its name cannot be changed.", symbol->name));
    if (!is_good_name(to, symbol->kind)) {
        return refuse(fmt::format(
            "`{}` cannot be a name: names are letters, digits and `_`, and do not begin with a "
            "digit.",
            to));
    }
    if (to == symbol->name) return {};
    for (const Occurrence* one : s.occurrences_of(symbol->kind, symbol->owner, to)) {
        if (one->declares)
            return refuse(fmt::format("There is a {} called `{}` already.", symbol->kind, to));
    }
    std::map<FileId, std::vector<source::Edit>> edits;
    for (const Occurrence* one : s.occurrences_of(symbol->kind, symbol->owner, symbol->name)) {
        if (one->elsewhere) {
            return refuse(fmt::format("{} names it too, and I only change journey files.",
                                      s.slice(one->span)));
        }
        const Span span = s.bare(*one);
        if (const Occurrence* other = shares_place(s, *one)) {
            return refuse(fmt::format("`{}` in {} line {} also means the one of `{}`.", one->name,
                                      s.sources.at(span.file).name(),
                                      s.sources.at(span.file).place_of(span.begin).line,
                                      other->owner));
        }
        if (s.slice(span) != symbol->name)
            return refuse(fmt::format("`{}` is written differently in {}.", symbol->name,
                                      s.sources.at(span.file).name()));
        auto& list = edits[span.file];
        if (list.empty() || list.back().span != span) list.push_back({span, to});
    }
    Renaming made;
    for (auto& [id, list] : edits)
        made.files.push_back({id, std::move(list)});
    return made;
}

std::vector<OutlineItem> Project::outline(FileId file) {
    State& s = *state_;
    s.settle(file);
    std::vector<OutlineItem> all;
    const ast::File* tree = s.tree_of(file);
    if (tree == nullptr) return all;
    for (const ast::Item& item : tree->items) {
        const ItemName name = name_of(item);
        if (name.span.empty()) continue;
        OutlineItem made;
        made.kind = std::string(s.slice(item.keyword));
        made.name = name.name;
        made.span = source::join(item.span, name.span);
        made.name_span = name.span;
        for (const Occurrence* one : s.occurrences_in(item.span)) {
            if (!one->declares || one->elsewhere) continue;
            const Span at = s.bare(*one);
            if (name.span.begin <= at.begin && at.end <= name.span.end) continue;
            const bool twice = !made.children.empty() && made.children.back().span == at;
            if (!twice)
                made.children.push_back(
                    {std::string(one->kind), one->name, one->owner, at, at, {}});
        }
        all.push_back(std::move(made));
    }
    return all;
}

}  // namespace journey::editor
