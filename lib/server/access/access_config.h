// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "server/access/users.h"

namespace rtspcore::server::access {

// Who may do what at a server. A plain value; by default everybody may view.
struct AccessConfig {
    std::string realm = "rtspsink";
    bool allow_basic = true;
    bool allow_digest = true;
    std::optional<Users> users;  // for all mappings that have none of their own
    std::chrono::seconds nonce_lifetime{300};

    bool operator==(const AccessConfig &) const = default;
};

}  // namespace rtspcore::server::access
