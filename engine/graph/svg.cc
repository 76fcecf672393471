#include "engine/graph/layout.h"

#include <algorithm>
#include <fmt/format.h>

namespace journey::graph {
namespace {

struct Paint {
    const char* fill;
    const char* line;
    double round;
};

Paint paint_of(Shape shape) {
    switch (shape) {
        case Shape::trigger:
            return {"#e7f5ec", "#2f855a", 18};
        case Shape::send:
            return {"#e8f0fe", "#2b5fb8", 4};
        case Shape::wait:
            return {"#fff8e1", "#b7791f", 18};
        case Shape::choice:
            return {"#f3eefc", "#6b46c1", 4};
        case Shape::experiment:
            return {"#fdeef6", "#b83280", 4};
        case Shape::change:
            return {"#f7f7f7", "#5f6b7a", 4};
        case Shape::call:
            return {"#e6f6f8", "#1a7f8e", 4};
        case Shape::end:
            return {"#ffffff", "#5f6b7a", 18};
    }
    return {"#ffffff", "#5f6b7a", 4};
}

std::string lines_of(const Placed& at, double x, const char* anchor) {
    std::string out;
    const double text_height = static_cast<double>(at.lines.size()) * kLineHeight;
    double y = at.y + (at.height - text_height) / 2 + kLineHeight * 0.76;
    for (const std::string& line : at.lines) {
        out += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>", x, y,
                           anchor, escape_xml(line));
        y += kLineHeight;
    }
    return out;
}

std::string box(const Box& box, const Placed& at) {
    const Paint paint = paint_of(box.shape);
    std::string out = fmt::format(
        "<g class=\"step\"{}><title>{}</title><rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" "
        "height=\"{:.1f}\" rx=\"{}\" fill=\"{}\" stroke=\"{}\"{}/>",
        box.id.empty() ? "" : " data-step=\"" + escape_xml(box.id) + "\"",
        escape_xml(box.id.empty() ? box.words : box.id + ": " + box.words), at.x, at.y, at.width,
        at.height, std::min(paint.round, at.height / 2), paint.fill, paint.line,
        box.shape == Shape::end ? " stroke-dasharray=\"4 3\"" : "");
    double middle = at.x + at.width / 2;
    if (!box.count.empty()) {
        const double width = static_cast<double>(box.count.size()) * kColumn + 12;
        middle -= width / 2;
        out += fmt::format(
            "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"20\" rx=\"10\" "
            "fill=\"{}\"/><text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\" "
            "fill=\"#ffffff\" font-weight=\"600\">{}</text>",
            at.x + at.width - width - 6, at.y + at.height / 2 - 10, width, paint.line,
            at.x + at.width - width / 2 - 6, at.y + at.height / 2 + 4.5, escape_xml(box.count));
    }
    return out + lines_of(at, middle, "middle") + "</g>\n";
}

std::string path(const Route& route) {
    if (route.points.empty()) return "";
    std::string d = fmt::format("M{:.1f} {:.1f}", route.points[0].x, route.points[0].y);
    for (std::size_t i = 1; i < route.points.size(); ++i) {
        const Point& a = route.points[i - 1];
        const Point& b = route.points[i];
        const double bend = (a.y + b.y) / 2;
        d += fmt::format(" C{:.1f} {:.1f} {:.1f} {:.1f} {:.1f} {:.1f}", a.x, bend, b.x, bend, b.x,
                         b.y);
    }
    return fmt::format(
        "<path d=\"{}\" fill=\"none\" stroke=\"#5f6b7a\" stroke-width=\"1.4\"{} "
        "marker-end=\"url(#tip)\"/>\n",
        d, route.back ? " stroke-dasharray=\"5 4\"" : "");
}

std::string label(const Placed& at) {
    return fmt::format(
        "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" "
        "fill=\"#ffffff\"/><g font-size=\"12\" fill=\"#3d4654\">{}</g>\n",
        at.x, at.y, at.width, at.height, lines_of(at, at.x + at.width / 2, "middle"));
}

}  // namespace

std::string to_svg(const Chart& chart) {
    constexpr double kTop = 58;
    constexpr double kNotesWidth = 320;
    constexpr std::size_t kNoteColumns = 40;
    const Layout layout = place(chart);
    std::vector<std::vector<std::string>> notes;
    double notes_height = 24;
    for (const std::string& note : chart.notes) {
        notes.push_back(wrap(note, kNoteColumns, 6));
        notes_height += static_cast<double>(notes.back().size()) * kLineHeight + 8;
    }
    const double heading =
        static_cast<double>(display_width(chart.name + chart.title) + 6) * 10.5 + 48;
    const double width = std::max(heading, layout.width + (notes.empty() ? 0 : kNotesWidth + 24));
    const double height = std::max(layout.height, notes_height + 24) + kTop;
    std::string description;
    for (const Box& one : chart.boxes)
        description += (description.empty() ? "" : "; ") + one.words;
    std::string out = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xml:lang=\"{}\" viewBox=\"0 0 {:.0f} {:.0f}\" "
        "width=\"{:.0f}\" "
        "height=\"{:.0f}\" role=\"img\" aria-labelledby=\"name what\" font-family=\"system-ui, "
        "'Noto Sans', 'Noto Sans CJK SC', 'Microsoft YaHei', 'PingFang SC', sans-serif\" "
        "font-size=\"13\" fill=\"#1c2430\">\n<title id=\"name\">{}</title>\n<desc "
        "id=\"what\">{}</desc>\n",
        chart.language, width, height, width, height,
        escape_xml(chart.title.empty() ? chart.name : chart.name + ": " + chart.title),
        escape_xml(description));
    out +=
        "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7.5\" refY=\"4\" markerWidth=\"8\" "
        "markerHeight=\"8\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"#5f6b7a\"/></marker>"
        "</defs>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n";
    out += fmt::format(
        "<text x=\"24\" y=\"38\" font-size=\"19\" font-weight=\"600\">{}</text>\n",
        escape_xml(chart.title.empty() ? chart.name : chart.title + "  ·  " + chart.name));
    out += fmt::format("<g transform=\"translate(0 {:.0f})\">\n", kTop - 24);
    for (const Route& route : layout.routes)
        out += path(route);
    for (const Route& route : layout.routes) {
        if (route.label) out += label(*route.label);
    }
    for (std::size_t i = 0; i < chart.boxes.size(); ++i)
        out += box(chart.boxes[i], layout.boxes[i]);
    out += "</g>\n";
    if (!notes.empty()) {
        const double left = width - kNotesWidth - 24;
        out += fmt::format(
            "<g><rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" rx=\"6\" "
            "fill=\"#fafbfc\" stroke=\"#d5dae1\"/>\n",
            left, kTop, kNotesWidth, notes_height);
        double y = kTop + 12;
        for (const auto& note : notes) {
            Placed at;
            at.y = y;
            at.height = static_cast<double>(note.size()) * kLineHeight;
            at.lines = note;
            out += lines_of(at, left + 14, "start") + "\n";
            y += at.height + 8;
        }
        out += "</g>\n";
    }
    return out + "</svg>\n";
}

}  // namespace journey::graph
