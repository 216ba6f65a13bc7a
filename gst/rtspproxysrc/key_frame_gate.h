// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <memory>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/ref.h"
#include "rtp/access_unit.h"

namespace rtspproxy {

// Holds back what a stream that comes again begins with until a decoder can go on with it: what is behind has been
// shown other pictures, which these do not follow. It opens with the first packet of a key frame, and by itself if
// there is none for long, as intra refresh has none that could be told. Confined to the streaming thread.
class KeyFrameGate {
public:
    struct Packet {
        rtspcore::Ref<GstBuffer> buffer;
        rtspcore::Duration at{};  // presentation time
    };
    static constexpr std::chrono::seconds kPatience{10};

    [[nodiscard]] bool is_open() const { return !inspector_; }
    // Of a stream without key frames, such as sound, it stays open.
    void close(const GstCaps *caps);
    // What goes on now, in order: nothing, or the whole unit that the packet completes.
    std::vector<Packet> take(Packet packet);

private:
    std::vector<Packet> open();
    bool end_unit();

    std::unique_ptr<rtspcore::rtp::AccessUnitInspector> inspector_;
    std::vector<Packet> unit_;
    rtspcore::rtp::RtpTime unit_time_ = 0;
    std::optional<rtspcore::Duration> since_;
};

}  // namespace rtspproxy
