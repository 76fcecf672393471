#include "engine/http/client_address.h"

#include "engine/http/http.h"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <charconv>
#include <optional>

namespace journey::http {
namespace {

namespace ip = boost::asio::ip;

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

// "::ffff:192.0.2.1" is the same machine as "192.0.2.1".
ip::address plain(const ip::address& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        return ip::make_address_v4(ip::v4_mapped, address.to_v6());
    return address;
}

// Of a list's element: some proxies write a port, or brackets.
std::optional<ip::address> address_of(std::string_view text) {
    text = trimmed(text);
    if (text.starts_with('[')) {
        text = text.substr(1, std::min(text.find(']'), text.size()) - 1);
    } else if (text.find('.') != std::string_view::npos) {
        text = text.substr(0, text.find(':', text.find('.')));
    }
    boost::system::error_code problem;
    const ip::address address = ip::make_address(std::string(text), problem);
    if (problem) return std::nullopt;
    return plain(address);
}

struct Network {
    ip::address address;
    unsigned short bits = 0;
};

std::optional<Network> network_of(std::string_view text) {
    const std::size_t slash = std::min(text.find('/'), text.size());
    boost::system::error_code problem;
    const ip::address address = ip::make_address(std::string(text.substr(0, slash)), problem);
    if (problem) return std::nullopt;
    const unsigned short most = address.is_v4() ? 32 : 128;
    if (slash == text.size()) return Network{address, most};
    const std::string_view digits = text.substr(slash + 1);
    unsigned short bits = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (read.ec != std::errc() || read.ptr != digits.data() + digits.size() || bits > most)
        return std::nullopt;
    return Network{address, bits};
}

bool is_in(const ip::address& address, const Network& network) {
    if (address.is_v4() != network.address.is_v4()) return false;
    if (address.is_v4()) {
        const auto of = [&](const ip::address& one) {
            return ip::make_network_v4(one.to_v4(), network.bits).network();
        };
        return of(address) == of(network.address);
    }
    const auto of = [&](const ip::address& one) {
        return ip::make_network_v6(one.to_v6(), network.bits).network();
    };
    return of(address) == of(network.address);
}

}  // namespace

bool is_network(std::string_view text) {
    return network_of(text).has_value();
}

std::string client_address(std::string_view peer, std::string_view forwarded_for,
                           std::span<const std::string> trusted_proxies) {
    const auto trusted = [&](const ip::address& address) {
        for (const std::string& text : trusted_proxies) {
            const auto network = network_of(text);
            if (network && is_in(address, *network)) return true;
        }
        return false;
    };
    auto nearest = address_of(peer);
    if (!nearest) return std::string(peer);
    while (trusted(*nearest) && !forwarded_for.empty()) {
        const std::size_t comma = forwarded_for.rfind(',');
        const bool last = comma == std::string_view::npos;
        const auto before = address_of(last ? forwarded_for : forwarded_for.substr(comma + 1));
        if (!before) break;  // whoever wrote that is no proxy of ours
        nearest = before;
        forwarded_for = last ? std::string_view() : forwarded_for.substr(0, comma);
    }
    return nearest->to_string();
}

}  // namespace journey::http
