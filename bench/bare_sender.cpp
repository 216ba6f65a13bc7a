// SPDX-License-Identifier: LGPL-2.1-or-later
// bare_sender CALLS PORT RECORDING [STAMPS]: sends a recording, paced as the stream was, to everybody who connects to
// the port, with nothing but the system calls that CALLS names (see FrameSender): the limit for any server on this
// machine. Ends with its input.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <time.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>

#include "base/guarded.h"
#include "frame_sender.h"
#include "recorded_packets.h"
#include "stamp_table.h"

namespace {

using rtspcore::Duration;
using rtspcore::Guarded;
using rtspcore::Time;
using rtspcore::UniqueFd;

// Accepts receivers on a thread of its own, which sleeps while nobody comes, so that waiting for them costs the sender
// nothing. Safe.
class Lobby {
public:
    Lobby(uint16_t port, bool over_udp)
        : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), over_udp_(over_udp) {
        const int on = 1;
        setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        listens_ = bind(listener_.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0 &&
                   listen(listener_.get(), 1024) == 0;
    }

    [[nodiscard]] bool listens() const { return listens_; }
    [[noreturn]] void run() {
        for (;;)
            admit(UniqueFd(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)));
    }
    // Moves those who came since the last call to `receivers`.
    void leave_to(std::vector<bench::Receiver> &receivers) {
        if (!occupied_.exchange(false, std::memory_order_acquire))
            return;
        auto waiting = waiting_.lock();
        for (auto &receiver : *waiting)
            receivers.push_back(std::move(receiver));
        waiting->clear();
    }

private:
    void admit(UniqueFd connection) {
        const int on = 1;
        setsockopt(connection.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        bench::Receiver receiver;
        receiver.address.sin_family = AF_INET;
        receiver.address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (over_udp_ &&
            recv(connection.get(), &receiver.address.sin_port, sizeof receiver.address.sin_port, MSG_WAITALL) != 2)
            return;
        receiver.connection = std::move(connection);
        waiting_.lock()->push_back(std::move(receiver));
        occupied_.store(true, std::memory_order_release);
    }

    const UniqueFd listener_;
    const bool over_udp_;
    bool listens_ = false;
    Guarded<std::vector<bench::Receiver>> waiting_;
    std::atomic<bool> occupied_{false};
};

void sleep_until(Time time) {
    const auto nanoseconds = time.time_since_epoch().count();
    const timespec deadline{static_cast<time_t>(nanoseconds / 1'000'000'000),
                            static_cast<long>(nanoseconds % 1'000'000'000)};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, nullptr);
}

[[noreturn]] void send_paced(bench::FrameSender &sender, bench::RecordedPackets &packets, Lobby &lobby,
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
    Lobby lobby(static_cast<uint16_t>(std::atoi(argv[2])), sender->over_udp());
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
