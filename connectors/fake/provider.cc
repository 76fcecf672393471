#include "connectors/fake/provider.h"

#include <fmt/format.h>

namespace journey::connectors::fake {
namespace {

std::string text_at(const Record& record, std::string_view name) {
    const Value* found = find(record, name);
    const auto* text = found == nullptr ? nullptr : found->as<std::string>();
    return text == nullptr ? "" : *text;
}

std::string english(const Record& record, std::string_view name) {
    const Value* found = find(record, name);
    const Record* by_language = found == nullptr ? nullptr : found->as<Record>();
    return by_language == nullptr ? "" : text_at(*by_language, "en");
}

std::string field(const Form& form, std::string_view name) {
    for (const auto& [key, value] : form) {
        if (key == name) return value;
    }
    return {};
}

Record record_of(std::string_view body) {
    auto parsed = value_from_json(body);
    const Record* record = parsed ? parsed.value().as<Record>() : nullptr;
    return record == nullptr ? Record{} : *record;
}

void understand_twilio(Understood& call, const Headers& headers, std::string_view body) {
    call.kind = Understood::Kind::twilio;
    call.message.channel = "sms";
    const Form form = parse_form(body).value_or(Form{});
    call.message.to = field(form, "To");
    call.message.from = field(form, "From") + field(form, "MessagingServiceSid");
    call.message.text = field(form, "Body");
    if (const auto* key = header_named(headers, "x-journey-message")) call.message.key = *key;
}

void understand_onesignal(Understood& call, std::string_view body) {
    call.kind = Understood::Kind::onesignal;
    call.keyed = true;
    call.message.channel = "push";
    const Record record = record_of(body);
    const Value* ids = find(record, "include_subscription_ids");
    const List* list = ids == nullptr ? nullptr : ids->as<List>();
    if (list != nullptr && !list->empty() && list->front().as<std::string>() != nullptr) {
        call.message.to = *list->front().as<std::string>();
    }
    call.message.subject = english(record, "headings");
    call.message.text = english(record, "contents");
    call.message.key = text_at(record, "idempotency_key");
}

void understand_fcm(Understood& call, std::string_view body) {
    call.kind = Understood::Kind::fcm;
    call.message.channel = "push";
    const Record record = record_of(body);
    const auto inside = [](const Record* from, std::string_view name) {
        const Value* found = from == nullptr ? nullptr : find(*from, name);
        return found == nullptr ? nullptr : found->as<Record>();
    };
    const Record* message = inside(&record, "message");
    const Record* notification = inside(message, "notification");
    if (const Record* android = inside(message, "android"))
        call.message.key = text_at(*android, "collapse_key");
    if (message != nullptr) call.message.to = text_at(*message, "token");
    if (notification != nullptr) {
        call.message.subject = text_at(*notification, "title");
        call.message.text = text_at(*notification, "body");
    }
    if (call.message.to.empty()) {
        call.refusal = firebase_error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT");
    } else if (call.message.to.starts_with("gone")) {
        call.refusal = firebase_error(404, "NOT_FOUND", "UNREGISTERED");
    }
}

void understand_fake(Understood& call, std::string_view channel, std::string_view body) {
    call.kind = Understood::Kind::fake;
    const Record record = record_of(body);
    call.message.channel = std::string(channel);
    call.message.key = text_at(record, "key");
    call.message.to = text_at(record, "to");
    call.message.from = text_at(record, "from");
    call.message.subject = text_at(record, "subject");
    call.message.text = text_at(record, "text");
    call.keyed = text_at(record, "class") == "keyed";
}

// "code=TEN&percent=10" is answered {"code":"TEN","percent":10}: what reads as JSON is that.
void understand_call(Understood& call, std::string_view query) {
    call.kind = Understood::Kind::call;
    const auto form = parse_form(query);
    for (const auto& [name, text] : form.value_or(Form{})) {
        auto value = value_from_json(text);
        put(call.gives, name, value ? std::move(value).value() : Value(text));
    }
}

// Like a provider's own id: the same for the same key, so that a repeat is answered with the
// first's.
std::string made_id(const Understood& call, std::string_view prefix) {
    const std::string& seed =
        call.message.key.empty() ? call.message.body_sha256 : call.message.key;
    return std::string(prefix) + to_hex(view_of(sha256(seed))).substr(0, 32);
}

std::string ok_body(const Understood& call) {
    Record body;
    switch (call.kind) {
        case Understood::Kind::twilio:
            put(body, "sid", made_id(call, "SM"));
            put(body, "status", "queued");
            put(body, "error_code", Value());
            put(body, "to", call.message.to);
            return to_json(body);
        case Understood::Kind::onesignal:
            put(body, "id", call.message.key.empty() ? made_id(call, "") : call.message.key);
            put(body, "external_id", Value());
            return to_json(body);
        case Understood::Kind::fake:
            put(body, "id", made_id(call, "F"));
            return to_json(body);
        case Understood::Kind::fcm:
            put(body, "name", "projects/sink/messages/" + made_id(call, ""));
            return to_json(body);
        case Understood::Kind::call:
            return to_json(Value(call.gives));
        case Understood::Kind::webhook:
        case Understood::Kind::smtp:
            return "{}";
    }
    return "{}";
}

std::string reject_body(const Understood& call) {
    Record body;
    if (call.kind == Understood::Kind::twilio) {
        put(body, "code", 21211);
        put(body, "message", "Invalid 'To' Phone Number");
        put(body, "status", 400);
    } else {
        put(body, "errors", List{Value("refused by script")});
    }
    return to_json(body);
}

}  // namespace

const std::string* header_named(const Headers& headers, std::string_view name) {
    for (const auto& [key, value] : headers) {
        if (key == name) return &value;
    }
    return nullptr;
}

Understood understand_http(std::string_view path, const Headers& headers, std::string_view body) {
    Understood call;
    const std::size_t question = path.find('?');
    const std::string_view query =
        question == std::string_view::npos ? std::string_view() : path.substr(question + 1);
    path = path.substr(0, question);
    constexpr std::string_view kAnswer = "/answer";
    constexpr std::string_view kFake = "/fake/";
    const std::size_t fake = path.rfind(kFake);
    if (path.find("/2010-04-01/Accounts/") != std::string_view::npos &&
        path.ends_with("/Messages.json")) {
        understand_twilio(call, headers, body);
    } else if (path.ends_with("/notifications")) {
        understand_onesignal(call, body);
    } else if (path.ends_with("/messages:send")) {
        understand_fcm(call, body);
    } else if (fake != std::string_view::npos) {
        understand_fake(call, path.substr(fake + kFake.size()), body);
    } else {
        call.kind = Understood::Kind::webhook;
        call.keyed = true;
        call.message.channel = "webhook";
        call.message.to = std::string(path);
        call.message.text = std::string(body);
        if (const auto* id = header_named(headers, "webhook-id")) call.message.key = *id;
        if (path.ends_with(kAnswer)) understand_call(call, query);
    }
    call.message.body_sha256 = to_hex(view_of(sha256(body)));
    return call;
}

Understood understand_mail(std::string_view mail_from, std::string_view rcpt_to,
                           std::string_view message) {
    Understood call;
    call.kind = Understood::Kind::smtp;
    ReadMail mail = read_mail(message);
    call.message.channel = "email";
    call.message.key = std::move(mail.key);
    call.message.to = std::string(rcpt_to);
    call.message.from = mail.from.empty() ? std::string(mail_from) : std::move(mail.from);
    call.message.subject = std::move(mail.subject);
    call.message.text = std::move(mail.text);
    call.message.html = std::move(mail.html);
    call.message.body_sha256 = to_hex(view_of(sha256(message)));
    return call;
}

bool is_processed(Behaviour behaviour) {
    switch (behaviour) {
        case Behaviour::ok:
        case Behaviour::accept_then_close:
        case Behaviour::slow:
        case Behaviour::trickle:
        case Behaviour::huge:
        case Behaviour::garbage:
            return true;
        case Behaviour::too_many:
        case Behaviour::server_error:
        case Behaviour::reject:
        case Behaviour::unauthorized:
        case Behaviour::close_before:
        case Behaviour::hang:
            return false;
    }
    return false;
}

void Mind::expect(std::vector<Behaviour> behaviours) {
    expected_.insert(expected_.end(), behaviours.begin(), behaviours.end());
}

Behaviour Mind::next() {
    if (!expected_.empty()) {
        const Behaviour behaviour = expected_.front();
        expected_.pop_front();
        return behaviour;
    }
    if (script_.odds.empty()) return Behaviour::ok;
    double dice = rng_.unit();
    for (const auto& [behaviour, odds] : script_.odds) {
        if (dice < odds) return behaviour;
        dice -= odds;
    }
    return Behaviour::ok;
}

void Mind::judge(Understood& call, Behaviour behaviour) {
    SinkMessage& message = call.message;
    message.answer = name_of(behaviour);
    message.accepted = is_processed(behaviour) && !call.refusal;
    if (call.refusal) message.answer = name_of(Behaviour::reject);
    if (message.accepted && call.keyed && !message.key.empty()) {
        message.repeated = !seen_.insert(message.channel + " " + message.key).second;
    }
    auto found = std::find_if(counts_.begin(), counts_.end(),
                              [&](const auto& one) { return one.first == message.channel; });
    if (found == counts_.end()) found = counts_.insert(found, {message.channel, {}});
    SinkCounts& counts = found->second;
    ++counts.calls;
    if (!message.accepted) {
        ++counts.refused;
    } else if (message.repeated) {
        ++counts.repeated;
    } else {
        ++counts.accepted;
    }
}

SinkCounts Mind::counts(std::string_view channel) const {
    for (const auto& [name, counts] : counts_) {
        if (name == channel) return counts;
    }
    return {};
}

HttpAnswer answer_of(const Understood& call, Behaviour behaviour) {
    const bool twilio = call.kind == Understood::Kind::twilio;
    if (call.refusal) return *call.refusal;
    if (call.kind == Understood::Kind::fcm) {
        if (behaviour == Behaviour::too_many) {
            HttpAnswer answer = firebase_error(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED");
            answer.retry_after_s = 2;
            return answer;
        }
        if (behaviour == Behaviour::server_error)
            return firebase_error(500, "INTERNAL", "INTERNAL");
        if (behaviour == Behaviour::reject)
            return firebase_error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT");
        if (behaviour == Behaviour::unauthorized) return firebase_error(401, "UNAUTHENTICATED", "");
    }
    switch (behaviour) {
        case Behaviour::too_many:
            return {429, R"({"code":20429,"message":"Too Many Requests"})", 2};
        case Behaviour::server_error:
            return {500, R"({"message":"Internal Server Error"})"};
        case Behaviour::reject:
            return {400, reject_body(call)};
        case Behaviour::unauthorized:
            return {401, R"({"code":20003,"message":"Authenticate"})"};
        case Behaviour::garbage:
            return {200, "<html>It works!</html>"};
        case Behaviour::ok:
        case Behaviour::slow:
        case Behaviour::trickle:
        case Behaviour::huge:
        case Behaviour::accept_then_close:
        case Behaviour::close_before:
        case Behaviour::hang:
            break;
    }
    return {twilio ? 201 : 200, ok_body(call)};
}

}  // namespace journey::connectors::fake
