#pragma once
// The part of the configuration that is about e-mail.

#include "engine/app/config.h"

namespace journey::app {

/// `kind: smtp`: the route's connector and paces, and where bounces come in.
void mail_from(const settings::Setting& setting, runtime::Route& route, Config& out);

}  // namespace journey::app
