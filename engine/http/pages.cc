#include "engine/http/pages.h"

#include <array>
#include <charconv>
#include <cmath>
#include <fmt/format.h>

namespace journey::http {
namespace {

struct Words {
    std::string_view lang;
    std::string_view unsubscribe_title;
    std::string_view unsubscribe_text;
    std::string_view unsubscribe_button;
    std::string_view choose_instead;
    std::string_view unsubscribed_title;
    std::string_view unsubscribed_text;
    std::string_view unsubscribed_from;
    std::string_view by_mistake;
    std::string_view undo_button;
    std::string_view choose_link;
    std::string_view preferences_title;
    std::string_view preferences_text;
    std::string_view topics;
    std::string_view no_topics;
    std::string_view pending;
    std::string_view channels;
    std::string_view channels_text;
    std::string_view channel_stopped;
    std::string_view save_button;
    std::string_view stop_title;
    std::string_view stop_text;
    std::string_view stop_button;
    std::string_view saved;
    std::string_view stopped;
    std::string_view undone;
    std::string_view confirm_title;
    std::string_view confirm_text;
    std::string_view confirm_button;
    std::string_view confirm_not;
    std::string_view confirmed_title;
    std::string_view confirmed_text;
    std::string_view expired_title;
    std::string_view expired_text;
    std::string_view dead_title;
    std::string_view dead_text;
    std::string_view failed_title;
    std::string_view failed_text;
    std::string_view privacy;
    std::string_view separator;
};

constexpr Words kEnglish{
    "en",
    "Unsubscribe?",
    "You will get no more messages of this kind from {}.",
    "Unsubscribe",
    "Choose what you receive instead",
    "You are unsubscribed",
    "No more messages of this kind will come from {}.",
    "You will get no more of: {}.",
    "Was that a mistake?",
    "Undo",
    "Choose what you receive",
    "Your messages",
    "Choose what {} may send you. Changes count at once.",
    "Topics",
    "There is nothing to choose from.",
    "Waits for you to confirm it by the link we sent you.",
    "Ways to reach you",
    "What is off here is off for every topic, and for messages about orders too.",
    "We cannot reach you here.",
    "Save",
    "Stop everything",
    "You will still get what you need for an order or an account, such as receipts.",
    "Stop all marketing messages",
    "Your choice is saved.",
    "You will get no more marketing messages.",
    "It is as it was before.",
    "Please confirm",
    "You, or somebody with your address, asked for this. Only when you confirm it will we send it "
    "to you.",
    "Yes, send it to me",
    "If it was not you, close this page. Nothing will come.",
    "Thank you",
    "From now on you will get: {}.",
    "This request is over",
    "The link counts for seven days, and only once asked for. Please sign up again if you would "
    "like to.",
    "This link is not valid",
    "It may have been cut off on its way. Please open it again from the message.",
    "That did not work",
    "Nothing was changed. Please try again in a minute.",
    "Privacy",
    ", ",
};

constexpr Words kChinese{
    "zh-Hans",
    "确认退订？",
    "退订后，{} 不会再给您发这一类消息。",
    "退订",
    "我想自己选择接收哪些消息",
    "您已退订",
    "{} 不会再给您发这一类消息。",
    "您不会再收到：{}。",
    "点错了？",
    "撤销",
    "选择接收哪些消息",
    "消息设置",
    "选择 {} 可以给您发哪些消息，更改立即生效。",
    "主题",
    "目前没有可以选择的主题。",
    "还需要您点击我们发给您的链接来确认。",
    "接收方式",
    "在这里关闭后，所有主题都不再用这种方式，包括与订单有关的消息。",
    "我们无法用这种方式联系到您。",
    "保存",
    "全部停止",
    "与您的订单或账户有关的必要消息（如收据）仍会发送。",
    "停止所有营销消息",
    "已保存您的选择。",
    "您不会再收到营销消息。",
    "已恢复原来的设置。",
    "请确认",
    "您（或使用您地址的人）申请订阅以下内容。只有在您确认之后，我们才会发送。",
    "是的，请发给我",
    "如果不是您本人的申请，关闭本页即可，您不会收到任何消息。",
    "谢谢您",
    "今后您会收到：{}。",
    "申请已失效",
    "链接七天内有效。如果仍想订阅，请重新申请。",
    "链接无效",
    "链接可能不完整，请从收到的消息中重新打开。",
    "操作没有成功",
    "没有作任何更改，请过一分钟再试。",
    "隐私政策",
    "、",
};

const Words& words_of(const PageLook& look) {
    return look.language == Language::zh ? kChinese : kEnglish;
}

std::string with(std::string_view pattern, std::string_view what) {
    const std::size_t at = pattern.find("{}");
    return std::string(pattern.substr(0, at)) + std::string(what) +
           std::string(pattern.substr(at + 2));
}

std::string escaped_with(std::string_view pattern, std::string_view what) {
    return escape_markup(with(pattern, what));
}

// ---- colours: WCAG 2 wants 4.5 to 1 between text and what is behind it

std::array<double, 3> parts_of(std::string_view colour) {
    std::array<double, 3> out{};
    for (std::size_t i = 0; i < 3; ++i) {
        unsigned value = 0;
        const char* begin = colour.data() + 1 + i * 2;
        std::from_chars(begin, begin + 2, value, 16);
        out[i] = static_cast<double>(value) / 255;
    }
    return out;
}

double luminance(const std::array<double, 3>& colour) {
    const auto linear = [](double part) {
        return part <= 0.04045 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2]);
}

std::string text_of(const std::array<double, 3>& colour) {
    const auto byte = [](double part) { return static_cast<unsigned>(std::lround(part * 255)); };
    return fmt::format("#{:02x}{:02x}{:02x}", byte(colour[0]), byte(colour[1]), byte(colour[2]));
}

// Darker until white text on it, and it on the darkest of our backgrounds, can be read.
std::string readable(std::string_view colour) {
    const double behind = luminance(parts_of("#f1f5fb"));
    auto parts = parts_of(colour);
    while ((behind + 0.05) / (luminance(parts) + 0.05) < 4.5) {
        for (double& part : parts)
            part *= 0.95;
    }
    return text_of(parts);
}

std::string style_of(const PageLook& look) {
    static constexpr std::string_view kStyle =
        "*{box-sizing:border-box}"
        "body{margin:0;background:#f4f5f7;color:#1d2129;"
        "font:1.0625rem/1.6 system-ui,-apple-system,\"Segoe UI\",\"PingFang SC\","
        "\"Microsoft YaHei\",\"Noto Sans CJK SC\",sans-serif}"
        "header,main,footer{max-width:36rem;margin:0 auto;padding:0 1.25rem}"
        "header{padding-top:2rem;font-weight:600}"
        "header img{display:block;max-height:3rem;max-width:12rem}"
        "main{margin-top:1.25rem;background:#fff;border:1px solid #dcdfe4;border-radius:.75rem;"
        "padding:1.5rem 1.25rem 1.75rem}"
        "@media (min-width:40rem){main{padding:2rem 2.25rem 2.25rem}"
        "header,footer{padding-left:2.25rem;padding-right:2.25rem}}"
        "@media (max-width:38rem){main{border-radius:0;border-left:0;border-right:0}}"
        "h1{font-size:1.6rem;line-height:1.25;margin:0 0 .75rem;overflow-wrap:anywhere}"
        "h2,legend{font-size:1.125rem;font-weight:600;line-height:1.3;margin:0;padding:0}"
        "p{margin:0 0 1rem;overflow-wrap:anywhere}"
        "fieldset{border:0;margin:1.5rem 0 0;padding:0;min-width:0}"
        "fieldset>p{margin:.25rem 0 0;color:#4d5562}"
        "ul{list-style:none;margin:.5rem 0 0;padding:0;border-top:1px solid #dcdfe4}"
        "li{border-bottom:1px solid #dcdfe4}"
        ".line{display:flex;gap:1rem;justify-content:space-between;align-items:flex-start;"
        "padding:.85rem 0;cursor:pointer}"
        ".line>span:first-child{flex:1;min-width:0;overflow-wrap:anywhere}"
        ".line b{display:block;font-weight:600}"
        ".note{display:block;color:#4d5562;font-size:.9375rem;line-height:1.45}"
        "input[type=checkbox]{appearance:none;-webkit-appearance:none;flex:none;position:relative;"
        "width:3rem;height:1.75rem;margin:0;border-radius:1rem;background:#6b7280;cursor:pointer}"
        "input[type=checkbox]::after{content:\"\";position:absolute;top:.25rem;left:.25rem;"
        "width:1.25rem;height:1.25rem;border-radius:50%;background:#fff}"
        "input[type=checkbox]:checked{background:var(--accent)}"
        "input[type=checkbox]:checked::after{left:1.5rem}"
        "button{font:inherit;font-weight:600;min-height:2.75rem;padding:.55rem 1.4rem;"
        "border-radius:.5rem;border:2px solid var(--accent);background:var(--accent);color:#fff;"
        "cursor:pointer}"
        "button.quiet{background:#fff;color:var(--accent)}"
        ".save{margin-top:1.5rem}"
        ".stop{margin-top:2rem;padding-top:1.5rem;border-top:1px solid #dcdfe4}"
        ".stop p{margin:.35rem 0 1rem;color:#4d5562}"
        ".said{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center;"
        "justify-content:space-between;margin:0 0 1.25rem;padding:.75rem 1rem;"
        "border-left:4px solid var(--accent);background:#f1f5fb}"
        ".said p{margin:0}"
        ".said form,.again form{margin:0}"
        ".again{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center;margin:1.25rem 0}"
        ".again p{margin:0}"
        "a{color:var(--accent);text-underline-offset:.15em}"
        ".more{margin:1.25rem 0 0}"
        ":focus-visible{outline:3px solid #1d2129;outline-offset:2px}"
        "footer{padding-top:1.25rem;padding-bottom:2.5rem;font-size:.875rem;color:#4d5562;"
        "white-space:pre-line}"
        "@media (forced-colors:active){input[type=checkbox]{appearance:auto;"
        "-webkit-appearance:auto}}";
    return fmt::format(":root{{--accent:{}}}{}", readable(look.options.colour), kStyle);
}

/// "https://cdn.shop.example" of an address there.
std::string origin_of(std::string_view url) {
    const std::size_t host = url.find("://");
    return std::string(url.substr(0, url.find('/', host + 3)));
}

Reply page(unsigned status, const PageLook& look, std::string_view title,
           std::string_view content) {
    const Words& words = words_of(look);
    const PageOptions& options = look.options;
    const std::string style = style_of(look);
    const std::string brand = escape_markup(look.brand);
    std::string head = brand;
    if (!options.logo.empty())
        head = fmt::format("<img src=\"{}\" alt=\"{}\">", escape_markup(options.logo), brand);
    std::string foot = escape_markup(options.imprint);
    if (!options.privacy.empty())
        foot +=
            fmt::format("{}<a href=\"{}\" rel=\"noopener noreferrer\">{}</a>",
                        foot.empty() ? "" : "\n", escape_markup(options.privacy), words.privacy);
    Reply reply;
    reply.status = status;
    reply.content_type = "text/html; charset=utf-8";
    reply.headers = {
        {"Content-Security-Policy",
         fmt::format("default-src 'none'; style-src 'sha256-{}'; img-src {}; form-action 'self'; "
                     "base-uri 'none'; frame-ancestors 'none'",
                     to_base64(view_of(sha256(style))),
                     options.logo.empty() ? "'none'" : origin_of(options.logo))},
        {"Referrer-Policy", "no-referrer"},
        {"X-Content-Type-Options", "nosniff"},
        {"X-Frame-Options", "DENY"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"X-Robots-Tag", "noindex, nofollow"},
        {"Cache-Control", "no-store"},
        {"Content-Language", std::string(words.lang)}};
    reply.body = fmt::format(
        "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
        "<meta name=\"robots\" content=\"noindex\"><title>{} – {}</title><style>{}</style></head>"
        "<body><header>{}</header><main><h1>{}</h1>{}</main>{}</body></html>\n",
        words.lang, escape_markup(title), brand, style, head, escape_markup(title), content,
        foot.empty() ? "" : fmt::format("<footer>{}</footer>", foot));
    return reply;
}

std::string hidden(std::string_view name, std::string_view value) {
    return fmt::format("<input type=\"hidden\" name=\"{}\" value=\"{}\">", name,
                       escape_markup(value));
}

std::string undo_form(const Words& words, const Undo& undo, std::string_view action) {
    std::string out = fmt::format("<form method=\"post\" action=\"{}\">{}", escape_markup(action),
                                  hidden("do", "undo"));
    for (const std::string& topic : undo.topics)
        out += hidden("topic", topic);
    for (const std::string& channel : undo.channels)
        out += hidden("channel", channel);
    if (undo.address) out += hidden("address", "1");
    if (!undo.seal.empty()) out += hidden("seal", undo.seal);
    return out + fmt::format("<button class=\"quiet\">{}</button></form>", words.undo_button);
}

std::string switch_line(std::string_view field, const TopicLine& line, const Words& words,
                        std::size_t number) {
    const std::string note = line.pending ? std::string(words.pending) : line.about;
    const std::string id = fmt::format("{}{}", field, number);
    // The name is the title alone; what is below it describes.
    return fmt::format(
        "<li><label class=\"line\"><span><b id=\"{0}\">{1}</b>{2}</span>"
        "<input type=\"checkbox\" role=\"switch\" name=\"{3}\" value=\"{4}\" "
        "aria-labelledby=\"{0}\"{5}{6}></label></li>",
        id, escape_markup(line.title),
        note.empty()
            ? ""
            : fmt::format("<span class=\"note\" id=\"{}n\">{}</span>", id, escape_markup(note)),
        field, escape_markup(line.name),
        note.empty() ? "" : fmt::format(" aria-describedby=\"{}n\"", id),
        line.on ? " checked" : "");
}

std::string topics_of(const PreferencesPage& page, const Words& words) {
    if (page.topics.empty()) return fmt::format("<p>{}</p>", words.no_topics);
    std::string out = fmt::format("<fieldset><legend>{}</legend><ul>", words.topics);
    for (std::size_t i = 0; i < page.topics.size(); ++i)
        out += switch_line("topic", page.topics[i], words, i);
    return out + "</ul></fieldset>";
}

std::string channels_of(const PreferencesPage& page, const Words& words) {
    if (page.channels.empty()) return "";
    std::string out = fmt::format(
        "<fieldset aria-describedby=\"ways\"><legend>{}</legend>"
        "<p id=\"ways\">{}</p><ul>",
        words.channels, words.channels_text);
    for (std::size_t i = 0; i < page.channels.size(); ++i) {
        const ChannelLine& one = page.channels[i];
        if (one.stopped) {
            out += fmt::format(
                "<li><div class=\"line\"><span><b>{}</b><span class=\"note\">{}"
                "</span></span></div></li>",
                escape_markup(one.title), words.channel_stopped);
        } else {
            out += switch_line("channel", {one.name, one.title, "", one.on, false}, words, i);
        }
    }
    return out + "</ul></fieldset>";
}

std::string joined(const std::vector<std::string>& titles, std::string_view separator) {
    std::string out;
    for (const std::string& title : titles)
        out += (out.empty() ? "" : std::string(separator)) + title;
    return out;
}

std::string more_link(std::string_view address, std::string_view text) {
    return address.empty() ? ""
                           : fmt::format("<p class=\"more\"><a href=\"{}\">{}</a></p>",
                                         escape_markup(address), text);
}

}  // namespace

