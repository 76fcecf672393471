// What could be written here. The grammar itself says which words and which kinds of things fit
// (syntax::wishes_at); the words before say whose names.

#include "dsl/editor/snippets.h"
#include "dsl/editor/state.h"
#include "dsl/syntax/syntax.h"

#include <algorithm>
#include <array>
#include <set>

namespace journey::editor {
namespace {

using syntax::Token;
using syntax::TokenKind;
using Words = std::vector<std::string_view>;

/// The journey around a place: whose labels, locals and trigger are meant.
struct Around {
    std::string journey;
    Span span;
    std::vector<std::string> triggers;
};

struct Asked {
    Words before;  // of the statement, up to the word being written
    syntax::Wish wish;
    Around around;
};

bool is_word(std::string_view text) {
    return !text.empty() && syntax::is_name(text);
}

/// The part of `tokens` that belongs to the statement at the end: from its first line, or from the
/// last block that was opened in it.
Words statement_of(std::string_view text, const std::vector<Token>& tokens) {
    const auto word = [&](std::size_t i) {
        return text.substr(tokens[i].begin, tokens[i].end - tokens[i].begin);
    };
    std::size_t from = tokens.size();
    int depth = 0;
    while (from > 0) {
        const std::string_view here = word(from - 1);
        if (here == ")" || here == "]" || here == "}") ++depth;
        if (here == "(" || here == "[" || here == "{") --depth;
        if (here == "{" && depth < 0) {
            const std::string_view lead = from >= 2 ? word(from - 2) : std::string_view();
            const bool map =
                lead == "with" || lead == "gives" || lead == ":" || lead == "=" || lead == "user";
            std::size_t line = from - 1;
            while (line > 0 &&
                   text.substr(tokens[line - 1].end, tokens[line].begin - tokens[line - 1].end)
                           .find('\n') == std::string_view::npos)
                --line;
            const bool test_line =
                word(line) == "at" || word(line) == "every" || word(line) == "given";
            if (!map && !test_line) break;
        }
        const std::size_t gap_end = from < tokens.size() ? tokens[from].begin : text.size();
        const std::string_view gap =
            text.substr(tokens[from - 1].end, gap_end - tokens[from - 1].end);
        const std::string_view first = from < tokens.size() ? word(from) : std::string_view();
        const bool new_line = gap.find('\n') != std::string_view::npos;
        if (new_line && depth >= 0 && !(is_word(first) && syntax::continues_statement(first)))
            break;
        --from;
    }
    Words words;
    for (std::size_t i = from; i < tokens.size(); ++i) {
        if (tokens[i].kind != TokenKind::comment) words.push_back(word(i));
    }
    return words;
}

class Completer {
  public:
    Completer(const Project::State& s, Asked asked, std::vector<Completion>& out)
        : s_(s), schemas_(s.schemas()), asked_(std::move(asked)), out_(out) {}

    void run() {
        if (prev() == ".") {
            members();
            return;
        }
        if (in_map_key()) {
            map_keys();
            return;
        }
        add_words();
        if (asked_.before.empty()) add_snippets();
        choices();
        named();
        if (wishes_for("a value")) values();
        if (wishes_for("a type like `string`")) types();
        if (wishes_for("an event")) names("event", CompletionKind::event);
        if (wishes_for("a channel") || wishes_for("a channel, or `messages`"))
            names("channel", CompletionKind::name);
    }

    /// The properties a text can mention, inside `{{ … }}`.
    void mentions(const ast::TemplateDecl* text) {
        if (text != nullptr) add_params_of(text->name.text);
        add_profile("user.");
    }

  private:
    std::string_view prev(std::size_t back = 1) const {
        const Words& words = asked_.before;
        return words.size() >= back ? words[words.size() - back] : std::string_view();
    }
    bool said(std::string_view word) const {
        return std::find(asked_.before.begin(), asked_.before.end(), word) != asked_.before.end();
    }
    bool wishes_for(std::string_view reading) const {
        const auto& all = asked_.wish.readings;
        return std::find(all.begin(), all.end(), reading) != all.end();
    }

