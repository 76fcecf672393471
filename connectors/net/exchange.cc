#include "connectors/net/exchange.h"

#include "connectors/net/address.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

namespace journey::connectors::net {
namespace {

constexpr std::size_t kHeadersMost = 16 * 1024;
constexpr long kConnectMs = 5'000;
// An idle connection older than this is not used again: many servers close theirs after 5 s, and a
// POST into a closed one is an UNKNOWN.
constexpr long kIdleSeconds = 4;
// HTTP/2 says goodbye (GOAWAY), which libcurl reads before it uses a connection again, and Apple
// asks that connections be kept.
constexpr long kIdleSecondsHttp2 = 600;
// Until SMTP's final dot a slow server is given up much earlier than the ten minutes after it.
constexpr auto kBeforeDot = std::chrono::seconds(30);
// libcurl says QUIT and waits for its answer without letting go of the thread; these bound the
// wait. After the dot the exchange's own deadline rules, and the option must not cut it.
constexpr long kReplySeconds = 30;
constexpr long kReplyAfterDotSeconds = 3600;
constexpr long kReplyToQuitSeconds = 2;

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlank = " \t\r\n";
    const std::size_t first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

bool is_token(std::string_view name) {
    constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               kMarks.find(c) != std::string_view::npos;
    });
}

// "250-SMTPUTF8" among what EHLO is answered with.
bool announces_utf8(std::string_view line) {
    return line.size() >= 12 && line.starts_with("250") && lower(line.substr(4)) == "smtputf8";
}

struct UrlFree {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

std::optional<std::string> url_part(CURLU* url, CURLUPart part) {
    char* text = nullptr;
    if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return std::nullopt;
    std::string copy(text);
    curl_free(text);
    return copy;
}

bool is_credentials(CURLcode code) {
    return code == CURLE_LOGIN_DENIED || code == CURLE_PEER_FAILED_VERIFICATION ||
           code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_CERTPROBLEM ||
           code == CURLE_USE_SSL_FAILED || code == CURLE_SSL_ISSUER_ERROR ||
           code == CURLE_SSL_INVALIDCERTSTATUS;
}

}  // namespace

// libcurl's C callbacks. Each gets the Exchange.
struct Exchange::Callbacks {
    static std::size_t read(char* buffer, std::size_t size, std::size_t count, void* user) {
        auto& self = *static_cast<Exchange*>(user);
        const std::size_t part = std::min(size * count, self.body_.size() - self.given_);
        self.body_.copy(buffer, part, self.given_);
        self.given_ += part;
        if (part == 0) self.give_end();
        return part;
    }

    // The rule that keeps one POST one POST (RELIABILITY finding 3): a body that cannot be rewound
    // cannot be sent again.
    static int seek(void*, curl_off_t, int) { return CURL_SEEKFUNC_FAIL; }

    // The second net under it: a connection that is to carry the request when part of the body is
    // gone is refused.
    static int before_request(void* user, char*, char*, int, int) {
        return static_cast<Exchange*>(user)->given_ == 0 ? CURL_PREREQFUNC_OK
                                                         : CURL_PREREQFUNC_ABORT;
    }

    static std::size_t write(char* bytes, std::size_t size, std::size_t count, void* user) {
        auto& self = *static_cast<Exchange*>(user);
        const std::size_t offered = size * count;
        std::string& body = self.response_.body;
        const std::size_t taken = std::min(offered, self.body_most_ - body.size());
        body.append(bytes, taken);
        if (taken == offered) return offered;
        self.too_long_ = true;
        return taken;  // fewer than offered ends the transfer
    }

    static std::size_t header(char* bytes, std::size_t size, std::size_t count, void* user) {
        auto& self = *static_cast<Exchange*>(user);
        const std::string_view line{bytes, size * count};
        self.header_bytes_ += line.size();
        if (self.header_bytes_ > kHeadersMost) {
            self.headers_too_long_ = true;
            return 0;
        }
        if (!self.is_smtp_) {
            self.http_line(line);
        } else if (!self.smtp_line(line)) {
            return 0;
        }
        return line.size();
    }

