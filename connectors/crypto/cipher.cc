#include "connectors/crypto/handle.h"

namespace journey::connectors::crypto {
namespace {

constexpr std::size_t kKeyBytes = 16;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;

CipherContext begin(std::string_view key, std::string_view nonce, bool sealing) {
    ENSURE(key.size() == kKeyBytes && nonce.size() == kNonceBytes,
           "AES-128-GCM has keys of 16 bytes and nonces of 12");
    CipherContext context(EVP_CIPHER_CTX_new());
    const bool ready =
        context && EVP_CipherInit_ex2(context.get(), EVP_aes_128_gcm(), bytes_of(key),
                                      bytes_of(nonce), sealing ? 1 : 0, nullptr) == 1;
    ENSURE(ready, "OpenSSL has no AES-128-GCM");
    return context;
}

}  // namespace

std::string hkdf_sha256(std::string_view secret, std::string_view salt, std::string_view info,
                        std::size_t length) {
    ENSURE(length <= 255 * sizeof(Sha256), "HKDF yields at most 255 blocks");
    // An absent salt is 32 zeros, which HMAC pads an empty key to anyway.
    const Sha256 extracted = hmac_sha256(salt, secret);
    std::string out;
    std::string block;
    for (unsigned char counter = 1; out.size() < length; ++counter) {
        block.append(info);
        block.push_back(static_cast<char>(counter));
        block = view_of(hmac_sha256(view_of(extracted), block));
        out += block;
    }
    out.resize(length);
    return out;
}

std::string seal_aes128_gcm(std::string_view key, std::string_view nonce, std::string_view plain) {
    const CipherContext context = begin(key, nonce, true);
    std::string out(plain.size() + kTagBytes, '\0');
    int written = 0;
    int ended = 0;
    const bool made = EVP_EncryptUpdate(context.get(), bytes_of(out), &written, bytes_of(plain),
                                        static_cast<int>(plain.size())) == 1 &&
                      EVP_EncryptFinal_ex(context.get(), bytes_of(out) + written, &ended) == 1 &&
                      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes,
                                          bytes_of(out) + plain.size()) == 1;
    ENSURE(made && static_cast<std::size_t>(written) == plain.size(), "AES-128-GCM cannot fail");
    return out;
}

std::optional<std::string> open_aes128_gcm(std::string_view key, std::string_view nonce,
                                           std::string_view sealed) {
    if (sealed.size() < kTagBytes) return std::nullopt;
    const CipherContext context = begin(key, nonce, false);
    const std::string_view body = sealed.substr(0, sealed.size() - kTagBytes);
    std::string tag(sealed.substr(body.size()));
    std::string out(body.size(), '\0');
    int written = 0;
    int ended = 0;
    const bool good =
        EVP_DecryptUpdate(context.get(), bytes_of(out), &written, bytes_of(body),
                          static_cast<int>(body.size())) == 1 &&
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()) == 1 &&
        EVP_DecryptFinal_ex(context.get(), bytes_of(out) + written, &ended) == 1;
    ERR_clear_error();
    return good ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace journey::connectors::crypto
