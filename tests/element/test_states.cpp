// SPDX-License-Identifier: LGPL-2.1-or-later
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <string>

#include "base/unique_fd.h"
#include "connection.h"
#include "messages.h"
#include "sink_harness.h"
#include "suite.h"
#include "support/free_port.h"

using rtspcore::Ref;
using rtspcore::UniqueFd;
using rtspcore::test::free_port;
using rtspsink::test::bound_port;
using rtspsink::test::Connection;
using rtspsink::test::h264_key_unit;
using rtspsink::test::h264_rtp_caps;
using rtspsink::test::make_sink;
using rtspsink::test::Messages;
using rtspsink::test::SinkHarness;

namespace {

using Element = Ref<GstElement>;

GstStateChangeReturn set_state(const Element &element, GstState state) {
    return gst_element_set_state(element.get(), state);
}

// A listening socket on `port` of 127.0.0.1 (0: any free one), or none if the port is taken.
UniqueFd listen_on(unsigned port) {
    UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool bound =
        ::bind(fd.get(), reinterpret_cast<sockaddr *>(&address), sizeof address) == 0 && ::listen(fd.get(), 1) == 0;
    return bound ? std::move(fd) : UniqueFd();
}

unsigned port_of(const UniqueFd &fd) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    getsockname(fd.get(), reinterpret_cast<sockaddr *>(&address), &size);
    return ntohs(address.sin_port);
}

}  // namespace

START_TEST(test_ready_on_port_zero_tells_the_bound_port) {
    const auto sink = make_sink("service=0 address=127.0.0.1");
    ck_assert_uint_eq(bound_port(sink), 0);
    ck_assert_int_eq(set_state(sink, GST_STATE_READY), GST_STATE_CHANGE_SUCCESS);
    ck_assert_uint_gt(bound_port(sink), 0);
    ck_assert(Connection(bound_port(sink)).request("OPTIONS", "/").status == 200);
    set_state(sink, GST_STATE_NULL);
    ck_assert_uint_eq(bound_port(sink), 0);
}
END_TEST

START_TEST(test_properties_of_the_bin_change_nothing_of_states_and_service) {
    struct Case {
        const char *property;
        bool value;
    };
    constexpr Case kCases[] = {
        {"async-handling", false}, {"async-handling", true}, {"message-forward", false}, {"message-forward", true}};
    for (const Case &c : kCases) {
        SinkHarness sink((std::string(c.property) + "=" + (c.value ? "true" : "false")).c_str());
        gboolean value = FALSE;
        g_object_get(sink.element(), c.property, &value, nullptr);
        ck_assert_msg((value == TRUE) == c.value, "%s", c.property);
        for (const GstState state : {GST_STATE_READY, GST_STATE_PAUSED, GST_STATE_PLAYING})
            ck_assert_msg(gst_element_set_state(sink.element(), state) == GST_STATE_CHANGE_SUCCESS, "%s", c.property);
        sink.set_caps(h264_rtp_caps());
        sink.push_packet(h264_key_unit());
        ck_assert_msg(Connection(sink.port()).play("/test"), "%s", c.property);
        sink.push_eos();
        ck_assert_msg(sink.messages().next(GST_MESSAGE_EOS).get() != nullptr, "%s", c.property);
    }
}
END_TEST

START_TEST(test_null_frees_the_port_before_it_returns) {
    const auto sink = make_sink("service=0 address=127.0.0.1");
    set_state(sink, GST_STATE_READY);
    const unsigned port = bound_port(sink);
    ck_assert(!listen_on(port));
    set_state(sink, GST_STATE_NULL);
    ck_assert(static_cast<bool>(listen_on(port)));
}
END_TEST

START_TEST(test_paused_waits_for_nothing) {
    const auto sink = make_sink("service=0 address=127.0.0.1");
    const auto pad = Ref<GstPad>::adopt(gst_element_request_pad_simple(sink.get(), "sink_%u"));
    ck_assert_int_eq(set_state(sink, GST_STATE_PAUSED), GST_STATE_CHANGE_SUCCESS);
    ck_assert_int_eq(set_state(sink, GST_STATE_PLAYING), GST_STATE_CHANGE_SUCCESS);
    set_state(sink, GST_STATE_NULL);
}
END_TEST

