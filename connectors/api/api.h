#pragma once
// The door of connectors/api: what a connector is. A connector is two pure functions (message to
// request, response to observation) and a row of facts; connectors/net does the talking. So every
// connector is tested without a network.

#include "engine/model/model.h"

namespace journey::connectors {

/// A file that travels with an e-mail.
struct Attachment {
    std::string name;  // UTF-8, without a path
    std::string type;  // "application/pdf"
    std::shared_ptr<const std::string> content;
    std::string content_id;  // not "": shown where the HTML says `cid:…`, and not listed
};

/// A rendered message, ready for any connector of its channel. Everything is UTF-8 and already
/// checked: no CR, LF or NUL in what becomes a header.
struct Message {
    model::MessageKey key;
    std::string channel;                    // "email", "sms", "push", "webhook"
    std::string to;                         // address; "" for webhook
    std::vector<std::string> also_to = {};  // push: more devices of the same person
    std::string from;                       // email: "Shop <hello@…>"
    std::string sender;                     // sms
    std::string subject;                    // email
    std::string title;                      // push
    std::string text;                       // sms, push, email's text part
    std::string html;                       // email
    std::string payload;                    // webhook, call: JSON body
    std::string url;                        // call: where to; else the connector knows
    std::string external_id;                // the person, by the customer's own id
    std::string journey;
    std::string step;
    std::string message_template;
    std::string unsubscribe_url;  // RFC 8058 one-click (HTTPS POST); "" for transactional
    std::string callback_url;     // where the provider should report; "" = none
    std::string reference;  // 55 characters of base64url that only we can make: for the provider
                            // to echo in its reports (custom_args, metadata, …); "" = none
    Instant at{};
    std::vector<Attachment> attachments;  // email
};

class TokenSource;

/// That a request carries a token of this source, and where: in a header, or in the URL's query.
struct TokenUse {
    std::shared_ptr<const TokenSource> source;
    std::string header = "Authorization";
    std::string prefix = "Bearer ";
    std::string query{};  // "access_token"; then `header` and `prefix` are not looked at
};

struct HttpRequest {
    std::string method = "POST";
    std::string url;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    std::string basic_user;  // with basic_password: HTTP basic authentication
    std::string basic_password;
    std::optional<TokenUse> token;
    bool http2 = false;  // agreed on in the TLS handshake; over http:// without asking
};

struct SmtpRequest {
    std::string url;  // smtp://host:port or smtps://
    std::string mail_from;
    std::string rcpt_to;
    std::string message;  // RFC 5322, CRLF line ends
    std::string user;
    std::string password;
    bool require_tls = true;
    bool utf8 = false;  // `rcpt_to` is not ASCII: only to a server that announces SMTPUTF8
    /// What is left to do to `message` where a millisecond of work keeps nobody waiting: its
    /// signatures. Pure. Empty: nothing.
    std::function<Result<std::string>(const std::string&)> finish;
};

using Request = std::variant<HttpRequest, SmtpRequest>;

/// What the transport saw. Exactly one of `answered` and a failure before or after bytes left.
struct Response {
    bool answered = false;
    std::uint32_t status = 0;                                  // HTTP status or SMTP code
    std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
    std::string body;                                          // at most 64 KiB
    bool bytes_left = false;  // some byte of the request may have reached the other side (SMTP: the
                              // final dot was begun)
    std::string failure;      // not answered: what happened, one short sentence
    bool credentials_problem =
        false;  // certificate, login or (by our own policy) the address refused
};

/// The class row: facts about the provider, with the date they were checked (RELIABILITY 1.5).
struct Traits {
    std::string name;     // "twilio"
    std::string channel;  // "sms"
    model::IdempotencyClass idempotency = model::IdempotencyClass::neither;
    Micros key_window{0};  // class A
    std::string checked_on;
    std::uint32_t parallel = 16;  // attempts under way at once
    Micros deadline = std::chrono::seconds(30);
    bool carries_files = false;  // Message::attachments; else a message with any cannot be sent
    bool takes_many = false;     // one request for Message::also_to too; else there is one a device
};

class Connector {
  public:
    virtual ~Connector() = default;
    virtual const Traits& traits() const = 0;
    /// Pure. `invalid`: this message can never be sent by this connector (a bad address, a too long
    /// title): rejected.
    virtual Result<Request> request(const Message& message) const = 0;
    /// Pure. Follows RELIABILITY 1.3 for the connector's class.
    virtual model::Observation observe(const Response& response) const = 0;
};

struct Token {
    std::string text;
    Micros good_for{0};  // from now on
};

/// Where the tokens come from that requests carry and that live for minutes or hours: OAuth2,
/// WeChat, Apple. Pure like a connector, and asked from several threads; net's token transport does
/// the asking, keeps the token, renews it before its end and puts it into the requests.
class TokenSource {
  public:
    virtual ~TokenSource() = default;
    /// For log lines: "fcm".
    virtual std::string_view name() const = 0;
    /// The request that fetches a token; or a token, when it is made without asking anybody.
    virtual Result<std::variant<HttpRequest, Token>> ask(Instant now) const = 0;
    /// What came back. `refused` or `invalid`: our credentials are wrong, which pauses the
    /// connector; `retry`: later perhaps.
    virtual Result<Token> read(const Response& response) const = 0;
    /// Whether an answer to a request says that its token does not count (any more), and thus that
    /// nothing else was done. It is then sent once more, with a new token.
    virtual bool refuses(const Response& response) const;
};

/// {"access_token": "…", "expires_in": 3599} as OAuth2 and WeChat answer: what a TokenSource's
/// read() does for them. `who` is named in what is said of failures.
Result<Token> read_access_token(const Response& response, std::string_view who);

/// The table of RELIABILITY 1.3 for plain HTTP providers: what every connector's observe() starts
/// from.
model::Observation observe_http(const Response& response, model::IdempotencyClass idempotency);

/// A 2xx whose body makes no sense: retry for keyed and collapsible, unknown for the others.
model::Observation observe_malformed(const Response& response, model::IdempotencyClass idempotency);

// ---- what comes back: POST (or GET) /r/CONNECTOR

/// A provider calls us. The views are good while it is read.
struct InboundCall {
    std::string_view method;  // "POST", "GET"
    std::string_view path;    // as it was called: "/r/sms" or "/r/sms/REFERENCE"
    std::string_view query;   // without the "?"
    std::string_view body;
    const std::vector<std::pair<std::string, std::string>>* headers = nullptr;  // lower case names
    std::string_view public_url;  // as providers see us, no slash at the end
    Instant now{};

