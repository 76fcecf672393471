#pragma once
// One message to several devices of one person: an Attempt that is several requests, and one
// Outcome. Private to runtime.
//
//   one device took it           accepted; who did not, does not get it later
//   else one perhaps did         unknown
//   else one may be asked again  retry, pause: all of them, under the same key
//   else                         rejected
//
// Where the provider takes a list of devices it is one request after all (Traits::takes_many).

#include "engine/runtime/runtime.h"

#include <map>

namespace journey::runtime {

/// The requests' messages, first the one for `message.to`. At a provider that drops repeats of a key
/// each further device has a key of its own, made of the message's: the same in every attempt.
std::vector<connectors::Message> one_a_device(const connectors::Message& message,
                                              const connectors::Traits& traits);

/// What is said of the devices: "" becomes the attempt's own, and a message whose devices are all
/// gone was taken by nobody.
void name_devices(const OutgoingAttempt& attempt, model::Observation& seen);

class Devices {
  public:
    /// The whole Attempt's, when this was the last of its requests; else it is remembered.
    std::optional<model::Observation> ended(const OutgoingAttempt& attempt,
                                            model::Observation seen);

  private:
    struct Open {
        model::Observation so_far;
        std::size_t ended = 0;
        std::size_t took = 0;
    };
    std::map<model::MessageKey, Open> open_;
};

}  // namespace journey::runtime
