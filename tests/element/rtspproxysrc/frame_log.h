// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "pad_log.h"

namespace rtspsink::test {

struct LoggedFrame {
    GstClockTime pts;
    bool key;
    bool has_capture_time;
};

// The encoded frames that pass a pad.
class FrameLog : public PadLog<LoggedFrame> {
public:
    explicit FrameLog(rtspcore::Ref<GstPad> pad) : PadLog(std::move(pad), read) {}
    std::vector<LoggedFrame> frames() { return items(); }

private:
    static std::optional<LoggedFrame> read(GstBuffer *buffer) {
        const auto caps = rtspcore::Ref<GstCaps>::adopt(gst_caps_new_empty_simple("timestamp/x-ntp"));
        return LoggedFrame{GST_BUFFER_PTS(buffer), !GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT),
                           gst_buffer_get_reference_timestamp_meta(buffer, caps.get()) != nullptr};
    }
};

}  // namespace rtspsink::test
