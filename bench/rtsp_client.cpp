// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp_client.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace bench {

namespace {

using rtspcore::Failure;
using rtspcore::Result;

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
    return out;
}

// Takes a line without its end off the front of `text`.
std::string_view take_line(std::string_view &text) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    return line;
}

std::map<std::string, std::string> parse_headers(std::string_view text) {
    std::map<std::string, std::string> headers;
    while (!text.empty()) {
        const std::string_view line = take_line(text);
        const size_t colon = line.find(':');
        if (colon == std::string_view::npos)
            continue;
        const size_t value = std::min(line.find_first_not_of(' ', colon + 1), line.size());
        headers[lower(line.substr(0, colon))] = line.substr(value);
    }
    return headers;
}

std::string header(const RtspResponse &response, const std::string &name) {
    const auto found = response.headers.find(name);
    return found == response.headers.end() ? std::string() : found->second;
}

// RFC 2326 appendix C.1.1
std::string resolve(const std::string &base, std::string_view control) {
    if (control.starts_with("rtsp://") || control.starts_with("rtsps://"))
        return std::string(control);
    if (control == "*")
        return base;
    return base + (base.ends_with('/') ? "" : "/") + std::string(control);
}

// "0-1"
std::string pair_from(size_t first) {
    return std::to_string(first) + "-" + std::to_string(first + 1);
}

// Of "RTP/AVP;multicast;destination=239.1.2.3;port=5000-5001"; empty where it has no such.
std::string transport_parameter(const std::string &transport, const std::string &name) {
    const size_t at = transport.find(";" + name + "=");
    if (at == std::string::npos)
        return {};
    const size_t value = at + name.size() + 2;
    return transport.substr(value, transport.find(';', value) - value);
}

// a=rtpmap:96 H264/90000
void read_rtpmap(std::string_view value, RtspMedia &media) {
    value.remove_prefix(std::min(value.find(' ') + 1, value.size()));
    media.encoding = value.substr(0, value.find('/'));
    value.remove_prefix(std::min(value.find('/') + 1, value.size()));
    media.clock_rate = static_cast<unsigned>(std::atoi(std::string(value).c_str()));
}

}  // namespace

std::optional<RtspUrl> RtspUrl::parse(const std::string &text) {
    for (const std::string_view prefix :
         {"rtsp://127.0.0.1:", "rtsp://localhost:", "rtsps://127.0.0.1:", "rtsps://localhost:"}) {
        if (!text.starts_with(prefix))
            continue;
        const int port = std::atoi(text.c_str() + prefix.size());
        if (port > 0 && port < 65536)
            return RtspUrl{text, static_cast<uint16_t>(port), text.starts_with("rtsps")};
    }
    return std::nullopt;
}

std::optional<RtspResponse> RtspResponse::parse(std::string_view input, size_t &consumed) {
    const size_t end = input.find("\r\n\r\n");
    if (end == std::string_view::npos)
        return std::nullopt;
    RtspResponse response;
    std::string_view head = input.substr(0, end + 2);
    const std::string_view status_line = take_line(head);
    response.status =
        std::atoi(std::string(status_line.substr(std::min(status_line.find(' ') + 1, status_line.size()))).c_str());
    response.headers = parse_headers(head);
    const auto length = static_cast<size_t>(std::atoi(header(response, "content-length").c_str()));
    if (input.size() < end + 4 + length)
        return std::nullopt;
    response.body = input.substr(end + 4, length);
    consumed = end + 4 + length;
    return response;
}

std::string RtspClient::request(std::string_view method, const std::string &target, const std::string &headers) {
    std::string text =
        std::string(method) + " " + target + " RTSP/1.0\r\nCSeq: " + std::to_string(++cseq_) + "\r\n" + headers;
    if (!session_.empty())
        text += "Session: " + session_ + "\r\n";
    return text + "\r\n";
}

std::string RtspClient::begin() {
    return request("OPTIONS", url_.text);
}
std::string RtspClient::keep_alive() {
    return request("OPTIONS", url_.text);
}
std::string RtspClient::teardown() {
    return request("TEARDOWN", base_);
}
std::string RtspClient::play() {
    return request("PLAY", base_, "Range: npt=0.000-\r\n");
}

std::string RtspClient::describe() {
    return request("DESCRIBE", url_.text, "Accept: application/sdp\r\n");
}

std::string RtspClient::setup() {
    const size_t track = tracks_set_up_;
    return request("SETUP", media_[track].control, "Transport: " + transport(track) + "\r\n");
}

std::string RtspClient::transport(size_t track) {
    const std::string profile = delivery_.srtp ? "RTP/SAVP" : "RTP/AVP";
    switch (delivery_.transport) {
        case Transport::Udp:
            return profile + ";unicast;client_port=" + pair_from(client_port_(track));
        case Transport::Multicast:
            return profile + ";multicast";
        case Transport::Tcp:
            break;
    }
    return profile + "/TCP;unicast;interleaved=" + pair_from(2 * track);
}

bool RtspClient::read_description(const RtspResponse &response) {
    base_ = header(response, "content-base");
    if (base_.empty())
        base_ = url_.text;
    for (std::string_view rest = response.body; !rest.empty();) {
        const std::string_view line = take_line(rest);
        if (line.starts_with("m="))
            media_.push_back(line.starts_with("m=audio") ? RtspMedia{{}, "PCMU", 8000} : RtspMedia{});
        else if (!media_.empty() && line.starts_with("a=control:"))
            media_.back().control = resolve(base_, line.substr(10));
        else if (!media_.empty() && line.starts_with("a=rtpmap:"))
            read_rtpmap(line.substr(9), media_.back());
    }
    return !media_.empty();
}

bool RtspClient::read_setup(const RtspResponse &response) {
    session_ = header(response, "session");
    session_ = session_.substr(0, session_.find(';'));
    tracks_set_up_++;
    if (delivery_.transport != Transport::Multicast)
        return true;
    const std::string transport = header(response, "transport");
    const int port = std::atoi(transport_parameter(transport, "port").c_str());
    groups_.push_back({transport_parameter(transport, "destination"), static_cast<uint16_t>(port)});
    return !groups_.back().address.empty() && port > 0;
}

Result<std::string, RtspClientError> RtspClient::next(const RtspResponse &response) {
    if (response.status != 200)
        return Failure{RtspClientError::Refused, "expected 200, got " + std::to_string(response.status)};
    switch (step_) {
        case Step::Options:
            step_ = Step::Describe;
            return describe();
        case Step::Describe:
            if (!read_description(response))
                return Failure{RtspClientError::NoMedia, "the description has no media"};
            step_ = Step::Setup;
            return setup();
        case Step::Setup:
            if (!read_setup(response))
                return Failure{RtspClientError::NoGroup, "the response to SETUP names no multicast group"};
            if (tracks_set_up_ < media_.size())
                return setup();
            step_ = Step::Play;
            return play();
        case Step::Play:
            step_ = Step::Playing;
            return std::string();
        case Step::Playing:
            break;
    }
    return std::string();
}

}  // namespace bench
