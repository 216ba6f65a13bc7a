// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cstring>

#include "rtsp/message_parser.h"
#include "support/check_suite.h"
#include "support/parser_items.h"

using namespace rtspcore;
using namespace std::string_literals;
using namespace std::string_view_literals;
using rtsp::MessageParser;

namespace {

using Items = std::vector<std::string>;

struct Case {
    const char *name;
    std::string_view bytes;
    Items items;
};

const Case kRequests[] = {
    {"as curl sends it",
     "OPTIONS rtsp://h/cam RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: curl\r\n\r\n",
     {"OPTIONS rtsp://h/cam {CSeq: 1; User-Agent: curl} "}},
    {"no header fields", "OPTIONS * RTSP/1.0\r\n\r\n", {"OPTIONS * {} "}},
    {"body",
     "SET_PARAMETER * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 5\r\n\r\na: b\n",
     {"SET_PARAMETER * {CSeq: 1; Content-Length: 5} a: b\n"}},
    {"body of line ends",
     "SET_PARAMETER * RTSP/1.0\r\nContent-Length: 4\r\n\r\n\n\r\n\nPLAY * RTSP/1.0\n\n",
     {"SET_PARAMETER * {Content-Length: 4} \n\r\n\n", "PLAY * {} "}},
    {"body with NUL",
     "SET_PARAMETER * RTSP/1.0\r\nContent-Length: 3\r\n\r\na\0b"sv,
     {"SET_PARAMETER * {Content-Length: 3} a\0b"s}},
    {"pipelined",
     "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\nOPTIONS * RTSP/1.0\r\nCSeq: 2\r\n\r\n",
     {"OPTIONS * {CSeq: 1} ", "OPTIONS * {CSeq: 2} "}},
    {"line ends between messages",
     "\r\n\r\nOPTIONS * RTSP/1.0\r\n\r\n\r\n\n\rPLAY * RTSP/1.0\r\n\r\n\r\n",
     {"OPTIONS * {} ", "PLAY * {} "}},
    {"lone line feeds",
     "OPTIONS * RTSP/1.0\nCSeq: 1\n\nPLAY * RTSP/1.0\nContent-Length: 1\n\nx",
     {"OPTIONS * {CSeq: 1} ", "PLAY * {Content-Length: 1} x"}},
    {"lone carriage returns",
     "OPTIONS * RTSP/1.0\rCSeq: 1\r\rPLAY * RTSP/1.0\rContent-Length: 1\r\rx",
     {"OPTIONS * {CSeq: 1} ", "PLAY * {Content-Length: 1} x"}},
    {"folded field",
     "OPTIONS * RTSP/1.0\r\nTransport: a,\r\n b\r\n\tc\r\n \r\nCSeq:\r\n 1\r\n\r\n",
     {"OPTIONS * {Transport: a, b c; CSeq: 1} "}},
    {"spaces round everything",
     "  OPTIONS \t *  RTSP/1.0 \r\nCSeq \t:  \t 1 \t\r\nEmpty:\r\n\r\n",
     {"OPTIONS * {CSeq: 1; Empty: } "}},
    {"colons in a value", "OPTIONS * RTSP/1.0\r\nReferer: rtsp://h:1/\r\n\r\n", {"OPTIONS * {Referer: rtsp://h:1/} "}},
    {"field names without case", "PLAY * RTSP/1.0\r\ncontent-LENGTH: 1\r\n\r\nx", {"PLAY * {content-LENGTH: 1} x"}},
    {"the same length twice",
     "PLAY * RTSP/1.0\r\nContent-Length: 1\r\nContent-Length: 01\r\n\r\nx",
     {"PLAY * {Content-Length: 1; Content-Length: 01} x"}},
    {"unknown method", "BREW coffee RTSP/1.0\r\nCSeq: 1\r\n\r\n", {"BREW coffee {CSeq: 1} "}},
    {"version in lower case", "OPTIONS * rtsp/1.0\r\n\r\n", {"OPTIONS * {} "}},
    {"UTF-8 in the URI", "OPTIONS rtsp://h/caf\xc3\xa9 RTSP/1.0\r\n\r\n", {"OPTIONS rtsp://h/caf\xc3\xa9 {} "}},
    {"dollar sign in a message", "$$$ $ RTSP/1.0", {}},
    {"dollar sign in the body",
     "PLAY $ RTSP/1.0\r\nA: $\r\n$: 1\r\nContent-Length: 5\r\n\r\n$\0\0\1x"sv,
     {"PLAY $ {A: $; $: 1; Content-Length: 5} $\0\0\1x"s}},
    {"response",
     "RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 2\r\n\r\nhiPLAY * RTSP/1.0\r\n\r\n",
     {"response", "PLAY * {} "}},
    {"bad response", "RTSP/7 what?\r\n:\r\n\r\nPLAY * RTSP/1.0\r\n\r\n", {"response", "PLAY * {} "}},
    {"half a message", "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n", {}},
    {"half a body", "OPTIONS * RTSP/1.0\r\nContent-Length: 9\r\n\r\n12345678", {}},
    {"nothing but line ends", "\r\n\n\r\r\n", {}},
};

const Case kFrames[] = {
    {"one", "$\0\0\3abc"sv, {"frame 0 abc"}},
    {"empty", "$\xff\0\0$\1\0\0"sv, {"frame 255 ", "frame 1 "}},
    {"two", "$\0\0\1a$\1\0\2bc"sv, {"frame 0 a", "frame 1 bc"}},
    {"that look like messages", "$\2\0\6PLAY *$\2\0\4\r\n\r\n"sv, {"frame 2 PLAY *", "frame 2 \r\n\r\n"}},
    {"between messages",
     "$\0\0\1aPLAY * RTSP/1.0\r\n\r\n$\1\0\1b\r\n$\2\0\1cPLAY * RTSP/1.0\n\n"sv,
     {"frame 0 a", "PLAY * {} ", "frame 1 b", "frame 2 c", "PLAY * {} "}},
    {"half a frame header", "$\0\1"sv, {}},
    {"half a frame", "$\0\0\2a"sv, {}},
};

const Case kSurvivable[] = {
    {"other version",
     "PLAY * RTSP/2.0\r\nCSeq: 7\r\nContent-Length: 2\r\n\r\nhiPLAY * RTSP/1.0\r\n\r\n",
     {"malformed 505 cseq=7", "PLAY * {} "}},
    {"version with leading zeros", "PLAY * RTSP/1.00\r\n\r\n", {"malformed 505 cseq="}},
    {"no version", "PLAY *\r\nCSeq: 7\r\n\r\nPLAY * RTSP/1.0\r\n\r\n", {"malformed 400 cseq=7", "PLAY * {} "}},
    {"no protocol that we know", "PLAY * SIP/2.0\r\nCSeq: 7\r\n\r\n", {"malformed 400 cseq=7"}},
    {"space in the URI", "PLAY rtsp://h/a b RTSP/1.0\r\nCSeq: 7\r\n\r\n", {"malformed 400 cseq=7"}},
    {"method that is no token", "PL@Y * RTSP/1.0\r\nCSeq: 7\r\n\r\n", {"malformed 400 cseq=7"}},
    {"blanks only", " \t\r\n\r\nPLAY * RTSP/1.0\r\n\r\n", {"malformed 400 cseq=", "PLAY * {} "}},
    {"field without colon",
     "PLAY * RTSP/1.0\r\nwhat\r\nCSeq: 7\r\n\r\nPLAY * RTSP/1.0\r\n\r\n",
     {"malformed 400 cseq=7", "PLAY * {} "}},
    {"field without name", "PLAY * RTSP/1.0\r\nCSeq: 7\r\n: what\r\n\r\n", {"malformed 400 cseq=7"}},
    {"field whose name has a space", "PLAY * RTSP/1.0\r\nCSeq: 7\r\nA b: what\r\n\r\n", {"malformed 400 cseq=7"}},
    {"continuation of nothing", "PLAY * RTSP/1.0\r\n more\r\nCSeq: 7\r\n\r\n", {"malformed 400 cseq=7"}},
    {"continuation of a bad field", "PLAY * RTSP/1.0\r\nCSeq: 7\r\nwhat\r\n more\r\n\r\n", {"malformed 400 cseq=7"}},
    {"NUL in a value",
     "PLAY * RTSP/1.0\r\nCSeq: 7\r\nA: b\0c\r\n\r\nPLAY * RTSP/1.0\r\n\r\n"sv,
     {"malformed 400 cseq=7", "PLAY * {} "}},
    {"bad field and a body",
     "PLAY * RTSP/1.0\r\nCSeq: 7\r\nwhat\r\nContent-Length: 2\r\n\r\n$$PLAY * RTSP/1.0\r\n\r\n",
     {"malformed 400 cseq=7", "PLAY * {} "}},
    {"the first fault counts", "PLAY * RTSP/3.0\r\nCSeq: 7\r\nwhat\r\n\r\n", {"malformed 505 cseq=7"}},
};

const Case kFatal[] = {
    {"HTTP", "GET /cam HTTP/1.1\r\nHost: h\r\n\r\nPLAY * RTSP/1.0\r\n\r\n", {"malformed 400 cseq= closed"}},
    {"HTTP tunnel", "POST /cam HTTP/1.0\r\nContent-Length: 32767\r\n\r\n", {"malformed 400 cseq= closed"}},
    {"NUL in the request line", "PLAY \0 RTSP/1.0\r\n\r\n"sv, {"malformed 400 cseq= closed"}},
    {"control character, line not ended", "PLAY \x1b", {"malformed 400 cseq= closed"}},
    {"TLS", "\x16\x03\x01\x02", {"malformed 400 cseq= closed"}},
    {"length is no number",
     "PLAY * RTSP/1.0\r\nCSeq: 7\r\nContent-Length: x\r\n\r\nPLAY * RTSP/1.0\r\n\r\n",
     {"malformed 400 cseq=7 closed"}},
    {"length is empty", "PLAY * RTSP/1.0\r\nContent-Length:\r\n\r\n", {"malformed 400 cseq= closed"}},
    {"length is negative", "PLAY * RTSP/1.0\r\nContent-Length: -1\r\n\r\n", {"malformed 400 cseq= closed"}},
    {"length has a sign", "PLAY * RTSP/1.0\r\nContent-Length: +1\r\n\r\n", {"malformed 400 cseq= closed"}},
    {"length overflows",
     "PLAY * RTSP/1.0\r\nContent-Length: 18446744073709551616\r\n\r\n",
     {"malformed 400 cseq= closed"}},
    {"length is folded", "PLAY * RTSP/1.0\r\nContent-Length: 1\r\n 2\r\n\r\n", {"malformed 400 cseq= closed"}},
    {"length hides a NUL", "PLAY * RTSP/1.0\r\nContent-Length: 1\0\r\n\r\n"sv, {"malformed 400 cseq= closed"}},
    {"lengths differ",
     "PLAY * RTSP/1.0\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
     {"malformed 400 cseq= closed"}},
    {"length too big", "PLAY * RTSP/1.0\r\nCSeq: 7\r\nContent-Length: 65537\r\n\r\n", {"malformed 413 cseq=7 closed"}},
    {"length of the largest number",
     "PLAY * RTSP/1.0\r\nContent-Length: 18446744073709551615\r\n\r\n",
     {"malformed 413 cseq= closed"}},
};

// Limits small enough to be met exactly.
constexpr MessageParser::Limits kSmall = {.request_line = 20, .headers = 24, .header_fields = 3, .body = 4};

const Case kLimited[] = {
    {"request line as long as allowed", "PLAY 123456 RTSP/1.0\r\n\r\n", {"PLAY 123456 {} "}},
    {"request line too long", "PLAY 1234567 RTSP/1.0\r\n\r\n", {"malformed 414 cseq= closed"}},
    {"request line without end", "123456789012345678901", {"malformed 414 cseq= closed"}},
    {"request line not yet too long", "12345678901234567890", {}},
    {"control character behind the limit", "PLAY 1234567 RTSP/1.0\x01\r\n\r\n", {"malformed 414 cseq= closed"}},
    {"header lines as long as allowed",
     "P * RTSP/1.0\r\nA: 345678901\r\nB: 345678\r\n\r\n",
     {"P * {A: 345678901; B: 345678} "}},
    {"header lines too long",
     "P * RTSP/1.0\r\nCSeq: 6789\r\nB: 34567890123\r\n\r\n",
     {"malformed 400 cseq=6789 closed"}},
    {"header line without end", "P * RTSP/1.0\r\n1234567890123456789012345", {"malformed 400 cseq= closed"}},
    {"folding without end",
     "P * RTSP/1.0\r\nA:\r\n \r\n \r\n \r\n \r\n \r\n \r\n \r\n \r\n \r\n \r\n \r\n \r\n",
     {"malformed 400 cseq= closed"}},
    {"as many fields as allowed", "P * RTSP/1.0\r\nA:\r\nB:\r\nC:\r\n\r\n", {"P * {A: ; B: ; C: } "}},
    {"too many fields", "P * RTSP/1.0\r\nA:\r\nB:\r\nC:\r\nD:\r\n\r\n", {"malformed 400 cseq= closed"}},
    {"body as long as allowed", "P * RTSP/1.0\r\nContent-Length: 4\r\n\r\n1234", {"P * {Content-Length: 4} 1234"}},
    {"body too long", "P * RTSP/1.0\r\nContent-Length: 5\r\n\r\n", {"malformed 413 cseq= closed"}},
};

std::string joined(const Items &items) {
    std::string out;
    for (const std::string &item : items)
        out += "[" + item + "]";
    return out;
}

// The outcome is the same whatever the portions; that of single bytes is the one that finds most.
void check_cases(std::span<const Case> cases, MessageParser::Limits limits = {}) {
    for (const Case &c : cases) {
        for (const size_t portion : {c.bytes.size(), size_t{1}, size_t{2}, size_t{3}, size_t{7}}) {
            MessageParser parser(limits);
            const auto items = test::parse_in_portions(parser, test::as_bytes(c.bytes), [portion] { return portion; });
            ck_assert_msg(items == c.items, "%s, portions of %zu: expected %s, came %s", c.name, portion,
                          joined(c.items).c_str(), joined(items).c_str());
        }
    }
}

std::string repeat(std::string_view text, size_t times) {
    std::string out;
    while (times-- > 0)
        out += text;
    return out;
}

Items parse(MessageParser &parser, std::string_view text) {
    return test::parse_in_portions(parser, test::as_bytes(text), [&text] { return text.size(); });
}

}  // namespace

