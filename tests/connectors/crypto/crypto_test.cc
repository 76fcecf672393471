#include "connectors/crypto/crypto.h"

#include "tests/connectors/crypto/sample_keys.h"

#include <catch2/catch.hpp>

using namespace journey;
using namespace journey::connectors::crypto;

namespace {

std::string unhex(std::string_view hex) {
    std::string out;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        out.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
    }
    return out;
}

std::string unbase64(std::string_view text) {
    const auto bytes = from_base64url(text);
    REQUIRE(bytes);
    return *bytes;
}

// What `openssl dgst -sha256 -sign` (-sha1) made of kOrder with kRsaPrivate and kEcPrivate.
constexpr std::string_view kOrder = "The order was placed.";
constexpr std::string_view kRsaSigned =
    "OXv9GjEqepljdFU+8smzEOP2oT2r3ppATmjynkWVnDRiEWe3JMf/hoCViQMyC9M9QCItMrERWxdpvKcge3d5OCYiyS//"
    "KZbOvVcf0Kbp1bft4+oS3sHn0y5rEya5fvc09rxHh7se3Nu0NqteehvCR42NMgsnB7YkHbJ2drYp3WwHe/"
    "A6DhX1jhlpmIDgKLsI7Q9MPqhS/aB1CSVJIcs0hQ+GFMvMm7qh8i+fUVdV//vYeAHk8duU747Kf2GueC/"
    "8GPY9eu9Vrb00LyZz6jCoN/wLpgGOW0FJuVRlbtzlU/7M+iFpo2IBgEUqi4w4Z6q9jjy4rQL5mS2LqKMQj8FgtA==";
constexpr std::string_view kRsaSha1Signed =
    "acQBl16tVnOt0bgGqjJN/m5pOt8/pqB4t6uoIieIxpIsYHf/"
    "ABsqKmDwRvxpnZe3VZHNI9P6UDB9JrdIHuUbadAzE04DQLnqk4CV2JAkLmfZoyUeiCZXRSMvvwd5/"
    "YrpOCUOVT6YxyvNORQvU5YauZJu/+oPcvwGGRIeLQDnZH6OEC/xH8sVVyoPMdIrC40JIXbBrjL4yLowKc3UrWoCVS0/"
    "TaIC9k4NVPw78kjZIITthdTyo/"
    "A3uZboM+SkjIiOPVzwMuYsWHC9wHqIHNNvjvaTHlEmKIoiYO3+"
    "X07mWSSZZ44efrUjt14pEzuUR1LEBhlUEnpcYN2LAatPG47PtA==";
constexpr std::string_view kEcSigned =
    "MEQCIB0G2yxCAjKf++LyPxrOTonTuVFXp7CTsjTPOJvMjY2KAiBxc9tzvFGyeuiQvo1FONI7PlKEhK/"
    "5KcRaBWkalKqzXg==";

}  // namespace

TEST_CASE("Ed25519 signs as RFC 8032, 7.1 shows", "[crypto]") {
    const auto [label, seed, key, message,
                signature] = GENERATE(table<std::string, std::string, std::string, std::string,
                                            std::string>({
        {"test 1", "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
         "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
         "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e3970"
         "1cf9b46bd25bf5f0595bbe24655141438e7a100b"},
        {"test 2", "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
         "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
         "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613"
         "d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
        {"test 3", "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
         "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
         "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760"
         "984dc6594a7c15e9716ed28dc027beceea1ec40a"},
    }));
    CAPTURE(label);
    const auto secret = PrivateKey::from_ed25519_seed(unhex(seed));
    REQUIRE(secret);
    const auto made = secret.value().sign(Scheme::ed25519, unhex(message));
    REQUIRE(made);
    CHECK(made.value() == unhex(signature));
    const auto open = PublicKey::from_ed25519(unhex(key));
    REQUIRE(open);
    CHECK(open.value().to_der() == secret.value().public_key().to_der());
    CHECK(open.value().verify(Scheme::ed25519, unhex(message), unhex(signature)));
    CHECK_FALSE(open.value().verify(Scheme::ed25519, unhex(message) + "!", unhex(signature)));
}

TEST_CASE("HKDF yields what RFC 5869, appendix A shows", "[crypto]") {
    CHECK(hkdf_sha256(std::string(22, '\x0b'), unhex("000102030405060708090a0b0c"),
                      unhex("f0f1f2f3f4f5f6f7f8f9"),
                      42) == unhex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5b"
                                   "f34007208d5b887185865"));
    std::string secret;
    std::string salt;
    std::string info;
    for (int i = 0; i < 80; ++i) {
        secret.push_back(static_cast<char>(i));
        salt.push_back(static_cast<char>(0x60 + i));
        info.push_back(static_cast<char>(0xb0 + i));
    }
    CHECK(hkdf_sha256(secret, salt, info, 82) ==
          unhex("b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271"
                "cb41c6"
                "5e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"));
    CHECK(hkdf_sha256(std::string(22, '\x0b'), "", "", 42) ==
          unhex("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96"
                "c8"));
    CHECK(hkdf_sha256("x", "y", "z", 0).empty());
}

