// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "audience.h"
#include "json.h"
#include "process_usage.h"
#include "viewer.h"

namespace bench {

using Viewers = std::vector<std::unique_ptr<Viewer>>;

// All that is counted, at one moment.
struct Snapshot {
    Time time{};
    TrackCounts watching;                   // of the viewers that read all the time
    TrackCounts delivered;                  // of all viewers
    std::vector<uint64_t> packets_of_each;  // of the viewers that read all the time
    ProcessUsage server;
    ProcessUsage client;
};

// What a run measured.
struct Measurement {
    ProcessUsage idle;      // the server before the first viewer
    ProcessUsage with_one;  // and with the first alone
    bool is_full = false;   // the first was alone long enough for the server's buffers to have their size
    Snapshot begin;         // of the window
    Snapshot end;
};

// The viewers that were measured, those that joined meanwhile, and what they saw together; borrowed.
struct Crowd {
    const Viewers &viewers;
    const Viewers &joiners;
    const Audience &audience;
};

Json report(const Measurement &measurement, const Crowd &crowd);

}  // namespace bench
