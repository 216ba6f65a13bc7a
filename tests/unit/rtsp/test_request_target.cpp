// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/request_target.h"
#include "support/check_suite.h"
#include "support/check_text.h"

using namespace rtspcore;
using namespace std::string_view_literals;
using rtsp::Status;

namespace {

struct UriCase {
    std::string_view uri;
    const char *mapping;
    const char *query;
    int stream;  // -1: none
    const char *presentation;
};

const UriCase kUris[] = {
    {"rtsp://h:8554/cam", "/cam", "", -1, "rtsp://h:8554/cam"},
    {"rtsp://h/cam/", "/cam", "", -1, "rtsp://h/cam"},
    {"rtsp://h//cam", "/cam", "", -1, "rtsp://h//cam"},
    {"rtsp://h/a/b", "/a/b", "", -1, "rtsp://h/a/b"},
    {"rtsp://h", "/", "", -1, "rtsp://h"},
    {"rtsp://h/", "/", "", -1, "rtsp://h"},
    {"rtsp://h?x=1", "/", "x=1", -1, "rtsp://h?x=1"},
    {"RTSPS://[::1]:322/cam", "/cam", "", -1, "RTSPS://[::1]:322/cam"},
    {"rtspu://h/cam", "/cam", "", -1, "rtspu://h/cam"},
    {"rtsp://user:pass@h/cam", "/cam", "", -1, "rtsp://user:pass@h/cam"},
    {"rtsp://h/c%61m", "/cam", "", -1, "rtsp://h/c%61m"},
    {"/cam", "/cam", "", -1, "/cam"},
    {"/", "/", "", -1, ""},
    {"*", "*", "", -1, "*"},
    {"rtsp://h/cam?", "/cam", "", -1, "rtsp://h/cam?"},
    {"rtsp://h/cam?a=rtsp://x/y?z", "/cam", "a=rtsp://x/y?z", -1, "rtsp://h/cam?a=rtsp://x/y?z"},
    // streams, where clients put the control part
    {"rtsp://h/cam/stream=0", "/cam", "", 0, "rtsp://h/cam"},
    {"rtsp://h/cam//stream=1", "/cam", "", 1, "rtsp://h/cam"},
    {"rtsp://h/cam/stream=1/", "/cam", "", 1, "rtsp://h/cam"},
    {"rtsp://h/cam/stream%3D12", "/cam", "", 12, "rtsp://h/cam"},
    {"rtsp://h/stream=1", "/", "", 1, "rtsp://h"},
    {"/cam/stream=1", "/cam", "", 1, "/cam"},
    {"/stream=1?x=1", "/", "x=1", 1, "/?x=1"},
    {"rtsp://h/cam?x=1/stream=1", "/cam", "x=1", 1, "rtsp://h/cam?x=1"},
    {"rtsp://h/cam/?x=1/stream=1/", "/cam", "x=1", 1, "rtsp://h/cam/?x=1"},
    {"rtsp://h/cam?t=ab//stream=1", "/cam", "t=ab/", 1, "rtsp://h/cam?t=ab/"},
    {"rtsp://h/cam/stream=1?x=1", "/cam", "x=1", 1, "rtsp://h/cam?x=1"},
    {"rtsp://h/cam/?x=1", "/cam", "x=1", -1, "rtsp://h/cam/?x=1"},
    {"rtsp://h/cam?t=ab/", "/cam", "t=ab/", -1, "rtsp://h/cam?t=ab/"},
    {"rtsp://h/cam/stream=1//?x=1", "/cam", "x=1", 1, "rtsp://h/cam?x=1"},
    // what only looks like a control part
    {"rtsp://h/cam/stream", "/cam/stream", "", -1, "rtsp://h/cam/stream"},
    {"rtsp://h/cam/stream=", "/cam/stream=", "", -1, "rtsp://h/cam/stream="},
    {"rtsp://h/cam/stream=x", "/cam/stream=x", "", -1, "rtsp://h/cam/stream=x"},
    {"rtsp://h/stream=1/cam", "/stream=1/cam", "", -1, "rtsp://h/stream=1/cam"},
    {"rtsp://h/cam?stream=1", "/cam", "stream=1", -1, "rtsp://h/cam?stream=1"},
};

const std::string_view kBadUris[] = {
    ""sv,
    "cam"sv,
    "http://h/cam"sv,
    "rtsp:/h/cam"sv,
    "rtsp://"sv,
    "rtsp:///cam"sv,
    "rtsp://?x"sv,
    "**"sv,
    "rtsp://h/a b"sv,
    "rtsp://h/a%20b"sv,
    "rtsp://h/a%00b"sv,
    "rtsp://h/a#b"sv,
    "rtsp://h/a%3Fb"sv,
    "rtsp://h/%2541"sv,
    "rtsp://h/\xff"sv,
    "rtsp://h/a\0b"sv,
    "rtsp://h/cam/stream=99999999999"sv,
    "rtsp://h/cam/stream=1/stream=2"sv,
    "rtsp://h/cam?x=1/stream=1/stream=2"sv,
    "rtsp://h/cam/stream=1?x=1/stream=2"sv,
};

const struct {
    std::string_view text;
    const char *mapping;  // null: fails
} kMappings[] = {
    {"stream1", "/stream1"},
    {"/stream1", "/stream1"},
    {"//stream1/", "/stream1"},
    {"a//b///c", "/a/b/c"},
    {"/", "/"},
    {"////", "/"},
    {"%2fa%2Fb", "/a/b"},
    {"/100%", "/100%"},
    {"/100%25", "/100%"},
    {"/%zz", "/%zz"},
    {"/caf%c3%a9", "/caf\xc3\xa9"},
    {"/stream=", "/stream="},
    {"/stream=1/x", "/stream=1/x"},
    {"", nullptr},
    {" ", nullptr},
    {"/a b", nullptr},
    {"/a\tb", nullptr},
    {"/a?b", nullptr},
    {"/a#b", nullptr},
    {"/a%0Ab", nullptr},
    {"/a\x7f", nullptr},
    {"/%ff", nullptr},
    {"/%2541", nullptr},
    {"/%%341", nullptr},
    {"/stream=0", nullptr},
    {"stream=0", nullptr},
    {"/a/str%65am=12/", nullptr},
    {"/stream=123456789012345678901234567890", nullptr},
};

}  // namespace

