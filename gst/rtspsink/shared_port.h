// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <vector>

#include "server/server.h"
#include "settings.h"

namespace rtspsink {

// The properties of access, by name, in which two servers differ.
std::vector<std::string> different_access(const rtspcore::server::access::AccessConfig &one,
                                          const rtspcore::server::access::AccessConfig &other);

// A sentence for each of the other properties that was set and has no effect, as the port is served already, by another
// element that set it otherwise. `asked` is what `settings` stand for.
std::vector<std::string> overruled(const Settings &settings, const rtspcore::server::ServerConfig &asked,
                                   const rtspcore::server::ServerConfig &in_force);

}  // namespace rtspsink
