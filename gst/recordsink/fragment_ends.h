// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <optional>

namespace recordsink {

// Tells when a fragment is whole (`moof` and `mdat`, ISO/IEC 14496-12 sections 8.8.4 and 8.1.1), of the buffers that an
// MP4 muxer gives: headers, each in one, and what they announce. Confined.
class FragmentEnds {
public:
    // The track whose fragment ends with this buffer, the next one of a file; nothing: none does. Any bytes are taken.
    std::optional<uint32_t> take(GstBuffer *buffer);

private:
    uint32_t track_ = 0;
    uint64_t missing_ = 0;  // bytes of its `mdat`
};

}  // namespace recordsink
