// yaml-cpp's events into nodes, and everything of YAML that journeys do without
// (LANGUAGE 1.5, 3.6).

#include "dsl/yaml/node.h"

#include <fmt/format.h>
#include <map>
#include <sstream>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

namespace journey::yaml {

namespace {

constexpr std::size_t kDepthMax = 64;

class Collector final : public YAML::EventHandler {
  public:
    Collector(const source::Source& source, FileId file, Diagnostics& out)
        : source_(source), file_(file), out_(out) {}

    std::optional<Node> take() { return std::move(document_); }

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}

    void OnAnchor(const YAML::Mark&, const std::string&) override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        refuse_anchor(mark, anchor);
        Node node;
        node.span = empty_at(position(mark));
        finish(std::move(node));
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
        const Span span = word_at(position(mark));
        out_.push_back(
            Diagnostic::error("J0802", "NO COPIES BY ALIAS", span,
                              "`" + std::string(source_.slice(span)) + "` is not used here.")
                .and_after("An alias repeats a piece of the file that may stand far away.")
                .and_help("make it a `segment` and name that"));
        Node node;
        node.kind = Kind::broken;
        node.span = span;
        finish(std::move(node));
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        refuse_anchor(mark, anchor);
        const std::uint32_t begin = position(mark);
        Node node;
        node.kind = Kind::scalar;
        node.text = value;
        node.span = empty_at(begin);
        if (anchor != 0) {
            node.span = word_at(begin);
            node.offsets.assign(value.size() + 1, begin);
            finish(std::move(node));
            return;
        }
        if (tag != "?" && tag != "!") {
            refuse_tag(begin, value);
            node.kind = Kind::broken;
            finish(std::move(node));
            return;
        }
        if (!place_scalar(source_, node, begin)) report_unclosed(begin);
        if (node.style == Style::plain) check_cut(node);
        finish(std::move(node));
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        start(Kind::list, mark, tag, anchor);
    }
    void OnSequenceEnd() override { end(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        start(Kind::map, mark, tag, anchor);
    }
    void OnMapEnd() override { end(); }

  private:
    struct Open {
        Node node;
        std::optional<Node> key;
        std::map<std::string, Span> keys;  // of a map, where each was said
    };

    std::uint32_t position(const YAML::Mark& mark) const {
        const auto size = static_cast<std::uint32_t>(source_.text().size());
        return mark.pos < 0 ? size : std::min(static_cast<std::uint32_t>(mark.pos), size);
    }
    Span empty_at(std::uint32_t at) const { return {file_, at, at}; }
    Span word_at(std::uint32_t at) const {
        const std::string& text = source_.text();
        std::uint32_t end = at;
        while (end < text.size() &&
               std::string_view(" \t\n,]}").find(text[end]) == std::string_view::npos) {
            ++end;
        }
        return {file_, at, end};
    }

    void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
        if (anchor == 0) return;
        const Span span = word_at(position(mark));
        out_.push_back(
            Diagnostic::error("J0802", "NO COPIES BY ANCHOR", span,
                              "`" + std::string(source_.slice(span)) + "` is not used here.")
                .and_after("YAML reads a value that starts with `&` as a mark for copying.")
                .and_help("make it a `segment` and name that; if it is text, put it in "
                          "quotes"));
    }

    void refuse_tag(std::uint32_t begin, const std::string& value) {
        const Span span = word_at(begin);
        const std::string words(source_.slice(span));
        if (words.starts_with("!!") || !value.empty()) {
            out_.push_back(
                Diagnostic::error("J0803", "A TAG", span, "`" + words + "` has no meaning here.")
                    .and_after("Journeys say their types in `profile` and `events`.")
                    .and_help("remove it; if it is text, put it in quotes"));
            return;
        }
        const std::string meant = "not " + words.substr(1);
        out_.push_back(
            Diagnostic::error("J0806", "YAML HID YOUR CONDITION", span,
                              "YAML reads a value that starts with `!` as a tag, so this "
                              "condition arrived empty.")
                .and_after("In journeys \"not\" is a word.")
                .and_fix(source::Applicability::certain, "write `" + meant + "`.",
                         {{span, meant}}));
    }

