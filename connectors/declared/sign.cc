// What the ways to sign have in common.

#include "connectors/declared/draft.h"

namespace journey::connectors::declared {
namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

std::string trimmed(std::string_view text) {
    while (text.starts_with(' '))
        text.remove_prefix(1);
    while (text.ends_with(' '))
        text.remove_suffix(1);
    return std::string(text);
}

}  // namespace

const std::string& Signing::part(std::string_view name) const {
    static const std::string kNone;
    const auto found = parts.find(name);
    return found == parts.end() ? kNone : found->second;
}

std::string hex_sha256(std::string_view text) {
    return to_hex(view_of(sha256(text)));
}

SignedHeaders signed_headers(std::vector<std::pair<std::string, std::string>> headers) {
    for (auto& [name, value] : headers) {
        name = lower(name);
        value = trimmed(value);
    }
    std::sort(headers.begin(), headers.end());
    SignedHeaders out;
    for (const auto& [name, value] : headers) {
        out.canonical += name + ":" + value + "\n";
        out.names += (out.names.empty() ? "" : ";") + name;
    }
    return out;
}

std::string canonical_query(const Form& query) {
    Form encoded;
    for (const auto& [name, value] : query)
        encoded.emplace_back(percent_encode(name), percent_encode(value));
    std::sort(encoded.begin(), encoded.end());
    std::string out;
    for (const auto& [name, value] : encoded)
        out += (out.empty() ? "" : "&") + name + "=" + value;
    return out;
}

std::string header_of(const Draft& draft, std::string_view name) {
    for (const auto& [one, value] : draft.headers) {
        if (lower(one) == name) return value;
    }
    return "";
}

Result<void> authorize(const Auth& auth, Draft& draft, const Record& data, Instant now,
                       std::string nonce) {
    Signing signing;
    signing.now = now;
    signing.nonce = std::move(nonce);
    for (const auto& [name, pattern] : auth.parts) {
        TRY(std::string text, pattern.text(data));
        TRY(check_header_value(text, name));
        signing.parts.emplace(name, std::move(text));
    }
    if (auth.kind == "basic") {
        draft.basic_user = signing.part("user");
        draft.basic_password = signing.part("password");
    } else if (auth.kind == "bearer") {
        draft.headers.emplace_back("Authorization", "Bearer " + signing.part("token"));
    } else if (auth.kind == "header") {
        draft.headers.emplace_back(signing.part("name"), signing.part("value"));
    } else if (auth.kind == "aliyun-rpc") {
        sign_aliyun_rpc(signing, draft);
    } else if (auth.kind == "aliyun-acs3") {
        sign_aliyun_acs3(signing, draft);
    } else if (auth.kind == "tencent-tc3") {
        sign_tencent(signing, draft);
    } else if (auth.kind == "aws-sigv4") {
        sign_aws(signing, draft);
    }
    return success();
}

}  // namespace journey::connectors::declared
