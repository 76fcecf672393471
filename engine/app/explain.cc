// journey explain: the long text of a diagnostic code, or a journey in plain sentences.

#include "engine/explain/explain.h"

#include "dsl/translate/translate.h"
#include "engine/app/commands.h"
#include "engine/app/project.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>

namespace journey::app {
namespace {

bool is_code(std::string_view subject) {
    return subject.size() == 5 && (subject[0] == 'J' || subject[0] == 'j') &&
           std::all_of(subject.begin() + 1, subject.end(),
                       [](char c) { return c >= '0' && c <= '9'; });
}

int explain_code(const ExplainOptions& options) {
    std::string name = options.subject;
    name[0] = 'J';
    const explain::Code* code = explain::find_code(name);
    if (code == nullptr) {
        fmt::print(stderr,
                   "journey: there is no code {}; codes stand at the end of each message's "
                   "first line\n",
                   name);
        return 2;
    }
    if (options.json) {
        fmt::print("{}\n", to_json(Value(Record{{"code", Value(code->code)},
                                                {"title", Value(code->title)},
                                                {"means", Value(code->means)},
                                                {"wrong", Value(code->wrong)},
                                                {"right", Value(code->right)}})));
    } else {
        fmt::print("{}", explain::text_of(*code));
    }
    return 0;
}

}  // namespace

int explain_command(const ExplainOptions& options) {
    const auto language = translate::language_of_environment() == translate::Language::chinese
                              ? explain::Language::chinese
                              : explain::Language::english;
    if (is_code(options.subject)) return explain_code(options);
    if (options.subject == "language") {
        fmt::print("{}", dsl::reference());
        return 0;
    }
    auto compiled = compile_project(options.paths);
    if (!compiled) return fail(compiled.error());
    if (!compiled.value().program) {
        print_diagnostics(compiled.value(), false);
        return 1;
    }
    const ir::Program& program = *compiled.value().program;
    const ir::Journey* journey = find_journey(program, options.subject);
    if (journey == nullptr) return 1;
    const explain::Reading reading = explain::read_journey(program, *journey, language);
    fmt::print(
        "{}", options.json ? to_json(explain::json_of(reading)) + "\n" : explain::text_of(reading));
    return 0;
}

const ir::Journey* find_journey(const ir::Program& program, const std::string& name) {
    const ir::Index index = ir::find_named(program.journeys, name);
    if (index != ir::kNone) return &program.journeys[index];
    std::vector<std::string> names;
    for (const ir::Journey& journey : program.journeys)
        names.push_back(journey.name);
    const auto near = did_you_mean(name, names);
    std::string rest;
    for (const std::string& one : near.empty() ? names : near)
        rest += (rest.empty() ? "`" : ", `") + one + "`";
    fmt::print(stderr, "journey: there is no journey `{}` here; {} {}\n", name,
               near.empty() ? "there are" : "did you mean", rest.empty() ? "none" : rest);
    return nullptr;
}

}  // namespace journey::app