    void report_unclosed(std::uint32_t begin) {
        const std::uint32_t lines = source_.line_count() - source_.place_of(begin).line;
        const std::string kind = source_.text()[begin] == '"' ? "double" : "single";
        out_.push_back(
            Diagnostic::error("J0005", "THE QUOTE NEVER ENDS", {file_, begin, begin + 1},
                              "This text starts with a " + kind + " quote that is never closed.")
                .and_after("Everything down to the end of the file, " + std::to_string(lines) +
                           (lines == 1 ? " line" : " lines") + ", was swallowed by it."));
    }

    /// `count(x) > 3 #3`: the rest is a comment to YAML.
    void check_cut(const Node& node) {
        const std::string& text = source_.text();
        std::uint32_t at = node.span.end;
        while (at < text.size() && text[at] == ' ')
            ++at;
        if (at == node.span.end || at + 1 >= text.size() || text[at] != '#') return;
        const char next = text[at + 1];
        if (next == ' ' || next == '\t' || next == '\n' || next == '#') return;
        out_.push_back(
            Diagnostic::warning("J0807", "THE REST IS A COMMENT", word_at(at),
                                "YAML ignores everything after ` #`.")
                .and_help("if it belongs to the value, put the value in quotes; if it is "
                          "a comment, write `# ` with a blank"));
    }

    void start(Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
        refuse_anchor(mark, anchor);
        const std::uint32_t begin = position(mark);
        if (tag != "?" && tag != "!" && !tag.empty()) {
            const Span span = word_at(begin);
            out_.push_back(
                Diagnostic::error("J0803", "A TAG", span,
                                  "`" + std::string(source_.slice(span)) + "` has no meaning here.")
                    .and_help("remove it"));
        }
        if (open_.size() == kDepthMax) {
            out_.push_back(
                Diagnostic::error("J0902", "NESTED TOO DEEPLY", empty_at(begin),
                                  "More than 64 lists and maps stand inside each other."));
        }
        Open open;
        open.node.kind = kind;
        open.node.span = empty_at(begin);
        open_.push_back(std::move(open));
    }

    void end() {
        Node node = std::move(open_.back().node);
        open_.pop_back();
        // A flow map or list ends with its bracket.
        const std::string& text = source_.text();
        const char first = node.span.begin < text.size() ? text[node.span.begin] : '\0';
        if (first == '{' || first == '[') {
            const std::size_t close = text.find(first == '{' ? '}' : ']', node.span.end);
            if (close != std::string::npos) node.span.end = static_cast<std::uint32_t>(close + 1);
        }
        finish(std::move(node));
    }

    void finish(Node node) {
        if (open_.size() > kDepthMax) return;
        if (open_.empty()) {
            document_ = std::move(node);
            return;
        }
        Open& parent = open_.back();
        // yaml-cpp notices that nothing stands behind a key where the next thing does.
        if (node.kind == Kind::nothing && parent.key) node.span = empty_at(parent.key->span.end);
        parent.node.span.end = std::max(parent.node.span.end, node.span.end);
        if (parent.node.kind == Kind::list) {
            parent.node.items.push_back(std::move(node));
        } else if (!parent.key) {
            parent.key = std::move(node);
        } else {
            add_pair(parent, std::move(node));
        }
    }

