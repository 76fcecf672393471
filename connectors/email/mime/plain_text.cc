#include "connectors/email/mime/mime.h"

#include <charconv>

namespace journey::connectors::mime {
namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
}

bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

void append_code_point(std::string& out, std::uint32_t point) {
    if (point == 0 || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) point = 0xFFFD;
    if (point < 0x80) {
        out += static_cast<char>(point);
    } else if (point < 0x800) {
        out += static_cast<char>(0xC0 | point >> 6);
        out += static_cast<char>(0x80 | (point & 63));
    } else if (point < 0x10000) {
        out += static_cast<char>(0xE0 | point >> 12);
        out += static_cast<char>(0x80 | (point >> 6 & 63));
        out += static_cast<char>(0x80 | (point & 63));
    } else {
        out += static_cast<char>(0xF0 | point >> 18);
        out += static_cast<char>(0x80 | (point >> 12 & 63));
        out += static_cast<char>(0x80 | (point >> 6 & 63));
        out += static_cast<char>(0x80 | (point & 63));
    }
}

struct Entity {
    std::string_view name;
    std::string_view text;
};

constexpr std::array<Entity, 16> kEntities{{{"amp", "&"},
                                            {"lt", "<"},
                                            {"gt", ">"},
                                            {"quot", "\""},
                                            {"apos", "'"},
                                            {"nbsp", " "},
                                            {"copy", "©"},
                                            {"reg", "®"},
                                            {"trade", "™"},
                                            {"hellip", "…"},
                                            {"mdash", "—"},
                                            {"ndash", "–"},
                                            {"euro", "€"},
                                            {"pound", "£"},
                                            {"yen", "¥"},
                                            {"bull", "•"}}};

// Appends what the entity at the text's start means; its length, or 0 when it is none.
std::size_t decode_entity(std::string& out, std::string_view text) {
    const std::size_t end = text.substr(0, 12).find(';');
    if (end == std::string_view::npos || end < 2) return 0;
    std::string_view name = text.substr(1, end - 1);
    if (name.front() == '#') {
        name.remove_prefix(1);
        const bool hex = name.starts_with('x') || name.starts_with('X');
        if (hex) name.remove_prefix(1);
        std::uint32_t point = 0;
        const auto read =
            std::from_chars(name.data(), name.data() + name.size(), point, hex ? 16 : 10);
        if (read.ec != std::errc() || read.ptr != name.data() + name.size()) return 0;
        append_code_point(out, point);
        return end + 1;
    }
    for (const Entity& one : kEntities) {
        if (one.name != name) continue;
        out += one.text;
        return end + 1;
    }
    return 0;
}

bool is_block(std::string_view tag) {
    constexpr std::array<std::string_view, 22> kBlocks{
        "p",       "div",    "table",  "tr",     "h1",  "h2",   "h3", "h4",
        "h5",      "h6",     "ul",     "ol",     "li",  "br",   "hr", "blockquote",
        "section", "header", "footer", "center", "pre", "title"};
    return std::find(kBlocks.begin(), kBlocks.end(), tag) != kBlocks.end();
}

class Flattener {
  public:
    explicit Flattener(std::string_view html) : html_(html), low_(lower(html)) {}

    std::string run() {
        while (at_ < html_.size()) {
            if (html_[at_] == '<' && tag()) continue;
            character();
        }
        while (!out_.empty() && is_space(out_.back()))
            out_.pop_back();
        if (!out_.empty()) out_ += '\n';
        return std::move(out_);
    }

  private:
    void character() {
        if (is_space(html_[at_])) {
            blank_ = true;
            ++at_;
            return;
        }
        begin_word();
        if (html_[at_] == '&') {
            if (const std::size_t size = decode_entity(out_, html_.substr(at_))) {
                at_ += size;
                return;
            }
        }
        out_ += html_[at_++];
    }

    void begin_word() {
        if (std::exchange(blank_, false) && !out_.empty() && out_.back() != '\n') out_ += ' ';
    }

    void new_line() {
        blank_ = false;
        if (!out_.empty() && !out_.ends_with("\n\n")) out_ += '\n';
    }

    // False when "<" begins no tag.
    bool tag() {
        if (html_.substr(at_).starts_with("<!--")) return skip_to("-->");
        const std::size_t end = html_.find('>', at_);
        if (end == std::string_view::npos) return false;
        std::string_view inside = std::string_view(low_).substr(at_ + 1, end - at_ - 1);
        const bool closing = inside.starts_with('/');
        if (closing) inside.remove_prefix(1);
        std::size_t size = 0;
        while (size < inside.size() && !is_space(inside[size]) && inside[size] != '/')
            ++size;
        const std::string_view name = inside.substr(0, size);
        if (!closing && (name == "script" || name == "style" || name == "head")) {
            return skip_to("</" + std::string(name) + ">");
        }
        if (name == "a") link(closing, html_.substr(at_, end - at_));
        if (is_block(name)) new_line();
        if (!closing && name == "li") {
            out_ += "- ";
        } else if (name == "td" || name == "th") {
            blank_ = true;
        }
        at_ = end + 1;
        return true;
    }

    bool skip_to(std::string_view end) {
        const std::size_t found = low_.find(end, at_);
        at_ = found == std::string::npos ? html_.size() : found + end.size();
        return true;
    }

    // "Shop now (https://…)"; an address that is its own text is not said twice.
    void link(bool closing, std::string_view inside) {
        if (!closing) {
            link_ = address_of(inside);
            link_from_ = out_.size();
            return;
        }
        const std::string address = std::exchange(link_, {});
        if (address.empty() || !address.starts_with("http")) return;
        const std::string_view said =
            std::string_view(out_).substr(std::min(link_from_, out_.size()));
        if (said.find(address) != std::string_view::npos) return;
        begin_word();
        if (!out_.empty() && !is_space(out_.back())) out_ += ' ';
        out_ += "(" + address + ")";
    }

    static std::string address_of(std::string_view inside) {
        const std::string low = lower(inside);
        std::size_t at = low.find("href");
        if (at == std::string::npos) return {};
        at = inside.find('=', at);
        if (at == std::string_view::npos) return {};
        ++at;
        while (at < inside.size() && is_space(inside[at]))
            ++at;
        if (at >= inside.size() || (inside[at] != '"' && inside[at] != '\'')) return {};
        const std::size_t end = inside.find(inside[at], at + 1);
        if (end == std::string_view::npos) return {};
        std::string out;
        const std::string_view raw = inside.substr(at + 1, end - at - 1);
        for (std::size_t i = 0; i < raw.size();) {
            const std::size_t size = raw[i] == '&' ? decode_entity(out, raw.substr(i)) : 0;
            if (size == 0) out += raw[i];
            i += size == 0 ? 1 : size;
        }
        return out;
    }

    std::string_view html_;
    std::string low_;
    std::size_t at_ = 0;
    std::string out_;
    bool blank_ = false;
    std::string link_;
    std::size_t link_from_ = 0;
};

}  // namespace

std::string plain_text_of(std::string_view html) {
    return Flattener(html).run();
}

}  // namespace journey::connectors::mime
