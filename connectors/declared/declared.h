#pragma once
// The door of connectors/declared: a provider described by one YAML file becomes a connector. The
// format's reference is README.md; what ships is in providers/.

#include "connectors/api/api.h"

#include <map>
#include <span>

namespace journey::connectors::declared {

/// A provider file, read and checked. Immutable, shared.
struct Provider;
using ProviderPtr = std::shared_ptr<const Provider>;

/// What the provider wants to be told in the configuration.
struct Need {
    std::string name;  // "access key id"
    bool secret = false;
    bool document = false;  // a secret of many lines: a service account's key file
    bool required = false;
    std::string fallback;
    std::string example;
    std::string about;
};

/// What a person wants to know of a provider before using it.
struct Facts {
    std::string name;
    std::string title;
    std::string docs;  // the provider's own page
    Traits traits;
    bool receipts = false;
    bool named_by_provider = false;  // its reports know a message only by its own name for it
    bool hears_texts = false;        // it tells what people text
    bool templates = false;          // the provider keeps the texts; a message names one of them
    std::vector<Need> needs;
};
const Facts& facts_of(const Provider& provider);

/// `invalid`: "FILE:LINE: `place`: what is wrong and what belongs there".
Result<ProviderPtr> read_provider(const std::string& text, const std::string& file);
/// The same from disk; `not_found` when it is not there.
Result<ProviderPtr> load_provider(const std::string& path);

/// The names of the files that ship, in order.
std::vector<std::string> shipped_names();
/// `not_found` names what is near.
Result<ProviderPtr> shipped_provider(std::string_view name);

/// How one account uses a provider.
struct Use {
    std::map<std::string, std::string, std::less<>> settings;  // by Need::name
    std::map<std::string, std::string, std::less<>>
        templates;         // the journey's name, the provider's
    std::string base_url;  // instead of scheme and host of every request, for mocks
    std::uint32_t parallel = 16;
};

/// `invalid` names the setting that is missing or malformed.
Result<std::unique_ptr<Connector>> make_declared(ProviderPtr provider, Use use);

/// Reads what the provider calls us with; null when the file says nothing about that.
Result<std::unique_ptr<InboundReader>> make_reader(ProviderPtr provider, const Use& use);

/// One request of a made-up message with made-up settings, as text for people. No secret is in it,
/// because none was given.
Result<std::string> show_sample(const ProviderPtr& provider);

}  // namespace journey::connectors::declared
