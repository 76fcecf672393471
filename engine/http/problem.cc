#include "engine/http/problem.h"

namespace journey::http {

std::string_view reason_phrase(unsigned status) {
    switch (status) {
        case 200:
            return "OK";
        case 204:
            return "No Content";
        case 302:
            return "Found";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 413:
            return "Content Too Large";
        case 414:
            return "URI Too Long";
        case 415:
            return "Unsupported Media Type";
        case 417:
            return "Expectation Failed";
        case 422:
            return "Unprocessable Content";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 501:
            return "Not Implemented";
        case 503:
            return "Service Unavailable";
        case 505:
            return "HTTP Version Not Supported";
        default:
            return "Internal Server Error";
    }
}

Reply json(Record body) {
    Reply reply;
    reply.body = to_json(Value(std::move(body)));
    return reply;
}

Reply problem(unsigned status, std::string_view code, std::string_view detail) {
    Record body;
    body.push_back({"type", Value("about:blank")});
    body.push_back({"title", Value(reason_phrase(status))});
    body.push_back({"status", Value(static_cast<std::int64_t>(status))});
    body.push_back({"detail", Value(detail)});
    body.push_back({"code", Value(code)});
    Reply reply;
    reply.status = status;
    reply.content_type = "application/problem+json";
    reply.body = to_json(Value(std::move(body)));
    return reply;
}

Reply problem_of(const Error& error) {
    const auto later = [&](std::string_view code) {
        Reply reply = problem(503, code, error.detail);
        reply.headers.push_back({"Retry-After", "1"});
        return reply;
    };
    switch (error.code) {
        case ErrorCode::invalid:
            return problem(422, "invalid", error.detail);
        case ErrorCode::not_found:
            return problem(404, "not_found", error.detail);
        case ErrorCode::conflict:
            return problem(409, "conflict", error.detail);
        case ErrorCode::retry:
        case ErrorCode::refused:
            return later("overloaded");
        case ErrorCode::cancelled:
            return later("draining");
        case ErrorCode::storage_failed:
            return later("storage_failed");
    }
    return problem(500, "internal", error.detail);
}

bool is_header_value(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte >= 0x20 && byte < 0x7f;
    });
}

namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

enum class Plus : unsigned char { stays, is_blank };

std::optional<std::string> decoded(std::string_view text, Plus plus) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+' && plus == Plus::is_blank) {
            out += ' ';
            continue;
        }
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        if (i + 2 >= text.size()) return std::nullopt;
        const int high = hex_digit(text[i + 1]);
        const int low = hex_digit(text[i + 2]);
        if (high < 0 || low < 0) return std::nullopt;
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    if (!is_utf8(out)) return std::nullopt;
    return out;
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text) {
    return decoded(text, Plus::stays);
}

std::optional<std::string> form_value(std::string_view form, std::string_view name) {
    while (!form.empty()) {
        const std::size_t end = std::min(form.find('&'), form.size());
        const std::string_view pair = form.substr(0, end);
        form.remove_prefix(std::min(end + 1, form.size()));
        const std::size_t equals = std::min(pair.find('='), pair.size());
        if (decoded(pair.substr(0, equals), Plus::is_blank) != name) continue;
        if (equals == pair.size()) return std::string();
        return decoded(pair.substr(equals + 1), Plus::is_blank);
    }
    return std::nullopt;
}

}  // namespace journey::http
