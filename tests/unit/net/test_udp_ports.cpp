// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "net/udp_ports.h"
#include "support/check_suite.h"
#include "support/datagram_socket.h"
#include "support/loop_run.h"
#include "support/rtp_units.h"

using namespace rtspcore;
using net::SocketAddress;
using net::SocketError;
using net::UdpPorts;
using test::DatagramSocket;

namespace {

std::unique_ptr<UdpPorts> open_ports(const std::string &address = "127.0.0.1") {
    auto ports = UdpPorts::open(address, 0, 0);
    ck_assert(ports.ok());
    return std::move(*ports);
}

SocketAddress local(uint16_t port) {
    return *SocketAddress::parse("127.0.0.1", port);
}

class Receiver : public UdpPorts::Receiver {
public:
    struct Arrival {
        SocketAddress from;
        std::string bytes;
        bool rtcp;
    };
    void on_datagram(const SocketAddress &from, std::span<const uint8_t> bytes, bool rtcp) override {
        arrivals.push_back({from, std::string(bytes.begin(), bytes.end()), rtcp});
    }
    void on_port_unreachable(const SocketAddress &peer) override { unreachable.push_back(peer); }

    std::vector<Arrival> arrivals;
    std::vector<SocketAddress> unreachable;
};

struct Attached {
    explicit Attached(const std::string &address = "127.0.0.1") : ports(open_ports(address)) {
        ports->attach(loop, receiver);
    }
    EventLoop loop;
    Receiver receiver;
    std::unique_ptr<UdpPorts> ports;
};

std::vector<uint8_t> bytes_of(const char *text) {
    const std::string string(text);
    return {string.begin(), string.end()};
}

}  // namespace

START_TEST(test_udp_ports_are_an_even_one_and_the_next) {
    std::vector<std::unique_ptr<UdpPorts>> all;
    for (int i = 0; i < 20; ++i) {
        all.push_back(open_ports());
        ck_assert_uint_eq(all.back()->rtp_port() % 2, 0);
        ck_assert_uint_eq(all.back()->rtcp_port(), all.back()->rtp_port() + 1);
    }
}
END_TEST

START_TEST(test_udp_ports_stay_in_their_range) {
    auto found = open_ports();
    const uint16_t port = found->rtp_port();
    found.reset();
    const struct {
        int min;
        int max;
        bool fits;
    } kRanges[] = {{0, 1, true}, {-1, 1, true}, {-1, 2, true}, {0, 0, false}, {1, 1, false}, {1, 2, false}};
    for (const auto &range : kRanges) {
        const auto ports = UdpPorts::open("127.0.0.1", static_cast<uint16_t>(port + range.min),
                                          static_cast<uint16_t>(port + range.max));
        ck_assert_msg(ports.ok() == range.fits, "%d to %d", range.min, range.max);
        if (ports)
            ck_assert_uint_eq((*ports)->rtp_port(), port);
        else
            ck_assert(ports.error().code == SocketError::InUse);
    }
}
END_TEST

START_TEST(test_udp_ports_range_is_exhausted_and_free_again) {
    auto found = open_ports();
    const uint16_t port = found->rtp_port();
    found.reset();
    auto first = UdpPorts::open("127.0.0.1", port, static_cast<uint16_t>(port + 1));
    ck_assert(first.ok());
    const auto second = UdpPorts::open("127.0.0.1", port, static_cast<uint16_t>(port + 1));
    ck_assert(!second.ok() && second.error().code == SocketError::InUse);
    ck_assert(!second.error().message.empty());
    first->reset();
    ck_assert(UdpPorts::open("127.0.0.1", port, static_cast<uint16_t>(port + 1)).ok());
}
END_TEST

START_TEST(test_udp_ports_step_over_a_pair_of_which_one_is_taken) {
    for (const int taken : {0, 1}) {
        auto found = open_ports();
        const uint16_t port = found->rtp_port();
        found.reset();
        const DatagramSocket other("127.0.0.1", static_cast<uint16_t>(port + taken));
        const auto ports = UdpPorts::open("127.0.0.1", port, static_cast<uint16_t>(port + 40));
        ck_assert(ports.ok());
        ck_assert_uint_gt((*ports)->rtp_port(), port);
    }
}
END_TEST

START_TEST(test_udp_ports_wrong_address_is_told) {
    ck_assert(UdpPorts::open("192.0.2.1", 0, 0).error().code == SocketError::NotAvailable);
    ck_assert(UdpPorts::open("nowhere", 0, 0).error().code == SocketError::BadAddress);
}
END_TEST

