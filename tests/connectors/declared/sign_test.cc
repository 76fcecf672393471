// Published vectors. tests/signatures holds the same against the providers' own packages.

#include "tests/connectors/declared/kit.h"

namespace journey::connectors::declared {
namespace {

std::string aws_file(const std::string& request) {
    return R"(
name: vector
channel: webhook
checked on: 2026-11-22
idempotency: {class: neither}
request: )" +
           request +
           R"(
message: {to: nobody}
auth: {kind: aws-sigv4, key id: AKIDEXAMPLE, secret: wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY, region: us-east-1, service: service}
)";
}

TEST_CASE("AWS's own test suite of Signature Version 4 holds", "[declared]") {
    const auto [label, request, signature] = GENERATE(table<const char*, const char*, const char*>({
        {"get-vanilla", "{method: GET, url: 'https://example.amazonaws.com/'}",
         "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
        {"get-vanilla-query-order-key-case",
         "{method: GET, url: 'https://example.amazonaws.com/', query: {Param2: value2, Param1: "
         "value1}}",
         "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
        {"post-vanilla", "{url: 'https://example.amazonaws.com/'}",
         "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
        {"post-x-www-form-urlencoded",
         "{url: 'https://example.amazonaws.com/', form: {Param1: value1}}",
         "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
    }));
    CAPTURE(label);
    const auto connector = connector_of(provider_from(aws_file(request)), {});
    Message message = message_to("webhook", "");
    message.at = parse_instant("2015-08-30T12:36:00Z").value();
    const std::string authorization = header(request_of(*connector, message), "Authorization");
    CAPTURE(authorization);
    CHECK(
        authorization.starts_with("AWS4-HMAC-SHA256 "
                                  "Credential=AKIDEXAMPLE/20150830/us-east-1/service/"
                                  "aws4_request, SignedHeaders="));
    CHECK(authorization.ends_with(signature));
}

TEST_CASE("a nonce is new for every attempt and the same for the same one", "[declared]") {
    const auto connector = connector_of("aliyun-sms");
    Message message = message_to("sms", "+8613800000000");
    message.text = R"({"template": "SMS_1", "params": {"code": "1234"}})";
    const auto first = header(request_of(*connector, message), "x-acs-signature-nonce");
    CHECK(first.size() == 32);
    CHECK(header(request_of(*connector, message), "x-acs-signature-nonce") == first);
    message.at += std::chrono::seconds(1);
    const auto later = header(request_of(*connector, message), "x-acs-signature-nonce");
    CHECK(later != first);
    message.key.bytes[0] = 0;
    CHECK(header(request_of(*connector, message), "x-acs-signature-nonce") != later);
}

}  // namespace
}  // namespace journey::connectors::declared
