// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string>

#include "hex.h"
#include "rtp/rtcp.h"
#include "support/check_suite.h"

using namespace rtspcore;
using rtp::parse_rtcp;
using rtp::RtcpError;
using test::from_hex;

namespace {

const rtp::SenderInfo kInfo{
    .ssrc = 0x11223344, .ntp = {0xe8f0000180000000}, .time = 0xdeadbeef, .packets = 7, .octets = 9000};

// A report block as a receiver writes it: source, fraction and cumulative loss, highest sequence, jitter, LSR, DLSR.
#define BLOCK "11223344 40 fffffe 0001ffff 0000002a 00018000 00010000"

}  // namespace

START_TEST(test_rtcp_sender_report_is_what_the_rfc_says) {
    ck_assert(
        rtp::sender_report(kInfo, "abc") ==
        from_hex(
            "80c80006 11223344 e8f00001 80000000 deadbeef 00000007 00002328 81ca0003 11223344 0103 616263 000000"));
}
END_TEST

// RFC 3550 section 6.5: at least one null octet after the last item, whatever the length of the name.
START_TEST(test_rtcp_cname_of_any_length_ends_with_null_at_a_word) {
    constexpr size_t kReportSize = 28;
    for (size_t length = 0; length <= 300; length++) {
        const auto bytes = rtp::sender_report(kInfo, std::string(length, 'x'));
        ck_assert_uint_eq(bytes.size() % 4, 0);
        ck_assert_uint_eq(bytes.back(), 0);
        const size_t words = static_cast<size_t>(bytes[kReportSize + 2] << 8 | bytes[kReportSize + 3]);
        ck_assert_uint_eq(kReportSize + 4 * (words + 1), bytes.size());
        ck_assert_uint_eq(bytes[kReportSize + 9], length < 255 ? length : 255);
        ck_assert(parse_rtcp(bytes).ok());
    }
}
END_TEST

START_TEST(test_rtcp_goodbye_ends_a_compound_packet) {
    const auto bytes = rtp::goodbye(kInfo, "abc");
    ck_assert(std::vector<uint8_t>(bytes.end() - 8, bytes.end()) == from_hex("81cb0001 11223344"));
    const auto items = parse_rtcp(bytes);
    ck_assert(items.ok());
    ck_assert_uint_eq(items->size(), 2);
    ck_assert(std::get<rtp::ReceiverReport>(items->at(0)).sender == 0x11223344);
    ck_assert(std::get<rtp::Goodbye>(items->at(1)).sources == std::vector<rtp::Ssrc>{0x11223344});
}
END_TEST

START_TEST(test_rtcp_silent_report_has_neither_time_nor_blocks) {
    ck_assert(rtp::silent_report(0x11223344, "abc") ==
              from_hex("80c90001 11223344 81ca0003 11223344 0103 616263 000000"));
}
END_TEST

START_TEST(test_rtcp_receiver_report_is_read) {
    const auto items = parse_rtcp(from_hex("81c90007 55667788" BLOCK "81ca0002 55667788 0100 0000"));
    ck_assert(items.ok());
    ck_assert_uint_eq(items->size(), 1);
    const auto &report = std::get<rtp::ReceiverReport>(items->front());
    ck_assert_uint_eq(report.sender, 0x55667788);
    ck_assert_uint_eq(report.blocks.size(), 1);
    const auto &block = report.blocks.front();
    ck_assert_uint_eq(block.source, 0x11223344);
    ck_assert_uint_eq(block.fraction_lost, 0x40);
    ck_assert_int_eq(block.cumulative_lost, -2);
    ck_assert_uint_eq(block.highest_sequence, 0x1ffff);
    ck_assert_uint_eq(block.jitter, 42);
    ck_assert_uint_eq(block.last_sr, 0x18000);
    ck_assert_uint_eq(block.delay_since_last_sr, 0x10000);
}
END_TEST

START_TEST(test_rtcp_blocks_of_a_sender_report_are_read) {
    const auto items =
        parse_rtcp(from_hex("82c80012 55667788 0000000000000000 00000000 00000000 00000000" BLOCK BLOCK));
    ck_assert(items.ok());
    ck_assert_uint_eq(std::get<rtp::ReceiverReport>(items->front()).blocks.size(), 2);
}
END_TEST

START_TEST(test_rtcp_key_frame_requests_are_read) {
    const auto items =
        parse_rtcp(from_hex("80c90001 55667788"                                               // empty RR
                            "81ce0002 55667788 11223344"                                      // PLI
                            "84ce0006 55667788 00000000 11223344 01000000 99aabbcc 02000000"  // FIR for two
                            "84ce0002 55667788 11223344"));                                   // FIR of old receivers
    ck_assert(items.ok());
    ck_assert_uint_eq(items->size(), 5);
    ck_assert(std::get<rtp::PictureLossIndication>(items->at(1)).source == 0x11223344);
    ck_assert(std::get<rtp::FullIntraRequest>(items->at(2)).source == 0x11223344);
    ck_assert(std::get<rtp::FullIntraRequest>(items->at(3)).source == 0x99aabbcc);
    ck_assert(std::get<rtp::FullIntraRequest>(items->at(4)).source == 0x11223344);
    ck_assert(std::get<rtp::FullIntraRequest>(items->at(4)).sender == 0x55667788);
}
END_TEST

