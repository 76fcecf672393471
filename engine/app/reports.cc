// `reports:` of a connector in journeyd.yaml, by its `kind`; README.md is its reference.

#include "connectors/inbound/inbound.h"
#include "engine/settings/settings.h"

#include <fmt/format.h>
#include <fstream>

namespace journey::app {
namespace {

using connectors::InboundReader;
using settings::Setting;
using namespace connectors::inbound;
using Reader = std::shared_ptr<const InboundReader>;

constexpr std::size_t kCertificateMost = 64u << 10;

std::vector<std::string> secrets_of(const Setting& list) {
    std::vector<std::string> out;
    for (const Setting& each : list.items())
        out.push_back(each.secret());
    if (out.empty()) list.complain("without any no report would be believed; list at least one");
    return out;
}

std::vector<std::string> texts_of(const Setting& list) {
    std::vector<std::string> out;
    for (const Setting& each : list.items())
        out.push_back(each.text());
    if (out.empty()) list.complain("without any no report would be believed; list at least one");
    return out;
}

std::vector<std::string> files_of(const Setting& list) {
    std::vector<std::string> out;
    for (const std::string& path : texts_of(list)) {
        std::ifstream in(path, std::ios::binary);
        std::string text(kCertificateMost, '\0');
        in.read(text.data(), static_cast<std::streamsize>(text.size()));
        text.resize(static_cast<std::size_t>(in.gcount()));
        if (text.empty()) list.complain(fmt::format("I cannot read the file {}", path));
        out.push_back(std::move(text));
    }
    return out;
}

Reader checked(const Setting& setting, Result<std::unique_ptr<InboundReader>> made) {
    if (made) return std::move(made).value();
    setting.complain(made.error().detail);
    return nullptr;
}

}  // namespace

Reader reader_from(const Setting& reports) {
    const std::string kind = reports["kind"].text();
    if (kind == "twilio") return make_twilio_reader({secrets_of(reports["auth tokens"])});
    if (kind == "sendgrid")
        return checked(reports, make_sendgrid_reader({texts_of(reports["public keys"])}));
    if (kind == "mandrill") return make_mandrill_reader({secrets_of(reports["keys"])});
    if (kind == "amazon sns") {
        SnsReaderConfig config;
        config.certificates = files_of(reports["certificates"]);
        config.topics = texts_of(reports["topics"]);
        config.sha1 = reports["sha1"].yes(true);
        return checked(reports, make_sns_reader(config));
    }
    if (kind == "resend")
        return checked(reports, make_resend_reader({secrets_of(reports["secrets"])}));
    if (kind == "onesignal") return make_onesignal_reader({secrets_of(reports["tokens"])});
    reports["kind"].complain(
        "one of `twilio`, `sendgrid`, `mandrill`, `amazon sns`, `resend` and `onesignal` belongs "
        "here");
    return nullptr;
}

}  // namespace journey::app
