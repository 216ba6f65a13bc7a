// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "viewer.h"

namespace bench {

// What load_client is asked to do.
struct LoadOptions {
    Source source;
    size_t viewers = 1;
    size_t mounts = 0;       // that share the viewers, by a number behind the URL; 0: the URL as it is
    double join_rate = 200;  // viewers a second
    size_t joiners = 0;      // who join while the others are measured
    double joiner_rate = 20;
    size_t stalled = 0;  // of the viewers, that stop reading when the measurement begins
    std::chrono::duration<double> alone{
        0};  // how long the first viewer watches alone: until the server's buffers have their size
    std::chrono::duration<double> settle{2};
    std::chrono::duration<double> window{8};
    pid_t server = 0;    // whose CPU time and memory are measured; 0: nobody's
    std::string stamps;  // StampTable of the served stream; empty: latency is not measured

    // Prints what is wrong.
    static std::optional<LoadOptions> parse(int argc, char **argv);
};

}  // namespace bench
