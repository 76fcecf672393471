#pragma once
// What the tests of messages share.

#include "tests/engine/core/kit/kit.h"

namespace journey::core::kit {

/// A journey `j`: viewed, the message, the end.
Builder sends(const std::string& message_template);
/// Its send.
ir::Send& send_in(Builder& b);
/// `b` published, and ada with an address and a number.
World live(const Builder& b);
model::Observation seen(model::ObservationKind kind, Micros retry_after = Micros(0));
ir::Frequency at_most_a_day(const std::string& name, std::uint32_t count);
/// The person's last message.
model::MessageRow row_of(World& world, const std::string& person = "ada");

}  // namespace journey::core::kit
