#include "connectors/email/mime/mime.h"
#include "connectors/fake/provider.h"

namespace journey::connectors::fake {
namespace {

// What a person is shown, wherever it stands among pictures and files.
void take_texts(const mime::ReadPart& part, ReadMail& mail) {
    const bool attached = part.header("content-disposition").starts_with("attachment");
    if (part.type == "text/html" && mail.html.empty() && !attached) {
        mail.html = mime::decoded_text(part);
    } else if (part.type == "text/plain" && mail.text.empty() && !attached) {
        mail.text = mime::decoded_text(part);
    }
    for (const mime::ReadPart& inner : part.parts)
        take_texts(inner, mail);
}

std::string with_plain_line_ends(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (c != '\r') out += c;
    }
    return out;
}

}  // namespace

ReadMail read_mail(std::string_view message) {
    ReadMail mail;
    mime::ReadLimits limits;
    limits.bytes_most = 64u << 20;
    auto read = mime::read_mail(message, limits);
    if (!read) return mail;
    const std::string_view id = read.value().header("message-id");
    const std::string_view inner = id.substr(0, id.find('@'));
    mail.key = inner.starts_with('<') ? inner.substr(1) : inner;
    mail.from = mime::decoded_words(read.value().header("from"));
    mail.subject = mime::decoded_words(read.value().header("subject"));
    take_texts(read.value(), mail);
    mail.text = with_plain_line_ends(mail.text);
    mail.html = with_plain_line_ends(mail.html);
    return mail;
}

}  // namespace journey::connectors::fake
