#include "connectors/crypto/crypto.h"
#include "connectors/declared/connector.h"

#include <charconv>
#include <fmt/format.h>

namespace journey::connectors::declared {
namespace {

constexpr std::int64_t kAssertionSeconds = 3600;

/// A JSON Web Token by which a service account asks for a token (RFC 7523).
Result<std::string> assertion_of(const TokenSpec& spec, const Record& data,
                                 const std::string& audience, Instant now) {
    TRY(const std::string source, spec.assertion_key.text(data));
    auto parsed = value_from_json(source);
    const Record* file = parsed ? parsed.value().as<Record>() : nullptr;
    if (file == nullptr)
        return error(ErrorCode::invalid,
                     "the service account's key is not the JSON file that the "
                     "provider gave out");
    const auto text_at = [&](std::string_view name) {
        const Value* found = find(*file, name);
        return found == nullptr ? std::string() : text_of(*found);
    };
    TRY(const auto key, crypto::PrivateKey::from_pem(text_at("private_key")));
    TRY(const std::string scope, spec.scope.text(data));
    const std::int64_t seconds =
        std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
    Record claims;
    put(claims, "iss", text_at("client_email"));
    put(claims, "scope", scope);
    put(claims, "aud", audience);
    put(claims, "iat", seconds);
    put(claims, "exp", seconds + kAssertionSeconds);
    return crypto::make_jwt(key, text_at("private_key_id"), claims);
}

class DeclaredToken final : public TokenSource {
  public:
    DeclaredToken(ProviderPtr provider, const Use& use, const Record& settings)
        : provider_(std::move(provider)), base_url_(use.base_url), settings_(settings) {}

    std::string_view name() const override { return provider_->facts.name; }

    Result<std::variant<HttpRequest, Token>> ask(Instant now) const override {
        const TokenSpec& spec = *provider_->token;
        Record data;
        put(data, "settings", settings_);
        put(data, "now", now);
        if (spec.assertion_key.given()) {
            TRY(const Draft real, draft_of(spec.call, data, ""));
            TRY(std::string assertion, assertion_of(spec, data, real.origin + real.path, now));
            put(data, "assertion", std::move(assertion));
        }
        TRY(Draft draft, draft_of(spec.call, data, base_url_));
        TRY(authorize(spec.auth, draft, data, now,
                      hex_sha256(std::to_string(micros_of(now))).substr(0, 32)));
        return std::variant<HttpRequest, Token>(request_of(std::move(draft)));
    }

    Result<Token> read(const Response& response) const override {
        const auto seen = observe_http(response, model::IdempotencyClass::collapsible);
        if (seen.kind == model::ObservationKind::retry) return error(ErrorCode::retry, seen.reason);
        const Record data = answer_data(response);
        const TokenSpec& spec = *provider_->token;
        TRY(std::string text, spec.value.text(data));
        TRY(const std::string seconds, spec.expires_in.text(data));
        if (text.empty() || !check_header_value(text, "the token"))
            return error(ErrorCode::refused,
                         fmt::format("{} gave no access token; are the credentials right?",
                                     provider_->facts.title));
        std::int64_t number = 0;
        std::from_chars(seconds.data(), seconds.data() + seconds.size(), number);
        number = std::clamp<std::int64_t>(number, 60, 86'400);
        return Token{std::move(text), std::chrono::seconds(number)};
    }

    bool refuses(const Response& response) const override {
        const auto& stale = provider_->token->stale;
        if (stale.empty()) return TokenSource::refuses(response);
        if (!response.answered) return false;
        const Record data = answer_data(response);
        return std::any_of(stale.begin(), stale.end(),
                           [&](const Condition& one) { return one.holds(response.status, data); });
    }

  private:
    ProviderPtr provider_;
    std::string base_url_;
    Record settings_;
};

}  // namespace

std::shared_ptr<const TokenSource> make_token(ProviderPtr provider, const Use& use,
                                              const Record& settings) {
    if (!provider->token) return nullptr;
    return std::make_shared<const DeclaredToken>(std::move(provider), use, settings);
}

}  // namespace journey::connectors::declared
