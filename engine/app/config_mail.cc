#include "engine/app/config_mail.h"

#include "connectors/email/bounce/bounce.h"
#include "connectors/email/smtp/smtp.h"

#include <fmt/format.h>

namespace journey::app {
namespace {

using settings::Setting;

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
