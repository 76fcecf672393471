#pragma once
// The door of dsl/source: texts with names, byte spans into them, and what we say about them.

#include "dsl/source/allow.h"
#include "dsl/source/diagnostic.h"
#include "dsl/source/near.h"
#include "dsl/source/render.h"
#include "dsl/source/span.h"
#include "dsl/source/text.h"
