#include "connectors/net/address.h"

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <cstring>
#include <netinet/in.h>

using namespace journey::connectors::net;

namespace {

struct Address {
    sockaddr_storage storage{};
    const sockaddr& plain() const { return reinterpret_cast<const sockaddr&>(storage); }
};

Address parsed(const std::string& text) {
    Address out;
    sockaddr_in four{};
    sockaddr_in6 six{};
    if (inet_pton(AF_INET, text.c_str(), &four.sin_addr) == 1) {
        four.sin_family = AF_INET;
        std::memcpy(&out.storage, &four, sizeof four);
    } else if (inet_pton(AF_INET6, text.c_str(), &six.sin6_addr) == 1) {
        six.sin6_family = AF_INET6;
        std::memcpy(&out.storage, &six, sizeof six);
    } else {
        FAIL("not an address: " << text);
    }
    return out;
}

}  // namespace

TEST_CASE("only public addresses are open", "[net]") {
    const auto [text, kind] = GENERATE(table<std::string, AddressKind>({
        {"93.184.216.34", AddressKind::open},
        {"8.8.8.8", AddressKind::open},
        {"172.15.255.255", AddressKind::open},
        {"172.32.0.1", AddressKind::open},
        {"100.63.255.255", AddressKind::open},
        {"100.128.0.0", AddressKind::open},
        {"2606:4700::1111", AddressKind::open},
        {"2001:4860:4860::8888", AddressKind::open},
        {"::ffff:8.8.8.8", AddressKind::open},
        {"127.0.0.1", AddressKind::loopback},
        {"127.255.3.4", AddressKind::loopback},
        {"::1", AddressKind::loopback},
        {"::ffff:127.0.0.1", AddressKind::loopback},
        {"0.0.0.0", AddressKind::closed},
        {"10.1.2.3", AddressKind::closed},
        {"100.64.0.1", AddressKind::closed},
        {"169.254.169.254", AddressKind::closed},
        {"172.16.0.1", AddressKind::closed},
        {"172.31.255.255", AddressKind::closed},
        {"192.0.2.1", AddressKind::closed},
        {"192.88.99.1", AddressKind::closed},
        {"192.168.1.1", AddressKind::closed},
        {"198.18.0.1", AddressKind::closed},
        {"198.51.100.7", AddressKind::closed},
        {"203.0.113.9", AddressKind::closed},
        {"224.0.0.1", AddressKind::closed},
        {"255.255.255.255", AddressKind::closed},
        {"::", AddressKind::closed},
        {"::ffff:10.0.0.1", AddressKind::closed},
        {"::127.0.0.1", AddressKind::closed},
        {"64:ff9b::7f00:1", AddressKind::closed},
        {"2002:7f00:1::", AddressKind::closed},
        {"2001::1", AddressKind::closed},
        {"2001:db8::1", AddressKind::closed},
        {"fc00::1", AddressKind::closed},
        {"fd12:3456::1", AddressKind::closed},
        {"fe80::1", AddressKind::closed},
        {"ff02::1", AddressKind::closed},
        {"5f00::1", AddressKind::closed},
    }));
    CAPTURE(text);
    CHECK(classify(parsed(text).plain()) == kind);
}
