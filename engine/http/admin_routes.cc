#include "engine/http/api.h"
#include "engine/http/resume.h"

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
    line.push_back({"held_out", Value(Record{{"entered", number(counts.held_out.entered)},
                                             {"goals", number(counts.held_out.goals)}})});
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
    body.push_back({"emitted", number(counts.emitted)});
    body.push_back({"ran", number(counts.ran)});
    body.push_back({"erased", number(counts.erased)});
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

/// People are asked for by the id the shop knows them by.
std::string asked_for(std::string_view id) {
    const bool whole = id.starts_with("user:") || id.starts_with("anon:");
    return whole ? std::string(id) : "user:" + std::string(id);
}

Reply nobody(std::string_view id) {
    return problem(404, "no_such_person",
                   fmt::format("Nobody is known as `{}`; ids begin with `user:` or `anon:`.", id));
}

std::string entry_text(model::EntryId entry) {
    return fmt::format("{:016x}", entry.number);
}

Value checked_value(const core::Checked& checked) {
    Record line;
    line.push_back({"expr", number(checked.expr)});
    if (checked.event != ir::kNone) line.push_back({"event", number(checked.event)});
    line.push_back({"depth", number(checked.depth)});
    line.push_back({"holds", Value(checked.holds)});
    List saw;
    for (const core::Checked::Saw& one : checked.saw)
        saw.push_back(Value(Record{{"expr", number(one.expr)}, {"value", one.value}}));
    line.push_back({"saw", Value(std::move(saw))});
    return Value(std::move(line));
}

Value tried_value(const core::Tried& tried) {
    Record line;
    line.push_back({"trigger", number(tried.trigger)});
    line.push_back({"at", Value(tried.at)});
    line.push_back({"verdict", Value(std::string(core::name_of(tried.verdict)))});
    if (tried.entry) line.push_back({"entry", Value(entry_text(*tried.entry))});
    if (tried.at_last != kNever) line.push_back({"until", Value(tried.at_last)});
    if (!tried.reached.is_missing()) line.push_back({"reached", tried.reached});
    if (!tried.threshold.is_missing()) line.push_back({"threshold", tried.threshold});
    List checked;
    for (const core::Checked& one : tried.checked)
        checked.push_back(checked_value(one));
    line.push_back({"checked", Value(std::move(checked))});
    return Value(std::move(line));
}

Value visit_value(const core::Visit& visit) {
    Record line;
    line.push_back({"entry", Value(entry_text(visit.entry))});
    line.push_back({"version", number(visit.version)});
    line.push_back({"entered_at", Value(visit.entered_at)});
    if (visit.ended_at != kNever) {
        line.push_back({"ended_at", Value(visit.ended_at)});
        line.push_back({"reason", Value(visit.reason)});
    }
    line.push_back({"step", Value(visit.step)});
    if (visit.state != ir::kNone) line.push_back({"state", number(visit.state)});
    if (visit.due != kNever) line.push_back({"due", Value(visit.due)});
    line.push_back({"queued", Value(visit.queued)});
    line.push_back({"parked", Value(visit.parked)});
    return Value(std::move(line));
}

Record why_answer(const core::Why& why) {
    Record body;
    body.push_back({"program", Value(why.hash)});
    body.push_back({"version", number(why.version)});
    body.push_back({"now", Value(why.now)});
    body.push_back({"paused", Value(why.paused)});
    body.push_back({"sending", Value(!why.sending_stopped)});
    if (!why.moved_to.empty()) body.push_back({"moved_to", Value(why.moved_to)});
    List visits;
    for (const core::Visit& one : why.visits)
        visits.push_back(visit_value(one));
    body.push_back({"passes", Value(std::move(visits))});
    List tried;
    for (const core::Tried& one : why.tried)
        tried.push_back(tried_value(one));
    body.push_back({"occasions", Value(std::move(tried))});
    return body;
}

}  // namespace

