#include "dsl/source/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace journey::source {

Source::Source(std::string name, std::string text)
    : name_(std::move(name)), text_(std::move(text)) {
    starts_.push_back(0);
    for (std::size_t at = text_.find('\n'); at != std::string::npos;
         at = text_.find('\n', at + 1)) {
        starts_.push_back(static_cast<std::uint32_t>(at + 1));
    }
}

std::string_view Source::slice(const Span& span) const {
    const std::size_t begin = std::min<std::size_t>(span.begin, text_.size());
    const std::size_t end = std::clamp<std::size_t>(span.end, begin, text_.size());
    return std::string_view(text_).substr(begin, end - begin);
}

Place Source::place_of(std::uint32_t offset) const {
    offset = std::min(offset, static_cast<std::uint32_t>(text_.size()));
    const auto after = std::upper_bound(starts_.begin(), starts_.end(), offset);
    const auto line = static_cast<std::uint32_t>(after - starts_.begin());
    const std::string_view before(text_.data() + starts_[line - 1], offset - starts_[line - 1]);
    return {line, static_cast<std::uint32_t>(count_code_points(before)) + 1};
}

std::uint32_t Source::utf16_column_of(std::uint32_t offset) const {
    const Place place = place_of(offset);
    std::uint32_t units = place.column - 1;
    const std::uint32_t begin = line_begin(place.line);
    for (std::uint32_t at = begin; at < offset && at < text_.size(); ++at) {
        if (static_cast<unsigned char>(text_[at]) >= 0xF0) ++units;  // needs a surrogate pair
    }
    return units;
}

std::uint32_t Source::line_begin(std::uint32_t line) const {
    if (line == 0 || line > starts_.size()) return static_cast<std::uint32_t>(text_.size());
    return starts_[line - 1];
}

std::string_view Source::line(std::uint32_t line) const {
    if (line == 0 || line > starts_.size()) return {};
    const std::size_t begin = starts_[line - 1];
    const std::size_t end = line < starts_.size() ? starts_[line] - 1 : text_.size();
    return std::string_view(text_).substr(begin, end - begin);
}

namespace {

/// What the bytes probably are when they are not UTF-8; empty when we cannot tell.
std::string_view guess_encoding(std::string_view bytes) {
    if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) return "UTF-16";
    const std::string_view head = bytes.substr(0, 4096);
    std::size_t odd = 0;
    std::size_t even = 0;
    for (std::size_t i = 0; i < head.size(); ++i) {
        if (head[i] == '\0') ++(i % 2 == 0 ? even : odd);
    }
    if (head.size() >= 4 && (odd * 4 > head.size() || even * 4 > head.size())) return "UTF-16";
    // GBK: every high byte starts a pair whose second byte is 0x40 or more.
    std::size_t pairs = 0;
    for (std::size_t i = 0; i < head.size(); ++i) {
        const auto lead = static_cast<unsigned char>(head[i]);
        if (lead < 0x80) continue;
        if (i + 1 >= head.size()) break;
        const auto trail = static_cast<unsigned char>(head[i + 1]);
        if (lead == 0x80 || lead == 0xFF || trail < 0x40 || trail == 0x7F || trail == 0xFF)
            return {};
        ++pairs;
        ++i;
    }
    return pairs >= 2 ? std::string_view("GBK") : std::string_view();
}

std::string with_line_feeds(std::string_view bytes, LineEnd& line_end) {
    std::string text;
    text.reserve(bytes.size());
    std::size_t crlf = 0;
    std::size_t cr = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (bytes[i] != '\r') {
            text += bytes[i];
            continue;
        }
        const bool pair = i + 1 < bytes.size() && bytes[i + 1] == '\n';
        ++(pair ? crlf : cr);
        if (pair) ++i;
        text += '\n';
    }
    if (crlf + cr > 0) line_end = crlf >= cr ? LineEnd::crlf : LineEnd::cr;
    return text;
}

char32_t decode(std::string_view text, std::size_t at, std::size_t& length) {
    const auto byte = [&](std::size_t i) {
        return static_cast<char32_t>(static_cast<unsigned char>(i < text.size() ? text[i] : '\0'));
    };
    const char32_t lead = byte(at);
    if (lead < 0x80) return length = 1, lead;
    if (lead < 0xE0) return length = 2, ((lead & 0x1F) << 6) | (byte(at + 1) & 0x3F);
    if (lead < 0xF0) {
        return length = 3,
               ((lead & 0x0F) << 12) | ((byte(at + 1) & 0x3F) << 6) | (byte(at + 2) & 0x3F);
    }
    return length = 4, ((lead & 0x07) << 18) | ((byte(at + 1) & 0x3F) << 12) |
                           ((byte(at + 2) & 0x3F) << 6) | (byte(at + 3) & 0x3F);
}

enum class Hidden : unsigned char { no, control, reordering, zero_width };

Hidden hidden_kind(char32_t c) {
    if ((c < 0x20 && c != '\t' && c != '\n') || c == 0x7F || (c >= 0x80 && c < 0xA0))
        return Hidden::control;
    if ((c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069)) return Hidden::reordering;
    if (c == 0x200B || c == 0x200C || c == 0x200D || c == 0x200E || c == 0x200F || c == 0x2060 ||
        c == 0xFEFF || c == 0x00AD) {
        return Hidden::zero_width;
    }
    return Hidden::no;
}

