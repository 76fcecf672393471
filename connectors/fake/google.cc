// Google as a service account meets it: POST …/token with a claim the account has signed is answered
// with a token for an hour; a message for Firebase without one is not taken.
//
//   the claim is signed by another key, of another account, over, or for longer than an hour
//                                     invalid_grant
//   not for Firebase's messages       invalid_scope
//
// Tokens are made of their claim, so that a run says the same as the one before.

#include "connectors/fake/provider.h"

#include <fmt/format.h>

namespace journey::connectors::fake {
namespace {

constexpr std::string_view kGrant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
constexpr std::string_view kScope = "https://www.googleapis.com/auth/firebase.messaging";
constexpr std::string_view kBearer = "Bearer ";
constexpr std::int64_t kClaimSecondsMost = 3600;
constexpr std::int64_t kClocksDifferSeconds = 300;

std::string text_at(const Record& record, std::string_view name) {
    const Value* found = find(record, name);
    const auto* text = found == nullptr ? nullptr : found->as<std::string>();
    return text == nullptr ? "" : *text;
}

std::int64_t number_at(const Record& record, std::string_view name) {
    const Value* found = find(record, name);
    const auto* number = found == nullptr ? nullptr : found->as<std::int64_t>();
    return number == nullptr ? 0 : *number;
}

std::optional<Record> record_of(std::string_view json) {
    const auto parsed = value_from_json(json);
    const Record* record = parsed ? parsed.value().as<Record>() : nullptr;
    return record == nullptr ? std::nullopt : std::optional(*record);
}

/// What it says, whoever signed it.
std::optional<Record> claims_in(std::string_view token) {
    const std::size_t first = token.find('.');
    const std::size_t second = token.find('.', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) return std::nullopt;
    const auto payload = from_base64url(token.substr(first + 1, second - first - 1));
    return payload ? record_of(*payload) : std::nullopt;
}

std::string field(const Form& form, std::string_view name) {
    for (const auto& [key, value] : form) {
        if (key == name) return value;
    }
    return "";
}

}  // namespace

Result<Google> Google::of(std::string_view account) {
    Google google;
    if (account.empty()) return google;
    const auto file = record_of(account);
    if (!file || text_at(*file, "type") != "service_account")
        return error(ErrorCode::invalid, "the service account's file is none of Google's");
    TRY(const auto key, crypto::PrivateKey::from_pem(text_at(*file, "private_key")));
    google.account_ = Account{text_at(*file, "client_email"), key.public_key()};
    return google;
}

bool Google::is_asked(std::string_view path, std::string_view body) {
    if (!path.substr(0, path.find('?')).ends_with("/token")) return false;
    return field(parse_form(body).value_or(Form{}), "grant_type") == kGrant;
}

std::string_view Google::fault_of(std::string_view assertion, Instant now) const {
    std::optional<Record> claims;
    if (account_) {
        auto read = crypto::read_jwt(account_->key, assertion);
        if (read) claims = std::move(read).value();
    } else {
        claims = claims_in(assertion);
    }
    if (!claims) return "invalid_grant";
    const std::string issuer = text_at(*claims, "iss");
    const std::string audience = text_at(*claims, "aud");
    const bool ours =
        audience.ends_with("/token") && (account_ ? issuer == account_->email : !issuer.empty());
    const std::int64_t seconds =
        std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
    const std::int64_t from = number_at(*claims, "iat");
    const std::int64_t until = number_at(*claims, "exp");
    const bool good = from <= seconds + kClocksDifferSeconds && until > seconds &&
                      until <= from + kClaimSecondsMost;
    if (!ours || !good) return "invalid_grant";
    return text_at(*claims, "scope") == kScope ? "" : "invalid_scope";
}

HttpAnswer Google::exchange(std::string_view body, Instant now) {
    const std::string assertion = field(parse_form(body).value_or(Form{}), "assertion");
    Record answer;
    if (const std::string_view fault = fault_of(assertion, now); !fault.empty()) {
        put(answer, "error", fault);
        return {400, to_json(answer)};
    }
    const std::string token = "sink." + to_hex(view_of(sha256(assertion))).substr(0, 32);
    given_.insert(token);
    put(answer, "access_token", token);
    put(answer, "expires_in", kClaimSecondsMost - 1);
    put(answer, "token_type", "Bearer");
    return {200, to_json(answer)};
}

void Google::look_at(Understood& call, const Headers& headers) const {
    if (call.kind != Understood::Kind::fcm) return;
    const std::string* carried = header_named(headers, "authorization");
    const bool known = carried != nullptr && carried->starts_with(kBearer) &&
                       given_.contains(std::string_view(*carried).substr(kBearer.size()));
    if (!known) call.refusal = firebase_error(401, "UNAUTHENTICATED", "");
}

HttpAnswer firebase_error(int status, std::string_view word, std::string_view code) {
    Record inner;
    put(inner, "code", status);
    put(inner, "message", "refused by the sink");
    put(inner, "status", word);
    if (!code.empty()) {
        Record detail;
        put(detail, "@type", "type.googleapis.com/google.firebase.fcm.v1.FcmError");
        put(detail, "errorCode", code);
        put(inner, "details", List{Value(std::move(detail))});
    }
    Record body;
    put(body, "error", std::move(inner));
    return {status, to_json(body)};
}

}  // namespace journey::connectors::fake
