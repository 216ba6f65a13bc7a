// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "server/server.h"

namespace rtspcore::server {

// What the shared server of this process at `port` was opened with: that at `address`, else one at another; nothing if
// there is none. Safe.
std::optional<ServerConfig> config_in_force(const std::string &address, uint16_t port);

}  // namespace rtspcore::server
