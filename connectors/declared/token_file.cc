// What the file says about access tokens.

#include "connectors/declared/reading.h"

#include <array>

namespace journey::connectors::declared {
namespace {

constexpr auto kKinds = std::to_array<std::string_view>({"request", "oauth2", "service-account"});
constexpr std::string_view kJwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer";

Pattern fixed(std::string_view text) {
    return Pattern::parse(std::string(text), {}).value();
}

Pattern of_answer(std::string_view name) {
    const std::vector<std::string> known = {"body"};
    return Pattern::parse("{{ body." + std::string(name) + " }}", known).value();
}

Pattern of_token(const std::string& name) {
    const std::vector<std::string> known = {name};
    return Pattern::parse("{{ " + name + " }}", known).value();
}

}  // namespace

std::optional<TokenSpec> Reader::token(const Setting& at) const {
    if (!at.present()) return std::nullopt;
    TokenSpec out;
    const std::string kind = word_of(at["kind"], kKinds);
    out.value = of_answer("access_token");
    out.expires_in = of_answer("expires_in");
    if (kind == "request") {
        out.call = call(at["request"], Place::token);
        out.auth = auth(at["auth"]);
        if (at["value"].present()) out.value = pattern(at["value"], Place::answer);
        if (at["expires in"].present()) out.expires_in = pattern(at["expires in"], Place::answer);
    } else {
        out.call.url = target(at["url"], Place::token);
        out.call.body = BodyKind::form;
        out.scope = pattern(at["scope"], Place::settings);
    }
    if (kind == "oauth2") {
        out.call.form = {{"grant_type", fixed("client_credentials")}, {"scope", out.scope}};
        out.auth.kind = "basic";
        out.auth.parts.emplace("user", needed(at["client id"], Place::settings));
        out.auth.parts.emplace("password", needed(at["client secret"], Place::settings));
    } else if (kind == "service-account") {
        out.assertion_key = needed(at["key"], Place::settings);
        out.call.form = {{"grant_type", fixed(kJwtBearer)}, {"assertion", of_token("assertion")}};
    }
    out.query = at["query"].text();
    out.header = at["header"].text("Authorization");
    out.prefix = at["prefix"].text("Bearer ");
    for (const Setting& item : at["stale"].items())
        out.stale.push_back(condition(item));
    return out;
}

}  // namespace journey::connectors::declared
