#pragma once
// The door of engine/http: Segment-shaped ingest, receipts and links of recipients, the operator's
// API, health and metrics. TLS ends at a proxy in front of us.

#include "engine/ir/ir.h"
#include "engine/runtime/engine.h"

namespace journey::http {

/// What an address takes that nobody has to prove anything for: links, receipts, health.
inline constexpr std::size_t kSmallBody = 16u << 10;
/// What a provider's batch of reports may take.
inline constexpr std::size_t kReportBody = 4u << 20;

/// What a topic is called on the pages, where the program's title does not do.
struct TopicText {
    std::string title;
    std::string title_zh;
    std::string about;
    std::string about_zh;
};

/// How the pages look that recipients see.
struct PageOptions {
    std::string name;                // of the sender; "" = the workspace's
    std::string logo;                // https address of a picture
    std::string colour = "#1f4fb0";  // of buttons and links; darkened until it can be read
    std::string imprint;             // below each page: who sends, and the postal address
    std::string privacy;             // https address of the privacy policy
    std::string language = "en";     // where neither profile nor browser says
    std::map<std::string, TopicText, std::less<>> topics;  // by name of the consent
};

/// "10.0.0.0/8", "::1/128" or a single address.
bool is_network(std::string_view text);

struct HttpOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;            // 0: any free one; see Server::port
    std::vector<std::string> write_keys;  // for /v1/*: Basic user name
    std::string admin_token;              // for /admin/*: Bearer; "" = no /admin at all
    /// Who may let messages go beyond the workspace's rails. Not the operator: the admin token is
    /// refused there, so that it takes two people.
    struct Approver {
        std::string name;
        std::string token;
    };
    std::vector<Approver> approvers;  // with none, nobody approves
    std::string public_url;           // as providers and recipients see us; signatures are over it
    PageOptions pages;
    /// Networks of the proxies in front of us: only they are believed who asked.
    std::vector<std::string> trusted_proxies;
    std::string link_secret;  // tokens of pixels, clicks, unsubscribes, callbacks
    /// Of /r/NAME, by name: who reads what that provider calls us with.
    std::map<std::string, std::shared_ptr<const connectors::InboundReader>, std::less<>> readers;
    /// Whether a text may be answered to this number. Absent: yes.
    std::function<bool(std::string_view number)> may_text = {};
    /// What this installation has against a program that somebody applies. Absent: nothing.
    std::function<Result<void>(const ir::Program&)> can_run = {};
    std::size_t body_most = 1u << 20;      // bytes; more is 413
    std::size_t program_most = 64u << 20;  // bytes of a program sent to /admin/program
    /// Bytes of all bodies under way together; more is 503. Callers without a proven write key may
    /// fill half of it. Bodies up to kSmallBody are never turned away, those of /admin not counted.
    std::size_t bodies_most = 64u << 20;
    std::size_t header_most = 32u << 10;
    std::size_t connections_most = 2000;
    std::size_t batch_most = 2500;             // events in a batch
    std::uint32_t events_per_second_most = 0;  // of one write key; more is 429; 0: no such limit
    Micros header_deadline = std::chrono::seconds(10);  // first byte to end of the headers
    Micros idle_deadline = std::chrono::seconds(60);  // between requests; for a body; for a reader
    /// An event "from the future" beyond this is refused; a smaller step is taken as now.
    Micros clock_skew_most = std::chrono::hours(24);
};

class Server {
  public:
    /// Listens, or says clearly why not ("port 8080 on 127.0.0.1 is taken by another program; …").
    /// `engine` and `logger` must outlive the server.
    static Result<std::unique_ptr<Server>> start(HttpOptions options, runtime::Engine& engine,
                                                 Logger& logger);
    virtual ~Server() = default;
    virtual std::uint16_t port() const = 0;
    /// Readiness off, no new connections, open requests answered (at most `deadline`), then the
    /// thread ends. The engine must still be answering. A second call does nothing.
    virtual void drain(Micros deadline) = 0;
};

}  // namespace journey::http