Language language_of(std::string_view profile, std::string_view accept_language,
                     std::string_view fallback) {
    const auto known = [](std::string_view tag) -> std::optional<Language> {
        const auto is = [&](char a, char b) {
            return tag.size() >= 2 && (tag[0] | 32) == a && (tag[1] | 32) == b &&
                   (tag.size() == 2 || tag[2] == '-' || tag[2] == '_');
        };
        if (is('z', 'h')) return Language::zh;
        if (is('e', 'n')) return Language::en;
        return std::nullopt;
    };
    if (const auto said = known(profile)) return *said;
    if (profile == "中文" || profile == "Chinese" || profile == "chinese") return Language::zh;
    if (profile == "English" || profile == "english") return Language::en;
    std::optional<Language> best;
    double best_weight = 0;
    while (!accept_language.empty()) {
        const std::size_t comma = std::min(accept_language.find(','), accept_language.size());
        std::string_view one = accept_language.substr(0, comma);
        accept_language.remove_prefix(std::min(comma + 1, accept_language.size()));
        while (!one.empty() && one.front() == ' ')
            one.remove_prefix(1);
        const std::size_t semicolon = std::min(one.find(';'), one.size());
        double weight = 1;
        if (const std::size_t q = one.find("q="); q != std::string_view::npos) {
            weight = 0;
            std::from_chars(one.data() + q + 2, one.data() + one.size(), weight);
        }
        const auto tag = known(one.substr(0, semicolon));
        if (tag && weight > best_weight) {
            best = tag;
            best_weight = weight;
        }
    }
    return best.value_or(known(fallback).value_or(Language::en));
}

