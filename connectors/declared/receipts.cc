// A provider's call to us: proved first, then read item by item.

#include "connectors/crypto/crypto.h"
#include "connectors/declared/connector.h"
#include "connectors/inbound/inbound.h"

#include <charconv>
#include <cmath>
#include <fmt/format.h>

namespace journey::connectors::declared {
namespace {

constexpr std::size_t kItemsMost = 10'000;
constexpr std::size_t kFieldsMost = 1'000;

Record form_record(const Form& form) {
    Record out;
    for (const auto& [name, value] : form)
        put(out, name, value);
    return out;
}

/// Each name with its value, sorted by name: what Twilio and Mailchimp sign after the address.
std::string sorted_form(Form form) {
    std::sort(form.begin(), form.end());
    std::string out;
    for (const auto& [name, value] : form)
        out += name + value;
    return out;
}

Result<Record> call_data(const Receipts& receipts, const Record& settings,
                         const InboundCall& call) {
    Record data;
    Record headers;
    if (call.headers != nullptr) {
        for (const auto& [name, value] : *call.headers)
            put(headers, name, value);
    }
    put(data, "headers", std::move(headers));
    const auto query = parse_form(call.query);
    if (query && query->size() <= kFieldsMost) put(data, "query", form_record(*query));
    put(data, "url", call.url());
    put(data, "raw", std::string(call.body));
    put(data, "settings", settings);
    if (receipts.form) {
        auto form = parse_form(call.body);
        if (!form || form->size() > kFieldsMost)
            return error(ErrorCode::invalid, "the call's form cannot be read");
        put(data, "form", form_record(*form));
        put(data, "sorted_form", sorted_form(std::move(*form)));
    } else {
        // What cannot be read may still be proved; it is refused after that.
        auto body = value_from_json(call.body);
        put(data, "body", body ? std::move(body).value() : Value());
    }
    return data;
}

/// Seconds or milliseconds since 1970, or a date and time; `zone` is added when it names none.
std::optional<Instant> time_of(std::string text, const std::string& zone) {
    double number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec == std::errc() && read.ptr == text.data() + text.size()) {
        if (!std::isfinite(number) || number < 0 || number > 1e14) return std::nullopt;
        if (number >= 1e11) number /= 1000;
        return instant_of(static_cast<std::int64_t>(number * 1e6));
    }
    const bool names_zone =
        text.size() > 19 && (text.ends_with('Z') || text.find('+', 19) != std::string::npos ||
                             text.find('-', 19) != std::string::npos);
    if (!names_zone) text += zone;
    auto at = parse_instant(text);
    return at ? std::optional(at.value()) : std::nullopt;
}

Error not_proved(std::string_view why) {
    return error(ErrorCode::refused, std::string(why));
}

std::vector<std::string> words_of(std::string_view text, std::string_view prefix) {
    std::vector<std::string> out;
    while (!text.empty() && out.size() < 10) {
        const std::size_t end = text.find(' ');
        const std::string_view word = text.substr(0, end);
        if (word.starts_with(prefix)) out.emplace_back(word.substr(prefix.size()));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return out;
}

std::optional<std::string> decoded(const std::string& text, std::string_view encoding) {
    if (encoding == "base64") return from_base64(text);
    if (text.size() % 2 != 0) return std::nullopt;
    std::string out;
    for (std::size_t i = 0; i < text.size(); i += 2) {
        unsigned byte = 0;
        const auto read = std::from_chars(text.data() + i, text.data() + i + 2, byte, 16);
        if (read.ec != std::errc() || read.ptr != text.data() + i + 2) return std::nullopt;
        out += static_cast<char>(byte);
    }
    return out;
}

bool hmac_fits(const Proof& proof, const std::string& secret, const std::string& over,
               std::string_view signature) {
    std::string key = secret;
    if (proof.key_form == "base64") {
        const auto raw = from_base64(secret.starts_with("whsec_") ? secret.substr(6) : secret);
        if (!raw || raw->empty()) return false;
        key = *raw;
    }
    const std::string wanted =
        proof.hash == "sha1" ? hmac_sha1(key, over) : std::string(view_of(hmac_sha256(key, over)));
    return equal_constant_time(wanted, signature);
}

bool ecdsa_fits(const std::string& key, const std::string& over, std::string_view signature) {
    const auto read = crypto::PublicKey::from_base64_der(key);
    return read && read.value().kind() == crypto::KeyKind::p256 &&
           read.value().verify(crypto::Scheme::p256_der, over, signature);
}

/// Every configured secret is tried, so that a new one can be set before the old one goes.
Result<std::vector<std::string>> configured(const Proof& proof, const Record& data) {
    std::vector<std::string> out;
    for (const Pattern& pattern : proof.secrets) {
        TRY(std::string secret, pattern.text(data));
        if (!secret.empty()) out.push_back(std::move(secret));
    }
    return out;
}

Result<std::vector<std::string>> secrets_of(const Proof& proof, const Record& data) {
    TRY(auto out, configured(proof, data));
    if (out.empty())
        return not_proved("no secret is configured, so no call of this provider can be believed");
    return out;
}

Result<void> check_age(const Proof& proof, const Record& data, Instant now) {
    if (!proof.timestamp.given()) return success();
    TRY(const std::string text, proof.timestamp.text(data));
    const auto at = time_of(text, "");
    if (!at || *at < now - proof.age || *at > now + proof.age)
        return not_proved("the call is too old, or names no time");
    return success();
}

/// "Basic dXNlcjpwYXNz"
Result<void> prove_basic(const Proof& proof, const std::vector<std::string>& secrets,
                         const Record& data) {
    const Value* header = at_path(data, path_of("headers.authorization"));
    const std::string given = header == nullptr ? "" : text_of(*header);
    TRY(const std::string user, proof.user.text(data));
    bool genuine = false;
    for (const std::string& secret : secrets)
        genuine |= equal_constant_time("Basic " + to_base64(user + ":" + secret), given);
    if (!genuine) return not_proved("user and password of the call are not ours");
    return success();
}

Result<void> prove(const Proof& proof, const Record& data, Instant now) {
    if (proof.kind == "reference") return success();  // every report brings its own
    TRY(const auto secrets, secrets_of(proof, data));
    if (proof.kind == "basic") return prove_basic(proof, secrets, data);
    TRY(const std::string given, proof.given.text(data));
    bool genuine = false;
    if (proof.kind == "secret") {
        for (const std::string& secret : secrets)
            genuine |= equal_constant_time(secret, given);
        if (!genuine) return not_proved("the call does not carry our secret");
        return success();
    }
    TRY(const std::string over, proof.over.text(data));
    for (const std::string& word : words_of(given, proof.prefix)) {
        const auto signature = decoded(word, proof.encoding);
        if (!signature) continue;
        for (const std::string& secret : secrets)
            genuine |= proof.kind == "ecdsa" ? ecdsa_fits(secret, over, *signature)
                                             : hmac_fits(proof, secret, over, *signature);
    }
    if (!genuine) return not_proved("no signature of the call is the provider's");
    return check_age(proof, data, now);
}

class DeclaredReader final : public InboundReader {
  public:
    DeclaredReader(ProviderPtr provider, Record settings)
        : provider_(std::move(provider)), settings_(std::move(settings)) {}

    std::string_view provider() const override { return provider_->facts.name; }

    Result<InboundAnswer> read(const InboundCall& call) const override {
        const Receipts& receipts = provider_->receipts;
        TRY(Record data, call_data(receipts, settings_, call));
        TRY(prove(receipts.proof, data, call.now));
        InboundAnswer out;
        TRY(const List items, items_of(data));
        for (const Value& item : items) {
            put(data, "item", item);
            TRY(add_inner(data));
            TRY(auto report, report_of(data, call.now));
            if (report) out.reports.push_back(std::move(*report));
        }
        if (!receipts.answer_type.empty() || receipts.answer_status != 200)
            out.reply =
                InboundReply{receipts.answer_status,
                             receipts.answer_type.empty() ? "text/plain" : "application/json",
                             receipts.answer_body};
        return out;
    }

  private:
    /// Where the provider gives none: the same notice twice is the same bytes.
    static std::string name_of(const Record& data) {
        const Value* item = find(data, "item");
        return hex_sha256(item == nullptr ? "" : to_json(*item)).substr(0, 32);
    }

    Result<List> items_of(const Record& data) const {
        const Receipts& receipts = provider_->receipts;
        Value all;
        if (receipts.each.given()) {
            TRY(all, receipts.each.value(data));
            // A list inside of a text: Mailchimp's form field.
            if (const auto* text = all.as<std::string>()) {
                auto parsed = value_from_json(*text);
                all = parsed ? std::move(parsed).value() : Value();
            }
        } else if (const Value* whole = find(data, receipts.form ? "form" : "body")) {
            all = *whole;
        }
        if (const List* list = all.as<List>()) {
            if (list->size() > kItemsMost)
                return error(ErrorCode::invalid, "the call holds more than 10,000 notices");
            return *list;
        }
        if (all.is_missing())
            return error(ErrorCode::invalid, "the call does not hold what it should");
        return List{all};
    }

    Result<void> add_inner(Record& data) const {
        if (!provider_->receipts.inner.given()) return success();
        TRY(const std::string text, provider_->receipts.inner.text(data));
        auto parsed = value_from_json(text);
        if (!parsed) return error(ErrorCode::invalid, "the call's inner JSON cannot be read");
        put(data, "inner", std::move(parsed).value());
        return success();
    }

    Result<std::optional<InboundReport>> report_of(const Record& data, Instant now) const {
        const Receipts& receipts = provider_->receipts;
        InboundReport report;
        TRY(report.token, receipts.token.text(data));
        TRY(report.provider_id, receipts.provider_id.text(data));
        // Proved by nothing but the reference, a name that anybody may guess finds no message.
        if (receipts.proof.kind == "reference") report.provider_id.clear();
        if (receipts.text && receipts.text->where.holds(data)) {
            InboundText text;
            TRY(text.from, receipts.text->from.text(data));
            TRY(text.to, receipts.text->to.text(data));
            TRY(text.body, receipts.text->body.text(data));
            TRY(text.id, receipts.text->id.text(data));
            TRY(const std::string at, receipts.text->at.text(data));
            text.at = time_of(at, receipts.zone);
            if (text.id.empty() && text.at) text.id = name_of(data);
            if (receipts.text->proof) {
                TRY(prove(*receipts.text->proof, data, now));
            }
            const bool proved = receipts.text->proof || receipts.proof.kind != "reference";
            if (!text.from.empty() && proved) {
                report.text = std::move(text);
                return std::optional(std::move(report));
            }
        }
        for (const ReceiptRule& rule : receipts.rules) {
            if (!rule.where.holds(data)) continue;
            if (rule.kind) {
                TRY(report.receipt, receipt_of(rule, data, now));
            }
            break;
        }
        return std::optional(std::move(report));
    }

    Result<model::Receipt> receipt_of(const ReceiptRule& rule, const Record& data,
                                      Instant now) const {
        const Receipts& receipts = provider_->receipts;
        model::Receipt out;
        out.kind = *rule.kind;
        TRY(const std::string at, receipts.at.text(data));
        // A provider's clock that runs ahead does not make a receipt of tomorrow.
        out.at = std::min(time_of(at, receipts.zone).value_or(now), now);
        TRY(out.url, receipts.url.text(data));
        if (out.kind != model::ReceiptKind::clicked) out.url.clear();
        TRY(const std::string detail, rule.detail.text(data));
        out.detail = as_detail(detail);
        TRY(out.id, receipts.id.text(data));
        if (out.id.empty()) out.id = name_of(data);
        return out;
    }

    ProviderPtr provider_;
    Record settings_;
};

/// Reports that need more than a file can say are read where relays' are.
Result<std::unique_ptr<InboundReader>> known_reader(const Receipts& receipts, Record settings) {
    Record data;
    put(data, "settings", std::move(settings));
    TRY(auto secrets, configured(receipts.proof, data));
    if (receipts.reader == "sendgrid") return inbound::make_sendgrid_reader({std::move(secrets)});
    if (receipts.reader == "resend") return inbound::make_resend_reader({std::move(secrets)});
    return std::unique_ptr<InboundReader>(inbound::make_mandrill_reader({std::move(secrets)}));
}

}  // namespace

Result<std::unique_ptr<InboundReader>> make_reader(ProviderPtr provider, const Use& use) {
    if (!provider->receipts.given) return std::unique_ptr<InboundReader>();
    TRY(Record settings, settle(*provider, use));
    if (!provider->receipts.reader.empty())
        return known_reader(provider->receipts, std::move(settings));
    return std::unique_ptr<InboundReader>(
        std::make_unique<DeclaredReader>(std::move(provider), std::move(settings)));
}

}  // namespace journey::connectors::declared
