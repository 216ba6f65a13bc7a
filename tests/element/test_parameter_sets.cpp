// SPDX-License-Identifier: LGPL-2.1-or-later
// That a viewer finds the parameter sets in front of each key frame, however seldom upstream told them.
#include <algorithm>
#include <string>
#include <vector>

#include "connection.h"
#include "sink_harness.h"
#include "suite.h"

using rtspsink::test::Connection;
using rtspsink::test::Frame;
using rtspsink::test::SinkHarness;

namespace {

using Bytes = std::string;

Bytes from_hex(const std::string &text) {
    Bytes bytes;
    for (size_t at = 0; at + 1 < text.size(); at += 2)
        bytes += static_cast<char>(std::stoi(text.substr(at, 2), nullptr, 16));
    return bytes;
}

// A black picture of 64 x 64 and two that depend on it, as encoders made them.
struct Codec {
    const char *name;
    std::vector<Bytes> sets;
    Bytes key;
    std::vector<Bytes> others;
    std::vector<unsigned> set_types;
    std::vector<unsigned> key_types;
    unsigned last_picture_type;
    unsigned aggregation;
    unsigned fragmentation;
    size_t header;  // of a NAL unit

    [[nodiscard]] unsigned type_of(uint8_t first) const { return header == 1 ? first & 31U : first >> 1U & 63U; }
};

// RFC 6184 section 5.2
const Codec kH264 = {
    .name = "H.264",
    .sets = {from_hex("6742c015da109b016a0c0c0d4a000003000200000300651e2c5d40"), from_hex("68ce3c80")},
    .key = from_hex("65888406a8930a0003fbf24f27275d75d75d75d75d75d780"),
    .others = {from_hex("419a201aa08c"), from_hex("419a401aa08c")},
    .set_types = {7, 8},
    .key_types = {5},
    .last_picture_type = 5,
    .aggregation = 24,
    .fragmentation = 28,
    .header = 1,
};

// RFC 7798 section 4.4
const Codec kH265 = {
    .name = "H.265",
    .sets = {from_hex("40010c01ffff01600000030090000003000003003fba0240"),
             from_hex("42010101600000030090000003000003003fa020810596e92930bffc00040005a83030302000000300200000030321"),
             from_hex("4401c0718112")},
    .key = from_hex("2801ac1ae0f06b10cffe261358573b479f80"),
    .others = {from_hex("0201d0097880d7fedb1120"), from_hex("0201d011fe203540fedb1120")},
    .set_types = {32, 33, 34},
    .key_types = {19, 20},
    .last_picture_type = 31,
    .aggregation = 48,
    .fragmentation = 49,
    .header = 2,
};

const char *kAvc =
    "video/x-h264,stream-format=avc,alignment=au,width=64,height=64,framerate=25/1,codec_data=(buffer)"
    "0142c015ffe1001b6742c015da109b016a0c0c0d4a000003000200000300651e2c5d4001000468ce3c80";
const char *kHvc1 =
    "video/x-h265,stream-format=hvc1,alignment=au,width=64,height=64,framerate=25/1,codec_data=(buffer)"
    "0101600000009000000000003ff000fcfdf8f800000f03200001001840010c01ffff01600000030090000003000003003fba0240210001"
    "002f42010101600000030090000003000003003fa020810596e92930bffc00040005a83030302000000300200000030321220001000644"
    "01c0718112";

struct Case {
    const Codec &codec;
    const char *caps;
    bool has_start_codes;  // else each NAL unit is behind its length, and the caps have the sets
    const char *properties;
};

Bytes in_front(const Case &c, const Bytes &nal) {
    const auto size = static_cast<unsigned>(nal.size());
    const Bytes length = {0, 0, static_cast<char>(size >> 8U), static_cast<char>(size)};
    return c.has_start_codes ? Bytes("\0\0\0\1", 4) : length;
}

// A group of pictures. `has_sets`: it begins with the parameter sets.
void push_group(SinkHarness &sink, const Case &c, bool has_sets) {
    Bytes unit;
    for (const Bytes &set : c.codec.sets)
        unit += has_sets ? in_front(c, set) + set : Bytes();
    sink.push_bytes(unit + in_front(c, c.codec.key) + c.codec.key);
    for (const Bytes &other : c.codec.others)
        sink.push_bytes(in_front(c, other) + other);
}

// The types of the NAL units that begin in a packet.
std::vector<unsigned> nal_types(const Codec &codec, const Frame &frame) {
    const std::vector<uint8_t> payload(frame.bytes.begin() + 12, frame.bytes.end());
    const unsigned type = codec.type_of(payload.at(0));
    if (type == codec.fragmentation) {
        const uint8_t fragment = payload.at(codec.header);
        const unsigned mask = codec.header == 1 ? 31U : 63U;
        return (fragment & 0x80U) != 0 ? std::vector{fragment & mask} : std::vector<unsigned>();
    }
    if (type != codec.aggregation)
        return {type};
    std::vector<unsigned> types;
    for (size_t at = codec.header; at + 2 < payload.size();) {
        types.push_back(codec.type_of(payload[at + 2]));
        at += 2U + (static_cast<size_t>(payload[at]) << 8U | payload[at + 1]);
    }
    return types;
}

bool has(const std::vector<unsigned> &types, unsigned type) {
    return std::find(types.begin(), types.end(), type) != types.end();
}

// What came since the picture before, when the next key frame begins; nothing, if none does before the deadline.
std::vector<unsigned> in_front_of_next_key(Connection &viewer, const Codec &codec) {
    std::vector<unsigned> seen;
    while (const auto frame = viewer.next_frame()) {
        for (const unsigned type : nal_types(codec, *frame)) {
            if (has(codec.key_types, type))
                return seen;
            if (type <= codec.last_picture_type)
                seen.clear();
            else
                seen.push_back(type);
        }
    }
    return {};
}

void assert_has_sets(Connection &viewer, const Case &c, const char *which) {
    const auto seen = in_front_of_next_key(viewer, c.codec);
    for (const unsigned type : c.codec.set_types)
        ck_assert_msg(has(seen, type), "%s, %s, %s: no %u in front of %s", c.codec.name, c.caps, c.properties, type,
                      which);
}

}  // namespace

