// One person's story, for people: what came in, what was decided and why, what the provider said.
#include "engine/core/machine.h"

namespace journey::core {
namespace {

using model::MessageStatus;

std::string because(const Message& message) {
    std::string text;
    if (message.reason != model::Reason::none)
        text = " " + std::string(model::sentence_of(message.reason));
    if (!message.detail.empty()) text += " (" + message.detail + ")";
    return text;
}

std::string kind_of(const ActNote& note) {
    switch (note.kind) {
        case ActNote::Kind::moved:
            return "moved";
        case ActNote::Kind::no_zone:
            return "zone";
        case ActNote::Kind::circle:
            return "circle";
        case ActNote::Kind::chose:
            return "choice";
        case ActNote::Kind::fetched:
        case ActNote::Kind::fetch_failed:
            return "fetch";
        case ActNote::Kind::called:
        case ActNote::Kind::call_failed:
        case ActNote::Kind::said:
            break;
    }
    return "call";
}

/// What the provider said of it, "hard: no such user", or the person; "" when nothing was.
std::string words_of(const Acts* acts, const Message& message, const ReceiptNote& receipt) {
    if (acts == nullptr) return "";
    const std::string key = model::format_key(message.key);
    const auto found =
        std::find_if(acts->notes.begin(), acts->notes.end(), [&](const ActNote& one) {
            return one.kind == ActNote::Kind::said && one.at == receipt.at && one.subject == key &&
                   one.number == static_cast<std::uint32_t>(receipt.kind) &&
                   (receipt.kind != model::ReceiptKind::bounced ||
                    one.detail.starts_with("hard") == receipt.hard);
        });
    return found == acts->notes.end() ? "" : found->detail;
}

std::string sentence_of(const ActNote& note) {
    switch (note.kind) {
        case ActNote::Kind::called:
            return "Webhook \"" + note.subject + "\" answered journey \"" + note.journey + "\".";
        case ActNote::Kind::call_failed:
            return "Webhook \"" + note.subject + "\" did not answer journey \"" + note.journey +
                   "\": " + note.detail + ".";
        case ActNote::Kind::moved:
            return "Moved to version " + std::to_string(note.number) + " of journey \"" +
                   note.journey + "\", to step \"" + note.subject + "\".";
        case ActNote::Kind::no_zone:
            return "The time zone for step \"" + note.subject + "\" of journey \"" + note.journey +
                   "\" is missing or not known, so " + note.detail + " was taken.";
        case ActNote::Kind::circle:
            return "Journeys started one another " + std::to_string(note.number) + " times" +
                   (note.journey.empty() ? std::string()
                                         : ", at last journey \"" + note.journey + "\"") +
                   "; this was stopped.";
        case ActNote::Kind::chose:
            return "Step \"" + note.subject + "\" of journey \"" + note.journey + "\" chose " +
                   note.detail + ".";
        case ActNote::Kind::fetched:
            return "Fetched \"" + note.subject + "\" for journey \"" + note.journey +
                   (note.detail.empty()
                        ? "\" in " + std::to_string(note.number) + " ms."
                        : std::string("\": the same address had answered a while before."));
        case ActNote::Kind::fetch_failed:
            return "Could not fetch \"" + note.subject + "\" for journey \"" + note.journey +
                   "\", after " + std::to_string(note.number) + " ms: " + note.detail + ".";
        case ActNote::Kind::said:
            break;  // told with its receipt
    }
    return note.subject;
}

std::string message_sentence(const model::MessageRow& row, const Message& message) {
    const std::string what =
        row.channel + " \"" + row.message_template + "\" of journey \"" + row.journey + "\"";
    switch (message.status) {
        case MessageStatus::planned:
            return "Wants to send " + what + "." + because(message);
        case MessageStatus::claimed:
            return "Is sending " + what + ".";
        case MessageStatus::accepted:
            return (message.reason == model::Reason::dry_run ? "Rendered and sent to nobody "
                                                             : "Sent ") +
                   what + "." + because(message);
        case MessageStatus::rejected:
            return "The provider refused " + what + "." + because(message);
        case MessageStatus::skipped:
            return "Did not send " + what + "." + because(message);
        case MessageStatus::expired:
            return "Did not send " + what + " in time." + because(message);
        case MessageStatus::unknown:
            return "Cannot know whether " + what + " was sent." + because(message);
    }
    return what;
}

}  // namespace

std::vector<TimelineItem> Machine::timeline(model::PersonId id) const {
    std::vector<TimelineItem> out;
    Person room;
    const Person* person = people_.peek(id, room);
    if (person == nullptr) return out;
    const auto add = [&](Instant at, std::string kind, std::string text) -> TimelineItem& {
        return out.emplace_back(TimelineItem{at, std::move(kind), std::move(text), {}});
    };
    add(person->first_seen, "profile", "First heard of " + person->external_id + ".");
    if (const Moved* moved = person->moved())
        add(now_, "profile", "Is now known as " + moved->to + ".");
    for (const Happened& happened : person->history) {
        TimelineItem& item =
            add(happened.time, "event", "Event " + catalog_->events.name(happened.event) + ".");
        const NameTable& names = catalog_->event_fields[happened.event];
        for (auto& [field, value] : person->history.values(happened)) {
            if (field < names.size()) item.fields.push_back({names.name(field), std::move(value)});
        }
    }
    if (person->rare_parts) {
        for (const ConsentRecord& one : person->rare_parts->consents) {
            TimelineItem& item =
                add(one.at, "consent",
                    std::string(one.granted ? "Gave" : "Withdrew") + " consent to " +
                        catalog_->consents.name(one.consent) + ".");
            item.fields = {{"source", one.source}};
            if (!one.proof.empty()) item.fields.push_back({"proof", one.proof});
        }
        for (const ConsentNote& one : person->rare_parts->acts.consents) {
            using What = ConsentNote::What;
            const std::string name = catalog_->consents.name(one.consent) + ".";
            TimelineItem& item = add(
                one.at, "consent",
                one.source == kAddressChanged ? "Was no longer asked to confirm consent to " + name
                : one.what == What::asked     ? "Was asked to confirm consent to " + name
                : one.what == What::given     ? "Gave consent to " + name
                                              : "Withdrew consent to " + name);
            item.fields = {{"source", one.source}};
            if (!one.proof.empty()) item.fields.push_back({"proof", one.proof});
        }
        for (const SuppressionRecord& one : person->rare_parts->suppressions) {
            add(one.at, "suppressed",
                "No more messages on " +
                    (one.channel == kAllChannels ? std::string("any channel")
                                                 : catalog_->channels.name(one.channel)) +
                    ": " + one.reason + ".");
        }
    }
    if (const LinkedProgram* live = catalog_->live(); live != nullptr && addresses() != nullptr) {
        for (ir::Index i = 0; i < live->program->channels.size(); ++i) {
            const ir::Channel& channel = live->program->channels[i];
            for (const std::string& address : addresses_of(*live, *person, i)) {
                const auto listed = addresses()->blocks(channel, address);
                if (!listed) continue;
                add(listed->since, "suppressed",
                    "The address for " + channel.name +
                        " is on the suppression list: " + listed->reason + ".")
                    .fields = {{"source", listed->source}};
            }
        }
    }
    const auto entered = [&](Instant at, const std::string& journey, model::EntryId entry) {
        add(at, "entered", "Entered journey \"" + journey + "\".").fields = {
            {"entry", text_of(entry)}};
    };
    for (const EndedEntry& ended : person->ended) {
        const std::string& journey = catalog_->journeys.name(ended.journey);
        entered(ended.entered_at, journey, ended.id);
        add(ended.ended_at, "ended",
            "Left journey \"" + journey + "\": " + words_.name(ended.reason) + ".")
            .fields = {{"entry", text_of(ended.id)}, {"step", words_.name(ended.step)}};
    }
    for (const Entry& entry : person->entries) {
        if (!entry.live()) continue;
        const ir::Journey& journey = journey_of(entry);
        entered(entry.entered_at, journey.name, entry.id);
        const std::string step = journey.states[entry.state].step;
        std::string text = "Is at step \"" + step + "\" of journey \"" + journey.name + "\"";
        if (entry.due != kNever) text += ", at the latest until " + format_instant(entry.due);
        if (entry.parked) text += ", because the journey is paused";
        add(now_, "waiting", text + ".").fields = {{"entry", text_of(entry.id)}, {"step", step}};
    }
    if (const Acts* acts = person->any_acts()) {
        for (const ActNote& one : acts->notes) {
            if (one.kind != ActNote::Kind::said) add(one.at, kind_of(one), sentence_of(one));
        }
        for (const PendingCall& call : acts->calls) {
            const ir::Program& program = *linked(call.program).program;
            const ir::Journey& journey = program.journeys[call.journey];
            const auto& act = std::get<ir::Call>(journey.states[call.state].act);
            add(call.planned_at, "call",
                "Is calling webhook \"" + program.webhooks[act.webhook].name + "\" for journey \"" +
                    journey.name + "\"" + (call.held ? ", when sending is resumed." : "."));
        }
        for (const PendingFetch& fetch : acts->fetches) {
            const Intent* intent = person->intent(fetch.key);
            if (!fetch.asked || intent == nullptr) continue;
            const ir::Program& program = *linked(intent->message.program).program;
            add(fetch.at, "fetch",
                "Is fetching \"" + program.fetches[fetch.fetch].name + "\" for journey \"" +
                    program.journeys[intent->message.journey].name + "\".");
        }
    }
    const auto add_message = [&](const Message& message) {
        const model::MessageRow row = message_row(*person, message);
        const Instant at = message.finished_at != kNever  ? message.finished_at
                           : message.claimed_at != kNever ? message.claimed_at
                                                          : message.planned_at;
        TimelineItem& item = add(at, "message", message_sentence(row, message));
        item.fields = {{"key", model::format_key(message.key)},
                       {"status", model::name_of(message.status)},
                       {"reason", model::name_of(message.reason)},
                       {"journey", row.journey},
                       {"step", row.step},
                       {"channel", row.channel},
                       {"template", row.message_template},
                       {"attempts", std::int64_t{message.attempts}},
                       {"planned_at", message.planned_at}};
        if (!row.body_hash.empty()) item.fields.push_back({"hash", row.body_hash});
        for (const ReceiptNote& note : message.receipts) {
            const std::string words = words_of(person->any_acts(), message, note);
            add(note.at, "receipt",
                row.channel + " \"" + row.message_template +
                    "\": " + std::string(model::name_of(note.kind)) +
                    (words.empty() ? "" : " (" + words + ")") + ".")
                .fields = {{"journey", row.journey},
                           {"step", row.step},
                           {"channel", row.channel},
                           {"template", row.message_template},
                           {"receipt", std::string(model::name_of(note.kind))}};
            if (note.kind == model::ReceiptKind::bounced)
                out.back().fields.push_back({"hard", note.hard});
            if (!words.empty()) out.back().fields.push_back({"words", words});
        }
    };
    for (const Message& message : person->messages)
        add_message(message);
    for (const Intent& intent : person->intents)
        add_message(intent.message);
    std::stable_sort(out.begin(), out.end(),
                     [](const TimelineItem& a, const TimelineItem& b) { return a.at < b.at; });
    return out;
}

}  // namespace journey::core
