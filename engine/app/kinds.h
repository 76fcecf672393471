#pragma once
// The connectors there are, by the word that `kind` takes: rooms of their own, and what files
// declare.

#include "connectors/declared/declared.h"
#include "engine/app/config.h"

namespace journey::app {

/// A connector with a room of its own.
struct BuiltIn {
    std::string_view channel;
    std::string_view kind;
    std::string_view idempotency;  // "keyed, 30d"
    std::string_view settings;     // "user, password (secret)"
};
std::span<const BuiltIn> built_in_connectors();

/// A file when it looks like one (relative to `directory`), else one that ships.
Result<connectors::declared::ProviderPtr> find_provider(const std::string& kind,
                                                        const std::string& directory);

/// Reads the settings that the provider wants, adds the reader of its receipts to `out`, and makes
/// the route's connector; none when something is wrong, which the Setting keeps.
void declared_from(const settings::Setting& setting, const std::string& directory,
                   runtime::Route& route, Config& out);

}  // namespace journey::app
