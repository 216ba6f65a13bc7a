// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/websocket_frame.h"
#include "support/bytes.h"
#include "support/check_suite.h"
#include "support/check_text.h"

using namespace rtspcore;
using namespace std::string_literals;
using namespace std::string_view_literals;
using rtsp::WebSocketClose;
using rtsp::WebSocketFrameHeader;
using rtsp::WebSocketOpcode;

START_TEST(test_websocket_frame_header_tells_length_in_the_shortest_form) {
    const struct {
        uint64_t size;
        std::string_view bytes;
    } cases[] = {
        {0, "\x82\0"sv},
        {125, "\x82\x7d"},
        {126, "\x82\x7e\0\x7e"sv},
        {65535, "\x82\x7e\xff\xff"},
        {65536, "\x82\x7f\0\0\0\0\0\1\0\0"sv},
        {0x123456789a, "\x82\x7f\0\0\0\x12\x34\x56\x78\x9a"sv},
    };
    for (const auto &c : cases) {
        const WebSocketFrameHeader header(WebSocketOpcode::Binary, c.size);
        test::assert_text(std::string(test::as_text(header.bytes())), c.bytes);
    }
}
END_TEST

START_TEST(test_websocket_frame_control_frames_are_whole) {
    test::assert_text(rtsp::websocket_pong(test::as_bytes("hi")), "\x8a\x02hi");
    test::assert_text(rtsp::websocket_pong({}), "\x8a\0"sv);
    test::assert_text(rtsp::websocket_close(WebSocketClose::Normal, ""), "\x88\x02\x03\xe8");
    test::assert_text(rtsp::websocket_close(WebSocketClose::ProtocolError, "why"), "\x88\x05\x03\xeawhy");
}
END_TEST

START_TEST(test_websocket_frame_long_reason_is_cut_between_characters) {
    test::assert_text(rtsp::websocket_close(WebSocketClose::Normal, std::string(200, 'x')),
                      "\x88\x7d\x03\xe8" + std::string(123, 'x'));
    test::assert_text(rtsp::websocket_close(WebSocketClose::Normal, std::string(122, 'x') + "\xc3\xa9"),
                      "\x88\x7c\x03\xe8" + std::string(122, 'x'));
    const std::string long_ping(300, 'p');
    ck_assert_uint_eq(rtsp::websocket_pong(test::as_bytes(long_ping)).size(), 2 + 125);
}
END_TEST

int main() {
    return test::run_suite("websocket_frame", {test_websocket_frame_header_tells_length_in_the_shortest_form,
                                               test_websocket_frame_control_frames_are_whole,
                                               test_websocket_frame_long_reason_is_cut_between_characters});
}
