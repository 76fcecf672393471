// What a provider says later, by the message's key:
//   key not known                    quarantined; counted when the person was erased
//   same notice again                counted
//   delivered, bounced soft, … again counted; clicks, opens and replies count each time, up to a
//                                    hundred of each, so that a machine that clicks all day fills
//                                    nobody's memory
//   bounced hard after soft          stands like the first
//   delivered after a bounce         counted, but the bounce stands: no event
//   failed                           an unknown message turns out rejected
//   replied                          tells nothing of the message's own fate
//   any other                        an unknown message, and one that only failed, turns out accepted
// Then: a hard bounce or a complaint suppresses the address, for everybody who has it; unsubscribed
// withdraws the template's consent, or suppresses the address where the template has none; and the
// built-in event is offered like any other. Where there is no list of addresses, or no address, the
// person's channel is suppressed instead.
//
// Why it bounced, failed or was complained of is kept in the provider's own words; a reply in the
// person's.
//
// Providers send in any order and more than once. Status, suppressions and counts are the same
// whatever the order; only what waits in journeys meets the events as they come.
#include "engine/core/machine.h"

namespace journey::core {
namespace {

using model::MessageStatus;
using model::ReceiptKind;

constexpr std::size_t kEachKindMost = 100;

bool counts_each_time(ReceiptKind kind) {
    return kind == ReceiptKind::opened || kind == ReceiptKind::clicked ||
           kind == ReceiptKind::replied;
}

bool has(const Message& message, ReceiptKind kind) {
    return std::any_of(message.receipts.begin(), message.receipts.end(),
                       [&](const ReceiptNote& note) { return note.kind == kind; });
}

bool is_repeat_of(const Message& message, const ReceiptNote& said) {
    std::size_t same = 0;
    for (const ReceiptNote& note : message.receipts) {
        if (note.kind != said.kind) continue;
        ++same;
        if (said.id != 0 && note.id == said.id && note.hard == said.hard) return true;
        if (!counts_each_time(said.kind) && (note.hard || !said.hard)) return true;
    }
    return same >= kEachKindMost;
}

// Of several reasons for one suppression the gravest stands, whichever came first.
int weight_of(std::string_view reason) {
    if (reason == model::name_of(ReceiptKind::unsubscribed)) return 3;
    if (reason == model::name_of(ReceiptKind::complained)) return 2;
    return reason == model::name_of(ReceiptKind::bounced) ? 1 : 0;
}

void suppress(Person& person, std::uint16_t channel, std::string_view why, Instant now) {
    if (person.set_suppressed({channel, now, std::string(why)}, true)) return;
    for (SuppressionRecord& one : person.rare().suppressions) {
        const bool said_by_provider = weight_of(one.reason) > 0;
        if (one.channel == channel && said_by_provider && weight_of(why) > weight_of(one.reason))
            one.reason = why;
    }
}

bool has_words(const model::Receipt& receipt) {
    const bool told = receipt.kind == ReceiptKind::bounced || receipt.kind == ReceiptKind::failed ||
                      receipt.kind == ReceiptKind::complained ||
                      receipt.kind == ReceiptKind::replied;
    return told && !receipt.detail.empty();
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
    if (message == nullptr && person != nullptr)
        message = person->change_final_message(arrived.key);
    if (message == nullptr && is_of_erased(command.person)) {
        ++erasures_.late_receipts;
        return;
    }
    if (message == nullptr) {
        quarantine(command, model::name_of(receipt.kind),
                   to_json(Value(Record{{"key", model::format_key(arrived.key)}})),
                   "A provider's notice about a message this store does not know.");
        return;
    }
    const Instant time = receipt.at == Instant{} ? now_ : std::min(receipt.at, now_);
    const bool hard = receipt.kind == ReceiptKind::bounced && receipt.detail.rfind("hard", 0) == 0;
    const ReceiptNote said{receipt.kind, hard, time,
                           receipt.id.empty() ? 0 : hash64(receipt.id) | 1};
    if (is_repeat_of(*message, said)) {
        ++tally_.duplicates;
        return finish_command(*person);
    }
    const bool hidden =
        receipt.kind == ReceiptKind::delivered && has(*message, ReceiptKind::bounced);
    const bool again = has(*message, receipt.kind) && !counts_each_time(receipt.kind);
    message->receipts.push_back(said);
    const bool reached = receipt.kind != ReceiptKind::failed;
    if (tells_fate(receipt.kind) && (message->status == MessageStatus::unknown ||
                                     (message->status == MessageStatus::rejected && reached))) {
        JourneyTally& tally = tally_of(*message);
        if (message->status == MessageStatus::unknown) --tally.unknown;
        message->status = reached ? MessageStatus::accepted : MessageStatus::rejected;
        message->reason = reached ? model::Reason::none : model::Reason::provider_rejected;
        if (reached) {
            ++tally.sent;
            ++tally_.sent_by_channel[catalog_->channels.name(message->channel)];
            count_message(*person, *message, ir::Metric::sent);
        }
    }
    changed(*person, *message);
    const bool bad = receipt.kind == ReceiptKind::bounced ||
                     receipt.kind == ReceiptKind::complained || receipt.kind == ReceiptKind::failed;
    if (bad && !again) count_bad(*message);
    if (has_words(receipt)) {
        note(*person, {ActNote::Kind::said,
                       time,
                       {},
                       model::format_key(message->key),
                       receipt.detail,
                       static_cast<std::uint32_t>(receipt.kind)});
    }

    if (const auto metric = metric_of(receipt.kind); metric && !again)
        count_message(*person, *message, *metric);

    const LinkedProgram& program = linked(message->program);
    const ir::Journey& journey = program.program->journeys[message->journey];
    const ir::State& state = journey.states[message->state];
    const auto& send = std::get<ir::Send>(state.act);
    const ir::Template& text = program.program->templates[send.message_template];
    const std::string& channel = program.program->channels[send.channel].name;
    const bool leaves = receipt.kind == ReceiptKind::unsubscribed;
    if (leaves && text.consent != ir::kNone) {
        person->set_consent(
            {program.consents[text.consent], false, now_, "unsubscribed", receipt.detail});
        effects_->cancels.push_back({person->id, ""});
        levels_changed_ = true;
    } else if (hard || leaves || receipt.kind == ReceiptKind::complained) {
        if (!suppress_address(*person, *message,
                              hard ? "hard bounce" : model::name_of(receipt.kind)))
            suppress(*person, message->channel, model::name_of(receipt.kind), now_);
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
        fill("message", send.among == ir::kNone ? state.step : journey.states[send.among].step);
        fill("template", text.name);
        fill("channel", channel);
        fill("journey", journey.name);
        fill("entry", text_of(message->entry));
        fill("url", receipt.url);
        if (receipt.kind == ReceiptKind::replied) fill("text", receipt.detail);
        count_hour(*person, receipt.kind, time);
        record_and_offer(*person, *live, event, std::move(row), time, false);
    }
    finish_command(*person);
}

}  // namespace journey::core
