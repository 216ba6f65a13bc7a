// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace bench {

// RFC 2326 section 12.39: by which lower transport a viewer asks for the packets, and by which profile.
enum class Transport : uint8_t { Tcp, Udp, Multicast };
struct Delivery {
    Transport transport = Transport::Tcp;
    bool srtp = false;  // RTP/SAVP (RFC 3711)
};

struct RtspUrl {
    std::string text;  // as given
    uint16_t port = 554;
    bool secure = false;  // rtsps

    // Only rtsp:// and rtsps:// with a numeric IPv4 address or localhost: the benchmark never leaves the machine.
    static std::optional<RtspUrl> parse(const std::string &text);
};

struct RtspResponse {
    int status = 0;
    std::map<std::string, std::string> headers;  // names in lower case
    std::string body;

    // Takes one response off the front of `input` and tells how many bytes that were; nothing while it is incomplete.
    static std::optional<RtspResponse> parse(std::string_view input, size_t &consumed);
};

struct RtspMedia {
    std::string control;  // absolute URL
    std::string encoding;
    unsigned clock_rate = 90000;
};

// Where the packets of a track are sent by multicast.
struct RtspGroup {
    std::string address;
    uint16_t port = 0;

    auto operator<=>(const RtspGroup &) const = default;
};

enum class RtspClientError : uint8_t { Refused, NoMedia, NoGroup };

// The player's side of RTSP 1.0, from OPTIONS to PLAY, each request after the response to the one before. No sockets
// and no clock: responses in, requests out. Confined to one thread. Written apart from lib/, so that the measure shares
// no mistake with what it measures.
class RtspClient {
public:
    // For UDP `client_port` gives the RTP port of a track (RTCP: the next one).
    RtspClient(RtspUrl url, Delivery delivery, std::function<uint16_t(size_t track)> client_port)
        : url_(std::move(url)), delivery_(delivery), client_port_(std::move(client_port)) {}

    // The first request.
    std::string begin();
    // The request to send next; empty when there is none because the server plays.
    rtspcore::Result<std::string, RtspClientError> next(const RtspResponse &response);
    // Keeps the session from its time-out.
    std::string keep_alive();
    std::string teardown();

    [[nodiscard]] bool playing() const { return step_ == Step::Playing; }
    [[nodiscard]] const std::vector<RtspMedia> &media() const { return media_; }
    // By multicast: one for each track that is set up.
    [[nodiscard]] const std::vector<RtspGroup> &groups() const { return groups_; }

private:
    enum class Step : uint8_t { Options, Describe, Setup, Play, Playing };

    std::string request(std::string_view method, const std::string &target, const std::string &headers = {});
    std::string describe();
    std::string setup();
    std::string transport(size_t track);
    std::string play();
    bool read_description(const RtspResponse &response);
    bool read_setup(const RtspResponse &response);

    const RtspUrl url_;
    const Delivery delivery_;
    const std::function<uint16_t(size_t)> client_port_;
    Step step_ = Step::Options;
    unsigned cseq_ = 0;
    std::string base_;
    std::string session_;
    std::vector<RtspMedia> media_;
    std::vector<RtspGroup> groups_;
    size_t tracks_set_up_ = 0;
};

}  // namespace bench
