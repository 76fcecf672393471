#pragma once
// The door of connectors/crypto. Keys are values: cheap to copy, never changed, used from any
// thread. Text that cannot be read is `invalid` with a sentence that never repeats it.

#include "engine/base/base.h"

#include <memory>

namespace journey::connectors::crypto {

enum class KeyKind { rsa, p256, ed25519 };

/// How a message is signed. All but Ed25519 sign its SHA-256; rsa_sha1 can only be verified (old
/// SNS).
enum class Scheme {
    rsa_sha256,  // RSASSA-PKCS1-v1_5: RS256
    rsa_sha1,
    p256_raw,  // r and s, 32 bytes each: ES256
    p256_der,
    ed25519,
};

/// OpenSSL's key, known to this room's .cc files only.
struct KeyHandle;

class PublicKey {
  public:
    explicit PublicKey(std::shared_ptr<const KeyHandle> handle) : handle_(std::move(handle)) {}
    /// "PUBLIC KEY", "RSA PUBLIC KEY" or a certificate, whose dates are not looked at.
    static Result<PublicKey> from_pem(std::string_view pem);
    /// The same, and a certificate's dates hold at `now`. Who issued it is not looked at.
    static Result<PublicKey> from_certificate(std::string_view pem, Instant now);
    /// SubjectPublicKeyInfo or PKCS#1, as it is inside PEM; base64 of it is what webhooks' pages
    /// show.
    static Result<PublicKey> from_der(std::string_view der);
    static Result<PublicKey> from_base64_der(std::string_view base64);
    /// 65 bytes: 4, x, y. Refuses what is not on the curve.
    static Result<PublicKey> from_p256_point(std::string_view point);
    static Result<PublicKey> from_ed25519(std::string_view key);  // 32 bytes

    KeyKind kind() const;
    /// Only of a P-256 key: 65 bytes.
    std::string p256_point() const;
    /// SubjectPublicKeyInfo.
    std::string to_der() const;
    /// False also when the scheme is none of this key's.
    bool verify(Scheme scheme, std::string_view message, std::string_view signature) const;

    const KeyHandle& handle() const { return *handle_; }

  private:
    std::shared_ptr<const KeyHandle> handle_;
};

class PrivateKey {
  public:
    explicit PrivateKey(std::shared_ptr<const KeyHandle> handle) : handle_(std::move(handle)) {}
    /// PKCS#8, "EC PRIVATE KEY" or "RSA PRIVATE KEY", without a password.
    static Result<PrivateKey> from_pem(std::string_view pem);
    /// 32 bytes, big-endian, in [1, n); about one in 2^32 of random bytes is not.
    static Result<PrivateKey> from_p256_scalar(std::string_view scalar);
    static Result<PrivateKey> from_ed25519_seed(std::string_view seed);  // 32 bytes

    KeyKind kind() const;
    PublicKey public_key() const;
    /// `invalid` when the scheme is none of this key's, or rsa_sha1.
    Result<std::string> sign(Scheme scheme, std::string_view message) const;
    /// The 32 bytes x of ECDH. `invalid` unless both keys are P-256.
    Result<std::string> agree(const PublicKey& other) const;

  private:
    std::shared_ptr<const KeyHandle> handle_;
};

/// RFC 5869. At most 255 * 32 bytes.
std::string hkdf_sha256(std::string_view secret, std::string_view salt, std::string_view info,
                        std::size_t length);

/// AEAD_AES_128_GCM: key of 16 bytes, nonce of 12; the 16 bytes of the tag stand at the end.
std::string seal_aes128_gcm(std::string_view key, std::string_view nonce, std::string_view plain);
/// Nothing when it was changed on the way.
std::optional<std::string> open_aes128_gcm(std::string_view key, std::string_view nonce,
                                           std::string_view sealed);

/// A JSON Web Token by the key's own algorithm (RS256, ES256, EdDSA); `key_id` becomes "kid", ""
/// leaves it out.
Result<std::string> make_jwt(const PrivateKey& key, std::string_view key_id, const Record& claims);
/// The claims, when `key` made it by its own algorithm, whatever the token's header says. Dates and
/// audience are the caller's to look at.
Result<Record> read_jwt(const PublicKey& key, std::string_view token);

}  // namespace journey::connectors::crypto
