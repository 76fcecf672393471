#pragma once
// The room's own: what the connector is made of.

#include "connectors/crypto/crypto.h"
#include "connectors/push/fcm/config.h"

namespace journey::connectors::push {

/// What of the service account's file matters.
struct ServiceAccount {
    std::string project_id;
    std::string key_id;
    std::string email;
    std::string token_uri;
    crypto::PrivateKey key;
};
Result<ServiceAccount> read_service_account(std::string_view json);

/// Google's OAuth2 for service accounts: a signed claim is exchanged for a token of an hour.
std::shared_ptr<const TokenSource> make_fcm_tokens(ServiceAccount account);

Result<Request> fcm_request(const FcmConfig& config,
                            const std::shared_ptr<const TokenSource>& tokens,
                            const Message& message);
/// {"error": {"details": [{"errorCode": "UNREGISTERED"}]}}: Firebase's own word, "" without one.
std::string fcm_error_code(const Response& response);
model::Observation observe_fcm(const Response& response);

}  // namespace journey::connectors::push