std::string hidden_words(Hidden kind) {
    switch (kind) {
        case Hidden::no:
            break;
        case Hidden::control:
            return "that is a control character";
        case Hidden::reordering:
            return "that makes text read in another order";
        case Hidden::zero_width:
            return "that takes no room on the screen";
    }
    return {};
}

}  // namespace

void report_invisible(const Source& source, FileId id, std::vector<Diagnostic>& diagnostics) {
    const std::string_view text = source.text();
    int reported = 0;
    bool in_string = false;
    for (std::size_t at = 0; at < text.size() && reported < 10;) {
        std::size_t length = 1;
        const char32_t c = decode(text, at, length);
        if (c == '"' && (at == 0 || !in_string || text[at - 1] != '\\')) in_string = !in_string;
        if (c == '\n') in_string = false;
        const Hidden kind = hidden_kind(c);
        // A zero-width joiner inside quotes makes an emoji family, and belongs there.
        if (kind != Hidden::no && !(kind == Hidden::zero_width && in_string)) {
            const Span span{id, static_cast<std::uint32_t>(at),
                            static_cast<std::uint32_t>(at + length)};
            diagnostics.push_back(
                Diagnostic::error(
                    "J0006", "INVISIBLE CHARACTER", span,
                    fmt::format("Line {} contains an invisible character (U+{:04X}) {}.",
                                source.place_of(span.begin).line, static_cast<unsigned>(c),
                                hidden_words(kind)))
                    .and_after("What you see would not be what I read.")
                    .and_fix(Applicability::certain, "remove it.", {{span, ""}}));
            ++reported;
        }
        at += length;
    }
}

std::optional<FileId> SourceSet::add(std::string name, std::string_view bytes,
                                     std::vector<Diagnostic>& diagnostics) {
    const FileId id{static_cast<std::uint32_t>(sources_.size())};
    const auto refuse = [&](Diagnostic diagnostic) {
        sources_.push_back(std::make_unique<Source>(std::move(name), std::string()));
        diagnostics.push_back(std::move(diagnostic));
        return std::nullopt;
    };
    const Span start{id, 0, 0};
    if (bytes.size() > kFileBytesMax) {
        // Rounded up, so that what is a little too large does not read like the limit.
        const std::size_t hundredths = (bytes.size() * 100 + kFileBytesMax - 1) / kFileBytesMax;
        return refuse(
            Diagnostic::error("J0901", "FILE TOO LARGE", start,
                              fmt::format("This file has {} MiB; the limit is 1 MiB.",
                                          static_cast<double>(hundredths) / 100))
                .and_after("Is this a data export? Journeys describe what to do; people and events "
                           "come in through the API."));
    }
    bool had_bom = false;
    if (bytes.starts_with("\xEF\xBB\xBF")) {
        had_bom = true;
        bytes.remove_prefix(3);
    }
    if (!is_utf8(bytes) || guess_encoding(bytes) == "UTF-16") {
        const std::string_view guess = guess_encoding(bytes);
        const std::string fact = guess.empty()
                                     ? std::string("This file is not UTF-8 text.")
                                     : fmt::format("This file is {}; save it as UTF-8.", guess);
        return refuse(Diagnostic::error("J0007", "NOT UTF-8", start, fact)
                          .and_help("in most editors: Save As, then choose the encoding UTF-8."));
    }
    LineEnd line_end = LineEnd::lf;
    std::string text = with_line_feeds(bytes, line_end);
    auto made = std::make_unique<Source>(std::move(name), std::move(text));
    made->had_bom = had_bom;
    made->line_end = line_end;
    sources_.push_back(std::move(made));
    report_invisible(*sources_.back(), id, diagnostics);
    return id;
}

bool SourceSet::replace(FileId id, std::string_view bytes, std::vector<Diagnostic>& diagnostics) {
    ENSURE(id.number < sources_.size(), "a file of another SourceSet");
    SourceSet one;
    std::vector<Diagnostic> about;
    const bool taken = one.add(at(id).name(), bytes, about).has_value();
    sources_[id.number] = std::move(one.sources_.front());
    for (Diagnostic& diagnostic : about) {
        diagnostic.span.file = id;
        for (Label& label : diagnostic.others)
            label.span.file = id;
        for (Fix& fix : diagnostic.fixes) {
            for (Edit& edit : fix.edits)
                edit.span.file = id;
        }
        diagnostics.push_back(std::move(diagnostic));
    }
    return taken;
}

const Source& SourceSet::at(FileId id) const {
    ENSURE(id.number < sources_.size(), "a span of another SourceSet");
    return *sources_[id.number];
}

std::optional<FileId> SourceSet::find(std::string_view name) const {
    for (std::size_t i = 0; i < sources_.size(); ++i) {
        if (sources_[i]->name() == name) return FileId{static_cast<std::uint32_t>(i)};
    }
    return std::nullopt;
}

}  // namespace journey::source
