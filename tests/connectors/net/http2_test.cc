// HTTP/2 to a server of a few frames, which counts how often a body arrived.

#include "connectors/net/net.h"

#include <arpa/inet.h>
#include <atomic>
#include <catch2/catch.hpp>
#include <future>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

using namespace journey;
using namespace journey::connectors;

namespace {

enum class Does { answer, refuse_stream, go_away, close };

/// Takes one connection after the other; does `first` with the first whole request and answers all
/// others.
class FrameServer {
  public:
    explicit FrameServer(Does first) : does_(first), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* any = reinterpret_cast<sockaddr*>(&address);
        REQUIRE(::bind(listener_, any, size) == 0);
        REQUIRE(::listen(listener_, 16) == 0);
        REQUIRE(::getsockname(listener_, any, &size) == 0);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { run(); });
    }
    FrameServer(const FrameServer&) = delete;
    FrameServer& operator=(const FrameServer&) = delete;
    ~FrameServer() {
        ending_ = true;
        ::shutdown(listener_, SHUT_RDWR);
        ::shutdown(talking_, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
    }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }
    int bodies() const { return bodies_; }

  private:
    static constexpr int kData = 0;
    static constexpr int kHeaders = 1;
    static constexpr int kReset = 3;
    static constexpr int kSettings = 4;
    static constexpr int kGoAway = 7;

    void run() {
        while (!ending_) {
            const int socket = ::accept(listener_, nullptr, nullptr);
            if (socket < 0) return;
            talking_ = socket;
            talk(socket);
            ::close(socket);
        }
    }

    static bool read(int socket, std::string& into, std::size_t count) {
        into.resize(count);
        std::size_t got = 0;
        while (got < count) {
            const ssize_t part = ::recv(socket, into.data() + got, count - got, 0);
            if (part <= 0) return false;
            got += static_cast<std::size_t>(part);
        }
        return true;
    }

    static void write(int socket, int type, int flags, std::uint32_t stream,
                      const std::string& payload) {
        std::string frame;
        frame += '\0';
        frame += '\0';
        frame += static_cast<char>(payload.size());
        frame += static_cast<char>(type);
        frame += static_cast<char>(flags);
        for (const int shift : {24, 16, 8, 0})
            frame += static_cast<char>((stream >> shift) & 0xff);
        frame += payload;
        static_cast<void>(::send(socket, frame.data(), frame.size(), MSG_NOSIGNAL));
    }

    void talk(int socket) {
        std::string bytes;
        if (!read(socket, bytes, 24)) return;  // "PRI * HTTP/2.0 …"
        write(socket, kSettings, 0, 0, "");
        while (read(socket, bytes, 9)) {
            const auto at = [&](std::size_t i) {
                return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i]));
            };
            const std::size_t length = at(0) << 16 | at(1) << 8 | at(2);
            const auto type = static_cast<int>(at(3));
            const bool flag = (at(4) & 1) != 0;  // ACK or END_STREAM
            const std::uint32_t stream = at(5) << 24 | at(6) << 16 | at(7) << 8 | at(8);
            if (!read(socket, bytes, length)) return;
            if (type == kSettings && !flag) write(socket, kSettings, 1, 0, "");
            if ((type == kData || type == kHeaders) && flag) {
                ++bodies_;
                if (!act(socket, stream)) return;
            }
        }
    }

    /// False: the connection ends.
    bool act(int socket, std::uint32_t stream) {
        const Does does = std::exchange(does_, Does::answer);
        if (does == Does::answer) write(socket, kHeaders, 5, stream, "\x88");  // :status 200
        if (does == Does::refuse_stream) write(socket, kReset, 0, stream, {"\0\0\0\x07", 4});
        if (does == Does::go_away) write(socket, kGoAway, 0, 0, {"\0\0\0\0\0\0\0\0", 8});
        return does == Does::answer || does == Does::refuse_stream;
    }

    Does does_;
    int listener_;
    std::uint16_t port_ = 0;
    std::atomic<bool> ending_{false};
    std::atomic<int> talking_{-1};
    std::atomic<int> bodies_{0};
    std::thread thread_;
};

std::future<Response> post(net::Transport& transport, const FrameServer& server) {
    HttpRequest request;
    request.url = server.url();
    request.body = "hello";
    request.http2 = true;
    auto promise = std::make_shared<std::promise<Response>>();
    transport.start(Request(std::move(request)), std::chrono::seconds(20),
                    [promise](Response response) { promise->set_value(std::move(response)); });
    return promise->get_future();
}

std::unique_ptr<net::Transport> local_transport() {
    net::TransportOptions options;
    options.allow_private = true;
    return net::make_transport(options, Logger::silent());
}

}  // namespace

// libcurl repeats a refused stream by itself when it can; it must not be able to.
TEST_CASE("a POST over HTTP/2 is never sent twice, whatever the server says", "[net]") {
    const Does does = GENERATE(Does::refuse_stream, Does::go_away, Does::close);
    CAPTURE(static_cast<int>(does));
    FrameServer server(does);
    const auto transport = local_transport();
    const Response response = post(*transport, server).get();
    CHECK_FALSE(response.answered);
    CHECK(response.bytes_left);
    CHECK_FALSE(response.credentials_problem);
    CHECK(server.bodies() == 1);
    CHECK(post(*transport, server).get().status == 200);
    CHECK(server.bodies() == 2);
}
