#include "dsl/sema/variables.h"

#include <algorithm>
#include <set>

namespace journey::sema {

namespace {

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

const std::set<std::string, std::less<>>& liquid_words() {
    static const std::set<std::string, std::less<>> words = {
        "true", "false", "nil",   "null",   "blank", "empty",    "and",      "or", "contains", "in",
        "with", "for",   "limit", "offset", "cols",  "reversed", "continue", "as", "by"};
    return words;
}

struct Word {
    std::string text;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
};

class Scanner {
  public:
    using MadeBy = std::function<MadeNames(const std::string& partial)>;

    Scanner(std::string_view text, const MadeNames& made, const MadeBy& made_by)
        : text_(text), made_by_(made_by) {
        read_.made = made;
    }

    LiquidReading run() {
        std::size_t at = 0;
        while (at + 1 < text_.size()) {
            const std::string_view two = text_.substr(at, 2);
            if (two == "{{") {
                at = output(at + 2);
            } else if (two == "{%") {
                at = tag(at + 2);
            } else {
                ++at;
            }
        }
        return std::move(read_);
    }

  private:
    std::size_t close_of(std::size_t from, std::string_view close) const {
        char quote = 0;
        for (std::size_t i = from; i + 1 < text_.size(); ++i) {
            const char c = text_[i];
            if (quote != 0) {
                if (c == quote) quote = 0;
            } else if (c == '"' || c == '\'') {
                quote = c;
            } else if (text_.substr(i, 2) == close) {
                return i;
            }
        }
        return text_.size();
    }

    std::size_t output(std::size_t begin) {
        const std::size_t end = close_of(begin, "}}");
        expression(begin, end);
        return std::min(end + 2, text_.size());
    }

    std::size_t tag(std::size_t begin) {
        const std::size_t end = close_of(begin, "%}");
        std::size_t at = begin;
        if (at < end && text_[at] == '-') ++at;
        const Word word = next_word(at, end);
        if (word.text == "comment" || word.text == "raw" || word.text == "doc") {
            const std::string close = "end" + word.text;
            const std::size_t stop = text_.find(close, end);
            if (stop == std::string_view::npos) return text_.size();
            return std::min(close_of(stop, "%}") + 2, text_.size());
        }
        if (word.text == "liquid") {
            lines(word.end, end);
        } else {
            tag_inside(word, end);
        }
        return std::min(end + 2, text_.size());
    }

    // A `liquid` tag holds a tag a line.
    void lines(std::size_t at, std::size_t end) {
        while (at < end) {
            const std::size_t stop = std::min(text_.find('\n', at), end);
            const std::size_t first = text_.find_first_not_of(" \t\r", at);
            if (first < stop && text_[first] != '#') tag_inside(next_word(first, stop), stop);
            at = stop + 1;
        }
    }

    void tag_inside(const Word& word, std::size_t end) {
        const std::size_t at = word.end;
        if (word.text == "for" || word.text == "tablerow") {
            const Word variable = next_word(at, end);
            read_.made.insert(variable.text);
            read_.made.insert(word.text == "for" ? "forloop" : "tablerowloop");
            const Word in = next_word(variable.end, end);
            expression(in.end, end);
        } else if (word.text == "assign" || word.text == "capture") {
            const Word variable = next_word(at, end);
            if (word.text == "assign") expression(variable.end, end);
            read_.made.insert(variable.text);
        } else if (word.text == "increment" || word.text == "decrement") {
            read_.made.insert(next_word(at, end).text);
        } else if (word.text == "if" || word.text == "unless" || word.text == "elsif" ||
                   word.text == "case" || word.text == "when" || word.text == "echo" ||
                   word.text == "cycle") {
            expression(at, end);
        } else if (word.text == "include" || word.text == "render") {
            partial(at, end, word.text == "include");
        }
    }

    void partial(std::size_t at, std::size_t end, bool shares) {
        PartialMention found;
        found.shares = shares;
        at = std::min(text_.find_first_not_of(" \t\r\n", at), end);
        const char quote = at < end ? text_[at] : ' ';
        std::size_t close = quote == '"' || quote == '\'' ? text_.find(quote, at + 1) : end;
        if (close < end) {
            found.name = text_.substr(at + 1, close - at - 1);
            found.begin = static_cast<std::uint32_t>(at);
            found.end = static_cast<std::uint32_t>(close + 1);
            at = close + 1;
        } else {
            const Word computed = next_word(at, end);
            found.begin = computed.begin;
            found.end = computed.end;
        }
        const std::size_t slash = found.name.rfind('/');
        std::string alias = slash == std::string::npos ? found.name : found.name.substr(slash + 1);
        // `with x as y`, `for xs as y`, `, title: x`.
        std::size_t from = at;
        for (Word word = next_word(at, end); word.begin < end; word = next_word(word.end, end)) {
            if (word.text == "as") {
                const Word named = next_word(word.end, end);
                alias = named.text;
                expression(from, word.begin);
                from = named.end;
                word = named;
            } else if (word.end < end && text_[word.end] == ':') {
                found.given.insert(word.text);
            } else if (word.text == "for") {
                found.given.insert("forloop");
            }
        }
        expression(from, end);
        found.given.insert(alias);
        if (shares && made_by_) read_.made.merge(made_by_(found.name));
        read_.partials.push_back(std::move(found));
    }

