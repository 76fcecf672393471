#include "dsl/source/diagnostic.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace journey::source {

std::string_view name_of(Severity severity) {
    switch (severity) {
        case Severity::error:
            return "error";
        case Severity::warning:
            return "warning";
        case Severity::information:
            return "information";
    }
    return "error";
}

std::string_view name_of(Applicability applicability) {
    switch (applicability) {
        case Applicability::certain:
            return "certain";
        case Applicability::probable:
            return "probable";
        case Applicability::sketch:
            return "sketch";
    }
    return "sketch";
}

namespace {

/// What an author quotes may be a megabyte of `aaaa`; a reader needs its beginning.
std::string readable(std::string words) {
    constexpr std::size_t kQuoteMax = 160;
    constexpr std::size_t kShown = 100;
    if (words.size() <= kQuoteMax) return words;
    std::string out;
    for (std::size_t at = 0; at < words.size();) {
        const std::size_t open = std::min(words.find('`', at), words.size());
        const std::size_t close = std::min(words.find('`', open + 1), words.size());
        const std::size_t inner = std::min(open + 1, words.size());
        out.append(words, at, inner - at);
        if (close - inner > kQuoteMax) {
            std::size_t end = inner + kShown;
            while ((static_cast<unsigned char>(words[end]) & 0xC0U) == 0x80U)
                --end;
            out.append(words, inner, end - inner);
            out += "…";
        } else {
            out.append(words, inner, close - inner);
        }
        at = close;
        if (at < words.size()) {
            out += '`';
            ++at;
        }
    }
    return out;
}

Diagnostic make(Severity severity, std::string code, std::string title, Span span,
                std::string before) {
    Diagnostic made;
    made.severity = severity;
    made.code = std::move(code);
    made.title = std::move(title);
    made.span = span;
    made.before = readable(std::move(before));
    return made;
}

}  // namespace

Diagnostic Diagnostic::error(std::string code, std::string title, Span span, std::string before) {
    return make(Severity::error, std::move(code), std::move(title), span, std::move(before));
}
Diagnostic Diagnostic::warning(std::string code, std::string title, Span span, std::string before) {
    return make(Severity::warning, std::move(code), std::move(title), span, std::move(before));
}
Diagnostic Diagnostic::information(std::string code, std::string title, Span span,
                                   std::string before) {
    return make(Severity::information, std::move(code), std::move(title), span, std::move(before));
}

Diagnostic Diagnostic::and_label(std::string words) && {
    label = std::move(words);
    return std::move(*this);
}
Diagnostic Diagnostic::and_other(Span at, std::string words, bool caret) && {
    others.push_back({at, std::move(words), caret});
    return std::move(*this);
}
Diagnostic Diagnostic::and_after(std::string words) && {
    if (!after.empty()) after += '\n';
    after += readable(std::move(words));
    return std::move(*this);
}
Diagnostic Diagnostic::and_help(std::string words) && {
    help.push_back(readable(std::move(words)));
    return std::move(*this);
}
Diagnostic Diagnostic::and_fix(Applicability applicability, std::string says,
                               std::vector<Edit> edits) && {
    fixes.push_back({applicability, std::move(says), std::move(edits)});
    return std::move(*this);
}

bool has_errors(const std::vector<Diagnostic>& diagnostics) {
    return std::any_of(diagnostics.begin(), diagnostics.end(),
                       [](const Diagnostic& one) { return one.severity == Severity::error; });
}

void sort_and_unique(std::vector<Diagnostic>& diagnostics) {
    const auto key = [](const Diagnostic& one) {
        return std::tie(one.span.file, one.span.begin, one.span.end, one.code);
    };
    std::stable_sort(diagnostics.begin(), diagnostics.end(),
                     [&](const Diagnostic& a, const Diagnostic& b) { return key(a) < key(b); });
    diagnostics.erase(
        std::unique(diagnostics.begin(), diagnostics.end(),
                    [&](const Diagnostic& a, const Diagnostic& b) { return key(a) == key(b); }),
        diagnostics.end());
}

}  // namespace journey::source
