// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/load/watching_viewer.h"

#include <poll.h>
#include <sys/socket.h>

#include <array>

namespace rtspcore::test {

namespace {

constexpr std::chrono::seconds kSignOfLife{15};
constexpr int kPollMs = 100;  // how soon an order is followed

}  // namespace

WatchingViewer::WatchingViewer(uint16_t port, const std::string &path, Transport transport, RtspLink::Options options)
    : transport_(transport), options_(options), dialogue_(port, path, transport) {
    findings_.transport = transport;
    findings_.stallable = options.receive_buffer > 0;
    thread_ = std::thread([this] { watch(); });
}

void WatchingViewer::stall() {
    give(Order::Stall);
}

void WatchingViewer::resume() {
    give(Order::Read);
}

void WatchingViewer::stop() {
    give(Order::Stop);
    if (thread_.joinable())
        thread_.join();
}

void WatchingViewer::give(Order order) {
    {
        const std::lock_guard lock(mutex_);
        order_ = order;
    }
    ordered_.notify_all();
}

WatchingViewer::Findings WatchingViewer::findings() {
    const std::lock_guard lock(mutex_);
    return findings_;
}

void WatchingViewer::watch() {
    dialogue_.set_packet_callback([this](const InterleavedPacket &packet) { receive(packet); });
    bool goes_on = dialogue_.connect(options_) && dialogue_.describe();
    if (goes_on) {
        const std::lock_guard lock(mutex_);
        for (const DescribedStream &stream : dialogue_.streams())
            findings_.tracks.emplace_back(stream.is_h264, stream.clock_rate);
    }
    goes_on = goes_on && dialogue_.set_up() && dialogue_.play();
    {
        const std::lock_guard lock(mutex_);
        findings_.playing = goes_on;
        findings_.refusal = goes_on ? 0 : dialogue_.refusal();
    }
    while (goes_on && wait_while_stalled())
        goes_on = read();
    const std::lock_guard lock(mutex_);
    findings_.closed = !goes_on;
}

bool WatchingViewer::wait_while_stalled() {
    if (order_ == Order::Stall) {
        std::unique_lock lock(mutex_);
        ordered_.wait(lock, [this] { return order_ != Order::Stall; });
        for (ReceivedTrack &track : findings_.tracks)
            track.forgive_pause();
    }
    return order_ != Order::Stop;
}

bool WatchingViewer::read() {
    keep_alive(monotonic_now());
    std::vector<pollfd> ends{{dialogue_.link().fd(), POLLIN, 0}};
    if (transport_ == Transport::Udp)
        for (const DescribedStream &stream : dialogue_.streams())
            ends.push_back({stream.udp.rtp.get(), POLLIN, 0});
    if (::poll(ends.data(), ends.size(), kPollMs) <= 0)
        return true;
    for (size_t i = 1; i < ends.size(); ++i)
        if (ends[i].revents != 0)
            read_datagrams(i - 1);
    return ends[0].revents == 0 || read_link();
}

bool WatchingViewer::read_link() {
    RtspLink &link = dialogue_.link();
    if (link.receive(std::chrono::milliseconds(0)) == RtspLink::Progress::Closed)
        return false;
    for (auto item = link.next(); item.index() != 0; item = link.next())
        if (const auto *packet = std::get_if<InterleavedPacket>(&item))
            receive(*packet);
    return true;
}

void WatchingViewer::read_datagrams(size_t stream) {
    std::array<uint8_t, 65536> buffer;
    const int fd = dialogue_.streams()[stream].udp.rtp.get();
    for (ssize_t got = ::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT); got >= 0;
         got = ::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT)) {
        const std::lock_guard lock(mutex_);
        findings_.tracks[stream].receive({buffer.data(), static_cast<size_t>(got)}, monotonic_now());
    }
}

void WatchingViewer::receive(const InterleavedPacket &packet) {
    const std::lock_guard lock(mutex_);
    const size_t stream = packet.channel / 2;
    if (packet.channel % 2 == 0 && stream < findings_.tracks.size())
        findings_.tracks[stream].receive(packet.bytes, monotonic_now());
}

// The answers come among the media, and are passed over there.
void WatchingViewer::keep_alive(Time now) {
    if (now < next_sign_of_life_)
        return;
    next_sign_of_life_ = now + kSignOfLife;
    dialogue_.send("OPTIONS");
}

}  // namespace rtspcore::test
