// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/http_request.h"
#include "support/bytes.h"
#include "support/check_suite.h"
#include "support/check_text.h"

using namespace rtspcore;
using namespace std::string_literals;
using namespace std::string_view_literals;
using rtsp::HttpRequest;
using rtsp::HttpRequestParser;
using rtsp::HttpStatus;

namespace {

// "GET /cam 1.1 {Host: h} <what follows>", "refused 400", or "more".
std::string read(std::string_view text, size_t portion, HttpRequestParser::Limits limits) {
    HttpRequestParser parser(limits);
    while (!text.empty()) {
        auto bytes = test::as_bytes(text.substr(0, portion));
        const size_t size = bytes.size();
        const auto item = parser.read(bytes);
        text.remove_prefix(size - bytes.size());
        if (const auto *refused = std::get_if<Failure<HttpStatus>>(&item))
            return "refused " + std::to_string(static_cast<int>(refused->code));
        if (const auto *request = std::get_if<HttpRequest>(&item)) {
            std::string out =
                request->method + " " + request->target + " 1." + std::to_string(request->minor_version) + " {";
            for (const rtsp::HeaderField &field : request->headers.fields())
                out += field.name + ": " + field.value + ";";
            return out + "} " + std::string(text);
        }
        ck_assert_msg(bytes.empty(), "NeedMore takes all");
    }
    return "more";
}

struct Case {
    std::string_view bytes;
    std::string_view item;
};

void check(std::initializer_list<Case> cases, HttpRequestParser::Limits limits = {}) {
    for (const Case &c : cases)
        for (const size_t portion : {1, 2, 3, 7, 10'000})
            test::assert_text(read(c.bytes, portion, limits), c.item);
}

}  // namespace

START_TEST(test_http_request_head_is_taken_and_not_more) {
    check({
        {"GET /cam HTTP/1.1\r\nHost: h\r\n\r\nrest\r\n", "GET /cam 1.1 {Host: h;} rest\r\n"},
        {"POST http://h/cam?a HTTP/1.0\nA: 1\nB:2 \n\n\nUExB", "POST http://h/cam?a 1.0 {A: 1;B: 2;} \nUExB"},
        {"GET / HTTP/1.1\r\nA: 1\r\n 2\r\n\r\n", "GET / 1.1 {A: 1 2;} "},
        {"BREW / HTTP/1.9\r\n\r\n", "BREW / 1.9 {} "},
        {"GET / HTTP/1.1\r\nHost: h\r\n", "more"},
        {"GET / HTTP/1.1", "more"},
    });
}
END_TEST

START_TEST(test_http_request_bad_head_is_refused) {
    check({
        {"\r\nGET / HTTP/1.1\r\n\r\n", "refused 400"},
        {"GET /\r\n\r\n", "refused 400"},
        {"GET / RTSP/1.0\r\n\r\n", "refused 400"},
        {"RTSP/1.0 200 OK\r\n\r\n", "refused 400"},
        {"GET /\0 HTTP/1.1\r\n\r\n"sv, "refused 400"},
        {"GET /\r HTTP/1.1\r\n\r\n", "refused 400"},
        {"G(T / HTTP/1.1\r\n\r\n", "refused 400"},
        {"GET / HTTP/1.1\r\nno colon\r\n\r\n", "refused 400"},
        {"GET / HTTP/1.1\r\nA: \x01\r\n\r\n", "refused 400"},
        {"PRI * HTTP/2.0\r\n\r\n", "refused 505"},
        {"GET / HTTP/1.10\r\n\r\n", "refused 505"},
        {"GET / HTTP/0.9\r\n\r\n", "refused 505"},
        {"GET / HTTP/1.x\r\n\r\n", "refused 505"},
    });
}
END_TEST

START_TEST(test_http_request_limits_hold_to_the_byte) {
    check(
        {
            {"GET /1234 HTTP/1.1\r\nA: 1\r\n\r\n", "GET /1234 1.1 {A: 1;} "},
            {"GET /12345 HTTP/1.1\r\n\r\n", "refused 414"},
            {"12345678901234567890", "refused 414"},
            {"GET / HTTP/1.1\r\nA: 1\r\nB: 234567\n\r\n", "GET / 1.1 {A: 1;B: 234567;} "},
            {"GET / HTTP/1.1\r\nA: 1\r\nB: 23456789\n\n", "GET / 1.1 {A: 1;B: 23456789;} "},
            {"GET / HTTP/1.1\r\nA: 1\r\nB: 234567890\r\n\r\n", "refused 431"},
            {"GET / HTTP/1.1\r\nA:1\nB:2\nC:3\n\r\n", "refused 431"},
        },
        {.request_line = 19, .headers = 18, .header_fields = 2});
}
END_TEST

START_TEST(test_http_request_after_its_item_nothing_is_taken) {
    HttpRequestParser parser;
    const auto text = "GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n"sv;
    auto bytes = test::as_bytes(text);
    ck_assert(std::holds_alternative<HttpRequest>(parser.read(bytes)));
    const size_t left = bytes.size();
    ck_assert(std::holds_alternative<HttpRequestParser::NeedMore>(parser.read(bytes)));
    ck_assert_uint_eq(bytes.size(), left);
}
END_TEST

START_TEST(test_http_request_lists_finds_tokens_of_all_fields) {
    HttpRequest request;
    request.headers.add("Connection", "keep-alive ,\tUPGRADE");
    request.headers.add("connection", "x");
    request.headers.add("Empty", ",,");
    const struct {
        const char *field;
        const char *token;
        bool lists;
    } cases[] = {
        {"Connection", "upgrade", true}, {"Connection", "keep-alive", true},
        {"Connection", "X", true},       {"Connection", "keep", false},
        {"Empty", "a", false},           {"Upgrade", "websocket", false},
    };
    for (const auto &c : cases)
        ck_assert_msg(request.lists(c.field, c.token) == c.lists, "%s: %s", c.field, c.token);
}
END_TEST

// Anything quadratic in it takes minutes and runs into the time-out of the suite.
START_TEST(test_http_request_single_bytes_take_linear_time) {
    const std::string value(1 << 19, 'x');
    const HttpRequestParser::Limits limits{.request_line = 1 << 20, .headers = 1 << 20};
    ck_assert(read("GET /" + value + " HTTP/1.1\r\nA: " + value + "\r\n\r\n", 1, limits).starts_with("GET /xxx"));
}
END_TEST

int main() {
    return test::run_suite(
        "http_request",
        {test_http_request_head_is_taken_and_not_more, test_http_request_bad_head_is_refused,
         test_http_request_limits_hold_to_the_byte, test_http_request_after_its_item_nothing_is_taken,
         test_http_request_lists_finds_tokens_of_all_fields, test_http_request_single_bytes_take_linear_time});
}
