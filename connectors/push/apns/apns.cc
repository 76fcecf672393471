#include "connectors/push/apns/apns.h"

#include "connectors/crypto/crypto.h"
#include "connectors/push/apns/calls.h"

#include <fmt/format.h>

namespace journey::connectors::push {
namespace {

// Apple takes a token for an hour, and a new one at most every 20 minutes.
constexpr Micros kTokenGoodFor = std::chrono::minutes(50);

class ApnsTokens final : public TokenSource {
  public:
    ApnsTokens(crypto::PrivateKey key, std::string key_id, std::string team_id)
        : key_(std::move(key)), key_id_(std::move(key_id)), team_id_(std::move(team_id)) {}

    std::string_view name() const override { return "apns"; }

    Result<std::variant<HttpRequest, Token>> ask(Instant now) const override {
        Record claims;
        put(claims, "iss", team_id_);
        put(claims, "iat",
            std::int64_t{std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count()});
        TRY(auto token, crypto::make_jwt(key_, key_id_, claims));
        return std::variant<HttpRequest, Token>(Token{std::move(token), kTokenGoodFor});
    }

    Result<Token> read(const Response&) const override {
        return error(ErrorCode::invalid, "Apple is never asked for a token");
    }

    bool refuses(const Response& response) const override {
        return response.answered && response.status == 403 &&
               apns_reason(response) == "ExpiredProviderToken";
    }

  private:
    crypto::PrivateKey key_;
    std::string key_id_;
    std::string team_id_;
};

class Apns final : public Connector {
  public:
    Apns(const ApnsConfig& config, std::shared_ptr<const TokenSource> tokens)
        : config_(config), tokens_(std::move(tokens)) {
        traits_.name = "apns";
        traits_.channel = "push";
        traits_.idempotency = model::IdempotencyClass::collapsible;
        traits_.checked_on = "2026-11-22";
        traits_.parallel = config.parallel;
    }
    const Traits& traits() const override { return traits_; }
    Result<Request> request(const Message& message) const override {
        return apns_request(config_, tokens_, message);
    }
    model::Observation observe(const Response& response) const override {
        return observe_apns(response);
    }

  private:
    ApnsConfig config_;
    std::shared_ptr<const TokenSource> tokens_;
    Traits traits_;
};

}  // namespace

Result<std::unique_ptr<Connector>> make_apns(const ApnsConfig& config) {
    struct Needed {
        const std::string& text;
        std::string_view name;
    };
    for (const Needed& one : {Needed{config.key, "key"}, Needed{config.key_id, "key id"},
                              Needed{config.team_id, "team id"}, Needed{config.topic, "topic"}}) {
        if (one.text.empty()) {
            return error(ErrorCode::invalid, fmt::format("apns needs `{}`", one.name));
        }
    }
    TRY(check_header_value(config.topic, "apns's `topic`"));
    TRY(auto key, crypto::PrivateKey::from_pem(config.key));
    if (key.kind() != crypto::KeyKind::p256) {
        return error(ErrorCode::invalid,
                     "apns's `key` is the .p8 file of Apple's developer page, an EC key");
    }
    ApnsConfig settled = config;
    settled.key.clear();
    while (settled.base_url.ends_with('/'))
        settled.base_url.pop_back();
    auto tokens = std::make_shared<ApnsTokens>(std::move(key), config.key_id, config.team_id);
    return std::unique_ptr<Connector>(std::make_unique<Apns>(settled, std::move(tokens)));
}

}  // namespace journey::connectors::push