    void add(CompletionKind kind, std::string label, std::string detail = {}) {
        if (!seen_.insert(label).second) return;
        Completion one;
        one.kind = kind;
        one.insert = label;
        one.label = std::move(label);
        one.detail = std::move(detail);
        out_.push_back(std::move(one));
    }
    void add_fields(const std::vector<ir::Field>& fields, const ir::Program& schema,
                    const std::string& before = {}) {
        for (const ir::Field& field : fields)
            add(CompletionKind::property, before + field.name, sema::describe(field.type, schema));
    }
    void add_profile(const std::string& before = {}) {
        for (const ir::Program* schema : schemas_)
            add_fields(schema->profile, *schema, before);
    }
    void add_params_of(std::string_view text) {
        for (const ir::Program* schema : schemas_) {
            const ir::Index at = ir::find_named(schema->templates, text);
            if (at == ir::kNone) continue;
            for (const ir::TemplateParam& param : schema->templates[at].params)
                add_fields({param.field}, *schema);
            return;
        }
    }

    void add_words() {
        for (const std::string_view word : asked_.wish.words) {
            if (word.empty() || std::isalpha(static_cast<unsigned char>(word[0])) == 0) continue;
            add(CompletionKind::keyword, std::string(word));
            for (const syntax::Shown& shown : syntax::examples_of(word)) {
                if (shown.place != asked_.wish.place) continue;
                out_.back().detail = std::string(shown.reading);
                out_.back().documentation = "```journey\n" + std::string(shown.examples) + "\n```";
            }
        }
    }

    void add_snippets() {
        for (const Snippet& snippet : snippets()) {
            if (snippet.place != asked_.wish.place) continue;
            Completion one;
            one.kind = CompletionKind::snippet;
            one.label = std::string(snippet.label);
            one.detail = std::string(snippet.says);
            one.insert = std::string(snippet.text);
            one.is_snippet = true;
            out_.push_back(std::move(one));
        }
    }

    /// Every declared name of a kind; of parts only those of `owner`.
    void names(std::string_view kind, CompletionKind as, std::string_view owner = {}) {
        for (const Project::State::File& file : s_.files) {
            for (const Occurrence& one : file.names.occurrences) {
                if (one.declares && one.kind == kind && one.owner == owner)
                    add(as, one.name, std::string(kind));
            }
        }
        if (kind != "event") return;
        for (const ir::EventType& event : schemas_.front()->events) {
            if (event.builtin) add(as, event.name, "built-in event");
        }
    }

    /// Names by the word before them.
    void named() {
        struct Row {
            std::string_view word;
            std::string_view kind;
            CompletionKind as;
        };
        using K = CompletionKind;
        static constexpr std::array kRows = {
            Row{"frequency", "frequency policy", K::name},
            Row{"quiet", "quiet policy", K::name},
            Row{"consent", "consent group", K::name},
            Row{"joining", "segment", K::name},
            Row{"leaving", "segment", K::name},
            Row{"run", "journey", K::name},
            Row{"include", "snippet", K::function},
            Row{"call", "webhook", K::function},
            Row{"send", "channel", K::name},
            Row{"sent", "channel", K::name},
            Row{"channels", "channel", K::name},
            Row{"on", "event", K::event},
            Row{"unless", "event", K::event},
            Row{"emit", "event", K::event},
            Row{"history", "event", K::event},
            Row{"webhook", "webhook", K::function},
            Row{"fetch", "fetch", K::function},
        };
        if (asked_.wish.place == "the file" && !said("test")) return;
        for (const Row& row : kRows) {
            if (row.word == prev()) names(row.kind, row.as);
        }
        if (prev() == "when" && (said("enter") || said("goal") || said("exit")))
            names("event", K::event);
        if (prev() == "in") names("segment", K::name);
        if (prev() == "for" && said("enter")) names("segment", K::name);
        if (prev() == "of") said("test") ? names("journey", K::name) : own_names("label", K::label);
        if (prev(2) == "send" || prev(2) == "sent") templates_of(prev());
        if ((prev() == "at" && prev(2) == "waiting") || prev() == "held" || prev() == "skipped" ||
            (prev() == "to" && prev(2) == "moves"))
            own_names("label", K::label);
        if (prev() == "goal") own_names("goal", K::label);
        if (prev() == "picks") names("arm", K::name, prev(2));
        if (said("given") && (prev() == "experiment" || prev() == "split"))
            names("experiment", K::name);
        if (prev() == "(" && prev(2) == "consented") names("consent group", K::name);
        if (prev() == "(" && prev(2) == "reachable") names("channel", K::name);
        if (prev() == "distinct" || (prev() == "(" && is_aggregate(prev(2))))
            names("event", K::event);
    }

