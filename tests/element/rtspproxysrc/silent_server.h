// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "support/free_port.h"

namespace rtspsink::test {

// A server that takes connections and says nothing, or, closed, a port that nobody listens on.
class SilentServer {
public:
    SilentServer() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port_);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        ck_assert_int_eq(::bind(fd_.get(), reinterpret_cast<sockaddr *>(&address), sizeof address), 0);
        ck_assert_int_eq(::listen(fd_.get(), 8), 0);
    }
    // What the next who connects, and asks anything, asks first; the connection stays.
    [[nodiscard]] std::string request() {
        std::string text;
        while (text.empty())
            text = take_request();
        return text;
    }
    void close() { fd_.reset(); }
    [[nodiscard]] unsigned port() const { return port_; }
    [[nodiscard]] std::string url(const std::string &credentials = "") const {
        return "rtsp://" + credentials + "127.0.0.1:" + std::to_string(port_) + "/test";
    }

private:
    // Empty if who connected has left before it asked.
    [[nodiscard]] std::string take_request() {
        const auto &connection = taken_.emplace_back(::accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        ck_assert(static_cast<bool>(connection));
        std::string text;
        char buffer[1024];
        while (text.find("\r\n\r\n") == std::string::npos) {
            const ssize_t size = ::recv(connection.get(), buffer, sizeof buffer, 0);
            if (size <= 0)
                return {};
            text.append(buffer, static_cast<size_t>(size));
        }
        return text;
    }

    rtspcore::UniqueFd fd_;
    std::vector<rtspcore::UniqueFd> taken_;
    const uint16_t port_ = rtspcore::test::free_port();
};

}  // namespace rtspsink::test
