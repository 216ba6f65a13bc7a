// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <cstdint>
#include <string>

#include "delivery.h"
#include "disk_latency.h"
#include "formats.h"
#include "gop_queue.h"
#include "index.h"
#include "retention.h"

namespace recordsink {

// What the application is told on the bus, and counts of it. Safe. `element` is borrowed and outlives it.
class Teller {
public:
    explicit Teller(GstElement *element) : element_(element) {}

    void segment(const std::string &path, const IndexEntry &entry);
    // `event`: in whose clip it is; empty: in the continuous recording.
    void hole(const std::string &pad, const Hole &hole, const std::string &event);
    // Recording stopped working; a warning as well, or with `fatal` an error. Once until resumed().
    void outage(const std::string &text, bool fatal);
    void resumed();
    // A segment was deleted by retention.
    void removed(const Retention::Removed &removed);
    // A segment was told to who follows, or was given up.
    void delivery(const Delivery::Outcome &outcome);
    void warning(ErrorCode code, const std::string &text);
    void error(ErrorCode code, const std::string &text);

    [[nodiscard]] DiskLatency &disk_latency() { return disk_latency_; }
    [[nodiscard]] bool is_out() const { return out_; }
    // Fields of these names, with the prefix.
    void add_counts(GstStructure *stats, const std::string &prefix = {}) const;

private:
    void post(GstStructure *structure);

    GstElement *element_;
    std::atomic<bool> out_{false};
    std::atomic<uint64_t> segments_{0};
    std::atomic<uint64_t> bytes_{0};
    std::atomic<uint64_t> outages_{0};
    std::atomic<uint64_t> removed_segments_{0};
    std::atomic<uint64_t> removed_bytes_{0};
    std::atomic<uint64_t> delivered_{0};
    std::atomic<uint64_t> undelivered_{0};
    DiskLatency disk_latency_;
};

}  // namespace recordsink
