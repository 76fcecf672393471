#include "engine/render/interpreter.h"
#include "engine/render/nodes.h"
#include "engine/render/render.h"

namespace journey::render {

struct Template::Tree {
    ParsedTemplate parsed;
};

Template::Template(std::unique_ptr<const Tree> tree) : tree_(std::move(tree)) {}
Template::Template(Template&&) noexcept = default;
Template& Template::operator=(Template&&) noexcept = default;
Template::~Template() = default;

std::variant<Template, RenderError> Template::parse(std::string_view source) {
    auto parsed = parse_template(source);
    if (auto* failure = std::get_if<ParseFailure>(&parsed)) {
        return RenderError{failure->line, std::move(failure->message)};
    }
    auto tree = std::make_unique<Tree>();
    tree->parsed = std::get<ParsedTemplate>(std::move(parsed));
    return Template(std::move(tree));
}

std::vector<std::string> Template::variables() const {
    return tree_->parsed.variables;
}

std::variant<std::string, RenderError> Template::render(const Record& data, Escape escape,
                                                        const Budget& budget) const {
    return interpret(tree_->parsed, data, escape, budget);
}

}  // namespace journey::render