START_TEST(test_every_viewer_gets_parameter_sets_that_upstream_told_once) {
    constexpr const char *kStreamH264 = "video/x-h264,stream-format=byte-stream,alignment=au";
    constexpr const char *kStreamH265 = "video/x-h265,stream-format=byte-stream,alignment=au";
    const Case cases[] = {
        {kH264, kAvc, false, ""},
        {kH264, kAvc, false, "start-mode=key-frame"},
        {kH264, kStreamH264, true, ""},
        {kH264, kStreamH264, true, "start-mode=key-frame"},
        {kH264, "video/x-h264", true, ""},
        {kH265, kHvc1, false, ""},
        {kH265, kHvc1, false, "start-mode=key-frame"},
        {kH265, kStreamH265, true, ""},
        {kH265, kStreamH265, true, "start-mode=key-frame"},
        {kH265, "video/x-h265", true, ""},
    };
    for (const Case &c : cases) {
        SinkHarness sink(c.properties);
        sink.set_caps(c.caps);
        push_group(sink, c, c.has_start_codes);
        for (int i = 0; i < 3; ++i)
            push_group(sink, c, false);
        Connection late(sink.port());
        ck_assert_msg(late.play("/test"), "%s, %s", c.codec.name, c.caps);
        for (int i = 0; i < 3; ++i)
            push_group(sink, c, false);
        assert_has_sets(late, c, "its first key frame");
        assert_has_sets(late, c, "the next one");
    }
}
END_TEST

int main(int argc, char **argv) {
    return rtspsink::test::run_element_suite(argc, argv, "parameter_sets",
                                             {test_every_viewer_gets_parameter_sets_that_upstream_told_once});
}
