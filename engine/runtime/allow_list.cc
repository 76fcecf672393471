#include "engine/runtime/allow_list.h"

#include "connectors/net/net.h"

namespace journey::runtime {
namespace {

constexpr std::string_view kPush = "push:";
constexpr std::string_view kHost = "host:";
constexpr std::string_view kAnybodyAt = "*@";

/// Of ASCII alone: what another letter folds to is not for this list to know.
std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
}

bool is_host(std::string_view host) {
    return !host.empty() && host.size() <= 253 &&
           host.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") ==
               std::string_view::npos &&
           host.front() != '.' && host.back() != '.';
}

}  // namespace

Result<void> AllowList::add(std::string_view line) {
    const auto wrong = [&](std::string_view what) {
        return error(ErrorCode::invalid, std::string(what));
    };
    if (line.starts_with(kPush)) {
        if (line == kPush) return wrong("a device's token belongs behind `push:`");
        tokens_.emplace(line.substr(kPush.size()));
        return success();
    }
    if (line.starts_with(kHost)) {
        std::string host = lower(line.substr(kHost.size()));
        if (!is_host(host))
            return wrong("a host's name like hooks.example.com belongs behind `host:`");
        hosts_.insert(std::move(host));
        return success();
    }
    if (line.starts_with('+')) {
        if (!connectors::is_phone_number(line))
            return wrong("a number like +8613800000000 belongs here, without blanks");
        numbers_.emplace(line);
        return success();
    }
    const std::string address = lower(line);
    if (address.starts_with(kAnybodyAt)) {
        if (!connectors::is_mail_address("a" + address.substr(1)))
            return wrong("a domain in ASCII belongs behind `*@`, like *@example.com");
        domains_.insert(address.substr(kAnybodyAt.size()));
        return success();
    }
    if (!connectors::is_mail_address(address) || address.find('*') != std::string::npos)
        return wrong(
            "one of these belongs here: ann@example.com, *@example.com, +8613800000000, "
            "push:TOKEN, host:hooks.example.com");
    mailboxes_.insert(address);
    return success();
}

bool AllowList::allows_mail(std::string_view address) const {
    // The grammar takes one address and nothing around it.
    if (!connectors::is_mail_address(address)) return false;
    const std::string plain = lower(address);
    return mailboxes_.contains(plain) || domains_.contains(plain.substr(plain.rfind('@') + 1));
}

bool AllowList::allows_device(std::string_view token) const {
    return tokens_.contains(token);
}

bool AllowList::allows_number(std::string_view number) const {
    return numbers_.contains(number);
}

bool AllowList::allows(std::string_view kind, const connectors::Message& message,
                       const connectors::Request& request) const {
    if (const auto* mail = std::get_if<connectors::SmtpRequest>(&request))
        return allows_mail(mail->rcpt_to);
    if (kind == "email") return allows_mail(message.to);
    if (kind == "sms") return allows_number(message.to);
    if (kind == "push") {
        return allows_device(message.to) &&
               std::all_of(message.also_to.begin(), message.also_to.end(),
                           [&](const std::string& one) { return allows_device(one); });
    }
    const std::string& url = std::get<connectors::HttpRequest>(request).url;
    // Readers of addresses do not agree on it, and no address of ours has one.
    if (url.find('\\') != std::string::npos) return false;
    const auto host = connectors::net::host_of(url);
    return host && hosts_.contains(lower(host.value()));
}

}  // namespace journey::runtime
