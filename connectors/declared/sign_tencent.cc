// Tencent Cloud's TC3-HMAC-SHA256: content-type and host are signed, the key is derived by day and
// service.

#include "connectors/declared/draft.h"

#include <fmt/format.h>

namespace journey::connectors::declared {

void sign_tencent(const Signing& signing, Draft& draft) {
    const std::string date = format_instant(signing.now).substr(0, 10);
    const std::string seconds = std::to_string(
        std::chrono::floor<std::chrono::seconds>(signing.now).time_since_epoch().count());
    const std::string& service = signing.part("service");
    const SignedHeaders headers =
        signed_headers({{"content-type", header_of(draft, "content-type")},
                        {"host", std::string(host_of(draft))}});
    const std::string canonical = fmt::format("{}\n{}\n{}\n{}\n{}\n{}", draft.method, draft.path,
                                              canonical_query(draft.query), headers.canonical,
                                              headers.names, hex_sha256(draft.body));
    const std::string scope = fmt::format("{}/{}/tc3_request", date, service);
    const std::string to_sign =
        fmt::format("TC3-HMAC-SHA256\n{}\n{}\n{}", seconds, scope, hex_sha256(canonical));
    Sha256 key = hmac_sha256("TC3" + signing.part("secret"), date);
    for (const std::string_view step : {std::string_view(service), std::string_view("tc3_request")})
        key = hmac_sha256(view_of(key), step);
    draft.headers.emplace_back("X-TC-Action", signing.part("action"));
    draft.headers.emplace_back("X-TC-Version", signing.part("version"));
    draft.headers.emplace_back("X-TC-Timestamp", seconds);
    if (!signing.part("region").empty())
        draft.headers.emplace_back("X-TC-Region", signing.part("region"));
    draft.headers.emplace_back(
        "Authorization",
        fmt::format("TC3-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={}",
                    signing.part("key id"), scope, headers.names,
                    to_hex(view_of(hmac_sha256(view_of(key), to_sign)))));
}

}  // namespace journey::connectors::declared
