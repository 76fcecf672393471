// The classic four steps (Sugiyama): turn round what goes back, give ranks, order each rank so that
// few arrows cross, then move boxes towards their neighbours as far as those beside them allow.
// Labels and the bends of long arrows are items of their own, so they have a place nobody else has.
#include "engine/graph/layout.h"

#include <algorithm>

namespace journey::graph {
namespace {

constexpr double kGapX = 28;
constexpr double kGapY = 30;
constexpr double kMargin = 24;
constexpr int kSweeps = 12;
constexpr std::size_t kNone = static_cast<std::size_t>(-1);

struct Item {
    std::size_t rank = 0;
    double width = 8;
    double height = 0;
    double x = 0;  // middle
    double y = 0;  // top
    std::vector<std::size_t> up;
    std::vector<std::size_t> down;
    std::vector<std::string> lines;
};

std::size_t widest(const std::vector<std::string>& lines) {
    std::size_t width = 0;
    for (const std::string& line : lines)
        width = std::max(width, display_width(line));
    return width;
}

class Placer {
  public:
    explicit Placer(const Chart& chart) : chart_(chart), back_(chart.arrows.size(), false) {}

    Layout place() {
        make_boxes();
        find_back();
        give_ranks();
        thread_arrows();
        order();
        move();
        return finish();
    }

  private:
    void make_boxes() {
        for (const Box& box : chart_.boxes) {
            Item item;
            item.lines = wrap(box.words, kBoxColumns, kLinesMax);
            const std::size_t columns =
                widest(item.lines) + (box.count.empty() ? 0 : box.count.size() + 3);
            item.width = std::max(90.0, static_cast<double>(columns) * kColumn + 34);
            item.height = static_cast<double>(item.lines.size()) * kLineHeight + 18;
            items_.push_back(std::move(item));
        }
    }

    /// An arrow to a box that is still open on the way down goes back.
    void find_back() {
        std::vector<std::vector<std::size_t>> out(chart_.boxes.size());
        for (std::size_t i = 0; i < chart_.arrows.size(); ++i)
            out[chart_.arrows[i].from].push_back(i);
        enum class Mark : std::uint8_t { fresh, open, done };
        std::vector<Mark> mark(chart_.boxes.size(), Mark::fresh);
        for (std::size_t root = 0; root < chart_.boxes.size(); ++root) {
            if (mark[root] != Mark::fresh) continue;
            std::vector<std::pair<std::size_t, std::size_t>> stack{{root, 0}};
            mark[root] = Mark::open;
            while (!stack.empty()) {
                auto& [box, next] = stack.back();
                if (next == out[box].size()) {
                    mark[box] = Mark::done;
                    stack.pop_back();
                    continue;
                }
                const std::size_t arrow = out[box][next++];
                const std::size_t to = chart_.arrows[arrow].to;
                if (mark[to] == Mark::open) back_[arrow] = true;
                if (mark[to] != Mark::fresh) continue;
                mark[to] = Mark::open;
                stack.emplace_back(to, 0);
            }
        }
    }

    std::size_t from(std::size_t arrow) const {
        return back_[arrow] ? chart_.arrows[arrow].to : chart_.arrows[arrow].from;
    }
    std::size_t to(std::size_t arrow) const {
        return back_[arrow] ? chart_.arrows[arrow].from : chart_.arrows[arrow].to;
    }

    /// Boxes stand on even ranks, so that between two there is always room for a label.
    void give_ranks() {
        for (bool changed = true; changed;) {
            changed = false;
            for (std::size_t i = 0; i < chart_.arrows.size(); ++i) {
                if (from(i) == to(i)) continue;
                const std::size_t least = items_[from(i)].rank + 2;
                if (items_[to(i)].rank >= least) continue;
                items_[to(i)].rank = least;
                changed = true;
            }
        }
    }

    void link(std::size_t above, std::size_t below) {
        items_[above].down.push_back(below);
        items_[below].up.push_back(above);
    }

    void thread_arrows() {
        chains_.resize(chart_.arrows.size());
        label_of_.assign(chart_.arrows.size(), kNone);
        for (std::size_t i = 0; i < chart_.arrows.size(); ++i) {
            if (from(i) == to(i)) continue;
            std::vector<std::size_t>& chain = chains_[i];
            chain.push_back(from(i));
            const std::size_t last = items_[to(i)].rank;
            // The label stands next to the box it belongs to, which is below for an arrow back.
            const std::size_t label_rank = back_[i] ? last - 1 : items_[from(i)].rank + 1;
            for (std::size_t rank = items_[from(i)].rank + 1; rank < last; ++rank) {
                Item item;
                item.rank = rank;
                if (rank == label_rank && !chart_.arrows[i].words.empty()) {
                    item.lines = wrap(chart_.arrows[i].words, kLabelColumns, kLinesMax);
                    item.width = static_cast<double>(widest(item.lines)) * kColumn + 8;
                    item.height = static_cast<double>(item.lines.size()) * kLineHeight;
                    label_of_[i] = items_.size();
                }
                items_.push_back(std::move(item));
                link(chain.back(), items_.size() - 1);
                chain.push_back(items_.size() - 1);
            }
            link(chain.back(), to(i));
            chain.push_back(to(i));
        }
    }

