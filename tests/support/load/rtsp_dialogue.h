// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/load/rtsp_link.h"

namespace rtspcore::test {

enum class Transport : uint8_t { Tcp, Udp };

// The two sockets of a UDP stream, bound to an even port and the next.
struct UdpSockets {
    UniqueFd rtp;
    UniqueFd rtcp;
    uint16_t port = 0;

    static UdpSockets open();
};

struct DescribedStream {
    std::string control;  // absolute URL
    bool is_h264 = false;
    unsigned clock_rate = 90000;
    UdpSockets udp;            // with Transport::Udp, after set_up()
    uint16_t server_port = 0;  // the same; RTCP: the next
};

// The player's side of RTSP, step by step, so that it can be left at any of them. Every step blocks until it is
// answered, at most kPatience. One thread at a time.
class RtspDialogue {
public:
    static constexpr std::chrono::seconds kPatience{30};
    using PacketCallback = std::function<void(const InterleavedPacket &)>;

    RtspDialogue(uint16_t port, std::string path, Transport transport);

    // Each: whether it was answered with 200 (connect: whether there is a connection).
    bool connect() { return connect({}); }
    bool connect(const RtspLink::Options &options);
    bool describe();
    bool set_up();
    bool play();
    bool tear_down();
    // All of them.
    bool begin() { return begin({}); }
    bool begin(const RtspLink::Options &options);

    // The last status that was not 200; 0 if no answer came at all.
    [[nodiscard]] int refusal() const { return refusal_; }

    // A request, not waited for; OPTIONS of the session keeps it alive.
    bool send(std::string_view method);
    std::optional<Reply> ask(std::string_view method, const std::string &url, const std::string &headers);

    // Where media goes that comes while an answer is awaited.
    void set_packet_callback(PacketCallback callback) { on_packet_ = std::move(callback); }

    [[nodiscard]] RtspLink &link() { return *link_; }
    [[nodiscard]] std::vector<DescribedStream> &streams() { return streams_; }
    [[nodiscard]] const std::string &url() const { return url_; }
    void close() { link_.reset(); }

private:
    std::string request(std::string_view method, const std::string &url, const std::string &headers);
    std::optional<Reply> await_reply();
    bool succeeds(std::string_view method, const std::string &url, const std::string &headers);
    bool set_up(DescribedStream &stream, size_t number);
    void read_description(const Reply &reply);

    const uint16_t port_;
    const Transport transport_;
    const std::string url_;
    std::string base_;
    std::string session_;
    std::vector<DescribedStream> streams_;
    std::optional<RtspLink> link_;
    PacketCallback on_packet_;
    unsigned cseq_ = 0;
    int refusal_ = 0;
};

}  // namespace rtspcore::test
