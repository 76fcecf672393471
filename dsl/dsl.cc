#include "dsl/dsl.h"

#include "dsl/format/format.h"
#include "dsl/lower/lower.h"
#include "dsl/print/print.h"
#include "dsl/schema/schema.h"
#include "dsl/syntax/syntax.h"
#include "dsl/yaml/yaml.h"

namespace journey::dsl {

namespace {

bool is_yaml(std::string_view name) {
    return name.ends_with(".yaml") || name.ends_with(".yml");
}

std::vector<source::Span> comments_of(const std::vector<ast::File>& trees,
                                      const SourceSet& sources) {
    std::vector<source::Span> found;
    for (const ast::File& tree : trees) {
        if (is_yaml(sources.at(tree.id).name())) {
            const std::vector<source::Span> comments = source::find_yaml_comments(sources, tree.id);
            found.insert(found.end(), comments.begin(), comments.end());
        } else {
            for (const ast::Comment& comment : tree.comments)
                found.push_back(comment.span);
        }
    }
    return found;
}

/// Sema looks at everything else that the verifier limits: only lowering shows how many steps there
/// are once bands and waits are taken apart. Any other refusal is our own mistake.
Diagnostic too_large(const sema::Model& model, const ir::Program& program,
                     const std::string& detail) {
    constexpr std::size_t kStatesMax = 500;
    for (std::size_t i = 0; i < program.journeys.size(); ++i) {
        if (program.journeys[i].states.size() <= kStatesMax) continue;
        return Diagnostic::error("J0902", "TOO MANY STEPS", model.journeys[i].name_span,
                                 "`" + model.journeys[i].name +
                                     "` comes to more than 500 steps once everything it includes "
                                     "is written out.")
            .and_help("a journey has at most 500 steps");
    }
    ENSURE(false, detail);
}

}  // namespace

Compilation compile(std::vector<SourceFile> files, const Options& options) {
    Compilation made;
    std::vector<ast::File> trees;
    for (SourceFile& file : files) {
        const auto id = made.sources.add(file.name, file.text, made.diagnostics);
        file.text.clear();
        if (!id) continue;
        trees.push_back(is_yaml(file.name)
                            ? yaml::parse_file(made.sources, *id, made.diagnostics)
                            : syntax::parse_file(made.sources, *id, made.diagnostics));
    }
    sema::Model model = sema::check(trees, made.sources, options, made.diagnostics);
    if (!source::has_errors(made.diagnostics)) {
        ir::Program program = lower::lower(model, made.sources);
        const Result<void> verified = ir::verify(program);
        if (verified.has_value()) {
            made.program = std::move(program);
            made.tests = std::move(model.tests);
        } else {
            made.diagnostics.push_back(too_large(model, program, verified.error().detail));
        }
    }
    source::sort_and_unique(made.diagnostics);
    made.allowed =
        source::apply_allows(made.sources, comments_of(trees, made.sources), made.diagnostics);
    source::sort_and_unique(made.diagnostics);
    return made;
}

bool reads(const SourceFile& file) {
    SourceSet sources;
    std::vector<Diagnostic> diagnostics;
    const auto id = sources.add(file.name, file.text, diagnostics);
    if (!id) return false;
    if (is_yaml(file.name)) {
        yaml::parse_file(sources, *id, diagnostics);
    } else {
        syntax::parse_file(sources, *id, diagnostics);
    }
    return !source::has_errors(diagnostics);
}

std::string render(const Compilation& compilation, RenderOptions options) {
    return source::render(compilation.sources, compilation.diagnostics, options);
}

std::string render_short(const Compilation& compilation) {
    return source::render_short(compilation.sources, compilation.diagnostics);
}

std::string render_json(const Compilation& compilation) {
    return source::render_json(compilation.sources, compilation.diagnostics);
}

std::string render_sarif(const Compilation& compilation) {
    return source::render_sarif(compilation.sources, compilation.diagnostics, compilation.allowed);
}

Formatted format_source(SourceFile file) {
    Formatted made;
    const std::string bytes = file.text;
    const auto id = made.sources.add(file.name, bytes, made.diagnostics);
    if (!id) return made;
    if (is_yaml(file.name)) {
        made.text = yaml::format_file(made.sources, *id, made.diagnostics);
        source::sort_and_unique(made.diagnostics);
        return made;
    }
    const ast::File tree = syntax::parse_file(made.sources, *id, made.diagnostics);
    if (!source::has_errors(made.diagnostics)) {
        made.text = format::format_file(tree, made.sources.at(*id));
    }
    source::sort_and_unique(made.diagnostics);
    return made;
}

std::string_view words_of_reason(model::Reason reason) {
    return sema::words_of(reason);
}

Surface surface_of(std::string_view name) {
    return is_yaml(name) ? Surface::yaml : Surface::journey;
}

Formatted convert_source(SourceFile file, Surface to) {
    Formatted made;
    const auto id = made.sources.add(file.name, file.text, made.diagnostics);
    if (!id) return made;
    const ast::File tree = is_yaml(file.name)
                               ? yaml::parse_file(made.sources, *id, made.diagnostics)
                               : syntax::parse_file(made.sources, *id, made.diagnostics);
    if (!source::has_errors(made.diagnostics)) {
        made.text = to == Surface::yaml ? print::to_yaml(tree, made.sources)
                                        : print::to_journey(tree, made.sources);
        // Comments may stand where the one style sets lines in another way.
        const std::string name = to == Surface::yaml ? "new.journey.yaml" : "new.journey";
        Formatted styled = format_source({name, *made.text});
        if (styled.text) made.text = std::move(styled.text);
    }
    source::sort_and_unique(made.diagnostics);
    return made;
}

std::string json_schema(std::vector<SourceFile> project) {
    SourceSet sources;
    std::vector<Diagnostic> unheard;
    std::vector<ast::File> trees;
    for (SourceFile& file : project) {
        const auto id = sources.add(file.name, file.text, unheard);
        if (!id) continue;
        trees.push_back(is_yaml(file.name) ? yaml::parse_file(sources, *id, unheard)
                                           : syntax::parse_file(sources, *id, unheard));
    }
    return schema::json_schema(schema::names_of(trees));
}

}  // namespace journey::dsl
