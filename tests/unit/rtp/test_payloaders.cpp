// SPDX-License-Identifier: LGPL-2.1-or-later
// What lib/rtp says about the packets of GStreamer's payloaders, one medium per run: `test_payloaders H264`.
#include <gst/gst.h>
#include <gst/sdp/gstsdpmessage.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

#include "payloader_capture.h"
#include "rtp/access_unit.h"
#include "rtp/packet.h"
#include "rtp/session_description.h"
#include "support/check_suite.h"

using namespace rtspcore;
using namespace rtspcore::test;

namespace {

struct Medium {
    const char *name;
    const char *payloader;          // the pipeline up to the payloader, "pay"
    const char *decoder = nullptr;  // from RTP to pictures
    bool marker_ends_unit = true;
    bool has_droppable = false;
    // Pictures at most that avdec_h264 of GStreamer 1.22 shows broken after a recovery point; ffmpeg shows the same
    // stream without fault.
    size_t inexact = 0;
};

#define VIDEO "videotestsrc num-buffers=33 ! video/x-raw,format=I420,width=352,height=288,framerate=25/1 ! "
#define AUDIO "audiotestsrc num-buffers=40 ! audioconvert ! audioresample ! "
#define STEREO AUDIO "audio/x-raw,rate=48000,channels=2 ! "
#define ANNEX_B " ! video/x-h264,stream-format=byte-stream ! "
#define H264_DECODER "rtph264depay ! avdec_h264 max-threads=1"
#define H265_DECODER "rtph265depay ! h265parse ! avdec_h265 max-threads=1"

const Medium kMedia[] = {
    {.name = "H264",
     .payloader = VIDEO "x264enc key-int-max=10 bframes=2 ! rtph264pay name=pay config-interval=-1",
     .decoder = H264_DECODER,
     .has_droppable = true},
    {.name = "H264-pyramid",
     .payloader = VIDEO "x264enc key-int-max=12 bframes=4 b-adapt=false option-string=b-pyramid=normal ! "
                        "rtph264pay name=pay aggregate-mode=max-stap",
     .decoder = H264_DECODER,
     .has_droppable = true},
    {.name = "H264-intra-refresh",
     .payloader = VIDEO "x264enc key-int-max=10 tune=zerolatency intra-refresh=true" ANNEX_B "rtph264pay name=pay"},
    {.name = "H264-open-gop",
     .payloader = VIDEO "x264enc key-int-max=10 bframes=2 option-string=open-gop=1" ANNEX_B "rtph264pay name=pay",
     .decoder = H264_DECODER,
     .has_droppable = true,
     .inexact = 7},
    {.name = "H265",
     .payloader = VIDEO "x265enc key-int-max=10 ! rtph265pay name=pay config-interval=-1",
     .decoder = H265_DECODER,
     .has_droppable = true},
    {.name = "H265-layers",
     .payloader = VIDEO "x265enc key-int-max=12 option-string=temporal-layers=1:bframes=3:b-adapt=0 ! "
                        "rtph265pay name=pay aggregate-mode=max",
     .decoder = H265_DECODER,
     .has_droppable = true},
    {.name = "VP8",
     .payloader = VIDEO "vp8enc keyframe-max-dist=10 ! rtpvp8pay name=pay picture-id-mode=15-bit",
     .decoder = "rtpvp8depay ! vp8dec"},
    {.name = "VP9",
     .payloader = VIDEO "vp9enc keyframe-max-dist=10 ! rtpvp9pay name=pay picture-id-mode=15-bit",
     .decoder = "rtpvp9depay ! vp9dec"},
    {.name = "MP4V-ES",
     .payloader = VIDEO "avenc_mpeg4 gop-size=10 max-bframes=2 ! rtpmp4vpay name=pay",
     .decoder = "rtpmp4vdepay ! avdec_mpeg4 max-threads=1",
     .has_droppable = true},
    {.name = "MPV",
     .payloader =
         VIDEO "mpeg2enc format=3 bitrate=4000 sequence-header-every-gop=true b-per-refframe=2 closed-gop=true ! "
               "mpegvideoparse ! rtpmpvpay name=pay",
     .decoder = "rtpmpvdepay ! mpegvideoparse ! avdec_mpeg2video max-threads=1",
     .has_droppable = true},
    {.name = "H263",
     .payloader = VIDEO "avenc_h263 gop-size=10 ! rtph263pay name=pay",
     .decoder = "rtph263depay ! avdec_h263"},
    {.name = "H263-1998",
     .payloader = VIDEO "avenc_h263p gop-size=10 ! rtph263ppay name=pay",
     .decoder = "rtph263pdepay ! avdec_h263"},
    {.name = "JPEG",
     .payloader = VIDEO "jpegenc ! rtpjpegpay name=pay",
     .decoder = "rtpjpegdepay ! jpegdec",
     .has_droppable = true},
    {.name = "MP2T",
     .payloader = VIDEO "x264enc key-int-max=10 ! mpegtsmux ! rtpmp2tpay name=pay",
     .marker_ends_unit = false},
    {.name = "MP4A-LATM", .payloader = STEREO "voaacenc bitrate=320000 ! aacparse ! rtpmp4apay name=pay mtu=300"},
    {.name = "MPEG4-GENERIC", .payloader = STEREO "voaacenc bitrate=320000 ! aacparse ! rtpmp4gpay name=pay mtu=300"},
    {.name = "AC3", .payloader = STEREO "avenc_ac3 bitrate=640000 ! ac3parse ! rtpac3pay name=pay mtu=500"},
    {.name = "MPA",
     .payloader = AUDIO "lamemp3enc target=bitrate cbr=true bitrate=320 ! mpegaudioparse ! rtpmpapay name=pay",
     .marker_ends_unit = false},
    {.name = "PCMU", .payloader = AUDIO "mulawenc ! rtppcmupay name=pay", .marker_ends_unit = false},
    {.name = "PCMA", .payloader = AUDIO "alawenc ! rtppcmapay name=pay", .marker_ends_unit = false},
    {.name = "G722", .payloader = AUDIO "avenc_g722 ! rtpg722pay name=pay", .marker_ends_unit = false},
    {.name = "G726-32", .payloader = AUDIO "avenc_g726 ! rtpg726pay name=pay", .marker_ends_unit = false},
    {.name = "OPUS", .payloader = AUDIO "opusenc ! rtpopuspay name=pay", .marker_ends_unit = false},
    {.name = "L16", .payloader = AUDIO "rtpL16pay name=pay", .marker_ends_unit = false},
    {.name = "L24", .payloader = AUDIO "rtpL24pay name=pay", .marker_ends_unit = false},
    {.name = "SMPTE336M",
     .payloader = "appsrc name=in format=time caps=meta/x-klv,parsed=true ! rtpklvpay name=pay mtu=60"},
};

// Two KLV units: SMPTE's universal label (SMPTE 336M), a length, and that many bytes.
std::vector<Bytes> klv_units() {
    Bytes unit{0x06, 0x0e, 0x2b, 0x34, 0x02, 0x0b, 0x01, 0x01, 0x0e, 0x01, 0x03, 0x01, 0x01, 0x00, 0x00, 0x00, 100};
    unit.resize(unit.size() + 100, 0x55);
    return {unit, unit};
}

const Medium *medium = nullptr;
const PayloaderCapture *captured = nullptr;

const char *field(const char *name) {
    return gst_structure_get_string(gst_caps_get_structure(captured->caps.get(), 0), name);
}

std::unique_ptr<rtp::AccessUnitInspector> make_inspector() {
    return rtp::make_access_unit_inspector(field("media"), field("encoding-name"));
}

std::vector<InspectedUnit> inspect_all() {
    const auto inspector = make_inspector();
    return inspect(*captured, *inspector);
}

}  // namespace

