// SPDX-License-Identifier: LGPL-2.1-or-later
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "net/plain_stream.h"
#include "net/stream_writer.h"
#include "support/check_suite.h"
#include "support/rtp_units.h"

using namespace rtspcore;
using net::StreamWriter;
using Outcome = net::StreamWriter::Outcome;

// How large the largest allocation was.
static size_t largest_allocation;

void *operator new(size_t size) {
    largest_allocation = std::max(largest_allocation, size);
    if (void *memory = std::malloc(size))
        return memory;
    std::abort();
}

void operator delete(void *memory) noexcept {
    std::free(memory);
}

void operator delete(void *memory, size_t) noexcept {
    std::free(memory);
}

namespace {

using Bytes = std::vector<uint8_t>;

// A connection whose sending side takes little at once.
class TinyPipe {
public:
    TinyPipe() {
        std::array<int, 2> ends{};
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()), 0);
        const int size = 1;
        setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
        near_.emplace(UniqueFd(ends[0]));
        far_ = UniqueFd(ends[1]);
    }
    [[nodiscard]] net::ByteStream &near() { return *near_; }
    void hang_up() { far_.reset(); }
    // Up to `most` bytes of what has come.
    Bytes read(size_t most = 1 << 20) {
        Bytes bytes(most);
        const ssize_t got = recv(far_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
        bytes.resize(got > 0 ? static_cast<size_t>(got) : 0);
        return bytes;
    }

private:
    std::optional<net::PlainStream> near_;
    UniqueFd far_;
};

struct Writing {
    // Reads and flushes until all is through.
    Bytes finish() {
        while (writer.flush(pipe.near(), scratch) == Outcome::Blocked)
            take(pipe.read());
        take(pipe.read());
        ck_assert(writer.idle());
        return received;
    }
    void take(const Bytes &bytes) { received.insert(received.end(), bytes.begin(), bytes.end()); }
    Outcome write(const media::SharedBatch &batch, std::optional<uint8_t> channel = {}) {
        return writer.write(pipe.near(), batch, channel, scratch);
    }

    TinyPipe pipe;
    StreamWriter writer;
    net::WriteScratch scratch;
    Bytes received;
};

void append(Bytes &bytes, std::string_view text) {
    bytes.insert(bytes.end(), text.begin(), text.end());
}

void append(Bytes &bytes, std::span<const uint8_t> more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
}

constexpr std::string_view kReply = "RTSP/1.0 200 OK\r\nCSeq: 7\r\n\r\n";

// Where in a stream of interleaved packets the reply stands: how many packets are before it.
size_t packets_before_reply(std::span<const uint8_t> bytes) {
    size_t packets = 0;
    while (!bytes.empty() && bytes[0] == '$') {
        const size_t size = 4u + (bytes[2] << 8 | bytes[3]);
        ck_assert_uint_le(size, bytes.size());
        bytes = bytes.subspan(size);
        ++packets;
    }
    ck_assert(bytes.size() >= kReply.size());
    ck_assert(std::ranges::equal(bytes.first(kReply.size()), kReply));
    return packets;
}

}  // namespace

START_TEST(test_stream_writer_bytes_come_out_exactly) {
    Writing w;
    Bytes expected;
    for (uint16_t i = 0; i < 50; ++i) {
        const auto batch = test::make_batch({.sequence = i, .packets = 7, .payload = 100u + i * 37u});
        append(expected, batch->slab());
        if (w.write(batch) == Outcome::Blocked)
            w.finish();
        ck_assert_uint_eq(w.writer.bytes_sent(), expected.size());
    }
    ck_assert(w.finish() == expected);
}
END_TEST

START_TEST(test_stream_writer_blocked_goes_on_where_it_was) {
    Writing w;
    const auto batch = test::make_batch({.packets = 200, .payload = 1000});
    ck_assert(w.write(batch) == Outcome::Blocked);
    ck_assert(w.writer.has_slab() && !w.writer.idle());
    ck_assert_uint_lt(w.writer.bytes_sent(), batch->slab().size());
    ck_assert_msg(w.writer.flush(w.pipe.near(), w.scratch) == Outcome::Blocked, "as long as nobody reads");
    ck_assert(std::ranges::equal(w.finish(), batch->slab()));
}
END_TEST