    void add_pair(Open& parent, Node value) {
        Node key = std::move(*parent.key);
        parent.key.reset();
        if (key.kind != Kind::scalar) {
            refuse_key(parent.node, key);
            return;
        }
        if (key.text == "<<") {
            out_.push_back(
                Diagnostic::error("J0802", "NO MERGING", key.span, "`<<` is not used here.")
                    .and_help("write the lines out, or make a `segment`"));
            return;
        }
        const auto [first, fresh] = parent.keys.try_emplace(key.text, key.span);
        if (!fresh) {
            out_.push_back(Diagnostic::error("J0801", "THE SAME KEY TWICE", key.span,
                                             "`" + key.text +
                                                 ":` appears twice here; YAML would "
                                                 "silently drop one.")
                               .and_other(first->second, "first here")
                               .and_help("keep one of them, or give the steps their own `- `"));
            return;
        }
        parent.node.pairs.push_back({std::move(key), std::move(value)});
    }

    void refuse_key(Node& map, const Node& key) {
        const std::string_view rest = std::string_view(source_.text()).substr(map.span.begin);
        if (rest.starts_with("{{")) {
            out_.push_back(Diagnostic::error("J0806", "YAML HID YOUR VALUE",
                                             {file_, map.span.begin, map.span.begin + 2},
                                             "YAML reads a value that starts with `{` as a map, so "
                                             "this text arrived as something else.")
                               .and_help("put it in quotes: \"{{ … }}\""));
            map.kind = Kind::broken;
            return;
        }
        if (key.kind == Kind::broken) return;  // reported where it stands
        out_.push_back(Diagnostic::error("J0803", "A KEY THAT IS NOT A WORD", key.span,
                                         "A list or a map cannot be a key here."));
    }

    const source::Source& source_;
    FileId file_;
    Diagnostics& out_;
    std::vector<Open> open_;
    std::optional<Node> document_;
};

/// A tab among the blanks a line begins with, at or before `last_line`; 0 when there is none.
std::uint32_t line_with_tab(const source::Source& source, std::uint32_t last_line) {
    for (std::uint32_t line = std::min(last_line, source.line_count()); line >= 1; --line) {
        const std::string_view text = source.line(line);
        const std::size_t first = text.find_first_not_of(" \t");
        const std::string_view indent = text.substr(0, std::min(first, text.size()));
        if (indent.find('\t') != std::string_view::npos) return line;
        if (line + 2 <= last_line) break;
    }
    return 0;
}

/// The first line at or above `line` whose plain value contains ": ".
std::optional<Span> colon_in_value(const source::Source& source, FileId file, std::uint32_t line) {
    for (std::uint32_t at = line; at >= 1 && at + 1 >= line; --at) {
        const std::string_view text = source.line(at);
        const std::size_t first = text.find(": ");
        if (first == std::string_view::npos) continue;
        const std::size_t value = text.find_first_not_of(' ', first + 1);
        if (value == std::string_view::npos) continue;
        if (std::string_view("\"'{[").find(text[value]) != std::string_view::npos) continue;
        const std::size_t second = text.find(": ", value);
        if (second == std::string_view::npos) continue;
        const std::uint32_t begin = source.line_begin(at);
        return Span{file, begin + static_cast<std::uint32_t>(value),
                    begin + static_cast<std::uint32_t>(text.size())};
    }
    return std::nullopt;
}

Diagnostic plain_error(const source::Source& source, FileId file, std::uint32_t at,
                       const std::string& message) {
    const auto size = static_cast<std::uint32_t>(source.text().size());
    const Span span{file, std::min(at, size), std::min(at + 1, size)};
    return Diagnostic::error("J0001", "THIS IS NOT YAML", span, message);
}

/// The last `[` or `{` before `end` that was opened and not closed; quotes are skipped.
std::uint32_t unclosed_flow(std::string_view text, std::uint32_t end) {
    std::vector<std::uint32_t> open;
    char quote = 0;
    for (std::uint32_t i = 0; i < end && i < text.size(); ++i) {
        const char c = text[i];
        if (quote != 0) {
            if (c == quote || c == '\n') quote = 0;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '[' || c == '{') {
            open.push_back(i);
        } else if ((c == ']' || c == '}') && !open.empty()) {
            open.pop_back();
        }
    }
    if (!open.empty()) return open.back();
    return text.empty() ? 0 : std::min(end, static_cast<std::uint32_t>(text.size() - 1));
}

