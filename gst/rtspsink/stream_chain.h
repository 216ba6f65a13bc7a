// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <functional>
#include <optional>
#include <vector>

#include "payload_plan.h"

namespace rtspsink {

// The elements of a plan, in the element's bin, linked to the stream's packet sink.
//
// Thread: the streaming thread of its pad, or any when that pad is inactive. Blocks for as long as the elements take to
// start or stop.
class StreamChain {
public:
    struct Choices {
        PayloadPlan plan;
        unsigned mtu = 1400;
        int payload_type = -1;  // -1: the payloader's own if that is a static one, else what `dynamic_type` says
        std::function<int()> dynamic_type;
    };

    // `bin` and `packet_sink` are borrowed and outlive it.
    StreamChain(GstBin *bin, GstElement *packet_sink) : bin_(bin), packet_sink_(packet_sink) {}
    ~StreamChain() { clear(); }
    StreamChain(const StreamChain &) = delete;
    StreamChain &operator=(const StreamChain &) = delete;

    // In place of what was there.
    Outcome<void> build(const Choices &choices);
    void clear();

    // Nothing until it is built.
    [[nodiscard]] const std::optional<PayloadPlan> &plan() const { return plan_; }
    // Where data goes in.
    [[nodiscard]] Ref<GstPad> entry() const;

private:
    bool add(const std::string &factory);
    void set_up_payloader(const Choices &choices);
    Outcome<void> connect();

    GstBin *bin_;
    GstElement *packet_sink_;
    std::vector<Ref<GstElement>> elements_;
    std::optional<PayloadPlan> plan_;
};

}  // namespace rtspsink
