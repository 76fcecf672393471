#pragma once
// Whom this installation may reach at all, whatever its journeys, its callers and its providers
// say: for test environments and restored copies. Part of runtime's door.

#include "connectors/api/api.h"

#include <set>

namespace journey::runtime {

/// From the configuration and from nowhere else. What is not plainly on it is not on it: a list of
/// several addresses, a name with an address in brackets, a look-alike letter, `ann+x@` for `ann@`.
class AllowList {
  public:
    /// Lines like "ann@example.com", "*@example.com", "+8613800000000", "push:TOKEN" and
    /// "host:hooks.example.com" (of webhooks). `invalid` says what is wrong with `line`.
    Result<void> add(std::string_view line);

    /// `message` as it was rendered for a connector of this kind of channel, `request` as that
    /// connector made it. Mail by what SMTP is told, webhooks by the host that is connected to.
    bool allows(std::string_view kind, const connectors::Message& message,
                const connectors::Request& request) const;
    /// One of several that a push would go to.
    bool allows_device(std::string_view token) const;
    /// To answer a text.
    bool allows_number(std::string_view number) const;

  private:
    bool allows_mail(std::string_view address) const;

    std::set<std::string, std::less<>> mailboxes_;  // in lower case, as all that follow but tokens
    std::set<std::string, std::less<>> domains_;
    std::set<std::string, std::less<>> numbers_;
    std::set<std::string, std::less<>> hosts_;
    std::set<std::string, std::less<>> tokens_;
};

}  // namespace journey::runtime
