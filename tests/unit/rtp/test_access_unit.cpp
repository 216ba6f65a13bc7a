// SPDX-License-Identifier: LGPL-2.1-or-later
// Packets as the payload formats lay them out; test_payloaders has those of GStreamer.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "hex.h"
#include "rtp/access_unit.h"
#include "rtp/sei.h"
#include "support/check_suite.h"

using namespace rtspcore;
using rtp::AccessUnitTraits;
using test::from_hex;

namespace {

struct Unit {
    const char *what;
    std::vector<const char *> payloads;
    bool key = false;
    bool droppable = false;
};

void add(rtp::AccessUnitInspector &inspector, const std::vector<uint8_t> &payload) {
    inspector.add(
        rtp::PacketView{.marker = false, .payload_type = 96, .sequence = 0, .time = 0, .ssrc = 0, .payload = payload});
}

// The units of one stream, in order.
void check_stream(const char *encoding, const std::vector<Unit> &units) {
    const auto inspector = rtp::make_access_unit_inspector("video", encoding);
    for (const auto &unit : units) {
        for (const char *payload : unit.payloads)
            add(*inspector, from_hex(payload));
        const AccessUnitTraits traits = inspector->finish();
        ck_assert_msg(traits.key == unit.key, "%s: key is %d", unit.what, traits.key);
        ck_assert_msg(traits.droppable == unit.droppable, "%s: droppable is %d", unit.what, traits.droppable);
    }
}

}  // namespace

START_TEST(test_access_unit_h264) {
    check_stream(
        "H264",
        {
            {.what = "SPS, PPS, IDR", .payloads = {"6742c00d", "68ce3c80", "6588"}, .key = true},
            {.what = "IDR alone", .payloads = {"6588"}, .key = true},
            {.what = "reference slice", .payloads = {"419a"}},
            {.what = "reference of the least importance", .payloads = {"219a"}},
            {.what = "slice that nothing refers to", .payloads = {"0910", "0605ff", "019e"}, .droppable = true},
            {.what = "data partitions of one", .payloads = {"029e", "039e", "049e"}, .droppable = true},
            {.what = "two slices, one of them a reference", .payloads = {"019e", "419e"}},
            {.what = "parameter sets between pictures", .payloads = {"0742", "08ce", "019e"}},
            {.what = "nothing but SEI", .payloads = {"0605ff"}},
            {.what = "FU-A of an IDR", .payloads = {"7c8588", "7c0511", "7c4511"}, .key = true},
            {.what = "FU-A of an IDR whose begin was lost", .payloads = {"7c0511", "7c4511"}},
            {.what = "FU-A that nothing refers to", .payloads = {"1c819e", "1c0111", "1c4111"}, .droppable = true},
            {.what = "FU-A of a reference whose begin was lost", .payloads = {"5c0111", "5c4111"}},
            {.what = "FU-B of an IDR", .payloads = {"7d85000088", "7c4511"}, .key = true},
            {.what = "STAP-A of all", .payloads = {"78 0004 6742c00d 0004 68ce3c80 0002 6588"}, .key = true},
            {.what = "STAP-A that nothing refers to", .payloads = {"18 0002 019e 0002 019e"}, .droppable = true},
            {.what = "STAP-B", .payloads = {"79 0001 0002 6588"}, .key = true},
            {.what = "MTAP16", .payloads = {"7a 0001 0002 00 0000 6588"}, .key = true},
            {.what = "MTAP24", .payloads = {"7b 0001 0002 00 000000 6588"}, .key = true},
            {.what = "STAP-A with a size beyond its end", .payloads = {"78 0004 6742c00d 00ff 6588"}},
            {.what = "recovery point with SPS", .payloads = {"6742", "68ce", "060601c480", "419a"}, .key = true},
            {.what = "recovery point without", .payloads = {"060601c480", "419a"}},
            {.what = "SPS without recovery point", .payloads = {"6742", "68ce", "419a"}},
            {.what = "broken bits", .payloads = {"", "1c", "78", "7800", "7b000100", "06"}},
        });
}
END_TEST

