#include "dsl/source/allow.h"

#include "dsl/source/text.h"

#include <map>
#include <set>
#include <string_view>
#include <utility>

namespace journey::source {
namespace {

using Line = std::pair<FileId, std::uint32_t>;

struct Allow {
    Span comment;
    Line line;  // the one it speaks of
    std::vector<std::string> codes;
    std::string reason;
};

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back()))
        text.remove_suffix(1);
    return text;
}

bool is_code(std::string_view word) {
    if (word.size() != 5 || word[0] != 'J') return false;
    return word.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

/// After "# allow": the codes with commas between, then a colon and the reason.
void read(std::string_view words, Allow& into) {
    const std::size_t colon = words.find(':');
    std::string_view codes = words.substr(0, colon);
    while (!codes.empty()) {
        const std::size_t end = std::min(codes.find_first_of(", "), codes.size());
        if (is_code(codes.substr(0, end))) into.codes.emplace_back(codes.substr(0, end));
        codes.remove_prefix(std::min(end + 1, codes.size()));
    }
    if (colon != std::string_view::npos) into.reason = trimmed(words.substr(colon + 1));
}

bool starts_with_comment(std::string_view line) {
    line = trimmed(line);
    return line.empty() || line.front() == '#';
}

class Reader {
  public:
    Reader(const SourceSet& sources, std::vector<Diagnostic>& diagnostics)
        : sources_(sources), diagnostics_(diagnostics) {}

    void comment(Span span) {
        std::string_view words = trimmed(sources_.slice(span).substr(1));
        if (!words.starts_with("allow") || (words.size() > 5 && !is_blank(words[5]))) return;
        words = trimmed(words.substr(5));
        // "# allow people to …" is a sentence of the author's, not a word to us.
        if (!words.empty() && !is_code(words.substr(0, std::min<std::size_t>(5, words.size()))))
            return;
        Allow made;
        made.comment = span;
        read(words, made);
        made.line = line_of(span);
        if (made.codes.empty() || made.reason.empty()) {
            const std::string code = made.codes.empty() ? "J0407" : made.codes.front();
            diagnostics_.push_back(
                Diagnostic::warning("J0116", "ALLOWED WHY?", span,
                                    made.codes.empty()
                                        ? "This allows something, and does not say what."
                                        : "This allows something without a reason.")
                    .and_after(
                        "Whoever reads this in a year wants to know why it is fine, so it has "
                        "no effect until it says so.")
                    .and_help("write it like `# allow " + code + ": one-off recall notice`"));
            return;
        }
        allows.push_back(std::move(made));
    }

    std::vector<Allow> allows;

  private:
    Line line_of(Span span) const {
        const Source& source = sources_.at(span.file);
        std::uint32_t line = source.place_of(span.begin).line;
        const std::string_view before =
            source.line(line).substr(0, span.begin - source.line_begin(line));
        if (!trimmed(before).empty()) return {span.file, line};
        do {
            ++line;
        } while (line <= source.line_count() && starts_with_comment(source.line(line)));
        return {span.file, line};
    }

    const SourceSet& sources_;
    std::vector<Diagnostic>& diagnostics_;
};

}  // namespace

std::vector<Allowed> apply_allows(const SourceSet& sources, const std::vector<Span>& comments,
                                  std::vector<Diagnostic>& diagnostics) {
    const bool whole = !has_errors(diagnostics);
    Reader reader(sources, diagnostics);
    for (const Span& span : comments)
        reader.comment(span);
    std::vector<Allowed> allowed;
    if (reader.allows.empty()) return allowed;

    std::map<std::pair<Line, std::string>, std::size_t> by_place;
    for (std::size_t i = 0; i < reader.allows.size(); ++i) {
        for (const std::string& code : reader.allows[i].codes)
            by_place.emplace(std::pair{reader.allows[i].line, code}, i);
    }
    std::set<std::pair<std::size_t, std::string>> used;
    std::set<std::pair<std::size_t, std::string>> refused;
    std::vector<Diagnostic> kept;
    for (Diagnostic& one : diagnostics) {
        const Line line{one.span.file, sources.at(one.span.file).place_of(one.span.begin).line};
        const auto found = by_place.find({line, one.code});
        if (found == by_place.end()) {
            kept.push_back(std::move(one));
        } else if (one.severity == Severity::error) {
            refused.emplace(found->second, one.code);
            kept.push_back(std::move(one));
        } else {
            used.emplace(found->second, one.code);
            allowed.push_back({std::move(one), reader.allows[found->second].reason});
        }
    }
    for (std::size_t i = 0; i < reader.allows.size(); ++i) {
        const Allow& allow = reader.allows[i];
        for (const std::string& code : allow.codes) {
            if (used.contains({i, code})) continue;
            if (refused.contains({i, code})) {
                kept.push_back(
                    Diagnostic::warning("J0116", "NOT TO BE ALLOWED", allow.comment,
                                        code + " is a mistake, and mistakes cannot be allowed.")
                        .and_after("Only warnings and remarks can be silenced.")
                        .and_help("mend what " + code + " says, and remove this comment"));
            } else if (whole) {
                kept.push_back(Diagnostic::warning("J0116", "ALLOWS NOTHING", allow.comment,
                                                   "There is no " + code + " here to allow.")
                                   .and_after("A leftover like this would hide the next real one.")
                                   .and_help("remove it, or move it to the line it is about"));
            }
        }
    }
    diagnostics = std::move(kept);
    return allowed;
}

std::vector<Span> find_yaml_comments(const SourceSet& sources, FileId file) {
    std::vector<Span> found;
    const std::string_view text = sources.at(file).text();
    char quote = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        const char before = at == 0 ? '\n' : text[at - 1];
        if (quote != 0) {
            const bool doubled =
                c == '\'' && quote == c && at + 1 < text.size() && text[at + 1] == c;
            if (doubled || (quote == '"' && c == '\\')) {
                ++at;
                continue;
            }
            // A quote never runs over an empty line here; better one comment too many than none.
            if (c == quote || (c == '\n' && before == '\n')) quote = 0;
            continue;
        }
        // Inside a plain value an apostrophe is a letter.
        const bool starts =
            is_blank(before) || std::string_view("\n:[{,-").find(before) != std::string_view::npos;
        if ((c == '"' || c == '\'') && starts) quote = c;
        if (c == '#' && (is_blank(before) || before == '\n')) {
            const std::size_t end = std::min(text.find('\n', at), text.size());
            found.push_back(
                {file, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(end)});
            at = end - 1;
        }
    }
    return found;
}

}  // namespace journey::source
