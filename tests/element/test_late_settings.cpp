// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string>
#include <utility>

#include "messages.h"
#include "sink_harness.h"
#include "suite.h"

using rtspcore::Ref;
using rtspsink::test::h264_key_unit;
using rtspsink::test::h264_rtp_caps;
using rtspsink::test::Messages;
using rtspsink::test::SinkHarness;

namespace {

// A property, of the element or of a pad of it, as a launch line sets it.
void set_as_text(GstElement *element, const char *property, const char *value) {
    GObject *target = nullptr;
    GParamSpec *spec = nullptr;
    ck_assert_msg(gst_child_proxy_lookup(GST_CHILD_PROXY(element), property, &target, &spec), "%s", property);
    gst_util_set_object_arg(target, spec->name, value);
    g_object_unref(target);
}

}  // namespace

START_TEST(test_settings_that_come_too_late_are_warned_of_by_name) {
    struct Case {
        const char *property;
        const char *value;
        const char *until;  // the state to go back to
    };
    constexpr Case kCases[] = {
        {"auth", "user:hidden", "NULL"},    {"token-keys", "hidden", "NULL"},
        {"allow", "10.0.0.0/8", "NULL"},    {"max-sessions", "3", "NULL"},
        {"tls", "required", "NULL"},        {"srtp", "required", "NULL"},
        {"protocols", "udp", "NULL"},       {"service", "8554", "NULL"},
        {"max-lag", "5", "READY"},          {"slow-viewers", "skip", "READY"},
        {"mapping", "/x", "READY"},         {"mtu", "1000", "READY"},
        {"sink_0::mapping", "/x", "READY"}, {"sink_0::payload-type", "99", "READY"},
    };
    SinkHarness sink;
    sink.set_caps(h264_rtp_caps());
    sink.push_packet(h264_key_unit());
    for (const auto &[property, value, until] : kCases) {
        set_as_text(sink.element(), property, value);
        const std::string warning = sink.messages().next_warning(0);
        const std::string name = std::string(property).substr(std::string(property).rfind(':') + 1);
        ck_assert_msg(warning.find("'" + name + "'") != std::string::npos && warning.find(until) != std::string::npos,
                      "%s: %s", property, warning.c_str());
        ck_assert_msg(warning.find("hidden") == std::string::npos, "%s", warning.c_str());
    }
    gst_element_set_state(sink.element(), GST_STATE_READY);
    for (const char *property : {"mapping", "sink_0::mapping"})
        set_as_text(sink.element(), property, "/y");
    const std::string warning = sink.messages().next_warning(0);
    ck_assert_msg(warning.empty(), "%s", warning.c_str());
}
END_TEST

START_TEST(test_settings_that_come_in_time_are_not_warned_of) {
    const auto sink =
        Ref<GstElement>::sink(gst_parse_launch("rtspsink service=0 address=127.0.0.1 auth=user:pass", nullptr));
    Messages messages(sink.get());
    const auto pad = Ref<GstPad>::adopt(gst_element_request_pad_simple(sink.get(), "sink_%u"));
    for (int round = 0; round < 2; ++round) {
        set_as_text(sink.get(), "max-sessions", "3");
        gst_element_set_state(sink.get(), GST_STATE_READY);
        set_as_text(sink.get(), "max-lag", "5");
        gst_element_set_state(sink.get(), GST_STATE_PLAYING);
        for (const char *property : {"mapping", "sink_0::mapping"})
            set_as_text(sink.get(), property, "/x");
        for (const auto &[property, value] : {std::pair{"sink_0::sync", "false"}, {"sink_0::auth", "user:pass"}})
            set_as_text(sink.get(), property, value);
        gst_element_set_state(sink.get(), GST_STATE_NULL);
        const std::string warning = messages.next_warning(0);
        ck_assert_msg(warning.empty(), "%s", warning.c_str());
    }
}
END_TEST

int main(int argc, char **argv) {
    return rtspsink::test::run_element_suite(
        argc, argv, "late_settings",
        {test_settings_that_come_too_late_are_warned_of_by_name, test_settings_that_come_in_time_are_not_warned_of});
}