    /// The first header of this name (lower case), "" without.
    std::string_view header(std::string_view name) const;
    /// `public_url`, path and query: what a provider signs that signs its address. Never made from
    /// the Host header.
    std::string url() const;
};

/// A text that somebody sent us.
struct InboundText {
    std::string from;  // E.164
    std::string to;    // our number or sender
    std::string body;
    std::string id;                  // the provider's
    std::optional<Instant> at = {};  // when it was sent, as far as the provider says
};

/// One notice about one message, or one text. Without a receipt and without a text it says only
/// that the message is on its way.
struct InboundReport {
    std::string token;        // Message::reference, as the provider echoes it; "" without
    std::string provider_id;  // the provider's name of the message, as Observation had it
    std::optional<model::Receipt> receipt;  // its id: the provider's for this notice, the same in
                                            // every repeat
    std::optional<InboundText> text;
};

/// When the provider wants to be answered in a certain way; else it is told 204.
struct InboundReply {
    unsigned status = 200;
    std::string_view content_type;  // a literal
    std::string body;
    std::optional<std::string> silent{};  // the body instead, where nobody may be texted by it
};

struct InboundAnswer {
    std::vector<InboundReport> reports;
    std::optional<InboundReply> reply;  // sent when the reports are durable
    std::string
        notice;  // for the operator: what only a person may decide (a subscription to confirm)
};

/// Verifies and reads what one provider calls us with. Shared by all threads.
class InboundReader {
  public:
    virtual ~InboundReader() = default;
    virtual std::string_view provider() const = 0;  // "twilio"
    /// Pure. `refused`: not proved to be the provider's, too old, or no secret is configured;
    /// `invalid`: proved but not readable. Never fetches anything.
    virtual Result<InboundAnswer> read(const InboundCall& call) const = 0;
};

/// Refuses CR, LF and NUL: `invalid`, naming `what`.
Result<void> check_header_value(std::string_view value, std::string_view what);
/// An addr-spec in ASCII by a strict grammar (RFC 5321 Mailbox, no quoted local part, no address
/// literal).
bool is_mail_address(std::string_view address);
/// The same, and the local part may hold any UTF-8 (RFC 6532); the domain stays ASCII.
bool is_international_mail_address(std::string_view address);
/// E.164: "+" and 8 to 15 digits.
bool is_phone_number(std::string_view number);

/// A provider's sentence for the operator: one line, not long, without the addresses and numbers
/// that many of them repeat.
std::string as_detail(std::string_view text);

using Form = std::vector<std::pair<std::string, std::string>>;
/// Everything but RFC 3986's unreserved characters becomes %XX.
std::string percent_encode(std::string_view text);
/// Also "+" as a blank, as forms have it. Nothing when a "%" is not followed by two hex digits.
std::optional<std::string> percent_decode(std::string_view text);
/// application/x-www-form-urlencoded, in order, repeats kept; nothing when there are over a thousand.
std::optional<Form> parse_form(std::string_view text);

}  // namespace journey::connectors
