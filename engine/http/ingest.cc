//   identify  Identify of the person; with both ids also Alias anonymous -> user, before it
//   track     Track of the event, under its declared name
//   page      Track of page_viewed, screen of screen_viewed, where the program declares it; else the
//             person is made known and nothing more, because undeclared page views would fill the
//             quarantine with noise
//   group     Identify with group_id
//   alias     Alias previousId -> userId; senders use both kinds of id for the former, so both are
//             forwarded
// What the context says about the person and the program declares becomes an Identify in front of
// the event. It has a message id of its own, derived from the event's: de-duplication is per person
// and message id.

#include "engine/http/ingest.h"

#include <fmt/format.h>

namespace journey::http {
namespace {

constexpr Instant kEarliest{std::chrono::sys_days{std::chrono::year{1990} / 1 / 1}};

class Ingest {
  public:
    Ingest(SegmentBody& body, Schema& schema, const IngestRules& rules)
        : body_(body), schema_(schema), rules_(rules) {
        const ir::Program* program = schema.program();
        folds_ = program != nullptr && !program->profile.empty();
        zone_declared_ = schema.declares_profile("time_zone");
        locale_declared_ = schema.declares_profile("locale");
        token_declared_ = schema.declares_profile("push_token");
    }

    Ingested run() {
        out_.commands.reserve(body_.events.size() + 1);
        for (index_ = 0; index_ < body_.events.size(); ++index_)
            take(body_.events[index_]);
        body_.events.clear();
        return std::move(out_);
    }

  private:
    void take(SegmentEvent& event) {
        if (!event.fault) check(event);
        if (!event.fault) check_time(event);
        if (event.fault) {
            out_.rejected.push_back({index_, event.fault.code, std::move(event.fault.detail)});
            return;
        }
        external_id_ = external_id_of(event.user_id, event.anonymous_id);
        person_ = model::person_id_of(external_id_);
        ++out_.accepted;
        switch (*event.call) {
            case Call::identify:
                return identify(event);
            case Call::track:
                return track(event);
            case Call::page:
                return view(event, "page_viewed");
            case Call::screen:
                return view(event, "screen_viewed");
            case Call::group:
                return group(event);
            case Call::alias:
                return alias(event);
        }
    }

    // ---- checks

    static void refuse(SegmentEvent& event, std::string_view code, std::string detail) {
        event.fault = {code, std::move(detail)};
    }

    void check(SegmentEvent& event) {
        if (!event.call) {
            return refuse(event, "no_type",
                          "Give `type`: identify, track, page, screen, group or alias.");
        }
        if (event.user_id.empty() && event.anonymous_id.empty()) {
            return refuse(event, "no_identity", "Give `userId` or `anonymousId`, as text.");
        }
        if (*event.call == Call::track) {
            if (event.event.empty()) {
                return refuse(event, "no_event", "Give `event`, the name of what happened.");
            }
            const ir::EventType* type = schema_.event(event.event).type;
            if (type != nullptr && type->builtin) {
                return refuse(event, "reserved_event",
                              fmt::format("`{}` is made by the engine itself from receipts; choose "
                                          "another name.",
                                          type->name));
            }
        }
        if (*event.call == Call::alias && (event.user_id.empty() || event.previous_id.empty())) {
            return refuse(event, "no_identity", "alias needs `userId` and `previousId`.");
        }
        if (*event.call == Call::group && event.group_id.empty()) {
            return refuse(event, "no_group", "group needs `groupId`.");
        }
    }

