#include "connectors/net/address.h"

#include <arpa/inet.h>
#include <array>
#include <cstdint>
#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>

namespace journey::connectors::net {
namespace {

struct Range4 {
    std::uint32_t first;
    int bits;
};

constexpr std::uint32_t quad(unsigned a, unsigned b, unsigned c, unsigned d) {
    return a << 24 | b << 16 | c << 8 | d;
}

// IANA's special-purpose registry, what is not globally reachable; loopback stands apart.
constexpr std::array<Range4, 16> kClosed4{{
    {quad(0, 0, 0, 0), 8},        // this network
    {quad(10, 0, 0, 0), 8},       // private
    {quad(100, 64, 0, 0), 10},    // carrier-grade NAT
    {quad(169, 254, 0, 0), 16},   // link-local, cloud metadata
    {quad(172, 16, 0, 0), 12},    // private
    {quad(192, 0, 0, 0), 24},     // IETF protocol assignments
    {quad(192, 0, 2, 0), 24},     // documentation
    {quad(192, 31, 196, 0), 24},  // AS112
    {quad(192, 52, 193, 0), 24},  // AMT
    {quad(192, 88, 99, 0), 24},   // 6to4 relays
    {quad(192, 168, 0, 0), 16},   // private
    {quad(198, 18, 0, 0), 15},    // benchmarking
    {quad(198, 51, 100, 0), 24},  // documentation
    {quad(203, 0, 113, 0), 24},   // documentation
    {quad(224, 0, 0, 0), 4},      // multicast
    {quad(240, 0, 0, 0), 4},      // reserved, broadcast
}};

bool within(std::uint32_t address, const Range4& range) {
    return (address ^ range.first) >> (32 - range.bits) == 0;
}

AddressKind classify4(std::uint32_t address) {
    if (address >> 24 == 127) return AddressKind::loopback;
    for (const Range4& range : kClosed4) {
        if (within(address, range)) return AddressKind::closed;
    }
    return AddressKind::open;
}

using Bytes16 = std::array<std::uint8_t, 16>;

std::uint32_t quad_at(const Bytes16& bytes, std::size_t at) {
    return quad(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]);
}

bool starts_with(const Bytes16& bytes, std::initializer_list<std::uint8_t> prefix) {
    std::size_t at = 0;
    for (const std::uint8_t byte : prefix) {
        if (bytes[at++] != byte) return false;
    }
    return true;
}

// A tunnel to an address is never opener than closed: who has a NAT64 prefix has IPv4 by name too.
AddressKind classify6(const Bytes16& bytes) {
    const std::uint32_t last = quad_at(bytes, 12);
    const bool head_is_zero = starts_with(bytes, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    if (head_is_zero && bytes[10] == 0xff && bytes[11] == 0xff) return classify4(last);  // mapped
    if (head_is_zero && bytes[10] == 0 && bytes[11] == 0) {
        return last == 1 ? AddressKind::loopback : AddressKind::closed;  // ::1; compatible, ::
    }
    // Only 2000::/3 is handed out; everything else (fc00::/7, fe80::/10, ff00::/8, 64:ff9b::/96,
    // 100::/64, 5f00::/16) is closed.
    if (bytes[0] >> 5 != 1) return AddressKind::closed;
    if (starts_with(bytes, {0x20, 0x02})) return AddressKind::closed;                  // 6to4
    if (starts_with(bytes, {0x20, 0x01}) && bytes[2] < 2) return AddressKind::closed;  // 2001::/23
    if (starts_with(bytes, {0x20, 0x01, 0x0d, 0xb8})) return AddressKind::closed;  // documentation
    if (starts_with(bytes, {0x3f, 0xff}) && bytes[2] < 0x10) return AddressKind::closed;
    return AddressKind::open;
}

template <typename Address>
Address copy_of(const sockaddr& address) {
    Address copy{};
    std::memcpy(&copy, &address, sizeof copy);
    return copy;
}

}  // namespace

AddressKind classify(const sockaddr& address) {
    if (address.sa_family == AF_INET) {
        return classify4(ntohl(copy_of<sockaddr_in>(address).sin_addr.s_addr));
    }
    if (address.sa_family == AF_INET6) {
        const auto copy = copy_of<sockaddr_in6>(address);
        Bytes16 bytes{};
        std::memcpy(bytes.data(), &copy.sin6_addr, bytes.size());
        return classify6(bytes);
    }
    return AddressKind::closed;
}

std::string format_address(const sockaddr& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address.sa_family == AF_INET) {
        const auto copy = copy_of<sockaddr_in>(address);
        inet_ntop(AF_INET, &copy.sin_addr, text.data(), text.size());
    } else if (address.sa_family == AF_INET6) {
        const auto copy = copy_of<sockaddr_in6>(address);
        inet_ntop(AF_INET6, &copy.sin6_addr, text.data(), text.size());
    }
    return text.data();
}

}  // namespace journey::connectors::net
