#include "engine/http/api.h"

#include <fmt/format.h>

namespace journey::http {
namespace {

// A sender may be this far ahead of its rate before it is told to wait.
constexpr double kBurstSeconds = 2;

bool is_json_type(std::string_view type) {
    const std::string_view media = type.substr(0, std::min(type.find(';'), type.size()));
    // Browsers send text/plain, which spares them a question beforehand.
    return media.empty() || media == "application/json" || media == "text/plain";
}

Reply wrong_media() {
    return problem(415, "wrong_media_type", "Send JSON, with `Content-Type: application/json`.");
}

std::vector<std::string> consent_names(const ir::Program& program) {
    std::vector<std::string> names;
    for (const ir::Consent& consent : program.consents)
        names.push_back(consent.name);
    return names;
}

std::vector<std::string> channel_names(const ir::Program& program) {
    std::vector<std::string> names;
    for (const ir::Channel& channel : program.channels)
        names.push_back(channel.name);
    return names;
}

/// The fields of a small JSON object, as the sentences about them need them.
class Form {
  public:
    static Result<Form> read(const Request& request) {
        if (!is_utf8(request.body)) return error(ErrorCode::invalid, "The body is not UTF-8.");
        auto value = value_from_json(request.body);
        if (!value) {
            return error(ErrorCode::invalid, fmt::format("The body is {}.", value.error().detail));
        }
        const auto* record = value.value().as<Record>();
        if (record == nullptr) return error(ErrorCode::invalid, "Send a JSON object.");
        Form form;
        form.record_ = *record;
        return form;
    }

    std::string text(std::string_view name) const {
        const Value* value = find(record_, name);
        if (value == nullptr) return "";
        if (const auto* held = value->as<std::string>()) return *held;
        if (const auto* number = value->as<std::int64_t>()) return fmt::format_int(*number).str();
        return "";
    }
    std::optional<bool> flag(std::string_view name) const {
        const Value* value = find(record_, name);
        if (value == nullptr || value->as<bool>() == nullptr) return std::nullopt;
        return *value->as<bool>();
    }
    /// Text, or for records and lists their JSON: proof may be anything.
    std::string any(std::string_view name) const {
        const Value* value = find(record_, name);
        if (value == nullptr || value->is_missing()) return "";
        const auto* held = value->as<std::string>();
        return held != nullptr ? *held : to_json(*value);
    }

    /// Nothing when it is neither left out nor a list of texts.
    std::optional<std::vector<std::string>> texts(std::string_view name) const {
        std::vector<std::string> out;
        const Value* value = find(record_, name);
        if (value == nullptr || value->is_missing()) return out;
        const List* list = value->as<List>();
        if (list == nullptr) return std::nullopt;
        for (const Value& one : *list) {
            const auto* text = one.as<std::string>();
            if (text == nullptr) return std::nullopt;
            out.push_back(*text);
        }
        return out;
    }

