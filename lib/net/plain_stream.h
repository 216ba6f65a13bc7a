// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>

#include "base/unique_fd.h"
#include "net/byte_stream.h"

namespace rtspcore::net {

// TCP as it is. What it takes is with the kernel: it holds nothing.
class PlainStream : public ByteStream {
public:
    explicit PlainStream(UniqueFd fd) : fd_(std::move(fd)) {}

    Transfer read(std::span<uint8_t> into) override;
    // One system call mostly: the kernel takes everything or, when its buffer is full, a part.
    Transfer write(std::span<const uint8_t> bytes) override;
    Outcome flush() override { return Outcome::Done; }
    [[nodiscard]] int fd() const override { return fd_.get(); }
    [[nodiscard]] std::string why() const override { return closed_ ? "closed by the peer" : "connection broken"; }

    // For a stream that continues on the same socket; this one is over.
    UniqueFd release() { return std::move(fd_); }

private:
    UniqueFd fd_;
    bool closed_ = false;
};

}  // namespace rtspcore::net
