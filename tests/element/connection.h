// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/unique_fd.h"

namespace rtspsink::test {

struct Reply {
    int status = 0;  // 0: none came before the deadline
    std::string headers;
    std::string body;
};

struct Frame {
    unsigned channel = 0;
    std::vector<uint8_t> bytes;

    [[nodiscard]] uint16_t sequence() const { return static_cast<uint16_t>(bytes[2] << 8 | bytes[3]); }
    [[nodiscard]] unsigned payload_type() const { return bytes[1] & 0x7fU; }
    [[nodiscard]] uint32_t ssrc() const { return word(8); }
    [[nodiscard]] uint32_t word(size_t at) const {
        return static_cast<uint32_t>(bytes[at]) << 24 | static_cast<uint32_t>(bytes[at + 1]) << 16 |
               static_cast<uint32_t>(bytes[at + 2]) << 8 | bytes[at + 3];
    }
};

// A viewer that talks RTSP over TCP to 127.0.0.1. Everything blocks for ten seconds at most.
class Connection {
public:
    explicit Connection(unsigned port);

    [[nodiscard]] bool is_open() const { return static_cast<bool>(socket_); }
    Reply request(const std::string &method, const std::string &path, const std::string &headers = {});
    // The same in two steps.
    bool send(const std::string &method, const std::string &path, const std::string &headers = {});
    Reply reply();
    // DESCRIBE; the SDP, or nothing.
    std::string describe(const std::string &path);
    // SETUP of each of the presentation's streams over this connection, then PLAY. Whether all was granted.
    bool play(const std::string &path, unsigned streams = 1);
    // The next RTP packet, or, with `rtcp`, the next RTCP packet.
    std::optional<Frame> next_frame(bool rtcp = false);
    // Whether the server closes the connection before the deadline.
    bool is_closed_by_server();

private:
    bool fill();
    std::optional<Frame> take_frame();
    bool fill_to(size_t size);

    rtspcore::UniqueFd socket_;
    unsigned port_;
    unsigned cseq_ = 0;
    std::string session_;
    std::string input_;
};

}  // namespace rtspsink::test
