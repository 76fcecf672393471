#pragma once
// The addresses in a message that lead back to us. Private to the room.

#include "engine/runtime/runtime.h"

namespace journey::runtime {

/// For one Attempt. Everything is "" without a public URL.
class LinkMaker {
  public:
    LinkMaker(const LinkOptions& options, const core::StartAttempt& attempt)
        : options_(options), attempt_(attempt) {}
    std::string unsubscribe() const;
    std::string preferences() const;
    /// By which the person confirms the consent.
    std::string confirm(const std::string& consent) const;
    /// What a provider echoes, so that its report finds the message; "" without a secret.
    std::string reference() const;
    /// Where the provider of the channel reports on this message.
    std::string callback(std::string_view reference) const;
    /// Links lead through our redirect and a pixel stands at the end, as far as options and journey
    /// allow. `unsubscribe` is left as it is: it must work even when clicks are not followed.
    std::string track(std::string html, const std::string& unsubscribe) const;

  private:
    connectors::inbound::LinkContext context() const;
    const LinkOptions& options_;
    const core::StartAttempt& attempt_;
};

}  // namespace journey::runtime
