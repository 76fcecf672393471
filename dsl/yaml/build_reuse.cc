// Webhooks, fetches, catalogues, bands and snippets in YAML.

#include "dsl/yaml/build.h"

namespace journey::yaml {

void Builder::webhooks(const Pair& pair) {
    if (!want_map(pair.value, "`webhooks`")) return;
    for (const Pair& one : pair.value.pairs) {
        std::optional<ast::Name> webhook = key_name(one.key);
        if (!webhook || !want_map(one.value, "the webhook `" + one.key.text + "`")) continue;
        check_keys(one.value, Where::webhook);
        ast::WebhookDecl made;
        made.name = std::move(*webhook);
        for (const Pair& line : one.value.pairs) {
            const std::string& key = line.key.text;
            const Span span = source::join(line.key.span, line.value.span);
            if (key == "post") {
                if (auto url = text(line.value, "`post`"))
                    made.lines.push_back({span, ast::HookPost{std::move(*url)}});
            } else if (key == "sends") {
                made.lines.push_back({span, ast::HookSends{names(line.value, "a name")}});
            } else if (key == "gives") {
                for (ast::FieldLine& field : fields(line.value, "`gives`")) {
                    if (auto* what = std::get_if<ast::Field>(&field.what))
                        made.lines.push_back({field.span, ast::HookGives{std::move(*what)}});
                }
            } else if (key == "timeout") {
                if (auto timeout = duration(line.value, "`timeout`"))
                    made.lines.push_back({span, ast::HookTimeout{std::move(*timeout)}});
            } else if (key == "retry") {
                if (auto times = read(line.value, "`retry`", &syntax::parse_times))
                    made.lines.push_back({span, ast::HookRetry{*times}});
            }
        }
        add_item(one, std::move(made));
    }
}

void Builder::fetches(const Pair& pair) {
    if (!want_map(pair.value, "`fetches`")) return;
    for (const Pair& one : pair.value.pairs) {
        std::optional<ast::Name> called = key_name(one.key);
        if (!called || !want_map(one.value, "the fetch `" + one.key.text + "`")) continue;
        check_keys(one.value, Where::fetch);
        ast::FetchDecl made;
        made.name = std::move(*called);
        for (const Pair& line : one.value.pairs) {
            const std::string& key = line.key.text;
            const Span span = source::join(line.key.span, line.value.span);
            if (key == "get") {
                if (auto url = text(line.value, "`get`"))
                    made.lines.push_back({span, ast::FetchGet{std::move(*url)}});
            } else if (key == "cache") {
                if (auto time = duration(line.value, "`cache`"))
                    made.lines.push_back({span, ast::FetchCache{std::move(*time)}});
            } else if (key == "timeout") {
                if (auto timeout = duration(line.value, "`timeout`"))
                    made.lines.push_back({span, ast::FetchTimeout{std::move(*timeout)}});
            } else if (key == "when it fails") {
                const auto what = name(line.value, "`skip` or `blank`");
                if (!what) continue;
                if (what->text == "skip" || what->text == "blank") {
                    made.lines.push_back({span, ast::FetchFails{what->text == "blank"}});
                } else {
                    report(Diagnostic::error("J0804", "SKIP OR BLANK?", what->span,
                                             "When a fetch fails the message is skipped, or shows "
                                             "nothing there: `skip` or `blank`."));
                }
            }
        }
        add_item(one, std::move(made));
    }
}

void Builder::catalogues(const Pair& pair) {
    if (!want_map(pair.value, "`catalogues`")) return;
    for (const Pair& one : pair.value.pairs) {
        std::optional<ast::Name> called = key_name(one.key);
        if (!called || !want_map(one.value, "the catalogue `" + one.key.text + "`")) continue;
        check_keys(one.value, Where::catalogue);
        ast::CatalogueDecl made;
        made.name = std::move(*called);
        // What is missing the check says, as in the other surface.
        if (const Node* file = get(one.value, "file")) {
            if (auto path = text(*file, "`file`"))
                made.lines.push_back({file->span, ast::CatalogueFile{std::move(*path)}});
        }
        if (const Node* column = get(one.value, "key")) {
            if (auto by = name(*column, "a column"))
                made.lines.push_back({column->span, ast::CatalogueKey{std::move(*by)}});
        }
        if (const Node* columns = get(one.value, "columns")) {
            for (ast::FieldLine& field : fields(*columns, "`columns`")) {
                if (auto* what = std::get_if<ast::Field>(&field.what))
                    made.lines.push_back({field.span, std::move(*what)});
            }
        }
        add_item(one, std::move(made));
    }
}

void Builder::bands(const Pair& pair) {
    if (!want_map(pair.value, "`bands`")) return;
    for (const Pair& one : pair.value.pairs) {
        std::optional<ast::Name> band = key_name(one.key);
        if (!band || !want_map(one.value, "the band `" + one.key.text + "`")) continue;
        check_keys(one.value, Where::band);
        ast::BandDecl made;
        made.name = std::move(*band);
        const Node* of = need(one.value, "of", "A band");
        const Node* rows = need(one.value, "rows", "A band");
        if (of != nullptr && want_scalar(*of, "`of`"))
            made.of = syntax::parse_expr(piece(*of), out_, "a value");
        for (const Node* item : rows == nullptr ? std::vector<const Node*>() : items_of(*rows)) {
            if (auto row = read(*item, "a row of a band", &syntax::parse_band_row))
                made.rows.push_back(std::move(*row));
        }
        if (made.of != nullptr && rows != nullptr) add_item(one, std::move(made));
    }
}

void Builder::snippets(const Pair& pair) {
    if (!want_map(pair.value, "`snippets`")) return;
    for (const Pair& one : pair.value.pairs) {
        std::optional<ast::Name> snippet = key_name(one.key);
        if (!snippet || !want_map(one.value, "the snippet `" + one.key.text + "`")) continue;
        check_keys(one.value, Where::snippet);
        ast::SnippetDecl made;
        made.name = std::move(*snippet);
        const Node* parameters = get(one.value, "parameters");
        if (parameters != nullptr && want_map(*parameters, "`parameters`")) {
            for (const Pair& line : parameters->pairs) {
                std::optional<ast::Name> called = key_name(line.key);
                if (!called || !want_scalar(line.value, "the type of `" + line.key.text + "`"))
                    continue;
                auto param = syntax::parse_param_type(std::move(*called), piece(line.value), out_);
                if (param) made.params.push_back(std::move(*param));
            }
        }
        if (const Node* inner = need(one.value, "do", "A snippet")) made.steps = steps(*inner);
        add_item(one, std::move(made));
    }
}

}  // namespace journey::yaml
