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

enum class Transport : uint8_t { Tcp, Udp };

struct RtspUrl {
    std::string text;  // as given
    uint16_t port = 554;

    // Only rtsp:// with a numeric IPv4 address or localhost: the benchmark never leaves the machine.
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

enum class RtspClientError : uint8_t { Refused, NoMedia };

// The player's side of RTSP 1.0, from OPTIONS to PLAY, each request after the response to the one before. No sockets
// and no clock: responses in, requests out. Confined to one thread. Written apart from lib/, so that the measure shares
// no mistake with what it measures.
class RtspClient {
public:
    // For UDP `client_port` gives the RTP port of a track (RTCP: the next one).
    RtspClient(RtspUrl url, Transport transport, std::function<uint16_t(size_t track)> client_port)
        : url_(std::move(url)), transport_(transport), client_port_(std::move(client_port)) {}

    // The first request.
    std::string begin();
    // The request to send next; empty when there is none because the server plays.
    rtspcore::Result<std::string, RtspClientError> next(const RtspResponse &response);
    // Keeps the session from its time-out.
    std::string keep_alive();
    std::string teardown();

    [[nodiscard]] bool playing() const { return step_ == Step::Playing; }
    [[nodiscard]] const std::vector<RtspMedia> &media() const { return media_; }

private:
    enum class Step : uint8_t { Options, Describe, Setup, Play, Playing };

    std::string request(std::string_view method, const std::string &target, const std::string &headers = {});
    std::string describe();
    std::string setup();
    std::string play();
    bool read_description(const RtspResponse &response);

    const RtspUrl url_;
    const Transport transport_;
    const std::function<uint16_t(size_t)> client_port_;
    Step step_ = Step::Options;
    unsigned cseq_ = 0;
    std::string base_;
    std::string session_;
    std::vector<RtspMedia> media_;
    size_t tracks_set_up_ = 0;
};

}  // namespace bench
