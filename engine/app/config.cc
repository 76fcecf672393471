#include "engine/app/config.h"

#include "connectors/inbound/inbound.h"
#include "connectors/push/apns/apns.h"
#include "connectors/push/fcm/fcm.h"
#include "connectors/push/onesignal/onesignal.h"
#include "connectors/push/webpush/webpush.h"
#include "connectors/sms/twilio/twilio.h"
#include "connectors/webhook/fetch/fetch.h"
#include "connectors/webhook/signed/signed.h"
#include "engine/app/config_mail.h"
#include "engine/app/kinds.h"
#include "engine/app/machine_memory.h"
#include "engine/app/reports.h"

#include <filesystem>
#include <fmt/format.h>
#include <fstream>

namespace journey::app {
namespace {

using settings::Setting;

using ConnectorPtr = std::shared_ptr<const connectors::Connector>;

/// What the connector itself has against its settings is said at the place in the file.
ConnectorPtr checked(const Setting& setting, Result<std::unique_ptr<connectors::Connector>> made) {
    if (made) return std::move(made).value();
    setting.complain(made.error().detail);
    return nullptr;
}

std::uint32_t parallel_of(const Setting& setting, std::uint32_t fallback) {
    const Setting parallel = setting["parallel"];
    const auto number = static_cast<std::uint32_t>(parallel.number(fallback));
    if (number == 0) parallel.complain("at least 1");
    return number;
}

ConnectorPtr twilio_from(const Setting& setting, Config& out) {
    connectors::sms::TwilioConfig config;
    config.base_url = setting["base"].text(config.base_url);
    config.account_sid = setting["account sid"].text();
    config.auth_token = setting["auth token"].secret();
    config.key_sid = setting["key sid"].text();
    config.sender = setting["sender"].text();
    config.parallel = parallel_of(setting, config.parallel);
    // With an API key, callbacks are still signed with the account's own token.
    const Setting callback = setting["callback token"];
    connectors::inbound::TwilioReaderConfig reader;
    reader.help = {setting["help"].text(), setting["help zh"].text()};
    reader.auth_tokens.push_back(callback.present() ? callback.secret() : config.auth_token);
    out.http.readers["sms"] = connectors::inbound::make_twilio_reader(std::move(reader));
    // Where messages were told to report before the address named the connector.
    out.http.readers["twilio"] = out.http.readers["sms"];
    return checked(setting, connectors::sms::make_twilio(config));
}

void hears_twilio(const Setting& setting, runtime::Route& route, Config& out) {
    route.connector = twilio_from(setting, out);
    route.hears_texts = true;
}

ConnectorPtr onesignal_from(const Setting& setting) {
    connectors::push::OneSignalConfig config;
    config.base_url = setting["base"].text(config.base_url);
    config.app_id = setting["app id"].text();
    config.api_key = setting["api key"].secret();
    config.parallel = parallel_of(setting, config.parallel);
    return checked(setting, connectors::push::make_onesignal(config));
}

std::uint32_t keep_seconds_of(const Setting& setting, std::uint32_t fallback) {
    constexpr std::uint64_t kMost = 28 * 86'400;  // the longest that any of them allows
    const Setting keep = setting["keep seconds"];
    const std::uint64_t seconds = keep.number(fallback);
    if (seconds > kMost) keep.complain("at most 2419200, which is 28 days");
    return static_cast<std::uint32_t>(std::min(seconds, kMost));
}

ConnectorPtr fcm_from(const Setting& setting) {
    connectors::push::FcmConfig config;
    config.base_url = setting["base"].text(config.base_url);
    config.service_account = setting["service account"].secret_text();
    config.project_id = setting["project id"].text();
    config.priority = setting["priority"].text();
    config.keep_seconds = keep_seconds_of(setting, config.keep_seconds);
    config.parallel = parallel_of(setting, config.parallel);
    return checked(setting, connectors::push::make_fcm(config));
}

ConnectorPtr apns_from(const Setting& setting) {
    connectors::push::ApnsConfig config;
    config.base_url = setting["base"].text(config.base_url);
    config.key = setting["key"].secret_text();
    config.key_id = setting["key id"].text();
    config.team_id = setting["team id"].text();
    config.topic = setting["topic"].text();
    config.sound = setting["sound"].text();
    config.hurry = setting["hurry"].yes(config.hurry);
    config.keep_seconds = keep_seconds_of(setting, config.keep_seconds);
    config.parallel = parallel_of(setting, config.parallel);
    return checked(setting, connectors::push::make_apns(config));
}

ConnectorPtr web_push_from(const Setting& setting) {
    connectors::push::WebPushConfig config;
    config.private_key = setting["private key"].secret_text();
    config.public_key = setting["public key"].text();
    config.contact = setting["contact"].text();
    config.urgency = setting["urgency"].text();
    config.keep_seconds = keep_seconds_of(setting, config.keep_seconds);
    for (const Setting& host : setting["more hosts"].items())
        config.more_hosts.push_back(host.text());
    config.parallel = parallel_of(setting, config.parallel);
    return checked(setting, connectors::push::make_webpush(config));
}

ConnectorPtr webhook_from(const Setting& setting) {
    connectors::webhook::SignedConfig config;
    config.url = setting["url"].text();
    for (const Setting& secret : setting["secrets"].items())
        config.secrets.push_back(secret.secret());
    config.parallel = parallel_of(setting, config.parallel);
    return checked(setting, connectors::webhook::make_signed(config));
}

void routes_from(const Setting& connectors, const std::string& directory, Config& out) {
    for (const char* channel : {"email", "sms", "push", "webhook"}) {
        const Setting setting = connectors[channel];
        if (!setting.present()) continue;
        const std::string kind = setting["kind"].text();
        runtime::Route route;
        route.channel = channel;
        route.rate_per_second = static_cast<std::uint32_t>(setting["rate per second"].number(0));
        const auto is = [&](std::string_view on, std::string_view name) {
            return on == channel && name == kind;
        };
        if (is("email", "smtp"))
            mail_from(setting, route, out);
        else if (is("sms", "twilio"))
            hears_twilio(setting, route, out);
        else if (is("push", "apns"))
            route.connector = apns_from(setting);
        else if (is("push", "fcm"))
            route.connector = fcm_from(setting);
        else if (is("push", "onesignal"))
            route.connector = onesignal_from(setting);
        else if (is("push", "web push"))
            route.connector = web_push_from(setting);
        else if (is("webhook", "signed"))
            route.connector = webhook_from(setting);
        else
            declared_from(setting, directory, route, out);
        if (const Setting reports = setting["reports"]; reports.present())
            out.http.readers[channel] = reader_from(reports);
        out.routes.push_back(std::move(route));
    }
}

/// Calls need no setting; a webhook with secrets signs its own.
void calls_from(const Setting& webhooks, Config& out) {
    for (const auto& [name, setting] : webhooks.entries()) {
        connectors::webhook::CallConfig config;
        for (const Setting& secret : setting["secrets"].items())
            config.secrets.push_back(secret.secret());
        config.parallel = parallel_of(setting, config.parallel);
        out.calls[name] = checked(setting, connectors::webhook::make_call(config));
    }
}

/// A fetch needs no setting; one that must show who asks has headers.
void fetches_from(const Setting& fetches, Config& out) {
    for (const auto& [name, setting] : fetches.entries()) {
        connectors::webhook::FetchConfig config;
        for (const auto& [header, value] : setting["headers"].entries())
            config.headers.emplace_back(header, value.secret());
        config.parallel = parallel_of(setting, config.parallel);
        out.fetches[name] = checked(setting, connectors::webhook::make_fetch(config));
    }
}

/// Links and signatures are made by adding a path, so no slash may stand at the end.
std::string public_url_from(const Setting& setting) {
    std::string url = setting.text();
    while (url.ends_with('/'))
        url.pop_back();
    const bool sound = (url.starts_with("https://") || url.starts_with("http://")) &&
                       url.find_first_of("?# \r\n\t") == std::string::npos;
    if (!url.empty() && !sound)
        setting.complain("an address like https://hello.shop.example belongs here");
    return url;
}

std::string https_from(const Setting& setting) {
    const std::string url = setting.text();
    const bool fits = url.starts_with("https://") && url.size() > 8 &&
                      url.find_first_of(" ;,'\"<>") == std::string::npos;
    if (!url.empty() && !fits)
        setting.complain("an address like https://shop.example/logo.png belongs here");
    return fits ? url : std::string();
}

void pages_from(const Setting& setting, http::PageOptions& out) {
    if (!setting.present()) return;
    out.name = setting["name"].text();
    out.logo = https_from(setting["logo"]);
    out.privacy = https_from(setting["privacy"]);
    out.imprint = setting["imprint"].text();
    const Setting colour = setting["colour"];
    const std::string text = colour.text(out.colour);
    const bool fits = text.size() == 7 && text[0] == '#' &&
                      text.find_first_not_of("0123456789abcdefABCDEF", 1) == std::string::npos;
    if (fits) {
        out.colour = text;
    } else {
        colour.complain("a colour like \"#1f4fb0\" belongs here, in quotes");
    }
    const Setting language = setting["language"];
    out.language = language.text(out.language);
    if (out.language != "en" && out.language != "zh") language.complain("en or zh");
    for (const auto& [name, topic] : setting["topics"].entries()) {
        out.topics[name] = {topic["title"].text(), topic["title zh"].text(), topic["about"].text(),
                            topic["about zh"].text()};
    }
}

/// An empty list is a list: nobody.
void allow_list_from(const Setting& setting, Config& out) {
    if (!setting.present()) return;
    out.only_to.emplace();
    for (const Setting& line : setting.items()) {
        auto added = out.only_to->add(line.text());
        if (!added) line.complain(added.error().detail);
    }
}

/// Longer than any backup is kept that a daemon should go on from.
constexpr std::uint64_t kJournalDaysMost = 90;

void journal_from(const Setting& setting, Config& out) {
    if (!setting.present()) return;
    storage::journal::JournalOptions& journal = out.send_journal.emplace();
    journal.directory = setting["directory"].text();
    if (journal.directory.empty())
        setting.complain(
            "`directory` says where it is written, best on another disk than the data");
    const std::uint64_t days = setting["keep days"].number(30);
    if (days < 1 || days > kJournalDaysMost) setting["keep days"].complain("between 1 and 90");
    journal.keep = std::chrono::hours(24 * std::min(days, kJournalDaysMost));
}

/// Less would be spent on finding people alone.
constexpr std::uint64_t kPeopleLeast = 64u << 20;

std::uint64_t people_memory_from(const Setting& setting, std::uint64_t fallback) {
    if (!setting.present()) return fallback;
    const auto bytes = memory_of(setting.text(), machine_memory());
    if (!bytes) {
        setting.complain("write an amount like `800 MB`, `2 GB` or `40 %`");
    } else if (*bytes < kPeopleLeast) {
        setting.complain("at least 64 MB");
    }
    return bytes.value_or(fallback);
}

std::string random_key() {
    std::ifstream in("/dev/urandom", std::ios::binary);
    std::string bytes(32, '\0');
    in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    ENSURE(in.gcount() == 32, "the system's random source gave nothing");
    return to_base64url(bytes);
}

}  // namespace

std::uint64_t default_people_memory() {
    return std::max(machine_memory() / 5 * 2, kPeopleLeast);
}

Result<Config> load_config(const std::string& path) {
    TRY(const Setting file, Setting::load(path));
    Config out;
    out.data_directory = file["data"].text(out.data_directory);
    if (const Setting listen = file["listen"]; listen.present()) {
        auto set = set_listen(listen.text(), out.http);
        if (!set) listen.complain(set.error().detail);
    }
    out.http.public_url = public_url_from(file["public url"]);
    pages_from(file["pages"], out.http.pages);
    for (const Setting& proxy : file["trusted proxies"].items()) {
        if (!http::is_network(proxy.text()))
            proxy.complain("an address or a network like 10.0.0.0/8 belongs here");
        out.http.trusted_proxies.push_back(proxy.text());
    }
    for (const Setting& key : file["write keys"].items())
        out.http.write_keys.push_back(key.secret());
    out.http.admin_token = file["admin token"].secret();
    for (const Setting& approver : file["approvers"].items())
        out.http.approvers.push_back({approver["name"].text(), approver["token"].secret()});
    out.http.connections_most = file["connections most"].number(out.http.connections_most);
    if (out.http.connections_most < 1) file["connections most"].complain("at least 1");
    const std::uint64_t per_second = file["events per second"].number(0);
    if (per_second > 1'000'000'000)
        file["events per second"].complain("at most 1000000000; 0 is no limit");
    out.http.events_per_second_most = static_cast<std::uint32_t>(per_second);
    const std::uint64_t partitions = file["partitions"].number(out.partitions);
    if (partitions < 1 || partitions > 4096) file["partitions"].complain("between 1 and 4096");
    out.partitions = static_cast<std::uint16_t>(partitions);
    out.people_memory = people_memory_from(file["memory"]["people"], out.people_memory);
    const Setting tracking = file["tracking"];
    out.track_opens = tracking["opens"].yes(true);
    out.track_clicks = tracking["clicks"].yes(true);
    const Setting network = file["network"];
    out.network.allow_http = network["allow http"].yes(false);
    out.network.allow_private = network["allow private"].yes(false);
    out.network.extra_ca_file = network["extra ca"].text();
    routes_from(file["connectors"], std::filesystem::path(path).parent_path().string(), out);
    calls_from(file["webhooks"], out);
    fetches_from(file["fetches"], out);
    allow_list_from(file["only to"], out);
    journal_from(file["send journal"], out);
    TRY(file.finish());
    return out;
}

Result<Keys> load_or_make_keys(const std::string& data_directory) {
    namespace fs = std::filesystem;
    const std::string directory = data_directory + "/keys";
    std::error_code problem;
    fs::create_directories(directory, problem);
    fs::permissions(directory, fs::perms::owner_all, problem);
    Keys keys;
    for (const auto& [name, key] :
         {std::pair{"write_key", &keys.write_key}, std::pair{"admin_token", &keys.admin_token},
          std::pair{"approve_token", &keys.approve_token},
          std::pair{"link_secret", &keys.link_secret}}) {
        const std::string path = directory + "/" + name;
        std::ifstream in(path);
        std::getline(in, *key);
        if (!key->empty()) continue;
        keys.fresh = keys.fresh || key == &keys.write_key;
        *key = random_key();
        std::ofstream out(path + ".new", std::ios::trunc);
        fs::permissions(path + ".new", fs::perms::owner_read | fs::perms::owner_write, problem);
        out << *key << '\n';
        out.close();
        fs::rename(path + ".new", path, problem);
        if (!out || problem)
            return error(ErrorCode::storage_failed,
                         fmt::format("I cannot write {}; is the directory writable?", path));
    }
    return keys;
}

Result<void> set_listen(std::string_view text, http::HttpOptions& options) {
    std::string_view port = text;
    if (const std::size_t colon = text.rfind(':'); colon != std::string_view::npos) {
        std::string_view host = text.substr(0, colon);
        port = text.substr(colon + 1);
        if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
        if (!host.empty()) options.address = std::string(host);
    }
    std::uint32_t number = 0;
    for (const char c : port) {
        if (c < '0' || c > '9' || number > 65535)
            return error(ErrorCode::invalid,
                         fmt::format("`{}` is not an address like 127.0.0.1:8080", text));
        number = number * 10 + static_cast<std::uint32_t>(c - '0');
    }
    if (port.empty() || number > 65535)
        return error(ErrorCode::invalid,
                     fmt::format("`{}` is not an address like 127.0.0.1:8080", text));
    options.port = static_cast<std::uint16_t>(number);
    return success();
}

}  // namespace journey::app
