#pragma once
// The room's own: a request on its way from the file to the wire.

#include "connectors/declared/file.h"

namespace journey::connectors::declared {

/// Everything decided, nothing signed.
struct Draft {
    std::string method;
    std::string origin;     // "https://api.shop.example:8443"
    std::string path;       // encoded, begins with "/"
    Form query;             // not encoded
    std::string raw_query;  // of an address that is a setting as a whole
    std::vector<std::pair<std::string, std::string>> headers;
    Form form;  // what `body` was made of, when it is a form
    std::string body;
    std::string basic_user;
    std::string basic_password;
};

/// `invalid`: something does not fit its place.
Result<Draft> draft_of(const Call& call, const Record& data, const std::string& base_url);
HttpRequest request_of(Draft draft);
/// "api.shop.example:8443"
std::string_view host_of(const Draft& draft);
std::string encoded_query(const Form& query);

/// What a signature is made with.
struct Signing {
    std::map<std::string, std::string, std::less<>> parts;
    Instant now{};
    std::string nonce;
    const std::string& part(std::string_view name) const;
};

/// Proves `draft` to be ours.
Result<void> authorize(const Auth& auth, Draft& draft, const Record& data, Instant now,
                       std::string nonce);

void sign_aliyun_rpc(const Signing& signing, Draft& draft);
void sign_aliyun_acs3(const Signing& signing, Draft& draft);
void sign_tencent(const Signing& signing, Draft& draft);
void sign_aws(const Signing& signing, Draft& draft);

/// Hex of SHA-256.
std::string hex_sha256(std::string_view text);
/// "name:value\n" of each, names small and in order, and the names joined by ";".
struct SignedHeaders {
    std::string canonical;
    std::string names;
};
SignedHeaders signed_headers(std::vector<std::pair<std::string, std::string>> headers);
/// Sorted by encoded name and value, as ACS3 and SigV4 want it.
std::string canonical_query(const Form& query);
std::string header_of(const Draft& draft, std::string_view name);

}  // namespace journey::connectors::declared
