// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <utility>

#include "base/result.h"
#include "base/unique_fd.h"
#include "net/socket_address.h"

namespace rtspcore::net {

enum class SocketError : uint8_t { BadAddress, InUse, Denied, NotAvailable, System };

// A bound, non-blocking socket and the family it really has.
struct BoundSocket {
    UniqueFd fd;
    int family = AF_UNSPEC;
    uint16_t port = 0;
};

// What errno says. `what` was tried.
Failure<SocketError> socket_failure(int error, const std::string &what);

// Binds to a numeric address, or, when `address` is empty, to all addresses of both families (of IPv4 alone where the
// machine has no IPv6). `type` is SOCK_STREAM or SOCK_DGRAM; port 0 takes a free one.
Result<BoundSocket, SocketError> bind_socket(const std::string &address, uint16_t port, int type);

// Two ends of a TCP connection over loopback within this process, for those that need a real one.
Result<std::pair<UniqueFd, UniqueFd>, SocketError> loopback_pair();

// The same as bind_socket(), and listens.
Result<BoundSocket, SocketError> listen_on(const std::string &address, uint16_t port);

}  // namespace rtspcore::net
