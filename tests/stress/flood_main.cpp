// SPDX-License-Identifier: LGPL-2.1-or-later
// flood KIND PORT PATH SECONDS
//
//   rtcp         datagrams that forge RTCP and RTP, from another host and from ports nobody named, to the ports of a
//                session, as fast as a pace of some thousands a second allows
//   interleaved  viewers over TCP that send forged and broken interleaved packets and what is no message at all
//   slow         500 requests of which a byte comes every second
//
// Writes what happened as a line of JSON.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "base/clock.h"
#include "support/load/pace.h"
#include "support/load/rtsp_dialogue.h"

using namespace rtspcore;
using namespace rtspcore::test;

namespace {

constexpr const char *kElsewhere = "127.0.0.2";
constexpr unsigned kSlowRequests = 500;
constexpr unsigned kPerRound = 50;
constexpr std::chrono::milliseconds kRound{10};

using Bytes = std::string;

void put32(Bytes &bytes, uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8)
        bytes += static_cast<char>(value >> shift);
}

// One RTCP packet; `length` in 32-bit words less one, as on the wire, whether true or not.
Bytes rtcp(uint8_t first, uint8_t type, uint16_t length, const std::vector<uint32_t> &words) {
    Bytes bytes{static_cast<char>(first), static_cast<char>(type), static_cast<char>(length >> 8),
                static_cast<char>(length)};
    for (const uint32_t word : words)
        put32(bytes, word);
    return bytes;
}

// What a hostile sender might try (RFC 3550 section 6, RFC 4585 section 6.1): all of it is to change nothing.
std::vector<Bytes> forgeries() {
    return {
        rtcp(0x81, 203, 1, {0x12345678}),                                      // BYE of a stranger
        rtcp(0x9f, 203, 31, {1, 2, 3}),                                        // BYE of more than there are
        rtcp(0x81, 201, 7, {1, 0, 0xffffffff, 0xffffffff, 0xffffffff, 0, 0}),  // everything was lost
        rtcp(0x9f, 201, 7, {1, 2, 3}),                                         // fewer blocks than it says
        rtcp(0x81, 206, 2, {1, 2}),                                            // picture loss
        rtcp(0x84, 206, 4, {1, 0, 2, 0}),                                      // full intra request
        rtcp(0x80, 200, 6, {1, 2, 3, 4, 5, 6}),                                // a sender report to the sender
        rtcp(0x81, 202, 0xffff, {1}),                                          // longer than it is
        rtcp(0x81, 205, 3, {1, 2, 0xffffffff}),                                // resend all
        rtcp(0xa0, 201, 1, {0xff}),                                            // padding longer than all
        rtcp(0x40, 201, 1, {1}),                                               // version 1
        Bytes(1, '\x80'),
        Bytes(),
        Bytes(1400, '\xff'),
    };
}

Bytes interleaved(uint8_t channel, const Bytes &payload, size_t claimed) {
    Bytes bytes{'$', static_cast<char>(channel), static_cast<char>(claimed >> 8), static_cast<char>(claimed)};
    return bytes + payload;
}

class Flood {
public:
    Flood(uint16_t port, std::string path, double seconds)
        : port_(port),
          path_(std::move(path)),
          end_(monotonic_now() + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds))) {}

    void forge_rtcp();
    void send_garbage_interleaved();
    void send_slowly();
    void write() const {
        std::printf(R"({"sent": %llu, "refused": %llu, "open": %llu, "longest_held": %.1f})"
                    "\n",
                    static_cast<unsigned long long>(sent_), static_cast<unsigned long long>(refused_),
                    static_cast<unsigned long long>(open_), longest_held_);
    }

private:
    [[nodiscard]] bool goes_on() const { return monotonic_now() < end_; }
    void forge_from(const char *host, uint16_t server_port, const std::vector<Bytes> &forged);
    bool garble(RtspDialogue &viewer);

    const uint16_t port_;
    const std::string path_;
    const Time end_;
    Pace rounds_{kRound};
    std::mt19937 random_{2326};  // the same each time
    uint64_t sent_ = 0;
    uint64_t refused_ = 0;
    uint64_t open_ = 0;
    double longest_held_ = 0;
};