START_TEST(test_access_unit_h265) {
    check_stream(
        "H265",
        {
            {.what = "parameter sets and IDR_N_LP", .payloads = {"4001", "4201", "4401", "2801ac"}, .key = true},
            {.what = "IDR_W_RADL", .payloads = {"2601ac"}, .key = true},
            {.what = "BLA", .payloads = {"2001ac"}, .key = true},
            {.what = "CRA", .payloads = {"2a01ac"}, .key = true},
            {.what = "two of three parameter sets", .payloads = {"4201", "4401", "2a01ac"}, .key = true},
            {.what = "reference", .payloads = {"0201d0"}},
            {.what = "picture that nothing refers to", .payloads = {"0001e0"}, .droppable = true},
            {.what = "RASL that nothing refers to", .payloads = {"1001e0"}, .droppable = true},
            {.what = "FU of an IDR", .payloads = {"620193ac", "620113ff", "620153ff"}, .key = true},
            {.what = "FU of an IDR whose begin was lost", .payloads = {"620113ff", "620153ff"}},
            {.what = "FU that nothing refers to", .payloads = {"620180e0", "620140e0"}, .droppable = true},
            {.what = "AP of parameter sets and IDR",
             .payloads = {"6001 0002 4001 0002 4201 0002 4401 0003 2601ac"},
             .key = true},
            {.what = "AP that ends too early", .payloads = {"6001 0002 4001 00ff 2601ac"}},
            {.what = "IDR of another layer", .payloads = {"0201d0", "2609ac"}},
            {.what = "broken bits", .payloads = {"", "62", "6201", "6001", "600100"}},
        });
}
END_TEST

// What the stream told of its parameter sets after each unit: parameters, or nothing new.
START_TEST(test_access_unit_parameter_sets_are_told_once) {
    const struct {
        const char *encoding;
        const char *what;
        std::vector<const char *> payloads;
        rtp::FormatParameters told;
    } units[] = {
        {"H264", "SPS only", {"6742c00d"}, {}},
        {"H264", "then PPS", {"68ce3c80", "6588"}, {{"sprop-parameter-sets", "Z0LADQ==,aM48gA=="}}},
        {"H264", "the same again", {"78 0004 6742c00d 0004 68ce3c80 0002 6588"}, {}},
        {"H264", "a picture", {"419a"}, {}},
        {"H264", "two PPS", {"68ce3c80", "68ce3c81"}, {{"sprop-parameter-sets", "Z0LADQ==,aM48gA==,aM48gQ=="}}},
        {"H264", "a fragment of another SPS", {"7c8742", "7c4711"}, {}},
        {"H264", "another SPS", {"78 0004 6742c01e"}, {{"sprop-parameter-sets", "Z0LAHg==,aM48gA==,aM48gQ=="}}},
        {"H265",
         "all three",
         {"6001 0003 400101 0003 420102", "440103"},
         {{"sprop-vps", "QAEB"}, {"sprop-sps", "QgEC"}, {"sprop-pps", "RAED"}}},
        {"H265", "the same again", {"400101", "420102", "440103"}, {}},
        {"VP8", "none at all", {"9000"}, {}},
    };
    std::map<std::string, std::unique_ptr<rtp::AccessUnitInspector>> inspectors;
    for (const auto &unit : units) {
        auto &inspector = inspectors[unit.encoding];
        if (!inspector)
            inspector = rtp::make_access_unit_inspector("video", unit.encoding);
        for (const char *payload : unit.payloads)
            add(*inspector, from_hex(payload));
        inspector->finish();
        const auto told = inspector->take_parameter_sets();
        ck_assert_msg(told.value_or(rtp::FormatParameters{}) == unit.told, "%s: %s", unit.encoding, unit.what);
    }
}
END_TEST

START_TEST(test_access_unit_h265_only_the_highest_temporal_layer_is_droppable) {
    check_stream("H265", {
                             {.what = "the only layer so far", .payloads = {"0001e0"}, .droppable = true},
                             {.what = "a higher one", .payloads = {"0002e0"}, .droppable = true},
                             {.what = "the lower one, as the higher may refer to it", .payloads = {"0001e0"}},
                             {.what = "the higher one again", .payloads = {"0002e0"}, .droppable = true},
                             {.what = "reference in the higher one", .payloads = {"0202e0"}},
                             {.what = "slices of both", .payloads = {"0002e0", "0001e0"}},
                         });
}
END_TEST

START_TEST(test_access_unit_vp8) {
    check_stream("VP8", {
                            {.what = "key frame", .payloads = {"10 f06500 9d012a", "00 61beaa"}, .key = true},
                            {.what = "inter frame", .payloads = {"10 510d00"}},
                            {.what = "non-reference frame", .payloads = {"30 510d00", "20 11"}, .droppable = true},
                            {.what = "key frame, 7-bit picture id", .payloads = {"90 80 7f f06500"}, .key = true},
                            {.what = "key frame, 15-bit picture id, TL0PICIDX, TID",
                             .payloads = {"90 f0 8001 05 40 f06500"},
                             .key = true},
                            {.what = "inter frame with these", .payloads = {"90 f0 8001 05 40 f16500"}},
                            {.what = "key frame whose begin was lost", .payloads = {"00 f06500"}},
                            {.what = "another partition", .payloads = {"11 f06500"}},
                            {.what = "broken bits", .payloads = {"", "90", "90 80", "90 f0 80", "10"}},
                        });
}
END_TEST

