// SPDX-License-Identifier: LGPL-2.1-or-later
// bare_sender CALLS PORT RECORDING [STAMPS]: sends a recording, paced as the stream was, to everybody who connects to
// the port, with nothing but the system calls that CALLS names (see FrameSender): the limit for any server on this
// machine. Ends with its input.

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <thread>

#include "frame_sender.h"
#include "lobby.h"
#include "recorded_packets.h"
#include "stamp_table.h"

namespace {

using rtspcore::Time;

void sleep_until(Time time) {
    const auto nanoseconds = time.time_since_epoch().count();
    const timespec deadline{static_cast<time_t>(nanoseconds / 1'000'000'000),
                            static_cast<long>(nanoseconds % 1'000'000'000)};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, nullptr);
}

[[noreturn]] void send_paced(bench::FrameSender &sender, bench::RecordedPackets &packets, bench::Lobby &lobby,
                             bench::StampTable *stamps) {
    std::vector<bench::Receiver> receivers;
    for (Time due = rtspcore::monotonic_now();; due += packets.frame_duration()) {
        sleep_until(due);
        lobby.leave_to(receivers);
        const bench::RecordedFrame &frame = packets.next();
        if (stamps)
            stamps->stamp(packets.position(), rtspcore::monotonic_now());
        sender.send(frame, receivers);
    }
}

}  // namespace

int main(int argc, char **argv) {
    const auto sender = argc >= 4 ? bench::FrameSender::create(argv[1]) : nullptr;
    auto packets = sender ? bench::RecordedPackets::open(argv[3]) : std::nullopt;
    if (!packets) {
        std::fputs("usage: bare_sender tcp-frame|tcp-packet|udp-segment|udp-packet PORT RECORDING [STAMPS]\n", stderr);
        return 2;
    }
    auto stamps = argc > 4 ? bench::StampTable::open(argv[4]) : std::nullopt;
    bench::Lobby lobby(static_cast<uint16_t>(std::atoi(argv[2])), sender->over_udp());
    if (!lobby.listens()) {
        std::fprintf(stderr, "port %s is taken\n", argv[2]);
        return 1;
    }
    std::thread([&lobby] { lobby.run(); }).detach();
    std::thread([] {
        while (std::getchar() != EOF) {
        }
        std::_Exit(0);
    }).detach();
    std::puts("READY");
    std::fflush(stdout);
    send_paced(*sender, *packets, lobby, stamps ? &*stamps : nullptr);
}
