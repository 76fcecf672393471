#include "connectors/email/dkim/dkim.h"

#include "connectors/email/dkim/canonical.h"

#include <fmt/format.h>

namespace journey::connectors::dkim {
namespace {

// Signed once more than they occur: another one added on the way breaks the signature.
constexpr std::array<std::string_view, 14> kSealed{"from",
                                                   "to",
                                                   "cc",
                                                   "subject",
                                                   "date",
                                                   "message-id",
                                                   "reply-to",
                                                   "mime-version",
                                                   "content-type",
                                                   "content-transfer-encoding",
                                                   "list-id",
                                                   "list-unsubscribe",
                                                   "list-unsubscribe-post",
                                                   "sender"};
// Signed when they are there.
constexpr std::array<std::string_view, 4> kCovered{"feedback-id", "auto-submitted", "precedence",
                                                   "x-journey-reference"};

constexpr std::size_t kRsaDerLeast = 290;  // SubjectPublicKeyInfo of 2048 bits has 294 bytes

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
}

struct Covered {
    std::string names;  // h=
    std::string bytes;  // canonical
};

// RFC 6376, 5.4.2: a name that stands in h= again means the next header of that name from below;
// one that is not there means that none is.
Covered cover(const SplitMail& mail) {
    Covered out;
    const auto add = [&](std::string_view name, bool seal) {
        for (auto header = mail.headers.rbegin(); header != mail.headers.rend(); ++header) {
            if (lower(header->first) != name) continue;
            out.bytes += relaxed_header(header->first, header->second);
            out.names.append(name).append(":");
        }
        if (seal) out.names.append(name).append(":");
    };
    for (const std::string_view name : kSealed)
        add(name, true);
    for (const std::string_view name : kCovered)
        add(name, false);
    out.names.pop_back();
    return out;
}

constexpr std::size_t kLineMost = 76;
constexpr std::string_view kFold = "\r\n  ";

// Header names, cut after colons.
std::string folded_names(std::string_view names) {
    std::string out;
    std::size_t column = 4;
    while (!names.empty()) {
        const std::string_view name = names.substr(0, names.find(':') + 1);
        const std::string_view piece = name.empty() ? names : name;
        if (column + piece.size() > kLineMost) {
            out += kFold;
            column = 2;
        }
        out += piece;
        column += piece.size();
        names.remove_prefix(piece.size());
    }
    return out;
}

// Base64, which may be cut anywhere.
std::string folded_base64(std::string_view text) {
    std::string out;
    for (std::size_t column = 4; !text.empty(); column = kFold.size() - 2) {
        const std::string_view piece = text.substr(0, kLineMost - column);
        out += piece;
        text.remove_prefix(piece.size());
        if (!text.empty()) out += kFold;
    }
    return out;
}

bool is_selector(std::string_view text) {
    return !text.empty() && text.size() <= 63 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    });
}

std::string_view algorithm_of(const crypto::PrivateKey& key) {
    return key.kind() == crypto::KeyKind::rsa ? "rsa-sha256" : "ed25519-sha256";
}

}  // namespace

Result<Signer> Signer::make(const std::vector<KeyText>& keys) {
    std::vector<Key> out;
    for (const KeyText& text : keys) {
        const std::string name =
            fmt::format("DKIM key {}._domainkey.{}", text.selector, text.domain);
        if (!is_selector(text.selector) || !is_selector(text.domain)) {
            return error(ErrorCode::invalid,
                         "a DKIM key needs a `domain` like shop.example and a `selector` like a1");
        }
        auto key = crypto::PrivateKey::from_pem(text.pem);
        if (!key) {
            return error(ErrorCode::invalid, fmt::format("{}: {}", name, key.error().detail));
        }
        const auto kind = key.value().kind();
        if (kind == crypto::KeyKind::p256) {
            return error(ErrorCode::invalid,
                         fmt::format("{}: DKIM knows RSA and Ed25519 keys only", name));
        }
        if (kind == crypto::KeyKind::rsa &&
            key.value().public_key().to_der().size() < kRsaDerLeast) {
            return error(ErrorCode::invalid,
                         fmt::format("{}: an RSA key needs at least 2048 bits", name));
        }
        out.push_back({text.domain, text.selector, std::move(key).value()});
    }
    return Signer(std::move(out));
}

Result<std::string> Signer::sign(std::string_view message, Instant at) const {
    const SplitMail mail = split_mail(message);
    const Covered covered = cover(mail);
    const std::string body_hash = to_base64(view_of(sha256(relaxed_body(mail.body))));
    const auto seconds = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
    std::string out;
    for (const Key& one : keys_) {
        const std::string value = fmt::format(
            " v=1; a={}; c=relaxed/relaxed; d={};\r\n s={}; t={};\r\n h={};\r\n bh={};\r\n b=",
            algorithm_of(one.key), one.domain, one.selector, seconds, folded_names(covered.names),
            body_hash);
        std::string bytes = covered.bytes + relaxed_header("DKIM-Signature", value);
        bytes.resize(bytes.size() - 2);  // the signature's own header has no line end
        const bool rsa = one.key.kind() == crypto::KeyKind::rsa;
        // RFC 8463: Ed25519 signs the hash, not the bytes.
        TRY(const std::string signature,
            rsa ? one.key.sign(crypto::Scheme::rsa_sha256, bytes)
                : one.key.sign(crypto::Scheme::ed25519, view_of(sha256(bytes))));
        out.append("DKIM-Signature:").append(value);
        out.append(folded_base64(to_base64(signature))).append("\r\n");
    }
    return out.append(message);
}

std::pair<std::string, std::string> Signer::dns_record(std::size_t index) const {
    const Key& one = keys_.at(index);
    const bool rsa = one.key.kind() == crypto::KeyKind::rsa;
    std::string key = one.key.public_key().to_der();
    // RFC 8463 writes the bare 32 bytes, which stand at the end of the SubjectPublicKeyInfo.
    if (!rsa) key = key.substr(key.size() - 32);
    return {fmt::format("{}._domainkey.{}", one.selector, one.domain),
            fmt::format("v=DKIM1; k={}; p={}", rsa ? "rsa" : "ed25519", to_base64(key))};
}

}  // namespace journey::connectors::dkim
