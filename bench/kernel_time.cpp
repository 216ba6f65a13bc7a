// SPDX-License-Identifier: LGPL-2.1-or-later
#include "kernel_time.h"

#include <cstring>

namespace bench {

void enable_kernel_time(int socket) {
    const int on = 1;
    setsockopt(socket, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
}

rtspcore::Time arrival_of(msghdr &message) {
    const rtspcore::Time now = rtspcore::monotonic_now();
    const cmsghdr *header = message.msg_controllen == 0 ? nullptr : CMSG_FIRSTHDR(&message);
    if (!header || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_TIMESTAMPNS)
        return now;
    timespec stamp{};
    std::memcpy(&stamp, CMSG_DATA(header), sizeof stamp);
    const auto arrival = std::chrono::seconds(stamp.tv_sec) + std::chrono::nanoseconds(stamp.tv_nsec);
    // The stamp is wall-clock time: its age is what the monotonic clock has to be put back by.
    return now - (rtspcore::wall_now().time_since_epoch() - arrival);
}

}  // namespace bench
