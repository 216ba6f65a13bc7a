// SPDX-License-Identifier: LGPL-2.1-or-later
#include <memory>
#include <string>
#include <vector>

#include "net/multicast_listener.h"
#include "net/udp_ports.h"
#include "support/check_suite.h"
#include "support/check_text.h"
#include "support/loop_run.h"

using namespace rtspcore;
using net::MulticastListener;
using net::MulticastRoute;
using net::SocketAddress;

// IPv6 groups are for tests/interop/test_multicast.py: Linux has none on its loopback.
namespace {

const MulticastRoute kLoopback{.interface = "lo"};

struct Deaf : net::UdpPorts::Receiver {
    void on_datagram(const SocketAddress &, std::span<const uint8_t>, bool) override {}
    void on_port_unreachable(const SocketAddress &) override {}
};

net::SharedSlab slab_of(const std::string &text) {
    auto bytes = std::make_unique<uint8_t[]>(4 + text.size());
    std::copy(text.begin(), text.end(), bytes.get() + 4);
    std::vector<rtp::PacketSlab::Extent> extents{{4, static_cast<uint16_t>(text.size())}};
    return std::make_shared<rtp::PacketSlab>(std::move(extents), std::move(bytes), 4 + text.size());
}

// A sender to groups and a listener to one, on one loop.
struct Hearing {
    explicit Hearing(const SocketAddress &address) : group(address) {
        auto opened = net::UdpPorts::open_multicast(group, kLoopback);
        ck_assert_msg(opened.ok(), "%s", opened.ok() ? "" : opened.error().message.c_str());
        ports = std::move(*opened);
        ports->attach(loop, deaf);
        auto joined = MulticastListener::open(group, kLoopback, loop, [this](const auto &from, auto bytes) {
            source = from;
            heard.emplace_back(bytes.begin(), bytes.end());
        });
        ck_assert_msg(joined.ok(), "%s", joined.ok() ? "" : joined.error().message.c_str());
        listener = std::move(*joined);
    }
    void send(const SocketAddress &to, const std::string &text) {
        ports->send_rtp(slab_of(text), std::vector{net::Destination{to, {}}});
    }

    EventLoop loop;
    Deaf deaf;
    const SocketAddress group;
    std::unique_ptr<net::UdpPorts> ports;
    std::unique_ptr<MulticastListener> listener;
    std::vector<std::string> heard;
    SocketAddress source;
};

void hears_what_is_sent(const SocketAddress &group) {
    Hearing hearing(group);
    hearing.send(group, "one");
    test::LoopRun(hearing.loop, [&] { return !hearing.heard.empty(); });
    test::assert_text(hearing.heard.front(), "one");
    const auto told = kLoopback.source_for(group);
    ck_assert_msg(told.ok() && told->same_host(hearing.source), "comes from %s", hearing.source.to_string().c_str());
}

}  // namespace

START_TEST(test_listener_hears_what_is_sent_to_its_group) {
    hears_what_is_sent(*SocketAddress::parse("239.255.7.1", 17'001));
    hears_what_is_sent(*SocketAddress::parse("232.7.7.1", 17'001));
}
END_TEST

START_TEST(test_listener_hears_nothing_of_another_group_with_the_same_port) {
    Hearing hearing(*SocketAddress::parse("239.255.7.2", 47'003));
    Hearing other(*SocketAddress::parse("239.255.7.3", 47'003));
    hearing.send(other.group, "not for us");
    hearing.send(hearing.group, "for us");
    test::LoopRun(hearing.loop, [&] { return !hearing.heard.empty(); });
    test::assert_text(hearing.heard.front(), "for us");
}
END_TEST

START_TEST(test_listener_fails_without_its_interface) {
    EventLoop loop;
    const auto joined = MulticastListener::open(*SocketAddress::parse("239.255.7.4", 47'005),
                                                MulticastRoute{.interface = "nosuch0"}, loop, [](auto, auto) {});
    ck_assert(!joined.ok());
}
END_TEST

int main() {
    return test::run_suite("multicast_listener", {test_listener_hears_what_is_sent_to_its_group,
                                                  test_listener_hears_nothing_of_another_group_with_the_same_port,
                                                  test_listener_fails_without_its_interface});
}
