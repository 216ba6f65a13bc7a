// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include "rtsp/websocket_frame.h"

namespace rtspcore::rtsp {

// Reads the frames of a WebSocket client (RFC 6455 section 5), in any portions. The payload of binary messages is
// handed on as it comes, unmasked where it lies: they are a byte stream, and where one message ends does not matter.
// Total: any bytes give an item.
//
// Thread: confined to its connection's. Never blocks. Memory: none but its own, whatever frames say of their size.
class WebSocketDecoder {
public:
    // Payloads are not held, so these only end what cannot be RTSP. A message counts with the headers of its frames,
    // so that one of empty fragments ends, too.
    struct Limits {
        uint64_t frame = 256 * 1024;
        uint64_t message = 1024 * 1024;
    };
    struct NeedMore {};
    // A part of the stream; not empty. It lies in the bytes that were given.
    struct Data {
        std::span<const uint8_t> bytes;
    };
    // To be answered with websocket_pong(). The payload lives until the next call.
    struct Ping {
        std::span<const uint8_t> payload;
    };
    struct Pong {};
    // The client closes; `answer` is to be sent with websocket_close(), then the connection ends. Nothing follows.
    struct Close {
        WebSocketClose answer;
    };
    // What came is wrong; as Close, and `reason` tells what was expected.
    struct Refused {
        WebSocketClose code;
        std::string reason;
    };
    using Item = std::variant<NeedMore, Data, Ping, Pong, Close, Refused>;

    WebSocketDecoder() = default;
    explicit WebSocketDecoder(Limits limits) : limits_(limits) {}

    // Takes an item from the front of `bytes`, which it changes. NeedMore has taken all of them.
    Item next(std::span<uint8_t> &bytes);

    // Whether a frame or message has begun and not ended: what a time-out against slow senders looks at.
    [[nodiscard]] bool in_message() const { return in_message_ || header_size_ > 0; }

private:
    bool take_header(std::span<uint8_t> &bytes);
    [[nodiscard]] size_t wanted_header_size() const;
    [[nodiscard]] uint64_t payload_size() const;
    [[nodiscard]] WebSocketOpcode opcode() const;
    [[nodiscard]] bool is_final() const;
    [[nodiscard]] bool is_control() const;
    std::optional<Item> begin_frame();
    [[nodiscard]] std::optional<Refused> fault() const;
    [[nodiscard]] std::optional<Refused> control_fault() const;
    [[nodiscard]] std::optional<Refused> data_fault() const;
    std::optional<Item> read_data(std::span<uint8_t> &bytes);
    std::optional<Item> read_control(std::span<uint8_t> &bytes);
    std::span<const uint8_t> take_payload(std::span<uint8_t> &bytes);
    void end_frame();
    Item end_close(std::span<const uint8_t> payload);
    Item refuse(Refused refused);

    static constexpr size_t kLargestHeader = 14;

    Limits limits_;
    std::array<uint8_t, kLargestHeader> header_{};
    size_t header_size_ = 0;  // of the frame that has not ended; 0 between frames
    bool in_payload_ = false;
    uint64_t missing_ = 0;  // of the payload
    unsigned mask_at_ = 0;
    bool in_message_ = false;
    uint64_t message_size_ = 0;
    std::array<uint8_t, kLargestControlPayload> control_{};
    size_t control_size_ = 0;
    bool closed_ = false;
};

}  // namespace rtspcore::rtsp
