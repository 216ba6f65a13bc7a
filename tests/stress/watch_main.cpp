// SPDX-License-Identifier: LGPL-2.1-or-later
// watch PORT PATH tcp=N udp=N stallable=N
//
// Viewers that play until the input ends. They follow the lines `stall` and `resume` (the stallable ones, over TCP and
// with a small receive buffer), and `report` writes what all of them found as a line of JSON.
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <list>
#include <string>

#include "support/load/watching_viewer.h"

using namespace rtspcore;
using namespace rtspcore::test;

namespace {

// So that a stalled viewer is one within a second of usual video, whatever the system's buffers are.
constexpr int kStallableReceiveBuffer = 64 * 1024;

double milliseconds(Duration duration) {
    return std::chrono::duration<double, std::milli>(duration).count();
}

void write(const Gap &gap) {
    const auto word = [](bool value) { return value ? "true" : "false"; };
    std::printf(R"({"missing": %llu, "after_whole_frame": %s, "begins_frame": %s, "begins_key_frame": %s})",
                static_cast<unsigned long long>(gap.missing), word(gap.after_whole_frame), word(gap.begins_frame),
                word(gap.begins_key_frame));
}

void write(const ReceivedTrack &track, Time now) {
    std::printf(R"({"h264": %s, "packets": %llu, "lost": %llu, "reordered": %llu, "malformed": %llu, )",
                track.is_h264() ? "true" : "false", static_cast<unsigned long long>(track.packets()),
                static_cast<unsigned long long>(track.lost()), static_cast<unsigned long long>(track.reordered()),
                static_cast<unsigned long long>(track.malformed()));
    std::printf(R"("largest_pause_ms": %.1f, "silence_ms": %.1f, "lateness_ms": %.1f, "gaps": [)",
                milliseconds(track.largest_pause()), milliseconds(track.silence(now)),
                milliseconds(track.lateness(now)));
    const char *separator = "";
    for (const Gap &gap : track.gaps()) {
        std::fputs(separator, stdout);
        write(gap);
        separator = ", ";
    }
    std::fputs("]}", stdout);
}

void write(const WatchingViewer::Findings &findings) {
    std::printf(R"({"transport": "%s", "stallable": %s, "playing": %s, "closed": %s, "refusal": %d, "tracks": [)",
                findings.transport == Transport::Tcp ? "tcp" : "udp", findings.stallable ? "true" : "false",
                findings.playing ? "true" : "false", findings.closed ? "true" : "false", findings.refusal);
    const Time now = monotonic_now();
    const char *separator = "";
    for (const ReceivedTrack &track : findings.tracks) {
        std::fputs(separator, stdout);
        write(track, now);
        separator = ", ";
    }
    std::fputs("]}", stdout);
}

void write(std::list<WatchingViewer> &viewers) {
    std::fputs("[", stdout);
    const char *separator = "";
    for (WatchingViewer &viewer : viewers) {
        std::fputs(separator, stdout);
        write(viewer.findings());
        separator = ", ";
    }
    std::fputs("]\n", stdout);
    std::fflush(stdout);
}

bool add_viewers(std::list<WatchingViewer> &viewers, uint16_t port, const std::string &path, const std::string &word) {
    const size_t equals = word.find('=');
    const std::string kind = word.substr(0, equals);
    if (equals == std::string::npos || (kind != "tcp" && kind != "udp" && kind != "stallable"))
        return false;
    const int count = std::atoi(word.c_str() + equals + 1);
    RtspLink::Options options;
    options.receive_buffer = kind == "stallable" ? kStallableReceiveBuffer : 0;
    for (int i = 0; i < count; ++i)
        viewers.emplace_back(port, path, kind == "udp" ? Transport::Udp : Transport::Tcp, options);
    return true;
}

void follow_orders(std::list<WatchingViewer> &viewers) {
    for (std::string order; std::getline(std::cin, order);) {
        if (order == "report")
            write(viewers);
        for (WatchingViewer &viewer : viewers)
            if (viewer.findings().stallable && order == "stall")
                viewer.stall();
            else if (viewer.findings().stallable && order == "resume")
                viewer.resume();
    }
}

}  // namespace

int main(int argc, char **argv) {
    std::list<WatchingViewer> viewers;
    bool usable = argc > 3;
    for (int i = 3; i < argc && usable; ++i)
        usable = add_viewers(viewers, static_cast<uint16_t>(std::atoi(argv[1])), argv[2], argv[i]);
    if (!usable) {
        std::fputs("usage: watch PORT PATH [tcp=N] [udp=N] [stallable=N]\n", stderr);
        return 2;
    }
    follow_orders(viewers);
    return 0;
}
