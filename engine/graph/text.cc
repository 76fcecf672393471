// DOT and Mermaid: the same boxes and arrows, laid out by somebody else.
#include "engine/graph/layout.h"

#include <fmt/format.h>

namespace journey::graph {
namespace {

std::string quoted(std::string_view text) {
    std::string out;
    for (const char c : replace_invalid_utf8(text)) {
        if (c == '"' || c == '\\') out += '\\';
        out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    return out;
}

/// Mermaid reads `#name;` in quoted texts.
std::string entities(std::string_view text) {
    std::string out;
    for (const char c : replace_invalid_utf8(text)) {
        switch (c) {
            case '"':
                out += "#quot;";
                break;
            case '<':
                out += "#lt;";
                break;
            case '>':
                out += "#gt;";
                break;
            case '#':
                out += "#35;";
                break;
            case '&':
                out += "#amp;";
                break;
            case '`':
                out += "#96;";
                break;
            default:
                out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
        }
    }
    return out;
}

std::string words_with_count(const Box& box) {
    return box.count.empty() ? box.words : box.words + " (" + box.count + ")";
}

/// DOT breaks no lines by itself.
std::string dot_lines(std::string_view words) {
    std::string out;
    for (const std::string& line : wrap(words, kBoxColumns, kLinesMax))
        out += (out.empty() ? "" : "\\n") + quoted(line);
    return out;
}

const char* dot_shape(Shape shape) {
    switch (shape) {
        case Shape::trigger:
        case Shape::end:
            return "oval";
        case Shape::choice:
        case Shape::experiment:
            return "diamond";
        case Shape::wait:
        case Shape::send:
        case Shape::change:
        case Shape::call:
            return "box";
    }
    return "box";
}

struct Frame {
    const char* open;
    const char* close;
};

Frame mermaid_frame(Shape shape) {
    switch (shape) {
        case Shape::trigger:
        case Shape::end:
            return {"([", "])"};
        case Shape::choice:
            return {"{", "}"};
        case Shape::experiment:
            return {"{{", "}}"};
        case Shape::wait:
            return {"(", ")"};
        case Shape::send:
        case Shape::change:
        case Shape::call:
            return {"[", "]"};
    }
    return {"[", "]"};
}

}  // namespace

std::string to_dot(const Chart& chart) {
    std::string out =
        fmt::format("digraph \"{}\" {{\n  label=\"{}\"; labelloc=t; node [fontname=\"sans\"];\n",
                    quoted(chart.name), quoted(chart.title));
    for (std::size_t i = 0; i < chart.boxes.size(); ++i) {
        const Box& box = chart.boxes[i];
        out +=
            fmt::format("  b{} [label=\"{}\", shape={}{}];\n", i, dot_lines(words_with_count(box)),
                        dot_shape(box.shape), box.shape == Shape::wait ? ", style=rounded" : "");
    }
    for (const Arrow& arrow : chart.arrows) {
        out += fmt::format("  b{} -> b{}", arrow.from, arrow.to);
        out +=
            arrow.words.empty() ? ";\n" : fmt::format(" [label=\"{}\"];\n", dot_lines(arrow.words));
    }
    return out + "}\n";
}

std::string to_mermaid(const Chart& chart) {
    std::string out = fmt::format("---\ntitle: \"{}\"\n---\nflowchart TD\n",
                                  quoted(chart.title.empty() ? chart.name : chart.title));
    for (std::size_t i = 0; i < chart.boxes.size(); ++i) {
        const Frame frame = mermaid_frame(chart.boxes[i].shape);
        out += fmt::format("  b{}{}\"{}\"{}\n", i, frame.open,
                           entities(words_with_count(chart.boxes[i])), frame.close);
    }
    for (const Arrow& arrow : chart.arrows) {
        out += arrow.words.empty() ? fmt::format("  b{} --> b{}\n", arrow.from, arrow.to)
                                   : fmt::format("  b{} -->|\"{}\"| b{}\n", arrow.from,
                                                 entities(arrow.words), arrow.to);
    }
    return out;
}

}  // namespace journey::graph
