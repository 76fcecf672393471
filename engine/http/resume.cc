#include "engine/http/resume.h"

#include "engine/http/problem.h"
#include "engine/http/schema.h"

#include <fmt/format.h>

namespace journey::http {
namespace {

constexpr std::int64_t kOverSecondsMost = 7 * 24 * 3600;

Reply wrong(std::string_view detail) {
    return problem(422, "wrong_shape", detail);
}

std::optional<model::Late> late_of(const Value& value) {
    const auto* text = value.as<std::string>();
    for (const model::Late late : {model::Late::send, model::Late::skip, model::Late::exit}) {
        if (text != nullptr && *text == name_of(late)) return late;
    }
    return std::nullopt;
}

std::vector<std::string> step_names(const ir::Program* program, std::string_view journey) {
    std::vector<std::string> names;
    if (program == nullptr) return names;
    for (const ir::Journey& one : program->journeys) {
        if (!journey.empty() && one.name != journey) continue;
        for (const ir::State& state : one.states) {
            if (!state.step.empty()) names.push_back(state.step);
        }
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

constexpr std::string_view kChoices =
    "`send`, which lets it go on, `skip`, which skips its messages up to the next wait, and "
    "`exit`, "
    "which ends the pass through the journey";

}  // namespace

std::variant<model::Resume, Reply> read_resume(std::string_view body, const ir::Program* program,
                                               std::string_view journey) {
    model::Resume resume;
    resume.journey = journey;
    if (body.empty()) return resume;
    const auto value = value_from_json(body);
    const Record* given = value ? value.value().as<Record>() : nullptr;
    if (given == nullptr) return wrong("The body is no JSON object; it may be left out.");
    for (const NamedValue& field : *given) {
        if (field.name == "late") {
            const auto late = late_of(field.value);
            if (!late) return wrong(fmt::format("For what is late `late` may be {}.", kChoices));
            resume.late = *late;
        } else if (field.name == "steps") {
            const Record* steps = field.value.as<Record>();
            if (steps == nullptr) return wrong("`steps` is an object of steps and what they do.");
            const std::vector<std::string> names = step_names(program, journey);
            for (const NamedValue& step : *steps) {
                const auto late = late_of(step.value);
                if (!late) {
                    return wrong(
                        fmt::format("What is late at `{}` may be {}.", step.name, kChoices));
                }
                if (!std::binary_search(names.begin(), names.end(), step.name)) {
                    return wrong(fmt::format("No step is called `{}`.{}", step.name,
                                             suggestion(step.name, names)));
                }
                resume.steps.emplace_back(step.name, *late);
            }
        } else if (field.name == "over_seconds") {
            const auto* seconds = field.value.as<std::int64_t>();
            if (seconds == nullptr || *seconds < 0 || *seconds > kOverSecondsMost)
                return wrong("`over_seconds` is a whole number from 0 to 604800, a week.");
            resume.over = std::chrono::seconds(*seconds);
        } else {
            return wrong(
                fmt::format("`{}` means nothing here; there are `late`, `steps` and "
                            "`over_seconds`.",
                            field.name));
        }
    }
    return resume;
}

}  // namespace journey::http