// NACK, REMB, APP, XR and types that are not known yet come along with what is of use.
START_TEST(test_rtcp_other_packets_are_skipped) {
    const auto items =
        parse_rtcp(from_hex("80c90001 55667788"
                            "81cd0003 55667788 11223344 00010000"
                            "8fce0004 55667788 00000000 52454d42 00000000"
                            "80cc0002 55667788 61626364"
                            "80cf0001 55667788"
                            "80d20000"
                            "81cb0001 55667788"));
    ck_assert(items.ok());
    ck_assert_uint_eq(items->size(), 2);
    ck_assert(std::holds_alternative<rtp::Goodbye>(items->back()));
}
END_TEST

START_TEST(test_rtcp_reduced_size_feedback_alone_is_read) {
    const auto items = parse_rtcp(from_hex("81ce0002 55667788 11223344"));
    ck_assert(items.ok());
    ck_assert_uint_eq(items->size(), 1);
}
END_TEST

START_TEST(test_rtcp_padding_is_no_part_of_a_packet) {
    ck_assert(parse_rtcp(from_hex("80c90001 55667788 a1cb0002 55667788 00000004")).ok());
    ck_assert(!parse_rtcp(from_hex("a1cb0001 00000004")).ok());
}
END_TEST

namespace {

const struct {
    const char *what;
    const char *bytes;
    RtcpError error;
} kRefused[] = {
    {"nothing", "", RtcpError::Truncated},
    {"one byte", "80", RtcpError::Truncated},
    {"three bytes", "80c900", RtcpError::Truncated},
    {"length beyond the end", "80c90002 55667788", RtcpError::Truncated},
    {"longest length", "80c9ffff 55667788", RtcpError::Truncated},
    {"report without sender", "80c90000", RtcpError::Truncated},
    {"sender report without its info", "80c80001 55667788", RtcpError::Truncated},
    {"block count beyond the packet", "82c90007 55667788" BLOCK, RtcpError::Truncated},
    {"BYE for more sources than it names", "82cb0001 55667788", RtcpError::Truncated},
    {"PLI without source", "81ce0001 55667788", RtcpError::Truncated},
    {"bytes after the last packet", "80c90001 55667788 80", RtcpError::Truncated},
    {"padding of nothing", "a0c90002 55667788 00000000", RtcpError::Truncated},
    {"padding longer than the packet", "a0c90002 55667788 000000ff", RtcpError::Truncated},
    {"padding bit on an empty packet", "a0ca0000", RtcpError::Truncated},
    {"version 1", "40c90001 55667788", RtcpError::NotRtcp},
    {"version 0 in the second packet", "80c90001 55667788 00c90001 55667788", RtcpError::NotRtcp},
    {"RTP", "80600001 00000000 00000000", RtcpError::NotRtcp},
    {"type below", "80c70001 55667788", RtcpError::NotRtcp},
    {"type above", "80d00001 55667788", RtcpError::NotRtcp},
};

}  // namespace

START_TEST(test_rtcp_malformed_is_refused_and_says_why) {
    for (const auto &c : kRefused) {
        const auto items = parse_rtcp(from_hex(c.bytes));
        ck_assert_msg(!items.ok(), "%s", c.what);
        ck_assert_msg(items.error().code == c.error, "%s: %s", c.what, items.error().message.c_str());
        ck_assert_msg(!items.error().message.empty(), "%s", c.what);
    }
}
END_TEST

START_TEST(test_rtcp_sender_info_is_read_back) {
    const auto bytes = rtp::sender_report(kInfo, "abc");
    const auto info = rtp::read_sender_info(bytes);
    ck_assert(info.has_value());
    ck_assert(info->ssrc == kInfo.ssrc && info->ntp == kInfo.ntp && info->time == kInfo.time);
    ck_assert(info->packets == kInfo.packets && info->octets == kInfo.octets);
    for (size_t size = 0; size < 28; ++size)
        ck_assert(!rtp::read_sender_info(std::span(bytes).first(size)));
    auto other = bytes;
    other[1] = 201;
    ck_assert(!rtp::read_sender_info(other));
}
END_TEST

int main() {
    return test::run_suite("rtcp", {
                                       test_rtcp_sender_report_is_what_the_rfc_says,
                                       test_rtcp_sender_info_is_read_back,
                                       test_rtcp_cname_of_any_length_ends_with_null_at_a_word,
                                       test_rtcp_goodbye_ends_a_compound_packet,
                                       test_rtcp_silent_report_has_neither_time_nor_blocks,
                                       test_rtcp_receiver_report_is_read,
                                       test_rtcp_blocks_of_a_sender_report_are_read,
                                       test_rtcp_key_frame_requests_are_read,
                                       test_rtcp_other_packets_are_skipped,
                                       test_rtcp_reduced_size_feedback_alone_is_read,
                                       test_rtcp_padding_is_no_part_of_a_packet,
                                       test_rtcp_malformed_is_refused_and_says_why,
                                   });
}
