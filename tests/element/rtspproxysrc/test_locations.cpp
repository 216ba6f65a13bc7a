// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string>

#include "camera.h"
#include "element/suite.h"
#include "one_stream.h"
#include "packet_log.h"
#include "proxy.h"
#include "silent_server.h"
#include "support/check_text.h"

using namespace rtspsink::test;
using rtspcore::Ref;
using rtspcore::test::assert_text;

START_TEST(test_the_better_location_is_taken_and_the_next_when_it_goes) {
    Camera better;
    Camera other;
    SilentServer nobody;
    nobody.close();
    Proxy proxy("rtspproxysrc name=proxy locations=\"" + nobody.url() + "," + better.url() + "," + other.url() +
                "\" ! fakesink name=out sync=false");
    PacketLog log(proxy.pad_of("out"));
    proxy.play();
    assert_text(text_in(proxy.wait_for("playing").get(), "location"), better.url());
    ck_assert(log.wait_for(20));
    better.off();
    assert_text(text_in(proxy.wait_for("playing").get(), "location"), other.url());
    ck_assert(log.wait_for(log.packets().size() + 20));
    assert_one_stream(log.packets());
}
END_TEST

START_TEST(test_a_message_names_the_location_that_its_reason_is_about) {
    Camera other;
    SilentServer nobody;
    nobody.close();
    Proxy proxy("rtspproxysrc name=proxy locations=\"" + nobody.url("u:secret@") + "," + other.url() +
                "\" ! fakesink name=out sync=false");
    proxy.play();
    const auto waiting = proxy.wait_for("waiting");
    assert_text(nick_in(waiting.get(), "reason"), "unreachable");
    assert_text(text_in(waiting.get(), "location"), nobody.url("u:***@"));
    assert_text(text_in(waiting.get(), "next-location"), other.url());
    const auto playing = proxy.wait_for("playing");
    assert_text(text_in(playing.get(), "location"), other.url());
    assert_text(text_in(playing.get(), "next-location"), "");
}
END_TEST

START_TEST(test_the_better_location_is_taken_again_after_the_hold_down) {
    Camera better;
    Camera other;
    better.off();
    Proxy proxy("rtspproxysrc name=proxy hold-down=300 locations=\"" + better.url() + "," + other.url() +
                "\" ! fakesink name=out sync=false");
    PacketLog log(proxy.pad_of("out"));
    proxy.play();
    assert_text(text_in(proxy.wait_for("playing").get(), "location"), other.url());
    // Longer than one trial takes: what plays is not disturbed by those that fail.
    ck_assert(log.wait_for(50));
    ck_assert_uint_eq(other.sessions(), 1);
    better.on();
    assert_text(text_in(proxy.wait_for("playing").get(), "location"), better.url());
    ck_assert(log.wait_for(log.packets().size() + 20));
    assert_one_stream(log.packets());
    ck_assert(other.is_left());
}
END_TEST

START_TEST(test_another_hold_down_holds_from_then_on) {
    for (const char *before : {"0", "3600000"}) {
        Camera better;
        Camera other;
        better.off();
        Proxy proxy(std::string("rtspproxysrc name=proxy hold-down=") + before + " locations=\"" + better.url() + "," +
                    other.url() + "\" ! fakesink name=out sync=false");
        proxy.play();
        assert_text(text_in(proxy.wait_for("playing").get(), "location"), other.url());
        better.on();
        g_object_set(proxy.element(), "hold-down", 50U, nullptr);
        assert_text(text_in(proxy.wait_for("playing").get(), "location"), better.url());
    }
}
END_TEST

START_TEST(test_uri_handler_knows_its_own_scheme_only) {
    const auto element =
        Ref<GstElement>::sink(gst_element_make_from_uri(GST_URI_SRC, "rtspproxy://camera/1", nullptr, nullptr));
    ck_assert(element.get() != nullptr);
    ck_assert_str_eq(GST_OBJECT_NAME(gst_element_get_factory(element.get())), "rtspproxysrc");
    const auto other =
        Ref<GstElement>::sink(gst_element_make_from_uri(GST_URI_SRC, "rtsp://camera/1", nullptr, nullptr));
    ck_assert_str_eq(GST_OBJECT_NAME(gst_element_get_factory(other.get())), "rtspsrc");
}
END_TEST

int main(int argc, char **argv) {
    return rtspsink::test::run_element_suite(
        argc, argv, "proxy_locations",
        {test_the_better_location_is_taken_and_the_next_when_it_goes,
         test_a_message_names_the_location_that_its_reason_is_about,
         test_the_better_location_is_taken_again_after_the_hold_down, test_another_hold_down_holds_from_then_on,
         test_uri_handler_knows_its_own_scheme_only});
}
