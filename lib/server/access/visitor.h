// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"

namespace rtspcore::server::access {

struct MappingRules;

// Who made a request, as far as anybody had to say. A plain value.
struct Visitor {
    std::string user;                           // empty: nobody was asked, or a token was enough
    std::string known_by;                       // User::key() when it was let in
    std::optional<WallTime> expires;            // with the token
    bool is_approved = false;                   // by the application
    std::shared_ptr<const MappingRules> rules;  // of the mapping, by which it was let in; null: those of the server
};

}  // namespace rtspcore::server::access
