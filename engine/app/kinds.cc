#include "engine/app/kinds.h"

#include <array>
#include <filesystem>
#include <fmt/format.h>

namespace journey::app {
namespace {

namespace declared = connectors::declared;
using settings::Setting;

constexpr auto kBuiltIn = std::to_array<BuiltIn>({
    {"email", "smtp", "neither",
     "url, user, password (secret), from, reply to, return path, require tls, feedback id, dkim, "
     "bounces, domains, warm up"},
    {"sms", "twilio", "neither",
     "account sid, auth token (secret), key sid, sender, help, help zh"},
    {"push", "apns", "collapsible",
     "key (secret), key id, team id, topic, sound, hurry, keep seconds"},
    {"push", "fcm", "collapsible", "service account (secret), project id, priority, keep seconds"},
    {"push", "web push", "collapsible",
     "private key (secret), public key, contact, urgency, keep seconds, more hosts"},
    {"push", "onesignal", "keyed, 30d", "app id, api key (secret)"},
    {"webhook", "signed", "keyed", "url, secrets (secret)"},
});

std::vector<std::string> kinds_of(std::string_view channel) {
    std::vector<std::string> out;
    for (const BuiltIn& one : kBuiltIn) {
        if (one.channel == channel) out.emplace_back(one.kind);
    }
    for (const std::string& name : declared::shipped_names()) {
        const auto provider = declared::shipped_provider(name);
        if (provider && declared::facts_of(*provider.value()).traits.channel == channel)
            out.push_back(name);
    }
    return out;
}

void complain_of_kind(const Setting& at, const std::string& channel, const std::string& kind) {
    const auto kinds = kinds_of(channel);
    const auto near = did_you_mean(kind, kinds);
    if (!near.empty()) {
        at.complain(fmt::format("there is no connector `{}` for {}; did you mean `{}`?", kind,
                                channel, near.front()));
    } else {
        at.complain(
            fmt::format("there is no connector `{}` for {}; there are: {}; or the path of "
                        "a provider's file, like ./providers/acme.yaml",
                        kind, channel, fmt::join(kinds, ", ")));
    }
}

bool is_path(const std::string& kind) {
    return kind.find('/') != std::string::npos || kind.ends_with(".yaml") || kind.ends_with(".yml");
}

declared::Use use_from(const Setting& setting, const declared::Facts& facts) {
    declared::Use use;
    for (const declared::Need& need : facts.needs) {
        const Setting said = setting[need.name];
        use.settings[need.name] = need.secret ? said.secret() : said.text();
    }
    if (facts.templates) {
        for (const auto& [name, id] : setting["templates"].entries())
            use.templates[name] = id.text();
    }
    use.base_url = setting["base"].text();
    use.parallel = static_cast<std::uint32_t>(setting["parallel"].number(use.parallel));
    return use;
}

}  // namespace

std::span<const BuiltIn> built_in_connectors() {
    return kBuiltIn;
}

Result<declared::ProviderPtr> find_provider(const std::string& kind, const std::string& directory) {
    if (!is_path(kind)) return declared::shipped_provider(kind);
    return declared::load_provider((std::filesystem::path(directory) / kind).string());
}

void declared_from(const Setting& setting, const std::string& directory, runtime::Route& route,
                   Config& out) {
    const std::string& channel = route.channel;
    const Setting said = setting["kind"];
    const std::string kind = said.text();
    auto provider = find_provider(kind, directory);
    if (!provider) {
        if (is_path(kind))
            said.complain(provider.error().detail);
        else
            complain_of_kind(said, channel, kind);
        return;
    }
    const declared::Facts& facts = declared::facts_of(*provider.value());
    if (facts.traits.channel != channel) {
        said.complain(
            fmt::format("{} is for {}, not for {}", facts.name, facts.traits.channel, channel));
        return;
    }
    const declared::Use use = use_from(setting, facts);
    auto reader = declared::make_reader(provider.value(), use);
    auto made = declared::make_declared(provider.value(), use);
    if (!made || !reader) {
        setting.complain(made ? reader.error().detail : made.error().detail);
        return;
    }
    if (reader.value()) out.http.readers[channel] = std::move(reader).value();
    route.named_by_provider = facts.named_by_provider;
    route.hears_texts = facts.hears_texts && channel == "sms";
    route.connector = std::move(made).value();
}

}  // namespace journey::app
