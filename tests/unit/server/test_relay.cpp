// SPDX-License-Identifier: LGPL-2.1-or-later
#include <sys/socket.h>

#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "net/plain_stream.h"
#include "net/socket.h"
#include "server/relay.h"
#include "support/check_suite.h"
#include "support/loop_run.h"

using namespace rtspcore;
using net::PlainStream;
using server::Relay;
using Bytes = std::vector<uint8_t>;

namespace {

std::pair<std::unique_ptr<PlainStream>, std::unique_ptr<PlainStream>> make_pair() {
    auto ends = net::loopback_pair();
    ck_assert(ends.ok());
    return {std::make_unique<PlainStream>(std::move(ends->first)),
            std::make_unique<PlainStream>(std::move(ends->second))};
}

struct Between {
    Between() {
        auto [client, one] = make_pair();
        auto [other, inner] = make_pair();
        near = std::move(client);
        far = std::move(inner);
        relay = std::make_unique<Relay>(loop, std::move(one), std::move(other), [this] {
            ended = true;
            relay.reset();
        });
    }
    // Writes `sent` at one end and reads at the other until all has come.
    Bytes carry(PlainStream &from, PlainStream &to, const Bytes &sent) {
        size_t written = 0;
        Bytes received;
        Bytes buffer(net::ByteStream::kReadSize);
        test::LoopRun(loop, [&] {
            if (written < sent.size())
                written += from.write(std::span(sent).subspan(written)).size;
            const auto got = to.read(buffer);
            received.insert(received.end(), buffer.begin(), buffer.begin() + static_cast<ptrdiff_t>(got.size));
            return received.size() >= sent.size();
        });
        return received;
    }

    EventLoop loop;
    std::unique_ptr<PlainStream> near;
    std::unique_ptr<PlainStream> far;
    std::unique_ptr<Relay> relay;
    bool ended = false;
};

Bytes pattern(size_t size) {
    Bytes bytes(size);
    for (size_t i = 0; i < size; ++i)
        bytes[i] = static_cast<uint8_t>(i * 7 + i / 255);
    return bytes;
}

}  // namespace

START_TEST(test_relay_carries_both_ways_more_than_fits_at_once) {
    Between b;
    const Bytes much = pattern(8 * 1024 * 1024);
    ck_assert(b.carry(*b.near, *b.far, much) == much);
    ck_assert(b.carry(*b.far, *b.near, much) == much);
    ck_assert(b.carry(*b.near, *b.far, {1}) == Bytes{1});
}
END_TEST

START_TEST(test_relay_that_is_not_read_from_takes_no_more) {
    Between b;
    const Bytes much = pattern(1024 * 1024);
    size_t written = 0;
    size_t rounds_without = 0;
    test::LoopRun(b.loop, [&] {
        const size_t more = b.near->write(much).size;
        written += more;
        rounds_without = more > 0 ? 0 : rounds_without + 1;
        return rounds_without > 100;
    });
    ck_assert_msg(written < 64 * much.size(), "what nobody reads has to stay where it is");
}
END_TEST

START_TEST(test_relay_ends_when_either_side_does) {
    for (const bool near_ends : {true, false}) {
        Between b;
        ck_assert(b.carry(*b.near, *b.far, {1}) == Bytes{1});
        (near_ends ? b.near : b.far).reset();
        test::LoopRun(b.loop, [&] { return b.ended; });
        Bytes buffer(net::ByteStream::kReadSize);
        PlainStream &left = near_ends ? *b.far : *b.near;
        ck_assert(left.read(buffer).outcome == net::ByteStream::Outcome::Broken);
    }
}
END_TEST

int main() {
    return test::run_suite(
        "relay", {test_relay_carries_both_ways_more_than_fits_at_once, test_relay_that_is_not_read_from_takes_no_more,
                  test_relay_ends_when_either_side_does});
}