std::string agreement_text(const PageLook& look, std::string_view title, std::string_view about) {
    const Words& words = words_of(look);
    return fmt::format("{}\n{}\n{}{}{}\n[{}]", words.confirm_title, words.confirm_text, title,
                       about.empty() ? "" : "\n", about, words.confirm_button);
}

Reply unsubscribe_page(const PageLook& look, std::string_view preferences) {
    const Words& words = words_of(look);
    return page(200, look, words.unsubscribe_title,
                fmt::format("<p>{}</p><form method=\"post\">{}<button>{}</button></form>{}",
                            escaped_with(words.unsubscribe_text, look.brand),
                            hidden("List-Unsubscribe", "One-Click"), words.unsubscribe_button,
                            more_link(preferences, words.choose_instead)));
}

Reply unsubscribed_page(const PageLook& look, const std::vector<std::string>& titles,
                        const Undo& undo, std::string_view preferences) {
    const Words& words = words_of(look);
    std::string content = fmt::format(
        "<p role=\"status\">{}</p>",
        titles.empty() ? escaped_with(words.unsubscribed_text, look.brand)
                       : escaped_with(words.unsubscribed_from, joined(titles, words.separator)));
    if (!undo.empty())
        content += fmt::format("<div class=\"again\"><p>{}</p>{}</div>", words.by_mistake,
                               undo_form(words, undo, preferences));
    return page(200, look, words.unsubscribed_title,
                content + more_link(preferences, words.choose_link));
}

