#include "engine/app/diff.h"

#include <algorithm>
#include <fmt/format.h>
#include <string_view>
#include <vector>

namespace journey::app {
namespace {

constexpr std::size_t kContext = 3;
constexpr int kChangesMax = 2000;

using Lines = std::vector<std::string_view>;

Lines lines_of(std::string_view text) {
    Lines lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
        lines.push_back(text.substr(0, end));
        text.remove_prefix(end);
    }
    return lines;
}

/// Lines [from, to) of the old text become lines [new_from, new_to) of the new one.
struct Change {
    std::size_t from = 0;
    std::size_t to = 0;
    std::size_t new_from = 0;
    std::size_t new_to = 0;
};

/// Myers' greedy algorithm: the fewest lines taken out and put in. Empty when there are too many.
class Myers {
  public:
    Myers(const Lines& a, const Lines& b)
        : a_(a), b_(b), n_(static_cast<int>(a.size())), m_(static_cast<int>(b.size())) {}

    bool run() {
        const int limit = std::min(n_ + m_, kChangesMax);
        std::vector<int> best(static_cast<std::size_t>(2 * limit + 3), 0);
        const auto at = [&](int k) -> int& {
            return best[static_cast<std::size_t>(k + limit + 1)];
        };
        for (int d = 0; d <= limit; ++d) {
            history_.push_back(best);
            for (int k = -d; k <= d; k += 2) {
                int x = k == -d || (k != d && at(k - 1) < at(k + 1)) ? at(k + 1) : at(k - 1) + 1;
                while (x < n_ && x - k < m_ && same(x, x - k))
                    ++x;
                at(k) = x;
                if (x >= n_ && x - k >= m_) {
                    back(d, limit);
                    return true;
                }
            }
        }
        return false;
    }

    /// Adjacent changes in one, in order.
    std::vector<Change> changes() const {
        std::vector<Change> made;
        for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
            if (!made.empty() && made.back().to == step->from &&
                made.back().new_to == step->new_from) {
                made.back().to = step->to;
                made.back().new_to = step->new_to;
            } else {
                made.push_back(*step);
            }
        }
        return made;
    }

  private:
    bool same(int x, int y) const {
        return a_[static_cast<std::size_t>(x)] == b_[static_cast<std::size_t>(y)];
    }

    void back(int d, int limit) {
        int x = n_;
        int y = m_;
        for (; d > 0; --d) {
            const std::vector<int>& best = history_[static_cast<std::size_t>(d)];
            const auto at = [&](int k) { return best[static_cast<std::size_t>(k + limit + 1)]; };
            const int k = x - y;
            const bool down = k == -d || (k != d && at(k - 1) < at(k + 1));
            const int old_k = down ? k + 1 : k - 1;
            const int old_x = at(old_k);
            const int old_y = old_x - old_k;
            const auto line = [](int value) { return static_cast<std::size_t>(value); };
            steps_.push_back(down ? Change{line(old_x), line(old_x), line(old_y), line(old_y + 1)}
                                  : Change{line(old_x), line(old_x + 1), line(old_y), line(old_y)});
            x = old_x;
            y = old_y;
        }
    }

    const Lines& a_;
    const Lines& b_;
    int n_;
    int m_;
    std::vector<std::vector<int>> history_;
    std::vector<Change> steps_;  // backwards
};

void add_line(std::string& out, char sign, std::string_view line) {
    out += sign;
    out += line;
    if (!line.ends_with('\n')) out += "\n\\ No newline at end of file\n";
}

/// "12,3", as a hunk's head counts: from 1, and the line before when there is none.
std::string range(std::size_t from, std::size_t count) {
    if (count == 1) return fmt::format("{}", from + 1);
    return fmt::format("{},{}", count == 0 ? from : from + 1, count);
}

}  // namespace

std::string unified_diff(const std::string& name, const std::string& before,
                         const std::string& after) {
    if (before == after) return {};
    const Lines old_lines = lines_of(before);
    const Lines new_lines = lines_of(after);
    Myers myers(old_lines, new_lines);
    std::vector<Change> changes = {{0, old_lines.size(), 0, new_lines.size()}};
    if (myers.run()) changes = myers.changes();
    std::string out = fmt::format("--- a/{}\n+++ b/{}\n", name, name);
    for (std::size_t first = 0; first < changes.size();) {
        std::size_t last = first;
        while (last + 1 < changes.size() &&
               changes[last + 1].from - changes[last].to <= 2 * kContext)
            ++last;
        const std::size_t lead = std::min(kContext, changes[first].from);
        const std::size_t from = changes[first].from - lead;
        const std::size_t new_from = changes[first].new_from - lead;
        const std::size_t trail = std::min(kContext, old_lines.size() - changes[last].to);
        out += fmt::format("@@ -{} +{} @@\n", range(from, changes[last].to + trail - from),
                           range(new_from, changes[last].new_to + trail - new_from));
        std::size_t at = from;
        for (std::size_t i = first; i <= last; ++i) {
            for (; at < changes[i].from; ++at)
                add_line(out, ' ', old_lines[at]);
            for (; at < changes[i].to; ++at)
                add_line(out, '-', old_lines[at]);
            for (std::size_t j = changes[i].new_from; j < changes[i].new_to; ++j)
                add_line(out, '+', new_lines[j]);
        }
        for (const std::size_t end = at + trail; at < end; ++at)
            add_line(out, ' ', old_lines[at]);
        first = last + 1;
    }
    return out;
}

}  // namespace journey::app
