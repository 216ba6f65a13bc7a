// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "rtsp_client.h"

namespace bench {

// What RTSP is wrapped in to get through networks.
enum class Tunnel : uint8_t { None, Http, WebSocket };

// What carries the bytes of an RTSP connection: TCP, and what is around it. Confined to one thread; never blocks.
class Carrier {
public:
    struct Received {
        size_t size;  // may be 0 though something came: a handshake, a part of a record
        bool open;    // false: the connection is over
        rtspcore::Time arrival;
    };

    // Starts a connection to the loopback address; fd() is -1 where that fails.
    static std::unique_ptr<Carrier> connect(const RtspUrl &url, Tunnel tunnel);
    virtual ~Carrier() = default;

    // For when TCP is connected. What is sent before a handshake is over waits for its end. Requests are smaller than
    // any socket buffer. False when the connection is over.
    virtual bool send(std::string_view request) = 0;
    // One large read from the socket, and all that it gives.
    virtual Received receive(std::span<uint8_t> into) = 0;
    // To be watched.
    [[nodiscard]] virtual int fd() const = 0;
    // Version and cipher suite, once they are agreed; empty without TLS.
    [[nodiscard]] virtual std::string cipher() const { return {}; }
};

}  // namespace bench