Reply preferences_page(const PageLook& look, const PreferencesPage& shown) {
    const Words& words = words_of(look);
    using Said = PreferencesPage::Said;
    std::string content;
    if (shown.said != Said::nothing) {
        const std::string_view sentence = shown.said == Said::saved     ? words.saved
                                          : shown.said == Said::stopped ? words.stopped
                                                                        : words.undone;
        content = fmt::format("<div class=\"said\"><p role=\"status\">{}</p>{}</div>", sentence,
                              shown.undo.empty() ? "" : undo_form(words, shown.undo, shown.action));
    }
    content += fmt::format("<p>{}</p>", escaped_with(words.preferences_text, look.brand));
    content +=
        fmt::format("<form method=\"post\" action=\"{}\">{}{}{}", escape_markup(shown.action),
                    hidden("do", "save"), topics_of(shown, words), channels_of(shown, words));
    if (!shown.topics.empty() || !shown.channels.empty())
        content += fmt::format("<p class=\"save\"><button>{}</button></p>", words.save_button);
    content += fmt::format(
        "</form><form class=\"stop\" method=\"post\" action=\"{}\">{}"
        "<h2>{}</h2><p>{}</p><button class=\"quiet\">{}</button></form>",
        escape_markup(shown.action), hidden("do", "stop"), words.stop_title, words.stop_text,
        words.stop_button);
    return page(200, look, words.preferences_title, content);
}