START_TEST(test_message_parser_requests_are_read) {
    check_cases(kRequests);
}
END_TEST

START_TEST(test_message_parser_frames_are_read) {
    check_cases(kFrames);
}
END_TEST

START_TEST(test_message_parser_bad_message_with_known_end_is_survived) {
    check_cases(kSurvivable);
}
END_TEST

START_TEST(test_message_parser_bad_message_without_known_end_is_fatal) {
    check_cases(kFatal);
}
END_TEST

START_TEST(test_message_parser_limits_hold_to_the_byte) {
    check_cases(kLimited, kSmall);
}
END_TEST

START_TEST(test_message_parser_gives_up_what_it_did_not_look_at) {
    MessageParser parser;
    const std::string_view rest = "PAUSE * RTSP/1.0\r\nCS";
    parser.feed(test::as_bytes("PLAY * RTSP/1.0\r\n\r\n" + std::string(rest)));
    ck_assert(std::holds_alternative<rtsp::Request>(parser.next()));
    ck_assert(std::ranges::equal(parser.take_unread(), test::as_bytes(rest)));
    ck_assert(!parser.in_message() && parser.take_unread().empty());
}
END_TEST

START_TEST(test_message_parser_after_fatal_needs_more_for_ever) {
    MessageParser parser;
    ck_assert_uint_eq(parse(parser, "PLAY \x01").size(), 1);
    ck_assert(!parser.in_message());
    ck_assert(parse(parser, "PLAY * RTSP/1.0\r\n\r\n").empty());
    ck_assert(!parser.in_message());
    ck_assert_uint_le(parser.buffer_size(), 1024);
}
END_TEST

