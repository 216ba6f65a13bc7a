// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <string>

#include "base/ref.h"
#include "support/deadline.h"

namespace rtspsink::test {

// A pipeline from its launch line, which has to be right.
rtspcore::Ref<GstElement> launch(const std::string &line);
rtspcore::Ref<GstElement> child(GstElement *pipeline, const char *name);

// A camera that can be switched off and on: an rtspsink in a pipeline of its own, always on the same port.
class Camera {
public:
    // Sound alone costs the least.
    static constexpr const char *kSound =
        "audiotestsrc is-live=true samplesperbuffer=160 ! audio/x-raw,rate=8000,channels=1 ! mulawenc ! sink.";

    explicit Camera(std::string streams = kSound, std::string properties = "");
    ~Camera() { off(); }
    Camera(const Camera &) = delete;
    Camera &operator=(const Camera &) = delete;

    void on();
    void off();
    [[nodiscard]] std::string url(const std::string &credentials = "") const;
    // Of RTSP, now.
    [[nodiscard]] unsigned sessions() const { return statistic("sessions"); }
    // It comes to have no session. rtspsrc, when it stops, waits for the answer to its TEARDOWN for a tenth of a second
    // only.
    [[nodiscard]] bool is_left() const {
        return rtspcore::test::eventually([this] { return sessions() == 0; });
    }
    // So far.
    [[nodiscard]] unsigned requests() const { return statistic("requests"); }

private:
    [[nodiscard]] unsigned statistic(const char *field) const;

    const std::string streams_;
    const std::string properties_;
    unsigned port_;
    rtspcore::Ref<GstElement> pipeline_;
};

}  // namespace rtspsink::test
