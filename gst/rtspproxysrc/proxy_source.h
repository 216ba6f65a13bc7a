// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <functional>

#include "base/guarded.h"
#include "base/random.h"
#include "outage_notice.h"
#include "outputs.h"
#include "reception.h"
#include "settings.h"
#include "supervisor.h"

namespace rtspproxy {

// The C++ behind the element rtspproxysrc: its settings and states; a supervisor that keeps an upstream, and the pads.
//
// Thread: change_state() and end() belong to whoever holds the element's state lock; the rest is safe.
class ProxySource {
public:
    // `set_up_signal` is emitted with each new rtspsrc.
    ProxySource(GstElement *element, guint set_up_signal);

    [[nodiscard]] Settings settings() { return *settings_.lock(); }
    void change_settings(const std::function<void(Settings &)> &change);
    GstStateChangeReturn change_state(GstStateChange transition,
                                      const std::function<GstStateChangeReturn()> &parent_class);
    // Disconnects and sends EOS; whether it runs, so that there is something to end.
    bool end() { return supervisor_.end(); }
    [[nodiscard]] State state() { return supervisor_.status().state; }
    // Transfer full.
    [[nodiscard]] GstStructure *statistics();

private:
    bool check();
    void start();
    void stop();
    void tell(const Status &status);
    void give_up(const Failure &failure);
    void tell_untaken(const std::string &pads);

    GstElement *const element_;  // owns this
    // In Via headers: not the host's, nor the element's, which nobody else needs to know.
    const std::string name_ = "rtspproxysrc-" + rtspcore::random_hex(8);
    rtspcore::Guarded<Settings> settings_;
    OutageNotice notice_;  // of the supervisor's thread
    Outputs outputs_;
    Reception reception_;
    Supervisor supervisor_;
};

}  // namespace rtspproxy
