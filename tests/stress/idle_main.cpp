// SPDX-License-Identifier: LGPL-2.1-or-later
// idle PORT COUNT: that many connections, half of them with half a request, that then say nothing more. Writes the
// number of those that the server still holds for each line of input; ends with it.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "support/load/rtsp_link.h"

using namespace rtspcore::test;

namespace {

void connect_all(std::vector<RtspLink> &links, uint16_t port, size_t count) {
    for (size_t i = 0; i < count; ++i) {
        auto link = RtspLink::open(port);
        if (!link)
            continue;
        if (i % 2 == 1)
            link->send("OPTIONS * RTSP/1.0\r\nCS");
        links.push_back(std::move(*link));
    }
}

void write_held(std::vector<RtspLink> &links, size_t made) {
    std::erase_if(
        links, [](RtspLink &link) { return link.receive(std::chrono::milliseconds(0)) == RtspLink::Progress::Closed; });
    std::printf(R"({"made": %zu, "held": %zu})"
                "\n",
                made, links.size());
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char **argv) {
    if (argc != 3) {
        std::fputs("usage: idle PORT COUNT\n", stderr);
        return 2;
    }
    std::vector<RtspLink> links;
    connect_all(links, static_cast<uint16_t>(std::atoi(argv[1])), static_cast<size_t>(std::atol(argv[2])));
    const size_t made = links.size();
    for (std::string line; std::getline(std::cin, line);)
        write_held(links, made);
    return 0;
}
