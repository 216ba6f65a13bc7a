// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/guarded.h"
#include "problem.h"
#include "server/mount_table.h"
#include "watched_event.h"

namespace rtspsink {

// Tells what is upstream of a pad who watches, whenever that changes, and whoever is upstream anew. It holds no
// reference to the pad, so it may be called after the pad is gone. Safe.
class WatchedTeller : public std::enable_shared_from_this<WatchedTeller> {
public:
    explicit WatchedTeller(GstPad *pad);
    ~WatchedTeller();
    WatchedTeller(const WatchedTeller &) = delete;
    WatchedTeller &operator=(const WatchedTeller &) = delete;

    // None of these blocks: the event is pushed by a thread of GStreamer's pool. What has a lower number than what came
    // before is old.
    void tell_viewers(unsigned viewers, uint64_t number, const std::string &mapping);
    void tell_demand(const rtspcore::server::MountTable::Demand &demand, const std::string &mapping);
    // The mount that they watched is over.
    void end_viewers();
    // Somebody else is upstream now, who takes nobody for watching until told.
    void tell_again();

private:
    struct State {
        unsigned viewers = 0;
        uint64_t number = 0;
        rtspcore::server::MountTable::Demand demand;
        std::string mapping;
        std::optional<Watchers> told;
        bool telling = false;  // a thread is about it

        [[nodiscard]] Watchers now() const { return {viewers + demand.waiting, demand.via}; }
    };
    void start();
    bool next(Watchers &watchers, std::string &mapping);
    static void push(GstElement *element, gpointer user_data);

    GWeakRef pad_;
    rtspcore::Guarded<State> state_;
};

}  // namespace rtspsink
