#include "connectors/net/exchange.h"

namespace journey::connectors::net {
namespace {

class ClosedTransport final : public Transport {
  public:
    void start(Request, Micros, Done done) override {
        Response response;
        response.failure = "a dry run opens no connection";
        done(std::move(response));
    }
    std::size_t under_way() const override { return 0; }
};

struct UrlFree {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

}  // namespace

std::unique_ptr<Transport> make_closed_transport() {
    return std::make_unique<ClosedTransport>();
}

// By libcurl's own reading, as it is libcurl that connects.
Result<std::string> host_of(const std::string& url) {
    const std::unique_ptr<CURLU, UrlFree> parsed(curl_url());
    char* host = nullptr;
    const bool read = curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) == CURLUE_OK &&
                      curl_url_get(parsed.get(), CURLUPART_HOST, &host, 0) == CURLUE_OK;
    if (!read || host == nullptr)
        return error(ErrorCode::invalid, "the address of the request cannot be read");
    std::string out(host);
    curl_free(host);
    return out;
}

}  // namespace journey::connectors::net