/// `reenter:never`: for YAML this is one word, and what comes after it does not fit.
std::optional<Diagnostic> no_blank_after_colon(const source::Source& source, FileId file,
                                               std::uint32_t marked) {
    for (std::uint32_t line = marked; line >= 1 && line + 1 >= marked; --line) {
        const std::string_view text = source.line(line);
        std::size_t at = text.find_first_not_of(" -");
        if (at == std::string_view::npos) continue;
        while (at < text.size() && (std::isalpha(static_cast<unsigned char>(text[at])) != 0 ||
                                    text[at] == '_' || text[at] == ' '))
            ++at;
        if (at + 1 >= text.size() || text[at] != ':' || text[at + 1] == ' ' || text[at + 1] == '/')
            continue;
        const std::uint32_t place = source.line_begin(line) + static_cast<std::uint32_t>(at);
        return Diagnostic::error("J0001", "THIS IS NOT YAML", Span{file, place, place + 1},
                                 "Between a key's `:` and its value stands a blank.")
            .and_fix(source::Applicability::certain, "write `: `.",
                     {{{file, place + 1, place + 1}, " "}});
    }
    return std::nullopt;
}

/// A `[` or `{` a few lines above that was never closed.
std::optional<std::uint32_t> opened_above(const source::Source& source, std::uint32_t at) {
    constexpr std::uint32_t kLines = 4;
    const std::uint32_t line = source.place_of(at).line;
    const std::uint32_t opener = unclosed_flow(source.text(), at);
    const char sign = opener < source.text().size() ? source.text()[opener] : ' ';
    const bool begins = opener > 0 && source.text()[opener - 1] == ' ';
    if ((sign != '[' && sign != '{') || !begins) return std::nullopt;
    const std::uint32_t above = source.place_of(opener).line;
    return above < line && above + kLines >= line ? std::optional(opener) : std::nullopt;
}

/// A `?` between brackets on this line, outside quotes: yaml-cpp takes it for a key's mark anywhere.
std::optional<std::uint32_t> question_in_flow(const source::Source& source, std::uint32_t line) {
    const std::string_view text = source.line(line);
    const std::uint32_t begin = source.line_begin(line);
    int depth = 0;
    char quote = 0;
    bool plain = false;  // inside a value without quotes, where quotes mean nothing
    for (std::uint32_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool ends = i + 1 == text.size() || text[i + 1] == ' ';
        if (quote != 0) {
            if (c == quote) quote = 0;
        } else if (c == '"' || c == '\'') {
            if (!plain) quote = c;
        } else if ((c == '{' || c == '[') && (depth > 0 || !plain)) {
            ++depth;
            plain = false;
        } else if ((c == '}' || c == ']') && depth > 0) {
            --depth;
            plain = false;
        } else if ((c == ':' && ends) || (c == ',' && depth > 0)) {
            plain = false;
        } else if (c == '?' && depth > 0) {
            return begin + i;
        } else if (c == '#' && i > 0 && text[i - 1] == ' ') {
            return std::nullopt;
        } else if (c != ' ' && !(c == '-' && ends)) {
            plain = true;
        }
    }
    return std::nullopt;
}

