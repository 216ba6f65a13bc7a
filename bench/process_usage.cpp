// SPDX-License-Identifier: LGPL-2.1-or-later
#include "process_usage.h"

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>

namespace bench {

namespace {

long status_field(std::ifstream &status, const std::string &name) {
    status.clear();
    status.seekg(0);
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(name))
            return std::strtol(line.c_str() + name.size(), nullptr, 10);
    return 0;
}

}  // namespace

ProcessUsage usage_of(pid_t pid) {
    ProcessUsage usage;
    // The process clock counts nanoseconds; /proc/PID/stat has the same sum in ticks of 10 ms, too coarse for one
    // viewer.
    clockid_t clock{};
    timespec cpu{};
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &cpu) != 0)
        return usage;
    usage.cpu = std::chrono::seconds(cpu.tv_sec) + std::chrono::nanoseconds(cpu.tv_nsec);
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    usage.anonymous_kib = status_field(status, "RssAnon:");
    usage.threads = status_field(status, "Threads:");
    return usage;
}

}  // namespace bench
