// The operator's words to a running daemon: pause, resume, journeys, timeline…

#include "dsl/translate/translate.h"
#include "engine/app/client.h"
#include "engine/app/commands.h"
#include "engine/model/model.h"

#include <charconv>
#include <cstdlib>
#include <fmt/format.h>
#include <fstream>

namespace journey::app {
namespace {

/// Prints a list of records as a table with the columns named.
/// What the engine wrote down, in the reader's language; its reason is a sentence of its own.
std::string told(const std::string& text, const translate::Speech& say) {
    if (say.language() == translate::Language::english) return text;
    if (const auto whole = translate::sentence(text, say.language())) return *whole;
    for (int i = 0; i <= static_cast<int>(model::kLastReason); ++i) {
        const std::string_view reason = model::sentence_of(static_cast<model::Reason>(i));
        const std::size_t at = reason.empty() ? std::string::npos : text.find(reason);
        if (at == std::string::npos || at == 0) continue;
        const auto head = translate::sentence(text.substr(0, at - 1), say.language());
        if (!head) continue;
        return *head + std::string(say.words(reason)) + text.substr(at + reason.size());
    }
    return text;
}

void print_timeline(const List& rows, const translate::Speech& say) {
    for (const Value& row : rows) {
        const Record* record = row.as<Record>();
        if (record == nullptr) continue;
        fmt::print("{}  {}  {}\n", text_in(*record, "at"), say.words(text_in(*record, "kind")),
                   told(text_in(*record, "text"), say));
    }
}

void print_rows(const List& rows, std::initializer_list<std::string_view> columns) {
    for (const Value& row : rows) {
        const Record* record = row.as<Record>();
        if (record == nullptr) continue;
        std::string line;
        for (const std::string_view column : columns) {
            const Value* value = find(*record, column);
            std::string cell = value == nullptr || value->is_missing() ? "-"
                               : value->as<std::string>() != nullptr   ? *value->as<std::string>()
                                                                       : to_json(*value);
            line += fmt::format("{}{}", line.empty() ? "" : "  ", cell);
        }
        fmt::print("{}\n", line);
    }
}

/// "2h" in seconds.
std::optional<std::int64_t> seconds_of(std::string_view text) {
    std::int64_t count = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), count);
    const std::string_view unit = text.substr(static_cast<std::size_t>(read.ptr - text.data()));
    if (read.ec != std::errc() || count < 0 || count > 1'000'000) return std::nullopt;
    for (const auto& [name, seconds] : {std::pair{"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}}) {
        if (unit == name) return count * seconds;
    }
    return std::nullopt;
}

/// The body that tells the daemon what becomes of what is late.
Result<std::string> late_body(const OperateOptions& options) {
    Record body;
    if (!options.late.empty()) body.push_back({"late", Value(options.late)});
    Record steps;
    for (const std::string& given : options.steps) {
        const std::size_t at = given.find('=');
        if (at == std::string::npos || at == 0)
            return error(ErrorCode::invalid,
                         fmt::format("--step {} says no step and what it does; write --step "
                                     "reminder=skip",
                                     given));
        put(steps, given.substr(0, at), Value(given.substr(at + 1)));
    }
    if (!steps.empty()) body.push_back({"steps", Value(std::move(steps))});
    if (!options.over.empty()) {
        const auto seconds = seconds_of(options.over);
        if (!seconds)
            return error(ErrorCode::invalid,
                         fmt::format("--over {} is no length of time; write 90s, 30m, 2h or 1d",
                                     options.over));
        body.push_back({"over_seconds", Value(*seconds)});
    }
    return body.empty() ? std::string() : to_json(Value(std::move(body)));
}

int print_journeys(const Record& answer, const translate::Speech& say) {
    const Value* journeys = find(answer, "journeys");
    if (journeys == nullptr || journeys->as<List>() == nullptr)
        return fail(
            error(ErrorCode::invalid,
                  "the daemon's answer has no journeys; is it of the same version as this tool?"));
    fmt::print("{:<28}{:>9}{:>9}{:>9}{:>10}{:>9}{:>9}\n", say("journey"), say("entered"),
               say("inside"), say("sent"), say("goals"), say("skipped"), say("unknown"));
    for (const Value& item : *journeys->as<List>()) {
        const Record* record = item.as<Record>();
        if (record == nullptr) continue;
        const std::uint64_t entered = number_in(*record, "entered");
        const std::uint64_t ended = number_in(*record, "ended");
        fmt::print("{:<28}{:>9}{:>9}{:>9}{:>10}{:>9}{:>9}\n", text_in(*record, "name"), entered,
                   entered - ended, number_in(*record, "sent"), number_in(*record, "goals"),
                   number_in(*record, "skipped"), number_in(*record, "unknown"));
        const Value* held_out = find(*record, "held_out");
        const Record* holdout = held_out == nullptr ? nullptr : held_out->as<Record>();
        if (holdout != nullptr && number_in(*holdout, "entered") > 0) {
            fmt::print("{}", say("    in the holdout: {} entered, {} reached a goal\n",
                                 number_in(*holdout, "entered"), number_in(*holdout, "goals")));
        }
        const Value* waiting = find(*record, "waiting");
        if (waiting == nullptr || waiting->as<Record>() == nullptr) continue;
        for (const NamedValue& step : *waiting->as<Record>())
            fmt::print("{}", say("    at {:<24}{:>9}\n", step.name, to_json(step.value)));
    }
    return 0;
}

/// Whose token it is, is the daemon's affair.
std::string approver_token(const DaemonAddress& daemon) {
    if (!daemon.admin_token.empty()) return daemon.admin_token;
    if (const char* given = std::getenv("JOURNEY_APPROVE_TOKEN")) return given;
    return first_line(daemon.data_directory + "/keys/approve_token");
}

Result<Answer> approve(const Client& client, const std::string& subject) {
    if (subject.empty()) return client.get("/admin/approvals");
    const std::size_t slash = subject.find('/');
    if (slash == std::string::npos || slash == 0 || slash + 1 == subject.size())
        return error(ErrorCode::invalid,
                     fmt::format("{} is no step of a journey; write JOURNEY/STEP, like "
                                 "welcome/hello",
                                 subject));
    return client.post("/admin/approvals/" + url_part(subject.substr(0, slash)) + "/" +
                           url_part(subject.substr(slash + 1)),
                       "");
}

int print_approvals(const List& rows, const translate::Speech& say) {
    if (rows.empty()) fmt::print("{}", say("None.\n"));
    for (const Value& row : rows) {
        const Record* record = row.as<Record>();
        if (record == nullptr) continue;
        const std::string step = text_in(*record, "journey") + "/" + text_in(*record, "step");
        const std::uint64_t waiting = number_in(*record, "waiting");
        const Value* shut = find(*record, "approval");
        if (shut != nullptr && shut->as<bool>() != nullptr && *shut->as<bool>()) {
            fmt::print("{}", say("{}: {} messages wait for an approval\n", step, waiting));
        } else if (const std::string at = text_in(*record, "looked_at"); !at.empty()) {
            fmt::print("{}",
                       say("{}: {} messages wait for the canary, until {}\n", step, waiting, at));
        } else {
            fmt::print("{}", say("{}: {} messages are on their way\n", step, waiting));
        }
    }
    return 0;
}

}  // namespace

int fail(const Error& problem) {
    const auto said = translate::sentence(problem.detail, translate::language_of_environment());
    fmt::print(stderr, "journey: {}\n", said ? *said : problem.detail);
    return 1;
}

void find_keys(DaemonAddress& address) {
    const auto settle = [&](std::string& key, const char* variable, const char* file) {
        if (!key.empty()) return;
        if (const char* given = std::getenv(variable)) key = given;
        if (key.empty()) key = first_line(address.data_directory + "/keys/" + file);
    };
    settle(address.admin_token, "JOURNEY_ADMIN_TOKEN", "admin_token");
    settle(address.write_key, "JOURNEY_WRITE_KEY", "write_key");
}

int operate_command(const OperateOptions& options) {
    DaemonAddress daemon = options.daemon;
    if (options.what == "approve") daemon.admin_token = approver_token(daemon);
    find_keys(daemon);
    const Client client(daemon.to, "", daemon.admin_token);
    const auto body = late_body(options);
    if (!body) return fail(body.error());
    Result<Answer> answer = error(ErrorCode::invalid, "");
    if (options.what == "pause" || options.what == "resume") {
        answer = client.post("/admin/journeys/" + url_part(options.subject) + "/" + options.what,
                             body.value());
    } else if (options.what == "stop-sending" || options.what == "start-sending") {
        answer = client.post(
            options.what == "stop-sending" ? "/admin/sending/stop" : "/admin/sending/start",
            body.value());
    } else if (options.what == "timeline") {
        answer = client.get("/admin/people/" + url_part(options.subject) + "/timeline");
    } else if (options.what == "approve") {
        answer = approve(client, options.subject);
    } else if (options.what == "unknown") {
        answer = client.get("/admin/messages/unknown");
    } else if (options.what == "unmatched") {
        answer = client.get("/admin/receipts/unmatched");
    } else {
        answer = client.get("/admin/journeys");
    }
    if (!answer) return fail(answer.error());
    if (answer.value().status == 401 && daemon.admin_token.empty())
        return fail(error(ErrorCode::refused,
                          fmt::format("there is no admin token in {}/keys: give --data DIRECTORY, "
                                      "--token TOKEN or JOURNEY_ADMIN_TOKEN",
                                      daemon.data_directory)));
    if (answer.value().status != 200)
        return fail(error(ErrorCode::refused, problem_of(answer.value())));
    if (options.json) {
        fmt::print("{}\n", answer.value().body);
        return 0;
    }
    auto parsed = value_from_json(answer.value().body);
    if (!parsed || parsed.value().as<Record>() == nullptr)
        return fail(error(ErrorCode::invalid, "the daemon's answer is not JSON I can read"));
    const Record& record = *parsed.value().as<Record>();
    const translate::Speech say(translate::language_of_environment());
    if (options.what == "journeys") return print_journeys(record, say);
    const Value* approvals = find(record, "approvals");
    if (approvals != nullptr && approvals->as<List>() != nullptr)
        return print_approvals(*approvals->as<List>(), say);
    const Value* rows = find(record, options.what == "timeline"    ? "timeline"
                                     : options.what == "unmatched" ? "receipts"
                                                                   : "messages");
    if (rows != nullptr && rows->as<List>() != nullptr) {
        if (rows->as<List>()->empty()) fmt::print("{}", say("None.\n"));
        if (options.what == "timeline") {
            print_timeline(*rows->as<List>(), say);
        } else if (options.what == "unmatched") {
            print_rows(*rows->as<List>(), {"at", "of", "receipt", "detail"});
        } else {
            print_rows(*rows->as<List>(),
                       {"key", "person", "journey", "step", "channel", "detail"});
        }
        return 0;
    }
    fmt::print("{}", say("Done.\n"));
    return 0;
}

}  // namespace journey::app
