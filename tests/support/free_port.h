// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <random>

#include "base/unique_fd.h"
#include "support/check_suite.h"

namespace rtspcore::test {

// A TCP port of loopback that was free a moment ago. It is none that the kernel gives to who asks for any, so that
// tests that run meanwhile leave it alone.
inline uint16_t free_port() {
    std::random_device random;
    std::uniform_int_distribution<uint16_t> ports(18'000, 31'999);
    for (int tries = 0; tries < 100; ++tries) {
        const UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(ports(random));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::bind(fd.get(), reinterpret_cast<sockaddr *>(&address), sizeof address) == 0)
            return ntohs(address.sin_port);
    }
    ck_abort_msg("no TCP port is free");
}

}  // namespace rtspcore::test