    void check_time(SegmentEvent& event) {
        at_ = Instant{};  // the moment at which the log takes it in
        if (!event.timestamp) return;
        at_ = *event.timestamp;
        const std::optional<Instant>& sent = event.sent_at ? event.sent_at : body_.sent_at;
        // Segment's correction: how long the event lay with the sender is known, even when the
        // sender's clock is wrong.
        if (sent) at_ = rules_.now - (*sent - *event.timestamp);
        if (at_ > rules_.now + rules_.clock_skew_most) {
            return refuse(
                event, "time_in_future",
                fmt::format("`timestamp` is {}, which is yet to come; send the moment the "
                            "event happened, in UTC.",
                            format_instant(*event.timestamp)));
        }
        if (at_ < kEarliest) {
            return refuse(event, "time_too_early",
                          fmt::format("`timestamp` is {}; events before 1990 are not taken.",
                                      format_instant(*event.timestamp)));
        }
        at_ = std::min(at_, rules_.now);
    }

    void warn(std::string_view code, std::string detail) {
        if (out_.warnings.size() >= kWarningsMost) {
            ++out_.warnings_left_out;
            return;
        }
        out_.warnings.push_back({index_, code, std::move(detail)});
    }

    // ---- commands

    void add(std::string message_id, model::CommandBody command) {
        model::Command& added = out_.commands.emplace_back();
        added.person = person_;
        added.external_id = external_id_;
        added.event_time = at_;
        added.message_id = std::move(message_id);
        added.body = std::move(command);
    }

    void add_alias(std::string from, const std::string& message_id) {
        if (from == external_id_) return;
        model::Command& added = out_.commands.emplace_back();
        added.person = model::person_id_of(from);
        added.external_id = std::move(from);
        added.event_time = at_;
        added.message_id = message_id;
        added.body = model::Alias{external_id_};
    }

    void identify(SegmentEvent& event) {
        if (!event.user_id.empty() && !event.anonymous_id.empty()) {
            add_alias("anon:" + event.anonymous_id, event.message_id);
        }
        Record traits = declared_context(event);
        for (NamedValue& trait : event.traits) {
            rename_trait(trait);
            put(traits, trait.name, std::move(trait.value));
        }
        add(std::move(event.message_id), model::Identify{std::move(traits)});
    }

    void track(SegmentEvent& event) {
        const Schema::EventName& meant = schema_.event(event.event);
        if (meant.type == nullptr) {
            warn("unknown_event", meant.warning);
        } else {
            check_properties(*meant.type, event.properties);
        }
        fold_context(event);
        add(std::move(event.message_id), model::Track{meant.name, std::move(event.properties)});
    }

    void view(SegmentEvent& event, const std::string& name) {
        const ir::EventType* type = schema_.declared(name);
        if (type == nullptr) {
            add(std::move(event.message_id), model::Identify{declared_context(event)});
            return;
        }
        const auto give = [&](std::string_view field, std::string& value) {
            if (value.empty() || find(event.properties, field) != nullptr) return;
            event.properties.push_back({std::string(field), Value(std::move(value))});
        };
        give("name", event.name);
        give("category", event.category);
        check_properties(*type, event.properties);
        fold_context(event);
        add(std::move(event.message_id), model::Track{name, std::move(event.properties)});
    }

    void group(SegmentEvent& event) {
        Record traits = declared_context(event);
        put(traits, "group_id", Value(std::move(event.group_id)));
        add(std::move(event.message_id), model::Identify{std::move(traits)});
    }

    void alias(SegmentEvent& event) {
        add_alias("anon:" + event.previous_id, event.message_id);
        add_alias("user:" + event.previous_id, event.message_id);
    }

    // ---- fields

    void rename_trait(NamedValue& trait) {
        const ir::Field* field = schema_.profile_field(trait.name);
        if (field == nullptr) return;
        if (const auto is = mismatch(field->type, trait.value)) {
            warn("wrong_type", fmt::format("The trait `{}` should be {}, and this is {}; it is "
                                           "treated as missing.",
                                           field->name, words_for(field->type), *is));
        }
    }

