#pragma once
// One attempt on one easy handle: set-up, callbacks, and what the Response says afterwards.

#include "connectors/net/net.h"
#include "connectors/net/trust.h"

#include <atomic>
#include <chrono>
#include <curl/curl.h>

namespace journey::connectors::net {

using SteadyTime = std::chrono::steady_clock::time_point;

struct EasyFree {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using Easy = std::unique_ptr<CURL, EasyFree>;

struct ListFree {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using TextList = std::unique_ptr<curl_slist, ListFree>;

/// An easy handle between exchanges. One that served the web keeps the settings that are the same
/// for every request of a transport, and the URL it was last given, checked: setting all of them
/// again costs as much as libcurl's own work on a kept connection.
struct Handle {
    Easy easy;
    bool web = false;
    std::string url;
    bool plain = false;       // that URL's scheme is http
    bool takes_utf8 = false;  // the mail server of the kept connection announced SMTPUTF8
};

/// Must not move while libcurl knows it: callbacks hold its address.
class Exchange {
  public:
    Exchange(Request request, Transport::Done done, SteadyTime until)
        : request_(std::move(request)), done_(std::move(done)), until_(until) {}
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    /// `invalid` when the request must not go out at all: a forged header, a foreign scheme, …
    Result<void> prepare(Handle handle, const TransportOptions& options, const ExtraTrust& trust);
    /// What came of it; ends the exchange. `result` is libcurl's.
    Response finish(CURLcode result);
    /// The same for an end that libcurl does not know of.
    Response finish_early(std::string failure);

    CURL* handle() const { return handle_.easy.get(); }
    /// Mail only: when it becomes true, the exchange ends within a second.
    void stop_with(const std::atomic<bool>& stopping) { stopping_ = &stopping; }
    /// Gives the handle back for the next exchange; nothing of this one's secrets stays in it.
    Handle take_handle();
    SteadyTime until() const { return until_; }
    const Transport::Done& done() const { return done_; }

  private:
    struct Callbacks;
    friend struct Callbacks;

    Result<void> prepare_http(HttpRequest& request);
    Result<void> prepare_smtp(SmtpRequest& request);
    /// What every exchange of this kind has in common.
    void set_standing();
    /// Callbacks and buffers of this one.
    void set_own();
    Result<void> check_url(const std::string& url);
    Result<void> check_plain(const TransportOptions& options);
    bool answer_is_complete(CURLcode result) const;
    bool bytes_left() const;
    void give_end();
    /// Why the exchange must end now; "" = it need not.
    std::string reason_to_end(SteadyTime now) const;
    /// Shuts the connection's socket, so that whatever libcurl still wants to say to it fails at
    /// once.
    void cut();
    std::string failure_text(CURLcode result) const;
    void finish_smtp(CURLcode result, Response& response);
    void http_line(std::string_view line);
    /// False: the exchange must end here.
    bool smtp_line(std::string_view line);

    Request request_;
    std::size_t body_most_ = 0;
    Transport::Done done_;
    SteadyTime until_;
    SteadyTime began_{};
    Handle handle_;
    TextList lines_;  // HTTP headers or SMTP recipients
    const ExtraTrust* trust_ = nullptr;
    const std::atomic<bool>* stopping_ = nullptr;
    std::array<char, CURL_ERROR_SIZE> words_{};

    std::string body_;  // what goes out
    std::size_t given_ = 0;
    bool end_given_ = false;  // the read callback said "no more": SMTP's final dot follows
    bool is_smtp_ = false;
    bool needs_utf8_ = false;
    bool without_utf8_ = false;  // the mail server cannot take this recipient
    bool plain_needs_loopback_ = false;
    bool allow_private_ = false;
    std::string refused_address_;
    std::string given_up_;

    Response response_;
    std::size_t header_bytes_ = 0;
    bool headers_complete_ = false;
    bool too_long_ = false;
    bool headers_too_long_ = false;
    std::uint32_t smtp_good_replies_ = 0;
    std::uint32_t smtp_code_ = 0;
};

/// Every line end becomes CRLF, also a bare CR: nothing that a lax receiver could read as "end of
/// message" stays inside.
std::string with_crlf(std::string_view message);

}  // namespace journey::connectors::net
