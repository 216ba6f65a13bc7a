// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "enums.h"
#include "problem.h"
#include "server/access/access_config.h"

namespace rtspsink {

// The properties that say who may view, as they were set, unchecked. Plain values. Those marked secret are never shown:
// not as properties, nor in errors and logs.
struct AccessSettings {
    std::optional<std::string> auth;  // secret; empty is not unset: a shell variable that is missing opens no door
    unsigned auth_methods = kAuthBasic | kAuthDigest;
    std::string auth_realm = "rtspsink";
    std::string auth_file;
    std::optional<std::string> token_keys;  // secret
    std::string allow;
    std::string deny;
    std::string trusted_proxies;
    std::string websocket_origins;
    unsigned max_connections = 10000;
    unsigned max_connections_per_host = 0;
    unsigned max_strangers = 1000;
    unsigned max_sessions = 0;
    unsigned max_requests = 0;
    guint64 max_bit_rate = 0;
    unsigned authorize_timeout = 5000;
};

// Fails for what cannot be used. `auth` without a valid entry is such, so that it never opens the door.
Outcome<rtspcore::server::access::AccessConfig> access_config(const AccessSettings &settings);

// A sentence for each entry that access_config() leaves out.
std::vector<std::string> access_warnings(const AccessSettings &settings);

// The users of a mapping, by the property `auth` of its pads.
Outcome<rtspcore::server::access::Users> users_of_mapping(const std::string &auth, const std::string &realm);

}  // namespace rtspsink