// A unit that is ended too late waits for the next one; one that is ended too early is half a frame.
START_TEST(test_marker_ends_unit_is_what_the_payloader_does) {
    if (!make_inspector()->marker_ends_unit())
        return;
    bool open = false;
    uint32_t time = 0;
    for (const auto &push : captured->pushes) {
        for (const auto &packet : push) {
            const auto view = rtp::PacketView::parse(packet);
            ck_assert(view.has_value());
            ck_assert_msg(!open || view->time == time, "a unit began before the marker of the one before");
            time = view->time;
            open = !view->marker;
        }
    }
    ck_assert_msg(!open, "the last packet has no marker");
}
END_TEST

START_TEST(test_marker_is_taken_for_the_end_where_it_is) {
    ck_assert_int_eq(make_inspector()->marker_ends_unit(), medium->marker_ends_unit);
}
END_TEST

START_TEST(test_key_units_are_those_of_the_encoder) {
    const auto inspector = make_inspector();
    if (!inspector->marker_ends_unit())
        return;
    const auto units = inspect(*captured, *inspector);
    if (!inspector->has_key_frames()) {
        for (const auto &unit : units)
            ck_assert(unit.traits.key);
        return;
    }
    ck_assert_uint_eq(units.size(), captured->inputs_are_keys.size());
    size_t keys = 0;
    for (size_t i = 0; i < units.size(); i++) {
        ck_assert_msg(units[i].traits.key == captured->inputs_are_keys[i], "unit %zu: key is %d", i,
                      units[i].traits.key);
        keys += units[i].traits.key;
    }
    ck_assert_uint_ge(keys, 3);
    ck_assert_uint_lt(keys, units.size());
}
END_TEST