START_TEST(test_stream_writer_control_overtakes_at_the_next_packet_only) {
    // The reader lets different amounts through before the reply is queued, so that it is cut at different places.
    for (const size_t let_through : {1u, 4u, 500u, 1016u, 1017u, 5000u, 50'000u}) {
        Writing w;
        const auto batch = test::make_batch({.packets = 300, .payload = 1000});
        ck_assert(w.write(batch) == Outcome::Blocked);
        w.take(w.pipe.read(let_through));
        w.writer.flush(w.pipe.near(), w.scratch);
        const uint64_t sent = w.writer.bytes_sent();
        ck_assert(w.writer.queue_control(kReply));
        const Bytes received = w.finish();
        const size_t packet = batch->slab().size() / 300;
        ck_assert_uint_eq(packets_before_reply(received), (sent + packet - 1) / packet);
        ck_assert_uint_eq(received.size(), batch->slab().size() + kReply.size());
    }
}
END_TEST

START_TEST(test_stream_writer_control_comes_before_the_slab_written_after_it) {
    Writing w;
    ck_assert(w.writer.queue_control(kReply));
    const auto batch = test::make_batch({});
    ck_assert(w.write(batch) == Outcome::Done);
    Bytes expected;
    append(expected, kReply);
    append(expected, batch->slab());
    ck_assert(w.finish() == expected);
}
END_TEST

START_TEST(test_stream_writer_relabels_all_packets_of_the_viewer_and_nobody_elses) {
    Writing w;
    const auto batch = test::make_batch({.packets = 300, .payload = 1000});
    const Bytes before(batch->slab().begin(), batch->slab().end());
    ck_assert(w.write(batch, 200) == Outcome::Blocked);
    // Another viewer of the thread uses the scratch meanwhile.
    w.scratch.assign(w.scratch.size(), 0xee);
    ck_assert(w.writer.queue_control(kReply));
    Bytes expected = before;
    for (const auto &extent : batch->extents())
        expected[extent.offset - 3] = 200;
    Bytes received = w.finish();
    const size_t reply = packets_before_reply(received) * (before.size() / 300);
    received.erase(received.begin() + static_cast<ptrdiff_t>(reply),
                   received.begin() + static_cast<ptrdiff_t>(reply + kReply.size()));
    ck_assert(received == expected);
    ck_assert(std::ranges::equal(batch->slab(), before));
}
END_TEST

START_TEST(test_stream_writer_control_is_bounded) {
    Writing w;
    const std::string most(StreamWriter::kMaxControl, 'x');
    ck_assert(w.writer.queue_control(most));
    ck_assert(!w.writer.queue_control("y"));
    ck_assert(w.writer.flush(w.pipe.near(), w.scratch) == Outcome::Blocked);
    const uint64_t sent = w.writer.bytes_sent();
    ck_assert_msg(w.writer.queue_control(std::string(sent, 'z')), "there is room for what was sent");
    ck_assert(!w.writer.queue_control("y"));
    Bytes expected;
    append(expected, most);
    append(expected, std::string(sent, 'z'));
    ck_assert(w.finish() == expected);
}
END_TEST

// A client that is always a little behind with reading its answers does not make us keep what it has read.
START_TEST(test_stream_writer_control_sent_is_not_kept) {
    Writing w;
    ck_assert(w.writer.queue_control(std::string(100'000, 'x')));
    largest_allocation = 0;
    uint64_t queued = 100'000;
    for (int round = 0; round < 10'000 || queued < 10 * StreamWriter::kMaxControl; ++round) {
        ck_assert(w.writer.flush(w.pipe.near(), w.scratch) == Outcome::Blocked);
        w.pipe.read(4096);
        w.writer.flush(w.pipe.near(), w.scratch);
        const uint64_t missing = 100'000 - (queued - w.writer.bytes_sent());
        ck_assert(w.writer.queue_control(std::string(missing, 'y')));
        queued += missing;
    }
    ck_assert_uint_le(largest_allocation, 3 * StreamWriter::kMaxControl);
}
END_TEST

START_TEST(test_stream_writer_reports_a_broken_connection) {
    Writing w;
    w.pipe.hang_up();
    ck_assert(w.write(test::make_batch({})) == Outcome::Broken);
}
END_TEST

int main() {
    return test::run_suite("stream_writer", {
                                                test_stream_writer_bytes_come_out_exactly,
                                                test_stream_writer_blocked_goes_on_where_it_was,
                                                test_stream_writer_control_overtakes_at_the_next_packet_only,
                                                test_stream_writer_control_comes_before_the_slab_written_after_it,
                                                test_stream_writer_relabels_all_packets_of_the_viewer_and_nobody_elses,
                                                test_stream_writer_control_is_bounded,
                                                test_stream_writer_control_sent_is_not_kept,
                                                test_stream_writer_reports_a_broken_connection,
                                            });
}