START_TEST(test_request_target_uri_is_taken_apart) {
    for (const UriCase &c : kUris) {
        const auto target = rtsp::parse_request_target(c.uri);
        ck_assert_msg(target.ok(), "%s", c.uri.data());
        ck_assert_msg(target->mapping == c.mapping, "%s: mapping %s", c.uri.data(), target->mapping.c_str());
        ck_assert_msg(target->query == c.query, "%s: query %s", c.uri.data(), target->query.c_str());
        const int stream = target->stream ? static_cast<int>(*target->stream) : -1;
        ck_assert_msg(stream == c.stream, "%s: stream %d", c.uri.data(), stream);
    }
}
END_TEST

START_TEST(test_request_target_bad_uri_is_a_bad_request) {
    for (const std::string_view uri : kBadUris) {
        const auto target = rtsp::parse_request_target(uri);
        ck_assert_msg(!target && target.error().code == Status::BadRequest, "%s", uri.data());
    }
}
END_TEST

START_TEST(test_request_target_presentation_uri_is_as_the_client_wrote_it) {
    for (const UriCase &c : kUris) {
        const std::string uri = rtsp::presentation_uri(c.uri);
        ck_assert_msg(uri == c.presentation, "%s: %s", c.uri.data(), uri.c_str());
    }
}
END_TEST

// What we tell a client in Content-Base and RTP-Info has to lead it back to the same place.
START_TEST(test_request_target_own_uris_lead_back) {
    for (const UriCase &c : kUris) {
        if (c.uri == "*")
            continue;
        const auto stream = rtsp::parse_request_target(rtsp::stream_uri(c.uri, 7));
        ck_assert_msg(stream.ok() && stream->mapping == c.mapping && stream->stream == 7u, "%s", c.uri.data());
        const auto base = rtsp::parse_request_target(rtsp::content_base(c.uri));
        ck_assert_msg(base.ok() && base->mapping == c.mapping && !base->stream, "%s", c.uri.data());
    }
    test::assert_text(rtsp::stream_uri("rtsp://h/cam?x=1/stream=3", 0), "rtsp://h/cam?x=1/stream=0");
    test::assert_text(rtsp::stream_control(0), "stream=0");
}
END_TEST

