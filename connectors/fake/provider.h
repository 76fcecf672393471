#pragma once
// What a provider does with a call: shared by the one in process and the one behind sockets.

#include "connectors/fake/fake.h"

#include <deque>
#include <set>

namespace journey::connectors::fake {

using Headers = std::vector<std::pair<std::string, std::string>>;  // names in lower case

const std::string* header_named(const Headers& headers, std::string_view name);

/// How the call was to be understood.
struct Understood {
    SinkMessage message;
    bool keyed = false;  // the provider drops repeats of a key
    enum class Kind : std::uint8_t {
        twilio,
        onesignal,
        webhook,
        fake,
        smtp,
        call
    } kind = Kind::webhook;
    Record gives;  // of a call: what it is answered
};
Understood understand_http(std::string_view path, const Headers& headers, std::string_view body);
Understood understand_mail(std::string_view mail_from, std::string_view rcpt_to,
                           std::string_view message);

struct HttpAnswer {
    int status = 200;
    std::string body;
    int retry_after_s = 0;
};

/// Decides, remembers keys, counts.
class Mind {
  public:
    explicit Mind(const Script& script) : script_(script), rng_(script.seed) {}
    void expect(std::vector<Behaviour> behaviours);
    Behaviour next();
    /// Whether the call is taken under this behaviour; fills `answer`, `accepted`, `repeated`, and
    /// counts.
    void judge(Understood& call, Behaviour behaviour);
    SinkCounts counts(std::string_view channel) const;
    Micros slow_by() const { return script_.slow_by; }

  private:
    Script script_;
    Rng rng_;
    std::deque<Behaviour> expected_;
    std::set<std::string> seen_;  // channel and key, of providers that drop repeats
    std::vector<std::pair<std::string, SinkCounts>> counts_;
};

/// What the provider says; of the same key the same id.
HttpAnswer answer_of(const Understood& call, Behaviour behaviour);

bool is_processed(Behaviour behaviour);

/// ledger.cc: one JSON line.
std::string ledger_line(const SinkMessage& message);

/// mail.cc
struct ReadMail {
    std::string key;
    std::string from;
    std::string subject;
    std::string text;
    std::string html;
};
ReadMail read_mail(std::string_view message);

}  // namespace journey::connectors::fake
