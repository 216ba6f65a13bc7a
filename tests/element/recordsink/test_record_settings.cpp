// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cstring>
#include <string>
#include <vector>

#include "../messages.h"
#include "../suite.h"

using rtspcore::Ref;
using rtspsink::test::Messages;

namespace {

std::string first_error(const std::string &line) {
    const auto pipeline = Ref<GstElement>::sink(gst_parse_launch(line.c_str(), nullptr));
    Messages messages(pipeline.get());
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    const std::string text = messages.next_error();
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    return text;
}

}  // namespace

START_TEST(test_what_cannot_be_recorded_is_refused_with_what_to_do) {
    struct Case {
        const char *line;
        const char *word;
    };
    constexpr Case kCases[] = {
        {"videotestsrc ! recordsink location=/tmp/x.mp4", "x264enc"},
        {"audiotestsrc ! recordsink location=/tmp/x.mp4", "opusenc"},
        {"audiotestsrc ! audioresample ! alawenc ! recordsink location=/tmp/x.mp4", "format=mkv"},
        {"fakesrc ! audio/x-ac3,framed=true,rate=48000,channels=2 ! recordsink location=/tmp/x.mp4", "format=mkv"},
        {"fakesrc ! meta/x-klv,parsed=true ! recordsink location=/tmp/x.mp4", "format=ts"},
        {"fakesrc ! text/x-raw,format=utf8 ! recordsink format=ts location=/tmp/x.ts", "format=mkv"},
        {"videotestsrc ! x264enc ! recordsink name=r location=/proc/none/x.mp4 videotestsrc ! x264enc ! r.",
         "Give it a recordsink of its own"},
        {"videotestsrc ! x264enc ! recordsink", "location"},
        {"videotestsrc ! x264enc ! recordsink align=true segment-duration=0 location=/tmp/x.mp4", "'segment-duration'"},
        {"videotestsrc ! x264enc ! recordsink clip-location=/tmp/%Y/../%{event}.mp4", "'..'"},
        {"videotestsrc ! x264enc ! recordsink clip-location=/tmp/%{name}.mp4", "clip-location"},
        {"videotestsrc ! x264enc ! recordsink location=/tmp/%Y/../x.mp4", "'..'"},
        {"videotestsrc ! x264enc ! recordsink location=/tmp/x.mp4 segment-command=no-such-program",
         "Property 'segment-command': there is no program 'no-such-program'"},
    };
    for (const Case &c : kCases) {
        const std::string error = first_error(c.line);
        ck_assert_msg(error.find(c.word) != std::string::npos, "%s: %s", c.line, error.c_str());
    }
}
END_TEST

START_TEST(test_bad_settings_are_refused_in_ready_as_well) {
    struct Case {
        const char *property;
        const char *value;
    };
    constexpr Case kCases[] = {
        {"location", "/tmp/y%c.mp4"},
        {"clip-location", "/tmp/%{name}.mp4"},
        {"segment-command", "cp '"},
    };
    for (const Case &c : kCases) {
        const auto pipeline = Ref<GstElement>::sink(gst_parse_launch(
            "videotestsrc num-buffers=1 ! x264enc ! recordsink name=r location=/proc/none/x.mp4", nullptr));
        const auto sink = Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline.get()), "r"));
        Messages messages(pipeline.get());
        ck_assert_int_eq(gst_element_set_state(pipeline.get(), GST_STATE_READY), GST_STATE_CHANGE_SUCCESS);
        g_object_set(sink.get(), c.property, c.value, nullptr);
        ck_assert_msg(gst_element_set_state(pipeline.get(), GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE, "%s",
                      c.property);
        const std::string error = messages.next_error();
        ck_assert_msg(error.find("'" + std::string(c.property) + "'") != std::string::npos, "%s", error.c_str());
        gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    }
}
END_TEST

START_TEST(test_names_of_another_format_are_warned_of) {
    struct Case {
        const char *settings;
        std::vector<const char *> words;  // of the warning; none: there is no warning
    };
    const Case cases[] = {
        {"location=/tmp/x.mkv", {"'location'", "/tmp/x.mkv", "format=mkv", ".mp4"}},
        {"location=/tmp/%H.ts", {"'location'", "format=ts"}},
        {"format=mkv location=/tmp/x.mp4", {"'location'", "format=mp4", ".mkv"}},
        {"format=ts location=/tmp/x.ts clip-location=/tmp/%{event}.mkv", {"'clip-location'", "format=mkv", ".ts"}},
        {"location=/tmp/x.mp4", {}},
        {"format=ts location=/tmp/x.ts", {}},
        {"format=mkv location=/tmp/x.mkv", {}},
        {"location=/tmp/x.m4v", {}},
        {"location=/tmp/x", {}},
    };
    for (const Case &c : cases) {
        const std::string line = std::string("videotestsrc ! x264enc ! recordsink ") + c.settings;
        const auto pipeline = Ref<GstElement>::sink(gst_parse_launch(line.c_str(), nullptr));
        Messages messages(pipeline.get());
        gst_element_set_state(pipeline.get(), GST_STATE_READY);
        const std::string warning = messages.next_warning(0);
        ck_assert_msg(warning.empty() == c.words.empty(), "%s: %s", c.settings, warning.c_str());
        for (const char *word : c.words)
            ck_assert_msg(warning.find(word) != std::string::npos, "%s: %s", word, warning.c_str());
        gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    }
}
END_TEST

START_TEST(test_description_of_location_names_each_conversion) {
    const auto sink = Ref<GstElement>::sink(gst_element_factory_make("recordsink", nullptr));
    const GParamSpec *location = g_object_class_find_property(G_OBJECT_GET_CLASS(sink.get()), "location");
    for (const char *conversion : {"%f", "%i", "%N", "%o"})
        ck_assert_msg(strstr(g_param_spec_get_blurb(const_cast<GParamSpec *>(location)), conversion), "%s", conversion);
}
END_TEST

START_TEST(test_a_folder_that_cannot_be_made_stops_nothing_unless_asked) {
    const std::string line =
        "videotestsrc is-live=true ! video/x-raw,width=64,height=64 ! x264enc tune=zerolatency "
        "! recordsink location=/proc/none/%i.mp4 ";
    const std::string told = "Cannot make the folder '/proc/none': No such file or directory.";
    ck_assert(first_error(line + "on-error=error") == told);
    const auto pipeline = Ref<GstElement>::sink(gst_parse_launch(line.c_str(), nullptr));
    Messages messages(pipeline.get());
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    const std::string warning = messages.next_warning();
    ck_assert(warning.rfind(told, 0) == 0 && warning.find("goes on by itself") != std::string::npos);
    ck_assert(messages.next_error(0).empty());
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
}
END_TEST

START_TEST(test_password_of_the_url_cannot_be_read) {
    const auto sink =
        Ref<GstElement>::sink(gst_parse_launch("recordsink segment-post=https://user:secret@host/hook?a=b@c", nullptr));
    g_autofree gchar *url = nullptr;
    g_object_get(sink.get(), "segment-post", &url, nullptr);
    ck_assert_str_eq(url, "https://host/hook?a=b@c");
}
END_TEST

int main(int argc, char **argv) {
    return rtspsink::test::run_element_suite(
        argc, argv, "record_settings",
        {test_what_cannot_be_recorded_is_refused_with_what_to_do, test_bad_settings_are_refused_in_ready_as_well,
         test_names_of_another_format_are_warned_of, test_description_of_location_names_each_conversion,
         test_a_folder_that_cannot_be_made_stops_nothing_unless_asked, test_password_of_the_url_cannot_be_read});
}
