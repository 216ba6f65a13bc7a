// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <functional>
#include <string>

#include "base/unique_fd.h"
#include "net/socket_address.h"

namespace rtspcore::server {

// A connection that another server of this process goes on with.
struct HandedOver {
    UniqueFd fd;  // plain RTSP over TCP, whatever the client speaks
    net::SocketAddress peer;
    std::string begun;  // what the client said that was not answered yet: whole requests, and perhaps a part of one
};

// Takes connections whose request is for a path that is no live mount. Called on an I/O thread; must not block.
using Fallback = std::function<void(HandedOver)>;

}  // namespace rtspcore::server
