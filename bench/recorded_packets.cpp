// SPDX-License-Identifier: LGPL-2.1-or-later
#include "recorded_packets.h"

#include <algorithm>

namespace bench {

namespace {

constexpr size_t kInterleavedHeader = 4;
constexpr uint8_t kPcmu = 0;  // RFC 3551 table 4

RecordedFrame unpack(std::span<const uint8_t> interleaved) {
    RecordedFrame frame;
    frame.interleaved.assign(interleaved.begin(), interleaved.end());
    for (size_t at = 0; at + kInterleavedHeader <= interleaved.size();) {
        const auto size = static_cast<size_t>(interleaved[at + 2] << 8 | interleaved[at + 3]);
        const auto packet = interleaved.subspan(at + kInterleavedHeader, size);
        frame.sizes.push_back(size);
        frame.contiguous.insert(frame.contiguous.end(), packet.begin(), packet.end());
        at += kInterleavedHeader + size;
    }
    return frame;
}

void write_numbers(uint8_t *packet, uint16_t sequence, uint32_t time) {
    packet[2] = static_cast<uint8_t>(sequence >> 8);
    packet[3] = static_cast<uint8_t>(sequence);
    for (int byte = 0; byte < 4; ++byte)
        packet[4 + byte] = static_cast<uint8_t>(time >> (24 - 8 * byte));
}

}  // namespace

std::optional<RecordedPackets> RecordedPackets::open(const std::string &path) {
    const auto file = StreamFile::open(path);
    if (!file)
        return std::nullopt;
    return RecordedPackets(*file);
}

RecordedPackets::RecordedPackets(const StreamFile &file) : frame_duration_(file.frame_duration()) {
    for (const auto &frame : file.frames())
        frames_.push_back(unpack(frame));
    const uint8_t payload_type = frames_.front().contiguous[1] & 0x7F;
    if (payload_type == kPcmu)
        clock_rate_ = 8000;
}

const RecordedFrame &RecordedPackets::next() {
    position_ = frames_sent_ % frames_.size();
    renumber(frames_[position_]);
    frames_sent_++;
    return frames_[position_];
}

void RecordedPackets::renumber(RecordedFrame &frame) {
    const auto nanoseconds = static_cast<uint64_t>(frame_duration_.count()) * frames_sent_;
    const auto time = static_cast<uint32_t>(nanoseconds / 1000 * clock_rate_ / 1'000'000);
    uint8_t *interleaved = frame.interleaved.data();
    uint8_t *contiguous = frame.contiguous.data();
    for (const size_t size : frame.sizes) {
        write_numbers(interleaved + kInterleavedHeader, sequence_, time);
        write_numbers(contiguous, sequence_, time);
        sequence_++;
        interleaved += kInterleavedHeader + size;
        contiguous += size;
    }
}

}  // namespace bench
