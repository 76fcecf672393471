#pragma once
// The door of connectors/email/mime: messages to bytes and back.

#include "connectors/api/api.h"

namespace journey::connectors::mime {

// ---------------------------------------------------------------- addresses

struct Mailbox {
    std::string name;  // UTF-8
    std::string address;
};

/// "Shop <hello@shop.example>", "\"Shop, Inc.\" <…>" or a bare address, whose domain may be in any
/// script (it becomes ASCII). `invalid` naming `what`.
Result<Mailbox> parse_mailbox(std::string_view text, std::string_view what);

struct WireAddress {
    std::string text;   // the domain in ASCII (RFC 5890)
    bool utf8 = false;  // the local part is not ASCII: only for servers with SMTPUTF8
};
/// "josé@bücher.example". Nothing when it is no mail address.
std::optional<WireAddress> wire_address(std::string_view address);

// ---------------------------------------------------------------- writing

/// What is the same for every message of a connector.
struct Style {
    Mailbox from;
    std::optional<Mailbox> reply_to;
    std::string feedback_sender;  // Feedback-ID's last field; "" = no such header
};

/// The whole message with CRLF line ends; no line exceeds 998 bytes. Same message, same bytes.
/// `invalid`: something in it can never be sent.
Result<std::string> mime_message(const Message& message, const Style& style);

/// The text part of a message that has only HTML: blocks become lines, links keep their address,
/// scripts and styles go.
std::string plain_text_of(std::string_view html);

/// "Message-ID" without its angle brackets: the key at the sender's domain.
std::string message_id(const Message& message, const Mailbox& from);

/// Carries Message::reference through other people's servers.
inline constexpr std::string_view kReferenceHeader = "X-Journey-Reference";

// ---------------------------------------------------------------- encodings

std::string quoted_printable(std::string_view text);
/// Lines of 76 characters.
std::string base64_lines(std::string_view bytes);
/// Unstructured text as a header's value, folded; `column` is where the value begins in its line.
std::string header_text(std::string_view text, std::size_t column);
/// `; name="value"`, in RFC 2231's pieces where the value is long or not ASCII.
std::string header_parameter(std::string_view name, std::string_view value);

// ---------------------------------------------------------------- reading

struct ReadLimits {
    std::size_t bytes_most = 4u << 20;
    std::size_t depth_most = 8;
    std::size_t parts_most = 200;
    std::size_t headers_most = 400;              // of one part
    std::size_t header_bytes_most = 256u << 10;  // of one part
};

/// Views into the text that was read.
struct ReadPart {
    std::vector<std::pair<std::string, std::string>> headers;     // names in lower case, unfolded
    std::string type = "text/plain";                              // in lower case
    std::vector<std::pair<std::string, std::string>> parameters;  // of Content-Type
    std::string_view body;                                        // as it came
    std::vector<ReadPart> parts;  // of multipart; of message/rfc822 and its kin the one inside

    /// The first of that name (in lower case); "" = none.
    std::string_view header(std::string_view name) const;
    std::string_view parameter(std::string_view name) const;
};

/// CRLF or LF line ends. `invalid`: no header at all; `refused`: beyond a limit.
Result<ReadPart> read_mail(std::string_view text, const ReadLimits& limits = {});
/// A block of headers ("text/rfc822-headers", the fields of a delivery status): to the first empty
/// line; `rest` is what follows.
std::vector<std::pair<std::string, std::string>> read_headers(std::string_view text,
                                                              std::string_view& rest,
                                                              const ReadLimits& limits = {});
/// A part's bytes after its Content-Transfer-Encoding; what cannot be decoded is left out.
std::string decoded_body(const ReadPart& part);
/// The same as UTF-8, whatever charset it names.
std::string decoded_text(const ReadPart& part);
/// A header's value with its RFC 2047 words read.
std::string decoded_words(std::string_view value);

}  // namespace journey::connectors::mime
