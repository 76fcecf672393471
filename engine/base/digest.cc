// SHA256_Init and its like: old names that OpenSSL keeps.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "engine/base/digest.h"

#include "engine/base/result.h"

#include <climits>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <xxhash.h>

namespace journey {
namespace {

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

const unsigned char* octets(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

std::uint32_t octet_at(std::string_view bytes, std::size_t at) {
    return static_cast<unsigned char>(bytes[at]);
}

void hmac(const EVP_MD* algorithm, std::string_view key, std::string_view bytes, unsigned char* out,
          unsigned int expected) {
    ENSURE(key.size() <= INT_MAX, "an HMAC key does not exceed 2 GiB");
    // OpenSSL takes a null key to mean "the one before".
    static constexpr unsigned char kNoKey = 0;
    unsigned int written = 0;
    const unsigned char* made =
        HMAC(algorithm, key.empty() ? &kNoKey : octets(key), static_cast<int>(key.size()),
             octets(bytes), bytes.size(), out, &written);
    ENSURE(made != nullptr && written == expected, "OpenSSL could not make an HMAC");
}

std::string encode(std::string_view bytes, std::string_view alphabet) {
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    std::size_t at = 0;
    for (; at + 3 <= bytes.size(); at += 3) {
        const std::uint32_t group =
            octet_at(bytes, at) << 16 | octet_at(bytes, at + 1) << 8 | octet_at(bytes, at + 2);
        for (int shift = 18; shift >= 0; shift -= 6)
            out += alphabet[group >> shift & 63];
    }
    if (at + 1 == bytes.size()) {
        const std::uint32_t group = octet_at(bytes, at) << 16;
        out += alphabet[group >> 18];
        out += alphabet[group >> 12 & 63];
    } else if (at + 2 == bytes.size()) {
        const std::uint32_t group = octet_at(bytes, at) << 16 | octet_at(bytes, at + 1) << 8;
        out += alphabet[group >> 18];
        out += alphabet[group >> 12 & 63];
        out += alphabet[group >> 6 & 63];
    }
    return out;
}

std::array<std::int8_t, 256> reverse(std::string_view alphabet) {
    std::array<std::int8_t, 256> digits{};
    digits.fill(-1);
    for (std::size_t at = 0; at < alphabet.size(); ++at) {
        digits[static_cast<unsigned char>(alphabet[at])] = static_cast<std::int8_t>(at);
    }
    return digits;
}

// `text` without padding. Left-over bits must be zero: every byte string has one spelling, so a
// signature cannot be varied without being changed.
std::optional<std::string> decode(std::string_view text,
                                  const std::array<std::int8_t, 256>& digits) {
    if (text.size() % 4 == 1) return std::nullopt;
    std::string out;
    out.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
        const std::int8_t digit = digits[static_cast<unsigned char>(c)];
        if (digit < 0) return std::nullopt;
        bits = bits << 6 | static_cast<std::uint32_t>(digit);
        count += 6;
        if (count >= 8) {
            count -= 8;
            out += static_cast<char>(bits >> count & 0xff);
            bits &= (1U << count) - 1;
        }
    }
    if (bits != 0) return std::nullopt;
    return out;
}

}  // namespace

// The one-shot SHA256() of OpenSSL 3 looks the algorithm up at every call, which costs six times
// what hashing a name does (335 against 57 ns); these do not.
Sha256 sha256(std::string_view bytes) {
    Sha256 out{};
    SHA256_CTX state;
    const bool made = SHA256_Init(&state) == 1 &&
                      SHA256_Update(&state, bytes.data(), bytes.size()) == 1 &&
                      SHA256_Final(out.data(), &state) == 1;
    ENSURE(made, "OpenSSL could not make a SHA-256");
    return out;
}

Sha256 hmac_sha256(std::string_view key, std::string_view bytes) {
    Sha256 out{};
    hmac(EVP_sha256(), key, bytes, out.data(), static_cast<unsigned int>(out.size()));
    return out;
}

std::string hmac_sha1(std::string_view key, std::string_view bytes) {
    std::array<unsigned char, 20> out{};
    hmac(EVP_sha1(), key, bytes, out.data(), static_cast<unsigned int>(out.size()));
    return {reinterpret_cast<const char*>(out.data()), out.size()};
}

bool equal_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::uint64_t hash64(std::string_view bytes, std::uint64_t seed) {
    return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

std::string to_hex(std::string_view bytes) {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out += kDigits[byte >> 4];
        out += kDigits[byte & 15];
    }
    return out;
}

std::string to_base64(std::string_view bytes) {
    std::string out = encode(bytes, kBase64);
    while (out.size() % 4 != 0)
        out += '=';
    return out;
}

std::optional<std::string> from_base64(std::string_view text) {
    static const std::array<std::int8_t, 256> kDigits = reverse(kBase64);
    if (text.size() % 4 != 0) return std::nullopt;
    for (int padding = 0; padding < 2 && text.ends_with('='); ++padding)
        text.remove_suffix(1);
    return decode(text, kDigits);
}

std::string to_base64url(std::string_view bytes) {
    return encode(bytes, kBase64Url);
}

std::optional<std::string> from_base64url(std::string_view text) {
    static const std::array<std::int8_t, 256> kDigits = reverse(kBase64Url);
    return decode(text, kDigits);
}

}  // namespace journey