START_TEST(test_decoder_that_begins_at_a_key_unit_shows_the_same_pictures) {
    if (!medium->decoder)
        return;
    const auto units = inspect_all();
    auto all = decode(*captured, units, medium->decoder);
    ck_assert_uint_gt(all.size(), units.size() / 2);
    std::sort(all.begin(), all.end());
    for (size_t i = 1; i < units.size(); i++) {
        if (!units[i].traits.key)
            continue;
        const auto rest = decode(*captured, {units.begin() + static_cast<ptrdiff_t>(i), units.end()}, medium->decoder);
        ck_assert_msg(!rest.empty(), "nothing can be decoded from unit %zu on", i);
        for (size_t k = medium->inexact; k < rest.size(); k++)
            ck_assert_msg(std::binary_search(all.begin(), all.end(), rest[k]), "another picture %zu from unit %zu on",
                          k, i);
    }
}
END_TEST

namespace {

// Without every second droppable unit: the others must not need them, droppable or not.
std::vector<InspectedUnit> without_every_second_droppable(const std::vector<InspectedUnit> &units, size_t first) {
    std::vector<InspectedUnit> kept;
    size_t droppable = 0;
    for (const auto &unit : units)
        if (!unit.traits.droppable || droppable++ % 2 != first)
            kept.push_back(unit);
    return kept;
}

}  // namespace

START_TEST(test_decoder_without_droppable_units_shows_the_other_pictures_unharmed) {
    const auto units = inspect_all();
    const auto is_droppable = [](const auto &unit) { return unit.traits.droppable; };
    ck_assert_int_eq(std::any_of(units.begin(), units.end(), is_droppable), medium->has_droppable);
    if (!medium->decoder || !medium->has_droppable)
        return;
    auto all = decode(*captured, units, medium->decoder);
    std::sort(all.begin(), all.end());
    for (const size_t first : {0, 1}) {
        const auto kept = without_every_second_droppable(units, first);
        const auto pictures = decode(*captured, kept, medium->decoder);
        ck_assert_uint_eq(pictures.size(), all.size() - (units.size() - kept.size()));
        for (const auto &picture : pictures)
            ck_assert_msg(std::binary_search(all.begin(), all.end(), picture), "a unit that was dropped was needed");
    }
}
END_TEST

namespace {

// The fields that a client needs, and no others, come back.
void check_field(GQuark id, const GValue *value, const GstStructure *parsed) {
    static constexpr std::string_view kNotOnTheWire[] = {"mapping", "profile", "a-framerate"};
    const char *name = g_quark_to_string(id);
    if (!G_VALUE_HOLDS_STRING(value) ||
        std::find(std::begin(kNotOnTheWire), std::end(kNotOnTheWire), name) != std::end(kNotOnTheWire))
        return;
    const char *back = gst_structure_get_string(parsed, name);
    ck_assert_msg(back != nullptr, "%s is lost", name);
    ck_assert_str_eq(back, g_value_get_string(value));
}

}  // namespace

