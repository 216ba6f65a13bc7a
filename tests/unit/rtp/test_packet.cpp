// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>

#include "hex.h"
#include "rtp/packet.h"
#include "support/check_suite.h"

using namespace rtspcore;
using rtp::PacketView;
using test::from_hex;

namespace {

const struct {
    const char *what;
    const char *packet;
    const char *payload;  // null: no RTP packet
} kCases[] = {
    {"plain", "80 60 0001 00000002 00000003 aabb", "aabb"},
    {"empty payload", "80 60 0001 00000002 00000003", ""},
    {"two CSRCs", "82 60 0001 00000002 00000003 11111111 22222222 aabb", "aabb"},
    {"extension of one word", "90 60 0001 00000002 00000003 bede0001 10ff0000 aabb", "aabb"},
    {"empty extension", "90 60 0001 00000002 00000003 bede0000 aabb", "aabb"},
    {"CSRC and extension", "91 60 0001 00000002 00000003 11111111 bede0001 10ff0000 aabb", "aabb"},
    {"padding", "a0 60 0001 00000002 00000003 aabb 000003", "aabb"},
    {"nothing but padding", "a0 60 0001 00000002 00000003 00000004", ""},

    {"nothing", "", nullptr},
    {"one byte short", "80 60 0001 00000002 000000", nullptr},
    {"version 1", "40 60 0001 00000002 00000003 aabb", nullptr},
    {"version 3", "c0 60 0001 00000002 00000003 aabb", nullptr},
    {"CSRCs beyond the end", "8f 60 0001 00000002 00000003 11111111", nullptr},
    {"extension header beyond the end", "90 60 0001 00000002 00000003 bede", nullptr},
    {"extension beyond the end", "90 60 0001 00000002 00000003 bede0002 10ff0000", nullptr},
    {"longest extension", "90 60 0001 00000002 00000003 bedeffff 10ff0000", nullptr},
    {"padding of no byte", "a0 60 0001 00000002 00000003 aabb00", nullptr},
    {"padding longer than the payload", "a0 60 0001 00000002 00000003 aabb04", nullptr},
    {"padding without payload", "a0 60 0001 00000002 00000003", nullptr},
};

}  // namespace

START_TEST(test_packet_gives_the_payload_or_is_refused) {
    for (const auto &c : kCases) {
        const auto bytes = from_hex(c.packet);
        const auto view = PacketView::parse(bytes);
        ck_assert_msg(view.has_value() == (c.payload != nullptr), "%s", c.what);
        if (!view)
            continue;
        const auto payload = from_hex(c.payload);
        ck_assert_msg(std::equal(view->payload.begin(), view->payload.end(), payload.begin(), payload.end()), "%s",
                      c.what);
    }
}
END_TEST

START_TEST(test_packet_header_fields_are_read) {
    const auto bytes = from_hex("80 e1 fffe 89abcdef 01234567 aa");
    const auto view = PacketView::parse(bytes);
    ck_assert(view.has_value());
    ck_assert(view->marker);
    ck_assert_uint_eq(view->payload_type, 97);
    ck_assert_uint_eq(view->sequence, 0xfffe);
    ck_assert_uint_eq(view->time, 0x89abcdef);
    ck_assert_uint_eq(view->ssrc, 0x01234567);
    ck_assert(!PacketView::parse(from_hex("80 61 0000 00000000 00000000"))->marker);
}
END_TEST

START_TEST(test_packet_rewritten_changes_nothing_else) {
    auto bytes = from_hex("80 e1 fffe 89abcdef 01234567 aa");
    rtp::set_sequence(bytes, 0x1234);
    rtp::set_time(bytes, 0xfedcba98);
    ck_assert(bytes == from_hex("80 e1 1234 fedcba98 01234567 aa"));
}
END_TEST

int main() {
    return test::run_suite("packet", {
                                         test_packet_gives_the_payload_or_is_refused,
                                         test_packet_header_fields_are_read,
                                         test_packet_rewritten_changes_nothing_else,
                                     });
}
