// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <sys/types.h>

#include "base/clock.h"

namespace bench {

// What a process has used until now.
struct ProcessUsage {
    rtspcore::Duration cpu{};  // user and system time of all threads, ended ones too
    long anonymous_kib = 0;    // resident memory that is no file's
    long threads = 0;
};

// All zero for a process that is gone.
ProcessUsage usage_of(pid_t pid);

}  // namespace bench
