// SPDX-License-Identifier: LGPL-2.1-or-later
#include "frame_sender.h"

#include <netinet/udp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace bench {

namespace {

using rtspcore::UniqueFd;

constexpr size_t kInterleavedHeader = 4;

// All bytes, or the receiver is gone.
void send_stream(Receiver &receiver, const uint8_t *bytes, size_t size) {
    if (receiver.connection &&
        ::send(receiver.connection.get(), bytes, size, MSG_NOSIGNAL) != static_cast<ssize_t>(size))
        receiver.connection.reset();
}

class TcpFrameSender final : public FrameSender {
    [[nodiscard]] bool over_udp() const override { return false; }
    void send(const RecordedFrame &frame, std::vector<Receiver> &receivers) override {
        for (Receiver &receiver : receivers)
            send_stream(receiver, frame.interleaved.data(), frame.interleaved.size());
    }
};

class TcpPacketSender final : public FrameSender {
    [[nodiscard]] bool over_udp() const override { return false; }
    void send(const RecordedFrame &frame, std::vector<Receiver> &receivers) override {
        for (Receiver &receiver : receivers) {
            const uint8_t *at = frame.interleaved.data();
            for (const size_t size : frame.sizes) {
                send_stream(receiver, at, kInterleavedHeader + size);
                at += kInterleavedHeader + size;
            }
        }
    }
};

class UdpPacketSender final : public FrameSender {
    [[nodiscard]] bool over_udp() const override { return true; }
    void send(const RecordedFrame &frame, std::vector<Receiver> &receivers) override {
        for (const Receiver &receiver : receivers) {
            const uint8_t *at = frame.contiguous.data();
            for (const size_t size : frame.sizes) {
                sendto(socket_.get(), at, size, 0, reinterpret_cast<const sockaddr *>(&receiver.address),
                       sizeof receiver.address);
                at += size;
            }
        }
    }
    const UniqueFd socket_{socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
};

// Packets of a frame that one message with UDP_SEGMENT can carry: equal sizes, only the last may be smaller.
struct SegmentRun {
    iovec bytes{};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(uint16_t))> control{};
};

constexpr size_t kSegmentsPerMessage = 64;       // UDP_MAX_SEGMENTS of the kernel
constexpr size_t kBytesPerMessage = 65535 - 28;  // an IPv4 datagram without its headers

std::vector<SegmentRun> segment_runs(const RecordedFrame &frame) {
    std::vector<SegmentRun> runs;
    auto *at = const_cast<uint8_t *>(frame.contiguous.data());
    for (size_t i = 0; i < frame.sizes.size();) {
        const size_t segment = frame.sizes[i];
        size_t bytes = 0, count = 0;
        for (bool ended = false; i < frame.sizes.size() && !ended; ++i, ++count) {
            if (frame.sizes[i] > segment || count == kSegmentsPerMessage || bytes + frame.sizes[i] > kBytesPerMessage)
                break;
            bytes += frame.sizes[i];
            ended = frame.sizes[i] < segment;
        }
        SegmentRun &run = runs.emplace_back();
        run.bytes = {at, bytes};
        auto *header = reinterpret_cast<cmsghdr *>(run.control.data());
        header->cmsg_level = SOL_UDP;
        header->cmsg_type = UDP_SEGMENT;
        header->cmsg_len = CMSG_LEN(sizeof(uint16_t));
        const auto value = static_cast<uint16_t>(segment);
        std::memcpy(CMSG_DATA(header), &value, sizeof value);
        at += bytes;
    }
    return runs;
}

class UdpSegmentSender final : public FrameSender {
    [[nodiscard]] bool over_udp() const override { return true; }
    void send(const RecordedFrame &frame, std::vector<Receiver> &receivers) override {
        std::vector<SegmentRun> runs = segment_runs(frame);
        messages_.clear();
        for (Receiver &receiver : receivers) {
            for (SegmentRun &run : runs) {
                mmsghdr &message = messages_.emplace_back();
                message.msg_hdr.msg_name = &receiver.address;
                message.msg_hdr.msg_namelen = sizeof receiver.address;
                message.msg_hdr.msg_iov = &run.bytes;
                message.msg_hdr.msg_iovlen = 1;
                message.msg_hdr.msg_control = run.control.data();
                message.msg_hdr.msg_controllen = run.control.size();
            }
        }
        flush();
    }
    void flush() {
        // The kernel takes at most UIO_MAXIOV messages a call; one that fails (its receiver is gone) is skipped.
        for (size_t done = 0; done < messages_.size();) {
            const auto left = static_cast<unsigned>(std::min<size_t>(messages_.size() - done, 1024));
            const int sent = sendmmsg(socket_.get(), messages_.data() + done, left, 0);
            done += static_cast<size_t>(std::max(sent, 1));
        }
    }
    const UniqueFd socket_{socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    std::vector<mmsghdr> messages_;
};

}  // namespace

std::unique_ptr<FrameSender> FrameSender::create(std::string_view name) {
    if (name == "tcp-frame")
        return std::make_unique<TcpFrameSender>();
    if (name == "tcp-packet")
        return std::make_unique<TcpPacketSender>();
    if (name == "udp-segment")
        return std::make_unique<UdpSegmentSender>();
    if (name == "udp-packet")
        return std::make_unique<UdpPacketSender>();
    return nullptr;
}

}  // namespace bench
