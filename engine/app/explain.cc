// journey explain: the long text of a diagnostic code, a journey in plain sentences, or why one
// person is in a journey of a running daemon or is not.

#include "engine/explain/explain.h"

#include "dsl/translate/translate.h"
#include "engine/app/client.h"
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

int explain_code(const ExplainOptions& options, explain::Language language) {
    const translate::Speech say(translate::language_of_environment());
    std::string name = options.subject;
    name[0] = 'J';
    const explain::Code* code = explain::find_code(name);
    if (code == nullptr) {
        fmt::print(
            stderr, "journey: {}\n",
            say("there is no code {}; codes stand at the end of each message's first line", name));
        return 2;
    }
    if (options.json) {
        fmt::print("{}\n", to_json(Value(Record{{"code", Value(code->code)},
                                                {"title", Value(code->title_in(language))},
                                                {"means", Value(code->means_in(language))},
                                                {"wrong", Value(code->wrong)},
                                                {"right", Value(code->right)}})));
    } else {
        fmt::print("{}", explain::text_of(*code, language));
    }
    return 0;
}

/// The answer and the program its numbers are about.
struct Found {
    ir::Program program;
    Record why;
    List timeline;
};

Result<Found> find_out(const ExplainOptions& options, const DaemonAddress& daemon) {
    const Client client(daemon.to, "", daemon.admin_token);
    const std::string person = "/admin/people/" + url_part(options.person);
    constexpr int kTries = 3;  // somebody may publish between two questions
    for (int i = 0; i < kTries; ++i) {
        TRY(const Answer why,
            asked(client, daemon, person + "/why?journey=" + url_part(options.subject)));
        if (why.status != 200) return error(ErrorCode::not_found, problem_of(why));
        TRY(const Answer bytes, asked(client, daemon, "/admin/program/bytes"));
        if (bytes.status != 200) return error(ErrorCode::not_found, problem_of(bytes));
        Found out;
        TRY(out.why, record_of(why));
        if (text_in(out.why, "program") != to_hex(view_of(ir::program_hash(bytes.body)))) continue;
        TRY(out.program, ir::decode(bytes.body));
        TRY(const Answer story, asked(client, daemon, person + "/timeline"));
        TRY(const Record record, record_of(story));
        const Value* items = find(record, "timeline");
        if (items != nullptr && items->as<List>() != nullptr) out.timeline = *items->as<List>();
        return out;
    }
    return error(ErrorCode::conflict,
                 "somebody publishes programs at this very moment; ask again when it is quiet");
}

int explain_person(const ExplainOptions& options, explain::Language language) {
    if (options.subject.empty()) {
        fmt::print(stderr,
                   "journey: in which journey? Write `journey explain --person {} --journey "
                   "NAME`\n",
                   options.person);
        return 2;
    }
    DaemonAddress daemon = options.daemon;
    find_keys(daemon);
    const auto found = find_out(options, daemon);
    if (!found) return fail(found.error());
    const ir::Program& program = found.value().program;
    const ir::Journey* journey = find_journey(program, options.subject);
    if (journey == nullptr) return 1;
    const explain::Reading reading =
        explain::read_why(program, *journey, found.value().why, found.value().timeline, language);
    if (options.json) {
        Record out{{"why", Value(found.value().why)}, {"words", explain::json_of(reading)}};
        fmt::print("{}\n", to_json(Value(std::move(out))));
    } else {
        fmt::print("{}: {}", options.person, explain::text_of(reading));
    }
    return 0;
}

}  // namespace

int explain_command(const ExplainOptions& options) {
    const auto language = translate::language_of_environment() == translate::Language::chinese
                              ? explain::Language::chinese
                              : explain::Language::english;
    if (!options.person.empty()) return explain_person(options, language);
    if (is_code(options.subject)) return explain_code(options, language);
    if (options.subject == "language") {
        fmt::print("{}", dsl::reference(language == explain::Language::chinese
                                            ? dsl::ReferenceIn::chinese
                                            : dsl::ReferenceIn::english));
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
    if (rest.empty()) {
        fail(error(ErrorCode::not_found, "there is no journey here"));
    } else if (near.empty()) {
        fail(error(ErrorCode::not_found,
                   fmt::format("there is no journey `{}` here; there are {}", name, rest)));
    } else {
        fail(error(ErrorCode::not_found,
                   fmt::format("there is no journey `{}` here; did you mean {}", name, rest)));
    }
    return nullptr;
}

}  // namespace journey::app
