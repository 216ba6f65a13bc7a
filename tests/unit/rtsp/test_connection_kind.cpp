// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/connection_kind.h"
#include "rtsp/message.h"
#include "support/bytes.h"
#include "support/check_suite.h"

using namespace rtspcore;
using namespace std::string_view_literals;
using rtsp::connection_kind;
using rtsp::ConnectionKind;

START_TEST(test_connection_kind_beginning_decides) {
    const struct {
        std::string_view bytes;
        ConnectionKind kind;
    } cases[] = {
        {"\x16\x03\x01\x02\x00\x01"sv, ConnectionKind::Tls},
        {"\x16\x03"sv, ConnectionKind::Tls},
        {"\x16\x02"sv, ConnectionKind::Rtsp},
        {"\x16", ConnectionKind::NeedMore},
        {"\r\n\r\n\0\r\nQUIT\n\x21"sv, ConnectionKind::Proxy},
        {"\r\n\r\n\0\r\nQUIT"sv, ConnectionKind::NeedMore},
        {"\r\n\r\nOPTIONS * RTSP/1.0", ConnectionKind::Rtsp},
        {"PROXY TCP4 ", ConnectionKind::Proxy},
        {"PROXY\r\n", ConnectionKind::Rtsp},
        {"GET /cam HTTP/1.1\r\n", ConnectionKind::Http},
        {"POST / HTTP/1.0\r\n", ConnectionKind::Http},
        {"HEAD / HTTP/1.1\r\n", ConnectionKind::Http},
        {"PRI * HTTP/2.0\r\n\r\nSM", ConnectionKind::Http},
        {"GET_PARAMETER * RTSP/1.0\r\n", ConnectionKind::Rtsp},
        {"GET", ConnectionKind::NeedMore},
        {"GET_", ConnectionKind::Rtsp},
        {"get / HTTP/1.1", ConnectionKind::Rtsp},
        {"P", ConnectionKind::NeedMore},
        {"PL", ConnectionKind::Rtsp},
        {"OPTIONS * RTSP/1.0", ConnectionKind::Rtsp},
        {"$\0\0\1x"sv, ConnectionKind::Rtsp},
        {"\0"sv, ConnectionKind::Rtsp},
        {"", ConnectionKind::NeedMore},
    };
    for (const auto &c : cases)
        ck_assert_msg(connection_kind(test::as_bytes(c.bytes)) == c.kind, "%.*s", static_cast<int>(c.bytes.size()),
                      c.bytes.data());
}
END_TEST

START_TEST(test_connection_kind_every_rtsp_method_is_rtsp) {
    for (int i = 0; i < static_cast<int>(rtsp::Method::Unknown); ++i) {
        const std::string line(method_name(static_cast<rtsp::Method>(i)));
        ck_assert_msg(connection_kind(test::as_bytes(line + " ")) == ConnectionKind::Rtsp, "%s", line.c_str());
    }
}
END_TEST

START_TEST(test_connection_kind_look_ahead_is_enough) {
    for (const auto begin :
         {"\r\n\r\n\0\r\nQUIT\n"sv, "CONNECT host:1"sv, "SET_PARAMETER *"sv, "\r\n\r\n\r\n\r\n\r\n\r\n"sv})
        ck_assert(connection_kind(test::as_bytes(begin.substr(0, rtsp::kConnectionLookAhead))) !=
                  ConnectionKind::NeedMore);
}
END_TEST

int main() {
    return test::run_suite("connection_kind",
                           {test_connection_kind_beginning_decides, test_connection_kind_every_rtsp_method_is_rtsp,
                            test_connection_kind_look_ahead_is_enough});
}