START_TEST(test_access_unit_vp9) {
    check_stream(
        "VP9",
        {
            {.what = "key frame with scalability structure",
             .payloads = {"0a 18 0160 0120 01 04 01 824983", "00 5658"},
             .key = true},
            {.what = "inter frame", .payloads = {"4c 860040"}},
            {.what = "picture that refers to others, whatever its frame begins with", .payloads = {"48 824983"}},
            {.what = "key frame, 15-bit picture id", .payloads = {"88 8001 824983"}, .key = true},
            {.what = "key frame in layers", .payloads = {"a8 01 00 05 824983", "a8 01 03 05 864983"}, .key = true},
            {.what = "inter frame, flexible", .payloads = {"f8 01 00 03 02 864983"}},
            {.what = "upper spatial layer alone", .payloads = {"a8 01 02 05 824983"}},
            {.what = "intra-only frame", .payloads = {"08 864983"}},
            {.what = "frame shown again", .payloads = {"08 88"}},
            {.what = "key frame of profile 3", .payloads = {"08 b04983"}, .key = true},
            {.what = "inter frame of profile 3", .payloads = {"08 b24983"}},
            {.what = "key frame whose begin was lost", .payloads = {"00 824983"}},
            {.what = "broken bits", .payloads = {"", "8a", "0a", "0a ff", "0a08ff", "0a08ffffff", "f8 01 00 03"}},
        });
}
END_TEST

START_TEST(test_access_unit_av1) {
    check_stream("AV1",
                 {
                     {.what = "new sequence", .payloads = {"28 0b 0a0b0000000424 00000000 00 1000ff"}, .key = true},
                     {.what = "frame", .payloads = {"10 3000ff"}},
                     {.what = "sequence header alone", .payloads = {"10 0a0b00"}},
                     {.what = "new sequence whose begin was lost", .payloads = {"98 0a0b00"}},
                     {.what = "broken bits", .payloads = {"", "00"}},
                 });
}
END_TEST

START_TEST(test_access_unit_mpeg4) {
    check_stream(
        "MP4V-ES",
        {
            {.what = "VOL and I-VOP",
             .payloads = {"000001b001 000001b58913 00000100 00000120 00c4 000001b610000c"},
             .key = true},
            {.what = "GOV and I-VOP", .payloads = {"000001b3001007 000001b610000c", "7eceda"}, .key = true},
            {.what = "P-VOP", .payloads = {"000001b651eb8e"}},
            {.what = "B-VOP", .payloads = {"000001b690a3dc"}, .droppable = true},
            {.what = "S-VOP", .payloads = {"000001b6d0a3dc"}},
            {.what = "start code over packets", .payloads = {"000001b300100700", "0001", "b610000c"}, .key = true},
            {.what = "the rest of a picture", .payloads = {"7eceda40"}},
            {.what = "a start code does not go on in the next unit", .payloads = {"ff000001"}},
            {.what = "as it began in the one before", .payloads = {"b610000c"}},
        });
}
END_TEST

START_TEST(test_access_unit_mpeg2) {
    check_stream("MPV",
                 {
                     {.what = "sequence header and I picture",
                      .payloads = {"00000000 000001b31601 000001b8000800 00000100 000ffff8", "00000000 ffff"},
                      .key = true},
                     {.what = "I picture", .payloads = {"00000000 000001b8000800 00000100 000ffff8"}, .key = true},
                     {.what = "P picture", .payloads = {"00000000 00000100 0057fffb"}},
                     {.what = "B picture", .payloads = {"00000000 00000100 005ffffb"}, .droppable = true},
                     {.what = "B picture and the next group",
                      .payloads = {"00000000 00000100 005ffffb 000001b31601 00000100 000ffff8"},
                      .key = true},
                     {.what = "P and B picture", .payloads = {"00000000 00000100 0057fffb 00000100 005ffffb"}},
                     {.what = "B and P picture", .payloads = {"00000000 00000100 005ffffb 00000100 0057fffb"}},
                     {.what = "I picture behind the MPEG-2 header",
                      .payloads = {"04000000 00000000 00000100 000ffff8"},
                      .key = true},
                     {.what = "slices", .payloads = {"00000000 0000010127123456"}},
                     {.what = "broken bits", .payloads = {"", "000000", "04000000 000001", "00000000"}},
                 });
}
END_TEST