START_TEST(test_message_parser_malformed_tells_why_without_secrets) {
    MessageParser parser;
    parser.feed(test::as_bytes("PLAY * RTSP/1.0\r\nAuthorization Basic c2VjcmV0\r\n\r\n"));
    const auto item = parser.next();
    const auto &malformed = std::get<MessageParser::Malformed>(item);
    ck_assert_ptr_nonnull(std::strstr(malformed.reason.c_str(), "line 1"));
    ck_assert_ptr_null(std::strstr(malformed.reason.c_str(), "c2VjcmV0"));
}
END_TEST

START_TEST(test_message_parser_in_message_from_first_byte_to_last) {
    const struct {
        std::string_view bytes;
        bool in_message;
    } steps[] = {{"", false},
                 {"\r\n", false},
                 {"P", true},
                 {"LAY * RTSP/1.0\r\n", true},
                 {"\r\n", false},
                 {"$", true},
                 {"\0\0\2a"sv, true},
                 {"b", false},
                 {"P * RTSP/1.0\nContent-Length: 2\n\n", true},
                 {"a", true},
                 {"b", false}};
    MessageParser parser;
    for (const auto &step : steps) {
        parse(parser, step.bytes);
        ck_assert_msg(parser.in_message() == step.in_message, "after \"%.*s\"", static_cast<int>(step.bytes.size()),
                      step.bytes.data());
    }
}
END_TEST