    Word next_word(std::size_t at, std::size_t end) const {
        while (at < end && !is_letter(text_[at]))
            ++at;
        const std::size_t begin = at;
        while (at < end && (is_letter(text_[at]) || is_digit(text_[at]) || text_[at] == '-'))
            ++at;
        return {std::string(text_.substr(begin, at - begin)), static_cast<std::uint32_t>(begin),
                static_cast<std::uint32_t>(at)};
    }

    void expression(std::size_t at, std::size_t end) {
        const std::size_t first = read_.mentions.size();
        bool after_bar = false;
        while (at < end) {
            const char c = text_[at];
            if (c == '"' || c == '\'') {
                at = text_.find(c, at + 1);
                if (at == std::string_view::npos || at >= end) return;
                ++at;
            } else if (c == '|') {
                after_bar = true;
                ++at;
            } else if (is_letter(c)) {
                at = word(at, end, after_bar, first);
                after_bar = false;
            } else if (c == '.') {
                at = next_word(at + 1, end).end;  // of what stands in brackets before
            } else if (is_digit(c)) {
                while (at < end && (is_digit(text_[at]) || text_[at] == '.'))
                    ++at;
            } else {
                ++at;
            }
        }
    }

    std::size_t word(std::size_t at, std::size_t end, bool is_filter, std::size_t first) {
        const Word name = next_word(at, end);
        std::size_t after = name.end;
        std::string property;
        std::uint32_t last = name.end;
        for (bool leading = true; after < end && text_[after] == '.'; leading = false) {
            const Word part = next_word(after + 1, end);
            if (leading) {
                property = part.text;
                last = part.end;
            }
            after = std::max<std::size_t>(part.end, after + 1);
        }
        if (is_filter) {
            if (name.text == "default" && read_.mentions.size() > first)
                read_.mentions[first].has_default = true;
            return after;
        }
        // `limit: 3`, `allow_false: true`: an argument's name.
        if (after < end && text_[after] == ':') return after + 1;
        if (!liquid_words().contains(name.text) && !read_.made.contains(name.text)) {
            read_.mentions.push_back(
                {name.text, property, name.begin, last, false, column_behind(after, end)});
        }
        return after;
    }

    /// Of `[item.sku].title`; "" for anything else.
    std::string column_behind(std::size_t at, std::size_t end) const {
        if (at >= end || text_[at] != '[') return {};
        int open = 0;
        for (; at < end; ++at) {
            if (text_[at] == '[') ++open;
            if (text_[at] == ']' && --open == 0) break;
        }
        if (at + 1 >= end || text_[at + 1] != '.') return {};
        return next_word(at + 2, end).text;
    }

    std::string_view text_;
    const MadeBy& made_by_;
    LiquidReading read_;
};

}  // namespace

std::vector<Mention> find_mentions(std::string_view text, const MadeNames& made) {
    return read_liquid(text, made, {}).mentions;
}

LiquidReading read_liquid(std::string_view text, const MadeNames& made,
                          const std::function<MadeNames(const std::string& partial)>& made_by) {
    return Scanner(text, made, made_by).run();
}

std::vector<OpenMention> find_open_mentions(std::string_view text) {
    std::vector<OpenMention> found;
    std::size_t at = 0;
    while ((at = text.find('{', at)) != std::string_view::npos) {
        if (text.substr(at, 2) == "{%") {
            // What stands in `raw` and `comment` is not read.
            const std::size_t word = std::min(text.find_first_not_of("- ", at + 2), text.size());
            const std::string_view rest = text.substr(word);
            at += 2;
            for (const std::string_view tag : {"endraw", "endcomment"}) {
                if (rest.starts_with(tag.substr(3))) at = std::min(text.find(tag, at), text.size());
            }
            continue;
        }
        if (text.substr(at, 2) != "{{") {
            ++at;
            continue;
        }
        OpenMention open{static_cast<std::uint32_t>(at), 0};
        bool closed = false;
        char quote = 0;
        std::size_t i = at + 2;
        for (; i < text.size(); ++i) {
            const char c = text[i];
            if (quote != 0) {
                if (c == quote) quote = 0;
                continue;
            }
            if (c == '"' || c == '\'') quote = c;
            if (c != '}' && c != '{') continue;
            closed = text.substr(i, 2) == "}}";
            if (!closed && c == '}') open.brace = static_cast<std::uint32_t>(i);
            break;
        }
        if (!closed) found.push_back(open);
        at = std::max(at + 2, i);
    }
    return found;
}

bool inside_link(std::string_view text, std::size_t at) {
    // No address is longer, and whole pages of text are asked about.
    constexpr std::size_t kAddressMost = 4096;
    if (at > kAddressMost) {
        text.remove_prefix(at - kAddressMost);
        at = kAddressMost;
    }
    std::size_t begin = std::string_view::npos;
    for (const std::string_view scheme : {"http://", "https://"}) {
        const std::size_t one = text.rfind(scheme, at);
        if (one != std::string_view::npos && (begin == std::string_view::npos || one > begin)) {
            begin = one;
        }
    }
    if (begin == std::string_view::npos) return false;
    int open = 0;  // blanks inside {{ }} do not end a link
    for (std::size_t i = begin; i < at; ++i) {
        if (text.substr(i, 2) == "{{") ++open;
        if (text.substr(i, 2) == "}}") --open;
        const char c = text[i];
        const bool ends = c == ' ' || c == '\n' || c == '"' || c == '\'' || c == '<' || c == '>';
        if (ends && open <= 0) return false;
    }
    return true;
}

}  // namespace journey::sema
