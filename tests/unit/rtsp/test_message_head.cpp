// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/message_head.h"
#include "support/check_suite.h"
#include "support/check_text.h"

using namespace rtspcore;
using rtsp::MessageHead;
using rtsp::Status;

namespace {

MessageHead head_of(std::initializer_list<std::string_view> lines) {
    MessageHead head;
    for (const std::string_view line : lines)
        head.add_line(line);
    return head;
}

}  // namespace

START_TEST(test_message_head_start_line_tells_the_kind) {
    const struct {
        const char *line;
        MessageHead::Kind kind;
        int fault;  // 0: none
    } cases[] = {
        {"PLAY rtsp://h/a RTSP/1.0", MessageHead::Kind::Request, 0},
        {"\tPLAY  *\tRTSP/1.0 ", MessageHead::Kind::Request, 0},
        {"PLAY * RTSP/1.1", MessageHead::Kind::Request, 505},
        {"PLAY * RTSP/", MessageHead::Kind::Request, 505},
        {"PLAY *", MessageHead::Kind::Request, 400},
        {"PLAY a b RTSP/1.0", MessageHead::Kind::Request, 400},
        {"a b c d e f g h i", MessageHead::Kind::Request, 400},
        {"   ", MessageHead::Kind::Request, 400},
        {"{} * RTSP/1.0", MessageHead::Kind::Request, 400},
        {"RTSP/1.0 200 OK", MessageHead::Kind::Response, 0},
        {"rtsp/2.0", MessageHead::Kind::Response, 0},
        {"GET / HTTP/1.1", MessageHead::Kind::Http, 0},
        {"get * http/", MessageHead::Kind::Http, 0},
        {"G=T / HTTP/1.1", MessageHead::Kind::Http, 400},
    };
    for (const auto &c : cases) {
        const auto head = head_of({c.line});
        ck_assert_msg(head.kind() == c.kind, "%s", c.line);
        ck_assert_msg((head.fault() ? static_cast<int>(head.fault()->status) : 0) == c.fault, "%s", c.line);
    }
}
END_TEST

START_TEST(test_message_head_request_is_kept_as_written) {
    auto head = head_of({"Weird rtsp://U@h/%41 RTSP/1.0", "X-Name: A  b"});
    ck_assert(head.has_start_line());
    const auto request = head.take_request();
    ck_assert(request.method == rtsp::Method::Unknown);
    test::assert_text(request.method_name, "Weird");
    test::assert_text(request.uri, "rtsp://U@h/%41");
    ck_assert(request.headers.find("x-name") == "A  b");
}
END_TEST

START_TEST(test_message_head_http_request_is_kept_as_written) {
    const auto head = head_of({"POST /cam?a=b HTTP/1.0", "X-SessionCookie: A"});
    test::assert_text(head.request().method_name, "POST");
    test::assert_text(head.request().uri, "/cam?a=b");
    test::assert_text(head.http_version(), "HTTP/1.0");
    ck_assert(head.request().headers.find("x-sessioncookie") == "A");
    test::assert_text(head_of({"PLAY * RTSP/1.0"}).http_version(), "");
}
END_TEST

START_TEST(test_message_head_fault_keeps_the_rest) {
    const auto head = head_of({"PLAY * RTSP/1.0", "no colon", "CSeq: 4", "Content-Length: 3"});
    ck_assert(head.fault()->status == Status::BadRequest);
    test::assert_text(head.cseq(), "4");
    ck_assert_uint_eq(*head.content_length(), 3);
}
END_TEST

START_TEST(test_message_head_control_characters_are_not_kept) {
    const auto head = head_of({"PLAY * RTSP/1.0", "CSeq: 4\x1b[2J", "A: b", " c\x01", " d"});
    ck_assert(head.fault()->status == Status::BadRequest);
    for (const rtsp::HeaderField &field : head.request().headers.fields())
        test::assert_text(field.value, "");
}
END_TEST

START_TEST(test_message_head_reason_is_printable_and_short) {
    const auto head = head_of({"PLAY * " + std::string(1000, '\xfe')});
    const std::string &reason = head.fault()->reason;
    ck_assert_uint_lt(reason.size(), 150);
    for (const char c : reason)
        ck_assert(c >= ' ' && c <= '~');
}
END_TEST

START_TEST(test_message_head_content_length_is_one_number) {
    ck_assert_uint_eq(*head_of({"P * RTSP/1.0"}).content_length(), 0);
    ck_assert_uint_eq(*head_of({"P * RTSP/1.0", "content-length: 007"}).content_length(), 7);
    for (const char *line : {"Content-Length: ", "Content-Length: 1, 1", "Content-Length: 99999999999999999999"}) {
        const auto length = head_of({"P * RTSP/1.0", line}).content_length();
        ck_assert_msg(!length && length.error().code == Status::BadRequest, "%s", line);
    }
}
END_TEST

int main() {
    return test::run_suite(
        "message_head",
        {test_message_head_start_line_tells_the_kind, test_message_head_request_is_kept_as_written,
         test_message_head_http_request_is_kept_as_written, test_message_head_fault_keeps_the_rest,
         test_message_head_control_characters_are_not_kept, test_message_head_reason_is_printable_and_short,
         test_message_head_content_length_is_one_number});
}
