// A message to a request: what the provider demands of it, the data that patterns see, the draft,
// the signature.

#include "connectors/declared/connector.h"
#include "connectors/email/mime/mime.h"

#include <fmt/format.h>

namespace journey::connectors::declared {
namespace {

constexpr std::size_t kAddressMost = 4096;

std::string setting_of(const Account& account, std::string_view name) {
    const Value* found = find(account.settings, name);
    return found == nullptr ? "" : text_of(*found);
}

/// In quotes, so that a comma in a name does not begin a second address.
std::string quoted_sender(const mime::Mailbox& sender) {
    if (sender.name.empty()) return sender.address;
    std::string name;
    for (const char c : sender.name) {
        if (c == '"' || c == '\\') name += '\\';
        name += c;
    }
    return fmt::format("\"{}\" <{}>", name, sender.address);
}

/// The same in ASCII: RFC 2047's words of at most 75 characters, never through a code point.
std::string encoded_sender(const mime::Mailbox& sender) {
    constexpr std::size_t kBytesAWord = 45;
    const bool ascii = std::all_of(sender.name.begin(), sender.name.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (ascii) return quoted_sender(sender);
    std::string out;
    std::string_view rest = sender.name;
    while (!rest.empty()) {
        std::size_t end = std::min(kBytesAWord, rest.size());
        while (end < rest.size() && (static_cast<unsigned char>(rest[end]) & 0xc0) == 0x80)
            --end;
        if (end == 0) end = std::min(kBytesAWord, rest.size());  // no UTF-8
        out += "=?UTF-8?B?" + to_base64(rest.substr(0, end)) + "?= ";
        rest.remove_prefix(end);
    }
    return out + "<" + sender.address + ">";
}

/// The address as the provider gets it.
Result<std::string> address_of(Demands::Address wanted, const std::string& to) {
    std::string out = to;
    switch (wanted) {
        case Demands::Address::phone:
            if (!is_phone_number(to))
                return error(ErrorCode::invalid,
                             "the recipient is not a phone number in E.164 (+49…)");
            break;
        case Demands::Address::mail: {
            auto wire = mime::wire_address(to);
            if (!wire || wire->utf8)
                return error(ErrorCode::invalid, "the recipient is not a mail address");
            out = std::move(wire->text);
            break;
        }
        case Demands::Address::any:
            if (to.empty() || to.size() > kAddressMost)
                return error(ErrorCode::invalid, "the person has no address for this connector");
            break;
        case Demands::Address::none:
            break;
    }
    TRY(check_header_value(out, "the recipient"));
    return out;
}

/// {"name", "type", "content" in base64, "content_id"}
List attachments_of(const Message& message) {
    List out;
    for (const Attachment& one : message.attachments) {
        Record file;
        put(file, "name", one.name);
        put(file, "type", one.type);
        put(file, "content", to_base64(*one.content));
        put(file, "content_id", one.content_id);
        out.emplace_back(std::move(file));
    }
    return out;
}

/// Over: the sentence. Parts are looked up in the data, so a limit is of what is sent.
Result<void> check_parts(const Demands& demands, const Record& data) {
    for (const std::string& part : demands.parts) {
        const Value* found = find(data, part);
        if (found == nullptr || found->is_missing() || text_of(*found).empty())
            return error(ErrorCode::invalid, fmt::format("the message has no {}", part));
    }
    for (const Demands::Limit& limit : demands.limits) {
        const Value* found = find(data, limit.part);
        if (found == nullptr) continue;
        const std::string text = text_of(*found);
        const std::size_t size = limit.characters ? count_code_points(text) : text.size();
        if (size > limit.most)
            return error(ErrorCode::invalid,
                         fmt::format("the {} exceeds {} {}; shorten the template", limit.part,
                                     limit.most, limit.characters ? "characters" : "bytes"));
    }
    return success();
}

/// The provider keeps the texts, so ours is JSON: {"template": "SMS_1", "params": {…}}, or, when
/// the configuration knows the provider's name of the template, the parameters alone.
Result<void> add_template(const Account& account, const Message& message, Record& data) {
    const std::string& source = message.payload.empty() ? message.text : message.payload;
    auto parsed = value_from_json(source);
    const Record* content = parsed ? parsed.value().as<Record>() : nullptr;
    if (content == nullptr)
        return error(ErrorCode::invalid,
                     "this provider keeps the texts itself: the template's text must be a JSON "
                     "object like {\"template\": \"SMS_1\", \"params\": {\"name\": {{ first_name | "
                     "json }} }}");
    const Value* named = find(*content, "template");
    std::string id = named == nullptr ? "" : text_of(*named);
    if (id.empty()) {
        const auto known = account.use.templates.find(message.message_template);
        if (known != account.use.templates.end()) id = known->second;
    }
    if (id.empty())
        return error(ErrorCode::invalid,
                     fmt::format("the provider's template for `{}` is not known; write it as "
                                 "`template` into the JSON text, or into the connector's "
                                 "`templates`",
                                 message.message_template));
    const Value* given = find(*content, "params");
    const Value params = given != nullptr   ? *given
                         : named == nullptr ? Value(*content)
                                            : Value(Record());
    Record texts;
    List in_order;
    if (const Record* fields = params.as<Record>()) {
        for (const NamedValue& one : *fields) {
            put(texts, one.name, text_of(one.value));
            in_order.emplace_back(text_of(one.value));
        }
        put(data, "params", std::move(texts));
    } else if (const List* items = params.as<List>()) {
        for (const Value& one : *items)
            in_order.emplace_back(text_of(one));
        put(data, "params", in_order);
    }
    put(data, "content", *content);
    put(data, "template_id", id);
    put(data, "param_list", std::move(in_order));
    return success();
}

Result<Record> data_of(const Account& account, const Message& message) {
    Record data;
    TRY(std::string to, address_of(account.provider->demands.to, message.to));
    const std::string from = message.from.empty() ? setting_of(account, "from") : message.from;
    const std::string sender =
        message.sender.empty() ? setting_of(account, "sender") : message.sender;
    put(data, "to", std::move(to));
    put(data, "from", from);
    if (!from.empty() && message.channel == "email") {
        TRY(const mime::Mailbox shop, mime::parse_mailbox(from, "`from`"));
        put(data, "from", quoted_sender(shop));
        put(data, "from_encoded", encoded_sender(shop));
        put(data, "from_name", shop.name);
        put(data, "from_address", shop.address);
    }
    put(data, "sender", sender);
    put(data, "subject", message.subject);
    put(data, "title", message.title);
    // A letter has a text part, whether somebody wrote one or not.
    put(data, "text",
        message.text.empty() && !message.html.empty() ? mime::plain_text_of(message.html)
                                                      : message.text);
    put(data, "html", message.html);
    if (auto payload = value_from_json(message.payload)) put(data, "payload", payload.value());
    put(data, "key", model::format_key(message.key));
    put(data, "reference", message.reference);
    put(data, "url", message.url);
    put(data, "callback_url", message.callback_url);
    put(data, "unsubscribe_url", message.unsubscribe_url);
    put(data, "external_id", message.external_id);
    put(data, "journey", message.journey);
    put(data, "step", message.step);
    put(data, "template", message.message_template);
    put(data, "settings", account.settings);
    put(data, "now", message.at);
    put(data, "attachments", attachments_of(message));
    return data;
}

/// The same message at the same instant has the same nonce; a repeat later has another.
std::string nonce_of(const Message& message) {
    return hex_sha256(fmt::format("{}|{}", model::format_key(message.key), micros_of(message.at)))
        .substr(0, 32);
}

}  // namespace

Result<Request> declared_request(const Account& account, const Message& message) {
    const Provider& provider = *account.provider;
    if (!message.attachments.empty() && !provider.facts.traits.carries_files)
        return error(ErrorCode::invalid, fmt::format("{} sends no attachments, as its file has it",
                                                     provider.facts.name));
    TRY(Record data, data_of(account, message));
    if (provider.demands.templates) {
        TRY(add_template(account, message, data));
    }
    TRY(check_parts(provider.demands, data));
    TRY(Draft draft, draft_of(provider.call, data, account.use.base_url));
    for (const Demands::Limit& limit : provider.demands.limits) {
        if (limit.part == "request" && draft.body.size() > limit.most)
            return error(
                ErrorCode::invalid,
                fmt::format("the request exceeds {} bytes; shorten the template", limit.most));
    }
    TRY(authorize(provider.auth, draft, data, message.at, nonce_of(message)));
    HttpRequest request = request_of(std::move(draft));
    if (provider.token) {
        request.token = TokenUse{account.token, provider.token->header, provider.token->prefix,
                                 provider.token->query};
    }
    return Request(std::move(request));
}

}  // namespace journey::connectors::declared
