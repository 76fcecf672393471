#include "dsl/yaml/build.h"

#include "dsl/yaml/yaml.h"

#include <algorithm>
#include <array>

namespace journey::yaml {

namespace {

std::string tick(std::string_view word) {
    return "`" + std::string(word) + "`";
}

/// "a condition" at the head of a sentence.
std::string sentence(std::string words) {
    if (!words.empty() && words[0] >= 'a' && words[0] <= 'z') {
        words[0] = static_cast<char>(words[0] - 'a' + 'A');
    }
    return words;
}

std::string shape(const Node& node) {
    switch (node.kind) {
        case Kind::nothing:
            return "nothing";
        case Kind::scalar:
            return "one value";
        case Kind::list:
            return "a list";
        case Kind::map:
            return "a map";
        case Kind::broken:
            break;
    }
    return "something else";
}

}  // namespace

void Builder::unknown_key(const Node& map, const Node& key, const KeyTable& known) {
    std::string all;
    std::vector<std::string> unused;
    for (const Key& one : known.keys) {
        all += (all.empty() ? "" : ", ") + std::string(one.name);
        // A key that is there already is hardly what was meant.
        if (pair_of(map, one.name) == nullptr) unused.emplace_back(one.name);
    }
    Diagnostic diagnostic = Diagnostic::error(
        "J0804", "UNKNOWN KEY", key.span,
        std::string(known.owner) + " has no " + tick(key.text) + "; it knows: " + all + ".");
    // What other tools call it.
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kTheirs = {
        {{"on", "when"},
         {"event", "when"},
         {"trigger", "enter"},
         {"steps", "do"},
         {"actions", "do"},
         {"do", "then"},
         {"variants", "arms"},
         {"data", "with"},
         {"condition", "only if"}}};
    for (const auto& [theirs, ours] : kTheirs) {
        if (key.text != theirs || std::find(unused.begin(), unused.end(), ours) == unused.end())
            continue;
        diagnostic.fixes.push_back({source::Applicability::probable,
                                    "write " + tick(ours) + ".",
                                    {{key.span, std::string(ours)}}});
        report(std::move(diagnostic));
        return;
    }
    const std::vector<std::string> near = did_you_mean(key.text, unused);
    if (!near.empty()) {
        // `goal` for `goals`: what stands behind the key takes another shape too.
        const bool several = near[0] == key.text + "s";
        diagnostic.fixes.push_back({near.size() == 1 && !several ? source::Applicability::certain
                                                                 : source::Applicability::probable,
                                    "write " + tick(near[0]) + ".",
                                    {{key.span, near[0]}}});
    }
    report(std::move(diagnostic));
}

void Builder::check_keys(const Node& map, Where where) {
    // With more of them it is another kind of file, and each looks through all keys.
    constexpr std::size_t kUnknownMax = 100;
    const KeyTable& known = table(where);
    std::size_t unknown = 0;
    for (const Pair& pair : map.pairs) {
        if (find_key(known, pair.key.text) != nullptr) continue;
        if (++unknown > kUnknownMax) return;
        unknown_key(map, pair.key, known);
    }
}

const Pair* Builder::pair_of(const Node& map, std::string_view key) {
    for (const Pair& pair : map.pairs) {
        if (pair.key.text == key) return &pair;
    }
    return nullptr;
}

const Node* Builder::get(const Node& map, std::string_view key) {
    const Pair* pair = pair_of(map, key);
    return pair == nullptr ? nullptr : &pair->value;
}

const Node* Builder::need(const Node& map, std::string_view key, const std::string& owner) {
    if (const Node* node = get(map, key)) return node;
    const Span at = map.pairs.empty() ? map.span : map.pairs.front().key.span;
    report(Diagnostic::error("J0804", "A KEY IS MISSING", at,
                             owner + " needs " + tick(std::string(key) + ":") + "."));
    return nullptr;
}

bool Builder::want_map(const Node& node, const std::string& what) {
    if (node.kind == Kind::map) return true;
    if (node.kind == Kind::broken) return false;
    Span at = node.span;
    if (node.kind == Kind::list) at.end = at.begin;
    Diagnostic diagnostic = Diagnostic::error(
        "J0805", "ANOTHER SHAPE", at,
        sentence(what) + " is a map of `key: value` lines, and this is " + shape(node) + ".");
    const std::size_t wide = node.kind == Kind::scalar ? node.text.find("：") : std::string::npos;
    const std::size_t blank = node.kind == Kind::scalar ? node.text.find(' ') : std::string::npos;
    if (wide != std::string::npos && wide < node.offsets.size()) {
        const Span sign{node.span.file, node.offsets[wide], node.offsets[wide] + 3};
        diagnostic.after = "The colon is the wide one of an input method.";
        diagnostic.fixes.push_back({source::Applicability::certain, "write `:`.", {{sign, ":"}}});
    } else if (what == "a step" && blank != std::string::npos && blank < node.offsets.size()) {
        const Span gap{node.span.file, node.offsets[blank], node.offsets[blank]};
        diagnostic.fixes.push_back({source::Applicability::probable,
                                    "write " + tick(node.text.substr(0, blank) + ":") + ".",
                                    {{gap, ":"}}});
    } else if (what == "`enter`" && node.kind == Kind::scalar) {
        diagnostic.fixes.push_back(
            {source::Applicability::probable,
             "write `when:` before it, on a line of its own.",
             {{{node.span.file, node.span.begin, node.span.begin}, "\n  when: "}}});
    }
    report(std::move(diagnostic));
    return false;
}

bool Builder::want_list(const Node& node, const std::string& what) {
    if (node.kind == Kind::list) return true;
    if (node.kind == Kind::broken) return false;
    Span at = node.span;
    if (node.kind == Kind::map) at.end = at.begin;
    report(Diagnostic::error(
        "J0805", "ANOTHER SHAPE", at,
        sentence(what) + " is a list of `- ` lines, and this is " + shape(node) + "."));
    return false;
}

bool Builder::want_scalar(const Node& node, const std::string& what) {
    if (node.kind == Kind::scalar) return true;
    if (node.kind == Kind::broken) return false;
    Span at = node.span;
    if (node.kind != Kind::nothing) at.end = at.begin;
    report(Diagnostic::error("J0805", "ANOTHER SHAPE", at,
                             sentence(what) + " is one value, and this is " + shape(node) + "."));
    return false;
}

std::vector<const Node*> Builder::items_of(const Node& node) {
    std::vector<const Node*> items;
    if (node.kind == Kind::list) {
        for (const Node& item : node.items)
            items.push_back(&item);
    } else if (node.kind != Kind::nothing && node.kind != Kind::broken) {
        items.push_back(&node);
    }
    return items;
}

syntax::Piece Builder::piece(const Node& scalar) const {
    return rest_of(scalar, 0);
}

syntax::Piece Builder::rest_of(const Node& scalar, std::size_t skip) const {
    syntax::Piece piece;
    piece.text = std::string_view(scalar.text).substr(skip);
    piece.file = file_;
    piece.begin = scalar.offsets[skip];
    const std::vector<std::uint32_t>* offsets = &scalar.offsets;
    piece.offset_of = [offsets, skip](std::uint32_t at) {
        return (*offsets)[std::min(skip + at, offsets->size() - 1)];
    };
    return piece;
}

std::optional<ast::SendOption> Builder::read_option(const Pair& pair) {
    const std::string what = tick(pair.key.text);
    if (!want_scalar(pair.value, what)) return std::nullopt;
    if (pair.key.text == "retry" || pair.key.text == "valid") {
        syntax::Diagnostics unheard;
        if (syntax::parse_duration(piece(pair.value), unheard)) {
            const Span value = pair.value.span;
            const std::string meant = pair.key.text + ": for " + pair.value.text;
            report(Diagnostic::error("J0805", "FOR HOW LONG?", value,
                                     what + " is written " + tick(meant) + ".")
                       .and_fix(source::Applicability::certain, "write " + tick(meant) + ".",
                                {{{value.file, value.begin, value.begin}, "for "}}));
            return std::nullopt;
        }
    }
    const std::string joined = pair.key.text + " " + pair.value.text;
    std::vector<std::uint32_t> offsets(pair.key.offsets.begin(), pair.key.offsets.end());
    offsets.insert(offsets.end(), pair.value.offsets.begin(), pair.value.offsets.end());
    syntax::Piece piece;
    piece.text = joined;
    piece.file = file_;
    piece.begin = offsets.front();
    piece.offset_of = [&offsets](std::uint32_t at) {
        return offsets[std::min<std::size_t>(at, offsets.size() - 1)];
    };
    return syntax::parse_send_option(piece, out_);
}

std::optional<ast::Text> Builder::text(const Node& node, const std::string& what) {
    if (!want_scalar(node, what)) return std::nullopt;
    return ast::Text{node.text, node.span};
}

std::optional<ast::Name> Builder::name(const Node& node, const std::string& what) {
    if (!want_scalar(node, what)) return std::nullopt;
    return syntax::parse_name(piece(node), out_, what);
}

std::optional<ast::Name> Builder::key_name(const Node& key) {
    return syntax::parse_name(piece(key), out_, "a name");
}

std::vector<ast::Name> Builder::names(const Node& node, const std::string& what) {
    std::vector<ast::Name> all;
    for (const Node* item : items_of(node)) {
        if (auto one = name(*item, what)) all.push_back(std::move(*one));
    }
    if (node.kind == Kind::nothing) want_list(node, what);
    return all;
}

ast::ExprPtr Builder::condition(const Node& node) {
    if (!want_scalar(node, "a condition")) return nullptr;
    return syntax::parse_expr(piece(node), out_);
}

ast::ExprPtr Builder::value(const Node& node) {
    if (node.kind == Kind::scalar && node.style == Style::quoted) {
        auto expr = std::make_unique<ast::Expr>();
        expr->span = node.span;
        expr->what = ast::Literal{ast::LiteralKind::text, Value(node.text)};
        return expr;
    }
    if (node.kind == Kind::list) {
        auto expr = std::make_unique<ast::Expr>();
        expr->span = node.span;
        ast::ListLiteral list;
        for (const Node& item : node.items) {
            if (ast::ExprPtr one = value(item)) list.items.push_back(std::move(one));
        }
        expr->what = std::move(list);
        return expr;
    }
    if (node.kind == Kind::map) {
        auto map = data(node);
        if (!map) return nullptr;
        auto expr = std::make_unique<ast::Expr>();
        expr->span = node.span;
        expr->what = std::move(*map);
        return expr;
    }
    if (!want_scalar(node, "a value")) return nullptr;
    return syntax::parse_expr(piece(node), out_, "a value");
}

std::optional<ast::MapLiteral> Builder::data(const Node& node) {
    if (!want_map(node, "the data")) return std::nullopt;
    ast::MapLiteral map;
    map.span = node.span;
    for (const Pair& pair : node.pairs) {
        ast::ExprPtr one = value(pair.value);
        if (one != nullptr) map.pairs.push_back({{pair.key.text, pair.key.span}, std::move(one)});
    }
    return map;
}

void Builder::add_item(const Pair& pair, ast::ItemKind what) {
    made_.items.push_back(
        {source::join(pair.key.span, pair.value.span), pair.key.span, std::move(what)});
}

ast::File Builder::build(const Node& document) {
    made_.id = file_;
    if (!want_map(document, "a journey file")) return std::move(made_);
    check_keys(document, Where::file);
    for (const Pair& pair : document.pairs) {
        const std::string& key = pair.key.text;
        if (key == "language") {
            if (auto edition = read(pair.value, "`language`", &syntax::parse_integer)) {
                add_item(pair, ast::Language{*edition});
            }
        } else if (key == "use") {
            for (const Node* item : items_of(pair.value)) {
                auto file = text(*item, "a file's name");
                if (!file) continue;
                // `shop.journey as shop`
                std::optional<ast::Name> as;
                const std::size_t word = file->value.rfind(" as ");
                if (word != std::string::npos) {
                    as = syntax::parse_name(rest_of(*item, word + 4), out_);
                    file->value.resize(word);
                }
                add_item({pair.key, *item}, ast::Use{std::move(*file), std::move(as)});
            }
        } else if (key == "workspace") {
            workspace(pair);
        } else if (key == "profile") {
            profile(pair);
        } else if (key == "events") {
            events(pair);
        } else if (key == "channels") {
            channels(pair);
        } else if (key == "consents") {
            consents(pair);
        } else if (key == "frequencies") {
            frequencies(pair);
        } else if (key == "quiet hours") {
            quiets(pair);
        } else if (key == "templates") {
            templates(pair);
        } else if (key == "segments") {
            segments(pair);
        } else if (key == "webhooks") {
            webhooks(pair);
        } else if (key == "fetches") {
            fetches(pair);
        } else if (key == "catalogues") {
            catalogues(pair);
        } else if (key == "bands") {
            bands(pair);
        } else if (key == "snippets") {
            snippets(pair);
        } else if (key == "journeys") {
            journeys(pair);
        }
    }
    journey(document);
    if (const Pair* list = pair_of(document, "tests")) tests(*list);
    return std::move(made_);
}

ast::File parse_file(const source::SourceSet& sources, FileId file, Diagnostics& diagnostics) {
    const source::Source& source = sources.at(file);
    source::report_invisible(source, file, diagnostics);
    const std::optional<Node> document = read_document(source, file, diagnostics);
    if (!document || document->kind == Kind::nothing || document->kind == Kind::broken) {
        ast::File empty;
        empty.id = file;
        empty.comments = find_comments(source, file, document ? *document : Node());
        return empty;
    }
    ast::File made = Builder(sources, file, diagnostics).build(*document);
    made.comments = find_comments(source, file, *document);
    return made;
}

}  // namespace journey::yaml
