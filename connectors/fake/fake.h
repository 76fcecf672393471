#pragma once
// The door of connectors/fake: scripted providers and their ledger.

#include "connectors/api/api.h"
#include "connectors/net/net.h"

namespace journey::connectors::fake {

/// What a provider does with one call.
enum class Behaviour : std::uint8_t {
    ok,
    too_many,           // 429 with Retry-After: 2 (SMTP 451); not processed
    server_error,       // 500 (SMTP 451 after the data); not processed
    reject,             // 400 with the provider's own error (SMTP 550); not processed
    unauthorized,       // 401 (SMTP 535); not processed
    accept_then_close,  // processed, then the connection is closed without an answer
    close_before,       // the connection is closed without processing
    hang,               // never answers
    slow,               // processed, answered after `slow_by`
    trickle,            // processed, answered one byte a second
    huge,               // processed, answered with 100 MB
    garbage,            // processed, answered 200 with something that is not JSON
};
std::optional<Behaviour> behaviour_named(std::string_view name);
std::string_view name_of(Behaviour behaviour);

/// Weather: each probability is tried in the enum's order, the rest is ok. All from one seed.
struct Script {
    std::uint64_t seed = 1;
    std::vector<std::pair<Behaviour, double>> odds;
    Micros slow_by = std::chrono::milliseconds(200);
    /// "too_many=0.01,server_error=0.005,slow=0.1": `invalid` names what is wrong.
    static Result<Script> parse(std::string_view text);
};

/// One call, as the provider understood it.
struct SinkMessage {
    Instant at{};
    std::string channel;  // "email", "sms", "push", "webhook"
    std::string key;      // the message's key as a UUID, "" when the call carries none
    std::string to;
    std::string from;
    std::string subject;  // email's subject, push's title
    std::string text;     // what a person reads (of e-mail the text part); of webhooks the JSON
    std::string html;     // of e-mail, where it has one
    std::string answer;   // the behaviour's name
    bool accepted = false;
    bool repeated = false;  // accepted before under the same key, by a provider that drops repeats
    std::string body_sha256;  // hex, over the body's bytes
};

struct SinkCounts {
    std::uint64_t calls = 0;
    std::uint64_t accepted = 0;  // repeats of a key at a provider that drops them count once
    std::uint64_t repeated = 0;
    std::uint64_t refused = 0;
};

// ---- in process

/// The provider itself: understands calls, decides by script, remembers. Not thread safe.
class FakeProvider {
  public:
    explicit FakeProvider(const Script& script);
    ~FakeProvider();
    /// Does these next, in order, before the script speaks again.
    void expect(std::vector<Behaviour> behaviours);
    /// What a connector's request() would have met. The answer is what net::Transport would report.
    Response answer(const Request& request, Instant now);
    const std::vector<SinkMessage>& messages() const { return messages_; }
    SinkCounts counts(std::string_view channel) const;

  private:
    friend class FakeTransport;
    struct State;
    std::unique_ptr<State> state_;
    std::vector<SinkMessage> messages_;
};

/// Answers when pumped, in the order of the calls, on the pumping thread. `slow` and `trickle`
/// count as answered; `hang` is a passed deadline.
class FakeTransport final : public net::Transport {
  public:
    explicit FakeTransport(FakeProvider& provider, const Clock& clock)
        : provider_(provider), clock_(clock) {}
    void start(Request request, Micros deadline, Done done) override;
    std::size_t under_way() const override { return waiting_.size(); }
    /// Answers what was started before this call; the number answered.
    std::size_t pump();

  private:
    struct Waiting {
        Request request;
        Done done;
    };
    FakeProvider& provider_;
    const Clock& clock_;
    std::vector<Waiting> waiting_;
};

// ---- a real server on loopback

struct SinkOptions {
    std::uint16_t http_port = 0;  // 0 = any free one
    std::uint16_t smtp_port = 0;
    std::string ledger_file;  // JSON lines, appended; "" = none
    bool sync_ledger = true;  // fdatasync before an answer leaves (one for all calls of a moment)
    Script script;
    std::size_t keep = 100;  // last messages kept
    /// The JSON of the one service account that Google's side gives tokens to; "" = to any, and its
    /// signature is not looked at.
    std::string service_account;
    /// On the server's thread, after the ledger's line.
    std::function<void(const SinkMessage&)> on_message;
};

/// HTTP: POST …/2010-04-01/Accounts/SID/Messages.json (Twilio), …/notifications (OneSignal), …/token
/// and …/v1/projects/P/messages:send (Google and Firebase; devices whose token begins with "gone"
/// are), …/fake/CHANNEL, …/answer?code=TEN&percent=10 as a webhook that answers {"code":"TEN","percent":10},
/// and any other path as a webhook that answers {}. SMTP: AUTH PLAIN and LOGIN take anything. One
/// thread; everything below may be called from any other.
class SinkServer {
  public:
    /// `conflict`: a port is taken. `storage_failed`: the ledger cannot be opened. `invalid`: the
    /// service account is none.
    static Result<std::unique_ptr<SinkServer>> start(const SinkOptions& options);
    virtual ~SinkServer() = default;
    virtual std::uint16_t http_port() const = 0;
    virtual std::uint16_t smtp_port() const = 0;
    /// "http://127.0.0.1:PORT" and "smtp://127.0.0.1:PORT".
    std::string http_url() const;
    std::string smtp_url() const;
    virtual void expect(std::vector<Behaviour> behaviours) = 0;
    /// The last `most` messages, oldest first.
    virtual std::vector<SinkMessage> last(std::size_t most) const = 0;
    virtual SinkCounts counts(std::string_view channel) const = 0;
    /// Connections accepted so far, HTTP and SMTP.
    virtual std::uint64_t connections() const = 0;
    /// Also by the destructor.
    virtual void stop() = 0;
};

// ---- a connector that speaks to both

struct FakeConfig {
    std::string base_url = "http://fake.test";  // "/fake/CHANNEL" is added
    std::string channel = "email";
    model::IdempotencyClass idempotency = model::IdempotencyClass::neither;
    std::uint32_t parallel = 16;
};
std::unique_ptr<Connector> make_fake_connector(const FakeConfig& config);

}  // namespace journey::connectors::fake
