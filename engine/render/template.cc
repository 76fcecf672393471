#include "engine/render/machine.h"
#include "engine/render/render.h"

namespace journey::render {

std::string_view name_of(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::syntax:
            return "syntax";
        case ErrorKind::argument:
            return "argument";
        case ErrorKind::zero_division:
            return "zero_division";
        case ErrorKind::float_domain:
            return "float_domain";
        case ErrorKind::file_system:
            return "file_system";
        case ErrorKind::stack_depth:
            return "stack_depth";
        case ErrorKind::disabled:
            return "disabled";
        case ErrorKind::undefined_variable:
            return "undefined_variable";
        case ErrorKind::undefined_filter:
            return "undefined_filter";
        case ErrorKind::budget:
            return "budget";
    }
    return {};
}

Template::Template(std::unique_ptr<const Program> program) : program_(std::move(program)) {}
Template::Template(Template&&) noexcept = default;
Template& Template::operator=(Template&&) noexcept = default;
Template::~Template() = default;

std::variant<Template, RenderError> Template::parse(std::string_view source, Mode mode) {
    auto parsed = parse_program(source, mode);
    if (auto* problem = std::get_if<RenderError>(&parsed)) return std::move(*problem);
    return Template(std::get<std::unique_ptr<const Program>>(std::move(parsed)));
}

const std::vector<std::string>& Template::variables() const {
    return program_->variables;
}

std::variant<std::string, RenderError> Template::render(const Record& data, Escape escape,
                                                        const Budget& budget) const {
    Renderer renderer;
    RenderOptions options;
    options.escape = escape;
    options.budget = budget;
    auto rendered = renderer.render(*this, data, options);
    if (auto* problem = std::get_if<RenderError>(&rendered)) return std::move(*problem);
    return std::string(std::get<std::string_view>(rendered));
}

const Program& Partials::program(const Template& of) {
    return *of.program_;
}

Renderer::Renderer() : scratch_(std::make_unique<Scratch>()) {}
Renderer::~Renderer() = default;
Renderer::Renderer(Renderer&&) noexcept = default;
Renderer& Renderer::operator=(Renderer&&) noexcept = default;

std::variant<std::string_view, RenderError> Renderer::render(const Template& source,
                                                             const Record& data,
                                                             const RenderOptions& options) {
    Scratch& scratch = *scratch_;
    scratch.clear();
    scratch.meter.steps = options.budget.steps;
    scratch.meter.bytes = static_cast<std::int64_t>(options.budget.bytes);
    Machine machine(scratch, data, options);
    try {
        machine.render(*source.program_);
    } catch (const Refusal& refusal) {
        return RenderError{machine.line(), refusal.message, refusal.kind,
                           std::string(machine.partial())};
    } catch (const RenderError& problem) {
        return problem;
    }
    return std::string_view(scratch.out);
}

}  // namespace journey::render
