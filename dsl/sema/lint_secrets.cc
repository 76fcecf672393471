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

/// Letters and digits take turns, as in keys and in no word, date or number.
bool is_mixed(std::string_view word, int turns_least) {
    int turns = 0;
    char last = 0;
    for (const char c : word) {
        const bool digit = c >= '0' && c <= '9';
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!digit && !letter) continue;
        const char kind = digit ? 'd' : 'l';
        if (last != 0 && kind != last) ++turns;
        last = kind;
    }
    return turns >= turns_least;
}

std::string lower_ascii(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return out;
}

/// The end of the line before a word, in small letters.
std::string line_before(std::string_view before) {
    const std::string words =
        lower_ascii(before.substr(before.size() - std::min<std::size_t>(before.size(), 40)));
    return words.substr(words.rfind('\n') + 1);
}

bool names_a_secret(std::string_view words) {
    for (const char* word : {"secret", "password", "api key", "api_key", "apikey", "api-key",
                             "access key", "access_key", "token", "bearer", "密钥", "密码"}) {
        if (words.find(word) != std::string_view::npos) return true;
    }
    return false;
}

/// `Authorization: Bearer …`, `X-Api-Key: …`: what follows is a secret, however short.
bool ends_as_header(std::string_view words) {
    for (const std::string_view end : {"bearer ", "api-key: ", "auth-token: ", "access-token: "}) {
        if (words.ends_with(end)) return true;
    }
    return words.ends_with("basic ") && words.find("authorization") != std::string_view::npos;
}

std::string_view secret_in(std::string_view word, std::string_view before) {
    for (const Shape& shape : kShapes) {
        if (!word.starts_with(shape.begin) || word.size() < shape.begin.size() + shape.rest_least)
            continue;
        // "key-" and the like also begin ordinary names; a key has digits.
        if (has_letter(word.substr(shape.begin.size()), '0', '9')) return shape.whose;
    }
    const std::string words = line_before(before);
    if (is_random(word) && names_a_secret(words)) return "a secret";
    const bool both = has_letter(word, 'a', 'z') && has_letter(word, 'A', 'Z');
    if (word.size() >= 12 && ends_as_header(words) && (both || is_mixed(word, 3)))
        return "a secret of a header";
    return {};
}

/// The value in `?access_token=…`.
bool is_secret_parameter(std::string_view name, std::string_view value) {
    if (value.size() < 16 || !is_mixed(value, 4)) return false;
    const std::string words = lower_ascii(name);
    for (const std::string_view one : {"key", "token", "secret", "password", "passwd", "pwd", "sig",
                                       "signature", "auth", "sign"}) {
        if (words == one) return true;
        if (words.size() > one.size() && words.ends_with(one) &&
            (words[words.size() - one.size() - 1] == '_' ||
             words[words.size() - one.size() - 1] == '-'))
            return true;
    }
    return words == "apikey" || words == "accesstoken" || words == "accesskey";
}

/// Addresses that let everybody who knows them write into a team's chat.
constexpr std::array<std::string_view, 3> kChatAddresses{"hooks.slack.com/services/",
                                                         "open.feishu.cn/open-apis/bot/v2/hook/",
                                                         "discord.com/api/webhooks/"};

class SecretLint {
  public:
    SecretLint(Context& cx, source::FileId file)
        : cx_(cx), file_(file), text_(cx.sources.at(file).text()) {}

    void run() {
        for (std::size_t at = 0; at < text_.size();) {
            if (!is_key_letter(text_[at])) {
                ++at;
                continue;
            }
            std::size_t end = at;
            while (end < text_.size() && is_key_letter(text_[end]))
                ++end;
            word(at, end);
            at = end;
        }
    }

  private:
    void word(std::size_t at, std::size_t end) {
        const std::string_view word = text_.substr(at, end - at);
        if (word == "-----BEGIN") {
            const std::size_t line = std::min(text_.find('\n', at), text_.size());
            if (text_.substr(at, line - at).find("PRIVATE KEY") != std::string_view::npos) {
                report(at, line, "a private key");
            }
            return;
        }
        if (word.starts_with("//") && at > 0 && text_[at - 1] == ':') {
            if (address(at)) return;
        }
        if (word.size() < 12) return;
        if (const std::string_view whose = secret_in(word, text_.substr(0, at)); !whose.empty()) {
            report(at, end, whose);
            return;
        }
        parts(at, end);
    }

    /// `name=value`, and the parts of a path: `https://api.example/v1/sk_live_…`.
    void parts(std::size_t at, std::size_t end) {
        for (std::size_t begin = at; begin < end;) {
            const std::size_t stop = std::min(text_.substr(0, end).find('/', begin), end);
            const std::string_view part = text_.substr(begin, stop - begin);
            const std::size_t equals = part.find('=');
            const std::size_t value = equals == std::string_view::npos ? 0 : equals + 1;
            if (value > 0 && is_secret_parameter(part.substr(0, equals), part.substr(value))) {
                report(begin + value, stop, "a secret");
                return;
            }
            if (part.size() >= 12 && (value > 0 || begin != at)) {
                const std::string_view whose =
                    secret_in(part.substr(value), text_.substr(0, begin + value));
                if (!whose.empty()) {
                    report(begin + value, stop, whose);
                    return;
                }
            }
            begin = stop + 1;
        }
    }

    /// `at` is at the `//` of an address. True when something was said about it.
    bool address(std::size_t at) {
        constexpr std::size_t kAddressMost = 512;
        std::string_view rest = text_.substr(at + 2, kAddressMost);
        rest = rest.substr(0, rest.find_first_of(" \t\r\n\"'<>`"));
        const std::string_view host = rest.substr(0, rest.find_first_of("/?#"));
        const std::size_t sign = host.rfind('@');
        const std::size_t colon = host.find(':');
        if (sign != std::string_view::npos && colon < sign && sign > colon + 1 &&
            host.find("{{") == std::string_view::npos) {
            report(at + 2 + colon + 1, at + 2 + sign, "a password in an address");
            return true;
        }
        for (const std::string_view chat : kChatAddresses) {
            if (!rest.starts_with(chat) || !is_mixed(rest.substr(chat.size()), 3)) continue;
            report(at + 2 + chat.size(), at + 2 + rest.size(),
                   "the secret part of a chat's address");
            return true;
        }
        return false;
    }

    void report(std::size_t begin, std::size_t end, std::string_view whose) {
        const Span span{file_, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
        cx_.report(
            Diagnostic::error("J0409", "A SECRET IN A FILE", span,
                              "This looks like " + std::string(whose) + ".")
                .and_after("Everybody who can read these files, today or in their history, could "
                           "send in your name.")
                .and_help("put it into the daemon's settings, name it there, and have this key "
                          "replaced at the provider"));
    }

    Context& cx_;
    source::FileId file_;
    std::string_view text_;
};

}  // namespace

void lint_secrets(Context& cx, const std::vector<ast::File>& files) {
    for (const ast::File& file : files) {
        if (cx.stopped()) return;
        SecretLint(cx, file.id).run();
    }
}

}  // namespace journey::sema