/// A line that begins between the columns of the lines above it. The mark of the parser stands on
/// that line or on the one after it.
std::optional<Diagnostic> off_the_column(const source::Source& source, FileId file,
                                         std::uint32_t marked) {
    std::vector<std::size_t> columns;  // of the blocks that are open
    for (std::uint32_t at = 1; at <= marked; ++at) {
        const std::string_view text = source.line(at);
        std::size_t column = text.find_first_not_of(' ');
        if (column == std::string_view::npos || text[column] == '#') continue;
        const bool deeper = columns.empty() || column > columns.back();
        std::size_t inner = column;  // the next one to the right
        while (!columns.empty() && columns.back() > column) {
            inner = columns.back();
            columns.pop_back();
        }
        const bool fits = deeper || (!columns.empty() && columns.back() == column);
        const bool last = at == marked || (at + 1 == marked && !fits);
        if (last && !fits) {
            const std::uint32_t begin = source.line_begin(at);
            const auto place = begin + static_cast<std::uint32_t>(column);
            std::size_t meant = columns.empty() ? 0 : columns.back();
            if (inner - column <= column - meant) meant = inner;
            const Span blanks{file, begin, place};
            return Diagnostic::error(
                       "J0001", "THIS IS NOT YAML", Span{file, place, place + 1},
                       fmt::format("This line begins in column {}, and no line above it does.",
                                   column + 1))
                .and_after("In YAML the blanks before a line say what it belongs to.")
                .and_fix(source::Applicability::probable,
                         fmt::format("begin it in column {}.", meant + 1),
                         {{blanks, std::string(meant, ' ')}});
        }
        if (deeper) columns.push_back(column);
        // What stands behind `- ` is a block of its own.
        while (text.substr(column).starts_with("- ")) {
            const std::size_t next = text.find_first_not_of(' ', column + 1);
            if (next == std::string_view::npos) break;
            column = next;
            columns.push_back(column);
        }
    }
    return std::nullopt;
}

