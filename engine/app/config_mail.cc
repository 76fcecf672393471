#include "engine/app/config_mail.h"

#include "connectors/email/bounce/bounce.h"
#include "connectors/email/smtp/smtp.h"

#include <fmt/format.h>

namespace journey::app {
namespace {

using settings::Setting;

struct Rate {
    std::uint64_t count = 0;
    Micros per{0};
};

/// "20 per second", "500 a day".
std::optional<Rate> rate_of(const Setting& setting) {
    const std::string text = setting.text();
    std::vector<std::string> words;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find(' ', at), text.size());
        if (end > at) words.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    struct Unit {
        std::string_view name;
        Micros micros;
    };
    constexpr std::array<Unit, 4> kUnits{{{"second", std::chrono::seconds(1)},
                                          {"minute", std::chrono::minutes(1)},
                                          {"hour", std::chrono::hours(1)},
                                          {"day", std::chrono::hours(24)}}};
    Rate rate;
    const bool shaped =
        words.size() == 3 && (words[1] == "per" || words[1] == "a" || words[1] == "an");
    if (shaped && words[0].size() <= 9 &&
        words[0].find_first_not_of("0123456789") == std::string::npos) {
        rate.count = std::stoull(words[0]);
        for (const Unit& unit : kUnits) {
            if (words[2] == unit.name) rate.per = unit.micros;
        }
    }
    if (rate.count > 0 && rate.per > Micros{0}) return rate;
    setting.complain("write how many in what time, like `20 per second` or `500 a day`");
    return std::nullopt;
}

double per_day(const Rate& rate) {
    return static_cast<double>(rate.count) *
           (static_cast<double>(Micros(std::chrono::hours(24)).count()) /
            static_cast<double>(rate.per.count()));
}

runtime::Pacing pacing_from(const Setting& domains) {
    runtime::Pacing out;
    for (const auto& [name, setting] : domains.entries()) {
        const auto rate = rate_of(setting);
        if (!rate) continue;
        const Micros interval{
            std::max<std::int64_t>(1, rate->per.count() / static_cast<std::int64_t>(rate->count))};
        if (name == "other") {
            out.other_domains = interval;
            continue;
        }
        std::string domain = name;
        for (char& c : domain)
            c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        if (!connectors::is_mail_address("a@" + domain)) {
            setting.complain("a domain like gmail.com belongs here, or `other` for all others");
        }
        out.domains[domain] = interval;
    }
    return out;
}

std::optional<runtime::WarmUp> warm_up_from(const Setting& setting) {
    if (!setting.present()) return std::nullopt;
    runtime::WarmUp out;
    auto from = parse_instant(setting["from"].text() + "T00:00:00Z");
    if (from) {
        out.from = from.value();
    } else {
        setting["from"].complain("the first day belongs here, like `2026-12-01`");
    }
    if (const Setting start = setting["start"]; start.present()) {
        if (const auto rate = rate_of(start)) out.start_per_day = per_day(*rate);
    }
    if (const Setting until = setting["until"]; until.present()) {
        if (const auto rate = rate_of(until)) {
            out.until_per_day = static_cast<std::uint64_t>(per_day(*rate));
        }
    }
    if (const Setting every = setting["doubles every"]; every.present()) {
        const std::string text = every.text();
        const std::string number = text.substr(0, text.find(' '));
        const bool days = text == number + " days" || text == number + " day";
        const bool whole = !number.empty() && number.size() <= 3 &&
                           number.find_first_not_of("0123456789") == std::string::npos;
        if (days && whole && number.find_first_not_of('0') != std::string::npos) {
            out.doubles_every_days = static_cast<std::uint32_t>(std::stoul(number));
        } else {
            every.complain("write whole days, like `3 days`");
        }
    }
    return out;
}

void bounces_from(const Setting& setting, const std::string& channel,
                  connectors::email::SmtpConfig& config, Config& out) {
    if (!setting.present()) return;
    config.bounce_address = setting["address"].text();
    if (config.bounce_address.empty()) {
        setting["address"].complain(
            "the address that undeliverable mail comes back to belongs here, like "
            "bounces@mail.shop.example");
    }
    if (const std::string mailbox = setting["mailbox"].text(); !mailbox.empty()) {
        out.bounce_mailboxes.push_back(mailbox);
    }
    std::vector<std::string> secrets;
    for (const Setting& secret : setting["secrets"].items())
        secrets.push_back(secret.secret());
    if (!secrets.empty()) {
        out.http.readers[channel] = connectors::bounce::make_bounce_reader(std::move(secrets));
    }
}

}  // namespace

void mail_from(const Setting& setting, runtime::Route& route, Config& out) {
    connectors::email::SmtpConfig config;
    config.url = setting["url"].text();
    config.user = setting["user"].text();
    config.password = setting["password"].secret();
    config.from = setting["from"].text();
    config.reply_to = setting["reply to"].text();
    config.return_path = setting["return path"].text();
    config.feedback_sender = setting["feedback id"].text();
    config.require_tls = setting["require tls"].yes(true);
    config.parallel = static_cast<std::uint32_t>(setting["parallel"].number(config.parallel));
    for (const Setting& key : setting["dkim"].items()) {
        config.dkim.push_back(
            {key["domain"].text(), key["selector"].text(), key["key"].secret_text()});
    }
    bounces_from(setting["bounces"], route.channel, config, out);
    route.pacing = pacing_from(setting["domains"]);
    route.warm_up = warm_up_from(setting["warm up"]);
    // Each has a connection, and so a thread, of its own.
    if (config.parallel < 1 || config.parallel > 256) {
        setting["parallel"].complain("between 1 and 256 connections");
    }
    out.network.mail_connections_most = config.parallel;
    auto made = connectors::email::make_smtp(config);
    if (made) {
        route.connector = std::move(made).value();
    } else {
        setting.complain(made.error().detail);
    }
}

}  // namespace journey::app
