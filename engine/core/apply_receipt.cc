// What a provider says later, by the message's key:
//   key not known                     quarantined
//   same notice again                 counted
//   delivered, bounced, … again       counted; clicks, opens and replies count each time
//   delivered after a bounce          noted, but the bounce stands: no event
//   failed                            an unknown message turns out rejected
//   any other                         an unknown message turns out accepted
// Then: a hard bounce or a complaint suppresses the channel; unsubscribed withdraws the template's
// consent, or suppresses the channel where the template has none; and the built-in event is offered
// like any other.
#include "engine/core/machine.h"

namespace journey::core {
namespace {

using model::MessageStatus;
using model::ReceiptKind;

bool counts_each_time(ReceiptKind kind) {
    return kind == ReceiptKind::opened || kind == ReceiptKind::clicked ||
           kind == ReceiptKind::replied;
}

bool has(const Message& message, ReceiptKind kind) {
    return std::any_of(message.receipts.begin(), message.receipts.end(),
                       [&](const ReceiptNote& note) { return note.kind == kind; });
}

bool is_repeat_of(const Message& message, ReceiptKind kind, std::uint64_t id) {
    for (const ReceiptNote& note : message.receipts) {
        if (id != 0 && note.id == id) return true;
        if (note.kind == kind && !counts_each_time(kind)) return true;
    }
    return false;
}

std::optional<ir::Metric> metric_of(ReceiptKind kind) {
    switch (kind) {
        case ReceiptKind::delivered:
            return ir::Metric::delivered;
        case ReceiptKind::opened:
            return ir::Metric::opened;
        case ReceiptKind::clicked:
            return ir::Metric::clicked;
        case ReceiptKind::replied:
            return ir::Metric::replied;
        case ReceiptKind::bounced:
        case ReceiptKind::complained:
        case ReceiptKind::unsubscribed:
        case ReceiptKind::failed:
            break;
    }
    return std::nullopt;
}

}  // namespace

void Machine::on(const model::Command& command, const model::ReceiptArrived& arrived) {
    const model::Receipt& receipt = arrived.receipt;
    Person* person = reach(command, false);
    if (person == nullptr && people_.knows(command.person)) return;  // forwarded
    Intent* open = person == nullptr ? nullptr : person->intent(arrived.key);
    Message* message = open != nullptr ? &open->message : nullptr;
    if (message == nullptr && person != nullptr) message = person->final_message(arrived.key);
    if (message == nullptr) {
        quarantine(command, model::name_of(receipt.kind),
                   to_json(Value(Record{{"key", model::format_key(arrived.key)}})),
                   "A provider's notice about a message this store does not know.");
        return;
    }
    const std::uint64_t id = receipt.id.empty() ? 0 : hash64(receipt.id) | 1;
    if (is_repeat_of(*message, receipt.kind, id)) {
        ++tally_.duplicates;
        return finish_command(*person);
    }
    const Instant time = receipt.at == Instant{} ? now_ : std::min(receipt.at, now_);
    const bool hidden =
        receipt.kind == ReceiptKind::delivered && has(*message, ReceiptKind::bounced);
    message->receipts.push_back({receipt.kind, time, id});
    if (message->status == MessageStatus::unknown) {
        JourneyTally& tally = tally_of(*message);
        --tally.unknown;
        if (receipt.kind == ReceiptKind::failed) {
            message->status = MessageStatus::rejected;
            message->reason = model::Reason::provider_rejected;
        } else {
            message->status = MessageStatus::accepted;
            ++tally.sent;
            ++tally_.sent_by_channel[catalog_->channels.name(message->channel)];
        }
    }
    changed(*person, *message);

    if (const auto metric = metric_of(receipt.kind); metric && !hidden)
        count_message(*person, *message, *metric);

    const LinkedProgram& program = linked(message->program);
    const ir::Journey& journey = program.program->journeys[message->journey];
    const ir::State& state = journey.states[message->state];
    const auto& send = std::get<ir::Send>(state.act);
    const ir::Template& text = program.program->templates[send.message_template];
    const std::string& channel = program.program->channels[send.channel].name;
    const bool hard = receipt.kind == ReceiptKind::bounced && receipt.detail.rfind("hard", 0) == 0;
    const bool leaves = receipt.kind == ReceiptKind::unsubscribed;
    if (leaves && text.consent != ir::kNone) {
        person->set_consent(
            {program.consents[text.consent], false, now_, "unsubscribed", receipt.detail});
        effects_->cancels.push_back({person->id, ""});
        levels_changed_ = true;
    } else if (hard || leaves || receipt.kind == ReceiptKind::complained) {
        person->set_suppressed({message->channel, now_, std::string(model::name_of(receipt.kind))},
                               true);
        effects_->cancels.push_back({person->id, channel});
        levels_changed_ = true;
    }

    const LinkedProgram* live = catalog_->live();
    const ir::Index event =
        hidden ? ir::kNone : find_name(live->event_by_name, model::name_of(receipt.kind));
    if (event != ir::kNone && live->events[event].builtin) {
        std::vector<Value> row(live->program->events[event].fields.size());
        const auto fill = [&](std::string_view name, std::string value) {
            const ir::Index field = find_name(live->events[event].by_name, name);
            if (field != ir::kNone && !value.empty()) row[field] = Value(std::move(value));
        };
        fill("message", state.step);
        fill("template", text.name);
        fill("channel", channel);
        fill("journey", journey.name);
        fill("entry", text_of(message->entry));
        fill("url", receipt.url);
        record_and_offer(*person, *live, event, std::move(row), time, false);
    }
    finish_command(*person);
}

}  // namespace journey::core
