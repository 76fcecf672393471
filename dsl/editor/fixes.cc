// The certain fixes of a whole project, to a fixpoint.

#include "dsl/editor/editor.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace journey::editor {
namespace {

using source::Applicability;
using source::Edit;

/// Where every byte of the decoded text stands in `bytes`; one more for the end.
std::vector<std::size_t> raw_offsets(std::string_view bytes) {
    std::vector<std::size_t> map;
    map.reserve(bytes.size() + 1);
    for (std::size_t at = bytes.starts_with("\xEF\xBB\xBF") ? 3 : 0; at < bytes.size(); ++at) {
        map.push_back(at);
        if (bytes[at] == '\r' && at + 1 < bytes.size() && bytes[at + 1] == '\n') ++at;
    }
    map.push_back(bytes.size());
    return map;
}

std::string with_line_ends(const std::string& text, source::LineEnd line_end) {
    if (line_end == source::LineEnd::lf) return text;
    std::string made;
    for (const char c : text) {
        if (c == '\n') made += line_end == source::LineEnd::crlf ? "\r\n" : "\r";
        if (c != '\n') made += c;
    }
    return made;
}

bool overlap(const Edit& a, const Edit& b) {
    if (a.span.file != b.span.file) return false;
    if (a.span.begin == b.span.begin) return true;  // two insertions have no order
    return a.span.begin < b.span.end && b.span.begin < a.span.end;
}

struct Chosen {
    std::map<FileId, std::vector<Edit>> edits;
    std::map<FileId, std::vector<std::string>> says;
};

class Fixer {
  public:
    Fixer(const std::vector<NamedText>& files, const sema::Options& options,
          const std::function<bool(const std::string&)>& may_change)
        : project_(options) {
        for (const NamedText& file : files) {
            const FileId id = project_.put(file.name, file.bytes);
            Entry entry;
            entry.fixed = {file.name, file.bytes, file.bytes, {}, false};
            entry.may_change = may_change(file.name);
            entries_[id] = std::move(entry);
        }
    }

    FixedProject run(int rounds) {
        for (int round = 0; round < rounds; ++round) {
            const Chosen chosen = choose();
            if (chosen.edits.empty() || !apply(chosen)) break;
        }
        FixedProject made;
        for (const auto& [id, errors] : count_errors()) {
            if (entries_.at(id).may_change) made.errors_left += errors;
        }
        for (auto& [id, entry] : entries_) {
            if (!entry.fixed.says.empty() || entry.fixed.held_back)
                made.files.push_back(std::move(entry.fixed));
        }
        return made;
    }

  private:
    struct Entry {
        Fixed fixed;
        bool may_change = false;
    };

    std::map<FileId, std::size_t> count_errors() {
        std::map<FileId, std::size_t> counts;
        for (const Diagnostic& one : project_.diagnostics()) {
            if (one.severity == source::Severity::error) ++counts[one.span.file];
        }
        return counts;
    }

    bool fits(const Chosen& chosen, const source::Fix& fix) const {
        return std::all_of(fix.edits.begin(), fix.edits.end(), [&](const Edit& edit) {
            const Entry& entry = entries_.at(edit.span.file);
            if (!entry.may_change || entry.fixed.held_back) return false;
            const auto taken = chosen.edits.find(edit.span.file);
            if (taken == chosen.edits.end()) return true;
            return std::none_of(taken->second.begin(), taken->second.end(),
                                [&](const Edit& other) { return overlap(edit, other); });
        });
    }

    Chosen choose() {
        Chosen chosen;
        for (const Diagnostic& one : project_.diagnostics()) {
            for (const source::Fix& fix : one.fixes) {
                if (fix.applicability != Applicability::certain || fix.edits.empty()) continue;
                if (!fits(chosen, fix)) break;
                for (const Edit& edit : fix.edits)
                    chosen.edits[edit.span.file].push_back(edit);
                const FileId file = fix.edits.front().span.file;
                const auto place =
                    project_.sources().at(file).place_of(fix.edits.front().span.begin);
                chosen.says[file].push_back(
                    fmt::format("line {}, {}: {}", place.line, one.code, fix.says));
                break;
            }
        }
        return chosen;
    }

    std::string edited(FileId id, std::vector<Edit> edits) const {
        const std::string& bytes = entries_.at(id).fixed.after;
        const std::vector<std::size_t> raw = raw_offsets(bytes);
        std::sort(edits.begin(), edits.end(),
                  [](const Edit& a, const Edit& b) { return a.span < b.span; });
        std::string made;
        std::size_t done = 0;
        for (const Edit& edit : edits) {
            const std::size_t begin = raw[std::min<std::size_t>(edit.span.begin, raw.size() - 1)];
            made.append(bytes, done, begin - done);
            made += with_line_ends(edit.text, project_.sources().at(id).line_end);
            done = raw[std::min<std::size_t>(edit.span.end, raw.size() - 1)];
        }
        return made.append(bytes, done);
    }

    /// False when nothing of the round was kept.
    bool apply(const Chosen& chosen) {
        const std::map<FileId, std::size_t> before = count_errors();
        std::map<FileId, std::string> texts;
        for (const auto& [id, edits] : chosen.edits)
            texts[id] = edited(id, edits);
        for (const auto& [id, text] : texts)
            project_.put(entries_.at(id).fixed.name, text);
        const std::map<FileId, std::size_t> now = count_errors();
        const auto in = [](const std::map<FileId, std::size_t>& counts, FileId id) {
            const auto at = counts.find(id);
            return at == counts.end() ? std::size_t{0} : at->second;
        };
        // More mistakes in a file that was not touched come from all of this round.
        const bool spoils = std::any_of(now.begin(), now.end(), [&](const auto& row) {
            return !texts.contains(row.first) && row.second > in(before, row.first);
        });
        bool kept = false;
        for (auto& [id, text] : texts) {
            Entry& entry = entries_.at(id);
            if (spoils || in(now, id) > in(before, id)) {
                entry.fixed.held_back = true;
                project_.put(entry.fixed.name, entry.fixed.after);
                continue;
            }
            kept = true;
            entry.fixed.after = std::move(text);
            const auto says = chosen.says.find(id);
            if (says == chosen.says.end()) continue;
            entry.fixed.says.insert(entry.fixed.says.end(), says->second.begin(),
                                    says->second.end());
        }
        return kept;
    }

    Project project_;
    std::map<FileId, Entry> entries_;
};

}  // namespace

FixedProject fix_certain(const std::vector<NamedText>& files, const sema::Options& options,
                         const std::function<bool(const std::string& name)>& may_change,
                         int rounds) {
    return Fixer(files, options, may_change).run(rounds);
}

}  // namespace journey::editor
