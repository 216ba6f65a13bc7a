// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/byte_stream.h"
#include "rtsp/websocket_decoder.h"

namespace rtspcore::net {

// The server's side of a WebSocket (RFC 6455) in another stream, after the opening handshake. What it is given to write
// at once leaves as one binary frame, in one write to the stream below, so that a page gets whole messages and packets;
// what that does not take waits, at most one frame. Pings are answered, the newest if they come faster than that.
class WebSocketStream : public ByteStream {
public:
    // `answer` is what the handshake still has to be told; `begin` what the client said behind it already.
    WebSocketStream(std::unique_ptr<ByteStream> below, std::string_view answer, std::vector<uint8_t> begin);
    // Says that it goes away, as far as the socket takes it.
    ~WebSocketStream() override;

    Transfer read(std::span<uint8_t> into) override;
    Transfer write(std::span<const uint8_t> bytes) override;
    Outcome flush() override;
    [[nodiscard]] int fd() const override { return below_->fd(); }
    [[nodiscard]] std::string why() const override { return why_; }

private:
    Transfer read_below(std::span<uint8_t> into);
    size_t decode(std::span<uint8_t> bytes);
    // `why` is empty when the peer wants it.
    void close(rtsp::WebSocketClose code, const std::string &why);

    std::unique_ptr<ByteStream> below_;
    rtsp::WebSocketDecoder decoder_;
    std::vector<uint8_t> begin_;
    std::vector<uint8_t> out_;  // of the stream below to take
    size_t out_sent_ = 0;
    std::string control_;  // behind it: a pong, or the close
    std::string why_;
    bool closed_ = false;
};

}  // namespace rtspcore::net
