#pragma once

#include "engine/render/nodes.h"
#include "engine/render/render.h"

namespace journey::render {

std::variant<std::string, RenderError> interpret(const ParsedTemplate& parsed, const Record& data,
                                                 Escape escape, const Budget& budget);

}  // namespace journey::render
