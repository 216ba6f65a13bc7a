// SPDX-License-Identifier: LGPL-2.1-or-later
#include "reception.h"

#include <algorithm>

namespace rtspproxy {

using rtspcore::Ref;

void Reception::count(GstElement *buffer, Totals &totals) {
    GstStructure *stats = nullptr;
    g_object_get(buffer, "stats", &stats, nullptr);
    if (!stats)
        return;
    const auto value = [stats](const char *field) {
        guint64 number = 0;
        gst_structure_get_uint64(stats, field, &number);
        return number;
    };
    totals.received += value("num-pushed");
    totals.lost += value("num-lost");
    totals.late += value("num-late");
    totals.jitter = std::max<GstClockTime>(totals.jitter, value("avg-jitter"));
    gst_structure_free(stats);
}

void Reception::add(GstElement *jitter_buffer) {
    state_.lock()->buffers.push_back(Ref<GstElement>::share(jitter_buffer));
}

void Reception::fold() {
    const Totals totals = this->totals();
    std::vector<Ref<GstElement>> gone;
    auto state = state_.lock();
    state->past = totals;
    std::swap(state->buffers, gone);
    state.unlock();
}

Reception::Totals Reception::totals() {
    auto state = state_.lock();
    Totals totals = state->past;
    const auto buffers = state->buffers;
    state.unlock();
    const Totals past = totals;
    totals.jitter = 0;
    for (const auto &buffer : buffers)
        count(buffer.get(), totals);
    if (totals.received == past.received)
        totals.jitter = past.jitter;
    totals.last_packet = last_packet();
    return totals;
}

// One packet has one time, however often it is told: the two clocks do not run exactly alike.
rtspcore::WallTime Reception::last_packet() {
    const int64_t last = last_packet_.load(std::memory_order_relaxed);
    auto state = state_.lock();
    if (last != state->last_told) {
        const rtspcore::Duration since = rtspcore::monotonic_now() - rtspcore::Time(rtspcore::Duration(last));
        state->last_told = last;
        state->last_told_wall = rtspcore::wall_now() - since;
    }
    return state->last_told_wall;
}

}  // namespace rtspproxy
