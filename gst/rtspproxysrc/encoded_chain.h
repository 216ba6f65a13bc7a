// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <functional>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/ref.h"

namespace rtspproxy {

// RTP in, frames out of `pad`: a depayloader and, where there is one, a parser, found by rank. They are in a bin of
// their own, as the upstream is, and see one stream, however many upstreams it comes from.
//
// Thread: of the output that it belongs to.
class EncodedChain {
public:
    // Told what goes wrong inside, and what to do.
    using Complaint = std::function<void(const std::string &)>;

    EncodedChain(GstPad *pad, Complaint complain);
    ~EncodedChain();
    EncodedChain(const EncodedChain &) = delete;
    EncodedChain &operator=(const EncodedChain &) = delete;

    // For RTP of these caps; what was built before goes. Afterwards it wants a stream from its beginning.
    void build(const GstCaps *caps);
    bool send(GstEvent *event);
    GstFlowReturn push(GstBuffer *packet);
    // From downstream.
    bool send_upstream(GstEvent *event);

private:
    bool add(const char *factory);
    bool link();
    void clear();
    GstFlowReturn take(GstBuffer *frame);
    static GstFlowReturn take_frame(GstPad *exit, GstObject *parent, GstBuffer *frame);
    static gboolean take_event(GstPad *exit, GstObject *parent, GstEvent *event);
    static gboolean answer(GstPad *exit, GstObject *parent, GstQuery *query);
    static GstBusSyncReply take_message(GstBus *bus, GstMessage *message, gpointer self);

    GstPad *const pad_;
    const Complaint complain_;
    rtspcore::Ref<GstBus> bus_;
    rtspcore::Ref<GstPad> entry_;
    rtspcore::Ref<GstPad> exit_;
    rtspcore::Ref<GstElement> bin_;  // null: nothing is built
    GstElement *first_ = nullptr;    // of the bin
    GstElement *last_ = nullptr;
    // Parsers lose what tells the time of capture; frames have it again from the packets.
    std::optional<rtspcore::Duration> capture_minus_pts_;
};

}  // namespace rtspproxy
