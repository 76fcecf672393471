#pragma once
// What a provider does with a call: shared by the one in process and the one behind sockets.

#include "connectors/crypto/crypto.h"
#include "connectors/fake/fake.h"

#include <deque>
#include <set>

namespace journey::connectors::fake {

using Headers = std::vector<std::pair<std::string, std::string>>;  // names in lower case

const std::string* header_named(const Headers& headers, std::string_view name);

struct HttpAnswer {
    int status = 200;
    std::string body;
    int retry_after_s = 0;
};

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
        call,
        fcm
    } kind = Kind::webhook;
    Record gives;  // of a call: what it is answered
    /// What the provider has against the call, whatever the script says.
    std::optional<HttpAnswer> refusal;
};
Understood understand_http(std::string_view path, const Headers& headers, std::string_view body);
Understood understand_mail(std::string_view mail_from, std::string_view rcpt_to,
                           std::string_view message);

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

/// Google's side of tokens: a service account's signed claim is exchanged for one, and Firebase
/// takes no message without. google.cc
class Google {
  public:
    /// Knows this account (the JSON of its file) and no other; "": any, and no signature is looked
    /// at. `invalid`: it is no service account.
    static Result<Google> of(std::string_view account);
    /// Whether somebody asks for a token there.
    static bool is_asked(std::string_view path, std::string_view body);
    HttpAnswer exchange(std::string_view body, Instant now);
    /// Refuses a message for Firebase that carries none of the tokens given.
    void look_at(Understood& call, const Headers& headers) const;

  private:
    /// What is wrong with the claim, in OAuth2's words; "": nothing.
    std::string_view fault_of(std::string_view assertion, Instant now) const;

    struct Account {
        std::string email;
        crypto::PublicKey key;
    };
    std::optional<Account> account_;
    std::set<std::string, std::less<>> given_;
};
/// What Firebase says of a message it does not take: "UNREGISTERED" with the status of that.
HttpAnswer firebase_error(int status, std::string_view word, std::string_view code);

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
