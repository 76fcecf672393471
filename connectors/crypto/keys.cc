#include "connectors/crypto/handle.h"

#include <openssl/core_names.h>
#include <openssl/decoder.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

namespace journey::connectors::crypto {
namespace {

constexpr int kRsaBitsLeast = 1024;  // RFC 8301 still has mail read by such keys
constexpr std::size_t kPemMost = 64u << 10;
constexpr std::size_t kPointBytes = 65;

using Params = std::unique_ptr<OSSL_PARAM, Freer<OSSL_PARAM_free>>;
using ParamsBuilder = std::unique_ptr<OSSL_PARAM_BLD, Freer<OSSL_PARAM_BLD_free>>;
using Group = std::unique_ptr<EC_GROUP, Freer<EC_GROUP_free>>;
using Point = std::unique_ptr<EC_POINT, Freer<EC_POINT_free>>;
using DecoderContext = std::unique_ptr<OSSL_DECODER_CTX, Freer<OSSL_DECODER_CTX_free>>;

Bio bio_of(std::string_view text) {
    return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// Without it OpenSSL asks for a password at the terminal.
int no_password(char*, int, int, void*) {
    return -1;
}

bool is_p256(const EVP_PKEY* key) {
    std::array<char, 32> name{};
    std::size_t length = 0;
    return EVP_PKEY_get_group_name(key, name.data(), name.size(), &length) == 1 &&
           std::string_view(name.data(), length) == "prime256v1";
}

Result<std::shared_ptr<const KeyHandle>> own(Pkey key) {
    auto handle = std::make_shared<KeyHandle>();
    if (EVP_PKEY_is_a(key.get(), "RSA") == 1) {
        if (EVP_PKEY_get_bits(key.get()) < kRsaBitsLeast) {
            return unreadable("the RSA key is shorter than 1024 bits; make one of 2048");
        }
        handle->kind = KeyKind::rsa;
    } else if (EVP_PKEY_is_a(key.get(), "EC") == 1) {
        if (!is_p256(key.get())) return unreadable("the EC key is on another curve than P-256");
        handle->kind = KeyKind::p256;
    } else if (EVP_PKEY_is_a(key.get(), "ED25519") == 1) {
        handle->kind = KeyKind::ed25519;
    } else {
        return unreadable("the key is neither RSA nor EC P-256 nor Ed25519");
    }
    handle->key = std::move(key);
    return std::shared_ptr<const KeyHandle>(std::move(handle));
}

Pkey decode_public(const char* form, std::string_view bytes) {
    EVP_PKEY* key = nullptr;
    const DecoderContext decoder(OSSL_DECODER_CTX_new_for_pkey(
        &key, form, nullptr, nullptr, OSSL_KEYMGMT_SELECT_PUBLIC_KEY, nullptr, nullptr));
    ENSURE(decoder, "OpenSSL has no decoder");
    const unsigned char* data = bytes_of(bytes);
    std::size_t left = bytes.size();
    const bool read = OSSL_DECODER_from_data(decoder.get(), &data, &left) == 1;
    ERR_clear_error();
    return read ? Pkey(key) : nullptr;
}

Certificate certificate_of(std::string_view pem) {
    const Bio bio = bio_of(pem);
    Certificate found(PEM_read_bio_X509(bio.get(), nullptr, &no_password, nullptr));
    ERR_clear_error();
    return found;
}

// The point of a scalar; nothing when the scalar is 0 or not below the curve's order.
std::optional<std::string> point_of(std::string_view scalar) {
    const Group group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
    const Number number(BN_bin2bn(bytes_of(scalar), static_cast<int>(scalar.size()), nullptr));
    const Point point(EC_POINT_new(group.get()));
    ENSURE(group && number && point, "OpenSSL has no memory");
    if (BN_is_zero(number.get()) || BN_cmp(number.get(), EC_GROUP_get0_order(group.get())) >= 0) {
        return std::nullopt;
    }
    BN_set_flags(number.get(), BN_FLG_CONSTTIME);
    std::string out(kPointBytes, '\0');
    const bool made =
        EC_POINT_mul(group.get(), point.get(), number.get(), nullptr, nullptr, nullptr) == 1 &&
        EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, bytes_of(out),
                           out.size(), nullptr) == kPointBytes;
    ENSURE(made, "OpenSSL cannot multiply on P-256");
    return out;
}

Pkey p256_from(std::string_view point, std::string_view scalar) {
    const ParamsBuilder builder(OSSL_PARAM_BLD_new());
    const Number number(BN_bin2bn(bytes_of(scalar), static_cast<int>(scalar.size()), nullptr));
    const PkeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
    ENSURE(builder && number && context, "OpenSSL has no memory");
    OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
    OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                     point.size());
    if (!scalar.empty()) {
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, number.get());
    }
    const Params params(OSSL_PARAM_BLD_to_param(builder.get()));
    EVP_PKEY* key = nullptr;
    const bool made = params && EVP_PKEY_fromdata_init(context.get()) == 1 &&
                      EVP_PKEY_fromdata(context.get(), &key,
                                        scalar.empty() ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR,
                                        params.get()) == 1;
    ERR_clear_error();
    return made ? Pkey(key) : nullptr;
}

}  // namespace

Result<PublicKey> PublicKey::from_pem(std::string_view pem) {
    if (pem.size() > kPemMost) return unreadable("the public key is longer than 64 KiB");
    if (pem.find("BEGIN CERTIFICATE") != std::string_view::npos) {
        const Certificate certificate = certificate_of(pem);
        Pkey key(certificate ? X509_get_pubkey(certificate.get()) : nullptr);
        if (!key) return unreadable("the certificate cannot be read");
        TRY(auto handle, own(std::move(key)));
        return PublicKey(std::move(handle));
    }
    Pkey key = decode_public("PEM", pem);
    if (!key) {
        return unreadable("there is no public key in PEM (\"-----BEGIN PUBLIC KEY-----\")");
    }
    TRY(auto handle, own(std::move(key)));
    return PublicKey(std::move(handle));
}

