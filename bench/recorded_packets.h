// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "stream_file.h"

namespace bench {

// The RTP packets of one frame as they stand in a recording, ready for the wire.
struct RecordedFrame {
    std::vector<uint8_t> interleaved;  // each packet behind its interleaved header
    std::vector<uint8_t> contiguous;   // the packets alone
    std::vector<size_t> sizes;         // of the packets
};

// A recording that is repeated without end: sequence numbers and RTP times go on from loop to loop. Confined to one
// thread.
class RecordedPackets {
public:
    static std::optional<RecordedPackets> open(const std::string &path);

    // The next frame; valid until the next call.
    const RecordedFrame &next();
    // Which frame of the loop that was.
    [[nodiscard]] size_t position() const { return position_; }
    [[nodiscard]] rtspcore::Duration frame_duration() const { return frame_duration_; }

private:
    RecordedPackets(const StreamFile &file);
    void renumber(RecordedFrame &frame);

    rtspcore::Duration frame_duration_;
    std::vector<RecordedFrame> frames_;
    size_t position_ = 0;
    uint64_t frames_sent_ = 0;
    uint16_t sequence_ = 0;
    unsigned clock_rate_ = 90000;
};

}  // namespace bench
