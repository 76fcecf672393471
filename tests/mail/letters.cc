// Writes letters as the SMTP connector sends them, and what a reader must find in them:
//
//   mail_letters DIRECTORY RSA.pem ED25519.pem
//
// DIRECTORY/NAME.eml, letters.json (what is in which), dns.json (the public keys).

#include "connectors/email/smtp/smtp.h"

#include <cstdio>
#include <fstream>
#include <sstream>

using namespace journey;
using namespace journey::connectors;

namespace {

std::string content_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

Message plain() {
    Message message;
    message.key.bytes = {0x0b, 0x9c, 0x11, 0x22, 0x33, 0x44, 0x45, 0x66,
                         0x87, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0x01};
    message.channel = "email";
    message.to = "ada@mail.example";
    message.subject = "Your cart is waiting";
    message.text = "Hello Ada,\n\n.\n..two dots\nFrom here on\ttabs and trailing blanks   \n";
    message.journey = "welcome";
    message.step = "first";
    message.message_template = "cart";
    message.reference = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJyg";
    message.at = parse_instant("2026-11-21T10:00:00Z").value();
    return message;
}

Attachment file(const std::string& name, const std::string& type, std::string content,
                const std::string& id = "") {
    return {name, type, std::make_shared<const std::string>(std::move(content)), id};
}

std::vector<std::pair<std::string, Message>> letters() {
    std::vector<std::pair<std::string, Message>> out;
    out.emplace_back("plain", plain());

    Message marketing = plain();
    marketing.text = "";
    marketing.html =
        "<html><body><p>Hi Ada, <a href=\"https://shop.example/?a=1&amp;b=2\">5 % "
        "off</a></p></body></html>";
    marketing.unsubscribe_url = "https://hello.shop.example/u/TOKEN";
    out.emplace_back("marketing", marketing);

    Message chinese = marketing;
    chinese.subject = "您购物车里的商品还在等您，今天下单立减五元，错过就没有了，快来看看吧 😀";
    chinese.html = "<p>您好，林女士。</p><p>" + std::string(3000, 'x') + "</p>";
    chinese.from = "小店，有限公司 <hello@shop.example>";
    chinese.attachments = {
        file("发票 2026年11月.pdf", "application/pdf", "%PDF-1.7\n\x01\x02\xff binary"),
        file("一份名字非常非常非常非常非常非常非常非常非常长的说明书.txt", "text/plain",
             "attached\n"),
        file("plain name.csv", "text/csv", "a,b\r\n1,2\r\n"),
        file("quo\"te%.bin", "application/octet-stream", std::string(100'000, '\0')),
    };
    out.emplace_back("chinese_attachments", chinese);

    Message pictures = marketing;
    pictures.html =
        "<p><img src=\"data:image/png;base64,iVBORw0KGgo=\"><img "
        "src=\"cid:logo@shop.example\"></p>";
    pictures.attachments = {file("logo.gif", "image/gif", "GIF89a", "logo@shop.example"),
                            file("terms.pdf", "application/pdf", "%PDF")};
    out.emplace_back("pictures", pictures);

    Message names = plain();
    names.from = "\"Shop, \\\"Inc\\\"\" <hello@shop.example>";
    names.to = "ada@bücher.example";
    names.subject = "=?UTF-8?B?QmNj?= " + std::string(200, 'w') + " end ";
    out.emplace_back("names", names);

    Message international = plain();
    international.to = "用户@中文.中国";
    out.emplace_back("international", international);
    return out;
}

Value described(const std::string& name, const Message& message) {
    List files;
    for (const Attachment& one : message.attachments) {
        files.push_back(Value(Record{{"name", one.name},
                                     {"type", one.type},
                                     {"cid", one.content_id},
                                     {"sha256", to_hex(view_of(sha256(*one.content)))}}));
    }
    return Value(Record{{"file", name},
                        {"to", message.to},
                        {"subject", message.subject},
                        {"from", message.from},
                        {"text", message.text},
                        {"html", message.html},
                        {"key", model::format_key(message.key)},
                        {"unsubscribe", message.unsubscribe_url},
                        {"reference", message.reference},
                        {"files", Value(std::move(files))}});
}

}  // namespace

int main(int count, char** words) {
    if (count != 4) return 2;
    const std::string directory = words[1];
    email::SmtpConfig config;
    config.url = "smtp://relay.example";
    config.from = "Shop <hello@shop.example>";
    config.reply_to = "Hilfe & Rat <help@shop.example>";
    config.bounce_address = "bounces@mail.shop.example";
    config.feedback_sender = "shopmail";
    config.dkim = {{"shop.example", "rsa1", content_of(words[2])},
                   {"shop.example", "ed1", content_of(words[3])}};
    auto made = email::make_smtp(config);
    auto signer = dkim::Signer::make(config.dkim);
    if (!made || !signer) {
        std::fprintf(stderr, "%s\n", (made ? signer.error() : made.error()).detail.c_str());
        return 1;
    }
    List list;
    for (const auto& [name, message] : letters()) {
        auto request = made.value()->request(message);
        if (!request) {
            std::fprintf(stderr, "%s: %s\n", name.c_str(), request.error().detail.c_str());
            return 1;
        }
        const auto& mail = std::get<SmtpRequest>(request.value());
        auto finished = mail.finish(mail.message);
        if (!finished) return 1;
        std::ofstream(directory + "/" + name + ".eml", std::ios::binary) << finished.value();
        list.push_back(described(name, message));
    }
    std::ofstream(directory + "/letters.json") << to_json(Value(std::move(list)));
    Record dns;
    for (std::size_t i = 0; i < config.dkim.size(); ++i) {
        auto [name, text] = signer.value().dns_record(i);
        dns.push_back({name, Value(text)});
    }
    std::ofstream(directory + "/dns.json") << to_json(Value(std::move(dns)));
    return 0;
}
