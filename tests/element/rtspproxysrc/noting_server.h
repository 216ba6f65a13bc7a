// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <chrono>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.h"

namespace rtspsink::test {

// A server that takes connections, notes when, and says nothing. Safe.
class NotingServer {
public:
    using Time = std::chrono::steady_clock::time_point;

    NotingServer() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        ck_assert_int_eq(::bind(listener_.get(), reinterpret_cast<sockaddr *>(&address), size), 0);
        ck_assert_int_eq(::listen(listener_.get(), SOMAXCONN), 0);
        getsockname(listener_.get(), reinterpret_cast<sockaddr *>(&address), &size);
        url_ = "rtsp://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/test";
        thread_ = std::thread([this] { accept_all(); });
    }
    ~NotingServer() {
        ::shutdown(listener_.get(), SHUT_RDWR);
        thread_.join();
    }
    NotingServer(const NotingServer &) = delete;
    NotingServer &operator=(const NotingServer &) = delete;

    [[nodiscard]] const std::string &url() const { return url_; }
    // When they came, since drop().
    std::vector<Time> times() {
        const std::lock_guard lock(mutex_);
        return times_;
    }
    // All that are there, at once.
    void drop() {
        const std::lock_guard lock(mutex_);
        connections_.clear();
        times_.clear();
    }

private:
    void accept_all() {
        for (;;) {
            rtspcore::UniqueFd connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
            if (connection.get() < 0)
                return;
            const std::lock_guard lock(mutex_);
            times_.push_back(std::chrono::steady_clock::now());
            connections_.push_back(std::move(connection));
        }
    }

    rtspcore::UniqueFd listener_;
    std::string url_;
    std::mutex mutex_;
    std::vector<Time> times_;
    std::vector<rtspcore::UniqueFd> connections_;
    std::thread thread_;
};

}  // namespace rtspsink::test
