// The suppression list by address. Whoever has a write key may add to it, only the operator takes
// off it: the one does no harm, the other may.

#include "engine/http/api.h"

#include <fmt/format.h>
#include <set>

namespace journey::http {
namespace {

constexpr std::size_t kReasonMost = 200;  // bytes

constexpr std::pair<std::string_view, ir::ChannelKind> kKinds[] = {
    {"email", ir::ChannelKind::email},
    {"sms", ir::ChannelKind::sms},
    {"push", ir::ChannelKind::push},
    {"webhook", ir::ChannelKind::webhook}};

/// Text, or the digits of a number; "" for what is neither.
std::string text_in(const Record& record, std::string_view name) {
    const Value* value = find(record, name);
    if (value == nullptr) return "";
    if (const auto* text = value->as<std::string>()) return *text;
    const auto* number = value->as<std::int64_t>();
    return number == nullptr ? "" : fmt::format_int(*number).str();
}

/// A kind of channel, a channel of the live program, or "" for what the address looks like.
Result<runtime::AddressQuestion> question_of(const ir::Program* program, std::string_view channel,
                                             const std::string& address) {
    runtime::AddressQuestion out;
    std::string kind(channel);
    if (kind.empty()) kind = address.find('@') == std::string::npos ? "sms" : "email";
    const auto* known = std::find_if(std::begin(kKinds), std::end(kKinds),
                                     [&](const auto& one) { return one.first == kind; });
    if (known != std::end(kKinds)) {
        out.scope = kind;
        out.kind = known->second;
    } else {
        const ir::Index index =
            program == nullptr ? ir::kNone : ir::find_named(program->channels, channel);
        if (index == ir::kNone)
            return error(ErrorCode::invalid,
                         fmt::format("`{}` is no channel; write email, sms or push, or the name of "
                                     "a channel that the live journeys declare.",
                                     channel));
        out.scope = std::string(model::kChannelScope) + std::string(channel);
        out.kind = program->channels[index].kind;
        kind = core::scope_of(out.kind);
    }
    TRY(out.address, model::canonical_address(kind, address));
    return out;
}

/// RFC 3339, or a day.
Result<Instant> since_of(const std::string& text, Instant now) {
    if (text.empty()) return now;
    auto at = parse_instant(text.size() == 10 ? text + "T00:00:00Z" : text);
    if (!at)
        return error(ErrorCode::invalid,
                     fmt::format("`{}` is no date; write 2026-03-02, or 2026-03-02T10:00:00Z.",
                                 text.substr(0, 40)));
    return std::min(at.value(), now);
}

struct Wanted {
    std::size_t index = 0;  // in the caller's list
    runtime::AddressQuestion question;
    std::string reason;
    Instant since{};
};

struct Form {
    std::vector<Wanted> wanted;
    List refused;
    std::string source;
};

Result<Record> record_of(const Request& request) {
    if (!is_utf8(request.body)) return error(ErrorCode::invalid, "The body is not UTF-8.");
    auto value = value_from_json(request.body);
    if (!value)
        return error(ErrorCode::invalid, fmt::format("The body is {}.", value.error().detail));
    const auto* record = value.value().as<Record>();
    if (record == nullptr) return error(ErrorCode::invalid, "Send a JSON object.");
    return *record;
}

Result<Wanted> wanted_of(const ir::Program* program, const Value& row, Instant now) {
    const auto* record = row.as<Record>();
    if (record == nullptr) return error(ErrorCode::invalid, "Each suppression is an object.");
    Wanted out;
    TRY(out.question,
        question_of(program, text_in(*record, "channel"), text_in(*record, "address")));
    out.reason = text_in(*record, "reason");
    if (out.reason.empty()) out.reason = "manual";
    if (out.reason.size() > kReasonMost)
        return error(ErrorCode::invalid,
                     fmt::format("A reason holds at most {} bytes.", kReasonMost));
    TRY(out.since, since_of(text_in(*record, "at"), now));
    return out;
}

/// At the top a sentence about the whole, inside about single rows.
Result<Form> form_of(const Record& record, const ir::Program* program, Instant now,
                     std::size_t most) {
    Form form;
    form.source = text_in(record, "source");
    if (form.source.empty()) form.source = "api";
    form.source.resize(std::min(form.source.size(), kReasonMost));
    const Value* list = find(record, "suppressions");
    const List* rows = list == nullptr ? nullptr : list->as<List>();
    if (rows == nullptr)
        return error(ErrorCode::invalid,
                     "Give `suppressions`, a list of objects with `address`, `channel`, `reason` "
                     "and `at`.");
    if (rows->size() > most)
        return error(
            ErrorCode::refused,
            fmt::format("A request holds at most {} suppressions; send the rest in another "
                        "one.",
                        most));
    for (std::size_t i = 0; i < rows->size(); ++i) {
        auto wanted = wanted_of(program, (*rows)[i], now);
        if (wanted) {
            wanted.value().index = i;
            form.wanted.push_back(std::move(wanted).value());
        } else {
            form.refused.push_back(Value(Record{{"index", Value(static_cast<std::int64_t>(i))},
                                                {"reason", Value(wanted.error().detail)}}));
        }
    }
    return form;
}

Value number(std::size_t count) {
    return Value(static_cast<std::int64_t>(count));
}

Reply gone() {
    return problem_of(error(ErrorCode::cancelled, "the daemon is stopping; try again"));
}

std::vector<runtime::AddressQuestion> questions_of(const std::vector<Wanted>& wanted) {
    std::vector<runtime::AddressQuestion> questions;
    for (const Wanted& one : wanted)
        questions.push_back(one.question);
    return questions;
}

/// A second row for the same address changes nothing more. Whoever is there already is written down
/// as well when he is added: what takes him off may be on its way to the log.
model::SuppressAddresses change_of(const Form& form,
                                   const std::vector<runtime::AddressAnswer>& known,
                                   bool suppressed) {
    model::SuppressAddresses change;
    change.suppressed = suppressed;
    change.source = form.source;
    std::set<model::AddressKey> met;
    for (std::size_t i = 0; i < known.size(); ++i) {
        const bool listed = known[i].listed && known[i].listed->suppressed;
        const bool no_news = !suppressed && !listed;
        if (no_news || !met.insert(known[i].key).second) continue;
        const Wanted& one = form.wanted[i];
        change.items.push_back({one.question.scope, known[i].key, one.reason, one.since});
    }
    return change;
}

void submit_change(runtime::Engine& engine, model::SuppressAddresses change, Reply reply,
                   const Respond& respond) {
    if (change.items.empty()) return respond(std::move(reply));
    std::vector<model::Command> commands(1);
    commands[0].event_time = engine.clock().now();
    commands[0].body = std::move(change);
    const auto done = [reply = std::move(reply), respond](Result<void> result) {
        respond(result ? reply : problem_of(result.error()));
    };
    const bool reserved = true;
    auto taken = engine.submit(std::move(commands), runtime::AckWhen::applied, reserved, done);
    if (!taken) respond(problem_of(taken.error()));
}

Reply wrong(const Error& why) {
    return why.code == ErrorCode::refused ? problem(413, "too_many", why.detail)
                                          : problem(400, "wrong_shape", why.detail);
}

}  // namespace

void Api::add_suppressions(const Request& request, Respond respond) {
    const auto record = record_of(request);
    if (!record) return respond(problem(400, "broken_json", record.error().detail));
    auto read =
        form_of(record.value(), schema().program(), engine_.clock().now(), options_.batch_most);
    if (!read) return respond(wrong(read.error()));
    auto form = std::make_shared<Form>(std::move(read).value());
    auto questions = questions_of(form->wanted);
    engine_.ask_addresses(
        std::move(questions), [form, respond = std::move(respond), &engine = engine_,
                               &logger = logger_](std::vector<runtime::AddressAnswer> known) {
            if (known.size() != form->wanted.size()) return respond(gone());
            auto change = change_of(*form, known, true);
            std::set<model::AddressKey> fresh;
            for (const auto& one : known) {
                if (!one.listed || !one.listed->suppressed) fresh.insert(one.key);
            }
            const std::size_t taken = fresh.size();
            logger.info("suppressions.added",
                        {{"taken", static_cast<std::int64_t>(taken)}, {"source", form->source}});
            Reply reply = json({{"taken", number(taken)},
                                {"already", number(form->wanted.size() - taken)},
                                {"refused", Value(form->refused)}});
            submit_change(engine, std::move(change), std::move(reply), respond);
        });
}

void Api::remove_suppression(const Request& request, Respond respond) {
    const auto record = record_of(request);
    if (!record) return respond(problem(400, "broken_json", record.error().detail));
    if (text_in(record.value(), "reason").empty())
        return respond(problem(400, "no_reason",
                               "Give `reason`: why this address may be written to again. It is "
                               "kept with the address."));
    Record whole{{"suppressions", Value(List{Value(record.value())})},
                 {"source", Value(text_in(record.value(), "source"))}};
    auto read = form_of(whole, schema().program(), engine_.clock().now(), 1);
    if (!read) return respond(wrong(read.error()));
    auto form = std::make_shared<Form>(std::move(read).value());
    if (!form->refused.empty())
        return respond(
            problem(400, "wrong_address", text_in(*form->refused[0].as<Record>(), "reason")));
    form->wanted[0].since = engine_.clock().now();
    auto questions = questions_of(form->wanted);
    engine_.ask_addresses(
        std::move(questions), [form, respond = std::move(respond), &engine = engine_,
                               &logger = logger_](std::vector<runtime::AddressAnswer> known) {
            if (known.size() != 1) return respond(gone());
            auto change = change_of(*form, known, false);
            const bool removed = !change.items.empty();
            if (removed)
                logger.info("suppression.removed",
                            {{"source", form->source}, {"reason", form->wanted[0].reason}});
            submit_change(engine, std::move(change), json({{"removed", Value(removed)}}), respond);
        });
}

void Api::find_suppression(const Request& request, Respond respond) {
    const auto record = record_of(request);
    if (!record) return respond(problem(400, "broken_json", record.error().detail));
    auto question = question_of(schema().program(), text_in(record.value(), "channel"),
                                text_in(record.value(), "address"));
    if (!question) return respond(problem(400, "wrong_address", question.error().detail));
    const std::string address = question.value().address;
    std::vector<runtime::AddressQuestion> questions;
    questions.push_back(std::move(question).value());
    engine_.ask_addresses(std::move(questions), [respond = std::move(respond), address](
                                                    std::vector<runtime::AddressAnswer> known) {
        if (known.size() != 1) return respond(gone());
        const auto& listed = known[0].listed;
        Record body{{"address", Value(address)},
                    {"suppressed", Value(listed && listed->suppressed)}};
        if (listed) {
            body.push_back({"scope", Value(listed->scope)});
            body.push_back({"reason", Value(listed->reason)});
            body.push_back({"source", Value(listed->source)});
            body.push_back({"since", Value(format_instant(listed->since))});
        }
        respond(json(std::move(body)));
    });
}

void Api::count_suppressions(Respond respond) {
    engine_.ask_address_counts(
        [respond = std::move(respond)](std::vector<core::AddressList::Count> counts) {
            List rows;
            std::uint64_t all = 0;
            for (const auto& one : counts) {
                all += one.addresses;
                rows.push_back(Value(Record{{"scope", Value(one.scope)},
                                            {"reason", Value(one.reason)},
                                            {"source", Value(one.source)},
                                            {"addresses", number(one.addresses)}}));
            }
            respond(json({{"addresses", number(all)}, {"by", Value(std::move(rows))}}));
        });
}

}  // namespace journey::http
