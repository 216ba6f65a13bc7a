// SPDX-License-Identifier: LGPL-2.1-or-later
#include <chrono>
#include <string>

#include "camera.h"
#include "element/suite.h"
#include "packet_log.h"
#include "proxy.h"
#include "silent_server.h"
#include "support/deadline.h"

using namespace rtspsink::test;
using rtspcore::Ref;
using rtspcore::test::spend;

START_TEST(test_null_does_not_wait_for_who_does_not_answer) {
    SilentServer silent;
    Proxy proxy(proxy_line(silent.url(), "timeout=60000"));
    proxy.play();
    proxy.wait_for("connecting");
    const auto begin = std::chrono::steady_clock::now();
    gst_element_set_state(proxy.pipeline(), GST_STATE_NULL);
    ck_assert(std::chrono::steady_clock::now() - begin < std::chrono::seconds(10));
}
END_TEST

START_TEST(test_states_may_flip_at_any_moment) {
    Camera camera;
    // Linked anew whenever its pads come.
    Proxy proxy("rtspproxysrc name=proxy location=" + camera.url() + " : fakesink name=out sync=false");
    constexpr GstState kStates[] = {GST_STATE_PAUSED, GST_STATE_READY, GST_STATE_NULL};
    for (int i = 0; i < 30; ++i) {
        proxy.play();
        spend(i * std::chrono::microseconds(500));  // another moment each time
        gst_element_set_state(proxy.pipeline(), kStates[i % 3]);
    }
    PacketLog log(proxy.pad_of("out"));
    proxy.play();
    ck_assert(log.wait_for(10));
}
END_TEST

START_TEST(test_an_application_has_the_last_word_on_each_new_rtspsrc) {
    const std::string kAgent = "User-Agent: agent";
    SilentServer silent;
    Proxy proxy(proxy_line(silent.url(), "timeout=200 backoff-min=10"));
    unsigned told = 0;
    const auto set_up = +[](GstElement *, GstElement *source, unsigned *count) {
        g_object_set(source, "user-agent", ("agent" + std::to_string((*count)++)).c_str(), nullptr);
    };
    g_signal_connect(proxy.element(), "upstream-setup", G_CALLBACK(set_up), &told);
    proxy.play();
    // On a slow machine the time of one may be over before it has asked.
    int last = -1;
    for (int i = 0; i < 2; ++i) {
        const std::string request = silent.request();
        const size_t found = request.find(kAgent);
        ck_assert_msg(found != std::string::npos, "%s", request.c_str());
        const int number = std::stoi(request.substr(found + kAgent.size()));
        ck_assert_int_gt(number, last);
        last = number;
    }
    gst_element_set_state(proxy.pipeline(), GST_STATE_NULL);
}
END_TEST

int main(int argc, char **argv) {
    return rtspsink::test::run_element_suite(
        argc, argv, "proxy_element_states",
        {test_null_does_not_wait_for_who_does_not_answer, test_states_may_flip_at_any_moment,
         test_an_application_has_the_last_word_on_each_new_rtspsrc});
}
