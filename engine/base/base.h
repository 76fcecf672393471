#pragma once
// The door of engine/base: what every room could need. See README.md.

#include "engine/base/bytes.h"
#include "engine/base/crash_point.h"
#include "engine/base/digest.h"
#include "engine/base/id.h"
#include "engine/base/log.h"
#include "engine/base/mailbox.h"
#include "engine/base/match.h"
#include "engine/base/result.h"
#include "engine/base/rng.h"
#include "engine/base/text.h"
#include "engine/base/time.h"
#include "engine/base/value.h"
