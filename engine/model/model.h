#pragma once
// The door of engine/model: the nouns as plain data. See README.md.

#include "engine/model/address.h"
#include "engine/model/command.h"
#include "engine/model/delivery.h"
#include "engine/model/ids.h"
#include "engine/model/rows.h"
