#include "connectors/declared/draft.h"

#include <fmt/format.h>

namespace journey::connectors::declared {
namespace {

bool is_host_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == ':' || c == '[' || c == ']';
}

/// "https://host" and nothing that could lead elsewhere.
bool is_origin(std::string_view text) {
    for (const std::string_view scheme : {"https://", "http://"}) {
        if (!text.starts_with(scheme)) continue;
        text.remove_prefix(scheme.size());
        return !text.empty() && std::all_of(text.begin(), text.end(), is_host_character);
    }
    return false;
}

struct Address {
    std::string origin;
    std::string path;
    std::string query;
};

Result<Address> split(const std::string& url) {
    const std::size_t host = url.find("://");
    const std::size_t end = host == std::string::npos ? host : url.find_first_of("/?#", host + 3);
    Address out;
    out.origin = url.substr(0, end);
    std::string rest = end == std::string::npos ? "" : url.substr(end);
    const bool clean = std::all_of(rest.begin(), rest.end(),
                                   [](char c) { return c > 0x20 && c < 0x7f && c != '#'; });
    if (!is_origin(out.origin) || !clean)
        return error(ErrorCode::invalid,
                     "the provider's address is not one like "
                     "https://api.shop.example/path");
    const std::size_t mark = rest.find('?');
    out.path = rest.substr(0, mark);
    if (mark != std::string::npos) out.query = rest.substr(mark + 1);
    return out;
}

Result<Address> address_of(const Target& target, const Record& data) {
    if (target.whole.given()) {
        TRY(const std::string url, target.whole.text(data));
        return split(url);
    }
    Address out;
    TRY(out.origin, target.origin.text(data));
    if (!is_origin(out.origin))
        return error(ErrorCode::invalid,
                     fmt::format("`{}` is not the address of a host; look at the settings it is "
                                 "made of",
                                 out.origin));
    for (const Pattern& piece : target.path) {
        TRY(const std::string text, piece.text(data));
        if (!piece.is_fixed() && (text.empty() || text == "." || text == ".."))
            return error(ErrorCode::invalid, "a part of the provider's address came out empty");
        out.path += '/';
        out.path += piece.is_fixed() ? text : percent_encode(text);
    }
    return out;
}

Result<Form> fields_of(const Fields& fields, const Record& data) {
    Form out;
    for (const auto& [name, pattern] : fields) {
        TRY(std::string text, pattern.text(data));
        if (!text.empty() || pattern.is_fixed()) out.emplace_back(name, std::move(text));
    }
    return out;
}

}  // namespace

std::string encoded_query(const Form& query) {
    std::string out;
    for (const auto& [name, value] : query) {
        if (!out.empty()) out += '&';
        out += percent_encode(name);
        out += '=';
        out += percent_encode(value);
    }
    return out;
}

Result<Draft> draft_of(const Call& call, const Record& data, const std::string& base_url) {
    Draft out;
    out.method = call.method;
    TRY(Address address, address_of(call.url, data));
    out.origin = std::move(address.origin);
    out.path = std::move(address.path);
    out.raw_query = std::move(address.query);
    if (!base_url.empty()) {
        TRY(const Address base, split(base_url));
        out.origin = base.origin;
        out.path =
            (base.path.ends_with('/') ? base.path.substr(0, base.path.size() - 1) : base.path) +
            out.path;
    }
    if (out.path.empty()) out.path = "/";
    TRY(out.query, fields_of(call.query, data));
    TRY(out.headers, fields_of(call.headers, data));
    for (const auto& [name, value] : out.headers) {
        TRY(check_header_value(value, fmt::format("the header {}", name)));
    }
    const bool typed = !header_of(out, "content-type").empty();
    if (call.body == BodyKind::json) {
        TRY(const Value body, evaluate(call.json, data));
        out.body = body.is_missing() ? "{}" : to_json(body);
        if (!typed) out.headers.emplace_back("Content-Type", "application/json; charset=utf-8");
    } else if (call.body == BodyKind::form) {
        TRY(out.form, fields_of(call.form, data));
        out.body = encoded_query(out.form);
        if (!typed) out.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    }
    if (header_of(out, "accept").empty()) out.headers.emplace_back("Accept", "application/json");
    return out;
}

HttpRequest request_of(Draft draft) {
    HttpRequest out;
    out.method = std::move(draft.method);
    out.url = std::move(draft.origin) + draft.path;
    std::string query = std::move(draft.raw_query);
    if (!draft.query.empty()) query += (query.empty() ? "" : "&") + encoded_query(draft.query);
    if (!query.empty()) out.url += "?" + query;
    out.headers = std::move(draft.headers);
    out.body = std::move(draft.body);
    out.basic_user = std::move(draft.basic_user);
    out.basic_password = std::move(draft.basic_password);
    return out;
}

std::string_view host_of(const Draft& draft) {
    return std::string_view(draft.origin).substr(draft.origin.find("://") + 3);
}

}  // namespace journey::connectors::declared
