// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <check.h>

#include <cstdint>
#include <vector>

#include "packet_log.h"

namespace rtspsink::test {

// Whether they follow each other as those of one live stream that loses nothing.
inline void assert_one_stream(const std::vector<LoggedPacket> &packets) {
    for (size_t i = 1; i < packets.size(); ++i) {
        ck_assert_uint_eq(packets[i].sequence, static_cast<uint16_t>(packets[i - 1].sequence + 1));
        ck_assert_uint_eq(packets[i].ssrc, packets[i - 1].ssrc);
        ck_assert_uint_ge(packets[i].pts, packets[i - 1].pts);
        ck_assert_int_gt(static_cast<int32_t>(packets[i].time - packets[i - 1].time), 0);
    }
}

}  // namespace rtspsink::test
