#pragma once
// Which socket addresses we may talk to. Decided on the address itself, never on the text of a URL
// (RELIABILITY finding 5).

#include <string>

struct sockaddr;

namespace journey::connectors::net {

enum class AddressKind : unsigned char { open, loopback, closed };

/// `closed` is everything that is not the public Internet: private, link-local, CGNAT,
/// documentation, benchmarking, multicast, reserved; and every IPv6 form that carries such an IPv4
/// address (mapped, compatible, NAT64, 6to4) or tunnels (Teredo).
AddressKind classify(const sockaddr& address);

/// For failure texts: "127.0.0.1", "fe80::1".
std::string format_address(const sockaddr& address);

}  // namespace journey::connectors::net
