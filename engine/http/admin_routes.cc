#include "engine/http/api.h"

#include <fmt/format.h>

namespace journey::http {
namespace {

Value number(std::uint64_t count) {
    return Value(static_cast<std::int64_t>(count));
}

template <typename Map>
Record record_of(const Map& counts) {
    Record record;
    for (const auto& [name, count] : counts)
        record.push_back({name, number(count)});
    return record;
}

Reply json(Record body) {
    Reply reply;
    reply.body = to_json(Value(std::move(body)));
    return reply;
}

/// Hash, and the journeys with their versions, of what is live.
Record program_summary(const core::CatalogPtr& catalog) {
    Record body;
    const auto program = core::live_program(catalog);
    body.push_back({"hash", Value(core::live_hash(catalog))});
    List journeys;
    if (program) {
        for (const ir::Journey& journey : program->journeys) {
            Record line;
            line.push_back({"name", Value(journey.name)});
            line.push_back({"title", Value(journey.title)});
            line.push_back({"version", Value(static_cast<std::int64_t>(journey.version))});
            line.push_back({"hash", Value(to_hex(view_of(journey.hash)))});
            line.push_back({"paused", Value(core::is_paused(catalog, journey.name))});
            journeys.push_back(Value(std::move(line)));
        }
    }
    body.push_back({"journeys", Value(std::move(journeys))});
    return body;
}

Record journey_line(const core::JourneyCounts& counts) {
    Record line;
    line.push_back({"entered", number(counts.entered)});
    line.push_back({"ended", number(counts.ended)});
    line.push_back({"goals", number(counts.goals)});
    line.push_back({"sent", number(counts.sent)});
    line.push_back({"skipped", number(counts.skipped)});
    line.push_back({"unknown", number(counts.unknown)});
    line.push_back({"waiting", Value(record_of(counts.waiting))});
    line.push_back({"ended_by", Value(record_of(counts.ended_by))});
    line.push_back({"arms", Value(record_of(counts.arms))});
    line.push_back({"skipped_by", Value(record_of(counts.skipped_by))});
    return line;
}

Record journeys_answer(const core::CatalogPtr& catalog, const core::Counts& counts) {
    Record body;
    body.push_back({"hash", Value(core::live_hash(catalog))});
    body.push_back({"sending", Value(!core::is_paused(catalog, ""))});
    body.push_back({"people", number(counts.people)});
    body.push_back({"events", number(counts.events)});
    body.push_back({"duplicates", number(counts.duplicates)});
    body.push_back({"unknown_events", number(counts.unknown_events)});
    body.push_back({"bad_properties", number(counts.bad_properties)});
    body.push_back({"sent_by_channel", Value(record_of(counts.sent_by_channel))});
    const auto program = core::live_program(catalog);
    List journeys;
    const auto add = [&](const ir::Journey* live, const core::JourneyCounts& line) {
        Record journey;
        journey.push_back({"name", Value(live != nullptr ? live->name : line.journey)});
        journey.push_back({"live", Value(live != nullptr)});
        if (live != nullptr) {
            journey.push_back({"title", Value(live->title)});
            journey.push_back({"version", Value(static_cast<std::int64_t>(live->version))});
            journey.push_back({"paused", Value(core::is_paused(catalog, live->name))});
        }
        for (NamedValue& field : journey_line(line))
            journey.push_back(std::move(field));
        journeys.push_back(Value(std::move(journey)));
    };
    std::map<std::string_view, const core::JourneyCounts*> by_name;
    for (const core::JourneyCounts& line : counts.journeys)
        by_name[line.journey] = &line;
    // The live ones in the author's order, counted or not; then those of earlier programs.
    if (program) {
        for (const ir::Journey& journey : program->journeys) {
            const auto found = by_name.find(journey.name);
            add(&journey, found == by_name.end() ? core::JourneyCounts{} : *found->second);
            if (found != by_name.end()) by_name.erase(found);
        }
    }
    for (const auto& [name, line] : by_name)
        add(nullptr, *line);
    body.push_back({"journeys", Value(std::move(journeys))});
    return body;
}

Value message_value(const model::MessageRow& row) {
    Record line;
    line.push_back({"key", Value(model::format_key(row.key))});
    line.push_back({"person", Value(fmt::format("{:016x}", row.person.number))});
    line.push_back({"journey", Value(row.journey)});
    line.push_back({"step", Value(row.step)});
    line.push_back({"channel", Value(row.channel)});
    line.push_back({"template", Value(row.message_template)});
    line.push_back({"attempts", Value(static_cast<std::int64_t>(row.attempts))});
    if (row.claimed_at) line.push_back({"claimed_at", Value(*row.claimed_at)});
    line.push_back({"detail", Value(row.detail)});
    return Value(std::move(line));
}

}  // namespace

Reply Api::show_program() {
    return json(program_summary(engine_.catalog()));
}

Reply Api::show_program_bytes() {
    const auto program = core::live_program(engine_.catalog());
    if (!program) return problem(404, "no_program", "No program is live yet.");
    Reply reply;
    reply.content_type = "application/octet-stream";
    reply.body = ir::encode(*program);
    return reply;
}

void Api::apply_program(Request request, Respond respond) {
    // Two people who publish at the same time must not undo each other's work unseen.
    constexpr std::string_view kAfter = "after=";
    if (request.query.starts_with(kAfter) &&
        request.query.substr(kAfter.size()) != core::live_hash(engine_.catalog())) {
        return respond(problem(409, "program_moved",
                               "Another program has become live in the meantime; nothing was "
                               "published. Make the plan again."));
    }
    const auto program = ir::decode(request.body);
    if (!program) {
        return respond(problem(
            422, "bad_program",
            fmt::format("This is not a program this daemon can run: {}", program.error().detail)));
    }
    const Instant now = engine_.clock().now();
    std::vector<model::Command> commands(1);
    commands.front().event_time = now;
    commands.front().partition = model::kEveryPartition;
    commands.front().body = model::Publish{std::move(request.body)};
    const auto done = [respond, engine = &engine_](Result<void> result) {
        respond(result ? json(program_summary(engine->catalog())) : problem_of(result.error()));
    };
    const bool reserved = true;
    auto taken = engine_.submit(std::move(commands), runtime::AckWhen::applied, reserved, done);
    if (!taken) return respond(problem_of(taken.error()));
    logger_.info("program.received", {{"journeys", number(program.value().journeys.size())}});
}

void Api::journeys(Respond respond) {
    engine_.ask_counts(
        [respond = std::move(respond), engine = &engine_](const core::Counts& counts) {
            respond(json(journeys_answer(engine->catalog(), counts)));
        });
}

void Api::pause_journey(const std::string& parameter, bool paused, Respond respond) {
    const auto name = percent_decoded(parameter);
    const ir::Program* program = schema().program();
    if (!name || name->empty() || program == nullptr ||
        ir::find_named(program->journeys, *name) == ir::kNone) {
        std::vector<std::string> names;
        if (program != nullptr) {
            for (const ir::Journey& journey : program->journeys)
                names.push_back(journey.name);
        }
        return respond(
            problem(404, "no_such_journey",
                    fmt::format("No live journey is called `{}`.{}", name.value_or(parameter),
                                suggestion(name.value_or(parameter), names))));
    }
    model::Command command;
    command.partition = model::kEveryPartition;
    command.event_time = engine_.clock().now();
    command.body = model::SetPaused{*name, paused};
    Record body;
    body.push_back({"journey", Value(*name)});
    body.push_back({"paused", Value(paused)});
    submit(std::move(command), json(std::move(body)), std::move(respond));
}

void Api::pause_sending(bool paused, Respond respond) {
    model::Command command;
    command.partition = model::kEveryPartition;
    command.event_time = engine_.clock().now();
    command.body = model::SetPaused{"", paused};
    Record body;
    body.push_back({"sending", Value(!paused)});
    submit(std::move(command), json(std::move(body)), std::move(respond));
}

void Api::timeline(const std::string& parameter, Respond respond) {
    auto external_id = percent_decoded(parameter);
    if (!external_id) {
        return respond(problem(400, "broken_address", "The person's id is not percent-encoded."));
    }
    // People are asked for by the id the shop knows them by.
    if (!external_id->starts_with("user:") && !external_id->starts_with("anon:")) {
        external_id = "user:" + *external_id;
    }
    const auto answer = [respond, id = *external_id](const std::string& profile_json,
                                                     const std::vector<core::TimelineItem>& items) {
        if (profile_json.empty() && items.empty()) {
            return respond(problem(404, "no_such_person",
                                   fmt::format("Nobody is known as `{}`; ids begin with `user:` or "
                                               "`anon:`.",
                                               id)));
        }
        List lines;
        for (const core::TimelineItem& item : items) {
            Record line;
            line.push_back({"at", Value(item.at)});
            line.push_back({"kind", Value(item.kind)});
            line.push_back({"text", Value(item.text)});
            line.push_back({"fields", Value(item.fields)});
            lines.push_back(Value(std::move(line)));
        }
        Reply reply;
        reply.body = fmt::format(R"({{"external_id":{},"profile":{},"timeline":{}}})",
                                 to_json(Value(id)), profile_json.empty() ? "null" : profile_json,
                                 to_json(Value(std::move(lines))));
        respond(std::move(reply));
    };
    engine_.ask_timeline(model::person_id_of(*external_id), answer);
}

void Api::unknown_messages(Respond respond) {
    engine_.ask_unknown([respond = std::move(respond)](const std::vector<model::MessageRow>& rows) {
        List lines;
        for (const model::MessageRow& row : rows)
            lines.push_back(message_value(row));
        Record body;
        body.push_back({"messages", Value(std::move(lines))});
        respond(json(std::move(body)));
    });
}

void Api::metrics(Respond respond) {
    // Copied now: the callback runs on a thread of the engine, and `numbers_` is this one's.
    const auto answer = [respond = std::move(respond), http = numbers_,
                         engine = &engine_](const core::Counts& counts) {
        Reply reply;
        reply.content_type = "text/plain; version=0.0.4; charset=utf-8";
        reply.body = metrics_text(http, engine->numbers(), counts);
        respond(std::move(reply));
    };
    engine_.ask_counts(answer);
}

}  // namespace journey::http
