// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <map>
#include <memory>

#include "base/event_loop.h"
#include "interleaved_stream.h"

namespace bench {

// The sockets that are members of multicast groups on the loopback interface: one for each port of a group, whatever
// the number of viewers. Members are on other hosts in reality; on this one the server's system call would pay for a
// copy for each socket. Confined to the loop's thread.
class GroupSockets {
public:
    // Borrowed.
    explicit GroupSockets(rtspcore::EventLoop &loop);
    ~GroupSockets();

    // Hands the listener what comes to that port of the group, for as long as the loop runs. Channels as of
    // PacketListener. False where it cannot be joined.
    bool join(const RtspGroup &group, size_t channel, PacketListener &listener);

private:
    class Socket;

    rtspcore::EventLoop &loop_;
    std::map<RtspGroup, std::unique_ptr<Socket>> sockets_;
};

}  // namespace bench
