// What stands here, in words: a name's declaration, an expression's type, a keyword's example.

#include "dsl/editor/state.h"
#include "dsl/syntax/syntax.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace journey::editor {
namespace {

constexpr std::size_t kLinesShown = 12;

/// Says a pattern in the reader's words.
class Say {
  public:
    explicit Say(const Words& words) : words_(words) {}
    template <typename... Parts>
    std::string operator()(std::string_view english, const Parts&... parts) const {
        return fmt::vformat(words(english), fmt::make_format_args(parts...));
    }
    /// What is no pattern.
    std::string words(std::string_view english) const {
        return words_ ? words_(english) : std::string(english);
    }

  private:
    const Words& words_;
};

/// The author's own lines of `span`, their common indentation taken away, the first dozen.
std::string lines_of(const source::Source& source, Span span) {
    const std::uint32_t first = source.place_of(span.begin).line;
    const std::uint32_t last = source.place_of(std::max(span.begin, span.end - 1)).line;
    std::size_t indent = std::string::npos;
    for (std::uint32_t line = first; line <= last; ++line) {
        const std::size_t text = source.line(line).find_first_not_of(" \t");
        if (text != std::string_view::npos) indent = std::min(indent, text);
    }
    std::string shown;
    for (std::uint32_t line = first; line <= last; ++line) {
        if (line - first == kLinesShown) return shown + "…\n";
        const std::string_view text = source.line(line);
        shown += text.substr(std::min(indent, text.size()));
        shown += '\n';
    }
    return shown;
}

std::string fenced(const Project::State& s, Span span) {
    return fmt::format("```{}\n{}```\n", s.is_yaml(span.file) ? "yaml" : "journey",
                       lines_of(s.sources.at(span.file), span));
}

/// A thing with a declaration of its own is shown whole, a part by its line.
Span shown_part(const Project::State& s, const Span& name) {
    const ast::Item* item = s.item_at(name.file, name.begin);
    if (item == nullptr) return name;
    const Span own = name_of(*item).span;
    return own.begin <= name.begin && name.end <= own.end ? source::join(item->span, own) : name;
}

const ir::Field* declared_field(const ir::Program& schema, const Symbol& symbol) {
    const std::vector<ir::Field>* fields = nullptr;
    if (symbol.kind == "property" && symbol.owner == "user") {
        fields = &schema.profile;
    } else if (symbol.kind == "property") {
        const ir::Index event = ir::find_named(schema.events, symbol.owner);
        if (event != ir::kNone) fields = &schema.events[event].fields;
    } else if (symbol.kind == "variable") {
        const ir::Index text = ir::find_named(schema.templates, symbol.owner);
        if (text == ir::kNone) return nullptr;
        for (const ir::TemplateParam& param : schema.templates[text].params) {
            if (param.field.name == symbol.name) return &param.field;
        }
    }
    if (fields == nullptr) return nullptr;
    const ir::Index at = ir::find_named(*fields, symbol.name);
    return at == ir::kNone ? nullptr : &(*fields)[at];
}

std::string headline(const Project::State& s, const Symbol& symbol, const Say& say) {
    const std::string kind = say.words(symbol.kind);
    std::string line;
    if (symbol.kind == "property" && symbol.owner == "user") {
        line = say("**{}** `{}` of the person", kind, symbol.name);
    } else if (!symbol.owner.empty()) {
        line = say("**{}** `{}` of `{}`", kind, symbol.name, symbol.owner);
    } else {
        line = fmt::format("**{}** `{}`", kind, symbol.name);
    }
    for (const ir::Program* schema : s.schemas()) {
        const ir::Field* field = declared_field(*schema, symbol);
        if (field == nullptr) continue;
        const std::string type = say.words(sema::describe(field->type, *schema));
        line += field->required               ? say(": {}, always there", type)
                : field->fallback.has_value() ? say(": {}, with a default", type)
                                              : say(": {}, may be missing", type);
        break;
    }
    return line;
}

const Reading* reading_at(const Project::State& s, FileId file, std::uint32_t offset) {
    const Reading* best = nullptr;
    for (const Reading& one : s.files[file.number].names.readings) {
        if (offset < one.span.begin || one.span.end < offset) continue;
        if (best == nullptr || one.span.size() < best->span.size()) best = &one;
    }
    return best;
}

std::string words_for(const Project::State& s, const Reading& reading, const Say& say) {
    std::string words(s.slice(reading.span));
    const std::size_t line_end = words.find('\n');
    if (line_end != std::string::npos) words = words.substr(0, line_end) + " …";
    const std::string what = say.words(reading.words);
    return reading.may_be_missing ? say("`{}` is {}, and may be missing", words, what)
                                  : say("`{}` is {}", words, what);
}

std::optional<syntax::Token> word_at(std::string_view text, std::uint32_t offset) {
    for (const syntax::Token& token : syntax::tokenize(text)) {
        if (token.begin > offset) break;
        if (offset < token.end && token.kind == syntax::TokenKind::word) return token;
    }
    return std::nullopt;
}

std::optional<Hover> keyword_hover(const Project::State& s, FileId file, std::uint32_t offset,
                                   const Say& say) {
    if (s.is_yaml(file)) return std::nullopt;
    const std::string_view text = s.text_of(file);
    const auto token = word_at(text, offset);
    if (!token) return std::nullopt;
    const std::string_view word = text.substr(token->begin, token->end - token->begin);
    if (!std::binary_search(keywords().begin(), keywords().end(), word)) return std::nullopt;
    std::vector<syntax::Shown> shown = syntax::examples_of(word);
    const syntax::Wish wish = syntax::wishes_at(text, token->begin, token->end);
    const auto here = std::find_if(shown.begin(), shown.end(), [&](const syntax::Shown& one) {
        return one.place == wish.place;
    });
    if (here == shown.end()) return std::nullopt;
    return Hover{{file, token->begin, token->end},
                 say("**{}**, in {}", say.words(here->reading), say.words(here->place)) +
                     fmt::format("\n```journey\n{}\n```\n", here->examples)};
}

}  // namespace

std::optional<Hover> Project::hover(FileId file, std::uint32_t offset, const Words& words) {
    State& s = *state_;
    const Say say(words);
    s.settle(file);
    if (const auto symbol = symbol_at(file, offset)) {
        std::string text = headline(s, *symbol, say) + "\n\n";
        const std::vector<Span> all = s.places_of(*symbol, true);
        const std::size_t uses = s.places_of(*symbol, false).size();
        if (!symbol->declared) {
            text += say("Built in.") + "\n";
        } else {
            const Span at = all.front();
            const source::Source& source = s.sources.at(at.file);
            text += fenced(s, shown_part(s, at));
            std::set<FileId> files;
            for (const Span& one : all)
                files.insert(one.file);
            const auto counted = [&](std::size_t number, std::string_view one,
                                     std::string_view many) {
                return say(number == 1 ? one : many, number);
            };
            text += "\n" +
                    say("{} line {} · used {} in {}", source.name(), source.place_of(at.begin).line,
                        counted(uses, "{} time", "{} times"),
                        counted(files.size(), "{} file", "{} files")) +
                    "\n";
        }
        return Hover{symbol->span, std::move(text)};
    }
    if (auto keyword = keyword_hover(s, file, offset, say)) return keyword;
    if (const Reading* reading = reading_at(s, file, offset))
        return Hover{reading->span, words_for(s, *reading, say) + "\n"};
    return std::nullopt;
}

}  // namespace journey::editor
