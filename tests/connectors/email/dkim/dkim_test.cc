#include "connectors/email/dkim/dkim.h"

#include "connectors/email/dkim/canonical.h"

#include <catch2/catch.hpp>
#include <openssl/evp.h>
#include <openssl/pem.h>

using namespace journey;
using namespace journey::connectors;
using namespace journey::connectors::dkim;

namespace {

std::string pem_of(EVP_PKEY* key) {
    REQUIRE(key != nullptr);
    BIO* out = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
    char* text = nullptr;
    const long size = BIO_get_mem_data(out, &text);
    std::string pem(text, static_cast<std::size_t>(size));
    BIO_free(out);
    EVP_PKEY_free(key);
    return pem;
}

std::string rsa_pem(std::size_t bits) {
    return pem_of(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", bits));
}
std::string ed25519_pem() {
    return pem_of(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
}

const std::string kMail =
    "From: Shop <hello@shop.example>\r\nTo: ada@mail.example\r\n"
    "Subject: A long\r\n  subject\r\nList-Unsubscribe: <https://s.example/u>\r\n"
    "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nX-Other: 1\r\n\r\n"
    "Hello.  \r\n\r\nBye\t now.\r\n\r\n\r\n";

const Instant kAt = parse_instant("2026-11-21T10:00:00Z").value();

std::string refusal(const KeyText& key) {
    auto made = Signer::make({key});
    return made ? "made" : made.error().detail;
}

std::string tag(std::string_view header, std::string_view name) {
    std::string flat;
    for (const char c : header) {
        if (c != ' ' && c != '\r' && c != '\n') flat += c;
    }
    const std::size_t at = flat.find(";" + std::string(name) + "=");
    REQUIRE(at != std::string::npos);
    const std::size_t begin = at + name.size() + 2;
    return flat.substr(begin, flat.find(';', begin) - begin);
}

}  // namespace

TEST_CASE("relaxed is what RFC 6376 shows in 3.4.5", "[dkim]") {
    CHECK(relaxed_header("A", " X") == "a:X\r\n");
    CHECK(relaxed_header("B ", " Y\t\r\n\tZ  ") == "b:Y Z\r\n");
    CHECK(relaxed_body(" C \r\nD \t E\r\n\r\n\r\n") == " C\r\nD E\r\n");
    CHECK(relaxed_body("").empty());
    CHECK(relaxed_body("\r\n\r\n").empty());
    CHECK(relaxed_body("no end") == "no end\r\n");
    CHECK(relaxed_body("a\r\n \t\r\nb\r\n \r\n") == "a\r\n\r\nb\r\n");
}

TEST_CASE("one signature a key, each of the whole message", "[dkim]") {
    auto signer = Signer::make(
        {{"shop.example", "a1", rsa_pem(2048)}, {"shop.example", "b1", ed25519_pem()}});
    REQUIRE(signer);
    const std::string sealed = signer.value().sign(kMail, kAt).value();
    CHECK(sealed == signer.value().sign(kMail, kAt).value());
    CHECK(sealed.ends_with(kMail));
    const SplitMail mail = split_mail(sealed);
    REQUIRE(mail.headers.size() == 8);
    CHECK(tag(mail.headers[0].second, "a") == "rsa-sha256");
    CHECK(tag(mail.headers[1].second, "a") == "ed25519-sha256");
    for (std::size_t i = 0; i < 2; ++i) {
        const std::string_view value = mail.headers[i].second;
        CHECK(mail.headers[i].first == "DKIM-Signature");
        CHECK(tag(value, "t") == "1795255200");
        CHECK(tag(value, "h").starts_with("from:from:to:to:cc:subject:subject:date:"));
        CHECK(tag(value, "h")
                  .find("list-unsubscribe:list-unsubscribe:list-unsubscribe-post:list-"
                        "unsubscribe-post:") != std::string::npos);
        CHECK(tag(value, "bh") == to_base64(view_of(sha256("Hello.\r\n\r\nBye now.\r\n"))));
    }
    const auto [name, text] = signer.value().dns_record(1);
    CHECK(name == "b1._domainkey.shop.example");
    CHECK(text.starts_with("v=DKIM1; k=ed25519; p="));
    CHECK(text.size() == std::string("v=DKIM1; k=ed25519; p=").size() + 44);
    CHECK(signer.value().dns_record(0).second.starts_with("v=DKIM1; k=rsa; p=MIIB"));
}

TEST_CASE("no line of a signature is longer than a line may be", "[dkim]") {
    auto signer = Signer::make({{"shop.example", "a1", rsa_pem(4096)}});
    REQUIRE(signer);
    const std::string sealed = signer.value().sign(kMail, kAt).value();
    std::string_view rest = sealed;
    while (!rest.empty()) {
        const std::size_t end = rest.find("\r\n");
        CHECK(end <= 78);
        rest.remove_prefix(end + 2);
    }
}

TEST_CASE("keys that receivers would not take are refused at the start", "[dkim]") {
    CHECK(refusal({"shop.example", "a1", rsa_pem(1024)}) ==
          "DKIM key a1._domainkey.shop.example: an RSA key needs at least 2048 bits");
    CHECK(refusal(
              {"shop.example", "a1", pem_of(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"))}) ==
          "DKIM key a1._domainkey.shop.example: DKIM knows RSA and Ed25519 keys only");
    CHECK(refusal({"shop.example", "a1", "no key"}).find("no private key") != std::string::npos);
    CHECK(refusal({"shop.example", "a 1", ed25519_pem()}).find("`selector`") != std::string::npos);
    CHECK(refusal({"shop.example;\r\n", "a1", ed25519_pem()}).find("`domain`") !=
          std::string::npos);
}
