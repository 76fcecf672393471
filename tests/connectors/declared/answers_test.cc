// What providers answer, and what it means. Bodies are of their documentation.

#include "tests/connectors/declared/kit.h"

namespace journey::connectors::declared {
namespace {

using model::ObservationKind;

struct Row {
    const char* provider;
    std::uint32_t status;
    const char* body;
    ObservationKind kind;
    const char* id = "";
    const char* reason = "";  // in it
};

const std::vector<Row>& rows() {
    static const std::vector<Row> kRows = {
        {"aliyun-sms", 200, R"({"Message":"OK","RequestId":"R","Code":"OK","BizId":"9006^0"})",
         ObservationKind::accepted, "9006^0"},
        {"aliyun-sms", 200, R"({"Message":"触发小时级流控","Code":"isv.BUSINESS_LIMIT_CONTROL"})",
         ObservationKind::retry, "", "isv.BUSINESS_LIMIT_CONTROL"},
        {"aliyun-sms", 200, R"({"Message":"13800000000非法","Code":"isv.MOBILE_NUMBER_ILLEGAL"})",
         ObservationKind::rejected, "", "isv.MOBILE_NUMBER_ILLEGAL"},
        {"aliyun-sms", 200, R"({"Code":"isv.AMOUNT_NOT_ENOUGH"})", ObservationKind::pause},
        {"aliyun-sms", 200, R"({"Code":"isp.SYSTEM_ERROR"})", ObservationKind::unknown},
        {"aliyun-sms", 404, R"({"Code":"InvalidAccessKeyId.NotFound"})", ObservationKind::pause},
        {"aliyun-sms", 400, R"({"Code":"SignatureDoesNotMatch"})", ObservationKind::pause},
        {"aliyun-sms", 400, R"({"Code":"Throttling.User"})", ObservationKind::retry},
        {"aliyun-sms", 200, "<html>", ObservationKind::unknown},
        {"aliyun-sms", 503, "", ObservationKind::unknown},
        {"tencent-sms", 200,
         R"({"Response":{"SendStatusSet":[{"SerialNo":"5000:1","Code":"Ok","Message":"send success"}],"RequestId":"r"}})",
         ObservationKind::accepted, "5000:1"},
        {"tencent-sms", 200,
         R"({"Response":{"SendStatusSet":[{"SerialNo":"","Code":"FailedOperation.PhoneNumberInBlacklist"}]}})",
         ObservationKind::rejected, "", "FailedOperation.PhoneNumberInBlacklist"},
        {"tencent-sms", 200,
         R"({"Response":{"SendStatusSet":[{"Code":"LimitExceeded.PhoneNumberDailyLimit"}]}})",
         ObservationKind::retry},
        {"tencent-sms", 200,
         R"({"Response":{"SendStatusSet":[{"Code":"FailedOperation.InsufficientBalanceInSmsPackage"}]}})",
         ObservationKind::pause},
        {"tencent-sms", 200,
         R"({"Response":{"Error":{"Code":"AuthFailure.SignatureFailure","Message":"…"},"RequestId":"r"}})",
         ObservationKind::pause, "", "AuthFailure.SignatureFailure"},
        {"tencent-sms", 200, R"({"Response":{"Error":{"Code":"InternalError.Timeout"}}})",
         ObservationKind::unknown},
        {"tencent-sms", 200, R"({"Response":{"Error":{"Code":"RequestLimitExceeded"}}})",
         ObservationKind::retry},
        {"tencent-sms", 200, R"({"Response":{}})", ObservationKind::unknown},
        {"jpush", 200, R"({"sendno":"0","msg_id":"18100287008546323"})", ObservationKind::accepted,
         "18100287008546323"},
        {"jpush", 400, R"({"error":{"code":1011,"message":"cannot find user by this audience"}})",
         ObservationKind::rejected, "", "1011"},
        {"jpush", 429, R"({"error":{"code":2002,"message":"Rate limit exceeded"}})",
         ObservationKind::retry},
        {"jpush", 401, R"({"error":{"code":1004,"message":"Authen failed"}})",
         ObservationKind::pause},
        {"jpush", 200, "{}", ObservationKind::unknown},
        {"jpush", 500, R"({"error":{"code":1000,"message":"Server internal error"}})",
         ObservationKind::unknown},
        {"wechat-subscribe", 200, R"({"errcode":0,"errmsg":"ok"})", ObservationKind::accepted},
        {"wechat-subscribe", 200, R"({"errcode":0,"errmsg":"ok","msgid":123})",
         ObservationKind::accepted, "123"},
        {"wechat-subscribe", 200, R"({"errcode":43101,"errmsg":"user refuse to accept the msg"})",
         ObservationKind::rejected, "", "43101"},
        {"wechat-subscribe", 200, R"({"errcode":40003,"errmsg":"invalid openid"})",
         ObservationKind::rejected},
        {"wechat-subscribe", 200, R"({"errcode":48001,"errmsg":"api unauthorized"})",
         ObservationKind::pause},
        {"wechat-subscribe", 200, R"({"errcode":45009,"errmsg":"reach max api daily quota limit"})",
         ObservationKind::retry},
        {"wechat-subscribe", 200, R"({"errcode":-1,"errmsg":"system error"})",
         ObservationKind::unknown},
        {"wechat-subscribe", 200, "", ObservationKind::unknown},
        {"mandrill", 200, R"([{"email":"ada@shop.example","status":"sent","_id":"abc123"}])",
         ObservationKind::accepted, "abc123"},
        {"mandrill", 200,
         R"([{"email":"a@b.example","status":"rejected","reject_reason":"hard-bounce","_id":"x"}])",
         ObservationKind::rejected, "", "hard-bounce"},
        {"mandrill", 500, R"({"status":"error","code":-1,"name":"Invalid_Key","message":"…"})",
         ObservationKind::pause, "", "Invalid_Key"},
        {"mandrill", 500, R"({"status":"error","code":-2,"name":"ValidationError"})",
         ObservationKind::rejected},
        {"mandrill", 500, R"({"status":"error","name":"GeneralError"})", ObservationKind::unknown},
        {"ses", 200, R"({"MessageId":"010f0180"})", ObservationKind::accepted, "010f0180"},
        {"ses", 429, R"({"message":"Maximum sending rate exceeded."})", ObservationKind::retry},
        {"ses", 403, R"({"message":"The security token is invalid"})", ObservationKind::pause},
        {"ses", 400, R"({"message":"Missing final '@domain'"})", ObservationKind::rejected},
        {"ses", 200, "{}", ObservationKind::unknown},
        {"sendgrid", 400, R"({"errors":[{"message":"…"}]})", ObservationKind::rejected},
        {"sendgrid", 401, "", ObservationKind::pause},
        {"twilio-whatsapp", 201, R"({"sid":"SM1","status":"queued","error_code":null})",
         ObservationKind::accepted, "SM1"},
        {"twilio-whatsapp", 201, R"({"sid":"SM1","status":"failed","error_code":63016})",
         ObservationKind::rejected, "", "63016"},
        {"twilio-whatsapp", 400, R"({"code":21211,"message":"…","status":400})",
         ObservationKind::rejected, "", "21211"},
        {"twilio-whatsapp", 201, "{}", ObservationKind::unknown},
        {"slack", 200, "ok", ObservationKind::accepted},
        {"slack", 404, "no_service", ObservationKind::pause, "", "no_service"},
        {"slack", 400, "invalid_payload", ObservationKind::rejected, "", "invalid_payload"},
        {"slack", 200, "<html>", ObservationKind::unknown},
        {"resend", 200, R"({"id":"49a3999c"})", ObservationKind::accepted, "49a3999c"},
        {"resend", 409, R"({"name":"invalid_idempotent_request"})", ObservationKind::accepted},
        {"resend", 409, R"({"name":"concurrent_idempotent_requests"})", ObservationKind::retry},
        {"resend", 422, R"({"name":"validation_error","message":"…"})", ObservationKind::rejected,
         "", "validation_error"},
        {"resend", 500, "", ObservationKind::retry},
        {"postmark", 200, R"({"To":"a@b.example","MessageID":"b7bc","ErrorCode":0,"Message":"OK"})",
         ObservationKind::accepted, "b7bc"},
        {"postmark", 422, R"({"ErrorCode":406,"Message":"…"})", ObservationKind::rejected, "",
         "406"},
        {"postmark", 422, R"({"ErrorCode":405,"Message":"no credits"})", ObservationKind::pause},
        {"brevo", 201, R"({"messageId":"<2026@smtp-relay>"})", ObservationKind::accepted,
         "<2026@smtp-relay>"},
        {"brevo", 400, R"({"code":"duplicate_parameter","message":"…"})", ObservationKind::accepted,
         "", "had it already"},
        {"brevo", 400, R"({"code":"invalid_parameter"})", ObservationKind::rejected},
        {"brevo", 402, R"({"code":"not_enough_credits"})", ObservationKind::pause},
        {"mailgun", 200, R"({"id":"<20260101.1@mg.shop.example>","message":"Queued."})",
         ObservationKind::accepted, "20260101.1@mg.shop.example"},
        {"mailgun", 402, "", ObservationKind::pause},
        {"vonage", 200, R"({"message-count":"1","messages":[{"status":"0","message-id":"0A"}]})",
         ObservationKind::accepted, "0A"},
        {"vonage", 200, R"({"messages":[{"status":"1","error-text":"Throttled"}]})",
         ObservationKind::retry},
        {"vonage", 200, R"({"messages":[{"status":"9","error-text":"Quota"}]})",
         ObservationKind::pause},
        {"vonage", 200, R"({"messages":[{"status":"3","error-text":"Invalid"}]})",
         ObservationKind::rejected},
        {"plivo", 202, R"({"message":"message(s) queued","message_uuid":["db33"]})",
         ObservationKind::accepted, "db33"},
        {"plivo", 202, "{}", ObservationKind::unknown},
    };
    return kRows;
}

TEST_CASE("the answers of providers that ship are understood", "[declared]") {
    const Row row = GENERATE(from_range(rows()));
    CAPTURE(row.provider, row.status, row.body);
    const auto seen = connector_of(row.provider)->observe(answer(row.status, row.body));
    CHECK(seen.kind == row.kind);
    CHECK(seen.provider_id == row.id);
    CHECK(seen.status == row.status);
    CHECK(seen.reason.find(row.reason) != std::string::npos);
    if (seen.kind != ObservationKind::accepted) CHECK_FALSE(seen.reason.empty());
}

TEST_CASE("no sentence of a provider gets into a reason, because it may name the person",
          "[declared]") {
    const auto [provider, status, body] = GENERATE(table<const char*, std::uint32_t, const char*>({
        {"slack", 400, "no such user ada@shop.example"},
        {"mandrill", 500, R"({"name":"ValidationError for ada@shop.example"})"},
        {"aliyun-sms", 200, R"({"Code":"isv.+8613800000000"})"},
    }));
    CAPTURE(provider);
    const auto seen = connector_of(provider)->observe(answer(status, body));
    CHECK(seen.reason.find("ada@") == std::string::npos);
    CHECK(seen.reason.find("+86") == std::string::npos);
}

TEST_CASE("the id of SendGrid and the error of Amazon are in headers", "[declared]") {
    const auto sent = connector_of("sendgrid")->observe(answer(202, "", {{"x-message-id", "abc"}}));
    CHECK(sent.kind == ObservationKind::accepted);
    CHECK(sent.provider_id == "abc");
    const auto [type, kind] = GENERATE(table<const char*, ObservationKind>({
        {"SendingPausedException:http://x", ObservationKind::pause},
        {"AccountSuspendedException", ObservationKind::pause},
        {"TooManyRequestsException", ObservationKind::retry},
        {"MessageRejected", ObservationKind::rejected},
    }));
    CAPTURE(type);
    CHECK(connector_of("ses")->observe(answer(400, "{}", {{"x-amzn-errortype", type}})).kind ==
          kind);
}

TEST_CASE("a rule says how long to wait unless the provider does", "[declared]") {
    const auto connector = connector_of("aliyun-sms");
    const char* const body = R"({"Code":"isv.BUSINESS_LIMIT_CONTROL"})";
    CHECK(connector->observe(answer(200, body)).retry_after == std::chrono::minutes(10));
    CHECK(connector->observe(answer(200, body, {{"retry-after", "30"}})).retry_after ==
          std::chrono::seconds(30));
}

TEST_CASE("an answer that is no answer follows the class", "[declared]") {
    Response nothing;
    nothing.bytes_left = true;
    nothing.failure = "the connection was reset";
    CHECK(connector_of("resend")->observe(nothing).kind == ObservationKind::retry);
    CHECK(connector_of("sendgrid")->observe(nothing).kind == ObservationKind::unknown);
    nothing.bytes_left = false;
    CHECK(connector_of("sendgrid")->observe(nothing).kind == ObservationKind::retry);
}

}  // namespace
}  // namespace journey::connectors::declared
