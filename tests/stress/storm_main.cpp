// SPDX-License-Identifier: LGPL-2.1-or-later
// storm PORT PATH PER_SECOND SECONDS
//
// Clients that come, go some way of the dialogue, and are killed there: as many a second as asked for, in turn at each
// place in the table below. Writes what happened as a line of JSON.
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "support/load/pace.h"
#include "support/load/rtsp_dialogue.h"

using namespace rtspcore;
using namespace rtspcore::test;

namespace {

constexpr unsigned kThreads = 16;

bool sends_half_a_request(RtspDialogue &client) {
    return client.link().send("DESCRIBE " + client.url() + " RTSP/1.0\r\nCSeq: 1\r\nAcc");
}

bool sends_half_a_packet(RtspDialogue &client) {
    using namespace std::string_view_literals;
    return client.describe() && client.set_up() && client.link().send("$\1\xff\xff half"sv);
}

bool watches_a_little(RtspDialogue &client) {
    return client.play() && client.link().receive(RtspDialogue::kPatience) == RtspLink::Progress::Data;
}

// Where a client is killed. `go` tells whether all went as it should until then.
struct Fate {
    const char *name;
    Transport transport;
    bool (*go)(RtspDialogue &client);
};

constexpr auto kTcp = Transport::Tcp;
constexpr auto kUdp = Transport::Udp;
constexpr Fate kFates[] = {
    {"connect", kTcp, [](RtspDialogue &) { return true; }},
    {"half a request", kTcp, sends_half_a_request},
    {"DESCRIBE unanswered", kTcp, [](RtspDialogue &c) { return c.send("DESCRIBE"); }},
    {"DESCRIBE", kTcp, [](RtspDialogue &c) { return c.describe(); }},
    {"SETUP over TCP", kTcp, [](RtspDialogue &c) { return c.describe() && c.set_up(); }},
    {"SETUP over UDP", kUdp, [](RtspDialogue &c) { return c.describe() && c.set_up(); }},
    {"PLAY over TCP unanswered", kTcp, [](RtspDialogue &c) { return c.describe() && c.set_up() && c.send("PLAY"); }},
    {"PLAY over UDP unanswered", kUdp, [](RtspDialogue &c) { return c.describe() && c.set_up() && c.send("PLAY"); }},
    {"PLAY over TCP", kTcp, [](RtspDialogue &c) { return c.describe() && c.set_up() && watches_a_little(c); }},
    {"PLAY over UDP", kUdp, [](RtspDialogue &c) { return c.describe() && c.set_up() && c.play(); }},
    {"half a packet", kTcp, sends_half_a_packet},
    {"TEARDOWN", kTcp, [](RtspDialogue &c) { return c.describe() && c.set_up() && c.play() && c.tear_down(); }},
};

struct Tally {
    std::atomic<uint64_t> killed{0};
    std::atomic<uint64_t> failed{0};
};

// Clients at a steady rate, together with the other threads.
class Storm {
public:
    Storm(uint16_t port, std::string path, double per_second, double seconds)
        : port_(port), path_(std::move(path)), per_second_(per_second), end_(start_ + as_duration(seconds)) {}

    void run() {
        std::vector<std::thread> threads;
        for (unsigned i = 0; i < kThreads; ++i)
            threads.emplace_back([this] { work(); });
        for (std::thread &thread : threads)
            thread.join();
    }

    void write() const {
        uint64_t killed = 0;
        std::string failures;
        for (size_t i = 0; i < tallies_.size(); ++i) {
            killed += tallies_[i].killed;
            if (tallies_[i].failed > 0)
                failures += (failures.empty() ? "\"" : ", \"") + std::string(kFates[i].name) +
                            "\": " + std::to_string(tallies_[i].failed);
        }
        const double seconds = std::chrono::duration<double>(monotonic_now() - start_).count();
        std::printf(R"({"killed": %llu, "per_second": %.1f, "failures": {%s}})"
                    "\n",
                    static_cast<unsigned long long>(killed), static_cast<double>(killed) / seconds, failures.c_str());
    }

private:
    static Duration as_duration(double seconds) {
        return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
    }

    void work() {
        for (;;) {
            const uint64_t number = next_.fetch_add(1);
            const Time begins = start_ + as_duration(static_cast<double>(number) / per_second_);
            if (begins >= end_)
                return;
            await_turn(begins);
            live_and_die(number);
        }
    }

    void live_and_die(uint64_t number) {
        const size_t index = number % std::size(kFates);
        const Fate &fate = kFates[index];
        RtspDialogue client(port_, path_, fate.transport);
        const bool well = client.connect() && fate.go(client);
        tallies_[index].killed += 1;
        tallies_[index].failed += well ? 0 : 1;
        if (well && number / std::size(kFates) % 2 == 0)
            client.link().reset();
    }

    const uint16_t port_;
    const std::string path_;
    const double per_second_;
    const Time start_ = monotonic_now();
    const Time end_;
    std::atomic<uint64_t> next_{0};
    std::array<Tally, std::size(kFates)> tallies_;
};

}  // namespace

int main(int argc, char **argv) {
    if (argc != 5) {
        std::fputs("usage: storm PORT PATH PER_SECOND SECONDS\n", stderr);
        return 2;
    }
    Storm storm(static_cast<uint16_t>(std::atoi(argv[1])), argv[2], std::atof(argv[3]), std::atof(argv[4]));
    storm.run();
    storm.write();
    return 0;
}
