// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/message.h"
#include "support/check_suite.h"
#include "support/check_text.h"

using namespace rtspcore;
using namespace std::string_literals;
using rtsp::Method;

namespace {

const struct {
    Method method;
    const char *name;
} kMethods[] = {
    {Method::Options, "OPTIONS"},
    {Method::Describe, "DESCRIBE"},
    {Method::Announce, "ANNOUNCE"},
    {Method::Setup, "SETUP"},
    {Method::Play, "PLAY"},
    {Method::Pause, "PAUSE"},
    {Method::Teardown, "TEARDOWN"},
    {Method::GetParameter, "GET_PARAMETER"},
    {Method::SetParameter, "SET_PARAMETER"},
    {Method::Record, "RECORD"},
    {Method::Redirect, "REDIRECT"},
};

rtsp::Headers some_headers() {
    rtsp::Headers headers;
    headers.add("CSeq", "1");
    headers.add("Require", "a");
    headers.add("Session", "x");
    headers.add("require", "b, c");
    return headers;
}

}  // namespace

START_TEST(test_message_method_names_go_both_ways) {
    for (const auto &c : kMethods) {
        ck_assert(rtsp::method_name(c.method) == c.name);
        ck_assert(rtsp::method_from_name(c.name) == c.method);
    }
}
END_TEST

START_TEST(test_message_method_of_other_case_is_unknown) {
    for (const char *name : {"", "options", "OPTION", "OPTIONSX", "GET"})
        ck_assert(rtsp::method_from_name(name) == Method::Unknown);
    ck_assert(rtsp::method_name(Method::Unknown).empty());
}
END_TEST

START_TEST(test_message_headers_are_found_without_case) {
    const auto headers = some_headers();
    ck_assert(headers.find("cseq") == "1");
    ck_assert(headers.find("REQUIRE") == "a");
    ck_assert(!headers.find("CSe"));
    ck_assert(headers.joined("Require") == "a, b, c");
    ck_assert(headers.joined("Session") == "x");
    ck_assert(!headers.joined("Range"));
}
END_TEST

START_TEST(test_message_headers_set_replaces_all_of_the_name) {
    auto headers = some_headers();
    headers.set("REQUIRE", "z");
    headers.set("Range", "npt=0-");
    ck_assert_uint_eq(headers.fields().size(), 4);
    ck_assert(headers.joined("Require") == "z");
    test::assert_text(headers.fields()[1].name, "Require");
    test::assert_text(headers.fields()[3].value, "npt=0-");
}
END_TEST

START_TEST(test_message_request_is_what_goes_on_the_wire) {
    rtsp::Request request;
    request.method = rtsp::Method::Unknown;
    request.method_name = "FETCH";
    request.uri = "rtsp://h/a";
    request.headers.add("CSeq", "7");
    request.headers.add("content-length", "99");
    request.body = "body";
    ck_assert(request.serialize() == "FETCH rtsp://h/a RTSP/1.0\r\nCSeq: 7\r\nContent-Length: 4\r\n\r\nbody");
}
END_TEST

START_TEST(test_message_response_is_what_goes_on_the_wire) {
    rtsp::Response response;
    response.headers.add("CSeq", "2");
    test::assert_text(response.serialize(), "RTSP/1.0 200 OK\r\nCSeq: 2\r\n\r\n");
    response.status = rtsp::Status::SessionNotFound;
    response.body = "v=0\r\n";
    test::assert_text(response.serialize(),
                      "RTSP/1.0 454 Session Not Found\r\nCSeq: 2\r\nContent-Length: 5\r\n\r\nv=0\r\n");
}
END_TEST

START_TEST(test_message_response_has_one_true_content_length) {
    rtsp::Response response;
    response.headers.add("content-length", "99");
    response.body = "abc";
    test::assert_text(response.serialize(), "RTSP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc");
}
END_TEST

// What a client sent comes back in CSeq, Content-Base and RTP-Info.
START_TEST(test_message_response_value_cannot_add_lines) {
    rtsp::Response response;
    response.headers.add("CSeq", "1\r\nSet-Evil: yes\n\r\0more"s);
    response.headers.add("X\r\nY", "z");
    test::assert_text(response.serialize(), "RTSP/1.0 200 OK\r\nCSeq: 1Set-Evil: yesmore\r\nXY: z\r\n\r\n");
}
END_TEST

int main() {
    return test::run_suite(
        "message", {test_message_method_names_go_both_ways, test_message_method_of_other_case_is_unknown,
                    test_message_headers_are_found_without_case, test_message_headers_set_replaces_all_of_the_name,
                    test_message_request_is_what_goes_on_the_wire, test_message_response_is_what_goes_on_the_wire,
                    test_message_response_has_one_true_content_length, test_message_response_value_cannot_add_lines});
}