// A session of its own tells the ports; the datagrams come from ports that no session named.
void Flood::forge_rtcp() {
    RtspDialogue session(port_, path_, Transport::Udp);
    if (!session.connect() || !session.describe() || !session.set_up())
        return;
    const auto forged = forgeries();
    while (goes_on()) {
        for (const char *host : {kElsewhere, "127.0.0.1"})
            for (const uint16_t offset : {0, 1})
                forge_from(host, static_cast<uint16_t>(session.streams().front().server_port + offset), forged);
        rounds_.await_next();
    }
}

void Flood::forge_from(const char *host, uint16_t server_port, const std::vector<Bytes> &forged) {
    const UniqueFd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    inet_pton(AF_INET, host, &address.sin_addr);
    ::bind(fd.get(), reinterpret_cast<sockaddr *>(&address), sizeof address);
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    address.sin_port = htons(server_port);
    for (unsigned i = 0; i < kPerRound; ++i) {
        const Bytes &bytes = forged[random_() % forged.size()];
        const auto sent = ::sendto(fd.get(), bytes.data(), bytes.size(), MSG_DONTWAIT,
                                   reinterpret_cast<sockaddr *>(&address), sizeof address);
        sent_ += sent >= 0 ? 1 : 0;
    }
}

// Until the server has had enough, and then again.
void Flood::send_garbage_interleaved() {
    while (goes_on()) {
        RtspDialogue viewer(port_, path_, Transport::Tcp);
        if (!viewer.begin()) {
            ++refused_;
            rounds_.await_next();
            continue;
        }
        while (goes_on() && garble(viewer))
            while (viewer.link().receive(std::chrono::milliseconds(0)) == RtspLink::Progress::Data)
                while (viewer.link().next().index() != 0) {
                }
    }
}

bool Flood::garble(RtspDialogue &viewer) {
    const auto forged = forgeries();
    Bytes burst;
    for (unsigned i = 0; i < kPerRound; ++i) {
        const Bytes &bytes = forged[random_() % forged.size()];
        burst += interleaved(static_cast<uint8_t>(random_() % 256), bytes, bytes.size());
    }
    // Now and then a length that is not true, after which all is garbage, and what is no message.
    if (random_() % 50 == 0)
        burst += interleaved(1, "", random_() % 65536) + Bytes(random_() % 4096, 'x') + "\r\n\r\n";
    sent_ += kPerRound;
    rounds_.await_next();
    return viewer.link().send(burst);
}

void Flood::send_slowly() {
    const std::string request =
        "DESCRIBE rtsp://127.0.0.1" + path_ + " RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: slow\r\n\r\n";
    std::vector<RtspLink> links;
    const Time start = monotonic_now();
    Pace seconds(std::chrono::seconds(1));
    for (unsigned i = 0; i < kSlowRequests; ++i)
        if (auto link = RtspLink::open(port_))
            links.push_back(std::move(*link));
        else
            ++refused_;
    for (size_t i = 0; goes_on() && !links.empty(); ++i) {
        const size_t before = links.size();
        std::erase_if(links, [&](RtspLink &link) {
            return link.receive(std::chrono::milliseconds(0)) == RtspLink::Progress::Closed ||
                   !link.send(request.substr(i % request.size(), 1));
        });
        sent_ += links.size();
        if (links.size() != before)
            longest_held_ = std::chrono::duration<double>(monotonic_now() - start).count();
        seconds.await_next();
    }
    open_ = links.size();
}

}  // namespace

int main(int argc, char **argv) {
    const std::map<std::string, void (Flood::*)()> kinds{
        {"rtcp", &Flood::forge_rtcp}, {"interleaved", &Flood::send_garbage_interleaved}, {"slow", &Flood::send_slowly}};
    const auto kind = argc == 5 ? kinds.find(argv[1]) : kinds.end();
    if (kind == kinds.end()) {
        std::fputs("usage: flood rtcp|interleaved|slow PORT PATH SECONDS\n", stderr);
        return 2;
    }
    Flood flood(static_cast<uint16_t>(std::atoi(argv[2])), argv[3], std::atof(argv[4]));
    (flood.*kind->second)();
    flood.write();
    return 0;
}
