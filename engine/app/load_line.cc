#include "engine/app/load_line.h"

#include <algorithm>
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace journey::app {

Line::~Line() {
    if (socket >= 0) ::close(socket);
}

bool Line::write_on() {
    const ssize_t count =
        ::send(socket, out.data() + written, out.size() - written, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0) return errno == EAGAIN;
    written += static_cast<std::size_t>(count);
    return true;
}

bool Line::read_on() {
    char buffer[16384];
    const ssize_t count = ::recv(socket, buffer, sizeof buffer, MSG_DONTWAIT);
    if (count < 0) return errno == EAGAIN;
    in.append(buffer, static_cast<std::size_t>(count));
    return count > 0;
}

Result<Line> open_line(std::uint16_t port) {
    Line line;
    line.socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(line.socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        return error(ErrorCode::retry, fmt::format("nobody listens on port {}", port));
    const int on = 1;
    ::setsockopt(line.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return line;
}

std::optional<Answer> take_answer(Line& line) {
    const std::size_t end = line.in.find("\r\n\r\n");
    if (end == std::string::npos || end < 12) return std::nullopt;
    Answer answer;
    answer.status = std::atoi(line.in.c_str() + 9);
    std::string head = line.in.substr(0, end);
    std::transform(head.begin(), head.end(), head.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    std::size_t length = 0;
    if (const std::size_t at = head.find("content-length:"); at != std::string::npos)
        length = std::strtoull(head.c_str() + at + 15, nullptr, 10);
    if (line.in.size() < end + 4 + length) return std::nullopt;
    line.in.erase(0, end + 4 + length);
    answer.says_when = head.find("retry-after:") != std::string::npos;
    return answer;
}

std::string request_head(const std::string& path, const std::string& write_key) {
    return fmt::format(
        "POST {} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Basic {}\r\nContent-Type: "
        "application/json\r\nContent-Length: ",
        path, to_base64(write_key + ":"));
}

std::string request_of(const std::string& head, const std::string& body) {
    return fmt::format("{}{}\r\n\r\n{}", head, body.size(), body);
}

}  // namespace journey::app
