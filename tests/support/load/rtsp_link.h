// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/unique_fd.h"

namespace rtspcore::test {

struct Reply {
    int status = 0;
    std::string head;
    std::string body;

    // Empty if there is no such header.
    [[nodiscard]] std::string header(std::string_view name) const;
};

// Valid until the link is asked for more.
struct InterleavedPacket {
    uint8_t channel;
    std::span<const uint8_t> bytes;
};

// A TCP connection to a server on the loopback interface, as a client that does what it likes has one. Blocks no longer
// than it is told to. One thread at a time. Written apart from lib/, so that a test shares no mistake with what it
// tests.
class RtspLink {
public:
    enum class Progress : uint8_t { Data, Nothing, Closed };
    using Item = std::variant<std::monostate, Reply, InterleavedPacket>;

    struct Options {
        int receive_buffer = 0;            // bytes; 0: the system's
        const char *source = "127.0.0.1";  // the address it comes from
    };

    static std::optional<RtspLink> open(uint16_t port, const Options &options);
    static std::optional<RtspLink> open(uint16_t port) { return open(port, Options{}); }

    // False when the connection is gone.
    bool send(std::string_view bytes);
    // Waits for bytes; what is whole of them is given by next().
    Progress receive(std::chrono::milliseconds patience);
    Item next();
    // Leaves as a killed process behind a firewall does: by RST.
    void reset();

    [[nodiscard]] int fd() const { return fd_.get(); }

private:
    explicit RtspLink(UniqueFd fd) : fd_(std::move(fd)) {}
    Item take_packet(std::span<const uint8_t> bytes);
    Item take_reply(std::span<const uint8_t> bytes);

    UniqueFd fd_;
    std::vector<uint8_t> received_;
    size_t taken_ = 0;
};

}  // namespace rtspcore::test