START_TEST(test_settings_that_cannot_be_used_fail_in_ready_and_are_named) {
    struct Case {
        const char *properties;
        const char *named;
    };
    constexpr Case kCases[] = {
        {"service=http8", "'service': 'http8'"},
        {"service=70000", "'service': '70000'"},
        {"service=0 address=not.an.address", "'address': 'not.an.address'"},
        {"service=0 address=192.0.2.1", "'address': '192.0.2.1'"},
        {"service=0 udp-ports=5000", "'udp-ports': '5000'"},
        {"service=0 udp-ports=6000-5000", "'udp-ports': '6000-5000'"},
        {"service=0 protocols=udp-mcast", "'protocols': 'udp-mcast'"},
        {"service=0 multicast=true multicast-ip-min=192.0.2.1", "'multicast-ip-min': '192.0.2.1'"},
        {"service=0 multicast=true multicast-ip-max=239.255.0.0", "'multicast-ip-max': '239.255.0.0'"},
        {"service=0 multicast=true multicast-port-min=0", "'multicast-port-min': '0'"},
        {"service=0 multicast=true multicast-port-max=4998", "'multicast-port-max': '4998'"},
        {"service=0 multicast=true multicast-iface=nosuch0", "'multicast-iface': 'nosuch0'"},
        {"service=0 mapping=/a?b", "'/a?b'"},
        {"location=http://127.0.0.1/x", "'location': 'http://127.0.0.1/x'"},
        {"location=rtsps://127.0.0.1/x", "'location': 'rtsps://127.0.0.1/x'"},
    };
    for (const Case &c : kCases) {
        const auto sink = make_sink(c.properties);
        Messages messages(sink.get());
        ck_assert_msg(set_state(sink, GST_STATE_READY) == GST_STATE_CHANGE_FAILURE, "%s", c.properties);
        const std::string error = messages.next_error(0);
        ck_assert_msg(error.find(c.named) != std::string::npos, "%s: %s", c.properties, error.c_str());
        set_state(sink, GST_STATE_NULL);
    }
}
END_TEST

START_TEST(test_multicast_settings_mean_nothing_while_multicast_is_off) {
    const auto sink = make_sink("service=0 address=127.0.0.1 multicast-ip-min=192.0.2.1 multicast-iface=nosuch0");
    ck_assert_int_eq(set_state(sink, GST_STATE_READY), GST_STATE_CHANGE_SUCCESS);
    set_state(sink, GST_STATE_NULL);
}
END_TEST

START_TEST(test_group_of_a_pad_that_is_none_fails_in_ready_and_is_named) {
    struct Case {
        const char *property;
        const char *value;
        const char *named;
    };
    constexpr Case kCases[] = {
        {"multicast-ip", "192.0.2.1", "'multicast-ip': '192.0.2.1'"},
        {"multicast-port", "7000", "'multicast-port': '7000'"},
    };
    for (const Case &c : kCases) {
        const auto sink = make_sink("service=0 address=127.0.0.1 multicast=true");
        const auto pad = Ref<GstPad>::adopt(gst_element_request_pad_simple(sink.get(), "sink_%u"));
        gst_util_set_object_arg(G_OBJECT(pad.get()), c.property, c.value);
        Messages messages(sink.get());
        ck_assert_msg(set_state(sink, GST_STATE_READY) == GST_STATE_CHANGE_FAILURE, "%s", c.property);
        const std::string error = messages.next_error(0);
        ck_assert_msg(error.find(c.named) != std::string::npos, "%s: %s", c.property, error.c_str());
        set_state(sink, GST_STATE_NULL);
    }
}
END_TEST

