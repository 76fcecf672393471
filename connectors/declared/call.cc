// What a request looks like in a file: address, fields, body.

#include "connectors/declared/reading.h"

#include <array>
#include <charconv>
#include <fmt/format.h>

namespace journey::connectors::declared {
namespace {

const std::vector<std::string>& names_of(Place place) {
    static const std::vector<std::string> kRequest = {
        "to",           "from",        "from_name",    "from_address",
        "from_encoded", "sender",      "subject",      "title",
        "text",         "html",        "payload",      "key",
        "reference",    "url",         "callback_url", "unsubscribe_url",
        "external_id",  "journey",     "step",         "template",
        "content",      "template_id", "params",       "item",
        "param_list",   "settings",    "now",          "attachments"};
    static const std::vector<std::string> kSettings = {"settings"};
    static const std::vector<std::string> kToken = {"settings", "now", "assertion"};
    static const std::vector<std::string> kAnswer = {"status", "headers", "body", "text"};
    static const std::vector<std::string> kReceipts = {"item",  "inner",   "body",        "headers",
                                                       "query", "form",    "sorted_form", "url",
                                                       "raw",   "settings"};
    switch (place) {
        case Place::request:
            return kRequest;
        case Place::settings:
            return kSettings;
        case Place::token:
            return kToken;
        case Place::answer:
            return kAnswer;
        case Place::receipts:
            break;
    }
    return kReceipts;
}

bool has_pattern(std::string_view text) {
    return text.find("{{") != std::string_view::npos || text.find("{%") != std::string_view::npos;
}

/// What a plain scalar of YAML means in JSON.
Value plain_value(const Setting& at, const std::string& text) {
    if (at.is_quoted()) return text;
    if (text == "true" || text == "false") return text == "true";
    if (text.empty() || text == "null" || text == "~") return Value();
    std::int64_t number = 0;
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    if (read.ec == std::errc() && read.ptr == end) return number;
    double fraction = 0;
    const auto real = std::from_chars(text.data(), end, fraction);
    return real.ec == std::errc() && real.ptr == end ? Value(fraction) : Value(text);
}

bool is_header_name(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    });
}

}  // namespace

std::string underscored(std::string_view name) {
    std::string out(name);
    std::replace(out.begin(), out.end(), ' ', '_');
    return out;
}

void Reader::check_settings(const Setting& at, std::string_view source) const {
    constexpr std::string_view kPrefix = "settings.";
    for (std::size_t from = source.find(kPrefix); from != std::string_view::npos;
         from = source.find(kPrefix, from + 1)) {
        if (from > 0 && (source[from - 1] == '.' || source[from - 1] == '_')) continue;
        std::size_t end = from + kPrefix.size();
        while (end < source.size() &&
               ((source[end] >= 'a' && source[end] <= 'z') || source[end] == '_' ||
                (source[end] >= '0' && source[end] <= '9')))
            ++end;
        const std::string_view name =
            source.substr(from + kPrefix.size(), end - from - kPrefix.size());
        const bool known = std::any_of(needs_.begin(), needs_.end(), [&](const Need& need) {
            return underscored(need.name) == name;
        });
        if (!known)
            at.complain(fmt::format("`settings.{}` is not among this file's `settings`", name));
    }
}

Pattern Reader::pattern(const Setting& at, Place place) const {
    if (!at.present()) return {};
    const std::string source = at.text();
    auto parsed = Pattern::parse(source, names_of(place));
    if (!parsed) {
        at.complain(parsed.error().detail);
        return {};
    }
    if (has_pattern(source)) check_settings(at, source);
    return std::move(parsed).value();
}

Pattern Reader::needed(const Setting& at, Place place) const {
    if (!at.present()) at.complain("this must be said");
    return pattern(at, place);
}

