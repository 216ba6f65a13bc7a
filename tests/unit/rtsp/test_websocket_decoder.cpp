// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/websocket_decoder.h"
#include "support/check_suite.h"
#include "support/check_text.h"
#include "support/websocket_client.h"
#include "support/websocket_items.h"

using namespace rtspcore;
using namespace std::string_literals;
using namespace std::string_view_literals;
using rtsp::WebSocketDecoder;
using test::client_frame;

namespace {

// FIN and opcode.
constexpr uint8_t kBinary = 0x82;
constexpr uint8_t kFirst = 0x02;
constexpr uint8_t kMiddle = 0x00;
constexpr uint8_t kLast = 0x80;
constexpr uint8_t kClose = 0x88;
constexpr uint8_t kPing = 0x89;
constexpr uint8_t kPong = 0x8a;

using Items = std::vector<std::string>;

struct Case {
    const char *name;
    std::string bytes;
    Items items;
};

std::string joined(const Items &items) {
    std::string out;
    for (const std::string &item : items)
        out += item + "|";
    return out;
}

void check(const std::vector<Case> &cases, WebSocketDecoder::Limits limits = {}) {
    for (const Case &c : cases) {
        for (const size_t portion : {1, 2, 3, 5, 64, 100'000}) {
            WebSocketDecoder decoder(limits);
            const auto items = test::decode_in_portions(decoder, test::as_bytes(c.bytes), [=] { return portion; });
            ck_assert_msg(items == c.items, "%s in portions of %zu: %s", c.name, portion, joined(items).c_str());
        }
    }
}

std::string repeat(const std::string &text, int times) {
    std::string out;
    for (int i = 0; i < times; ++i)
        out += text;
    return out;
}

}  // namespace

START_TEST(test_websocket_decoder_messages_are_a_byte_stream) {
    const std::string large(70'000, 'x');
    const std::string middle(126, 'y');
    check({
        {"one", client_frame(kBinary, "PLAY"), {"data PLAY"}},
        {"two", client_frame(kBinary, "PL") + client_frame(kBinary, "AY"), {"data PLAY"}},
        {"length of 16 bits", client_frame(kBinary, middle), {"data " + middle}},
        {"length of 64 bits", client_frame(kBinary, large), {"data " + large}},
        {"fragments",
         client_frame(kFirst, "P") + client_frame(kMiddle, "LA") + client_frame(kMiddle, "") + client_frame(kLast, "Y"),
         {"data PLAY"}},
        {"empty", client_frame(kBinary, "") + client_frame(kFirst, "") + client_frame(kLast, ""), {}},
        {"half a frame", client_frame(kBinary, "PLAY").substr(0, 8), {"data PL"}},
        {"half a header", client_frame(kBinary, large).substr(0, 13), {}},
    });
}
END_TEST

START_TEST(test_websocket_decoder_control_frames_come_between) {
    check({
        {"ping", client_frame(kPing, "hi") + client_frame(kPing, ""), {"ping hi", "ping "}},
        {"pong", client_frame(kPong, "x"), {"pong"}},
        {"ping in a message",
         client_frame(kFirst, "PL") + client_frame(kPing, "hi") + client_frame(kLast, "AY"),
         {"data PL", "ping hi", "data AY"}},
        {"longest ping", client_frame(kPing, std::string(125, 'p')), {"ping " + std::string(125, 'p')}},
        {"close", client_frame(kClose, "") + client_frame(kBinary, "x"), {"close 1000"}},
        {"close with code", client_frame(kClose, "\x03\xe9") + client_frame(kPing, "x"), {"close 1001"}},
        {"close with reason",
         client_frame(kClose,
                      "\x0f\xa0"
                      "b\xc3\xa9"),
         {"close 4000"}},
        {"close in a message", client_frame(kFirst, "PL") + client_frame(kClose, ""), {"data PL", "close 1000"}},
    });
}
END_TEST

START_TEST(test_websocket_decoder_what_is_wrong_is_refused_with_a_code) {
    const std::string tail = client_frame(kPing, "x");
    check({
        {"not masked", "\x82\x04PLAY" + tail, {"refused 1002"}},
        {"not masked, empty", "\x82\0"s + tail, {"refused 1002"}},
        {"reserved bit", client_frame(0xc2, "x") + tail, {"refused 1002"}},
        {"reserved opcode of data", client_frame(0x83, "x") + tail, {"refused 1002"}},
        {"reserved opcode of control", client_frame(0x8b, "x") + tail, {"refused 1002"}},
        {"text", client_frame(0x81, "PLAY") + tail, {"refused 1003"}},
        {"first fragment of a text", client_frame(0x01, "PLAY") + tail, {"refused 1003"}},
        {"continuation of nothing", client_frame(kLast, "x") + tail, {"refused 1002"}},
        {"continuation after the end",
         client_frame(kFirst, "a") + client_frame(kLast, "b") + client_frame(kLast, "c"),
         {"data ab", "refused 1002"}},
        {"message in a message", client_frame(kFirst, "a") + client_frame(kBinary, "b"), {"data a", "refused 1002"}},
        {"fragmented ping", client_frame(0x09, "x") + tail, {"refused 1002"}},
        {"fragmented close", client_frame(0x08, "") + tail, {"refused 1002"}},
        {"ping too long", client_frame(kPing, std::string(126, 'p')) + tail, {"refused 1002"}},
        {"16 bits for a short length", "\x82\xfe\0\x01mask"s, {"refused 1002"}},
        {"64 bits for a short length", "\x82\xff\0\0\0\0\0\0\xff\xffmask"s, {"refused 1002"}},
        {"length of 64 bits with the first set", "\x82\xff\x80\0\0\0\0\1\0\0mask"s, {"refused 1002"}},
        {"close code of one byte", client_frame(kClose, "\x03") + tail, {"refused 1002"}},
        {"close code that must not be sent", client_frame(kClose, "\x03\xed") + tail, {"refused 1002"}},
        {"close code 0", client_frame(kClose, "\0\0"s) + tail, {"refused 1002"}},
        {"close code 5000", client_frame(kClose, "\x13\x88") + tail, {"refused 1002"}},
        {"reason not in UTF-8", client_frame(kClose, "\x03\xe8\xff") + tail, {"refused 1007"}},
    });
}
END_TEST

START_TEST(test_websocket_decoder_limits_hold_to_the_byte) {
    // A header is 6 bytes here.
    constexpr WebSocketDecoder::Limits kSmall{.frame = 10, .message = 30};
    const std::string ten = "0123456789";
    check(
        {
            {"frame as large as allowed", client_frame(kBinary, ten), {"data " + ten}},
            {"frame too large", client_frame(kBinary, ten + "x"), {"refused 1009"}},
            {"largest of all lengths", "\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xffmask"s, {"refused 1009"}},
            {"message as large as allowed",
             client_frame(kFirst, ten) + client_frame(kLast, "12345678"),
             {"data " + ten + "12345678"}},
            {"message too large",
             client_frame(kFirst, ten) + client_frame(kMiddle, "123456789"),
             {"data " + ten, "refused 1009"}},
            {"message of nothing without end",
             client_frame(kFirst, "") + repeat(client_frame(kMiddle, ""), 5),
             {"refused 1009"}},
            {"many messages", repeat(client_frame(kBinary, ten), 5), {"data " + repeat(ten, 5)}},
            {"control frames do not count",
             client_frame(kFirst, "a") + repeat(client_frame(kPong, ten), 3) + client_frame(kLast, "b"),
             {"data a", "pong", "pong", "pong", "data b"}},
        },
        kSmall);
}
END_TEST

START_TEST(test_websocket_decoder_in_message_from_first_byte_to_last) {
    WebSocketDecoder decoder;
    const auto feed = [&decoder](const std::string &bytes) {
        test::decode_in_portions(decoder, test::as_bytes(bytes), [] { return 1; });
        return decoder.in_message();
    };
    const std::string frame = client_frame(kFirst, "ab");
    ck_assert(!decoder.in_message());
    ck_assert(feed(frame.substr(0, 1)));
    ck_assert(feed(frame.substr(1, 6)));
    ck_assert(feed(frame.substr(7)));
    ck_assert(feed(client_frame(kPing, "")));
    ck_assert(!feed(client_frame(kLast, "")));
    ck_assert(!feed(client_frame(kPing, "x")));
}
END_TEST

START_TEST(test_websocket_decoder_refusal_tells_what_was_expected) {
    WebSocketDecoder decoder;
    std::string bytes = "\x82\x04PLAY";
    std::span<uint8_t> rest(reinterpret_cast<uint8_t *>(bytes.data()), bytes.size());
    const auto item = decoder.next(rest);
    test::assert_text(std::get<WebSocketDecoder::Refused>(item).reason,
                      "expected a masked frame, came one without mask");
    ck_assert(std::holds_alternative<WebSocketDecoder::NeedMore>(decoder.next(rest)));
    ck_assert(rest.empty());
}
END_TEST

int main() {
    return test::run_suite(
        "websocket_decoder",
        {test_websocket_decoder_messages_are_a_byte_stream, test_websocket_decoder_control_frames_come_between,
         test_websocket_decoder_what_is_wrong_is_refused_with_a_code, test_websocket_decoder_limits_hold_to_the_byte,
         test_websocket_decoder_in_message_from_first_byte_to_last,
         test_websocket_decoder_refusal_tells_what_was_expected});
}
