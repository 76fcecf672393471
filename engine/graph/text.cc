// DOT, Mermaid and JSON: the same boxes and arrows, laid out by somebody else.
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

const char* name_of(Shape shape) {
    switch (shape) {
        case Shape::trigger:
            return "trigger";
        case Shape::send:
            return "send";
        case Shape::wait:
            return "wait";
        case Shape::choice:
            return "choice";
        case Shape::experiment:
            return "experiment";
        case Shape::change:
            return "change";
        case Shape::call:
            return "call";
        case Shape::end:
            return "end";
    }
    return "";
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
                    quoted(chart.name), quoted(chart.title.empty() ? chart.name : chart.title));
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

Value json_of(const Chart& chart) {
    List boxes;
    for (const Box& box : chart.boxes) {
        Record one{{"shape", Value(name_of(box.shape))}, {"words", Value(box.words)}};
        if (!box.id.empty()) one.push_back({"step", Value(box.id)});
        if (!box.count.empty()) one.push_back({"count", Value(box.count)});
        boxes.emplace_back(std::move(one));
    }
    List arrows;
    for (const Arrow& arrow : chart.arrows) {
        Record one{{"from", Value(static_cast<std::int64_t>(arrow.from))},
                   {"to", Value(static_cast<std::int64_t>(arrow.to))}};
        if (!arrow.words.empty()) one.push_back({"words", Value(arrow.words)});
        arrows.emplace_back(std::move(one));
    }
    List notes;
    for (const std::string& note : chart.notes)
        notes.emplace_back(note);
    return Value(Record{{"journey", Value(chart.name)},
                        {"title", Value(chart.title)},
                        {"boxes", Value(std::move(boxes))},
                        {"arrows", Value(std::move(arrows))},
                        {"notes", Value(std::move(notes))}});
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
