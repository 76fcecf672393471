#pragma once
// `reports:` of a connector in journeyd.yaml, by its `kind`; connectors/inbound/README.md is its
// reference.

#include "connectors/api/api.h"
#include "engine/settings/settings.h"

namespace journey::app {

/// Null when it was complained about.
std::shared_ptr<const connectors::InboundReader> reader_from(const settings::Setting& reports);

}  // namespace journey::app
