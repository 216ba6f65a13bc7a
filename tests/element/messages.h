// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <string>

#include "base/ref.h"

namespace rtspsink::test {

constexpr GstClockTime kDeadline = 30 * GST_SECOND;

// The bus of one element that is in no pipeline.
class Messages {
public:
    explicit Messages(GstElement *element)
        : bus_(rtspcore::Ref<GstBus>::adopt(GST_IS_PIPELINE(element) ? gst_element_get_bus(element) : gst_bus_new())) {
        gst_element_set_bus(element, bus_.get());
    }

    // Messages hold the element that holds the bus.
    ~Messages() { gst_bus_set_flushing(bus_.get(), TRUE); }
    Messages(const Messages &) = delete;
    Messages &operator=(const Messages &) = delete;

    // The next message of these types within the deadline; null if none comes.
    rtspcore::Ref<GstMessage> next(GstMessageType types, GstClockTime deadline = kDeadline) {
        return rtspcore::Ref<GstMessage>::adopt(gst_bus_timed_pop_filtered(bus_.get(), deadline, types));
    }

    // The text of the next error; empty if none comes.
    std::string next_error(GstClockTime deadline = kDeadline) { return next_text(GST_MESSAGE_ERROR, deadline); }
    std::string next_warning(GstClockTime deadline = kDeadline) { return next_text(GST_MESSAGE_WARNING, deadline); }

private:
    std::string next_text(GstMessageType type, GstClockTime deadline) {
        const auto message = next(type, deadline);
        if (!message)
            return {};
        GError *error = nullptr;
        if (type == GST_MESSAGE_ERROR)
            gst_message_parse_error(message.get(), &error, nullptr);
        else
            gst_message_parse_warning(message.get(), &error, nullptr);
        std::string text = error->message;
        g_error_free(error);
        return text;
    }

    rtspcore::Ref<GstBus> bus_;
};

}  // namespace rtspsink::test
