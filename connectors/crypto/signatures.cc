#include "connectors/crypto/handle.h"

namespace journey::connectors::crypto {
namespace {

constexpr std::size_t kHalf = 32;

KeyKind kind_of(Scheme scheme) {
    switch (scheme) {
        case Scheme::rsa_sha256:
        case Scheme::rsa_sha1:
            return KeyKind::rsa;
        case Scheme::p256_raw:
        case Scheme::p256_der:
            return KeyKind::p256;
        case Scheme::ed25519:
            return KeyKind::ed25519;
    }
    ENSURE(false, "a scheme has a kind of key");
}

// Ed25519 hashes by itself.
const EVP_MD* digest_of(Scheme scheme) {
    if (scheme == Scheme::ed25519) return nullptr;
    return scheme == Scheme::rsa_sha1 ? EVP_sha1() : EVP_sha256();
}

std::string raw_from_der(std::string_view der) {
    const unsigned char* data = bytes_of(der);
    const EcdsaSignature parsed(d2i_ECDSA_SIG(nullptr, &data, static_cast<long>(der.size())));
    ENSURE(parsed, "OpenSSL cannot read the signature it made");
    std::string out(2 * kHalf, '\0');
    const bool fits =
        BN_bn2binpad(ECDSA_SIG_get0_r(parsed.get()), bytes_of(out), kHalf) > 0 &&
        BN_bn2binpad(ECDSA_SIG_get0_s(parsed.get()), bytes_of(out) + kHalf, kHalf) > 0;
    ENSURE(fits, "a half of a P-256 signature has 32 bytes");
    return out;
}

// "" when it is no signature.
std::string der_from_raw(std::string_view raw) {
    if (raw.size() != 2 * kHalf) return "";
    const EcdsaSignature built(ECDSA_SIG_new());
    Number r(BN_bin2bn(bytes_of(raw), kHalf, nullptr));
    Number s(BN_bin2bn(bytes_of(raw) + kHalf, kHalf, nullptr));
    ENSURE(built && r && s, "OpenSSL has no memory");
    ENSURE(ECDSA_SIG_set0(built.get(), r.release(), s.release()) == 1, "OpenSSL takes two halves");
    unsigned char* encoded = nullptr;
    const int length = i2d_ECDSA_SIG(built.get(), &encoded);
    ENSURE(length > 0, "OpenSSL cannot write a signature");
    std::string out(reinterpret_cast<const char*>(encoded), static_cast<std::size_t>(length));
    OPENSSL_free(encoded);
    return out;
}

}  // namespace

bool PublicKey::verify(Scheme scheme, std::string_view message, std::string_view signature) const {
    if (kind_of(scheme) != kind()) return false;
    std::string der;
    if (scheme == Scheme::p256_raw) {
        der = der_from_raw(signature);
        signature = der;
    }
    const DigestContext context(EVP_MD_CTX_new());
    ENSURE(context, "OpenSSL has no memory");
    const bool good = EVP_DigestVerifyInit(context.get(), nullptr, digest_of(scheme), nullptr,
                                           handle_->key.get()) == 1 &&
                      EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(),
                                       bytes_of(message), message.size()) == 1;
    ERR_clear_error();
    return good;
}

Result<std::string> PrivateKey::sign(Scheme scheme, std::string_view message) const {
    if (scheme == Scheme::rsa_sha1) {
        return error(ErrorCode::invalid, "SHA-1 signatures are read, never made");
    }
    if (kind_of(scheme) != kind()) {
        return error(ErrorCode::invalid, "the private key is of another kind than the signature");
    }
    const DigestContext context(EVP_MD_CTX_new());
    ENSURE(context, "OpenSSL has no memory");
    std::size_t length = 0;
    std::string out;
    bool made =
        EVP_DigestSignInit(context.get(), nullptr, digest_of(scheme), nullptr,
                           handle_->key.get()) == 1 &&
        EVP_DigestSign(context.get(), nullptr, &length, bytes_of(message), message.size()) == 1;
    if (made) {
        out.resize(length);
        made = EVP_DigestSign(context.get(), bytes_of(out), &length, bytes_of(message),
                              message.size()) == 1;
    }
    if (!made) return unreadable("OpenSSL cannot sign with this key");
    out.resize(length);
    return scheme == Scheme::p256_raw ? raw_from_der(out) : out;
}

Result<std::string> PrivateKey::agree(const PublicKey& other) const {
    if (kind() != KeyKind::p256 || other.kind() != KeyKind::p256) {
        return error(ErrorCode::invalid, "only two P-256 keys agree on a secret");
    }
    const PkeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, handle_->key.get(), nullptr));
    ENSURE(context, "OpenSSL has no memory");
    std::string out(kHalf, '\0');
    std::size_t length = out.size();
    const bool made = EVP_PKEY_derive_init(context.get()) == 1 &&
                      EVP_PKEY_derive_set_peer(context.get(), other.handle().key.get()) == 1 &&
                      EVP_PKEY_derive(context.get(), bytes_of(out), &length) == 1;
    if (!made || length != out.size()) return unreadable("the two keys agree on no secret");
    return out;
}

}  // namespace journey::connectors::crypto
