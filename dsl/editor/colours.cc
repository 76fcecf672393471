// Semantic colours: names by what they name, words by whether they are keywords there.

#include "dsl/editor/state.h"
#include "dsl/syntax/syntax.h"

#include <algorithm>
#include <array>
#include <map>

namespace journey::editor {
namespace {

using syntax::Token;
using syntax::TokenKind;

Colour colour_of(std::string_view kind) {
    using namespace std::string_view_literals;
    static constexpr std::array kTable = {std::pair("event"sv, Colour::event),
                                          std::pair("template"sv, Colour::message_template),
                                          std::pair("segment"sv, Colour::segment),
                                          std::pair("band"sv, Colour::segment),
                                          std::pair("property"sv, Colour::property),
                                          std::pair("variable"sv, Colour::parameter),
                                          std::pair("label"sv, Colour::label),
                                          std::pair("goal"sv, Colour::label),
                                          std::pair("local"sv, Colour::local),
                                          std::pair("arm"sv, Colour::arm),
                                          std::pair("snippet"sv, Colour::function),
                                          std::pair("catalogue"sv, Colour::segment),
                                          std::pair("fetch"sv, Colour::function),
                                          std::pair("webhook"sv, Colour::function)};
    const auto* at = std::find_if(kTable.begin(), kTable.end(),
                                  [&](const auto& row) { return row.first == kind; });
    return at == kTable.end() ? Colour::type : at->second;
}

bool is_type_word(std::string_view word) {
    using namespace std::string_view_literals;
    static constexpr std::array kTypes = {"string"sv, "int"sv,  "float"sv, "bool"sv,    "instant"sv,
                                          "date"sv,   "time"sv, "zone"sv,  "duration"sv};
    return std::find(kTypes.begin(), kTypes.end(), word) != kTypes.end();
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

std::vector<Coloured> Project::colours(FileId file) {
    State& s = *state_;
    s.settle(file);
    std::vector<Coloured> all;
    const std::string_view text = s.text_of(file);
    const Span whole{file, 0, static_cast<std::uint32_t>(text.size())};
    std::map<std::uint32_t, const Occurrence*> names;
    for (const Occurrence* one : s.occurrences_in(whole)) {
        if (!one->elsewhere) names.try_emplace(s.bare(*one).begin, one);
    }
    if (s.is_yaml(file)) {  // the rest is any YAML editor's own
        for (const auto& [begin, one] : names)
            all.push_back({s.bare(*one), colour_of(one->kind), one->declares});
        return all;
    }
    const std::vector<Token> tokens = syntax::tokenize(text);
    std::uint32_t named_until = 0;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const Token& token = tokens[i];
        const Span span{file, token.begin, token.end};
        const std::string_view word = text.substr(token.begin, token.end - token.begin);
        const auto after = [&](std::string_view sign) {
            return text.substr(token.end).starts_with(sign);
        };
        if (token.begin < named_until) continue;
        if (const auto name = names.find(token.begin); name != names.end()) {
            const Span at = s.bare(*name->second);
            all.push_back({at, colour_of(name->second->kind), name->second->declares});
            named_until = at.end;
        } else if (token.kind == TokenKind::comment) {
            all.push_back({span, Colour::comment, false});
        } else if (token.kind == TokenKind::text) {
            all.push_back({span, Colour::text, false});
        } else if (token.kind == TokenKind::literal || is_digit(word[0])) {
            all.push_back({span, Colour::number, false});
        } else if (token.kind == TokenKind::word) {
            const bool part = token.begin > 0 && text[token.begin - 1] == '.';
            if (part || after(":")) continue;
            if (after("(")) {
                all.push_back({span, Colour::function, false});
            } else if (is_type_word(word) && i > 0 &&
                       names.contains(tokens[i - 1].begin)) {  // a property's type
                all.push_back({span, Colour::type, false});
            } else if (std::binary_search(keywords().begin(), keywords().end(), word)) {
                all.push_back({span, Colour::keyword, false});
            }
        }
    }
    return all;
}

}  // namespace journey::editor
