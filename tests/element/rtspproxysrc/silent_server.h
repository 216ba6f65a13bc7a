// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <string>

#include "base/unique_fd.h"

namespace rtspsink::test {

// A server that takes connections and says nothing, or, closed, a port that nobody listens on.
class SilentServer {
public:
    SilentServer() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        ck_assert_int_eq(::bind(fd_.get(), reinterpret_cast<sockaddr *>(&address), size), 0);
        ck_assert_int_eq(::listen(fd_.get(), 8), 0);
        getsockname(fd_.get(), reinterpret_cast<sockaddr *>(&address), &size);
        port_ = ntohs(address.sin_port);
    }
    void close() { fd_.reset(); }
    [[nodiscard]] unsigned port() const { return port_; }
    [[nodiscard]] std::string url(const std::string &credentials = "") const {
        return "rtsp://" + credentials + "127.0.0.1:" + std::to_string(port_) + "/test";
    }

private:
    rtspcore::UniqueFd fd_;
    unsigned port_ = 0;
};

}  // namespace rtspsink::test
