#pragma once
// One request of `journey render --jsonl`, so that any suite of Liquid cases can drive our engine.

#include "engine/render/render.h"

namespace journey::app {

/// "lax", "strict", "strict2" or "checked".
std::optional<render::Mode> mode_named(std::string_view name);

/// A JSON text to what a template is given; the last clause of the message when it is none.
Result<Record> render_data(std::string_view json);

/// {"id","template","data","partials","mode","now",…} to {"id","output"} or
/// {"id","error":{"kind","line","message"}}, both one line.
std::string answer_render_request(std::string_view line, render::Renderer& renderer);

}  // namespace journey::app
