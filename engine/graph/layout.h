#pragma once
// Places for the boxes of a chart. Layered: arrows lead down, but for those that go back.

#include "engine/graph/graph.h"

namespace journey::graph {

struct Point {
    double x = 0;
    double y = 0;
};
struct Placed {
    double x = 0;  // left
    double y = 0;  // top
    double width = 0;
    double height = 0;
    std::vector<std::string> lines;
};
struct Route {
    std::size_t arrow = 0;
    std::vector<Point> points;
    std::optional<Placed> label;
    bool back = false;
};
struct Layout {
    double width = 0;
    double height = 0;
    std::vector<Placed> boxes;  // as in the chart
    std::vector<Route> routes;  // as the chart's arrows
};

inline constexpr double kLineHeight = 17;
inline constexpr double kColumn = 7.4;  // wider than any usual face draws a column at 13 px

/// What a box and a label hold; a longer text is cut, and whole where the mouse rests on its box.
inline constexpr std::size_t kBoxColumns = 30;
inline constexpr std::size_t kLabelColumns = 26;
inline constexpr std::size_t kLinesMax = 9;

/// Lines of at most `columns` columns, at most `most` of them; the last one ends in … when cut.
/// Between Chinese characters a line may break anywhere, but none begins with 。 or ends with “.
std::vector<std::string> wrap(std::string_view text, std::size_t columns, std::size_t most);

/// Nothing overlaps: labels take part as boxes of their own. Deterministic. About n² for n boxes.
Layout place(const Chart& chart);

}  // namespace journey::graph
