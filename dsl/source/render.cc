#include "dsl/source/render.h"

#include "dsl/source/spare.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>
#include <string_view>

namespace journey::source {
namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kTab = 4;

struct Paint {
    bool on = false;
    std::string operator()(std::string_view code, std::string_view text) const {
        if (!on || text.empty()) return std::string(text);
        return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
    }
};

std::string_view colour_of(Severity severity) {
    switch (severity) {
        case Severity::error:
            return "1;31";
        case Severity::warning:
            return "1;33";
        case Severity::information:
            return "1;36";
    }
    return "1";
}

/// The line as a terminal shows it: tabs opened to columns, controls made visible.
std::string shown(std::string_view line) {
    std::string out;
    std::size_t column = 0;
    std::size_t flushed = 0;
    const auto flush = [&](std::size_t until) {
        const std::string_view part = line.substr(flushed, until - flushed);
        out += part;
        column += display_width(part);
        flushed = until;
    };
    for (std::size_t i = 0; i < line.size(); ++i) {
        const auto c = static_cast<unsigned char>(line[i]);
        if (c >= 0x20 && c != 0x7F) continue;
        flush(i);
        flushed = i + 1;
        if (c == '\t') {
            const std::size_t blanks = kTab - column % kTab;
            out.append(blanks, ' ');
            column += blanks;
        } else {
            out += "\xEF\xBF\xBD";  // U+FFFD
            ++column;
        }
    }
    flush(line.size());
    return out;
}

/// Screen columns before byte `at` of the line.
std::size_t column_of(std::string_view line, std::size_t at) {
    return display_width(shown(line.substr(0, at)));
}

/// What of a very long line is shown: bytes, at the edges of characters.
struct Window {
    std::size_t begin = 0;
    std::size_t end = 0;
};

Window window_of(std::string_view line, std::size_t mark) {
    constexpr std::size_t kLineMax = 400;
    constexpr std::size_t kBefore = 80;
    constexpr std::size_t kAfter = 160;
    if (line.size() <= kLineMax) return {0, line.size()};
    const auto edge = [&](std::size_t at) {
        while (at < line.size() && (static_cast<unsigned char>(line[at]) & 0xC0U) == 0x80U)
            ++at;
        return at;
    };
    mark = std::min(mark, line.size());
    return {edge(mark - std::min(mark, kBefore)), edge(std::min(mark + kAfter, line.size()))};
}

/// The window with a sign where the line goes on.
std::string shown_in(std::string_view line, const Window& window) {
    return (window.begin > 0 ? "…" : "") +
           shown(line.substr(window.begin, window.end - window.begin)) +
           (window.end < line.size() ? "…" : "");
}

struct Mark {
    std::size_t column = 0;
    std::size_t width = 1;
    char sign = '^';
    std::string text;
};

void overlay(std::string& row, std::size_t column, std::string_view text) {
    if (row.size() < column + text.size()) row.resize(column + text.size(), ' ');
    row.replace(column, text.size(), text);
}

/// The rows under one line: all marks on the first, the last one's words after it, the others'
/// words below, each under its own mark.
std::vector<std::string> rows_of(std::vector<Mark> marks) {
    std::stable_sort(marks.begin(), marks.end(),
                     [](const Mark& a, const Mark& b) { return a.column < b.column; });
    std::string signs;
    for (const Mark& mark : marks) {
        for (std::size_t i = 0; i < mark.width; ++i) {
            const std::size_t at = mark.column + i;
            if (at < signs.size() && signs[at] == '^') continue;
            overlay(signs, at, std::string_view(&mark.sign, 1));
        }
    }
    std::vector<std::string> rows;
    if (!marks.empty() && !marks.back().text.empty()) signs += ' ' + marks.back().text;
    rows.push_back(signs);
    for (std::size_t i = marks.size() - 1; i-- > 0;) {
        if (marks[i].text.empty()) continue;
        rows.push_back(std::string(marks[i].column, ' ') + marks[i].text);
    }
    return rows;
}

/// The end of the piece that begins at `from`: what a line break may not cut. Chinese breaks
/// between any two characters, but no line begins with a closing sign.
std::size_t piece_end(std::string_view line, std::size_t from) {
    bool quoted = false;
    std::size_t to = from;
    while (to < line.size() && (quoted || line[to] != ' ')) {
        if (line[to] == '`') quoted = !quoted;
        std::size_t next = to + 1;
        while (next < line.size() && (static_cast<unsigned char>(line[next]) & 0xC0U) == 0x80U)
            ++next;
        const bool wide = display_width(line.substr(to, next - to)) == 2;
        to = next;
        if (quoted || !wide) continue;
        const std::string_view rest = line.substr(to);
        const auto starts = [&](std::string_view sign) { return rest.starts_with(sign); };
        static constexpr std::array<std::string_view, 9> kClosing = {"。", "，", "；", "：", "？",
                                                                     "！", "、", "）", "”"};
        if (!std::any_of(kClosing.begin(), kClosing.end(), starts)) return to;
    }
    return to;
}

/// Breaks lines at blanks to fit the screen. Lines that begin with a blank are examples and stay as
/// they are; what stands between backticks is not broken either.
std::string wrapped(std::string_view words) {
    std::string out;
    for (std::size_t at = 0; at <= words.size();) {
        const std::size_t end = std::min(words.find('\n', at), words.size());
        const std::string_view line = words.substr(at, end - at);
        if (!out.empty() || at > 0) out += '\n';
        at = end + 1;
        if (line.starts_with(' ') || display_width(line) <= kWidth) {
            out += line;
            continue;
        }
        std::size_t column = 0;
        bool blank = false;
        for (std::size_t from = 0; from < line.size();) {
            const std::size_t to = piece_end(line, from);
            const std::string_view word = line.substr(from, to - from);
            const std::size_t width = display_width(word);
            if (column > 0 && column + (blank ? 1 : 0) + width > kWidth) {
                out += '\n';
                column = 0;
            } else if (blank && column > 0) {
                out += ' ';
                ++column;
            }
            out += word;
            column += width;
            blank = to < line.size() && line[to] == ' ';
            from = blank ? to + 1 : to;
        }
    }
    return out;
}

std::string header(const SourceSet& sources, const Diagnostic& diagnostic, const Paint& paint) {
    const Source& source = sources.at(diagnostic.span.file);
    const Place place = source.place_of(diagnostic.span.begin);
    const std::string left = fmt::format("-- {} ", diagnostic.title);
    const std::string right =
        fmt::format(" {}:{}:{}  {}", source.name(), place.line, place.column, diagnostic.code);
    const std::size_t used = display_width(left) + display_width(right);
    const std::size_t dashes = used + 3 < kWidth ? kWidth - used : 3;
    return paint(colour_of(diagnostic.severity), left + std::string(dashes, '-') + right) + '\n';
}

/// One line with all marks that stand on it.
struct Row {
    Window window;
    std::vector<Mark> marks;
};
using Rows = std::map<std::pair<FileId, std::uint32_t>, Row>;

void add_label(Rows& rows, const SourceSet& sources, const Span& span, char sign,
               const std::string& text) {
    const Source& source = sources.at(span.file);
    const std::uint32_t number = line_of(source, span.begin);
    const std::string_view line = source.line(number);
    const std::size_t begin = span.begin - source.line_begin(number);
    const auto [at, fresh] = rows.try_emplace({span.file, number});
    // The first mark is the one the message is about.
    if (fresh) at->second.window = window_of(line, begin);
    const Window& window = at->second.window;
    if (!fresh && (begin < window.begin || begin > window.end)) return;
    // A range over several lines is marked to the end of its first one.
    const std::size_t end = std::min<std::size_t>(begin + span.size(), window.end);
    const std::string_view seen = line.substr(0, window.end).substr(window.begin);
    const std::size_t more = window.begin > 0 ? 1 : 0;  // the sign before it
    Mark mark;
    mark.column = more + column_of(seen, std::min(begin, window.end) - window.begin);
    const std::size_t after = more + column_of(seen, std::max(end, window.begin) - window.begin);
    mark.width = after > mark.column ? after - mark.column : 1;
    mark.sign = sign;
    mark.text = text;
    at->second.marks.push_back(std::move(mark));
}

std::string snippet(const SourceSet& sources, const Diagnostic& diagnostic, const Paint& paint) {
    Rows rows;
    add_label(rows, sources, diagnostic.span, '^', diagnostic.label);
    for (const Label& label : diagnostic.others) {
        add_label(rows, sources, label.span, label.caret ? '^' : '-', label.text);
    }
    std::size_t gutter = 2;
    for (const auto& [where, row] : rows)
        gutter = std::max(gutter, std::to_string(where.second).size());

    std::string out;
    FileId current = diagnostic.span.file;
    for (const auto& [where, row] : rows) {
        const Source& source = sources.at(where.first);
        if (where.first != current ||
            (rows.begin()->first == where && where.first != diagnostic.span.file)) {
            out += fmt::format("{:>{}}   in {}\n", "", gutter, source.name());
            current = where.first;
        }
        out += fmt::format("{:>{}} | {}\n", where.second, gutter,
                           shown_in(source.line(where.second), row.window));
        for (const std::string& below : rows_of(row.marks)) {
            out += fmt::format("{:>{}} | {}\n", "", gutter,
                               paint(colour_of(diagnostic.severity), below));
        }
    }
    return out;
}

std::string_view name_of(Applicability applicability, const RenderWords& words) {
    switch (applicability) {
        case Applicability::certain:
            return words.certain;
        case Applicability::probable:
            return words.probable;
        case Applicability::sketch:
            return words.sketch;
    }
    return words.sketch;
}

bool has_text(const SourceSet& sources, const Span& span) {
    return !sources.at(span.file).text().empty();
}

}  // namespace