START_TEST(test_sdp_tells_the_caps_and_nothing_private) {
    auto caps = Ref<GstCaps>::adopt(gst_caps_copy(captured->caps.get()));
    gst_caps_set_simple(caps.get(), "mapping", G_TYPE_STRING, "/secret-path", nullptr);
    const std::string sdp = rtp::write_sdp({.id = 1, .version = 1, .name = "test", .media = {{caps, "stream=0"}}});
    for (const char *leak : {"secret-path", "mapping", "ssrc", "offset", "profile="})
        ck_assert_msg(sdp.find(leak) == std::string::npos, "%s in %s", leak, sdp.c_str());

    GstSDPMessage *message = nullptr;
    gst_sdp_message_new(&message);
    ck_assert_int_eq(gst_sdp_message_parse_buffer(reinterpret_cast<const guint8 *>(sdp.data()),
                                                  static_cast<guint>(sdp.size()), message),
                     GST_SDP_OK);
    ck_assert_uint_eq(gst_sdp_message_medias_len(message), 1);
    const GstSDPMedia *media = gst_sdp_message_get_media(message, 0);
    const auto parsed =
        Ref<GstCaps>::adopt(gst_sdp_media_get_caps_from_media(media, std::atoi(gst_sdp_media_get_format(media, 0))));
    const GstStructure *structure = gst_caps_get_structure(parsed.get(), 0);
    const GstStructure *original = gst_caps_get_structure(caps.get(), 0);
    for (gint i = 0; i < gst_structure_n_fields(original); i++) {
        const char *name = gst_structure_nth_field_name(original, static_cast<guint>(i));
        check_field(g_quark_from_string(name), gst_structure_get_value(original, name), structure);
    }
    for (const char *number : {"clock-rate", "payload"}) {
        int before = 0;
        int after = -1;
        gst_structure_get_int(original, number, &before);
        gst_structure_get_int(structure, number, &after);
        ck_assert_int_eq(after, before);
    }
    ck_assert_str_eq(gst_sdp_media_get_attribute_val(media, "control"), "stream=0");
    gst_sdp_message_free(message);
}
END_TEST

namespace {

constexpr int kSkipped = 77;

bool elements_exist(const std::string &launch) {
    GError *error = nullptr;
    const auto pipeline = Ref<GstElement>::sink(gst_parse_launch(launch.c_str(), &error));
    const bool missing = g_error_matches(error, GST_PARSE_ERROR, GST_PARSE_ERROR_NO_SUCH_ELEMENT);
    if (error)
        g_printerr("%s: %s\n", launch.c_str(), error->message);
    g_clear_error(&error);
    return !missing;
}

}  // namespace

int main(int argc, char **argv) {
    gst_init(&argc, &argv);
    const auto *found = std::find_if(std::begin(kMedia), std::end(kMedia),
                                     [&](const Medium &m) { return argc == 2 && !strcmp(m.name, argv[1]); });
    if (found == std::end(kMedia))
        return EXIT_FAILURE;
    medium = found;
    if (!elements_exist(medium->payloader) ||
        (medium->decoder && !elements_exist(std::string("identity ! ") + medium->decoder)))
        return kSkipped;
    const auto capture = capture_payloader(medium->payloader, klv_units());
    if (!capture.complete || capture.pushes.empty()) {
        g_printerr("%s gave no stream\n", medium->payloader);
        return EXIT_FAILURE;
    }
    captured = &capture;
    // The threads of the pipeline that ran here would be missing in a forked child.
    setenv("CK_FORK", "no", 1);
    return run_suite("payloaders", {
                                       test_marker_ends_unit_is_what_the_payloader_does,
                                       test_marker_is_taken_for_the_end_where_it_is,
                                       test_key_units_are_those_of_the_encoder,
                                       test_decoder_that_begins_at_a_key_unit_shows_the_same_pictures,
                                       test_decoder_without_droppable_units_shows_the_other_pictures_unharmed,
                                       test_sdp_tells_the_caps_and_nothing_private,
                                   });
}