    void order() {
        std::size_t ranks = 0;
        for (const Item& item : items_)
            ranks = std::max(ranks, item.rank + 1);
        ranks_.resize(ranks);
        std::vector<bool> seen(items_.size(), false);
        // First from left to right as one walks down: the author's order.
        std::vector<std::size_t> stack;
        for (std::size_t i = chart_.boxes.size(); i-- > 0;)
            stack.push_back(i);
        while (!stack.empty()) {
            const std::size_t item = stack.back();
            stack.pop_back();
            if (seen[item]) continue;
            seen[item] = true;
            ranks_[items_[item].rank].push_back(item);
            for (std::size_t i = items_[item].down.size(); i-- > 0;)
                stack.push_back(items_[item].down[i]);
        }
        position();
        std::vector<std::vector<std::size_t>> best = ranks_;
        std::size_t fewest = crossings();
        for (int sweep = 0; sweep < kSweeps && fewest > 0; ++sweep) {
            const bool down = sweep % 2 == 0;
            for (std::size_t i = 0; i < ranks_.size(); ++i)
                sort_rank(down ? i : ranks_.size() - 1 - i, down);
            const std::size_t now = crossings();
            if (now >= fewest) continue;
            fewest = now;
            best = ranks_;
        }
        ranks_ = std::move(best);
        position();
    }

    void position() {
        place_.assign(items_.size(), 0);
        for (const auto& rank : ranks_) {
            for (std::size_t i = 0; i < rank.size(); ++i)
                place_[rank[i]] = i;
        }
    }

    void sort_rank(std::size_t rank, bool down) {
        const auto middle = [&](std::size_t item) {
            const auto& others = down ? items_[item].up : items_[item].down;
            if (others.empty()) return static_cast<double>(place_[item]);
            double sum = 0;
            for (const std::size_t other : others)
                sum += static_cast<double>(place_[other]);
            return sum / static_cast<double>(others.size());
        };
        std::vector<std::pair<double, std::size_t>> keyed;
        for (const std::size_t item : ranks_[rank])
            keyed.emplace_back(middle(item), item);
        std::stable_sort(keyed.begin(), keyed.end(),
                         [](const auto& a, const auto& b) { return a.first < b.first; });
        for (std::size_t i = 0; i < keyed.size(); ++i) {
            ranks_[rank][i] = keyed[i].second;
            place_[keyed[i].second] = i;
        }
    }

    std::size_t crossings() const {
        std::size_t count = 0;
        for (const auto& rank : ranks_) {
            std::vector<std::pair<std::size_t, std::size_t>> lines;
            for (const std::size_t item : rank) {
                for (const std::size_t below : items_[item].down)
                    lines.emplace_back(place_[item], place_[below]);
            }
            for (std::size_t i = 0; i < lines.size(); ++i) {
                for (std::size_t j = i + 1; j < lines.size(); ++j) {
                    const bool one =
                        lines[i].first < lines[j].first && lines[i].second > lines[j].second;
                    const bool two =
                        lines[i].first > lines[j].first && lines[i].second < lines[j].second;
                    count += one || two ? 1 : 0;
                }
            }
        }
        return count;
    }

    double room(std::size_t left, std::size_t right) const {
        return (items_[left].width + items_[right].width) / 2 + kGapX;
    }

    void move() {
        for (const auto& rank : ranks_) {
            for (std::size_t i = 0; i < rank.size(); ++i)
                items_[rank[i]].x = i == 0 ? items_[rank[i]].width / 2
                                           : items_[rank[i - 1]].x + room(rank[i - 1], rank[i]);
        }
        for (int sweep = 0; sweep < kSweeps * 2; ++sweep) {
            const bool down = sweep % 2 == 0;
            for (std::size_t i = 0; i < ranks_.size(); ++i)
                settle(ranks_[down ? i : ranks_.size() - 1 - i], down);
        }
        double left = items_.empty() ? 0 : items_.front().x;
        for (const Item& item : items_)
            left = std::min(left, item.x - item.width / 2);
        for (Item& item : items_)
            item.x -= left;
        double y = 0;
        for (const auto& rank : ranks_) {
            double tallest = 0;
            for (const std::size_t item : rank)
                tallest = std::max(tallest, items_[item].height);
            for (const std::size_t item : rank) {
                items_[item].y = y;
                // A bend goes straight down past the boxes beside it.
                if (item >= chart_.boxes.size() && items_[item].lines.empty())
                    items_[item].height = tallest;
            }
            height_ = y + tallest;
            y += tallest + (tallest > 0 ? kGapY : kGapY / 2);
        }
    }