Tree Reader::tree(const Setting& at, Place place) const {
    Tree out;
    if (at.is_map()) {
        out.when = pattern(at["$when"], place);
        if (const Setting each = at["$each"]; each.present()) {
            out.each = pattern(each, place);
            out.as.push_back(tree(at["$as"], place));
            return out;
        }
        out.is_object = true;
        for (const auto& [name, member] : at.entries()) {
            if (!name.starts_with('$')) {
                out.members.emplace_back(name, tree(member, place));
            } else if (name != "$when") {
                member.complain("`$when`, or `$each` with `$as`, may stand here");
            }
        }
        return out;
    }
    if (at.is_list()) {
        out.is_list = true;
        for (const Setting& item : at.items())
            out.items.push_back(tree(item, place));
        return out;
    }
    if (!at.present()) return out;
    const std::string text = at.text();
    if (has_pattern(text)) {
        out.pattern = pattern(at, place);
    } else {
        out.fixed = plain_value(at, text);
    }
    return out;
}

Fields Reader::fields(const Setting& at, Place place) const {
    Fields out;
    if (at.present() && !at.is_map())
        at.complain("names with their values belong here, one a line");
    for (const auto& [name, value] : at.entries())
        out.emplace_back(name, pattern(value, place));
    return out;
}

Target Reader::target(const Setting& at, Place place) const {
    Target out;
    if (!at.present()) at.complain("this must be said");
    const std::string source = at.text();
    if (source.starts_with("{{") && source.ends_with("}}") &&
        source.find("{{", 2) == std::string::npos) {
        out.whole = pattern(at, Place::settings);
        return out;
    }
    if (!source.starts_with("https://") || source.find_first_of("?#") != std::string::npos) {
        if (!source.empty())
            at.complain(
                "an address like https://api.shop.example/v1/messages belongs here; what "
                "follows a `?` is said under `query`");
        return out;
    }
    // A slash inside of {{ }} would be a filter's; addresses need none.
    const std::size_t slash = source.find('/', 8);
    const auto piece = [&](const std::string& text, Place where) {
        auto parsed = Pattern::parse(text, names_of(where));
        if (!parsed) at.complain(parsed.error().detail);
        return parsed ? std::move(parsed).value() : Pattern();
    };
    check_settings(at, source);
    out.origin = piece(source.substr(0, slash), Place::settings);
    std::string_view rest =
        slash == std::string::npos ? std::string_view() : std::string_view(source).substr(slash);
    while (!rest.empty()) {
        rest.remove_prefix(1);
        const std::size_t end = rest.find('/');
        out.path.push_back(piece(std::string(rest.substr(0, end)), place));
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end);
    }
    return out;
}

Call Reader::call(const Setting& at, Place place) const {
    static constexpr auto kMethods = std::to_array<std::string_view>({"POST", "GET", "PUT"});
    Call out;
    out.method = word_of(at["method"], kMethods);
    out.url = target(at["url"], place);
    out.query = fields(at["query"], place);
    out.headers = fields(at["headers"], place);
    for (const auto& [name, value] : at["headers"].entries()) {
        if (!is_header_name(name)) value.complain("this is not the name of a header");
    }
    const Setting json = at["json"];
    const Setting form = at["form"];
    if (json.present() && form.present()) form.complain("the body is `json` or `form`, not both");
    if (json.present()) {
        out.body = BodyKind::json;
        out.json = tree(json, place);
    } else if (form.present()) {
        out.body = BodyKind::form;
        out.form = fields(form, place);
    }
    return out;
}

Path Reader::path(const Setting& at, std::string_view text, Place place) const {
    Path path = path_of(text);
    const auto& known = names_of(place);
    if (path.steps.empty() ||
        std::find(known.begin(), known.end(), path.steps.front()) == known.end())
        at.complain(fmt::format("a path begins with one of: {}", fmt::join(known, ", ")));
    return path;
}

Where Reader::where(const Setting& at, Place place) const {
    Where out;
    if (at.present() && !at.is_map()) at.complain("paths with what must stand there belong here");
    for (const auto& [name, wanted] : at.entries()) {
        std::vector<std::string> texts;
        for (const Setting& one : wanted.items())
            texts.push_back(one.text());
        if (texts.empty()) wanted.complain("say what must stand there");
        out.all.emplace_back(path(wanted, name, place), std::move(texts));
    }
    return out;
}

}  // namespace journey::connectors::declared
