#include "engine/model/address.h"

#include <unicode/idna.h>
#include <unicode/normalizer2.h>

namespace journey::model {
namespace {

constexpr std::size_t kEmailMost = 254;   // RFC 5321
constexpr std::size_t kDigitsLeast = 7;   // the shortest numbers with a country code
constexpr std::size_t kDigitsMost = 15;   // E.164
constexpr std::size_t kOtherMost = 4096;  // push tokens are long

std::string_view trimmed(std::string_view text) {
    const auto blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
    while (!text.empty() && blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && blank(text.back()))
        text.remove_suffix(1);
    return text;
}

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// NFKC and case folding in one: full-width letters, ligatures and capitals become what people type.
std::string folded(std::string_view text) {
    if (is_ascii(text)) {  // nearly everybody; asked for each message
        std::string lower(text);
        for (char& c : lower)
            c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        return lower;
    }
    UErrorCode problem = U_ZERO_ERROR;
    const icu::Normalizer2* fold = icu::Normalizer2::getNFKCCasefoldInstance(problem);
    std::string out;
    if (U_FAILURE(problem)) return std::string(text);
    icu::UnicodeString result;
    fold->normalize(icu::UnicodeString::fromUTF8({text.data(), static_cast<int32_t>(text.size())}),
                    result, problem);
    if (U_FAILURE(problem)) return std::string(text);
    return result.toUTF8String(out);
}

// In lower case.
bool is_domain(std::string_view text) {
    const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
    });
    return plain && !text.empty() && !text.starts_with('.') &&
           text.find("..") == std::string_view::npos;
}

// "" when it is no name of a domain.
std::string ascii_domain(std::string_view domain) {
    if (domain.ends_with('.')) domain.remove_suffix(1);
    if (is_ascii(domain)) return is_domain(domain) ? std::string(domain) : "";
    UErrorCode problem = U_ZERO_ERROR;
    const std::unique_ptr<icu::IDNA> idna(
        icu::IDNA::createUTS46Instance(UIDNA_CHECK_BIDI | UIDNA_NONTRANSITIONAL_TO_ASCII, problem));
    if (U_FAILURE(problem)) return "";
    icu::UnicodeString out;
    icu::IDNAInfo info;
    idna->nameToASCII(
        icu::UnicodeString::fromUTF8({domain.data(), static_cast<int32_t>(domain.size())}), out,
        info, problem);
    if (U_FAILURE(problem) || info.hasErrors()) return "";
    std::string text;
    out.toUTF8String(text);
    return is_domain(text) ? text : "";
}

bool is_atom(std::string_view local) {
    return !local.empty() && std::all_of(local.begin(), local.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte > ' ' && byte != 0x7f &&
               std::string_view("()<>[]:;@\\,\"").find(c) == std::string_view::npos;
    });
}

Error no_email() {
    return error(ErrorCode::invalid, "That is not an e-mail address.");
}

Result<std::string> canonical_email(std::string_view text) {
    const std::string whole = folded(text);
    const std::size_t at = whole.rfind('@');
    if (at == std::string::npos || whole.size() > kEmailMost) return no_email();
    std::string_view local = std::string_view(whole).substr(0, at);
    const bool quoted = local.size() > 2 && local.starts_with('"') && local.ends_with('"');
    const std::string_view inside = quoted ? local.substr(1, local.size() - 2) : local;
    if (quoted && is_atom(inside)) local = inside;
    const bool printable = std::none_of(local.begin(), local.end(), [](char c) {
        return static_cast<unsigned char>(c) < ' ' || c == 0x7f;
    });
    if (!(is_atom(local) || (quoted && printable))) return no_email();
    const std::string domain = ascii_domain(std::string_view(whole).substr(at + 1));
    if (domain.empty()) return no_email();
    return std::string(local) + '@' + domain;
}

Result<std::string> canonical_phone(std::string_view text) {
    const std::string whole = folded(text);
    std::string_view rest = whole;
    if (rest.starts_with("tel:")) rest.remove_prefix(4);
    const bool with_plus = rest.starts_with('+');
    if (with_plus) rest.remove_prefix(1);
    std::string digits;
    for (const char c : rest) {
        if (c >= '0' && c <= '9') {
            digits += c;
        } else if (std::string_view(" -./()").find(c) == std::string_view::npos) {
            return error(ErrorCode::invalid, "That is not a phone number.");
        }
    }
    if (!with_plus && digits.starts_with("00")) digits.erase(0, 2);
    if (digits.starts_with('0'))
        return error(ErrorCode::invalid,
                     "A phone number needs its country code, like +49 30 123456.");
    if (digits.size() < kDigitsLeast || digits.size() > kDigitsMost)
        return error(ErrorCode::invalid,
                     "A phone number with its country code has 7 to 15 digits.");
    return digits;
}

}  // namespace

Result<std::string> canonical_address(std::string_view kind, std::string_view text) {
    text = trimmed(text);
    if (text.empty()) return error(ErrorCode::invalid, "The address is empty.");
    if (!is_utf8(text)) return error(ErrorCode::invalid, "The address is not UTF-8.");
    if (kind == "email") return canonical_email(text);
    if (kind == "sms") return canonical_phone(text);
    if (text.size() > kOtherMost) return error(ErrorCode::invalid, "The address is too long.");
    return std::string(text);
}

AddressKey address_key_of(std::string_view pepper, std::string_view scope,
                          std::string_view canonical) {
    std::string text("journey address\0", 16);
    text += scope;
    text += '\0';
    text += canonical;
    const Sha256 whole = hmac_sha256(pepper, text);
    AddressKey key;
    std::copy_n(whole.begin(), key.bytes.size(), key.bytes.begin());
    return key;
}

}  // namespace journey::model
