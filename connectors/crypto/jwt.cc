// BASE64URL(header) "." BASE64URL(claims) "." BASE64URL(signature of all before), RFC 7515.

#include "connectors/crypto/crypto.h"

namespace journey::connectors::crypto {
namespace {

struct Algorithm {
    std::string_view name;
    Scheme scheme;
};

Algorithm algorithm_of(KeyKind kind) {
    switch (kind) {
        case KeyKind::rsa:
            return {"RS256", Scheme::rsa_sha256};
        case KeyKind::p256:
            return {"ES256", Scheme::p256_raw};
        case KeyKind::ed25519:
            return {"EdDSA", Scheme::ed25519};
    }
    ENSURE(false, "a key has an algorithm");
}

std::optional<Record> part(std::string_view text) {
    const auto bytes = from_base64url(text);
    if (!bytes) return std::nullopt;
    auto parsed = value_from_json(*bytes);
    const Record* record = parsed ? parsed.value().as<Record>() : nullptr;
    return record == nullptr ? std::nullopt : std::optional(*record);
}

}  // namespace

Result<std::string> make_jwt(const PrivateKey& key, std::string_view key_id, const Record& claims) {
    const Algorithm algorithm = algorithm_of(key.kind());
    Record header;
    put(header, "typ", "JWT");
    put(header, "alg", std::string(algorithm.name));
    if (!key_id.empty()) put(header, "kid", std::string(key_id));
    std::string token = to_base64url(to_json(header)) + "." + to_base64url(to_json(claims));
    TRY(const auto signature, key.sign(algorithm.scheme, token));
    token += ".";
    token += to_base64url(signature);
    return token;
}

Result<Record> read_jwt(const PublicKey& key, std::string_view token) {
    const std::size_t first = token.find('.');
    const std::size_t last = token.rfind('.');
    if (first == std::string_view::npos || first == last) {
        return error(ErrorCode::invalid, "a signed web token has three parts with dots between");
    }
    const auto header = part(token.substr(0, first));
    auto claims = part(token.substr(first + 1, last - first - 1));
    const auto signature = from_base64url(token.substr(last + 1));
    if (!header || !claims || !signature) {
        return error(ErrorCode::invalid, "the signed web token cannot be read");
    }
    const Algorithm algorithm = algorithm_of(key.kind());
    const Value* named = find(*header, "alg");
    const auto* name = named == nullptr ? nullptr : named->as<std::string>();
    if (name == nullptr || *name != algorithm.name ||
        !key.verify(algorithm.scheme, token.substr(0, last), *signature)) {
        return error(ErrorCode::refused, "the signed web token was not made with this key");
    }
    return std::move(*claims);
}

}  // namespace journey::connectors::crypto
