#include "connectors/net/mail_lane.h"
#include "connectors/net/web_lane.h"

namespace journey::connectors::net {
namespace {

// A library's global state, once a process: libcurl counts the calls.
class Library {
  public:
    Library() { ENSURE(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK, "libcurl cannot start"); }
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;
    ~Library() { curl_global_cleanup(); }
};

ExtraTrust load_trust(const TransportOptions& options, const Logger& log) {
    if (options.extra_ca_file.empty()) return {};
    auto trust = ExtraTrust::load(options.extra_ca_file);
    if (trust) return std::move(trust).value();
    log.error("transport.extra_ca_unusable", {{"reason", trust.error().detail}});
    return {};
}

class CurlTransport final : public Transport {
  public:
    CurlTransport(const TransportOptions& options, const Logger& log)
        : trust_(load_trust(options, log)), web_(options, trust_), mail_(options, trust_) {}

    void start(Request request, Micros deadline, Done done) override {
        const bool mail = std::holds_alternative<SmtpRequest>(request);
        auto exchange = std::make_unique<Exchange>(std::move(request), std::move(done),
                                                   std::chrono::steady_clock::now() + deadline);
        if (mail) {
            mail_.start(std::move(exchange));
        } else {
            web_.start(std::move(exchange));
        }
    }
    std::size_t under_way() const override { return web_.under_way() + mail_.under_way(); }

  private:
    Library library_;
    ExtraTrust trust_;
    WebLane web_;
    MailLane mail_;
};

}  // namespace

std::unique_ptr<Transport> make_transport(const TransportOptions& options, Logger& log) {
    return std::make_unique<CurlTransport>(options, log);
}

}  // namespace journey::connectors::net
