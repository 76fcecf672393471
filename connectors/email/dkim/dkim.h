#pragma once
// The door of connectors/email/dkim.

#include "connectors/crypto/crypto.h"

namespace journey::connectors::dkim {

struct KeyText {
    std::string domain;    // "shop.example"
    std::string selector;  // the public key stands in SELECTOR._domainkey.DOMAIN
    std::string pem;       // RSA of at least 2048 bits, or Ed25519
};

/// Cheap to copy; used from any thread.
class Signer {
  public:
    /// `invalid` naming what is wrong with which key.
    static Result<Signer> make(const std::vector<KeyText>& keys);
    bool empty() const { return keys_.empty(); }
    /// `message` (CRLF line ends) behind one DKIM-Signature a key. The same message and instant
    /// give the same bytes. An RSA signature takes about a millisecond.
    Result<std::string> sign(std::string_view message, Instant at) const;
    /// What belongs into the DNS for key `index`: its name and its text.
    std::pair<std::string, std::string> dns_record(std::size_t index) const;

  private:
    struct Key {
        std::string domain;
        std::string selector;
        crypto::PrivateKey key;
    };
    explicit Signer(std::vector<Key> keys) : keys_(std::move(keys)) {}
    std::vector<Key> keys_;
};

}  // namespace journey::connectors::dkim
