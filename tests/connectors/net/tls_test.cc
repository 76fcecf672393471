// Certificates, with a real handshake: the server is a few lines of OpenSSL and its certificate is
// made on the spot.

#include "connectors/net/net.h"

#include <arpa/inet.h>
#include <atomic>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <future>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

using namespace journey;
using namespace journey::connectors;

namespace {

template <auto Free>
struct Freed {
    template <typename T>
    void operator()(T* thing) const {
        Free(thing);
    }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Context = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;

Certificate self_signed(EVP_PKEY* key) {
    Certificate certificate(X509_new());
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key);
    X509_NAME* name = X509_get_subject_name(certificate.get());
    const std::array<unsigned char, 5> words{'s', 'i', 'n', 'k', '\0'};
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, words.data(), -1, -1, 0);
    X509_set_issuer_name(certificate.get(), name);
    X509_EXTENSION* names =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1");
    X509_add_ext(certificate.get(), names, -1);
    X509_EXTENSION_free(names);
    X509_sign(certificate.get(), key, EVP_sha256());
    return certificate;
}

/// Answers every connection with "200 {}" after its handshake, until it is destroyed.
class TlsServer {
  public:
    TlsServer() : key_(EVP_EC_gen("P-256")), certificate_(self_signed(key_.get())) {
        context_.reset(SSL_CTX_new(TLS_server_method()));
        SSL_CTX_use_certificate(context_.get(), certificate_.get());
        SSL_CTX_use_PrivateKey(context_.get(), key_.get());
        listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        sockaddr plain{};
        std::memcpy(&plain, &address, sizeof address);
        REQUIRE(::bind(listener_, &plain, sizeof plain) == 0);
        REQUIRE(::listen(listener_, 8) == 0);
        socklen_t size = sizeof plain;
        ::getsockname(listener_, &plain, &size);
        std::memcpy(&address, &plain, sizeof address);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { run(); });
    }
    ~TlsServer() {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
    }
    std::string url(const std::string& host) const {
        return "https://" + host + ":" + std::to_string(port_) + "/hook";
    }
    std::size_t requests() const { return requests_.load(); }
    std::string certificate_file() const {
        std::string name = (std::filesystem::temp_directory_path() / "ca-XXXXXX").string();
        const int fd = ::mkstemp(name.data());
        FILE* file = ::fdopen(fd, "w");
        PEM_write_X509(file, certificate_.get());
        ::fclose(file);
        return name;
    }

  private:
    void run() {
        sigset_t pipe;  // the client may be gone before the handshake ends
        sigemptyset(&pipe);
        sigaddset(&pipe, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
        while (true) {
            const int fd = ::accept(listener_, nullptr, nullptr);
            if (fd < 0) return;
            serve(fd);
            ::close(fd);
        }
    }
    void serve(int fd) {
        const std::unique_ptr<SSL, Freed<SSL_free>> ssl(SSL_new(context_.get()));
        SSL_set_fd(ssl.get(), fd);
        if (SSL_accept(ssl.get()) != 1) return;
        std::string in;
        std::array<char, 4096> buffer{};
        while (in.find("{}") == std::string::npos) {
            const int count = SSL_read(ssl.get(), buffer.data(), static_cast<int>(buffer.size()));
            if (count <= 0) return;
            in.append(buffer.data(), static_cast<std::size_t>(count));
        }
        requests_.fetch_add(1);
        constexpr std::string_view kAnswer =
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
        SSL_write(ssl.get(), kAnswer.data(), static_cast<int>(kAnswer.size()));
        SSL_shutdown(ssl.get());
    }

    Key key_;
    Certificate certificate_;
    Context context_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<std::size_t> requests_{0};
    std::thread thread_;
};

Response post(const std::string& url, const std::string& ca_file) {
    net::TransportOptions options;
    options.allow_private = true;
    options.extra_ca_file = ca_file;
    auto transport = net::make_transport(options, Logger::silent());
    HttpRequest request;
    request.url = url;
    request.body = "{}";
    std::promise<Response> promise;
    transport->start(request, std::chrono::seconds(20),
                     [&](Response response) { promise.set_value(std::move(response)); });
    return promise.get_future().get();
}

}  // namespace

TEST_CASE("a certificate of an extra CA is trusted for its own host only", "[net][tls]") {
    TlsServer server;
    const std::string file = server.certificate_file();
    const Response trusted = post(server.url("127.0.0.1"), file);
    CHECK(trusted.status == 200);
    CHECK(server.requests() == 1);
    const Response other_host = post(server.url("localhost"), file);
    CHECK_FALSE(other_host.answered);
    CHECK(other_host.credentials_problem);
    CHECK_FALSE(other_host.bytes_left);
    CHECK(server.requests() == 1);
    std::filesystem::remove(file);
}

TEST_CASE("a certificate that nobody vouches for gets no byte of the request", "[net][tls]") {
    TlsServer server;
    const std::string ca_file = GENERATE(std::string(), std::string("/no/such/file"));
    const Response response = post(server.url("127.0.0.1"), ca_file);
    CHECK_FALSE(response.answered);
    CHECK_FALSE(response.bytes_left);
    CHECK(response.credentials_problem);
    CHECK(server.requests() == 0);
    CHECK(observe_http(response, model::IdempotencyClass::neither).kind ==
          model::ObservationKind::pause);
}
