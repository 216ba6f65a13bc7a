// SPDX-License-Identifier: LGPL-2.1-or-later
#include <atomic>
#include <string>

#include "camera.h"
#include "element/suite.h"
#include "interrupted.h"
#include "packet_log.h"
#include "proxy.h"
#include "support/deadline.h"

using namespace rtspsink::test;
using rtspcore::Ref;
using rtspcore::test::eventually;

namespace {

// Those who are told of a pad, each taking its time.
struct Tellings {
    std::atomic<int> now{0};
    std::atomic<int> all{0};
    std::atomic<bool> two_at_once{false};

    static void tell(GstElement *, GstPad *, gpointer self) {
        auto *tellings = static_cast<Tellings *>(self);
        ++tellings->now;
        if (eventually([&] { return tellings->now > 1; }, std::chrono::milliseconds(100)))
            tellings->two_at_once = true;
        --tellings->now;
        ++tellings->all;
    }
};

std::string media_of(GstPad *pad) {
    const auto caps = Ref<GstCaps>::adopt(gst_pad_get_current_caps(pad));
    const char *media = caps ? gst_structure_get_string(gst_caps_get_structure(caps.get(), 0), "media") : nullptr;
    return media ? media : "";
}

}  // namespace

START_TEST(test_pads_of_one_pipeline_are_added_one_at_a_time) {
    allow_interrupted_rtspsrc();
    Camera camera;
    Proxy proxy("rtspproxysrc name=proxy location=" + camera.url() +
                " : fakesink rtspproxysrc name=other location=" + camera.url() + " : fakesink");
    Tellings tellings;
    for (const char *name : {"proxy", "other"})
        g_signal_connect(child(proxy.pipeline(), name).get(), "pad-added", G_CALLBACK(Tellings::tell), &tellings);
    proxy.play();
    proxy.wait_for("playing");
    proxy.wait_for("playing");
    ck_assert_int_eq(tellings.all, 2);
    ck_assert(!tellings.two_at_once);
}
END_TEST

START_TEST(test_what_nobody_takes_is_warned_of_by_its_pads_and_caps) {
    allow_interrupted_rtspsrc();
    const struct {
        const char *mode;
        const char *pad;
        bool names_the_mode;
    } cases[] = {
        {"rtp", "src_0 (application/x-rtp, media=audio, encoding-name=PCMU)", true},
        {"encoded", "src_0 (audio/x-mulaw)", false},
    };
    Camera camera;
    for (const auto &[mode, pad, names_the_mode] : cases) {
        Proxy proxy("rtspproxysrc name=proxy location=" + camera.url() + " mode=" + mode + " identity");
        proxy.play();
        const std::string warning = proxy.messages().next_warning();
        ck_assert_msg(warning.find(pad) != std::string::npos, "%s", warning.c_str());
        ck_assert((warning.find("set mode=encoded") != std::string::npos) == names_the_mode);
    }
}
END_TEST

START_TEST(test_one_of_several_pads_that_is_taken_is_enough) {
    allow_interrupted_rtspsrc();
    Camera camera(std::string(Camera::kSound) + " " + Camera::kSound);
    Proxy proxy(proxy_line(camera.url()));
    PacketLog log(proxy.pad_of("out"));
    proxy.play();
    proxy.wait_for("playing");
    constexpr size_t kOneAndAHalfSeconds = 75;
    ck_assert(log.wait_for(kOneAndAHalfSeconds));
    ck_assert_uint_eq(proxy.element()->numsrcpads, 2);
    ck_assert(!proxy.messages().next(GST_MESSAGE_WARNING, 0));
}
END_TEST

// What links it may ask for one of several streams by its caps.
START_TEST(test_a_pad_has_its_caps_when_it_is_added) {
    allow_interrupted_rtspsrc();
    Camera camera(std::string(Camera::kSound) +
                  " videotestsrc is-live=true ! video/x-raw,format=I420,width=64,height=64,framerate=20/1 ! jpegenc ! "
                  "sink.");
    for (const char *media : {"audio", "video"}) {
        Proxy proxy("rtspproxysrc name=proxy location=" + camera.url() + " ! application/x-rtp,media=" + media +
                    " ! fakesink name=out sync=false");
        proxy.play();
        proxy.wait_for("playing");
        const auto pad = proxy.pad_of("out");
        ck_assert(eventually([&] { return media_of(pad.get()) == media; }));
    }
}
END_TEST

int main(int argc, char **argv) {
    return run_element_suite(
        argc, argv, "proxy_pads",
        {test_pads_of_one_pipeline_are_added_one_at_a_time, test_what_nobody_takes_is_warned_of_by_its_pads_and_caps,
         test_one_of_several_pads_that_is_taken_is_enough, test_a_pad_has_its_caps_when_it_is_added});
}
