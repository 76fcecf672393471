#include "engine/base/base.h"

#include <catch2/catch.hpp>

namespace journey {
namespace {

std::string hex(const Sha256& digest) {
    return to_hex(view_of(digest));
}

}  // namespace

TEST_CASE("SHA-256 gives the digests of FIPS 180-4's examples", "[digest]") {
    CHECK(hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST_CASE("HMACs are those of RFC 4231 and RFC 2202", "[digest]") {
    struct Row {
        const char* label;
        std::string key;
        std::string bytes;
        std::string sha256_hex;
        std::string sha1_hex;
    };
    const auto row = GENERATE(values<Row>({
        {"case 1", std::string(20, '\x0b'), "Hi There",
         "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
         "b617318655057264e28bc0b6fb378c8ef146be00"},
        {"case 2", "Jefe", "what do ya want for nothing?",
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
         "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"},
        {"case 3", std::string(20, '\xaa'), std::string(50, '\xdd'),
         "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
         "125d7342b9ac11cd91a39af48aa17b4f63f175d3"},
        {"an empty key and text", "", "",
         "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad",
         "fbdb1d1b18aa6c08324b7d64b71fb76370690e1d"},
    }));
    CAPTURE(row.label);
    CHECK(hex(hmac_sha256(row.key, row.bytes)) == row.sha256_hex);
    CHECK(to_hex(hmac_sha1(row.key, row.bytes)) == row.sha1_hex);
}

TEST_CASE("an HMAC key longer than a block is hashed first", "[digest]") {
    CHECK(hex(hmac_sha256(std::string(131, '\xaa'),
                          "Test Using Larger Than Block-Size Key - Hash Key First")) ==
          "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("base64 is that of RFC 4648", "[digest]") {
    struct Row {
        std::string bytes;
        std::string padded;
        std::string url;
    };
    const auto row = GENERATE(values<Row>({{"", "", ""},
                                           {"f", "Zg==", "Zg"},
                                           {"fo", "Zm8=", "Zm8"},
                                           {"foo", "Zm9v", "Zm9v"},
                                           {"foob", "Zm9vYg==", "Zm9vYg"},
                                           {"fooba", "Zm9vYmE=", "Zm9vYmE"},
                                           {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
                                           {"\xff\xef\xbf", "/++/", "_--_"},
                                           {std::string(1, '\0'), "AA==", "AA"}}));
    CAPTURE(row.padded);
    CHECK(to_base64(row.bytes) == row.padded);
    CHECK(from_base64(row.padded) == row.bytes);
    CHECK(to_base64url(row.bytes) == row.url);
    CHECK(from_base64url(row.url) == row.bytes);
}

TEST_CASE("every byte string comes back from base64url", "[digest]") {
    Rng rng(7);
    for (std::size_t size = 0; size < 70; ++size) {
        std::string bytes;
        while (bytes.size() < size)
            bytes += static_cast<char>(rng.below(256));
        CHECK(from_base64url(to_base64url(bytes)) == bytes);
        CHECK(from_base64(to_base64(bytes)) == bytes);
    }
}

TEST_CASE("base64 with a second spelling is refused", "[digest]") {
    const auto text = GENERATE(as<std::string>(), "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "=",
                               "====", "Z", "Zm9v\n", " Zm9v", "Zm-v", "Zm9vY===", "Zg==Zg==");
    CAPTURE(text);
    CHECK_FALSE(from_base64(text).has_value());
}

TEST_CASE("base64url refuses padding and the other alphabet", "[digest]") {
    const auto text = GENERATE(as<std::string>(), "Zg==", "Z", "Zh", "Zm9v+", "/w", "Zg\n");
    CAPTURE(text);
    CHECK_FALSE(from_base64url(text).has_value());
}

TEST_CASE("comparing in constant time agrees with comparing", "[digest]") {
    CHECK(equal_constant_time("", ""));
    CHECK(equal_constant_time("secret", "secret"));
    CHECK_FALSE(equal_constant_time("secret", "secreT"));
    CHECK_FALSE(equal_constant_time("Secret", "secret"));
    CHECK_FALSE(equal_constant_time("secret", "secret2"));
}

TEST_CASE("hash64 is XXH3, so that what is stored by it is found again", "[digest]") {
    CHECK(hash64("") == 0x2d06800538d394c2);
    CHECK(hash64("journey") == hash64(std::string("journey")));
    CHECK(hash64("journey", 1) != hash64("journey", 2));
}

}  // namespace journey
