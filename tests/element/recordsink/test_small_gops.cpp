// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string>
#include <vector>

#include "recordsink/small_gops.h"
#include "support/check_suite.h"

using recordsink::SmallGops;
using recordsink::Unit;
using rtspcore::Ref;

namespace {

struct Picture {
    char type;
    recordsink::RunningTime time;
};

// For each picture: K a key frame, G another that splitmuxsink takes for the first of a GOP; k, d those that it does
// not.
std::string shown(const std::vector<Picture> &pictures) {
    SmallGops gops;
    std::string kinds;
    for (const Picture &picture : pictures) {
        Unit unit;
        unit.buffer = Ref<GstBuffer>::adopt(gst_buffer_new());
        unit.time = picture.time;
        unit.key = picture.type == 'K';
        if (!unit.key)
            GST_BUFFER_FLAG_SET(unit.buffer.get(), GST_BUFFER_FLAG_DELTA_UNIT);
        gops.prepare(unit);
        const bool is_delta = GST_BUFFER_FLAG_IS_SET(unit.buffer.get(), GST_BUFFER_FLAG_DELTA_UNIT);
        kinds += is_delta ? unit.key ? 'k' : 'd' : unit.key ? 'K' : 'G';
        ck_assert(is_delta || gops.latest() == picture.time);
    }
    return kinds;
}

}  // namespace

START_TEST(test_each_picture_that_is_shown_later_than_all_before_begins_one) {
    ck_assert(shown({{'K', 0}, {'P', 1}, {'P', 2}, {'K', 3}, {'P', 4}}) == "KGGKG");
    ck_assert(shown({{'K', 0}, {'P', 4}, {'B', 2}, {'B', 1}, {'B', 3}, {'P', 5}}) == "KGdddG");
}
END_TEST

START_TEST(test_leading_pictures_begin_none) {
    ck_assert(shown({{'K', 0}, {'P', 1}, {'K', 4}, {'B', 2}, {'B', 3}, {'P', 5}}) == "KGKddG");
}
END_TEST

// A cut that was asked for at the key frame, and is missed, must not come later.
START_TEST(test_none_begins_in_a_gop_that_reaches_behind_the_one_before) {
    ck_assert(shown({{'K', 0}, {'P', 3}, {'K', 5}, {'B', 3}, {'P', 6}, {'K', 7}, {'P', 8}}) == "KGKddKG");
}
END_TEST

// splitmuxsink would fail.
START_TEST(test_a_key_frame_that_is_shown_before_what_came_before_it_begins_none) {
    ck_assert(shown({{'K', 0}, {'P', 2}, {'K', 1}, {'P', 2}, {'P', 3}, {'K', 4}}) == "KGkdGK");
}
END_TEST

START_TEST(test_the_muxer_is_told_what_they_are) {
    const auto muxer = Ref<GstElement>::sink(gst_element_factory_make("mp4mux", nullptr));
    SmallGops::show_to(muxer.get());
    const auto pad = Ref<GstPad>::adopt(gst_element_request_pad_simple(muxer.get(), "video_0"));
    SmallGops gops;
    std::vector<bool> deltas;
    const auto note = [](GstPad *, GstPadProbeInfo *info, gpointer flags) {
        static_cast<std::vector<bool> *>(flags)->push_back(
            GST_BUFFER_FLAG_IS_SET(GST_PAD_PROBE_INFO_BUFFER(info), GST_BUFFER_FLAG_DELTA_UNIT));
        return GST_PAD_PROBE_DROP;
    };
    gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_BUFFER, note, &deltas, nullptr);
    const auto upstream = Ref<GstPad>::sink(gst_pad_new("src", GST_PAD_SRC));
    gst_pad_set_active(upstream.get(), TRUE);
    gst_pad_set_active(pad.get(), TRUE);
    ck_assert_int_eq(gst_pad_link(upstream.get(), pad.get()), GST_PAD_LINK_OK);
    gst_pad_push_event(upstream.get(), gst_event_new_stream_start("pictures"));
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    gst_pad_push_event(upstream.get(), gst_event_new_segment(&segment));
    // A key frame, one that depends on it, and a key frame that is shown before that.
    for (const int time : {0, 2, 1}) {
        Unit unit;
        unit.buffer = Ref<GstBuffer>::adopt(gst_buffer_new());
        unit.key = time != 2;
        unit.time = time;
        if (!unit.key)
            GST_BUFFER_FLAG_SET(unit.buffer.get(), GST_BUFFER_FLAG_DELTA_UNIT);
        gops.prepare(unit);
        ck_assert_int_eq(gst_pad_push(upstream.get(), unit.buffer.release()), GST_FLOW_OK);
    }
    const std::vector<bool> expected = {false, true, false};
    ck_assert(deltas == expected);
    gst_pad_set_active(upstream.get(), FALSE);
}
END_TEST

int main() {
    gst_init(nullptr, nullptr);
    return rtspcore::test::run_suite(
        "small_gops",
        {test_each_picture_that_is_shown_later_than_all_before_begins_one, test_leading_pictures_begin_none,
         test_a_key_frame_that_is_shown_before_what_came_before_it_begins_none,
         test_none_begins_in_a_gop_that_reaches_behind_the_one_before, test_the_muxer_is_told_what_they_are});
}
