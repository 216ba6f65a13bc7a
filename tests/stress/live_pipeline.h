// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <string>

#include "base/ref.h"

namespace rtspcore::test {

// A pipeline in this process. One thread at a time; the destructor takes it down to NULL.
class LivePipeline {
public:
    // As on a gst-launch-1.0 line; the rtspsink in it, if there is one, is named `sink`.
    explicit LivePipeline(const std::string &line);
    ~LivePipeline();
    LivePipeline(const LivePipeline &) = delete;
    LivePipeline &operator=(const LivePipeline &) = delete;

    // Waits until the state is reached; false if it cannot be.
    bool set_state(GstState state);
    // The next message of these types; null if none comes.
    Ref<GstMessage> wait_message(GstMessageType types);
    // Those that wait hold the elements that sent them.
    void drop_messages();
    [[nodiscard]] uint16_t port() const;
    [[nodiscard]] GstElement *element() const { return pipeline_.get(); }
    [[nodiscard]] GstBin *bin() const { return GST_BIN(pipeline_.get()); }
    [[nodiscard]] GstElement *sink() const { return sink_.get(); }

private:
    Ref<GstElement> pipeline_;
    Ref<GstElement> sink_;
};

// A sound at no cost, 50 packets a second; `live` as a camera is, or as fast as the clock paces it.
std::string tone(bool live = true);

}  // namespace rtspcore::test