TEST_CASE("the steps of Web Push's example come out as in RFC 8291, appendix A", "[crypto]") {
    const auto ours =
        PrivateKey::from_p256_scalar(unbase64("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"));
    const auto theirs =
        PrivateKey::from_p256_scalar(unbase64("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"));
    REQUIRE(ours);
    REQUIRE(theirs);
    const std::string our_point = ours.value().public_key().p256_point();
    const std::string their_point = theirs.value().public_key().p256_point();
    CHECK(
        to_base64url(our_point) ==
        "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8");
    CHECK(
        to_base64url(their_point) ==
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4");
    const auto read = PublicKey::from_p256_point(their_point);
    REQUIRE(read);
    const auto shared = ours.value().agree(read.value());
    REQUIRE(shared);
    CHECK(to_base64url(shared.value()) == "kyrL1jIIOHEzg3sM2ZWRHDRB62YACZhhSlknJ672kSs");
    CHECK(theirs.value().agree(ours.value().public_key()).value() == shared.value());
    const std::string key =
        hkdf_sha256(shared.value(), unbase64("BTBZMqHH6r4Tts7J_aSIgg"),
                    std::string("WebPush: info\0", 14) + their_point + our_point, 32);
    CHECK(to_base64url(key) == "S4lYMb_L0FxCeq0WhDx813KgSYqU26kOyzWUdsXYyrg");
    const std::string salt = unbase64("DGv6ra1nlYgDCS1FRnbzlw");
    const std::string cipher_key =
        hkdf_sha256(key, salt, std::string("Content-Encoding: aes128gcm\0", 28), 16);
    const std::string nonce =
        hkdf_sha256(key, salt, std::string("Content-Encoding: nonce\0", 24), 12);
    CHECK(to_base64url(cipher_key) == "oIhVW04MRdy2XN9CiKLxTg");
    CHECK(to_base64url(nonce) == "4h_95klXJ5E_qnoN");
    const std::string plain = "When I grow up, I want to be a watermelon\x02";
    const std::string sealed = seal_aes128_gcm(cipher_key, nonce, plain);
    CHECK(to_base64url(sealed) ==
          "8pfeW0KbunFT06SuDKoJH9Ql87S1QUrdirN6GcG7sFz1y1sqLgVi1VhjVkHsUoEsbI_0LpXMuGvnzQ");
    CHECK(open_aes128_gcm(cipher_key, nonce, sealed) == plain);
}

TEST_CASE("what was sealed opens only unchanged", "[crypto]") {
    const std::string key(16, 'k');
    const std::string nonce(12, 'n');
    const std::string sealed = seal_aes128_gcm(key, nonce, "hello");
    REQUIRE(sealed.size() == 21);
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        std::string changed = sealed;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        CHECK_FALSE(open_aes128_gcm(key, nonce, changed));
    }
    CHECK_FALSE(open_aes128_gcm(key, nonce, sealed.substr(0, 15)));
    CHECK_FALSE(open_aes128_gcm(std::string(16, 'x'), nonce, sealed));
    CHECK(open_aes128_gcm(key, nonce, seal_aes128_gcm(key, nonce, "")) == "");
}

