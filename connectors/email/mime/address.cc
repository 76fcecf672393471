#include "connectors/email/mime/mime.h"

#include <fmt/format.h>
#include <unicode/uidna.h>

namespace journey::connectors::mime {
namespace {

struct IdnaClose {
    void operator()(UIDNA* idna) const { uidna_close(idna); }
};

// UTS 46, the rules browsers use. Nothing for what is no domain.
std::optional<std::string> ascii_domain(std::string_view domain) {
    constexpr std::uint32_t kRules = UIDNA_USE_STD3_RULES | UIDNA_CHECK_BIDI |
                                     UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII;
    UErrorCode failed = U_ZERO_ERROR;
    const std::unique_ptr<UIDNA, IdnaClose> idna(uidna_openUTS46(kRules, &failed));
    if (U_FAILURE(failed)) return std::nullopt;
    UIDNAInfo info = UIDNA_INFO_INITIALIZER;
    std::array<char, 256> out{};
    const std::int32_t size =
        uidna_nameToASCII_UTF8(idna.get(), domain.data(), static_cast<std::int32_t>(domain.size()),
                               out.data(), static_cast<std::int32_t>(out.size()), &info, &failed);
    if (U_FAILURE(failed) || info.errors != 0) return std::nullopt;
    return std::string(out.data(), static_cast<std::size_t>(size));
}

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string unquoted(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 1 < text.size()) ++i;
        out += text[i];
    }
    return out;
}

}  // namespace

std::optional<WireAddress> wire_address(std::string_view address) {
    if (is_ascii(address)) {
        if (!is_mail_address(address)) return std::nullopt;
        return WireAddress{std::string(address), false};
    }
    if (address.size() > 512 || !is_utf8(address)) return std::nullopt;
    const std::size_t at = address.rfind('@');
    if (at == std::string_view::npos) return std::nullopt;
    const std::string_view local = address.substr(0, at);
    const auto domain = ascii_domain(address.substr(at + 1));
    if (!domain) return std::nullopt;
    WireAddress out{fmt::format("{}@{}", local, *domain), !is_ascii(local)};
    if (!is_international_mail_address(out.text)) return std::nullopt;
    return out;
}

Result<Mailbox> parse_mailbox(std::string_view text, std::string_view what) {
    TRY(check_header_value(text, what));
    Mailbox mailbox;
    std::string_view address = text;
    const std::size_t open = text.rfind('<');
    if (open != std::string_view::npos) {
        std::string_view name = text.substr(0, open);
        address = text.substr(open + 1);
        while (name.ends_with(' '))
            name.remove_suffix(1);
        if (name.size() >= 2 && name.starts_with('"') && name.ends_with('"')) {
            mailbox.name = unquoted(name.substr(1, name.size() - 2));
        } else {
            mailbox.name = name;
        }
        if (address.ends_with('>')) address.remove_suffix(1);
    }
    auto wire = wire_address(address);
    // A sender whose own name only some servers take would lose every answer and every bounce.
    if (!wire || wire->utf8) {
        return error(ErrorCode::invalid,
                     fmt::format("{} must be an address, or a name and <address>", what));
    }
    mailbox.address = std::move(wire->text);
    return mailbox;
}

}  // namespace journey::connectors::mime