  private:
    Record record_;
};

/// The person a form is about, or why not.
std::optional<Reply> address(const Form& form, model::Command& command) {
    constexpr std::size_t kIdBytesMost = 512;
    command.external_id = external_id_of(form.text("userId"), form.text("anonymousId"));
    command.message_id = form.text("messageId");
    if (command.external_id.empty()) {
        return problem(400, "no_identity", "Give `userId` or `anonymousId`, as text.");
    }
    if (command.external_id.size() > kIdBytesMost || command.message_id.size() > kIdBytesMost) {
        return problem(400, "id_too_long", fmt::format("Ids hold at most {} bytes.", kIdBytesMost));
    }
    command.person = model::person_id_of(command.external_id);
    return std::nullopt;
}

Reply done(std::string_view warning) {
    Reply reply;
    Record body;
    body.push_back({"success", Value(true)});
    if (!warning.empty()) body.push_back({"warning", Value(warning)});
    reply.body = to_json(Value(std::move(body)));
    return reply;
}

}  // namespace

std::optional<Reply> Api::over_rate(std::size_t write_key, std::size_t events) {
    if (options_.events_per_second_most == 0) return std::nullopt;
    const double rate = options_.events_per_second_most;
    const Instant now = engine_.clock().now();
    Bucket& bucket = buckets_[write_key];
    const double waited =
        std::chrono::duration<double>(std::max(now - bucket.filled, Micros{0})).count();
    bucket.tokens = std::min(bucket.tokens + waited * rate, rate * kBurstSeconds);
    bucket.filled = now;
    // A batch above the whole burst would wait for ever; it passes when the bucket is full.
    const double price = std::min(static_cast<double>(events), rate * kBurstSeconds);
    if (bucket.tokens < price) {
        Reply reply = problem(
            429, "too_many_events",
            fmt::format("This write key may send {} events a second; send the same events again "
                        "after the pause.",
                        options_.events_per_second_most));
        const auto seconds = static_cast<std::int64_t>((price - bucket.tokens) / rate) + 1;
        reply.headers.push_back({"Retry-After", fmt::format_int(seconds).str()});
        return reply;
    }
    bucket.tokens -= price;
    return std::nullopt;
}

void Api::take_events(const Admission& admission, std::optional<Call> call, Request request,
                      Respond respond) {
    if (!is_json_type(request.content_type)) return respond(wrong_media());
    // Whoever must come again anyway is told before the work. Keys inside bodies are not known yet.
    if (admission.write_key) {
        if (const auto room = engine_.has_room(); !room) return respond(problem_of(room.error()));
    }
    const auto refusal = call ? reader_.read_one(request.body, *call, body_)
                              : reader_.read_batch(request.body, body_);
    const auto key = admission.write_key ? admission.write_key : write_key_of(body_.write_key);
    if (!key) {
        Reply reply = problem(401, "wrong_key",
                              "Send the write key as the user name of Basic authentication, or as "
                              "`writeKey` in the body.");
        reply.headers.push_back({"WWW-Authenticate", "Basic realm=\"journey\""});
        return respond(std::move(reply));
    }
    if (refusal) return respond(problem(refusal->status, refusal->code, refusal->detail));
    if (auto slower = over_rate(*key, body_.events.size())) return respond(std::move(*slower));

    const IngestRules rules{.now = engine_.clock().now(),
                            .clock_skew_most = options_.clock_skew_most};
    Ingested taken = ingest(body_, schema(), rules);
    for (const Remark& remark : taken.rejected)
        ++numbers_.refused_events.try_emplace(std::string(remark.code)).first->second;
    numbers_.warnings += taken.warnings.size() + taken.warnings_left_out;
    if (call && taken.accepted == 0 && !taken.rejected.empty()) {
        return respond(problem(400, taken.rejected.front().code, taken.rejected.front().detail));
    }
    Reply reply;
    reply.body = answer_json(taken);
    if (taken.commands.empty()) return respond(std::move(reply));

    // A refused submission leaves the count alone: the sender will come again with the same events.
    const std::size_t accepted = taken.accepted;
    const auto answer = [reply = std::move(reply), respond](Result<void> result) {
        respond(result ? reply : problem_of(result.error()));
    };
    const bool reserved = false;
    auto submitted =
        engine_.submit(std::move(taken.commands), runtime::AckWhen::durable, reserved, answer);
    if (!submitted) return respond(problem_of(submitted.error()));
    numbers_.accepted_events += accepted;
}

void Api::consent(const Request& request, Respond respond) {
    if (!is_json_type(request.content_type)) return respond(wrong_media());
    const auto form = Form::read(request);
    if (!form) return respond(problem(400, "broken_json", form.error().detail));
    model::Command command;
    if (auto refusal = address(form.value(), command)) {
        return respond(std::move(*refusal));
    }
    model::ConsentChange change{.consent = form.value().text("consent"),
                                .granted = form.value().flag("granted").value_or(false),
                                .source = form.value().text("source"),
                                .proof = form.value().any("proof")};
    if (change.consent.empty() || !form.value().flag("granted")) {
        return respond(problem(400, "wrong_shape",
                               "Give `consent`, the name of a consent, and `granted`, true or "
                               "false."));
    }
    if (change.source.empty()) change.source = "api";
    std::string warning;
    const ir::Program* program = schema().program();
    if (program == nullptr || ir::find_named(program->consents, change.consent) == ir::kNone) {
        const std::string words = fmt::format(
            "No live journey declares the consent `{}`.{}", change.consent,
            program == nullptr ? "" : suggestion(change.consent, consent_names(*program)));
        // A withdrawal is kept whatever its name: refusing one could only do harm.
        if (change.granted) return respond(problem(422, "unknown_consent", words));
        warning = words;
    }
    // A consent that wants a confirmation is only asked for here, unless the sender says that it was
    // confirmed elsewhere. What the consent is decides core, when the command is applied.
    if (change.granted && !form.value().flag("confirmed").value_or(false)) {
        command.body = model::ConsentAsked{change.consent, change.source, change.proof};
    } else {
        command.body = std::move(change);
    }
    submit(std::move(command), done(warning), std::move(respond));
}

void Api::suppress(const Request& request, Respond respond) {
    if (!is_json_type(request.content_type)) return respond(wrong_media());
    const auto form = Form::read(request);
    if (!form) return respond(problem(400, "broken_json", form.error().detail));
    model::Command command;
    if (auto refusal = address(form.value(), command)) {
        return respond(std::move(*refusal));
    }
    const auto suppressed = form.value().flag("suppressed");
    if (!suppressed) {
        return respond(problem(400, "wrong_shape", "Give `suppressed`, true or false."));
    }
    model::Suppress change{.channel = form.value().text("channel"),
                           .suppressed = *suppressed,
                           .reason = form.value().text("reason")};
    if (change.reason.empty()) change.reason = "api";
    std::string warning;
    const ir::Program* program = schema().program();
    if (!change.channel.empty() && program != nullptr &&
        ir::find_named(program->channels, change.channel) == ir::kNone) {
        const std::string words =
            fmt::format("No live journey declares the channel `{}`.{}", change.channel,
                        suggestion(change.channel, channel_names(*program)));
        if (!change.suppressed) return respond(problem(422, "unknown_channel", words));
        warning = words;
    }
    command.body = std::move(change);
    submit(std::move(command), done(warning), std::move(respond));
}

void Api::tags(const Request& request, Respond respond) {
    constexpr std::size_t kTagsMost = 100;
    constexpr std::size_t kTagBytesMost = 200;
    if (!is_json_type(request.content_type)) return respond(wrong_media());
    const auto form = Form::read(request);
    if (!form) return respond(problem(400, "broken_json", form.error().detail));
    model::Command command;
    if (auto refusal = address(form.value(), command)) {
        return respond(std::move(*refusal));
    }
    const auto add = form.value().texts("add");
    const auto remove = form.value().texts("remove");
    if (!add || !remove || (add->empty() && remove->empty())) {
        return respond(
            problem(400, "wrong_shape", "Give `add` or `remove`, each a list of tags as text."));
    }
    const auto unfit = [&](const std::string& tag) {
        return tag.empty() || tag.size() > kTagBytesMost;
    };
    if (add->size() + remove->size() > kTagsMost || std::any_of(add->begin(), add->end(), unfit) ||
        std::any_of(remove->begin(), remove->end(), unfit)) {
        return respond(
            problem(400, "tag_too_long", "At most 100 tags at once, each of 1 to 200 bytes."));
    }
    command.body = model::TagChange{*add, *remove};
    submit(std::move(command), done(""), std::move(respond));
}

}  // namespace journey::http