TEST_CASE("the tokens of RFC 7515, appendix A are verified", "[crypto]") {
    const std::string claims =
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cn"
        "Vl"
        "fQ";
    const std::string rs256 = "eyJhbGciOiJSUzI1NiJ9." + claims +
                              ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__"
                              "dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5"
                              "jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_"
                              "nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L"
                              "07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-"
                              "eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUi"
                              "pUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
    const std::string es256 =
        "eyJhbGciOiJFUzI1NiJ9." + claims +
        ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    const auto rsa = PublicKey::from_base64_der(
        "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd/"
        "wWJcyQoTbji9k0l8W26mPddxHmfHQp+Vaw+4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL+yRT+SFd2lZS+pCgNMsD1W/"
        "YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb/"
        "7OMg0LOL+bSf63kpaSHSXndS5z5rexMdbBYUsLA9e+KXBdQOS+"
        "UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qC"
        "o5ZwKh9kG4LT6/I5IhlJH7aGhyxXFvUK+DWNmoudF8NAco9/"
        "h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQIDAQAB");
    const auto ec = PublicKey::from_p256_point(
        "\x04" + unbase64("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU") +
        unbase64("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"));
    REQUIRE(rsa);
    REQUIRE(ec);
    for (const auto& read : {read_jwt(rsa.value(), rs256), read_jwt(ec.value(), es256)}) {
        REQUIRE(read);
        CHECK(*find(read.value(), "iss") == Value("joe"));
    }
    // Neither key is fooled by the other's token, by "none", by a changed claim or by a cut.
    CHECK_FALSE(read_jwt(rsa.value(), es256));
    CHECK_FALSE(read_jwt(ec.value(), rs256));
    CHECK_FALSE(read_jwt(ec.value(), to_base64url(R"({"alg":"none"})") + "." + claims + "."));
    std::string changed = es256;
    changed[30] = changed[30] == 'A' ? 'B' : 'A';
    CHECK_FALSE(read_jwt(ec.value(), changed));
    CHECK_FALSE(read_jwt(ec.value(), es256.substr(0, es256.size() - 4)));
    CHECK_FALSE(read_jwt(ec.value(), claims));
    CHECK_FALSE(read_jwt(ec.value(), ""));
    CHECK_FALSE(read_jwt(ec.value(), ".."));
}

