#pragma once
// The door of dsl/lower: the checked model becomes a Program. See README.md.

#include "dsl/sema/sema.h"

namespace journey::lower {

/// Flat tables out of a model that has no errors. `sources` gives the places and words people are
/// shown later. Every journey's hash is set. Pure; linear in the model.
ir::Program lower(const sema::Model& model, const source::SourceSet& sources);

}  // namespace journey::lower