    static curl_socket_t open_socket(void* user, curlsocktype, curl_sockaddr* address) {
        auto& self = *static_cast<Exchange*>(user);
        const AddressKind kind = classify(address->addr);
        const bool closed = kind != AddressKind::open && !self.allow_private_;
        const bool plain = self.plain_needs_loopback_ && kind != AddressKind::loopback;
        if (closed || plain) {
            self.refused_address_ = format_address(address->addr);
            return CURL_SOCKET_BAD;
        }
        return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    }

    // Mail only, at least once a second.
    static int progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
        auto& self = *static_cast<Exchange*>(user);
        self.given_up_ = self.reason_to_end(std::chrono::steady_clock::now());
        if (self.given_up_.empty()) return 0;
        self.cut();
        return 1;
    }

    static CURLcode trust(CURL*, void* ssl_ctx, void* user) {
        return static_cast<Exchange*>(user)->trust_->add_to(ssl_ctx) ? CURLE_OK
                                                                     : CURLE_SSL_CACERT_BADFILE;
    }
};

void Exchange::http_line(std::string_view line) {
    if (line.starts_with("HTTP/")) {  // a new answer: what stood there was a 1xx
        response_.headers.clear();
        headers_complete_ = false;
        return;
    }
    const std::string_view text = trimmed(line);
    if (text.empty()) {
        headers_complete_ = true;
        return;
    }
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return;
    response_.headers.emplace_back(lower(trimmed(text.substr(0, colon))),
                                   std::string(trimmed(text.substr(colon + 1))));
}

bool Exchange::smtp_line(std::string_view line) {
    const std::string_view text = trimmed(line);
    if (text.size() < 3) return true;
    std::uint32_t code = 0;
    for (const char c : text.substr(0, 3)) {
        if (c < '0' || c > '9') return true;
        code = code * 10 + static_cast<std::uint32_t>(c - '0');
    }
    if (code == 220) handle_.takes_utf8 = false;  // a new connection, or a new beginning under TLS
    if (announces_utf8(text)) handle_.takes_utf8 = true;
    if (text.size() > 3 && text[3] == '-') return true;
    if (code == 221) return true;  // the answer to QUIT is no word on the message
    // The 250 that follows no 220 answers MAIL FROM: RCPT TO, with the name in it, would be next.
    const bool before_recipient = code == 250 && smtp_code_ != 220;
    if (needs_utf8_ && before_recipient && !handle_.takes_utf8) {
        without_utf8_ = true;
        cut();
        return false;
    }
    smtp_code_ = code;
    response_.body.assign(text);
    if (code < 400) {
        ++smtp_good_replies_;
    } else if (smtp_good_replies_ != 1) {  // a refused EHLO is followed by HELO
        cut();                             // libcurl would say QUIT to a server that may not answer
    }
    if (end_given_) {
        curl_easy_setopt(handle(), CURLOPT_SERVER_RESPONSE_TIMEOUT, kReplyToQuitSeconds);
    }
    return true;
}

void Exchange::give_end() {
    end_given_ = true;
    if (is_smtp_) {
        curl_easy_setopt(handle(), CURLOPT_SERVER_RESPONSE_TIMEOUT, kReplyAfterDotSeconds);
    }
}

void Exchange::cut() {
    curl_socket_t socket = CURL_SOCKET_BAD;
    curl_easy_getinfo(handle(), CURLINFO_ACTIVESOCKET, &socket);
    if (socket != CURL_SOCKET_BAD) ::shutdown(socket, SHUT_RDWR);
}

std::string Exchange::reason_to_end(SteadyTime now) const {
    if (stopping_ != nullptr && stopping_->load()) return "the daemon is stopping";
    if (now >= until_) return "the deadline passed";
    if (!end_given_ && now - began_ >= kBeforeDot) {
        return "the mail server was too slow before the message's end";
    }
    return {};
}