// RTP of a stream goes to one port and RTCP to the next.
START_TEST(test_pads_whose_groups_meet_fail_in_ready_and_are_both_named) {
    struct Case {
        const char *properties;
        const char *named;  // null: they do not meet
    };
    constexpr Case kCases[] = {
        {"sink_0::multicast-port=7000 sink_1::multicast-ip=239.1.2.3 sink_1::multicast-port=7000", "7000"},
        {"sink_0::multicast-port=7000 sink_1::multicast-ip=239.1.2.3 sink_1::multicast-port=7001", "7001"},
        {"sink_0::multicast-port=7001 sink_1::multicast-ip=239.1.2.3 sink_1::multicast-port=7000", "7000"},
        {"sink_1::multicast-ip=239.1.2.3", "5000"},
        {"sink_1::multicast-ip=239.1.2.3 sink_1::multicast-port=5000", "5000"},
        {"multicast-port-min=6001 sink_1::multicast-ip=239.1.2.3 sink_1::multicast-port=6003 "
         "multicast-port-max=6010",
         "6003"},
        {"sink_0::multicast-port=65534 sink_1::multicast-ip=239.1.2.3 sink_1::multicast-port=65534", "65534"},
        {"sink_0::multicast-port=7000 sink_1::multicast-ip=239.1.2.3 sink_1::multicast-port=7002", nullptr},
        {"sink_0::multicast-port=7000 sink_1::multicast-ip=239.1.2.4 sink_1::multicast-port=7000", nullptr},
        {"sink_0::multicast-port=7000", nullptr},
        {"multicast=false sink_1::multicast-ip=239.1.2.3", nullptr},
        {"protocols=tcp sink_1::multicast-ip=239.1.2.3", nullptr},
    };
    for (const Case &c : kCases) {
        const auto pipeline =
            Element::sink(gst_parse_launch(("rtspsink name=s service=0 address=127.0.0.1 multicast=true "
                                            "sink_0::multicast-ip=239.1.2.3 " +
                                            std::string(c.properties) + " appsrc ! s. appsrc ! s.")
                                               .c_str(),
                                           nullptr));
        Messages messages(pipeline.get());
        const auto result = set_state(pipeline, GST_STATE_READY);
        ck_assert_msg((result == GST_STATE_CHANGE_FAILURE) == (c.named != nullptr), "%s", c.properties);
        const std::string error = messages.next_error(0);
        const std::string value = c.named ? std::string("'multicast-port': '") + c.named + "'" : "";
        for (const char *part : {value.c_str(), "'sink_0'", "'sink_1'", "239.1.2.3", "::multicast-port="})
            ck_assert_msg(!c.named || error.find(part) != std::string::npos, "%s: %s", c.properties, error.c_str());
        set_state(pipeline, GST_STATE_NULL);
    }
}
END_TEST

START_TEST(test_pads_whose_groups_meet_fail_at_caps_when_they_come_later) {
    SinkHarness sink("multicast=true sink_0::multicast-ip=239.1.2.3");
    sink.set_caps(h264_rtp_caps());
    const auto pad = Ref<GstPad>::adopt(gst_element_request_pad_simple(sink.element(), "sink_%u"));
    g_object_set(pad.get(), "multicast-ip", "239.1.2.3", nullptr);
    const auto source = Ref<GstPad>::sink(gst_pad_new("src", GST_PAD_SRC));
    gst_pad_set_active(source.get(), TRUE);
    ck_assert_int_eq(gst_pad_link(source.get(), pad.get()), GST_PAD_LINK_OK);
    gst_pad_push_event(source.get(), gst_event_new_stream_start("later"));
    const auto caps = Ref<GstCaps>::adopt(gst_caps_from_string(h264_rtp_caps().c_str()));
    gst_pad_push_event(source.get(), gst_event_new_caps(caps.get()));
    const std::string error = sink.messages().next_error(0);
    ck_assert_msg(error.find("'sink_0'") != std::string::npos, "%s", error.c_str());
    gst_pad_unlink(source.get(), pad.get());
}
END_TEST

START_TEST(test_group_of_a_pad_while_multicast_is_off_is_warned_of) {
    struct Case {
        const char *properties;
        bool is_warned_of;
    };
    constexpr Case kCases[] = {
        {"sink_0::multicast-ip=239.1.2.3", true},
        {"multicast=true protocols=tcp+udp sink_0::multicast-ip=239.1.2.3", true},
        {"multicast=true sink_0::multicast-ip=239.1.2.3", false},
        {"", false},
    };
    for (const Case &c : kCases) {
        const auto pipeline = Element::sink(gst_parse_launch(
            ("rtspsink name=s service=0 address=127.0.0.1 " + std::string(c.properties) + " appsrc ! s.").c_str(),
            nullptr));
        Messages messages(pipeline.get());
        ck_assert_msg(set_state(pipeline, GST_STATE_READY) == GST_STATE_CHANGE_SUCCESS, "%s", c.properties);
        const std::string warning = messages.next_warning(0);
        ck_assert_msg(warning.empty() != c.is_warned_of, "%s: %s", c.properties, warning.c_str());
        for (const char *part : {"'multicast-ip'", "'sink_0'", "multicast=true", "udp-mcast"})
            ck_assert_msg(!c.is_warned_of || warning.find(part) != std::string::npos, "%s: %s", c.properties,
                          warning.c_str());
        ck_assert_msg(messages.next_warning(0).empty(), "%s: warned twice", c.properties);
        set_state(pipeline, GST_STATE_NULL);
    }
}
END_TEST

