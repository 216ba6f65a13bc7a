// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <sys/socket.h>

#include <array>
#include <ctime>

#include "base/clock.h"

namespace bench {

// Room for the timestamp that comes with a message.
struct alignas(cmsghdr) TimestampRoom : std::array<char, CMSG_SPACE(sizeof(timespec))> {};

// Asks the kernel to tell when it was given what is received on the socket. On the loopback interface that is when the
// sender's system call had it. It makes every packet of the machine a little dearer, so it is not for runs that measure
// CPU time.
void enable_kernel_time(int socket);

// When the kernel was given what `message` received (of TCP: its last byte); now, when that was not asked for.
rtspcore::Time arrival_of(msghdr &message);

}  // namespace bench
