// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>

#include "http_opening.h"

namespace bench {

// The client's side of RTSP over WebSocket (RFC 6455). Confined to one thread.
class WebSocketCarrier final : public Carrier {
public:
    explicit WebSocketCarrier(std::unique_ptr<Carrier> below);

    bool send(std::string_view request) override;
    Received receive(std::span<uint8_t> into) override;
    [[nodiscard]] int fd() const override { return below_->fd(); }
    [[nodiscard]] std::string cipher() const override { return below_->cipher(); }

private:
    bool flush();
    size_t take_frame_headers(std::span<uint8_t> bytes);
    void take_header_byte(uint8_t byte);

    std::unique_ptr<Carrier> below_;
    HttpOpening opening_;
    std::string waiting_;      // for the handshake to be answered
    std::string header_;       // what there is of a frame's
    uint64_t missing_ = 0;     // of a frame's payload
    bool is_control_ = false;  // whether it is of a control frame: the server's close
};

}  // namespace bench