// Both ways in which clients make the URL of a stream from Content-Base and the control attribute.
START_TEST(test_request_target_content_base_serves_joiners_and_appenders) {
    const struct {
        const char *uri, *base;
    } cases[] = {
        {"rtsp://h/cam", "rtsp://h/cam/"},
        {"rtsp://h/cam//", "rtsp://h/cam/"},
        {"rtsp://h", "rtsp://h/"},
        {"rtsp://h/cam?x=1", "rtsp://h/cam/?x=1"},
        {"rtsp://h/cam/?x=1", "rtsp://h/cam/?x=1"},
        {"rtsp://h?x=1", "rtsp://h/?x=1"},
    };
    for (const auto &c : cases) {
        const std::string base = rtsp::content_base(c.uri);
        test::assert_text(base, c.base);
        const auto presentation = rtsp::parse_request_target(c.uri);
        const auto joined = rtsp::parse_request_target(base.substr(0, base.rfind('/') + 1) + "stream=3");
        const auto appended = rtsp::parse_request_target(base + (base.back() == '/' ? "" : "/") + "stream=3");
        ck_assert_msg(joined.ok() && joined->mapping == presentation->mapping && joined->stream == 3u, "%s", c.uri);
        ck_assert_msg(appended.ok() && appended->mapping == presentation->mapping && appended->stream == 3u &&
                          appended->query == presentation->query,
                      "%s", c.uri);
    }
}
END_TEST

START_TEST(test_request_target_mapping_has_one_form) {
    for (const auto &c : kMappings) {
        const auto mapping = rtsp::normalize_mapping(c.text);
        ck_assert_msg(mapping.ok() == (c.mapping != nullptr), "%s", c.text.data());
        if (!mapping)
            continue;
        ck_assert_msg(*mapping == c.mapping, "%s: %s", c.text.data(), mapping->c_str());
        ck_assert_msg(*rtsp::normalize_mapping(*mapping) == c.mapping, "%s, twice", c.text.data());
    }
}
END_TEST

START_TEST(test_request_target_mapping_is_at_most_1024_bytes) {
    ck_assert(rtsp::normalize_mapping("/" + std::string(1023, 'x')).ok());
    ck_assert(!rtsp::normalize_mapping("/" + std::string(1024, 'x')).ok());
    ck_assert(!rtsp::normalize_mapping(std::string(1024, 'x')).ok());
}
END_TEST

START_TEST(test_request_target_mapping_that_is_none_is_told_which_character) {
    const struct {
        const char *text;
        const char *fault;
    } kCases[] = {{"a b", "has a space at 2:"},
                  {"/a b", "has a space at 3:"},
                  {"/a?b", "has a '?' at 3:"},
                  {"/a#", "has a '#' at 3:"},
                  {"/\ta", "has a control character at 2:"},
                  {"/a%20b", "has a space, percent-encoded:"}};
    for (const auto &c : kCases) {
        const auto mapping = rtsp::normalize_mapping(c.text);
        ck_assert(!mapping);
        const std::string &message = mapping.error().message;
        ck_assert_msg(message.find(c.fault) != std::string::npos, "%s: %s", c.text, message.c_str());
    }
}
END_TEST

int main() {
    return test::run_suite(
        "request_target",
        {test_request_target_uri_is_taken_apart, test_request_target_bad_uri_is_a_bad_request,
         test_request_target_presentation_uri_is_as_the_client_wrote_it, test_request_target_own_uris_lead_back,
         test_request_target_content_base_serves_joiners_and_appenders, test_request_target_mapping_has_one_form,
         test_request_target_mapping_is_at_most_1024_bytes,
         test_request_target_mapping_that_is_none_is_told_which_character});
}
