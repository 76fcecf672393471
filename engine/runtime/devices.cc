#include "engine/runtime/devices.h"

namespace journey::runtime {
namespace {

using model::ObservationKind;

/// What outweighs what.
int weight_of(ObservationKind kind) {
    switch (kind) {
        case ObservationKind::accepted:
        case ObservationKind::pretended:
            return 6;
        case ObservationKind::unknown:
            return 5;
        case ObservationKind::retry:
            return 4;
        case ObservationKind::lost:
            return 3;
        case ObservationKind::pause:
            return 2;
        case ObservationKind::not_started:
            return 1;
        case ObservationKind::rejected:
        case ObservationKind::withheld:
            break;
    }
    return 0;
}

model::MessageKey key_for(const model::MessageKey& key, std::string_view device) {
    const std::string_view bytes(reinterpret_cast<const char*>(key.bytes.data()), key.bytes.size());
    const Sha256 hash = sha256(std::string(bytes) + std::string(device));
    model::MessageKey made;
    std::copy_n(hash.begin(), made.bytes.size(), made.bytes.begin());
    // Still a UUID: the version and the variant are the message's.
    made.bytes[6] = static_cast<std::uint8_t>((made.bytes[6] & 0x0f) | (key.bytes[6] & 0xf0));
    made.bytes[8] = static_cast<std::uint8_t>((made.bytes[8] & 0x3f) | (key.bytes[8] & 0xc0));
    return made;
}

}  // namespace

std::vector<connectors::Message> one_a_device(const connectors::Message& message,
                                              const connectors::Traits& traits) {
    std::vector<connectors::Message> out{message};
    if (traits.takes_many) return out;
    out.front().also_to.clear();
    for (const std::string& device : message.also_to) {
        connectors::Message& one = out.emplace_back(out.front());
        one.to = device;
        if (traits.idempotency == model::IdempotencyClass::keyed)
            one.key = key_for(message.key, device);
    }
    return out;
}

void name_devices(const OutgoingAttempt& attempt, model::Observation& seen) {
    if (attempt.devices.empty()) return seen.gone.clear();
    for (std::string& gone : seen.gone) {
        if (gone.empty()) gone = attempt.devices.front();
    }
    const bool nobody =
        std::all_of(attempt.devices.begin(), attempt.devices.end(), [&](const std::string& one) {
            return std::find(seen.gone.begin(), seen.gone.end(), one) != seen.gone.end();
        });
    if (!nobody || seen.kind != ObservationKind::accepted) return;
    seen.kind = ObservationKind::rejected;
    seen.reason = "the provider knows none of the person's devices any more";
}

std::optional<model::Observation> Devices::ended(const OutgoingAttempt& attempt,
                                                 model::Observation seen) {
    if (attempt.parts <= 1) return seen;
    Open& open = open_[attempt.key];
    if (seen.kind == ObservationKind::accepted) ++open.took;
    std::vector<std::string> gone = std::move(open.so_far.gone);
    gone.insert(gone.end(), seen.gone.begin(), seen.gone.end());
    const bool ambiguous = open.so_far.ambiguous || seen.ambiguous;
    const Micros retry_after = std::max(open.so_far.retry_after, seen.retry_after);
    if (open.ended == 0 || weight_of(seen.kind) > weight_of(open.so_far.kind))
        open.so_far = std::move(seen);
    open.so_far.gone = std::move(gone);
    open.so_far.ambiguous = ambiguous;
    open.so_far.retry_after = retry_after;
    if (++open.ended < attempt.parts) return std::nullopt;
    model::Observation whole = std::move(open.so_far);
    if (whole.kind == ObservationKind::accepted) {
        whole.ambiguous = false;
        whole.retry_after = Micros{0};
        if (open.took < attempt.parts)
            whole.reason = std::to_string(open.took) + " of " + std::to_string(attempt.parts) +
                           " devices took it";
    }
    open_.erase(attempt.key);
    return whole;
}

}  // namespace journey::runtime