Reply confirm_page(const PageLook& look, std::string_view title, std::string_view about) {
    const Words& words = words_of(look);
    return page(200, look, words.confirm_title,
                fmt::format("<p>{}</p><ul><li><div class=\"line\"><span><b>{}</b>{}</span></div>"
                            "</li></ul><form class=\"save\" method=\"post\">"
                            "<button>{}</button></form><p class=\"more\">{}</p>",
                            words.confirm_text, escape_markup(title),
                            about.empty() ? ""
                                          : fmt::format("<span class=\"note\">{}</span>",
                                                        escape_markup(about)),
                            words.confirm_button, words.confirm_not));
}

Reply confirmed_page(const PageLook& look, std::string_view title, std::string_view preferences) {
    const Words& words = words_of(look);
    return page(
        200, look, words.confirmed_title,
        fmt::format("<p role=\"status\">{}</p>{}", escaped_with(words.confirmed_text, title),
                    more_link(preferences, words.choose_link)));
}

Reply expired_page(const PageLook& look) {
    const Words& words = words_of(look);
    return page(410, look, words.expired_title, fmt::format("<p>{}</p>", words.expired_text));
}

Reply dead_link_page(const PageLook& look) {
    const Words& words = words_of(look);
    return page(404, look, words.dead_title, fmt::format("<p>{}</p>", words.dead_text));
}

Reply failed_page(const PageLook& look, const Reply& cause) {
    const Words& words = words_of(look);
    Reply reply =
        page(cause.status, look, words.failed_title, fmt::format("<p>{}</p>", words.failed_text));
    for (const Header& header : cause.headers)
        reply.headers.push_back(header);
    return reply;
}

}  // namespace journey::http