    /// Everything as near as can be to the middle of its neighbours, in order and apart: the mean of
    /// pushing from the left and pushing from the right keeps both.
    void settle(const std::vector<std::size_t>& rank, bool down) {
        std::vector<double> wish;
        for (const std::size_t item : rank) {
            const auto& others = down ? items_[item].up : items_[item].down;
            double sum = 0;
            for (const std::size_t other : others)
                sum += items_[other].x;
            wish.push_back(others.empty() ? items_[item].x
                                          : sum / static_cast<double>(others.size()));
        }
        std::vector<double> from_left = wish;
        std::vector<double> from_right = wish;
        for (std::size_t i = 1; i < rank.size(); ++i)
            from_left[i] = std::max(wish[i], from_left[i - 1] + room(rank[i - 1], rank[i]));
        for (std::size_t i = rank.size(); i-- > 1;)
            from_right[i - 1] = std::min(wish[i - 1], from_right[i] - room(rank[i - 1], rank[i]));
        for (std::size_t i = 0; i < rank.size(); ++i)
            items_[rank[i]].x = (from_left[i] + from_right[i]) / 2;
    }

    static Placed placed(const Item& item) {
        return {item.x - item.width / 2 + kMargin, item.y + kMargin, item.width, item.height,
                item.lines};
    }

    Layout finish() const {
        Layout out;
        for (std::size_t i = 0; i < chart_.boxes.size(); ++i)
            out.boxes.push_back(placed(items_[i]));
        for (const Item& item : items_)
            out.width = std::max(out.width, item.x + item.width / 2 + 2 * kMargin);
        out.height = height_ + 2 * kMargin;
        for (std::size_t i = 0; i < chart_.arrows.size(); ++i)
            out.routes.push_back(route(i));
        return out;
    }

    Route route(std::size_t arrow) const {
        Route out;
        out.arrow = arrow;
        out.back = back_[arrow];
        if (label_of_[arrow] != kNone) out.label = placed(items_[label_of_[arrow]]);
        const auto& chain = chains_[arrow];
        for (std::size_t i = 0; i < chain.size(); ++i) {
            const Item& item = items_[chain[i]];
            const double x = item.x + kMargin;
            const double top = item.y + kMargin;
            if (i > 0) out.points.push_back({x, top});
            if (i + 1 < chain.size() && (i == 0 || item.height > 0))
                out.points.push_back({x, top + item.height});
        }
        if (out.back) std::reverse(out.points.begin(), out.points.end());
        return out;
    }

    const Chart& chart_;
    std::vector<bool> back_;
    std::vector<Item> items_;  // boxes first
    std::vector<std::vector<std::size_t>> chains_;
    std::vector<std::size_t> label_of_;
    std::vector<std::vector<std::size_t>> ranks_;
    std::vector<std::size_t> place_;
    double height_ = 0;
};

bool is_one_of(std::string_view one, std::initializer_list<std::string_view> all) {
    return std::find(all.begin(), all.end(), one) != all.end();
}
/// Stays with what it follows, or with what follows it.
bool closes(std::string_view one) {
    return is_one_of(one, {"，", "。", "、", "；", "：", "？", "！", "”", "’", "）", "》", "】",
                           "」", "…", "%", ")"});
}
bool opens(std::string_view one) {
    return is_one_of(one, {"“", "‘", "（", "《", "【", "「", "("});
}

std::size_t bytes_of_first(std::string_view text) {
    std::size_t count = 1;
    while (count < text.size() && (static_cast<unsigned char>(text[count]) & 0xc0U) == 0x80U)
        ++count;
    return count;
}

}  // namespace

std::vector<std::string> wrap(std::string_view text, std::size_t columns, std::size_t most) {
    // Words break at blanks; between wide characters anywhere.
    std::vector<std::string> pieces;
    std::string_view before;
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t count = bytes_of_first(text.substr(i));
        const std::string_view one = text.substr(i, count);
        const bool beside_wide = display_width(one) > 1 || display_width(before) > 1;
        const bool may_break =
            before == " " || (beside_wide && one != " " && !closes(one) && !opens(before));
        if (pieces.empty() || may_break || display_width(pieces.back()) >= columns)
            pieces.emplace_back();
        pieces.back() += one;
        before = one;
        i += count;
    }
    std::vector<std::string> lines;
    for (const std::string& piece : pieces) {
        const bool fits = !lines.empty() && display_width(lines.back() + piece) <=
                                                columns + (piece.ends_with(' ') ? 1 : 0);
        if (fits) {
            lines.back() += piece;
        } else {
            lines.push_back(piece);
        }
    }
    for (std::string& line : lines) {
        while (line.ends_with(' '))
            line.pop_back();
    }
    if (lines.size() > most) {
        lines.resize(most);
        lines.back() += "…";
    }
    if (lines.empty()) lines.emplace_back();
    return lines;
}

Layout place(const Chart& chart) {
    return Placer(chart).place();
}

}  // namespace journey::graph
