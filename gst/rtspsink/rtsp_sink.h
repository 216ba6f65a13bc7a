// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "authorizer.h"
#include "base/guarded.h"
#include "capture_clock.h"
#include "presentations.h"
#include "settings.h"

namespace rtspsink {

class Stream;

// What GstRtspSink does: opens the server, and makes a Stream of each pad.
//
// Thread: the accessors are safe; change_state(), add_pad() and remove_pad() are called by the application, under the
// rules of GStreamer, and block for as long as the elements inside take.
class RtspSink {
public:
    // `authorize`: the id of the signal of that name.
    RtspSink(GstElement *element, guint authorize)
        : element_(element), authorizer_(std::make_shared<Authorizer>(element, authorize)) {}

    [[nodiscard]] GstElement *element() const { return element_; }
    [[nodiscard]] Settings settings() { return *settings_.lock(); }
    // Changes the settings under their lock.
    void change_settings(const std::function<void(Settings &)> &change) { change(*settings_.lock()); }
    // Says so if what was just set comes too late to count.
    void warn_if_late(const GParamSpec *property);
    [[nodiscard]] Presentations &presentations() { return presentations_; }
    [[nodiscard]] CaptureClock &capture_clock() { return capture_clock_; }
    [[nodiscard]] Authorizer &authorizer() { return *authorizer_; }

    GstStateChangeReturn change_state(GstStateChange transition,
                                      const std::function<GstStateChangeReturn()> &parent_class);

    // `name` null: the next free one. Null if the name is taken. The pad belongs to the element.
    GstPad *add_pad(GstPadTemplate *templ, const char *name);
    void remove_pad(GstPad *pad);
    void remove_all_pads();

    // The stream's pad by any of its names: its own, rtspsinkpad<n> or appsink<n>, n counting pads as they were made.
    [[nodiscard]] Ref<GstPad> find_pad(const std::string &name);
    [[nodiscard]] std::vector<Ref<GstPad>> pads();

    // The port that is really served, 0 while none is.
    [[nodiscard]] unsigned bound_port();
    [[nodiscard]] unsigned bound_tls_port();
    // Fails for a multicast group of `pad` that cannot be used, or that another pad has.
    [[nodiscard]] Outcome<void> check_group(GstPad *pad);
    // Transfer full.
    [[nodiscard]] GstStructure *statistics();

private:
    void notify_ports();
    bool open();
    void close();
    bool has_good_pads();
    void for_each_stream(const std::function<void(Stream &)> &visit);
    [[nodiscard]] std::string next_name();

    struct NumberedPad {
        unsigned ordinal;
        GstPad *pad;  // owned by the element
    };
    struct Pads {
        std::vector<NumberedPad> list;
        unsigned made = 0;
    };

    GstElement *const element_;  // owns this
    const std::shared_ptr<Authorizer> authorizer_;
    rtspcore::Guarded<Settings> settings_;
    rtspcore::Guarded<Pads> pads_;
    CaptureClock capture_clock_;
    Presentations presentations_;
    std::shared_ptr<const rtspcore::server::Fallback> fallback_;  // between open() and close()
};

}  // namespace rtspsink