START_TEST(test_access_unit_h263) {
    check_stream(
        "H263", {
                    {.what = "intra picture", .payloads = {"00600000 00008002 0c0527d7", "00600000 1234"}, .key = true},
                    {.what = "inter picture", .payloads = {"00700000 00008002 0e083fff"}},
                    {.what = "intra picture whose begin was lost", .payloads = {"00600000 12345678"}},
                    {.what = "intra macroblocks in mode B", .payloads = {"80600000 00000000 00008002 0c05"}},
                    {.what = "broken bits", .payloads = {"", "00", "006000000000"}},
                });
    for (const char *name : {"H263-1998", "H263-2000"})
        check_stream(name, {
                               {.what = "intra picture, extended type",
                                .payloads = {"0400 80021cb8c3001008", "0000 4018"},
                                .key = true},
                               {.what = "inter picture, extended type", .payloads = {"0400 80021cb8c3049008"}},
                               {.what = "inter picture after", .payloads = {"0400 80020e083fff"}},
                               {.what = "intra picture, short type", .payloads = {"0400 80020c0527d7"}, .key = true},
                               {.what = "intra picture with VRC and extra header",
                                .payloads = {"0610 00 aabb 80020c0527d7"},
                                .key = true},
                               {.what = "no picture start", .payloads = {"0000 80020c0527d7"}},
                               {.what = "broken bits", .payloads = {"", "04", "0400", "07ff8002"}},
                           });
}
END_TEST

START_TEST(test_access_unit_independent_units_are_keys) {
    const struct {
        const char *media;
        const char *encoding;
        bool marker_ends_unit;
        bool droppable;
    } cases[] = {
        {"video", "JPEG", true, true},
        {"video", "raw", true, true},
        {"video", "MP2T", false, false},
        {"audio", "MP4A-LATM", true, false},
        {"audio", "mpeg4-generic", true, false},
        {"audio", "AC3", true, false},
        {"audio", "OPUS", false, false},
        {"audio", "PCMU", false, false},
        {"audio", "MPA", false, false},
        {"application", "SMPTE336M", true, false},
        {"application", "vnd.onvif.metadata", true, false},
        {"video", "X-UNHEARD-OF", true, false},
        {"audio", "X-UNHEARD-OF", false, false},
        {"application", "", false, false},
        {"", "", false, false},
    };
    for (const auto &c : cases) {
        const auto inspector = rtp::make_access_unit_inspector(c.media, c.encoding);
        ck_assert_msg(!inspector->has_key_frames(), "%s", c.encoding);
        ck_assert_msg(inspector->marker_ends_unit() == c.marker_ends_unit, "%s", c.encoding);
        add(*inspector, from_hex("00112233"));
        const auto traits = inspector->finish();
        ck_assert_msg(traits.key && traits.droppable == c.droppable, "%s", c.encoding);
    }
}
END_TEST

START_TEST(test_access_unit_names_are_taken_without_case) {
    for (const char *name :
         {"H264", "h264", "H265", "vp8", "VP9", "av1", "mp4v-es", "MPV", "H263", "h263-1998", "VP8-DRAFT-IETF-01"}) {
        const auto inspector = rtp::make_access_unit_inspector("VIDEO", name);
        ck_assert_msg(inspector->has_key_frames() && inspector->marker_ends_unit(), "%s", name);
        ck_assert_msg(!inspector->finish().key, "%s: a unit without packets is no key", name);
    }
}
END_TEST

START_TEST(test_sei_recovery_point_is_found_among_messages) {
    const struct {
        const char *bytes;
        bool found;
    } cases[] = {
        {"06 01 c4 80", true},
        {"05 02 aabb 06 01 c4 80", true},
        {"05 04 00000300 00 06 01 c4 80", true},  // the 03 is no part of the message
        {"05 04 00000300 06 01 c4 80", false},
        {"ff 06 01 00 06 01 c4", true},  // type 261, then 6
        {"05 ff 01 06 01", false},       // 256 bytes, which are not there
        {"06 00", false},
        {"06", false},
        {"ffffff", false},
        {"", false},
    };
    for (const auto &c : cases)
        ck_assert_msg(rtp::sei_has_recovery_point(from_hex(c.bytes)) == c.found, "%s", c.bytes);
}
END_TEST

int main() {
    return test::run_suite("access_unit", {
                                              test_access_unit_h264,
                                              test_access_unit_h265,
                                              test_access_unit_parameter_sets_are_told_once,
                                              test_access_unit_h265_only_the_highest_temporal_layer_is_droppable,
                                              test_access_unit_vp8,
                                              test_access_unit_vp9,
                                              test_access_unit_av1,
                                              test_access_unit_mpeg4,
                                              test_access_unit_mpeg2,
                                              test_access_unit_h263,
                                              test_access_unit_independent_units_are_keys,
                                              test_access_unit_names_are_taken_without_case,
                                              test_sei_recovery_point_is_found_among_messages,
                                          });
}
