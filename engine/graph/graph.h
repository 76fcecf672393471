#pragma once
// The door of engine/graph. See README.md.

#include "engine/explain/explain.h"

#include <map>

namespace journey::graph {

/// Numbers of a running daemon, by the names steps and arms have there.
struct Live {
    std::uint64_t entered = 0;
    std::uint64_t ended = 0;
    std::uint64_t goals = 0;
    std::map<std::string, std::uint64_t>
        waiting;                                // by step; "mail (version 1)" is of an earlier one
    std::map<std::string, std::uint64_t> arms;  // "experiment/arm"
};

enum class Shape : std::uint8_t { trigger, send, wait, choice, experiment, change, call, end };

struct Box {
    Shape shape = Shape::change;
    std::string id;     // the step's, as messages and counts name it; "" for triggers
    std::string words;  // what it does, in a few
    std::string count;  // "312 here"; "" without
};
struct Arrow {
    std::size_t from = 0;  // boxes
    std::size_t to = 0;
    std::string words;  // "" on the only way out
};
struct Chart {
    std::string name;
    std::string title;
    std::string language = "en";
    std::vector<Box> boxes;  // triggers first, then states in the author's order
    std::vector<Arrow> arrows;
    std::vector<std::string> notes;  // goals, exits, expiry, totals
};

Chart chart_of(const ir::Program& program, const ir::Journey& journey, explain::Language language,
               const Live* live = nullptr);

/// Self-contained: no script, no font, no reference to anywhere.
std::string to_svg(const Chart& chart);
std::string to_dot(const Chart& chart);
std::string to_mermaid(const Chart& chart);
/// Arrows name boxes by their place in the list, from 0.
Value json_of(const Chart& chart);

}  // namespace journey::graph
