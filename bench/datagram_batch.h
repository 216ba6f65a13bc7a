// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "kernel_time.h"

namespace bench {

// What was received on a socket by one system call. Confined to one thread.
class DatagramBatch {
public:
    // For a second of the stream, so that a client that is not scheduled for a moment does not look like a server that
    // loses.
    static constexpr int kReceiveBuffer = 1 << 20;

    // Nothing blocks; what could not be received is an empty batch. Valid until the next call: with thousands of
    // viewers buffers for each would not stay in the processor's cache.
    static const DatagramBatch &receive(int socket);

    [[nodiscard]] size_t size() const { return size_; }
    [[nodiscard]] std::span<const uint8_t> operator[](size_t i) const {
        return {bytes_.data() + i * kDatagramSize, messages_[i].msg_len};
    }
    // Of the last one.
    [[nodiscard]] rtspcore::Time arrival() const { return arrival_; }

private:
    static constexpr size_t kDatagrams = 64;
    static constexpr size_t kDatagramSize = 2048;

    DatagramBatch();
    void fill(int socket);

    std::vector<uint8_t> bytes_ = std::vector<uint8_t>(kDatagrams * kDatagramSize);
    std::array<iovec, kDatagrams> vectors_{};
    std::array<TimestampRoom, kDatagrams> controls_{};
    std::array<mmsghdr, kDatagrams> messages_{};
    size_t size_ = 0;
    rtspcore::Time arrival_{};
};

}  // namespace bench