Result<PublicKey> PublicKey::from_certificate(std::string_view pem, Instant now) {
    if (pem.size() > kPemMost) return unreadable("the certificate is longer than 64 KiB");
    const Certificate certificate = certificate_of(pem);
    if (!certificate) {
        return unreadable("there is no certificate in PEM (\"-----BEGIN CERTIFICATE-----\")");
    }
    auto at = static_cast<std::time_t>(micros_of(now) / 1'000'000);
    // X509_cmp_time: -1 when the certificate's time is not after `at`, 1 when it is later.
    if (X509_cmp_time(X509_get0_notBefore(certificate.get()), &at) != -1) {
        return unreadable("the certificate is not valid yet");
    }
    if (X509_cmp_time(X509_get0_notAfter(certificate.get()), &at) != 1) {
        return unreadable("the certificate has expired");
    }
    return from_pem(pem);
}

Result<PublicKey> PublicKey::from_der(std::string_view der) {
    Pkey key = decode_public("DER", der);
    if (!key) return unreadable("the public key is not a SubjectPublicKeyInfo in DER");
    TRY(auto handle, own(std::move(key)));
    return PublicKey(std::move(handle));
}

Result<PublicKey> PublicKey::from_base64_der(std::string_view base64) {
    const auto der = from_base64(base64);
    if (!der) return unreadable("the public key is not base64");
    return from_der(*der);
}

Result<PublicKey> PublicKey::from_p256_point(std::string_view point) {
    if (point.size() != kPointBytes || point[0] != 4) {
        return unreadable("a P-256 public key has 65 bytes, the first of them 4");
    }
    Pkey key = p256_from(point, {});
    if (!key) return unreadable("the public key is no point of P-256");
    TRY(auto handle, own(std::move(key)));
    return PublicKey(std::move(handle));
}

Result<PublicKey> PublicKey::from_ed25519(std::string_view raw) {
    if (raw.size() != 32) return unreadable("an Ed25519 public key has 32 bytes");
    Pkey key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(raw), raw.size()));
    if (!key) return unreadable("the Ed25519 public key cannot be read");
    TRY(auto handle, own(std::move(key)));
    return PublicKey(std::move(handle));
}

KeyKind PublicKey::kind() const {
    return handle_->kind;
}

std::string PublicKey::p256_point() const {
    ENSURE(kind() == KeyKind::p256, "only a P-256 key has a point");
    unsigned char* encoded = nullptr;
    const std::size_t length = EVP_PKEY_get1_encoded_public_key(handle_->key.get(), &encoded);
    ENSURE(length == kPointBytes, "OpenSSL encodes a P-256 point otherwise");
    std::string out(reinterpret_cast<const char*>(encoded), length);
    OPENSSL_free(encoded);
    return out;
}

std::string PublicKey::to_der() const {
    unsigned char* encoded = nullptr;
    const int length = i2d_PUBKEY(handle_->key.get(), &encoded);
    ENSURE(length > 0, "OpenSSL cannot write a public key");
    std::string out(reinterpret_cast<const char*>(encoded), static_cast<std::size_t>(length));
    OPENSSL_free(encoded);
    return out;
}

Result<PrivateKey> PrivateKey::from_pem(std::string_view pem) {
    if (pem.size() > kPemMost) return unreadable("the private key is longer than 64 KiB");
    if (pem.find("ENCRYPTED") != std::string_view::npos) {
        return unreadable(
            "the private key is locked with a password; unlock it with `openssl pkey`");
    }
    const Bio bio = bio_of(pem);
    Pkey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, &no_password, nullptr));
    if (!key) {
        return unreadable("there is no private key in PEM (\"-----BEGIN PRIVATE KEY-----\")");
    }
    TRY(auto handle, own(std::move(key)));
    return PrivateKey(std::move(handle));
}

Result<PrivateKey> PrivateKey::from_p256_scalar(std::string_view scalar) {
    if (scalar.size() != 32) return unreadable("a P-256 private key has 32 bytes");
    const auto point = point_of(scalar);
    if (!point) return unreadable("the private key is not below the order of P-256");
    Pkey key = p256_from(*point, scalar);
    ENSURE(key, "OpenSSL refuses a scalar and its point");
    TRY(auto handle, own(std::move(key)));
    return PrivateKey(std::move(handle));
}

Result<PrivateKey> PrivateKey::from_ed25519_seed(std::string_view seed) {
    if (seed.size() != 32) return unreadable("an Ed25519 private key has 32 bytes");
    Pkey key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes_of(seed), seed.size()));
    ENSURE(key, "OpenSSL refuses an Ed25519 seed");
    TRY(auto handle, own(std::move(key)));
    return PrivateKey(std::move(handle));
}

KeyKind PrivateKey::kind() const {
    return handle_->kind;
}

PublicKey PrivateKey::public_key() const {
    unsigned char* encoded = nullptr;
    const int length = i2d_PUBKEY(handle_->key.get(), &encoded);
    ENSURE(length > 0, "OpenSSL cannot write a public key");
    auto made = PublicKey::from_der(
        {reinterpret_cast<const char*>(encoded), static_cast<std::size_t>(length)});
    OPENSSL_free(encoded);
    ENSURE(made, "OpenSSL cannot read the public key it wrote");
    return std::move(made).value();
}

}  // namespace journey::connectors::crypto
