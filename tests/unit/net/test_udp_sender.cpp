// SPDX-License-Identifier: LGPL-2.1-or-later
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>
#include <vector>

#include "net/udp_sender.h"
#include "support/check_suite.h"
#include "support/datagram_socket.h"
#include "support/rtp_units.h"

using namespace rtspcore;
using namespace std::chrono_literals;
using net::Destination;
using net::SharedSlab;
using net::SocketAddress;
using net::UdpSender;
using test::DatagramSocket;

namespace {

// Stands before the kernel, as loopback never lets a socket run full.
struct Kernel {
    int room = -1;  // messages it takes until it says `error`; -1: all
    int error = EAGAIN;
    int segment_error = 0;  // of messages with UDP_SEGMENT
    int calls = 0;
} kernel;

bool is_segmented(msghdr &message) {
    for (cmsghdr *control = CMSG_FIRSTHDR(&message); control; control = CMSG_NXTHDR(&message, control))
        if (control->cmsg_level == IPPROTO_UDP)
            return true;
    return false;
}

}  // namespace

extern "C" int sendmmsg(int fd, mmsghdr *messages, unsigned count, int flags) {
    ++kernel.calls;
    unsigned taken = 0;
    int error = 0;
    for (; taken < count && error == 0; ++taken) {
        if (kernel.room == 0)
            error = kernel.error;
        else if (kernel.segment_error != 0 && is_segmented(messages[taken].msg_hdr))
            error = kernel.segment_error;
        else if (syscall(SYS_sendmsg, fd, &messages[taken].msg_hdr, flags) < 0)
            error = errno;
        else if (kernel.room > 0)
            --kernel.room;
        if (error != 0)
            break;
    }
    errno = error;
    return taken == 0 && error != 0 ? -1 : static_cast<int>(taken);
}

