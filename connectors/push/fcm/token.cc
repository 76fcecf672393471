#include "connectors/push/fcm/calls.h"

#include <fmt/format.h>

namespace journey::connectors::push {
namespace {

constexpr std::string_view kScope = "https://www.googleapis.com/auth/firebase.messaging";
constexpr std::int64_t kClaimSeconds = 3600;  // Google takes no longer one

std::string text_at(const Record& record, std::string_view name) {
    const Value* found = find(record, name);
    const auto* text = found == nullptr ? nullptr : found->as<std::string>();
    return text == nullptr ? "" : *text;
}

class FcmTokens final : public TokenSource {
  public:
    explicit FcmTokens(ServiceAccount account) : account_(std::move(account)) {}

    std::string_view name() const override { return "fcm"; }

    Result<std::variant<HttpRequest, Token>> ask(Instant now) const override {
        const std::int64_t seconds =
            std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
        Record claims;
        put(claims, "iss", account_.email);
        put(claims, "scope", kScope);
        put(claims, "aud", account_.token_uri);
        put(claims, "iat", seconds);
        put(claims, "exp", seconds + kClaimSeconds);
        TRY(const auto assertion, crypto::make_jwt(account_.key, account_.key_id, claims));
        HttpRequest request;
        request.url = account_.token_uri;
        request.headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                           {"Accept", "application/json"}};
        request.body =
            "grant_type=" + percent_encode("urn:ietf:params:oauth:grant-type:jwt-bearer") +
            "&assertion=" + assertion;
        return std::variant<HttpRequest, Token>(std::move(request));
    }

    Result<Token> read(const Response& response) const override {
        return read_access_token(response, "Google");
    }

    // THIRD_PARTY_AUTH_ERROR is a 401 too: Apple's certificate in Firebase's console is wrong.
    bool refuses(const Response& response) const override {
        return response.answered && response.status == 401 &&
               fcm_error_code(response) != "THIRD_PARTY_AUTH_ERROR";
    }

  private:
    ServiceAccount account_;
};

}  // namespace

Result<ServiceAccount> read_service_account(std::string_view json) {
    const auto parsed = value_from_json(json);
    const Record* file = parsed ? parsed.value().as<Record>() : nullptr;
    if (file == nullptr || text_at(*file, "type") != "service_account") {
        return error(ErrorCode::invalid,
                     "fcm's `service account` is the JSON file of a service account, which "
                     "Firebase's console makes under \"Service accounts\"");
    }
    for (const std::string_view name : {"project_id", "private_key", "client_email"}) {
        if (text_at(*file, name).empty()) {
            return error(ErrorCode::invalid,
                         fmt::format("fcm's `service account` lacks \"{}\"", name));
        }
    }
    TRY(auto key, crypto::PrivateKey::from_pem(text_at(*file, "private_key")));
    if (key.kind() != crypto::KeyKind::rsa) {
        return error(ErrorCode::invalid, "fcm's `service account` holds no RSA key");
    }
    ServiceAccount account{text_at(*file, "project_id"), text_at(*file, "private_key_id"),
                           text_at(*file, "client_email"), text_at(*file, "token_uri"),
                           std::move(key)};
    if (account.token_uri.empty()) account.token_uri = "https://oauth2.googleapis.com/token";
    return account;
}

std::shared_ptr<const TokenSource> make_fcm_tokens(ServiceAccount account) {
    return std::make_shared<FcmTokens>(std::move(account));
}

}  // namespace journey::connectors::push