Result<void> Exchange::prepare(Handle handle, const TransportOptions& options,
                               const ExtraTrust& trust) {
    body_most_ = options.response_most;
    handle_ = std::move(handle);
    trust_ = &trust;
    began_ = std::chrono::steady_clock::now();
    allow_private_ = options.allow_private;
    is_smtp_ = std::holds_alternative<SmtpRequest>(request_);
    const std::string& url =
        is_smtp_ ? std::get<SmtpRequest>(request_).url : std::get<HttpRequest>(request_).url;
    if (!handle_.web) {
        set_standing();
        handle_.web = !is_smtp_;
        handle_.url.clear();
    }
    if (handle_.url.empty() || url != handle_.url) {
        handle_.url.clear();
        TRY(check_url(url));
        curl_easy_setopt(this->handle(), CURLOPT_URL, url.c_str());
        handle_.url = url;
    }
    TRY(check_plain(options));
    set_own();
    if (is_smtp_) return prepare_smtp(std::get<SmtpRequest>(request_));
    return prepare_http(std::get<HttpRequest>(request_));
}

void Exchange::set_standing() {
    CURL* curl = handle();
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, is_smtp_ ? "smtp,smtps" : "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl, CURLOPT_NETRC, long{CURL_NETRC_IGNORED});
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
    if (is_smtp_) curl_easy_setopt(curl, CURLOPT_MAXAGE_CONN, kIdleSeconds);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, &Callbacks::read);
    curl_easy_setopt(curl, CURLOPT_SEEKFUNCTION, &Callbacks::seek);
    curl_easy_setopt(curl, CURLOPT_PREREQFUNCTION, &Callbacks::before_request);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Callbacks::write);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &Callbacks::header);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, &Callbacks::open_socket);
    if (!trust_->empty()) curl_easy_setopt(curl, CURLOPT_SSL_CTX_FUNCTION, &Callbacks::trust);
    if (is_smtp_) return;
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, kConnectMs);
}

void Exchange::set_own() {
    CURL* curl = handle();
    curl_easy_setopt(curl, CURLOPT_PRIVATE, this);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, words_.data());
    curl_easy_setopt(curl, CURLOPT_READDATA, this);
    curl_easy_setopt(curl, CURLOPT_SEEKDATA, this);
    curl_easy_setopt(curl, CURLOPT_PREREQDATA, this);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, this);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, this);
    if (!trust_->empty()) curl_easy_setopt(curl, CURLOPT_SSL_CTX_DATA, this);
}

Result<void> Exchange::check_url(const std::string& url) {
    const auto control = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; };
    if (std::any_of(url.begin(), url.end(), control)) {
        return error(ErrorCode::invalid, "the connector's URL contains a blank or control");
    }
    const std::unique_ptr<CURLU, UrlFree> parsed(curl_url());
    if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(),
                                CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK) {
        return error(ErrorCode::invalid, "the connector's URL cannot be read");
    }
    const std::string scheme = url_part(parsed.get(), CURLUPART_SCHEME).value_or("");
    const bool known =
        is_smtp_ ? scheme == "smtp" || scheme == "smtps" : scheme == "http" || scheme == "https";
    if (!known) {
        return error(ErrorCode::invalid,
                     fmt::format("the scheme \"{}\" is not allowed; use {}", scheme,
                                 is_smtp_ ? "smtp:// or smtps://" : "https://"));
    }
    if (url_part(parsed.get(), CURLUPART_USER) || url_part(parsed.get(), CURLUPART_PASSWORD)) {
        return error(ErrorCode::invalid,
                     "the connector's URL carries credentials; put them into the connector's "
                     "own settings");
    }
    handle_.plain = scheme == "http";
    return success();
}

Result<void> Exchange::check_plain(const TransportOptions& options) {
    plain_needs_loopback_ = handle_.plain && !options.allow_http;
    if (plain_needs_loopback_ && !options.allow_private) {
        return error(ErrorCode::invalid, "plain http:// is not allowed; use https://");
    }
    return success();
}

