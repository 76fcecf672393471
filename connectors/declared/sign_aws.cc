// AWS Signature Version 4, for every service but S3: the path is encoded a second time, and the
// body's hash is in the signature only.

#include "connectors/declared/draft.h"

#include <fmt/format.h>

namespace journey::connectors::declared {
namespace {

/// "20260302T090000Z"
std::string basic_time(Instant at) {
    std::string out;
    for (const char c : format_instant(at).substr(0, 19)) {
        if (c != '-' && c != ':') out += c;
    }
    return out + "Z";
}

std::string encoded_again(std::string_view path) {
    std::string out;
    while (!path.empty()) {
        const std::size_t end = path.find('/');
        out += percent_encode(path.substr(0, end));
        if (end == std::string_view::npos) break;
        out += '/';
        path.remove_prefix(end + 1);
    }
    return out;
}

}  // namespace

void sign_aws(const Signing& signing, Draft& draft) {
    const std::string time = basic_time(signing.now);
    const std::string date = time.substr(0, 8);
    std::vector<std::pair<std::string, std::string>> ours = {{"X-Amz-Date", time}};
    if (!signing.part("session token").empty())
        ours.emplace_back("X-Amz-Security-Token", signing.part("session token"));
    draft.headers.insert(draft.headers.end(), ours.begin(), ours.end());
    ours.emplace_back("host", host_of(draft));
    if (const std::string type = header_of(draft, "content-type"); !type.empty())
        ours.emplace_back("content-type", type);
    const SignedHeaders headers = signed_headers(std::move(ours));
    const std::string canonical = fmt::format(
        "{}\n{}\n{}\n{}\n{}\n{}", draft.method, encoded_again(draft.path),
        canonical_query(draft.query), headers.canonical, headers.names, hex_sha256(draft.body));
    const std::string scope =
        fmt::format("{}/{}/{}/aws4_request", date, signing.part("region"), signing.part("service"));
    const std::string to_sign =
        fmt::format("AWS4-HMAC-SHA256\n{}\n{}\n{}", time, scope, hex_sha256(canonical));
    Sha256 key = hmac_sha256("AWS4" + signing.part("secret"), date);
    for (const std::string_view step :
         {std::string_view(signing.part("region")), std::string_view(signing.part("service")),
          std::string_view("aws4_request")})
        key = hmac_sha256(view_of(key), step);
    draft.headers.emplace_back(
        "Authorization",
        fmt::format("AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={}",
                    signing.part("key id"), scope, headers.names,
                    to_hex(view_of(hmac_sha256(view_of(key), to_sign)))));
}

}  // namespace journey::connectors::declared