TEST_CASE("a token of ours is read with the public key", "[crypto]") {
    const auto [label, pem, algorithm] =
        GENERATE(table<std::string, std::string_view, std::string>({
            {"RSA", sample::kRsaPrivate, "RS256"},
            {"EC", sample::kEcPrivate, "ES256"},
            {"Ed25519", sample::kEdPrivate, "EdDSA"},
        }));
    CAPTURE(label);
    const auto key = PrivateKey::from_pem(pem);
    REQUIRE(key);
    Record claims;
    put(claims, "iss", "us");
    put(claims, "iat", 1'700'000'000);
    const auto token = make_jwt(key.value(), "key-1", claims);
    REQUIRE(token);
    const auto read = read_jwt(key.value().public_key(), token.value());
    REQUIRE(read);
    CHECK(read.value() == claims);
    const std::string header = unbase64(token.value().substr(0, token.value().find('.')));
    CHECK(header == R"({"typ":"JWT","alg":")" + algorithm + R"(","kid":"key-1"})");
}

TEST_CASE("what the openssl program signed is verified, and the other way round", "[crypto]") {
    const auto rsa = PublicKey::from_pem(sample::kRsaPublic);
    const auto ec = PublicKey::from_pem(sample::kEcPublic);
    REQUIRE(rsa);
    REQUIRE(ec);
    CHECK(rsa.value().verify(Scheme::rsa_sha256, kOrder, *from_base64(kRsaSigned)));
    CHECK(rsa.value().verify(Scheme::rsa_sha1, kOrder, *from_base64(kRsaSha1Signed)));
    CHECK(ec.value().verify(Scheme::p256_der, kOrder, *from_base64(kEcSigned)));
    CHECK_FALSE(rsa.value().verify(Scheme::rsa_sha1, kOrder, *from_base64(kRsaSigned)));
    CHECK_FALSE(ec.value().verify(Scheme::p256_raw, kOrder, *from_base64(kEcSigned)));
    CHECK_FALSE(ec.value().verify(Scheme::rsa_sha256, kOrder, *from_base64(kRsaSigned)));
    CHECK_FALSE(
        ec.value().verify(Scheme::p256_der, "The order was lost.", *from_base64(kEcSigned)));
    CHECK_FALSE(ec.value().verify(Scheme::p256_der, kOrder, ""));
    CHECK_FALSE(ec.value().verify(Scheme::p256_raw, kOrder, std::string(64, '\0')));
    CHECK_FALSE(ec.value().verify(Scheme::p256_raw, kOrder, std::string(64, '\xff')));

    const auto secret = PrivateKey::from_pem(sample::kRsaPrivate);
    REQUIRE(secret);
    CHECK(to_base64(secret.value().sign(Scheme::rsa_sha256, kOrder).value()) == kRsaSigned);
    CHECK_FALSE(secret.value().sign(Scheme::rsa_sha1, kOrder));
    CHECK_FALSE(secret.value().sign(Scheme::ed25519, kOrder));
    CHECK_FALSE(secret.value().agree(ec.value()));
    const auto signer = PrivateKey::from_pem(sample::kEcPrivate);
    REQUIRE(signer);
    for (const Scheme scheme : {Scheme::p256_raw, Scheme::p256_der}) {
        const auto made = signer.value().sign(scheme, kOrder);
        REQUIRE(made);
        CHECK((scheme == Scheme::p256_der || made.value().size() == 64));
        CHECK(ec.value().verify(scheme, kOrder, made.value()));
    }
}

TEST_CASE("a key is read in every form that providers hand out", "[crypto]") {
    const auto same = [](std::string_view a, std::string_view b) {
        const auto one = PrivateKey::from_pem(a);
        const auto other = PrivateKey::from_pem(b);
        REQUIRE(one);
        REQUIRE(other);
        return one.value().public_key().to_der() == other.value().public_key().to_der();
    };
    CHECK(same(sample::kRsaPrivate, sample::kRsaPrivatePkcs1));
    CHECK(same(sample::kEcPrivate, sample::kEcPrivateSec1));
    const std::string ec = PublicKey::from_pem(sample::kEcPublic).value().to_der();
    CHECK(PublicKey::from_pem(sample::kCertificate).value().to_der() == ec);
    CHECK(PublicKey::from_base64_der(to_base64(ec)).value().to_der() == ec);
    CHECK(PublicKey::from_pem(sample::kRsaPublicPkcs1).value().to_der() ==
          PublicKey::from_pem(sample::kRsaPublic).value().to_der());
}

TEST_CASE("a certificate counts only between its dates", "[crypto]") {
    const auto at = [](std::string_view time) {
        return PublicKey::from_certificate(sample::kCertificate, parse_instant(time).value())
            .has_value();
    };
    CHECK_FALSE(at("2026-11-20T00:00:00Z"));
    CHECK(at("2027-01-01T00:00:00Z"));
    CHECK_FALSE(at("2037-01-01T00:00:00Z"));
    CHECK_FALSE(PublicKey::from_certificate(sample::kEcPublic, Instant{}));
}

TEST_CASE("what is no key of ours is refused with a sentence", "[crypto]") {
    const auto [text, words] = GENERATE(table<std::string, std::string>({
        {"", "no private key"},
        {"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "no private key"},
        {std::string(sample::kEcPublic), "no private key"},
        {std::string(sample::kLockedPrivate), "locked with a password"},
        {std::string(sample::kP384Private), "another curve"},
        {std::string(70'000, 'x'), "longer than 64 KiB"},
    }));
    const auto refused = PrivateKey::from_pem(text);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().detail.find(words) != std::string::npos);
    CHECK_FALSE(PublicKey::from_pem(text == std::string(sample::kEcPublic) ? "" : text));
    CHECK_FALSE(PublicKey::from_der(text));
    CHECK_FALSE(PublicKey::from_base64_der("no base64!"));
    CHECK_FALSE(PrivateKey::from_p256_scalar(std::string(32, '\0')));
    CHECK_FALSE(PrivateKey::from_p256_scalar(std::string(32, '\xff')));
    CHECK_FALSE(PrivateKey::from_p256_scalar("short"));
    CHECK_FALSE(PrivateKey::from_ed25519_seed("short"));
    CHECK_FALSE(PublicKey::from_ed25519("short"));
    // Off the curve: a receiver that takes such a point gives away its key.
    CHECK_FALSE(PublicKey::from_p256_point("\x04" + std::string(64, '\x01')));
    CHECK_FALSE(PublicKey::from_p256_point(std::string(65, '\0')));
}
