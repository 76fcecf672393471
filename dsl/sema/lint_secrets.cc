// J0409: keys and passwords that were pasted into a file.

#include "dsl/sema/context.h"

#include <algorithm>
#include <array>

namespace journey::sema {

namespace {

/// How the keys of well-known services begin, and what may follow.
struct Shape {
    std::string_view begin;
    std::size_t rest_least;
    std::string_view whose;
};
constexpr std::array<Shape, 16> kShapes{{
    {"sk_live_", 10, "a Stripe key"},
    {"rk_live_", 10, "a Stripe key"},
    {"sk-ant-", 16, "an API key"},
    {"sk-proj-", 16, "an API key"},
    {"AKIA", 16, "an Amazon key"},
    {"LTAI", 12, "an Aliyun key"},
    {"AIza", 30, "a Google key"},
    {"SG.", 30, "a SendGrid key"},
    {"key-", 32, "a Mailgun key"},
    {"xoxb-", 20, "a Slack token"},
    {"xoxp-", 20, "a Slack token"},
    {"ghp_", 30, "a GitHub token"},
    {"github_pat_", 30, "a GitHub token"},
    {"glpat-", 16, "a GitLab token"},
    {"eyJ", 60, "a signed token"},
    {"whsec_", 20, "a webhook secret"},
}};

bool is_key_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == '+' || c == '/' || c == '=';
}
bool has_letter(std::string_view word, char from, char to) {
    return std::any_of(word.begin(), word.end(), [&](char c) { return c >= from && c <= to; });
}

/// Long, and mixed as no word is: letters of both cases and digits.
bool is_random(std::string_view word) {
    return word.size() >= 24 && has_letter(word, 'a', 'z') && has_letter(word, 'A', 'Z') &&
           has_letter(word, '0', '9') && word.find('/') == std::string_view::npos &&
           word.find('.') == std::string_view::npos;
}

bool names_a_secret(std::string_view before) {
    std::string words(before.substr(before.size() - std::min<std::size_t>(before.size(), 40)));
    words = words.substr(words.rfind('\n') + 1);
    std::transform(words.begin(), words.end(), words.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    for (const char* word : {"secret", "password", "api key", "api_key", "apikey", "api-key",
                             "access key", "access_key", "token", "bearer", "密钥", "密码"}) {
        if (words.find(word) != std::string::npos) return true;
    }
    return false;
}

std::string_view secret_in(std::string_view word, std::string_view before) {
    for (const Shape& shape : kShapes) {
        if (!word.starts_with(shape.begin) || word.size() < shape.begin.size() + shape.rest_least)
            continue;
        // "key-" and the like also begin ordinary names; a key has digits.
        if (has_letter(word.substr(shape.begin.size()), '0', '9')) return shape.whose;
    }
    return is_random(word) && names_a_secret(before) ? "a secret" : std::string_view{};
}

void check_file(Context& cx, source::FileId file) {
    const std::string_view text = cx.sources.at(file).text();
    const auto report = [&](std::size_t begin, std::size_t end, std::string_view whose) {
        const Span span{file, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
        cx.report(
            Diagnostic::error("J0409", "A SECRET IN A FILE", span,
                              "This looks like " + std::string(whose) + ".")
                .and_after("Everybody who can read these files, today or in their history, could "
                           "send in your name.")
                .and_help("put it into the daemon's settings, name it there, and have this key "
                          "replaced at the provider"));
    };
    for (std::size_t at = 0; at < text.size();) {
        if (!is_key_letter(text[at])) {
            ++at;
            continue;
        }
        std::size_t end = at;
        while (end < text.size() && is_key_letter(text[end]))
            ++end;
        const std::string_view word = text.substr(at, end - at);
        if (word.size() >= 16) {
            const std::string_view whose = secret_in(word, text.substr(0, at));
            if (!whose.empty()) report(at, end, whose);
        } else if (word == "-----BEGIN") {
            const std::size_t line = std::min(text.find('\n', at), text.size());
            if (text.substr(at, line - at).find("PRIVATE KEY") != std::string_view::npos) {
                report(at, line, "a private key");
            }
        }
        at = end;
    }
}

}  // namespace

void lint_secrets(Context& cx, const std::vector<ast::File>& files) {
    for (const ast::File& file : files)
        check_file(cx, file.id);
}

}  // namespace journey::sema
