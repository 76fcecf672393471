#include "connectors/inbound/inbound.h"

#include <fmt/format.h>

namespace journey::connectors::inbound {
namespace {

constexpr std::size_t kTargetMost = 2000;

std::string token_for(const LinkContext& context, Purpose purpose, std::string_view bound = {}) {
    return sign_token(context.secret, {purpose, context.person, context.key}, bound);
}

bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool begins(std::string_view text, std::string_view word) {
    return text.size() >= word.size() && std::equal(word.begin(), word.end(), text.begin(),
                                                    [](char a, char b) { return a == lower(b); });
}

// Only what can be followed and written into a Location header.
bool is_followable(std::string_view target) {
    if (!begins(target, "http://") && !begins(target, "https://")) return false;
    return target.size() <= kTargetMost && std::none_of(target.begin(), target.end(), [](char c) {
               return static_cast<unsigned char>(c) <= ' ' || c == 0x7f || c == '<' || c == '"';
           });
}

// Of the entities only those that appear in addresses.
std::string unescaped(std::string_view text) {
    std::string out;
    constexpr std::array<std::pair<std::string_view, char>, 5> kEntities{
        {{"&amp;", '&'}, {"&#38;", '&'}, {"&quot;", '"'}, {"&#39;", '\''}, {"&#x27;", '\''}}};
    while (!text.empty()) {
        bool decoded = false;
        for (const auto& [entity, c] : kEntities) {
            if (text.front() != '&' || !text.starts_with(entity)) continue;
            out += c;
            text.remove_prefix(entity.size());
            decoded = true;
            break;
        }
        if (decoded) continue;
        out += text.front();
        text.remove_prefix(1);
    }
    return out;
}

struct Attribute {
    std::string_view name;
    std::string_view value;
    std::size_t at = 0;  // of the value, from the tag's start
};

// Attributes of one tag's inside; unquoted values end at a blank.
std::vector<Attribute> attributes_of(std::string_view tag) {
    std::vector<Attribute> out;
    std::size_t i = 0;
    const auto skip_space = [&] {
        while (i < tag.size() && (is_space(tag[i]) || tag[i] == '/'))
            ++i;
    };
    for (skip_space(); i < tag.size(); skip_space()) {
        Attribute one;
        const std::size_t begin = i;
        while (i < tag.size() && !is_space(tag[i]) && tag[i] != '=')
            ++i;
        one.name = tag.substr(begin, i - begin);
        while (i < tag.size() && is_space(tag[i]))
            ++i;
        if (i < tag.size() && tag[i] == '=') {
            ++i;
            while (i < tag.size() && is_space(tag[i]))
                ++i;
            const char quote = i < tag.size() && (tag[i] == '"' || tag[i] == '\'') ? tag[i] : '\0';
            if (quote != '\0') ++i;
            one.at = i;
            while (i < tag.size() && (quote != '\0' ? tag[i] != quote : !is_space(tag[i])))
                ++i;
            one.value = tag.substr(one.at, i - one.at);
            if (quote != '\0' && i < tag.size()) ++i;
        } else if (one.name.empty()) {
            ++i;
        }
        out.push_back(one);
    }
    return out;
}

// A ">" inside a quoted value does not end the tag.
std::size_t end_of_tag(std::string_view html, std::size_t from) {
    char quote = '\0';
    for (std::size_t i = from; i < html.size(); ++i) {
        if (quote != '\0') {
            if (html[i] == quote) quote = '\0';
        } else if (html[i] == '"' || html[i] == '\'') {
            quote = html[i];
        } else if (html[i] == '>') {
            return i;
        }
    }
    return std::string_view::npos;
}

bool is_named(const Attribute& attribute, std::string_view name) {
    return attribute.name.size() == name.size() && begins(attribute.name, name);
}

// The href to rewrite, if the tag has one.
const Attribute* tracked_href(const std::vector<Attribute>& attributes, const LinkContext& context,
                              std::string_view except) {
    const Attribute* href = nullptr;
    for (const Attribute& one : attributes) {
        if (is_named(one, "data-track") && one.value == "off") return nullptr;
        if (href == nullptr && is_named(one, "href")) href = &one;
    }
    if (href == nullptr) return nullptr;
    const std::string target = unescaped(href->value);
    const bool ours = target == except || target.starts_with(std::string(context.public_url) + "/");
    return is_followable(target) && !ours ? href : nullptr;
}

}  // namespace

std::string pixel_url(const LinkContext& context) {
    return fmt::format("{}/o/{}.gif", context.public_url, token_for(context, Purpose::open));
}

std::string click_url(const LinkContext& context, std::string_view target) {
    return fmt::format("{}/c/{}?u={}", context.public_url,
                       token_for(context, Purpose::click, target), percent_encode(target));
}

std::string unsubscribe_url(const LinkContext& context) {
    return fmt::format("{}/u/{}", context.public_url, token_for(context, Purpose::unsubscribe));
}

std::string preferences_url(const LinkContext& context) {
    return fmt::format("{}/p/{}", context.public_url, token_for(context, Purpose::preferences));
}

std::string confirm_url(const LinkContext& context, std::string_view consent) {
    return fmt::format("{}/s/{}?c={}", context.public_url,
                       token_for(context, Purpose::confirm, consent), percent_encode(consent));
}

std::optional<Token> verify_click(std::string_view secret, std::string_view token,
                                  std::string_view target) {
    if (!is_followable(target)) return std::nullopt;
    return verify_token(secret, token, Purpose::click, target);
}

std::string with_tracked_links(std::string_view html, const LinkContext& context,
                               std::string_view except) {
    std::string out;
    out.reserve(html.size() + html.size() / 4);
    std::size_t done = 0;
    for (std::size_t open = html.find('<'); open != std::string_view::npos;
         open = html.find('<', open + 1)) {
        if (html.substr(open).starts_with("<!--")) {
            const std::size_t end = html.find("-->", open);
            if (end == std::string_view::npos) break;
            open = end;
            continue;
        }
        if (!begins(html.substr(open + 1), "a") || open + 2 >= html.size() ||
            !is_space(html[open + 2])) {
            continue;
        }
        const std::size_t inside = open + 2;
        const std::size_t close = end_of_tag(html, inside);
        if (close == std::string_view::npos) break;
        const auto attributes = attributes_of(html.substr(inside, close - inside));
        if (const Attribute* href = tracked_href(attributes, context, except)) {
            out.append(html.substr(done, inside + href->at - done));
            out += click_url(context, unescaped(href->value));
            done = inside + href->at + href->value.size();
        }
        open = close;
    }
    return out.append(html.substr(done));
}

std::string with_pixel(std::string_view html, const LinkContext& context) {
    const std::string image =
        fmt::format("<img src=\"{}\" width=\"1\" height=\"1\" alt=\"\" style=\"border:0\">",
                    pixel_url(context));
    std::size_t at = html.size();
    constexpr std::string_view kBody = "</body";
    for (std::size_t i = html.size(); i-- > 0;) {
        if (html[i] == '<' && begins(html.substr(i), kBody)) {
            at = i;
            break;
        }
    }
    return std::string(html.substr(0, at)).append(image).append(html.substr(at));
}

std::string_view pixel_gif() {
    static constexpr std::string_view kGif{
        "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff\x21\xf9\x04\x01\x00\x00\x00\x00"
        "\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00\x3b",
        43};
    return kGif;
}

}  // namespace journey::connectors::inbound
