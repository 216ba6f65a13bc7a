// SPDX-License-Identifier: LGPL-2.1-or-later
#include <sys/socket.h>

#include <array>

#include "net/plain_stream.h"
#include "net/websocket_stream.h"
#include "support/bytes.h"
#include "support/check_suite.h"
#include "support/check_text.h"
#include "support/websocket_client.h"

using namespace rtspcore;
using namespace std::string_literals;
using namespace std::string_view_literals;
using net::ByteStream;
using net::WebSocketStream;
using test::client_frame;
using Outcome = net::ByteStream::Outcome;

namespace {

constexpr uint8_t kBinary = 0x82;
constexpr uint8_t kPing = 0x89;
constexpr uint8_t kClose = 0x88;

// A client at the other end of a socket pair; both ends never block.
class Pair {
public:
    explicit Pair(std::string_view answer = {}, std::string_view begin = {}) {
        std::array<int, 2> ends{};
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
        client_ = UniqueFd(ends[1]);
        stream = std::make_unique<WebSocketStream>(std::make_unique<net::PlainStream>(UniqueFd(ends[0])), answer,
                                                   std::vector<uint8_t>(begin.begin(), begin.end()));
    }
    void say(std::string_view bytes) const {
        ck_assert_int_eq(::send(client_.get(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
    }
    // All that has come.
    [[nodiscard]] std::string hear() const {
        std::string all;
        std::array<char, 65536> buffer;
        for (ssize_t got = 0; (got = ::recv(client_.get(), buffer.data(), buffer.size(), 0)) > 0;)
            all.append(buffer.data(), static_cast<size_t>(got));
        return all;
    }
    // "text", "blocked", "broken: why".
    [[nodiscard]] std::string read() const {
        std::vector<uint8_t> buffer(ByteStream::kReadSize);
        const auto [size, outcome] = stream->read(buffer);
        if (outcome == Outcome::Done)
            return std::string(buffer.begin(), buffer.begin() + static_cast<ptrdiff_t>(size));
        ck_assert_uint_eq(size, 0);
        return outcome == Outcome::Blocked ? "blocked" : "broken: " + stream->why();
    }
    [[nodiscard]] Outcome write(std::string_view text) const { return stream->write(test::as_bytes(text)).outcome; }
    void leave() { client_.reset(); }

    std::unique_ptr<WebSocketStream> stream;

private:
    UniqueFd client_;
};

}  // namespace

START_TEST(test_websocket_stream_payloads_are_one_stream) {
    const Pair pair;
    pair.say(client_frame(0x02, "PL") + client_frame(kPing, "hi") + client_frame(0x80, "AY") +
             client_frame(kBinary, " *"));
    test::assert_text(pair.read(), "PLAY *");
    test::assert_text(pair.read(), "blocked");
    const std::string cut = client_frame(kBinary, "RTSP");
    pair.say(cut.substr(0, 8));
    test::assert_text(pair.read(), "RT");
    pair.say(cut.substr(8));
    test::assert_text(pair.read(), "SP");
}
END_TEST

START_TEST(test_websocket_stream_answer_and_beginning_come_first) {
    const Pair pair("HTTP/1.1 101\r\n\r\n", client_frame(kBinary, "PLAY"));
    test::assert_text(pair.read(), "PLAY");
    ck_assert(pair.write("OK") == Outcome::Done);
    test::assert_text(pair.hear(), "HTTP/1.1 101\r\n\r\n\x82\x02OK");
}
END_TEST

START_TEST(test_websocket_stream_write_is_one_frame) {
    const Pair pair;
    ck_assert(pair.write("RTSP/1.0 200 OK") == Outcome::Done);
    ck_assert(pair.write(std::string(300, 'x')) == Outcome::Done);
    test::assert_text(pair.hear(), "\x82\x0fRTSP/1.0 200 OK\x82\x7e\x01\x2c" + std::string(300, 'x'));
}
END_TEST

START_TEST(test_websocket_stream_blocked_frame_goes_on_before_all_else) {
    const Pair pair;
    const std::string large(8 << 20, 'x');
    const auto [taken, outcome] = pair.stream->write(test::as_bytes(large));
    ck_assert_uint_eq(taken, large.size());  // it is the stream's to send
    ck_assert(outcome == Outcome::Blocked);
    ck_assert_uint_eq(pair.stream->write(test::as_bytes("more")).size, 0);
    pair.say(client_frame(kPing, "hi"));
    test::assert_text(pair.read(), "blocked");
    std::string heard = pair.hear();
    while (pair.stream->flush() == Outcome::Blocked)
        heard += pair.hear();
    heard += pair.hear();
    ck_assert_uint_eq(heard.size(), 10 + large.size() + 4);
    ck_assert(heard.starts_with("\x82\x7f\0\0\0\0\0\x80\0\0xxx"sv));
    ck_assert(heard.ends_with("xxx\x8a\x02hi"));
}
END_TEST

START_TEST(test_websocket_stream_flood_of_pings_costs_one_pong) {
    const Pair pair;
    std::string pings;
    for (int i = 0; i < 1000; ++i)
        pings += client_frame(kPing, std::to_string(i));
    pair.say(pings);
    test::assert_text(pair.read(), "blocked");
    test::assert_text(pair.hear(),
                      "\x8a\x03"
                      "999");
}
END_TEST

START_TEST(test_websocket_stream_close_is_answered_and_ends_it) {
    const Pair pair;
    pair.say(client_frame(kBinary, "TEARDOWN") + client_frame(kClose, "\x03\xe9"));
    test::assert_text(pair.read(), "TEARDOWN");
    test::assert_text(pair.hear(), "\x88\x02\x03\xe9");
    test::assert_text(pair.read(), "broken: closed by the peer");
}
END_TEST

START_TEST(test_websocket_stream_wrong_frame_is_refused) {
    const Pair pair;
    pair.say(client_frame(0x81, "PLAY"));
    const std::string why = pair.read();
    ck_assert_msg(why.starts_with("broken: WebSocket: expected binary frames"), "%s", why.c_str());
    ck_assert(pair.hear().substr(2, 2) == "\x03\xeb");
    ck_assert(pair.write("more") == Outcome::Broken);
    test::assert_text(pair.hear(), "");
}
END_TEST

START_TEST(test_websocket_stream_that_ends_says_it_goes_away) {
    Pair pair;
    pair.stream.reset();
    test::assert_text(pair.hear(), "\x88\x02\x03\xe9");
}
END_TEST

START_TEST(test_websocket_stream_peer_that_left_is_noticed) {
    Pair pair;
    pair.leave();
    test::assert_text(pair.read(), "broken: closed by the peer");
    ck_assert(pair.write("more") == Outcome::Broken);
}
END_TEST

int main() {
    return test::run_suite(
        "websocket_stream",
        {test_websocket_stream_payloads_are_one_stream, test_websocket_stream_answer_and_beginning_come_first,
         test_websocket_stream_write_is_one_frame, test_websocket_stream_blocked_frame_goes_on_before_all_else,
         test_websocket_stream_flood_of_pings_costs_one_pong, test_websocket_stream_close_is_answered_and_ends_it,
         test_websocket_stream_wrong_frame_is_refused, test_websocket_stream_that_ends_says_it_goes_away,
         test_websocket_stream_peer_that_left_is_noticed});
}