    void own_names(std::string_view kind, CompletionKind as) {
        names(kind, as, asked_.around.journey);
    }

    void templates_of(std::string_view channel) {
        for (const ir::Program* schema : schemas_) {
            for (const ir::Template& text : schema->templates) {
                if (text.channel >= schema->channels.size()) continue;
                if (schema->channels[text.channel].name != channel) continue;
                std::string says = !text.subject.empty() ? text.subject
                                   : !text.title.empty() ? text.title
                                                         : text.body;
                add(CompletionKind::message_template, text.name, std::move(says));
            }
        }
    }

    static bool is_aggregate(std::string_view word) {
        static constexpr std::array<std::string_view, 10> kAll = {
            "did", "count", "sum", "avg", "min", "max", "first", "last", "distinct", "list"};
        return std::find(kAll.begin(), kAll.end(), word) != kAll.end();
    }

    const std::vector<ir::Field>* fields_of_event(std::string_view name) const {
        const ir::Program* schema = schema_of_event(name);
        if (schema == nullptr) return nullptr;
        return &schema->events[ir::find_named(schema->events, name)].fields;
    }
    const ir::Program* schema_of_event(std::string_view name) const {
        for (const ir::Program* schema : schemas_) {
            if (ir::find_named(schema->events, name) != ir::kNone) return schema;
        }
        return nullptr;
    }

    /// The name of the event that a bare name is a property of: the one before the nearest `where`.
    std::string row_event() const {
        const Words& words = asked_.before;
        std::size_t at = words.size();
        int depth = 0;
        while (at > 0) {
            const std::string_view word = words[at - 1];
            if (word == ")") ++depth;
            if (word == "(") --depth;
            if (word == "where" && depth <= 0) break;
            if (word == "then" || word == "within") return {};
            --at;
        }
        if (at == 0) return {};
        std::size_t end = at - 1;
        if (end >= 2 && words[end - 2] == "of") end -= 2;
        std::string name;
        for (bool dot = true; end > 0 && (dot ? is_word(words[end - 1]) : words[end - 1] == ".");
             dot = !dot, --end)
            name.insert(0, words[end - 1]);
        return name;
    }

    void members() {
        const Words& words = asked_.before;
        const std::string_view owner = prev(2);
        if (owner == "user") {
            add_profile();
            return;
        }
        if (owner == "trigger") {
            for (const std::string& event : asked_.around.triggers)
                add_fields_of(event);
            add(CompletionKind::property, "time", "a moment");
            return;
        }
        if (owner == ")") {  // last(order_paid).
            std::size_t open = words.size() - 2;
            while (open > 0 && words[open] != "(")
                --open;
            if (open + 1 < words.size()) add_fields_of(words[open + 1]);
            add(CompletionKind::property, "time", "a moment");
            return;
        }
        add_fields_of(owner);  // count(order_paid.
    }
    void add_fields_of(std::string_view event) {
        const ir::Program* schema = schema_of_event(event);
        if (schema != nullptr) add_fields(*fields_of_event(event), *schema);
    }

    // ---- maps: { key: value, … }

    std::size_t map_open() const {
        const Words& words = asked_.before;
        int depth = 0;
        for (std::size_t at = words.size(); at > 0; --at) {
            const std::string_view word = words[at - 1];
            if (word == "}" || word == ")" || word == "]") ++depth;
            if (word == "{" && depth == 0) return at;
            if (word == "{" || word == "(" || word == "[") --depth;
        }
        return 0;
    }
    bool in_map_key() const { return map_open() > 0 && (prev() == "{" || prev() == ","); }