std::string render(const SourceSet& sources, const Diagnostic& diagnostic, RenderOptions options) {
    const Paint paint{options.colour};
    std::string out = header(sources, diagnostic, paint);
    out += '\n' + wrapped(diagnostic.before) + '\n';
    if (has_text(sources, diagnostic.span)) out += '\n' + snippet(sources, diagnostic, paint);
    const bool closing =
        !diagnostic.after.empty() || !diagnostic.help.empty() || !diagnostic.fixes.empty();
    if (closing && !has_text(sources, diagnostic.span)) out += '\n';
    if (!diagnostic.after.empty()) out += wrapped(diagnostic.after) + '\n';
    for (const std::string& help : diagnostic.help)
        out += wrapped(std::string(options.words.help) + help) + '\n';
    for (const Fix& fix : diagnostic.fixes) {
        const std::string_view name = name_of(fix.applicability, options.words);
        out +=
            fmt::format("{}{}{}\n", paint("1;32", name), name.ends_with(':') ? " " : "", fix.says);
    }
    return out;
}

std::string render(const SourceSet& sources, const std::vector<Diagnostic>& diagnostics,
                   RenderOptions options) {
    std::string out;
    for (const Diagnostic* diagnostic : worth_showing(sources, diagnostics)) {
        if (!out.empty()) out += '\n';
        out += render(sources, *diagnostic, options);
    }
    return out;
}

std::string render_short(const SourceSet& sources, const std::vector<Diagnostic>& diagnostics) {
    std::string out;
    for (const Diagnostic* one : worth_showing(sources, diagnostics)) {
        const Diagnostic& diagnostic = *one;
        const Source& source = sources.at(diagnostic.span.file);
        const Place place = source.place_of(diagnostic.span.begin);
        std::string words = diagnostic.before;
        std::replace(words.begin(), words.end(), '\n', ' ');
        out += fmt::format("{}:{}:{}: {} {}: {}\n", source.name(), place.line, place.column,
                           name_of(diagnostic.severity), diagnostic.code, words);
    }
    return out;
}

}  // namespace journey::source