START_TEST(test_message_parser_idle_holds_little) {
    MessageParser parser;
    const std::string body(60'000, 'x');
    const std::string big =
        "PLAY * RTSP/1.0\r\nContent-Length: 60000\r\n\r\n" + body + "$\0\xf0\0"s + repeat("y", 0xf000);
    ck_assert_uint_eq(parse(parser, repeat(big, 10)).size(), 20);
    ck_assert(!parser.in_message());
    ck_assert_uint_le(parser.buffer_size() + sizeof parser, 1024);
}
END_TEST

START_TEST(test_message_parser_incomplete_message_holds_no_more_than_limits) {
    MessageParser parser;
    parse(parser, "PLAY * RTSP/1.0\r\nContent-Length: 65536\r\n\r\n");
    const std::string portion(16'384, 'x');
    for (int i = 0; i < 3; ++i)
        parse(parser, portion);
    ck_assert(parser.in_message());
    ck_assert_uint_le(parser.buffer_size(), 64 * 1024);
}
END_TEST

// Anything quadratic in these takes minutes and runs into the time-out of the suite.
START_TEST(test_message_parser_many_messages_in_one_portion_take_linear_time) {
    constexpr size_t kMessages = 250'000;
    MessageParser parser;
    parser.feed(test::as_bytes(repeat("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n$\0\0\1x"sv, kMessages)));
    size_t requests = 0;
    size_t frames = 0;
    for (size_t i = 0; i < kMessages; ++i) {
        requests += std::holds_alternative<rtsp::Request>(parser.next()) ? 1 : 0;
        frames += std::holds_alternative<MessageParser::InterleavedFrame>(parser.next()) ? 1 : 0;
        parser.feed(test::as_bytes("\n"));  // reading goes on while answers are being made
    }
    ck_assert_uint_eq(requests, kMessages);
    ck_assert_uint_eq(frames, kMessages);
    ck_assert(std::holds_alternative<MessageParser::NeedMore>(parser.next()));
}
END_TEST

START_TEST(test_message_parser_small_portions_take_linear_time) {
    constexpr size_t kMegabyte = 1 << 20;
    const struct {
        std::string message;
        size_t portion;
    } cases[] = {
        {"OPTIONS " + repeat("x", kMegabyte) + " RTSP/1.0\r\n\r\n", 1},
        {"OPTIONS * RTSP/1.0\r\nA: " + repeat("x", kMegabyte) + "\r\n\r\n", 1},
        {"OPTIONS * RTSP/1.0\r\nContent-Length: 1048576\r\n\r\n" + repeat("x", kMegabyte), 1},
        {"OPTIONS * RTSP/1.0\r\nA: 1\r\n" + repeat(" folded\r\n", kMegabyte) + "\r\n", 100},
    };
    for (const auto &c : cases) {
        MessageParser parser({.request_line = 16 << 20, .headers = 16 << 20, .header_fields = 9, .body = 16 << 20});
        const auto items = test::parse_in_portions(parser, test::as_bytes(c.message), [&c] { return c.portion; });
        ck_assert_uint_eq(items.size(), 1);
        ck_assert(items.front().starts_with("OPTIONS "));
    }
}
END_TEST

int main() {
    return test::run_suite("message_parser", {
                                                 test_message_parser_requests_are_read,
                                                 test_message_parser_frames_are_read,
                                                 test_message_parser_bad_message_with_known_end_is_survived,
                                                 test_message_parser_bad_message_without_known_end_is_fatal,
                                                 test_message_parser_limits_hold_to_the_byte,
                                                 test_message_parser_gives_up_what_it_did_not_look_at,
                                                 test_message_parser_after_fatal_needs_more_for_ever,
                                                 test_message_parser_malformed_tells_why_without_secrets,
                                                 test_message_parser_in_message_from_first_byte_to_last,
                                                 test_message_parser_idle_holds_little,
                                                 test_message_parser_incomplete_message_holds_no_more_than_limits,
                                                 test_message_parser_many_messages_in_one_portion_take_linear_time,
                                                 test_message_parser_small_portions_take_linear_time,
                                             });
}
