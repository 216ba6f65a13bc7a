// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "rtp/big_endian.h"
#include "support/check_suite.h"
#include "support/live_server.h"

namespace rtspcore::test {

// Interleaved channels.
inline constexpr uint8_t kVideoRtp = 0;
inline constexpr uint8_t kAudioRtp = 2;

struct FirstPacket {
    uint16_t sequence = 0;
    rtp::RtpTime time = 0;
    bool operator==(const FirstPacket &) const = default;
};

// What RTP-Info says of each stream.
inline std::map<unsigned, FirstPacket> parse_rtp_info(const std::string &header) {
    std::map<unsigned, FirstPacket> streams;
    const auto number_after = [](const std::string &text, const std::string &word) {
        const size_t place = text.find(word);
        ck_assert_msg(place != std::string::npos, "no %s in %s", word.c_str(), text.c_str());
        return static_cast<uint32_t>(std::strtoul(text.c_str() + place + word.size(), nullptr, 10));
    };
    for (size_t begin = 0; begin < header.size();) {
        const size_t end = std::min(header.find(",url=", begin), header.size());
        const std::string item = header.substr(begin, end - begin);
        streams[number_after(item, "stream=")] = {static_cast<uint16_t>(number_after(item, "seq=")),
                                                  number_after(item, "rtptime=")};
        begin = end + 1;
    }
    return streams;
}

// Plays over TCP or UDP and notes the first RTP packet of each stream.
class Playing {
public:
    Playing(const LiveServer &live, bool udp, unsigned streams = 2) : peer_(live.connect()) {
        for (unsigned i = 0; udp && i < streams; ++i)
            pairs_.push_back(DatagramPair::open());
        session_ = udp ? set_up_udp(peer_, pairs_) : set_up_tcp(peer_, streams);
    }
    void ask() { peer_.send_request("PLAY", peer_.uri("/test"), session_header(session_)); }
    void await_answer() {
        answer = peer_.response();
        ck_assert_int_eq(answer.status, 200);
    }
    void play() {
        ask();
        await_answer();
    }
    [[nodiscard]] std::map<unsigned, FirstPacket> promised() const { return parse_rtp_info(answer.header("rtp-info")); }
    FirstPacket first_of(unsigned stream) {
        if (pairs_.empty())
            return first_over_tcp(stream);
        const auto datagram = pairs_[stream].rtp.receive();
        ck_assert_msg(datagram.has_value(), "nothing over UDP");
        return {rtp::load_u16(datagram->bytes, 2), rtp::load_u32(datagram->bytes, 4)};
    }
    // All that is promised comes.
    void assert_promise_is_kept(size_t streams) {
        const auto promise = promised();
        ck_assert_msg(promise.size() == streams, "RTP-Info: %s", answer.header("rtp-info").c_str());
        for (const auto &[stream, first] : promise) {
            const FirstPacket came = first_of(stream);
            ck_assert_msg(came == first, "stream %u begins with %u at %u, not %u at %u", stream, came.sequence,
                          came.time, first.sequence, first.time);
        }
    }
    // What came next to the RTCP port of the stream; over UDP.
    auto rtcp_of(unsigned stream) { return pairs_[stream].rtcp.receive(); }
    RtspPeer &peer() { return peer_; }
    [[nodiscard]] const std::string &session() const { return session_; }

    RtspPeer::Response answer;

private:
    FirstPacket first_over_tcp(unsigned stream) {
        while (!firsts_.contains(stream)) {
            const auto frame = peer_.frame();
            ck_assert_msg(frame.has_value(), "nothing over TCP");
            if (!frame->is_rtcp())
                firsts_.emplace(frame->channel / 2, FirstPacket{frame->sequence(), frame->time()});
        }
        return firsts_[stream];
    }

    RtspPeer peer_;
    std::vector<DatagramPair> pairs_;
    std::string session_;
    std::map<unsigned, FirstPacket> firsts_;
};

inline media::MountConfig config_of(media::StartMode mode) {
    media::MountConfig config;
    config.start_mode = mode;
    return config;
}

// What the I/O thread was told before has been seen to.
inline void let_the_server_work(const LiveServer &live) {
    RtspPeer other = live.connect();
    for (int i = 0; i < 3; ++i)
        ck_assert_int_eq(other.request("OPTIONS", "*").status, 200);
}

inline FirstPacket first_of(const media::SharedBatch &batch) {
    return {static_cast<uint16_t>(batch->properties().first_sequence), batch->properties().time};
}

}  // namespace rtspcore::test