Reply no_such_journey(const core::CatalogPtr& catalog, const std::string& name) {
    std::vector<std::string> names;
    if (const auto program = core::live_program(catalog)) {
        for (const ir::Journey& journey : program->journeys)
            names.push_back(journey.name);
    }
    return problem(404, "no_such_journey",
                   fmt::format("No live journey is called `{}`.{}", name, suggestion(name, names)));
}

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
    if (options_.can_run) {
        const Result<void> fits = options_.can_run(program.value());
        if (!fits) return respond(problem(422, "bad_program", fits.error().detail));
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

void Api::submit_for_all(model::CommandBody body, Record answer, Respond respond) {
    model::Command command;
    command.partition = model::kEveryPartition;
    command.event_time = engine_.clock().now();
    command.body = std::move(body);
    submit(std::move(command), json(std::move(answer)), std::move(respond));
}

void Api::pause_journey(const std::string& parameter, Respond respond) {
    const auto name = percent_decoded(parameter);
    const ir::Program* program = schema().program();
    if (!name || name->empty() || program == nullptr ||
        ir::find_named(program->journeys, *name) == ir::kNone) {
        return respond(no_such_journey(engine_.catalog(), name.value_or(parameter)));
    }
    submit_for_all(model::SetPaused{*name, true},
                   {{"journey", Value(*name)}, {"paused", Value(true)}}, std::move(respond));
}

void Api::resume_journey(const std::string& parameter, const Request& request, Respond respond) {
    const auto name = percent_decoded(parameter);
    const ir::Program* program = schema().program();
    // A journey that was paused and then left out of the program still has people inside.
    const bool known =
        name && !name->empty() &&
        (core::is_paused(engine_.catalog(), *name) ||
         (program != nullptr && ir::find_named(program->journeys, *name) != ir::kNone));
    if (!known) return respond(no_such_journey(engine_.catalog(), name.value_or(parameter)));
    auto resume = read_resume(request.body, program, *name);
    if (auto* refusal = std::get_if<Reply>(&resume)) return respond(std::move(*refusal));
    submit_for_all(std::get<model::Resume>(std::move(resume)),
                   {{"journey", Value(*name)}, {"paused", Value(false)}}, std::move(respond));
}

void Api::stop_sending(Respond respond) {
    submit_for_all(model::SetPaused{"", true}, {{"sending", Value(false)}}, std::move(respond));
}

void Api::start_sending(const Request& request, Respond respond) {
    auto resume = read_resume(request.body, schema().program(), "");
    if (auto* refusal = std::get_if<Reply>(&resume)) return respond(std::move(*refusal));
    submit_for_all(std::get<model::Resume>(std::move(resume)), {{"sending", Value(true)}},
                   std::move(respond));
}

void Api::timeline(const std::string& parameter, Respond respond) {
    auto external_id = percent_decoded(parameter);
    if (!external_id) {
        return respond(problem(400, "broken_address", "The person's id is not percent-encoded."));
    }
    external_id = asked_for(*external_id);
    const auto answer = [respond, id = *external_id](const std::string& profile_json,
                                                     const std::vector<core::TimelineItem>& items) {
        if (profile_json.empty() && items.empty()) {
            return respond(nobody(id));
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

void Api::why(const std::string& parameter, std::string_view query, Respond respond) {
    constexpr std::string_view kJourney = "journey=";
    const auto id = percent_decoded(parameter);
    const auto journey =
        query.starts_with(kJourney) ? percent_decoded(query.substr(kJourney.size())) : std::nullopt;
    if (!id || !journey) {
        return respond(problem(400, "broken_address",
                               "Ask with ?journey=NAME, the person's id and the name "
                               "percent-encoded."));
    }
    const std::string person = asked_for(*id);
    const auto answer = [respond, person, journey = *journey,
                         engine = &engine_](const core::Why& why) {
        if (!why.declared) return respond(no_such_journey(engine->catalog(), journey));
        if (!why.known) return respond(nobody(person));
        Record body{{"person", Value(person)}, {"journey", Value(journey)}};
        for (NamedValue& field : why_answer(why))
            body.push_back(std::move(field));
        respond(json(std::move(body)));
    };
    engine_.ask_why(model::person_id_of(person), *journey, answer);
}

void Api::message_content(const std::string& parameter, Respond respond) {
    const auto key = model::parse_key(parameter);
    if (!key) return respond(problem(400, "broken_address", "This is no key of a message."));
    engine_.ask_content(*key, [respond = std::move(respond)](
                                  const std::optional<storage::StateStore::RenderedMessage>& kept) {
        if (!kept) {
            return respond(problem(404, "not_kept",
                                   "The content of this message is not kept: it was never "
                                   "rendered, is a few seconds old, or is too long ago."));
        }
        Reply reply;
        reply.body = kept->body;
        respond(std::move(reply));
    });
}

/// Asked for of nobody it is written down all the same: what was taken in a moment ago may be on its
/// way to the people.
void Api::erase_person(const std::string& parameter, Respond respond) {
    const auto id = percent_decoded(parameter);
    if (!id || id->empty()) {
        return respond(problem(400, "broken_address", "The person's id is not percent-encoded."));
    }
    const std::string external_id = asked_for(*id);
    const model::PersonId person = model::person_id_of(external_id);
    const auto answer = [this, external_id, person, respond](
                            const std::string& profile_json,
                            const std::vector<core::TimelineItem>& items) {
        const bool known = !profile_json.empty() || !items.empty();
        model::Command command;
        command.external_id = external_id;
        command.person = person;
        command.event_time = engine_.clock().now();
        command.body = model::Erase{};
        if (known)
            logger_.info("person.erased", {{"person", fmt::format("{:016x}", person.number)}});
        submit(std::move(command),
               known ? json({{"external_id", Value(external_id)}, {"erased", Value(true)}})
                     : nobody(external_id),
               respond);
    };
    engine_.ask_timeline(person, answer);
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

void Api::unmatched_receipts(Respond respond) {
    engine_.ask_unmatched([respond = std::move(respond)](const std::vector<core::Unmatched>& all) {
        List lines;
        for (const core::Unmatched& one : all)
            lines.push_back(Value(Record{{"at", one.at},
                                         {"of", one.place},
                                         {"receipt", std::string(model::name_of(one.receipt.kind))},
                                         {"detail", one.receipt.detail}}));
        Record body;
        body.push_back({"receipts", Value(std::move(lines))});
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