    void map_keys() {
        const Words& words = asked_.before;
        const std::size_t open = map_open();
        if (open < 2) return;
        const std::string_view lead = words[open - 2];
        if (lead == "user") {
            add_profile();
        } else if (lead == "with" && open >= 4) {
            add_params_of(words[open - 3]);
        } else {
            add_fields_of(lead);
        }
    }

    // ---- values

    void values() {
        add_fields_of(row_event());
        add(CompletionKind::name, "user", "the person");
        if (!asked_.around.journey.empty()) {
            add(CompletionKind::name, "trigger", "the event that started the journey");
            add(CompletionKind::name, "entry", "the moment of entering");
            own_names("local", CompletionKind::name);
        }
        add(CompletionKind::name, "now", "this moment");
        for (const char* fn : {"did", "count", "sum", "avg", "min", "max", "first", "last",
                               "consented", "reachable", "tagged"}) {
            Completion one;
            one.kind = CompletionKind::function;
            one.label = fn;
            one.insert = std::string(fn) + "($1)";
            one.is_snippet = true;
            out_.push_back(std::move(one));
        }
    }

    void types() {
        for (const char* word : {"string", "int", "float", "bool", "instant", "date", "time",
                                 "zone", "duration", "money", "list of", "map of", "one of"})
            add(CompletionKind::keyword, word, "type");
    }

    /// The values of a property that has only a few: after `is`, `is not`, `in [`.
    void choices() {
        const Words& words = asked_.before;
        std::size_t at = words.size();
        while (at > 0 &&
               (words[at - 1] == "[" || words[at - 1] == "," || words[at - 1].starts_with('"')))
            --at;
        bool compared = false;
        while (at > 0 &&
               (words[at - 1] == "is" || words[at - 1] == "not" || words[at - 1] == "in")) {
            compared = true;
            --at;
        }
        if (!compared || at == 0) return;
        const std::string_view name = words[at - 1];
        const std::string_view owner =
            at >= 3 && words[at - 2] == "." ? words[at - 3] : std::string_view();
        const auto offer = [&](const std::vector<ir::Field>* fields) {
            if (fields == nullptr) return;
            const ir::Index found = ir::find_named(*fields, name);
            if (found == ir::kNone) return;
            for (const std::string& choice : (*fields)[found].type.choices)
                add(CompletionKind::value, "\"" + choice + "\"", std::string(name));
        };
        if (owner == "user") {
            for (const ir::Program* schema : schemas_)
                offer(&schema->profile);
        } else if (owner == "trigger") {
            for (const std::string& event : asked_.around.triggers)
                offer(fields_of_event(event));
        } else if (owner.empty()) {
            offer(fields_of_event(row_event()));
        }
    }

