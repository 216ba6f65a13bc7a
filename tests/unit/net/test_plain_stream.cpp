// SPDX-License-Identifier: LGPL-2.1-or-later
#include <sys/socket.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "net/plain_stream.h"
#include "support/check_suite.h"

using namespace rtspcore;
using net::PlainStream;
using Outcome = net::ByteStream::Outcome;

namespace {

struct Pair {
    Pair() {
        std::array<int, 2> ends{};
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()), 0);
        near = std::make_unique<PlainStream>(UniqueFd(ends[0]));
        far = std::make_unique<PlainStream>(UniqueFd(ends[1]));
    }
    std::unique_ptr<PlainStream> near;
    std::unique_ptr<PlainStream> far;
};

}  // namespace

START_TEST(test_plain_stream_gives_what_the_other_end_wrote) {
    Pair pair;
    std::vector<uint8_t> buffer(net::ByteStream::kReadSize);
    ck_assert(pair.far->read(buffer).outcome == Outcome::Blocked);
    const std::vector<uint8_t> text{'h', 'i'};
    const auto written = pair.near->write(text);
    ck_assert(written.size == 2 && written.outcome == Outcome::Done);
    const auto got = pair.far->read(buffer);
    ck_assert(got.size == 2 && got.outcome == Outcome::Done && buffer[0] == 'h' && buffer[1] == 'i');
}
END_TEST

START_TEST(test_plain_stream_full_socket_takes_a_part) {
    Pair pair;
    const std::vector<uint8_t> much(16 * 1024 * 1024);
    const auto written = pair.near->write(much);
    ck_assert(written.outcome == Outcome::Blocked && written.size > 0 && written.size < much.size());
    const auto more = pair.near->write(much);
    ck_assert(more.outcome == Outcome::Blocked && more.size == 0);
    ck_assert(pair.near->flush() == Outcome::Done);
}
END_TEST

START_TEST(test_plain_stream_tells_the_end) {
    Pair pair;
    pair.far.reset();
    std::vector<uint8_t> buffer(net::ByteStream::kReadSize);
    ck_assert(pair.near->read(buffer).outcome == Outcome::Broken);
    ck_assert(pair.near->why() == "closed by the peer");
    ck_assert(pair.near->write(buffer).outcome == Outcome::Broken);
}
END_TEST

int main() {
    return test::run_suite(
        "plain_stream", {test_plain_stream_gives_what_the_other_end_wrote, test_plain_stream_full_socket_takes_a_part,
                         test_plain_stream_tells_the_end});
}
