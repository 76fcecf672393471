// journey connectors: which there are, and whether a provider's file is sound.

#include "dsl/translate/translate.h"
#include "engine/app/commands.h"
#include "engine/app/kinds.h"
#include "engine/app/project.h"

#include <fmt/format.h>

namespace journey::app {
namespace {

namespace declared = connectors::declared;

std::string_view word_of(model::IdempotencyClass idempotency) {
    switch (idempotency) {
        case model::IdempotencyClass::keyed:
            return "keyed";
        case model::IdempotencyClass::queryable:
            return "queryable";
        case model::IdempotencyClass::collapsible:
            return "collapsible";
        case model::IdempotencyClass::neither:
            break;
    }
    return "neither";
}

std::string class_of(const connectors::Traits& traits) {
    const auto minutes =
        std::chrono::duration_cast<std::chrono::minutes>(traits.key_window).count();
    const std::string word(word_of(traits.idempotency));
    if (minutes == 0) return word;
    return minutes % 60 == 0 ? fmt::format("{}, {}h", word, minutes / 60)
                             : fmt::format("{}, {}m", word, minutes);
}

std::string settings_of(const declared::Facts& facts) {
    std::string out;
    for (const declared::Need& need : facts.needs) {
        if (!out.empty()) out += ", ";
        out += need.name;
        if (need.secret) out += " (secret)";
        if (!need.required) out += '?';
    }
    if (facts.templates) out += ", templates?";
    return out;
}

void print_row(std::string_view channel, std::string_view kind, std::string_view idempotency,
               std::string_view settings) {
    fmt::print("{:<8} {:<25} {:<14} {}\n", channel, kind, idempotency, settings);
}

int list_connectors(const translate::Speech& say) {
    print_row(say.words("CHANNEL"), say.words("KIND"), say.words("REPEATS"), say.words("SETTINGS"));
    std::vector<declared::ProviderPtr> providers;
    for (const std::string& name : declared::shipped_names()) {
        auto provider = declared::shipped_provider(name);
        if (!provider) return fail(provider.error());
        providers.push_back(std::move(provider).value());
    }
    for (const std::string_view channel : {"email", "sms", "push", "webhook"}) {
        for (const BuiltIn& one : built_in_connectors()) {
            if (one.channel == channel)
                print_row(one.channel, one.kind, one.idempotency, one.settings);
        }
        for (const auto& provider : providers) {
            const declared::Facts& facts = declared::facts_of(*provider);
            if (facts.traits.channel == channel)
                print_row(channel, facts.name, class_of(facts.traits), settings_of(facts));
        }
    }
    fmt::print("{}", say("\n`?` may be left out. `journey connectors check NAME` shows a request, "
                         "and a file of your own can be a kind: connectors/declared/README.md.\n"));
    return 0;
}

}  // namespace

int connectors_command(const ConnectorsOptions& options) {
    const translate::Speech say(translate::language_of_environment());
    if (options.check.empty()) return list_connectors(say);
    const auto provider = find_provider(options.check, "");
    if (!provider) return fail(provider.error());
    const declared::Facts& facts = declared::facts_of(*provider.value());
    const auto sample = declared::show_sample(provider.value());
    if (!sample) return fail(sample.error());
    fmt::print("{}", say("{}: {}, for {}. Repeats: {}, checked on {}.\n", facts.name, facts.title,
                         facts.traits.channel, class_of(facts.traits), facts.traits.checked_on));
    fmt::print("{}", say("Settings: {}.\n", settings_of(facts)));
    fmt::print("{}", facts.receipts ? say("It reads what the provider reports.\n")
                                    : say("It does not read what the provider reports.\n"));
    fmt::print("{}\n{}", say("A made-up message with made-up settings:\n"), sample.value());
    return 0;
}

}  // namespace journey::app
