// Alibaba Cloud's two signatures.
//   RPC 1.0   every field of query and form, sorted, in one HMAC-SHA1; the signature is a field
//   ACS3      canonical request as AWS has it, HMAC-SHA256 with the secret itself; a header

#include "connectors/declared/draft.h"

#include <fmt/format.h>

namespace journey::connectors::declared {
namespace {

/// "2026-03-02T09:00:00Z"
std::string seconds_text(Instant at) {
    return format_instant(at).substr(0, 19) + "Z";
}

}  // namespace

void sign_aliyun_rpc(const Signing& signing, Draft& draft) {
    const Form ours = {{"AccessKeyId", signing.part("key id")},
                       {"SignatureMethod", "HMAC-SHA1"},
                       {"SignatureNonce", signing.nonce},
                       {"SignatureVersion", "1.0"},
                       {"Timestamp", seconds_text(signing.now)}};
    draft.query.insert(draft.query.end(), ours.begin(), ours.end());
    Form all = draft.query;
    all.insert(all.end(), draft.form.begin(), draft.form.end());
    const std::string to_sign = fmt::format("{}&{}&{}", draft.method, percent_encode("/"),
                                            percent_encode(canonical_query(all)));
    draft.query.emplace_back("Signature",
                             to_base64(hmac_sha1(signing.part("secret") + "&", to_sign)));
}

void sign_aliyun_acs3(const Signing& signing, Draft& draft) {
    const std::string hash = hex_sha256(draft.body);
    std::vector<std::pair<std::string, std::string>> ours = {
        {"x-acs-action", signing.part("action")},
        {"x-acs-content-sha256", hash},
        {"x-acs-date", seconds_text(signing.now)},
        {"x-acs-signature-nonce", signing.nonce},
        {"x-acs-version", signing.part("version")}};
    draft.headers.insert(draft.headers.end(), ours.begin(), ours.end());
    ours.emplace_back("host", host_of(draft));
    if (const std::string type = header_of(draft, "content-type"); !type.empty())
        ours.emplace_back("content-type", type);
    const SignedHeaders headers = signed_headers(std::move(ours));
    const std::string canonical =
        fmt::format("{}\n{}\n{}\n{}\n{}\n{}", draft.method, draft.path,
                    canonical_query(draft.query), headers.canonical, headers.names, hash);
    const std::string to_sign = "ACS3-HMAC-SHA256\n" + hex_sha256(canonical);
    draft.headers.emplace_back(
        "Authorization",
        fmt::format("ACS3-HMAC-SHA256 Credential={},SignedHeaders={},Signature={}",
                    signing.part("key id"), headers.names,
                    to_hex(view_of(hmac_sha256(signing.part("secret"), to_sign)))));
}

}  // namespace journey::connectors::declared