START_TEST(test_udp_ports_tell_from_whom_a_datagram_is_and_on_which_port) {
    Attached a;
    const DatagramSocket viewer;
    viewer.send(local(a.ports->rtp_port()), bytes_of("punch"));
    viewer.send(local(a.ports->rtcp_port()), bytes_of("report"));
    viewer.send(local(a.ports->rtcp_port()), {});
    test::LoopRun(a.loop, [&] { return a.receiver.arrivals.size() == 3; });
    std::ranges::sort(a.receiver.arrivals, {}, [](const auto &arrival) { return arrival.bytes; });
    const char *expected[] = {"", "punch", "report"};
    for (size_t i = 0; i < 3; ++i) {
        const auto &arrival = a.receiver.arrivals[i];
        ck_assert(arrival.from == viewer.address());
        ck_assert_str_eq(arrival.bytes.c_str(), expected[i]);
        ck_assert(arrival.rtcp == (i != 1));
    }
}
END_TEST

START_TEST(test_udp_ports_of_both_families_know_an_ipv4_peer_by_its_address) {
    Attached a("");
    const DatagramSocket viewer;
    viewer.send(local(a.ports->rtcp_port()), bytes_of("report"));
    test::LoopRun(a.loop, [&] { return !a.receiver.arrivals.empty(); });
    ck_assert(a.receiver.arrivals[0].from == viewer.address());
}
END_TEST

START_TEST(test_udp_ports_send_from_the_ports_they_tell) {
    Attached a;
    DatagramSocket viewer;
    const std::array to{net::Destination{viewer.address(), {}}};
    const auto batch = test::make_batch({});
    a.ports->send_rtp(batch, to);
    a.ports->send_rtcp(media::make_rtcp_batch(0, std::vector<uint8_t>(8), test::kStart), to);
    const auto rtp = viewer.receive();
    const auto rtcp = viewer.receive();
    ck_assert(rtp && rtp->from == local(a.ports->rtp_port()));
    ck_assert(std::ranges::equal(rtp->bytes, batch->packet(batch->extents().front())));
    ck_assert(rtcp && rtcp->from == local(a.ports->rtcp_port()));
    ck_assert_uint_eq(rtcp->bytes.size(), 8);
    ck_assert_uint_eq(a.ports->packets_dropped(), 0);
}
END_TEST

START_TEST(test_udp_ports_tell_where_nobody_listens) {
    for (const char *address : {"127.0.0.1", ""}) {
        Attached a(address);
        const std::array to{net::Destination{test::deserted_address(), {}}};
        a.ports->send_rtp(test::make_batch({}), to);
        test::LoopRun(a.loop, [&] { return !a.receiver.unreachable.empty(); });
        ck_assert(a.receiver.unreachable[0] == to[0].peer);
        ck_assert(a.receiver.arrivals.empty());
    }
}
END_TEST

// Errors do not keep the ports from receiving.
START_TEST(test_udp_ports_receive_among_errors) {
    Attached a;
    const DatagramSocket viewer;
    const std::array to{net::Destination{test::deserted_address(), {}}};
    for (int i = 0; i < 10; ++i) {
        a.ports->send_rtp(test::make_batch({}), to);
        viewer.send(local(a.ports->rtp_port()), bytes_of("punch"));
    }
    test::LoopRun(a.loop, [&] { return a.receiver.arrivals.size() == 10 && !a.receiver.unreachable.empty(); });
}
END_TEST

START_TEST(test_udp_ports_are_gone_from_the_loop_when_destroyed) {
    Attached a;
    const DatagramSocket viewer;
    viewer.send(local(a.ports->rtp_port()), bytes_of("punch"));
    a.ports.reset();
    bool ran = false;
    a.loop.post([&] { ran = true; });
    test::LoopRun(a.loop, [&] { return ran; });
    ck_assert(a.receiver.arrivals.empty());
}
END_TEST

int main() {
    return test::run_suite("udp_ports", {
                                            test_udp_ports_are_an_even_one_and_the_next,
                                            test_udp_ports_stay_in_their_range,
                                            test_udp_ports_range_is_exhausted_and_free_again,
                                            test_udp_ports_step_over_a_pair_of_which_one_is_taken,
                                            test_udp_ports_wrong_address_is_told,
                                            test_udp_ports_tell_from_whom_a_datagram_is_and_on_which_port,
                                            test_udp_ports_of_both_families_know_an_ipv4_peer_by_its_address,
                                            test_udp_ports_send_from_the_ports_they_tell,
                                            test_udp_ports_tell_where_nobody_listens,
                                            test_udp_ports_receive_among_errors,
                                            test_udp_ports_are_gone_from_the_loop_when_destroyed,
                                        });
}
