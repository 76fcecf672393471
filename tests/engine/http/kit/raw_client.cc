#include "tests/engine/http/kit/raw_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace journey::http::test {

std::string Answer::header(std::string_view name) const {
    std::size_t at = 0;
    while ((at = head.find("\r\n", at)) != std::string::npos) {
        at += 2;
        const std::size_t colon = head.find(':', at);
        if (colon == std::string::npos) break;
        const std::string given = head.substr(at, colon - at);
        if (strcasecmp(given.c_str(), std::string(name).c_str()) != 0) continue;
        const std::size_t end = head.find("\r\n", colon);
        return head.substr(colon + 2, end - colon - 2);
    }
    return "";
}

Record Answer::json() const {
    const auto value = value_from_json(body);
    if (!value || value.value().as<Record>() == nullptr) return {};
    return *value.value().as<Record>();
}

std::string Answer::field(std::string_view name) const {
    const Record record = json();
    const Value* value = find(record, name);
    if (value == nullptr) return "";
    const auto* text = value->as<std::string>();
    return text != nullptr ? *text : to_json(*value);
}

Connection::Connection(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    timeval most{};
    most.tv_sec = 20;
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int failed = ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    ENSURE(failed == 0, "the test's own connection must succeed");
}

Connection::~Connection() {
    if (socket_ >= 0) ::close(socket_);
}

Connection::Connection(Connection&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), unread_(std::move(other.unread_)) {}

bool Connection::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

void Connection::end_sending() {
    ::shutdown(socket_, SHUT_WR);
}

bool Connection::read_more() {
    std::array<char, 16384> chunk{};
    const ssize_t read = ::recv(socket_, chunk.data(), chunk.size(), 0);
    if (read <= 0) return false;
    unread_.append(chunk.data(), static_cast<std::size_t>(read));
    return true;
}

Answer Connection::receive(bool without_body) {
    std::size_t end = 0;
    while ((end = unread_.find("\r\n\r\n")) == std::string::npos) {
        if (!read_more()) return {};
    }
    Answer answer;
    answer.head = unread_.substr(0, end + 2);
    unread_.erase(0, end + 4);
    answer.status = static_cast<unsigned>(std::stoul(answer.head.substr(9, 3)));
    const std::string length = answer.header("Content-Length");
    if (without_body || length.empty()) return answer;
    const std::size_t size = std::stoul(length);
    while (unread_.size() < size && read_more()) {
    }
    answer.body = unread_.substr(0, size);
    unread_.erase(0, size);
    return answer;
}

bool Connection::at_end() {
    return unread_.empty() && !read_more();
}

}  // namespace journey::http::test
