// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/base/gstbasesink.h>

#include <memory>
#include <optional>
#include <string>

#include "base/guarded.h"
#include "problem.h"

namespace rtspsink {

// Tells what is upstream of a packet sink whether anybody watches, whenever that changes, and whoever is upstream anew.
// It holds no reference to the sink, so it may be called after the sink is gone. Safe.
class WatchedTeller : public std::enable_shared_from_this<WatchedTeller> {
public:
    explicit WatchedTeller(GstBaseSink *sink);
    ~WatchedTeller();
    WatchedTeller(const WatchedTeller &) = delete;
    WatchedTeller &operator=(const WatchedTeller &) = delete;

    // Never blocks: the event is pushed by a thread of GStreamer's pool. What has a lower number than what came before
    // is old.
    void tell(bool watched, uint64_t number, const std::string &mapping);
    // Somebody else is upstream now, who takes nobody for watching until told.
    void tell_again();

private:
    struct State {
        bool watched = false;
        uint64_t number = 0;
        std::string mapping;
        std::optional<bool> told;
        bool telling = false;  // a thread is about it
    };
    void start();
    bool next(bool &watched, std::string &mapping);
    static void push(GstElement *element, gpointer user_data);

    GWeakRef sink_;
    rtspcore::Guarded<State> state_;
};

}  // namespace rtspsink
