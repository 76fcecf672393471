// A provider file as a whole. README.md is the reference of the format.

#include "connectors/declared/reading.h"

#include <array>
#include <charconv>
#include <fmt/format.h>
#include <fstream>

namespace journey::connectors::declared {
namespace {

using model::IdempotencyClass;

constexpr std::size_t kFileMost = 256u << 10;

bool is_provider_name(std::string_view name) {
    return !name.empty() && name.size() <= 40 && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

std::vector<Need> needs_from(const Setting& at) {
    // Words that every connector takes, whatever its file says.
    static constexpr auto kTaken = std::to_array<std::string_view>(
        {"kind", "base", "parallel", "rate per second", "templates"});
    std::vector<Need> out;
    for (const auto& [name, said] : at.entries()) {
        Need need;
        need.name = name;
        const bool plain = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == ' ';
        });
        if (!plain) said.complain("a setting's name is small letters, digits and blanks");
        if (std::find(kTaken.begin(), kTaken.end(), name) != kTaken.end())
            said.complain("every connector has a setting of this name already; choose another");
        need.document = said["document"].yes(false);
        need.secret = said["secret"].yes(need.document);
        need.required = said["required"].yes(false);
        need.fallback = said["default"].text();
        need.example = said["example"].text();
        need.about = said["about"].text();
        out.push_back(std::move(need));
    }
    return out;
}

Traits traits_from(const Setting& file) {
    static constexpr auto kChannels =
        std::to_array<std::string_view>({"email", "sms", "push", "webhook"});
    static constexpr auto kClasses =
        std::to_array<std::string_view>({"keyed", "queryable", "neither", "collapsible"});
    static constexpr auto kMeant =
        std::to_array<IdempotencyClass>({IdempotencyClass::keyed, IdempotencyClass::queryable,
                                         IdempotencyClass::neither, IdempotencyClass::collapsible});
    Traits out;
    out.name = file["name"].text();
    if (!is_provider_name(out.name))
        file["name"].complain("a name like acme-sms belongs here: small letters, digits and `-`");
    if (!file["channel"].present()) file["channel"].complain("this must be said");
    out.channel = word_of(file["channel"], kChannels);
    out.checked_on = file["checked on"].text();
    if (!parse_date(out.checked_on))
        file["checked on"].complain(
            "the day on which somebody read the provider's documentation belongs here, like "
            "2026-11-22");
    const Setting idempotency = file["idempotency"];
    if (!idempotency["class"].present())
        idempotency["class"].complain(
            "say whether the provider recognises a repeat: keyed, queryable, neither or "
            "collapsible");
    const std::string word = word_of(idempotency["class"], kClasses);
    const auto found = std::find(kClasses.begin(), kClasses.end(), word);
    if (found != kClasses.end())
        out.idempotency = kMeant[static_cast<std::size_t>(found - kClasses.begin())];
    out.key_window = duration_of(idempotency["window"]);
    if ((out.idempotency == IdempotencyClass::keyed) != (out.key_window.count() > 0))
        idempotency["window"].complain(
            "a keyed provider remembers keys for some time, and only that one does");
    if (const Micros deadline = duration_of(file["timeout"]); deadline.count() > 0)
        out.deadline = deadline;
    return out;
}

constexpr auto kParts = std::to_array<std::string_view>(
    {"text", "subject", "title", "html", "payload", "from", "sender", "external_id"});

std::optional<Demands::Limit> limit_of(std::string_view part, std::string_view said) {
    Demands::Limit out;
    out.part = part;
    const auto read = std::from_chars(said.data(), said.data() + said.size(), out.most);
    const std::string_view unit = said.substr(static_cast<std::size_t>(read.ptr - said.data()));
    if (read.ec != std::errc() || (unit != " characters" && unit != " bytes")) return std::nullopt;
    out.characters = unit == " characters";
    return out;
}

Demands demands_from(const Setting& at) {
    static constexpr auto kAddresses =
        std::to_array<std::string_view>({"any", "phone", "mail", "nobody"});
    static constexpr auto kMeant =
        std::to_array<Demands::Address>({Demands::Address::any, Demands::Address::phone,
                                         Demands::Address::mail, Demands::Address::none});
    Demands out;
    const std::string word = word_of(at["to"], kAddresses);
    const auto found = std::find(kAddresses.begin(), kAddresses.end(), word);
    if (found != kAddresses.end())
        out.to = kMeant[static_cast<std::size_t>(found - kAddresses.begin())];
    for (const Setting& part : at["needs"].items())
        out.parts.push_back(word_of(part, kParts));
    for (const auto& [part, said] : at["most"].entries()) {
        const auto limit = limit_of(part, said.text());
        if (!limit) said.complain("`1600 characters` or `4096 bytes` belongs here");
        if (part != "request" && std::find(kParts.begin(), kParts.end(), part) == kParts.end())
            said.complain(
                fmt::format("a limit is of one of: request, {}", fmt::join(kParts, ", ")));
        if (limit) out.limits.push_back(*limit);
    }
    out.templates = at["templates"].yes(false);
    return out;
}

}  // namespace

const Facts& facts_of(const Provider& provider) {
    return provider.facts;
}

Result<ProviderPtr> read_provider(const std::string& text, const std::string& name) {
    TRY(const Setting file, Setting::parse(text, name));
    if (!file.is_map())
        return error(ErrorCode::invalid,
                     fmt::format("{}:1: a provider's file begins with `name:`", name));
    auto out = std::make_shared<Provider>();
    Facts& facts = out->facts;
    facts.traits = traits_from(file);
    facts.name = facts.traits.name;
    facts.title = file["title"].text(facts.name);
    facts.docs = file["docs"].text();
    facts.needs = needs_from(file["settings"]);
    const Reader reader(facts.needs);
    out->demands = demands_from(file["message"]);
    facts.templates = out->demands.templates;
    out->call = reader.call(file["request"], Place::request);
    out->auth = reader.auth(file["auth"]);
    out->token = reader.token(file["token"]);
    facts.traits.carries_files = text.find("{{ attachments }}") != std::string::npos;
    out->answer = reader.answer(file["answer"]);
    out->receipts = reader.receipts(file["receipts"]);
    const Receipts& receipts = out->receipts;
    facts.receipts = receipts.given;
    // A call to the message's own address needs no name.
    facts.named_by_provider = receipts.given && !receipts.token.given() &&
                              receipts.provider_id.given() && receipts.proof.kind != "reference" &&
                              text.find("callback_url") == std::string::npos;
    facts.hears_texts = receipts.text.has_value();
    TRY(file.finish());
    return ProviderPtr(std::move(out));
}

Result<ProviderPtr> load_provider(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in)
        return error(ErrorCode::not_found,
                     fmt::format("I cannot read {}; does the file exist?", path));
    std::string text(kFileMost + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    if (text.size() > kFileMost)
        return error(ErrorCode::refused,
                     fmt::format("{} is larger than 256 KiB; is it a provider's file?", path));
    return read_provider(text, path);
}

}  // namespace journey::connectors::declared
