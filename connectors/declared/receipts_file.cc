// What the file says about the calls that come from the provider.

#include "connectors/declared/reading.h"

#include <array>
#include <fmt/format.h>

namespace journey::connectors::declared {
namespace {

using model::ReceiptKind;

constexpr auto kProofs =
    std::to_array<std::string_view>({"hmac", "ecdsa", "basic", "secret", "reference"});
constexpr auto kHashes = std::to_array<std::string_view>({"sha256", "sha1"});
constexpr auto kKeyForms = std::to_array<std::string_view>({"text", "base64"});
constexpr auto kEncodings = std::to_array<std::string_view>({"hex", "base64"});
constexpr auto kReaders = std::to_array<std::string_view>({"mandrill", "resend", "sendgrid"});
constexpr auto kFormats = std::to_array<std::string_view>({"json", "form"});

constexpr auto kKinds =
    std::to_array<ReceiptKind>({ReceiptKind::delivered, ReceiptKind::opened, ReceiptKind::clicked,
                                ReceiptKind::bounced, ReceiptKind::complained, ReceiptKind::replied,
                                ReceiptKind::unsubscribed, ReceiptKind::failed});

std::optional<ReceiptKind> kind_of(const Setting& at) {
    const std::string word = at.text();
    if (word == "nothing") return std::nullopt;
    for (const ReceiptKind kind : kKinds) {
        if (model::name_of(kind) == word) return kind;
    }
    std::vector<std::string_view> names;
    for (const ReceiptKind kind : kKinds)
        names.push_back(model::name_of(kind));
    at.complain(fmt::format("one of these belongs here: {}, nothing", fmt::join(names, ", ")));
    return std::nullopt;
}

std::vector<Pattern> secrets_from(const Reader& reader, const Setting& at) {
    std::vector<Pattern> out;
    for (const Setting& secret : at.items())
        out.push_back(reader.pattern(secret, Place::settings));
    if (out.empty()) at.complain("the settings that hold the secret belong here, the newest first");
    return out;
}

Proof proof_from(const Reader& reader, const Setting& at) {
    Proof out;
    if (!at["kind"].present()) at["kind"].complain("this must be said");
    out.kind = word_of(at["kind"], kProofs);
    if (out.kind == "reference") return out;
    out.secrets = secrets_from(reader, at["secrets"]);
    if (out.kind == "basic") {
        out.user = reader.needed(at["user"], Place::settings);
        return out;
    }
    out.given = reader.needed(at["given"], Place::receipts);
    if (out.kind == "secret") return out;
    out.over = reader.needed(at["over"], Place::receipts);
    out.timestamp = reader.pattern(at["time"], Place::receipts);
    out.encoding = word_of(at["encoding"], kEncodings);
    out.prefix = at["prefix"].text();
    if (const Micros age = duration_of(at["age"]); age.count() > 0) out.age = age;
    if (out.kind == "ecdsa") return out;
    out.hash = word_of(at["hash"], kHashes);
    out.key_form = word_of(at["key form"], kKeyForms);
    return out;
}

bool is_zone(std::string_view zone) {
    const auto digit = [&](std::size_t at) { return zone[at] >= '0' && zone[at] <= '9'; };
    return zone.size() == 6 && (zone[0] == '+' || zone[0] == '-') && digit(1) && digit(2) &&
           zone[3] == ':' && digit(4) && digit(5);
}

}  // namespace

Receipts Reader::receipts(const Setting& at) const {
    Receipts out;
    if (!at.present()) return out;
    out.given = true;
    if (const Setting known = at["reader"]; known.present()) {
        out.reader = word_of(known, kReaders);
        out.proof.secrets = secrets_from(*this, at["secrets"]);
        return out;
    }
    out.form = word_of(at["format"], kFormats) == "form";
    out.proof = proof_from(*this, at["proof"]);
    out.each = pattern(at["each"], Place::receipts);
    out.inner = pattern(at["inner"], Place::receipts);
    out.token = pattern(at["reference"], Place::receipts);
    out.provider_id = pattern(at["message id"], Place::receipts);
    if (!out.token.given() && !out.provider_id.given() && out.proof.kind != "reference")
        at["message id"].complain("say by what a message is found: `reference` or `message id`");
    out.id = pattern(at["id"], Place::receipts);
    out.at = pattern(at["at"], Place::receipts);
    out.zone = at["zone"].text();
    if (!out.zone.empty() && !is_zone(out.zone))
        at["zone"].complain("an offset like +08:00 belongs here");
    out.url = pattern(at["url"], Place::receipts);
    for (const Setting& item : at["rules"].items()) {
        ReceiptRule rule;
        rule.where = where(item["where"], Place::receipts);
        rule.kind = kind_of(item["is"]);
        rule.detail = pattern(item["detail"], Place::receipts);
        out.rules.push_back(std::move(rule));
    }
    if (const Setting text = at["text"]; text.present()) {
        out.text.emplace();
        out.text->where = where(text["where"], Place::receipts);
        out.text->from = needed(text["from"], Place::receipts);
        out.text->to = pattern(text["to"], Place::receipts);
        out.text->body = needed(text["body"], Place::receipts);
        out.text->id = pattern(text["id"], Place::receipts);
        out.text->at = pattern(text["at"], Place::receipts);
        if (const Setting proof = text["proof"]; proof.present()) {
            out.text->proof = proof_from(*this, proof);
            if (out.text->proof->kind == "reference")
                proof["kind"].complain("a text names no message of ours that could prove it");
        }
    }
    const Setting answer = at["answer"];
    out.answer_status = static_cast<std::uint32_t>(answer["status"].number(200));
    if (out.answer_status < 200 || out.answer_status > 299)
        answer["status"].complain("a status from 200 to 299 belongs here");
    if (const Setting json = answer["json"]; json.present()) {
        auto body = evaluate(tree(json, Place::receipts), {});
        out.answer_type = "application/json";
        if (body) out.answer_body = to_json(body.value());
    }
    return out;
}

}  // namespace journey::connectors::declared