// Whatever one request sets and another does not is set by every one, or the last one's would stay.
Result<void> Exchange::prepare_http(HttpRequest& request) {
    ENSURE(!request.token, "tokens are put into requests by with_tokens()");
    CURL* curl = handle();
    curl_slist* lines = nullptr;
    const auto add = [&](const std::string& line) {
        lines = curl_slist_append(lines, line.c_str());
        (void)lines_.release();
        lines_.reset(lines);
    };
    add("Expect:");  // no waiting for "100 Continue"
    std::string line;
    for (const auto& [name, value] : request.headers) {
        if (!is_token(name)) {
            return error(ErrorCode::invalid, "a header's name holds a character it must not");
        }
        TRY(check_header_value(value, name));
        line.assign(name);
        line += value.empty() ? ";" : ": ";
        line += value;
        add(line);
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until_ - began_);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, std::max<long>(1, long{left.count()}));
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, lines_.get());
    const bool basic = !request.basic_user.empty();
    curl_easy_setopt(curl, CURLOPT_HTTPAUTH, basic ? long{CURLAUTH_BASIC} : long{CURLAUTH_NONE});
    curl_easy_setopt(curl, CURLOPT_USERNAME, basic ? request.basic_user.c_str() : nullptr);
    curl_easy_setopt(curl, CURLOPT_PASSWORD, basic ? request.basic_password.c_str() : nullptr);
    const bool post = request.method != "GET";
    const bool other = post && request.method != "POST";
    if (!is_token(request.method)) {
        return error(ErrorCode::invalid, "the HTTP method holds a character it must not");
    }
    body_ = post ? std::move(request.body) : std::string();
    curl_easy_setopt(curl, post ? CURLOPT_POST : CURLOPT_HTTPGET, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body_.size()));
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, other ? request.method.c_str() : nullptr);
    const long version = !request.http2  ? CURL_HTTP_VERSION_1_1
                         : handle_.plain ? CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE
                                         : CURL_HTTP_VERSION_2TLS;
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, version);
    curl_easy_setopt(curl, CURLOPT_MAXAGE_CONN, request.http2 ? kIdleSecondsHttp2 : kIdleSeconds);
    // Many at once on one connection, rather than a connection each. Without TLS (a mock beside us)
    // libcurl 7.88 breaks such a connection, so there it serves one request.
    const bool alone = request.http2 && handle_.plain;
    curl_easy_setopt(curl, CURLOPT_PIPEWAIT, long{request.http2 && !alone});
    curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, long{alone});
    // Without a body there is nothing whose rewinding could fail: such a request never meets a used
    // connection.
    curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, long{alone || (post && body_.empty())});
    return success();
}

Result<void> Exchange::prepare_smtp(SmtpRequest& request) {
    const bool to_address = request.utf8 ? is_international_mail_address(request.rcpt_to)
                                         : is_mail_address(request.rcpt_to);
    if (!is_mail_address(request.mail_from) || !to_address) {
        return error(ErrorCode::invalid, "the sender or recipient is not a mail address");
    }
    if (!request.user.empty() && !request.require_tls && !allow_private_) {
        return error(ErrorCode::invalid,
                     "a password would travel in the clear; set `require_tls` for this connector");
    }
    CURL* curl = handle();
    needs_utf8_ = request.utf8;
    if (request.finish) {
        TRY(request.message, request.finish(request.message));
    }
    body_ = with_crlf(request.message);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, fmt::format("<{}>", request.mail_from).c_str());
    lines_.reset(curl_slist_append(nullptr, fmt::format("<{}>", request.rcpt_to).c_str()));
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, lines_.get());
    curl_easy_setopt(curl, CURLOPT_USE_SSL,
                     long{request.require_tls ? CURLUSESSL_ALL : CURLUSESSL_TRY});
    if (!request.user.empty()) {
        curl_easy_setopt(curl, CURLOPT_USERNAME, request.user.c_str());
        curl_easy_setopt(curl, CURLOPT_PASSWORD, request.password.c_str());
    }
    // No time-out of libcurl's own: at its end libcurl would wait for the answer to QUIT.
    // progress() replaces it.
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, 3'600'000L);
    curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, kReplySeconds);
    curl_easy_setopt(curl, CURLOPT_MAXCONNECTS, 1L);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &Callbacks::progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, this);
    return success();
}