START_TEST(test_credentials_in_a_location_are_refused_and_not_repeated) {
    const auto sink = make_sink("location=rtsp://adrian:cervantes@127.0.0.1:0/x");
    Messages messages(sink.get());
    ck_assert_int_eq(set_state(sink, GST_STATE_READY), GST_STATE_CHANGE_FAILURE);
    const std::string error = messages.next_error(0);
    ck_assert(error.find("'location'") != std::string::npos);
    ck_assert(error.find("cervantes") == std::string::npos);
    set_state(sink, GST_STATE_NULL);
}
END_TEST

START_TEST(test_port_taken_by_a_program_is_named_and_can_be_tried_again) {
    UniqueFd other = listen_on(0);
    const auto sink = make_sink("address=127.0.0.1 service=" + std::to_string(port_of(other)));
    Messages messages(sink.get());
    ck_assert_int_eq(set_state(sink, GST_STATE_READY), GST_STATE_CHANGE_FAILURE);
    ck_assert(messages.next_error(0).find(std::to_string(port_of(other)) + " is in use") != std::string::npos);
    set_state(sink, GST_STATE_NULL);
    other.reset();
    ck_assert_int_eq(set_state(sink, GST_STATE_READY), GST_STATE_CHANGE_SUCCESS);
    set_state(sink, GST_STATE_NULL);
}
END_TEST

START_TEST(test_location_sets_address_service_and_mapping) {
    const auto sink = make_sink("location=rtsp://127.0.0.1:8600/cam/one");
    gchar *address = nullptr;
    gchar *service = nullptr;
    gchar *mapping = nullptr;
    gchar *location = nullptr;
    int port = 0;
    g_object_get(sink.get(), "address", &address, "service", &service, "mapping", &mapping, "location", &location,
                 "port", &port, nullptr);
    ck_assert_str_eq(address, "127.0.0.1");
    ck_assert_str_eq(service, "8600");
    ck_assert_str_eq(mapping, "/cam/one");
    ck_assert_str_eq(location, "rtsp://127.0.0.1:8600/cam/one");
    ck_assert_int_eq(port, 8600);
    g_free(address);
    g_free(service);
    g_free(mapping);
    g_free(location);
}
END_TEST

START_TEST(test_two_sinks_share_a_port_until_both_are_gone) {
    const std::string port = std::to_string(free_port());
    SinkHarness one(("mapping=/one service=" + port).c_str());
    {
        const auto two = make_sink("address=127.0.0.1 service=" + port);
        ck_assert_int_eq(set_state(two, GST_STATE_READY), GST_STATE_CHANGE_SUCCESS);
        set_state(two, GST_STATE_NULL);
    }
    one.set_caps(h264_rtp_caps());
    one.push_packet(h264_key_unit());
    ck_assert(!Connection(one.port()).describe("/one").empty());
}
END_TEST

START_TEST(test_path_served_by_another_sink_is_an_error_that_names_it) {
    const std::string port = std::to_string(free_port());
    SinkHarness one(("service=" + port).c_str());
    one.set_caps(h264_rtp_caps("mapping=/door"));
    const auto pipeline = Element::sink(gst_parse_launch(
        ("appsrc name=source format=time ! rtspsink address=127.0.0.1 service=" + port).c_str(), nullptr));
    Messages messages(pipeline.get());
    set_state(pipeline, GST_STATE_PLAYING);
    const auto source = Element::adopt(gst_bin_get_by_name(GST_BIN(pipeline.get()), "source"));
    const auto caps = Ref<GstCaps>::adopt(gst_caps_from_string(h264_rtp_caps("mapping=/door").c_str()));
    g_object_set(source.get(), "caps", caps.get(), nullptr);
    GstFlowReturn flow = GST_FLOW_OK;
    const auto buffer = Ref<GstBuffer>::adopt(gst_buffer_new_allocate(nullptr, 20, nullptr));
    g_signal_emit_by_name(source.get(), "push-buffer", buffer.get(), &flow);
    const std::string error = messages.next_error();
    ck_assert_msg(error.find("'/door'") != std::string::npos, "%s", error.c_str());
    set_state(pipeline, GST_STATE_NULL);
    ck_assert(!Connection(one.port()).describe("/door").empty());
}
END_TEST

