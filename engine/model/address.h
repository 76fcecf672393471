#pragma once
// Addresses as the suppression list knows them: one spelling for each, and then only a keyed hash,
// so that the list can outlive the person without keeping what the law wants erased.

#include "engine/base/base.h"

#include <array>
#include <string>
#include <string_view>

namespace journey::model {

/// What a suppression is about: a kind of channel ("email", "sms", "push", "webhook"), which means
/// every channel of that kind, or one channel, "channel:NAME".
inline constexpr std::string_view kChannelScope = "channel:";

/// One spelling for what reaches the same mailbox or phone:
///   email  the domain as its ASCII name, lower case; the local part case-folded (NFKC), without
///          quotes that change nothing. Some mail servers tell `Ann` from `ann`; a list that does
///          not is the safe side.
///   sms    digits with the country code, without `+`, `00` or anything between
///   other  as it is, without blanks around
/// `invalid`, with a sentence for whoever wrote it, when it cannot be an address of that kind.
Result<std::string> canonical_address(std::string_view kind, std::string_view text);

/// 16 bytes of HMAC-SHA256.
struct AddressKey {
    std::array<std::uint8_t, 16> bytes{};
    friend auto operator<=>(const AddressKey&, const AddressKey&) = default;
};
/// Of a canonical address. `pepper` is the store's own and never changes.
AddressKey address_key_of(std::string_view pepper, std::string_view scope,
                          std::string_view canonical);

}  // namespace journey::model
