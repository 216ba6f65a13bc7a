// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/load/received_track.h"
#include "support/load/rtsp_dialogue.h"

namespace rtspcore::test {

// A viewer that plays and counts, on a thread of its own; it can be told to stop reading as a hung player does.
// Safe. The destructor ends it.
class WatchingViewer {
public:
    struct Findings {
        Transport transport = Transport::Tcp;
        bool stallable = false;
        bool playing = false;
        bool closed = false;  // by the server
        int refusal = 0;      // what a step of the dialogue was answered with, if not 200
        std::vector<ReceivedTrack> tracks;
    };

    WatchingViewer(uint16_t port, const std::string &path, Transport transport, RtspLink::Options options = {});
    ~WatchingViewer() { stop(); }
    WatchingViewer(const WatchingViewer &) = delete;
    WatchingViewer &operator=(const WatchingViewer &) = delete;

    // Only a viewer over TCP can hold up what is sent to it.
    void stall();
    void resume();
    void stop();

    [[nodiscard]] Findings findings();

private:
    enum class Order : uint8_t { Read, Stall, Stop };

    void watch();
    void give(Order order);
    bool wait_while_stalled();
    bool read();
    bool read_link();
    void read_datagrams(size_t stream);
    void keep_alive(Time now);
    void receive(const InterleavedPacket &packet);

    const Transport transport_;
    const RtspLink::Options options_;
    RtspDialogue dialogue_;  // confined to the thread
    Time next_sign_of_life_{};
    std::mutex mutex_;
    std::condition_variable ordered_;
    std::atomic<Order> order_{Order::Read};
    Findings findings_;  // guarded by mutex_
    std::thread thread_;
};

}  // namespace rtspcore::test
