// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <netinet/in.h>

#include <memory>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"
#include "recorded_packets.h"

namespace bench {

// Somebody who connected; over UDP the packets go to `address`.
struct Receiver {
    rtspcore::UniqueFd connection;
    sockaddr_in address{};
};

// One way to give a frame to the kernel for many receivers: the least that any server can do with those calls.
// Confined to one thread; blocks until the kernel has all.
class FrameSender {
public:
    virtual ~FrameSender() = default;
    virtual void send(const RecordedFrame &frame, std::vector<Receiver> &receivers) = 0;
    [[nodiscard]] virtual bool over_udp() const = 0;

    // tcp-frame: one send of all packets per receiver; tcp-packet: one per packet;
    // udp-segment: UDP_SEGMENT, many receivers per sendmmsg; udp-packet: one per packet. Nothing for other names.
    static std::unique_ptr<FrameSender> create(std::string_view name);
};

}  // namespace bench
