// Erase, at the address of
//   nobody                       nothing
//   a stub                       sent on: it is all one person; when that one was erased, the stub goes
//   a person who was a stub      an erasure that comes for the stub concerns nobody any more
//   else                         every entry ends, nothing that was planned is sent, and the person
//                                and its rows go, and what other partitions noted by names of its
//                                messages or by its number. What stays: counts; for a while a grave, so that
//                                late receipts are known for what they are and whoever comes back
//                                gives no message a key that was given before; and for ever the keys
//                                of addresses that nothing may be sent to
// An Alias that has left and not arrived (its Absorb is behind this in the Log) arrives afterwards, at
// somebody new: to be erased again.
#include "engine/core/machine.h"

namespace journey::core {
namespace {

/// Longer than providers report late, and remember keys.
constexpr Micros kGraves = std::chrono::hours(24 * 35);
constexpr std::size_t kGravesLook = 64;
/// As long as Notices.
constexpr Micros kPlacesKept = std::chrono::hours(24 * 30);
constexpr std::size_t kPlacesMost = 256;
constexpr std::string_view kReason = "erased";
constexpr std::string_view kOptedOut = "opted out";

/// The words of the list for what a person's channel was stopped by; others may tell of the person.
std::string_view listed_reason(std::string_view reason) {
    if (reason == model::name_of(model::ReceiptKind::bounced)) return "hard bounce";
    for (const auto kind : {model::ReceiptKind::complained, model::ReceiptKind::unsubscribed}) {
        if (reason == model::name_of(kind)) return model::name_of(kind);
    }
    return kOptedOut;
}

void add_number(std::set<std::string>& places, const std::string& address) {
    if (const auto number = model::canonical_address("sms", address))
        places.insert(model::name_of_place("text", "sms", number.value()));
}

/// Why nothing may be sent to the person there; "" when it may.
std::string_view why_off_limits(const Person& person, const LinkedProgram& live,
                                ir::Index channel) {
    if (!person.rare_parts) return "";
    const std::uint16_t number = live.channels[channel];
    for (const SuppressionRecord& one : person.rare_parts->suppressions) {
        if (one.channel == number || one.channel == kAllChannels) return listed_reason(one.reason);
    }
    for (const ir::Template& text : live.program->templates) {
        if (text.channel != channel || text.consent == ir::kNone) continue;
        const ConsentRecord* said = person.consent(live.consents[text.consent]);
        if (said != nullptr && !said->granted) return kOptedOut;
    }
    return "";
}

}  // namespace

void Machine::on(const model::Command& command, const model::Erase& asked) {
    Person* person = person_of(command.person);
    strangers_.erase(command.person);
    if (person == nullptr) return;
    const bool stub = person->moved() != nullptr;
    if (asked.merged_into.empty()) {
        if (stub) return forward(command, *person);
    } else if (!stub) {
        return;
    }
    keep_off_limits(*person);
    forget_places(*person);
    erase_merged(*person);
    effects_->cancels.push_back({person->id, ""});
    end_all(*person);
    if (!stub) ++erasures_.people;
    erase(*person);
}

void Machine::keep_off_limits(const Person& person) {
    const LinkedProgram* live = catalog_->live();
    if (!options_.addresses || live == nullptr) return;
    model::SuppressAddresses change;
    change.source = "erasure";
    std::set<model::AddressKey> met;
    const auto add = [&](ir::ChannelKind kind, const model::AddressKey& key,
                         std::string_view reason) {
        if (met.insert(key).second)
            change.items.push_back({std::string(scope_of(kind)), key, std::string(reason), now_});
    };
    for (ir::Index i = 0; i < live->program->channels.size(); ++i) {
        const std::string_view reason = why_off_limits(person, *live, i);
        if (reason.empty()) continue;
        const ir::ChannelKind kind = live->program->channels[i].kind;
        for (const std::string& address : addresses_of(*live, person, i))
            add(kind, options_.addresses->key_of(scope_of(kind), kind, address), reason);
        for (const Message& message : person.messages) {
            if (message.address && message.channel == live->channels[i])
                add(kind, *message.address, reason);
        }
    }
    if (change.items.empty()) return;
    AppendCommand append;
    append.from = person.external_id;
    append.cause = applied_;
    append.command.partition = model::kEveryPartition;
    append.command.at = now_;
    append.command.event_time = now_;
    append.command.message_id =
        "erased:" + std::to_string(id_.number) + ":" + std::to_string(applied_);
    append.command.body = std::move(change);
    appends_.push_back(append);
    effects_->appends.push_back(std::move(append));
}

// Places are other partitions' (notices.h), and stay there for thirty days: the newest messages are
// all that can be noted still.
void Machine::forget_places(const Person& person) {
    std::set<std::string> places;
    bool texted = false;
    const auto add = [&](const Message& message, const std::string& address) {
        if (message.claimed_at == kNever || message.claimed_at < now_ - kPlacesKept) return;
        const LinkedProgram& program = linked(message.program);
        const ir::Channel& channel = program.program->channels[program.channel_at(message.channel)];
        if (channel.kind == ir::ChannelKind::sms) {
            texted = true;
            add_number(places, address);
        }
        if (!message.provider_id.empty())
            places.insert(model::name_of_place("id", channel.name, message.provider_id));
    };
    for (const Intent& intent : person.intents)
        add(intent.message, intent.address);
    for (std::size_t i = person.messages.size(); i > 0 && places.size() < kPlacesMost; --i)
        add(person.messages[i - 1], "");
    const LinkedProgram* live = catalog_->live();
    for (ir::Index i = 0; texted && live != nullptr && i < live->program->channels.size(); ++i) {
        if (live->program->channels[i].kind == ir::ChannelKind::sms)
            add_number(places, address_of(*live, person, i));
    }
    for (const std::string& place : places) {
        AppendCommand append;
        append.from = person.external_id;
        append.cause = applied_;
        append.command.external_id = place;
        append.command.person = model::person_id_of(place);
        append.command.partition = model::partition_of(append.command.person, options_.partitions);
        append.command.at = now_;
        append.command.event_time = now_;
        append.command.message_id =
            "erased:" + std::to_string(id_.number) + ":" + std::to_string(applied_);
        append.command.body = model::PlaceForgotten{person.id};
        appends_.push_back(append);
        effects_->appends.push_back(std::move(append));
    }
}

void Machine::erase_merged(const Person& person) {
    if (!person.rare_parts) return;
    std::set<std::string> merged;
    for (const AbsorbedMark& mark : person.rare_parts->absorbed)
        merged.insert(mark.from);
    merged.erase(person.external_id);
    for (const std::string& from : merged) {
        AppendCommand append;
        append.from = person.external_id;
        append.cause = applied_;
        append.command.external_id = from;
        append.command.person = model::person_id_of(from);
        append.command.partition = model::partition_of(append.command.person, options_.partitions);
        append.command.at = now_;
        append.command.event_time = now_;
        append.command.message_id = "erased:" + std::to_string(applied_);
        append.command.body = model::Erase{person.external_id};
        appends_.push_back(append);
        effects_->appends.push_back(std::move(append));
    }
}

/// The counts stay true: they are of nobody.
void Machine::end_all(Person& person) {
    for (Entry& entry : person.entries) {
        if (!entry.live()) continue;
        if (Happening* happening = happens(Happening::Kind::ended, person, entry))
            happening->detail = std::string(kReason);
        leave(entry);
        JourneyTally& tally = tally_of(entry);
        ++tally.ended;
        ++tally.ended_by[std::string(kReason)];
    }
    for (const Intent& intent : person.intents) {
        if (intent.message.status != model::MessageStatus::planned) continue;
        JourneyTally& tally = tally_of(intent.message);
        ++tally.skipped;
        ++tally.skipped_by[std::string(model::name_of(model::Reason::entry_over))];
    }
    for (const Message& message : person.messages) {
        if (message.status == model::MessageStatus::unknown) --tally_of(message).unknown;
    }
}

void Machine::erase(Person& person) {
    model::ErasedRow& row = erased_.emplace_back();
    row.id = person.id;
    row.external_id = person.external_id;
    for (const Intent& intent : person.intents)
        row.messages.push_back(intent.message.key);
    for (const Message& message : person.messages)
        row.messages.push_back(message.key);
    std::erase_if(quarantine_, [&](const model::QuarantineRow& one) {
        return one.external_id == person.external_id;
    });
    for (const Intent& intent : person.intents) {
        if (waits_at_rails(intent)) leave_rails(person, intent);
        leave_turns(person, intent);
    }
    if (person.moved() != nullptr) --stubs_;
    parked_.erase(person.id);
    const auto listed = std::lower_bound(by_id_.begin(), by_id_.end(), person.id);
    if (listed != by_id_.end() && *listed == person.id) by_id_.erase(listed);
    forget_graves();
    graves_[person.id] = {now_, person.next_ordinal};
    people_.remove(person);
}

void Machine::forget_graves() {
    if (graves_.size() % kGravesLook != 0) return;
    std::erase_if(graves_, [&](const auto& one) { return one.second.at < now_ - kGraves; });
}

}  // namespace journey::core
