// SPDX-License-Identifier: LGPL-2.1-or-later
#include "element_time.h"

namespace recordsink {

std::optional<RunningTime> running_time_now(GstElement *element) {
    const auto clock = rtspcore::Ref<GstClock>::adopt(gst_element_get_clock(element));
    const GstClockTime base = gst_element_get_base_time(element);
    if (!clock || !GST_CLOCK_TIME_IS_VALID(base))
        return std::nullopt;
    return static_cast<RunningTime>(gst_clock_get_time(clock.get()) - base);
}

}  // namespace recordsink
