#pragma once
// The room's own: the connector's two halves.

#include "connectors/declared/draft.h"

namespace journey::connectors::declared {

struct Account {
    ProviderPtr provider;
    Use use;
    Record settings;  // by underscored names
    std::shared_ptr<const TokenSource> token;
};

Result<Request> declared_request(const Account& account, const Message& message);
model::Observation observe_declared(const Provider& provider, const Response& response);
/// status, headers, body, text: what rules and patterns of an answer look at.
Record answer_data(const Response& response);

std::shared_ptr<const TokenSource> make_token(ProviderPtr provider, const Use& use,
                                              const Record& settings);
/// By underscored names. `invalid` names a required one that is missing.
Result<Record> settle(const Provider& provider, const Use& use);

}  // namespace journey::connectors::declared