/// yaml-cpp's message in the author's terms (LANGUAGE 3.6).
Diagnostic translate(const source::Source& source, FileId file,
                     const YAML::ParserException& error) {
    const auto size = static_cast<std::uint32_t>(source.text().size());
    const std::uint32_t at =
        error.mark.pos < 0 ? size : std::min(static_cast<std::uint32_t>(error.mark.pos), size);
    const std::uint32_t line = source.place_of(at).line;
    const std::string& said = error.msg;
    auto says = [&](const char* words) { return said.find(words) != std::string::npos; };
    const auto hidden = [&](std::uint32_t place) {
        const char first = place < size ? source.text()[place] : ' ';
        return Diagnostic::error("J0806", "YAML HID YOUR VALUE",
                                 {file, place, std::min(place + 1, size)},
                                 std::string("YAML gives a value that starts with `") + first +
                                     "` a meaning of its own.")
            .and_help("put the value in quotes");
    };
    if (const std::uint32_t tab = line_with_tab(source, line)) {
        const std::uint32_t begin = source.line_begin(tab);
        const std::size_t first = source.line(tab).find('\t');
        const std::uint32_t where = begin + static_cast<std::uint32_t>(first);
        return Diagnostic::error(
                   "J0809", "A TAB IN THE INDENTATION", {file, where, where + 1},
                   "Line " + std::to_string(tab) + " is indented with a tab; YAML needs spaces.")
            .and_fix(source::Applicability::certain, "write two spaces.",
                     {{{file, where, where + 1}, "  "}});
    }
    if (const std::optional<std::uint32_t> question = question_in_flow(source, line)) {
        return Diagnostic::error("J0806", "YAML HID YOUR VALUE", {file, *question, *question + 1},
                                 "Between brackets YAML gives `?` a meaning of its own.")
            .and_help("write the values on lines of their own, without the brackets");
    }
    if (says("flow")) {
        const std::uint32_t opener = unclosed_flow(source.text(), at);
        return plain_error(source, file, opener,
                           std::string("This `") + source.text()[opener] + "` is never closed.");
    }
    if (const std::optional<Span> value = colon_in_value(source, file, line)) {
        const std::string words(source.slice(*value));
        if (words.find('"') == std::string::npos) {
            return Diagnostic::error("J0810", "A COLON INSIDE A VALUE", *value,
                                     "Put this in quotes, because it contains `: `.")
                .and_fix(source::Applicability::certain, "write \"" + words + "\".",
                         {{*value, "\"" + words + "\""}});
        }
        return Diagnostic::error("J0810", "A COLON INSIDE A VALUE", *value,
                                 "Put this in quotes, because it contains `: `.")
            .and_fix(source::Applicability::certain, "write '" + words + "'.",
                     {{*value, "'" + words + "'"}});
    }
    if (says("the referenced anchor")) {
        const std::size_t star = source.text().rfind('*', at);
        const std::size_t begin = star == std::string::npos ? at : star;
        const std::size_t end = std::min<std::size_t>(source.text().find_first_of(" \n,]}", begin),
                                                      source.text().size());
        const Span span{file, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
        return Diagnostic::error("J0802", "NO COPIES BY ALIAS", span,
                                 "`" + std::string(source.slice(span)) + "` is not used here.")
            .and_after("An alias repeats a piece of the file that may stand far away.")
            .and_help("make it a `segment` and name that");
    }
    if (says("unknown token") || says("anchor") || says("block scalar")) {
        std::uint32_t place = at;
        // The sign that made a block of the value stands before what the parser stumbles over.
        while (says("block scalar") && place > source.line_begin(line) &&
               (place >= size || (source.text()[place] != '>' && source.text()[place] != '|')))
            --place;
        if (place == source.line_begin(line)) place = at;
        return hidden(place);
    }
    if (says("end of map") || says("end of sequence") || says("illegal")) {
        if (auto joined = no_blank_after_colon(source, file, line)) return std::move(*joined);
        if (const auto opener = opened_above(source, at)) {
            return plain_error(
                source, file, *opener,
                std::string("This `") + source.text()[*opener] + "` is never closed.");
        }
    }
    if (says("end of map") || says("end of sequence") || says("illegal")) {
        if (auto off = off_the_column(source, file, line)) return std::move(*off);
        return plain_error(source, file, at,
                           "This line does not fit the lines above it; look at its indentation.");
    }
    if (says("bad file")) {
        Diagnostic diagnostic =
            plain_error(source, file, at, "This file is nested too deeply to read.");
        diagnostic.code = "J0902";
        diagnostic.title = "NESTED TOO DEEPLY";
        return diagnostic;
    }
    return plain_error(source, file, at, "I cannot read this as YAML: " + said + ".");
}

/// The `---` that starts another document.
Span second_document(const source::Source& source, FileId file, std::uint32_t after) {
    const std::string& text = source.text();
    const std::size_t at = text.find("\n---", after);
    const auto begin = static_cast<std::uint32_t>(at == std::string::npos ? after : at + 1);
    return {file, begin,
            std::min<std::uint32_t>(begin + 3, static_cast<std::uint32_t>(text.size()))};
}

class Ignore final : public YAML::EventHandler {
  public:
    bool found = false;
    void OnDocumentStart(const YAML::Mark&) override { found = true; }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
    void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
    void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  const std::string&) override {}
    void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                         YAML::EmitterStyle::value) override {}
    void OnSequenceEnd() override {}
    void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                    YAML::EmitterStyle::value) override {}
    void OnMapEnd() override {}
};

}  // namespace

std::optional<Node> read_document(const source::Source& source, FileId file,
                                  Diagnostics& diagnostics) {
    Collector collector(source, file, diagnostics);
    try {
        std::istringstream stream(source.text());
        YAML::Parser parser(stream);
        if (!parser.HandleNextDocument(collector)) return std::nullopt;
        std::optional<Node> document = collector.take();
        Ignore rest;
        if (parser.HandleNextDocument(rest) && rest.found) {
            const std::uint32_t after = document ? document->span.begin : 0;
            diagnostics.push_back(
                Diagnostic::error("J0808", "A SECOND DOCUMENT",
                                  second_document(source, file, after),
                                  "`---` starts a second document, which would be ignored.")
                    .and_help("put it into a file of its own"));
        }
        return document;
    } catch (const YAML::ParserException& error) {
        diagnostics.push_back(translate(source, file, error));
        return std::nullopt;
    }
}

}  // namespace journey::yaml
