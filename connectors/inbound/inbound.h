#pragma once
// The door of connectors/inbound: what comes back to us, verified; and the addresses by which it
// comes.

#include "connectors/api/api.h"

namespace journey::connectors::inbound {

// ---- tokens: "/o/TOKEN.gif", "/c/TOKEN?u=…", "/u/TOKEN", "/r/CONNECTOR/TOKEN"

enum class Purpose : std::uint8_t {
    open = 1,
    click = 2,
    unsubscribe = 3,
    callback = 4,
    preferences = 5,
    confirm = 6
};

struct Token {
    Purpose purpose = Purpose::open;
    model::PersonId person;
    model::MessageKey key;
    friend bool operator==(const Token&, const Token&) = default;
};

/// What Message::reference is called where a provider echoes named values: metadata, custom
/// arguments, tags.
inline constexpr std::string_view kReferenceField = "journey_reference";

/// 55 characters of base64url. `bound` is covered by the signature without being inside: a click's
/// target.
std::string sign_token(std::string_view secret, const Token& token, std::string_view bound = {});
/// Nothing when forged, damaged, for another purpose or bound to something else.
std::optional<Token> verify_token(std::string_view secret, std::string_view text, Purpose purpose,
                                  std::string_view bound = {});

struct LinkContext {
    std::string_view public_url;  // "https://hello.shop.example", no slash at the end
    std::string_view secret;
    model::PersonId person;
    model::MessageKey key;
};

std::string pixel_url(const LinkContext& context);
std::string click_url(const LinkContext& context, std::string_view target);
std::string unsubscribe_url(const LinkContext& context);
std::string preferences_url(const LinkContext& context);
/// Of this consent and no other.
std::string confirm_url(const LinkContext& context, std::string_view consent);

/// Who clicked; nothing unless `target` (decoded from `u`) is exactly what was signed. Only then
/// redirect.
std::optional<Token> verify_click(std::string_view secret, std::string_view token,
                                  std::string_view target);

/// Sends every `<a href="http…">` through click_url. Left alone: `except`, addresses of our own,
/// `data-track="off"`, and what is not http. Linear.
std::string with_tracked_links(std::string_view html, const LinkContext& context,
                               std::string_view except);
/// The pixel before the last `</body>`, or at the end.
std::string with_pixel(std::string_view html, const LinkContext& context);
/// A transparent GIF of one pixel: what "/o/…" answers.
std::string_view pixel_gif();

/// What is answered to "HELP" and 帮助; "" = nothing.
struct HelpTexts {
    std::string text;
    std::string chinese;  // "" = `text`
};

// ---- Twilio

struct TwilioReaderConfig {
    std::vector<std::string> auth_tokens;  // any may have signed (rotation)
    HelpTexts help = {};
};

/// Status callbacks of SMS and WhatsApp, and messages that people send.
std::unique_ptr<InboundReader> make_twilio_reader(TwilioReaderConfig config);

/// Base64 of HMAC-SHA1 over the URL and the sorted fields.
std::string twilio_signature(std::string_view auth_token, std::string_view url, const Form& form);

// ---- what people answer

enum class Wish : std::uint8_t { none, stop, start, help };
struct Heard {
    Wish wish = Wish::none;
    std::string_view language;  // of the word that said it: "en", "zh"; "" = many have it
    friend bool operator==(const Heard&, const Heard&) = default;
};

/// What a text asks for, in any plausible phrasing of English, German, French, Spanish or Chinese.
/// Never because of a word that merely contains "stop". Linear in the text.
Heard hear(std::string_view text);
/// What is answered to it, in its language or else the number's country's; "" when nothing is.
std::string_view confirmation(const Heard& heard, std::string_view number,
                              const HelpTexts& help = {});

// ---- mail

struct SendGridReaderConfig {
    std::vector<std::string> keys;  // public keys as SendGrid's page shows them (base64)
};
/// The signed Event Webhook: batches of events. `invalid` names a key that is none.
Result<std::unique_ptr<InboundReader>> make_sendgrid_reader(const SendGridReaderConfig& config);

struct MandrillReaderConfig {
    std::vector<std::string> keys;  // of the webhook, as Mailchimp's page shows them
};
/// Mailchimp Transactional.
std::unique_ptr<InboundReader> make_mandrill_reader(MandrillReaderConfig config);

struct SnsReaderConfig {
    /// Amazon's signing certificates in PEM. They are configured and never fetched: a notice says
    /// itself where its certificate is, and whoever forges one says so too.
    std::vector<std::string> certificates;
    std::vector<std::string> topics;  // "arn:aws:sns:…": anybody with an account has signed notices
    bool sha1 = true;                 // version 1, which topics sign with until told otherwise
};
/// Amazon SES through SNS. A subscription to confirm is told as a notice, never followed.
Result<std::unique_ptr<InboundReader>> make_sns_reader(const SnsReaderConfig& config);

struct ResendReaderConfig {
    std::vector<std::string> secrets;  // "whsec_…"
};
/// Resend, and who else speaks Standard Webhooks with `email.…` notices.
Result<std::unique_ptr<InboundReader>> make_resend_reader(const ResendReaderConfig& config);

// ---- push

struct OneSignalReaderConfig {
    std::vector<std::string> tokens;  // of the header "Authorization: Bearer …"
};
/// Event Streams, which sign nothing: whoever knows the token is believed. The body to set up
/// there stands in README.md.
std::unique_ptr<InboundReader> make_onesignal_reader(OneSignalReaderConfig config);

// ---- Standard Webhooks

struct WebhookCall {
    std::string_view id;         // webhook-id
    std::string_view timestamp;  // webhook-timestamp
    std::string_view signature;  // webhook-signature: "v1,… v1,…"
    std::string_view body;
    Instant now{};
};

/// The bytes of "whsec_…" or of plain base64; nothing when it is neither, or too short to be a key.
std::optional<std::string> webhook_secret(std::string_view text);

/// `secrets`: their bytes, any may match (rotation). `refused` when no signature does, or the time
/// is more than five minutes off.
Result<void> verify_webhook(std::span<const std::string> secrets, const WebhookCall& call);

}  // namespace journey::connectors::inbound
