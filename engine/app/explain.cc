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

/// A message of the journey, and its bytes as the daemon keeps them.
struct Sent {
    Record fields;  // of its line in the story
    std::string at;
    std::string body;   // JSON
    std::string lacks;  // why there is none
    bool agrees = false;
};

Result<std::vector<Sent>> find_contents(const ExplainOptions& options, const DaemonAddress& daemon,
                                        const List& timeline) {
    const Client client(daemon.to, "", daemon.admin_token);
    std::vector<Sent> all;
    for (const Value& item : timeline) {
        const Record* line = item.as<Record>();
        if (line == nullptr || text_in(*line, "kind") != "message") continue;
        const Value* fields = find(*line, "fields");
        if (fields == nullptr || fields->as<Record>() == nullptr) continue;
        Sent sent{*fields->as<Record>(), text_in(*line, "at"), {}, {}, false};
        // Only what a provider was given has a hash.
        if (text_in(sent.fields, "journey") != options.subject ||
            text_in(sent.fields, "hash").empty())
            continue;
        TRY(Answer kept,
            asked(client, daemon, "/admin/messages/" + text_in(sent.fields, "key") + "/content"));
        if (kept.status == 200) {
            sent.agrees = to_hex(view_of(sha256(kept.body))) == text_in(sent.fields, "hash");
            sent.body = std::move(kept.body);
        } else {
            sent.lacks = problem_of(kept);
        }
        all.push_back(std::move(sent));
    }
    return all;
}

void show_contents(const std::vector<Sent>& all) {
    const translate::Speech say(translate::language_of_environment());
    fmt::print("\n{}\n", say("What was sent, as it was:"));
    if (all.empty()) fmt::print("  {}\n", say("Nothing was given to a provider."));
    for (const Sent& sent : all) {
        fmt::print("\n{}  {} `{}`\n", sent.at, text_in(sent.fields, "channel"),
                   text_in(sent.fields, "template"));
        if (sent.body.empty()) {
            fmt::print("  {}\n", say.words(sent.lacks));
            continue;
        }
        const auto read = value_from_json(sent.body);
        const Record* parts = read ? read.value().as<Record>() : nullptr;
        if (parts == nullptr) continue;
        for (const NamedValue& part : *parts) {
            const auto* text = part.value.as<std::string>();
            if (text == nullptr || part.name == "key" || part.name == "channel" ||
                part.name == "template")
                continue;
            const bool lines = part.name == "text" || part.name == "html" || part.name == "payload";
            fmt::print("  {}:{}{}\n", part.name, lines ? "\n" : " ", *text);
        }
        fmt::print(
            "  {}\n",
            say.words(sent.agrees ? "This is what was sent: the hash in the person's story agrees."
                                  : "THIS IS NOT WHAT WAS SENT: the hash in the person's story is "
                                    "another."));
    }
}

Value json_of(const std::vector<Sent>& all) {
    List out;
    for (const Sent& sent : all) {
        Record one{{"at", Value(sent.at)},
                   {"key", Value(text_in(sent.fields, "key"))},
                   {"hash", Value(text_in(sent.fields, "hash"))},
                   {"agrees", Value(sent.agrees)}};
        const auto read = value_from_json(sent.body);
        if (read) put(one, "content", read.value());
        out.push_back(Value(std::move(one)));
    }
    return Value(std::move(out));
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
    std::vector<Sent> sent;
    if (options.content) {
        auto contents = find_contents(options, daemon, found.value().timeline);
        if (!contents) return fail(contents.error());
        sent = std::move(contents).value();
    }
    if (options.json) {
        Record out{{"why", Value(found.value().why)}, {"words", explain::json_of(reading)}};
        if (options.content) put(out, "sent", json_of(sent));
        fmt::print("{}\n", to_json(Value(std::move(out))));
    } else {
        fmt::print("{}: {}", options.person, explain::text_of(reading));
        if (options.content) show_contents(sent);
    }
    const bool all_agree = std::all_of(
        sent.begin(), sent.end(), [](const Sent& one) { return one.body.empty() || one.agrees; });
    return all_agree ? 0 : 1;
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
