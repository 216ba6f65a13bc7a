// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

#include "base/ref.h"
#include "element/messages.h"

namespace rtspsink::test {

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
    [[nodiscard]] unsigned sessions() const;

private:
    const std::string streams_;
    const std::string properties_;
    unsigned port_ = 0;
    rtspcore::Ref<GstElement> pipeline_;
};

// A pipeline with an rtspproxysrc named `proxy`, and what it says.
class Proxy {
public:
    explicit Proxy(const std::string &line);
    ~Proxy();
    Proxy(const Proxy &) = delete;
    Proxy &operator=(const Proxy &) = delete;

    [[nodiscard]] GstElement *pipeline() const { return pipeline_.get(); }
    [[nodiscard]] GstElement *element() const { return element_.get(); }
    [[nodiscard]] Messages &messages() { return messages_; }
    void play();
    // The next message of the element that tells this state, by its nick; the test fails if none comes, or if an error
    // or EOS comes before.
    rtspcore::Ref<GstMessage> wait_for(const char *state);
    // The same for a reason.
    rtspcore::Ref<GstMessage> wait_for_reason(const char *reason);

private:
    rtspcore::Ref<GstMessage> wait_for_field(const char *field, const char *nick);

    rtspcore::Ref<GstElement> pipeline_;
    rtspcore::Ref<GstElement> element_;
    Messages messages_;
};

// The nick of an enum field.
std::string nick_in(GstMessage *message, const char *field);
std::string text_in(GstMessage *message, const char *field);

}  // namespace rtspsink::test
