#include "engine/model/model.h"

#include <catch2/catch.hpp>

namespace journey::model {

TEST_CASE("one mailbox or phone has one spelling", "[model][CMP-08]") {
    struct Row {
        const char* label;
        const char* kind;
        const char* text;
        const char* canonical;
    };
    const auto row = GENERATE(values<Row>({
        {"capitals", "email", "Ada.Byron@Example.COM", "ada.byron@example.com"},
        {"blanks around", "email", "\t ada@example.com \r\n", "ada@example.com"},
        {"full width", "email", "ＡＤＡ＠ｅｘａｍｐｌｅ．ｃｏｍ", "ada@example.com"},
        {"a name in Chinese", "email", "张伟@例子.中国", "张伟@xn--fsqu00a.xn--fiqs8s"},
        {"umlauts in the domain", "email", "ada@MÜNCHEN.de", "ada@xn--mnchen-3ya.de"},
        {"the same as ASCII", "email", "ada@xn--mnchen-3ya.de", "ada@xn--mnchen-3ya.de"},
        {"a dot at the end", "email", "ada@example.com.", "ada@example.com"},
        {"quotes for nothing", "email", "\"ada\"@example.com", "ada@example.com"},
        {"quotes that mean something", "email", "\"a b\"@example.com", "\"a b\"@example.com"},
        {"a tag is another address", "email", "ada+shop@example.com", "ada+shop@example.com"},
        {"international", "sms", "+86 138-0013-8000", "8613800138000"},
        {"with 00", "sms", "0086 138 0013 8000", "8613800138000"},
        {"without anything", "sms", "8613800138000", "8613800138000"},
        {"brackets", "sms", "+1 (415) 555.2671", "14155552671"},
        {"full-width digits", "sms", "＋８６１３８００１３８０００", "8613800138000"},
        {"as a link", "sms", "tel:+4930123456", "4930123456"},
        {"a device", "push", " AbC:dEf ", "AbC:dEf"},
    }));
    CAPTURE(row.label);
    const auto canonical = canonical_address(row.kind, row.text);
    REQUIRE(canonical);
    CHECK(canonical.value() == row.canonical);
    CHECK(canonical_address(row.kind, canonical.value()).value() == canonical.value());
}

TEST_CASE("what cannot be an address is told apart, whatever it is", "[model]") {
    struct Row {
        const char* kind;
        std::string text;
        const char* sentence;
    };
    const auto row = GENERATE(values<Row>({
        {"email", "", "The address is empty."},
        {"email", "  ", "The address is empty."},
        {"email", "ada", "That is not an e-mail address."},
        {"email", "@example.com", "That is not an e-mail address."},
        {"email", "ada@", "That is not an e-mail address."},
        {"email", "ada@exa mple.com", "That is not an e-mail address."},
        {"email", "a@b@example.com", "That is not an e-mail address."},
        {"email", "ada@[127.0.0.1]", "That is not an e-mail address."},
        {"email", "ada\r\nBcc: eve@example.com", "That is not an e-mail address."},
        {"email", std::string("ad\0a@example.com", 16), "That is not an e-mail address."},
        {"email", "\xff@example.com", "The address is not UTF-8."},
        {"email", std::string(300, 'a') + "@example.com", "That is not an e-mail address."},
        {"sms", "0170 1234567", "A phone number needs its country code, like +49 30 123456."},
        {"sms", "+49 call me", "That is not a phone number."},
        {"sms", "12345", "A phone number with its country code has 7 to 15 digits."},
        {"sms", "+1234567890123456", "A phone number with its country code has 7 to 15 digits."},
    }));
    CAPTURE(row.kind, row.text);
    const auto canonical = canonical_address(row.kind, row.text);
    REQUIRE_FALSE(canonical);
    CHECK(canonical.error().detail == row.sentence);
}

TEST_CASE("a key tells nothing of the address and depends on everything", "[model]") {
    const AddressKey key = address_key_of("pepper", "email", "ada@example.com");
    CHECK(key == address_key_of("pepper", "email", "ada@example.com"));
    CHECK(key != address_key_of("other", "email", "ada@example.com"));
    CHECK(key != address_key_of("pepper", "sms", "ada@example.com"));
    CHECK(key != address_key_of("pepper", "email", "ada@example.org"));
    // What separates the parts cannot be moved.
    CHECK(address_key_of("p", "channel:a", "b") != address_key_of("p", "channel:", "ab"));
}

}  // namespace journey::model