    void check_properties(const ir::EventType& type, Record& properties) {
        for (NamedValue& property : properties) {
            const ir::Field* field = Schema::field(type.fields, property.name);
            if (field == nullptr) continue;
            if (const auto is = mismatch(field->type, property.value)) {
                warn("wrong_type",
                     fmt::format("`{}` of `{}` should be {}, and this is {}; it is "
                                 "treated as missing.",
                                 field->name, type.name, words_for(field->type), *is));
            }
        }
        for (const ir::Field& field : type.fields) {
            if (!field.required || find(properties, field.name) != nullptr) continue;
            warn("missing_property",
                 fmt::format("`{}` of `{}` is declared as required and is not there.", field.name,
                             type.name));
        }
    }

    static void put_text(Record& record, std::string_view name, bool declared,
                         const std::string& own, const std::string& shared) {
        const std::string& text = own.empty() ? shared : own;
        if (declared && !text.empty()) put(record, name, Value(text));
    }

    void put_declared(Record& record, const Record& traits) const {
        for (const NamedValue& trait : traits) {
            std::string name = trait.name;
            if (schema_.profile_field(name) != nullptr) put(record, name, trait.value);
        }
    }

    /// What the event's context, or its batch's, says of the profile's declared fields.
    Record declared_context(const SegmentEvent& event) const {
        Record record;
        if (!folds_ || (event.context.empty() && body_.context.empty())) return record;
        const Context& own = event.context;
        const Context& shared = body_.context;
        put_text(record, "time_zone", zone_declared_, own.time_zone, shared.time_zone);
        put_text(record, "locale", locale_declared_, own.locale, shared.locale);
        put_text(record, "push_token", token_declared_, own.push_token, shared.push_token);
        put_declared(record, shared.traits);
        put_declared(record, own.traits);
        return record;
    }

    void fold_context(const SegmentEvent& event) {
        Record traits = declared_context(event);
        if (traits.empty()) return;
        const std::string message_id =
            event.message_id.empty() ? std::string() : event.message_id + "/context";
        add(message_id, model::Identify{std::move(traits)});
    }

    SegmentBody& body_;
    Schema& schema_;
    const IngestRules& rules_;
    Ingested out_;
    bool folds_ = false;
    bool zone_declared_ = false;
    bool locale_declared_ = false;
    bool token_declared_ = false;
    // Of the event in hand:
    std::size_t index_ = 0;
    std::string external_id_;
    model::PersonId person_;
    Instant at_{};
};

List list_of(const std::vector<Remark>& remarks) {
    List list;
    for (const Remark& remark : remarks) {
        Record line;
        line.push_back({"index", Value(static_cast<std::int64_t>(remark.index))});
        line.push_back({"code", Value(remark.code)});
        line.push_back({"detail", Value(remark.detail)});
        list.push_back(Value(std::move(line)));
    }
    return list;
}

}  // namespace

Ingested ingest(SegmentBody& body, Schema& schema, const IngestRules& rules) {
    return Ingest(body, schema, rules).run();
}

std::string answer_json(const Ingested& ingested) {
    if (ingested.rejected.empty() && ingested.warnings.empty()) {
        return fmt::format(R"({{"success":true,"accepted":{},"rejected":[],"warnings":[]}})",
                           ingested.accepted);
    }
    Record answer;
    answer.push_back({"success", Value(true)});
    answer.push_back({"accepted", Value(static_cast<std::int64_t>(ingested.accepted))});
    answer.push_back({"rejected", Value(list_of(ingested.rejected))});
    answer.push_back({"warnings", Value(list_of(ingested.warnings))});
    if (ingested.warnings_left_out > 0) {
        answer.push_back(
            {"warnings_left_out", Value(static_cast<std::int64_t>(ingested.warnings_left_out))});
    }
    return to_json(Value(std::move(answer)));
}

std::string external_id_of(std::string_view user_id, std::string_view anonymous_id) {
    if (!user_id.empty()) return "user:" + std::string(user_id);
    if (!anonymous_id.empty()) return "anon:" + std::string(anonymous_id);
    return "";
}

}  // namespace journey::http
