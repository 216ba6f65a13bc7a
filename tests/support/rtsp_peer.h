// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"
#include "support/tls_client.h"

namespace rtspcore::test {

// A client that says on one RTSP connection exactly what the test has it say. Whatever it waits for has a deadline.
class RtspPeer {
public:
    struct Response {
        int status = 0;  // 0: none came
        std::string text;
        std::map<std::string, std::string> headers;  // by their names in lower case
        std::string body;

        [[nodiscard]] std::string header(const std::string &lower_case_name) const;
        // The Session header without its parameters.
        [[nodiscard]] std::string session() const;
    };
    // An interleaved packet.
    struct Frame {
        uint8_t channel = 0;
        std::vector<uint8_t> bytes;

        [[nodiscard]] bool is_rtcp() const { return channel % 2 == 1; }
        [[nodiscard]] uint16_t sequence() const { return static_cast<uint16_t>(bytes[2] << 8 | bytes[3]); }
        [[nodiscard]] uint32_t time() const;
    };

    explicit RtspPeer(uint16_t port, const std::string &host = "127.0.0.1");
    // Speaks TLS.
    static RtspPeer secure(uint16_t port, const std::string &host = "127.0.0.1");

    void send(std::string_view bytes);
    // With the next CSeq, and `headers` as whole lines.
    void send_request(const std::string &method, const std::string &uri, const std::string &headers = {},
                      const std::string &body = {});
    // The next response; packets that come before it are kept for frame().
    Response response();
    Response request(const std::string &method, const std::string &uri, const std::string &headers = {},
                     const std::string &body = {});
    // The next interleaved packet; a response that comes before it fails the test.
    std::optional<Frame> frame();
    // The next one of RTP; that none comes fails the test.
    Frame rtp_frame();
    // Whether there is something to read now.
    [[nodiscard]] bool has_input() const;
    // Whether the server ends the connection; what comes before that is kept for frame().
    bool is_closed_by_server();
    // Of TLS: asks for new keys both ways.
    void update_keys();
    void close();
    // Keeps the kernel from taking much for who does not read.
    void receive_little();
    // Does not send any more, but still reads.
    void shut_down_sending();

    // As in the last request.
    [[nodiscard]] unsigned sequence() const { return sequence_; }
    [[nodiscard]] uint16_t port() const { return port_; }
    [[nodiscard]] std::string uri(const std::string &path) const;

private:
    enum class Got : uint8_t { Bytes, End, Nothing };
    // What comes before the deadline.
    Got receive();
    ssize_t write(std::string_view bytes);
    [[nodiscard]] bool wait() const;
    bool fill() { return receive() == Got::Bytes; }
    bool fill_to(size_t size);
    std::optional<Frame> take_frame();

    UniqueFd socket_;
    std::unique_ptr<TlsClient> tls_;
    std::string host_;
    uint16_t port_;
    unsigned sequence_ = 0;
    std::string input_;
    std::deque<Frame> frames_;
};

}  // namespace rtspcore::test