bool Exchange::bytes_left() const {
    if (is_smtp_) return end_given_;
    long sent = 0;
    curl_easy_getinfo(handle(), CURLINFO_REQUEST_SIZE, &sent);
    return sent > 0 || given_ > 0;
}

// A 2xx that broke off says too little to build on; any other status is the provider's word, with
// or without all its body.
bool Exchange::answer_is_complete(CURLcode result) const {
    if (result == CURLE_OK || too_long_) return true;
    return headers_complete_ && response_.status >= 300;
}

std::string Exchange::failure_text(CURLcode result) const {
    if (!refused_address_.empty()) {
        return fmt::format(
            "the host resolves to {}, which the address policy refuses; allow private "
            "addresses, or plain http, only where the provider runs beside the daemon",
            refused_address_);
    }
    if (!given_up_.empty()) return given_up_;
    if (headers_too_long_) return "the answer's headers exceed 16 KiB";
    if (result == CURLE_SEND_FAIL_REWIND || result == CURLE_ABORTED_BY_CALLBACK) {
        return "the kept connection died under the request, which is not sent twice";
    }
    const char* detail = words_[0] != 0 ? words_.data() : curl_easy_strerror(result);
    return fmt::format("{} (curl {})", detail, static_cast<int>(result));
}

Response Exchange::finish(CURLcode result) {
    long status = 0;
    curl_easy_getinfo(handle(), CURLINFO_RESPONSE_CODE, &status);
    response_.status = static_cast<std::uint32_t>(std::max(0L, status));
    response_.bytes_left = bytes_left();
    if (is_smtp_) {
        finish_smtp(result, response_);
    } else {
        response_.answered = response_.status >= 200 && answer_is_complete(result);
    }
    if (!response_.answered) {
        response_.failure = failure_text(result);
        response_.credentials_problem = is_credentials(result) || !refused_address_.empty();
    }
    return std::move(response_);
}

// A reply of 400 and above ends the attempt and is an answer; a 250 is one only when libcurl is
// content, for earlier commands are answered 250 too.
void Exchange::finish_smtp(CURLcode result, Response& response) {
    response.status = smtp_code_;
    if (without_utf8_) {  // as the server itself would say it (RFC 6531, 3.4)
        response.answered = true;
        response.status = 553;
        response.body = "553 5.6.7 the server takes no addresses beyond ASCII";
        return;
    }
    response.answered = result == CURLE_OK || smtp_code_ >= 400;
    if (response.answered && result != CURLE_OK && smtp_code_ >= 500 &&
        (smtp_good_replies_ == 0 || is_credentials(result))) {
        response.answered =
            false;  // the greeting or the login was refused: not the message's fault
        response.credentials_problem = true;
        response.bytes_left = false;
        response.failure = fmt::format("the mail server refused us ({})", smtp_code_);
    }
}

Response Exchange::finish_early(std::string failure) {
    response_.answered = false;
    response_.bytes_left = handle_.easy && bytes_left();
    response_.failure = std::move(failure);
    return std::move(response_);
}

Handle Exchange::take_handle() {
    if (!handle_.easy || !handle_.web) {
        if (handle_.easy) curl_easy_reset(handle());
        return std::move(handle_);
    }
    // libcurl keeps copies of the secrets, and the addresses of what ends with us.
    CURL* curl = handle();
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, nullptr);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, nullptr);
    curl_easy_setopt(curl, CURLOPT_USERNAME, nullptr);
    curl_easy_setopt(curl, CURLOPT_PASSWORD, nullptr);
    return std::move(handle_);
}

std::string with_crlf(std::string_view message) {
    std::string out;
    out.reserve(message.size() + message.size() / 32);
    for (std::size_t i = 0; i < message.size(); ++i) {
        if (message[i] == '\r') {
            out += "\r\n";
            if (i + 1 < message.size() && message[i + 1] == '\n') ++i;
        } else if (message[i] == '\n') {
            out += "\r\n";
        } else {
            out += message[i];
        }
    }
    if (!out.ends_with("\r\n")) out += "\r\n";
    return out;
}

}  // namespace journey::connectors::net