START_TEST(test_flips_between_null_and_playing_leave_it_working) {
    const auto pipeline =
        Element::sink(gst_parse_launch("audiotestsrc is-live=true ! mulawenc ! rtspsink name=s service=0", nullptr));
    const auto sink = Element::adopt(gst_bin_get_by_name(GST_BIN(pipeline.get()), "s"));
    for (int i = 0; i < 50; ++i) {
        set_state(pipeline, GST_STATE_PLAYING);
        if (i % 3 == 0)
            gst_element_get_state(pipeline.get(), nullptr, nullptr, rtspsink::test::kDeadline);
        set_state(pipeline, i % 2 == 0 ? GST_STATE_NULL : GST_STATE_READY);
    }
    set_state(pipeline, GST_STATE_PLAYING);
    ck_assert(Connection(bound_port(sink)).describe("/test").find("PCMU/8000") != std::string::npos);
    set_state(pipeline, GST_STATE_NULL);
}
END_TEST

START_TEST(test_ready_ends_what_was_served_and_paused_again_serves_anew) {
    SinkHarness sink;
    sink.set_caps(h264_rtp_caps());
    sink.push_packet(h264_key_unit());
    Connection viewer(sink.port());
    ck_assert(viewer.play("/test"));
    gst_element_set_state(sink.element(), GST_STATE_READY);
    ck_assert(viewer.is_closed_by_server());
    gst_element_set_state(sink.element(), GST_STATE_PLAYING);
    gst_harness_push_event(sink.harness(), gst_event_new_flush_start());
    gst_harness_push_event(sink.harness(), gst_event_new_flush_stop(TRUE));
    gst_harness_push_event(sink.harness(), gst_event_new_stream_start("again"));
    sink.set_caps(h264_rtp_caps());
    ck_assert(!Connection(sink.port()).describe("/test").empty());
}
END_TEST

START_TEST(test_paused_and_playing_again_keep_viewers) {
    SinkHarness sink;
    sink.set_caps(h264_rtp_caps());
    sink.push_packet(h264_key_unit());
    Connection viewer(sink.port());
    ck_assert(viewer.play("/test"));
    ck_assert(viewer.next_frame().has_value());
    gst_element_set_state(sink.element(), GST_STATE_PAUSED);
    gst_element_set_state(sink.element(), GST_STATE_PLAYING);
    sink.push_packet(h264_key_unit());
    const auto frame = viewer.next_frame();
    ck_assert(frame.has_value());
    ck_assert_uint_eq(frame->sequence(), 1001);
}
END_TEST

int main(int argc, char **argv) {
    return rtspsink::test::run_element_suite(
        argc, argv, "states",
        {test_ready_on_port_zero_tells_the_bound_port, test_properties_of_the_bin_change_nothing_of_states_and_service,
         test_null_frees_the_port_before_it_returns, test_paused_waits_for_nothing,
         test_settings_that_cannot_be_used_fail_in_ready_and_are_named,
         test_multicast_settings_mean_nothing_while_multicast_is_off,
         test_group_of_a_pad_that_is_none_fails_in_ready_and_is_named,
         test_pads_whose_groups_meet_fail_in_ready_and_are_both_named,
         test_pads_whose_groups_meet_fail_at_caps_when_they_come_later,
         test_group_of_a_pad_while_multicast_is_off_is_warned_of,
         test_credentials_in_a_location_are_refused_and_not_repeated,
         test_port_taken_by_a_program_is_named_and_can_be_tried_again, test_location_sets_address_service_and_mapping,
         test_two_sinks_share_a_port_until_both_are_gone, test_path_served_by_another_sink_is_an_error_that_names_it,
         test_flips_between_null_and_playing_leave_it_working,
         test_ready_ends_what_was_served_and_paused_again_serves_anew, test_paused_and_playing_again_keep_viewers});
}