    const Project::State& s_;
    std::vector<const ir::Program*> schemas_;  // newest first
    Asked asked_;
    std::vector<Completion>& out_;
    std::set<std::string> seen_;
};

Around around(const Project::State& s, FileId file, std::uint32_t offset) {
    Around made;
    const ast::File* tree = s.tree_of(file);
    if (tree == nullptr) return made;
    const ast::Item* here = nullptr;
    const ast::Item* only = nullptr;
    for (const ast::Item& item : tree->items) {
        if (item.span.begin <= offset || s.is_yaml(file)) here = &item;
        if (std::holds_alternative<ast::JourneyDecl>(item.what)) only = &item;
    }
    if (here == nullptr) return made;
    if (const auto* test = std::get_if<ast::TestDecl>(&here->what)) {
        if (test->of) {
            made.journey = test->of->text;
            return made;
        }
        here = only;
    }
    if (s.is_yaml(file)) here = only;  // one journey a file
    if (here == nullptr) return made;
    const auto* journey = std::get_if<ast::JourneyDecl>(&here->what);
    if (journey == nullptr) return made;
    made.journey = journey->name.text;
    made.span = here->span;
    for (const ast::Head& head : journey->heads) {
        if (s.slice(head.keyword) != "enter" && s.slice(head.keyword) != "when") continue;
        for (const Occurrence* one : s.occurrences_in(head.span)) {
            if (one->kind == "event") made.triggers.push_back(one->name);
        }
    }
    return made;
}

/// A YAML line as the statement it stands for: the same words in the other surface.
std::string as_statement(std::string_view line, bool& is_step) {
    const std::size_t text = line.find_first_not_of(" \t-");
    if (text == std::string_view::npos) return {};
    line.remove_prefix(text);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return std::string(line);
    const std::string_view key = line.substr(0, colon);
    std::string_view value = line.substr(colon + 1);
    const std::size_t begin = value.find_first_not_of(" \t'");
    value.remove_prefix(begin == std::string_view::npos ? value.size() : begin);
    is_step = key != "when" && key != "only if" && key != "frequency" && key != "quiet" &&
              key != "key" && key != "consent";
    std::string lead(key);
    if (key == "when") lead = "enter when";
    if (key == "event") {
        lead = "wait at most 1 day { on";
    } else if (key == "expect") {
        lead = "expect";
    }
    return lead + " " + std::string(value);
}

struct Place {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
};
Place word_around(std::string_view text, std::uint32_t offset) {
    const auto in_word = [&](std::size_t at) {
        const auto c = static_cast<unsigned char>(text[at]);
        return std::isalnum(c) != 0 || c == '_' || c >= 0x80;
    };
    Place place{std::min(offset, static_cast<std::uint32_t>(text.size())), 0};
    place.end = place.begin;
    while (place.begin > 0 && in_word(place.begin - 1))
        --place.begin;
    while (place.end < text.size() && in_word(place.end))
        ++place.end;
    return place;
}

/// Whether `offset` is in a comment or a text in quotes; of a text, what stands before it.
struct Within {
    bool comment = false;
    std::optional<std::string_view> text;
};
Within within(std::string_view text, const std::vector<Token>& tokens, std::uint32_t offset) {
    Within made;
    for (const Token& token : tokens) {
        if (token.begin >= offset) break;
        if (token.kind == TokenKind::comment && offset <= token.end) made.comment = true;
        if (token.kind == TokenKind::text && offset < token.end)
            made.text = text.substr(token.begin, offset - token.begin);
    }
    return made;
}

bool opens_mention(std::string_view text) {
    const std::size_t open = text.rfind("{{");
    return open != std::string_view::npos && text.find("}}", open) == std::string_view::npos;
}

}  // namespace

Completions Project::complete(FileId file, std::uint32_t offset) {
    State& s = *state_;
    s.settle(file);
    const std::string_view text = s.text_of(file);
    const Place word = word_around(text, offset);
    Completions made;
    made.replace = {file, word.begin, word.end};
    Asked asked;
    asked.around = around(s, file, offset);
    std::string statement;
    if (s.is_yaml(file)) {
        const std::size_t line = text.rfind('\n', word.begin == 0 ? 0 : word.begin - 1);
        const std::size_t from = line == std::string_view::npos ? 0 : line + 1;
        bool is_step = true;
        if (from > word.begin) return made;
        statement = as_statement(text.substr(from, word.begin - from), is_step);
        const std::string before = is_step ? "journey x {\ndo {\n" : "journey x {\n";
        asked.before = statement_of(statement, syntax::tokenize(statement));
        const std::string whole = before + statement + (is_step ? "\n}\n}\n" : "\n}\n");
        const auto at = static_cast<std::uint32_t>(before.size() + statement.size());
        asked.wish = syntax::wishes_at(whole, at, at);
        Completer(s, std::move(asked), made.items).run();
        return made;
    }
    const std::vector<Token> tokens = syntax::tokenize(text);
    const Within inside = within(text, tokens, offset);
    if (inside.comment) return made;
    if (inside.text) {
        const ast::Item* item = s.item_at(file, offset);
        const auto* decl = item == nullptr ? nullptr : std::get_if<ast::TemplateDecl>(&item->what);
        if (decl != nullptr && opens_mention(*inside.text))
            Completer(s, std::move(asked), made.items).mentions(decl);
        return made;
    }
    std::vector<Token> before;
    for (const Token& token : tokens) {
        if (token.end <= word.begin) before.push_back(token);
    }
    asked.before = statement_of(text.substr(0, word.begin), before);
    asked.wish = syntax::wishes_at(text, word.begin, word.end);
    Completer(s, std::move(asked), made.items).run();
    return made;
}

}  // namespace journey::editor