namespace {

SharedSlab slab_of(const std::vector<size_t> &sizes, uint16_t first = 0) {
    std::vector<std::vector<uint8_t>> packets;
    for (const size_t size : sizes)
        packets.push_back(test::rtp_packet({.sequence = first++, .payload = size - rtp::kFixedHeaderSize}));
    auto [extents, bytes] = test::interleave(packets, 0);
    auto slab = std::make_unique<uint8_t[]>(bytes.size());
    std::copy(bytes.begin(), bytes.end(), slab.get());
    return std::make_shared<const rtp::PacketSlab>(std::move(extents), std::move(slab), bytes.size());
}

void assert_receives(DatagramSocket &socket, const SharedSlab &slab, const char *name) {
    for (size_t i = 0; i < slab->extents().size(); ++i) {
        const auto datagram = socket.receive();
        ck_assert_msg(datagram.has_value(), "%s: packet %zu of %zu is missing", name, i, slab->extents().size());
        ck_assert_msg(std::ranges::equal(datagram->bytes, slab->packet(slab->extents()[i])),
                      "%s: packet %zu is another, or out of order", name, i);
    }
}

struct Sending {
    explicit Sending(const std::string &host = "127.0.0.1")
        : socket(net::bind_socket(host, 0, SOCK_DGRAM).value()), sender(socket.fd.get(), socket.family) {
        const int size = 4 * 1024 * 1024;
        setsockopt(socket.fd.get(), SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
        kernel = {};
    }
    void send(const SharedSlab &slab, const std::vector<SocketAddress> &to, std::chrono::milliseconds when = 0ms,
              const SocketAddress &source = {}) {
        std::vector<Destination> destinations;
        for (const SocketAddress &peer : to)
            destinations.push_back({peer, source});
        sender.send(slab, destinations, test::at(when));
    }
    net::BoundSocket socket;
    UdpSender sender;
};

std::vector<size_t> repeated(size_t count, size_t size, std::vector<size_t> last = {}) {
    std::vector<size_t> sizes(count, size);
    sizes.insert(sizes.end(), last.begin(), last.end());
    return sizes;
}

const struct {
    const char *name;
    std::vector<size_t> sizes;
} kSlabs[] = {
    {"one packet", {1400}},
    {"equal sizes", repeated(20, 1400)},
    {"a short last", repeated(20, 1400, {300})},
    {"a long last", repeated(3, 300, {1400})},
    {"mixed sizes", {1400, 1400, 60, 60, 1400, 200, 1400, 1400, 1399, 1400, 12, 13, 12}},
    {"more than 64 packets", repeated(200, 100, {50})},
    {"more than 64 KB", repeated(100, 1400)},
    {"packets of nearly 64 KB", repeated(3, 60'000)},
    {"falling sizes", {500, 400, 300, 200, 100}},
    {"rising sizes", {100, 200, 300, 400, 500}},
};

}  // namespace

START_TEST(test_udp_sender_gives_every_destination_every_packet_in_order) {
    for (const auto &test : kSlabs) {
        // Many enough that the packets are gathered, and fewer.
        for (const size_t count : {3, 20}) {
            Sending s;
            std::vector<DatagramSocket> viewers(count);
            std::vector<SocketAddress> to;
            for (const DatagramSocket &viewer : viewers)
                to.push_back(viewer.address());
            const SharedSlab slab = slab_of(test.sizes);
            s.send(slab, to);
            for (DatagramSocket &viewer : viewers) {
                assert_receives(viewer, slab, test.name);
                ck_assert_msg(viewer.is_empty(), "%s: more than was sent", test.name);
            }
            ck_assert(!s.sender.blocked());
            ck_assert_uint_eq(s.sender.packets_dropped(), 0);
        }
    }
}
END_TEST

// Without it, what goes to a loopback address comes from 127.0.0.1.
START_TEST(test_udp_sender_sends_from_the_address_it_is_told) {
    const SocketAddress source = *SocketAddress::parse("127.0.0.2", 554);
    for (const char *bound_to : {"0.0.0.0", ""}) {
        Sending s(bound_to);
        for (const auto &sizes : {std::vector<size_t>{100}, repeated(3, 1400, {60})}) {
            DatagramSocket viewer;
            s.send(slab_of(sizes), {viewer.address()}, 0ms, source);
            for (size_t i = 0; i < sizes.size(); ++i) {
                const auto datagram = viewer.receive();
                ck_assert(datagram.has_value());
                ck_assert(datagram->from == source.with_port(s.socket.port));
            }
        }
    }
}
END_TEST

START_TEST(test_udp_sender_keeps_the_source_when_a_path_refuses_segments) {
    Sending s("0.0.0.0");
    kernel.segment_error = EINVAL;
    const SocketAddress source = *SocketAddress::parse("127.0.0.2", 554);
    DatagramSocket viewer;
    s.send(slab_of(repeated(3, 500)), {viewer.address()}, 0ms, source);
    for (int i = 0; i < 3; ++i) {
        const auto datagram = viewer.receive();
        ck_assert(datagram && datagram->from == source.with_port(s.socket.port));
    }
}
END_TEST

START_TEST(test_udp_sender_needs_one_system_call_for_many_viewers) {
    Sending s;
    DatagramSocket viewer;
    s.send(slab_of(repeated(20, 1400, {300})), std::vector(100, viewer.address()));
    ck_assert_int_eq(kernel.calls, 1);
}
END_TEST

START_TEST(test_udp_sender_reaches_more_viewers_than_fit_in_one_call) {
    Sending s;
    DatagramSocket viewer;
    const SharedSlab slab = slab_of({100, 200});
    s.send(slab, std::vector(300, viewer.address()));
    for (int i = 0; i < 300; ++i)
        assert_receives(viewer, slab, "300 viewers");
    ck_assert(viewer.is_empty());
}
END_TEST

START_TEST(test_udp_sender_dual_stack_socket_serves_both_families) {
    if (!net::bind_socket("::1", 0, SOCK_DGRAM))
        return;  // a machine without IPv6
    Sending s("");
    DatagramSocket v4;
    DatagramSocket v6("::1");
    const SharedSlab slab = slab_of(repeated(5, 1400, {7 + 12}));
    s.send(slab, {v4.address(), v6.address()});
    assert_receives(v4, slab, "IPv4");
    assert_receives(v6, slab, "IPv6");
}
END_TEST

START_TEST(test_udp_sender_to_nobody_is_nothing) {
    Sending s;
    s.send(slab_of({100}), {});
    ck_assert_int_eq(kernel.calls, 0);
    ck_assert(!s.sender.blocked());
}
END_TEST

// ICMP errors of the dead ones are reported on whatever is sent next.
START_TEST(test_udp_sender_dead_destinations_disturb_nobody) {
    Sending s;
    const int on = 1;
    setsockopt(s.socket.fd.get(), IPPROTO_IP, IP_RECVERR, &on, sizeof on);
    std::vector<DatagramSocket> viewers(2);
    const std::vector<SocketAddress> to{test::deserted_address(), viewers[0].address(), test::deserted_address(),
                                        test::deserted_address(), viewers[1].address(), test::deserted_address()};
    for (uint16_t i = 0; i < 20; ++i) {
        const SharedSlab slab = slab_of(repeated(3, 1400, {1400, 60}), i);
        s.send(slab, to);
        for (DatagramSocket &viewer : viewers)
            assert_receives(viewer, slab, "among the dead");
    }
    ck_assert(!s.sender.blocked());
}
END_TEST

START_TEST(test_udp_sender_impossible_destination_is_passed_over) {
    Sending s;
    DatagramSocket viewer;
    const SharedSlab slab = slab_of(repeated(4, 500));
    s.send(slab, {*SocketAddress::parse("::1", 5000), viewer.address()});
    assert_receives(viewer, slab, "after an IPv6 address on an IPv4 socket");
    ck_assert_uint_eq(s.sender.packets_dropped(), 4);
}
END_TEST

START_TEST(test_udp_sender_packet_over_the_most_of_udp_is_dropped_alone) {
    Sending s;
    DatagramSocket viewer;
    const SharedSlab small = slab_of({100});
    s.send(slab_of({65'535}), {viewer.address()});
    s.send(small, {viewer.address()});
    assert_receives(viewer, small, "after one that is too large");
    ck_assert_uint_eq(s.sender.packets_dropped(), 1);
}
END_TEST

START_TEST(test_udp_sender_full_socket_goes_on_where_it_was) {
    // After how many messages the socket is full.
    for (int room = 0; room < 6; ++room) {
        Sending s;
        kernel = {.room = room};
        std::vector<DatagramSocket> viewers(3);
        const std::vector<SocketAddress> to{viewers[0].address(), viewers[1].address(), viewers[2].address()};
        const SharedSlab first = slab_of({1400, 1400, 60, 1400}, 10);
        const SharedSlab second = slab_of({700, 700}, 20);
        s.send(first, to);
        ck_assert(s.sender.blocked());
        s.send(second, to, 1ms);
        ck_assert_msg(kernel.room == 0, "the second waits behind the first");
        kernel.room = -1;
        s.sender.flush(test::at(2ms));
        ck_assert(!s.sender.blocked());
        for (DatagramSocket &viewer : viewers) {
            assert_receives(viewer, first, "the first");
            assert_receives(viewer, second, "the second");
            ck_assert(viewer.is_empty());
        }
        ck_assert_uint_eq(s.sender.packets_dropped(), 0);
    }
}
END_TEST

START_TEST(test_udp_sender_backlog_drops_the_oldest) {
    Sending s;
    kernel = {.room = 0};
    DatagramSocket viewer;
    for (uint16_t i = 0; i < UdpSender::kMaxBacklog + 2; ++i)
        s.send(slab_of({100, 100, 100}, static_cast<uint16_t>(3 * i)), {viewer.address()});
    ck_assert_uint_eq(s.sender.packets_dropped(), 6);
    kernel.room = -1;
    s.sender.flush(test::at(0ms));
    for (uint16_t i = 2; i < UdpSender::kMaxBacklog + 2; ++i)
        assert_receives(viewer, slab_of({100, 100, 100}, static_cast<uint16_t>(3 * i)), "the younger ones");
    ck_assert(viewer.is_empty());
}
END_TEST

START_TEST(test_udp_sender_backlog_drops_what_is_stale) {
    Sending s;
    kernel = {.room = 0, .error = ENOBUFS};
    DatagramSocket viewer;
    s.send(slab_of({100, 100}, 1), {viewer.address()}, 0ms);
    const SharedSlab fresh = slab_of({100}, 9);
    s.send(fresh, {viewer.address()}, 150ms);
    kernel.room = -1;
    s.sender.flush(test::at(201ms));
    assert_receives(viewer, fresh, "the fresh one");
    ck_assert(viewer.is_empty());
    ck_assert_uint_eq(s.sender.packets_dropped(), 2);
}
END_TEST

START_TEST(test_udp_sender_where_segments_are_refused_sends_packet_by_packet) {
    for (const int error : {EINVAL, EMSGSIZE, EIO, EOPNOTSUPP}) {
        Sending s;
        kernel = {.segment_error = error};
        std::vector<DatagramSocket> viewers(2);
        for (uint16_t i = 0; i < 3; ++i) {
            const SharedSlab slab = slab_of(repeated(20, 1400, {300, 1400, 1400}), i);
            s.send(slab, {viewers[0].address(), viewers[1].address()});
            for (DatagramSocket &viewer : viewers) {
                assert_receives(viewer, slab, "refused");
                ck_assert(viewer.is_empty());
            }
        }
        ck_assert_uint_eq(s.sender.packets_dropped(), 0);
        const bool is_for_good = error == EIO || error == EOPNOTSUPP;
        ck_assert_msg(s.sender.segments() == !is_for_good, "a path that refuses says nothing of the others");
    }
}
END_TEST

// The kernel refuses to segment what it is not to make checksums of.
START_TEST(test_udp_sender_where_the_kernel_refuses_segments_sends_packet_by_packet) {
    Sending s;
    const int on = 1;
    setsockopt(s.socket.fd.get(), SOL_SOCKET, SO_NO_CHECK, &on, sizeof on);
    DatagramSocket viewer;
    const SharedSlab slab = slab_of(repeated(20, 1400, {300}));
    s.send(slab, {viewer.address()});
    assert_receives(viewer, slab, "without checksums");
    ck_assert_uint_eq(s.sender.packets_dropped(), 0);
}
END_TEST

START_TEST(test_udp_sender_segments_refused_while_some_wait_go_on_where_they_were) {
    Sending s;
    kernel = {.room = 1};
    std::vector<DatagramSocket> viewers(2);
    const SharedSlab slab = slab_of({1400, 1400, 60, 60, 1400});
    s.send(slab, {viewers[0].address(), viewers[1].address()});
    ck_assert(s.sender.blocked());
    kernel = {.segment_error = EIO};
    s.sender.flush(test::at(1ms));
    ck_assert(!s.sender.blocked() && !s.sender.segments());
    for (DatagramSocket &viewer : viewers) {
        assert_receives(viewer, slab, "half as segments");
        ck_assert(viewer.is_empty());
    }
}
END_TEST

int main() {
    return test::run_suite("udp_sender", {
                                             test_udp_sender_gives_every_destination_every_packet_in_order,
                                             test_udp_sender_sends_from_the_address_it_is_told,
                                             test_udp_sender_keeps_the_source_when_a_path_refuses_segments,
                                             test_udp_sender_needs_one_system_call_for_many_viewers,
                                             test_udp_sender_reaches_more_viewers_than_fit_in_one_call,
                                             test_udp_sender_dual_stack_socket_serves_both_families,
                                             test_udp_sender_to_nobody_is_nothing,
                                             test_udp_sender_dead_destinations_disturb_nobody,
                                             test_udp_sender_impossible_destination_is_passed_over,
                                             test_udp_sender_packet_over_the_most_of_udp_is_dropped_alone,
                                             test_udp_sender_full_socket_goes_on_where_it_was,
                                             test_udp_sender_backlog_drops_the_oldest,
                                             test_udp_sender_backlog_drops_what_is_stale,
                                             test_udp_sender_where_segments_are_refused_sends_packet_by_packet,
                                             test_udp_sender_where_the_kernel_refuses_segments_sends_packet_by_packet,
                                             test_udp_sender_segments_refused_while_some_wait_go_on_where_they_were,
                                         });
}
