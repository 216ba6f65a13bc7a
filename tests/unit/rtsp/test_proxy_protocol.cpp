// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtsp/proxy_protocol.h"
#include "support/bytes.h"
#include "support/check_suite.h"
#include "support/check_text.h"

using namespace rtspcore;
using namespace std::string_literals;
using namespace std::string_view_literals;
using rtsp::ProxyError;
using rtsp::ProxyHeader;

namespace {

const std::string kSignature = "\r\n\r\n\0\r\nQUIT\n"s;

std::string version_2(uint8_t command, uint8_t family, const std::string &block) {
    return kSignature + static_cast<char>(command) + static_cast<char>(family) + static_cast<char>(block.size() >> 8) +
           static_cast<char>(block.size() & 0xff) + block;
}

const std::string kBlock4 = "\xc0\0\2\x01\xc6\x33\x64\x02\x12\x34\x02\x2a"s;
const std::string kBlock6 =
    "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"s + "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\2"s + "\x12\x34\x02\x2a"s;

// "192.0.2.1 4660 > 198.51.100.2 554, 28 bytes", "own, 16 bytes", "more", "malformed", "too long", "no signature"
std::string read(const std::string &bytes) {
    const auto result = rtsp::read_proxy_header(test::as_bytes(bytes));
    if (std::holds_alternative<rtsp::ProxyNeedsMore>(result))
        return "more";
    if (const auto *failure = std::get_if<Failure<ProxyError>>(&result)) {
        ck_assert(!failure->message.empty());
        return failure->code == ProxyError::Malformed ? "malformed"
               : failure->code == ProxyError::TooLong ? "too long"
                                                      : "no signature";
    }
    const auto &header = std::get<ProxyHeader>(result);
    const std::string size = ", " + std::to_string(header.size) + " bytes";
    if (!header.endpoints)
        return "own" + size;
    const auto text = [](const ProxyHeader::Endpoint &end) { return end.host + " " + std::to_string(end.port); };
    return text(header.endpoints->source) + " > " + text(header.endpoints->destination) + size;
}

struct Case {
    std::string bytes;
    const char *result;
};

}  // namespace

START_TEST(test_proxy_protocol_header_is_read_once_it_is_whole) {
    const Case cases[] = {
        {"PROXY TCP4 192.0.2.1 198.51.100.2 4660 554\r\n", "192.0.2.1 4660 > 198.51.100.2 554, 44 bytes"},
        {"PROXY TCP6 2001:db8::1 ::1 0 65535\r\n", "2001:db8::1 0 > ::1 65535, 36 bytes"},
        {"PROXY UNKNOWN\r\n", "own, 15 bytes"},
        {"PROXY UNKNOWN ffff:f:f 1 \x01 who knows\r\n", "own, 38 bytes"},
        {"PROXY UNKNOWN " + std::string(91, 'x') + "\r\n", "own, 107 bytes"},
        {version_2(0x21, 0x11, kBlock4), "192.0.2.1 4660 > 198.51.100.2 554, 28 bytes"},
        {version_2(0x21, 0x21, kBlock6), "2001:db8::1 4660 > 2001:db8::2 554, 52 bytes"},
        {version_2(0x21, 0x11, kBlock4 + "\x03\0\4abcd"s), "192.0.2.1 4660 > 198.51.100.2 554, 35 bytes"},
        {version_2(0x20, 0x00, ""), "own, 16 bytes"},
        {version_2(0x20, 0x11, kBlock4), "own, 28 bytes"},
        {version_2(0x20, 0xff, "x"), "own, 17 bytes"},
        {version_2(0x21, 0x00, "tlv"), "own, 19 bytes"},
        {version_2(0x21, 0x31, std::string(216, 'u')), "own, 232 bytes"},
        {version_2(0x21, 0x12, kBlock4), "own, 28 bytes"},
        {version_2(0x21, 0x11, kBlock4 + std::string(1012, 't')), "192.0.2.1 4660 > 198.51.100.2 554, 1040 bytes"},
    };
    for (const Case &c : cases) {
        test::assert_text(read(c.bytes), c.result);
        test::assert_text(read(c.bytes + "OPTIONS * RTSP/1.0\r\n"), c.result);
        for (size_t size = 0; size < c.bytes.size(); ++size)
            test::assert_text(read(c.bytes.substr(0, size)), "more");
    }
}
END_TEST

START_TEST(test_proxy_protocol_what_is_wrong_is_refused) {
    const Case cases[] = {
        {"OPTIONS * RTSP/1.0\r\n", "no signature"},
        {"\x16\x03\x01", "no signature"},
        {"PROXY\r\n", "no signature"},
        {"PROXY \r\n", "malformed"},
        {"PROXY  TCP4 192.0.2.1 198.51.100.2 1 2\r\n", "malformed"},
        {"PROXY TCP 192.0.2.1 198.51.100.2 1 2\r\n", "malformed"},
        {"PROXY TCP4 192.0.2.1 198.51.100.2 1\r\n", "malformed"},
        {"PROXY TCP4 192.0.2.1 198.51.100.2 1 2 \r\n", "malformed"},
        {"PROXY TCP4 192.0.2.1 198.51.100.2 1  2\r\n", "malformed"},
        {"PROXY TCP4 192.0.2.256 198.51.100.2 1 2\r\n", "malformed"},
        {"PROXY TCP4 192.0.2 198.51.100.2 1 2\r\n", "malformed"},
        {"PROXY TCP4 host 198.51.100.2 1 2\r\n", "malformed"},
        {"PROXY TCP4 192.0.2.1\0x 198.51.100.2 1 2\r\n"s, "malformed"},
        {"PROXY TCP4 ::1 ::1 1 2\r\n", "malformed"},
        {"PROXY TCP6 192.0.2.1 198.51.100.2 1 2\r\n", "malformed"},
        {"PROXY TCP4 192.0.2.1 198.51.100.2 65536 2\r\n", "malformed"},
        {"PROXY TCP4 192.0.2.1 198.51.100.2 -1 2\r\n", "malformed"},
        {"PROXY TCP4 192.0.2.1 198.51.100.2 01 2\r\n", "malformed"},
        {"PROXY UNKNOWN " + std::string(92, 'x') + "\r\n", "too long"},
        {"PROXY TCP4 192.0.2.1 198.51.100.2 1 2\n" + std::string(107, 'x'), "too long"},
        {version_2(0x11, 0x11, kBlock4), "malformed"},
        {version_2(0x22, 0x11, kBlock4), "malformed"},
        {version_2(0x21, 0x41, kBlock4), "malformed"},
        {version_2(0x21, 0x13, kBlock4), "malformed"},
        {version_2(0x21, 0x11, kBlock4.substr(1)), "malformed"},
        {version_2(0x21, 0x21, kBlock6.substr(1)), "malformed"},
        {version_2(0x21, 0x21, kBlock4), "malformed"},
        {version_2(0x21, 0x11, kBlock4 + std::string(1013, 't')), "too long"},
        {version_2(0x20, 0x00, std::string(65535, 't')).substr(0, 16), "too long"},
    };
    for (const Case &c : cases) {
        test::assert_text(read(c.bytes), c.result);
        test::assert_text(read(c.bytes + "x"), c.result);
    }
}
END_TEST

int main() {
    return test::run_suite("proxy_protocol", {test_proxy_protocol_header_is_read_once_it_is_whole,
                                              test_proxy_protocol_what_is_wrong_is_refused});
}
